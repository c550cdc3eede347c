"""Whole messages, as an installation writes them. The numbers are those of the requirements on e-mail."""

from __future__ import annotations

import email
import email.policy
import os
import re
from itertools import combinations

import dkim as dkimpy
import lxml.html
import pytest
from home import Home, page
from test_dkim import RSA, pem, record

LEAVING = """\
email:
  from: Reading list <list@example.org>
  unsubscribe: [mailto:leave@example.org, https://example.org/leave]
"""


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path)
    home.same_secret()
    home.edit(home.config + LEAVING)
    home.put("2026-08-07.txt", page("Diffusion one", "Diffusion and robots that walk", "Cats"))
    return home


def header(raw: bytes, name: str) -> str:
    return str(email.message_from_bytes(raw, policy=email.policy.default)[name])


def titles(raw: bytes) -> list[str]:
    html = email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",)).get_content()
    return [title.text_content() for title in lxml.html.document_fromstring(html).xpath("//h3")]


def both_days(home: Home) -> dict[str, bytes]:
    """Ada's two messages and Grace's one."""
    home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    home.run("2026-08-08 06:00")
    return home.mails()


def test_every_name_stands_once_in_every_message(home):
    """Mail 3."""
    once = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id")
    once += ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Post", "Auto-Submitted", "Feedback-ID")
    for raw in both_days(home).values():
        names = re.findall(rb"^([A-Za-z-]+):", raw.partition(b"\r\n\r\n")[0], re.MULTILINE)

        assert [1] * len(once) == [names.count(name.encode()) for name in once]
        assert not {b"Bcc", b"Return-Path"} & set(names)


def test_a_message_id_is_one_of_our_domain_and_another_for_each_reader_and_slot(home):
    """Mail 12."""
    ids = [header(raw, "Message-ID") for raw in both_days(home).values()]

    assert 3 == len(ids)
    assert all(re.fullmatch(r"<[0-9a-f]{32}@example\.org>", each) for each in ids)
    assert all(one != other for one, other in combinations(ids, 2))


def test_the_list_id_outlives_editions_and_titles(home):
    """Mail 7."""
    home.run("2026-08-07 06:00")
    home.edit(
        home.config.replace("title: Reading list", "title: Another").replace("Diffusion models", "Noise")
    )
    home.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    home.run("2026-08-08 06:00")
    ids = {re.search("<.*>", header(raw, "List-Id"))[0] for raw in home.mails().values()}

    assert 3 == len(home.mails())
    assert {"<newsletter.example.org>"} == ids


def test_a_feedback_id_names_the_mailing_and_nobody(home):
    """The same for all readers of a slot, for Gmail counts complaints by it."""
    ids = {name[:10]: header(raw, "Feedback-ID") for name, raw in both_days(home).items()}

    assert "2026-08-08:digest:list:" == ids["2026-08-08"][:23]
    assert all(re.fullmatch(r"[\w-]+:digest:list:[0-9a-f]{10}", each) for each in ids.values())
    assert 1 == len({each.rpartition(":")[2] for each in ids.values()})


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_writes_the_same_bytes(tmp_path, seed):
    """Mail 13: with other hashes, and at another hour of the clock, for the slot gives the time."""
    made = []
    for name, hashes in (("one", "0"), ("two", seed)):
        home = Home(tmp_path / name)
        home.same_secret()
        home.edit(home.config + LEAVING)
        home.put("2026-08-07.txt", page("Diffusion one", "Diffusion and robots that walk"))
        home.process(
            "run", "--as-of", "2026-08-07T06:00:00+00:00", env=os.environ | {"PYTHONHASHSEED": hashes}
        )
        made.append(home.mails())

    assert 2 == len(made[0])
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("jörg@example.org", "config.yaml:14:14"),
        ("a@b@c", "config.yaml:14:14"),
        ("nobody", "config.yaml:14:14"),
    ],
)
def test_what_is_no_address_is_told_with_its_place(home, address, expected):
    """Mail 15."""
    home.edit(home.config.replace("ada@example.org", address))
    said = home.newsletter("check")

    assert 4 == said.code
    assert expected in said.err


def test_a_domain_of_other_letters_is_written_in_a_labels(home):
    """Mail 15."""
    home.edit(home.config.replace("ada@example.org", "ada@exämple.org"))
    home.run("2026-08-07 06:00")
    to = [header(raw, "To") for raw in home.mails().values()]

    assert "Ada <ada@xn--exmple-cua.org>" in to


def test_who_matches_nothing_gets_nothing_and_the_ledger_says_so(tmp_path):
    """Mail 21."""
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Cats", "Dogs"))
    home.run("2026-08-07 06:00")
    rows = home.query("SELECT state, reason FROM delivery")

    assert {} == home.mails()
    assert {("skipped", "empty")} == {tuple(row) for row in rows}


def test_who_follows_two_profiles_gets_one_mail_with_each_paper_once(home):
    """Mail 49."""
    home.run("2026-08-07 06:00")
    to_grace = [raw for name, raw in home.mails().items() if "grace" in name]

    assert 1 == len(to_grace)
    assert ["Diffusion and robots that walk", "Diffusion one"] == sorted(titles(to_grace[0]))


@pytest.fixture
def signing(home) -> Home:
    (home.folder / "key.pem").write_text(pem(RSA))
    home.edit(home.config + "  dkim: {selector: news, key: {file: key.pem}}\n")
    return home


def test_a_message_is_signed_where_config_yaml_says_so(signing):
    """Mail 19: and a preview has the same signature."""
    signing.run("2026-08-07 06:00")
    signing.newsletter("preview", "ada", "--out", str(signing.folder / "ada.eml"))
    mails = signing.mails()

    assert 2 == len(mails)
    assert all(dkimpy.verify(raw, dnsfunc=record) for raw in mails.values())
    assert (signing.folder / "ada.eml").read_bytes() in mails.values()


def test_a_key_in_the_environment_that_is_not_there_holds_all_mail_and_loses_none(signing, monkeypatch):
    monkeypatch.delenv("KEY", raising=False)
    signing.edit(signing.config.replace("{file: key.pem}", "{env: KEY}"))
    said = signing.run("2026-08-07 06:00")
    monkeypatch.setenv("KEY", pem(RSA))
    signing.run("2026-08-07 06:10")

    assert 4 == said.code
    assert "email.dkim.key: the environment variable KEY is not set" in said.err
    assert 2 == len(signing.mails())


def test_where_no_server_runs_https_passes_on_a_token_that_is_read_back(home):
    """Mail 52: as far as it goes without an endpoint. What a web form was posted, somebody gives to
    `newsletter unsubscribe`: once, twice, or forged.
    """
    home.run("2026-08-07 06:00")
    raw = next(raw for name, raw in home.mails().items() if "ada" in name)
    token = re.search(rb"<https://example\.org/leave\?token=([0-9a-f]{32})>", raw)[1].decode()
    forged = home.newsletter("unsubscribe", token[::-1]).code
    first, second = (home.newsletter("unsubscribe", token) for _ in range(2))

    assert (2, 0, 0) == (forged, first.code, second.code)
    assert "gets no more mail" in first.out
    assert "got no mail any more" in second.out
