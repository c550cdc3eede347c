"""What `newsletter schedule` says, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fakes import at

from newsletter.cli.schedule import Teller
from newsletter.passes import Outcome

NOON = at("2026-08-07 12:00")


def test_what_passes_say_again_and_again_is_said_once(capsys):
    """A relay that does not answer is asked each minute, and told of once; then once more when it changes."""
    teller = Teller("Europe/Paris")
    waits, sent = (
        Outcome(began=NOON, line="No mail: 3 wait", told="the relay is silent"),
        Outcome(began=NOON, line="3 mails sent"),
    )
    for outcome in (
        waits,
        replace(waits, began=NOON + timedelta(minutes=1)),
        sent,
        Outcome(began=NOON),
        sent,
        waits,
    ):
        teller.of_pass(outcome)
    out, err = capsys.readouterr()

    assert [
        "Fri 7 Aug 14:00  No mail: 3 wait",
        "Fri 7 Aug 14:00  3 mails sent",
        "Fri 7 Aug 14:00  No mail: 3 wait",
    ] == out.splitlines()
    assert ["Fri 7 Aug 14:00  the relay is silent"] * 2 == err.splitlines()
