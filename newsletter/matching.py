"""Match: new papers × profiles → matches with reasons and scores.

In go profiles and papers; out come matches, or for one paper and profile a verdict that says why not. All
profiles are matched in one pass: their rules' terms are looked for together, what is found leads to the few
profiles that could want the paper, and only those judge it. No ranking between papers and no limits: those
are digest.py's. Nothing is kept between papers, so their order does not matter.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Protocol

from newsletter import rules
from newsletter.errors import NotFound
from newsletter.model import Match, Paper, Profile, Reason, Rule, Verdict
from newsletter.rules import Clue, Compiled, Leaning, Learned, View
from newsletter.terms import Lexicon, shown

_AT_ONCE = 1000
"""Papers that are laid beside all tastes at once."""
_FIELD_ORDER = {"title": 0, "keywords": 1, "abstract": 2}


@dataclass(frozen=True, slots=True)
class _Judge:
    """A profile with its rules ready."""

    profile: Profile
    rules: tuple[Compiled, ...]

    def verdict(
        self, paper: Paper, view: View, woken_by: Collection[Clue], near: Nearness | None = None
    ) -> Verdict:
        score, reasons, against = self.opinion(view, woken_by, near)
        if not reasons and near is not None:  # what it is like, though not enough so
            reasons = near.reasons()
            score = round(sum([reason.score for reason in reasons]), 4)
        match = None if against else self.match(paper, score, reasons)
        return Verdict(match=match, score=score, reasons=reasons, against=against)

    def match(self, paper: Paper, score: float, reasons: tuple[Reason, ...]) -> Match:
        return Match(paper=paper.number, profile=self.profile.name, score=score, reasons=reasons)

    def opinion(
        self, view: View, woken_by: Collection[Clue], near: Nearness | None = None
    ) -> tuple[float, tuple[Reason, ...], str]:
        """The score, the reasons for, best first, and what is against: empty for a match.

        `near` is what the profile's taste says of the paper; below 1 it only adds to what rules have found.
        """
        reasons: tuple[Reason, ...] = ()
        against = ""
        for rule in self.rules:
            finding = rule.judge(view, woken_by)
            if finding is not None:
                reasons += finding.reasons
                against = against or finding.against
        let_in = bool(reasons)
        if near is not None and (let_in or near.score >= 1):
            let_in = True
            reasons += near.reasons()
        if len(reasons) == 1:
            score = reasons[0].score
        else:
            reasons = tuple(sorted(reasons, key=_best_first))
            score = round(sum([reason.score for reason in reasons]), 4)
        if not against and not let_in:
            against = _nothing_found(near)
        elif not against and score < self.profile.threshold:
            against = f"score {score:.2f} is below the threshold {self.profile.threshold:g}"
        return score, reasons, against

    def keeps_out(self, view: View, woken_by: Collection[Clue]) -> bool:
        """Whether a rule is against the paper, whatever else matches."""
        findings = (rule.judge(view, woken_by) for rule in self.rules)
        return any(finding and finding.against for finding in findings)


def _nothing_found(near: Nearness | None) -> str:
    if near is None:
        return "no rule matches"
    if near.lacks:
        return "no rule matches; it is near, but has too few of the words of what is asked for"
    return f"no rule matches; its nearness is {near.score:.2f}, and 1 would let it in"


def _best_first(reason: Reason) -> tuple[float, int, str, str, str]:
    order = _FIELD_ORDER.get(reason.field, len(_FIELD_ORDER))
    return -reason.score, order, reason.found.casefold(), reason.found, reason.rule


class Nearness(Protocol):
    """How near one paper is to a profile's taste: from 1 on it is let in."""

    @property
    def score(self) -> float: ...
    @property
    def lacks(self) -> bool:
        """Whether it is near enough, but has too little of what a topic or bare titles demand."""

    def reasons(self) -> tuple[Reason, ...]:
        """Why, in parts that add up to what it adds; none where it is not worth a word."""


class Neighbours(Protocol):
    """Some papers beside all tastes."""

    def let_in(self) -> Mapping[int, Sequence[str]]:
        """By the paper's place, the profiles that let it in by taste alone."""

    def near(self, place: int, profile: str) -> Nearness | None:
        """How near a paper is; None for a profile without a taste."""


class Tastes(Protocol):
    """The learned rules of all profiles; newsletter/ranking/tastes.py has them."""

    def over(self, papers: Sequence[Paper]) -> Neighbours:
        """Papers beside all tastes."""


class Matcher:
    """All profiles, ready to say of any paper which of them it fits. Made by compile_profiles."""

    def __init__(self, judges: Sequence[_Judge], tastes: Tastes | None = None) -> None:
        self._judges = tuple(judges)
        self._tastes = tastes
        self._numbers = {judge.profile.name: number for number, judge in enumerate(judges)}
        self._lexicon = Lexicon(wanted for judge in judges for rule in judge.rules for wanted in rule.terms)
        self._by_clue = _by_clue(judges)

    def matches(self, papers: Iterable[Paper]) -> Iterator[Match]:
        """Every match: papers in their order, for each its profiles in theirs."""
        if self._tastes is None:
            for paper in papers:
                yield from self._matches_of(paper)
            return
        papers = iter(papers)
        while some := tuple(islice(papers, _AT_ONCE)):
            neighbours = self._tastes.over(some)
            let_in = neighbours.let_in()
            for place, paper in enumerate(some):
                yield from self._matches_of(paper, partial(neighbours.near, place), let_in.get(place, ()))

    def _matches_of(
        self,
        paper: Paper,
        near: Callable[[str], Nearness | None] = lambda _: None,
        let_in: Iterable[str] = (),
    ) -> Iterator[Match]:
        view = View(paper, self._lexicon)
        woken = self._woken(view)
        for profile in let_in:
            woken.setdefault(self._numbers[profile], [])
        for number, clues in sorted(woken.items()):
            judge = self._judges[number]
            score, reasons, against = judge.opinion(view, clues, near(judge.profile.name))
            if not against:
                yield judge.match(paper, score, reasons)

    def verdict(self, paper: Paper, profile: str) -> Verdict:
        """What the profile of that name says of a paper, match or not. Raises NotFound."""
        number = self._numbers.get(profile)
        if number is None:
            raise NotFound(f"there is no profile “{shown(profile)}”", hint=self._guess(profile))
        view = View(paper, self._lexicon)
        near = self._tastes.over((paper,)).near(0, profile) if self._tastes else None
        return self._judges[number].verdict(paper, view, self._woken(view).get(number, ()), near)

    def kept_out(self, paper: Paper) -> frozenset[str]:
        """The profiles that a rule of theirs, such as mute, keeps the paper out of, whatever else matches."""
        view = View(paper, self._lexicon)
        woken = self._woken(view)
        return frozenset(
            judge.profile.name
            for number, judge in enumerate(self._judges)
            if judge.keeps_out(view, woken.get(number, ()))
        )

    def _woken(self, view: View) -> dict[int, list[Clue]]:
        """The numbers of the profiles that have at least one of the paper's clues, with those they have."""
        woken: dict[int, list[Clue]] = {}
        for clue in view.clues():
            for number in self._by_clue.get(clue, ()):
                woken.setdefault(number, []).append(clue)
        return woken

    def _guess(self, profile: str) -> str:
        close = difflib.get_close_matches(profile, self._numbers, n=1)
        return f"did you mean {close[0]}?" if close else "newsletter check lists the profiles"


def _by_clue(judges: Sequence[_Judge]) -> dict[Clue, list[int]]:
    numbers: dict[Clue, list[int]] = {}
    for number, judge in enumerate(judges):
        for clue in {clue for rule in judge.rules for clue in rule.clues}:
            numbers.setdefault(clue, []).append(number)
    return numbers


def compile_profiles(profiles: Iterable[Profile], tastes: Tastes | None = None) -> Matcher:
    """Make profiles ready for matching. Raises NotFound for a rule that does not exist.

    `tastes` are those of the profiles that have learned rules; without them such rules say nothing.
    """
    return Matcher([_Judge(profile, tuple(map(_compiled, profile.rules))) for profile in profiles], tastes)


def leanings(profile: Profile) -> tuple[Leaning, ...]:
    """What a profile's learned rules say, in the order of the config."""
    compiled = map(_compiled, profile.rules)
    return tuple(rule.leaning for rule in compiled if isinstance(rule, Learned))


def _compiled(rule: Rule) -> Compiled:
    return rules.load(rule.name).compile(rule.settings)
