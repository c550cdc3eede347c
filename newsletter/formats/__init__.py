"""The dump formats, an open set: a module here is a format, its file's name is the format's name.

Stage parse: a dump goes in, a stream of listed papers, dates and problems comes out. Nothing here opens a
file by itself: a dump brings its own door. A format of third parties is an entry point in the group
``newsletter.formats``.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Protocol, cast

from newsletter import open_set
from newsletter.errors import DumpTooLarge, UnknownFormat, UnreadableDump
from newsletter.model import Dump, DumpDate, ListedPaper, Problem
from newsletter.settings import Limits

LINE_BYTES = Limits().line_bytes


class Format(Protocol):
    """What a module in this folder offers."""

    TITLE: str
    """What people call it: "Hugging Face Daily Papers, the page as text"."""

    def recognise(self, dump: Dump) -> str:
        """Nothing when the dump is its own, else why not; from `dump.head` alone, whatever the name."""

    def read(self, dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
        """What the dump holds, in its order, as it is read. Raises DumpError when it cannot go on."""


def names() -> tuple[str, ...]:
    """The formats that come with us."""
    return open_set.names(__path__)


def load(name: str) -> Format:
    """The format of that name; others' are looked up only where it is not ours. Raises NotFound."""
    return cast("Format", open_set.load(__name__, __path__, name, "dump format"))


def recognise(dump: Dump) -> str:
    """The name of the dump's format. Raises UnreadableDump where there is nothing to read, UnknownFormat."""
    if not dump.head.strip(b"\0 \t\r\n\f\v" + codecs.BOM_UTF8):
        raise UnreadableDump("the file is empty", hint="save the page again; what is here now may be deleted")
    refusals: dict[str, str] = {}
    for name in names():
        refusals[name] = load(name).recognise(dump)
        if not refusals[name]:
            return name
    if _binary(dump.head):
        raise UnreadableDump(
            "this is no text", hint="drop the list of papers itself: text, not a program or picture"
        )
    raise _unknown(dump, refusals)


def _unknown(dump: Dump, refusals: dict[str, str]) -> UnknownFormat:
    nearest = sorted(refusals, key=lambda name: SequenceMatcher(None, name, dump.name.lower()).ratio())[-2:]
    said = "; ".join(f"{name}: {refusals[name]}" for name in reversed(nearest))
    return UnknownFormat(
        f"no dump format recognises it ({said})",
        hint="if you know better, try: newsletter parse --format NAME FILE; else take it out of the inbox",
    )


_BINARY_SHARE = 0.05
"""Of control characters in the head; a text that went through a bad converter has a few."""


def _binary(head: bytes) -> bool:
    controls = head.translate(None, bytes(range(32, 256)) + b"\t\n\r\f\v\b\x1b")
    return not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(
        controls
    ) > _BINARY_SHARE * len(head)


# ------------------------------------------------------------------------------------ for the formats


def _western(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are read as Windows' Western European, which is what old editors save."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    wide = error.encoding.startswith("utf-16") or error.encoding.startswith("utf-32")
    return "\ufffd" if wide else _cp1252(broken), error.end


def _cp1252(broken: bytes) -> str:
    return "".join(bytes([byte]).decode("cp1252", "replace") for byte in broken)


codecs.register_error("newsletter.western", _western)


def encoding(head: bytes) -> str:
    """Of a text that begins so: what its byte order mark says, else UTF-8."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def head_lines(dump: Dump) -> tuple[str, ...]:
    """The lines of the dump's head, stripped; the last may be cut."""
    text = dump.head.decode(encoding(dump.head), "newsletter.western")
    return tuple(line.strip() for line in text.splitlines())


def lines(dump: Dump, limit_bytes: int = LINE_BYTES) -> Iterator[tuple[int, str]]:
    """The dump's lines with their numbers from 1, without their ends (LF, CRLF or CR), one at a time.

    Raises DumpTooLarge at a line over the limit, UnreadableDump when the file cannot be read to its end.
    """
    try:
        with io.TextIOWrapper(dump.open(), encoding(dump.head), errors="newsletter.western") as text:
            yield from _numbered(text, limit_bytes)
    except OSError as error:
        raise UnreadableDump(f"it cannot be read: {error.strerror or error}") from error


def _numbered(text: io.TextIOWrapper, limit: int) -> Iterator[tuple[int, str]]:
    number = 0
    while line := text.readline(limit + 1):
        number += 1
        if len(line) > limit and not line.endswith("\n"):
            raise DumpTooLarge(
                f"line {number} is longer than {limit:,} bytes",
                hint="is this really a list of papers? else raise limits.line_bytes in config.yaml",
            )
        yield number, line.rstrip("\n")
