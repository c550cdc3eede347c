"""Slots: for which local date, week or month a digest is due, and at which moment. A rhythm and two moments
in, slots out. No clock: `now` comes in, and the slot, not whatever woke us, is the truth.

A slot's moment is local wall-clock time. In the gap of a clock put forward it is the gap's end; in the
hour that a clock put back repeats, the first pass (cronsim does the same for cron lines).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from newsletter.model import Away, Rhythm

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_WEEKDAYS = 5
MOST = 400
"""So many missed slots are told one by one at the most: more than a year of days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One slot: its name (2026-11-22, 2026-W47, 2026-11 or 2026-11-22T07:30), its moment in UTC, its date."""

    name: str
    moment: datetime
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with the slots of a reader that have come due: at most one digest."""

    digest: Slot | None = None
    skipped: tuple[tuple[Slot, str], ...] = ()
    """Slots that pass without one, and why: missed, away or late."""


def due(rhythm: Rhythm, after: datetime, until: datetime) -> tuple[Slot, ...]:
    """The slots whose moments lie after one moment and not after another; the last 400 at the most."""
    start = max(after, until - MOST * _DAY)
    found = takewhile(lambda slot: slot.moment <= until, _from(rhythm, start))
    return tuple(slot for slot in found if slot.moment > after)[-MOST:]


def following(rhythm: Rhythm, now: datetime) -> Slot:
    """The first slot whose moment is after `now`."""
    return next(slot for slot in _from(rhythm, now) if slot.moment > now)


def starting_point(rhythm: Rhythm, now: datetime) -> datetime:
    """The moment after which a new reader's slots count: just before the current period began."""
    zone = ZoneInfo(rhythm.timezone)
    today = now.astimezone(zone).date()
    if rhythm.every == "week":
        today -= today.weekday() * _DAY
    elif rhythm.every == "month":
        today = today.replace(day=1)
    elif rhythm.every not in ("day", "weekday"):
        fired = list(takewhile(lambda slot: slot.moment <= now, _from(rhythm, now - 40 * _DAY)))
        return fired[-1].moment - _MINUTE if fired else now
    return moment_of(today, 0, zone) - _MINUTE


def plan(slots: Sequence[Slot], *, away: Iterable[Away], max_lateness: int | None, now: datetime) -> Plan:
    """Of the slots that are due, the latest gets a digest; the others are missed, or the reader was away.

    `max_lateness` is in minutes. A latest slot inside an absence gets none: the first one after it does.
    """
    absences = tuple(away)
    reasons = [(slot, "away" if _is_away(slot.date, absences) else "missed") for slot in slots]
    if not reasons or reasons[-1][1] == "away":
        return Plan(skipped=tuple(reasons))
    latest = slots[-1]
    if max_lateness is not None and now - latest.moment > timedelta(minutes=max_lateness):
        return Plan(skipped=(*reasons[:-1], (latest, "late")))
    return Plan(digest=latest, skipped=tuple(reasons[:-1]))


def _is_away(day: date, away: Iterable[Away]) -> bool:
    return any(absence.first <= day <= absence.last for absence in away)


def moment_of(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a local wall-clock time given in minutes after midnight."""
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # The wall clock never showed this time: go back to the minute at which it was put forward.
    while (moment - _MINUTE).astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset():
        moment -= _MINUTE
    return moment


def _from(rhythm: Rhythm, start: datetime) -> Iterator[Slot]:
    """Slots in the order of their moments, beginning a little before `start`."""
    zone = ZoneInfo(rhythm.timezone)
    first = start.astimezone(zone).date() - _DAY
    if rhythm.every == "week":
        return _weeks(rhythm, first, zone)
    if rhythm.every == "month":
        return _months(rhythm, first, zone)
    if rhythm.every in ("day", "weekday"):
        return _days(rhythm, first, zone)
    return _cron(rhythm, start, zone)


def _days(rhythm: Rhythm, first: date, zone: ZoneInfo) -> Iterator[Slot]:
    day = first
    while True:
        if rhythm.every == "day" or day.weekday() < _WEEKDAYS:
            yield Slot(name=day.isoformat(), moment=moment_of(day, rhythm.at, zone), date=day)
        day += _DAY


def _weeks(rhythm: Rhythm, first: date, zone: ZoneInfo) -> Iterator[Slot]:
    day = first - first.weekday() * _DAY + (rhythm.on or 0) * _DAY
    while True:
        year, week, _ = day.isocalendar()
        yield Slot(name=f"{year}-W{week:02}", moment=moment_of(day, rhythm.at, zone), date=day)
        day += 7 * _DAY


def _months(rhythm: Rhythm, first: date, zone: ZoneInfo) -> Iterator[Slot]:
    month = first.replace(day=1)
    while True:
        following_month = (month + 32 * _DAY).replace(day=1)
        last = (following_month - _DAY).day  # "on: 31" is the last day of a shorter month
        day = month.replace(day=min(rhythm.on or 1, last))
        yield Slot(name=f"{month:%Y-%m}", moment=moment_of(day, rhythm.at, zone), date=day)
        month = following_month


def _cron(rhythm: Rhythm, start: datetime, zone: ZoneInfo) -> Iterator[Slot]:
    from cronsim import CronSim  # noqa: PLC0415 - 12 ms that only a cron line needs

    local = (start - _MINUTE).astimezone(zone)
    for fired in islice(CronSim(rhythm.every, local), MOST * 24 * 60):
        name = fired.strftime("%Y-%m-%dT%H:%M")
        yield Slot(name=name, moment=fired.astimezone(UTC), date=fired.date())
