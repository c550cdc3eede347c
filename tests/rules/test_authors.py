"""The rule authors."""

from __future__ import annotations

import pytest
from fakes import paper, profile

from newsletter.matching import compile_profiles
from newsletter.rules.authors import Settings, check


def found(*authors, any, **settings):  # noqa: A002 - the setting's name
    rule = ("authors", Settings(any=any, **settings))
    said = compile_profiles([profile("p", rule)]).verdict(paper("A", authors=authors), "p")
    return [reason.found for reason in said.reasons]


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("Jonathan Ho", "Jonathan Ho"),
        ("Jonathan Ho", "HO, JONATHAN"),
        ("Jonathan Ho", "J. Ho"),
        ("J. Ho", "Jonathan Ho"),
        ("Ho, Jonathan", "J Ho"),
        ("Jonathan Ho", "Ho J"),
        ("Jonathan Andrew Ho", "Ho JA"),
        ("Jonathan Ho", "Jonathan T. Ho"),
        ("Jonathan T. Ho", "Jonathan Ho"),
        ("Jonathan Taylor Ho", "J. T. Ho"),
        ("Aäron van den Oord", "van den Oord, Aaron"),
        ("Łukasz Kaiser", "Lukasz Kaiser"),
        ("Jean-Luc Picard", "J.-L. Picard"),
        ("John Smith", "John Smith Jr."),
        ("John Smith", "Smith, John, Jr."),
        ("Weinan E", "E, Weinan"),
        ("Weinan E", "Weinan E"),
        ("NVIDIA", "Nvidia"),
        ("张三", "张三"),
    ],
)
def test_names_of_one_person_agree(wanted, listed):
    assert [listed] == found(listed, any=(wanted,))
    assert [wanted] == found(wanted, any=(listed,))


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("Jonathan Ho", "John Ho"),
        ("Jonathan Ho", "Jonathan Hoe"),
        ("Jonathan Ho", "K. Ho"),
        ("Jonathan T. Ho", "Jonathan B. Ho"),
        ("Ho", "Jonathan Ho"),
        ("Jonathan Ho", "Ho Jonathan Lee"),
        ("张三", "李三"),
    ],
)
def test_names_of_two_people_differ(wanted, listed):
    assert [] == found(listed, any=(wanted,))
    assert [] == found(wanted, any=(listed,))


def test_each_author_adds_two_times_the_weight():
    settings = Settings(any=("Jonathan Ho", "Ada Lovelace"), weight=1.5)
    of = paper("A", authors=("Ada Lovelace", "Somebody Else", "J. Ho", "J. Ho"))
    match = compile_profiles([profile("p", ("authors", settings))]).verdict(of, "p").match

    expected = [("by Ada Lovelace", 3.0, "authors"), ("by J. Ho", 3.0, "authors")]
    assert expected == [(reason.detail, reason.score, reason.field) for reason in match.reasons]


def test_flaws_lead_to_the_name():
    flaws = check(Settings(any=("Jonathan Ho", " ", "&")))

    assert [("any", 1), ("any", 2)] == [flaw.path for flaw in flaws]
    assert ["an empty name", "no name in “&”"] == [flaw.what for flaw in flaws]
