"""Mailboxes to messages: a file with one message, an mbox, a Maildir or any folder of message files. Reads
them; moves, marks and removes nothing.
"""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path

from newsletter.errors import NotFound

LARGEST = 4 * 1024**2
"""Bytes that are read of a message: a report stands in front of the mail that it quotes."""
MBOX = b"From "


def messages(path: Path) -> Iterator[bytes]:
    """The bytes of each message, in the order of the files' names. Raises NotFound."""
    if not path.exists():
        raise NotFound(
            f"{path}: there is no such file or folder", hint="name a mailbox: mbox, Maildir or .eml"
        )
    try:
        for file in _files(path):
            yield from _in_file(file)
    except OSError as error:
        raise NotFound(f"{error.filename or path}: {error.strerror}", hint="make it readable") from error


def _files(path: Path) -> Iterator[Path]:
    """The file itself; of a Maildir what is new and what was looked at; else every file of a folder."""
    if not path.is_dir():
        yield path
        return
    folders = [path / name for name in ("new", "cur") if (path / name).is_dir()] or [path]
    for folder in folders:
        yield from sorted(file for file in folder.iterdir() if file.is_file() and file.name[0] != ".")


def _in_file(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        head = content.read(len(MBOX))
        if head != MBOX:
            yield head + content.read(LARGEST)
            return
    box = mailbox.mbox(file, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)[:LARGEST]
    finally:
        box.close()
