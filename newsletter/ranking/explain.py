"""Explanations: which words and which liked paper brought a paper near, in shares that add up to its score.

An interest, a paper and its score in; reasons out. The words' part of the score is split by what each gram
adds to the product of the two vectors, the latent part is put down to the liked paper that is nearest. What
was found is shown as it stands in the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from newsletter.model import Paper, Reason
from newsletter.ranking.background import Floats, Rows, hashed
from newsletter.ranking.grams import Gram, first_places
from newsletter.ranking.interest import Interest, Taste, shared
from newsletter.terms import Text, shown

_TERMS = 3
"""Words and phrases that are named; the rest is one share."""
_CONSIDERED = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """A share of a score: what it is put down to, and where that stands."""

    detail: str
    share: float
    found: str = ""
    field: str = ""


def pieces(
    taste: Taste, interest: Interest, rows: Rows, row: int, *, score: float, paper: Paper, likes: Rows
) -> list[Piece]:
    """The shares of a score, the largest first. They add up to it."""
    by_gram, latent = _parts(interest, rows, row)
    named = _named(by_gram, paper)
    told = named[:_TERMS]
    rest = sum(by_gram.values()) - sum(piece.share for piece in told)
    if latent + rest > 0:
        told.append(Piece(_likeness(taste, rows, row, likes), latent + rest))
    whole = sum(piece.share for piece in told)
    if not whole:
        return [Piece(_likeness(taste, rows, row, likes), score)]
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


def _parts(interest: Interest, rows: Rows, row: int) -> tuple[dict[int, float], float]:
    """What each gram adds to the score, and what the latent space does; what speaks against is left out."""
    span = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
    grams, tfidf, bm25 = rows.grams[span], rows.tfidf[span], rows.bm25[span]
    _, mine, theirs = np.intersect1d(interest.grams, grams, return_indices=True)
    products = np.maximum(interest.weights[mine] * tfidf[theirs], 0)
    asked = np.isin(grams, interest.query)
    dense = float(interest.dense @ rows.dense[row]) if interest.dense.size else 0.0
    values = (float((interest.weights[mine] * tfidf[theirs]).sum()), dense, float(bm25[asked].sum()))
    lexical, latent, topical = (
        max(share * (value - mean) / deviation, 0.0) if share else 0.0
        for share, value, (mean, deviation) in zip(
            shared(interest), values, interest.usual.tolist(), strict=True
        )
    )
    by_gram: dict[int, float] = {}
    _add(by_gram, grams[theirs], products, lexical)
    _add(by_gram, grams[asked], bm25[asked], topical)
    return by_gram, latent


def _add(by_gram: dict[int, float], grams: np.ndarray, products: Floats, worth: float) -> None:
    whole = float(products.sum())
    if whole > 0 and worth > 0:
        for gram, product in zip(grams.tolist(), products.tolist(), strict=True):
            by_gram[gram] = by_gram.get(gram, 0.0) + worth * product / whole


def _named(by_gram: Mapping[int, float], paper: Paper) -> list[Piece]:
    """The strongest grams as they stand in the paper, a pair in the place of its words; best first."""
    strongest = sorted(by_gram, key=lambda gram: -by_gram[gram])[:_CONSIDERED]
    found = _found(frozenset(strongest), paper)
    shares = {gram: by_gram[number] for gram, (number, _, _) in found.items()}
    for pair in sorted((gram for gram in shares if " " in gram), key=lambda gram: -shares[gram]):
        for word in pair.split(" "):
            shares[pair] += shares.pop(word, 0.0)
    by_passage: dict[tuple[str, str], float] = {}
    for gram, share in shares.items():
        _, passage, field = found[gram]
        by_passage[passage, field] = by_passage.get((passage, field), 0.0) + share
    named = (
        Piece(f"“{passage}” in the {field}", share, passage, field)
        for (passage, field), share in by_passage.items()
    )
    return sorted(named, key=lambda piece: (-piece.share, piece.found))


def _found(wanted: frozenset[int], paper: Paper) -> dict[Gram, tuple[int, str, str]]:
    """Where the wanted grams stand in a paper: number, passage, field; a title before an abstract."""
    found: dict[Gram, tuple[int, str, str]] = {}
    for field, original in (("title", paper.title), ("abstract", paper.abstract)):
        text = Text(original)
        for gram, places in first_places(text).items():
            number = hashed(gram)
            if number in wanted and gram not in found:
                found[gram] = (number, shown(text.passage(*places)), field)
    return found


def _likeness(taste: Taste, rows: Rows, row: int, likes: Rows) -> str:
    """What the paper is like: the nearest of the liked ones, or the topic."""
    if not len(likes):
        return f"close to “{shown(taste.topic)}”"
    title = taste.likes[_nearest(rows, row, likes)][0]
    return f"like {taste.whose} “{shown(title)}”" if taste.whose else f"like “{shown(title)}”"


def _nearest(rows: Rows, row: int, likes: Rows) -> int:
    if likes.dense.size:
        return int(np.argmax(likes.dense @ rows.dense[row]))
    mine, weights = rows.sparse(row)
    owners = np.repeat(np.arange(len(likes)), np.diff(likes.starts))
    places = np.minimum(np.searchsorted(np.sort(mine), likes.grams), max(len(mine) - 1, 0))
    order = np.argsort(mine)
    common = np.sort(mine)[places] == likes.grams if len(mine) else np.zeros(len(likes.grams), bool)
    products = np.where(common, likes.tfidf * weights[order][places], 0) if len(mine) else likes.tfidf * 0
    return int(np.argmax(np.bincount(owners, products, minlength=len(likes))))
