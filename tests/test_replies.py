"""What a relay says, and what becomes of the delivery: each row of the table of replies is a test."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import at
from hypothesis import given
from hypothesis import strategies as st

from newsletter.replies import (
    PATIENCE,
    Outcome,
    Reply,
    Step,
    Verdict,
    about_address,
    about_us,
    dead,
    judged,
    next_try,
)

NOW = at("2026-08-01 06:00")


def outcome(step: Step, code: int | None, text: str = "") -> Outcome:
    return judged(step, None if code is None else Reply(code=code, text=text)).outcome


@pytest.mark.parametrize("code", [None, 421, 450, 554, -1, 999])
def test_a_relay_that_does_not_greet_takes_nothing_now(code):
    assert Outcome.UNREACHABLE == outcome(Step.CONNECT, code)


@pytest.mark.parametrize(
    ("step", "code", "expected"),
    [
        (Step.EHLO, None, Outcome.UNREACHABLE),
        (Step.EHLO, 421, Outcome.UNREACHABLE),
        (Step.EHLO, 550, Outcome.REFUSED),
        (Step.TLS, None, Outcome.UNREACHABLE),
        (Step.TLS, 454, Outcome.UNREACHABLE),
        (Step.TLS, 501, Outcome.REFUSED),
        (Step.AUTH, None, Outcome.UNREACHABLE),
        (Step.AUTH, 454, Outcome.UNREACHABLE),
        (Step.AUTH, 535, Outcome.REFUSED),
        (Step.AUTH, 534, Outcome.REFUSED),
        (Step.AUTH, 530, Outcome.REFUSED),
    ],
)
def test_before_the_first_mail_4xx_is_later_and_5xx_our_own_fault(step, code, expected):
    assert expected == outcome(step, code)


@pytest.mark.parametrize(
    ("step", "code", "text", "setting"),
    [
        (Step.EHLO, 501, "bad name", "email.smtp.ehlo"),
        (Step.TLS, 501, "no", "email.smtp.tls"),
        (Step.AUTH, 535, "5.7.8 bad credentials", "email.smtp.user and email.smtp.password"),
        (Step.MAIL, 530, "5.7.0 Must issue a STARTTLS command first", "email.smtp.tls"),
        (Step.MAIL, 530, "5.7.0 Authentication required", "email.smtp.user and email.smtp.password"),
        (Step.MAIL, 550, "5.7.1 not your address", "email.from and email.bounces"),
        (Step.MAIL, 553, "5.7.1 sender rejected", "email.from and email.bounces"),
        (Step.RCPT, 530, "5.7.0 log in first", "email.smtp.user and email.smtp.password"),
    ],
)
def test_a_refusal_of_us_names_the_setting_and_blames_no_subscriber(step, code, text, setting):
    verdict = judged(step, Reply(code=code, text=text))

    assert (Outcome.REFUSED, setting) == (verdict.outcome, verdict.setting)
    assert (False, False) == (verdict.suppress, verdict.strike)


def test_too_large_at_mail_fails_one_delivery_and_suppresses_nobody():
    verdict = judged(Step.MAIL, Reply(code=552, text="5.3.4 message too big"))

    assert (
        Verdict(outcome=Outcome.FAILED, reason="too large for the relay: 552 5.3.4 message too big")
        == verdict
    )


@pytest.mark.parametrize("code", [450, 451, 452])
def test_4xx_is_later_for_a_recipient_and_a_message_and_for_all_at_mail(code):
    """At MAIL nobody was named yet: what the relay does not want now is mail."""
    assert Outcome.DEFERRED == outcome(Step.RCPT, code)
    assert Outcome.DEFERRED == outcome(Step.DATA, code)
    assert Outcome.DEFERRED == outcome(Step.END, code)
    assert Outcome.UNREACHABLE == outcome(Step.MAIL, code)


LOGIN = "email.smtp.user and email.smtp.password"


@pytest.mark.parametrize(
    ("code", "text", "setting"),
    [
        (554, "5.7.1 <a@b>: Relay access denied", LOGIN),
        (550, "relay not permitted", LOGIN),
        (550, "5.7.1 Relaying denied", LOGIN),
        (554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", LOGIN),
        (554, "5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", LOGIN),
        (553, "5.7.1 <list@a.b>: Sender address rejected: not owned by user", "email.from and email.bounces"),
        (550, "5.1.8 <list@a.b>: Sender address rejected: Domain not found", "email.from and email.bounces"),
        (504, "5.5.2 <news>: Helo command rejected: need fully-qualified hostname", "email.smtp.ehlo"),
    ],
)
def test_what_a_relay_has_against_us_is_often_said_of_the_first_recipient(code, text, setting):
    """By default Postfix waits for RCPT with it; if it takes nobody, a setting is wrong, and nobody is dead."""
    verdict = judged(Step.RCPT, Reply(code=code, text=text))
    refused, failed = about_us(verdict), about_address(verdict)

    assert (Outcome.BARRED, setting, False) == (verdict.outcome, verdict.setting, verdict.suppress)
    assert (Outcome.REFUSED, setting, False, False) == (
        refused.outcome,
        refused.setting,
        refused.suppress,
        refused.strike,
    )
    assert (Outcome.FAILED, "", False, True) == (
        failed.outcome,
        failed.setting,
        failed.suppress,
        failed.strike,
    )


@pytest.mark.parametrize(
    ("code", "text", "suppress"),
    [
        *((554, f"{enhanced} no", True) for enhanced in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.2.1")),
        (550, "5.1.1 <a@b>: Recipient address rejected: User unknown in relay recipient table", True),
        (550, "5.2.1 mailbox blocked", True),
        (552, "5.2.2 mailbox full", False),
        (550, "5.2.2 mailbox full", False),
        (554, "5.4.1 no", False),
        (554, "5.1.10 no", False),
        (500, "", False),
    ],
)
def test_5xx_for_a_recipient_fails_and_suppresses_by_the_list_of_mox(code, text, suppress):
    """By the enhanced code where there is one: 550 alone may mean a mailbox that is full."""
    verdict = judged(Step.RCPT, Reply(code=code, text=text))

    assert (Outcome.FAILED, suppress, not suppress) == (verdict.outcome, verdict.suppress, verdict.strike)
    assert suppress == dead(code, text)


@pytest.mark.parametrize(
    ("code", "text", "suppress"),
    [
        *((code, "no", True) for code in (550, 551, 553, 556, 521)),
        (550, "5.0.0 no", True),
        (554, "5.7.1 no", True),
        (550, "5.7.26 no", False),
        (550, "5.7.515 Access denied", False),
    ],
)
def test_5xx_that_does_not_say_of_whom_counts_for_the_address_once_others_were_taken(code, text, suppress):
    verdict = judged(Step.RCPT, Reply(code=code, text=text))

    assert (Outcome.BARRED, "") == (verdict.outcome, verdict.setting)
    assert (suppress, not suppress) == (about_address(verdict).suppress, about_address(verdict).strike)
    assert about_us(verdict).setting


@pytest.mark.parametrize("step", [Step.DATA, Step.END])
@pytest.mark.parametrize("code", [550, 552, 554])
def test_5xx_for_a_message_fails_and_leaves_the_address_in_peace(step, code):
    verdict = judged(step, Reply(code=code, text="5.7.1 looks like spam"))

    assert (Outcome.FAILED, True) == (verdict.outcome, verdict.content)
    assert (False, False) == (verdict.suppress, verdict.strike)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Step.MAIL, Outcome.AGAIN),
        (Step.RCPT, Outcome.AGAIN),
        (Step.DATA, Outcome.AGAIN),
        (Step.END, Outcome.UNCERTAIN),
    ],
)
@pytest.mark.parametrize("code", [None, -1, 0, 199, 600, 999])
def test_silence_is_doubt_only_once_the_message_was_on_its_way(step, expected, code):
    """The library says the same whether the relay died before the final dot or after it."""
    assert expected == outcome(step, code)


@pytest.mark.parametrize("step", [Step.MAIL, Step.RCPT, Step.DATA, Step.END])
def test_421_in_the_middle_is_a_goodbye(step):
    assert Outcome.AGAIN == outcome(step, 421)


@pytest.mark.parametrize("code", [200, 250, 251, 354])
def test_a_yes_in_the_wrong_place_after_data_is_doubt(code):
    assert Outcome.UNCERTAIN == outcome(Step.END, code)
    assert code == 354 or Outcome.AGAIN == outcome(Step.DATA, code)


@given(st.sampled_from(Step), st.none() | st.builds(Reply, code=st.integers(-1, 1200), text=st.text()))
def test_whatever_a_relay_says_there_is_one_verdict(step, reply):
    """Nothing is sent without a yes, doubt comes at the end alone, and a reason is one short printable line."""
    verdict = judged(step, reply)

    assert Outcome.SENT != verdict.outcome
    assert (verdict.outcome is Outcome.UNCERTAIN) <= (step is Step.END)
    assert (verdict.outcome is Outcome.REFUSED) <= bool(verdict.setting)
    assert (verdict.outcome in (Outcome.REFUSED, Outcome.BARRED)) >= bool(verdict.setting)
    assert verdict.outcome in (Outcome.FAILED, Outcome.BARRED) or not (
        verdict.suppress or verdict.strike or verdict.content
    )
    assert verdict.reason.isprintable()
    assert len(verdict.reason) < 400


# ------------------------------------------------------------------------------------------- patience


def test_tries_come_after_five_minutes_and_then_ever_later():
    pauses = [next_try(tries, NOW, NOW) - NOW for tries in range(1, 12)]

    assert [5, 7.5, 15, 30, 60, 120, 240, 480, 960, 960, 960] == [p.total_seconds() / 60 for p in pauses]


def test_after_five_days_it_is_enough():
    assert next_try(9, NOW, NOW + PATIENCE - timedelta(seconds=1))
    assert next_try(9, NOW, NOW + PATIENCE) is None


def test_one_jump_of_the_clock_does_not_end_all_patience():
    """Mail 46: a month ahead between two tries."""
    ahead = NOW + timedelta(days=31)

    assert ahead + timedelta(minutes=7.5) == next_try(2, NOW, ahead)
    assert next_try(4, NOW, ahead) is None


def test_a_clock_that_went_back_does_not_make_a_delivery_wait_longer():
    before = NOW - timedelta(days=1)

    assert before + timedelta(minutes=5) == next_try(1, NOW, before)
