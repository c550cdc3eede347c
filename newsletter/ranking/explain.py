"""Explanations: which words and which liked paper brought a paper near, in shares that add up to its score.

An interest, a paper and its score in; reasons out. The words' part of the score is split by what each gram
adds to the product of the two vectors, the latent part is put down to the liked paper that is nearest, and
what a model added to the one that means most nearly the same. What was found is shown as it stands in the
paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from newsletter.model import Paper, Reason
from newsletter.ranking.background import Rows, hashed
from newsletter.ranking.grams import Gram, first_places
from newsletter.ranking.interest import Interest, Overlap, Taste, shared
from newsletter.ranking.latent import Floats
from newsletter.terms import Text, shown
from newsletter.wording import CLOSE, FOUND, LIKE, LIKE_YOURS, SAME, SAME_AS_THEIRS, SAME_AS_YOURS

_TERMS = 3
"""Words and phrases that are named; the rest is one share."""
_NAMED = 0.05
"""Words with less of a score are not named: “achieves state”, of “state of the art”, tells nobody why."""
_CONSIDERED = 24
_LONGEST = 6
"""Words of a passage that is named."""

Place = tuple[str, int, int]
"""A field of a paper, and the numbers of a first and a last word in it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A share of a score: what it is put down to, and where that stands."""

    detail: str
    share: float
    found: str = ""
    field: str = ""


class Reading:
    """A paper, read for the words and pairs of words that reasons may name."""

    def __init__(self, paper: Paper) -> None:
        self._found: dict[int, tuple[Gram, str, tuple[int, int]]] = {}
        self._texts = {"title": Text(paper.title), "abstract": Text(paper.abstract)}
        for field, text in self._texts.items():
            for gram, places in first_places(text).items():
                self._found.setdefault(hashed(gram), (gram, field, places))

    def found(self, number: int) -> tuple[Gram, Place] | None:
        """A gram by its number: itself, and where it first stands; the title goes before the abstract."""
        if number not in self._found:
            return None
        gram, field, places = self._found[number]
        return gram, (field, *places)

    def passage(self, place: Place) -> str:
        """What stands in a place, as it stands there."""
        field, first, last = place
        return shown(self._texts[field].passage(first, last))


def pieces(
    taste: Taste,
    interest: Interest,
    common: Overlap,
    *,
    score: float,
    reading: Reading,
    like: str,
    alike: str = "",
) -> list[Piece]:
    """The shares of a score, the largest first. They add up to it. `like` is the nearest liked title, `alike`
    that which means most nearly the same.
    """
    by_gram, latent, meaning = _parts(interest, common)
    named = _named(by_gram, reading, None if taste.likes else interest)
    least = _NAMED * (sum(by_gram.values()) + latent + meaning)
    told = [piece for piece in named[:_TERMS] if piece.share >= least]
    rest = sum(by_gram.values()) - sum(piece.share for piece in told)
    likeness = latent + rest
    if meaning > 0 and like == alike:  # “means much the same as your X” and “like your X” are one reason
        meaning, likeness = meaning + max(likeness, 0.0), 0.0
    if likeness > 0:
        told.append(Piece(_likeness(taste, like), likeness))
    if meaning > 0:
        told.append(Piece(_same_meaning(taste, alike), meaning))
    whole = sum(piece.share for piece in told)
    if not whole:
        return [Piece(_likeness(taste, like), score)]
    return sorted(
        (Piece(piece.detail, score * piece.share / whole, piece.found, piece.field) for piece in told),
        key=lambda piece: -piece.share,
    )


def as_reasons(parts: Sequence[Piece], taste: Taste) -> tuple[Reason, ...]:
    """The shares as reasons: four decimals each, and still the whole together."""
    rounded = [round(piece.share, 4) for piece in parts]
    if rounded:
        rounded[0] = round(rounded[0] + round(sum(piece.share for piece in parts), 4) - sum(rounded), 4)
    return tuple(
        Reason(rule=taste.rule, detail=piece.detail, score=score, found=piece.found, field=piece.field)
        for piece, score in zip(parts, rounded, strict=True)
        if score > 0
    )


def _parts(interest: Interest, common: Overlap) -> tuple[dict[int, float], float, float]:
    """What each gram adds to the score, what the latent space does, and what the model; what speaks against
    is left out.
    """
    lexical, latent, topical, meaning = (
        max(share * (value - mean) / deviation, 0.0) if share else 0.0
        for share, value, (mean, deviation) in zip(
            shared(interest), common.parts, interest.usual.tolist(), strict=True
        )
    )
    by_gram: dict[int, float] = {}
    _add(by_gram, common.grams, np.maximum(common.products, 0), lexical)
    _add(by_gram, common.asked, common.bm25, topical)
    return by_gram, latent, meaning


def _add(by_gram: dict[int, float], grams: np.ndarray, products: Floats, worth: float) -> None:
    whole = float(products.sum())
    if whole > 0 and worth > 0:
        for gram, product in zip(grams.tolist(), products.tolist(), strict=True):
            by_gram[gram] = by_gram.get(gram, 0.0) + worth * product / whole


def _named(by_gram: Mapping[int, float], reading: Reading, asked: Interest | None) -> list[Piece]:
    """The strongest grams as they stand in the paper, best first: a pair in the place of its words, and what
    overlaps as one. Of a topic that is `asked` only its own words are named: those of the papers that stand
    in for it, this one perhaps among them, tell a reader nothing.
    """
    strongest = sorted(by_gram, key=lambda gram: -by_gram[gram])[:_CONSIDERED]
    found = {told[0]: (number, told[1]) for number in strongest if (told := reading.found(number))}
    own = [gram for gram in found if asked is None or _all_of(gram, asked)]
    shares = {gram: by_gram[found[gram][0]] for gram in own}
    for pair in sorted((gram for gram in shares if " " in gram), key=lambda gram: -shares[gram]):
        for word in pair.split(" "):
            shares[pair] += shares.pop(word, 0.0)
    joined = _joined({gram: found[gram][1] for gram in shares}, shares)
    by_passage: dict[tuple[str, str], float] = {}
    for place, share in joined.items():
        standing = reading.passage(place), place[0]
        by_passage[standing] = by_passage.get(standing, 0.0) + share
    named = (
        Piece(FOUND[field] % {"found": passage}, share, passage, field)
        for (passage, field), share in by_passage.items()
    )
    return sorted(named, key=lambda piece: (-piece.share, piece.found))


def _all_of(gram: Gram, asked: Interest) -> bool:
    """Whether a topic has each word of a gram; “code or code” is no pair of its words."""
    words = gram.split(" ")
    return len(set(words)) == len(words) and all(hashed(word) in asked.query for word in words)


def _joined(places: Mapping[Gram, Place], shares: Mapping[Gram, float]) -> dict[Place, float]:
    """The shares by place; neighbours that overlap, as “vision-language” and “language-action”, are one."""
    joined: dict[Place, float] = {}
    last: Place | None = None
    for gram in sorted(places, key=lambda gram: places[gram]):
        place = places[gram]
        share = shares[gram]
        if last and last[0] == place[0] and place[1] <= last[2] and place[2] - last[1] < _LONGEST:
            share += joined.pop(last)
            place = (last[0], last[1], max(last[2], place[2]))
        joined[place] = joined.get(place, 0.0) + share
        last = place
    return joined


def _likeness(taste: Taste, like: str) -> str:
    """What the paper is like: the nearest of the liked ones, or the topic."""
    if not like:
        return CLOSE % {"title": shown(taste.topic)}
    return (LIKE_YOURS if taste.whose else LIKE) % {"title": shown(like)}


def _same_meaning(taste: Taste, alike: str) -> str:
    """What the paper means: what one of the liked ones does, or the topic."""
    if not alike:
        return SAME % {"title": shown(taste.topic)}
    return (SAME_AS_YOURS if taste.whose else SAME_AS_THEIRS) % {"title": shown(alike)}


def nearest(rows: Rows, row: int, likes: Rows) -> int:
    """The place of the liked paper that shares most with a paper, where there is no latent space."""
    mine, weights = rows.sparse(row)
    owners = np.repeat(np.arange(len(likes)), np.diff(likes.starts))
    places = np.minimum(np.searchsorted(np.sort(mine), likes.grams), max(len(mine) - 1, 0))
    order = np.argsort(mine)
    common = np.sort(mine)[places] == likes.grams if len(mine) else np.zeros(len(likes.grams), bool)
    products = np.where(common, likes.tfidf * weights[order][places], 0) if len(mine) else likes.tfidf * 0
    return int(np.argmax(np.bincount(owners, products, minlength=len(likes))))
