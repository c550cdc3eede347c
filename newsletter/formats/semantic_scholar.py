"""Semantic Scholar's answers: a search, a batch, recommendations, citations, one paper, or bulk JSON lines.

Stage parse: each paper of the answer is a listing. What a paper cites or is cited by stands inside it and is
no paper of the dump. The bulk files write their keys in small letters (``corpusid``, ``externalids``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import at, named, once, text, texts
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem

TITLE = "Semantic Scholar, JSON"

_PATHS = ("item", "data.item", "recommendedPapers.item", "papers.item")
_INNER = ("citingPaper", "citedPaper", "paper")
"""Where an answer about citations, or about an author's papers, keeps each paper."""


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    return "" if _is_paper(_first(value)) else "its first object has no paperId of 40 digits, and no corpusid"


def _first(value: dict[str, Any]) -> dict[str, Any]:
    """The first paper of an answer, or what was given."""
    for key in ("data", "recommendedPapers", "papers"):
        if isinstance(inside := at(value, key), list):
            value = next((one for one in inside if isinstance(one, dict)), {})
    return _inner(value)


def _inner(value: dict[str, Any]) -> dict[str, Any]:
    return next((value[key] for key in _INNER if isinstance(value.get(key), dict)), value)


_PAPER_ID = re.compile(r"[0-9a-f]{40}")


def _is_paper(value: Any) -> bool:  # noqa: ANN401 JSON holds anything
    own = _PAPER_ID.fullmatch(text(value, "paperId")) is not None
    bulk = at(value, "corpusid") is not None and at(value, "externalids") is not None
    return own or bulk or (isinstance(value, dict) and _cites(value))


def _cites(value: dict[str, Any]) -> bool:
    """Whether a paper's citations stand before its own id, and are all that the head shows: they are no
    papers of the list.
    """
    inside = [at(value, key, 0) for key in ("citations", "references")]
    return any(_PAPER_ID.fullmatch(text(one, "paperId")) for one in inside)


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for index, found in _records(dump):
        if isinstance(found, Problem):
            yield found
        elif title := _title(_inner(found)):
            yield _listed(_inner(found), title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title")


def _records(dump: Dump) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    kind, value = head_value(dump)
    if kind == "lines" and _is_paper(_inner(value)):
        return lines_of(dump)
    return records(dump, "") if _is_paper(value) and kind == "object" else records(dump, *_PATHS)


# Old answers put what the library's catalogue says of a scan before the title.
_MARKS = ("[PDF] ", "[HTML] ", "[BOOK] ", "[CITATION] ")


def _title(paper: dict[str, Any]) -> str:
    title = text(paper, "title")
    return next((title[len(mark) :] for mark in _MARKS if title.upper().startswith(mark)), title)


def _listed(paper: dict[str, Any], title: str, index: int) -> ListedPaper:
    external = at(paper, "externalIds") or at(paper, "externalids") or {}
    return ListedPaper(
        title=title,
        abstract=text(paper, "abstract"),
        index=index,
        authors=named(paper, "authors", "name"),
        ids=_values.ids(
            ("s2", text(paper, "paperId")),
            ("arxiv", text(external, "ArXiv")),
            ("doi", text(external, "DOI")),
            ("pmid", text(external, "PubMed")),
            ("acl", text(external, "ACL")),
        ),
        links=_links(paper),
        categories=once((*texts(paper, "fieldsOfStudy"), *named(paper, "s2FieldsOfStudy", "category"))),
        venue=text(paper, "venue") or text(paper, "journal", "name"),
        licence=text(paper, "openAccessPdf", "license"),
        published=_values.day(text(paper, "publicationDate") or text(paper, "year")),
    )


def _links(paper: dict[str, Any]) -> tuple[Link, ...]:
    return _values.links(abstract=text(paper, "url"), pdf=text(paper, "openAccessPdf", "url"))
