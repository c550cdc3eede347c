"""Vectors: papers and interests as points in all spaces at once; their sums and means. Rows in, points out.

What a point is for is interest.py's to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.background import Rows
from newsletter.ranking.latent import Floats

Grams = NDArray[np.int32]

_ENTRY = 40
"""Bits of a number that say which entry it is."""


@dataclass(frozen=True, slots=True)
class Vector:
    """A point in all spaces: sparse by gram (sorted), dense, and what a model says (empty without one)."""

    grams: Grams
    weights: Floats
    dense: Floats
    meaning: Floats

    def plus(self, other: Vector, share: float) -> Vector:
        """The point moved towards another."""
        both = np.concatenate((self.grams, other.grams))
        grams, weights = _summed(both, np.concatenate((self.weights, other.weights * np.float32(share))))
        dense = self.dense + np.float32(share) * other.dense
        # Papers that stand in for liked ones are not put before the model.
        meaning = self.meaning + np.float32(share) * other.meaning if other.meaning.size else self.meaning
        return Vector(grams, weights, dense, meaning)


def mean(rows: Rows, weights: Floats | None = None) -> Vector:
    """The weighted mean of some papers."""
    share = np.full(len(rows), 1.0, np.float32) if weights is None else weights
    share = share / share.sum()
    owners = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    grams, summed = _summed(rows.grams, rows.tfidf * share[owners])
    meaning = share @ rows.meaning if rows.meaning.size else np.zeros(0, np.float32)
    return Vector(grams, summed, share @ rows.dense, meaning)


def _summed(grams: Grams, weights: Floats) -> tuple[Grams, Floats]:
    """Each gram once, sorted, with the sum of what it weighs."""
    # Numbers that bear their entry sort several times as fast as np.unique finds places.
    keys = np.sort((grams.astype(np.int64) << _ENTRY) | np.arange(len(grams)))
    found = keys >> _ENTRY
    begins = np.flatnonzero(np.diff(found, prepend=-1))
    if not len(begins):
        return grams[:0], weights[:0]
    summed = np.add.reduceat(weights[keys & ((1 << _ENTRY) - 1)], begins, dtype=np.float64)
    return found[begins].astype(np.int32), summed.astype(np.float32)


def largest(values: Floats, count: int) -> NDArray[np.intp]:
    """The places of the largest values, the largest first; of equal ones, the first."""
    if len(values) <= count:
        return np.argsort(-values, kind="stable")
    least = np.partition(values, -count)[-count]
    may = np.flatnonzero(values >= least)
    return may[np.argsort(-values[may], kind="stable")[:count]]


def standard(values: Floats) -> Floats:
    """The values less their mean, in standard deviations."""
    away: Floats = (values - values.mean()) / (values.std() + np.float32(1e-9))
    return away


def within(grams: Grams, known: Grams) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which of some grams are among known ones, which are sorted, and the places of these there."""
    if not len(known):
        return np.zeros(len(grams), np.bool_), np.zeros(0, np.intp)
    places = np.minimum(np.searchsorted(known, grams), len(known) - 1)
    here = known[places] == grams
    return here, places[here]
