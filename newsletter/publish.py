"""Publishes the site: artifacts in, files of out/site out. Writes files; decides nothing about papers.

Everything is made before the first file is replaced: until then each new one lies beside its place under
another name, so that a template that fails leaves the last good site standing and memory holds one page at a
time. A file that is as it should be is not touched; the others change at once. Nothing is ever removed but
what a killed run of ours left behind; files we did not write stay as they are.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from newsletter.errors import PublishError
from newsletter.hands import shared
from newsletter.ports import SILENT, Progress
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
    *,
    begin: Callable[[], None] = lambda: None,
    owing: Owing | None = None,
    progress: Progress = SILENT,
) -> Published:
    """Bring the folder to what the outputs say. Raises PublishError with the path and what to do.

    `before` are the drafts as they were last published: one in which nothing changed is not made anew. Where
    there are many to make, several processes do, and each calls `begin` first.
    """
    desk, stage = _Desk(folder, before or {}), _Stage(folder)
    try:
        desk.take(outputs, stage, begin, progress)
        stage.show(owing)
    except BaseException:
        stage.clear()
        _sweep(desk.folders)  # of what other processes had made
        raise
    _sweep(desk.folders)
    return Published(
        written=tuple(stage.shown), unchanged=len(desk.paths) - len(stage.shown), drafts=desk.drafts
    )


class _Desk:
    """Has made what has to be made, each with a path of its own inside the folder."""

    def __init__(self, folder: Path, before: Mapping[str, Made]) -> None:
        self._folder = folder
        self._before = before
        self._mapped: dict[str, date | None] = {}
        self.paths: set[str] = set()
        self.folders: set[Path] = set()
        self.drafts: dict[str, Made] = {}

    def take(
        self, outputs: Iterable[Output], stage: _Stage, begin: Callable[[], None], progress: Progress
    ) -> None:
        """Put all artifacts on the stage that may have to be written."""
        summaries: list[Summary] = []
        drafts: list[Draft] = []
        for output in outputs:
            if isinstance(output, Summary):
                summaries.append(output)
            elif isinstance(output, Draft):
                self._reserve(output.path)
                if not self._stands(output):
                    drafts.append(output)
            else:
                self._add(output, stage)
        progress.stage("publishing", len(drafts))
        for done in shared(partial(_made, self._folder), drafts, begin=begin):
            stage.join(done.stage)
            self._note(done)
            progress.step(len(done.drafts))
        for summary in summaries:
            for artifact in summary.make(self._mapped):
                self._add(artifact, stage)

    def _stands(self, draft: Draft) -> bool:
        """Whether a draft is published as it is."""
        before = self._before.get(draft.path)
        if not before or before.made_of != draft.made_of or not self._there((draft.path, *before.further)):
            return False
        self.drafts[draft.path] = before
        for path in before.further:
            self._reserve(path)
        for path in (draft.path, *before.further) if draft.mapped else ():
            self._mapped[path] = draft.changed
        return True

    def _note(self, done: _Done) -> None:
        """What a share of the drafts has become."""
        for made in done.drafts.values():
            for path in made.further:
                self._reserve(path)
        self._mapped |= done.mapped
        self.drafts |= done.drafts

    def _add(self, artifact: Artifact, stage: _Stage) -> None:
        self._reserve(artifact.path)
        if artifact.mapped:
            self._mapped[artifact.path] = artifact.changed
        stage.put(artifact)

    def _reserve(self, path: str) -> None:
        _refuse_outside(path)
        # Some disks hold Paper.html and paper.html for one file.
        if path.casefold() in self.paths:
            raise PublishError(f"{path}: two pages want this address", hint="nothing was written")
        self.paths.add(path.casefold())
        self.folders.add((self._folder / path).parent)

    def _there(self, paths: Iterable[str]) -> bool:
        return all(os.path.isfile(f"{self._folder}/{path}") for path in paths)  # noqa: PTH113 - 10,000 of them


@dataclass(frozen=True, slots=True)
class _Done:
    """A share of the drafts, made: the files on the stage, the drafts by their paths, and the files that
    belong in the map with when they changed.
    """

    stage: _Stage
    drafts: dict[str, Made] = field(default_factory=dict)
    mapped: dict[str, date | None] = field(default_factory=dict)

    def make(self, draft: Draft) -> None:
        """Make one more."""
        made = draft.artifacts()
        further = tuple(artifact.path for artifact in made if artifact.path != draft.path)
        for path in further:
            _refuse_outside(path)
        for artifact in made:
            self.stage.put(artifact)
        self.drafts[draft.path] = Made(draft.made_of, further)
        self.mapped.update({artifact.path: artifact.changed for artifact in made if artifact.mapped})


def _made(folder: Path, drafts: Sequence[Draft]) -> _Done:
    """Make a share of the drafts."""
    done = _Done(_Stage(folder))
    try:
        for draft in drafts:
            done.make(draft)
    except BaseException:
        done.stage.clear()
        raise
    return done


class _Stage:
    """Files on their way: each lies beside its place under another name until all are made. Who reads
    meanwhile gets the old file or the new one, never a half.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, str] = {}
        self._there: set[str] = set()
        """Folders that are there."""
        self._new: list[Path] = []
        """Those of them that were not before."""
        self.shown: list[str] = []

    def put(self, artifact: Artifact) -> None:
        """Write one file, if what stands at its place is not the same. Of ten thousand each is to be quick:
        so paths are plain strings here.
        """
        path = f"{self._folder}/{artifact.path}"
        if _same(path, artifact.content):
            return
        folder, _, name = path.rpartition("/")
        with _told(path):
            if folder not in self._there:
                self._prepare(Path(folder))
                self._there.add(folder)
            # The process is in the name: what is left of one that was killed is nobody else's.
            unfinished = f"{folder}/.{name[:100]}.{os.getpid()}{UNFINISHED}"
            self._waiting[artifact.path] = unfinished
            with open(unfinished, "wb") as file:  # noqa: PTH123
                file.write(artifact.content)

    def _prepare(self, folder: Path) -> None:
        """Make a folder, and those it lies in."""
        if folder.is_dir():
            return
        if folder.parent != folder:
            self._prepare(folder.parent)
        folder.mkdir(exist_ok=True)
        self._new.append(folder)

    def join(self, other: _Stage) -> None:
        """Take on what another has."""
        self._waiting |= other._waiting
        self._new += other._new

    def show(self, owing: Owing | None) -> None:
        """Put everything at its place."""
        if self._waiting and owing:
            owing(len(self._waiting))
        for path in sorted(self._waiting, key=_turn):
            with _told(place := f"{self._folder}/{path}"):
                os.replace(self._waiting[path], place)  # noqa: PTH105
            del self._waiting[path]
            self.shown.append(path)

    def clear(self) -> None:
        """Leave nothing behind of what was not shown."""
        for unfinished in self._waiting.values():
            with suppress(OSError):
                os.unlink(unfinished)  # noqa: PTH108
        for folder in reversed(self._new):
            with suppress(OSError):  # something else lies in it by now
                folder.rmdir()


def _safe(path: str) -> bool:
    plain = not _ODD.search(path)
    return plain and _NOWHERE.isdisjoint(path.split("/"))


_ODD = re.compile(r"[\\:\x00-\x1f\x7f]")
_NOWHERE = {"", ".", ".."}


def _refuse_outside(path: str) -> None:
    if not _safe(path):
        raise PublishError(f"{path!r} leads out of the site", hint="nothing was written")


def _turn(path: str) -> tuple[int, str]:
    """Whatever a page needs goes before it, so that no reader ever meets a link to what is not there yet."""
    if path == "index.html":
        return 4, path
    if path.startswith("assets/") or path.endswith((".svg", ".css", ".js")):
        return 0, path
    if path.startswith("papers/"):
        return 1, path
    return (2 if path.endswith(".html") else 3), path


def _same(path: str, content: bytes) -> bool:
    with _told(path):
        try:
            return os.stat(path).st_size == len(content) and Path(path).read_bytes() == content  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return False


def _sweep(folders: Iterable[Path]) -> None:
    """Remove what a process that was killed left half written."""
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
def _told(path: Path | str) -> Iterator[None]:
    """Whatever the system says about the path becomes a PublishError that names it."""
    try:
        yield
    except OSError as error:
        hint = HINTS.get(error.errno or 0, "look at the folder and run again: nothing else is lost")
        raise PublishError(f"{path}: cannot be written: {error.strerror or error}", hint=hint) from error
