"""Values to JSON text and back: our frozen dataclasses, with dates and moments. No database."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def dumps(value: object) -> str:
    """JSON text of a dataclass (or a tuple of them); fields that hold their default are left out."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def loads(kind: type[T], text: str) -> T:
    """The value of type `kind` that `dumps` wrote. A field that is missing gets its default."""
    value: T = _value(kind, json.loads(text))
    return value


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        held = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _plain(inner) for field, inner in held if inner != field.default}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _value(kind: Any, plain: Any) -> Any:  # noqa: ANN401 - the shape is given by `kind`
    origin = get_origin(kind)
    if origin is tuple:
        inner, *others = get_args(kind)
        kinds = [inner] * len(plain) if others in ([], [...]) else [inner, *others]
        return tuple(_value(k, p) for k, p in zip(kinds, plain, strict=True))
    if origin in (UnionType, Union):
        return None if plain is None else _value(get_args(kind)[0], plain)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _value(hints[name], inner) for name, inner in plain.items() if name in hints})
    if kind in (date, datetime):
        return kind.fromisoformat(plain)
    return plain


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
