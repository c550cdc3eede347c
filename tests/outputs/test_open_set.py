"""The outputs as an open set."""

from __future__ import annotations

import pytest

from newsletter import outputs
from newsletter.errors import NotFound


def test_these_outputs_are_shipped():
    assert ("atom", "email", "exports", "json_feed", "rss", "search", "site", "status") == outputs.names()


@pytest.mark.parametrize("name", outputs.names())
def test_every_output_makes_artifacts_or_letters(name):
    output = outputs.load(name)

    assert output.__doc__
    assert hasattr(output, "artifacts") != hasattr(output, "letter")


def test_an_unknown_output_is_refused_with_a_guess():
    with pytest.raises(NotFound) as refused:
        outputs.load("atmo")

    assert "did you mean atom?" == refused.value.hint
