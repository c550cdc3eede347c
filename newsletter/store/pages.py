"""The pages of the site: what tells one from another before its paper is read, and how each stands published.
Rows to values and back; what a page shows is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

from newsletter.publication import Leaf, Made
from newsletter.store.database import Database


class Pages:
    """The pages of a state."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def drafts(self) -> dict[str, Made]:
        """The drafts that stand published, by their paths."""
        return {
            path: Made(made_of, tuple(json.loads(further)) if further else ())
            for path, made_of, further in self._db.tuples("SELECT path, made_of, further FROM draft")
        }

    def put_drafts(self, drafts: Mapping[str, Made], before: Mapping[str, Made]) -> None:
        """The drafts stand like this now; `before` is how they stood."""
        self._db.many("DELETE FROM draft WHERE path = ?", [(path,) for path in before.keys() - drafts.keys()])
        self._db.many(
            "INSERT OR REPLACE INTO draft (path, made_of, further) VALUES (?, ?, ?)",
            [
                (path, made.made_of, json.dumps(made.further) if made.further else "")
                for path, made in drafts.items()
                if before.get(path) != made
            ],
        )

    def leaves(self, numbers: Iterable[int]) -> tuple[Leaf, ...]:
        """Papers as they stand before they are read, in the order of their numbers; their stamps change with
        every dump that lists them, and so with all that dumps can change.
        """
        rows = self._db.tuples(
            "SELECT p.id, p.slug, p.revised, max(s.date), min(s.date), p.version, length(p.title),"
            " length(p.abstract), length(p.merged), p.news, count(s.dump), max(s.dump)"
            " FROM paper p LEFT JOIN sighting s ON s.paper = p.id"
            " WHERE p.joined IS NULL AND p.id IN (SELECT value FROM json_each(:wanted)) GROUP BY p.id",
            {"wanted": json.dumps(sorted(set(numbers)))},
        )
        return tuple(
            Leaf(number, slug, repr(row), repr((row[0], *row[2:7])), _latest(row[0], row[1]))
            for number, slug, *row in rows
        )

    def repeats(self) -> tuple[tuple[str, str], ...]:
        """Slugs of papers that may be the same: (newer, older)."""
        return tuple(
            self._db.tuples(
                "SELECT n.slug, o.slug FROM possible_repeat r JOIN paper n ON n.id = r.newer"
                " JOIN paper o ON o.id = r.older ORDER BY r.newer, r.older"
            )
        )

    def redirects(self) -> tuple[tuple[str, str], ...]:
        """Slugs of papers that were joined into others: (old slug, slug now)."""
        rows = self._db.all(
            "SELECT p.slug AS old, q.slug AS now FROM paper p JOIN paper q ON q.id = p.joined ORDER BY p.slug"
        )
        return tuple((row["old"], row["now"]) for row in rows)


def _latest(*days: str | None) -> date | None:
    """The latest of some moments and dates, as a date."""
    return max((date.fromisoformat(day[:10]) for day in days if day), default=None)
