"""The snapshot of arXiv's metadata on Kaggle (arxiv-metadata-oai-snapshot.json): JSON lines, or an array.

Stage parse: records go in, papers come out. The file has millions of lines, so every step here is as cheap
as it can be; benchmarks/ measures it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

import orjson

from newsletter.formats import _arxiv
from newsletter.formats._json import head_value, made_of_lines, records
from newsletter.formats._quick import ListedDraft
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


_UNUSUAL = (TypeError, AttributeError, ValueError, LookupError)


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    if head_value(dump)[0] == "array":
        return _of_array(dump)
    return made_of_lines(dump, _whole, partial(_odd, dump.name))


def _of_array(dump: Dump) -> Iterator[ListedPaper | Problem]:
    for index, found in records(dump, "item"):
        yield found if isinstance(found, Problem) else _listed(dump.name, found, index)


def _listed(dump: str, record: dict[str, Any], index: int) -> ListedPaper | Problem:
    try:
        return _whole(record, None, index)
    except _UNUSUAL:
        return _odd(dump, record, None, index)


def _odd(
    dump: str, record: dict[str, Any], line: int | None, index: int | None = None
) -> ListedPaper | Problem:
    """Of a record with a field of the wrong kind the others are kept; one without a title is a problem."""
    try:
        return _whole(_completed(record), line, index)
    except _UNUSUAL:
        pass
    title = record.get("title")
    if not isinstance(title, str) or not title or title.isspace():
        place = f"record {index}" if index else "a record"
        return Problem(dump=dump, line=line, what=f"{place} has no title")
    return _mended(record, _arxiv.one_line(title), line, index)


def _completed(record: dict[str, Any]) -> dict[str, Any]:
    """With all fields, and without the affiliations that stand behind some names."""
    found = {**_NONE, "authors": None, **record}
    return {**found, "authors_parsed": [name[:3] for name in found["authors_parsed"] or ()]}


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

# Spelled by the parser, which gives the same string objects again in each record: what is the very same
# object is found in half the time.
_NONE = orjson.loads("""{
    "title": null, "id": null, "authors_parsed": null, "abstract": null, "journal-ref": null,
    "comments": null, "license": null, "submitter": null, "doi": null, "categories": null,
    "versions": null, "update_date": null
}""")
_fields = itemgetter(*_NONE)
_DAY = len("Mon, 12 Jan 2007")


def _whole(record: dict[str, Any], line: int | None, index: int | None = None) -> ListedPaper:
    """A record as the snapshot has it. Raises TypeError, ValueError and their like for any other.

    Texts stay as they are, line breaks and all: only the title's are taken out.
    """
    found = _fields(record)
    title, arxiv, names, abstract, venue, comment, licence, submitter, doi, terms, versions, day = found
    title = title.replace(_BREAK, " ")
    if "\n" in title or "  " in title or title.strip() != title:
        title = _one_line(title)
    abstract, venue, comment = abstract or "", venue or "", comment or ""
    licence, submitter = licence or "", submitter or ""
    if not type(abstract) is type(venue) is type(comment) is type(licence) is type(submitter) is str:
        raise TypeError
    draft: Any = ListedDraft()
    draft.title = title
    draft.abstract = abstract
    draft.line = line
    draft.index = index
    draft.authors = _names(names) if names else _arxiv.authors(record["authors"] or "")[0]
    draft.affiliations = draft.links = draft.keywords = ()
    draft.ids = _arxiv.ids(arxiv, doi or "")
    draft.categories = _terms(terms[:_LONGEST_TERMS]) if terms else ()
    draft.venue = venue
    draft.comment = comment
    draft.licence = licence
    draft.kind = "new"
    draft.version = len(versions) if versions else None
    draft.published = _moment(versions[0]["created"][:_DAY]) if versions else None
    draft.updated = _day(day) if day else None
    draft.listed = draft.votes = draft.stars = None
    draft.organisation = ""
    draft.submitter = submitter
    draft.__class__ = ListedPaper
    return draft  # type: ignore[no-any-return] # it has just become one


_BREAK = "\n  "
"""How the snapshot, as arXiv's own interfaces, breaks a title in two lines."""


def _one_line(title: str) -> str:
    """Raises ValueError where that is empty."""
    if words := title.split():
        return " ".join(words)
    raise ValueError(title)


# The same days and categories come back thousands of times.
_moment = lru_cache(maxsize=4096)(_arxiv.day)
_day = lru_cache(maxsize=4096)(date.fromisoformat)


_LONGEST_TERMS = 2000
"""All that arXiv has together are shorter."""


@lru_cache(maxsize=4096)
def _terms(categories: str) -> tuple[str, ...]:
    return tuple(categories.split())


def _names(names: list[list[str]]) -> tuple[str, ...]:
    """First name first. They have their accents as Unicode, unlike what is in `authors`."""
    return tuple(
        [
            f"{first} {last}"
            if first and last and not suffix
            else " ".join(filter(None, (first, last, suffix)))
            for last, first, suffix in names
        ]
    )
