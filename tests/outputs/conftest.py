"""A small archive that holds one of everything, and the hostile words that any dump may bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fakes import at, paper, pick, section

from newsletter import press as presses
from newsletter.model import Link, Match, Reason, Sighting, Trend
from newsletter.publication import Archive, Edition, ProfileCard
from newsletter.settings import Site

HOSTILE = '<script>alert(1)</script> {{ 7*7 }} {% x %} ]]> & "quoted" <HYBNEXT> \u202eright to left'


@pytest.fixture(scope="session")
def press():
    site = Site(title="Reading list", url="https://example.org/papers", description="Papers by interest.")
    return presses.load(site, None)


@pytest.fixture(scope="session")
def homeless():
    """A press for a site that has no address."""
    return presses.load(Site(title="Reading list"), None)


@pytest.fixture
def archive():
    """Two days, the later with two editions; two profiles; a redirect; a former name; a private section."""
    twice = (Sighting(dump="a", date=date(2026, 8, 6)), Sighting(dump="b", date=date(2026, 8, 7)))
    first = paper(
        "Denoising <HYBNEXT> & more", "We use diffusion. See https://example.com/x.", number=1, slug="one"
    )
    first = replace(first, sightings=twice, authors=("Ada Lovelace", "Jo Ho"), ids=("arxiv:2106.01345",))
    second = paper("Score matching", "A diffusion model.", number=2, slug="two")
    third = replace(
        paper(HOSTILE, HOSTILE, number=3, slug="three"), links=(Link(rel="web", url="javascript:x"),)
    )
    fourth = paper("Only mine", "A secret interest.", number=4, slug="four")
    older = Edition(
        name="2026-08-06",
        date=date(2026, 8, 6),
        made=at("2026-08-06 17:00"),
        sections=(section(pick(first)),),
    )
    morning = Edition(
        name="2026-08-07",
        date=date(2026, 8, 7),
        made=at("2026-08-07 07:00"),
        sections=(
            section(pick(second), reason="diffusion (1)"),
            section(pick(fourth, "mine"), profile="mine", private=True),
        ),
    )
    evening = Edition(
        name="2026-08-07-2",
        date=date(2026, 8, 7),
        made=at("2026-08-07 19:00"),
        sections=(section(pick(third, "planning"), pick(second, "planning"), profile="planning"),),
    )
    return Archive(
        editions=(evening, morning, older),
        profiles=(
            ProfileCard(
                slug="diffusion", address="diffusion", title="Diffusion & denoising", former=("old",)
            ),
            ProfileCard(slug="planning", address="planning", title="Planning", active=False),
        ),
        papers=(first, second, third),
        trending=(Trend(paper=first, lists=2),),
        started=((1, at("2026-08-07 19:00")),),
        redirects=(("uno", "one"),),
        notes=((date(2026, 8, 7), "A *note* <script>alert(2)</script>"),),
        authority="example.org,2026",
    )


@pytest.fixture
def many():
    """An archive of one edition with as many papers as asked for."""

    def build(count: int, abstract: str = "About diffusion. " * 60, limit: int = 10_000) -> Archive:
        papers = [paper(f"Paper number {n}", abstract, number=n) for n in range(1, count + 1)]
        picks = [pick(of) for of in papers]
        only = section(*picks[:limit], more=tuple(picks[limit:]))
        edition = Edition(
            name="2026-08-07", date=date(2026, 8, 7), made=at("2026-08-07 12:00"), sections=(only,)
        )
        card = ProfileCard(slug="diffusion", address="diffusion", title="Diffusion")
        return Archive(editions=(edition,), profiles=(card,), papers=tuple(papers))

    return build


@pytest.fixture
def scored():
    def build(number: int, *details: str) -> Match:
        reasons = tuple(Reason(rule="keywords", detail=detail) for detail in details)
        return Match(paper=number, profile="diffusion", score=float(len(reasons)), reasons=reasons)

    return build
