"""A signature that another program verifies, and that covers what a forger would change."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from newsletter.dkim import checked, signed
from newsletter.errors import SigningKey
from newsletter.mail import message
from newsletter.model import Letter


def pem(key) -> str:
    plain = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    return key.private_bytes(*form, plain).decode()


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def plain(subject="3 papers", text="Text\n.\n..\nFrom here  \n", **fields) -> bytes:
    fields = {
        "sender": "list@example.org",
        "sender_name": "Reading list",
        "recipient": "ada@example.org",
        "date": datetime(2026, 8, 7, 7, 30, tzinfo=UTC),
        "message_id": "<abc@example.org>",
        "list_id": "newsletter.example.org",
        "unsubscribe": ("https://example.org/leave/" + "t" * 200, "mailto:leave@example.org"),
        "feedback_id": "2026-08-07:digest:list:example",
        **fields,
    }
    return message(Letter(subject=subject, text=text, html=f"<p>{text}</p>"), **fields)


def made(key=RSA, **fields) -> bytes:
    return signed(plain(**fields), domain="example.org", selector="news", key=pem(key))


def record(*_, **__) -> bytes:
    """What the domain's DNS says of our RSA key."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    import base64  # noqa: PLC0415 - only here

    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(RSA.public_key().public_bytes(*form))


def tags(raw: bytes) -> dict[str, str]:
    head = raw.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", "")
    value = next(line for line in head.split("\r\n") if line.startswith("DKIM-Signature: "))
    return dict(tag.strip().split("=", 1) for tag in value.partition(": ")[2].split(";"))


@given(st.text(max_size=200), st.text(max_size=400))
def test_another_program_verifies_it_whatever_the_words(subject, text):
    """Mail 19."""
    assert dkimpy.verify(made(subject=subject, text=text), dnsfunc=record)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Text", b"Test"),
        (b"From: Reading", b"From: Leading"),
        (b"Subject: 3", b"Subject: 4"),
        (b"/leave/", b"/heave/"),
        (b"One-Click", b"Two-Click"),
        (b"<newsletter.", b"<bewsletter."),
        (b"To: ada", b"To: eda"),
        (b"\r\nTo: ", b"\r\nFrom: a@evil.example\r\nTo: "),
    ],
)
def test_what_a_forger_changes_breaks_it(old, new):
    """Mail 19: a second From counts too."""
    raw = made()

    assert old in raw
    assert not dkimpy.verify(raw.replace(old, new, 1), dnsfunc=record)


def test_a_way_out_cannot_be_added_to_a_mail_that_has_none():
    """Mail 19."""
    raw = made(unsubscribe=())

    assert dkimpy.verify(raw, dnsfunc=record)
    assert not dkimpy.verify(
        raw.replace(b"\r\nDate: ", b"\r\nList-Unsubscribe: <mailto:a@evil.example>\r\nDate: "), dnsfunc=record
    )


def test_it_covers_every_header_that_matters_and_the_whole_body():
    """Mail 19."""
    covered = tags(made())["h"].split(":")

    assert 2 == covered.count("from")
    assert {
        *("subject", "date", "to", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post"),
        *("mime-version", "content-type"),
    } <= set(covered)
    assert "l" not in tags(made())


def test_it_survives_what_a_mail_program_does_to_line_ends():
    """Mail 19: aiosmtplib makes every line end CRLF once more before it sends."""
    raw = made()

    assert raw == re.sub(rb"(?:\r\n|\n|\r(?!\n))", b"\r\n", raw)
    assert dkimpy.verify(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), dnsfunc=record)


@pytest.mark.parametrize("key", [RSA, ED25519])
def test_two_signatures_of_one_message_are_the_same_bytes(key):
    """Mail 13: the time in it is the message's own."""
    assert made(key) == made(key)
    assert str(int(datetime(2026, 8, 7, 7, 30, tzinfo=UTC).timestamp())) == tags(made(key))["t"]


def test_an_ed25519_key_signs_the_hash_of_what_is_covered():
    """RFC 8463 §3, put together anew from what the signature says of itself."""
    import base64  # noqa: PLC0415 - only here
    import hashlib  # noqa: PLC0415 - only here

    raw = made(ED25519)
    found = tags(raw)
    head = re.sub(r"\r\n ", " ", raw.partition(b"\r\n\r\n")[0].decode())
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    lower = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    own = head.split("\r\n")[0].partition(": ")[2]
    own = own[: own.rindex(" b=") + 3]
    named = dict.fromkeys(found["h"].split(":"))
    text = "".join(f"{name}:{lower[name]}\r\n" for name in named if name in lower) + f"dkim-signature:{own}"
    ED25519.public_key().verify(base64.b64decode(found["b"]), hashlib.sha256(text.encode()).digest())

    assert "ed25519-sha256" == found["a"]


def test_lines_stay_short():
    """Mail 2."""
    head = made().partition(b"\r\n\r\n")[0].split(b"\r\n")

    assert head[0].startswith(b"DKIM-Signature: v=1;")
    assert [] == [line for line in head if len(line) > 78 and b"leave" not in line]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "no key",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        pem(ec.generate_private_key(ec.SECP256R1())),
        RSA.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password"),
        ).decode(),
    ],
)
def test_a_key_that_cannot_sign_is_told(key):
    with pytest.raises(SigningKey) as told:
        checked(key)
    assert "genrsa" in told.value.hint
