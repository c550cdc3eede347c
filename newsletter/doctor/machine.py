"""The doctor looks at the machine: the database and the disk below it, folders, clock and zones. Reads, and
writes only files that are gone again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import zoneinfo
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import newsletter
from newsletter import inbox
from newsletter.doctor.remark import NOTE, WARNING, WRONG, Patient, Remark
from newsletter.errors import StateError
from newsletter.idle import ours
from newsletter.store import open_store, upkeep
from newsletter.store.schema import MIGRATIONS

_STATE = 3
"""The exit code of whatever keeps the state from being read or written."""
_ROOM = 100 * 1000**2
"""Bytes: with less, the next large dump or site may not find room."""
_LITTLE = 5
"""A disk with less room than the state is large, this many times over, fills sooner than people look."""
_AHEAD = timedelta(minutes=10)
"""Clocks of machines that share a disk differ by that much without anybody's fault."""
_OLD_ZONES = 3
"""Years: some country moves its clocks every year."""


# --------------------------------------------------------------------------------------------- database


def database(patient: Patient) -> Iterator[Remark]:
    """The file: sound, of our schema, and to be written."""
    state = Path(patient.config.state)
    if not state.is_file():
        yield Remark(of="database", what=f"none yet at {state}", level=NOTE, hint="newsletter run makes it")
        return
    if found := upkeep.damage(state):
        hint = "put a backup in its place; newsletter state backup makes them"
        yield Remark(of="database", what=found, level=WRONG, hint=hint, exit_code=_STATE)
        return
    version = upkeep.version(state)
    if version > len(MIGRATIONS):
        what = f"{state} has schema {version}, this program knows {len(MIGRATIONS)}"
        hint = "install the newer version of newsletter that made it"
        yield Remark(of="database", what=what, level=WRONG, hint=hint, exit_code=_STATE)
        return
    grows = f"{version}, the next run makes it {len(MIGRATIONS)}" if version < len(MIGRATIONS) else version
    yield Remark(of="database", what=f"{state} is sound, schema {grows}")
    if not (os.access(state, os.W_OK) and os.access(state.parent, os.W_OK)):
        hint = "give it and its folder to whoever runs newsletter"
        what = f"{state} cannot be written by this user"
        yield Remark(of="database", what=what, level=WRONG, hint=hint, exit_code=_STATE)
    elif refusal := _refused(state):
        yield refusal


def _refused(state: Path) -> Remark | None:
    """What SQLite says to somebody who writes, and then takes it back: to begin is let pass on any disk."""
    try:
        with closing(sqlite3.connect(state, timeout=1, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:  # the rest of the code says how it is busy
            return Remark(of="database", what=f"{state} is being written by a run", level=NOTE)
        hint = "give it and its folder to whoever runs newsletter; look at how the disk is mounted"
        what = f"{state} cannot be written: {error}"
        return Remark(of="database", what=what, level=WRONG, hint=hint, exit_code=_STATE)
    return None


def journal(patient: Patient) -> Iterator[Remark]:
    """Whether SQLite can write, and keep a write-ahead log, where the state is.

    Asked with a database that is gone again: on a disk without shared memory, SQLite says yes to WAL and then
    fails at the first write.
    """
    folder = standing(Path(patient.config.state).parent)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".newsletter-") as there:
            if journalled(Path(there), "WAL"):
                yield _logged(folder, Path(patient.config.state))
            elif journalled(Path(there), "DELETE"):
                yield Remark(
                    of="journal",
                    what=f"{folder} can hold no write-ahead log (WAL): a network share, perhaps",
                    level=WARNING,
                    hint="runs do without; a disk of this machine under `state` is faster and safer",
                )
            else:
                yield _unwritable(folder)
    except OSError as error:
        yield _unwritable(folder, error)


def _logged(folder: Path, state: Path) -> Remark:
    what = f"{folder} can hold a write-ahead log"
    if upkeep.is_logged(state):
        return Remark(of="journal", what=what)
    told = "newsletter state vacuum, and the next run keeps one"
    return Remark(of="journal", what=f"{what}, but the state does without", level=NOTE, hint=told)


def _unwritable(folder: Path, error: OSError | None = None) -> Remark:
    why = f" ({error.strerror})" if error else ""
    return Remark(
        of="journal",
        what=f"no database can be written in {folder}{why}",
        level=WRONG,
        hint="the folder of the state has to be yours to write, and have room",
        exit_code=_STATE,
    )


def journalled(folder: Path, kind: str) -> bool:
    """Whether what one connection writes under such a journal, another one reads."""
    path = folder / f"{kind.lower()}.db"
    try:
        with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(path)) as other:
            if one.execute(f"PRAGMA journal_mode = {kind}").fetchone()[0] != kind.lower():
                return False
            one.execute("CREATE TABLE probe (x)")
            one.execute("INSERT INTO probe VALUES (1)")
            one.commit()
            return other.execute("SELECT x FROM probe").fetchall() == [(1,)]
    except sqlite3.Error:
        return False


# ---------------------------------------------------------------------------------------------- folders


def folders(patient: Patient) -> Iterator[Remark]:
    """The inbox can be read, out/ written, and nobody publishes the state."""
    config = patient.config
    files, problems = inbox.find(config.inbox, ours(config))
    for problem in problems:
        yield Remark(of="inbox", what=str(problem), level=WRONG, hint=problem.hint)
    shut = [file.path for file in files if not os.access(file.path, os.R_OK)]
    for path in shut[:3]:
        yield Remark(of="inbox", what=f"{path} cannot be read", level=WRONG, hint="give it to this user")
    if not problems and not shut:
        yield Remark(of="inbox", what=f"{_files(len(files))}, all to be read")
    yield from _out(config.out)
    if Path(config.state).resolve().is_relative_to(config.out.resolve()):
        what = f"the state is inside {config.out}, which may be published"
        hint = "name another place under `state`: it holds addresses"
        yield Remark(of="state", what=what, level=WRONG, hint=hint, exit_code=4)


def _out(out: Path) -> Iterator[Remark]:
    folder = standing(out)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        what = f"{folder} cannot be written ({error.strerror})"
        yield Remark(of="out", what=what, level=WRONG, hint="give the folder to whoever runs newsletter")
    else:
        yield Remark(of="out", what=f"{out} can be written")


def standing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    return next(each for each in (path, *path.parents) if each.is_dir())


def disk(patient: Patient) -> Iterator[Remark]:
    """Room for what a run writes."""
    state = Path(patient.config.state)
    size = state.stat().st_size if state.is_file() else 0
    for folder in sorted({standing(state.parent), standing(patient.config.out)}, key=str):
        yield room(folder, shutil.disk_usage(folder).free, size)


def room(folder: Path, free: int, state: int) -> Remark:
    """What to say of a disk with so many free bytes, where a state has so many."""
    what = f"{free / 1000**2:,.0f} MB free at {folder}"
    if free < _ROOM:
        return Remark(of="disk", what=what, level=WRONG, hint="make room before the next run")
    if free < _LITTLE * state:
        hint = f"the state has {state / 1000**2:,.0f} MB; it and its backups will want more"
        return Remark(of="disk", what=what, level=WARNING, hint=hint)
    return Remark(of="disk", what=what)


# ------------------------------------------------------------------------------------------------ clock


def clock(patient: Patient) -> Iterator[Remark]:
    """The clock beside what it said before: files and runs are not made tomorrow."""
    marks = {"the program": Path(newsletter.__file__), "config.yaml": patient.config.path}
    moments = {what: _written(path) for what, path in marks.items()}
    if recorded := _last_run(Path(patient.config.state)):
        moments["the last run"] = recorded
    ahead = {what: moment for what, moment in moments.items() if moment > patient.now + _AHEAD}
    for what, moment in ahead.items():
        yield Remark(
            of="clock",
            what=f"it is {patient.now:%Y-%m-%d %H:%M} UTC here, and {what} is of {moment:%Y-%m-%d %H:%M}",
            level=WARNING if what == "config.yaml" else WRONG,
            hint="set the clock (timedatectl); a run with --as-of in the future does this too",
        )
    if not ahead:
        yield Remark(of="clock", what=f"{patient.now:%Y-%m-%d %H:%M} UTC, after all that is recorded")


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _last_run(state: Path) -> datetime | None:
    try:
        if not state.is_file() or upkeep.version(state) != len(MIGRATIONS):  # to look is not to migrate
            return None
        with closing(open_store(state)) as store:
            return max((run.started for run in store.runs.latest()), default=None)
    except StateError:  # which the look at the database tells
        return None


def zones(patient: Patient) -> Iterator[Remark]:
    """Data on time zones for everybody whose slots are counted, and not of long ago."""
    config = patient.config
    wanted = {config.site.timezone, *(reader.rhythm.timezone for reader in config.subscribers)}
    missing = sorted(wanted - zoneinfo.available_timezones())
    if missing:
        what = f"no data for {', '.join(missing)}"
        yield Remark(of="zones", what=what, level=WRONG, hint="pip install --upgrade tzdata")
        return
    yield zones_of(zone_year(), patient.now.year, len(wanted))


def zones_of(year: int | None, now: int, wanted: int) -> Remark:
    """What to say of zone data of a year, None where that is not known."""
    count = f"{wanted} in use" if wanted != 1 else "1 in use"
    if year is not None and year + _OLD_ZONES <= now:
        what = f"{count}; the data on them is of {year}"
        return Remark(of="zones", what=what, level=WARNING, hint="pip install --upgrade tzdata")
    return Remark(of="zones", what=f"{count}, data {f'of {year}' if year else 'of this system'}")


def zone_year() -> int | None:
    """The year of the zone data that Python uses first: the system's where it says, else the package's."""
    for folder in map(Path, zoneinfo.TZPATH):
        marks = (folder / "tzdata.zi", folder / "+VERSION")
        if mark := next((mark for mark in marks if mark.is_file()), None):
            with mark.open(encoding="ascii", errors="replace") as lines:
                found = lines.readline().split()[-1:]
            return int(found[0][:4]) if found and found[0][:4].isdecimal() else None
        if (folder / "UTC").is_file():
            return None
    return int(metadata.version("tzdata")[:4])


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number:,} files"
