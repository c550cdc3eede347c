"""What ranking has worked out and need not work out again: backgrounds, interests, texts of libraries, what a
model says of texts. All of it can be made anew from papers and files; rows to values and back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from newsletter.store.database import Database

Text = tuple[str, str]
_AT_ONCE = 500


class Learning:
    """The works of ranking in a state."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def background(self, size: int, program: str) -> bytes | None:
        """The background made of so many papers, where this program has kept one."""
        content: bytes | None = self._db.value(
            "SELECT content FROM background WHERE size = :size AND program = :program",
            {"size": size, "program": program},
        )
        return content

    def put_background(self, size: int, program: str, content: bytes) -> None:
        """Keep a background; the one before is no longer needed."""
        self._db.run("DELETE FROM background")
        self._db.run(
            "INSERT INTO background (size, program, content) VALUES (:size, :program, :content)",
            {"size": size, "program": program, "content": content},
        )

    def interests(self, made_of: Iterable[str]) -> dict[str, bytes]:
        """The interests that are kept, of those named by what they are made of."""
        rows = self._db.tuples(
            "SELECT made_of, content FROM interest WHERE made_of IN (SELECT value FROM json_each(:wanted))",
            {"wanted": json.dumps(sorted(made_of))},
        )
        return dict(rows)

    def put_interests(self, made: Mapping[str, bytes], wanted: Iterable[str]) -> None:
        """Keep new interests; those that are not wanted any more go."""
        self._db.run(
            "DELETE FROM interest WHERE made_of NOT IN (SELECT value FROM json_each(:wanted))",
            {"wanted": json.dumps(sorted(wanted))},
        )
        self._db.many("INSERT INTO interest (made_of, content) VALUES (?, ?)", sorted(made.items()))

    def library(self, sha256: str) -> tuple[Text, ...] | None:
        """The texts that were read from a library's file with that content, the latest first."""
        kept = self._db.value("SELECT texts FROM library WHERE sha256 = :sha256", {"sha256": sha256})
        return None if kept is None else tuple((title, abstract) for title, abstract in json.loads(kept))

    def put_library(self, sha256: str, texts: Iterable[Text]) -> None:
        """Keep what was read from a library's file."""
        self._db.run(
            "INSERT INTO library (sha256, texts) VALUES (:sha256, :texts) ON CONFLICT DO NOTHING",
            {"sha256": sha256, "texts": json.dumps(list(texts))},
        )

    def vectors(self, model: str, texts: Iterable[bytes]) -> dict[bytes, bytes]:
        """What a model said of texts, as far as it was kept; both by their hashes."""
        wanted = list(dict.fromkeys(texts))
        found: dict[bytes, bytes] = {}
        for first in range(0, len(wanted), _AT_ONCE):
            some = {f"t{place}": text for place, text in enumerate(wanted[first : first + _AT_ONCE])}
            marks = ", ".join(f":{name}" for name in some)
            query = f"SELECT text, numbers FROM vector WHERE model = :model AND text IN ({marks})"
            found |= dict(self._db.tuples(query, {"model": model, **some}))
        return found

    def put_vectors(self, model: str, vectors: Mapping[bytes, bytes]) -> None:
        """Keep what a model said of texts; what another said before is no longer needed."""
        self._db.run("DELETE FROM vector WHERE model <> :model", {"model": model})
        rows = ({"model": model, "text": text, "numbers": numbers} for text, numbers in vectors.items())
        self._db.many(
            "INSERT INTO vector (model, text, numbers) VALUES (:model, :text, :numbers)"
            " ON CONFLICT DO NOTHING",
            rows,
        )
