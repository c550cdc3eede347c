"""DataCite DOIs: an answer of the REST API, one DOI, or JSON lines of its public data file.

Stage parse: each record is a listing, data sets and all, for what a dump's owner asked for is theirs to know.
Related and referenced works stand inside a record and are none of the dump.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import at, named, once, parts, text
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "DataCite DOIs, JSON"


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    first = at(value, "data", 0) or at(value, "data") or value
    return (
        ""
        if _is_doi(first)
        else "its first object is not of type “dois” with attributes, and has no DataCite schema"
    )


def _is_doi(value: Any) -> bool:  # noqa: ANN401 JSON holds anything
    answer = text(value, "type") == "dois" and isinstance(at(value, "attributes"), dict)
    bare = isinstance(at(value, "titles"), list) and "datacite.org/schema" in text(value, "schemaVersion")
    return answer or bare


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for index, found in _records(dump):
        if isinstance(found, Problem):
            yield found
            continue
        record = at(found, "attributes") or found
        if title := next(iter(named(record, "titles", "title")), ""):
            yield _listed(record, title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title ({text(found, 'id')[:80]!r})")


def _records(dump: Dump) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    kind, value = head_value(dump)
    if kind == "lines" and _is_doi(value):
        return lines_of(dump)
    if kind == "object" and _is_doi(value):
        return records(dump, "")
    return records(dump, "item", "data", "data.item")


def _listed(record: dict[str, Any], title: str, index: int) -> ListedPaper:
    return ListedPaper(
        title=title,
        abstract=_abstract(record),
        index=index,
        authors=_authors(record),
        affiliations=_affiliations(record),
        ids=_values.ids(("doi", text(record, "doi")), ("arxiv", _arxiv(record))),
        links=_values.links(abstract=text(record, "url")),
        categories=named(record, "subjects", "subject"),
        venue=text(record, "container", "title") or _publisher(record),
        licence=next(iter(named(record, "rightsList", "rightsUri", "rights")), ""),
        published=_published(record),
        updated=_values.day(text(record, "updated")),
    )


def _abstract(record: dict[str, Any]) -> str:
    described = parts(record, "descriptions")
    kinds = ("Abstract", "")
    found = (
        text(one, "description")
        for kind in kinds
        for one in described
        if kind in text(one, "descriptionType")
    )
    return _values.plain(next(filter(None, found), ""))


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    """Given name first; one without parts as it stands, and turned round where a comma parts it."""
    names = []
    for one in parts(record, "creators"):
        whole = " ".join(filter(None, (text(one, "givenName"), text(one, "familyName"))))
        last, comma, first = text(one, "name").partition(", ")
        names.append(whole or (f"{first} {last}" if comma else last))
    return tuple(filter(None, names))


def _affiliations(record: dict[str, Any]) -> tuple[str, ...]:
    inside = (place for one in parts(record, "creators") for place in parts(one, "affiliation"))
    return once(tuple(filter(None, (text(place) or text(place, "name") for place in inside))))


def _arxiv(record: dict[str, Any]) -> str:
    kinds = (
        (text(one, "identifierType").lower(), text(one, "identifier")) for one in parts(record, "identifiers")
    )
    return next((value for kind, value in kinds if kind == "arxiv"), "")


def _publisher(record: dict[str, Any]) -> str:
    return text(record, "publisher") or text(record, "publisher", "name")


_DATES = ("Available", "Issued", "Submitted", "Created")


def _published(record: dict[str, Any]) -> date | None:
    dates = {text(one, "dateType"): text(one, "date") for one in parts(record, "dates")}
    told = (_values.day(dates.get(kind, "")) for kind in _DATES)
    return next(filter(None, told), None) or _values.day(text(record, "publicationYear"))
