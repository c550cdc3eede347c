"""Landing: an answer becomes a dump of the inbox, whole or not at all, and takes the place of no other.

It is written under a temporary name that the inbox leaves aside, and gets its own when it is on the disk. A
file's name is made of a date and the name of a source, never of what was fetched. Writes files.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from io import BufferedRandom, BufferedReader
from itertools import count
from pathlib import Path

from newsletter.durable import keep_bytes, keep_names
from newsletter.errors import InboxUnwritable

ASIDE = "aside"
"""The folder beside the state for answers that are no dumps."""
KEPT_ASIDE = 20
"""So many of them are kept; who has not looked at the older ones will not."""
_PART = re.compile(r"\.\d{4}-\d\d-\d\d-[a-z0-9-]+\.part")


def stem(day: date, name: str, part: int) -> str:
    """The name of a file without its ending: 2026-11-22-arxiv, 2026-11-22-arxiv-part-2."""
    return f"{day.isoformat()}-{name}" + (f"-part-{part}" if part > 1 else "")


_ENDINGS = (
    (rb"\x1f\x8b", ".gz"),
    (rb"PK\x03\x04", ".zip"),
    (rb"BZh", ".bz2"),
    (rb"\xfd7zXZ\x00", ".xz"),
    (rb"\x28\xb5\x2f\xfd", ".zst"),
    (rb"PAR1", ".parquet"),
    (rb"(?:\xef\xbb\xbf)?\s*[\[{]", ".json"),
    (rb"(?:\xef\xbb\xbf)?\s*<(?i:!doctype\s+html|html)\b", ".html"),
    (rb"(?:\xef\xbb\xbf)?\s*<", ".xml"),
    (rb"(?:\xef\xbb\xbf)?\s*@\w+\s*[{(]", ".bib"),
)


def ending(head: bytes) -> str:
    """How a file's name ends for people, by how its content begins."""
    return next((found for pattern, found in _ENDINGS if re.match(pattern, head)), ".txt")


@contextmanager
def part_file(folder: Path, stem: str) -> Iterator[tuple[BufferedRandom, Path]]:
    """A file in the inbox that nobody takes for a dump; it goes if it did not get another name meanwhile."""
    path = folder / f".{stem}.part"
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("w+b")
    try:
        yield file, path
    finally:
        file.close()
        path.unlink(missing_ok=True)


def land(file: BufferedRandom, part: Path, stem: str, ending: str) -> str | None:
    """Put a part on the disk under the first free name: stem, stem-2, … None where one of these is the same.

    Raises InboxUnwritable.
    """
    with told(part.parent):
        file.flush()
        keep_bytes(part)
        size, content = file.tell(), sha256(file)
        for number in count(1):
            path = part.with_name(f"{stem}-{number}{ending}" if number > 1 else f"{stem}{ending}")
            with suppress(FileExistsError):
                _link(part, path)
                keep_names(path.parent)
                return path.name
            if path.stat().st_size == size and _same(path, content):
                return None
    return None


def _link(part: Path, path: Path) -> None:
    """Give a file its name if nobody has it. Raises FileExistsError."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links: the lock keeps other fetches away, and people are slow
        if path.exists():
            raise FileExistsError(path) from None
        part.rename(path)


def _same(path: Path, content: str) -> bool:
    with path.open("rb") as there:
        return sha256(there) == content


def sha256(file: BufferedReader | BufferedRandom) -> str:
    """The SHA-256 of a file from its start."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def set_aside(part: Path, folder: Path, stem: str, ending: str) -> Path:
    """Keep an answer for somebody to look at; the last one of that name. Raises InboxUnwritable."""
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{stem}{ending}"
        shutil.copyfile(part, path)
        kept = sorted((each for each in folder.iterdir() if each.is_file()), key=lambda each: each.name)
        for old in kept[:-KEPT_ASIDE]:
            old.unlink(missing_ok=True)
    return path


def sweep(folder: Path) -> None:
    """Take away what a fetch that was killed left half written; nobody else fetches now."""
    with suppress(OSError):  # no folder yet, or none that is ours to read: who writes there is told
        for path in folder.iterdir():
            if _PART.fullmatch(path.name):
                path.unlink(missing_ok=True)


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """What the file system says, as InboxUnwritable."""
    try:
        yield
    except OSError as error:
        raise InboxUnwritable(
            f"{folder}: {error.strerror or error}",
            hint="see that the folder exists, is yours to write, and has room; the next turn asks again",
        ) from error
