"""Topics: the words and phrases that papers of the last week have more often than those of the weeks before.
Papers by week in, topics out. No clock and no archive: whoever asks says which weeks.

A term is one to four words that follow each other in a title or at the beginning of an abstract, read as
ranking/grams.py reads, and counts once a paper. How much it rises is told by how far its papers are from
those expected by the weeks before, in units of what chance alone would do (the Pearson residual of a Poisson
count: A. Agresti, Categorical Data Analysis, 2002, section 3.3).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache

from newsletter.model import Paper
from newsletter.ranking.grams import kept
from newsletter.terms import Text

MOST = 8
"""So many topics a list has: more are not read."""
_WORDS = 4
_READ = 400
"""Characters of an abstract that are read: what a paper is about stands at its beginning, and a long archive
has to be read on every day that brings something new."""
_LEAST = 2
"""In so many papers a topic stands; what only one has is that paper."""
_HELD = 0.6
"""A term is left out where a longer one with all of its words has this share of its papers."""
_SINGLE = 0.25
"""What a single word counts beside a phrase: “token prediction” says more than “token”, and is rarer."""
_COMMON = 0.5
"""What stands in every other paper is no topic of a week."""
_FILLER = frozenset(
    """
    able achieve address advance aim allow analysis application approach art available better build
    capability challenge challenging code collection common compared complex comprehensive compute
    consider contribution current data dataset demonstrate design despite develop different due
    effective effectiveness efficient enable enabling evaluate evaluation existing experiment
    experimental explore extensive face field first focus framework general generate generating good
    great high highly human idea important improve improved improvement improving include including
    increasing information input introduce investigate issue key knowledge large leading learn
    learning level limitation limited list long low main major make making many method model
    modeling modelling need network new next novel number often one open outperform output paper
    part perform performance popular potential present previous problem process promising propose
    proposed provide quality range real recent recently remain require research result review scale
    science second significant significantly simple single small solution source space specific
    standard state step still strong study success successful superior support system task technique
    term test third three time toward towards traditional train trained training two type
    understanding unified unlike user using value various version way well wide widely word work
    world year
    """.split()  # noqa: SIM905  (a page of quotation marks is no better to read)
)
"""Words of every abstract. Alone they are no topic, nor at an end of one: “novel diffusion” is diffusion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A term with how many papers had it: `counts` by week, the last one last."""

    words: str
    counts: tuple[int, ...]

    @property
    def now(self) -> int:
        """Papers of the last week."""
        return self.counts[-1]

    @property
    def before(self) -> int:
        """Papers of all weeks before."""
        return sum(self.counts[:-1])


class Told:
    """A paper as its terms, read once for all lists that it is on."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    @cached_property
    def text(self) -> str:
        """What is read of it."""
        return f"{self.paper.title}.\n{self.paper.abstract[:_READ]}"

    @cached_property
    def titled(self) -> frozenset[str]:
        """The terms of its title. A topic is in some title; “crucial” and “dominant” hardly ever are."""
        return frozenset(_terms(self.paper.title))

    @cached_property
    def terms(self) -> frozenset[str]:
        """Its terms, folded and without plurals."""
        return frozenset(_terms(self.text))


def rising(weeks: Sequence[Collection[Told]], most: int = MOST) -> tuple[Topic, ...]:
    """The terms that rise in the last of some weeks, those that do most first.

    Where there is no paper before, those that most papers have.
    """
    if not weeks or not weeks[-1]:
        return ()
    now = _counted(weeks[-1], None)
    named = frozenset[str]().union(*(told.titled for told in weeks[-1]))
    most_papers = max(_LEAST, _COMMON * len(weeks[-1]))
    found = {term: n for term, n in now.items() if _LEAST <= n <= most_papers and term in named}
    earlier = [_counted(week, found.keys()) for week in weeks[:-1]]
    before = Counter[str]()
    for week in earlier:
        before.update(week)
    total = sum(map(len, weeks[:-1]))
    rises = {
        term: _rise(n, len(weeks[-1]), before[term], total) * (1 if " " in term else _SINGLE)
        for term, n in found.items()
    }
    up = sorted((term for term in found if rises[term] > 0), key=lambda term: (-rises[term], term))
    return tuple(
        Topic(words=_spelled(term, weeks[-1]), counts=(*(week[term] for week in earlier), now[term]))
        for term in _apart(up, now, most)
    )


def _rise(now: int, papers: int, before: int, papers_before: int) -> float:
    """How far a term is above what the weeks before let expect.

    Half a paper more than there were is expected, so that what is new has no endless rise.
    """
    if not papers_before:
        return float(now)
    expected = papers * (before + 0.5) / (papers_before + 1)
    return float((now - expected) / (expected + 0.5) ** 0.5)


def _counted(papers: Iterable[Told], only: AbstractSet[str] | None) -> Counter[str]:
    counts = Counter[str]()
    for paper in papers:
        counts.update(paper.terms if only is None else paper.terms & only)
    return counts


def _apart(terms: Iterable[str], counts: Mapping[str, int], most: int) -> list[str]:
    """The first of the terms that do not say the same: of “language”, “language model” and “large language
    model” the longest that nearly all of their papers have.
    """
    ranked = list(terms)
    longest = Counter[str]()
    for term in ranked:
        for part in _parts(term.split()):
            longest[part] = max(longest[part], counts[term])
    chosen: list[str] = []
    for term in ranked:
        if len(chosen) == most:
            break
        held = longest[term] >= _HELD * counts[term]
        if not held and not any(_in(term, other) or _in(other, term) for other in chosen):
            chosen.append(term)
    return chosen


def _parts(words: Sequence[str]) -> Iterator[str]:
    """The shorter terms in a longer one."""
    for length in range(1, len(words)):
        yield from (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))


def _in(part: str, whole: str) -> bool:
    return f" {part} " in f" {whole} "


def _terms(text: str) -> Iterator[str]:
    """The terms of a text: no filler at an end, no number, no gap where a word was left out."""
    run: list[str] = []
    last = -1
    for place, word in kept(Text(text).words):
        if not word or place != last + 1:
            run = []
        last = place
        if word:
            run = [*run[1 - _WORDS :], word]
            if word not in _FILLER and not word.isdigit():
                yield from (" ".join(run[at:]) for at in range(len(run)) if _begins(run[at]))
            elif word in _HEADS:
                yield from (" ".join(run[at:]) for at in range(len(run) - 1) if _begins(run[at]))


@lru_cache(maxsize=1 << 16)
def _begins(word: str) -> bool:
    """Whether a term may begin with a word: no filler, no number, no “a” of a formula."""
    return word not in _FILLER and not word.isdigit() and (len(word) > 1 or not word.isascii())


_HEADS = frozenset(
    "model network analysis learning modeling modelling training understanding system dataset data".split()  # noqa: SIM905
)
"""Fillers that a phrase may end in: a language model is one."""


def _spelled(term: str, papers: Iterable[Told]) -> str:
    """The term as its papers mostly write it: LLM, not llm; with the plural where that is usual."""
    gap = r"[\s\-\u2010-\u2013/]+"
    words = gap.join(f"{re.escape(_root(word))}\\w{{0,3}}" for word in term.split())
    pattern = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    found = Counter(
        " ".join(match[0].split())
        for paper in papers
        if term in paper.terms
        and (match := pattern.search(paper.paper.abstract[:_READ] or paper.paper.title))
    )
    return min(found, key=lambda spelling: (-found[spelling], spelling), default=term)


def _root(word: str) -> str:
    """What of a word its plural leaves as it is: “similarit” of “similarity”."""
    return word[:-1] if word.endswith("y") and word.isascii() else word
