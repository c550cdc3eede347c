"""Reading JSON for the formats: a dump goes in, its records come out one by one, in flat memory.

A document is cut into its records by a scan for brackets and strings, and each is parsed by itself: so a
broken record costs that record, and a file cut off in the middle still gives all before it. NaN, lone
surrogates, repeated keys and broken UTF-8 are read as well as they can be. What a record means is not here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson

from newsletter.formats import encoding, utf8
from newsletter.model import DEPTH, LINE_BYTES, Dump, Problem

Record = dict[str, Any]
Head = tuple[str, Record]
Made = TypeVar("Made")

_PUT_BACK = "the file seems cut off; put the whole file back and run again"
_RAISE = "is this really a list of papers? else raise limits.{} in config.yaml"


# ------------------------------------------------------------------------------------------ documents


def records(dump: Dump, *paths: str) -> Iterator[tuple[int, Record | Problem]]:
    """The objects that stand at a path of a JSON document, with their number from 1.

    A path is the keys that lead there, "item" for the elements of an array and "*" for any key:
    ``records(dump, "item", "results.item")``. The path at which the first object is met holds for the
    whole file; "" is the document itself. Several documents in one file count as one after the other.
    A record that is no JSON is a Problem; a file that ends too early ends with a Problem that is `cut`.
    """
    places = tuple(tuple(path.split(".")) if path else () for path in paths)
    scan = _Scan(dump.name, places, line_bytes=dump.line_bytes, depth=dump.depth)
    for piece in utf8(dump):
        yield from scan.take(piece)
        if scan.over:
            return
    yield from scan.end()


# A string that has no end in the bytes at hand is told by its lone quotation mark.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)
_OPENING, _QUOTE = b"[{", b'"'


class _Scan:
    """Where a document is cut: the open containers, and the record that has begun."""

    def __init__(
        self,
        dump: str,
        paths: Sequence[tuple[str, ...]],
        *,
        line_bytes: int = LINE_BYTES,
        depth: int = DEPTH,
    ) -> None:
        self.dump = dump
        self.paths = paths
        self.line_bytes = line_bytes
        self.depth = depth
        self.over = False
        self._open: list[tuple[bytes, str]] = []  # each container's bracket, and its place in its parent
        self._rest = b""
        self._key = b""
        self._begin = -1  # of the record, in _rest
        self._level = 0  # how many containers stand around the record
        self._index = 0

    def take(self, piece: bytes) -> Iterator[tuple[int, Record | Problem]]:
        """What is complete with this piece."""
        text, position = self._rest + piece, 0
        for token in _TOKEN.finditer(text):
            sign = text[token.start()]
            if sign == _QUOTE[0]:
                if token.end() - token.start() == 1:
                    position = token.start()
                    break
                if self._begin < 0:
                    self._key = token[0]
            elif sign in _OPENING:
                self._enter(token)
            elif self._leave():
                yield self._complete(text[self._begin : token.end()])
                self._begin = -1
            position = token.end()
            if self.over:
                yield self._refused(f"it nests deeper than {self.depth} levels", "depth")
                return
        yield from self._keep(text, position)

    def end(self) -> Iterator[tuple[int, Problem]]:
        """What there is to say when nothing more comes."""
        if self._open or self._begin >= 0:
            where = f"record {self._index + 1}" if self._begin >= 0 else "the list"
            yield (
                self._index + 1,
                Problem(
                    dump=self.dump, what=f"the file ends in the middle of {where}", hint=_PUT_BACK, cut=True
                ),
            )

    def _enter(self, token: re.Match[bytes]) -> None:
        if self._begin < 0:
            self._open.append((token[0], self._place()))
            if token[0] == b"{" and self._is_record():
                self._begin, self._level = token.start(), len(self._open) - 1
        else:
            self._open.append((token[0], ""))
        self.over = len(self._open) > self.depth

    def _leave(self) -> bool:
        """Close a container; whether it was the record."""
        if self._open:
            self._open.pop()
        return self._begin >= 0 and len(self._open) == self._level

    def _place(self) -> str:
        if not self._open:
            return ""
        return "item" if self._open[-1][0] == b"[" else _text(self._key)

    def _is_record(self) -> bool:
        place = tuple(name for _, name in self._open[1:])
        found = next((path for path in self.paths if _leads_to(path, place)), None)
        if found is not None:
            self.paths = (found,)
        return found is not None

    def _complete(self, text: bytes) -> tuple[int, Record | Problem]:
        self._index += 1
        if len(text) > self.line_bytes:
            return self._index, self._over_limit(self._too_long(), "line_bytes")
        value = parsed(text)
        if isinstance(value, str):
            what = f"record {self._index} is broken: {value}"
            return self._index, Problem(dump=self.dump, what=what)
        return self._index, value

    def _keep(self, text: bytes, position: int) -> Iterator[tuple[int, Problem]]:
        """Keep what is not complete: the record that has begun, or else the rest without an end."""
        unfinished = text[position:].startswith(_QUOTE)
        begin = self._begin if self._begin >= 0 else position if unfinished else len(text)
        self._rest = text[begin:]
        if self._begin >= 0:
            self._begin = 0
            # The scan begins anew at the record, so its inner containers are counted anew.
            del self._open[self._level :]
            self._begin = -1
        if len(self._rest) > self.line_bytes:
            self.over = True
            yield self._refused(self._too_long(), "line_bytes")

    def _refused(self, what: str, limit: str) -> tuple[int, Problem]:
        what = f"{what}: nothing after record {self._index} was read"
        return self._index + 1, self._over_limit(what, limit)

    def _too_long(self) -> str:
        return f"a record has more than {self.line_bytes:,} bytes"

    def _over_limit(self, what: str, limit: str) -> Problem:
        return Problem(dump=self.dump, what=what, hint=_RAISE.format(limit))


def _leads_to(path: Sequence[str], place: Sequence[str]) -> bool:
    return len(path) == len(place) and all(
        wanted in (name, "*") for wanted, name in zip(path, place, strict=True)
    )


def _text(key: bytes) -> str:
    value = parsed(b"{%s:0}" % key)
    return next(iter(value)) if isinstance(value, dict) else ""


# ---------------------------------------------------------------------------------------- one object


def parsed(text: bytes) -> Record | str:
    """The object that some bytes hold, or, where they hold none, why."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            value = _leniently(text)
        except RecursionError:
            return "it nests too deep"
        except ValueError as error:
            return _reason(error)
    return value if isinstance(value, dict) else "no object but a plain value"


def _leniently(text: bytes) -> Any:  # noqa: ANN401 - whatever the file holds
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


# --------------------------------------------------------------------------------------------- lines


def lines_of(dump: Dump) -> Iterator[tuple[int, Record | Problem]]:
    """The objects of JSON lines, each with the number of its line; empty lines are left out.

    A line that is no object is a Problem, and one over a limit; the last line, where the file was cut off
    in it, one that is `cut`.
    """
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
    value = parsed(line)
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
    return Problem(dump=dump.name, what=f"a line that {what}", line=number, hint=_RAISE.format(limit))


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
    return Problem(dump=dump.name, what=what, line=number, hint=_PUT_BACK if cut else "", cut=cut)


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


def _damaged_head(text: str) -> Head:
    """The first record that is whole, where damage stands among the first ones."""
    kind, path = ("array", ("item",)) if text.startswith("[") else ("lines", ())
    scan = _Scan("", (path,))
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
        return _leniently(whole.encode("utf-8", "replace")), text[end:] if not closing else ""
    except (ValueError, RecursionError):
        return None, ""
