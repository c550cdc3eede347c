"""An order in which neighbours differ."""

from __future__ import annotations

from fakes import paper
from hypothesis import given
from hypothesis import strategies as st

from newsletter.ranking.alike import Likeness
from newsletter.ranking.variety import MOST_VARIED, Scored, varied

TEXTS = ("diffusion of images in steps", "robots fold shirts", "proofs in number theory")


def scored(number: int, text: str, score: float, standing: int = 0) -> Scored:
    return Scored(paper=paper(text, number=number), score=score, standing=standing)


def order(*ranked: Scored, strength: float) -> list[int]:
    return [each.number for each in varied(ranked, strength, Likeness())]


ALIKE = [scored(1, TEXTS[0], 1.0), scored(2, TEXTS[0], 0.9), scored(3, TEXTS[1], 0.6), scored(4, "", 0.0)]


def test_a_paper_like_one_before_it_gives_way_to_one_that_is_not():
    assert [1, 2, 3, 4] == order(*ALIKE, strength=0.0)
    assert [1, 2, 3, 4] == order(*ALIKE, strength=0.4)
    assert [1, 3, 2, 4] == order(*ALIKE, strength=0.6)
    assert [1, 3, 4, 2] == order(*ALIKE, strength=1.0)


def test_standing_goes_before_variety():
    ranked = [scored(1, TEXTS[0], 0.1), scored(2, TEXTS[0], 0.0), scored(3, TEXTS[1], 0.9, standing=1)]

    assert [1, 2, 3] == order(*ranked, strength=1.0)


def test_variety_is_wanted_across_standings():
    """What waited and is like what is new comes after what waited and is not."""
    waited = [scored(2, TEXTS[0], 1.0, 1), scored(3, TEXTS[1], 0.9, 1), scored(4, "", 0.0, 1)]

    assert [1, 3, 2, 4] == order(scored(1, TEXTS[0], 1.0), *waited, strength=1.0)
    assert [2, 3, 4] == order(*waited, strength=1.0)


def test_of_very_many_papers_only_the_first_are_put_into_order():
    ranked = [scored(number, TEXTS[number % 3], 1 / number) for number in range(1, MOST_VARIED + 20)]
    behind = [each.paper.number for each in ranked[MOST_VARIED:]]

    assert behind == order(*ranked, strength=1.0)[MOST_VARIED:]


listings = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(TEXTS), st.sampled_from([0.0, 0.5, 1.0, 7.0])), max_size=12
).map(
    lambda found: [
        scored(number, text, score, standing)
        for number, (standing, text, score) in enumerate(
            sorted(found, key=lambda each: (each[0], -each[2])), 1
        )
    ]
)


@given(listings, st.floats(0, 1))
def test_every_paper_stands_once_and_the_best_of_the_first_standing_leads(ranked, strength):
    """The law of variety; and without any the order is what it was."""
    found = order(*ranked, strength=strength)
    numbers = [each.paper.number for each in ranked]
    standing = {each.paper.number: each.standing for each in ranked}

    assert numbers == sorted(found)
    assert numbers[:1] == found[:1]
    assert [standing[n] for n in numbers] == [standing[n] for n in found]
    assert numbers == order(*ranked, strength=0.0)
