"""Tune, the counting: which terms of a profile fire on papers, and which words set what fits apart from the
rest. In go rules and papers; out come counts and suggestions. No state: what stood before is tune.py's.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from newsletter import rules
from newsletter.model import Paper, Profile, Rule
from newsletter.ranking.grams import Gram, counted, stem
from newsletter.rules import Clue, Compiled, Learned, View
from newsletter.terms import EVERY, BadTerm, Lexicon, Term, Text, term

OFTEN = 1 / 3
"""A term on a larger share of all papers than this tells nothing apart."""
_LEAST = 3
"""Papers that a word must stand in before it is suggested: twice may be chance."""
_SHARE = 0.02
_LIFT = 3.0
"""How many times as often it stands in what fits as in the rest."""
_CHANCE = 10.83
"""The ratio that chance alone passes once in a thousand terms (chi-squared, one degree of freedom)."""
_CANDIDATES = 60
_LONGEST = 40
"""Characters: no word of a hostile text fills a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One term, name or category of a rule, as written, asked alone."""

    rule: str
    written: str
    terms: frozenset[Term]
    clues: frozenset[Clue]
    fires: Callable[[View, Collection[Clue]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """On how many papers a term stands."""

    rule: str
    written: str
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A term that a profile does not have: in how many papers that fit, and in how many of the others."""

    term: str
    inside: int
    outside: int


# ------------------------------------------------------------------------------------------------ terms


def probes(profile: Profile) -> tuple[Probe, ...]:
    """All that the rules of a profile look for, one by one. Learned rules look for nothing in particular."""
    return tuple(probe for rule in profile.rules for probe in _probes(rule))


def _probes(rule: Rule) -> Iterator[Probe]:
    module = rules.load(rule.name)
    compiled = module.compile(rule.settings)
    if isinstance(compiled, Learned):
        return
    lists = [each.name for each in fields(rule.settings) if _is_list(getattr(rule.settings, each.name))]
    for name in lists:
        for written in getattr(rule.settings, name):
            alone = dict.fromkeys(lists, ()) | {name: (written,)}
            yield _judging(rule.name, written, module.compile(replace(rule.settings, **alone)))
    if not lists:
        yield from (_standing(rule.name, each) for each in sorted(compiled.terms - {EVERY}))


def _is_list(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, str) for each in value)


def _judging(rule: str, written: str, alone: Compiled) -> Probe:
    """A probe for a rule that has one term left."""
    return Probe(
        rule=rule,
        written=written,
        terms=alone.terms,
        clues=alone.clues,
        fires=lambda view, clues: alone.judge(view, clues) is not None,
    )


def _standing(rule: str, wanted: Term) -> Probe:
    """A probe for a term of an expression, in whichever field it was meant."""
    return Probe(
        rule=rule,
        written=wanted.replace("=", "").replace(" |", ","),
        terms=frozenset((wanted,)),
        clues=frozenset((wanted,)),
        fires=lambda view, _: wanted in view.found,
    )


class Tally:
    """Counts, paper by paper, on how many each probe fires."""

    def __init__(self, several: Sequence[Probe]) -> None:
        self._probes = several
        self._lexicon = Lexicon(wanted for probe in several for wanted in probe.terms)
        self._counts = [0] * len(several)
        self._by_clue: dict[Clue, list[int]] = {}
        self._always = [number for number, probe in enumerate(several) if not probe.clues]
        for number, probe in enumerate(several):
            for clue in probe.clues:
                self._by_clue.setdefault(clue, []).append(number)

    def count(self, paper: Paper) -> None:
        """One paper more."""
        view = View(paper, self._lexicon)
        clues = set(view.clues())
        asked = {number for clue in clues for number in self._by_clue.get(clue, ())}
        for number in asked.union(self._always):
            self._counts[number] += self._probes[number].fires(view, clues)

    def fired(self) -> tuple[Fired, ...]:
        """What was counted, in the order of the config; “*” stands for every paper and is none."""
        return tuple(
            Fired(rule=probe.rule, written=probe.written, papers=count)
            for probe, count in zip(self._probes, self._counts, strict=True)
            if EVERY not in probe.terms
        )


# ---------------------------------------------------------------------------------------- suggestions


def suggestions(
    inside: Sequence[Paper], outside: Sequence[Paper], own: Iterable[Term], most: int = 8
) -> tuple[Suggestion, ...]:
    """Terms that are frequent in the papers inside, rare in those outside, and in none of one's own terms.

    Weighed by how much a paper that fits says with the term: p log(p / q), a part of the Kullback-Leibler
    divergence, p and q being the shares of papers that have it.
    """
    known = tuple(own)
    wanted = _candidates(_spread(inside), _spread(outside), len(inside), len(outside))
    terms = {found: gram for gram in _unsaid(wanted, known) if (found := _term(gram))}
    # A gram may span “of”, which a term does not: what is told is counted with the term itself.
    lexicon = Lexicon(terms)
    within, without = _standing_in(lexicon, inside), _standing_in(lexicon, outside)
    weighed = sorted(
        (
            (_weight(within[each], without[each], len(inside), len(outside)), gram, each)
            for each, gram in terms.items()
        ),
        key=lambda found: (-found[0], -len(found[1].split()), found[1]),
    )
    best = _apart([(gram, each) for weight, gram, each in weighed if weight > 0])
    return tuple(
        Suggestion(term=gram, inside=within[each], outside=without[each]) for gram, each in best[:most]
    )


def _unsaid(candidates: Iterable[Gram], own: Sequence[Term]) -> Iterator[Gram]:
    """Those that no own term finds, and that are not made of words of own terms alone: “chain” is no news to
    whoever has “chain of thought”.
    """
    lexicon = Lexicon(own)
    said = {stem(word.strip("=*")) for each in own for word in each.split()}
    for gram in candidates:
        if not lexicon.scan(Text(gram).words) and not said.issuperset(gram.split()):
            yield gram


def _spread(papers: Iterable[Paper]) -> Counter[Gram]:
    """In how many of the papers each gram stands."""
    found: Counter[Gram] = Counter()
    for paper in papers:
        found.update(counted(paper.title, paper.abstract).keys())
    return found


def _candidates(
    within: Mapping[Gram, int], without: Mapping[Gram, int], inside: int, outside: int
) -> list[Gram]:
    least = max(_LEAST, _SHARE * inside)
    weighed = {
        gram: _weight(papers, without.get(gram, 0), inside, outside)
        for gram, papers in within.items()
        if papers >= least and len(gram) <= _LONGEST and not gram.replace(" ", "").isdecimal()
    }
    best = sorted((gram for gram, weight in weighed.items() if weight > 0), key=lambda g: (-weighed[g], g))
    return best[:_CANDIDATES]


def _weight(within: int, without: int, inside: int, outside: int) -> float:
    """How much a term tells of the papers inside; 0 where it stands in too few of them, or elsewhere too."""
    share, beside = within / inside, (without + 0.5) / (outside + 1)
    if within < _LEAST or share < _LIFT * beside:
        return 0.0
    return share * math.log(share / beside) if _surprise(within, without, inside, outside) > _CHANCE else 0.0


def _surprise(within: int, without: int, inside: int, outside: int) -> float:
    """Dunning's log-likelihood ratio (1993): how little chance explains that a term stands where it does."""
    has, total = within + without, inside + outside
    cells = (
        (within, inside * has),
        (without, outside * has),
        (inside - within, inside * (total - has)),
        (outside - without, outside * (total - has)),
    )
    return 2 * sum(seen * math.log(seen * total / expected) for seen, expected in cells if seen)


def _term(gram: Gram) -> Term | None:
    try:
        return term(gram)
    except BadTerm:
        return None


def _standing_in(lexicon: Lexicon, papers: Iterable[Paper]) -> Counter[Term]:
    found: Counter[Term] = Counter()
    for paper in papers:
        texts = (paper.title, paper.abstract, *paper.keywords)
        found.update(set().union(*(lexicon.scan(Text(text).words) for text in texts)))
    return found


def _apart(best: Iterable[tuple[Gram, Term]]) -> list[tuple[Gram, Term]]:
    """Without those that share a word with a better one: “score”, “study score”, “score distillation”."""
    kept: list[tuple[Gram, Term]] = []
    told: set[str] = set()
    for gram, each in best:
        if told.isdisjoint(gram.split()):
            kept.append((gram, each))
            told.update(gram.split())
    return kept
