"""Crowds: many interests beside many papers at once. Interests and rows in, a matrix of nearness out.

The same sums as for one interest and one paper, in another order. A gram that many papers have would make
most of the work if it were followed from interest to paper; such grams are columns of a full matrix, as the
latent space is, and one product of matrices does them. The others are followed. No thresholds and no reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.background import BUCKETS, Rows
from newsletter.ranking.interest import Demand, Grams, Interest, slopes
from newsletter.ranking.latent import Floats, Ints

BLOCK = 512
_PAPERS = 1 << 14
"""Papers at once, for memory's sake: their frequent grams take 100 MB."""
_FOLLOWED = 1 << 15
"""Entries of lists at once: what is at hand then stays in a processor's cache."""
_FREQUENT = 0.01
_COLUMNS = 1500
"""A gram in one of a hundred papers is a column, if there are not more of them: of 10,000 papers these 1,500
have nine tenths of what would have to be followed.
"""


class Crowd:
    """Papers laid out for many interests."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        grams, places, counts = np.unique(rows.grams, return_inverse=True, return_counts=True)
        self._place = np.full(BUCKETS, -1, np.int32)
        self._place[grams] = np.arange(len(grams), dtype=np.int32)
        frequent = np.flatnonzero(counts > _FREQUENT * len(rows))
        frequent = np.sort(frequent[np.argsort(-counts[frequent], kind="stable")[:_COLUMNS]])
        self._column = np.full(len(grams), -1, np.int32)
        self._column[frequent] = np.arange(len(frequent), dtype=np.int32)
        self._groups = [
            _Group(rows, places, self._column, range(first, min(first + _PAPERS, len(rows))))
            for first in range(0, len(rows), _PAPERS)
        ]

    def nearness(self, interests: Sequence[Interest]) -> Iterator[Floats]:
        """For each block of interests the scores of all papers, a row an interest."""
        for first in range(0, len(interests), BLOCK):
            yield self._near(interests[first : first + BLOCK])

    def _near(self, interests: Sequence[Interest]) -> Floats:
        steep = np.array([slopes(interest) for interest in interests], np.float32)
        words = self._found([each.grams for each in interests], [each.weights for each in interests])
        words.weights *= steep[words.owners, 0]
        columns = self._column[words.places]
        full = columns >= 0
        left = np.zeros((len(interests), self._column.max(initial=-1) + 1), np.float32)
        left[words.owners[full], columns[full]] = words.weights[full]
        if self.rows.dense.shape[1]:
            left = np.hstack((left, np.stack([each.dense for each in interests]) * steep[:, 1:2]))
        if self.rows.meaning.shape[1]:
            left = np.hstack((left, np.stack([each.meaning for each in interests]) * steep[:, 3:4]))
        rare = words.taken(~full & (words.weights != 0))
        asked = self._found([each.query for each in interests])
        asked.weights *= steep[asked.owners, 2]
        asked = asked.taken(asked.weights != 0)
        near = np.empty((len(interests), len(self.rows)), np.float32)
        for group in self._groups:
            here = left @ group.full.T + steep[:, 4:]
            group.follow(here, rare, group.tfidf)
            group.follow(here, asked, group.bm25)
            near[:, group.papers.start : group.papers.stop] = here
        return near

    def met(self, demands: Sequence[Demand]) -> NDArray[np.bool_]:
        """Which papers have enough of each topic: most of its words by rarity, or its sense or meaning."""
        words = self._found([each.words for each in demands], [each.rarity for each in demands])
        met = np.empty((len(demands), len(self.rows)), np.bool_)
        needed = np.array([[each.needed] for each in demands], np.float32)
        like = np.array([[each.like] for each in demands], np.float32)
        alike = np.array([[each.alike] for each in demands], np.float32)
        for group in self._groups:
            span = slice(group.papers.start, group.papers.stop)
            holding = np.zeros((len(demands), len(group.papers)), np.float32)
            group.follow(holding, words, np.ones_like(group.tfidf))
            met[:, span] = holding >= needed
            if self.rows.dense.shape[1]:
                met[:, span] |= np.stack([each.sense for each in demands]) @ self.rows.dense[span].T >= like
            if self.rows.meaning.shape[1]:
                meanings = np.stack([each.meaning for each in demands])
                met[:, span] |= meanings @ self.rows.meaning[span].T >= alike
        return met

    def holding(self, sought: Sequence[Grams]) -> Floats:
        """How many of each one's grams the papers have."""
        words = self._found(sought)
        holding = np.empty((len(sought), len(self.rows)), np.float32)
        for group in self._groups:
            here = np.zeros((len(sought), len(group.papers)), np.float32)
            group.follow(here, words, np.ones_like(group.tfidf))
            holding[:, group.papers.start : group.papers.stop] = here
        return holding

    def _found(self, sought: Sequence[Grams], weights: Sequence[Floats] = ()) -> _Words:
        """Those of some grams that any paper has."""
        if not sought:
            return _Words(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
        lengths = np.fromiter(map(len, sought), np.int64, len(sought))
        places = self._place[np.concatenate(sought)]
        words = _Words(
            np.repeat(np.arange(len(sought)), lengths),
            places,
            np.concatenate(weights) if weights else np.ones(len(places), np.float32),
        )
        return words.taken(places >= 0)


@dataclass(slots=True)
class _Words:
    """Grams that are sought: the interest of each, its place among those the papers have, its weight."""

    owners: Ints
    places: NDArray[np.int32]
    weights: Floats

    def taken(self, which: NDArray[np.bool_]) -> _Words:
        """Some of them."""
        return _Words(self.owners[which], self.places[which], self.weights[which])


class _Group:
    """Some neighbouring papers: `full` has a row a paper, of its frequent grams and its latent sense; where
    each gram stands is a list from `first` on, `count` long.
    """

    def __init__(self, rows: Rows, places: Ints, column: NDArray[np.int32], papers: range) -> None:
        self.papers = papers
        span = slice(int(rows.starts[papers.start]), int(rows.starts[papers.stop]))
        owners = np.repeat(np.arange(len(papers)), np.diff(rows.starts[papers.start : papers.stop + 1]))
        standing = places[span]
        turn = np.argsort(standing, kind="stable")
        self.owners, self.tfidf, self.bm25 = owners[turn], rows.tfidf[span][turn], rows.bm25[span][turn]
        self.count = np.bincount(standing, minlength=len(column)).astype(np.int32)
        self.first = (np.cumsum(self.count) - self.count).astype(np.int32)
        frequent = column[standing] >= 0
        words = np.zeros((len(papers), column.max(initial=-1) + 1), np.float32)
        # A paper may have two grams of one number.
        np.add.at(words, (owners[frequent], column[standing[frequent]]), rows.tfidf[span][frequent])
        here = slice(papers.start, papers.stop)
        self.full = np.hstack((words, rows.dense[here], *([rows.meaning[here]] if rows.meaning.size else [])))

    def follow(self, near: Floats, words: _Words, values: Floats) -> None:
        """Add to each interest's row what its words are worth in the papers that have them."""
        counts = self.count[words.places]
        some = counts > 0
        counts, first, weights = counts[some], self.first[words.places[some]], words.weights[some]
        rows = words.owners[some] * len(self.papers)
        ends = np.cumsum(counts)
        whole = int(ends[-1]) if len(ends) else 0
        cuts = np.searchsorted(ends, np.arange(0, whole, _FOLLOWED), side="right").tolist()
        flat = near.reshape(-1)
        for one, other in pairwise([*cuts, len(ends)]):
            several = counts[one:other]
            entries = np.arange(several.sum(), dtype=np.int32)
            entries += np.repeat(first[one:other] - np.cumsum(several, dtype=np.int32) + several, several)
            product = values[entries]
            product *= np.repeat(weights[one:other], several)
            # Of one interest after the other: the sums of these few stand close together.
            begin = int(rows[one]) if one < other else 0
            targets = self.owners[entries] + np.repeat(rows[one:other] - begin, several)
            sums = np.bincount(targets, product)
            flat[begin : begin + len(sums)] += sums
