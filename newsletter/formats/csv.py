"""Tables as CSV or TSV with a column of titles: Zotero, Scopus, PubMed, OpenReview, a sheet somebody keeps.

Stage parse: the delimiter and the header are found in the first line that is not blank; each row is one
listing. A quotation mark that nobody closed costs its row, not the rest of the file. What the columns are
called is in _columns.py.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from newsletter.formats import encoding, lines
from newsletter.formats._columns import Roles, Table, roles
from newsletter.formats._library import Found, titled
from newsletter.model import Dump, Problem

TITLE = "CSV or TSV with a column of titles"

_DELIMITERS = ",\t;|"
_HEADER = 20_000
"""Characters of a header that are looked at: Zotero's 87 columns take 1,400."""
_BLANK_BEFORE = 20


def recognise(dump: Dump) -> str:
    delimiter, columns = _header(dump.head)
    if not delimiter:
        return "its first line is no header with “title” and another known column"
    told = bool(columns.keys() & _OF_PAPERS) and columns["title"] != columns.get("named")
    if told or _names_papers(dump, delimiter, columns):
        return ""
    return "its columns and links tell of no papers: neither authors nor an abstract, a DOI or the like"


_OF_PAPERS = frozenset(("authors", "abstract", "doi", "arxiv", "pmid", "openreview", "venue", "noted"))
_ROWS = 50
"""Of the head that are asked."""


def _names_papers(dump: Dump, delimiter: str, columns: Roles) -> bool:
    """Whether one of the first rows has a paper's id or address, or there is no column but those we know:
    films and recipes have titles as well, and much besides.
    """
    text = dump.head.decode(encoding(dump.head), "newsletter.western")
    header, *rows = (
        _cells(line, delimiter) for line in islice(filter(_is_content, text.splitlines()), _ROWS)
    )
    known = {column for columns_ in columns.values() for column in columns_}
    listed = map(Table(columns).listed, rows)
    return len(known) == len(header) or any(row is not None and row.ids for row in listed)


@lru_cache(maxsize=8)
def _header(head: bytes) -> tuple[str, Roles]:
    """The delimiter and the columns, ("", {}) where the first line is no header of ours."""
    text = head[: 4 * _HEADER].decode(encoding(head), "newsletter.western").lstrip("\ufeff")
    first = next((line for line in islice(text.splitlines(), _BLANK_BEFORE) if _is_content(line)), "")
    if first.lstrip().startswith(("{", "[", "<", "|", "#", "-", "@")) or len(first) > _HEADER:
        return "", {}
    found = ((delimiter, roles(_cells(first, delimiter))) for delimiter in _DELIMITERS)
    best = max(found, key=lambda one: len(one[1]))
    return best if best[1] else ("", {})


def _is_content(line: str) -> bool:
    """Neither blank nor what some programs write before the header: the delimiter shows by itself."""
    return bool(line.strip()) and not _stands_before(line)


def _stands_before(line: str) -> bool:
    """Excel's "sep=;", or Dimensions' "About the data: Exported on …"."""
    return line.lower().lstrip('\ufeff"').startswith(("sep=", "about the data:"))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader((line,), delimiter=delimiter), [])
    except csv.Error:
        return []


# ---------------------------------------------------------------------------------------------- rows


def read(dump: Dump) -> Iterator[Found]:
    delimiter, columns = _header(dump.head)
    if not columns:
        hint = "name the columns in its first line"
        yield Problem(dump=dump.name, what="it has no header with a column of titles", hint=hint)
        return
    yield from titled(dump, _listings(dump, delimiter, Table(columns)))


def _listings(dump: Dump, delimiter: str, table: Table) -> Iterator[Found]:
    rows = _Rows(dump, delimiter)
    for line, row in rows:
        if isinstance(row, Problem):
            yield row
        elif paper := table.listed(row, line=line):
            yield paper


_MOST_LINES = 400
"""Lines of one row: an abstract may hold some; a stray quotation mark would take all that follow."""
_MOST_CHARACTERS = 2_000_000
_END = "\0the end of the file"


class _Unclosed(Exception):
    """A quoted field goes on for longer than any field does."""


class _Rows:
    """The rows of a table with the line each begins in. A row that cannot be one is a Problem."""

    def __init__(self, dump: Dump, delimiter: str) -> None:
        self.dump = dump
        self.delimiter = delimiter
        self.width = 0
        self._header: list[str] = []
        self._source: Iterator[tuple[int, str]] = lines(dump)
        self._back: deque[tuple[int, str]] = deque()
        self._taken: list[tuple[int, str]] = []
        self._size = 0
        self._doubtful = 0
        self._over = False
        self._ragged = False

    def __iter__(self) -> Iterator[tuple[int, list[str] | Problem]]:
        csv.field_size_limit(_MOST_CHARACTERS)  # 131,072 by default: 240,000 characters of authors are real
        short: tuple[int, list[str]] | None = None
        for line, row in self._content():
            if short:
                yield short
                self._ragged, short = True, None
            if isinstance(row, list) and len(row) < self.width and not self._ragged:
                short = line, row
            else:
                yield line, row
        if short:
            yield short[0], self._problem(short[0], "the last row is cut off", cut=True)

    def _content(self) -> Iterator[tuple[int, list[str] | Problem]]:
        """What stands under the header, without blank rows."""
        while not self._over:
            line, row = self._next()
            if isinstance(row, Problem):
                yield line, row
            elif not any(cell.strip() for cell in row) or (not self.width and _stands_before(row[0])):
                continue
            elif not self.width:
                self.width, self._header = len(row), row
            elif row != self._header:  # files that were put together repeat it
                yield from self._whole(line, row)

    def _next(self) -> tuple[int, list[str] | Problem]:
        """The next row, however many lines it takes."""
        self._taken, self._size = [], 0
        try:
            row = next(csv.reader(self._lines(), delimiter=self.delimiter), [])
        except (_Unclosed, csv.Error):
            return self._unclosed()
        line = self._taken[0][0] if self._taken else 0
        if row and row[-1].endswith(_END):
            self._over = True
            return (line, []) if row == [_END] else self._unclosed()
        return line, row

    def _lines(self) -> Iterator[str]:
        """The lines of a row, each remembered; at the end of the file a line that no file holds."""
        while True:
            number, line = self._back.popleft() if self._back else next(self._source, (0, _END))
            if number:
                self._taken.append((number, line))
            self._size += len(line)
            if len(self._taken) > _MOST_LINES or self._size > _MOST_CHARACTERS:
                raise _Unclosed
            yield f"{line}\n" if number else line
            if not number:
                return

    def _unclosed(self) -> tuple[int, list[str] | Problem]:
        """Give up the row's first line and read on behind it, since only the quotation mark may be wrong."""
        (line, text), *rest = self._taken
        self._back.extendleft(reversed(rest))
        self._doubtful = rest[-1][0] if rest else self._doubtful
        cut, self._over = self._over, False
        cells = text.split(self.delimiter)
        if self.delimiter == "\t" and len(cells) == self.width:  # there a quotation mark may be just one
            return line, cells
        return line, self._problem(line, "a quoted field that nothing closes", cut=cut)

    def _whole(self, line: int, row: list[str]) -> Iterator[tuple[int, list[str] | Problem]]:
        """The row, where it has as many cells as the header; in doubt, lines of a text are no rows."""
        extra = [cell for cell in row[self.width :] if cell.strip()]
        if line <= self._doubtful and len(row) != self.width:
            return
        if extra:
            what = f"a row of {len(row)} cells where the header has {self.width}"
            yield line, self._problem(line, what, hint="put a cell that holds the delimiter in quotes")
        else:
            yield line, row

    def _problem(self, line: int, what: str, *, hint: str = "", cut: bool = False) -> Problem:
        return Problem(dump=self.dump.name, line=line, what=what, hint=_PUT_BACK if cut else hint, cut=cut)


_PUT_BACK = "the file seems cut off; put the whole file back and run again"
