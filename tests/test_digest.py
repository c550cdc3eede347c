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


ABSTRACT = " ".join(f"word{letter}{other}" for letter in "abcdefgh" for other in "abcdefgh")
"""Enough words for a near-repeat."""


def saying(each: Candidate, abstract: str = ABSTRACT) -> Candidate:
    """The same candidate with an abstract: all that have this one are near-repeats."""
    return replace(each, paper=replace(each.paper, abstract=abstract))


def alike(composition) -> dict[int, list[int]]:
    return {
        pick.paper.number: [each.number for each in pick.alike]
        for section in composition.sections
        for pick in section.picks
    }


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


def test_profiles_share_what_is_at_most_in_a_digest_the_better_next_paper_first():
    ones = [candidate(number, one=5.0 - number) for number in (1, 2, 3)]
    twos = [candidate(number, two=0.5) for number in (4, 5)]
    roomy = [replace(ONE, limit=9), replace(TWO, limit=9)]
    shares = {most: numbers(compose([*ones, *twos], roomy, at_most=most)) for most in (1, 2, 3, 4, 9)}

    assert {"one": [1]} == shares[1]
    assert {"one": [1], "two": [4]} == shares[2]
    assert {"one": [1, 2], "two": [4]} == shares[3]
    assert {"one": [1, 2], "two": [4, 5]} == shares[4]
    assert {"one": [1, 2, 3], "two": [4, 5]} == shares[9]


def test_a_share_is_of_what_is_new_before_it_is_of_the_backlog():
    """Rule 17."""
    made = [candidate(number, one=1.0) for number in (1, 2)]
    made += [candidate(number, two=9.0, waited=True) for number in (3, 4)]

    assert {"one": [1, 2], "two": [3]} == numbers(compose(made, [ONE, TWO], at_most=3))


def test_a_catch_up_may_hold_as_many_times_what_is_at_most_in_a_digest():
    """Rule 15."""
    many = [candidate(number, one=1.0) for number in range(1, 12)]
    room = {c: len(compose(many, [ONE], c, at_most=1).sections[0].picks) for c in (1, 2, 3, 7)}

    assert {1: 1, 2: 2, 3: 3, 7: 3} == room


def test_near_repeats_are_told_with_the_best_of_them_and_take_no_room():
    same = [saying(candidate(number, one=score)) for number, score in ((1, 1.0), (2, 3.0), (3, 2.0))]
    made = compose([*same, candidate(4, one=0.5), candidate(5, one=0.1)], [ONE])

    assert {2: [3, 1], 4: []} == alike(made)
    assert [5] == [each.paper.number for each in made.passed]


def test_a_near_repeat_is_told_with_one_in_another_section():
    made = compose([saying(candidate(1, one=2.0)), saying(candidate(2, two=1.0))], [ONE, TWO])

    assert {1: [2]} == alike(made)
    assert {"one": [1]} == numbers(made)


def test_a_near_repeat_of_what_found_no_room_stands_where_it_finds_some():
    """And then what found none is told with it."""
    narrow = replace(ONE, limit=1)
    made = compose(
        [candidate(1, one=9.0), saying(candidate(2, one=2.0)), saying(candidate(3, two=1.0))], [narrow, TWO]
    )

    assert {1: [], 3: [2]} == alike(made)
    assert () == made.passed


def test_what_only_a_private_interest_found_is_told_in_no_public_section():
    """Its title would lead to a page that does not exist. The other way round is fine."""
    mine = Following(profile="mine", title="Mine", limit=2, private=True)
    public, private = saying(candidate(1, one=2.0)), saying(candidate(2, mine=1.0))

    assert {1: [], 2: []} == alike(compose([public, private], [ONE, mine]))
    assert {2: [1]} == alike(compose([public, saying(candidate(2, mine=3.0))], [ONE, mine]))


def test_with_diversity_a_paper_unlike_the_others_has_room_before_a_better_one_that_is_like_them():
    """The order decides who has room; followed authors and what is new still come before it."""
    first, second = (replace(candidate(n, one=9.0 - n), paper=paper("Few steps", number=n)) for n in (1, 2))
    third = replace(candidate(3, one=6.5), paper=paper("Folding shirts", number=3))
    followed = candidate(4, one=1.0, by=BY_ADA)
    low = candidate(5, one=0.5)
    wide = replace(ONE, limit=3)

    assert {"one": [4, 1, 2]} == numbers(compose([first, second, third, followed, low], [wide]))
    assert {"one": [4, 1, 3]} == numbers(
        compose([first, second, third, followed, low], [wide], diversity=0.6)
    )


def test_a_section_without_a_paper_is_none():
    assert () == compose([], [ONE, TWO]).sections


scores = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([0.5, 1.0, 2.0]) for name in ("one", "two")}
).filter(bool)
candidates = st.lists(
    st.builds(
        lambda scores, **fields: {**scores, **fields},
        scores,
        waited=st.booleans(),
        trends=st.booleans(),
        passes=st.integers(0, 3),
        by=st.none() | st.just(BY_ADA),
        says=st.sampled_from(["", "", ABSTRACT, ABSTRACT.replace("word", "term")]),
    ),
    max_size=12,
).map(lambda found: [made_up(number, **fields) for number, fields in enumerate(found, 1)])


def made_up(number: int, *, says: str, **fields) -> Candidate:
    return saying(candidate(number, **fields), says)


@given(candidates, st.integers(1, 4), st.none() | st.integers(1, 6), st.sampled_from([0.0, 0.6, 1.0]))
def test_every_candidate_stands_once_is_folded_or_waits(found, covers, at_most, diversity):
    """The law of a digest: nothing is lost, nothing comes twice, no limit is broken, and none is passed over
    that a profile of its had room for, unless the digest as a whole had none; nor is one that is a
    near-repeat of what is shown.
    """
    made = compose(found, [ONE, TWO], covers, at_most=at_most, diversity=diversity)
    shown = [number for its in numbers(made).values() for number in its]
    passed = [each.paper.number for each in made.passed]
    times = min(covers, 3)
    full = at_most is not None and len(shown) == at_most * times

    folded = [number for its in alike(made).values() for number in its]

    assert sorted(shown + folded + passed) == list(range(1, len(found) + 1))
    assert all(len(its) <= 2 * times for its in numbers(made).values())
    assert at_most is None or len(shown) <= at_most * times
    for each in made.passed:
        assert full or all(len(numbers(made).get(m.profile, [])) == 2 * times for m in each.matches)
        assert not each.paper.abstract or each.paper.abstract not in {
            pick.paper.abstract for section in made.sections for pick in section.picks
        }


@given(candidates, st.integers(1, 4), st.none() | st.integers(1, 6))
def test_a_section_is_in_the_order_of_standing_then_of_score(found, covers, at_most):
    """Rule 17, and followed authors before all."""
    by_number = {each.paper.number: each for each in found}
    made = compose(found, [ONE, TWO], covers, at_most=at_most)
    ranks = [
        [(by_number[p.paper.number].standing, -by_number[p.paper.number].score) for p in section.picks]
        for section in made.sections
    ]

    varied = compose(found, [ONE, TWO], covers, at_most=at_most, diversity=1.0)
    standings = [[by_number[p.paper.number].standing for p in section.picks] for section in varied.sections]

    assert all(rank == sorted(rank) for rank in ranks)
    assert all(each == sorted(each) for each in standings)


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
