"""Possible repeats in the state: which known titles share rare words with a new one, and the pairs that were
marked. Decides nothing: whether two papers may be one is newsletter/repeats.py's question.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

from newsletter.model import Repeat
from newsletter.repeats import clues
from newsletter.store.database import Database

_RAREST = 4
_MOST = 50
"""Titles that share rare words with a new one, the newest first: a repeat follows soon, if at all."""


class Repeats:
    """The titles of a state by their words, and the marked pairs."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def learn(self, titles: Mapping[int, str]) -> None:
        """Note the words of new papers' titles, and how often each stands: the rare ones find papers."""
        self._db.run(
            "INSERT INTO title_word (rowid, title) SELECT id, title FROM paper"
            " WHERE id IN (SELECT value FROM json_each(:new))",
            {"new": json.dumps(list(titles))},
        )
        words = Counter(word for title in titles.values() for word in clues(title))
        self._db.many(
            "INSERT INTO title_count (word, papers) VALUES (:word, :papers)"
            " ON CONFLICT (word) DO UPDATE SET papers = papers + excluded.papers",
            [{"word": word, "papers": papers} for word, papers in words.items()],
        )

    def candidates(self, title: str, *, before: int) -> dict[int, str]:
        """Titles of papers recorded before one that share its rare words: all but one of the four rarest that
        other titles have. Its own title has been counted.
        """
        rarest = self._rarest(clues(title))
        if len(rarest) < 2:  # noqa: PLR2004 - one word in common says nothing
            return {}
        together = combinations(rarest, max(2, len(rarest) - 1))
        rows = self._db.all(
            "SELECT p.id, p.title FROM title_word JOIN paper p ON p.id = title_word.rowid"
            " WHERE title_word MATCH :words AND title_word.rowid < :before"
            " ORDER BY title_word.rowid DESC LIMIT :most",
            {"words": " OR ".join(map(_all_of, together)), "before": before, "most": _MOST},
        )
        return {row["id"]: row["title"] for row in rows}

    def _rarest(self, words: tuple[str, ...]) -> list[str]:
        rows = self._db.all(
            "SELECT word FROM title_count WHERE papers > 1 AND word IN (SELECT value FROM json_each(:words))"
            " ORDER BY papers, word LIMIT :most",
            {"words": json.dumps(words), "most": _RAREST},
        )
        return [row["word"] for row in rows]

    def mark(self, newer: int, older: Iterable[int], *, dump: int) -> None:
        """Mark a paper that a dump brought as a possible repeat of others."""
        self._db.many(
            "INSERT INTO possible_repeat (newer, older, dump) VALUES (:newer, :older, :dump)"
            " ON CONFLICT DO NOTHING",
            [{"newer": newer, "older": number, "dump": dump} for number in older],
        )

    def newer(self, number: int) -> tuple[Repeat, ...]:
        """The papers that may repeat a known one."""
        rows = self._db.all(
            "SELECT p.slug, p.title FROM possible_repeat r JOIN paper p ON p.id = r.newer"
            " WHERE r.older = :number ORDER BY r.newer",
            {"number": number},
        )
        return tuple(Repeat(slug=row["slug"], title=row["title"]) for row in rows)

    def by_dump(self) -> dict[int, int]:
        """How many of the papers that a dump brought are possible repeats."""
        rows = self._db.all("SELECT dump, count(DISTINCT newer) AS papers FROM possible_repeat GROUP BY dump")
        return {row["dump"]: row["papers"] for row in rows}


def _all_of(words: Iterable[str]) -> str:
    """In the language of the full text search. A word is letters and digits, so quotation marks hold it."""
    return "(" + " AND ".join(f'"{word}"' for word in words) + ")"
