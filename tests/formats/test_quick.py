"""Values made quickly are values like any other; nobody can tell."""

from __future__ import annotations

import pickle
from dataclasses import MISSING, fields, replace
from inspect import Parameter, signature

import pytest

from newsletter.formats._quick import link, listed
from newsletter.model import Link, ListedPaper


def test_it_takes_the_fields_of_a_listed_paper_and_their_defaults():
    """A field that the model gains has to be added here too."""
    model = {each.name: each.default for each in fields(ListedPaper)}
    quick = {each.name: each.default for each in signature(listed).parameters.values()}

    assert model == {name: MISSING if value is Parameter.empty else value for name, value in quick.items()}


def test_each_field_gets_its_own_value():
    values = {each.name: each.name for each in fields(ListedPaper)}

    assert ListedPaper(**values) == listed(**values)


@pytest.mark.parametrize(
    ("quick", "plain"),
    [
        (listed(title="A", ids=("doi:10.1/x",)), ListedPaper(title="A", ids=("doi:10.1/x",))),
        (link("pdf", "https://a.example"), Link(rel="pdf", url="https://a.example")),
    ],
)
def test_nobody_can_tell(quick, plain):
    assert type(plain) is type(quick)
    assert (plain, hash(plain), repr(plain)) == (quick, hash(quick), repr(quick))
    assert plain == replace(quick) == pickle.loads(pickle.dumps(quick))  # noqa: S301 - our own bytes
    with pytest.raises(AttributeError):
        setattr(quick, fields(quick)[0].name, "x")
