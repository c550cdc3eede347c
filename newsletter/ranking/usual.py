"""What is usual: mean and standard deviation of a part of the scores, over papers of the archive. Values in,
two numbers out.

Papers that are liked themselves can be left out: nothing is as near to a paper as it is to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.background import Rows, spread_evenly
from newsletter.ranking.latent import Floats

_ASKED = 50
"""So many papers tell how much nearness differs for a paper."""


class Others:
    """Papers, to be told from some of them by what they are read as.

    Of 172 papers a liked one among them made the deviation four times what it is for the rest, and the paper
    that goes on where the liked one ends did not come.
    """

    def __init__(self, papers: Iterable[Hashable]) -> None:
        self._places: dict[Hashable, list[int]] = {}
        self._count = 0
        for place, each in enumerate(papers):
            self._places.setdefault(each, []).append(place)
            self._count += 1

    def than(self, some: Iterable[Hashable]) -> slice | NDArray[np.intp]:
        """The places of the papers that are not among some; all of them where nothing else is left."""
        own = {place for each in some for place in self._places.get(each, ())}
        if not 0 < len(own) < self._count:
            return slice(None)
        return np.delete(np.arange(self._count), sorted(own))


def looks(rows: Rows) -> Iterator[bytes]:
    """What each paper is known by: its grams."""
    return (rows.sparse(row)[0].tobytes() for row in range(len(rows)))


def usual(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation of a part over the archive."""
    if not len(values):
        return 0.0, 0.0
    return float(values.mean()), float(values.std())


def of_a_paper(rows: Rows, near: Callable[[NDArray[np.int32], Floats], Floats]) -> float:
    """How much nearness in words usually differs for one of the papers; `near` tells all of them from grams.

    For a few words, of a topic or of titles, it is taken to differ no less. Where the archive knows one word
    of a title, that word would else be all there is to be near in: “ReAct: Synergizing Reasoning and Acting”
    brought whatever reasons. And where it knows none, there would be no measure: the first one on exoplanets
    would not come to who asked for them.
    """
    places = spread_evenly(len(rows), _ASKED)
    return float(np.median([usual(np.delete(near(*rows.sparse(each)), each))[1] for each in places] or [0.0]))
