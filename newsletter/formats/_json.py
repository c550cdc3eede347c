"""Reading JSON for the formats: a dump goes in, its records come out one by one, in flat memory.

A document is cut into its records by a scan for brackets and strings, and each is parsed by itself: so a
broken record costs that record, and a file cut off in the middle still gives all before it. Where records are
cut stands in _json_scan.py, how one is parsed in _json_value.py; what it means is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

import orjson

from newsletter.formats import encoding, utf8
from newsletter.formats._json_scan import PUT_BACK, RAISE, Scan
from newsletter.formats._json_value import Record, leniently, parsed
from newsletter.model import DEPTH, Dump, Problem

Head = tuple[str, Record]
Made = TypeVar("Made")


# ------------------------------------------------------------------------------------------ documents


def records(dump: Dump, *paths: str) -> Iterator[tuple[int, Record | Problem]]:
    """The objects that stand at a path of a JSON document, with their number from 1.

    A path is the keys that lead there, "item" for the elements of an array and "*" for any key:
    ``records(dump, "item", "results.item")``. The path at which the first object is met holds for the
    whole file; "" is the document itself. Several documents in one file count as one after the other.
    A record that is no JSON is a Problem, and so is what damage has made unreadable between two; a file that
    ends too early ends with a Problem that is `cut`.
    """
    places = tuple(tuple(path.split(".")) if path else () for path in paths)
    scan = Scan(dump.name, places, line_bytes=dump.line_bytes, depth=dump.depth)
    for piece in utf8(dump):
        yield from scan.take(piece)
        if scan.over:
            return
    yield from scan.end()


# --------------------------------------------------------------------------------------------- lines


def objects(dump: Dump) -> Iterator[tuple[int, Record | Problem]]:
    """The objects of a dump that is JSON lines, an array of objects, or an object by itself; with the number
    of each one's line, or of the record.
    """
    kind, _ = head_value(dump)
    return lines_of(dump) if kind == "lines" else records(dump, "item" if kind == "array" else "")


def lines_of(dump: Dump) -> Iterator[tuple[int, Record | Problem]]:
    """The objects of JSON lines, each with the number of its line; empty lines are left out, and commas
    behind an object. Where objects take several lines each, the number is theirs.

    A line that is no object is a Problem, and one over a limit; the last line, where the file was cut off
    in it, one that is `cut`.
    """
    if _spread(dump.head):
        yield from records(dump, "")
        return
    longest, depth = dump.line_bytes, dump.depth
    for first, whole, ended in _lines(dump):
        for number, line in enumerate(whole, first):
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError:
                value = None
            if type(value) is dict and len(line) <= longest and _brackets(line) <= depth:
                yield number, value
            else:
                yield from _looked_into(dump, number, line, ended=ended)


def made_of_lines(
    dump: Dump, usual: Callable[[Record, int], Made], odd: Callable[[Record, int], Made]
) -> Iterator[Made | Problem]:
    """What `usual` makes of each line's object and its number, and `odd` of those for which that raises
    ValueError, TypeError, LookupError or AttributeError; of other lines the Problems of `lines_of`.

    For dumps of millions of lines: it saves a sixth of the time. Neither may look deeper into a record than
    it can see, for how deep a usual line nests is left to the parser's own limit.
    """
    if _spread(dump.head):
        for number, one in records(dump, ""):
            yield one if isinstance(one, Problem) else odd(one, number)
        return
    loads, longest = orjson.loads, dump.line_bytes
    for first, whole, ended in _lines(dump):
        for number, line in enumerate(whole, first):
            try:
                made = usual(loads(line), number)
            except (ValueError, TypeError, LookupError, AttributeError):
                made = None
            if made is not None and len(line) <= longest:
                yield made
            else:
                for _, found in _looked_into(dump, number, line, ended=ended):
                    yield found if isinstance(found, Problem) else odd(found, number)


def _looked_into(
    dump: Dump, number: int, line: bytes, *, ended: bool
) -> Iterator[tuple[int, Record | Problem]]:
    """What there is to say of a line that is not as nearly all are."""
    if len(line) > dump.line_bytes:
        yield number, _over_limit(dump, number, f"is longer than {dump.line_bytes:,} bytes", "line_bytes")
        return
    value = parsed(line.rstrip(b" \t\r\0,"))
    if _brackets(line) > dump.depth and _deeper(value, dump.depth):
        yield number, _over_limit(dump, number, f"nests deeper than {dump.depth} levels", "depth")
    elif isinstance(value, dict):
        yield number, value
    elif line.strip(b" \t\r\n\0,"):
        yield number, _broken(dump, number, value, cut=not ended)


def _brackets(line: bytes) -> int:
    """How many brackets open in it: it nests at most so deep. To replace is twice as fast as to count."""
    return 2 * len(line) - len(line.replace(b"{", b"")) - len(line.replace(b"[", b""))


def _over_limit(dump: Dump, number: int, what: str, limit: str) -> Problem:
    return Problem(dump=dump.name, what=f"a line that {what}", line=number, hint=RAISE.format(limit))


def _deeper(value: Any, depth: int) -> bool:  # noqa: ANN401 - whatever the file holds
    """Whether a value nests more than so many levels, itself among them."""
    level = [value]
    for _ in range(depth):
        level = [inner for each in level if isinstance(each, dict | list) for inner in _inside(each)]
    return any(isinstance(each, dict | list) for each in level)


def _inside(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _broken(dump: Dump, number: int, why: str, *, cut: bool) -> Problem:
    what = "the file ends in the middle of a record" if cut else f"a line that is no record: {why}"
    return Problem(dump=dump.name, what=what, line=number, hint=PUT_BACK if cut else "", cut=cut)


def _lines(dump: Dump) -> Iterator[tuple[int, list[bytes], bool]]:
    """The lines as they come: the number of the first, some lines, and whether the last of them has an end;
    one over the limit is cut short.
    """
    rest, first = b"", 1
    for piece in utf8(dump):
        # Only the line that the last piece has cut is put together again: to copy it all costs a tenth.
        whole = _split(piece) if b"\n" in piece else _split(rest + piece)
        if b"\n" in piece:
            whole[0] = rest + whole[0]
        rest = whole.pop()[: dump.line_bytes + 1]
        yield first, whole, True
        first += len(whole)
    if rest.strip():
        yield first, [rest], False


def _split(text: bytes) -> list[bytes]:
    """Lines end in LF or CRLF; in CR only where there is no other end."""
    return text.split(b"\n") if b"\n" in text or b"\r" not in text[:-1] else text.split(b"\r")


# ---------------------------------------------------------------------------------------------- head


def head_value(dump: Dump) -> Head:
    """What the beginning of a dump holds of a JSON document, for recognise; never raises.

    ("array", the first object in it), ("object", it, with all that is complete in the head), ("lines",
    the object of the first line, where more follow), or ("", {}) for what is no JSON. An object that the
    head cuts off has the keys that were complete; so does the first record of an array. A file of a
    single JSON line is an "object". The value is shared: do not change it.
    """
    return _head(dump.head)


_HEAD_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
_CLOSING = {"[": "]", "{": "}"}


@lru_cache(maxsize=8)
def _head(head: bytes) -> Head:
    text = head.decode(encoding(head), "newsletter.western").strip("\ufeff\0 \t\r\n")
    if not text.startswith(("{", "[")):
        return "", {}
    value, rest = _beginning(text)
    if isinstance(value, list):
        return "array", next((element for element in value if isinstance(element, dict)), {})
    if isinstance(value, dict):
        return ("lines" if rest.lstrip().startswith("{") else "object"), value
    return _damaged_head(text)


def _spread(head: bytes) -> bool:
    """Whether the first of several objects stands on several lines, as jq and pretty printers write them."""
    text = head.decode(encoding(head), "newsletter.western").strip("\ufeff\0 \t\r\n")
    if not text.startswith("{") or _is_object(text.partition("\n")[0]):
        return False
    value, rest = _beginning(text)
    several = isinstance(value, dict) and rest.lstrip().startswith("{")
    return several and "\n" in text[: len(text) - len(rest)]


def _is_object(line: str) -> bool:
    return isinstance(parsed(line.encode("utf-8", "replace").rstrip(b", \r")), dict)


def _damaged_head(text: str) -> Head:
    """The first record that is whole, where damage stands among the first ones."""
    kind, path = ("array", ("item",)) if text.startswith("[") else ("lines", ())
    scan = Scan("", (path,))
    found = (record for _, record in scan.take(text.encode("utf-8", "replace")))
    whole = next((record for record in found if isinstance(record, dict)), None)
    return ("", {}) if whole is None else (kind, whole)


def _beginning(text: str) -> tuple[Any, str]:
    """The first document, closed where the head cuts it off, and what stands after it."""
    open_: list[str] = []
    end, closing = 0, ""
    for token in _HEAD_TOKEN.finditer(text):
        sign = token[0]
        if sign == '"' or len(open_) > DEPTH:
            break
        if sign in _CLOSING:
            open_.append(sign)
        elif sign in "]}" and open_:
            open_.pop()
        elif sign != ",":
            continue
        end = token.start() if sign == "," else token.end()
        closing = "".join(_CLOSING[bracket] for bracket in reversed(open_))
        if not open_:
            break
    whole = text[:end] + closing
    try:
        return leniently(whole.encode("utf-8", "replace")), text[end:] if not closing else ""
    except (ValueError, RecursionError):
        return None, ""
