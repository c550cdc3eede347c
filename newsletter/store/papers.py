"""Papers, their keys and sightings: rows to values and back. Decides nothing: what is new or the same is
diff.py's work, done between `known` and `write`.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import count

from newsletter.diff import Diff, Record
from newsletter.identity import list_date, slug, title_key
from newsletter.model import ListedPaper, Paper, Repeat, Sighting
from newsletter.store.database import Database, anywhere
from newsletter.store.paper_rows import Clean, columns, paper_of_row, record_of_row, sighting_of_row
from newsletter.store.repeats import Repeats
from newsletter.store.retention import Retention
from newsletter.store.similar import Similar

_PAPER = "SELECT id, slug, title, abstract, merged, version, recorded, revised FROM paper"
_MOST = 2**63 - 1


class Papers:
    """The papers of a state."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._titles = Repeats(database)
        self._similar = Similar(database)

    # ------------------------------------------------------------------------------------ for the diff

    def named(self, keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """The numbers of the papers that each of the keys names; a key that names none is left out."""
        rows = self._db.tuples(
            "SELECT key, paper FROM alias WHERE key IN (SELECT value FROM json_each(:keys))",
            {"keys": json.dumps(sorted(set(keys)))},
        )
        found: dict[str, tuple[int, ...]] = {}
        for key, number in rows:
            found[key] = (*found[key], number) if key in found else (number,)
        return found

    def known(self, keys: Iterable[str]) -> tuple[Record, ...]:
        """The record of every paper that one of the keys names, by number."""
        numbers = {number for numbers in self.named(keys).values() for number in numbers}
        rows = self._db.all(
            "SELECT p.id, p.title, p.abstract, p.merged, p.origins,"
            " (SELECT json_group_array(key) FROM alias WHERE paper = p.id) AS keys FROM paper p"
            " WHERE p.joined IS NULL AND p.id IN (SELECT value FROM json_each(:numbers)) ORDER BY p.id",
            {"numbers": json.dumps(sorted(numbers))},
        )
        return tuple(record_of_row(row) for row in rows)

    def write(
        self, diff: Diff, texts: Mapping[int, Clean], *, dump: int, day: date, now: datetime, silent: bool
    ) -> tuple[int, ...]:
        """Record what a diff found in a dump that bears `day`: papers, keys, sightings, joins.

        A sighting bears the date its record says it was listed on, else the dump's. `texts` holds the clean
        texts of each of the diff's records by its number. Gives the numbers of the papers that are new.
        """
        news = count(self.newest() + 1)
        known = [record for record in diff.records if record.number > 0]
        new = [record for record in diff.records if record.number < 0]
        grown = {outcome.number for outcome in diff.outcomes if outcome.grown}
        grown -= Retention(self._db).given_back(grown)
        self._update(known, texts, {record.number: next(news) for record in known if record.number in grown})
        numbers = self._insert(new, texts, news, now, silent=silent)
        self._add_keys((numbers.get(record.number, record.number), record.keys) for record in diff.records)
        for record in known:
            for absorbed in record.absorbed:
                if absorbed > 0:
                    self._join(absorbed, record.number, next(news))
        sighted = [(numbers.get(each.number, each.number), each.listed) for each in diff.outcomes]
        self._sight(sighted, dump, day, now.date())
        self._mark_revised(diff, now)
        self._titles.learn({stored: texts[number].title for number, stored in numbers.items()})
        return tuple(numbers.values())

    def _insert(
        self,
        records: Sequence[Record],
        texts: Mapping[int, Clean],
        news: Iterable[int],
        now: datetime,
        *,
        silent: bool,
    ) -> dict[int, int]:
        """Write new papers; the numbers they get, by the numbers they had."""
        first = 1 + int(self._db.value("SELECT max(id) FROM paper") or 0)
        slugs = self._free_slugs([texts[record.number].title for record in records])
        same = {"now": now.isoformat(), "silent": silent}
        self._db.many(
            "INSERT INTO paper (id, news, slug, title, abstract, merged, origins, version, recorded, silent)"
            " VALUES (:id, :news, :slug, :title, :abstract, :merged, :origins, :version, :now, :silent)",
            (
                {"id": number, "news": place, "slug": slug, **same, **columns(record, texts[record.number])}
                for number, record, slug, place in zip(count(first), records, slugs, news, strict=False)
            ),
        )
        return {record.number: number for number, record in enumerate(records, first)}

    def _update(self, records: Iterable[Record], texts: Mapping[int, Clean], news: Mapping[int, int]) -> None:
        """Write known papers anew, some of them with a new place among the news."""
        self._db.many(
            "UPDATE paper SET title = :title, abstract = :abstract, merged = :merged, origins = :origins,"
            " version = :version, news = coalesce(:news, news) WHERE id = :id",
            (
                {
                    "id": record.number,
                    "news": news.get(record.number),
                    **columns(record, texts[record.number]),
                }
                for record in records
            ),
        )

    def _free_slugs(self, titles: Iterable[str]) -> list[str]:
        """A slug for each of some titles, that no paper has."""
        wanted = [slug(title) for title in titles]
        rows = self._db.all(
            "SELECT slug FROM paper WHERE slug IN (SELECT value FROM json_each(:wanted))",
            {"wanted": json.dumps(sorted(set(wanted)))},
        )
        taken = {row["slug"] for row in rows}
        last: dict[str, int] = {}
        free = []
        for name in wanted:
            free.append(self._numbered(name, taken, last) if name in taken else name)
            taken.add(free[-1])
        return free

    def _numbered(self, wanted: str, taken: Container[str], last: dict[str, int]) -> str:
        """The slug with the next free number; `last` keeps the number that each of them was given last."""
        if wanted not in last:
            # Of a title that thousands share ("Editorial"), each number is looked for once, not from 2 on.
            like = {"like": f"{wanted}-[0-9]*"}
            last[wanted] = 1 + int(self._db.value("SELECT count(*) FROM paper WHERE slug GLOB :like", like))
        while True:
            last[wanted] += 1
            name = f"{wanted}-{last[wanted]}"
            if name not in taken and not self._db.value(
                "SELECT 1 FROM paper WHERE slug = :slug", {"slug": name}
            ):
                return name

    def _add_keys(self, papers: Iterable[tuple[int, Iterable[str]]]) -> None:
        # In their order, so that what lies on one page of the index is written together.
        rows = sorted((key, number) for number, keys in papers for key in keys)
        self._db.many("INSERT INTO alias (key, paper) VALUES (?, ?) ON CONFLICT DO NOTHING", rows)

    def _join(self, gone: int, stays: int, news: int) -> None:
        """Unite two papers: all that is recorded of `gone` now speaks of `stays`."""
        both = {"gone": gone, "stays": stays}
        for table in ("alias", "sighting", "delivery_paper", "backlog"):
            self._db.run(f"UPDATE OR IGNORE {table} SET paper = :stays WHERE paper = :gone", both)
            self._db.run(f"DELETE FROM {table} WHERE paper = :gone", both)
        self._db.run("DELETE FROM match WHERE paper = :gone", both)
        self._db.run("UPDATE paper SET joined = :stays WHERE id = :gone OR joined = :gone", both)
        self._join_repeats(both)
        self._similar.join(gone, stays)
        # What was not judged of the one is news of the other: it may fit now that they are one.
        self._db.run(
            "UPDATE paper SET news = :next, silent = min(silent, (SELECT silent FROM paper WHERE id = :gone))"
            " WHERE id = :stays",
            {**both, "next": news},
        )

    def _sight(self, papers: Iterable[tuple[int, ListedPaper]], dump: int, day: date, today: date) -> None:
        """A dump sees a paper once, on the first of the dates it lists it under: however many records a whole
        archive has of one paper, it is one list.
        """
        self._db.many(
            "INSERT INTO sighting (paper, dump, date, line, votes, stars) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET date = min(date, excluded.date)",
            (
                (
                    number,
                    dump,
                    list_date(each.listed, day, today).isoformat(),
                    each.line,
                    each.votes,
                    each.stars,
                )
                for number, each in papers
            ),
        )

    def _join_repeats(self, both: Mapping[str, int]) -> None:
        for side in ("newer", "older"):
            self._db.run(f"UPDATE OR IGNORE possible_repeat SET {side} = :stays WHERE {side} = :gone", both)
        self._db.run(
            "DELETE FROM possible_repeat WHERE newer = :gone OR older = :gone OR newer = older", both
        )

    def _mark_revised(self, diff: Diff, now: datetime) -> None:
        for outcome in diff.outcomes:
            if outcome.what == "revised" and outcome.number > 0:
                self._db.run(
                    "UPDATE paper SET revised = :now, changed = :changed WHERE id = :id",
                    {"id": outcome.number, "now": now.isoformat(), "changed": json.dumps(outcome.changed)},
                )

    # ------------------------------------------------------------------------------------- for reading

    def newest(self) -> int:
        """The highest news number so far; 0 in an empty state."""
        # In two parts, for each has an index: without one all papers would be read.
        here = self._db.value("SELECT max(news) FROM paper WHERE joined IS NULL")
        gone = self._db.value("SELECT max(news) FROM paper WHERE joined IS NOT NULL")
        return max(int(here or 0), int(gone or 0))

    def news(self, above: int, upto: int) -> tuple[Paper, ...]:
        """The papers whose news number is above one and up to another, in that order."""
        where = "WHERE joined IS NULL AND news > :above AND news <= :upto ORDER BY news"
        return self._papers(where, {"above": above, "upto": upto})

    def news_numbers(self, above: int, among: Iterable[int] | None = None) -> dict[int, int]:
        """Of all papers, or of some, those whose news number is above one: paper number → news number."""
        some = "" if among is None else " AND id IN (SELECT value FROM json_each(:among))"
        rows = self._db.all(
            f"SELECT id, news FROM paper WHERE joined IS NULL AND news > :above{some}",
            {"above": above, "among": json.dumps(sorted(among or ()))},
        )
        return {row["id"]: row["news"] for row in rows}

    def load(self, numbers: Iterable[int]) -> dict[int, Paper]:
        """Papers by their numbers; one that was joined into another gives that one, under both numbers."""
        wanted = json.dumps(sorted(set(numbers)))
        inside = "(SELECT value FROM json_each(:wanted))"
        joined = self._db.all(
            f"SELECT id, joined FROM paper WHERE joined IS NOT NULL AND id IN {inside}",
            {"wanted": wanted},
        )
        papers = self._papers(
            f"WHERE joined IS NULL AND id IN (SELECT coalesce(joined, id) FROM paper WHERE id IN {inside})",
            {"wanted": wanted},
        )
        found = {paper.number: paper for paper in papers}
        return found | {row["id"]: found[row["joined"]] for row in joined}

    def count(self) -> int:
        """How many papers were ever recorded."""
        return int(self._db.value("SELECT max(id) FROM paper") or 0)

    def texts(self, numbers: Iterable[int]) -> list[tuple[str, str]]:
        """Title and abstract of papers; none of those joined into others, or whose abstracts are gone."""
        return self._db.tuples(
            "SELECT title, abstract FROM paper WHERE joined IS NULL"
            " AND id IN (SELECT value FROM json_each(:wanted))"
            " AND id NOT IN (SELECT paper FROM thinned) ORDER BY id",
            {"wanted": json.dumps(list(numbers))},
        )

    def naming(self, word: str, most: int) -> tuple[Paper, ...]:
        """Of the latest 100,000 papers those whose record holds a word anywhere, newest first."""
        return self._papers(
            "WHERE joined IS NULL AND id > (SELECT max(id) FROM paper) - 100000"
            " AND merged LIKE :like ESCAPE '\\' ORDER BY id DESC LIMIT :most",
            {"like": anywhere(word), "most": most},
        )

    def beginning(self, key: str) -> tuple[int, ...]:
        """Numbers of at most two papers that have a key which begins so."""
        query = "SELECT DISTINCT paper FROM alias WHERE key >= :key AND key < :behind LIMIT 2"
        return tuple(row[0] for row in self._db.tuples(query, {"key": key, "behind": f"{key}\U0010ffff"}))

    def find(self, text: str) -> tuple[Paper, ...]:
        """Papers that a key, slug, number or piece of a title names; the best guesses first, at most 20."""
        # A number is compared as one: as a text it would keep SQLite from all indexes.
        number = int(text) if text.isascii() and text.isdigit() else 0
        exact = self._papers(
            "WHERE joined IS NULL AND (slug = :text OR id = :number OR id IN"
            " (SELECT paper FROM alias WHERE key = :text OR key = :title)) ORDER BY id",
            {"text": text, "number": min(number, _MOST), "title": title_key(text)},
        )
        return exact or self._papers(
            "WHERE joined IS NULL AND title LIKE :like ESCAPE '\\' ORDER BY id LIMIT 20",
            {"like": anywhere(text)},
        )

    def listed_again(self, since: date, lists: int, longest: int | None = None) -> tuple[int, ...]:
        """Numbers of the papers on at least so many lists of different dates since a date, or with votes;
        a dump of more papers than `longest`, where that is told, is no list.
        """
        rows = self._db.all(
            "SELECT paper FROM sighting WHERE date >= :since"
            " AND dump NOT IN (SELECT id FROM dump WHERE listed > :longest)"
            " GROUP BY paper HAVING count(DISTINCT date) >= :lists OR max(votes) > 0",
            {"since": since.isoformat(), "lists": lists, "longest": longest},
        )
        return tuple(row["paper"] for row in rows)

    def acclaimed(self, above: int, lists: int, most: int = 500) -> tuple[int, ...]:
        """Numbers of the news above one that have votes or are on so many lists: by votes, then by lists."""
        rows = self._db.all(
            "SELECT p.id FROM paper p JOIN sighting s ON s.paper = p.id"
            " WHERE p.joined IS NULL AND NOT p.silent AND p.news > :above GROUP BY p.id"
            " HAVING max(s.votes) > 0 OR count(DISTINCT s.date) >= :lists"
            " ORDER BY coalesce(max(s.votes), 0) DESC, count(DISTINCT s.date) DESC, p.id LIMIT :most",
            {"above": above, "lists": lists, "most": most},
        )
        return tuple(row["id"] for row in rows)

    def newest_list(self) -> date | None:
        """The latest date a dump bears."""
        day = self._db.value("SELECT max(date) FROM sighting")
        return date.fromisoformat(day) if day else None

    def silent(self, numbers: Iterable[int]) -> frozenset[int]:
        """Of the papers, those that were backfilled: no mail ever names them."""
        rows = self._db.all(
            "SELECT id FROM paper WHERE silent AND id IN (SELECT value FROM json_each(:wanted))",
            {"wanted": json.dumps(sorted(set(numbers)))},
        )
        return frozenset(row["id"] for row in rows)

    def changed(self, number: int) -> tuple[str, ...]:
        """What the last revision of a paper changed: of title, abstract, authors."""
        told = self._db.value("SELECT changed FROM paper WHERE id = :id", {"id": number})
        return tuple(json.loads(told or "[]"))

    def _papers(self, where: str, values: Mapping[str, object]) -> tuple[Paper, ...]:
        rows = self._db.all(f"{_PAPER} {where}", values)
        numbers = [row["id"] for row in rows]
        seen, repeats = self._sightings(numbers), self._repeats(numbers)
        return tuple(paper_of_row(row, seen.get(row["id"], ()), repeats.get(row["id"], ())) for row in rows)

    def _repeats(self, numbers: Sequence[int]) -> dict[int, tuple[Repeat, ...]]:
        rows = self._db.all(
            "SELECT r.newer, p.slug, p.title FROM possible_repeat r JOIN paper p ON p.id = r.older"
            " WHERE r.newer IN (SELECT value FROM json_each(:wanted)) ORDER BY r.older",
            {"wanted": json.dumps(numbers)},
        )
        found: dict[int, tuple[Repeat, ...]] = {}
        for row in rows:
            found[row["newer"]] = (*found.get(row["newer"], ()), Repeat(slug=row["slug"], title=row["title"]))
        return found

    def _sightings(self, numbers: Sequence[int]) -> dict[int, tuple[Sighting, ...]]:
        rows = self._db.all(
            "SELECT s.paper, d.name, s.date, s.line, s.votes, s.stars FROM sighting s"
            " JOIN dump d ON d.id = s.dump"
            " WHERE s.paper IN (SELECT value FROM json_each(:wanted)) ORDER BY s.date, d.name, s.dump",
            {"wanted": json.dumps(numbers)},
        )
        seen: dict[int, tuple[Sighting, ...]] = {}
        for row in rows:
            seen[row["paper"]] = (*seen.get(row["paper"], ()), sighting_of_row(row))
        return seen
