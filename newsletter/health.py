"""How healthy the inbox is, in words for people who read a digest: dumps that were read in part or not at
all, dumps that told of nothing new, dumps that should have come and have not.

Dumps as they are recorded and a date in, lines out. What is stale or missing depends on the day it is asked:
so mails and `newsletter status` tell it, and the site does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from newsletter.settings import Expected
from newsletter.store.dumps import DumpRow
from newsletter.wording import IN_PART, MISSING, MISSING_OF, MORE_TROUBLE, STALE, UNREAD, recorded

MOST_LINES = 3
_WEEKEND = 5
_DAY = timedelta(days=1)


def troubles(dumps: Sequence[DumpRow]) -> tuple[str, ...]:
    """What was wrong with dumps: one line each, at most three."""
    return cut([_trouble(dump) for dump in dumps[: MOST_LINES + 1]], len(dumps))


def cut(lines: Sequence[str], count: int = 0) -> tuple[str, ...]:
    """The first three lines, and how many more there are of `count`, or of these."""
    beyond = max(count, len(lines)) - MOST_LINES
    return (*lines[:MOST_LINES], *([recorded(MORE_TROUBLE, beyond)] if beyond > 0 else ()))


def _trouble(dump: DumpRow) -> str:
    if dump.state == "quarantined":
        # Of a folder that is missing, readers need not know where on whose disk it was.
        return UNREAD % {"name": dump.name.rpartition("/")[2], "what": dump.problems[0].what}
    return recorded(IN_PART, len(dump.problems), name=dump.name)


def lines(missing: Iterable[str], troubled: Sequence[DumpRow], stale: Iterable[DumpRow]) -> tuple[str, ...]:
    """All that a digest tells of the inbox: what is missing first, then what was wrong, then what was old."""
    return (*missing, *troubles(troubled), *cut([_stale(dump) for dump in stale]))


def is_stale(dump: DumpRow) -> bool:
    """Whether a list told of nothing that was not known."""
    return dump.state in ("read", "partly") and dump.listed > 1 and not dump.new and not dump.revised


def _stale(dump: DumpRow) -> str:
    return recorded(STALE, dump.listed, name=dump.name)


def missing(expected: Expected, newest: date | None, today: date) -> str:
    """What to say of dumps that have not come; empty while that may be chance, or where none ever came.

    `newest` is the latest date that a dump of this kind bears. The dump of today may still come.
    """
    if newest is None or (count := missed(expected.every, newest, today)) < expected.missing:
        return ""
    forms = MISSING if expected.files == "*" else MISSING_OF
    return recorded(forms[expected.every], count, files=expected.files, since=newest)


def missed(every: str, newest: date, today: date) -> int:
    """How many days, weekdays or weeks lie whole between two dates."""
    if every == "week":
        return max(0, (_monday(today) - _monday(newest)).days // 7 - 1)
    days = (newest + number * _DAY for number in range(1, (today - newest).days))
    return sum(every == "day" or day.weekday() < _WEEKEND for day in days)


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY
