"""Demand: what a paper must have of a topic, or of titles alone, besides being near. Words in, yes or no out.

Without it the nearest of papers that are all far away would pass: grammatical error correction for somebody
who asked for quantum error correction, and whatever acts and reasons for somebody who likes “ReAct”.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from newsletter.ranking.background import Background, Rows, hashed, unit
from newsletter.ranking.grams import phrase
from newsletter.ranking.latent import Floats
from newsletter.ranking.usual import usual
from newsletter.ranking.vectors import Grams, mean, within

_MOST_OF_IT = 0.6
_WITH_ITS_SENSE = 0.7
"""A share of the words and the cosine of the latent sense together."""
_ROUNDING = 1e-6
_NEVER = 2.0
"""More than a cosine can be."""
_SAME_MEANING = 4.0
"""Standard deviations: few papers in a thousand mean a topic that much."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a paper must have: of the words so much by rarity; or one of them, and with its latent sense so
    much together; or for a model a meaning that is as much alike. `sense` is as long as the words weigh.
    """

    words: Grams
    rarity: Floats
    needed: float
    sense: Floats
    together: float
    meaning: Floats
    alike: float


def demanded(said: Sequence[str], rows: Rows, background: Background, archive: Floats) -> Demand:
    """What a topic demands, or titles do, of which the shortest is enough. `rows` are what was said as
    vectors, `archive` what a model says of papers that are usual.
    """
    each = [_words(text) for text in said]
    words = np.unique(np.concatenate(each))
    rarity = background.rarity(words)
    sums = [float(rarity[np.searchsorted(words, some)].sum()) for some in each]
    whole = min(filter(None, sums), default=0.0)
    known = float(rarity[background.spread[words] > 0].sum())
    needed = (_MOST_OF_IT - _ROUNDING) * whole
    middle = mean(rows)
    # Of words that no paper has, the latent space knows only the odd one.
    sense = unit(middle.dense) * np.float32(whole if known >= needed else 0.0)
    meaning = unit(middle.meaning) if middle.meaning.size else middle.meaning
    average, deviation = usual(archive @ meaning) if meaning.size else (_NEVER, 0.0)
    alike = average + _SAME_MEANING * deviation
    return Demand(words, rarity, needed, sense, _WITH_ITS_SENSE * whole, meaning, alike)


def _words(text: str) -> Grams:
    return np.unique(np.array([hashed(word) for word in phrase(text)], np.int32))


def met(demand: Demand, rows: Rows, row: int) -> bool:
    """Whether a paper has enough of what is demanded."""
    grams = rows.grams[int(rows.starts[row]) : int(rows.starts[row + 1])]
    _, places = within(np.unique(grams), demand.words)
    held = float(demand.rarity[places].sum())
    sense = float(demand.sense @ rows.dense[row]) if rows.dense.size else 0.0
    meaning = float(demand.meaning @ rows.meaning[row]) if demand.meaning.size else 0.0
    together = held > 0 and held + sense >= demand.together
    return held >= demand.needed or together or meaning >= demand.alike
