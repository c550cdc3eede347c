"""The dump formats, an open set: a module here is a format, its file's name is the format's name.

Stage parse: a dump goes in, a stream of listed papers, dates and problems comes out. Nothing here opens a
file by itself: a dump brings its own door. A format of third parties is an entry point in the group
``newsletter.formats``.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from typing import BinaryIO, Protocol, cast

from newsletter import open_set
from newsletter.errors import DumpTooLarge, UnknownFormat, UnreadableDump
from newsletter.model import Dump, DumpDate, ListedPaper, Problem


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


COMMONEST = ("hf_page",)
"""Asked before the others. Only one format claims a file, so the order matters to speed alone: most inboxes
hold such pages, and need not load the readers of thirty other formats.
"""


def recognise(dump: Dump) -> str:
    """The name of the dump's format. Raises UnreadableDump where there is nothing to read, UnknownFormat."""
    if not dump.head.strip(b"\0 \t\r\n\f\v" + codecs.BOM_UTF8):
        raise UnreadableDump("the file is empty", hint="save the page again; what is here now may be deleted")
    if dump.head.strip() in (b"[]", b"{}"):
        raise UnreadableDump("there is no paper in it", hint="an empty list; it may be deleted")
    refusals: dict[str, str] = {}
    # Those of other packages are asked last, and looked up only where none of ours knows the file.
    for name in chain(dict.fromkeys((*COMMONEST, *names())), open_set.others(__name__)):
        refusals[name] = load(name).recognise(dump)
        if not refusals[name]:
            return name
    if _binary(dump.head):
        raise UnreadableDump(
            "this is no text", hint="drop the list of papers itself: text, not a program or picture"
        )
    raise _unknown(dump, refusals)


def _unknown(dump: Dump, refusals: dict[str, str]) -> UnknownFormat:
    """With the two nearest formats: of the file's own kind, then those its name is likest to."""
    kind = _kind(dump.head)

    def nearness(name: str) -> tuple[bool, float]:
        return kind in _kinds(name), SequenceMatcher(None, name, dump.name.lower()).ratio()

    nearest = sorted(refusals, key=nearness, reverse=True)[:2]
    said = "; ".join(f"{name}: {refusals[name]}" for name in nearest)
    return UnknownFormat(
        f"no dump format recognises it ({said})",
        hint="if you know better, try: newsletter parse --format NAME FILE; else take it out of the inbox",
    )


_KINDS = ("_json", "_xml")
"""The modules here that read a kind of file for many formats."""


def _kind(head: bytes) -> str:
    begin = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    return "_json" if begin in (b"{", b"[") else "_xml" if begin == b"<" else ""


def _kinds(name: str) -> set[str]:
    """The kinds of file a format reads, by whose help it uses; none: plain text."""
    used = vars(load(name)).values()
    modules = {getattr(each, "__module__", None) or getattr(each, "__name__", "") for each in used}
    return {kind for kind in _KINDS if f"{__name__}.{kind}" in modules} or {""}


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


_XML_SAYS = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")
_HTML_SAYS = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
_HEAD_OF_HTML = 2048
_FEW = 0.1
"""Below this share of bytes over 127 a text that is no UTF-8 is UTF-8 with faults, or Western European."""


@lru_cache(maxsize=8)
def encoding(head: bytes) -> str:
    """Of a text that begins so: by its byte order mark, else UTF-8 where it is that, else what it says of
    itself, else what it looks like.
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if wide := _wide(head):
        return wide
    if _reads_as(head, "utf-8"):
        return "utf-8-sig"
    return _declared(head) or _guessed(head) or "utf-8-sig"


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: every other byte of its ASCII is zero."""
    start = head[: _HEAD_OF_HTML & ~1]
    evens, odds = start[::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if half and odds > half * 0.7 and evens < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if half and evens > half * 0.7 and odds < half * 0.1 else ""


def _reads_as(head: bytes, name: str) -> bool:
    """Whether the head is such text; its last character may be cut."""
    try:
        codecs.getincrementaldecoder(name)().decode(head)
    except (UnicodeError, LookupError):
        return False
    return True


def _declared(head: bytes) -> str:
    says = _XML_SAYS.match(head) or _HTML_SAYS.search(head, 0, _HEAD_OF_HTML)
    name = says[1].decode().lower() if says else ""
    if not name or name.replace("_", "-") in ("utf-8", "utf8", "utf-16", "utf-32"):
        return ""
    try:
        known = codecs.lookup(name).name if _is_text(name) else ""
    except LookupError:
        return ""
    # What calls itself Latin 1 or ASCII is Windows' superset of it, as the WHATWG's encoding table has it.
    return "cp1252" if known in ("iso8859-1", "ascii") else known if _reads_as(head, known) else ""


def _is_text(name: str) -> bool:
    """Python's codecs include some that turn no bytes into text (hex, rot13)."""
    known = codecs.lookup(name)
    return bool(getattr(known, "_is_text_encoding", False)) and known.name not in _NO_FILES


_NO_FILES = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}
)
"""Codecs that no file of papers is in, and that read plain text as something else."""


def _guessed(head: bytes) -> str:
    high = len(head.translate(None, bytes(range(128))))
    if high < _ENOUGH or high <= _FEW * len(head) or _binary(head):
        return ""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to import, hardly ever needed

    best = from_bytes(head[:_SAMPLE], steps=5).best()
    return best.encoding if best and _is_text(best.encoding) else ""


_ENOUGH = 100
"""Bytes over 127 from which on a guess at the language is more than a guess."""
_SAMPLE = 16 * 1024
_PIECE = 256 * 1024
"""Small enough that what is read, split and parsed stays in the processor's cache: a megabyte takes a third
longer."""


@contextmanager
def opened(dump: Dump) -> Iterator[BinaryIO]:
    """The dump's content. What goes wrong while it is read becomes UnreadableDump."""
    try:
        with dump.open() as file:
            yield file
    except OSError as error:
        raise UnreadableDump(f"it cannot be read: {error.strerror or error}") from error


def utf8(dump: Dump) -> Iterator[bytes]:
    """The dump's text in pieces of UTF-8, whatever its encoding. Raises UnreadableDump."""
    name = encoding(dump.head)
    return _as_it_stands(dump) if name == "utf-8-sig" else _recoded(dump, name)


def _as_it_stands(dump: Dump) -> Iterator[bytes]:
    """What is UTF-8 already, without its mark; only where it has faults is it written anew."""
    rest, first = b"", True
    with opened(dump) as file:
        while piece := file.read(_PIECE):
            text, rest = _faultless(rest + piece)
            yield text.removeprefix(codecs.BOM_UTF8) if first else text
            first = first and not text
    if rest:
        yield rest.decode("utf-8", "newsletter.western").encode("utf-8", "replace")


def _faultless(text: bytes) -> tuple[bytes, bytes]:
    """The text, and the beginning of a character that its end has cut."""
    if text.isascii():
        return text, b""
    try:
        whole = codecs.utf_8_decode(text, "strict", False)[1]  # noqa: FBT003 - it takes no keywords
    except UnicodeDecodeError:
        mended, whole = codecs.utf_8_decode(text, "newsletter.western", False)  # noqa: FBT003 - the same
        return mended.encode("utf-8", "replace"), text[whole:]
    return text[:whole], text[whole:]


def _recoded(dump: Dump, name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)("newsletter.western")
    with opened(dump) as file:
        while piece := file.read(_PIECE):
            yield decoder.decode(piece).encode("utf-8", "replace")
    if rest := decoder.decode(b"", final=True):
        yield rest.encode("utf-8", "replace")


def head_lines(dump: Dump) -> tuple[str, ...]:
    """The lines of the dump's head, stripped; the last may be cut."""
    text = dump.head.decode(encoding(dump.head), "newsletter.western")
    return tuple(line.strip() for line in text.splitlines())


def lines(dump: Dump) -> Iterator[tuple[int, str]]:
    """The dump's lines with their numbers from 1, without their ends (LF, CRLF or CR), one at a time.

    Raises DumpTooLarge at a line over the limit, UnreadableDump when the file cannot be read to its end.
    """
    with (
        opened(dump) as file,
        io.TextIOWrapper(file, encoding(dump.head), errors="newsletter.western") as text,
    ):
        yield from _numbered(text, dump.line_bytes)


def _numbered(text: io.TextIOWrapper, limit: int) -> Iterator[tuple[int, str]]:
    number = 0
    while line := text.readline(limit + 1):
        number += 1
        if len(line) > limit and not line.endswith("\n"):
            raise DumpTooLarge(
                f"line {number} is longer than {limit:,} bytes",
                hint="is this really a list of papers? else raise limits.line_bytes in config.yaml",
            )
        # A file whose room was set aside before it was filled, or torn by a crash, ends in zeros.
        yield number, line.rstrip("\n\0")
