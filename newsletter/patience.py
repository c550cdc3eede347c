"""Patience: what the status of an answer means, how long to wait before the next try, and when a source is
asked again. Pure: moments and chance come in as values.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from newsletter.sources import Trouble

TRIES = 4
"""So often a question is asked in one turn, where what went wrong may pass."""
LONGEST_WAIT = 60.0
"""So many seconds a turn waits at most; who is told to wait longer comes back another time."""
_LONGEST_PAUSE = timedelta(days=7)
"""What a source may ask for at most: a slip in its Retry-After would silence it for ever."""
_BACK_OFF = timedelta(minutes=15)
_LONGEST_BACK_OFF = timedelta(hours=6)
_SILENT = timedelta(days=3)
_STRANGE = 3
"""So many turns a source may fail that never answered, an hour or so: most likely its address is wrong."""
OK, UNCHANGED = 200, 304
BUSY = "busy"
PASSING = frozenset((BUSY, "unreachable", "failing", "short"))
"""Kinds of trouble that may pass by themselves."""
SILENT = "silent"
"""What a trouble becomes that has not passed for three days."""
_REFUSED = frozenset((401, 402, 403, 407, 451))
_GONE = frozenset((404, 410))
_MAY_PASS = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))


def trouble_of(status: int) -> Trouble | None:
    """What a status means that is neither an answer nor “unchanged”."""
    if status in (OK, UNCHANGED):
        return None
    if status in _REFUSED:
        hint = "see what it wants: an account's token goes into headers, and some refuse programs altogether"
        return Trouble(kind="refused", what=f"it refuses us (status {status})", hint=hint)
    if status in _GONE:
        hint = "see whether its address has changed, or take the source out of config.yaml"
        return Trouble(kind="gone", what=f"there is nothing at its address (status {status})", hint=hint)
    if status in _MAY_PASS:
        return Trouble(kind="failing", what=f"it cannot answer now (status {status})")
    hint = "see what its documentation says of such a question"
    return Trouble(kind="odd", what=f"it does not take the question (status {status})", hint=hint)


def retry_after(said: str, now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, as a number or as a date (RFC 9110, section 10.2.3)."""
    word = said.strip()
    if word.isascii() and word.isdecimal():
        return min(float(word[:12]), _LONGEST_PAUSE.total_seconds())
    try:
        moment = parsedate_to_datetime(word)
    except (ValueError, TypeError, OverflowError):
        return None
    seconds: float = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_PAUSE.total_seconds())


def wait(tried: int, told: float | None, chance: float) -> float | None:
    """Seconds until the next try after so many, or None where this turn gives up.

    `told` is what the source asked for; else 2, 8, 32 seconds, more or less by half as chance (0 to 1) has
    it, so that many who fail at once do not come back at once.
    """
    if tried >= TRIES or (told is not None and told > LONGEST_WAIT):
        return None
    if told is not None:
        return max(told, 1.0)
    return float(2 * 4 ** (tried - 1)) * (0.5 + chance)


def not_before(now: datetime, failures: int, told: float | None) -> datetime:
    """When a source may be asked again after so many turns in a row that failed."""
    if told is not None:
        return now + timedelta(seconds=told)
    return now + min(_BACK_OFF * int(2 ** min(failures - 1, 10)), _LONGEST_BACK_OFF)


def settled(trouble: Trouble, succeeded: datetime | None, failures: int, now: datetime) -> Trouble:
    """A trouble that should have passed by now is one for somebody to look at."""
    if trouble.kind not in PASSING:
        return trouble
    if succeeded is None and failures >= _STRANGE:
        return Trouble(kind=SILENT, what=f"it has never answered: {trouble.what}", hint="see its address")
    if succeeded is None or now - succeeded < _SILENT:
        return trouble
    what = f"nothing came for {(now - succeeded).days} days: {trouble.what}"
    hint = "see whether it is still there; `newsletter fetch` with its name asks it at once"
    return Trouble(kind=SILENT, what=what, hint=hint)


def is_due(now: datetime, every: int, tried: datetime | None, wait_until: datetime | None) -> bool:
    """Whether a source may be asked that was last tried then; one in trouble waits until the moment it was
    given, any other so many minutes.

    A little early counts: who asks daily at six begins a few seconds earlier on some mornings.
    """
    due = due_at(every, tried, wait_until)
    return due is None or now >= due or (wait_until is None and tried is not None and tried > now)


def due_at(every: int, tried: datetime | None, wait_until: datetime | None) -> datetime | None:
    """The moment from which on a source may be asked; None where it never was."""
    if wait_until is not None or tried is None:
        return wait_until
    return tried + timedelta(minutes=every - min(every / 10, 60))
