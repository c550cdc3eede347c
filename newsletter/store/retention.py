"""What takes room and nobody needs any more, dropped: statements, and how many rows they changed. Which that
is, and that nothing seen is forgotten, is said in newsletter/keep.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from newsletter.identity import TITLE
from newsletter.store.database import Database

_SHOWN = ("match", "edition_pick", "page", "delivery_paper", "backlog", "trended", "compared")
"""The tables that name papers which somebody was shown, or may be."""
_LATEST = 100


class Retention:
    """The bulky rows of a state."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def given_back(self, papers: Iterable[int]) -> frozenset[int]:
        """Which of these papers, listed with an abstract, had lost theirs; they have it again."""
        wanted = {"papers": json.dumps(sorted(papers))}
        inside = "paper IN (SELECT value FROM json_each(:papers))"
        found = frozenset(n for (n,) in self._db.tuples(f"SELECT paper FROM thinned WHERE {inside}", wanted))
        if found:
            self._db.run(f"DELETE FROM thinned WHERE {inside}", wanted)
        return found

    def thin(self, before: datetime, *, upto: int, spared: Iterable[int]) -> int:
        """Drop the abstracts of papers that came and were listed before a moment, up to a news number, and
        that nobody was shown; how many. Kept too: `spared` ones, and what its abstract alone tells apart.
        """
        shown = " ".join(f"AND id NOT IN (SELECT paper FROM {table})" for table in _SHOWN)
        values = {
            "before": before.isoformat(),
            "day": before.date().isoformat(),
            "upto": upto,
            "spared": json.dumps(sorted(spared)),
            "title": f"{TITLE}*",
        }
        self._db.run(
            "INSERT INTO thinned SELECT id FROM paper WHERE recorded < :before AND news <= :upto"
            " AND joined IS NULL AND abstract <> '' AND id NOT IN (SELECT value FROM json_each(:spared))"
            f" {shown} AND NOT EXISTS (SELECT 1 FROM sighting WHERE paper = paper.id AND date >= :day)"
            " AND EXISTS (SELECT 1 FROM alias a WHERE a.paper = paper.id AND a.key NOT GLOB :title)"
            " AND NOT EXISTS (SELECT 1 FROM alias a JOIN alias b ON b.key = a.key AND b.paper <> a.paper"
            " WHERE a.paper = paper.id AND a.key GLOB :title)",
            values,
        )
        return self._db.count(
            "UPDATE paper SET abstract = '', merged = json_remove(merged, '$.abstract')"
            " WHERE abstract <> '' AND id IN (SELECT paper FROM thinned)"
        )

    def drop_mails(self, before: datetime) -> int:
        """Drop what deliveries were made of that were over before a moment; how many."""
        return self._db.count(
            "DELETE FROM content WHERE delivery IN (SELECT id FROM delivery WHERE final < :before)",
            {"before": before.isoformat()},
        )

    def drop_runs(self, before: datetime) -> int:
        """Drop the record of runs before a moment, but for the latest hundred; how many."""
        return self._db.count(
            "DELETE FROM run WHERE started < :before"
            f" AND id NOT IN (SELECT id FROM run ORDER BY id DESC LIMIT {_LATEST})",
            {"before": before.isoformat()},
        )
