"""Mail that comes back: what is a refusal, a complaint or a wish to leave, and what is nobody's business."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.bounces import Kind, returned

TOKEN = "0123456789abcdef" * 2
OTHER = "f" * 32


def headed(*lines: str, body: str = "") -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def report(
    status: str = "5.1.1",
    *,
    action: str = "failed",
    to: str = f"bounce+{TOKEN}@example.org",
    diagnostic: str = "smtp; 550 5.1.1 no such user here",
    quoted: str = f"Message-ID: <abc@example.org>\r\nTo: Ada <ada@example.org>\r\nList-Unsubscribe:"
    f" <https://example.org/leave?token={TOKEN}>\r\n",
    quoted_as: str = "message/rfc822",
    kind: str = "delivery-status",
    name: str = "<report-1@relay.example>",
) -> bytes:
    """A report as a relay writes it (RFC 3464)."""
    block = (
        "Feedback-Type: abuse\r\nOriginal-Rcpt-To: ada@example.org\r\n"
        if kind == "feedback-report"
        else "Reporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; ada@example.org\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {diagnostic}\r\n"
    )
    parts = (
        ("text/plain", "Your message could not be delivered: the mailbox does not exist, 550 5.1.1.\r\n"),
        (f"message/{kind}", block),
        (quoted_as, quoted),
    )
    body = "".join(f"--x\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts) + "--x--\r\n"
    return headed(
        "From: MAILER-DAEMON@relay.example",
        f"To: {to}",
        f"Message-ID: {name}",
        "Auto-Submitted: auto-replied",
        f'Content-Type: multipart/report; report-type={kind}; boundary="x"',
        body=body,
    )


def test_a_refusal_says_whose_it_is_and_why():
    """Mail 53: the address it came back to names the reader."""
    found = returned(report())

    assert (Kind.REFUSED, TOKEN, "5.1.1", 550) == (found.kind, found.token, found.status, found.code)
    assert ("<abc@example.org>", "ada@example.org") == (found.message_id, found.recipient)
    assert "<report-1@relay.example>" == found.id


@pytest.mark.parametrize("quoted_as", ["message/rfc822", "text/rfc822-headers"])
def test_without_such_an_address_what_is_quoted_of_our_mail_tells(quoted_as):
    """Mail 53."""
    found = returned(report(to="list@example.org", quoted_as=quoted_as))

    assert (TOKEN, "<abc@example.org>") == (found.token, found.message_id)


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("4.2.2", "smtp; 452 mailbox full", ("4.2.2", 452)),
        ("", "smtp; 550 5.7.1 no", ("5.7.1", 550)),
        ("5.0.0 (undefined)", "X-Unix; 67", ("5.0.0", 0)),
        ("nonsense", "", ("", 0)),
    ],
)
def test_the_codes_are_found_where_they_stand(status, diagnostic, expected):
    found = returned(report(status, diagnostic=diagnostic))

    assert expected == (found.status, found.code)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_news_of_a_mail_that_is_not_lost_is_no_refusal(action):
    assert Kind.OTHER == returned(report("4.4.1", action=action)).kind


def test_a_complaint_is_known():
    found = returned(report(kind="feedback-report"))

    assert (Kind.COMPLAINT, TOKEN, "ada@example.org") == (found.kind, found.token, found.recipient)


def test_this_is_not_spam_is_no_complaint():
    kind = returned(report(kind="feedback-report").replace(b"abuse", b"not-spam")).kind

    assert Kind.OTHER == kind


@pytest.mark.parametrize(
    "raw",
    [
        headed("To: leave@example.org", f"Subject: unsubscribe {TOKEN}"),
        headed("To: leave@example.org", f"Subject:  UNSUBSCRIBE   {TOKEN.upper()} "),
        headed(
            "To: leave@example.org", "Subject: leave me", body=f"\r\n unsubscribe {TOKEN}\r\n\r\n-- \r\nAda"
        ),
    ],
)
def test_a_wish_to_leave_is_a_subject_or_a_first_line(raw):
    found = returned(raw)

    assert (Kind.LEAVING, TOKEN) == (found.kind, found.token)


@pytest.mark.parametrize(
    "raw",
    [
        headed("Subject: Out of office", "Auto-Submitted: auto-replied", body="550 5.1.1 does not exist"),
        headed(f"Subject: unsubscribe {TOKEN}", "Auto-Submitted: auto-replied"),
        headed("Subject: Re: 3 papers", body=f"Great list!\r\n\r\n> Unsubscribe:\r\n> unsubscribe {TOKEN}"),
        headed("Subject: unsubscribe"),
        headed(f"Subject: please unsubscribe {TOKEN} or not"),
        headed("Subject: 550 5.1.1 user unknown", body="Status: 5.1.1\r\nAction: failed"),
        b"",
        b"\x00\xff" * 100,
    ],
)
def test_everything_else_is_nobodys_business(raw):
    """Mail 53: a holiday reply, a person's answer that quotes us, words that only look like a refusal."""
    assert Kind.OTHER == returned(raw).kind


def test_a_refusal_within_a_mail_that_is_passed_on_is_none_of_ours():
    inner = report().decode()
    raw = headed(
        "Subject: look at this",
        'Content-Type: multipart/mixed; boundary="o"',
        body=f"--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n",
    )

    assert Kind.OTHER == returned(raw).kind


def test_a_message_without_a_name_is_named_by_its_bytes():
    one, other = headed("Subject: a"), headed("Subject: b")

    assert returned(one).id == returned(one).id != returned(other).id


@given(st.binary(max_size=400), st.integers(0, 1000), st.integers(0, 50))
def test_no_bytes_make_it_fall_over(noise, place, length):
    whole = report()

    returned(noise)
    returned(whole[:place] + noise + whole[place + length :])


def test_parts_within_parts_without_end_are_no_fault():
    """A recursion of the standard library's parser."""
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(5_000)
    )

    assert Kind.OTHER == returned(nested).kind
