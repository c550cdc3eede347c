"""One JSON object from its bytes, for the formats: NaN, lone surrogates, repeated keys and broken UTF-8 are
read as well as they can be. Bytes in, an object or a reason out; where it begins and ends is known already.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

Record = dict[str, Any]


def parsed(text: bytes) -> Record | str:
    """The object that some bytes hold, or, where they hold none, why."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            value = leniently(text)
        except RecursionError:
            return "it nests too deep"
        except ValueError as error:
            return _reason(error)
    return value if isinstance(value, dict) else "no object but a plain value"


def leniently(text: bytes) -> Any:  # noqa: ANN401 - whatever the file holds
    """Parse what orjson refuses: NaN, lone surrogates, bare control characters, bytes that are no UTF-8."""
    reader = json.JSONDecoder(
        strict=False, parse_constant=lambda _: None, parse_int=_integer, parse_float=_real
    )
    value = reader.decode(text.replace(b"\0", b" ").decode("utf-8-sig", "newsletter.western").strip())
    whole = json.dumps(value, ensure_ascii=False)
    return value if whole.isascii() else json.loads(whole.encode("utf-8", "replace"))


_LONGEST_NUMBER = 300


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _real(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) < float("inf") else None


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at its character {error.pos + 1}"
    return str(error)
