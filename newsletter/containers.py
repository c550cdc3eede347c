"""Stage collect: a compressed file becomes the dump it holds, an archive the several dumps it holds.

In: a Dump as the inbox took it. Out: Dumps whose content is unpacked while it is read, never to disk, each
read through once beforehand: so its limits, its damage and the hash of its content are known before anyone
parses it. What cannot be unpacked is a Problem. No tar, and no archive in an archive.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from newsletter.formats import encoding, utf8
from newsletter.inbox import HEAD_BYTES, left_aside, shown
from newsletter.model import Dump, Problem
from newsletter.settings import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def unpacked(dump: Dump, limits: Limits) -> Iterator[Dump | Problem]:
    """The dumps in a file: itself, where it is no container; known by its content, not by its name.

    A damaged container gives what was whole before the damage, which `Dump.damage` then tells. Text of two
    or four bytes a character comes out as UTF-8: so whoever looks among the bytes for a mark will find it.
    """
    for one in _opened(dump, limits):
        yield _narrowed(one) if isinstance(one, Dump) else one


def _opened(dump: Dump, limits: Limits) -> Iterator[Dump | Problem]:
    if dump.head.startswith(_ZIP):
        yield from _members(dump, limits)
    elif kind := _kind(dump.head):
        yield _inner(dump, kind, limits)
    else:
        yield dump


def _narrowed(dump: Dump) -> Dump:
    name = encoding(dump.head)
    if not name.startswith(("utf-16", "utf-32")):
        return dump
    head = dump.head.decode(name, "newsletter.western").encode("utf-8", "replace")
    return replace(dump, head=head, open=lambda: cast("BinaryIO", io.BufferedReader(_Content(utf8(dump)))))


_PUT_BACK = "put the whole file back and run again"


# ----------------------------------------------------------------------------------- compressed files


class _Decompressor(Protocol):
    """What the compression modules' objects have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Zstandard:
    """Zstandard's object, whose own error becomes one that Python has by itself."""

    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415 - slow to import, hardly ever needed

        self._error = zstandard.ZstdError
        self._object = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._object.eof

    @property
    def unused_data(self) -> bytes:
        return self._object.unused_data

    def decompress(self, data: bytes, /) -> bytes:
        try:
            return self._object.decompress(data)
        except self._error as error:
            raise ValueError(str(error)) from error


_WINDOW = 128 * 1024**2
_KINDS: tuple[tuple[bytes, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b\x08", lambda: cast("_Decompressor", zlib.decompressobj(31))),
    (b"BZh", lambda: cast("_Decompressor", bz2.BZ2Decompressor())),
    (b"\xfd7zXZ\0", lambda: cast("_Decompressor", lzma.LZMADecompressor(memlimit=_WINDOW))),
    (b"\x28\xb5\x2f\xfd", _Zstandard),
)
"""How each kind of file begins. (31: a gzip header and the largest window, in zlib's manual.)"""
_BZIP2_BLOCK = b"1AY&SY"


def _kind(head: bytes) -> Callable[[], _Decompressor] | None:
    for magic, new in _KINDS:
        if head.startswith(magic) and (magic != b"BZh" or head[4:10] == _BZIP2_BLOCK):
            return new
    return None


_SIP = 2048
"""Bytes decompressed at a time: at most some 30 MB come out of them, however they were made."""


class _Damaged(Exception):
    """A container ends too early, or in something that is not its own. What was before it is whole."""


def _decompressed(dump: Dump, new: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """The content piece by piece, of each stream in the file. Raises _Damaged."""
    stream = new()
    with dump.open() as file:
        while raw := file.read(_SIP):
            while raw.strip(b"\0") or (raw and not stream.eof):
                if stream.eof:
                    stream = new()
                try:
                    yield stream.decompress(raw)
                except (zlib.error, OSError, lzma.LZMAError, ValueError, EOFError) as error:
                    raise _Damaged("the compressed data is damaged") from error
                raw = stream.unused_data if stream.eof else b""
    if not stream.eof:
        raise _Damaged("the compressed data stops in the middle: the file was cut off")


def _inner(dump: Dump, new: Callable[[], _Decompressor], limits: Limits, level: int = 0) -> Dump | Problem:
    found = _surveyed(dump, dump.name, lambda: _decompressed(dump, new), limits, packed=dump.size)
    if isinstance(found, Problem):
        return found
    again = _kind(found.head)
    if found.head.startswith(_ZIP) or (again and level):
        what = "it is packed more than once"
        return Problem(dump=dump.name, what=what, hint="unpack it, and put what it holds into the inbox")
    return _inner(found, again, limits, level + 1) if again else found


# ------------------------------------------------------------------------------------------- survey


@dataclass(frozen=True, slots=True)
class _Survey:
    """What reading a container through has told."""

    head: bytes
    sha256: str
    size: int
    damage: str


_HARMLESS = 32 * 1024**2
"""Up to this size nothing is too much, however well it was compressed."""


def _surveyed(
    dump: Dump, name: str, pieces: Callable[[], Iterator[bytes]], limits: Limits, *, packed: int
) -> Dump | Problem:
    """The dump that some pieces make, read through once; or why it is refused."""
    try:
        survey = _read_through(pieces(), min(limits.unpacked_bytes, max(_HARMLESS, packed * limits.ratio)))
    except _TooMuch as error:
        return Problem(
            dump=name,
            what=f"unpacked it has over {error.args[0]:,} bytes, far more than a list of papers packs to",
            hint="if it is one, raise limits.ratio or limits.unpacked_bytes in config.yaml",
        )
    if not survey.size:
        what = survey.damage or "there is nothing in it"
        return Problem(dump=name, what=what, hint=_PUT_BACK)
    return replace(
        dump,
        name=name,
        sha256=survey.sha256,
        size=survey.size,
        head=survey.head,
        open=lambda: cast("BinaryIO", io.BufferedReader(_Content(pieces()))),
        damage=dump.damage or survey.damage,
    )


class _TooMuch(Exception):
    """More comes out of a container than may; its argument is the limit."""


def _read_through(pieces: Iterator[bytes], most: int) -> _Survey:
    head, size, digest, damage = b"", 0, hashlib.sha256(), ""
    with closing(cast("io.IOBase", pieces)):
        try:
            for piece in pieces:
                size += len(piece)
                if size > most:
                    raise _TooMuch(most)
                if len(head) < HEAD_BYTES:
                    head += piece[: HEAD_BYTES - len(head)]
                digest.update(piece)
        except _Damaged as error:
            damage = str(error)
    return _Survey(head, digest.hexdigest(), size, damage)


class _Content(io.RawIOBase):
    """The pieces of a container as a file; at a damage, which the survey has told, it ends."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except (StopIteration, _Damaged):
            return 0
        room = memoryview(buffer).cast("B")
        taken = min(len(room), len(self._rest))
        room[:taken], self._rest = self._rest[:taken], self._rest[taken:]
        return taken

    def close(self) -> None:
        cast("io.IOBase", self._pieces).close()
        super().close()


# ----------------------------------------------------------------------------------------- archives

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_MOST_MEMBERS = 1000
_OFFICE = ("[content_types].xml", "mimetype", "meta-inf/manifest.mf")
"""A member that makes a zip file a document, a book or a program."""


def _members(dump: Dump, limits: Limits) -> Iterator[Dump | Problem]:
    try:
        with dump.open() as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Problem(dump=dump.name, what=f"the archive is damaged: {error}", hint=_PUT_BACK, cut=True)
        return
    if refusal := _refusal(members):
        yield Problem(dump=dump.name, what=refusal, hint="put the lists of papers themselves into the inbox")
        return
    left = limits.unpacked_bytes
    for member in members:
        if member.is_dir() or _aside(member.filename):
            continue
        found = _member(dump, member, replace(limits, unpacked_bytes=left))
        left -= found.size if isinstance(found, Dump) else 0
        yield found


def _refusal(members: list[zipfile.ZipInfo]) -> str:
    if len(members) > _MOST_MEMBERS:
        return f"the archive holds {len(members):,} files, more than the {_MOST_MEMBERS:,} that are read"
    if any(member.filename.lower() in _OFFICE for member in members):
        return "this is an office document, a book or a program, not a list of papers"
    return "" if members else "the archive is empty"


def _aside(name: str) -> bool:
    """Whether a member is none of the lists: a README, a dotfile, what macOS adds."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or (".." not in parts and any(map(left_aside, parts)))


def _member(dump: Dump, member: zipfile.ZipInfo, limits: Limits) -> Dump | Problem:
    name = f"{dump.name}/{shown(member.filename)}"
    if member.filename.startswith(("/", "\\")) or ".." in member.filename.replace("\\", "/").split("/"):
        return Problem(
            dump=dump.name, what=f"a name that leads out of the archive: {shown(member.filename)!r}"
        )
    if member.flag_bits & 1:
        return Problem(dump=name, what="it is encrypted", hint="unpack it with its password")
    packed = max(member.compress_size, 1)
    found = _surveyed(dump, name, lambda: _extracted(dump, member), limits, packed=packed)
    if isinstance(found, Dump) and (again := _kind(found.head)):
        return _inner(found, again, limits, level=1)
    return found


def _extracted(dump: Dump, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member's content piece by piece. Raises _Damaged."""
    try:
        with dump.open() as file, zipfile.ZipFile(file) as archive, archive.open(member) as content:
            while piece := content.read(HEAD_BYTES):
                yield piece
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, lzma.LZMAError, NotImplementedError) as error:
        raise _Damaged(f"it cannot be unpacked: {error}") from error
    except (RuntimeError, ValueError) as error:  # zipfile says so of a password, and of nonsense in a header
        raise _Damaged(f"it cannot be unpacked: {error}") from error
