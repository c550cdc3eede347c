"""A message, byte by byte. The numbers are those of the requirements on message bytes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.config_words import LONGEST_URL
from newsletter.envelope import ways_out
from newsletter.errors import NewsletterError
from newsletter.mail import message, quoted
from newsletter.model import Letter

HTTPS = "https://example.org/unsubscribe/" + "t" * 200
MAILTO = "mailto:leave@example.org"
ODD = ".\n..\nFrom here\ntrailing blanks   \n=\n=3D\n😀 العربية 漢字 \u2028 é\n\tend"


def made(subject="3 papers", text="Text\n", html="<p>HTML</p>\n", **fields) -> bytes:
    fields = {
        "sender": "list@example.org",
        "sender_name": "Reading list",
        "recipient": "ada@example.org",
        "recipient_name": "Ada",
        "date": datetime(2026, 8, 7, 7, 30, tzinfo=UTC),
        "message_id": "<abc@example.org>",
        "list_id": "reading-list.example.org",
        "unsubscribe": (HTTPS, MAILTO),
        **fields,
    }
    return message(Letter(subject=subject, text=text, html=html), **fields)


def read(raw: bytes):
    return message_from_bytes(raw, policy=policy.default)


def parts(raw: bytes) -> list[str]:
    return [part.get_payload(decode=True).decode() for part in read(raw).iter_parts()]


def unfolded(raw: bytes, name: str) -> list[str]:
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
    return [line.partition(": ")[2] for line in head.split("\r\n") if line.startswith(f"{name}: ")]


def test_it_travels_as_seven_bit_lines_that_end_in_crlf():
    """Mail 1."""
    raw = made("Ünïcode", ODD, ODD, sender_name="Jörg", recipient_name="漢字")

    assert not re.search(rb"[\x00\x80-\xff]|(?<!\r)\n|\r(?!\n)", raw)


@given(st.text(), st.text(), st.text())
@example("x" * 5000, "y" * 5000, "https://example.org/" + "z" * 5000)
def test_no_line_is_too_long_whatever_the_words(subject, name, text):
    """Mail 2: 998 bytes in headers, 76 columns in bodies."""
    raw = made(subject, text, text, sender_name=name, recipient_name=name)
    head, _, body = raw.partition(b"\r\n\r\n")

    assert [] == [line for line in head.split(b"\r\n") if len(line) > 998]
    assert [] == [line for line in body.split(b"\r\n") if len(line) > 76]


def test_the_longest_ways_to_leave_that_config_yaml_may_hold_fit_into_a_line():
    """Mail 2: config.yaml takes none that is longer, for a header's address cannot be folded."""
    longest = "https://example.org/".ljust(LONGEST_URL, "a")
    raw = made(
        unsubscribe=ways_out((longest, "mailto:a@example.org?body=".ljust(LONGEST_URL, "b")), "f" * 32)
    )

    assert [] == [line for line in raw.split(b"\r\n") if len(line) > 998]


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "List-Id",
        "List-Unsubscribe",
    ],
)
def test_each_header_stands_once(name):
    """Mail 3."""
    assert 1 == len(unfolded(made(), name))


def test_nothing_that_a_relay_adds_is_there():
    """Mail 3."""
    assert [] == unfolded(made(), "Bcc") + unfolded(made(), "Return-Path")


def test_the_unsubscribe_addresses_are_verbatim_and_folded_only_at_the_comma():
    """Mail 4: the stdlib encodes a long one (RFC 2047), and then no program can read it."""
    raw = made()

    assert f"List-Unsubscribe: <{HTTPS}>,\r\n <{MAILTO}>\r\n".encode() in raw


def test_an_unsubscribe_address_cannot_break_out_of_its_header():
    (value,) = unfolded(made(unsubscribe=("https://example.org/a>\r\nBcc: x@y.z, <b",)), "List-Unsubscribe")

    assert "<https://example.org/a%3E%0D%0ABcc:%20x@y.z%2C%20%3Cb>" == value


@pytest.mark.parametrize(
    ("uris", "expected"),
    [((HTTPS, MAILTO), ["List-Unsubscribe=One-Click"]), ((MAILTO,), []), ((), [])],
)
def test_one_click_is_promised_only_with_https(uris, expected):
    """Mail 5."""
    assert expected == unfolded(made(unsubscribe=uris), "List-Unsubscribe-Post")


def test_the_list_id_does_not_hang_on_the_title():
    """Mail 7."""
    ids = {
        re.search("<.*>", unfolded(made(sender_name=name), "List-Id")[0])[0]
        for name in ("A", "Ünder", 'B "C"')
    }

    assert {"<reading-list.example.org>"} == ids


def test_no_vacation_reply_is_asked_for():
    """Mail 8."""
    assert ["auto-generated"] == unfolded(made(), "Auto-Submitted")


def test_text_comes_first_and_html_last_and_the_boundary_is_in_neither():
    """Mail 9."""
    raw = made(text=ODD + "--=_", html=ODD + "--=_")
    whole = read(raw)

    assert "multipart/alternative" == whole.get_content_type()
    assert ["text/plain", "text/html"] == [part.get_content_type() for part in whole.iter_parts()]
    assert {"utf-8"} == {part.get_content_charset() for part in whole.iter_parts()}
    assert {"quoted-printable"} == {part["Content-Transfer-Encoding"] for part in whole.iter_parts()}
    assert 3 == raw.count(b"--" + whole.get_boundary().encode())


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
@example(ODD)
def test_both_parts_come_out_as_they_went_in(text):
    """Mail 10."""
    assert [text, text] == [part.replace("\r\n", "\n") for part in parts(made(text=text, html=text))]


def test_the_message_id_is_the_one_given():
    """Mail 12."""
    assert ["<abc@example.org>"] == unfolded(made(message_id="abc@example.org"), "Message-ID")


def test_two_attempts_are_equal_byte_for_byte():
    """Mail 13."""
    assert made(text=ODD) == made(text=ODD)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("a\r\nBcc: x@y.z\x00\x1b\u0092 “quotes”, commas; 😀")
@example("=?utf-8?q?not_yet?=")
@example('Plain, "quoted" \\ back')
def test_a_name_and_a_subject_come_out_clean_and_never_as_another_header(words):
    """Mail 14."""
    raw = made(words, sender_name=words, recipient_name=words)
    clean = " ".join(re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", words).split())
    whole = read(raw)

    assert clean == str(whole["Subject"])
    assert [] == unfolded(raw, "Bcc")
    assert "ada@example.org" == whole["To"].addresses[0].addr_spec


def test_a_lone_surrogate_is_dropped_from_a_header_and_shown_as_a_question_mark_in_the_text():
    """Mail 14."""
    raw = made("a\ud800b", "a\ud800b")

    assert "a b" == str(read(raw)["Subject"])
    assert "a?b" == parts(raw)[0]


def test_a_foreign_domain_travels_as_a_labels():
    """Mail 15."""
    assert ["Ada <x@xn--exmple-cua.org>"] == unfolded(made(recipient="x@exämple.org"), "To")


@pytest.mark.parametrize("address", ["jörg@example.org", "a b@example.org", "a@b\r\nBcc: c@example.org"])
def test_what_is_no_address_is_refused(address):
    """Mail 15."""
    with pytest.raises(NewsletterError):
        made(recipient=address)


def test_a_long_address_is_never_encoded():
    address = "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + ".org"

    assert [f"Ada <{address}>"] == unfolded(made(recipient=address), "To")


def test_quoted_tells_the_size_that_travels():
    assert b"=C3=A9 =3D" == quoted("é =")


def test_the_archive_is_named_where_there_is_one():
    assert ["<https://example.org/papers/>"] == unfolded(
        made(archive_url="https://example.org/papers/"), "List-Archive"
    )
    assert [] == unfolded(made(), "List-Archive")


def test_a_message_says_its_language_as_its_letter_does():
    assert ["de-AT"] == unfolded(
        made(html='<!doctype html>\n<html lang="de-AT" dir="ltr">'), "Content-Language"
    )
    assert [] == unfolded(made(html="<p>html lang</p>"), "Content-Language")
    assert [] == unfolded(made(html='<html lang="x\r\nBcc: a@b">'), "Content-Language")
