"""The state as a file: copied while others write, and made as small as it can be. In go paths, out come
sizes in bytes. Nothing here looks at what stands in the tables, and nothing is migrated: a backup is taken
before a newer program touches the state.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from newsletter.durable import keep_bytes, keep_names
from newsletter.errors import NewsletterError, StateError
from newsletter.store.database import JOURNAL
from newsletter.store.schema import APPLICATION_ID

_BUSY_SECONDS = 10.0
_LOGS = ("-wal", "-shm", "-journal")


def backup(state: Path, target: Path, *, overwrite: bool = False) -> int:
    """Copy a state to a file of its own, sound and whole, while others may write; its size in bytes.

    The file appears under its name only once it was checked. Raises StateError, or NewsletterError where the
    copy cannot be written.
    """
    _refuse(state, target, overwrite=overwrite)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _told(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(_opened(state)) as source, closing(_plain(part)) as copy:
                source.backup(copy)
                # A file in WAL mode grows a log beside it as soon as somebody looks into it.
                copy.execute("PRAGMA journal_mode = DELETE")
                _check(copy, state)
            keep_bytes(part)  # a backup that a power cut empties is none
            part.replace(target)
            keep_names(target.parent)
            return target.stat().st_size
    finally:
        part.unlink(missing_ok=True)


def vacuum(state: Path) -> tuple[int, int]:
    """Write a state anew without the room that is free in it; its sizes in bytes, before and after.

    Nobody may run meanwhile: hold the lock. Raises StateError.
    """
    with _told(state), closing(_opened(state)) as connection:
        _check(connection, state)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = state.stat().st_size
        # Whoever opens it next finds out anew whether this disk can hold a write-ahead log.
        connection.execute("DELETE FROM meta WHERE name = ?", (JOURNAL,))
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return before, state.stat().st_size


def damage(state: Path) -> str:
    """What SQLite finds wrong with a state; empty where nothing is. Raises StateError."""
    with _told(state), closing(_opened(state)) as connection:
        return _damage(connection)


def is_logged(state: Path) -> bool:
    """Whether a state has not been found to be on a disk that can hold no write-ahead log; so one that is
    not there, or is none.
    """
    try:
        with closing(_plain(state)) as connection:
            return connection.execute("SELECT 1 FROM meta WHERE name = ?", (JOURNAL,)).fetchone() is None
    except sqlite3.Error:
        return True


def version(state: Path) -> int:
    """The number of a state's schema. Raises StateError."""
    with _told(state), closing(_opened(state)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse(state: Path, target: Path, *, overwrite: bool) -> None:
    if target.resolve() == state.resolve():
        raise NewsletterError(f"{target} is the state itself", hint="name another file for the backup")
    if target.is_dir():
        raise NewsletterError(f"{target} is a folder", hint="name a file in it")
    if target.exists() and not overwrite:
        raise NewsletterError(f"{target} is there already", hint="name another file, or add --force")
    # SQLite would play a log that lies there back into the new file, and break it.
    logs = [log for ending in _LOGS if (log := target.with_name(target.name + ending)).exists()]
    if logs:
        raise NewsletterError(
            f"{target} is open as a database: {logs[0].name} lies beside it",
            hint="name another file; if no program has it open, remove that one too",
        )


def _opened(state: Path) -> sqlite3.Connection:
    """A state as it is: never made, never migrated. Raises StateError for what is none."""
    connection = _plain(state, "rw")
    try:
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    except sqlite3.Error:
        connection.close()
        raise
    if not ours:
        connection.close()
        raise StateError(f"{state}: no state of this program", hint="look at `state` in config.yaml")
    return connection


def _plain(path: Path, mode: str = "rw") -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )


def _check(connection: sqlite3.Connection, state: Path) -> None:
    if found := _damage(connection):
        raise StateError(f"{state}: the state is damaged: {found}", hint="put an older backup in its place")


def _damage(connection: sqlite3.Connection) -> str:
    found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if found == "ok" else " ".join(found.split())


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What SQLite or the file system says, in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise StateError(f"{path}: {error}", hint=_hint(str(error).lower())) from error
    except OSError as error:
        raise NewsletterError(
            f"{error.filename or path}: {error.strerror}",
            hint="see that the folder is yours to write and has room, or name another file",
        ) from error


def _hint(said: str) -> str:
    if "locked" in said:
        return "another program holds it; try again when that is done"
    if "full" in said or "i/o" in said:
        return "the disk needs as much free room as the state is large; nothing was lost"
    if "malformed" in said or "not a database" in said:
        return "the file is damaged: put a backup in its place"
    return "the state is as it was; `newsletter doctor` looks at what may be wrong"
