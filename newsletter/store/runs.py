"""Runs and marks: what each run did, and small facts that outlive it (how far composing came, the stamp of
a finished publication). Rows to values and back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run: `summary` is its line, `exit` None while it lasts or when it was killed."""

    id: int
    started: datetime
    finished: datetime | None
    exit: int | None
    summary: Mapping[str, object]


class Runs:
    """The runs of a state, and its marks."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def mark(self, name: str) -> str | None:
        """What was noted under a name."""
        value: str | None = self._db.value("SELECT value FROM meta WHERE name = :name", {"name": name})
        return value

    def set_mark(self, name: str, value: str) -> None:
        """Note a small fact under a name."""
        self._db.run(
            "INSERT INTO meta (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = :value",
            {"name": name, "value": value},
        )

    def advance(self, name: str) -> None:
        """Count one on under a name."""
        self._db.run(
            "INSERT INTO meta (name, value) VALUES (:name, '1')"
            " ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
            {"name": name},
        )

    def settled_mark(self, name: str, value: str) -> str:
        """What was noted under a name; on the first call that is `value`, for ever."""
        self._db.run(
            "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING",
            {"name": name, "value": value},
        )
        return self.mark(name) or value

    def start(self, now: datetime) -> int:
        """A run begins; its number."""
        return self._db.run("INSERT INTO run (started) VALUES (:now)", {"now": now.isoformat()})

    def finish(self, run: int, now: datetime, exit_code: int, summary: Mapping[str, object]) -> None:
        """A run has ended."""
        self._db.run(
            "UPDATE run SET finished = :now, exit = :exit, summary = :summary WHERE id = :id",
            {"id": run, "now": now.isoformat(), "exit": exit_code, "summary": json.dumps(summary)},
        )

    def last_success(self) -> datetime | None:
        """When a run last ended well."""
        found = self._db.value("SELECT max(finished) FROM run WHERE exit = 0")
        return datetime.fromisoformat(found) if found else None

    def latest(self, count: int = 5) -> tuple[RunRow, ...]:
        """The last runs, newest first."""
        rows = self._db.all("SELECT * FROM run ORDER BY id DESC LIMIT :count", {"count": count})
        return tuple(
            RunRow(
                id=row["id"],
                started=datetime.fromisoformat(row["started"]),
                finished=datetime.fromisoformat(row["finished"]) if row["finished"] else None,
                exit=row["exit"],
                summary=json.loads(row["summary"] or "{}"),
            )
            for row in rows
        )
