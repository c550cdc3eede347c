"""Meaning: what a sentence model is asked, and how. No model here: sentences.py opens one, and without one
nothing of ranking changes.

A model sees a paper as its title and the beginning of its abstract. Its vectors are compared as they are:
without their mean they rank conference areas a little better, and single liked papers and people much worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from newsletter.ranking.background import Text
from newsletter.ranking.latent import Floats

_READ = 4000
"""Characters that a model is given: more than the 128 tokens that it reads."""


class Embedder(Protocol):
    """Turns texts into vectors whose product says how alike their meanings are."""

    def __call__(self, texts: Sequence[str], /) -> Floats:
        """Unit vectors, one a row."""


def said(text: Text) -> str:
    """What a model is given of a title and an abstract."""
    return ". ".join(part for part in text if part.strip())[:_READ]
