"""Matching: what fits whom, why, and why not."""

from __future__ import annotations

import pytest
from fakes import paper, profile
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import NotFound
from newsletter.matching import compile_profiles
from newsletter.rules import authors, categories, keywords, mute, query

DIFFUSION = ("keywords", keywords.Settings(any=("diffusion", "denois*")))


def test_a_match_names_paper_profile_score_and_reasons():
    matcher = compile_profiles([profile("images", DIFFUSION)])
    (match,) = matcher.matches([paper("Diffusion", "for denoising", number=7)])

    assert (7, "images", 3.0) == (match.paper, match.profile, match.score)
    assert ["“Diffusion” in the title", "“denoising” in the abstract"] == [r.detail for r in match.reasons]
    assert [("Diffusion", "title"), ("denoising", "abstract")] == [(r.found, r.field) for r in match.reasons]


def test_any_rule_lets_in_and_all_that_match_add():
    rules = (
        DIFFUSION,
        ("authors", authors.Settings(any=("Jonathan Ho",))),
        ("categories", categories.Settings(any=("cs.*",))),
        ("query", query.Settings(query="sampling AND fast")),
    )
    of = paper("Fast sampling", "by diffusion", authors=("J. Ho",), categories=("cs.LG",))
    (match,) = compile_profiles([profile("p", *rules)]).matches([of])

    assert 5.5 == match.score
    assert [2.0, 1.0, 1.0, 1.0, 0.5] == [reason.score for reason in match.reasons]
    assert ["authors", "query", "query", "keywords", "categories"] == [
        reason.rule for reason in match.reasons
    ]


def test_a_title_stands_before_an_abstract_of_equal_score():
    rules = (
        ("keywords", keywords.Settings(any=("zebra",))),
        ("keywords", keywords.Settings(any=("apple", "banana"), weight=2)),
    )
    (match,) = compile_profiles([profile("p", *rules)]).matches([paper("Zebra", "banana apple")])

    assert ["Zebra", "apple", "banana"] == [reason.found for reason in match.reasons]


def test_matches_stand_in_the_order_of_papers_then_profiles():
    matcher = compile_profiles([profile("b", DIFFUSION), profile("a", DIFFUSION)])
    papers = [paper("Diffusion", number=2), paper("Unrelated", number=3), paper("Denoising", number=1)]

    assert [(2, "b"), (2, "a"), (1, "b"), (1, "a")] == [(m.paper, m.profile) for m in matcher.matches(papers)]


@pytest.mark.parametrize(
    ("of", "against"),
    [
        (paper("Diffusion", "denoising"), ""),
        (paper("Unrelated"), "no rule matches"),
        (paper("A", "by diffusion"), "score 1.00 is below the threshold 2"),
        (paper("Diffusion", "of a molecule"), "kept out by mute: “molecule” in the abstract"),
        (paper("Molecules"), "kept out by mute: “Molecules” in the title"),
    ],
)
def test_a_verdict_says_what_keeps_a_paper_out(of, against):
    rules = (DIFFUSION, ("mute", mute.Settings(any=("molecule",))))
    matcher = compile_profiles([profile("p", *rules, threshold=2)])
    verdict = matcher.verdict(of, "p")

    assert against == verdict.against
    assert (against == "") == (verdict.match is not None)
    assert verdict.match is None or verdict.match.score == verdict.score


def test_what_keeps_a_paper_out_is_asked_for_by_itself():
    """Trending papers obey mutes, whether or not they match."""
    matcher = compile_profiles([profile("p", DIFFUSION, ("mute", mute.Settings(any=("molecule",))))])

    assert frozenset({"p"}) == matcher.kept_out(paper("A molecule"))
    assert frozenset() == matcher.kept_out(paper("Unrelated"))


def test_a_score_that_equals_the_threshold_is_enough():
    matcher = compile_profiles(
        [profile("p", ("keywords", keywords.Settings(any=("a",), weight=0.1)), threshold=0.1)]
    )

    assert 1 == len(list(matcher.matches([paper("B", "a")])))


def test_an_unknown_profile_is_guessed_at():
    with pytest.raises(NotFound) as caught:
        compile_profiles([profile("diffusion", DIFFUSION)]).verdict(paper(), "difusion")

    assert "did you mean diffusion?" == caught.value.hint


def test_a_profile_like_none_is_told_where_they_stand():
    with pytest.raises(NotFound) as caught:
        compile_profiles([profile("diffusion", DIFFUSION)]).verdict(paper(), "zzz")

    assert "newsletter check lists the profiles" == caught.value.hint


def test_an_unknown_rule_is_not_found():
    with pytest.raises(NotFound):
        compile_profiles([profile("p", ("keyword", None))])


def test_a_profile_without_rules_matches_nothing():
    matcher = compile_profiles([profile("p")])

    assert [] == list(matcher.matches([paper()]))
    assert "no rule matches" == matcher.verdict(paper(), "p").against


def test_what_is_told_of_a_hostile_paper_is_one_short_line():
    """Direction marks, control characters and words of 100 KB go into no sentence; markup is left to templates."""
    title = "diffusion\u202e\u0000<script>" + "x" * 100_000
    settings = keywords.Settings(any=("diffusion*", "x*"))
    (match,) = compile_profiles([profile("p", ("keywords", settings))]).matches([paper(title, "x" * 100_000)])

    assert all(len(reason.detail) < 120 and reason.detail.isprintable() for reason in match.reasons)
    assert all(len(reason.found) <= 200 for reason in match.reasons)


# ------------------------------------------------------------------------------------------------- laws

WORDS = ["model", "models", "bases", "base", "basis", "score", "matching", "C++", "扩散", "café", ".", "-"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join)
TERMS = st.lists(
    st.sampled_from(
        ["model", '"models"', "score matching", "ba*", "basis", "扩", "cafe", "c++", "*", "score ma*"]
    ),
    max_size=3,
).map(tuple)
PEOPLE = st.lists(
    st.sampled_from(["Jonathan Ho", "J. Ho", "Ho J", "John Ho", "Ada Lovelace"]), max_size=2
).map(tuple)
CLASSES = st.lists(st.sampled_from(["cs.LG", "cs.*", "cs.L*", "math.*", "math"]), max_size=2).map(tuple)
WEIGHTS = st.sampled_from([0.3333, 1.0, 2.5])
QUERIES = st.sampled_from(
    [
        "model AND NOT score",
        "model OR score",
        "(model score) OR author:Ho",
        "cat:cs.* basis",
        "* NOT model",
        "title:model",
        "dump:hf NOT cafe",
        "author:H* OR keyword:base",
    ]
)
RULES = st.one_of(
    st.builds(keywords.Settings, any=TERMS, all=TERMS, none=TERMS, weight=WEIGHTS).map(
        lambda s: ("keywords", s)
    ),
    st.builds(authors.Settings, any=PEOPLE, weight=WEIGHTS).map(lambda s: ("authors", s)),
    st.builds(categories.Settings, any=CLASSES, weight=WEIGHTS).map(lambda s: ("categories", s)),
    st.builds(query.Settings, query=QUERIES, weight=WEIGHTS).map(lambda s: ("query", s)),
    st.builds(mute.Settings, any=TERMS, authors=PEOPLE, categories=CLASSES).map(lambda s: ("mute", s)),
)
PROFILES = st.lists(
    st.tuples(st.lists(RULES, max_size=3), st.sampled_from([0.0, 1.0, 2.0])), min_size=1, max_size=4
).map(lambda made: [profile(f"p{i}", *rules, threshold=floor) for i, (rules, floor) in enumerate(made)])
PAPERS = st.lists(
    st.tuples(TEXTS, TEXTS, PEOPLE, CLASSES, st.lists(TEXTS, max_size=2).map(tuple)), max_size=3
).map(
    lambda made: [
        paper(title, abstract, number=i, authors=people, categories=classes, keywords=keys)
        for i, (title, abstract, people, classes, keys) in enumerate(made)
    ]
)


@given(PROFILES, PAPERS)
def test_matching_all_profiles_at_once_is_matching_each_alone(profiles, papers):
    """A paper's matches do not depend on what other profiles there are."""
    together = list(compile_profiles(profiles).matches(papers))
    alone = [match for each in profiles for match in compile_profiles([each]).matches(papers)]

    assert sorted(alone, key=_place) == sorted(together, key=_place)


@given(PROFILES, PAPERS)
def test_the_matches_are_those_of_the_verdicts(profiles, papers):
    """The short way, over what was found, misses no profile that would let the paper in when asked."""
    matcher = compile_profiles(profiles)
    verdicts = [matcher.verdict(of, each.name).match for of in papers for each in profiles]

    assert [match for match in verdicts if match is not None] == list(matcher.matches(papers))


@given(PROFILES, PAPERS)
def test_the_order_of_papers_does_not_matter(profiles, papers):
    matcher = compile_profiles(profiles)
    backwards = list(matcher.matches(reversed(papers)))

    assert sorted(backwards, key=_place) == sorted(matcher.matches(papers), key=_place)


@given(PROFILES, PAPERS)
def test_reasons_add_up_best_first_and_stand_in_the_paper(profiles, papers):
    for match in compile_profiles(profiles).matches(papers):
        of = papers[match.paper]
        places = {"title": of.title, "abstract": of.abstract, "keywords": "\n".join(of.keywords)}

        assert match.score == pytest.approx(sum(reason.score for reason in match.reasons), abs=1e-9)
        assert sorted(match.reasons, key=lambda reason: -reason.score) == list(match.reasons)
        assert all(reason.found in places.get(reason.field, reason.found) for reason in match.reasons)


def _place(match):
    return match.paper, match.profile
