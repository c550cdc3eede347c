"""Background: what is usual in the papers at hand. Papers in; out come vectors of any text, in two spaces.

Lexical: grams weighted by how often they stand in the text and how rare they are (tf-idf, BM25 beside it).
Latent: the same in 100 dimensions, in which grams that keep the same company lie close together (LSA).

At most 4,000 papers, evenly spread over all that are known, are enough: they rank as well as 24,000 do, and
so nothing grows with the archive. No interests and no scores here: those are interest.py's.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.grams import Gram, counted
from newsletter.ranking.latent import Floats, Ints, Sparse, axes, starts_of

SAMPLE = 4000
"""Papers that a background is made of, at most."""
LATENT_FROM = 300
"""Papers from which on the latent space says more than noise."""
BUCKETS = 1 << 22
"""A gram is known by its hash, so that no list of words has to be kept or read. Of four million, a paper and
an interest have a false one in common once in a dozen pairs, and that one weighs next to nothing.
"""
_DIMENSIONS = 100
"""Fewer rank topics worse, two hundred single liked papers."""
_OFTEN = 0.2
"""A gram that more of the papers have than this says nothing."""
_OFTEN_FROM = 50
_RARE = 0.5
_RARE_FROM = 1000
"""From so many papers on, a gram that stands in at most one of them is half chance."""
_K1, _B = 1.2, 0.75
"""BM25's constants, as Robertson and Zaragoza give them (2009)."""

Text = tuple[str, str]
"""A title and an abstract."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The grams of some papers: those of paper i are entries `starts[i]` to `starts[i + 1]`; `lengths` are
    how many grams it has in all.
    """

    starts: Ints
    grams: NDArray[np.int32]
    often: Floats
    lengths: Floats

    @property
    def owners(self) -> Ints:
        """The paper of each entry."""
        return np.repeat(np.arange(len(self.lengths)), np.diff(self.starts))


@dataclass(frozen=True, slots=True)
class Rows:
    """Papers as vectors: those of paper i are entries `starts[i]` to `starts[i + 1]`, by gram.

    `tfidf` has unit length a paper; `bm25` is what a gram adds to a query that holds it. `dense` are unit
    vectors of the latent space less its middle, one a row; without columns where there is no such space.
    `meaning` are a model's unit vectors, one a row; without columns where no model was asked.
    """

    starts: Ints
    grams: NDArray[np.int32]
    tfidf: Floats
    bm25: Floats
    dense: Floats
    meaning: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def sparse(self, row: int) -> tuple[NDArray[np.int32], Floats]:
        """The grams and tf-idf weights of one paper."""
        span = slice(int(self.starts[row]), int(self.starts[row + 1]))
        return self.grams[span], self.tfidf[span]

    def taken(self, rows: Sequence[int]) -> Rows:
        """Some of the papers, in that order."""
        chosen = np.array(rows, np.int64)
        lengths = self.starts[chosen + 1] - self.starts[chosen]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        entries = np.arange(starts[-1]) + np.repeat(self.starts[chosen] - starts[:-1], lengths)
        meaning = self.meaning[chosen] if len(self.meaning) else self.meaning
        return Rows(
            starts,
            self.grams[entries],
            self.tfidf[entries],
            self.bm25[entries],
            self.dense[chosen],
            meaning,
        )


@dataclass(frozen=True)
class Background:
    """What is usual. `counts` are the sampled papers; `axes` span the latent space for the grams of `used`,
    which are sorted, and `middle` is the mean of the papers in it.
    """

    counts: Counts
    used: NDArray[np.int32]
    axes: Floats
    middle: Floats

    @property
    def size(self) -> int:
        """How many papers it is made of."""
        return len(self.counts.lengths)

    @cached_property
    def spread(self) -> NDArray[np.int32]:
        """In how many of the papers each gram stands."""
        return np.bincount(self.counts.grams, minlength=BUCKETS).astype(np.int32)

    @cached_property
    def sample(self) -> Rows:
        """The sampled papers as vectors."""
        return self._rows(self.counts)

    @cached_property
    def mean(self) -> Floats:
        """The mean of the sampled papers' tf-idf, by gram."""
        summed = np.bincount(self.sample.grams, self.sample.tfidf, minlength=BUCKETS)
        return (summed / max(self.size, 1)).astype(np.float32)

    def rows(self, texts: Iterable[Text]) -> Rows:
        """Any texts as vectors."""
        return self._rows(count(texts))

    def of(self, counts: Counts) -> Rows:
        """Texts whose grams were counted, as vectors."""
        return self._rows(counts)

    def rarity(self, grams: NDArray[np.int32]) -> Floats:
        """idf: 1 for a gram that is in all papers, more for a rarer one; 0 for one that says nothing."""
        spread = self.spread[grams]
        rarity = np.log((self.size + 1) / (spread + 1)) + 1
        if self.size >= _OFTEN_FROM:
            rarity[spread > _OFTEN * self.size] = 0
        return rarity.astype(np.float32)

    def worth(self, grams: NDArray[np.int32]) -> Floats:
        """What grams count for in a text: their rarity, and less where that may be chance."""
        worth = self.rarity(grams)
        if self.size >= _RARE_FROM:
            worth[self.spread[grams] < 2] *= _RARE  # noqa: PLR2004 - in none or one
        return worth

    def _rows(self, counts: Counts) -> Rows:
        worth = self.worth(counts.grams)
        telling = worth > 0
        owners, grams, often = counts.owners[telling], counts.grams[telling], counts.often[telling]
        weights = (1 + np.log(often)) * worth[telling]
        papers = len(counts.lengths)
        norm = np.sqrt(np.bincount(owners, weights**2, minlength=papers))
        tfidf = (weights / norm[owners]).astype(np.float32)
        starts = starts_of(owners, papers)
        dense = self._dense(Sparse(starts, grams, tfidf))
        return Rows(starts, grams, tfidf, self._bm25(counts.lengths[owners], grams, often), dense)

    def _bm25(self, lengths: Floats, grams: NDArray[np.int32], often: Floats) -> Floats:
        spread = self.spread[grams]
        rarity = np.log1p((self.size - spread + 0.5) / (spread + 0.5))
        usual = max(float(self.counts.lengths.sum()) / max(self.size, 1), 1.0)
        return (rarity * often * (_K1 + 1) / (often + _K1 * (1 - _B + _B * lengths / usual))).astype(
            np.float32
        )

    def _dense(self, rows: Sparse) -> Floats:
        if not len(self.used):
            return np.zeros((len(rows), 0), np.float32)
        raw = unit(rows.among(self.used).times(self.axes))
        away: Floats = unit(raw - self.middle)
        away[~np.any(raw, axis=1)] = 0
        return away


def count(texts: Iterable[Text]) -> Counts:
    """The grams of titles and abstracts."""
    starts, lengths = [0], list[int]()
    grams, often = array("i"), array("f")  # of numbers as such a list would take ten times the room
    for title, abstract in texts:
        paper = counted(title, abstract)
        grams.extend(map(hashed, paper))
        often.extend(paper.values())
        starts.append(len(grams))
        lengths.append(sum(paper.values()))
    return Counts(
        np.array(starts, np.int64),
        np.array(grams, np.int32),
        np.array(often, np.float32),
        np.array(lengths, np.float32),
    )


def bytes_of(counts: Counts) -> bytes:
    """The counted grams of one text, as bytes."""
    often = np.minimum(counts.often, np.iinfo(np.uint16).max).astype("<u2")
    return counts.grams.astype("<i4").tobytes() + often.tobytes()


def from_counts(several: Iterable[bytes]) -> Counts:
    """The counts of texts from what bytes_of made of each."""
    contents = list(several)
    sizes = [len(content) // 6 for content in contents]
    grams = [np.frombuffer(content, "<i4", size) for content, size in zip(contents, sizes, strict=True)]
    often = [np.frombuffer(c, "<u2", size, 4 * size) for c, size in zip(contents, sizes, strict=True)]
    return Counts(
        np.cumsum([0, *sizes]),
        np.concatenate([np.zeros(0, np.int32), *grams]).astype(np.int32),
        np.concatenate([np.zeros(0, np.uint16), *often]).astype(np.float32),
        np.array([each.sum(dtype=np.int64) for each in often], np.float32),
    )


def hashed(gram: Gram) -> int:
    """The number that a gram is known by, the same on every machine."""
    return crc32(gram.encode()) % BUCKETS


def unit(vectors: Floats) -> Floats:
    """The vectors (last axis) at length 1; one of zeros stays."""
    norm = np.linalg.norm(vectors, axis=-1, keepdims=True)
    shortened: Floats = (vectors / np.maximum(norm, 1e-9)).astype(np.float32)
    return shortened


def spread_evenly(size: int, most: int = SAMPLE) -> list[int]:
    """The places, from 0, of at most `most` of so many things, evenly spread."""
    return list(range(size)) if size <= most else [place * size // most for place in range(most)]


# ------------------------------------------------------------------------------------------ the latent space


def fit(texts: Sequence[Text]) -> Background:
    """The background that some papers make. Deterministic: nothing is drawn that a seed does not fix."""
    nothing = np.zeros(0, np.int32), np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
    bare = Background(count(texts), *nothing)
    return _with_latent_space(bare) if bare.size >= LATENT_FROM else bare


def _with_latent_space(bare: Background) -> Background:
    rows = bare.sample
    used, found = axes(Sparse(rows.starts, rows.grams, rows.tfidf), _DIMENSIONS)
    if not len(used):
        return bare
    raw = unit(Sparse(rows.starts, rows.grams, rows.tfidf).among(used).times(found))
    return replace(bare, used=used, axes=found, middle=raw.mean(axis=0))


# ------------------------------------------------------------------------------------------------- as bytes


def to_bytes(background: Background) -> bytes:
    """The background as a file of numpy's own making, without pickled objects."""
    content = io.BytesIO()
    counts = background.counts
    np.savez(
        content,
        starts=counts.starts.astype(np.int32),
        grams=counts.grams,
        often=np.minimum(counts.often, np.iinfo(np.uint16).max).astype(np.uint16),
        lengths=counts.lengths,
        used=background.used,
        axes=background.axes.astype(np.float16),
        middle=background.middle,
    )
    return content.getvalue()


def from_bytes(content: bytes) -> Background:
    """The background that to_bytes wrote. Raises ValueError, KeyError or OSError for anything else."""
    with np.load(io.BytesIO(content), allow_pickle=False) as saved:
        counts = Counts(
            saved["starts"].astype(np.int64),
            saved["grams"],
            saved["often"].astype(np.float32),
            saved["lengths"],
        )
        return Background(counts, saved["used"], saved["axes"].astype(np.float32), saved["middle"])
