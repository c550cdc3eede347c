"""How far the reading of a dump is: its content passes through here on its way to a format, and is counted.

In: a dump and a Progress. Out: the same dump, whose door counts. No format knows of it, and nothing is shown
here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

from newsletter.model import Dump
from newsletter.ports import SILENT, Progress

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER = 256 * 1024


@contextmanager
def watched(dump: Dump, progress: Progress) -> Iterator[Dump]:
    """The dump, telling of each of its bytes once; afterwards it counts as read, however much of it was.

    A format may read a dump twice, or stop in its middle.
    """
    if progress is SILENT:
        yield dump
        return
    count = _Count(dump.size, progress)
    try:
        yield replace(dump, open=lambda: _opened(dump, count))
    finally:
        count.add(dump.size)


class _Count:
    """How many bytes of a dump have been told of."""

    def __init__(self, size: int, progress: Progress) -> None:
        self._left = size
        self._progress = progress

    def add(self, size: int) -> None:
        size = min(size, self._left)
        self._left -= size
        if size:
            self._progress.read(size)


def _opened(dump: Dump, count: _Count) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Told(dump.open(), count), _BUFFER))


class _Told(io.RawIOBase):
    """A file that tells how much of it has been read."""

    def __init__(self, file: BinaryIO, count: _Count) -> None:
        super().__init__()
        self._file = cast("io.BufferedReader", file)
        self._count = count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        size = self._file.readinto(buffer)
        self._count.add(size)
        return size

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()
