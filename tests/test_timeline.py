"""A paper over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fakes import at, paper

from newsletter.model import Sighting
from newsletter.timeline import HEIGHT, MOST_MARKS, WIDTH, Event, listings, span, spark, timeline

MARCH, JUNE, AUGUST = date(2026, 3, 1), date(2026, 6, 1), date(2026, 8, 7)


def listed(*sightings: tuple[date, int | None]):
    each = tuple(Sighting(dump=f"{n}.txt", date=day, votes=votes) for n, (day, votes) in enumerate(sightings))
    return paper(sightings=each)


def test_a_timeline_begins_with_the_earliest_and_tells_each_day_once():
    of = replace(
        listed((AUGUST, 9), (MARCH, None), (AUGUST, 12)), published=date(2026, 2, 1), revised=at("2026-08-07")
    )
    expected = (
        Event(date=date(2026, 2, 1), what="published"),
        Event(date=MARCH, what="listed"),
        Event(date=AUGUST, what="listed", votes=12),
        Event(date=AUGUST, what="revised"),
    )

    assert expected == timeline(of)


def test_no_votes_and_none_are_two_things():
    first, second = listings(listed((MARCH, 0), (JUNE, None)))

    assert 0 == first.votes
    assert second.votes is None


def test_marks_stand_where_their_days_are_between_the_first_and_the_last():
    made = spark(listed((MARCH, None), (AUGUST, None)), MARCH, AUGUST)

    assert (4, WIDTH - 4) == made.marks


def test_a_list_before_the_picture_begins_is_not_in_it():
    assert 1 == len(spark(listed((MARCH, None), (AUGUST, None)), JUNE, AUGUST).marks)


def test_one_day_alone_stands_in_the_middle():
    assert (WIDTH / 2,) == spark(listed((MARCH, None)), MARCH, MARCH).marks


def test_votes_make_a_line_from_two_lists_on_and_reach_the_top_at_their_most():
    one = spark(listed((MARCH, 3), (AUGUST, None)), MARCH, AUGUST)
    two = spark(listed((MARCH, 0), (AUGUST, 8)), MARCH, AUGUST)

    assert "" == one.line
    assert f"4,{HEIGHT - 4} {WIDTH - 4},4" == two.line


def test_votes_that_are_all_nought_lie_on_the_ground():
    assert (
        f"4,{HEIGHT - 4} {WIDTH - 4},{HEIGHT - 4}"
        == spark(listed((MARCH, 0), (AUGUST, 0)), MARCH, AUGUST).line
    )


def test_a_paper_on_hundreds_of_lists_has_a_bounded_picture():
    every = listed(*((date.fromordinal(MARCH.toordinal() + n), n) for n in range(300)))

    assert MOST_MARKS == len(spark(every, MARCH, date(2026, 12, 31)).marks)


def test_papers_of_a_page_share_their_days_from_the_earliest_that_counts():
    papers = (listed((MARCH, None), (JUNE, None)), listed((AUGUST, None)))

    assert (JUNE, AUGUST) == span(papers, date(2026, 4, 1))
    assert (MARCH, MARCH) == span((), MARCH)
