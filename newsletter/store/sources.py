"""Sources: when each was asked, what it brought, what went wrong, and what to tell it the next time. Rows to
values and back; what is done about a trouble is decided by those who ask.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.model import Known
from newsletter.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How one source stands. Its last dump is `dump`, the file's name, which came at the moment `brought`.

    `failures` counts the turns in a row that ended in a `trouble`: a kind, such as `unreachable` or `aside`,
    with its words in `told`. Before the moment `not_before` it is not asked again.
    """

    name: str
    tried: datetime | None = None
    succeeded: datetime | None = None
    brought: datetime | None = None
    dump: str = ""
    failures: int = 0
    not_before: datetime | None = None
    trouble: str = ""
    told: str = ""
    known: Known = field(default_factory=Known)


class Sources:
    """The sources of a state, those that config.yaml names no more among them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def states(self) -> tuple[SourceState, ...]:
        """How every source stands that was ever asked, by name."""
        return tuple(map(_state, self._db.all("SELECT * FROM source ORDER BY name")))

    def get(self, name: str) -> SourceState:
        """How one source stands; as new, where it was never asked."""
        row = self._db.one("SELECT * FROM source WHERE name = :name", {"name": name})
        return _state(row) if row else SourceState(name=name)

    def put(self, state: SourceState) -> None:
        """Keep how a source stands."""
        self._db.run(
            "INSERT OR REPLACE INTO source (name, tried, succeeded, brought, dump, failures, not_before,"
            " trouble, told, asked_for, etag, modified, cursor, resume, sizes) VALUES (:name, :tried,"
            " :succeeded, :brought, :dump, :failures, :not_before, :trouble, :told, :asked_for, :etag,"
            " :modified, :cursor, :resume, :sizes)",
            _row(state),
        )


_MOMENTS = ("tried", "succeeded", "brought", "not_before")
_PLAIN = ("name", "dump", "failures", "trouble", "told")
_KNOWN = ("asked_for", "etag", "modified", "cursor", "resume")


def _row(state: SourceState) -> dict[str, object]:
    moments = {key: getattr(state, key) for key in _MOMENTS}
    return {
        **{key: getattr(state, key) for key in _PLAIN},
        **{key: moment.isoformat() if moment else None for key, moment in moments.items()},
        **{key: getattr(state.known, key) for key in _KNOWN},
        "sizes": json.dumps(state.known.sizes),
    }


def _state(row: sqlite3.Row) -> SourceState:
    known = Known(**{key: row[key] for key in _KNOWN}, sizes=tuple(json.loads(row["sizes"])))
    moments = (datetime.fromisoformat(row[key]) if row[key] else None for key in _MOMENTS)
    tried, succeeded, brought, not_before = moments
    return SourceState(
        **{key: row[key] for key in _PLAIN},
        tried=tried,
        succeeded=succeeded,
        brought=brought,
        not_before=not_before,
        known=known,
    )
