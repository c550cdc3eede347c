"""Neighbours: which papers are near each other. Rows of papers in, pairs with their nearness out.

How near two papers are is the mean of their two cosines, of words and of latent sense. Near-repeats are no
neighbours: who reads a paper knows what is in them. Nothing here knows which papers have pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from newsletter.ranking.background import Rows
from newsletter.ranking.crowd import BLOCK, Crowd
from newsletter.ranking.interest import LIKED, Interest, overlap

NEAR, NEAR_IN_WORDS = 0.4, 0.15
"""From here on two papers are on one question, and not only in one field; where there are too few papers for
a latent space, the words have to tell.
"""
REPEAT = 0.8
"""The cosine of the words above which a paper is a repeat."""
MOST = 5
"""Neighbours that a paper has at most."""
_LOOKED_AT = 12
_ROUNDING = 1e-3


def neighbours(rows: Rows, asked: Sequence[int]) -> Iterator[tuple[int, int, float]]:
    """For each row that is asked about, in their order, its nearest: (row, other row, nearness)."""
    crowd = Crowd(rows, [_as_interest(rows, row) for row in asked])
    least = NEAR if rows.dense.shape[1] else NEAR_IN_WORDS
    for first, block in zip(range(0, len(asked), BLOCK), crowd.nearness(), strict=True):
        some = asked[first : first + BLOCK]
        block[np.arange(len(some)), list(some)] = -1
        for row, near in zip(some, block, strict=True):
            may = np.flatnonzero(near > least - _ROUNDING)
            best = may[np.argsort(-near[may], kind="stable")[:_LOOKED_AT]]
            found = ((*_both(rows, row, other), other) for other in best.tolist())
            told = [
                (-round(mean, 4), other) for mean, words, other in found if mean >= least and words < REPEAT
            ]
            for mean, other in sorted(told)[:MOST]:
                yield row, other, -mean


def _as_interest(rows: Rows, row: int) -> Interest:
    """A paper as if somebody were interested in it alone, in plain cosines."""
    grams, weights = rows.sparse(row)
    latent = 1.0 if rows.dense.shape[1] else 0.0
    order = np.argsort(grams, kind="stable")
    return Interest(
        grams=grams[order],
        weights=weights[order],
        dense=rows.dense[row],
        meaning=np.zeros(0, np.float32),
        query=np.zeros(0, np.int32),
        phrase=(),
        blend=LIKED,
        usual=np.array([(0, 1), (0, latent), (0, 0), (0, 0)], np.float32),
        liked=np.zeros((0, rows.dense.shape[1]), np.float16),
        liked_meaning=np.zeros((0, 0), np.float16),
    )


def _both(rows: Rows, one: int, other: int) -> tuple[float, float]:
    """The mean of both cosines, and that of the words, of two papers by themselves."""
    words, latent, *_ = overlap(_as_interest(rows, one), rows, other).parts
    return (words + latent) / 2 if rows.dense.shape[1] else words, words
