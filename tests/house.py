"""A whole installation in memory: profiles and readers in, dumps of a day in, what everybody got out.

house = House(profiles=[follows("diffusion", "diffusion")], readers=[reader("ada", "diffusion")])
house.day("2026-08-07 06:00", "Diffusion one", "Diffusion two")
house.got("ada")  # → [("2026-08-07", ["Diffusion one", "Diffusion two"])]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from fakes import at, listed

from newsletter.config_values import rules_hash
from newsletter.diff import diff
from newsletter.due import Due, settle_slots, sync_readers
from newsletter.identity import aliases
from newsletter.model import Digest, ListedPaper, Profile, Rhythm, Rule, Subscriber
from newsletter.rounds import (
    COMPOSED,
    COMPOSED_AT,
    keep_pages,
    match_news,
    open_desk,
    write_backfill,
    write_edition,
)
from newsletter.rules import load
from newsletter.settings import Config
from newsletter.similar import find_similar
from newsletter.store import Store, open_store
from newsletter.store.paper_rows import Clean


def keywords(*terms: str, **more) -> Rule:
    return Rule(name="keywords", settings=load("keywords").Settings(any=terms, **more))


def mute(*terms: str) -> Rule:
    return Rule(name="mute", settings=load("mute").Settings(any=terms))


def follows(name: str, *terms: str, rules: tuple[Rule, ...] = (), **fields) -> Profile:
    """A profile that matches papers with any of the words."""
    rules = ((keywords(*terms),) if terms else ()) + rules
    hashed = rules_hash(rules, fields.get("threshold", 0.0))
    fields.setdefault("title", name.capitalize())
    return Profile(name=name, rules=rules, rules_hash=hashed, **fields)


def reader(name: str, *profiles: str, **fields) -> Subscriber:
    """A reader; rhythm fields may be given plainly: reader("ada", "diffusion", every="week", at=450)."""
    rhythm = {key: fields.pop(key) for key in ("every", "on", "at", "timezone") if key in fields}
    address = f"{name}@example.org"
    return Subscriber(
        address=address, reader=address, profiles=profiles, rhythm=Rhythm(**rhythm), name=name, **fields
    )


@dataclass
class House:
    """The state and the config of one installation; `now` is the last moment something happened."""

    profiles: list[Profile]
    readers: list[Subscriber] = field(default_factory=list)
    store: Store = field(default_factory=lambda: open_store(None))
    options: dict = field(default_factory=dict)
    notes: dict[date, str] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: at("2026-08-01 00:00"))
    dumps: int = 0

    def config(self) -> Config:
        home = Path("/nowhere")
        return Config(
            path=home / "config.yaml",
            digest="d",
            state=":memory:",
            out=home / "out",
            inbox=(str(home / "dumps"),),
            profiles=tuple(self.profiles),
            subscribers=tuple(self.readers),
            **self.options,
        )

    def dump(self, *papers: str | ListedPaper, day: str | None = None, silent: bool = False) -> None:
        """Record one dump, as the record stage does."""
        self.dumps += 1
        name = f"dump-{self.dumps}.txt"
        listings = [paper if isinstance(paper, ListedPaper) else listed(paper) for paper in papers]
        row = self.store.dumps.start(name=name, sha256=name, size=1, program="test", now=self.now)
        bears = date.fromisoformat(day) if day else self.now.date()
        with self.store.transaction():
            keys = {key for each in listings for key in aliases(each)}
            found = diff(listings, self.store.papers.known(keys), name)
            texts = {r.number: Clean(title=r.merged.title, abstract=r.merged.abstract) for r in found.records}
            self.store.papers.write(found, texts, dump=row.id, day=bears, now=self.now, silent=silent)
            self.store.dumps.finish(row.id, state="read", now=self.now, day=bears, format="test")

    def round(self, moment: str | datetime, *, backfill: bool = False) -> Due:
        """One round at a moment, as run.py does it."""
        self.now = at(moment) if isinstance(moment, str) else moment
        with self.store.transaction():
            desk = open_desk(self.store, self.config(), self.now, self.notes)
            sync_readers(desk, begins=desk.upto if backfill else desk.before)
            match_news(desk, whole_archive=backfill)
            write_backfill(desk) if backfill else write_edition(desk)
            due = Due() if backfill else settle_slots(desk)
            keep_pages(desk)
            find_similar(self.store)
            self.store.runs.set_mark(COMPOSED, str(desk.upto))
            self.store.runs.set_mark(COMPOSED_AT, self.now.isoformat())
        return due

    def send(self) -> None:
        """Everything queued arrives."""
        for delivery in self.store.readers.deliveries(states=("queued",)):
            self.store.readers.sent(delivery.id, self.now)

    def day(self, moment: str, *papers: str | ListedPaper) -> Due:
        """A dump, a round, and the mail goes out."""
        self.now = at(moment)
        if papers:
            self.dump(*papers)
        due = self.round(moment)
        self.send()
        return due

    def days(self, first: str, count: int) -> None:
        """As many quiet days at one hour."""
        start = at(first)
        for number in range(count):
            self.round(start + timedelta(days=number))
            self.send()

    def reader_id(self, name: str) -> int:
        row = self.store.readers.get(f"{name}@example.org")
        assert row is not None
        return row.id

    def slots(self, name: str) -> list[tuple[str, str]]:
        """Every slot of a reader with what became of it, oldest first."""
        rows = self.store.readers.deliveries(self.reader_id(name))[::-1]
        return [(row.slot, f"{row.state} ({row.reason})" if row.reason else row.state) for row in rows]

    def digest(self, name: str) -> Digest:
        """The newest digest of a reader."""
        rows = self.store.readers.deliveries(self.reader_id(name), ("queued", "sent", "failed"))
        digest = self.store.readers.digest(rows[0].id)
        assert digest is not None
        return digest

    def titles(self, name: str) -> list[str]:
        """The titles in the body of a reader's newest digest, in its order."""
        return [pick.paper.title for section in self.digest(name).sections for pick in section.picks]

    def shown(self, name: str) -> list[str]:
        """Every title a reader was shown, in the order of the papers' numbers."""
        numbers = self.store.papers.news_numbers(0)
        shown = self.store.readers.shown(self.reader_id(name), numbers)
        papers = self.store.papers.load(shown)
        return [papers[number].title for number in sorted(papers)]

    def editions(self) -> list[tuple[str, dict[str, list[str]]]]:
        """Every edition, oldest first: its name, and the titles of each profile."""
        return [
            (edition.name, {s.profile: titles((*s.picks, *s.more)) for s in edition.sections})
            for edition in self.store.editions.all(self.store.papers.load)[::-1]
        ]

    def edit(self, **fields) -> None:
        """Change the only reader."""
        self.readers = [replace(self.readers[0], **fields)]


def titles(picks: Iterable) -> list[str]:
    return [pick.paper.title for pick in picks]
