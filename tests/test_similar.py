"""Similar papers: found once, in the round that gives a paper its page."""

from __future__ import annotations

from fakes import listed
from house import House, follows
from hypothesis import given
from hypothesis import strategies as st

from newsletter.archive import read_archive
from newsletter.ranking.background import bytes_of, count, fit, from_counts
from newsletter.ranking.neighbours import MOST, neighbours
from newsletter.similar import similar_to

FIELDS = {
    "robots": "robot gripper grasp torque finger tactile sensor manipulation arm joint",
    "speech": "speech phoneme speaker voice acoustic microphone transcript noise prosody accent",
}


def on(field: str, number: int, **fields):
    """A paper of a field, with words of its own."""
    words = FIELDS[field].split()
    turned = words[number % 10 :] + words[: number % 10]
    own = " ".join(f"own{number}{letter}" for letter in "abcdefgh")
    return listed(f"Paper {number} on {field}", f"{' '.join(turned[:7])} {own}", **fields)


def lists(house: House) -> dict[str, list[str]]:
    """What each page lists, by titles."""
    archive = read_archive(house.store, trending_lists=2, notes={})
    title = {paper.number: paper.title for paper in archive.papers}
    return {title[one]: [title[other] for other in others] for one, others in archive.similar.items()}


def house() -> House:
    return House(profiles=[follows("all", "paper")])


def test_a_page_lists_papers_of_its_field_and_no_profile_need_have_learned_anything():
    here = house()
    here.day(
        "2026-08-01 06:00", *(on("robots", n) for n in range(4)), *(on("speech", n) for n in range(10, 14))
    )
    found = lists(here)

    assert 8 == len(found)
    assert all({title.split()[-1]} == {each.split()[-1] for each in its} for title, its in found.items())


def test_a_new_paper_is_listed_on_an_older_page_and_a_far_one_changes_nothing():
    here = house()
    here.day("2026-08-01 06:00", on("robots", 1), on("robots", 2))
    before = lists(here)
    here.day("2026-08-02 06:00", listed("Paper on goats", "milk and hay for goats on green hills"))
    far = lists(here)
    here.day("2026-08-03 06:00", on("robots", 3))
    after = lists(here)

    assert before == far
    assert {"Paper 3 on robots"} == set(after["Paper 1 on robots"]) - set(before["Paper 1 on robots"])


def test_days_in_one_round_and_the_same_days_again_give_the_same_pairs():
    one, other = house(), house()
    for here in (one, other):
        for day in (1, 2, 3):
            here.day(f"2026-08-0{day} 06:00", *(on("robots", 10 * day + number) for number in range(4)))
        here.round("2026-08-04 06:00")

    assert lists(one) == lists(other)
    assert all(len(others) <= MOST for others in lists(one).values())


def test_only_what_has_a_page_is_listed_but_why_finds_it_for_any_paper():
    here = House(profiles=[follows("robots", "robots")])
    stray = listed("A stray gripper", on("robots", 1).abstract)
    here.day("2026-08-01 06:00", on("robots", 1), on("robots", 2), stray)
    (paper,) = here.store.papers.find("A stray gripper")

    assert all("A stray gripper" not in (title, *others) for title, others in lists(here).items())
    assert {"Paper 1 on robots"} == {each.title for each in similar_to(here.store, paper)}


def test_a_repeat_is_not_similar():
    here = house()
    again = listed("On robots: paper 1", on("robots", 1).abstract)
    here.day("2026-08-01 06:00", on("robots", 1), again, on("robots", 2))

    assert ["Paper 2 on robots"] == lists(here)["Paper 1 on robots"]


def test_papers_that_are_joined_are_listed_once():
    here = house()
    twins = [on("robots", 1, ids=("arxiv:2601.00001",)), on("robots", 2, ids=("doi:10.1/a",))]
    here.day("2026-08-01 06:00", *twins, on("robots", 3))
    here.day("2026-08-02 06:00", on("robots", 1, ids=("arxiv:2601.00001", "doi:10.1/a")))
    (stays,) = lists(here).keys() - {"Paper 3 on robots"}

    assert {stays: ["Paper 3 on robots"], "Paper 3 on robots": [stays]} == lists(here)


WORDS = [f"word{letter}" for letter in "abcdefghijklmnopqrst"]
TEXTS = st.lists(
    st.tuples(st.just(""), st.lists(st.sampled_from(WORDS), min_size=0, max_size=12).map(" ".join)),
    max_size=12,
)


@given(TEXTS)
def test_neighbours_are_mutual_in_nearness_and_never_oneself(texts):
    rows = fit(texts).rows(texts)
    found = {(one, other): near for one, other, near in neighbours(rows, range(len(texts)))}

    assert all(one != other for one, other in found)
    assert all(found[other, one] == near for (one, other), near in found.items() if (other, one) in found)


@given(TEXTS)
def test_counted_words_come_back_as_they_were(texts):
    counted = count(texts)
    back = from_counts(bytes_of(count([text])) for text in texts)

    assert all(
        (getattr(counted, name) == getattr(back, name)).all()
        for name in ("starts", "grams", "often", "lengths")
    )
