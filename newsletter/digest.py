"""Digests: what one profile has in an edition, and what one reader gets in one slot. Papers with their
matches in, sections out: ranked, grouped, capped, each paper once. No store, no clock.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from newsletter.model import Match, Paper, Pick, Section
from newsletter.ranking.alike import Likeness
from newsletter.ranking.variety import Scored, varied

MOST_CATCH_UP = 3
"""A catch-up holds at most so many times the limit, however many slots it covers."""
FOLLOWED = "authors"
"""The rule that names people: who follows somebody wants all of their papers."""
_REASONS_TOLD = 4
_MOST_COMPARED = 1000
"""So many candidates are compared for near-repeats; what comes after them finds room on no day."""

Standing = tuple[bool, bool, bool, int]
"""What goes before any score in a digest: the smaller first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """A profile as the reader of a digest follows it."""

    profile: str
    title: str
    limit: int
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A paper that may go into a digest, with its match for each profile it fits.

    `waited` marks one from the backlog, `trends` one that is on several lists just now; `passes` counts the
    digests that had no room for it.
    """

    paper: Paper
    matches: tuple[Match, ...]
    waited: bool = False
    trends: bool = False
    passes: int = 0

    @property
    def score(self) -> float:
        """Its best score."""
        return max(match.score for match in self.matches)

    @property
    def followed(self) -> bool:
        """Whether it is by somebody whom a profile names."""
        return any(reason.rule == FOLLOWED for match in self.matches for reason in match.reasons)

    @property
    def standing(self) -> Standing:
        """What goes before any score: papers of followed authors, what is new, what trends; then of the
        backlog what waited least.
        """
        waited = self.waited
        return not self.followed, waited, waited and not self.trends, self.passes if waited else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """The sections of a digest, and the candidates it had no room for."""

    sections: tuple[Section, ...]
    passed: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A candidate under one of its matches."""

    candidate: Candidate
    match: Match
    also: tuple[str, ...]


Places = dict[str, list[_Place]]
"""What stands under each profile, in the order of the digest."""


def compose(
    candidates: Iterable[Candidate],
    following: Sequence[Following],
    covers: int = 1,
    *,
    at_most: int | None = None,
    diversity: float = 0.0,
    likeness: Likeness | None = None,
) -> Composition:
    """Fill a digest: papers of followed authors on top, then what is new, then the backlog (what trends
    before the rest, what waited least before the old), each by score.

    A paper stands once, under its best-scoring profile that has room (ties: the order of `following`),
    and names the others. Of more than `at_most` papers each profile has its share. A digest that covers
    several slots has room for as many times the limits, at most three. A near-repeat of a paper that has
    room is told with it and takes none. With `diversity`, from 0 to 1, papers of one standing that fit the
    same profile come in an order that varies.
    """
    times = min(covers, MOST_CATCH_UP)
    likeness = likeness or Likeness()
    ordered = sorted(candidates, key=_precedence)
    if diversity:
        ordered = _varied(ordered, following, diversity, likeness)
    fold = _Fold.among(ordered, following, likeness)
    placed = _placed(ordered, following, times, fold)
    if at_most is not None:
        placed = _shared(placed, at_most * times)
    return _composition(ordered, following, placed, fold)


def _varied(
    ordered: Sequence[Candidate], following: Sequence[Following], diversity: float, likeness: Likeness
) -> list[Candidate]:
    """The candidates of each profile vary among the turns that they have together."""
    ranking = _ranking(following)
    home = {candidate.paper.number: ranking(candidate)[0] for candidate in ordered}
    fitting: dict[str, list[Scored]] = {each.profile: [] for each in following}
    for candidate in ordered:
        match = home[candidate.paper.number]
        fitting[match.profile].append(
            Scored(paper=candidate.paper, score=match.score, standing=candidate.standing)
        )
    turns = {profile: iter(varied(its, diversity, likeness)) for profile, its in fitting.items()}
    by_number = {candidate.paper.number: candidate for candidate in ordered}
    return [by_number[next(turns[home[each.paper.number].profile]).number] for each in ordered]


def _ranking(following: Sequence[Following]) -> Callable[[Candidate], list[Match]]:
    """The matches of a candidate, best first (ties: the order of `following`)."""
    order = {each.profile: place for place, each in enumerate(following)}
    return lambda candidate: sorted(candidate.matches, key=lambda match: (-match.score, order[match.profile]))


def _composition(
    ordered: Sequence[Candidate], following: Sequence[Following], placed: Places, fold: _Fold
) -> Composition:
    places = {place.candidate.paper.number: place for its in placed.values() for place in its}
    numbers = [candidate.paper.number for candidate in ordered]
    leads = {number: places[number] for number in numbers if number in places}
    alike: dict[int, list[Paper]] = {number: [] for number in leads}
    passed = []
    for candidate in ordered:
        if candidate.paper.number in leads:
            continue
        lead = fold.lead(candidate, leads)
        if lead is None:
            passed.append(candidate)
        else:
            alike[lead].append(candidate.paper)
    picks = {profile: [_pick(place, alike) for place in its] for profile, its in placed.items()}
    sections = (_section(each, picks[each.profile]) for each in following)
    return Composition(sections=tuple(s for s in sections if s.picks), passed=tuple(passed))


@dataclass(frozen=True, slots=True)
class _Fold:
    """Which candidates may be told with which: by number, the near-repeats of each; the private profiles."""

    near: Mapping[int, frozenset[int]]
    private: frozenset[str]

    @classmethod
    def among(cls, ordered: Sequence[Candidate], following: Iterable[Following], likeness: Likeness) -> _Fold:
        near = likeness.near(candidate.paper for candidate in ordered[:_MOST_COMPARED])
        return cls(near, frozenset(each.profile for each in following if each.private))

    def lead(self, candidate: Candidate, leads: Mapping[int, _Place]) -> int | None:
        """The paper, of those that have room, with which a candidate is told; the first of several."""
        near = self.near.get(candidate.paper.number)
        if not near:
            return None
        return next((n for n in leads if n in near and self._may(candidate, leads[n])), None)

    def _may(self, candidate: Candidate, place: _Place) -> bool:
        # What only a private interest found has no page, and a public section links to pages.
        private = self.private
        return place.match.profile in private or any(m.profile not in private for m in candidate.matches)


def _placed(ordered: Iterable[Candidate], following: Sequence[Following], times: int, fold: _Fold) -> Places:
    """Each candidate under its best-scoring profile that has room, but for near-repeats of one before it."""
    room = {each.profile: each.limit * times for each in following}
    ranking = _ranking(following)
    titles = {each.profile: each.title for each in following}
    placed: Places = {each.profile: [] for each in following}
    leads: dict[int, _Place] = {}
    for candidate in ordered:
        if fold.lead(candidate, leads) is not None:
            continue
        best = ranking(candidate)
        match = next((match for match in best if len(placed[match.profile]) < room[match.profile]), None)
        if match:
            also = tuple(titles[other.profile] for other in best if other is not match)
            place = leads[candidate.paper.number] = _Place(candidate, match, also)
            placed[match.profile].append(place)
    return placed


def _shared(placed: Places, total: int) -> Places:
    """The first `total` of all places. Whatever comes first for every paper comes first here too; else it
    is the turn of the profile that has the fewest, so that none starves another, and of several such the
    one with the better next paper.
    """
    left = {profile: deque(places) for profile, places in placed.items()}
    kept: Places = {profile: [] for profile in placed}

    def turn(profile: str) -> tuple[Standing, int, float]:
        following = left[profile][0]
        return following.candidate.standing, len(kept[profile]), -following.match.score

    for _ in range(min(total, sum(map(len, placed.values())))):
        profile = min((profile for profile, places in left.items() if places), key=turn)
        kept[profile].append(left[profile].popleft())
    return kept


def _pick(place: _Place, alike: Mapping[int, Sequence[Paper]]) -> Pick:
    candidate = place.candidate
    return Pick(
        paper=candidate.paper,
        match=place.match,
        also=place.also,
        backlog=candidate.waited,
        alike=tuple(alike[candidate.paper.number]),
    )


def _precedence(candidate: Candidate) -> tuple[Standing, float, int]:
    return candidate.standing, -candidate.score, candidate.paper.number


def _section(following: Following, picks: Sequence[Pick]) -> Section:
    return Section(
        profile=following.profile,
        title=following.title,
        picks=tuple(picks),
        reason=reason_line(picks),
        private=following.private,
    )


def edition_section(following: Following, matches: Iterable[Match], papers: Mapping[int, Paper]) -> Section:
    """What a profile has in an edition: best first, the first `limit` in full, the others by title."""
    ranked = sorted(matches, key=lambda match: (-match.score, match.paper))
    picks = [Pick(paper=papers[match.paper], match=match) for match in ranked]
    return Section(
        profile=following.profile,
        title=following.title,
        picks=tuple(picks[: following.limit]),
        more=tuple(picks[following.limit :]),
        reason=reason_line(picks),
    )


def once(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections of an edition with each paper only where it scores best (ties: the first section)."""
    best: dict[int, tuple[float, int]] = {}
    for place, section in enumerate(sections):
        for pick in section.all:
            rank = (-pick.match.score, place)
            best[pick.paper.number] = min(best.get(pick.paper.number, rank), rank)
    kept = []
    for place, section in enumerate(sections):
        picks = tuple(pick for pick in section.picks if best[pick.paper.number][1] == place)
        more = tuple(pick for pick in section.more if best[pick.paper.number][1] == place)
        if picks or more:
            kept.append(replace(section, picks=picks, more=more, reason=reason_line((*picks, *more))))
    return tuple(kept)


def papers_in(sections: Iterable[Section]) -> tuple[Paper, ...]:
    """All papers that stand in a digest, in full or told with another."""
    return tuple(
        paper for section in sections for pick in section.picks for paper in (pick.paper, *pick.alike)
    )


def by_week(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The same sections, the papers of each week together, the newest week first and in a week as before;
    none where all papers are of one week.
    """
    if len({pick.paper.week for section in sections for pick in section.picks}) < 2:  # noqa: PLR2004 - nothing to group
        return ()
    return tuple(
        replace(section, picks=tuple(sorted(section.picks, key=_week, reverse=True))) for section in sections
    )


def _week(pick: Pick) -> date:
    return pick.paper.week or date.min


def reason_line(picks: Iterable[Pick]) -> str:
    """What brought these papers, commonest first: "diffusion (9) · score matching (3)"."""
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for pick in picks:
        found = {reason.found.casefold(): reason.found for reason in pick.match.reasons if reason.found}
        counts.update(found.keys())
        for folded, text in found.items():
            # "LLM" and "LLMs" stand as found; of two spellings the smaller-case one reads better in a line.
            shown[folded] = max(shown.get(folded, text), text)
    ranked = sorted(counts, key=lambda folded: (-counts[folded], folded))[:_REASONS_TOLD]
    return " · ".join(f"{shown[folded]} ({counts[folded]})" for folded in ranked)


def is_fresh(passed: date | None, passes: int, today: date, fresh: timedelta) -> bool:
    """Whether a paper that digests had no room for may still come.

    `passed` is the date of the first digest that passed it over, `passes` how many did. At least one more
    slot is guaranteed, however far away it is.
    """
    return passed is None or passes <= 1 or today - passed <= fresh
