"""What went wrong and is not mended, by kinds: rows to values and back. What a kind is, and what mends it, is
said in newsletter/failures.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.failures import Failure
from newsletter.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A failure that is not mended, since when, and when an operator was told of it."""

    failure: Failure
    since: datetime
    told: datetime | None


class Failures:
    """The failures of a state that are not mended."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> tuple[Standing, ...]:
        """Every one, oldest first."""
        rows = self._db.all("SELECT * FROM failure ORDER BY since, kind")
        return tuple(
            Standing(
                failure=Failure(**{key: row[key] for key in ("about", "family", "what", "hint", "look")}),
                since=datetime.fromisoformat(row["since"]),
                told=datetime.fromisoformat(row["told"]) if row["told"] else None,
            )
            for row in rows
        )

    def note(self, failures: Iterable[Failure], now: datetime) -> None:
        """These went wrong; of one whose kind is known the first words stay."""
        self._db.many(
            "INSERT INTO failure (kind, about, family, what, hint, look, since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (each.kind, each.about, each.family, each.what, each.hint, each.look, now.isoformat())
                for each in failures
            ],
        )

    def tell(self, kinds: Iterable[str], now: datetime) -> None:
        """An operator was told of these."""
        self._db.many(
            "UPDATE failure SET told = ? WHERE kind = ?", [(now.isoformat(), kind) for kind in kinds]
        )

    def forget(self, kinds: Iterable[str]) -> None:
        """These are mended: should they come back, they are new."""
        self._db.many("DELETE FROM failure WHERE kind = ?", [(kind,) for kind in kinds])
