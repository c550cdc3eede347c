"""A paper over time, for its page and the page of what trends: when it came out, on which days lists had it,
with how many votes and stars then; and the lists as marks on a line. A paper in, values out; no clock, no
template.

A dump's name is not told: it may be a path of whoever runs this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from newsletter.model import Paper, Sighting

WIDTH, HEIGHT = 160, 28
"""Of a sparkline, in pixels of a page at its usual size."""
_EDGE = 4
MOST_MARKS = 40
"""So many lists a sparkline shows, the latest: more would run into each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a day brought a paper: `what` is published, listed or revised.

    `votes` and `stars` are the most that a list of that day showed. How many dumps had it is not told: one
    that grew in its place was read twice.
    """

    date: date
    what: str
    votes: int | None = None
    stars: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """Where the lists of a paper stand in a picture of WIDTH × HEIGHT, and the line of its votes ("x,y x,y");
    the line is empty where fewer than two lists tell votes.
    """

    marks: tuple[float, ...]
    line: str = ""


def timeline(paper: Paper) -> tuple[Event, ...]:
    """What is known of it by date, the earliest first."""
    events = [*listings(paper)]
    if paper.published:
        events.append(Event(date=paper.published, what="published"))
    if paper.revised:
        events.append(Event(date=paper.revised.date(), what="revised"))
    order = ("published", "listed", "revised")
    return tuple(sorted(events, key=lambda event: (event.date, order.index(event.what))))


def listings(paper: Paper) -> tuple[Event, ...]:
    """The days on which lists had it, the earliest first."""
    in_order = sorted(paper.sightings, key=lambda sighting: sighting.date)
    return tuple(_listed(day, tuple(of)) for day, of in groupby(in_order, key=lambda sighting: sighting.date))


def _listed(day: date, sightings: Sequence[Sighting]) -> Event:
    return Event(
        date=day,
        what="listed",
        votes=max((s.votes for s in sightings if s.votes is not None), default=None),
        stars=max((s.stars for s in sightings if s.stars is not None), default=None),
    )


def spark(paper: Paper, first: date, last: date) -> Spark:
    """Its lists from the first day of the picture to the last. All papers of a page share the days, so that
    one can be compared with another; votes are drawn to the paper's own most.
    """
    shown = [event for event in listings(paper) if first <= event.date <= last][-MOST_MARKS:]
    places = [(_across(event.date, first, last), event.votes) for event in shown]
    voted = [(x, votes) for x, votes in places if votes is not None]
    return Spark(marks=tuple(x for x, _ in places), line=_line(voted) if len(voted) > 1 else "")


def span(papers: Iterable[Paper], earliest: date) -> tuple[date, date]:
    """The first and the last day on which a list had one of them, from the earliest that counts."""
    days = [day for paper in papers for day in paper.lists if day >= earliest]
    return min(days, default=earliest), max(days, default=earliest)


def _across(day: date, first: date, last: date) -> float:
    """Where a day stands between two others; in the middle where they are one."""
    part = (day - first) / (last - first) if last > first else 0.5
    return round(_EDGE + part * (WIDTH - 2 * _EDGE), 1)


def _line(voted: Sequence[tuple[float, int]]) -> str:
    most = max(votes for _, votes in voted) or 1
    return " ".join(
        f"{x:g},{round(HEIGHT - _EDGE - votes / most * (HEIGHT - 2 * _EDGE), 1):g}" for x, votes in voted
    )
