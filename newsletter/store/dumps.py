"""Dumps and the inbox as they were last seen: rows to values and back. Decides nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.model import Problem
from newsletter.publication import Listed
from newsletter.store import codec
from newsletter.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpRow:
    """A dump as the store remembers it. `state` is started, read, partly or quarantined."""

    id: int
    name: str
    sha256: str
    state: str
    starts: int
    date: date | None
    format: str
    listed: int
    new: int
    revised: int
    again: int
    problems: tuple[Problem, ...]
    program: str
    recorded: datetime


class Dumps:
    """The dumps of a state, and the inbox as it was when last looked at."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def files(self, program: str) -> dict[str, tuple[int, int]]:
        """Every inbox file that this version of the program need not look at: path → (size, mtime in ns)."""
        rows = self._db.all(
            "SELECT path, size, mtime_ns FROM inbox_file WHERE refused IS NULL OR refused = :program",
            {"program": program},
        )
        return {row["path"]: (row["size"], row["mtime_ns"]) for row in rows}

    def remember(self, path: str, size: int, mtime_ns: int, *, refused: str | None) -> None:
        """A file was taken, or set aside by a version of the program: it is left alone until it changes."""
        self._db.run(
            "INSERT INTO inbox_file (path, size, mtime_ns, refused)"
            " VALUES (:path, :size, :mtime_ns, :refused)"
            " ON CONFLICT (path) DO UPDATE SET size = :size, mtime_ns = :mtime_ns, refused = :refused",
            {"path": path, "size": size, "mtime_ns": mtime_ns, "refused": refused},
        )

    def refuse(self, problem: Problem, now: datetime) -> bool:
        """Note a problem with a file that never became a dump; whether it was not noted before."""
        return bool(
            self._db.count(
                "INSERT INTO dump (sha256, name, size, state, problems, program, recorded)"
                " VALUES (:what, :name, 0, 'quarantined', :problems, '', :now) ON CONFLICT DO NOTHING",
                {
                    "what": f"{problem.dump}: {problem.what}",
                    "name": problem.dump,
                    "problems": codec.dumps((problem,)),
                    "now": now.isoformat(),
                },
            )
        )

    def forgive(self, problems: Iterable[Problem], unchanged: Iterable[str]) -> None:
        """Forget noted problems that are not among these any more: mended, or taken away. Those of files that
        were not looked at, because nothing has changed, and of the parts of such files stand.
        """
        still = [f"{problem.dump}: {problem.what}" for problem in problems]
        self._db.run(
            "DELETE FROM dump WHERE state = 'quarantined' AND program = ''"
            " AND sha256 NOT IN (SELECT value FROM json_each(:still)) AND NOT EXISTS"
            " (SELECT 1 FROM json_each(:files) AS file WHERE dump.name = file.value"
            " OR substr(dump.name, 1, length(file.value) + 1) = file.value || '/')",
            {"still": json.dumps(still), "files": json.dumps(list(unchanged))},
        )

    def get(self, sha256: str) -> DumpRow | None:
        """The dump with this content."""
        row = self._db.one("SELECT * FROM dump WHERE sha256 = :sha256", {"sha256": sha256})
        return _dump_row(row) if row else None

    def start(self, *, name: str, sha256: str, size: int, program: str, now: datetime) -> DumpRow:
        """Say that a dump is about to be read: a second start without an end tells of a crash. A dump that
        came to an end before, and is read anew, starts from one.
        """
        self._db.run(
            "INSERT INTO dump (sha256, name, size, state, starts, program, recorded)"
            " VALUES (:sha256, :name, :size, 'started', 1, :program, :now)"
            " ON CONFLICT (sha256) DO UPDATE SET state = 'started', program = :program,"
            " starts = CASE WHEN state = 'started' THEN starts + 1 ELSE 1 END",
            {"sha256": sha256, "name": name, "size": size, "program": program, "now": now.isoformat()},
        )
        row = self.get(sha256)
        assert row is not None  # noqa: S101 - it was just written
        return row

    def unstart(self, dump: int) -> None:
        """A start does not count: what stopped it was not the dump."""
        self._db.run("UPDATE dump SET starts = starts - 1 WHERE id = :id", {"id": dump})

    def forget(self, dump: int) -> None:
        """A dump was begun that is still being written: as if it had not been."""
        self._db.run("DELETE FROM dump WHERE id = :id AND state = 'started'", {"id": dump})

    def finish(
        self,
        dump: int,
        *,
        state: str,
        now: datetime,
        problems: Sequence[Problem] = (),
        day: date | None = None,
        format: str = "",  # noqa: A002 - the word of the field
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Say how reading a dump ended: read, partly, or quarantined."""
        counted = {"listed": 0, "new": 0, "revised": 0, "again": 0, **(counts or {})}
        self._db.run(
            "UPDATE dump SET state = :state, problems = :problems, date = :date, format = :format,"
            " recorded = :now, listed = :listed, new = :new, revised = :revised, again = :again"
            " WHERE id = :id",
            {
                "id": dump,
                "state": state,
                "problems": codec.dumps(tuple(problems)),
                "date": day.isoformat() if day else None,
                "format": format,
                "now": now.isoformat(),
                **counted,
            },
        )

    def latest(self, count: int = 50) -> tuple[DumpRow, ...]:
        """The dumps recorded last, newest first."""
        rows = self._db.all(
            "SELECT * FROM dump ORDER BY recorded DESC, id DESC LIMIT :count", {"count": count}
        )
        return tuple(_dump_row(row) for row in rows)

    def refused(self) -> tuple[Problem, ...]:
        """The problems that stand with files that never became a dump."""
        rows = self._db.tuples("SELECT problems FROM dump WHERE state = 'quarantined' AND program = ''")
        return tuple(problem for (found,) in rows for problem in codec.loads(tuple[Problem, ...], found))

    def counts(self) -> dict[str, int]:
        """How many dumps are in each state; files that never became a dump are none."""
        rows = self._db.tuples(
            "SELECT state, count(*) FROM dump WHERE program <> '' AND state <> 'started' GROUP BY state"
        )
        return dict(rows)

    def lists(self, most: int) -> tuple[Listed, ...]:
        """The dumps that bear the latest dates, newest first, without their names."""
        rows = self._db.tuples(
            "SELECT date, listed, new FROM dump WHERE state IN ('read', 'partly') AND date IS NOT NULL"
            " ORDER BY date DESC, name DESC, sha256 LIMIT :most",
            {"most": most},
        )
        return tuple(Listed(date=date.fromisoformat(day), papers=n, new=new) for day, n, new in rows)

    def newest(self, names: str) -> date | None:
        """The latest date that a dump bears whose name fits a pattern; None where none was ever read."""
        found = self._db.value(
            "SELECT max(date) FROM dump WHERE state IN ('read', 'partly') AND name GLOB :names",
            {"names": names},
        )
        return date.fromisoformat(found) if found else None

    def stale(self, since: datetime | None) -> tuple[DumpRow, ...]:
        """The lists on which all was known, recorded after a moment; oldest first."""
        rows = self._db.all(
            "SELECT * FROM dump WHERE state IN ('read', 'partly') AND listed > 1 AND new = 0 AND revised = 0"
            " AND recorded > :since ORDER BY recorded, id",
            {"since": since.isoformat() if since else ""},
        )
        return tuple(_dump_row(row) for row in rows)

    def troubled(self, since: datetime | None) -> tuple[DumpRow, ...]:
        """The dumps that were read partly or not at all, recorded after a moment; oldest first."""
        rows = self._db.all(
            "SELECT * FROM dump WHERE state IN ('partly', 'quarantined') AND recorded > :since"
            " ORDER BY recorded, id",
            {"since": since.isoformat() if since else ""},
        )
        return tuple(_dump_row(row) for row in rows)


def _dump_row(row: sqlite3.Row) -> DumpRow:
    problems = codec.loads(tuple[Problem, ...], row["problems"])
    values = {name: row[name] for name in ("id", "name", "sha256", "state", "starts", "program")}
    counts = {name: row[name] for name in ("listed", "new", "revised", "again")}
    return DumpRow(
        **values,
        **counts,
        date=date.fromisoformat(row["date"]) if row["date"] else None,
        format=row["format"] or "",
        problems=problems,
        recorded=datetime.fromisoformat(row["recorded"]),
    )
