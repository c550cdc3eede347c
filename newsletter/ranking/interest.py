"""Interests: what a profile says it likes, as a vector, and how near any papers are to it.

Out of a Taste (a topic, liked and disliked texts) and a Background comes an Interest; out of interests and
papers come scores on one scale: how many standard deviations a paper is nearer than the archive's papers are,
the weighted mean over the lexical and the latent space, and over a model's where there is one (meaning.py).
So 3 is rare for any interest, and the same from day to day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.background import Background, Rows, Text, hashed, spread_evenly
from newsletter.ranking.demand import Demand, demanded, met
from newsletter.ranking.grams import grams, phrase
from newsletter.ranking.latent import Floats
from newsletter.ranking.meaning import Embedder, said
from newsletter.ranking.usual import Others, looks, of_a_paper, usual
from newsletter.ranking.vectors import Grams, Vector, largest, mean, standard, within

Slopes = NDArray[np.float64]

LIKES = 40
"""So many of the liked papers count, the latest."""
REFERENCE = 1000
"""Papers of the archive that say what is usual for an interest."""
_GRAMS = 1000
"""The strongest grams of an interest are kept: all of them rank no better, 400 a little worse."""
_TOPIC = 1.5
"""A topic weighs as much as so many liked papers."""
_HEARD = 5
"""With so many liked papers, the words of a topic beside them have half the weight they have alone."""
_DISLIKE = 0.15
_FADING = 0.02
"""The n-th latest like counts 1 / (1 + n × this)."""
_STAND_INS = 5
"""Papers of the archive that stand in for liked ones where there is a topic only."""
_LITERAL = 0.003
"""A short topic that stands literally in so large a share of the archive is a keyword."""
_LITERAL_WORDS = 4
_NOISE = 1e-6
"""A part that is the same for all papers differs by so much from rounding alone."""


class Blend(NamedTuple):
    """How much each part of a score weighs: the words, the latent space, BM25 on the topic, the model."""

    lexical: float
    latent: float
    bm25: float
    meaning: float = 0.0


LIKED = Blend(1.2, 1.0, 0.0)
TOPICAL = Blend(1.0, 1.0, 0.3)
KEYWORD = Blend(0.0, 0.1, 1.0)
WITH_MEANING = {
    LIKED: Blend(0.5, 0.15, 0.0, 1.0),
    TOPICAL: Blend(0.5, 0.25, 0.25, 1.0),
    KEYWORD: Blend(0.0, 0.1, 1.0, 0.5),
}
"""Measured on reading lists, conference areas and author keywords; see docs/explanation/ranking.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """What an interest is made of: a topic in words, liked texts (the latest first) and disliked ones.

    `whose` is “your” where the liked ones are the reader's own, else empty; `weight` multiplies what it adds.
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

    @property
    def read(self) -> tuple[Text, ...]:
        """The texts that make the vector: of what is liked and disliked the latest, and the topic."""
        topic = (("", self.topic),) if self.topic else ()
        return self.likes[:LIKES] + self.dislikes[:LIKES] + topic

    @property
    def bare(self) -> bool:
        """Whether all that is known of it are a few words: a topic, or titles."""
        return not any(abstract.strip() for _, abstract in self.likes[:LIKES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A taste against a background. `usual` are mean and standard deviation of the four parts."""

    grams: Grams
    weights: Floats
    dense: Floats
    meaning: Floats
    query: Grams
    phrase: tuple[str, ...]
    """The words of a topic that is a keyword: where they stand in this order, it is met."""
    blend: Blend
    usual: Floats
    liked: NDArray[np.float16]
    """The liked papers in the latent space, the latest first, to say which of them a paper is like."""
    liked_meaning: NDArray[np.float16]
    """The same for a model; without columns where there is none."""
    demand: Demand | None = None
    """What a paper must have where nothing is liked that has more than a title."""

    @property
    def literal(self) -> bool:
        """Whether its topic is taken for a keyword."""
        return bool(self.phrase)


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
    """A background ready for work: makes interests, and scores papers for them.

    With a model, `usual` are texts of papers of the archive that say what is usual for it, at most REFERENCE.
    """

    def __init__(
        self, background: Background, embedder: Embedder | None = None, usual: Sequence[Text] = ()
    ) -> None:
        self.background = background
        self._embedder = embedder if len(usual) else None
        self._usual_texts = usual
        self._read: dict[Text, int] = {}
        self._rows = background.rows(())

    @cached_property
    def _pool(self) -> Shelf:
        return Shelf(self.background.sample)

    @cached_property
    def _reference(self) -> Shelf:
        places = spread_evenly(self.background.size, REFERENCE)
        whole = len(places) == self.background.size
        return self._pool if whole else Shelf(self.background.sample.taken(places))

    @cached_property
    def _others(self) -> Others:
        return Others(looks(self._reference.rows))

    @cached_property
    def _usual_meaning(self) -> Floats:
        """What a model says of the papers that say what is usual."""
        return self._meaning(self._usual_texts)

    def rows(self, texts: Sequence[Text]) -> Rows:
        """Any texts as vectors."""
        return replace(self.background.rows(texts), meaning=self._meaning(texts))

    def _meaning(self, texts: Sequence[Text]) -> Floats:
        if self._embedder is None or not texts:
            return np.zeros((len(texts), 0), np.float32)
        return self._embedder([said(text) for text in texts])

    def interests(self, tastes: Sequence[Taste]) -> list[Interest]:
        """Tastes as vectors; what several of them like is read once."""
        told = list(dict.fromkeys(text for taste in tastes for text in taste.read))
        self._read = {text: row for row, text in enumerate(told)}
        self._rows = self.rows(told)
        return [self.interest(taste) for taste in tastes]

    def interest(self, taste: Taste) -> Interest:
        """A taste as a vector, with what is usual for it."""
        if taste.likes:
            return self._of_likes(taste)
        words = phrase(taste.topic)
        if self._is_keyword(words):
            found = self._settled(taste, self._topic(taste), words, self._blend(KEYWORD))
        else:
            vector = self._topic(taste, stand_ins=True)
            found = self._settled(taste, vector, (), self._blend(TOPICAL))
        return replace(found, demand=self._demand([("", taste.topic)]))

    def _of_likes(self, taste: Taste) -> Interest:
        liked = self._known(taste.likes[:LIKES])
        found = replace(
            self._settled(taste, self._liked(taste), (), self._blend_of(taste)),
            liked=liked.dense.astype(np.float16),
            liked_meaning=liked.meaning.astype(np.float16),
        )
        if not taste.bare:
            return found
        topic = (("", taste.topic),) if taste.topic else ()
        return replace(found, demand=self._demand((*taste.likes[:LIKES], *topic)))

    def has(self, interest: Interest) -> bool:
        """Whether a paper of the archive has what is demanded; where nothing is, whether there is one."""
        rows, demand = self.background.sample, interest.demand
        return any(demand is None or met(demand, rows, row) for row in range(len(rows)))

    def _blend(self, blend: Blend) -> Blend:
        return WITH_MEANING[blend] if self._embedder else blend

    def _blend_of(self, taste: Taste) -> Blend:
        """Of liked papers; the more they are, the less their vector says of the topic: it is asked itself."""
        likes = len(taste.likes[:LIKES])
        asked = likes / (likes + _HEARD) if taste.topic else 0.0
        return self._blend(LIKED)._replace(bm25=asked * self._blend(TOPICAL).bm25)

    def _liked(self, taste: Taste) -> Vector:
        """The mean of the liked papers, with the topic, less the disliked."""
        likes = taste.likes[:LIKES]
        fading = (1 / (1 + _FADING * np.arange(len(likes)))).astype(np.float32)
        vector = self._mean(likes, fading)
        if taste.topic:
            vector = vector.plus(self._mean([("", taste.topic)]), _TOPIC / len(likes))
        return self._less_disliked(self._apart(vector), taste)

    def _apart(self, vector: Vector) -> Vector:
        """What sets the vector apart from the archive: without it, words that everybody uses count for it.

        The difference of two means is the discriminant of equal spreads (Fisher, 1936); only grams that the
        liked papers have are looked at, for what they lack says little.
        """
        return replace(vector, weights=vector.weights - self.background.mean[vector.grams])

    def _topic(self, taste: Taste, *, stand_ins: bool = False) -> Vector:
        """A topic alone; with the papers of the archive that fit it best in the place of liked ones."""
        vector = self._mean([("", taste.topic)])
        if stand_ins and vector.dense.any():
            query = self._query(taste.topic)
            fit = standard(self._pool.bm25(query)) + standard(self._pool.rows.dense @ vector.dense)
            best = largest(fit, _STAND_INS)
            vector = vector.plus(mean(self._pool.rows.taken(best.tolist())), 1.0)
        return self._less_disliked(vector, taste)

    def _less_disliked(self, vector: Vector, taste: Taste) -> Vector:
        if not taste.dislikes:
            return vector
        return vector.plus(self._mean(taste.dislikes[:LIKES]), -_DISLIKE)

    def _mean(self, texts: Sequence[Text], weights: Floats | None = None) -> Vector:
        return mean(self._known(texts), weights)

    def _known(self, texts: Sequence[Text]) -> Rows:
        known = [self._read[text] for text in texts if text in self._read]
        return self._rows.taken(known) if len(known) == len(texts) else self.rows(texts)

    def _demand(self, several: Sequence[Text]) -> Demand:
        words = [" ".join(text) for text in several]
        return demanded(words, self._known(several), self.background, self._usual_meaning)

    def _query(self, topic: str) -> Grams:
        return np.unique(np.array([hashed(gram) for gram in grams(topic)], np.int32))

    def _is_keyword(self, words: tuple[str, ...]) -> bool:
        """Whether a topic is the field's own term: short, and standing literally in papers of the archive."""
        pairs = [f"{one} {two}" for one, two in pairwise(words)] or list(words)
        if not pairs or len(words) > _LITERAL_WORDS:
            return False
        stands = self.background.spread[[hashed(pair) for pair in pairs]].min()
        return bool(stands >= max(1, _LITERAL * self.background.size))

    def _settled(self, taste: Taste, vector: Vector, words: tuple[str, ...], blend: Blend) -> Interest:
        strongest = largest(np.abs(vector.weights), _GRAMS)
        chosen = np.sort(strongest[vector.weights[strongest] != 0])
        bare = Interest(
            grams=vector.grams[chosen],
            weights=vector.weights[chosen],
            dense=vector.dense,
            meaning=vector.meaning,
            query=self._query(taste.topic),
            phrase=words,
            blend=blend,
            usual=np.zeros((4, 2), np.float32),
            liked=np.zeros((0, len(vector.dense)), np.float16),
            liked_meaning=np.zeros((0, len(vector.meaning)), np.float16),
        )
        return replace(bare, usual=np.array(self._usual_of(bare, taste), np.float32))

    def _usual_of(self, interest: Interest, taste: Taste) -> list[tuple[float, float]]:
        """What is usual for an interest in the four parts."""
        likes = taste.likes[:LIKES]
        # A model finds no paper as far from a liked one as words do: there the liked one bends nothing.
        others = self._others.than(() if self._embedder else looks(self._known(likes)))
        told = [usual(part[others]) for part in parts(interest, self._reference)]
        if taste.bare:
            mean, deviation = told[0]
            told[0] = mean, max(deviation, self._of_a_paper * float(np.linalg.norm(interest.weights)))
        return [*told, usual(_told(interest.meaning, self._usual_meaning))]

    @cached_property
    def _of_a_paper(self) -> float:
        return of_a_paper(self._reference.rows, self._reference.lexical)


def _told(meaning: Floats, papers: Floats) -> Floats:
    """How much papers mean the same."""
    alike: Floats = papers @ meaning if meaning.size else np.zeros(len(papers), np.float32)
    return alike


def parts(interest: Interest, shelf: Shelf) -> tuple[Floats, Floats, Floats]:
    """The parts of an interest's scores that need no model, each in its own unit."""
    nothing = np.zeros(len(shelf.rows), np.float32)
    lexical = shelf.lexical(interest.grams, interest.weights) if interest.blend.lexical else nothing
    bm25 = shelf.bm25(interest.query) if interest.blend.bm25 else nothing
    return lexical, shelf.rows.dense @ interest.dense, bm25


@dataclass(frozen=True, slots=True)
class Overlap:
    """What an interest and a paper have in common: by gram what it adds, of words and of the query; and the
    four parts of the score, each in its own unit.
    """

    grams: Grams
    products: Floats
    asked: Grams
    bm25: Floats
    parts: tuple[float, float, float, float]


def overlap(interest: Interest, rows: Rows, row: int) -> Overlap:
    """An interest beside one paper."""
    span = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
    grams, tfidf, bm25 = rows.grams[span], rows.tfidf[span], rows.bm25[span]
    common, places = within(grams, interest.grams)
    products = interest.weights[places] * tfidf[common]
    asked, _ = within(grams, interest.query)
    latent = float(interest.dense @ rows.dense[row]) if interest.dense.size else 0.0
    meaning = float(interest.meaning @ rows.meaning[row]) if interest.meaning.size else 0.0
    four = (float(products.sum()), latent, float(bm25[asked].sum()), meaning)
    return Overlap(grams[common], products, grams[asked], bm25[asked], four)


def near(interest: Interest, common: Overlap) -> float:
    """The score of an interest for one paper, the same whatever papers are beside it."""
    return nearness(steepness([interest])[0], common)


def nearness(slopes: Slopes, common: Overlap) -> float:
    """The score from a row of steepness."""
    *steep, level = slopes.tolist()
    return float(level + sum(slope * part for slope, part in zip(steep, common.parts, strict=True)))


def steepness(interests: Sequence[Interest]) -> Slopes:
    """Each score as a sum, a row an interest: what one of each part adds to it, and what is added to all."""
    if not interests:
        return np.zeros((0, 5))
    usual = np.array([each.usual for each in interests], np.float64)
    mean, deviation = usual[:, :, 0], usual[:, :, 1]
    shares = _shares(np.array([each.blend for each in interests]), deviation)
    per = np.divide(shares, deviation, out=np.zeros_like(shares), where=shares > 0)
    return np.column_stack((per, -(per * mean).sum(axis=1)))


def shared(interest: Interest) -> Sequence[float]:
    """What the parts weigh, in all 1; a part that says nothing of this archive weighs nothing."""
    shares: list[float] = _shares(np.array(interest.blend), interest.usual[:, 1].astype(np.float64)).tolist()
    return shares


def _shares(blends: Slopes, deviations: Slopes) -> Slopes:
    weights = np.where(deviations > _NOISE, blends, 0.0)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / np.where(total > 0, total, 1.0)
