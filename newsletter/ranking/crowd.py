"""Crowds: many interests beside many papers at once. Interests and rows in, a matrix of nearness out.

The same sums as for one interest and one paper, in another order. A gram that many papers and many interests
have would make most of the work if it were followed from the one to the other; such grams are columns of a
full matrix, as the latent space is, and one product of matrices does them. The others are followed. No
thresholds and no reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.background import BUCKETS, Rows, spread_evenly
from newsletter.ranking.demand import Demand
from newsletter.ranking.interest import Interest, steepness
from newsletter.ranking.latent import Floats, Ints
from newsletter.ranking.vectors import Grams

BLOCK = 1024
"""Interests at once."""
_PAPERS = 1 << 14
"""Papers at once, for memory's sake: their frequent grams take 100 MB."""
_COLUMNS = 1500
_FULL = 1.5e-3
"""A gram is a column where so large a share of the pairs has it: a product of matrices goes through a
thousand pairs in the time in which one or two are followed.
"""
_ASKED = 500
"""So many of the interests tell how many of them have a gram."""
_STANDING = np.dtype([("owner", "<i4"), ("value", "<f4")])
"""A gram in a paper: in which, and what it is worth there. One number of 64 bits, so that both are fetched
from memory at once: that is what following costs.
"""
_LOW = (1 << 32) - 1
_NOTHING = np.zeros(0, np.int32)


class Crowd:
    """Papers laid out for some interests: what none of these has is left out."""

    def __init__(self, rows: Rows, interests: Sequence[Interest]) -> None:
        self._rows = rows
        self._interests = interests
        spread = _spread(rows, interests)
        grams = np.flatnonzero(spread).astype(np.int32)
        by_spread = np.argsort(-spread[grams], kind="stable")
        grams = grams[by_spread]  # neighbours in memory are what is often wanted
        full = self._worth_a_column(grams, spread[grams])
        grams = np.concatenate((grams[full], grams[~full]))
        self._columns = int(full.sum())
        self._place = np.full(BUCKETS, -1, np.int32)
        self._place[grams] = np.arange(len(grams), dtype=np.int32)
        spans = (range(first, min(first + _PAPERS, len(rows))) for first in range(0, len(rows), _PAPERS))
        self._groups = [_Group(rows, self._place, self._columns, len(grams), span) for span in spans]

    def _worth_a_column(self, grams: Grams, spread: Ints) -> NDArray[np.bool_]:
        """Which grams, the most frequent first, are done in full."""
        some = [self._interests[place].grams for place in spread_evenly(len(self._interests), _ASKED)]
        asking = np.bincount(np.concatenate([np.zeros(0, np.int32), *some]), minlength=BUCKETS)[grams]
        pairs = asking * spread
        full = pairs > _FULL * len(self._rows) * len(some)
        full[np.argsort(-pairs, kind="stable")[_COLUMNS:]] = False
        return full

    def nearness(self) -> Iterator[Floats]:
        """For each block of interests the scores of all papers, a row an interest; good until the next."""
        room = np.empty((min(BLOCK, len(self._interests)), len(self._rows)), np.float32)
        for first in range(0, len(self._interests), BLOCK):
            some = self._interests[first : first + BLOCK]
            near = room[: len(some)]
            self._fill(near, some)
            yield near

    def _fill(self, near: Floats, interests: Sequence[Interest]) -> None:
        steep = steepness(interests).astype(np.float32)
        words = self._sought([each.grams for each in interests], [each.weights for each in interests])
        words.weights *= steep[words.owners, 0]
        full = words.taken((words.places >= 0) & (words.places < self._columns))
        rare = words.taken((words.places >= self._columns) & (words.weights != 0))
        left = np.zeros((len(interests), self._columns), np.float32)
        left[full.owners, full.places] = full.weights
        parts = [left, steep[:, 4:]]
        if self._rows.dense.shape[1]:
            parts.append(np.stack([each.dense for each in interests]) * steep[:, 1:2])
        if self._rows.meaning.shape[1]:
            parts.append(np.stack([each.meaning for each in interests]) * steep[:, 3:4])
        left = np.hstack(parts)
        asked = self._sought([each.query for each in interests])
        asked.weights *= steep[asked.owners, 2]
        asked = asked.taken((asked.places >= 0) & (asked.weights != 0))
        for group in self._groups:
            here = near[:, group.span]
            np.matmul(left, group.full.T, out=here)
            group.follow(here, rare, group.tfidf)
            group.follow(here, asked, group.bm25)

    def met(self, demands: Sequence[Demand]) -> NDArray[np.bool_]:
        """Which papers have enough of each topic: words, or sense, or meaning."""
        words = self._sought([each.words for each in demands], [each.rarity for each in demands])
        held = self._holding(words, len(demands))
        met = held >= _column(each.needed for each in demands)
        if self._rows.dense.shape[1]:
            senses = np.stack([each.sense for each in demands])
            together = held + senses @ self._rows.dense.T
            met |= (held > 0) & (together >= _column(each.together for each in demands))
        if self._rows.meaning.shape[1]:
            meanings = np.stack([each.meaning for each in demands])
            met |= meanings @ self._rows.meaning.T >= _column(each.alike for each in demands)
        return met

    def holding(self, sought: Sequence[Grams]) -> Floats:
        """How many of each one's grams, which are among those of some interest's query, the papers have."""
        return self._holding(self._sought(sought), len(sought))

    def _holding(self, words: _Words, sought: int) -> Floats:
        holding = np.zeros((sought, len(self._rows)), np.float32)
        some = words.taken(words.places >= 0)
        for group in self._groups:
            group.follow(holding[:, group.span], some, group.once)
        return holding

    def _sought(self, sought: Sequence[Grams], weights: Sequence[Floats] = ()) -> _Words:
        """Some grams, which weigh one each unless it is said what; what no paper has is at the place -1."""
        lengths = np.fromiter(map(len, sought), np.int64, len(sought))
        places = self._place[np.concatenate([np.zeros(0, np.int32), *sought])]
        own = np.concatenate(weights) if weights else np.ones(len(places), np.float32)
        return _Words(np.repeat(np.arange(len(sought)), lengths), places, own)


def _column(values: Iterable[float]) -> Floats:
    """A value a row."""
    return np.array(list(values), np.float32)[:, None]


def _spread(rows: Rows, interests: Sequence[Interest]) -> Ints:
    """In how many papers each gram stands that some interest has."""
    sought = np.zeros(BUCKETS, np.bool_)
    for first in range(0, len(interests), BLOCK):
        some = interests[first : first + BLOCK]
        told = [(each.grams, each.query, each.demand.words if each.demand else _NOTHING) for each in some]
        sought[np.concatenate([*chain.from_iterable(told)])] = True
    return np.bincount(rows.grams[sought[rows.grams]], minlength=BUCKETS)


@dataclass(slots=True)
class _Words:
    """Grams that are sought: the interest of each, its place among those that papers have, its weight."""

    owners: Ints
    places: NDArray[np.int32]
    weights: Floats

    def taken(self, which: NDArray[np.bool_]) -> _Words:
        """Some of them."""
        return _Words(self.owners[which], self.places[which], self.weights[which])


class _Group:
    """Some neighbouring papers: `full` has a row a paper, of its frequent grams, a one and its latent sense;
    where each gram stands is a list from `first` on, `count` long.
    """

    def __init__(self, rows: Rows, place: NDArray[np.int32], columns: int, grams: int, papers: range) -> None:
        self.span = slice(papers.start, papers.stop)
        span = slice(int(rows.starts[papers.start]), int(rows.starts[papers.stop]))
        places = place[rows.grams[span]]
        owners = np.repeat(np.arange(len(papers)), np.diff(rows.starts[papers.start : papers.stop + 1]))
        wanted = np.flatnonzero(places >= 0)
        self.count = np.bincount(places[wanted], minlength=grams)
        self.first = np.cumsum(self.count) - self.count
        # A sort of numbers that bear their entry is ten times as fast as one that asks for the order.
        order = np.sort((places[wanted].astype(np.int64) << 32) | wanted) & _LOW
        self.once = _standing(owners[order], np.ones(len(order), np.float32))
        self.tfidf = _standing(owners[order], rows.tfidf[span][order])
        self.bm25 = _standing(owners[order], rows.bm25[span][order])
        words = np.zeros((len(papers), columns), np.float32)
        frequent = order[: int(self.count[:columns].sum())]
        # A paper may have two grams of one number.
        np.add.at(words, (owners[frequent], places[frequent]), rows.tfidf[span][frequent])
        ones = np.ones((len(papers), 1), np.float32)
        meaning = [rows.meaning[self.span]] if rows.meaning.size else []
        self.full = np.hstack((words, ones, rows.dense[self.span], *meaning))

    def follow(self, near: Floats, words: _Words, standing: NDArray[np.int64]) -> None:
        """Add to each interest's row what its words are worth in the papers that have them."""
        counts = self.count[words.places]
        upto = np.concatenate(([0], np.cumsum(counts)))
        ahead = self.first[words.places] - upto[:-1]
        cuts = np.searchsorted(words.owners, np.arange(len(near) + 1))
        spans = zip(pairwise(cuts.tolist()), pairwise(upto[cuts].tolist()), strict=True)
        for row, ((one, other), (begin, end)) in zip(near, spans, strict=True):
            if begin < end:
                entries = ahead[one:other].repeat(counts[one:other])
                entries += np.arange(begin, end)
                found = standing.take(entries)
                products = words.weights[one:other].repeat(counts[one:other])
                products *= found.view(_STANDING)["value"]
                found &= _LOW
                np.add.at(row, found, products)


def _standing(owners: Ints, values: Floats) -> NDArray[np.int64]:
    standing = np.empty(len(owners), _STANDING)
    standing["owner"] = owners
    standing["value"] = values
    return standing.view("<i8")
