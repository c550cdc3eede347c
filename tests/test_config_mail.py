"""What keeps mail from arriving is told before anybody gets any, with its place and what to do."""

from __future__ import annotations

import pytest
from test_dkim import RSA, pem

from newsletter import config
from newsletter.errors import ConfigError
from newsletter.settings import Secret

REST = """\
profiles:
- name: diffusion
  rules:
  - keywords: [diffusion]
site: {url: https://example.org}
"""

SIGNED = (
    "{{via: smtp, from: {sender}, unsubscribe: 'mailto:a@example.org',"
    " dkim: {{selector: s, domain: {domain}, key: {{env: KEY}}}}}}"
)


@pytest.fixture
def load(tmp_path):
    def load_with(email: str):
        (tmp_path / "config.yaml").write_text(REST + email)
        return config.load(tmp_path / "config.yaml")

    return load_with


def mistakes(load, email: str) -> list[str]:
    with pytest.raises(ConfigError) as told:
        load(email)
    return [str(mistake) for mistake in told.value.mistakes]


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (
            "{via: smtp, unsubscribe: 'mailto:a@example.org'}",
            "6:8: no sender: mails would come from localhost",
        ),
        (
            "{via: smtp, from: a@gmail.com, unsubscribe: 'mailto:a@example.org'}",
            "6:26: mail as gmail.com that gmail.com did not send is refused (DMARC) (an address of a domain",
        ),
        ("{via: smtp, from: a@example.org}", "6:8: no way to leave: Gmail and Yahoo want one"),
        ("{smtp: {password: hunter2}}", "6:26: a password in clear ({env: NAME} or {file: PATH} keeps it"),
        (
            "{via: smtp, from: a@example.org, unsubscribe: 'mailto:a@example.org', smtp: {port: 465}}",
            "6:91: tls: starttls on port 465 (tls: implicit is usual there",
        ),
        (
            SIGNED.format(sender="a@example.org", domain="other.org"),
            "a signature of other.org is no proof for example.org (sign for example.org",
        ),
    ],
)
def test_a_warning_has_its_place_and_what_to_do(load, email, expected):
    told = load(f"email: {email}\n").warnings

    assert 1 == len(told)
    assert expected in told[0]
    assert "hunter2" not in told[0]


@pytest.mark.parametrize(
    "email",
    [
        "{from: a@gmail.com}",
        "{via: smtp, from: a@gmail.com, unsubscribe: 'mailto:a@gmail.com', smtp: {host: smtp.gmail.com}}",
        SIGNED.format(sender="a@news.example.org", domain="example.org"),
    ],
)
def test_what_arrives_is_not_warned_of(load, email):
    """Files go nowhere, a provider's own relay may send for it, a domain may sign for one below it."""
    assert () == load(f"email: {email}\n").warnings


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("{from: list}", "6:15: from: `list` is no e-mail address (it needs an @ and a domain"),
        ("{from: list@localhost}", "6:15: from: `list@localhost` is no e-mail address"),
        ("{from: jörg@example.org}", "what stands before the @ must be ASCII for mail to arrive"),
        (
            "{unsubscribe: 'http://example.org/leave'}",
            "6:22: unsubscribe: `http://example.org/leave` is no way",
        ),
        ("{dkim: {selector: s}}", "6:15: the key `key` is missing"),
        ("{dkim: {selector: a b, key: {env: K}}}", "`a b` is no selector"),
        ("{dkim: {selector: s, domain: nowhere, key: {env: K}}}", "`nowhere` is no domain"),
        ("{dkim: {selector: s, key: abc}}", "a private key does not belong into this file"),
        ("{dkim: {selector: s, key: {file: gone.pem}}}", "gone.pem: No such file or directory"),
        ("{dkim: {selector: s, key: {file: config.yaml}}}", "6:34: this is no private key in PEM"),
    ],
)
def test_a_mistake_has_its_place_and_what_to_do(load, email, expected):
    told = mistakes(load, f"email: {email}\n")

    assert 1 == len(told)
    assert expected in told[0]


def test_the_domain_that_signs_is_the_senders_if_nothing_stands(load, tmp_path):
    (tmp_path / "key.pem").write_text(pem(RSA))
    made = load("email: {from: a@example.org, dkim: {selector: news, key: {file: key.pem}}}\n").email.dkim

    assert ("news", "example.org") == (made.selector, made.domain)
    assert Secret(file=tmp_path / "key.pem") == made.key
