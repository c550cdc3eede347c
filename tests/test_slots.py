"""Slots: every local date, week and month has one moment, on DST nights too."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fakes import at
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model import Away, Rhythm
from newsletter.slots import Plan, Slot, due, following, plan, starting_point

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)


def names(slots):
    return [slot.name for slot in slots]


def test_a_day_slot_is_due_at_its_local_hour():
    rhythm = Rhythm(every="day", at=7 * 60 + 30, timezone="America/New_York")

    assert due(rhythm, at("2026-11-21 13:00"), at("2026-11-22 12:29")) == ()
    assert due(rhythm, at("2026-11-21 13:00"), at("2026-11-22 12:30")) == (
        Slot(name="2026-11-22", moment=at("2026-11-22 12:30"), date=date(2026, 11, 22)),
    )


def test_week_slots_are_iso_weeks_and_month_slots_end_with_short_months():
    week = Rhythm(every="week", on=4)
    month = Rhythm(every="month", on=31)

    assert names(due(week, at("2025-12-20 00:00"), at("2026-01-10 00:00"))) == [
        "2025-W52",
        "2026-W01",
        "2026-W02",
    ]
    assert [slot.date.day for slot in due(month, at("2026-01-01 00:00"), at("2026-04-30 12:00"))] == [
        31,
        28,
        31,
        30,
    ]


def test_weekdays_leave_the_weekend_out():
    rhythm = Rhythm(every="weekday")

    assert names(due(rhythm, at("2026-11-19 12:00"), at("2026-11-23 12:00"))) == ["2026-11-20", "2026-11-23"]


def test_a_moment_in_a_gap_is_due_at_the_gaps_end():
    """Rule 13: Berlin had no 02:30 on 29 March 2026; the clock went from 02:00 to 03:00 CEST."""
    rhythm = Rhythm(every="day", at=150, timezone="Europe/Berlin")

    slots = due(rhythm, at("2026-03-28 12:00"), at("2026-03-29 12:00"))

    assert [slot.moment for slot in slots] == [at("2026-03-29 01:00")]


def test_a_moment_in_a_fold_is_due_at_its_first_pass():
    """Rule 13: Berlin had 02:30 twice on 25 October 2026."""
    rhythm = Rhythm(every="day", at=150, timezone="Europe/Berlin")

    slots = due(rhythm, at("2026-10-24 12:00"), at("2026-10-25 12:00"))

    assert [slot.moment for slot in slots] == [at("2026-10-25 00:30")]


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_days_has_each_date_once_at_every_hour_and_in_every_zone(zone):
    for half_hour in range(48):
        rhythm = Rhythm(every="day", at=half_hour * 30, timezone=zone)
        slots = due(rhythm, at("2025-12-31 00:00"), at("2027-01-02 00:00"))
        dates = [slot.date for slot in slots]

        assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
        assert date(2026, 1, 1) in dates
        assert date(2026, 12, 31) in dates


def test_cron_lines_mean_what_cron_means():
    rhythm = Rhythm(every="30 7 * * 1", timezone="Europe/Paris")

    assert names(due(rhythm, at("2026-11-10 00:00"), at("2026-11-24 00:00"))) == [
        "2026-11-16T07:30",
        "2026-11-23T07:30",
    ]


def test_the_following_slot_is_after_now():
    assert following(Rhythm(), at("2026-11-22 00:00")).name == "2026-11-23"


@pytest.mark.parametrize(
    ("rhythm", "first"),
    [
        (Rhythm(), ["2026-11-18"]),
        (Rhythm(at=23 * 60), []),
        (Rhythm(every="week"), ["2026-W47"]),
        (Rhythm(every="week", on=4), []),
        (Rhythm(every="month"), ["2026-11"]),
        (Rhythm(every="0 7 * * 1"), ["2026-11-16T07:00"]),
    ],
)
def test_a_new_reader_starts_in_the_current_period(rhythm, first):
    """Rule 13: on a Wednesday at noon, today's, this week's and this month's slots count if they passed."""
    now = at("2026-11-18 12:00")

    assert names(due(rhythm, starting_point(rhythm, now), now)) == first


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["day", "weekday", "week", "month"]),
    st.integers(0, 1439),
    st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=12),
)
def test_each_slot_is_due_once_however_often_one_looks(zone, every, minutes, looks):
    """The slot, not the trigger, is the truth."""
    rhythm = Rhythm(every=every, at=minutes, timezone=zone)
    start = datetime(2026, 2, 15, tzinfo=UTC)
    moments = sorted(start + timedelta(minutes=look) for look in looks)

    seen, last = [], start
    for moment in moments:
        seen += due(rhythm, last, moment)
        last = moment

    assert tuple(seen) == due(rhythm, start, moments[-1])


def slot(day: int) -> Slot:
    when = date(2026, 11, day)
    return Slot(name=when.isoformat(), moment=datetime(2026, 11, day, tzinfo=UTC), date=when)


def test_of_several_missed_slots_only_the_latest_is_sent():
    """Rule 14."""
    planned = plan([slot(20), slot(21), slot(22)], away=(), max_lateness=None, now=at("2026-11-22 09:00"))

    assert planned == Plan(digest=slot(22), skipped=((slot(20), "missed"), (slot(21), "missed")))


def test_an_absence_includes_both_end_days_and_ends_at_the_first_slot_after_it():
    """Rule 15."""
    away = (Away(first=date(2026, 11, 20), last=date(2026, 11, 21)),)

    during = plan([slot(20), slot(21)], away=away, max_lateness=None, now=at("2026-11-21 09:00"))
    after = plan([slot(22)], away=away, max_lateness=None, now=at("2026-11-22 09:00"))

    assert during == Plan(skipped=((slot(20), "away"), (slot(21), "away")))
    assert after == Plan(digest=slot(22))


def test_a_slot_that_is_too_late_is_given_up():
    """Rule 15: max_lateness, here six hours."""
    planned = plan([slot(22)], away=(), max_lateness=360, now=at("2026-11-22 06:01"))

    assert planned == Plan(skipped=((slot(22), "late"),))
