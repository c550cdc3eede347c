"""The rule categories."""

from __future__ import annotations

import pytest
from fakes import paper, profile

from newsletter.matching import compile_profiles
from newsletter.rules.categories import Settings, check


def told(*categories, any, **settings):  # noqa: A002 - the setting's name
    matcher = compile_profiles([profile("p", ("categories", Settings(any=any, **settings)))])
    return [
        (reason.detail, reason.score)
        for match in matcher.matches([paper("A", categories=categories)])
        for reason in match.reasons
    ]


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("cs.LG", "cs.LG"),
        ("CS.lg", "cs.LG"),
        ("cs.*", "cs.LG"),
        ("cs.L*", "cs.LG"),
        ("astro-ph.*", "astro-ph"),
        ("astro*", "astro-ph.CO"),
        ("cell  biology", "Cell Biology"),
    ],
)
def test_a_category_fits(wanted, listed):
    assert [(f"category {listed}", 0.5)] == told(listed, any=(wanted,))


@pytest.mark.parametrize(("wanted", "listed"), [("cs.*", "csx.LG"), ("cs.LG", "cs.LGX"), ("cs", "cs.LG")])
def test_a_category_does_not_fit(wanted, listed):
    assert [] == told(listed, any=(wanted,))


def test_several_that_fit_add_once():
    assert [("category cs.CV", 1.0)] == told("cs.CV", "cs.LG", any=("cs.LG", "cs.CV"), weight=2)


def test_flaws_lead_to_the_category():
    flaws = check(Settings(any=("cs.LG", "", "*.LG", "*")))

    assert [("any", 1), ("any", 2), ("any", 3)] == [flaw.path for flaw in flaws]
