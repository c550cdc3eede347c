"""OpenAlex works: a page of the API, a group of works in an array or JSON lines, or one work.

Stage parse: each work is a listing. An abstract comes as an inverted index, word by word with its places, and
is put together again; one that claims more words than any abstract has is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import at, named, once, parts, text, without_faces
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "OpenAlex works, JSON"


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    first = at(value, "results", 0) or value
    return "" if _is_work(first) else "its first object has no id such as https://openalex.org/W…"


def _is_work(value: Any) -> bool:  # noqa: ANN401 JSON holds anything
    name = text(value, "id").removeprefix("https://openalex.org/")
    return name[:1] == "W" and name[1:].isdecimal() and "title" in value


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for index, found in _records(dump):
        if isinstance(found, Problem):
            yield found
        elif title := without_faces(text(found, "title") or text(found, "display_name")):
            yield _listed(found, title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title")


def _records(dump: Dump) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    kind, value = head_value(dump)
    if kind == "lines" and _is_work(value):
        return lines_of(dump)
    return (
        records(dump, "") if kind == "object" and _is_work(value) else records(dump, "item", "results.item")
    )


def _listed(work: dict[str, Any], title: str, index: int) -> ListedPaper:
    place = at(work, "primary_location") or {}
    return ListedPaper(
        title=title,
        abstract=_abstract(at(work, "abstract_inverted_index")) or text(work, "abstract"),
        index=index,
        authors=_authors(work),
        affiliations=_affiliations(work),
        ids=_ids(work),
        links=_values.links(
            abstract=text(place, "landing_page_url") or text(work, "doi"), pdf=text(place, "pdf_url")
        ),
        categories=named(work, "topics", "display_name"),
        keywords=named(work, "keywords", "display_name", "keyword"),
        venue=text(place, "source", "display_name") or text(work, "host_venue", "display_name"),
        licence=text(place, "license"),
        published=_values.day(text(work, "publication_date") or text(work, "publication_year")),
        updated=_values.day(text(work, "updated_date")),
    )


def _authors(work: dict[str, Any]) -> tuple[str, ...]:
    names = (
        text(part, "author", "display_name") or text(part, "raw_author_name")
        for part in parts(work, "authorships")
    )
    return tuple(name for name in names if name)


def _affiliations(work: dict[str, Any]) -> tuple[str, ...]:
    return once(
        tuple(
            name
            for part in parts(work, "authorships")
            for name in named(part, "institutions", "display_name")
        )
    )


def _ids(work: dict[str, Any]) -> tuple[str, ...]:
    """Its own, its DOI, and the arXiv id that the place where it lies may tell."""
    places = (*parts(work, "locations"), at(work, "primary_location"))
    addresses = (text(place, "landing_page_url") for place in places)
    arxiv = next((("arxiv", url) for url in addresses if "://arxiv.org/abs/" in url), ("arxiv", ""))
    pmid = text(work, "ids", "pmid").rpartition("/")[2]
    return _values.ids(("openalex", text(work, "id")), ("doi", text(work, "doi")), arxiv, ("pmid", pmid))


_MOST_WORDS = 20_000
"""Forty times the longest abstract: a place beyond it would make us a text of any size out of one word."""


def _abstract(index: Any) -> str:  # noqa: ANN401 JSON holds anything
    """The words of an inverted index, ``{"word": [places]}``, in their order."""
    if not isinstance(index, dict):
        return ""
    placed = {
        place: word
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int) and 0 <= place < _MOST_WORDS
    }
    return " ".join(" ".join(placed[place] for place in sorted(placed)).split())
