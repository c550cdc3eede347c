"""A digest as a Markdown table of title, authors and summary: ``| A title (Read more on [arXiv](…)) | … |``.

Stage parse, for hf_markdown: a row may go on over several lines. A row that lacks a title is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from newsletter.formats import _hf, lines
from newsletter.formats._values import authors, ids, links
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

_COLUMNS = {
    "title": "title",
    "authors": "authors",
    "author": "authors",
    "summary": "summary",
    "abstract": "summary",
}
_MARK = "read more on ["
_RULER = re.compile(r"[|:\- ]+")
_BAR = re.compile(r"(?<!\\)\|")
_URL = re.compile(r"\]\((https?://[^()\s]{1,2000})\)")
_LONGEST_HEADER = 200


def has(found: Iterable[str]) -> bool:
    """Whether lines hold such a table's header and a row that says where to read more."""
    headed = False
    for line in found:
        headed = headed or bool(_header(line))
        if headed and (_MARK in line.lower() or (_hf.PAPERS in line and line.startswith("|"))):
            return True
    return False


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    columns: tuple[str, ...] = ()
    dated = False
    for number, row in _rows(lines(dump)):
        if header := _header(row):
            columns = header
        elif row.startswith("#") and not dated and (day := _hf.iso_date(row)):
            dated = True
            yield _hf.as_said(day)
        elif columns and row.startswith("|") and not _RULER.fullmatch(row):
            yield _paper(dump.name, number, row, columns)


def _header(line: str) -> tuple[str, ...]:
    """What the columns hold, "" for one that we do not read; empty if a line is no header of such a table."""
    if not line.startswith("|") or len(line) > _LONGEST_HEADER:
        return ()
    names = tuple(_COLUMNS.get(cell.strip(" *").lower(), "") for cell in line.strip("|").split("|"))
    return names if set(_COLUMNS.values()) <= set(names) else ()


def _rows(numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Rows whole, with the number of their first line, and the lines between tables."""
    row, first = "", 0
    for number, line in numbered:
        text = line.strip()
        if row and text and not text.startswith("|") and not _closed(row):
            row += " " + text
            continue
        if row:
            yield first, row
        row, first = text[: _hf.LONGEST], number
    if row:
        yield first, row


def _closed(row: str) -> bool:
    """Whether a line is a row that has come to its end, or is none at all."""
    return (
        not row.startswith("|") or len(row) > _hf.LONGEST or (row.endswith("|") and not row.endswith("\\|"))
    )


def _paper(dump: str, number: int, row: str, columns: tuple[str, ...]) -> ListedPaper | Problem:
    cells = _BAR.split(row.removeprefix("|").removesuffix("|"), len(columns) - 1)
    said = {name: cell.strip().replace("\\|", "|") for name, cell in zip(columns, cells, strict=False)}
    title, addresses = _title(said["title"]), tuple(_URL.findall(row))
    if not title or "summary" not in said:
        what = "a row that stops in the middle" if title else "a row without a title"
        return Problem(dump=dump, line=number, what=f"{what}: {_hf.quoted(row)}", cut=bool(title))
    return ListedPaper(
        title=title,
        abstract=" ".join(said["summary"].split()),
        line=number,
        authors=authors(said["authors"]),
        ids=ids(*addresses),
        links=links(*addresses),
    )


def _title(cell: str) -> str:
    """A title without "(Read more on …)" behind it, and without the link that it may be."""
    end = cell.lower().rfind(f"({_MARK}")
    text = (cell[:end] if end >= 0 else cell).strip(" *")
    if text.startswith("[") and "](" in text:
        text = text[1 : text.rfind("](")]
    return " ".join(text.split())
