"""A list of papers as JSON: an array, an object that holds one, or JSON lines, whose records have a title.

Stage parse: the fields are found by their usual names, whatever their case. What a special format claims is
its own; a record without a title costs that record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.formats._fields import at, claimed, listed_from, of_paper, title_in
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "List of papers, JSON"

_LISTS = (
    "papers", "items", "results", "data", "entries", "records", "documents", "works", "publications",
    "articles", "response.docs", "resultList.result", "hits.hits", "search-results.entry", "result.hits.hit",
    "references",
)  # fmt: skip
"""Where the records stand: in people's own files, in Solr's answers (PLOS, ERIC, ADS), those of Europe PMC,
INSPIRE, Scopus, DBLP."""
_INSIDE = ("info", "metadata", "paper", "_source", "data", "fields")
"""What a record may be wrapped in."""


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    _, first = _place(kind, value)
    if not title_in(first):
        return "its first object has no title"
    if not of_paper(first):
        return (
            "its first object has a title, but no author, id or abstract: settings, perhaps, or things to do"
        )
    other = claimed(dump, "json_list")
    return f"it is {other}'s" if other else ""


def _place(kind: str, value: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path at which the records stand in a document, and the first of them."""
    if kind != "object":
        return "item", _unwrapped(value)
    for name in _LISTS:
        inside = at(value, *name.split("."))
        if isinstance(inside, list) and inside and isinstance(inside[0], dict):
            return f"{name}.item", _unwrapped(inside[0])
    keyed = None if title_in(_unwrapped(value)) else _keyed(value)
    return keyed or ("", _unwrapped(value))


def _keyed(value: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The same where records, or lists of them, stand under ids, dates or topics."""
    for one in value.values():
        path, first = ("*.item", one[0]) if isinstance(one, list) and one else ("*", one)
        if isinstance(first, dict) and of_paper(_unwrapped(first)):
            return path, _unwrapped(first)
    return None


def _unwrapped(record: dict[str, Any]) -> dict[str, Any]:
    """The record itself, where it is wrapped in another."""
    names = ("paper",) if title_in(record) else _INSIDE
    inside = (record[name] for name in names if isinstance(record.get(name), dict))
    return next(filter(title_in, inside), record)


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    kind, value = head_value(dump)
    path, _ = _place(kind, value)
    found = lines_of(dump) if kind == "lines" else records(dump, path)
    for index, one in found:
        if isinstance(one, Problem):
            yield one
        elif title_in(record := _unwrapped(one)):
            yield listed_from(record, index=index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title")
