"""Publishes the site: artifacts in, files of out/site out. Writes files; decides nothing about papers.

Everything is made before the first byte is written: a template that fails leaves the last good site standing.
A file that is as it should be is not touched; the others change at once. Nothing is ever removed but what a
killed run of ours left behind; files we did not write stay as they are.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from newsletter.errors import PublishError
from newsletter.model import Artifact

UNFINISHED = ".newsletter-unfinished"
HINTS = {
    errno.EACCES: "make the folder writable for this user",
    errno.EPERM: "make the folder writable for this user",
    errno.EROFS: "the disk is mounted read-only: choose another `out:` or mount it writable",
    errno.ENOSPC: "the disk is full: make room and run again",
    errno.EDQUOT: "the disk quota is used up: make room and run again",
    errno.EISDIR: "a folder stands where a file has to go: move it away",
    errno.ENOTEMPTY: "a folder stands where a file has to go: move it away",
    errno.EEXIST: "a file stands where a folder has to go: move it away",
    errno.ENOTDIR: "a file stands where a folder has to go: move it away",
    errno.ENAMETOOLONG: "choose an `out:` with a shorter path",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication did: the paths it wrote, and how many files were right already."""

    written: tuple[str, ...]
    unchanged: int


def publish(artifacts: Iterable[Artifact], folder: Path) -> Published:
    """Bring the folder to what the artifacts say. Raises PublishError with the path and what to do."""
    made = _checked(artifacts)
    _sweep({(folder / artifact.path).parent for artifact in made})
    changed = [artifact for artifact in made if not _same(folder / artifact.path, artifact.content)]
    for artifact in sorted(changed, key=_turn):
        _write(folder / artifact.path, artifact.content)
    return Published(written=tuple(a.path for a in changed), unchanged=len(made) - len(changed))


def _checked(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """All artifacts, each with a path of its own inside the folder."""
    made: dict[str, Artifact] = {}
    for artifact in artifacts:
        if not _safe(artifact.path):
            raise PublishError(f"{artifact.path!r} leads out of the site", hint="nothing was written")
        # Some disks hold Paper.html and paper.html for one file.
        if made.setdefault(artifact.path.casefold(), artifact) is not artifact:
            raise PublishError(f"{artifact.path}: two pages want this address", hint="nothing was written")
    return list(made.values())


def _safe(path: str) -> bool:
    parts = path.split("/")
    plain = not re.search(r"[\\:\x00-\x1f\x7f]", path)
    return plain and all(part not in {"", ".", ".."} for part in parts) and str(PurePosixPath(path)) == path


def _turn(artifact: Artifact) -> tuple[int, str]:
    """Whatever a page needs goes before it, so that no reader ever meets a link to what is not there yet."""
    path = artifact.path
    if path == "index.html":
        return 4, path
    if path.startswith("assets/") or path.endswith((".svg", ".css", ".js")):
        return 0, path
    if path.startswith("papers/"):
        return 1, path
    return (2 if path.endswith(".html") else 3), path


def _same(path: Path, content: bytes) -> bool:
    with _told(path):
        try:
            return path.stat().st_size == len(content) and path.read_bytes() == content
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return False


def _write(path: Path, content: bytes) -> None:
    """Under another name first: who reads meanwhile gets the old file or the new one, never a half."""
    unfinished = path.with_name(f".{path.name[:100]}{UNFINISHED}")
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise


def _sweep(folders: Iterable[Path]) -> None:
    """Remove what a killed run left half written."""
    for folder in sorted(folders):
        for name in _names(folder):
            if name.startswith(".") and name.endswith(UNFINISHED):
                with _told(folder / name):
                    (folder / name).unlink(missing_ok=True)


def _names(folder: Path) -> Iterator[str]:
    with _told(folder):
        try:
            yield from os.listdir(folder)  # noqa: PTH208  (names are all that is needed of 10,000 files)
        except (FileNotFoundError, NotADirectoryError):
            return


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever the system says about the path becomes a PublishError that names it."""
    try:
        yield
    except OSError as error:
        hint = HINTS.get(error.errno or 0, "look at the folder and run again: nothing else is lost")
        raise PublishError(f"{path}: cannot be written: {error.strerror or error}", hint=hint) from error
