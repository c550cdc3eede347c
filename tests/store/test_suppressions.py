"""Addresses that nothing is sent to: who comes on the list, and how one leaves it."""

from __future__ import annotations

import pytest
from fakes import at

from newsletter.store import open_store
from newsletter.store.suppressions import Suppressions

NOW, LATER = at("2026-08-01 06:00"), at("2026-08-02 06:00")
ADA, GRACE = "ada@example.org", "grace@example.org"


@pytest.fixture
def suppressions() -> Suppressions:
    return open_store(None).suppressions


def test_an_address_is_suppressed_once_and_for_its_first_reason(suppressions):
    news = [suppressions.put(ADA, "550 no such user", NOW), suppressions.put(ADA, "by hand", LATER)]
    row = suppressions.get(ADA)

    assert [True, False] == news
    assert ("550 no such user", NOW) == (row.reason, row.since)
    assert suppressions.get(GRACE) is None


def test_three_refusals_in_a_row_suppress(suppressions):
    strikes = [suppressions.strike(ADA, f"552 full {number}", NOW) for number in range(4)]

    assert [False, False, True, False] == strikes
    assert ["552 full 2"] == [row.reason for row in suppressions.all()]


def test_a_mail_that_arrives_ends_the_row_of_refusals(suppressions):
    suppressions.strike(ADA, "552", NOW)
    suppressions.strike(ADA, "552", NOW)
    suppressions.forgive(ADA)
    suppressions.strike(ADA, "552", NOW)

    assert () == suppressions.all()


def test_what_arrived_late_does_not_lift_a_suppression(suppressions):
    suppressions.put(ADA, "550", NOW)
    suppressions.forgive(ADA)

    assert suppressions.get(ADA)


def test_a_lifted_address_starts_afresh(suppressions):
    suppressions.put(GRACE, "550", NOW)
    suppressions.put(ADA, "550", NOW)
    lifted = [suppressions.lift(ADA), suppressions.lift(ADA)]

    assert [True, False] == lifted
    assert [GRACE] == [row.folded for row in suppressions.all()]
    assert not suppressions.strike(ADA, "552", NOW)


def test_a_bounce_is_counted_once(suppressions):
    assert [True, False, True] == [suppressions.first_seen(name, NOW) for name in ("<a@b>", "<a@b>", "<c@d>")]
