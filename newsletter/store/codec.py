"""Values to text and back: our frozen dataclasses as JSON, with dates and moments; letters packed. No rows.

A paper stands in thousands of digests on one morning. So it is a text of its own inside their JSON, and each
text is made and read once; so is what makes it fit a profile.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from newsletter.model import Letter, Match, Paper

T = TypeVar("T")
PAPERS_KEPT = 4096


def dumps(value: object) -> str:
    """JSON text of a dataclass (or a tuple of them); fields that hold their default are left out."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def loads(kind: type[T], text: str) -> T:
    """The value of type `kind` that `dumps` wrote. A field that is missing gets its default."""
    reading: Reading = _reading(kind)  # type: ignore[arg-type]  # mypy takes no type for hashable
    value: T = reading(json.loads(text))
    return value


def pack(letter: Letter) -> bytes:
    """A letter in a fifth of its size: subject, text and HTML one after the other, their lengths before."""
    from zstandard import ZstdCompressor  # noqa: PLC0415 - only a run that renders packs

    lengths = f"{len(letter.subject)} {len(letter.text)}\n"
    whole = f"{lengths}{letter.subject}{letter.text}{letter.html}"
    return ZstdCompressor(level=1).compress(whole.encode("utf-8", "surrogatepass"))


def unpack(packed: bytes) -> Letter:
    """The letter that `pack` packed."""
    from zstandard import ZstdDecompressor  # noqa: PLC0415 - as above

    lengths, _, whole = ZstdDecompressor().decompress(packed).decode("utf-8", "surrogatepass").partition("\n")
    subject, text = (int(length) for length in lengths.split())
    return Letter(subject=whole[:subject], text=whole[subject : subject + text], html=whole[subject + text :])


def _plain(value: object) -> object:
    if isinstance(value, Paper):
        return _paper_text(value)
    return _match_parts(value) if isinstance(value, Match) else _plain_parts(value)


@lru_cache(maxsize=PAPERS_KEPT)
def _match_parts(match: Match) -> object:
    return _plain_parts(match)


@lru_cache(maxsize=PAPERS_KEPT)
def _paper_text(paper: Paper) -> str:
    return json.dumps(_plain_parts(paper), ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=PAPERS_KEPT)
def _paper(text: str) -> Paper:
    paper: Paper = _reading(Paper)(json.loads(text))
    return paper


def _plain_parts(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        held = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(inner) for field, inner in held if inner != field.default}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


Reading = Callable[[Any], Any]
"""Makes a value of what JSON gave."""


def _as_it_is(plain: Any) -> Any:  # noqa: ANN401 - texts and numbers are what they are
    return plain


@cache
def _reading(kind: Any) -> Reading:  # noqa: ANN401 - a type of any kind
    """How values of a type are read: worked out once, for a digest holds some hundred."""
    origin = get_origin(kind)
    if origin is tuple:
        return _reading_tuple(*get_args(kind))
    if origin in (UnionType, Union):
        one = _reading(get_args(kind)[0])
        return lambda plain: None if plain is None else one(plain)
    if kind is Paper:
        whole = _reading_fields(Paper)
        return lambda plain: _paper(plain) if isinstance(plain, str) else whole(plain)
    if isinstance(kind, type) and is_dataclass(kind):
        return _reading_fields(kind)
    return kind.fromisoformat if kind in (date, datetime) else _as_it_is


def _reading_tuple(first: Any, *others: Any) -> Reading:  # noqa: ANN401 - as above
    if others in ((), (...,)):
        one = _reading(first)
        return tuple if one is _as_it_is else lambda plain: tuple([one(part) for part in plain])
    each = [_reading(kind) for kind in (first, *others)]
    return lambda plain: tuple([one(part) for one, part in zip(each, plain, strict=True)])


def _reading_fields(kind: Any) -> Reading:  # noqa: ANN401 - as above
    of = {name: _reading(hint) for name, hint in get_type_hints(kind).items()}
    return lambda plain: kind(**{name: of[name](part) for name, part in plain.items() if name in of})
