"""Addresses that nothing is sent to any more, and those that refused mail lately: rows to values and back.

Which refusal weighs how much is decided in replies.py and, for bounces, by their reader; here it is kept.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from newsletter.store.database import Database

STRIKES = 3
"""So many mails refused in a row, whatever the reason, and an address is suppressed (the rule of mox)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that nothing is sent to, why, and since when."""

    folded: str
    reason: str
    since: datetime


class Suppressions:
    """The suppressed addresses of a state."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, folded: str) -> Suppression | None:
        """Why nothing is sent to an address; None where mail may go."""
        row = self._db.one(
            "SELECT * FROM suppression WHERE folded = :folded AND suppressed", {"folded": folded}
        )
        return _suppression(row) if row else None

    def all(self) -> tuple[Suppression, ...]:
        """Every suppressed address, in the order of their names."""
        rows = self._db.all("SELECT * FROM suppression WHERE suppressed ORDER BY folded")
        return tuple(_suppression(row) for row in rows)

    def put(self, folded: str, reason: str, now: datetime) -> bool:
        """Nothing is sent to an address from now on; whether that is news. The first reason stays."""
        return self._put(folded, reason, now, strikes=1, suppressed=True)

    def strike(self, folded: str, reason: str, now: datetime) -> bool:
        """A mail was refused; whether that was one too many in a row, and suppressed the address."""
        before = self._db.value("SELECT strikes FROM suppression WHERE folded = :folded", {"folded": folded})
        strikes = (before or 0) + 1
        return self._put(folded, reason, now, strikes=strikes, suppressed=strikes >= STRIKES)

    def _put(self, folded: str, reason: str, now: datetime, *, strikes: int, suppressed: bool) -> bool:
        changed = self._db.count(
            "INSERT INTO suppression (folded, suppressed, strikes, reason, since)"
            " VALUES (:folded, :suppressed, :strikes, :reason, :now) ON CONFLICT (folded) DO UPDATE"
            " SET suppressed = :suppressed, strikes = :strikes, reason = :reason, since = :now"
            " WHERE NOT suppression.suppressed",
            {
                "folded": folded,
                "suppressed": int(suppressed),
                "strikes": strikes,
                "reason": reason,
                "now": now.isoformat(),
            },
        )
        return suppressed and bool(changed)

    def last_strike(self, folded: str) -> datetime | None:
        """When an address last refused a mail, if the next refusal would not be the first in a row."""
        found = self._db.value("SELECT since FROM suppression WHERE folded = :folded", {"folded": folded})
        return datetime.fromisoformat(found) if found else None

    def forgive(self, folded: str, *, wholly: bool = False) -> None:
        """A relay took a mail: the next refusal is the first in a row.

        Refusals that came back hours after a relay had taken the mail are forgiven only `wholly`, by one who
        knows that a later mail did not come back.
        """
        self._db.run(
            "DELETE FROM suppression WHERE folded = :folded AND NOT suppressed"
            " AND (:wholly OR reason NOT LIKE 'bounced%')",
            {"folded": folded, "wholly": wholly},
        )

    def lift(self, folded: str) -> bool:
        """Mail may go to an address again; whether it was suppressed."""
        was = self.get(folded) is not None
        self._db.run("DELETE FROM suppression WHERE folded = :folded", {"folded": folded})
        return was

    def first_seen(self, message_id: str, now: datetime) -> bool:
        """Note that a bounce was read; whether it is the first time."""
        return bool(
            self._db.count(
                "INSERT INTO bounce (message, seen) VALUES (:message, :now) ON CONFLICT DO NOTHING",
                {"message": message_id, "now": now.isoformat()},
            )
        )


def _suppression(row: sqlite3.Row) -> Suppression:
    return Suppression(folded=row["folded"], reason=row["reason"], since=datetime.fromisoformat(row["since"]))
