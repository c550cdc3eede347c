"""The almanac: editions by day, ISO week and month, with what each is made of. An archive in, dates out; of
papers only the numbers are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from newsletter.publication import Archive, Edition, ProfileCard, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A day, week or month with its editions, in the order they were made.

    `name` is 2026-08-07, 2026-W32 or 2026-08.
    """

    name: str
    editions: tuple[Edition, ...]
    papers: int
    profiles: tuple[str, ...]
    """Titles of the profiles that have something in it."""

    @property
    def first(self) -> date:
        """The date of its first edition."""
        return self.editions[0].date

    @property
    def last(self) -> date:
        """The date of its last one."""
        return self.editions[-1].date

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates that have an edition."""
        return tuple(dict.fromkeys(edition.date for edition in self.editions))

    @property
    def path(self) -> str:
        """Its page, below the site."""
        return f"editions/{self.name}.html"


class Almanac:
    """The spans of an archive, newest first."""

    def __init__(self, archive: Archive, titles: Mapping[str, str], stamps: Mapping[int, str]) -> None:
        self._titles = titles
        self._stamps = stamps
        self.days = self._spans(archive, date.isoformat)
        self.weeks = self._spans(archive, week)
        self.months = self._spans(archive, month)

    def _spans(self, archive: Archive, name: Callable[[date], str]) -> tuple[Span, ...]:
        by_name = groupby(archive.editions, key=lambda edition: name(edition.date))
        return tuple(self._span(named, tuple(of)[::-1]) for named, of in by_name)

    def _span(self, name: str, editions: tuple[Edition, ...]) -> Span:
        listed = [part for edition in editions for part in edition.listed if part[0] in self._titles]
        papers = set().union(*(numbers for _, numbers in listed))
        titles = dict.fromkeys(self._titles[profile] for profile, _ in listed)
        return Span(name=name, editions=editions, papers=len(papers), profiles=tuple(titles))

    def stamp(self, editions: Iterable[Edition], *more: object, profile: str | None = None) -> str:
        """A stamp of all that editions show, of one profile or of all; and of whatever else is told."""
        return stamp(self._parts(editions, more, profile))

    def _parts(
        self, editions: Iterable[Edition], more: Iterable[object], profile: str | None
    ) -> Iterator[str]:
        yield from map(str, more)
        for edition in editions:
            yield edition.name
            for slug, numbers in edition.listed:
                if profile in (None, slug):
                    yield from (self._stamps.get(number, "") for number in numbers)


def week(day: date) -> str:
    """2026-W32, as ISO 8601 counts weeks."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"


def month(day: date) -> str:
    """2026-08."""
    return f"{day:%Y-%m}"


def calendar(of: Span) -> tuple[tuple[date | None, ...], ...]:
    """The weeks of the month in which a span begins, from Monday on; None where a day is of another month."""
    first = of.first.replace(day=1)
    start = first - timedelta(days=first.weekday())
    days = [start + timedelta(days=n) for n in range(42)]
    weeks = [days[n : n + 7] for n in range(0, 42, 7)]
    here = [[day if day.month == first.month else None for day in row] for row in weeks]
    return tuple(tuple(row) for row in here if any(row))


def of_profile(editions: Iterable[Edition], card: ProfileCard) -> tuple[Edition, ...]:
    """The editions that have something for a profile."""
    return tuple(edition for edition in editions if any(slug == card.slug for slug, _ in edition.listed))


def neighbours(spans: Sequence[Span], place: int) -> tuple[Span | None, Span | None]:
    """The span after one in time, and the one before."""
    newer = spans[place - 1] if place else None
    older = spans[place + 1] if place + 1 < len(spans) else None
    return newer, older
