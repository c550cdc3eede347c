"""Slots against a wall clock that is looked at every minute of a year: rule 13, whole.

The reference knows nothing of gaps and folds. It looks at the clock on the wall minute by minute, and calls a
moment passed when the clock first shows that time or a later one; a clock put back makes nothing unpassed.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo, available_timezones

import pytest
from fakes import at
from test_slots import ZONES

from newsletter.model import Rhythm
from newsletter.slots import due, following

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF_HOURS = [minutes * 30 for minutes in range(48)]
YEAR = (at("2026-01-01 00:00"), at("2027-01-01 00:00"))
ODD = (
    ("Pacific/Apia", 2011),  # had no 30 December
    ("Pacific/Kwajalein", 1993),  # had no 21 August
    ("Antarctica/Troll", 2026),  # two hours at once
    ("Africa/Casablanca", 2026),  # back for Ramadan, to a negative summer time
    ("America/Caracas", 2016),  # half an hour forward, for good
    ("Asia/Pyongyang", 2018),  # forward at 23:30
    ("Europe/Volgograd", 2020),  # back, for good
)


def on_the_wall(day: date, minutes: int = 0) -> datetime:
    """What a clock on the wall shows so many minutes after it showed midnight."""
    return datetime(day.year, day.month, day.day) + minutes * MINUTE  # noqa: DTZ001 - it shows no zone


@cache
def shown(zone: str, first: datetime, last: datetime) -> list[datetime]:
    """The latest time that the clock on the wall had shown by each minute, from one moment to another."""
    here, clock = ZoneInfo(zone), []
    for hour in range(int((last - first) / HOUR)):
        ends = [(first + (hour + n) * HOUR).astimezone(here) for n in (0, 1)]
        minutes = range(60)
        if ends[0].utcoffset() == ends[1].utcoffset():
            start = ends[0].replace(tzinfo=None)
            clock += [start + n * MINUTE for n in minutes]
        else:
            start = first + hour * HOUR
            clock += [(start + n * MINUTE).astimezone(here).replace(tzinfo=None) for n in minutes]
    return list(accumulate(clock, max))


def passed(zone: str, first: datetime, last: datetime, wanted: datetime) -> datetime | None:
    """The minute after the first at which the clock first shows a time or a later one."""
    clock = shown(zone, first, last)
    place = bisect_left(clock, wanted)
    return first + place * MINUTE if 0 < place < len(clock) else None


def by_the_clock(zone: str, first: datetime, last: datetime, minutes: int) -> dict[date, datetime]:
    """When each date's slot comes due between two moments, by the clock on the wall."""
    days = [first.date() + n * DAY for n in range(-1, (last - first).days + 2)]
    found = {day: passed(zone, first, last, on_the_wall(day, minutes)) for day in days}
    return {day: moment for day, moment in found.items() if moment}


def by_us(zone: str, first: datetime, last: datetime, minutes: int) -> dict[date, datetime]:
    """The same by the code under test."""
    rhythm = Rhythm(at=minutes, timezone=zone)
    return {slot.date: slot.moment for slot in due(rhythm, first, last - MINUTE)}


@pytest.mark.parametrize("zone", ZONES)
def test_each_minute_of_a_year_has_come_due_what_the_wall_clock_has_shown(zone):
    """Rule 13: nine zones, 48 times of day; equal moments are an equal answer at every minute."""
    for minutes in HALF_HOURS:
        assert by_the_clock(zone, *YEAR, minutes) == by_us(zone, *YEAR, minutes)


def put_forward_or_back(zone: str, year: int) -> list[datetime]:
    """The moments of a year at which a zone's clock jumps, to the minute."""
    here, found = ZoneInfo(zone), []
    start = datetime(year, 1, 1, tzinfo=UTC)
    for n in range(366):
        low, high = start + n * DAY, start + (n + 1) * DAY
        if low.astimezone(here).utcoffset() == high.astimezone(here).utcoffset():
            continue
        while high - low > MINUTE:
            middle = low + (high - low) // MINUTE // 2 * MINUTE
            same = low.astimezone(here).utcoffset() == middle.astimezone(here).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        found.append(high)
    return found


def nights(year: int) -> list[tuple[str, datetime]]:
    """Every night of a year on which a clock jumps, in every zone there is."""
    zones = sorted(available_timezones() - {"localtime"})
    return [(zone, jump) for zone in zones for jump in put_forward_or_back(zone, year)]


def assert_right_about(zone: str, jump: datetime) -> None:
    """Every quarter of an hour of the days around a jump is due when the clock on the wall shows it."""
    first, last = jump - 2 * DAY, jump + 2 * DAY
    for minutes in range(0, 24 * 60, 15):
        assert by_the_clock(zone, first, last, minutes) == by_us(zone, first, last, minutes)


@pytest.mark.parametrize(("zone", "year"), ODD)
def test_odd_nights_of_the_past_are_right_too(zone, year):
    """Rule 13: days that a zone never had, half hours, jumps before midnight."""
    jumps = put_forward_or_back(zone, year)
    for jump in jumps:
        assert_right_about(zone, jump)

    assert jumps


def test_every_night_on_which_a_clock_jumps_is_right_in_every_zone():
    """Rule 13: all zones; of those that jump at one moment by the same clock, one stands for all."""
    alike = {}
    for zone, jump in nights(2026):
        before, after = ((jump + d).astimezone(ZoneInfo(zone)).utcoffset() for d in (-MINUTE, timedelta(0)))
        alike.setdefault((jump, before, after), zone)
    for (jump, _, _), zone in alike.items():
        assert_right_about(zone, jump)

    assert len(alike) > 20


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("line", ["30 7 * * *", "30 2 * * *", "0 0 * * 1", "15 1 31 * *", "0 12 1 * *"])
def test_a_cron_line_fires_when_the_wall_clock_shows_its_time(zone, line):
    """Rule 13: fixed times of a cron line mean what `at` means, gaps and folds included."""
    first, last = YEAR
    minute, hour, of_month, _, of_week = line.split()
    days = [date(2025, 12, 31) + n * DAY for n in range(367)]
    days = [day for day in days if of_month in ("*", str(day.day))]
    days = [day for day in days if of_week in ("*", str(day.isoweekday()))]
    moments = (passed(zone, first, last, on_the_wall(day, int(hour) * 60 + int(minute))) for day in days)
    expected = [moment for moment in moments if moment]

    found = [slot.moment for slot in due(Rhythm(every=line, timezone=zone), first, last - MINUTE)]

    assert expected == found


@pytest.mark.parametrize("zone", ZONES)
def test_what_follows_is_always_what_comes_due_next(zone):
    """Whoever waits for the following slot wakes up for each, and for each once."""
    rhythm = Rhythm(at=90, timezone=zone)
    moment, woke = YEAR[0], []
    while (moment := following(rhythm, moment).moment) < YEAR[1]:
        woke.append(moment)

    assert woke == [slot.moment for slot in due(rhythm, YEAR[0], YEAR[1] - MINUTE)]
