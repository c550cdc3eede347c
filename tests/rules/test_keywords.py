"""The rule keywords."""

from __future__ import annotations

from fakes import paper, profile

from newsletter.matching import compile_profiles
from newsletter.rules import Flaw
from newsletter.rules.keywords import Settings, check


def verdict(of, **settings):
    return compile_profiles([profile("p", ("keywords", Settings(**settings)))]).verdict(of, "p")


def told(of, **settings):
    """(detail, score) of each reason of a match."""
    found = verdict(of, **settings).match
    return [(reason.detail, reason.score) for reason in found.reasons] if found else None


def test_a_title_is_worth_two_its_own_keywords_one_and_a_half_an_abstract_one():
    of = paper("Diffusion", "Flows for denoising", keywords=("score matching",))

    expected = [
        ("“Diffusion” in the title", 2.0),
        ("“score matching” among its keywords", 1.5),
        ("“denoising” in the abstract", 1.0),
    ]
    assert expected == told(of, any=("denois*", "score matching", "diffusion"))


def test_a_term_counts_once_in_its_best_field():
    of = paper("Diffusion", "diffusion diffusion", keywords=("diffusion",))

    assert [("“Diffusion” in the title", 2.0)] == told(of, any=("diffusion",))


def test_the_weight_multiplies():
    assert [("“flow” in the abstract", 2.5)] == told(paper("A", "flow"), any=("flow",), weight=2.5)


def test_two_spellings_of_one_passage_are_one_reason():
    assert [("“models” in the abstract", 1.0)] == told(
        paper("A", "models"), any=("model", "models", "model*")
    )


def test_all_must_all_be_found_and_each_adds():
    of = paper("Graph diffusion", "for molecules")

    assert 3.0 == verdict(of, all=("diffusion", "molecule")).score
    assert told(of, all=("diffusion", "protein")) is None


def test_any_and_all_must_both_hold():
    of = paper("Graph diffusion", "for molecules")

    assert told(of, any=("protein",), all=("diffusion",)) is None
    assert 4.0 == verdict(of, any=("graph", "protein"), all=("diffusion",)).score


def test_none_keeps_out_whatever_else_is_found():
    said = verdict(paper("Diffusion", "of a Molecule"), any=("diffusion",), none=("molecules",))

    assert said.match is None
    assert "kept out: “Molecule” in the abstract" == said.against
    assert 2.0 == said.score


def test_none_names_the_best_field_first():
    said = verdict(paper("Protein", "molecule"), none=("molecule", "protein"))

    assert "kept out: “Protein” in the title" == said.against


def test_none_alone_lets_nothing_in():
    assert "no rule matches" == verdict(paper("Diffusion"), none=("molecule",)).against


def test_a_lone_star_matches_every_paper():
    assert [("every paper", 1.0)] == told(paper(""), any=("*",))
    assert "kept out: every paper" == verdict(paper(""), any=("*",), none=("*",)).against


def test_no_phrase_spans_two_keywords_of_a_paper():
    of = paper("A", keywords=("score", "matching"))

    assert told(of, any=("score matching",)) is None
    assert [("“matching” among its keywords", 1.5)] == told(of, any=("matching",))


def test_flaws_lead_to_the_term():
    settings = Settings(any=("fine", ""), all=("a*b",), none=("&",))

    assert [("any", 1), ("all", 0), ("none", 0)] == [flaw.path for flaw in check(settings)]


def test_nothing_at_all_is_one_flaw():
    assert (Flaw(path=(), what="no terms: give any, all or none"),) == check(Settings())
