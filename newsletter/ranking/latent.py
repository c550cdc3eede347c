"""The latent space: the few directions in which papers differ most. Sparse rows in; out come axes (LSA).

They are looked for on the papers' side: the products of all papers with all papers hold the same directions
as a hundred thousand grams do, in 64 MB for 4,000 papers, and so no gram is left out for want of room. Words
that stand in few papers are worth it: with them conference areas are ranked .01 nDCG@10 better.

What a row is, and what its weights mean, is background.py's to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Columns = NDArray[np.int32]

_STEPS = 8
"""Steps of two products each, after which the axes hardly move: with half as many they hang on the seed, and
what that is worth (.01 nDCG@10 either way) is luck.
"""
_MORE = 10
"""Directions that are followed besides those that are wanted: the last of them settle slowly."""
_COMMON = 2000
"""So many columns are multiplied in full: those that most rows have. Of the others, only pairs of entries."""
_PAIRS = 4_000_000
"""Four thousand papers have 1.6 million. Where texts are made so that there would be more, the columns that
fewest rows have are left out.
"""
_PAIRS_AT_ONCE = 250_000
_FLAT = 1e-6
_AT_ONCE = 1 << 15


@dataclass(frozen=True, slots=True)
class Sparse:
    """Rows of weights: row i is entries `starts[i]` to `starts[i + 1]`; in one column they add up."""

    starts: Ints
    columns: Columns
    weights: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owners(self) -> Ints:
        """The row of each entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def among(self, columns: Columns) -> Sparse:
        """The entries in some columns, which are sorted; a column is known by its place among them."""
        if not len(columns):
            return Sparse(np.zeros_like(self.starts), self.columns[:0], self.weights[:0])
        places = np.searchsorted(columns, self.columns).astype(np.int32)
        inside = columns[np.minimum(places, len(columns) - 1)] == self.columns
        return Sparse(starts_of(self.owners[inside], len(self)), places[inside], self.weights[inside])

    def turned(self, columns: int) -> Sparse:
        """Rows as columns, and columns, of which there are so many, as rows."""
        turn = np.argsort(self.columns, kind="stable")
        owners = self.owners[turn].astype(np.int32)
        return Sparse(starts_of(self.columns, columns), owners, self.weights[turn])

    def times(self, full: Floats) -> Floats:
        """The product with a full matrix, one row a column of these."""
        product = np.zeros((len(self), full.shape[1]), np.float32)
        for rows in self._some():
            here = slice(self.starts[rows[0]], self.starts[rows[-1] + 1])
            summands = full[self.columns[here]] * self.weights[here, None]
            product[rows] = np.add.reduceat(summands, self.starts[rows] - self.starts[rows[0]])
        return product

    def _some(self) -> Iterator[Ints]:
        """The rows that have entries, as many at once as is good for the cache."""
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled):
            cuts = np.flatnonzero(np.diff(self.starts[filled] // _AT_ONCE)) + 1
            yield from np.split(filled, cuts)


def starts_of(owners: NDArray[np.integer], rows: int) -> Ints:
    """Where each row begins, from the rows of the entries in their order."""
    return np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=rows))))


def axes(rows: Sparse, dimensions: int) -> tuple[Columns, Floats]:
    """The columns that at least two rows have, sorted, and where each points: one row a column.

    The leading right singular vectors of the rows, by subspace iteration on the products of the rows (Halko,
    Martinsson and Tropp, 2011, section 4.5). Deterministic; as they are kept, in half precision, so that what
    was made now and what is read back later score alike.
    """
    columns, spread = np.unique(rows.columns, return_counts=True)
    used = columns[_affordable(spread)]
    if not len(used):
        return used, np.zeros((0, 0), np.float32)
    inside = rows.among(used)
    leading = _leading(_products(inside, len(used)), min(dimensions, len(rows) // 3, len(used)))
    found = inside.turned(len(used)).times(leading)
    return used, np.ascontiguousarray(found.astype(np.float16), np.float32)


def _affordable(spread: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which columns are used, by how many rows have them."""
    order = np.argsort(-spread, kind="stable")
    pairs = spread[order].astype(np.int64) ** 2
    pairs[:_COMMON] = 0
    chosen = np.zeros(len(spread), np.bool_)
    chosen[order[np.cumsum(pairs) <= _PAIRS]] = True
    return chosen & (spread > 1)


def _products(rows: Sparse, columns: int) -> Floats:
    """The product of each row with each."""
    order = np.argsort(-np.bincount(rows.columns, minlength=columns), kind="stable").astype(np.int32)
    common = rows.among(np.sort(order[:_COMMON]))
    full = np.zeros((len(rows), min(_COMMON, columns)), np.float32)
    np.add.at(full, (common.owners, common.columns), common.weights)
    products: Floats = full @ full.T
    del full  # 32 MB that the pairs need not wait for
    rare = np.sort(order[_COMMON:])
    _add_pairs(products, rows.among(rare).turned(len(rare)))
    return products


def _add_pairs(products: Floats, columns: Sparse) -> None:
    """Add what columns say of their rows: each entry times each of the same column."""
    pairs = np.cumsum(np.diff(columns.starts) ** 2)
    cuts = [0, *(np.flatnonzero(np.diff(pairs // _PAIRS_AT_ONCE)) + 1).tolist(), len(columns)]
    for first, end in pairwise(cuts):
        here = slice(int(columns.starts[first]), int(columns.starts[end]))
        starts = columns.starts[first : end + 1] - columns.starts[first]
        some = Sparse(starts, columns.columns[here], columns.weights[here])
        beside = np.diff(some.starts)[some.owners]
        one = np.repeat(np.arange(len(some.columns), dtype=np.int32), beside)
        behind = np.repeat(np.cumsum(beside) - beside - some.starts[some.owners], beside)
        other = (np.arange(len(one)) - behind).astype(np.int32)
        places = some.columns[one] * np.int32(len(products)) + some.columns[other]
        np.add.at(products.reshape(-1), places, some.weights[one] * some.weights[other])


def _leading(products: Floats, dimensions: int) -> Floats:
    """What the rows are multiplied with to give the leading directions, one a column; flat ones are none."""
    basis = np.random.default_rng(0).standard_normal((len(products), dimensions + _MORE), np.float32)
    for _ in range(_STEPS):
        basis, _ = np.linalg.qr(products @ (products @ basis))
    strengths, turn = np.linalg.eigh(basis.T @ (products @ basis))
    strengths, turn = strengths[::-1][:dimensions], turn[:, ::-1][:, :dimensions]
    steep = strengths > _FLAT * max(float(strengths[0]), _FLAT)
    leading: Floats = basis @ (turn[:, steep] / np.sqrt(strengths[steep]))
    return leading
