"""The latent space, against numpy's own decomposition of the full matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.ranking import latent
from newsletter.ranking.latent import Sparse, axes, starts_of


def sparse(matrix):
    owners, columns = np.nonzero(matrix)
    return Sparse(
        starts_of(owners, len(matrix)), columns.astype(np.int32), matrix[owners, columns].astype(np.float32)
    )


def made(seed, rows=60, columns=90, share=0.2):
    random = np.random.default_rng(seed)
    return random.random((rows, columns)) * (random.random((rows, columns)) < share)


@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.0, 0.02, 0.3]))
def test_a_product_is_that_of_the_full_matrices(seed, share):
    matrix, other = made(seed, share=share), made(seed + 1, rows=90, columns=7)

    assert np.allclose(matrix @ other, sparse(matrix).times(other.astype(np.float32)), atol=1e-4)
    assert np.allclose(
        matrix[:, 10:30] @ other[10:30],
        sparse(matrix).among(np.arange(10, 30)).times(other[10:30].astype(np.float32)),
        atol=1e-4,
    )


@pytest.mark.parametrize("common", [0, 20, 200])
def test_the_axes_are_the_leading_singular_vectors(monkeypatch, common):
    """Whichever columns are multiplied in full, and whichever entry by entry."""
    monkeypatch.setattr(latent, "_COMMON", common)
    monkeypatch.setattr(latent, "_STEPS", 40)
    matrix = made(3)
    _, _, right = np.linalg.svd(matrix)
    used, found = axes(sparse(matrix), 5)

    assert list(range(90)) == used.tolist()
    assert np.allclose(np.ones(5), np.abs((right[:5] * found.T).sum(axis=1)), atol=0.01)


def test_a_column_of_one_row_has_no_place():
    matrix = made(4)
    matrix[1:, 7] = 0
    matrix[0, 7] = 1

    assert 7 not in axes(sparse(matrix), 5)[0]


def test_rows_that_say_the_same_have_few_directions():
    """Three kinds of rows: no more than three directions, and nothing that is not a number."""
    _, found = axes(sparse(np.repeat(made(5, rows=3), 20, axis=0)), 10)

    assert found.shape[1] <= 3
    assert np.isfinite(found).all()


def test_rows_without_anything_in_common_have_no_space():
    used, found = axes(sparse(np.eye(40)), 5)

    assert (0, 0) == (len(used), found.size)


def test_texts_made_to_share_everything_cost_no_more(monkeypatch):
    """Where columns would give more pairs than are afforded, those that fewest rows have are left out."""
    monkeypatch.setattr(latent, "_COMMON", 10)
    monkeypatch.setattr(latent, "_PAIRS", 2_000)
    used, _ = axes(sparse(made(6, columns=300)), 5)

    assert 10 < len(used) < 60
