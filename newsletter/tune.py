"""Tune: a profile as config.yaml has it now, laid beside what the state has recorded of it. Stored papers are
matched again; out comes what would enter, what would leave, and how its terms fare. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from newsletter.leanings import Leanings
from newsletter.matching import Matcher, compile_profiles
from newsletter.model import Match, Paper, Profile
from newsletter.rounds import COMPOSED
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.editions import ProfileRow, Recorded
from newsletter.tuning import Fired, Suggestion, Tally, probes, suggestions

MOST = 20_000
"""The latest papers that are replayed, at most: a minute's work for a large profile."""
_OTHERS = 4_000
"""Papers beside what fits that say what is usual: a background is made of as many."""
_CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of it. `compared` are those of the `papers` that the rules on record have judged, too;
    `others` the number of papers that suggestions were laid beside.
    """

    papers: int
    compared: int
    first: date | None
    last: date | None
    fits: int
    enters: tuple[tuple[Paper, Match], ...]
    leaves: tuple[tuple[Paper, str], ...]
    unjudged: int
    """How many fit of the papers that no rules on record have judged."""
    changed: bool
    """Whether the rules differ from those on record."""
    fired: tuple[Fired, ...]
    suggested: tuple[Suggestion, ...]
    others: int
    without_model: str = ""


def tune(store: Store, config: Config, profile: Profile, days: int | None = None, most: int = MOST) -> Replay:
    """Replay the latest papers against a profile: those listed in the last so many days, or all."""
    leanings = Leanings(store, (profile,), config.path.parent, config.ranking.model)
    matcher = compile_profiles((profile,), leanings.tastes())
    before = Before(store, profile)
    asked = probes(profile)
    tally = Tally(asked)
    notes = _Notes()
    newest = store.papers.newest()
    for papers in _chunks(store, newest, days, most):
        _replay(papers, matcher, before, tally, notes, every=max(1, min(newest, most) // _OTHERS))
    own = [wanted for probe in asked for wanted in probe.terms]
    return Replay(
        papers=notes.papers,
        compared=notes.compared,
        first=min(notes.dates, default=None),
        last=max(notes.dates, default=None),
        fits=len(notes.inside),
        enters=tuple(sorted(notes.enters, key=lambda found: (-found[1].score, found[0].number))),
        leaves=tuple((paper, matcher.verdict(paper, profile.name).against) for paper in notes.leaves),
        unjudged=notes.unjudged,
        changed=before.rules != leanings.hashed(profile).rules_hash,
        fired=tally.fired(),
        suggested=suggestions(notes.inside, notes.outside, own),
        others=len(notes.outside),
        without_model=leanings.without_model.told if leanings.without_model else "",
    )


class Before:
    """What is on record of a profile: which papers its rules judged, and which of them fitted.

    Matches are kept for the papers that some reader may still get; of those before, the editions have what
    fitted a public profile.
    """

    def __init__(self, store: Store, profile: Profile) -> None:
        names = (profile.name, profile.formerly)
        rows = sorted(
            (r for r in store.editions.profiles() if r.name in names), key=lambda r: names.index(r.name)
        )
        self._row: ProfileRow | None = rows[0] if rows else None
        self._recorded = store.editions.recorded(self._row.slug) if self._row else Recorded()
        self._composed = int(store.runs.mark(COMPOSED) or 0)

    @property
    def rules(self) -> str:
        """The hash of the rules on record; empty where none are."""
        return self._recorded.rules

    def fitted(self, paper: Paper, news: int) -> bool | None:
        """Whether a paper with that news number fitted; None where nobody has judged it."""
        if self._recorded.low < news <= self._recorded.high:
            return paper.number in self._recorded.matched
        if self._row is None or self._row.private or not self._row.begins < news <= self._composed:
            return None
        return paper.number in self._recorded.picked


@dataclass(slots=True)
class _Notes:
    """What is written down on the way through the papers."""

    papers: int = 0
    compared: int = 0
    unjudged: int = 0
    dates: set[date] = field(default_factory=set)
    enters: list[tuple[Paper, Match]] = field(default_factory=list)
    leaves: list[Paper] = field(default_factory=list)
    inside: list[Paper] = field(default_factory=list)
    outside: list[Paper] = field(default_factory=list)


def _chunks(store: Store, newest: int, days: int | None, most: int) -> Iterator[dict[int, Paper]]:
    """The latest papers by their news numbers, some thousand at a time, oldest first."""
    last = store.papers.newest_list()
    since = last - timedelta(days=days - 1) if last and days else date.min
    for above in range(max(0, newest - most), newest, _CHUNK):
        papers = store.papers.news(above, min(above + _CHUNK, newest))
        listed = [paper for paper in papers if max(paper.lists, default=date.max) >= since]
        news = store.papers.news_numbers(above, (paper.number for paper in listed))
        yield {news[paper.number]: paper for paper in listed}


def _replay(
    papers: dict[int, Paper], matcher: Matcher, before: Before, tally: Tally, notes: _Notes, *, every: int
) -> None:
    matches = {match.paper: match for match in matcher.matches(papers.values())}
    for news, paper in papers.items():
        notes.papers += 1
        notes.dates.update(paper.lists)
        tally.count(paper)
        match = matches.get(paper.number)
        if match:
            notes.inside.append(paper)
        elif news % every == 0:
            notes.outside.append(paper)
        _compare(paper, match, before.fitted(paper, news), notes)


def _compare(paper: Paper, match: Match | None, fitted: bool | None, notes: _Notes) -> None:  # noqa: FBT001 - three ways it stood
    if fitted is None:
        notes.unjudged += match is not None
        return
    notes.compared += 1
    if match and not fitted:
        notes.enters.append((paper, match))
    elif fitted and not match:
        notes.leaves.append(paper)
