"""Interests as bytes, and back: what was worked out once need not be worked out again. No database here.

A line of JSON with the lengths and the plain values, then the arrays one after the other. Numbers are kept as
they are, so that an interest that was read back scores to the last bit as when it was made.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsletter.ranking.demand import Demand
from newsletter.ranking.interest import Blend, Interest

_TYPES = ("<i4", "<f4", "<f4", "<i4", "<f4", "<f2", "<f4", "<f2", "<i4", "<f4", "<f4", "<f4")


def packed(interest: Interest) -> bytes:
    """The interest as bytes."""
    demand = interest.demand
    head: dict[str, Any] = {"phrase": interest.phrase, "blend": interest.blend, "needs": []}
    arrays: list[NDArray[Any]] = [interest.grams, interest.weights, interest.dense, interest.query]
    arrays += [interest.usual, interest.liked, interest.meaning, interest.liked_meaning]
    if demand:
        head["needs"] = [demand.needed, demand.together, demand.alike]
        arrays += [demand.words, demand.rarity, demand.sense, demand.meaning]
    parts = [np.ascontiguousarray(array, kind) for array, kind in zip(arrays, _TYPES, strict=False)]
    head["lengths"] = [part.nbytes for part in parts]
    return b"\n".join((json.dumps(head).encode(), b"".join(part.tobytes() for part in parts)))


def unpacked(content: bytes) -> Interest:
    """The interest that packed wrote."""
    line, _, rest = content.partition(b"\n")
    head = json.loads(line)
    ends = np.cumsum([0, *head["lengths"]]).tolist()
    spans = (rest[start:end] for start, end in pairwise(ends))
    arrays: list[NDArray[Any]] = [np.frombuffer(s, kind) for s, kind in zip(spans, _TYPES, strict=False)]
    dense, meaning = arrays[2], arrays[6]
    demand = None
    if head["needs"]:
        needed, together, alike = head["needs"]
        demand = Demand(arrays[8], arrays[9], needed, arrays[10], together, arrays[11], alike)
    return Interest(
        grams=arrays[0],
        weights=arrays[1],
        dense=dense,
        meaning=meaning,
        query=arrays[3],
        phrase=tuple(head["phrase"]),
        blend=Blend(*head["blend"]),
        usual=arrays[4].reshape(4, 2),
        liked=arrays[5].reshape(-1, len(dense)) if len(dense) else arrays[5].reshape(0, 0),
        liked_meaning=arrays[7].reshape(-1, len(meaning)) if len(meaning) else arrays[7].reshape(0, 0),
        demand=demand,
    )
