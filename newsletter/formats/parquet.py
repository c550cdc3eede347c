"""Parquet, the tables that data sets of papers are published as; needs the extra ``parquet`` (pyarrow).

Stage parse: the columns' names say what they are (_columns.py), and only those that say something are read, a
batch of rows at a time. The file's index stands at its end: one that is cut off cannot be read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.formats import opened
from newsletter.formats._columns import Table, roles
from newsletter.formats._library import Found, titled
from newsletter.model import Dump, Problem

TITLE = "Parquet"

_MAGIC = b"PAR1"
_ROWS = 500
"""Rows of a batch: with the longest abstracts some 10 MB."""


def recognise(dump: Dump) -> str:
    return "" if dump.head.startswith(_MAGIC) else "it does not begin with PAR1"


def read(dump: Dump) -> Iterator[Found]:
    try:
        from pyarrow import ArrowException, parquet  # type: ignore[import-untyped] # noqa: PLC0415 an extra
    except ImportError:
        what, hint = (
            "Parquet needs pyarrow, which is not installed",
            "pip install 'paper-newsletter[parquet]'",
        )
        yield Problem(dump=dump.name, what=what, hint=hint)
        return
    rows = _Rows()
    with opened(dump) as file:
        try:
            yield from titled(dump, rows.listings(dump, parquet.ParquetFile(file)))
        except (ArrowException, ValueError, OSError) as error:
            yield _broken(dump, error, rows.index)


class _Rows:
    """One reading of a table: the number of the row it has come to."""

    def __init__(self) -> None:
        self.index = 0

    def listings(self, dump: Dump, file: Any) -> Iterator[Found]:  # noqa: ANN401 pyarrow has no types
        names = _useful(file.schema_arrow.names)
        if not names:
            columns = ", ".join(file.schema_arrow.names[:_SHOWN])
            yield Problem(dump=dump.name, what="none of its columns is a title", hint=f"columns: {columns}")
            return
        table = Table(roles(names))
        for batch in file.iter_batches(_ROWS, columns=names):
            for cells in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
                self.index += 1
                if paper := table.listed(cells, index=self.index):
                    yield paper


_SHOWN = 20


def _useful(names: list[str]) -> list[str]:
    """The columns that say something of a paper; none where none is its title."""
    return [names[column] for column in sorted({one for found in roles(names).values() for one in found})]


def _broken(dump: Dump, error: Exception, index: int) -> Problem:
    why = " ".join(str(error).split())[:200]
    what = f"nothing after row {index} can be read: {why}" if index else f"it is no whole Parquet file: {why}"
    hint = "the file seems cut off; put the whole file back and run again"
    return Problem(dump=dump.name, what=what, hint=hint, cut=True)
