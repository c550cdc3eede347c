"""Profiles as the site knows them, what fits them, and the editions that were published: rows to values and
back. Decides nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from newsletter.digest import reason_line
from newsletter.model import Match, Paper, Pick, Profile, Reason, Section
from newsletter.publication import Edition, Later, Mention, ProfileCard
from newsletter.store import codec
from newsletter.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """A profile in the state. `begins` is the news number before its time; `place` None: no more there."""

    slug: str
    name: str
    title: str
    description: str
    former: tuple[str, ...]
    private: bool
    place: int | None
    begins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The papers a profile has judged under one hash of its rules: news numbers above low, up to high."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is on record of a profile: the hash of its rules, the news numbers that they judged (above low, up
    to high), the papers that fitted, and those of all editions.
    """

    rules: str = ""
    low: int = 0
    high: int = 0
    matched: frozenset[int] = frozenset()
    picked: frozenset[int] = frozenset()


_IN_TURN = "f.place IS NULL, f.place, e.profile"
"""Profiles as config.yaml has them, and then those that it has no more."""


class Editions:
    """The profiles and editions of a state."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ---------------------------------------------------------------------------------------- profiles

    def sync_profiles(self, profiles: Sequence[Profile], begins: int) -> dict[str, str]:
        """Make the state know the profiles of the config; their slugs by name.

        A profile keeps the slug it first had. `formerly` hands the slug of an old name to the new one.
        """
        self._db.run("UPDATE profile SET place = NULL")
        return {profile.name: self._sync(profile, place, begins) for place, profile in enumerate(profiles)}

    def _sync(self, profile: Profile, place: int, begins: int) -> str:
        row = self._named(profile.name)
        if row is None and profile.formerly and (old := self._named(profile.formerly)):
            row = self._renamed(old, profile.name)
        slug = row.slug if row else self._free_slug(profile.name)
        self._db.run(
            "INSERT INTO profile (slug, name, title, description, private, place, begins)"
            " VALUES (:slug, :name, :title, :description, :private, :place, :begins)"
            " ON CONFLICT (slug) DO UPDATE SET title = :title, description = :description,"
            " private = :private, place = :place",
            {
                "slug": slug,
                "name": profile.name,
                "title": profile.title,
                "description": profile.description,
                "private": profile.private,
                "place": place,
                "begins": begins,
            },
        )
        return slug

    def _renamed(self, old: ProfileRow, name: str) -> ProfileRow:
        former = [*(n for n in old.former if n not in (old.name, name)), old.name]
        self._db.run(
            "UPDATE profile SET name = :name, former = :former WHERE slug = :slug",
            {"slug": old.slug, "name": name, "former": json.dumps(former)},
        )
        return old

    def _named(self, name: str) -> ProfileRow | None:
        row = self._db.one("SELECT * FROM profile WHERE name = :name", {"name": name})
        return _profile_row(row) if row else None

    def _free_slug(self, name: str) -> str:
        slug, number = name, 1
        while self._db.value("SELECT 1 FROM profile WHERE slug = :slug", {"slug": slug}):
            number += 1
            slug = f"{name}-{number}"
        return slug

    def profiles(self) -> tuple[ProfileRow, ...]:
        """Every profile there ever was: those of the config first, in its order."""
        rows = self._db.all("SELECT * FROM profile ORDER BY place IS NULL, place, slug")
        return tuple(_profile_row(row) for row in rows)

    def cards(self) -> tuple[ProfileCard, ...]:
        """The public profiles as the site shows them; a gone one only if it was ever published."""
        published = {row["profile"] for row in self._db.all("SELECT DISTINCT profile FROM edition_pick")}
        names = {row.name for row in self.profiles()}
        return tuple(
            ProfileCard(
                slug=row.slug,
                address=row.name,
                title=row.title,
                description=row.description,
                former=tuple(name for name in row.former if name not in names),
                active=row.place is not None,
            )
            for row in self.profiles()
            if not row.private and (row.place is not None or row.slug in published)
        )

    def filled(self, slugs: Iterable[str]) -> None:
        """The archive of these profiles goes back to the first paper."""
        self._db.many("UPDATE profile SET begins = 0 WHERE slug = :slug", [{"slug": s} for s in slugs])

    # ----------------------------------------------------------------------------------------- matches

    def judged(self, profile: str, rules: str) -> Judged | None:
        """Which papers a profile has judged under a hash of its rules."""
        row = self._db.one(
            "SELECT low, high FROM judged WHERE profile = :profile AND rules = :rules",
            {"profile": profile, "rules": rules},
        )
        return Judged(low=row["low"], high=row["high"]) if row else None

    def put_judged(
        self, profile: str, rules: str, judged: Judged, papers: Iterable[int], matches: Iterable[Match]
    ) -> None:
        """A profile has judged more papers; these matches are those of them that fit."""
        key = {"profile": profile, "rules": rules}
        self._db.run(
            "DELETE FROM match WHERE profile = :profile AND rules = :rules"
            " AND paper IN (SELECT value FROM json_each(:papers))",
            {**key, "papers": json.dumps(sorted(papers))},
        )
        self._db.run(
            "INSERT INTO judged (profile, rules, low, high) VALUES (:profile, :rules, :low, :high)"
            " ON CONFLICT (profile, rules) DO UPDATE SET low = :low, high = :high",
            {**key, "low": judged.low, "high": judged.high},
        )
        self._db.many(
            "INSERT OR REPLACE INTO match (profile, rules, paper, score, reasons)"
            " VALUES (:profile, :rules, :paper, :score, :reasons)",
            [{**key, "paper": m.paper, "score": m.score, "reasons": codec.dumps(m.reasons)} for m in matches],
        )

    def forget_matches(self, current: Mapping[str, str]) -> None:
        """Drop what was matched under other rules than the current ones, by profile."""
        rows = self._db.all("SELECT profile, rules FROM judged")
        gone = [(row["profile"], row["rules"]) for row in rows if current.get(row["profile"]) != row["rules"]]
        for table in ("match", "judged"):
            self._db.many(f"DELETE FROM {table} WHERE profile = ? AND rules = ?", gone)

    def matches(self, profile: str, rules: str, above: int) -> dict[int, Match]:
        """Which papers whose news number is above one fit a profile under a hash of its rules, by paper."""
        # From the first such paper on through the matches, which are few; of a snapshot of all there is, no
        # list of papers need be made. CROSS JOIN keeps SQLite from going through the papers.
        rows = self._db.all(
            "SELECT m.paper, m.score, m.reasons FROM match m CROSS JOIN paper p ON p.id = m.paper"
            " WHERE m.profile = :profile AND m.rules = :rules AND m.paper >="
            " (SELECT min(id) FROM paper WHERE joined IS NULL AND news > :above)"
            " AND p.joined IS NULL AND p.news > :above ORDER BY m.paper",
            {"profile": profile, "rules": rules, "above": above},
        )
        return {row["paper"]: _match(profile, row) for row in rows}

    def recorded(self, profile: str) -> Recorded:
        """What is on record of a profile, by its slug: papers that were joined count as what they are now."""
        row = self._db.one(
            "SELECT * FROM judged WHERE profile = :profile ORDER BY high DESC", {"profile": profile}
        )
        picked = self._db.tuples(
            "SELECT DISTINCT coalesce(p.joined, p.id) FROM edition_pick e JOIN paper p ON p.id = e.paper"
            " WHERE e.profile = :profile",
            {"profile": profile},
        )
        whole = frozenset(paper for (paper,) in picked)
        if row is None:
            return Recorded(picked=whole)
        key = {"profile": profile, "rules": row["rules"]}
        found = self._db.tuples("SELECT paper FROM match WHERE profile = :profile AND rules = :rules", key)
        return Recorded(
            rules=row["rules"],
            low=row["low"],
            high=row["high"],
            matched=frozenset(paper for (paper,) in found),
            picked=whole,
        )

    # ---------------------------------------------------------------------------------------- editions

    def published(self, papers: Iterable[int], profile: str | None = None) -> frozenset[int]:
        """Of the papers, those that stand in an edition (of one profile, if it is named)."""
        rows = self._db.all(
            "SELECT DISTINCT coalesce(p.joined, p.id) AS paper FROM edition_pick e"
            " JOIN paper p ON p.id = e.paper"
            " WHERE coalesce(p.joined, p.id) IN (SELECT value FROM json_each(:papers))"
            " AND (:profile IS NULL OR e.profile = :profile)",
            {"papers": json.dumps(sorted(papers)), "profile": profile},
        )
        return frozenset(row["paper"] for row in rows)

    def add(self, day: date, made: datetime, sections: Sequence[Section], health: Sequence[str]) -> str:
        """Record an edition under a date; its name."""
        number = 1 + int(
            self._db.value("SELECT count(*) FROM edition WHERE date = :date", {"date": day.isoformat()}) or 0
        )
        edition = self._db.run(
            "INSERT INTO edition (date, number, made, health) VALUES (:date, :number, :made, :health)",
            {
                "date": day.isoformat(),
                "number": number,
                "made": made.isoformat(),
                "health": json.dumps(list(health), ensure_ascii=False),
            },
        )
        self._db.many(
            "INSERT INTO edition_pick (edition, profile, place, paper, complete, score, reasons)"
            " VALUES (:edition, :profile, :place, :paper, :complete, :score, :reasons)",
            [
                {
                    "edition": edition,
                    "profile": section.profile,
                    "place": place,
                    "paper": pick.paper.number,
                    "complete": place < len(section.picks),
                    "score": pick.match.score,
                    "reasons": codec.dumps(pick.match.reasons),
                }
                for section in sections
                for place, pick in enumerate(section.all)
            ],
        )
        return _name(day, number)

    def keep_pages(self, papers: Iterable[int]) -> None:
        """These papers have a page from now on, in an edition or not."""
        self._db.run(
            "INSERT OR IGNORE INTO page (paper) SELECT value FROM json_each(:papers)"
            " WHERE NOT EXISTS (SELECT 1 FROM edition_pick WHERE paper = value)",
            {"papers": json.dumps(sorted(set(papers)))},
        )

    def pages(self) -> tuple[int, ...]:
        """The papers that have a page whatever editions list; of joined ones, what they are now."""
        rows = self._db.tuples("SELECT coalesce(p.joined, p.id) FROM page JOIN paper p ON p.id = page.paper")
        return tuple(sorted({number for (number,) in rows}))

    def keep_trending(self, papers: Iterable[int], now: datetime) -> None:
        """These papers trend, the strongest first; of those that never did before, since now."""
        self._db.many(
            "INSERT OR IGNORE INTO trended (paper, since) VALUES (:paper, :now)",
            [{"paper": paper, "now": now.isoformat()} for paper in papers],
        )

    def started(self) -> tuple[tuple[int, datetime], ...]:
        """Papers that came to trend, with the moment: the latest first, of one moment the strongest."""
        rows = self._db.all(
            "SELECT coalesce(p.joined, p.id) AS paper, min(t.since) AS since, min(t.id) AS place"
            " FROM trended t JOIN paper p ON p.id = t.paper GROUP BY 1 ORDER BY since DESC, place"
        )
        return tuple((row["paper"], datetime.fromisoformat(row["since"])) for row in rows)

    def all(self, papers: Callable[[Iterable[int]], Mapping[int, Paper]]) -> tuple[Edition, ...]:
        """Every edition that has a public pick, newest first; its papers are read when it is looked at."""
        listed = self._listed()
        titles = {row.slug: row.title for row in self.profiles()}
        rows = self._db.all("SELECT * FROM edition ORDER BY date DESC, number DESC")
        return tuple(
            Edition(
                name=_name(date.fromisoformat(row["date"]), row["number"]),
                date=date.fromisoformat(row["date"]),
                made=datetime.fromisoformat(row["made"]),
                sections=Later(partial(self._sections, row["id"], titles, papers)),
                health=tuple(json.loads(row["health"])),
                listing=listed[row["id"]],
            )
            for row in rows
            if row["id"] in listed
        )

    def _listed(self) -> dict[int, tuple[tuple[str, tuple[int, ...]], ...]]:
        """The papers of each edition's public sections, by profile."""
        joined = dict(self._db.tuples("SELECT id, joined FROM paper WHERE joined IS NOT NULL"))
        listed: dict[int, dict[str, list[int]]] = {}
        for edition, profile, paper in self._db.tuples(
            "SELECT e.edition, e.profile, e.paper FROM edition_pick e JOIN profile f ON f.slug = e.profile"
            f" WHERE NOT f.private ORDER BY e.edition, {_IN_TURN}, e.place"
        ):
            listed.setdefault(edition, {}).setdefault(profile, []).append(joined.get(paper, paper))
        return {
            edition: tuple((profile, tuple(dict.fromkeys(papers))) for profile, papers in of.items())
            for edition, of in listed.items()
        }

    def _sections(
        self,
        edition: int,
        titles: Mapping[str, str],
        papers: Callable[[Iterable[int]], Mapping[int, Paper]],
    ) -> tuple[Section, ...]:
        rows = self._db.all(
            "SELECT e.* FROM edition_pick e JOIN profile f ON f.slug = e.profile"
            f" WHERE NOT f.private AND e.edition = :edition ORDER BY {_IN_TURN}, e.place",
            {"edition": edition},
        )
        return _sections(rows, papers({row["paper"] for row in rows}), titles)

    def mentions(self, papers: Iterable[int]) -> dict[int, tuple[Mention, ...]]:
        """Where papers stand, newest edition first; papers joined into them among them."""
        rows = self._db.all(
            "SELECT coalesce(p.joined, p.id) AS paper, e.profile, e.score, e.reasons, d.date, d.number"
            " FROM paper p CROSS JOIN edition_pick e ON e.paper = p.id"
            " JOIN edition d ON d.id = e.edition JOIN profile f ON f.slug = e.profile"
            " WHERE NOT f.private AND (p.id IN (SELECT value FROM json_each(:papers))"
            " OR p.joined IN (SELECT value FROM json_each(:papers)))"
            f" ORDER BY d.date DESC, d.number DESC, {_IN_TURN}, e.place",
            {"papers": json.dumps(sorted(papers))},
        )
        found: dict[int, list[Mention]] = {}
        for row in rows:
            day = date.fromisoformat(row["date"])
            mention = Mention(edition=_name(day, row["number"]), date=day, match=_match(row["profile"], row))
            found.setdefault(row["paper"], []).append(mention)
        return {paper: tuple(several) for paper, several in found.items()}

    def on(self, day: date) -> bool:
        """Whether there is an edition of a date."""
        return bool(self._db.value("SELECT 1 FROM edition WHERE date = :date", {"date": day.isoformat()}))

    def latest(self) -> dict[str, datetime]:
        """When each public profile last had something in an edition."""
        rows = self._db.tuples(
            "SELECT p.slug, max(e.made) FROM edition_pick k JOIN edition e ON e.id = k.edition"
            " JOIN profile p ON p.slug = k.profile WHERE NOT p.private GROUP BY p.slug ORDER BY p.slug"
        )
        return {slug: datetime.fromisoformat(made) for slug, made in rows}

    def count(self) -> int:
        """How many editions there are."""
        return int(self._db.value("SELECT count(*) FROM edition") or 0)


def _name(day: date, number: int) -> str:
    return day.isoformat() if number == 1 else f"{day.isoformat()}-{number}"


def _match(profile: str, row: sqlite3.Row) -> Match:
    reasons = codec.loads(tuple[Reason, ...], row["reasons"])
    return Match(paper=row["paper"], profile=profile, score=row["score"], reasons=reasons)


def _sections(
    rows: Iterable[sqlite3.Row], papers: Mapping[int, Paper], titles: Mapping[str, str]
) -> tuple[Section, ...]:
    by_profile: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        by_profile.setdefault(row["profile"], []).append(row)
    fits: dict[int, list[str]] = {}
    for profile, its in by_profile.items():
        for row in its:
            named = fits.setdefault(papers[row["paper"]].number, [])
            named += [titles[profile]] if titles[profile] not in named else []
    return tuple(_section(profile, titles[profile], its, papers, fits) for profile, its in by_profile.items())


def _section(
    profile: str,
    title: str,
    rows: Iterable[sqlite3.Row],
    papers: Mapping[int, Paper],
    fits: Mapping[int, Sequence[str]],
) -> Section:
    complete: list[Pick] = []
    others: list[Pick] = []
    seen: set[int] = set()
    for row in rows:
        paper = papers[row["paper"]]
        if paper.number in seen:  # two papers of this edition that were joined since
            continue
        seen.add(paper.number)
        also = tuple(name for name in fits[paper.number] if name != title)
        pick = Pick(paper=paper, match=_match(profile, row), also=also)
        (complete if row["complete"] else others).append(pick)
    reason = reason_line((*complete, *others))
    return Section(profile=profile, title=title, picks=tuple(complete), more=tuple(others), reason=reason)


def _profile_row(row: sqlite3.Row) -> ProfileRow:
    return ProfileRow(
        slug=row["slug"],
        name=row["name"],
        title=row["title"],
        description=row["description"],
        former=tuple(json.loads(row["former"])),
        private=bool(row["private"]),
        place=row["place"],
        begins=row["begins"],
    )
