"""How long is waited, and who is asked when: never for ever, never at once, never by a source's slip."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import at
from hypothesis import given
from hypothesis import strategies as st

from newsletter import patience
from newsletter.sources import Trouble

NOW = at("2026-08-07 12:00")
SECONDS_A_WEEK = 7 * 24 * 3600


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Fri, 07 Aug 2026 12:02:00 GMT", 120),
        ("Fri, 07 Aug 2026 12:02:00", 120),
        ("Fri, 07 Aug 2026 11:00:00 GMT", 0),
        ("99999999999999999999999999", SECONDS_A_WEEK),
        ("Fri, 07 Aug 2099 12:00:00 GMT", SECONDS_A_WEEK),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
        ("", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date_and_nothing_else(said, seconds):
    assert seconds == patience.retry_after(said, NOW)


@given(st.text(max_size=60))
def test_no_retry_after_silences_a_source_for_ever(said):
    found = patience.retry_after(said, NOW)

    assert found is None or 0 <= found <= SECONDS_A_WEEK


@given(st.integers(1, 10), st.none() | st.floats(0, 1e6), st.floats(0, 1))
def test_a_turn_waits_a_minute_at_most_and_gives_up_after_some_tries(tried, told, chance):
    seconds = patience.wait(tried, told, chance)

    assert seconds is None or 1 <= seconds <= patience.LONGEST_WAIT
    assert seconds is None or tried < patience.TRIES
    assert seconds is None or told is None or seconds >= told


def test_waits_grow_and_no_two_who_failed_at_once_come_back_at_once():
    waits = [[patience.wait(tried, None, chance) for chance in (0.0, 1.0)] for tried in (1, 2, 3)]

    assert [[1, 3], [4, 12], [16, 48]] == waits


@given(st.integers(1, 10_000))
def test_a_source_in_trouble_is_asked_again_within_a_quarter_of_an_hour_to_six_hours(failures):
    pause = patience.not_before(NOW, failures, None) - NOW

    assert timedelta(minutes=15) <= pause <= timedelta(hours=6)


def test_what_a_source_asks_for_holds_against_our_own_measure():
    assert NOW + timedelta(days=1) == patience.not_before(NOW, 1, 86400.0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, None), (304, None), (401, "refused"), (403, "refused"), (404, "gone"), (410, "gone"), (400, "odd"),
     (204, "odd"), (206, "odd"), (429, "failing"), (500, "failing"), (503, "failing"), (524, "failing")],
)  # fmt: skip
def test_a_status_says_whether_waiting_helps(status, kind):
    trouble = patience.trouble_of(status)

    assert kind == (trouble and trouble.kind)
    assert trouble is None or kind in patience.PASSING or trouble.hint


def test_a_trouble_that_lasts_three_days_becomes_one_to_look_at():
    trouble = Trouble(kind="unreachable", what="it cannot be reached")
    kinds = [
        patience.settled(trouble, succeeded, 2, NOW).kind
        for succeeded in (None, NOW - timedelta(days=2, hours=23), NOW - timedelta(days=3))
    ]

    assert ["unreachable", "unreachable", "silent"] == kinds
    assert "gone" == patience.settled(Trouble(kind="gone", what=""), NOW - timedelta(days=9), 9, NOW).kind


def test_a_source_that_never_answered_is_one_to_look_at_after_an_hour():
    trouble = Trouble(kind="unreachable", what="it cannot be reached")
    told = [patience.settled(trouble, None, failures, NOW) for failures in (1, 2, 3)]

    assert ["unreachable", "unreachable", "silent"] == [each.kind for each in told]
    assert "it has never answered: it cannot be reached" == told[-1].what


@given(st.integers(5, 20_000))
def test_a_source_is_due_at_the_latest_when_its_time_has_passed(every):
    tried = NOW - timedelta(minutes=every)

    assert patience.is_due(NOW, every, tried, None)
    assert not patience.is_due(NOW, every, NOW, None)


def test_a_clock_that_went_back_stops_no_source():
    assert patience.is_due(NOW, 60, NOW + timedelta(days=400), None)
