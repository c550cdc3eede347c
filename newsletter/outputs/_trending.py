"""The pages of what trends, now and in each month, and of what no edition lists: archive in, pages out.

What once had a page keeps it, and is found here when it trends no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from newsletter.almanac import month
from newsletter.listing import Block, numbered, paged, spread
from newsletter.outputs._frame import Shown
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact, Draft, Leaf, stamp
from newsletter.timeline import HEIGHT, WIDTH, listings, span, spark
from newsletter.trending import WINDOW

Page = Callable[..., Artifact]
"""Fills in a template: its name, what is shown, values."""
UNLISTED = "unlisted.html"
"""The page of papers that no edition lists and that never trended."""


@dataclass(frozen=True, slots=True)
class Month:
    """The papers that came to trend in a month: day and place among the leaves, the latest first."""

    first: date
    papers: tuple[tuple[date, int], ...]

    @property
    def path(self) -> str:
        """Its page, below the site."""
        return f"trending-{month(self.first)}.html"


def trending(
    archive: Archive, leaves: Sequence[Leaf], press: Press, page: Page
) -> Iterator[Artifact | Draft]:
    """All that trends, on as many pages as it takes; and what came to trend in each month."""
    months = _months(archive, leaves, press)
    parts = list(spread([Block(id="", title="", papers=tuple(_rows(archive, press)))]))
    paths = [paged("trending.html", n) for n in range(1, len(parts) + 1)]
    first = 1
    for n, (path, blocks) in enumerate(zip(paths, parts, strict=True), 1):
        rows = [row for block in blocks for row in block.papers]
        title = numbered(press.words, press.words.say("Trending"), n)
        text = press.words.say("Papers that keep coming back, or that many people like.")
        shown = Shown(path, title, text)
        yield page("trending.html", shown, rows=rows, first=first, pages=paths, current=n, months=months)
        first += len(rows)
    for of in months:
        made_of = stamp(f"{day} {leaves[place].stamp}" for day, place in of.papers)
        make = partial(_month, archive, of, press, page)
        yield Draft(path=of.path, made_of=made_of, make=make, mapped=True, changed=of.papers[0][0])


def _rows(archive: Archive, press: Press) -> Iterator[str]:
    """Each paper that trends, the strongest first; their pictures share the days."""
    papers = [trend.paper for trend in archive.trending]
    newest = max((day for paper in papers for day in paper.lists), default=None)
    if newest is None:
        return
    first, last = span(papers, newest - WINDOW)
    for trend in archive.trending:
        yield press.render(
            "partials/trend.html",
            trend=trend,
            spark=spark(trend.paper, first, last),
            votes=[event.votes for event in listings(trend.paper) if event.votes is not None],
            first=first,
            last=last,
            width=WIDTH,
            height=HEIGHT,
        )


def _months(archive: Archive, leaves: Iterable[Leaf], press: Press) -> tuple[Month, ...]:
    """The months in which papers came to trend, on the site's calendar, the latest first."""
    places = {leaf.number: place for place, leaf in enumerate(leaves)}
    zone = ZoneInfo(press.site.timezone)
    known = [
        (since.astimezone(zone).date(), places[number])
        for number, since in archive.started
        if number in places
    ]
    by_month = groupby(known, key=lambda each: each[0].replace(day=1))
    return tuple(Month(first, tuple(of)) for first, of in by_month)


def _month(archive: Archive, of: Month, press: Press, page: Page) -> Iterator[Artifact]:
    """A month's papers by title, day by day."""
    title = press.words.say("Trending in %(month)s", month=press.words.month(of.first))
    text = press.words.say("The papers that came to trend in this month, by the day they did.")
    blocks = (
        _block(archive, press, [place for _, place in several], f"on-{day}", press.words.day(day))
        for day, several in groupby(of.papers, key=lambda each: each[0])
    )
    yield from _titles(Shown(of.path, title, text), blocks, press, page)


def unlisted(archive: Archive, leaves: Sequence[Leaf], press: Press, page: Page) -> Iterator[Draft]:
    """The papers that have a page, but stand in no edition and never trended, if there are any."""
    elsewhere = {number for number, _ in archive.started} | {trend.paper.number for trend in archive.trending}
    public = {card.slug for card in archive.profiles}
    for edition in archive.editions:
        elsewhere.update(number for slug, numbers in edition.listed if slug in public for number in numbers)
    places = [place for place, leaf in enumerate(leaves) if leaf.number not in elsewhere]
    if places:
        made_of = stamp(leaves[place].stamp for place in places)
        make = partial(_unlisted, archive, places[::-1], press, page)
        yield Draft(path=UNLISTED, made_of=made_of, make=make, mapped=True)


def _unlisted(archive: Archive, places: Sequence[int], press: Press, page: Page) -> Iterator[Artifact]:
    title = press.words.say("Papers in no edition")
    text = press.words.say("Digests brought these, found by a profile that was changed after they had come.")
    yield from _titles(
        Shown(UNLISTED, title, text), [_block(archive, press, places, "papers", title)], press, page
    )


def _titles(shown: Shown, blocks: Iterable[Block], press: Press, page: Page) -> Iterator[Artifact]:
    """Blocks of titles, on as many pages as they take."""
    parts = list(spread(blocks))
    paths = [paged(shown.path, n) for n in range(1, len(parts) + 1)]
    for n, (path, several) in enumerate(zip(paths, parts, strict=True), 1):
        title = numbered(press.words, shown.title, n)
        here = replace(shown, path=path, title=title)
        yield page("titles.html", here, blocks=several, pages=paths, current=n, heading=title)


def _block(archive: Archive, press: Press, places: Iterable[int], id: str, title: str) -> Block:  # noqa: A002
    papers = (archive.papers[place] for place in places)
    lines = tuple(
        press.render(
            "partials/title.html",
            paper=paper,
        )
        for paper in papers
    )
    return Block(id=id, title=title, count=len(lines), more=lines)
