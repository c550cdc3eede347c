"""Where a JSON document is cut into its records: pieces of bytes go in, records come out, in flat memory.

The scan looks for brackets and strings only, and for records where their path leads. Where damage has put it
out of step (a bracket or quotation mark too many or too few), it goes on at the next object that has the keys
the records before it had; what was skipped is a Problem. What a record means is not here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Sequence

from newsletter.formats._json_value import Record, parsed
from newsletter.model import DEPTH, LINE_BYTES, Problem

PUT_BACK = "the file seems cut off; put the whole file back and run again"
RAISE = "is this really a list of papers? else raise limits.{} in config.yaml"
_MEND = "the records after it were read; to have this one too, put an undamaged copy of the file in its place"

Found = tuple[int, Record | Problem]

# A string that has no end in the bytes at hand is told by its lone quotation mark.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)
_OPENING, _QUOTE = b"[{", b'"'
_CLOSING = {b"[": b"]", b"{": b"}"}
_BEHIND = {
    b"[": re.compile(rb'\s*(?:,\s*(?:\{\s*["}]|\Z)|\]\s*(?:[,}\]]|\Z)|\Z)'),
    b"{": re.compile(rb'\s*(?:,\s*(?:"|\Z)|\}\s*(?:[,}\]]|\Z)|\Z)'),
    b"": re.compile(rb"\s*(?:\{|\Z)"),
}
"""What may stand behind a record, in an array, in an object and by itself; or the text at hand ends."""


class Scan:
    """The open containers, and the record that has begun."""

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
        self._waiting: list[bytes] = []  # pieces behind _rest that have not been looked at
        self._waits = 0  # their bytes
        self._lines = 0  # before _rest
        self._key = b""
        self._begin = -1  # of the record, in _rest
        self._level = 0  # how many containers stand around the record
        self._index = 0
        self._known = Known(depth)
        self._home: list[tuple[bytes, str]] | None = None  # the containers around the last whole record
        self._root = b""
        self._pending = False  # _rest begins with a record, or a string, that has no end yet
        self._lost = False
        self._wary = False  # the last record was broken
        self._found = -1  # where a whole record was found again, in the text at hand

    def take(self, piece: bytes) -> Iterator[Found]:
        """What is complete with this piece, or with one of the next: of a record that is longer than a piece,
        as much again has to come before it is looked at once more, so that its length counts but once.
        """
        self._waiting.append(piece)
        self._waits += len(piece)
        if len(self._rest) <= self._waits or len(self._rest) + self._waits > self.line_bytes:
            yield from self._look()

    def _look(self) -> Iterator[Found]:
        """What is complete with the pieces that waited."""
        text, start = b"".join((self._rest, *self._waiting)), 0
        self._waiting, self._waits, self._found = [], 0, -1
        if self._lost:
            start = self._found_again(text, 0)
        while start >= 0 and not self.over:
            start = yield from self._scan(text, start)

    def _scan(self, text: bytes, start: int) -> Generator[Found, None, int]:
        """Read on from a place in step; where damage was met, the place to read on from, else -1."""
        rest = len(text)
        for token in _TOKEN.finditer(text, start):
            sign = text[token.start()]
            if sign == _QUOTE[0] and token.end() - token.start() == 1:
                rest = token.start()
                break
            if self._begin < 0:
                # What was found to be a record is one, or it would be found at the same place for ever.
                if token.start() != self._found and self._strays(token):
                    return (yield from self._astray(text, token.start()))
                self._key = token[0] if sign == _QUOTE[0] else self._key
            if sign == _QUOTE[0]:
                continue
            if sign in _OPENING:
                self._enter(token)
            elif self._leave():
                begin, self._begin = self._begin, -1
                index, found = self._complete(text, begin, token.end())
                yield index, found
                if (place := self._doubtful(text, begin, token.end(), found)) >= 0:
                    return self._found_again(text, place)
            if self.over:
                yield self._refused(f"it nests deeper than {self.depth} levels", "depth")
                return -1
        return (yield from self._keep(text, rest))

    def end(self) -> Iterator[tuple[int, Record | Problem]]:
        """What there is to say when nothing more comes."""
        if self._waiting:
            yield from self._look()
        known = self._known.any or self._home
        while known and self._pending and not self.over and self._rest.rstrip().endswith(self._last()):
            # It ends as it should, so it was not cut off: the record that never ended has swallowed others.
            inside, _ = self._known.next(self._rest, 1, len(self._rest), after=self._between())
            if inside < 0:
                break
            yield self._unended(self._rest)
            text, start = self._rest, self._at_home(inside)
            while start >= 0:
                start = yield from self._scan(text, start)
        if (self._open or self._pending) and not self._lost:
            where = f"record {self._index + 1}" if self._pending else "the list"
            what = f"the file ends in the middle of {where}"
            yield self._index + 1, Problem(dump=self.dump, what=what, hint=PUT_BACK, cut=True)

    # ---------------------------------------------------------------------------------------- in step

    def _enter(self, token: re.Match[bytes]) -> None:
        self._root = self._root or token[0]
        if self._begin < 0:
            self._open.append((token[0], self._place()))
            self._key = b""
            if token[0] == b"{" and self._is_record():
                self._begin, self._level = token.start(), len(self._open) - 1
                self._home = self._home or self._open[:-1]
        else:
            self._open.append((token[0], ""))
        self.over = len(self._open) > self.depth

    def _leave(self) -> bool:
        """Close a container; whether it was the record."""
        if self._open:
            self._open.pop()
        self._key = b""
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

    def _complete(self, text: bytes, begin: int, end: int) -> Found:
        self._index += 1
        if end - begin > self.line_bytes:
            return self._index, self._over_limit(self._too_long(), "line_bytes")
        value = parsed(text[begin:end])
        if isinstance(value, str):
            what = f"record {self._index} is broken: {value}"
            return self._index, Problem(dump=self.dump, what=what, line=self._line(text, begin))
        self._known.add(value, end - begin)
        self._home = self._open[:]
        return self._index, value

    def _keep(self, text: bytes, rest: int) -> Generator[Found, None, int]:
        """Keep what is not complete: the record that has begun, or else the rest, a string without an end."""
        begin = self._begin if self._begin >= 0 else rest
        self._pending = begin < len(text)
        if self._begin >= 0:
            # The scan begins anew at the record, so its inner containers are counted anew.
            del self._open[self._level :]
            self._begin = -1
        if len(text) - begin > self._known.patience and self._known.any:
            inside, _ = self._known.next(text, begin + 1, len(text), after=self._between())
            if inside >= 0:
                yield self._unended(text[begin:])
                return self._at_home(inside)
            self._known.patience *= 2
        self._drop(text, begin)
        if len(self._rest) > self.line_bytes:
            self.over = True
            yield self._refused(self._too_long(), "line_bytes")
        return -1

    def _drop(self, text: bytes, begin: int) -> None:
        self._lines += text.count(b"\n", 0, begin)
        self._rest = text[begin:]

    # ------------------------------------------------------------------------------------ out of step

    def _doubtful(self, text: bytes, begin: int, end: int, found: Record | Problem) -> int:
        """From where on the next record has to be looked for, after one that is broken: the scan is out of
        step, or the record behind the broken one is unlike all others; -1 where all is well.
        """
        if isinstance(found, Problem):
            self._wary = True
            return -1 if self._in_step(text, begin, end) else begin + 1
        self._wary = self._wary and not self._known.like(found)
        return end if self._wary else -1

    def _in_step(self, text: bytes, begin: int, end: int) -> bool:
        """Whether a broken record is cut where it ends all the same: each bracket closes its own kind, and
        behind it stands what may stand behind a record, all keys are in it, and no other record.
        """
        around = self._home[-1][0] if self._home else b""
        behind = _BEHIND[around].match(text[end : end + 2 * _BLANKS])
        if behind is None or _end_of_object(text, begin, end, self.depth) != end:
            return False
        swallowed, unended = self._known.next(text, begin + 1, end, after=self._between(), stop=len(text))
        return swallowed < 0 and unended == len(text) and self._known.all_in(text[begin:end])

    def _strays(self, token: re.Match[bytes]) -> bool:
        """Whether a bracket or string outside of records can only stand there by damage."""
        if self._home is None:
            return False
        sign = token[0]
        around = self._open[-1][0] if self._open else b""
        if sign in (b"]", b"}"):
            return _CLOSING.get(around) != sign
        if sign in (b"[", b"{") and around != b"[":
            # A second document may follow a first, but not behind a comma.
            second = sign == self._root and not _follows(token.string, token.start(), b",")
            return not self._key if around else not second
        # Among the records of an array: what has brackets there is no string, but stands between two.
        among = around != b"{" and self._open == self._home
        return among and sign != b"{" and (sign == b"[" or b"{" in sign or b"}" in sign)

    def _astray(self, text: bytes, place: int) -> Generator[Found, None, int]:
        what = f"what follows record {self._index} is broken, and was skipped up to the next whole record"
        line = self._line(text, place)
        yield self._index, Problem(dump=self.dump, what=what, line=line, hint=_MEND)
        return self._found_again(text, place)

    def _found_again(self, text: bytes, start: int) -> int:
        """The place of the next whole record; -1 where it has to be looked for in what comes."""
        found, keep = self._known.next(text, start, len(text))
        self._lost, self._found = found < 0, found
        if found >= 0:
            return self._at_home(found)
        self._pending = False
        # A record's first bracket may stand at the end of the text, and what follows it in the next piece.
        keep = max(start, min(keep, len(text) - _BLANKS))
        self._drop(text, max(keep, len(text) - self.line_bytes))
        return -1

    def _at_home(self, place: int) -> int:
        """Read on at a place, among the containers that stand around records."""
        self._open = list(self._home or ())
        self._begin, self._key, self._pending = -1, b"", False
        return place

    def _unended(self, text: bytes) -> tuple[int, Problem]:
        self._index += 1
        what = f"record {self._index} has no end, and was skipped up to the next whole record"
        line = self._line(text, 0)
        return self._index, Problem(dump=self.dump, what=what, line=line, hint=_MEND)

    def _line(self, text: bytes, place: int) -> int | None:
        """The line of a place in the text at hand; none for a file of one line."""
        before = self._lines + text.count(b"\n", 0, place)
        return before + 1 if before or b"\n" in text else None

    def _between(self) -> bytes:
        """What stands before a record that is not the first, where that can be told."""
        return b"," if self._home else b""

    def _last(self) -> bytes:
        """What a whole file ends with."""
        return _CLOSING.get(self._root, b"\0")

    # ---------------------------------------------------------------------------------------- refusals

    def _refused(self, what: str, limit: str) -> tuple[int, Problem]:
        what = f"{what}: nothing after record {self._index} was read"
        return self._index + 1, self._over_limit(what, limit)

    def _too_long(self) -> str:
        return f"a record has more than {self.line_bytes:,} bytes"

    def _over_limit(self, what: str, limit: str) -> Problem:
        return Problem(dump=self.dump, what=what, hint=RAISE.format(limit))


def _leads_to(path: Sequence[str], place: Sequence[str]) -> bool:
    return len(path) == len(place) and all(
        wanted in (name, "*") for wanted, name in zip(path, place, strict=True)
    )


def _text(key: bytes) -> str:
    value = parsed(b"{%s:0}" % key)
    return next(iter(value)) if isinstance(value, dict) else ""


# ------------------------------------------------------------------------------------ what records are like

_BLANKS = 1024
_OBJECT = re.compile(rb'\{\s{0,1000}+"')
_SAMPLE = 20
"""So many records tell what keys the records of a file have."""
_FEWEST_KEYS = 2
"""With less in common, an object inside a record could be taken for one."""
_PATIENCE = 1024 * 1024
_LOOKS = 16
"""How many times the bytes at hand may be looked at in search of the next record."""


class Known:
    """What the records of a file have in common, to know one again where nothing else tells of it."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._keys: frozenset[str] = frozenset()
        self._seen = 0
        self.patience = _PATIENCE
        """A record that is longer has perhaps lost its end."""

    @property
    def any(self) -> bool:
        """Whether a record was known at all."""
        return self._seen > 0

    def add(self, record: Record, size: int) -> None:
        """Learn from a record that was whole; nothing from one that may be a piece of a damaged one."""
        if self._seen < _SAMPLE and (not self._seen or self.like(record)):
            self._seen += 1
            self._keys = frozenset(record) & self._keys if self._seen > 1 else frozenset(record)
        self.patience = max(self.patience, 8 * size)

    def next(
        self, text: bytes, start: int, last: int, *, after: bytes = b"", stop: int | None = None
    ) -> tuple[int, int]:
        """Where the next whole record begins between two places, or -1; and from where on one may have begun
        whose end has not come up to `stop`, which is `last` unless told otherwise.

        `after` is what has to stand before it. Work is bounded: after some looks at the text, none is found.
        """
        stop = last if stop is None else stop
        looks, unended = _LOOKS * (stop - start) + _PATIENCE, stop
        for found in _OBJECT.finditer(text, start, last):
            place = found.start()
            if looks <= 0 or not _follows(text, place, after):
                continue
            end = _end_of_object(text, place, stop, self._depth)
            looks -= (end if end > 0 else stop) - place
            if end > 0 and self.like(parsed(text[place:end])):
                return place, place
            if end < 0 and stop - place <= self.patience:
                unended = min(unended, place)
        return -1, unended

    def all_in(self, text: bytes) -> bool:
        """Whether all keys that the records have stand in a text; one of them may be damaged."""
        missing = sum(json.dumps(key).encode() not in text for key in self._keys if key.isascii())
        return missing <= 1

    def like(self, value: Record | str) -> bool:
        """Whether an object has most of the keys that all records had; before the first, whether a title."""
        if not isinstance(value, dict) or (self._seen and len(self._keys) < _FEWEST_KEYS):
            return False
        if not self._seen:
            return any("title" in key.lower() for key in value)
        return 2 * len(self._keys & value.keys()) > len(self._keys)


def _follows(text: bytes, place: int, after: bytes) -> bool:
    """Whether a place comes after a sign; after any but a colon, where none is asked for."""
    before = text[max(0, place - _BLANKS) : place].rstrip()[-1:]
    return before == after if after else before != b":"


def _end_of_object(text: bytes, start: int, stop: int, depth: int) -> int:
    """Where the object that begins at a place ends; 0 where it is none, -1 where its end has not come."""
    open_: list[bytes] = []
    for token in _TOKEN.finditer(text, start, stop):
        sign = token[0]
        if sign == _QUOTE:
            return -1
        if sign in _CLOSING and len(open_) < depth:
            open_.append(_CLOSING[sign])
        elif not sign.startswith(_QUOTE) and open_.pop() != sign:
            return 0
        if not open_:
            return token.end()
    return -1
