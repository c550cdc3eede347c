"""Interests as bytes, and back: what was worked out once need not be worked out again. No database here.

A line of JSON with the lengths and the plain values, then the arrays one after the other. Numbers are kept as
they are, so that an interest that was read back scores to the last bit as when it was made.
"""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np

from newsletter.ranking.interest import Blend, Demand, Interest

_TYPES = ("<i4", "<f4", "<f4", "<i4", "<f4", "<f2", "<i4", "<f4", "<f4")


def packed(interest: Interest) -> bytes:
    """The interest as bytes."""
    demand = interest.demand
    head = {"phrase": interest.phrase, "blend": interest.blend, "needs": []}
    arrays = [interest.grams, interest.weights, interest.dense, interest.query, interest.usual]
    arrays += [interest.liked]
    if demand:
        head["needs"] = [demand.needed, demand.like]
        arrays += [demand.words, demand.rarity, demand.sense]
    parts = [np.ascontiguousarray(array, kind) for array, kind in zip(arrays, _TYPES, strict=False)]
    head["lengths"] = [part.nbytes for part in parts]
    return b"\n".join((json.dumps(head).encode(), b"".join(part.tobytes() for part in parts)))


def unpacked(content: bytes) -> Interest:
    """The interest that packed wrote."""
    line, _, rest = content.partition(b"\n")
    head = json.loads(line)
    ends = np.cumsum([0, *head["lengths"]]).tolist()
    spans = (rest[start:end] for start, end in pairwise(ends))
    arrays = [np.frombuffer(span, kind) for span, kind in zip(spans, _TYPES, strict=False)]
    dense = arrays[2]
    return Interest(
        grams=arrays[0],
        weights=arrays[1],
        dense=dense,
        query=arrays[3],
        phrase=tuple(head["phrase"]),
        blend=Blend(*head["blend"]),
        usual=arrays[4].reshape(3, 2),
        liked=arrays[5].reshape(-1, len(dense)) if len(dense) else arrays[5].reshape(0, 0),
        demand=Demand(*arrays[6:8], head["needs"][0], arrays[8], head["needs"][1]) if head["needs"] else None,
    )
