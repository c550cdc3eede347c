"""Deliveries on their way: claimed, sending, sent, deferred, uncertain. Each change of state is a statement;
when which is due is decided in outbox.py.

    queued ─claim─▶ claimed ─sending─▶ sending ─sent · fail · defer · doubt─▶ sent, failed, deferred …

A claim is on the disk before any mail of it leaves: `keep` waits for that. The marks of single mails are not:
they outlive the death of the program, and after a power cut the claim, which names the boot it was made in,
tells what cannot be known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from newsletter.store.database import Database
from newsletter.store.ledger import Delivery
from newsletter.store.readers import Readers, deliveries_of

_OPEN = "state NOT IN ('sent', 'failed', 'skipped')"
"""As the index on open deliveries says it: without these very words it is not used, and all are read."""
KILLED = "the run was killed while it was being sent"
POWER_CUT = "the machine went down while it was being sent"


class Sending:
    """The deliveries of a state that are on their way."""

    def __init__(self, database: Database, readers: Readers) -> None:
        self._db = database
        self._readers = readers

    def due(self, now: datetime, farthest: timedelta) -> tuple[Delivery, ...]:
        """What may go now, the oldest first. A next try farther off than any can be: a clock was wrong."""
        return deliveries_of(
            self._db,
            f"d.{_OPEN} AND (d.state = 'queued'"
            " OR d.state = 'deferred' AND (d.not_before <= :now OR d.not_before > :far))",
            {"now": now.isoformat(), "far": (now + farthest).isoformat()},
        )

    def unfinished(self, now: datetime) -> bool:
        """Whether a run has something to do here: send what is due, or see to what a killed run has left."""
        found = self._db.value(
            f"SELECT 1 FROM delivery WHERE {_OPEN} AND (state IN ('queued', 'claimed', 'sending')"
            " OR state = 'deferred' AND not_before <= :now) LIMIT 1",
            {"now": now.isoformat()},
        )
        return found is not None

    def oldest(self) -> datetime | None:
        """Since when the delivery waits that waits longest."""
        found = self._db.value(
            f"SELECT min(made) FROM delivery WHERE {_OPEN} AND state IN ('queued', 'deferred')"
        )
        return datetime.fromisoformat(found) if found else None

    def claim(self, deliveries: Iterable[tuple[int, bytes | None]], boot: str | None) -> None:
        """Take deliveries on, their packed letters fixed for every further try. `boot` names the machine's
        present boot; None where sending twice does no harm, as with files. None may be sent before `keep`.
        """
        rows = [{"id": number, "letter": packed, "boot": boot} for number, packed in deliveries]
        with self._db.lightly():
            self._db.many(
                "UPDATE delivery SET state = 'claimed', boot = :boot"
                " WHERE id = :id AND state IN ('queued', 'deferred')",
                rows,
            )
            self._db.many("UPDATE content SET letter = :letter WHERE delivery = :id AND letter IS NULL", rows)

    def keep(self) -> None:
        """Wait until all claims are on the disk. The one thing here that may be done in another thread."""
        self._db.keep()

    def unclaim(self, deliveries: Iterable[int]) -> None:
        """Give deliveries back that were not sent."""
        with self._db.transaction():
            self._db.run(
                "UPDATE delivery SET state = 'queued' WHERE state = 'claimed'"
                " AND id IN (SELECT value FROM json_each(:ids))",
                {"ids": json.dumps(list(deliveries))},
            )

    def reclaim(self, boot: str) -> int:
        """What a run that died has left: claimed ones are queued again, those in doubt are held. How many
        are in doubt that were not before. Only for the one run there is; an empty `boot` is not known.
        """
        if not self._db.value(f"SELECT 1 FROM delivery WHERE {_OPEN} AND state IN ('claimed', 'sending')"):
            return 0
        doubt = f"UPDATE delivery SET state = 'uncertain', reason = :reason WHERE {_OPEN} AND"
        with self._db.transaction():
            found = self._db.count(f"{doubt} state = 'sending'", {"reason": KILLED})
            found += self._db.count(
                f"{doubt} state = 'claimed' AND boot IS NOT NULL AND (boot = '' OR boot <> :boot)",
                {"reason": POWER_CUT, "boot": boot},
            )
            self._db.run(f"UPDATE delivery SET state = 'queued' WHERE {_OPEN} AND state = 'claimed'")
        return found

    def resend(self) -> int:
        """Queue what is in doubt: somebody said so. How many there were."""
        with self._db.transaction():
            return self._db.count(
                f"UPDATE delivery SET state = 'queued', reason = '' WHERE {_OPEN} AND state = 'uncertain'"
            )

    def sending(self, delivery: int, now: datetime) -> None:
        """The relay will have the message in a moment."""
        with self._db.lightly():
            self._db.run(
                "UPDATE delivery SET state = 'sending', tries = tries + 1, tried = coalesce(tried, :now)"
                " WHERE id = :id",
                {"id": delivery, "now": now.isoformat()},
            )

    def spared(self, delivery: int) -> None:
        """The relay did not get it after all, and nobody tried."""
        with self._db.lightly():
            self._db.run(
                "UPDATE delivery SET state = 'claimed', tries = tries - 1 WHERE id = :id", {"id": delivery}
            )

    def sent(self, delivery: int, now: datetime) -> None:
        """It has arrived at the relay."""
        with self._db.lightly():
            self._readers.sent(delivery, now)

    def defer(self, delivery: int, reason: str, until: datetime, now: datetime) -> None:
        """Not now. A try that never came to DATA counts as one too."""
        with self._db.lightly():
            self._db.run(
                "UPDATE delivery SET tries = tries + (state <> 'sending'), tried = coalesce(tried, :now),"
                " state = 'deferred', reason = :reason, not_before = :until WHERE id = :id",
                {"id": delivery, "reason": reason, "until": until.isoformat(), "now": now.isoformat()},
            )

    def doubt(self, delivery: int, reason: str) -> None:
        """Whether it arrived cannot be known: it is held, and its content kept."""
        with self._db.lightly():
            self._db.run(
                "UPDATE delivery SET state = 'uncertain', reason = :reason WHERE id = :id",
                {"id": delivery, "reason": reason},
            )

    def lightly(self) -> AbstractContextManager[None]:
        """Several marks as one."""
        return self._db.lightly()

    def states(self, deliveries: Sequence[int]) -> dict[str, int]:
        """How many of these deliveries are in each state."""
        rows = self._db.all(
            "SELECT state, count(*) AS n FROM delivery WHERE id IN (SELECT value FROM json_each(:ids))"
            " GROUP BY state",
            {"ids": json.dumps(list(deliveries))},
        )
        return {row["state"]: row["n"] for row in rows}
