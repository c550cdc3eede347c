"""What a message says of its reader: enough to let them leave, too little to name them."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from newsletter.envelope import TOKEN, by_token, reader_token, return_address, token, ways_out

ADA, GRACE = "ada@example.org", "grace@example.org"
MINE = reader_token("secret", ADA)


def test_a_token_is_read_back_among_all_readers():
    """Mail 6."""
    assert ADA == by_token("secret", (GRACE, ADA))[MINE]


def test_a_token_of_another_state_or_of_nobody_is_nobodys():
    """Mail 6."""
    assert MINE not in by_token("another secret", (GRACE, ADA))
    assert MINE not in by_token("secret", (GRACE,))


@given(st.text(), st.text(), st.text())
def test_a_token_differs_by_reader_and_state_and_does_not_tell_either(secret, one, other):
    """Mail 6."""
    found = token(secret, one)

    assert TOKEN.fullmatch(found)
    assert (one == other) == (found == token(secret, other))


def test_every_way_out_holds_the_token_and_no_address():
    """Mail 6."""
    ways = ways_out(
        (
            "https://example.org/leave",
            "https://example.org/leave?list=1",
            "mailto:leave@example.org",
            "mailto:leave@example.org?subject=leave%20me",
        ),
        MINE,
    )

    assert [
        f"https://example.org/leave?token={MINE}",
        f"https://example.org/leave?list=1&token={MINE}",
        f"mailto:leave@example.org?subject=unsubscribe {MINE}",
        f"mailto:leave@example.org?subject=leave me&body=unsubscribe {MINE}",
    ] == [unquote(way) for way in ways]


def test_a_bounce_goes_to_an_address_that_says_whose_it_is():
    """Mail 53."""
    assert f"bounce+{MINE}@example.org" == return_address("bounce@example.org", MINE)
