"""The rule mute."""

from __future__ import annotations

import pytest
from fakes import paper, profile

from newsletter.matching import compile_profiles
from newsletter.rules import keywords
from newsletter.rules.mute import Settings, check


def against(of, **settings):
    rules = (("keywords", keywords.Settings(any=("diffusion",))), ("mute", Settings(**settings)))
    matcher = compile_profiles([profile("p", *rules)])
    said = matcher.verdict(of, "p")
    assert [said.match] * (said.match is not None) == list(matcher.matches([of]))
    return said.against


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"any": ("molecule",)}, "kept out by mute: “Molecules” in the title"),
        ({"any": ("prot*", "protein fold")}, "kept out by mute: “protein” in the abstract"),
        ({"authors": ("Jonathan Ho",)}, "kept out by mute: by J. Ho"),
        ({"categories": ("q-bio.*",)}, "kept out by mute: category q-bio.BM"),
        ({"any": ("chemistry",), "authors": ("Kim Ho",), "categories": ("cs.*",)}, ""),
    ],
)
def test_what_is_muted_is_kept_out_whatever_else_matches(settings, expected):
    of = paper("Diffusion of Molecules", "a protein", authors=("J. Ho",), categories=("q-bio.BM",))

    assert expected == against(of, **settings)


def test_flaws_lead_to_what_is_wrong():
    flaws = check(Settings(any=("",), authors=("",), categories=("",)))

    assert [("any", 0), ("authors", 0), ("categories", 0)] == [flaw.path for flaw in flaws]
