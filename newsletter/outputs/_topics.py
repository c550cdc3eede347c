"""The page of topics: archive in, a page out that says what the last week was about beside the weeks before.

Weeks count back from the newest edition, and of each only so many papers are read: the page of an archive of
ten years costs what that of two months does. What a topic is stands in topics.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from newsletter.almanac import Almanac
from newsletter.model import Paper
from newsletter.outputs._frame import Shown
from newsletter.publication import Archive, Artifact, Draft, Edition, Leaf
from newsletter.topics import Told, Topic, rising
from newsletter.words import Words

PATH = "topics.html"
WEEKS = 8
MOST_READ = 100
"""So many papers of a week are read, the first of each of its editions."""
WEEK = timedelta(days=7)
BAR, STEP, TALL, LONG = 12, 16, 30, 120
"""Of a topic's picture: a bar's width, from bar to bar, the tallest; the longest, where one week alone has
lying bars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A week of a topic, where it stands in the topic's picture."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A topic with its bars, the last week's last."""

    topic: Topic
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The topics of a profile, or of all where `href` is empty; `papers` were read of each week."""

    title: str
    href: str
    rows: tuple[Row, ...]
    papers: tuple[int, ...]

    @property
    def width(self) -> int:
        """Of each topic's picture."""
        weeks = len(self.papers)
        return STEP * (weeks - 1) + BAR if weeks > 1 else LONG

    @property
    def height(self) -> int:
        """Of each topic's picture."""
        return TALL if len(self.papers) > 1 else BAR


def topics(
    archive: Archive, leaves: Iterable[Leaf], almanac: Almanac, words: Words, page: Callable[..., Artifact]
) -> Draft:
    """The page of topics, made again where an edition of its weeks has changed."""
    weeks = _weeks(archive.editions)
    editions = [edition for week in weeks for edition in week]
    newest = editions[-1].date if editions else None

    def make() -> Iterator[Artifact]:
        shown = Shown(
            PATH, words.say("Topics"), words.say("What the last week was about, beside the weeks before.")
        )
        charts = _charts(archive, leaves, weeks, words.say("All profiles"))
        yield page(
            "topics.html",
            shown,
            charts=[chart for chart in charts if chart.rows],
            first=newest - WEEK + timedelta(days=1) if newest else None,
            last=newest,
            before=len(weeks) - 1,
        )

    made_of = almanac.stamp(editions, len(weeks), *(card.active for card in archive.profiles))
    return Draft(path=PATH, made_of=made_of, make=make, mapped=True, changed=newest)


def _weeks(editions: Sequence[Edition]) -> list[list[Edition]]:
    """The editions by week, the oldest first, from the first week on that has any."""
    weeks: list[list[Edition]] = [[] for _ in range(WEEKS)]
    for edition in editions:
        age = (editions[0].date - edition.date) // WEEK
        if age >= WEEKS:
            break
        weeks[age].insert(0, edition)
    oldest = max((age for age, week in enumerate(weeks) if week), default=0)
    return weeks[oldest::-1]


def _charts(
    archive: Archive, leaves: Iterable[Leaf], weeks: Sequence[Iterable[Edition]], of_all: str
) -> Iterator[Chart]:
    """First the chart of all profiles together, under that title, then one for each that is active."""
    cards = [card for card in archive.profiles if card.active]
    slugs = {card.slug for card in cards}
    read = _Read(archive.papers, leaves)
    chosen = [read.chosen(tuple(week), slugs) for week in weeks]
    yield _chart(of_all, "", [list(week) for week in chosen])
    for card in cards:
        its = [[told for told, profiles in week.items() if card.slug in profiles] for week in chosen]
        yield _chart(card.title, f"profiles/{card.address}/index.html", its)


class _Read:
    """The papers of an archive, each read once."""

    def __init__(self, papers: Sequence[Paper], leaves: Iterable[Leaf]) -> None:
        self._papers = papers
        self._places = {leaf.number: place for place, leaf in enumerate(leaves)}
        self._told: dict[int, Told] = {}

    def chosen(self, week: Sequence[Edition], slugs: Iterable[str]) -> dict[Told, set[str]]:
        """The papers that are read of a week, each with the profiles that list it."""
        found: dict[int, set[str]] = {}
        for edition in week:
            its: dict[int, set[str]] = {}
            for slug, numbers in edition.listed:
                for number in numbers if slug in slugs else ():
                    its.setdefault(number, set()).add(slug)
            for number in sorted(its)[: max(1, MOST_READ // len(week))]:
                found.setdefault(number, set()).update(its[number])
        return {self._paper(number): found[number] for number in sorted(found) if number in self._places}

    def _paper(self, number: int) -> Told:
        if number not in self._told:
            self._told[number] = Told(self._papers[self._places[number]])
        return self._told[number]


def _chart(title: str, href: str, weeks: Sequence[Sequence[Told]]) -> Chart:
    papers = tuple(map(len, weeks))
    found = rising(weeks)
    shares = [
        [count / most if most else 0.0 for count, most in zip(topic.counts, papers, strict=True)]
        for topic in found
    ]
    top = max((share for its in shares for share in its), default=0.0) or 1.0
    rows = (Row(topic=topic, bars=tuple(_bars(its, top))) for topic, its in zip(found, shares, strict=True))
    return Chart(title=title, href=href, rows=tuple(rows), papers=papers)


def _bars(shares: Sequence[float], top: float) -> Iterator[Bar]:
    """A standing bar for each week, a line for none. One week alone has a lying bar."""
    if len(shares) == 1:
        yield Bar(x=0, y=0, width=round(LONG * shares[0] / top, 1), height=BAR)
        return
    for at, share in enumerate(shares):
        height = max(2.5, round(TALL * share / top, 1)) if share else 1.0
        yield Bar(x=at * STEP, y=round(TALL - height, 1), width=BAR, height=height)
