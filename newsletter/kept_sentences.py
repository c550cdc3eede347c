"""A sentence model whose vectors are kept: what it said of a text once, it is not asked again. Texts in, unit
vectors out, by way of the state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from newsletter.ranking.latent import Floats
from newsletter.ranking.meaning import Embedder
from newsletter.store import Store

_AT_ONCE = 1000


class Named(Embedder, Protocol):
    """An embedder that has a name, and a digest of all that its vectors hang on."""

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...


class KeptSentences:
    """An embedder that asks a model only what the state does not know."""

    def __init__(self, store: Store, model: Named, *, keeps: bool) -> None:
        """`keeps`: whether anything may be written."""
        self._store = store
        self._model = model
        self._keeps = keeps

    @property
    def told(self) -> str:
        """The model as people are told of it: its name and its hash."""
        return f"{self._model.name} ({self._model.digest})"

    @property
    def digest(self) -> str:
        """What all its vectors hang on."""
        return self._model.digest

    def __call__(self, texts: Sequence[str], /) -> Floats:
        """Unit vectors of texts, one a row."""
        some = [self._some(texts[first : first + _AT_ONCE]) for first in range(0, len(texts), _AT_ONCE)]
        return np.concatenate(some) if some else np.zeros((0, 0), np.float32)

    def _some(self, texts: Sequence[str]) -> Floats:
        hashes = [hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest() for text in texts]
        kept = self._store.learning.vectors(self._model.digest, hashes)
        missing = {each: text for each, text in zip(hashes, texts, strict=True) if each not in kept}
        if missing:
            made = self._model(list(missing.values())).astype(np.float16)
            fresh = {each: row.tobytes() for each, row in zip(missing, made, strict=True)}
            if self._keeps:
                with self._store.transaction():
                    self._store.learning.put_vectors(self._model.digest, fresh)
            kept |= fresh
        numbers = np.frombuffer(b"".join(kept[each] for each in hashes), np.float16)
        return numbers.reshape(len(texts), -1).astype(np.float32)
