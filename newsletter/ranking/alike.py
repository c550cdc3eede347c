"""How alike papers are, by the grams of their texts: cosines and near-repeats. Papers in, numbers out.

A vector hangs on its paper alone, with no weight for how rare a gram is: so a near-repeat is one for every
reader, and what two papers say to each other does not change with what else is new. Of the 5,308 papers of
real dumps that say enough, two pairs are above 0.8, each with one abstract; the nearest below are parts II
and III of a work, 0.74. Of 1,948 papers on kindred questions 13 pairs are, each a work that came out twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import fsum, log, sqrt

from newsletter.model import Paper
from newsletter.ranking.grams import Gram, counted

NEAR = 0.8
"""The cosine above which a paper is a near-repeat."""
SHORT = NEAR**2 - 1e-9
"""Grams whose squares come to less make no near-repeat; a little less, for sums are rounded."""
LOOKED_UP = 0.55
"""Grams are looked up until the squares of the others come to no more: of 4.5 million pairs of papers on
language models 24 were left to compare; at 0.6 it is 490, at 0.4 none, but looking up costs twice as much.
"""
SAYS_ENOUGH = 50
"""Different grams without which a text is too short to be a repeat of another: titles have up to 40, and
“Visual Place Recognition: A Tutorial” is not “Visual Place Recognition”, though 0.9 alike.
"""
_READ = 20_000
"""Characters of an abstract that are read: the longest real ones have a fifth of that."""

Vector = Mapping[Gram, float]
"""Grams by their weights, of length 1; empty for a text without any."""


def vector(paper: Paper) -> Vector:
    """What a paper says: each gram weighs 1 + ln of how often it stands there."""
    counts = counted(paper.title[:_READ], paper.abstract[:_READ])
    weights = {count: 1.0 + log(count) for count in set(counts.values())}
    length = sqrt(fsum([weights[count] ** 2 for count in counts.values()]))
    shares = {count: weight / length for count, weight in weights.items()}
    return {gram: shares[count] for gram, count in counts.items()}


def cosine(one: Vector, other: Vector) -> float:
    """From 0 for nothing in common to 1 for the same."""
    # The common grams come in an order that changes from run to run: fsum does not mind.
    return fsum([one[gram] * other[gram] for gram in one.keys() & other.keys()])


class Likeness:
    """How alike papers are that it is asked about: each is read once, and each pair compared once."""

    def __init__(self) -> None:
        self._vectors: dict[int, Vector] = {}
        self._index: defaultdict[Gram, list[int]] = defaultdict(list)
        self._near: dict[int, set[int]] = {}
        self._cosines: dict[tuple[int, int], float] = {}

    def near(self, papers: Iterable[Paper]) -> Mapping[int, frozenset[int]]:
        """The numbers of those of the papers that have near-repeats among them, each with theirs."""
        numbers = {paper.number for paper in papers if self._read(paper)}
        found = {number: self._near[number] & numbers for number in numbers if number in self._near}
        return {number: frozenset(near) for number, near in found.items() if near}

    def cosine(self, one: Paper, other: Paper) -> float:
        """How alike two papers are, from 0 to 1."""
        pair = (min(one.number, other.number), max(one.number, other.number))
        if pair not in self._cosines:
            self._cosines[pair] = cosine(self._vector(one), self._vector(other))
        return self._cosines[pair]

    def _vector(self, paper: Paper) -> Vector:
        if paper.number not in self._vectors:
            self._vectors[paper.number] = vector(paper)
        return self._vectors[paper.number]

    def _read(self, paper: Paper) -> bool:
        """Make near-repeats of a paper known, once; whether it says enough to have any."""
        said = self._vector(paper)
        if len(said) < SAYS_ENOUGH:
            return False
        if paper.number not in self._near:
            self._near[paper.number] = {
                number for number in self._suspects(said) if cosine(said, self._vectors[number]) > NEAR
            }
            for number in self._near[paper.number]:
                self._near[number].add(paper.number)
            for gram in said:
                self._index[gram].append(paper.number)
        return True

    def _suspects(self, said: Vector) -> list[int]:
        """The papers read before that may be near.

        The grams that two texts share make up more than the square of their cosine of the squares of either
        (Cauchy and Schwarz). So the grams are looked up, the rarest first, until all others are too few to
        make a near-repeat of what shares hardly any of these.
        """
        known = said.keys() & self._index.keys()
        left = fsum([said[gram] ** 2 for gram in known])
        if left <= SHORT:  # most papers bring so much that no paper before them had
            return []
        shared: dict[int, float] = {}
        for gram in sorted(known, key=lambda gram: len(self._index[gram])):
            square = said[gram] ** 2
            for number in self._index[gram]:
                shared[number] = shared.get(number, 0.0) + square
            left -= square
            if left <= LOOKED_UP:
                break
        return [number for number, squares in shared.items() if squares + left > SHORT]
