"""What a power cut does not take back: a file's bytes, a folder's names. Writes nothing of its own."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def keep_bytes(path: Path) -> None:
    """Wait until what stands there is on the disk. Raises OSError."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def keep_names(folder: Path) -> None:
    """The same for the names in a folder, where the file system knows such a thing."""
    with suppress(OSError):
        keep_bytes(folder)
