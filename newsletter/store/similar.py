"""Similar papers: which were found to be near each other, and what they were compared by. Rows to values and
back; what is near is ranking's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from newsletter.store.database import Database


class Similar:
    """The pairs of similar papers in a state."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def not_compared(self) -> tuple[int, ...]:
        """The papers that have a page and were never compared, in the order of their numbers."""
        rows = self._db.tuples(
            "SELECT paper FROM edition_pick UNION SELECT paper FROM page"
            " EXCEPT SELECT paper FROM compared EXCEPT SELECT id FROM paper WHERE joined IS NOT NULL"
        )
        return tuple(sorted(number for (number,) in rows))

    def compared(self, most: int) -> dict[int, bytes]:
        """The latest papers that were compared, with what they were compared by."""
        rows = self._db.tuples(
            "SELECT paper, grams FROM compared ORDER BY paper DESC LIMIT :most", {"most": most}
        )
        return dict(reversed(rows))

    def put(self, grams: Mapping[int, bytes], pairs: Iterable[tuple[int, int, float]]) -> None:
        """Papers were compared, and these pairs found: a paper, one it is like, how near."""
        self._db.many("INSERT INTO compared (paper, grams) VALUES (?, ?)", sorted(grams.items()))
        self._db.many("INSERT INTO similar (paper, other, near) VALUES (?, ?, ?)", pairs)

    def lists(self, most: int, paper: int | None = None) -> dict[int, tuple[int, ...]]:
        """For each paper, or for one, the numbers of those that are like it, the nearest first; what may be
        the same paper is not.
        """
        rows = self._db.tuples(
            "SELECT paper, other, max(near) AS nearness FROM"
            " (SELECT paper, other, near FROM similar UNION ALL SELECT other, paper, near FROM similar)"
            " WHERE (:paper IS NULL OR paper = :paper) AND NOT EXISTS (SELECT 1 FROM possible_repeat"
            " WHERE newer IN (paper, other) AND older IN (paper, other)) GROUP BY paper, other"
            " ORDER BY paper, nearness DESC, other",
            {"paper": paper},
        )
        found: dict[int, tuple[int, ...]] = {}
        for one, other, _ in rows:
            found[one] = (*found.get(one, ()), other)[:most]
        return found

    def join(self, gone: int, stays: int) -> None:
        """One paper turned out to be another: what was like the one is like the other."""
        both = {"gone": gone, "stays": stays}
        for side in ("paper", "other"):
            self._db.run(f"UPDATE OR IGNORE similar SET {side} = :stays WHERE {side} = :gone", both)
        self._db.run("DELETE FROM similar WHERE paper = :gone OR other = :gone OR paper = other", both)
        self._db.run("DELETE FROM compared WHERE paper = :gone", both)
