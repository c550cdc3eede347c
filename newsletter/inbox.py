"""Stage collect: the files of the inbox become dumps, each read once from start to end.

Folders and globs go in; `Found` files come out, and from each a Dump with its hash. The one stage that reads
dump files. It decides nothing about papers, and whatever a file is, it raises nothing: what cannot be taken
is a Problem of that name.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

from newsletter.errors import UnreadableDump
from newsletter.model import Dump, Problem
from newsletter.settings import Limits

HEAD_BYTES = 64 * 1024
SETTLING = timedelta(seconds=2)
"""A file younger than this that ends in the middle of a record is still being written."""


class Found(NamedTuple):
    """A file of the inbox: `name` is its path below the inbox folder, for people; `path` opens it.

    A tuple, for a scheduler makes one of each file every few seconds: a dataclass takes three times as long.
    """

    name: str
    path: str
    size: int
    mtime_ns: int


# --------------------------------------------------------------------------------------------- find


def find(places: Iterable[str], ours: Iterable[Path] = ()) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """The files below some folders and globs, by name, each once; and what stands there but is no file.

    Left aside without a word: dotfiles, files being downloaded or edited, READMEs, and what is `ours`: files
    and whole folders that the program itself writes.
    """
    found: dict[str, Found] = {}
    problems: dict[str, Problem] = {}
    own = frozenset(os.path.realpath(path) for path in ours)
    for place in places:
        for seen in _place(place, own):
            if isinstance(seen, Found):
                if seen.path not in own:
                    found.setdefault(seen.path, seen)
            else:
                problems.setdefault(str(seen), seen)
    return tuple(sorted(found.values(), key=attrgetter("name"))), tuple(problems.values())


def _place(place: str, ours: frozenset[str]) -> Iterator[Found | Problem]:
    path = Path(place)
    if path.is_dir():
        return _folder(str(path), str(path), ours)
    if os.path.lexists(path):
        return _file(path.parent, path)
    if glob.has_magic(place):
        return _matching(place, ours)
    return iter((_missing(path),))


def _matching(pattern: str, ours: frozenset[str]) -> Iterator[Found | Problem]:
    root = _fixed_part(Path(pattern))
    if not root.is_dir():
        yield _missing(root)
        return
    for match in glob.iglob(pattern, recursive=True):  # noqa: PTH207 Path.glob would show dotfiles
        path = Path(match)
        if any(str(folder) in ours for folder in path.parents):
            continue
        if link := _linked_folder(root, path):
            yield _link_refused(_name(str(root), str(link)))
        elif path.is_dir() and not path.is_symlink():
            yield from _folder(str(root), str(path), ours)
        elif not left_aside(path.name):
            yield from _file(root, path)


def _fixed_part(pattern: Path) -> Path:
    """The folder of a glob: what stands before its first wildcard."""
    while glob.has_magic(str(pattern)):
        pattern = pattern.parent
    return pattern


def _linked_folder(root: Path, path: Path) -> Path | None:
    """The first folder on the way that is a link: ** follows those, even one that leads in a circle."""
    below = [folder for folder in path.parents if root in folder.parents]
    return next((folder for folder in reversed(below) if folder.is_symlink()), None)


def _missing(folder: Path) -> Problem:
    return Problem(
        dump=shown(str(folder)),
        what="there is no such inbox folder",
        hint="create it, or change inbox: in config.yaml",
    )


def _folder(root: str, folder: str, ours: frozenset[str]) -> Iterator[Found | Problem]:
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        if ours and os.path.realpath(current) in ours:
            continue
        try:
            with os.scandir(current) as entries:
                yield from _entries(root, current, entries, waiting)
        except OSError as error:
            yield Problem(
                dump=_name(root, current),
                what=f"the folder cannot be read: {error.strerror}",
                hint="give its owner's account the right to read and enter it",
            )


def _entries(
    root: str, folder: str, entries: Iterable[os.DirEntry[str]], folders: list[str]
) -> Iterator[Found | Problem]:
    # Once for all that is in it: an inbox may hold tens of thousands of files.
    below = "" if folder == root else f"{_name(root, folder)}/"
    for entry in entries:
        if left_aside(entry.name):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue  # it was taken away since the folder was listed
        if stat.S_ISREG(status.st_mode):
            name = below + shown(entry.name)
            yield Found(name=name, path=entry.path, size=status.st_size, mtime_ns=status.st_mtime_ns)
        elif stat.S_ISDIR(status.st_mode):
            folders.append(entry.path)
        else:
            yield from _odd(root, entry.path, status.st_mode)


def _file(root: Path, path: Path) -> Iterator[Found | Problem]:
    with suppress(OSError):  # taken away since it was listed
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            yield _found(str(root), str(path), status)
        else:
            yield from _odd(str(root), str(path), status.st_mode)


def _found(root: str, path: str, status: os.stat_result) -> Found:
    return Found(name=_name(root, path), path=path, size=status.st_size, mtime_ns=status.st_mtime_ns)


# How editors and browsers name what is not finished.
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")


def left_aside(name: str) -> bool:
    """Whether a file or folder of that name is none of the dumps. READMEs explain an inbox to people."""
    lower = name.lower()
    return name.startswith(".") or lower.endswith(_UNFINISHED) or lower.partition(".")[0] == "readme"


def _odd(root: str, path: str, mode: int) -> Iterator[Found | Problem]:
    """What is neither a file nor a folder: a link inside the inbox to a file is one, the rest is refused."""
    name = _name(root, path)
    if not stat.S_ISLNK(mode):
        yield Problem(
            dump=name, what="this is no file but a pipe, socket or device", hint="take it out of the inbox"
        )
        return
    if _inside(root, path) and Path(path).is_file():
        yield _found(root, path, Path(path).stat())
    else:
        yield _link_refused(name)


def _inside(root: str, path: str) -> bool:
    """Whether a path, all links followed, is below the inbox folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _link_refused(name: str) -> Problem:
    return Problem(
        dump=name,
        what="a link that leads to a folder, out of the inbox or nowhere is not followed",
        hint="copy the file itself into the inbox",
    )


_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(name: str) -> str:
    r"""A file's name as it may be shown and stored: control characters and undecodable bytes as \\xNN."""
    if name.isprintable():
        return name
    return _UNSHOWABLE.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), name)


def _name(root: str, path: str) -> str:
    relative = path[len(root) :].lstrip("/\\") if path.startswith(root) else path
    return shown((relative or path).replace(os.sep, "/"))


# --------------------------------------------------------------------------------------------- take


def take(found: Found, limits: Limits) -> Dump | Problem | None:
    """The file as a dump, read once for its hash; None where it changes while it is read."""
    if found.size == 0:
        return Problem(dump=found.name, what="the file is empty", hint="save the page again")
    if found.size > limits.dump_bytes:
        return Problem(
            dump=found.name,
            what=f"the file has {found.size:,} bytes, more than the {limits.dump_bytes:,} allowed",
            hint="if it is a list of papers, raise limits.dump_bytes in config.yaml",
        )
    try:
        with _opened(found.path) as file:
            return _taken(found, file, limits)
    except FileNotFoundError:
        return None  # taken away since the folder was listed
    except OSError as error:
        return Problem(
            dump=found.name,
            what=f"the file cannot be read: {error.strerror or error}",
            hint="make it readable for the account that runs this",
        )


def _taken(found: Found, file: BinaryIO, limits: Limits) -> Dump | None:
    head, sha256 = _read(file)
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns) != (found.size, found.mtime_ns) or file.tell() != found.size:
        return None
    return Dump(
        name=found.name,
        sha256=sha256,
        size=found.size,
        modified=_moment(found.mtime_ns),
        head=head,
        open=lambda: _reopened(found),
        line_bytes=limits.line_bytes,
        depth=limits.depth,
    )


_PIECE = 1024 * 1024


def _read(file: BinaryIO) -> tuple[bytes, str]:
    """Its head and its SHA-256."""
    digest = hashlib.sha256()
    head = b""
    while piece := file.read(_PIECE):
        head = head or piece[:HEAD_BYTES]
        digest.update(piece)
    return head, digest.hexdigest()


def _opened(path: str) -> BinaryIO:
    """Open a regular file. Without waiting: a pipe put in its place would hold the whole run up."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(number, "rb")
    if not stat.S_ISREG(os.fstat(number).st_mode):
        file.close()
        raise OSError(f"{shown(path)} is no file any more")
    return file


def _reopened(found: Found) -> BinaryIO:
    """Open a dump for its reading. Raises UnreadableDump where it is not what was hashed any more."""
    try:
        file = _opened(found.path)
    except OSError as error:
        raise UnreadableDump(f"the file cannot be read any more: {error.strerror or error}") from error
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns) != (found.size, found.mtime_ns):
        file.close()
        raise UnreadableDump("the file has changed since it was found", hint="run again: it is read anew")
    return file


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(mtime_ns: int) -> datetime:
    """A file's time; what no calendar holds (some archives unpack so) counts as 1970."""
    try:
        return _EPOCH + timedelta(microseconds=mtime_ns // 1000)
    except OverflowError:
        return _EPOCH


def is_young(found: Found, wall: datetime) -> bool:
    """Whether the file changed so lately, by the wall clock, that it may still be being written."""
    return abs(wall - _moment(found.mtime_ns)) < SETTLING
