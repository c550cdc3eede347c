"""bioRxiv and medRxiv: an answer of api.biorxiv.org (``{"collection": […]}``), or a spider's array.

Stage parse: each record is a listing, a second version of a preprint one that is replaced. Greek letters
stand in braces, ``TGF{beta}``, and become letters. DOIs begin with 10.1101 or, of late, with 10.64898.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import at, text, without_faces
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem

TITLE = "bioRxiv and medRxiv, JSON"

_SERVERS = ("biorxiv", "medrxiv")


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    first = at(value, "collection", 0) or value
    doi = text(first, "doi") or text(first, "biorxiv_doi") or text(first, "preprint_doi")
    named = text(first, "server").lower() in _SERVERS or any(
        f"{name}_doi" in first for name in ("biorxiv", "preprint")
    )
    if not named or "/" not in doi:
        return "its first object has no server “biorxiv” or “medrxiv” beside a DOI"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    seen = 0
    for index, found in _records(dump):
        if isinstance(found, Problem):
            yield found
            continue
        seen += 1
        if title := without_faces(_letters(_first(found, "title", "preprint_title"))):
            yield _listed(found, title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title ({_doi(found)[:80]!r})")
    yield from _missing(dump, seen)


def _records(dump: Dump) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    kind, value = head_value(dump)
    if kind == "lines" and "collection" not in value:
        return lines_of(dump)
    return (
        records(dump, "collection.item", "item")
        if kind == "array" or "collection" in value
        else records(dump, "")
    )


def _missing(dump: Dump, seen: int) -> Iterator[Problem]:
    """The API's page says how many records it has."""
    kind, value = head_value(dump)
    said = _values.number(at(value, "messages", 0, "count")) if kind == "object" else None
    if said is not None and said != seen:
        yield Problem(dump=dump.name, what=f"it says it has {said:,} records, but there are {seen:,}")


def _listed(record: dict[str, Any], title: str, index: int) -> ListedPaper:
    version = _values.number(record.get("version"))
    return ListedPaper(
        title=title,
        abstract=_letters(_values.plain(_first(record, "abstract", "preprint_abstract"))),
        index=index,
        authors=_values.authors(_first(record, "authors", "preprint_authors"), reversed_names=True),
        affiliations=tuple(filter(None, (text(record, "author_corresponding_institution"),))),
        ids=_values.ids(("doi", _doi(record)), ("doi", _published_doi(record))),
        links=_links(record),
        categories=tuple(filter(None, (text(record, "category") or text(record, "preprint_category"),))),
        venue=text(record, "published_journal"),
        licence=text(record, "license"),
        kind="replaced" if version and version > 1 else "new",
        published=_values.day(_first(record, "pub_date", "preprint_date", "date")),
    )


def _first(record: dict[str, Any], *names: str) -> str:
    return next(filter(None, (text(record, name) for name in names)), "")


def _doi(record: dict[str, Any]) -> str:
    return _first(record, "doi", "biorxiv_doi", "preprint_doi")


def _published_doi(record: dict[str, Any]) -> str:
    """Of the journal's version; "NA" where there is none."""
    return next(
        (doi for name in ("published_doi", "published") if (doi := text(record, name)).startswith("10.")), ""
    )


def _links(record: dict[str, Any]) -> tuple[Link, ...]:
    server = _first(record, "server", "preprint_platform").lower()
    page = text(record, "source_url")
    if not page and server in _SERVERS:
        page = f"https://www.{server}.org/content/{_doi(record)}"
    return _values.links(abstract=page)


_GREEK = re.compile(r"\{([A-Za-z]{2,10})\}")
_NAMES = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
_LETTERS = dict(zip(_NAMES, "αβγδεζηθικλμνξοπρστυφχψω", strict=True))


def _letters(words: str) -> str:
    """The text with ``{beta}`` as β and ``{Delta}`` as Δ; other braces stay."""
    return _GREEK.sub(_letter, words) if "{" in words else words


def _letter(found: re.Match[str]) -> str:
    letter = _LETTERS.get(found[1].lower(), "")
    return (letter.upper() if found[1][0].isupper() else letter) or found[0]
