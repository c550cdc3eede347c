"""The rule query."""

from __future__ import annotations

import pytest
from fakes import paper, profile
from hypothesis import given
from hypothesis import strategies as st

from newsletter.matching import compile_profiles
from newsletter.rules.query import BadQuery, Settings, check, compile  # noqa: A004 - a rule's own name

OF = paper(
    "State space models: Mamba and C++",
    "We denoise long sequences. Not a transformer",
    authors=("Albert Gu", "Tri Dao", "Sinéad O'Brien"),
    categories=("cs.LG", "stat.ML"),
    keywords=("structured state space",),
)


def told(query, of=OF, **settings):
    """(detail, score) of each reason, None where the query does not match; both ways of asking agree."""
    matcher = compile_profiles([profile("p", ("query", Settings(query=query, **settings)))])
    match = matcher.verdict(of, "p").match
    assert [match] * (match is not None) == list(matcher.matches([of]))
    return match and [(reason.detail, reason.score) for reason in match.reasons]


@pytest.mark.parametrize(
    "query",
    [
        "mamba",
        "MAMBA AND denoise",
        "mamba denoise",
        "mamba OR protein",
        "protein OR mamba",
        '"state-space model"',
        "“state space”",
        "denois*",
        "*",
        "mamba AND NOT protein",
        "NOT protein mamba",
        "* AND NOT protein",
        "NOT NOT mamba",
        "mamba NOT (protein OR cell)",
        "(protein OR mamba) AND (denoise OR cell)",
        "protein cell OR mamba",
        "title:mamba",
        "title: mamba",
        "Title:mamba",
        "title:(protein OR mamba)",
        "abstract:denoise",
        'keyword:"structured state"',
        "author:Gu",
        "author:gu",
        "author:O'Brien",
        "author:obr* OR author:Br*",
        'author:"Albert Gu"',
        'author:"Gu, A."',
        "cat:cs.LG",
        "cat:cs.*",
        "cat:CS.L*",
        "dump:hf",
        "dump:2026-08",
        "dump:hf*",
        "mamba AND dump:hf*",
        "not a transformer",
        "C++",
        '"C++"',
    ],
)
def test_a_query_matches(query):
    assert told(query)


@pytest.mark.parametrize(
    "query",
    [
        "protein",
        "mamba AND protein",
        "mamba protein",
        "mamba NOT denoise",
        "* AND NOT mamba",
        "title:denoise",
        "abstract:mamba",
        "keyword:mamba",
        "author:Albert",
        'author:"Bert Gu"',
        "cat:cs.CV",
        "cat:math.*",
        "dump:arxiv",
        "dump:2026*",
        '"space state"',
        "or",
    ],
)
def test_a_query_does_not_match(query):
    assert told(query) is None


def test_a_leaf_in_the_abstract_scores_one():
    assert [("“denoise” in the abstract", 1.0)] == told("denoise")


def test_the_best_leaf_makes_the_score_and_every_leaf_has_its_share():
    expected = [("“Mamba” in the title", 1.3333), ("“denoise” in the abstract", 0.6667)]

    assert expected == told("denoise AND mamba")


def test_leaves_without_text_have_their_worth():
    assert [("by Albert Gu", 2.0)] == told("author:Gu")
    assert [("category cs.LG", 0.5)] == told("cat:cs.LG")
    assert [("seen in hf-2026-08-07.txt", 0.5)] == told("dump:hf*")
    assert [("every paper", 1.0)] == told("*")


def test_the_weight_multiplies_the_score():
    assert [("“denoise” in the abstract", 3.0)] == told("denoise", weight=3)


def test_what_is_negated_gives_no_reason():
    assert [("“denoise” in the abstract", 1.0)] == told("denoise NOT protein")


def test_a_branch_that_is_false_gives_no_reason():
    assert [("“denoise” in the abstract", 1.0)] == told("(mamba AND protein) OR denoise")


def test_one_passage_found_twice_is_one_reason():
    assert [("“denoise” in the abstract", 1.0)] == told("denoise AND denois*")


@given(st.lists(st.sampled_from(["mamba", "denoise", "state", "author:Gu", "cat:cs.*", "*"]), min_size=1))
def test_the_shares_add_up(leaves):
    """Whatever is asked, the score is the best leaf's, and the reasons add up to it."""
    matcher = compile_profiles([profile("p", ("query", Settings(query=" ".join(leaves), weight=0.7)))])
    match = matcher.verdict(OF, "p").match
    best = max({"cat:cs.*": 0.5, "denoise": 1.0, "*": 1.0}.get(leaf, 2.0) for leaf in leaves)

    assert round(best * 0.7, 4) == match.score
    assert match.score == pytest.approx(sum(reason.score for reason in match.reasons), abs=1e-9)


@pytest.mark.parametrize(
    ("query", "offset", "what"),
    [
        ("", 0, "an empty query"),
        ("   ", 0, "an empty query"),
        ("()", 1, "nothing stands between the parentheses"),
        ("mamba AND ()", 11, "nothing stands between the parentheses"),
        ("(mamba", 0, "a parenthesis is not closed"),
        ("a ((b) c", 2, "a parenthesis is not closed"),
        ("a (", 2, "a parenthesis is not closed"),
        ("mamba)", 5, "a parenthesis closes that was never opened"),
        (")", 0, "a parenthesis closes that was never opened"),
        ('a "state space', 2, "a double quote is not closed"),
        ("mamba AND", 6, "nothing stands after AND"),
        ("mamba AND OR b", 6, "nothing stands after AND"),
        ("(a OR)", 3, "nothing stands after OR"),
        ("a NOT", 2, "nothing stands after NOT"),
        ("AND a", 0, "nothing stands before AND"),
        ("(OR a)", 1, "nothing stands before OR"),
        ("title:", 0, "title: has no value"),
        ("a title: AND b", 2, "title: has no value"),
        ("title:author:x", 0, "title: has no value"),
        ("a abstact:x", 2, "unknown field “abstact”"),
        ("http://x", 0, "unknown field “http”"),
        ("a && b", 2, "“&&” cannot begin so"),
        ("a -b", 2, "“-b” cannot begin so"),
        ("a !b", 2, "“!b” cannot begin so"),
        ("a ?", 2, "no letter or digit in “?”"),
        ("a b*c", 2, "a star may only end the last word, in “b*c”"),
        ('a ""', 2, "an empty term"),
        ("title:*", 6, "a lone star takes no field"),
        ("author:*", 7, "an author must have a name"),
        ("cat:*", 4, "no category in “*”"),
        ("dump:*", 5, "no part of a dump's name: “*”"),
        ("NOT a", 0, "NOT alone would let in nearly every paper"),
        ("a OR NOT b", 5, "NOT alone would let in nearly every paper"),
        ("(" * 51 + "a" + ")" * 51, 50, "more than 50 parentheses within each other"),
        ("(" * 100_000, 50, "more than 50 parentheses within each other"),
    ],
)
def test_a_query_that_cannot_be_read_says_where_and_what(query, offset, what):
    (flaw,) = check(Settings(query=query))

    assert (("query",), offset, what) == (flaw.path, flaw.offset, flaw.what)


def test_an_unknown_field_is_guessed_at():
    (flaw,) = check(Settings(query="abstact:x"))

    assert "did you mean abstract:?" == flaw.hint


def test_a_flawed_query_is_not_compiled():
    with pytest.raises(BadQuery):
        compile(Settings(query="("))


@given(st.text(alphabet='ab ():"*ANDORT title:'))
def test_any_text_is_a_query_or_has_one_flaw_within_it(query):
    flaws = check(Settings(query=query))

    assert all(0 <= flaw.offset <= len(query) for flaw in flaws)
    if not flaws:
        told(query)


@pytest.mark.parametrize(("theirs", "ours"), [("ti", "title"), ("abs", "abstract"), ("au", "author")])
def test_a_field_as_arxiv_calls_it_is_told_as_it_is_called_here(theirs, ours):
    (flaw,) = check(Settings(query=f"{theirs}:robots"))

    assert f"did you mean {ours}:?" == flaw.hint
