"""How alike papers are, and which are near-repeats."""

from __future__ import annotations

from itertools import combinations

import pytest
from fakes import paper
from hypothesis import given
from hypothesis import strategies as st

from newsletter import formats, inbox
from newsletter.model import ListedPaper, Paper
from newsletter.ranking.alike import NEAR, SAYS_ENOUGH, Likeness, cosine, vector
from newsletter.settings import Limits
from newsletter.text import clean

ABSTRACT = """
We introduce a sampler that takes noise away in four steps instead of a thousand. A student is trained to
follow the probability flow of its teacher, and a discriminator keeps what it draws sharp. On photographs of
churches, bedrooms and faces the images are as good as those of the teacher, at a hundredth of the price.
"""
OTHER = """
Robots that fold shirts have so far needed thousands of demonstrations. Our gripper learns from twenty, for a
tactile sensor tells cotton from wool, and a planner rehearses each crease in simulation before the arm moves.
In six homes it put away nine of ten garments, among them some that nobody had shown to it.
"""


def near(*papers: Paper) -> dict[int, frozenset[int]]:
    return dict(Likeness().near(papers))


def test_a_paper_is_wholly_like_itself_and_not_at_all_like_one_on_something_else():
    one, other = vector(paper("Few steps", ABSTRACT)), vector(paper("Folding", OTHER))

    assert 1.0 == pytest.approx(cosine(one, one))
    assert 0.1 > cosine(one, other)
    assert 0.0 == cosine(one, vector(paper("", "")))


def test_a_paper_under_another_title_and_a_later_version_of_it_are_near_repeats():
    later = ABSTRACT.replace("four", "two").replace("churches, bedrooms and faces", "cats")
    first = paper("Few-step sampling of images by distilled flows", ABSTRACT, number=1)
    retitled = paper("Sampling images in few steps by distillation", ABSTRACT, number=2)
    mended = paper("Few-step sampling of images by distilled flows", later, number=3)
    folding = paper("Few-step folding of shirts by flows", OTHER, number=4)

    found = near(first, retitled, mended, folding)

    assert frozenset({2, 3}) == found[1]
    assert 4 not in found


def test_titles_alone_are_never_near_repeats():
    """“Neural Machine Translation” is 0.9 alike to what builds on it."""
    short = [paper(title, number=n) for n, title in enumerate(["Part II"] * 3 + ["Editorial"] * 3)]

    assert {} == near(*short)
    assert 1.0 == pytest.approx(Likeness().cosine(short[0], short[1]))


def test_who_was_asked_about_before_changes_nothing():
    """A near-repeat that only another reader gets is none of this reader's."""
    one, twin = paper("Few steps", ABSTRACT, number=1), paper("Few steps!", ABSTRACT, number=2)
    likeness = Likeness()

    assert {} == likeness.near([one])
    assert {1, 2} == set(likeness.near([one, twin]))
    assert {} == likeness.near([one])


def test_a_text_without_end_is_read_as_far_as_abstracts_go():
    endless = paper("Endless", "".join(f"word{n} " for n in range(200_000)))

    assert len(vector(endless)) < 6_000


WORDS = [f"word{letter}{other}" for letter in "abcdefghij" for other in "abcdefgh"]


@given(st.randoms(use_true_random=False), st.integers(2, 12))
def test_what_is_found_by_the_index_is_what_comparing_all_pairs_finds(chance, count):
    """The law of the index: it only leaves out pairs that cannot be near."""
    base = chance.sample(WORDS, 60)
    papers = []
    for number in range(count):
        text = list(base)
        for _ in range(chance.randrange(40)):
            text[chance.randrange(60)] = chance.choice(WORDS)
        papers.append(paper("", " ".join(text), number=number))
    vectors = {each.number: vector(each) for each in papers}
    telling = [number for number in vectors if len(vectors[number]) >= SAYS_ENOUGH]
    pairs = {pair for pair in combinations(telling, 2) if cosine(vectors[pair[0]], vectors[pair[1]]) > NEAR}

    found = near(*papers)

    assert pairs == {(one, other) for one, its in found.items() for other in its if one < other}
    assert all(one in found[other] for one, its in found.items() for other in its)


def test_no_two_papers_of_the_real_pages_are_taken_for_repeats(seeds):
    papers = {each.title: each for path in seeds for each in listings(path)}
    numbered = [
        paper(title, clean(each.abstract), number=n) for n, (title, each) in enumerate(papers.items())
    ]
    vectors = [vector(each) for each in numbered]

    assert {} == near(*numbered)
    assert 0.5 > max(cosine(one, other) for one, other in combinations(vectors, 2))


def listings(path) -> list[ListedPaper]:
    status = path.stat()
    found = inbox.Found(name=path.name, path=str(path), size=status.st_size, mtime_ns=status.st_mtime_ns)
    dump = inbox.take(found, Limits())
    return [each for each in formats.load("hf_page").read(dump) if isinstance(each, ListedPaper)]
