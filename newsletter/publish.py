"""Publishes the site: artifacts in, files of out/site out. Writes files; decides nothing about papers.

Everything is made before the first byte is written: a template that fails leaves the last good site standing.
A file that is as it should be is not touched; the others change at once. Nothing is ever removed but what a
killed run of ours left behind; files we did not write stay as they are.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath

from newsletter.errors import PublishError
from newsletter.publication import Artifact, Draft, Made, Output, Summary

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
    """What a publication did: the paths it wrote, how many files were right already, and all drafts as they
    stand now.
    """

    written: tuple[str, ...]
    unchanged: int
    drafts: Mapping[str, Made] = field(default_factory=dict)


Owing = Callable[[int], object]
"""Is told how many files are about to change, before the first of them does."""


def publish(
    outputs: Iterable[Output],
    folder: Path,
    before: Mapping[str, Made] | None = None,
    owing: Owing | None = None,
) -> Published:
    """Bring the folder to what the outputs say. Raises PublishError with the path and what to do.

    `before` are the drafts as they were last published: one in which nothing changed is not made anew.
    """
    desk = _Desk(folder, before or {})
    made = desk.take(outputs)
    _sweep({(folder / artifact.path).parent for artifact in made})
    changed = [artifact for artifact in made if not _same(folder / artifact.path, artifact.content)]
    if changed and owing:
        owing(len(changed))
    for artifact in sorted(changed, key=_turn):
        _write(folder / artifact.path, artifact.content)
    unchanged = len(desk.paths) - len(changed)
    return Published(written=tuple(a.path for a in changed), unchanged=unchanged, drafts=desk.drafts)


class _Desk:
    """Makes what has to be made, each with a path of its own inside the folder."""

    def __init__(self, folder: Path, before: Mapping[str, Made]) -> None:
        self._folder = folder
        self._before = before
        self._made: list[Artifact] = []
        self._mapped: dict[str, date | None] = {}
        self.paths: set[str] = set()
        self.drafts: dict[str, Made] = {}

    def take(self, outputs: Iterable[Output]) -> list[Artifact]:
        """All artifacts that may have to be written."""
        summaries = []
        for output in outputs:
            if isinstance(output, Summary):
                summaries.append(output)
            elif isinstance(output, Draft):
                self._draft(output)
            else:
                self._add(output)
        for summary in summaries:
            for artifact in summary.make(self._mapped):
                self._add(artifact)
        return self._made

    def _draft(self, draft: Draft) -> None:
        before = self._before.get(draft.path)
        if before and before.made_of == draft.made_of and self._stand((draft.path, *before.further)):
            self.drafts[draft.path] = before
            for path in (draft.path, *before.further):
                self._reserve(path)
                if draft.mapped:
                    self._mapped[path] = draft.changed
            return
        made = draft.artifacts()
        for artifact in made:
            self._add(artifact)
        further = tuple(artifact.path for artifact in made if artifact.path != draft.path)
        self.drafts[draft.path] = Made(draft.made_of, further)

    def _add(self, artifact: Artifact) -> None:
        self._reserve(artifact.path)
        if artifact.mapped:
            self._mapped[artifact.path] = artifact.changed
        self._made.append(artifact)

    def _reserve(self, path: str) -> None:
        if not _safe(path):
            raise PublishError(f"{path!r} leads out of the site", hint="nothing was written")
        # Some disks hold Paper.html and paper.html for one file.
        if path.casefold() in self.paths:
            raise PublishError(f"{path}: two pages want this address", hint="nothing was written")
        self.paths.add(path.casefold())

    def _stand(self, paths: Iterable[str]) -> bool:
        return all(os.path.isfile(f"{self._folder}/{path}") for path in paths)  # noqa: PTH113 - 10,000 of them


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
