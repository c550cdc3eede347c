"""Interests: what a profile says it likes, as a vector, and how near any papers are to it.

Out of a Taste (a topic, liked and disliked texts) and a Background comes an Interest; out of interests and
papers come scores on one scale: how many standard deviations a paper is nearer than the archive's papers are,
the mean over the lexical and the latent space. So 3 is rare for any interest, and the same from day to day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.background import Background, Floats, Rows, Text, hashed, spread_evenly
from newsletter.ranking.grams import grams, phrase

Grams = NDArray[np.int32]

LIKES = 40
"""So many of the liked papers count, the latest."""
REFERENCE = 1000
"""Papers of the archive that say what is usual for an interest."""
_GRAMS = 1000
"""The strongest grams of an interest are kept: all of them rank no better, 400 a little worse."""
_TOPIC = 1.5
"""A topic weighs as much as so many liked papers."""
_DISLIKE = 0.15
_FADING = 0.05
"""The n-th latest like counts 1 / (1 + n × this)."""
_STAND_INS = 5
"""Papers of the archive that stand in for liked ones where there is a topic only."""
_LITERAL = 0.003
"""A short topic that stands literally in so large a share of the archive is a keyword."""
_LITERAL_WORDS = 4
_MOST_OF_IT = 0.6
_SAME_SENSE = 0.4
_BLOCK = 512


class Blend(NamedTuple):
    """How much each part of a score weighs: the words, the latent space, BM25 on the topic."""

    lexical: float
    latent: float
    bm25: float


LIKED = Blend(1.0, 1.0, 0.0)
TOPICAL = Blend(1.0, 1.0, 0.5)
KEYWORD = Blend(0.0, 0.1, 1.0)
"""Measured on reading lists, conference areas and author keywords; see docs/explanation/ranking.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """What an interest is made of: a topic in words, liked texts (the latest first) and disliked ones.

    `whose` is how the liked ones are spoken of: “your”, or whose they are; `weight` multiplies what it adds.
    """

    topic: str = ""
    likes: tuple[Text, ...] = ()
    dislikes: tuple[Text, ...] = ()
    whose: str = "your"
    weight: float = 1.0

    @property
    def rule(self) -> str:
        """The rule that reasons are put down to."""
        return "topic" if not self.likes else "like" if self.whose == "your" else "similar_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A taste against a background. `usual` are mean and standard deviation of the three parts."""

    grams: Grams
    weights: Floats
    dense: Floats
    query: Grams
    phrase: tuple[str, ...]
    """The words of a topic that is a keyword: where they stand in this order, it is met."""
    blend: Blend
    usual: Floats

    @property
    def literal(self) -> bool:
        """Whether its topic is taken for a keyword."""
        return bool(self.phrase)


@dataclass(frozen=True, slots=True)
class _Vector:
    """A point in both spaces: sparse by gram (sorted), and dense."""

    grams: Grams
    weights: Floats
    dense: Floats

    def plus(self, other: _Vector, share: float) -> _Vector:
        """The point moved towards another."""
        grams, places = np.unique(np.concatenate((self.grams, other.grams)), return_inverse=True)
        weights = np.bincount(places, np.concatenate((self.weights, other.weights * share)))
        return _Vector(grams, weights.astype(np.float32), self.dense + np.float32(share) * other.dense)


def _mean(rows: Rows, weights: Floats | None = None) -> _Vector:
    """The weighted mean of some papers."""
    share = np.full(len(rows), 1.0, np.float32) if weights is None else weights
    share = share / share.sum()
    owners = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    grams, places = np.unique(rows.grams, return_inverse=True)
    summed = np.bincount(places, rows.tfidf * share[owners], minlength=len(grams))
    return _Vector(grams, summed.astype(np.float32), share @ rows.dense)


class Shelf:
    """Papers laid out by gram, so that an interest only touches those that share a gram with it."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        owners = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
        turn = np.argsort(rows.grams, kind="stable")
        self._papers = owners[turn]
        self._tfidf, self._bm25 = rows.tfidf[turn], rows.bm25[turn]
        self._grams, self._first, self._count = np.unique(
            rows.grams[turn], return_index=True, return_counts=True
        )

    def lexical(self, grams: Grams, weights: Floats) -> Floats:
        """The product of each paper's tf-idf with a sparse vector."""
        return self._sum(self._tfidf, grams, weights)

    def holding(self, grams: Grams, weights: Floats) -> Floats:
        """The weights of those of some grams that each paper holds, summed."""
        return self._sum(np.ones_like(self._tfidf), grams, weights)

    def bm25(self, query: Grams) -> Floats:
        """Each paper's BM25 for the grams of a query."""
        return self._sum(self._bm25, query, np.ones(len(query), np.float32))

    def _sum(self, values: Floats, grams: Grams, weights: Floats) -> Floats:
        if not len(self._grams):
            return np.zeros(len(self.rows), np.float32)
        places = np.minimum(np.searchsorted(self._grams, grams), len(self._grams) - 1)
        here = self._grams[places] == grams
        places, weights = places[here], weights[here]
        first, counts = self._first[places], self._count[places]
        entries = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
        product = values[entries] * np.repeat(weights, counts)
        return np.bincount(self._papers[entries], product, minlength=len(self.rows)).astype(np.float32)


class Ranker:
    """A background ready for work: makes interests, and scores papers for them."""

    def __init__(self, background: Background) -> None:
        self.background = background
        self._pool = Shelf(background.sample)
        places = spread_evenly(background.size, REFERENCE)
        whole = len(places) == background.size
        self._reference = self._pool if whole else Shelf(background.sample.taken(places))

    def interest(self, taste: Taste) -> Interest:
        """A taste as a vector, with what is usual for it."""
        words = phrase(taste.topic)
        if taste.likes:
            return self._settled(self._liked(taste), self._query(""), (), LIKED)
        if self._is_keyword(words):
            return self._settled(self._topic(taste), self._query(taste.topic), words, KEYWORD)
        return self._settled(self._topic(taste, stand_ins=True), self._query(taste.topic), (), TOPICAL)

    def _liked(self, taste: Taste) -> _Vector:
        """The mean of the liked papers, with the topic, less the disliked."""
        likes = taste.likes[:LIKES]
        fading = (1 / (1 + _FADING * np.arange(len(likes)))).astype(np.float32)
        vector = self._mean(likes, fading)
        if taste.topic:
            vector = vector.plus(self._mean([("", taste.topic)]), _TOPIC / len(likes))
        return self._less_disliked(vector, taste)

    def _topic(self, taste: Taste, *, stand_ins: bool = False) -> _Vector:
        """A topic alone; with the papers of the archive that fit it best in the place of liked ones."""
        vector = self._mean([("", taste.topic)])
        if stand_ins and vector.dense.any():
            query = self._query(taste.topic)
            fit = standard(self._pool.bm25(query)) + standard(self._pool.rows.dense @ vector.dense)
            best = np.argsort(-fit, kind="stable")[:_STAND_INS]
            vector = vector.plus(_mean(self._pool.rows.taken(best.tolist())), 1.0)
        return self._less_disliked(vector, taste)

    def _less_disliked(self, vector: _Vector, taste: Taste) -> _Vector:
        if not taste.dislikes:
            return vector
        return vector.plus(self._mean(taste.dislikes[:LIKES]), -_DISLIKE)

    def _mean(self, texts: Sequence[Text], weights: Floats | None = None) -> _Vector:
        return _mean(self.background.rows(texts), weights)

    def met(self, topic: str, shelf: Shelf) -> NDArray[np.bool_]:
        """Which papers have enough of a topic: most of its words by rarity, or the same latent sense.

        Without it the nearest of papers that are all far away would pass: grammatical error correction for
        somebody who asked for quantum error correction.
        """
        words = np.unique(np.array([hashed(word) for word in phrase(topic)], np.int32))
        rarity = np.maximum(self.background.rarity(words), 1.0)
        needed = _MOST_OF_IT * float(rarity.sum())
        enough: NDArray[np.bool_] = shelf.holding(words, rarity) >= needed
        known = float(rarity[self.background.spread[words] > 0].sum())
        dense = self.background.rows([("", topic)]).dense[0]
        # Of a topic whose words no paper has, the latent space knows only the odd one.
        if dense.size and known >= needed:
            enough |= shelf.rows.dense @ dense >= _SAME_SENSE
        return enough

    def _query(self, topic: str) -> Grams:
        return np.unique(np.array([hashed(gram) for gram in grams(topic)], np.int32))

    def _is_keyword(self, words: tuple[str, ...]) -> bool:
        """Whether a topic is the field's own term: short, and standing literally in papers of the archive."""
        pairs = [f"{one} {two}" for one, two in pairwise(words)] or list(words)
        if not pairs or len(words) > _LITERAL_WORDS:
            return False
        stands = self.background.spread[[hashed(pair) for pair in pairs]].min()
        return bool(stands >= max(1, _LITERAL * self.background.size))

    def _settled(self, vector: _Vector, query: Grams, words: tuple[str, ...], blend: Blend) -> Interest:
        strongest = np.argsort(-np.abs(vector.weights), kind="stable")[:_GRAMS]
        chosen = np.sort(strongest[vector.weights[strongest] != 0])
        bare = Interest(
            grams=vector.grams[chosen],
            weights=vector.weights[chosen],
            dense=vector.dense,
            query=query,
            phrase=words,
            blend=blend,
            usual=np.zeros((3, 2), np.float32),
        )
        usual = np.array([_usual(part) for part in parts(bare, self._reference)], np.float32)
        return replace(bare, usual=usual)

    def nearness(self, interests: Sequence[Interest], shelf: Shelf) -> Iterator[Floats]:
        """For each interest the scores of all papers on a shelf, in their order."""
        for first in range(0, len(interests), _BLOCK):
            block = interests[first : first + _BLOCK]
            latent = np.stack([interest.dense for interest in block]) @ shelf.rows.dense.T
            for interest, row in zip(block, latent, strict=True):
                yield blended(interest, _lexical_parts(interest, shelf, row))


def parts(interest: Interest, shelf: Shelf) -> tuple[Floats, Floats, Floats]:
    """The three parts of an interest's scores, each in its own unit."""
    return _lexical_parts(interest, shelf, shelf.rows.dense @ interest.dense)


def _lexical_parts(interest: Interest, shelf: Shelf, latent: Floats) -> tuple[Floats, Floats, Floats]:
    nothing = np.zeros(len(shelf.rows), np.float32)
    lexical = shelf.lexical(interest.grams, interest.weights) if interest.blend.lexical else nothing
    bm25 = shelf.bm25(interest.query) if interest.blend.bm25 else nothing
    return lexical, latent, bm25


def blended(interest: Interest, three: Sequence[Floats]) -> Floats:
    """The parts as one score: the weighted mean of how unusual each is."""
    shares = shared(interest)
    score = np.zeros(len(three[0]), np.float32)
    for part, share, (mean, deviation) in zip(three, shares, interest.usual, strict=True):
        if share:
            score += share * (part - mean) / deviation
    return score


def shared(interest: Interest) -> tuple[float, float, float]:
    """What the parts weigh, in all 1; a part that says nothing of this archive weighs nothing."""
    weights = [
        weight if deviation > 0 else 0.0
        for weight, (_, deviation) in zip(interest.blend, interest.usual, strict=True)
    ]
    total = sum(weights) or 1.0
    return weights[0] / total, weights[1] / total, weights[2] / total


def standard(values: Floats) -> Floats:
    """The values less their mean, in standard deviations."""
    away: Floats = (values - values.mean()) / (values.std() + np.float32(1e-9))
    return away


def _usual(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation of a part over the archive."""
    if not len(values):
        return 0.0, 0.0
    return float(values.mean()), float(values.std())
