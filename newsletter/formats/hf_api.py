"""Hugging Face Daily Papers as the site's API gives them: ``/api/daily_papers`` and its kin.

Stage parse: an array of records, JSON lines of them, one alone, or the ``dailyPapers`` of a page. Votes,
stars, keywords, organisation and submitter are read where they stand. What a record is: _hf_records.
"""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.formats._hf_records import is_record, listings
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "Hugging Face Daily Papers, from the site's API"

_LISTS = ("dailyPapers", "papers")


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "it is no JSON"
    inside = next(
        (value[name] for name in _LISTS if isinstance(value.get(name), list) and value[name]), [value]
    )
    return "" if is_record(inside[0]) else "no records with “paper”, “id” and “upvotes”"


def read(dump: Dump) -> Iterator[ListedPaper | Problem]:
    kind, value = head_value(dump)
    if kind == "lines":
        found = lines_of(dump)
    elif kind == "object" and is_record(value):
        found = records(dump, "")
    else:
        found = records(dump, "item", *(f"{name}.item" for name in _LISTS))
    yield from listings(found, dump.name)
