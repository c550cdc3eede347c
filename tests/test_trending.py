"""What trends: on several lists, or with votes, counted back from the newest list."""

from __future__ import annotations

from datetime import date, timedelta

from fakes import paper

from newsletter.model import Sighting
from newsletter.trending import MOST_VOTED, WINDOW, current, trends

NEWEST = date(2026, 8, 7)


def seen(number: int, *days_ago: int, votes: int | None = None):
    sightings = tuple(
        Sighting(dump=f"dump-{days}", date=NEWEST - timedelta(days=days), votes=votes)
        for days in sorted(days_ago, reverse=True)
    )
    return paper(f"Paper {number}", number=number, sightings=sightings)


def told(*papers, lists: int = 2) -> list[tuple[int, int, int | None]]:
    return [(trend.paper.number, trend.lists, trend.votes) for trend in trends(papers, NEWEST, lists)]


def test_a_paper_on_several_lists_trends_one_on_one_list_does_not():
    assert [(2, 2, None)] == told(seen(1, 0), seen(2, 0, 7))


def test_two_dumps_of_one_date_are_one_list():
    assert [] == told(seen(1, 0, 0))


def test_the_strongest_comes_first_most_lists_then_votes_then_the_latest():
    papers = [seen(1, 1, 2), seen(2, 0, 9), seen(3, 0, 1, 2), seen(4, 3, 4, votes=5)]

    assert [3, 4, 2, 1] == [number for number, _, _ in told(*papers)]


def test_a_list_longer_ago_than_half_a_year_counts_no_more():
    edge, beyond = WINDOW.days, WINDOW.days + 1

    assert [(1, 2, None)] == told(seen(1, 0, edge), seen(2, 0, beyond))


def test_how_many_lists_it_takes_is_the_configs_word():
    assert [1] == [number for number, _, _ in told(seen(1, 0, 1, 2), seen(2, 0, 1), lists=3)]


def test_votes_alone_make_a_paper_trend_but_only_the_most_voted():
    """Where dumps have votes, nearly every paper has some."""
    papers = [seen(number, 0, votes=number) for number in range(1, MOST_VOTED + 11)]

    assert list(range(MOST_VOTED + 10, 10, -1)) == [number for number, _, _ in told(*papers)]


def test_no_votes_are_no_vote():
    assert [] == told(seen(1, 0, votes=0))


def test_in_a_mail_a_trend_is_current_for_a_fortnight():
    ages = {days: current(trends([seen(1, days, days + 1)], NEWEST, 2)[0], NEWEST) for days in (0, 14, 15)}

    assert {0: True, 14: True, 15: False} == ages
