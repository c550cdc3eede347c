"""Digests: ranked, capped, each paper once. Only values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from fakes import paper, pick, section
from hypothesis import given
from hypothesis import strategies as st

from newsletter.digest import (
    Candidate,
    Following,
    compose,
    edition_section,
    is_fresh,
    once,
    reason_line,
)
from newsletter.model import Match, Reason

ONE = Following(profile="one", title="One", limit=2)
TWO = Following(profile="two", title="Two", limit=2)


def fits(number: int, **scores: float) -> tuple[Match, ...]:
    return tuple(Match(paper=number, profile=name, score=score, reasons=()) for name, score in scores.items())


BY_ADA = Reason(rule="authors", detail="by Ada Lovelace", found="Ada Lovelace", field="authors")


def candidate(number: int, *, by: Reason | None = None, **fields) -> Candidate:
    """candidate(1, waited=True, one=2.0): a paper that fits the profile one with a score of 2."""
    scores = {name: fields.pop(name) for name in ("one", "two", "mine") if name in fields}
    matches = fits(number, **scores)
    if by:
        matches = tuple(replace(match, reasons=(by,)) for match in matches)
    return Candidate(paper=paper(f"Paper {number}", number=number), matches=matches, **fields)


def numbers(composition) -> dict[str, list[int]]:
    return {s.profile: [p.paper.number for p in s.picks] for s in composition.sections}


def test_papers_come_by_score_and_of_equal_ones_the_earlier_recorded_first():
    made = compose([candidate(3, one=1.0), candidate(2, one=1.0), candidate(4, one=2.0)], [ONE])

    assert {"one": [4, 2]} == numbers(made)
    assert [3] == [each.paper.number for each in made.passed]


def test_what_is_new_comes_before_what_waited_and_what_trends_before_the_rest_of_it():
    waiting = [candidate(1, waited=True, one=9.0), candidate(2, waited=True, trends=True, one=1.0)]

    assert {"one": [3, 2]} == numbers(compose([*waiting, candidate(3, one=0.5)], [ONE]))


def test_a_followed_author_stands_on_top_and_has_room_before_any_other():
    """The new ones before those that waited, and both before what is merely new."""
    made = [
        candidate(1, one=9.0),
        candidate(2, one=1.0, by=BY_ADA),
        candidate(3, one=8.0, by=BY_ADA, waited=True, passes=3),
    ]

    assert {"one": [2, 3]} == numbers(compose(made, [ONE]))
    assert {"one": [2, 3, 1]} == numbers(compose(made, [replace(ONE, limit=3)]))


def test_of_the_backlog_the_fresh_comes_before_the_old():
    made = [
        candidate(1, one=9.0, waited=True, passes=4),
        candidate(2, one=1.0, waited=True, passes=1),
        candidate(3, one=2.0, waited=True, passes=1),
    ]

    assert {"one": [3, 2]} == numbers(compose(made, [ONE]))


def test_a_catch_up_has_room_for_as_many_limits_as_slots_but_at_most_three():
    many = [candidate(number, one=1.0) for number in range(1, 12)]
    room = {covers: len(compose(many, [ONE], covers).sections[0].picks) for covers in (1, 2, 3, 7)}

    assert {1: 2, 2: 4, 3: 6, 7: 6} == room


def test_a_section_without_a_paper_is_none():
    assert () == compose([], [ONE, TWO]).sections


candidates = st.lists(
    st.builds(
        lambda one, two, waited, trends: (one, two, waited, trends),
        st.none() | st.sampled_from([0.5, 1.0, 2.0]),
        st.none() | st.sampled_from([0.5, 1.0, 2.0]),
        st.booleans(),
        st.booleans(),
    ).filter(lambda each: each[0] is not None or each[1] is not None),
    max_size=12,
)


@given(candidates, st.integers(1, 4))
def test_every_candidate_stands_once_or_waits(found, covers):
    """The law of a digest: nothing is lost, nothing comes twice, no limit is broken, and none is passed over
    that a profile of its had room for.
    """
    made_of = [
        candidate(
            number,
            waited=waited,
            trends=trends,
            **{name: score for name, score in (("one", one), ("two", two)) if score is not None},
        )
        for number, (one, two, waited, trends) in enumerate(found, 1)
    ]
    made = compose(made_of, [ONE, TWO], covers)
    shown = [number for its in numbers(made).values() for number in its]
    passed = [each.paper.number for each in made.passed]
    room = 2 * min(covers, 3)

    assert sorted(shown + passed) == list(range(1, len(found) + 1))
    assert all(len(its) <= room for its in numbers(made).values())
    for each in made.passed:
        assert all(len(numbers(made).get(match.profile, [])) == room for match in each.matches)


def test_an_edition_shows_the_first_in_full_and_all_others_by_title():
    papers = {number: paper(number=number) for number in range(1, 6)}
    made = edition_section(ONE, [match for number in papers for match in fits(number, one=number)], papers)

    assert [5, 4] == [each.paper.number for each in made.picks]
    assert [3, 2, 1] == [each.paper.number for each in made.more]


def test_in_a_view_of_a_whole_edition_a_paper_stands_where_it_scores_best():
    both, alone = paper("Both", number=1), paper("Alone", number=2)
    weak, strong = (
        Reason(rule="keywords", detail="", score=1.0),
        Reason(rule="keywords", detail="", score=2.0),
    )
    sections = [
        section(pick(both, "one", weak), pick(alone, "one", weak), profile="one"),
        section(pick(both, "two", strong), profile="two"),
        section(pick(both, "three", strong), profile="three"),
    ]

    assert [("one", ["Alone"]), ("two", ["Both"])] == [
        (each.profile, [p.paper.title for p in each.picks]) for each in once(sections)
    ]


def test_the_line_of_reasons_counts_papers_not_places_commonest_first():
    def found(*words: str) -> list[Reason]:
        return [Reason(rule="keywords", detail="", found=word) for word in words]

    picks = [
        pick(paper(number=1), "one", *found("Diffusion", "diffusion")),
        pick(paper(number=2), "one", *found("diffusion", "flow")),
        pick(paper(number=3), "one", *found("a", "b", "c")),
    ]

    assert "diffusion (2) · a (1) · b (1) · c (1)" == reason_line(picks)


@pytest.mark.parametrize(
    ("passed", "passes", "fresh"),
    [(None, 0, True), ("2026-08-01", 1, True), ("2026-08-06", 2, True), ("2026-08-01", 2, False)],
)
def test_a_paper_stays_fresh_for_its_span_and_one_more_slot(passed, passes, fresh):
    day = date.fromisoformat(passed) if passed else None

    assert fresh == is_fresh(day, passes, date(2026, 8, 9), timedelta(days=3))
