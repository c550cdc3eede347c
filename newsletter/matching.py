"""Match: new papers × profiles → matches with reasons and scores.

In go profiles and papers; out come matches, or for one paper and profile a verdict that says why not. All
profiles are matched in one pass: their rules' terms are looked for together, what is found leads to the few
profiles that could want the paper, and only those judge it. No ranking between papers and no limits: those
are digest.py's. Nothing is kept between papers, so their order does not matter.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsletter import rules
from newsletter.errors import NotFound
from newsletter.model import Match, Paper, Profile, Reason, Rule, Verdict
from newsletter.rules import Clue, Compiled, View
from newsletter.terms import Lexicon, shown

_FIELD_ORDER = {"title": 0, "keywords": 1, "abstract": 2}


@dataclass(frozen=True, slots=True)
class _Judge:
    """A profile with its rules ready."""

    profile: Profile
    rules: tuple[Compiled, ...]

    def verdict(self, paper: Paper, view: View, woken_by: Collection[Clue]) -> Verdict:
        score, reasons, against = self.opinion(view, woken_by)
        match = None if against else self.match(paper, score, reasons)
        return Verdict(match=match, score=score, reasons=reasons, against=against)

    def match(self, paper: Paper, score: float, reasons: tuple[Reason, ...]) -> Match:
        return Match(paper=paper.number, profile=self.profile.name, score=score, reasons=reasons)

    def opinion(self, view: View, woken_by: Collection[Clue]) -> tuple[float, tuple[Reason, ...], str]:
        """The score, the reasons for, best first, and what is against: empty for a match."""
        reasons: tuple[Reason, ...] = ()
        against = ""
        for rule in self.rules:
            finding = rule.judge(view, woken_by)
            if finding is not None:
                reasons += finding.reasons
                against = against or finding.against
        if len(reasons) == 1:
            score = reasons[0].score
        else:
            reasons = tuple(sorted(reasons, key=_best_first))
            score = round(sum([reason.score for reason in reasons]), 4)
        if not against and not reasons:
            against = "no rule matches"
        elif not against and score < self.profile.threshold:
            against = f"score {score:.2f} is below the threshold {self.profile.threshold:g}"
        return score, reasons, against

    def keeps_out(self, view: View, woken_by: Collection[Clue]) -> bool:
        """Whether a rule is against the paper, whatever else matches."""
        findings = (rule.judge(view, woken_by) for rule in self.rules)
        return any(finding and finding.against for finding in findings)


def _best_first(reason: Reason) -> tuple[float, int, str, str, str]:
    order = _FIELD_ORDER.get(reason.field, len(_FIELD_ORDER))
    return -reason.score, order, reason.found.casefold(), reason.found, reason.rule


class Matcher:
    """All profiles, ready to say of any paper which of them it fits. Made by compile_profiles."""

    def __init__(self, judges: Sequence[_Judge]) -> None:
        self._judges = tuple(judges)
        self._numbers = {judge.profile.name: number for number, judge in enumerate(judges)}
        self._lexicon = Lexicon(wanted for judge in judges for rule in judge.rules for wanted in rule.terms)
        self._by_clue = _by_clue(judges)

    def matches(self, papers: Iterable[Paper]) -> Iterator[Match]:
        """Every match: papers in their order, for each its profiles in theirs."""
        for paper in papers:
            view = View(paper, self._lexicon)
            for number, clues in sorted(self._woken(view).items()):
                judge = self._judges[number]
                score, reasons, against = judge.opinion(view, clues)
                if not against:
                    yield judge.match(paper, score, reasons)

    def verdict(self, paper: Paper, profile: str) -> Verdict:
        """What the profile of that name says of a paper, match or not. Raises NotFound."""
        number = self._numbers.get(profile)
        if number is None:
            raise NotFound(f"there is no profile “{shown(profile)}”", hint=self._guess(profile))
        view = View(paper, self._lexicon)
        return self._judges[number].verdict(paper, view, self._woken(view).get(number, ()))

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


def compile_profiles(profiles: Iterable[Profile]) -> Matcher:
    """Make profiles ready for matching. Raises NotFound for a rule that does not exist."""
    return Matcher([_Judge(profile, tuple(map(_compiled, profile.rules))) for profile in profiles])


def _compiled(rule: Rule) -> Compiled:
    return rules.load(rule.name).compile(rule.settings)
