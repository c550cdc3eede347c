"""The digests of readers who have a private feed, kept beyond their delivery: rows to values and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.model import Digest
from newsletter.store import codec
from newsletter.store.database import Database
from newsletter.store.readers import SHOWN

KEPT = 50
"""So many digests of a reader are kept: a year of weeks, or seven weeks of days."""
_SHOWN = ", ".join(f"'{state}'" for state in SHOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateEntry:
    """A digest that a reader got, of which slot, and the moment its mail bears."""

    slot: str
    at: datetime
    digest: Digest


class Private:
    """What private feeds hold. A delivery's own content goes when the next one has arrived."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, reader: str) -> None:
        """Take over the digests of a reader that are still with their deliveries; drop the oldest."""
        self._db.run(
            "INSERT OR IGNORE INTO private_entry (delivery, digest)"
            " SELECT c.delivery, c.digest FROM content c JOIN delivery d ON d.id = c.delivery"
            " JOIN reader r ON r.id = d.reader WHERE r.folded = :reader",
            {"reader": reader},
        )
        self._db.run(
            "DELETE FROM private_entry WHERE delivery IN (SELECT e.delivery FROM private_entry e"
            " JOIN delivery d ON d.id = e.delivery JOIN reader r ON r.id = d.reader"
            " WHERE r.folded = :reader ORDER BY d.moment DESC, d.id DESC LIMIT -1 OFFSET :kept)",
            {"reader": reader, "kept": KEPT},
        )

    def slots(self, reader: str) -> tuple[str, ...]:
        """The slots whose digests the feed of a reader holds, the newest first."""
        return tuple(row["slot"] for row in self._rows(reader, "d.slot"))

    def entries(self, reader: str) -> tuple[PrivateEntry, ...]:
        """What the feed of a reader holds, the newest first: no digest that never went out."""
        return tuple(
            PrivateEntry(
                slot=row["slot"],
                at=datetime.fromisoformat(row["headed"] or row["moment"]),
                digest=codec.loads(Digest, row["digest"]),
            )
            for row in self._rows(reader, "d.slot, d.headed, d.moment, e.digest")
        )

    def forget_others(self, readers: Iterable[str]) -> None:
        """Nobody but these readers has a private feed any more."""
        self._db.run(
            "DELETE FROM private_entry WHERE delivery IN (SELECT d.id FROM delivery d JOIN reader r"
            " ON r.id = d.reader WHERE r.folded NOT IN (SELECT value FROM json_each(:readers)))",
            {"readers": json.dumps(sorted(set(readers)))},
        )

    def _rows(self, reader: str, columns: str) -> list[sqlite3.Row]:
        return self._db.all(
            f"SELECT {columns} FROM private_entry e JOIN delivery d ON d.id = e.delivery"
            f" JOIN reader r ON r.id = d.reader WHERE r.folded = :reader AND d.state IN ({_SHOWN})"
            " ORDER BY d.moment DESC, d.id DESC",
            {"reader": reader},
        )
