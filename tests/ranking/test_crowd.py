"""Many interests beside many papers: the same sums in another order."""

import random

import numpy as np
import pytest
from fakes import paper
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.ranking import crowd
from newsletter.ranking.background import fit
from newsletter.ranking.crowd import Crowd
from newsletter.ranking.demand import met
from newsletter.ranking.interest import Ranker, Taste, near, overlap
from newsletter.ranking.tastes import Tastes

WORDS = [f"word{letter}{other}" for letter in "abcdefghij" for other in "abcdefgh"]
COMMON = ["learning", "model", "method"]


def texts(chance, count: int) -> list[tuple[str, str]]:
    return [
        (" ".join(chance.sample(WORDS, 3)), " ".join(chance.choices(WORDS, k=20) + chance.sample(COMMON, 2)))
        for _ in range(count)
    ]


def tastes(chance, archive) -> list[Taste]:
    return [
        Taste(likes=tuple(chance.sample(archive, 3))),
        Taste(likes=tuple(chance.sample(archive, 2)), topic=chance.choice(WORDS)),
        Taste(likes=(chance.choice(archive),), dislikes=(chance.choice(archive),)),
        Taste(likes=tuple((title, "") for title, _ in chance.sample(archive, 2)), topic="word of a title"),
        Taste(topic=" ".join(chance.sample(WORDS, 6))),
        Taste(topic=chance.choice(WORDS)),
        Taste(topic="nobody wrote this"),
    ]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    """So that a few papers make several groups, and some grams columns."""
    monkeypatch.setattr(crowd, "BLOCK", 2)
    monkeypatch.setattr(crowd, "_PAPERS", 7)
    monkeypatch.setattr(crowd, "_COLUMNS", 5)
    monkeypatch.setattr("newsletter.ranking.tastes.BLOCK", 2)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([40, 310]), st.integers(0, 30))
def test_a_crowd_says_what_each_pair_says(seed, size, count):
    chance = random.Random(seed)  # noqa: S311 - a test, no secret
    archive = texts(chance, size)
    ranker = Ranker(fit(archive))
    rows = ranker.background.rows([*texts(chance, count), ("", "")])
    interests = ranker.interests(tastes(chance, archive))
    demanding = [each for each in interests if each.demand]
    beside = Crowd(rows, interests)
    together = np.concatenate([block.copy() for block in beside.nearness()])
    enough = beside.met([each.demand for each in demanding])

    places = range(len(rows))
    alone = [[near(each, overlap(each, rows, place)) for place in places] for each in interests]
    assert together == pytest.approx(np.array(alone), abs=1e-3)
    assert enough.tolist() == [[met(each.demand, rows, place) for place in places] for each in demanding]


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_those_let_in_are_those_that_score_one_by_themselves(seed):
    chance = random.Random(seed)  # noqa: S311 - a test, no secret
    archive = texts(chance, 60)
    named = {f"p{number}": [taste] for number, taste in enumerate(tastes(chance, archive))}
    papers = [paper(*text, number=n) for n, text in enumerate([*texts(chance, 20), *archive[:20]])]
    scored = Tastes(Ranker(fit(archive)), named).over(papers)
    let_in = scored.let_in()

    for place in range(len(papers)):
        alone = tuple(name for name in named if scored.near(place, name).score >= 1)
        assert alone == let_in.get(place, ())


def test_no_paper_and_no_interest_are_no_trouble():
    ranker = Ranker(fit([("One title", "with words")]))
    (nothing,) = Crowd(ranker.background.rows([]), ranker.interests([Taste(topic="words")])).nearness()

    assert (1, 0) == nothing.shape
    assert [] == list(Crowd(ranker.background.rows([("One", "")]), []).nearness())
    assert {} == Tastes(ranker, {}).over([paper()]).let_in()


def test_a_phrase_does_not_reach_over_a_break():
    ranker = Ranker(fit([("Soft matter", "soft matter"), *[("Stone", "hard stone")] * 9]))
    scored = Tastes(ranker, {"p": [Taste(topic="soft matter")]}).over(
        [paper("Soft matter"), paper("It is soft. Matter is not", number=2)]
    )

    assert scored.near(0, "p").score >= 2
    assert scored.near(1, "p").score < 1
