"""Watching: which files have come to rest. What stood there before, what stands there now and the moment go
in; what is at rest, what is not yet, and when to look again come out. Nothing is looked at here, and no clock
asked: a moment is a number of seconds that only ever grows (time.monotonic).

A file is at rest when it was seen with one size and one time for as long as it takes to settle. Its own time
is not believed: the clock of a file server may be hours off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A file as it was seen, and since when it has been seen so."""

    size: int
    mtime_ns: int
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found: every file by its path, which of them may still be being written, which came to
    rest or went since the look before, and in how many seconds the next of them may be at rest.
    """

    stands: Mapping[str, Stand] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    rested: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    again: float | None = None


def settle(before: Look, seen: Iterable[tuple[str, int, int]], moment: float, rest: float) -> Look:
    """The look after another: `seen` are paths with their sizes and times, `rest` the seconds to settle."""
    stands = {path: _stand(before.stands.get(path), size, time, moment) for path, size, time in seen}
    waiting = frozenset(path for path, stand in stands.items() if moment - stand.since < rest)
    known = before.stands
    moved = {path for path in stands if path in before.waiting or stands[path] is not known.get(path)}
    return Look(
        stands=stands,
        waiting=waiting,
        rested=frozenset(moved - waiting),
        gone=frozenset(known.keys() - stands.keys()),
        again=min((stands[path].since + rest - moment for path in waiting), default=None),
    )


def _stand(before: Stand | None, size: int, mtime_ns: int, moment: float) -> Stand:
    if before and (before.size, before.mtime_ns) == (size, mtime_ns):
        return before
    return Stand(size=size, mtime_ns=mtime_ns, since=moment)
