"""Readers, their subscriptions, what they were sent and what waits for them: rows to values and back.

The ledger that makes "each paper once per reader" true: a paper is shown to a reader when it stands in a
delivery of theirs that is queued, claimed, sending, deferred, sent or uncertain. Who gets what is decided
in slots.py and digest.py; here it is only kept.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from newsletter.model import Digest, Letter, Subscriber
from newsletter.store import codec
from newsletter.store.database import Database
from newsletter.store.ledger import Delivery, ReaderRow, ShownPaper, Subscription, Waiting

SHOWN = ("queued", "claimed", "sending", "deferred", "sent", "uncertain")
"""States of a delivery whose papers count as shown."""
_DELIVERY = (
    "d.id, d.reader, r.folded, d.slot, d.moment, d.date, d.state, d.reason, d.covers, d.made,"
    " d.headed, d.final, d.tries, d.tried, d.not_before"
)
_SHOWN = ", ".join(f"'{state}'" for state in SHOWN)


class Readers:
    """The readers of a state, and the delivery ledger."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ----------------------------------------------------------------------------------------- readers

    def get(self, folded: str) -> ReaderRow | None:
        """The reader with a folded address."""
        row = self._db.one("SELECT * FROM reader WHERE folded = :folded", {"folded": folded})
        return _reader_row(row) if row else None

    def active(self) -> tuple[ReaderRow, ...]:
        """Every reader that was not removed."""
        return tuple(_reader_row(row) for row in self._db.all("SELECT * FROM reader WHERE removed IS NULL"))

    def folded(self) -> tuple[str, ...]:
        """The folded address of every reader there ever was, in the order in which they came."""
        return tuple(row["folded"] for row in self._db.all("SELECT folded FROM reader ORDER BY id"))

    def begin(self, subscriber: Subscriber, *, settled: datetime, now: datetime) -> ReaderRow:
        """A reader the state has not met; one with another address before keeps its ledger."""
        old = self.get(subscriber.formerly) if subscriber.formerly else None
        values = {"folded": subscriber.reader, "now": now.isoformat(), "settled": settled.isoformat()}
        if old:
            self._db.run(
                "UPDATE reader SET folded = :folded, removed = NULL WHERE id = :id",
                {"folded": subscriber.reader, "id": old.id},
            )
            if old.removed:
                self.settle(settled, old.id)
        else:
            self._db.run(
                "INSERT INTO reader (folded, begun, settled) VALUES (:folded, :now, :settled)", values
            )
        row = self.get(subscriber.reader)
        assert row is not None  # noqa: S101 - it was just written
        return row

    def come_back(self, reader: ReaderRow, *, settled: datetime) -> None:
        """A removed reader is in the config again."""
        self._db.run("UPDATE reader SET removed = NULL WHERE id = :id", {"id": reader.id})
        self.settle(settled, reader.id)

    def remove(self, reader: ReaderRow, now: datetime) -> None:
        """A reader has left: subscriptions end, what is unsent is skipped, the ledger stays."""
        self._db.run(
            "UPDATE reader SET removed = :now WHERE id = :id", {"id": reader.id, "now": now.isoformat()}
        )
        self.end(reader.id, None, now)
        for delivery in self.deliveries(reader.id, ("queued", "deferred")):
            self.skip(delivery.id, "removed", now)

    def settle(self, moment: datetime, reader: int | None = None) -> None:
        """Every slot up to a moment has been dealt with, of one reader or of all who are here."""
        self._db.run(
            "UPDATE reader SET settled = max(settled, :moment)"
            " WHERE removed IS NULL AND (:id IS NULL OR id = :id)",
            {"id": reader, "moment": moment.isoformat()},
        )

    # ----------------------------------------------------------------------------------- subscriptions

    def unsettle(self, now: datetime, ahead: timedelta) -> int:
        """Readers settled so far ahead of `now` go on from now: a clock was wrong. How many there were."""
        return self._db.count(
            "UPDATE reader SET settled = :now WHERE settled > :limit",
            {"now": now.isoformat(), "limit": (now + ahead).isoformat()},
        )

    def subscriptions(self, reader: int) -> tuple[Subscription, ...]:
        """The subscriptions of a reader that have not ended."""
        rows = self._db.all(
            "SELECT * FROM subscription WHERE reader = :reader AND ended IS NULL ORDER BY profile",
            {"reader": reader},
        )
        return tuple(
            Subscription(
                reader=row["reader"], profile=row["profile"], begins=row["begins"], covered=row["covered"]
            )
            for row in rows
        )

    def subscribe(self, reader: int, profile: str, *, begins: int, now: datetime, fresh: timedelta) -> None:
        """A reader follows a profile: goes on, comes back within `fresh`, or begins anew."""
        key = {"reader": reader, "profile": profile}
        row = self._db.one(
            "SELECT ended FROM subscription WHERE reader = :reader AND profile = :profile", key
        )
        if row and (row["ended"] is None or now - datetime.fromisoformat(row["ended"]) <= fresh):
            self._db.run(
                "UPDATE subscription SET ended = NULL WHERE reader = :reader AND profile = :profile", key
            )
            return
        self._db.run("DELETE FROM backlog WHERE reader = :reader AND profile = :profile", key)
        self._db.run(
            "INSERT OR REPLACE INTO subscription (reader, profile, begins, covered)"
            " VALUES (:reader, :profile, :begins, :begins)",
            {**key, "begins": begins},
        )

    def end(self, reader: int, profile: str | None, now: datetime) -> None:
        """A subscription ends; all of a reader's where no profile is named."""
        self._db.run(
            "UPDATE subscription SET ended = :now WHERE reader = :reader AND ended IS NULL"
            " AND (:profile IS NULL OR profile = :profile)",
            {"reader": reader, "profile": profile, "now": now.isoformat()},
        )

    def cover(self, reader: int, upto: int) -> None:
        """All news up to a number has been considered for a reader."""
        self._db.run(
            "UPDATE subscription SET covered = max(covered, :upto) WHERE reader = :reader AND ended IS NULL",
            {"reader": reader, "upto": upto},
        )

    def lowest_awaited(self) -> int | None:
        """The news number above which every paper lies that some reader may still get."""
        low: int | None = self._db.value(
            "SELECT min(low) FROM (SELECT min(covered) AS low FROM subscription WHERE ended IS NULL"
            " UNION ALL SELECT min(p.news) - 1 FROM backlog b JOIN paper p ON p.id = b.paper"
            " JOIN subscription s ON s.reader = b.reader AND s.profile = b.profile AND s.ended IS NULL"
            " UNION ALL SELECT min(p.news) - 1 FROM delivery d JOIN delivery_paper e ON e.delivery = d.id"
            " JOIN paper p ON p.id = e.paper WHERE d.state NOT IN ('sent', 'failed', 'skipped'))"
        )
        return low

    # -------------------------------------------------------------------------------------- deliveries

    def has_slot(self, reader: int, slot: str) -> bool:
        """Whether a row of a slot exists."""
        values = {"reader": reader, "slot": slot}
        return bool(self._db.value("SELECT 1 FROM delivery WHERE reader = :reader AND slot = :slot", values))

    def deliveries(
        self, reader: int | None = None, states: Sequence[str] = (), *, most: int = -1
    ) -> tuple[Delivery, ...]:
        """Deliveries of a reader (or all) in some states (or any), latest moment first, `most` of them."""
        # Each condition only where it is asked for: "reader IS NULL OR …" would read the whole ledger, for
        # every reader four times a round.
        asked = {"d.reader = :reader": reader, "d.state IN (SELECT value FROM json_each(:states))": states}
        conditions = " AND ".join(condition for condition, value in asked.items() if value) or "TRUE"
        rows = self._db.all(
            f"SELECT {_DELIVERY} FROM delivery d JOIN reader r ON r.id = d.reader"
            f" WHERE {conditions} ORDER BY d.moment DESC, d.id DESC LIMIT :most",
            {"reader": reader, "states": json.dumps(list(states)), "most": most},
        )
        return tuple(_delivery(row) for row in rows)

    def reached(self) -> tuple[int, int]:
        """How many papers were sent, and to how many readers."""
        row = self._db.one(
            "SELECT count(DISTINCT p.paper) AS papers, count(DISTINCT d.reader) AS readers FROM delivery d"
            " JOIN delivery_paper p ON p.delivery = d.id AND p.role = 'body' WHERE d.state = 'sent'"
        )
        return (row["papers"], row["readers"]) if row else (0, 0)

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        rows = self._db.all("SELECT state, count(*) AS n FROM delivery GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    def put_skipped(
        self, reader: int, slot: str, *, moment: datetime, day: date, reason: str, now: datetime
    ) -> None:
        """A slot passes without a digest: missed, away, late or empty."""
        self._db.run(
            "INSERT INTO delivery (reader, slot, moment, date, state, reason, made, final)"
            " VALUES (:reader, :slot, :moment, :date, 'skipped', :reason, :now, :now)"
            " ON CONFLICT (reader, slot) DO NOTHING",
            {
                "reader": reader,
                "slot": slot,
                "moment": moment.isoformat(),
                "date": day.isoformat(),
                "reason": reason,
                "now": now.isoformat(),
            },
        )

    def put_queued(
        self,
        reader: int,
        digest: Digest,
        shown: Iterable[ShownPaper],
        *,
        moment: datetime,
        headed: datetime,
        now: datetime,
    ) -> int:
        """A digest is due: the row of its slot is written (over an empty one, never over another)."""
        self._db.run(
            "INSERT INTO delivery (reader, slot, moment, date, state, covers, made, headed)"
            " VALUES (:reader, :slot, :moment, :date, 'queued', :covers, :now, :headed)"
            " ON CONFLICT (reader, slot) DO UPDATE SET state = 'queued', reason = '', final = NULL,"
            " covers = :covers, made = :now, headed = :headed"
            " WHERE delivery.state = 'skipped' AND delivery.reason = 'empty'",
            {
                "reader": reader,
                "slot": digest.slot,
                "moment": moment.isoformat(),
                "date": digest.date.isoformat(),
                "covers": digest.covers,
                "now": now.isoformat(),
                "headed": headed.isoformat(),
            },
        )
        delivery = int(
            self._db.value(
                "SELECT id FROM delivery WHERE reader = :reader AND slot = :slot",
                {"reader": reader, "slot": digest.slot},
            )
        )
        self._db.run(
            "INSERT INTO content (delivery, digest) VALUES (:id, :digest) ON CONFLICT DO NOTHING",
            {"id": delivery, "digest": codec.dumps(digest)},
        )
        self._db.many(
            "INSERT OR REPLACE INTO delivery_paper (delivery, paper, role, profiles, scores, version)"
            " VALUES (:delivery, :paper, :role, :profiles, :scores, :version)",
            [
                {
                    "delivery": delivery,
                    "paper": each.paper,
                    "role": each.role,
                    "profiles": json.dumps(each.profiles),
                    "scores": json.dumps(each.scores),
                    "version": each.version,
                }
                for each in shown
            ],
        )
        return delivery

    def digest(self, delivery: int) -> Digest | None:
        """What a delivery holds, while it is kept."""
        text = self._db.value("SELECT digest FROM content WHERE delivery = :id", {"id": delivery})
        return codec.loads(Digest, text) if text else None

    def letter(self, delivery: int) -> Letter | None:
        """How a delivery was first rendered, while it is kept."""
        packed = self._db.value("SELECT letter FROM content WHERE delivery = :id", {"id": delivery})
        return codec.unpack(packed) if packed else None

    def sent(self, delivery: int, now: datetime) -> None:
        """A delivery has arrived. Its content is kept until the reader's next one has."""
        self._final(delivery, "sent", "", now)
        self._db.run(
            "DELETE FROM content WHERE delivery <> :id AND delivery IN (SELECT id FROM delivery"
            " WHERE final IS NOT NULL AND reader = (SELECT reader FROM delivery WHERE id = :id))",
            {"id": delivery},
        )

    def fail(self, delivery: int, reason: str, now: datetime) -> None:
        """A delivery cannot arrive: its papers are free for the reader's next digest."""
        self._final(delivery, "failed", reason, now)
        self._release(delivery)

    def skip(self, delivery: int, reason: str, now: datetime) -> None:
        """A delivery that was not sent is given up: its papers are free for the reader's next digest."""
        self._final(delivery, "skipped", reason, now)
        self._release(delivery)

    def _final(self, delivery: int, state: str, reason: str, now: datetime) -> None:
        self._db.run(
            "UPDATE delivery SET state = :state, reason = :reason, final = :now WHERE id = :id",
            {"id": delivery, "state": state, "reason": reason, "now": now.isoformat()},
        )

    def _release(self, delivery: int) -> None:
        """As if this delivery had never been: its papers are as good as new, none was passed over by it."""
        self._db.run(
            "UPDATE backlog SET passed = NULL, passed_by = NULL, passes = 0 WHERE passed_by = :id",
            {"id": delivery},
        )
        self._db.run(
            "INSERT OR REPLACE INTO backlog (reader, profile, paper, released)"
            " SELECT d.reader, e.value, p.paper, 1 FROM delivery d"
            " JOIN delivery_paper p ON p.delivery = d.id AND p.role = 'body', json_each(p.profiles) e"
            " WHERE d.id = :id",
            {"id": delivery},
        )

    def shown(self, reader: int, papers: Iterable[int]) -> frozenset[int]:
        """Of the papers, those that were shown to a reader."""
        # CROSS JOIN is SQLite's word for "in this order": from a paper to all its readers and back to one,
        # as it would go by itself, takes ten thousand times ten thousand steps for ten thousand readers.
        rows = self._db.all(
            "SELECT DISTINCT p.paper FROM delivery d CROSS JOIN delivery_paper p ON p.delivery = d.id"
            f" WHERE d.reader = :reader AND d.state IN ({_SHOWN}) AND p.role <> 'revised'"
            " AND +p.paper IN (SELECT value FROM json_each(:papers))",
            {"reader": reader, "papers": json.dumps(sorted(set(papers)))},
        )
        return frozenset(row["paper"] for row in rows)

    def untold_revisions(self, reader: int) -> tuple[int, ...]:
        """Papers that a reader was shown in an earlier version than the one they have since got."""
        rows = self._db.all(
            "SELECT p.paper FROM delivery_paper p JOIN delivery d ON d.id = p.delivery"
            " JOIN paper q ON q.id = p.paper"
            f" WHERE d.reader = :reader AND d.state IN ({_SHOWN}) AND q.revised IS NOT NULL AND NOT q.silent"
            " GROUP BY p.paper HAVING max(p.version) < max(coalesce(q.version, 0)) ORDER BY p.paper",
            {"reader": reader},
        )
        return tuple(row["paper"] for row in rows)

    def showings(self, paper: int) -> tuple[tuple[Delivery, str], ...]:
        """Every delivery that holds a paper, with the role it has there; oldest first."""
        rows = self._db.all(
            f"SELECT {_DELIVERY}, p.role FROM delivery_paper p JOIN delivery d ON d.id = p.delivery"
            " JOIN reader r ON r.id = d.reader WHERE p.paper = :paper ORDER BY d.moment, d.id",
            {"paper": paper},
        )
        return tuple((_delivery(row), row["role"]) for row in rows)

    def scores(self, delivery: int, paper: int) -> dict[str, float]:
        """What profiles gave a paper when a delivery was made, by their slugs."""
        row = self._db.one(
            "SELECT profiles, scores FROM delivery_paper WHERE delivery = :delivery AND paper = :paper"
            " AND role = 'body'",
            {"delivery": delivery, "paper": paper},
        )
        return dict(zip(json.loads(row["profiles"]), json.loads(row["scores"]), strict=False)) if row else {}

    # ----------------------------------------------------------------------------------------- backlog

    def backlog(self, reader: int) -> tuple[Waiting, ...]:
        """What waits for a reader under profiles they follow."""
        rows = self._db.all(
            "SELECT b.paper, json_group_array(b.profile) AS profiles, max(b.released) AS released,"
            " min(b.passed) AS passed, max(b.passes) AS passes FROM backlog b"
            " JOIN subscription s ON s.reader = b.reader AND s.profile = b.profile AND s.ended IS NULL"
            " WHERE b.reader = :reader GROUP BY b.paper ORDER BY b.paper",
            {"reader": reader},
        )
        return tuple(
            Waiting(
                paper=row["paper"],
                profiles=tuple(sorted(json.loads(row["profiles"]))),
                released=bool(row["released"]),
                passed=date.fromisoformat(row["passed"]) if row["passed"] else None,
                passes=row["passes"],
            )
            for row in rows
        )

    def pass_over(
        self, reader: int, papers: Mapping[int, Sequence[str]], *, day: date, delivery: int
    ) -> None:
        """A digest had no room for these papers, which fit these profiles."""
        self._db.many(
            "INSERT INTO backlog (reader, profile, paper, passed, passed_by, passes)"
            " VALUES (:reader, :profile, :paper, :day, :delivery, 1)"
            " ON CONFLICT (reader, profile, paper) DO UPDATE SET released = 0, passes = passes + 1,"
            " passed = coalesce(passed, :day), passed_by = coalesce(passed_by, :delivery)",
            [
                {
                    "reader": reader,
                    "profile": profile,
                    "paper": paper,
                    "day": day.isoformat(),
                    "delivery": delivery,
                }
                for paper, profiles in papers.items()
                for profile in profiles
            ],
        )

    def forget_waiting(self, reader: int, papers: Iterable[int]) -> None:
        """These papers wait no more: they were shown, or are no longer fresh."""
        self._db.run(
            "DELETE FROM backlog WHERE reader = :reader AND paper IN (SELECT value FROM json_each(:papers))",
            {"reader": reader, "papers": json.dumps(sorted(set(papers)))},
        )


def deliveries_of(database: Database, where: str, values: Mapping[str, object]) -> tuple[Delivery, ...]:
    """The deliveries that a condition of our own finds, the oldest moment first."""
    rows = database.all(
        f"SELECT {_DELIVERY} FROM delivery d JOIN reader r ON r.id = d.reader WHERE {where}"
        " ORDER BY d.moment, d.id",
        values,
    )
    return tuple(_delivery(row) for row in rows)


def _reader_row(row: sqlite3.Row) -> ReaderRow:
    return ReaderRow(
        id=row["id"],
        folded=row["folded"],
        begun=datetime.fromisoformat(row["begun"]),
        settled=datetime.fromisoformat(row["settled"]),
        removed=datetime.fromisoformat(row["removed"]) if row["removed"] else None,
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        reader=row["reader"],
        folded=row["folded"],
        slot=row["slot"],
        moment=datetime.fromisoformat(row["moment"]),
        date=date.fromisoformat(row["date"]),
        state=row["state"],
        reason=row["reason"],
        covers=row["covers"],
        made=datetime.fromisoformat(row["made"]),
        headed=datetime.fromisoformat(row["headed"]) if row["headed"] else None,
        final=datetime.fromisoformat(row["final"]) if row["final"] else None,
        tries=row["tries"],
        tried=datetime.fromisoformat(row["tried"]) if row["tried"] else None,
        not_before=datetime.fromisoformat(row["not_before"]) if row["not_before"] else None,
    )
