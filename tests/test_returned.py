"""What came back, into the state: who gets no more mail, and who does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import at
from house import House, follows, reader
from test_bounces import headed, report

from newsletter.envelope import reader_token, token
from newsletter.returned import readers, summary, take

SECRET = "s" * 64
ADA, GRACE = "ada@example.org", "grace@example.org"
NOW = at("2026-08-09 12:00")


@pytest.fixture
def house() -> House:
    """Two readers who got a digest on each of five days."""
    house = House(
        profiles=[follows("diffusion", "diffusion")],
        readers=[reader("ada", "diffusion"), reader("grace", "diffusion")],
    )
    for day in range(1, 6):
        house.day(f"2026-08-0{day} 06:00", f"Diffusion {day}")
    return house


def refusal(status: str, *, day: int = 5, who: str = ADA, verp: bool = True, **fields) -> bytes:
    """A report on the mail of a day."""
    quoted = f"Message-ID: <{token(SECRET, who, f'2026-08-0{day}')}@example.org>\r\nTo: <{who}>\r\n"
    fields = {"quoted": quoted, "name": f"<{who}-{day}-{status}@relay.example>", "diagnostic": ""} | fields
    to = f"bounce+{reader_token(SECRET, who)}@example.org" if verp else "bounce@example.org"
    return report(status, to=to, **fields).replace(b"ada@example.org", who.encode())


def take_in(house: House, *raw: bytes):
    return take(house.store, house.config(), raw, secret=SECRET, now=NOW)


def suppressed(house: House) -> dict[str, str]:
    return {each.folded: each.reason for each in house.store.suppressions.all()}


def test_a_dead_address_gets_no_more_mail_a_full_one_is_counted_a_holiday_is_ignored(house):
    """Mail 53."""
    holiday = headed("Subject: Away", "Auto-Submitted: auto-replied", body="550 5.1.1 does not exist")
    taken = take_in(house, refusal("5.1.1"), refusal("4.2.2", who=GRACE), holiday)

    assert {"suppressed": 1, "counted": 1, "ignored": 1} == dict(taken.outcomes)
    assert {ADA: "bounced: 5.1.1"} == suppressed(house)


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.2.1", "5.7.1"])
def test_these_codes_mean_a_dead_address(house, status):
    take_in(house, refusal(status))

    assert [ADA] == list(suppressed(house))


@pytest.mark.parametrize(
    ("status", "diagnostic", "dead"),
    [
        ("5.0.0", "smtp; 550 no such user", True),
        ("5.7.26", "smtp; 550 5.7.26 unauthenticated", False),
        ("5.3.4", "smtp; 552 too big", False),
        ("5.0.0", "smtp; 554 no", False),
    ],
)
def test_a_plain_code_counts_only_where_the_other_says_nothing(house, status, diagnostic, dead):
    """550 5.7.26 is the sender's fault, for all readers of one provider on the same morning."""
    take_in(house, refusal(status, diagnostic=diagnostic))

    assert dead == bool(suppressed(house))


def test_the_third_refusal_in_a_row_is_one_too_many(house):
    """Mail 53: of three mails one after another."""
    outcomes = [take_in(house, refusal("4.2.2", day=day)).outcomes for day in (3, 4, 5)]

    assert ["counted", "counted", "suppressed"] == [next(iter(one)) for one in outcomes]
    assert {ADA: "bounced: 4.2.2"} == suppressed(house)


def test_three_refusals_with_an_arrival_between_are_not_in_a_row(house):
    take_in(house, *(refusal("4.2.2", day=day) for day in (1, 3, 5)))

    assert {} == suppressed(house)


def test_two_reports_on_one_mail_are_one_refusal(house):
    taken = take_in(house, *(refusal("4.2.2", name=f"<{n}@relay.example>") for n in range(4)))

    assert {"counted": 1, "again": 3} == dict(taken.outcomes)


def test_a_relay_that_takes_the_next_mail_forgives_no_bounce(house):
    """It takes everything, and the refusal comes back an hour later."""
    for day in (3, 4, 5):
        take_in(house, refusal("4.2.2", day=day))
        house.store.suppressions.forgive(ADA)

    assert [ADA] == list(suppressed(house))


def test_a_mailbox_that_is_read_twice_counts_once(house):
    box = [refusal("4.2.2", day=day) for day in (4, 5)]
    first, second = take_in(house, *box), take_in(house, *box)

    assert {"counted": 2} == dict(first.outcomes)
    assert {"again": 2} == dict(second.outcomes)
    assert {} == suppressed(house)


def test_a_suppression_that_was_lifted_stays_so_when_the_mailbox_is_read_again(house):
    take_in(house, refusal("5.1.1"))
    house.store.suppressions.lift(ADA)
    take_in(house, refusal("5.1.1"))

    assert {} == suppressed(house)


def test_without_a_token_the_message_id_of_our_mail_is_proof(house):
    """Mail 53."""
    take_in(house, refusal("5.1.1", verp=False))

    assert [ADA] == list(suppressed(house))


@pytest.mark.parametrize("quoted", ["", "Message-ID: <guessed@example.org>\r\nTo: <ada@example.org>\r\n"])
def test_a_report_that_anybody_could_have_written_is_believed_by_nobody(house, quoted):
    taken = take_in(house, refusal("5.1.1", verp=False, quoted=quoted))

    assert {"unknown": 1} == dict(taken.outcomes)
    assert {} == suppressed(house)


def test_a_reader_who_writes_to_leave_gets_no_more_mail(house):
    taken = take_in(house, headed(f"Subject: unsubscribe {reader_token(SECRET, ADA)}"))
    house.day("2026-08-10 06:00", "Diffusion ten")

    assert {"unsubscribed": 1} == dict(taken.outcomes)
    assert {ADA: "unsubscribed"} == suppressed(house)
    assert ("2026-08-10", "skipped (suppressed)") == house.slots("ada")[-1]
    assert ("2026-08-10", "sent") == house.slots("grace")[-1]


def test_a_complaint_is_a_wish_to_leave(house):
    take_in(house, refusal("", kind="feedback-report"))

    assert {ADA: "complained"} == suppressed(house)


def test_a_token_from_before_a_change_of_address_still_works(house):
    house.readers = [
        replace(house.readers[0], formerly=ADA, reader="new@example.org", address="new@example.org")
    ]
    house.round("2026-08-09 06:00")
    taken = take_in(house, headed(f"Subject: unsubscribe {reader_token(SECRET, ADA)}"))

    assert {"unsubscribed": 1} == dict(taken.outcomes)
    assert {"new@example.org": "unsubscribed"} == suppressed(house)


def test_somebody_who_left_the_configuration_can_still_be_refused(house):
    house.readers = house.readers[1:]
    house.round("2026-08-09 06:00")

    assert {ADA, GRACE} == set(readers(house.store, house.config()))
    assert {"suppressed": 1} == dict(take_in(house, refusal("5.1.1")).outcomes)


def test_the_summary_names_nobody(house):
    said = summary(take_in(house, refusal("5.1.1"), refusal("4.2.2", who=GRACE), b""))

    assert "3 messages: 1 suppressed, 1 counted (of 3 in a row), 1 ignored" == said
    assert "no messages" == summary(take_in(house))
