"""What a digest and `newsletter status` say of dumps that are missing, old or read in part."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from fakes import at
from home import CONFIG, Home, page
from house import House, follows, reader
from hypothesis import given
from hypothesis import strategies as st

from newsletter.health import missed, missing
from newsletter.settings import Expected

FRIDAY = date(2026, 8, 7)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("every", "today", "count"),
    [
        ("day", "2026-08-08", 0),
        ("day", "2026-08-11", 3),
        ("weekday", "2026-08-10", 0),
        ("weekday", "2026-08-13", 3),
        ("week", "2026-08-16", 0),
        ("week", "2026-08-17", 1),
        ("day", "2026-08-01", 0),
    ],
)
def test_what_has_not_come_is_counted_by_whole_days_and_weeks(every, today, count):
    """Today's dump may still come, and nobody expects one on a Sunday who says weekday."""
    assert count == missed(every, FRIDAY, date.fromisoformat(today))


@given(DAYS, st.integers(0, 400))
def test_a_day_more_is_never_less_missing(newest, days):
    for every in ("day", "weekday", "week"):
        today = newest + timedelta(days=days)
        assert 0 <= missed(every, newest, today) <= missed(every, newest, today + timedelta(days=1)) <= days


def test_chance_is_not_told_and_an_inbox_that_never_had_any_neither():
    expected = Expected(every="weekday")

    assert "" == missing(expected, None, date(2026, 8, 13))
    assert "" == missing(expected, FRIDAY, date(2026, 8, 12))
    assert "no list has come since 2026-08-07: 3 weekdays are missing" == missing(
        expected, FRIDAY, date(2026, 8, 13)
    )
    assert "no list of arxiv/* has come since 2026-08-07: 1 week is missing" == missing(
        Expected(files="arxiv/*", every="week", missing=1), FRIDAY, date(2026, 8, 17)
    )


@pytest.fixture
def house() -> House:
    options = {"expected": (Expected(every="day", missing=2),)}
    return House(
        profiles=[follows("diffusion", "diffusion")], readers=[reader("ada", "diffusion")], options=options
    )


def test_a_digest_tells_what_is_missing_and_the_edition_does_not(house):
    """The site follows from the store alone; what is missing follows from the day."""
    house.day("2026-08-07 06:00", "Diffusion one")
    house.now = at("2026-08-12 06:00")
    house.dump("Diffusion two", day="2026-08-08")
    house.round("2026-08-12 06:00")

    assert ("no list has come since 2026-08-08: 3 days are missing",) == house.digest("ada").health
    assert [(), ()] == [edition.health for edition in house.store.editions.all(house.store.papers.load)]


def test_what_is_missing_makes_no_digest(house):
    """Rule 17."""
    house.day("2026-08-07 06:00", "Diffusion one")
    house.day("2026-08-12 06:00")

    assert ("2026-08-12", "skipped (empty)") == house.slots("ada")[-1]


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path, CONFIG + "expected: {every: day, missing: 2}\n")
    home.put("2026-08-07.txt", page("Diffusion one", "Diffusion two"))
    home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", page("Diffusion two", "Diffusion one", date="Aug 8"))
    return home


def test_an_old_page_is_told_in_the_next_mail_and_in_status(home):
    old = home.run("2026-08-08 06:00")
    home.put("2026-08-09.txt", page("Diffusion three", date="Aug 9"))
    home.run("2026-08-09 06:00")
    mail = next(content for name, content in home.mails().items() if name.startswith("2026-08-09_ada"))
    told = json.loads(home.newsletter("status", "--json").out)

    assert 0 == old.code
    assert b"2026-08-08.txt had nothing new: all 2 papers on it were known" in mail.replace(b"=\r\n", b"")
    assert "2 listings, 0 new, 2 seen before, nothing new: an old page?" in home.newsletter("status").out
    assert {"2026-08-08.txt"} == {dump["name"] for dump in told["dumps"] if dump["stale"]}
    assert b"had nothing new" not in b"".join(home.site().values())


def test_what_is_missing_stands_in_status_and_is_no_failure(home):
    home.run("2026-08-08 06:00")
    said = home.newsletter("status")
    told = json.loads(home.newsletter("status", "--json").out)

    assert 0 == said.code
    assert "Dumps\n  no list has come since 2026-08-08: " in said.out
    assert 1 == len(told["missing"])


# -------------------------------------------------------------------------------------------- slots


def test_a_slot_that_no_run_has_settled_is_due_and_then_overdue(home):
    home.run("2026-08-08 06:00")
    told = json.loads(home.newsletter("status", "--json").out)
    said = home.newsletter("status").out

    assert [("ada@example.org", True), ("grace@example.org", True)] == [
        (row["address"], row["overdue"]) for row in told["due_slots"]
    ]
    assert "Due now: the next run makes them\n" in said
    assert "ada@example.org, overdue\n" in said


def test_nothing_is_due_after_a_run(home):
    home.newsletter("run", "--as-of", datetime.now(UTC).isoformat())
    said = home.newsletter("status")

    assert [] == json.loads(home.newsletter("status", "--json").out)["due_slots"]
    assert "Due now" not in said.out


def test_nothing_is_due_to_an_address_that_nothing_is_sent_to(home):
    home.run("2026-08-08 06:00")
    home.newsletter("suppress", "ada@example.org")
    said = home.newsletter("status").out
    told = json.loads(home.newsletter("status", "--json").out)

    assert "ada@example.org" not in said.partition("Due now")[2]
    assert ["grace@example.org"] == [row["address"] for row in told["next_slots"]]


def test_a_time_of_another_year_says_which(home):
    home.run("2025-08-08 06:00")

    assert "Fri 8 Aug 2025 06:00  exit " in home.newsletter("status").out
