"""Values to text and back: our frozen dataclasses as JSON, with dates and moments; letters packed. No rows.

A paper stands in thousands of digests on one morning, and so does what makes it fit a profile. So each is a
text of its own inside their JSON, and each text is made and read once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from types import ModuleType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from newsletter.model import Letter, Match, Paper

if TYPE_CHECKING:
    from zstandard import ZstdCompressor

T = TypeVar("T")
PAPERS_KEPT = 4096

_AS_IT_IS = frozenset({str, int, float, bool, NoneType})


def dumps(value: object, *, without: Collection[str] = ()) -> str:
    """JSON text of a dataclass (or a tuple of them); fields that hold their default are left out, and of
    the outermost those `without` names.
    """
    plain = _plain(value)
    if without and isinstance(plain, dict):
        plain = {name: inner for name, inner in plain.items() if name not in without}
    text: bytes = _json().dumps(plain)
    return text.decode()


def loads(kind: type[T], text: str, *, missing: Mapping[str, object] | None = None) -> T:
    """The value of type `kind` that `dumps` wrote. A field that is missing gets its value in `missing`, or
    its default.
    """
    plain = _json().loads(text)
    reader: _Reader = _reader(kind)  # type: ignore[arg-type] # mypy takes no type for hashable
    value: T = reader({**missing, **plain} if missing else plain)
    return value


def pack(letter: Letter) -> bytes:
    """A letter in a fifth of its size: subject, text and HTML one after the other, their lengths before."""
    lengths = f"{len(letter.subject)} {len(letter.text)}\n"
    whole = f"{lengths}{letter.subject}{letter.text}{letter.html}"
    return _packer().compress(whole.encode("utf-8", "surrogatepass"))


@cache
def _packer() -> ZstdCompressor:
    """One for all letters: its tables are 600 KB that a new one would ask the system for."""
    from zstandard import ZstdCompressor  # noqa: PLC0415 - only a run that renders packs

    return ZstdCompressor(level=1)


def unpack(packed: bytes) -> Letter:
    """The letter that `pack` packed."""
    from zstandard import ZstdDecompressor  # noqa: PLC0415 - as above

    lengths, _, whole = ZstdDecompressor().decompress(packed).decode("utf-8", "surrogatepass").partition("\n")
    subject, text = (int(length) for length in lengths.split())
    return Letter(subject=whole[:subject], text=whole[subject : subject + text], html=whole[subject + text :])


@cache
def _json() -> ModuleType:
    import orjson  # noqa: PLC0415 - a run with nothing to do needs no value

    return orjson


def _plain(value: object) -> object:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    return _text_of[kind](value) if kind in _text_of else _plain_parts(value)


def _as_text(value: object) -> str:
    text: bytes = _json().dumps(_plain_parts(value))
    return text.decode()


_text_of = {kind: lru_cache(PAPERS_KEPT)(_as_text) for kind in (Paper, Match)}
"""What is a text of its own."""


def _plain_parts(value: object) -> object:
    kind = type(value)
    if defaults := _defaults(kind):  # type: ignore[arg-type] # as above
        held = [(name, getattr(value, name), default) for name, default in defaults]
        return {
            name: inner if type(inner) in _AS_IT_IS else _plain(inner)
            for name, inner, default in held
            if inner != default
        }
    if isinstance(value, tuple | list):
        return [inner if type(inner) in _AS_IT_IS else _plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _defaults(kind: type) -> tuple[tuple[str, object], ...]:
    """The fields of a dataclass that are stored, with their defaults; nothing for another type."""
    stored = (
        (each for each in fields(kind) if each.metadata.get("stored", True)) if is_dataclass(kind) else ()
    )
    return tuple((each.name, each.default) for each in stored)


_Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> _Reader:  # noqa: ANN401 - the shape is given by `kind`
    """What makes a value of that type of what JSON has of it: types are looked into once."""
    origin = get_origin(kind)
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if origin in (UnionType, Union):
        inner = _reader(get_args(kind)[0])
        return lambda plain: None if plain is None else inner(plain)
    if kind in _text_of:
        whole = _dataclass_reader(kind)
        kept = lru_cache(PAPERS_KEPT)(lambda text: whole(_json().loads(text)))
        return lambda plain: kept(plain) if isinstance(plain, str) else whole(plain)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass_reader(kind)
    if kind in (date, datetime):
        reader: _Reader = kind.fromisoformat
        return reader
    return _same


def _same(plain: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    return plain


def _tuple_reader(kinds: tuple[Any, ...]) -> _Reader:
    if len(kinds) == 1 or kinds[1] is ...:
        inner = _reader(kinds[0])
        return tuple if inner is _same else lambda plain: tuple([inner(each) for each in plain])
    readers = [_reader(each) for each in kinds]
    return lambda plain: tuple([read(each) for read, each in zip(readers, plain, strict=True)])


def _dataclass_reader(kind: type) -> _Reader:
    """Most fields are as JSON has them: only the others are touched."""
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    changed = [(name, reader) for name, reader in readers.items() if reader is not _same]
    names = readers.keys()

    def read(plain: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of the kind
        values = dict(plain) if plain.keys() <= names else {n: plain[n] for n in names if n in plain}
        for name, reader in changed:
            if name in values:
                values[name] = reader(values[name])
        return kind(**values)

    return read
