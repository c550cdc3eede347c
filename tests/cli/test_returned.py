"""The commands for people who leave and addresses that are dead."""

from __future__ import annotations

import json
import re

import pytest
from home import Home, page

from newsletter.cli._shared import secret_of
from newsletter.envelope import reader_token

LEAVING = """\
email:
  unsubscribe: [mailto:leave@example.org, https://example.org/leave]
"""


@pytest.fixture
def home(tmp_path):
    """An installation whose readers got a digest."""
    home = Home(tmp_path)
    home.edit(home.config + LEAVING)
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.run("2026-08-07 06:00")
    return home


def token(home: Home, address: str = "ada@example.org") -> str:
    store = home.store()
    found = reader_token(secret_of(store), address)
    store.close()
    return found


def next_day(home: Home) -> list[str]:
    """To whom a further paper goes."""
    home.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    home.run("2026-08-08 06:00")
    return sorted(name.split("_")[1] for name in home.mails() if name.startswith("2026-08-08"))


def test_the_token_in_a_readers_mail_lets_them_go(home):
    """Mail 6: it is read back from the mail itself, as it travelled."""
    raw = next(mail for name, mail in home.mails().items() if "ada" in name)
    found = re.search(rb"token=([0-9a-f]{32})>", raw)[1].decode()
    said = home.newsletter("unsubscribe", found)

    assert "ada@example.org: gets no more mail\n" == said.out
    assert "they still stand in the configuration" in said.err
    assert [] == next_day(home)


def test_an_address_lets_them_go_too_in_whatever_letters(home):
    assert 0 == home.newsletter("unsubscribe", "Ada@Example.org").code
    assert "ada@example.org: got no mail any more\n" == home.newsletter("unsubscribe", "ada@example.org").out


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("f" * 32, "this token is no reader's"),
        ("nobody@example.org", "'nobody@example.org' is no reader"),
        ("ada", "is no e-mail address"),
    ],
)
def test_somebody_unknown_cannot_leave(home, who, expected):
    said = home.newsletter("unsubscribe", who)

    assert 2 == said.code
    assert expected in said.err


def test_an_address_can_be_suppressed_and_let_go_again(home):
    said = [home.newsletter("suppress", *rest, "ada@example.org").out for rest in ((), (), ("--lift",))]

    assert [
        "ada@example.org: nothing is sent there any more\n",
        "ada@example.org: nothing was sent there already\n",
        "ada@example.org: mail may go there again\n",
    ] == said
    assert ["ada-example-org"] == next_day(home)


def test_a_bounce_in_a_mailbox_stops_mail_to_that_address(home):
    """Mail 53, from the mailbox to the ledger."""
    from test_bounces import report  # noqa: PLC0415 - a neighbour's builder

    box = home.folder / "box"
    box.mkdir()
    (box / "1.eml").write_bytes(report(to=f"bounce+{token(home)}@example.org", quoted=""))
    first, second = home.newsletter("bounces", str(box)), home.newsletter("bounces", str(box))
    third = home.newsletter("bounces", "--quiet", str(box))

    assert "1 message: 1 suppressed\n" == first.out
    assert "1 message: 1 known already\n" == second.out
    assert (0, "", "") == (third.code, third.out, third.err)
    assert [] == next_day(home)
    assert "ada@example.org" not in first.out + first.err


def test_a_mailbox_that_is_not_there_is_a_mistake_of_usage(home):
    said = home.newsletter("bounces", str(home.folder / "box"))

    assert 2 == said.code
    assert "there is no such file or folder" in said.err


def test_the_list_says_who_gets_mail_and_who_does_not(home):
    home.newsletter("unsubscribe", "ada@example.org")
    home.newsletter("suppress", "stranger@example.org")
    said = home.newsletter("subscribers").out.splitlines()
    rows = json.loads(home.newsletter("subscribers", "--json").out)

    assert re.fullmatch(
        r"ada@example\.org +suppressed since \d{4}-\d\d-\d\d \(unsubscribed\): diffusion", said[0]
    )
    assert re.fullmatch(r"grace@example\.org +last 2026-W32, next Mon .*: diffusion, robots", said[1])
    assert "stranger@example.org" in said[2]
    assert "2 subscribers, 2 addresses suppressed" == said[3]
    assert [("suppressed", "unsubscribed"), ("active", ""), ("suppressed", "by hand")] == [
        (row["state"], row["reason"]) for row in rows
    ]
    assert "2026-08-07" == rows[0]["last"]
