"""The dumps of Papers with Code, JSON: papers with abstracts, and links between papers and code.

Stage parse: each record is a listing. In the links' file a paper stands once for each repository: its
listings are one paper with all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import once, text, texts
from newsletter.formats._json import head_value, objects
from newsletter.identity import arxiv_version
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "Papers with Code, JSON"

_MARKS = ({"paper_url", "title", "url_abs"}, {"paper_url", "paper_title", "repo_url"})
"""The fields by which we know its records: of papers, and of links."""


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    if any(marks <= value.keys() for marks in _MARKS):
        return ""
    return "its first record has no paper_url with title and url_abs, or paper_title and repo_url"


def read(dump: Dump) -> Iterator[ListedPaper | Problem]:
    for index, record in objects(dump):
        if isinstance(record, Problem):
            yield record
        elif title := text(record, "title") or text(record, "paper_title"):
            yield _listed(record, title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title")


def _listed(record: dict[str, Any], title: str, index: int) -> ListedPaper:
    page = text(record, "url_abs") or text(record, "paper_url_abs")
    arxiv = text(record, "arxiv_id") or text(record, "paper_arxiv_id")
    return ListedPaper(
        title=title,
        abstract=text(record, "abstract"),
        index=index,
        authors=once(texts(record, "authors")),
        ids=_values.ids(("arxiv", arxiv), ("openreview", text(record, "openreview_id")), page),
        links=_values.links(
            abstract=page or text(record, "paper_url"),
            pdf=text(record, "url_pdf") or text(record, "paper_url_pdf"),
            code=text(record, "repo_url"),
        ),
        keywords=once(texts(record, "tasks")),
        venue=text(record, "proceeding"),
        version=arxiv_version(page) if "arxiv.org/" in page else None,
        published=_values.day(text(record, "date")),
    )
