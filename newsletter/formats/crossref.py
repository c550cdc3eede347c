"""Crossref works: an answer of the REST API, one work, or a dump of works as an array or JSON lines.

Stage parse: each work is a listing, but for the parts and notices that Crossref registers beside papers
(journals, issues, grants, components). Abstracts are JATS; a title may hold the tags of italics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import at, named, once, parts, text, texts, without_faces
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem

TITLE = "Crossref works, JSON"

_NO_PAPERS = frozenset(
    (
        "journal", "journal-issue", "journal-volume", "book-series", "book-set", "proceedings-series",
        "report-series", "grant", "component", "database", "standard-series", "peer-review",
    )
)  # fmt: skip
"""Types of works that are no papers: https://api.crossref.org/types."""


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    if text(value, "message-type") in ("work", "work-list"):
        return ""
    first = at(value, "items", 0) or at(value, "message", "items", 0) or at(value, "message") or value
    return "" if _is_work(first) else "no message-type “work-list”, no object with DOI and member"


def _is_work(value: Any) -> bool:  # noqa: ANN401 JSON holds anything
    return isinstance(value, dict) and "DOI" in value and ("indexed" in value or "member" in value)


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for index, found in _records(dump):
        if isinstance(found, Problem):
            yield found
        elif text(found, "type") in _NO_PAPERS:
            continue
        elif title := _title(found):
            yield _listed(found, title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title ({text(found, 'DOI')[:80]!r})")


def _records(dump: Dump) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    kind, value = head_value(dump)
    if kind == "lines" and _is_work(value):
        return lines_of(dump)
    if kind == "object" and _is_work(value):
        return records(dump, "")
    if kind in ("object", "lines") and text(value, "message-type") == "work":
        return records(dump, "message")
    return records(dump, "item", "items.item", "message.items.item")


def _title(work: dict[str, Any]) -> str:
    return without_faces(next(iter(texts(work, "title")), ""))


def _listed(work: dict[str, Any], title: str, index: int) -> ListedPaper:
    return ListedPaper(
        title=title,
        abstract=_abstract(text(work, "abstract")),
        index=index,
        authors=_authors(work),
        affiliations=once(
            tuple(name for author in parts(work, "author") for name in named(author, "affiliation", "name"))
        ),
        ids=_values.ids(("doi", text(work, "DOI"))),
        links=_links(work),
        categories=texts(work, "subject"),
        venue=next(iter((*texts(work, "container-title"), text(work, "event", "name"))), ""),
        licence=text(work, "license", 0, "URL"),
        published=_published(work),
    )


def _authors(work: dict[str, Any]) -> tuple[str, ...]:
    names = (
        " ".join(filter(None, (text(author, "given"), text(author, "family")))) or text(author, "name")
        for author in parts(work, "author")
    )
    return tuple(name for name in names if name)


# The heading of the whole abstract says nothing; that of a part ends like a sentence before the part.
_HEADING = re.compile(r"<(?:jats:)?title[^<>]{0,200}>\s*([^<>]{0,200}?)\s*</(?:jats:)?title>", re.IGNORECASE)
_WHOLE = ("abstract", "summary", "abstract:", "zusammenfassung", "résumé", "resumen")


def _abstract(jats: str) -> str:
    return _values.plain(_HEADING.sub(_heading, jats)) if jats else ""


def _heading(found: re.Match[str]) -> str:
    said = found[1]
    if not said or said.lower() in _WHOLE:
        return " "
    return f" {said} " if said[-1] in ".:?!" else f" {said}: "


def _links(work: dict[str, Any]) -> tuple[Link, ...]:
    pdfs = (
        text(link, "URL") for link in parts(work, "link") if text(link, "content-type") == "application/pdf"
    )
    page = text(work, "resource", "primary", "URL") or text(work, "URL")
    return _values.links(abstract=page, pdf=next(pdfs, ""))


_DATES = ("posted", "published-online", "published-print", "published", "issued", "created")


def _published(work: dict[str, Any]) -> date | None:
    days = (_values.day(at(work, name, "date-parts", 0)) for name in _DATES)
    return next(filter(None, days), None)
