"""Is there anything to do? A run that has nothing to do finds that out here, from the configuration's few
paths, the inbox's file times and the marks of the state: without reading the config in full, without
templates, without a line of mail code. In: paths and marks. Out: yes or no, and the stamps that tell.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter import __version__
from newsletter.inbox import find
from newsletter.shipped import templates_stamp
from newsletter.store import Store
from newsletter.where import Located

if TYPE_CHECKING:
    from newsletter.publication import ProfileCard
    from newsletter.settings import Config

IDLE = "idle"
"""Mark: how everything stood when a run last left nothing undone."""
LIBRARIES = "libraries"
"""Mark: the files of liked papers as they stood when they were last read: path, size, time."""
NEXT_SLOT = "next slot"
"""Mark: the first moment at which a reader is due; empty where nobody reads."""
OWED = "publish.after owed"
"""Mark: what the command of publish.after has not seen yet; empty where it has seen all."""
ALARM = "alarm owed"
"""Mark: when the mail to the operators that did not leave is tried again; empty where none waits."""


def made_of(config: Config | Located, revision: str, notes: Mapping[date, str]) -> str:
    """A stamp of all that a site is made of: state, config, templates, notes, program."""
    parts = (revision, config.digest, templates_stamp(config.templates), __version__)
    written = "\0".join(f"{day}\0{text}" for day, text in sorted(notes.items()))
    return hashlib.sha256("\0".join((*parts, written)).encode()).hexdigest()


def look(config: Config, profiles: Iterable[ProfileCard], site: Path) -> str:
    """A stamp of what pages are made of besides the papers on them: config, templates, program, profiles."""
    parts = (config.digest, templates_stamp(config.templates), __version__, str(site), *map(repr, profiles))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def stands(places: Config | Located, files: Iterable[tuple[str, int, int]]) -> str:
    """A stamp of how everything stands: config, inbox (path, size, mtime), templates, notes, program, and
    whether there is a site.
    """
    digest = hashlib.sha256(str((places.out / "site" / "index.html").is_file()).encode())
    for part in (places.digest, __version__, templates_stamp(places.templates), _folder(places.notes)):
        digest.update(part.encode() + b"\0")
    for file in sorted(files):
        digest.update(repr(file).encode())
    return digest.hexdigest()


def ours(places: Config | Located) -> tuple[Path, ...]:
    """What the program writes itself, and never takes for a dump wherever the inbox is."""
    state = Path(places.state)
    endings = ("-wal", "-shm", "-journal", ".lock", ".fetch.lock", ".schedule.lock")
    beside = (state.with_name(state.name + ending) for ending in endings)
    return (places.out, state, state.with_name("aside"), *beside)


def nothing_to_do(
    store: Store,
    places: Config | Located,
    files: Iterable[tuple[str, int, int]],
    now: datetime,
    *,
    patient: bool = False,
) -> bool:
    """Whether nothing has changed since a run left nothing undone, nobody is due, and no mail is. Who is
    patient leaves the command of publish.after time, where it has failed.
    """
    libraries = [stood(path) for path, _, _ in noted_libraries(store)]
    if store.runs.mark(IDLE) != stands(places, (*files, *libraries)):
        return False
    owed, alarm = (json.loads(store.runs.mark(name) or "{}") for name in (OWED, ALARM))
    if (owed and not (patient and waits(owed, now))) or (alarm and not waits(alarm, now)):
        return False
    if store.sending.unfinished(now):
        return False
    following = store.runs.mark(NEXT_SLOT)
    return not following or now < datetime.fromisoformat(following)


def waits(owed: Mapping[str, Any], now: datetime) -> bool:
    """Whether what is owed was tried and is given time; none where the clock went back."""
    tried, until = owed.get("tried", ""), owed.get("not_before", "")
    return bool(tried and until) and datetime.fromisoformat(tried) <= now < datetime.fromisoformat(until)


def inbox_files(places: Config | Located) -> list[tuple[str, int, int]]:
    """The inbox as it stands: each file with its size and time, and what is wrong with it as a whole."""
    files, problems = find(places.inbox, ours(places))
    wrong = [(str(problem), 0, 0) for problem in problems]
    return [*((file.path, file.size, file.mtime_ns) for file in files), *wrong]


def stood(path: str) -> tuple[str, int, int]:
    """A file with its size and time; -1 for one that is not there."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a path is a text here, as in the mark
    except OSError:
        return path, -1, 0
    return path, status.st_size, status.st_mtime_ns


def noted_libraries(store: Store) -> list[tuple[str, int, int]]:
    """The files of liked papers as they stood when they were last read."""
    return [(path, size, time) for path, size, time in json.loads(store.runs.mark(LIBRARIES) or "[]")]


def _folder(folder: Path | None) -> str:
    if folder is None or not folder.is_dir():
        return ""
    with os.scandir(folder) as entries:
        files = sorted((e.name, e.stat().st_size, e.stat().st_mtime_ns) for e in entries if e.is_file())
    return repr(files)
