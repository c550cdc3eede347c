"""Sentence models: a folder with an ONNX file and its tokenizer, opened; texts in, unit vectors out. Reads
files, and never fetches any.

Where a model lies is models.py's to find. Ranking knows this module only as an Embedder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from newsletter.errors import NoModel
from newsletter.models import Model
from newsletter.ranking.latent import Floats

if TYPE_CHECKING:
    from tokenizers import Encoding

TOKENS = 128
"""Tokens of a text that are read: 256 rank no better and cost twice as much."""
_BATCH = 16
_INSTALL = "pip install 'paper-newsletter[semantic]' brings it; until then papers rank without a model"

Run = Callable[[dict[str, Any]], Any]
Encode = Callable[[Sequence[str]], Sequence["Encoding"]]


class Sentences:
    """A model that was opened. `digest` names its content, and the way it is used."""

    def __init__(self, model: Model) -> None:
        """Raises NoModel, with what is wrong in words."""
        self.name = model.name
        self.digest = _digest(model)
        self._encode = _tokenizer(model)
        self._run, self._wanted = _session(model)
        self._first = _takes_first(model)
        self._tried()

    def __call__(self, texts: Sequence[str], /) -> Floats:
        """Unit vectors of texts. Alike texts are read together, so that none waits for a longer one."""
        encoded = self._encode(list(texts))
        order = sorted(range(len(texts)), key=lambda place: len(encoded[place].ids))
        vectors = [
            self._batch([encoded[place].ids for place in order[first : first + _BATCH]])
            for first in range(0, len(order), _BATCH)
        ]
        found = np.concatenate(vectors) if vectors else np.zeros((0, 0), np.float32)
        back: Floats = found[np.argsort(order, kind="stable")] if order else found
        return back

    def _batch(self, ids: Sequence[Sequence[int]]) -> Floats:
        longest = max(map(len, ids))
        tokens = np.array([[*each, *[0] * (longest - len(each))] for each in ids], np.int64)
        mask = np.array([[1] * len(each) + [0] * (longest - len(each)) for each in ids], np.int64)
        given = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        said = np.asarray(self._run({name: given[name] for name in self._wanted}), np.float32)
        return _unit(_pooled(said, mask, first=self._first))

    def _tried(self) -> None:
        """Read a few words, so that a broken model is found before a paper is put before it."""
        try:
            vectors = self(["a few words", "and a few more of them"])
        except Exception as error:  # the runtime raises what it likes
            raise NoModel(f"{self.name}: the model cannot be used: {_line(error)}", hint=_ANOTHER) from error
        if vectors.ndim != 2 or not np.isfinite(vectors).all() or not vectors.any():  # noqa: PLR2004 - a table
            raise NoModel(f"{self.name}: the model gives no vectors of sentences", hint=_ANOTHER)


_ANOTHER = "name a folder with a sentence model as sentence-transformers exports it; papers rank without one"


def _pooled(said: Floats, mask: np.ndarray, *, first: bool) -> Floats:
    """One vector a text, from one a token: their mean, or the first; some models do that themselves."""
    if said.ndim == 2:  # noqa: PLR2004 - one vector a text
        return said
    if first:
        begin: Floats = said[:, 0]
        return begin
    weights = mask[..., None].astype(np.float32)
    mean: Floats = (said * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    return mean


def _unit(vectors: Floats) -> Floats:
    """At length 1, in half precision, as they are kept."""
    long = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    kept: Floats = (vectors / long).astype(np.float16).astype(np.float32)
    return kept


def _digest(model: Model) -> str:
    try:
        content = hashlib.sha256(model.onnx.read_bytes())
    except OSError as error:
        raise NoModel(f"{model.onnx}: {error.strerror}", hint="see that it is yours to read") from error
    content.update(model.tokenizer)
    content.update(model.vocabulary)
    content.update(f"{TOKENS} {_takes_first(model)}".encode())
    return content.hexdigest()[:16]


def _takes_first(model: Model) -> bool:
    """Whether a text is what the model says of its first token, as some models are made."""
    try:
        pooling = json.loads(model.pooling or b"{}")
    except ValueError:
        return False
    return isinstance(pooling, dict) and bool(pooling.get("pooling_mode_cls_token"))


def _tokenizer(model: Model) -> Encode:
    try:
        from tokenizers import BertWordPieceTokenizer, Tokenizer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NoModel("the library tokenizers is not installed", hint=_INSTALL) from error
    try:
        if model.tokenizer:
            made = Tokenizer.from_str(model.tokenizer.decode())
        else:
            words = {word: place for place, word in enumerate(_lines(model.vocabulary))}
            made = BertWordPieceTokenizer(words)
        made.enable_truncation(TOKENS)
        made.no_padding()
    except Exception as error:  # the library raises plain Exception for a bad file
        raise NoModel(f"{model.name}: the tokenizer cannot be read: {_line(error)}", hint=_ANOTHER) from error
    return lambda texts: made.encode_batch(list(texts))


def _lines(vocabulary: bytes) -> Iterable[str]:
    return vocabulary.decode().splitlines()


def _session(model: Model) -> tuple[Run, tuple[str, ...]]:
    """What runs the model, and the names of what it wants."""
    try:
        import onnxruntime  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NoModel("the library onnxruntime is not installed", hint=_INSTALL) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _threads()
    options.log_severity_level = 4  # what is wrong, we say ourselves
    try:
        session = onnxruntime.InferenceSession(str(model.onnx), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime raises what it likes
        raise NoModel(f"{model.onnx}: no model that can be run: {_line(error)}", hint=_ANOTHER) from error
    wanted = tuple(each.name for each in session.get_inputs())
    if unknown := set(wanted) - {"input_ids", "attention_mask", "token_type_ids"}:
        raise NoModel(f"{model.onnx}: it asks for {', '.join(sorted(unknown))}", hint=_ANOTHER)
    return (lambda given: session.run(None, given)[0]), wanted


def _threads() -> int:
    """As many as OMP_NUM_THREADS says; one where it says nothing."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdecimal() and int(said) else 1


def _line(error: Exception) -> str:
    """The beginning of what a library said."""
    return " ".join(str(error).split())[:200]
