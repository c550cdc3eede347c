"""A sentence model of a few kilobytes: an ONNX file, written byte by byte, and its vocabulary.

Each token is a vector, chosen so that words of one group point the same way: a synonym is as near as the word.
"""

from pathlib import Path

import numpy as np

GROUPS = (("robot", "machine", "gripper"), ("speech", "voice", "utterance"), ("proof", "lemma", "theorem"))
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_FLOAT, _INT64 = 1, 7


def write(folder: Path) -> Path:
    """A folder with the model in it."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [*_SPECIAL, *(word for group in GROUPS for word in group)]
    vectors = np.full((len(words), len(GROUPS) + 1), 0.01, np.float32)
    vectors[: len(_SPECIAL), -1] = 0.3
    for number, group in enumerate(GROUPS):
        vectors[[words.index(word) for word in group], number] = 1
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    (folder / "model.onnx").write_bytes(_model(vectors))
    return folder


def _model(vectors: np.ndarray) -> bytes:
    """ModelProto: what the model says of a token is its row."""
    weights = _many(1, vectors.shape) + _number(2, _FLOAT) + _bytes(8, b"rows") + _bytes(9, vectors.tobytes())
    node = (
        _bytes(1, b"rows") + _bytes(1, b"input_ids") + _bytes(2, b"last_hidden_state") + _bytes(4, b"Gather")
    )
    graph = (
        _bytes(1, node)
        + _bytes(2, b"tiny")
        + _bytes(5, weights)
        + _bytes(11, _value(b"input_ids", _INT64, 2))
        + _bytes(12, _value(b"last_hidden_state", _FLOAT, 3))
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def _value(name: bytes, kind: int, axes: int) -> bytes:
    shape = b"".join(_bytes(1, _bytes(2, b"axis%d" % axis)) for axis in range(axes))
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _many(field: int, numbers: tuple[int, ...]) -> bytes:
    return b"".join(_number(field, number) for number in numbers)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
