"""What trends: papers on several lists, or with votes. Papers and a date in, trends out. No clock: windows
count back from the newest list.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from newsletter.model import Paper, Trend

WINDOW = timedelta(days=180)
"""How far back a list still counts: half a year, so that "third time since March" can be told."""
MOST_VOTED = 20
"""So many papers trend by their votes alone: where dumps have votes, nearly every paper has some."""
LONGEST_LIST = 50_000
"""A dump of more papers is a snapshot of all there is: to stand in two of them says nothing of a paper, and
three million would trend."""
CURRENT = timedelta(days=14)
"""A paper trends in a mail only while a list of the last fortnight still has it."""


def trends(papers: Iterable[Paper], newest: date, lists: int) -> tuple[Trend, ...]:
    """The papers on at least `lists` lists within the window, and those with the most votes.

    The strongest first: on the most lists, then with the most votes, then listed most recently.
    """
    found = sorted((_trend(paper, newest) for paper in papers), key=_strength)
    voted = sorted((trend for trend in found if trend.votes), key=lambda trend: -(trend.votes or 0))
    most_voted = {trend.paper.number for trend in voted[:MOST_VOTED]}
    return tuple(t for t in found if t.lists >= lists or t.paper.number in most_voted)


def current(trend: Trend, newest: date) -> bool:
    """Whether a list of the last fortnight has the paper."""
    return max(trend.paper.lists) >= newest - CURRENT


def _trend(paper: Paper, newest: date) -> Trend:
    inside = [sighting for sighting in paper.sightings if newest - WINDOW <= sighting.date]
    votes = max((s.votes for s in inside if s.votes is not None), default=None)
    return Trend(paper=paper, lists=len({s.date for s in inside}), votes=votes)


def _strength(trend: Trend) -> tuple[int, int, int, int]:
    latest = max(trend.paper.lists).toordinal()
    return (-trend.lists, -(trend.votes or 0), -latest, trend.paper.number)
