"""Days, weeks and months of editions."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import at

from newsletter.almanac import Almanac, calendar, neighbours, week
from newsletter.publication import Archive, Edition


def edition(name: str, **listing: tuple[int, ...]) -> Edition:
    day = date.fromisoformat(name[:10])
    return Edition(name=name, date=day, made=at(f"{day} 12:00"), sections=(), listing=tuple(listing.items()))


def almanac(*editions: Edition, **stamps: str) -> Almanac:
    numbers = {int(name.removeprefix("p")): stamp for name, stamp in stamps.items()}
    archive = Archive(editions=editions, profiles=(), papers=())
    return Almanac(archive, {"one": "One", "two": "Two"}, numbers)


def test_editions_of_a_day_are_told_together_in_the_order_they_were_made():
    made = almanac(
        edition("2026-08-07-2", one=(3,)), edition("2026-08-07", one=(1, 2)), edition("2026-08-06")
    )
    latest = made.days[0]

    assert ["2026-08-07", "2026-08-07-2"] == [each.name for each in latest.editions]
    assert (3, ("One",), "editions/2026-08-07.html") == (latest.papers, latest.profiles, latest.path)


def test_weeks_and_months_are_newest_first_and_a_year_turns_by_weeks():
    made = almanac(edition("2027-01-03"), edition("2026-12-31"), edition("2026-12-01"))

    assert ["2026-W53", "2026-W49"] == [span.name for span in made.weeks]
    assert ["2027-01", "2026-12"] == [span.name for span in made.months]
    assert (date(2026, 12, 31), date(2027, 1, 3)) == (made.weeks[0].first, made.weeks[0].last)


@pytest.mark.parametrize(("day", "name"), [("2026-08-07", "2026-W32"), ("2027-01-01", "2026-W53")])
def test_weeks_are_counted_as_iso_counts_them(day, name):
    assert name == week(date.fromisoformat(day))


def test_a_profile_that_is_not_shown_counts_nowhere():
    made = almanac(edition("2026-08-07", one=(1,), mine=(2,)))

    assert (1, ("One",)) == (made.days[0].papers, made.days[0].profiles)


def test_a_stamp_changes_with_any_paper_and_with_nothing_else():
    editions = (edition("2026-08-07", one=(1,), two=(2,)),)
    before, after = almanac(*editions, p1="a", p2="b"), almanac(*editions, p1="a", p2="c")

    assert before.stamp(editions) == almanac(*editions, p1="a", p2="b", p3="x").stamp(editions)
    assert before.stamp(editions) != after.stamp(editions)
    assert before.stamp(editions, profile="one") == after.stamp(editions, profile="one")
    assert before.stamp(editions, "a note") != before.stamp(editions)


def test_a_calendar_begins_on_monday_and_has_the_days_of_its_month_alone():
    weeks = calendar(almanac(edition("2026-08-07")).months[0])

    assert (None,) * 5 + (date(2026, 8, 1), date(2026, 8, 2)) == weeks[0]
    assert date(2026, 8, 31) == weeks[-1][0]
    assert 6 == len(weeks)


def test_the_first_and_the_last_have_one_neighbour():
    days = almanac(edition("2026-08-07"), edition("2026-08-06"), edition("2026-08-05")).days

    assert (None, days[1]) == neighbours(days, 0)
    assert (days[0], days[2]) == neighbours(days, 1)
    assert (days[1], None) == neighbours(days, 2)
