"""The SQLite file: opened, checked, migrated, locked. Statements and rows; no word about papers.

Facts this module answers to: a deferred BEGIN that reads first and writes later fails at once when another
connection has committed (the busy timeout is ignored), so writers begin IMMEDIATE; RETURNING with
executemany drops its rows, so nothing here uses it; and on a disk without shared memory, a network share,
SQLite says yes to a write-ahead log and fails at the first write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from newsletter.durable import keep_bytes, keep_names
from newsletter.errors import StateError, StateTooNew
from newsletter.store.schema import APPLICATION_ID, MIGRATIONS

Values = Mapping[str, Any]
_BUSY_SECONDS = 10.0
_CACHE = "cache_size = -65536"
"""64 MB where there is so much to hold. With SQLite's own 2 MB, to record the next of three million papers is
mostly to bring back pages of the indexes that have just been written."""
_WAIT = "synchronous = EXTRA"
"""With a log the same as FULL. Without one a commit is the end of a journal's name, and FULL does not wait
for the folder: a power cut could bring back the name, and with it what stood before.
"""
JOURNAL = "journal"
"""Mark: this state is kept without a write-ahead log. It stands until `newsletter state vacuum`: whoever
tried for a log each time would take the file from under a run that is just writing.
"""
_NO_WILDCARD = str.maketrans({letter: f"\\{letter}" for letter in "\\%_"})
_FULL_OR_READONLY = ("readonly", "full", "unable to open", "disk i/o")


class Database:
    """One connection to a SQLite file, in autocommit mode; every write happens in `transaction`."""

    def __init__(self, path: Path | None) -> None:
        """Open `path`, or a database in memory for None. Raises StateError."""
        self.path = path
        self.logged = True
        """Whether a write-ahead log is kept: then others read while one writes."""
        with _told(path):
            if path:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = self._connected()
            self._prepare()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _prepare(self) -> None:
        version = self._pragma("user_version")
        if version > len(MIGRATIONS):
            raise StateTooNew(
                f"{self.path}: the state has schema {version}, this program knows {len(MIGRATIONS)}",
                hint="a newer version of newsletter made it: install that one, or name another state",
            )
        theirs = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if version == 0 and (theirs or self._pragma("application_id") not in (0, APPLICATION_ID)):
            raise StateError(f"{self.path}: a database of another program", hint="name another file as state")
        self._open_journal(known=version > 0)
        for pragma in (_WAIT, "foreign_keys = ON", _CACHE):
            self._connection.execute(f"PRAGMA {pragma}")
        if version < len(MIGRATIONS):
            self._migrate()
        if not self.logged:
            self._note_journal()

    def _open_journal(self, *, known: bool) -> None:
        """Keep a write-ahead log where this disk can hold one, and else do without."""
        if known and self._connection.execute("SELECT 1 FROM meta WHERE name = ?", (JOURNAL,)).fetchone():
            self.logged = False
            return
        self._connection.execute("PRAGMA journal_mode = WAL")
        if self.path and not self._can_write():
            self._do_without_log()

    def _can_write(self) -> bool:
        """Whether a transaction can begin; one that has to wait for another could."""
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")
        return True

    def _do_without_log(self) -> None:
        """Bring what stands in the log home, and write without one. Where that cannot be done either, the
        log is not to blame, and whoever only reads may go on.
        """
        self._connection.close()
        with suppress(sqlite3.OperationalError), closing(self._connected()) as alone:
            # Who has the file alone reads its log without shared memory.
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
            alone.execute("PRAGMA journal_mode = DELETE")
        self._connection = self._connected()
        self.logged = not self._can_write()

    def _note_journal(self) -> None:
        if self._connection.execute("SELECT 1 FROM meta WHERE name = ?", (JOURNAL,)).fetchone() is None:
            self._connection.execute("INSERT INTO meta (name, value) VALUES (?, 'DELETE')", (JOURNAL,))

    def _migrate(self) -> None:
        with self.transaction():
            # Read again under the lock: another process may have migrated meanwhile.
            for number in range(self._pragma("user_version"), len(MIGRATIONS)):
                for statement in MIGRATIONS[number].split(";\n"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number + 1}")
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        if self.path:
            self.path.chmod(0o600)

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    @contextmanager
    def transaction(self, *, large: bool = False) -> Iterator[None]:
        """All or nothing: commits at the end, rolls back on any exception. Inside another, it joins it.

        One that will write gigabytes is `large`: others cannot read the state until it ends.
        """
        if self._connection.in_transaction:
            yield
            return
        with self._in_place() if large and self.logged else nullcontext(), self._all_or_nothing():
            yield

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        with _told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        with _told(self.path):
            self._connection.commit()

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """Changes go to the file itself, and what they replace into a journal beside it.

        Whoever reads a page looks for it in all of a write-ahead log first. In one of 4 GB, half of what
        three million papers take, that was a fifth of the time and grew; and all is written twice.
        """
        self._keep_journal("DELETE")
        try:
            yield
        finally:
            self._keep_journal("WAL")

    def _keep_journal(self, kind: str) -> None:
        # SQLite refuses while somebody else has the file open: then it goes on as it was.
        self._connection.execute("PRAGMA busy_timeout = 0")
        with suppress(sqlite3.OperationalError):
            self._connection.execute(f"PRAGMA journal_mode = {kind}")
        self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")

    @property
    def writing(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    @contextmanager
    def lightly(self) -> Iterator[None]:
        """A transaction that outlives the program's death but perhaps not a power cut: it waits for no disk.

        Two commits a mail that wait cost 0.6 ms on a quiet disk and 10 ms on a busy one; these cost 0.04.
        """
        # Without a log, to wait for no disk could break the file itself.
        if self._connection.in_transaction or not self.logged:
            with self.transaction():
                yield
            return
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with self.transaction():
                yield
        finally:
            self._connection.execute(f"PRAGMA {_WAIT}")

    def keep(self) -> None:
        """Wait until what was committed lightly is on the disk too. No connection takes part in that, so any
        thread may do it, and this one's go on meanwhile.
        """
        if self.path and self.logged:
            # Without a log SQLite has waited; the file itself must not be opened here, for to close it again
            # would end the locks on it (sqlite.org, How To Corrupt An SQLite Database File, section 2.2).
            with _told(self.path):
                self._keep_log(self.path.resolve())

    def _keep_log(self, file: Path) -> None:
        try:
            keep_bytes(Path(f"{file}-wal"))
        except FileNotFoundError:
            # After a large transaction somebody who was reading has held up the return to the log.
            keep_names(file.parent)

    def run(self, statement: str, values: Values | None = None) -> int:
        """Execute one statement; the id of the row it inserted."""
        with _told(self.path):
            return self._connection.execute(statement, values or {}).lastrowid or 0

    def count(self, statement: str, values: Values | None = None) -> int:
        """Execute one statement; how many rows it changed."""
        with _told(self.path):
            return self._connection.execute(statement, values or {}).rowcount

    def many(self, statement: str, rows: Iterable[Values | Sequence[Any]]) -> None:
        """Execute one statement for each row."""
        with _told(self.path):
            self._connection.executemany(statement, rows)

    def all(self, statement: str, values: Values | None = None) -> list[sqlite3.Row]:
        """Every row of a query."""
        with _told(self.path):
            return self._connection.execute(statement, values or {}).fetchall()

    def tuples(self, statement: str, values: Values | None = None) -> list[tuple[Any, ...]]:
        """Every row of a query that has many, without the names of its columns."""
        with _told(self.path):
            cursor = self._connection.cursor()
            cursor.row_factory = None
            return cursor.execute(statement, values or {}).fetchall()

    def one(self, statement: str, values: Values | None = None) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with _told(self.path):
            row: sqlite3.Row | None = self._connection.execute(statement, values or {}).fetchone()
        return row

    def value(self, statement: str, values: Values | None = None) -> Any:  # noqa: ANN401 - what the column holds
        """The first column of the first row, or None."""
        row = self.one(statement, values)
        return row[0] if row else None

    def copy(self) -> Database:
        """The same tables and rows in memory."""
        other = Database(None)
        with _told(self.path):
            self._connection.backup(other._connection)
        return other

    def part(self) -> None:
        """In a process that was forked: read by a connection of our own. The other process's may not even be
        closed here (sqlite.org, How To Corrupt An SQLite Database File, section 2.6).
        """
        if self.path:
            self._parted = self._connection
            there = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
            )
            there.row_factory = sqlite3.Row
            self._connection = there

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def anywhere(text: str) -> str:
    """What LIKE takes for the text anywhere, a backslash for its escape."""
    return f"%{text.translate(_NO_WILDCARD)}%"


@contextmanager
def _told(path: Path | None) -> Iterator[None]:
    """What SQLite or the file system says, as a StateError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StateError(f"{path or 'state'}: {error}", hint=_hint(str(error))) from error
    except OSError as error:
        raise StateError(f"{path}: {error.strerror}", hint=_hint("unable to open")) from error


def _hint(said: str) -> str:
    if "locked" in said:
        return "another program holds the state; close it and run again"
    if any(word in said.lower() for word in _FULL_OR_READONLY):
        return "see that the folder exists, is yours to write, and has room; nothing was lost"
    if "not a database" in said or "malformed" in said:
        return "the file is damaged or no state: put a backup in its place, or name another file as state"
    return "run `newsletter status` to see what is recorded"
