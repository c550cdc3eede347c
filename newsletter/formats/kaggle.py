"""The snapshot of arXiv's metadata on Kaggle (arxiv-metadata-oai-snapshot.json): JSON lines, or an array.

Stage parse: records go in, papers come out. The file has millions of lines, so every step here is as cheap
as it can be; benchmarks/ measures it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from newsletter.formats import _arxiv
from newsletter.formats._json import head_value, lines_of, records
from newsletter.formats._quick import listed
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "arXiv metadata snapshot of Kaggle, JSON lines"

_FIELDS = frozenset({"id", "authors", "title", "comments", "journal-ref"})
"""In the order of the file these come before the abstract, so a head cut in it has them all."""


def recognise(dump: Dump) -> str:
    kind, first = head_value(dump)
    if not kind:
        return "no JSON"
    missing = _FIELDS.difference(first)
    return f"its first record has no {min(missing)}" if missing else ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    if head_value(dump)[0] == "array":
        for index, found in records(dump, "item"):
            yield found if isinstance(found, Problem) else _listed(dump.name, found, None, index)
    else:
        for line, found in lines_of(dump, flat=True):
            yield found if isinstance(found, Problem) else _listed(dump.name, found, line, None)


def _listed(dump: str, record: dict[str, Any], line: int | None, index: int | None) -> ListedPaper | Problem:
    title = record.get("title")
    if not isinstance(title, str) or not title or title.isspace():
        place = f"record {index}" if index else "a record"
        return Problem(dump=dump, line=line, what=f"{place} has no title")
    if "\n" in title or "  " in title or title[0] == " ":
        title = " ".join(title.split())
    try:
        return _whole(record, title, line, index)
    except (TypeError, AttributeError, ValueError, LookupError):
        return _mended(record, title, line, index)


def _mended(record: dict[str, Any], title: str, line: int | None, index: int | None) -> ListedPaper:
    """A record with a field of the wrong kind, without the fields that are not what they should be."""
    texts = {name: value for name, value in record.items() if isinstance(value, str)}
    keys = _arxiv.ids(texts.get("id", ""), texts.get("doi", ""))
    return ListedPaper(
        title=title,
        abstract=texts.get("abstract", "").strip(),
        line=line,
        index=index,
        authors=_arxiv.authors(texts.get("authors", ""))[0],
        ids=keys,
        links=_arxiv.abstract_page(keys),
        categories=tuple(texts.get("categories", "").split()),
    )


# ------------------------------------------------------------------------------------ a whole record

_NAMES = (
    "id", "authors_parsed", "authors", "abstract", "journal-ref", "comments",
    "license", "submitter", "doi", "categories", "versions", "update_date",
)  # fmt: skip
_NONE = dict.fromkeys(_NAMES)
_fields = itemgetter(*_NAMES)
_all_texts = "".join
_DAY = len("Mon, 12 Jan 2007")


def _whole(record: dict[str, Any], title: str, line: int | None, index: int | None) -> ListedPaper:
    """A record as the snapshot has it. Raises TypeError, ValueError and their like for any other.

    Texts stay as they are, line breaks and all: only the title's are taken out.
    """
    try:
        found = _fields(record)
    except KeyError:
        found = _fields({**_NONE, **record})
    arxiv, parsed, shown, abstract, venue, comment, licence, submitter, doi, categories, versions, update = (
        found
    )
    texts = abstract or "", venue or "", comment or "", licence or "", submitter or ""
    _all_texts(texts)  # raises where one of them is none
    return listed(
        title=title,
        abstract=texts[0],
        line=line,
        index=index,
        authors=_names(parsed, shown),
        ids=_arxiv.ids(arxiv, doi or ""),
        categories=tuple(categories.split()) if categories else (),
        venue=texts[1],
        comment=texts[2],
        licence=texts[3],
        version=len(versions) if versions else None,
        published=_day(versions[0]["created"][:_DAY]) if versions else None,
        updated=date.fromisoformat(update) if update else None,
        submitter=texts[4],
    )


_day = lru_cache(maxsize=4096)(_arxiv.day)


def _names(parsed: list[list[str]] | None, shown: str | None) -> tuple[str, ...]:
    """First name first; what is parsed has its accents as Unicode, unlike what is shown."""
    if not parsed:
        return _arxiv.authors(shown or "")[0]
    return tuple([name[1] + " " + name[0] if name[1] and not name[2] else _one_name(name) for name in parsed])


def _one_name(name: list[str]) -> str:
    return " ".join(filter(None, (name[1], name[0], name[2])))
