"""Mailboxes of every kind, read and left as they are."""

from __future__ import annotations

import pytest
from test_bounces import headed

from newsletter.errors import NotFound
from newsletter.mailboxes import messages

ONE, TWO = headed("Subject: one", body="1\r\n"), headed("Subject: two", body="2\r\n")


def test_a_file_is_one_message(tmp_path):
    (tmp_path / "a.eml").write_bytes(ONE)

    assert [ONE] == list(messages(tmp_path / "a.eml"))


def test_an_mbox_is_as_many_as_stand_in_it(tmp_path):
    sender = b"From MAILER-DAEMON Sat Aug  1 06:00:00 2026\n"
    (tmp_path / "box").write_bytes(
        sender + ONE.replace(b"\r", b"") + b"\n" + sender + TWO.replace(b"\r", b"") + b"\n"
    )
    subjects = [raw.splitlines()[0] for raw in messages(tmp_path / "box")]

    assert [b"Subject: one", b"Subject: two"] == subjects
    assert ["box"] == [path.name for path in tmp_path.iterdir()]


def test_a_maildir_is_what_is_new_and_what_was_looked_at(tmp_path):
    for folder, name, raw in (("new", "1.a", ONE), ("cur", "2.b:2,S", TWO), ("tmp", "3.c", b"half")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(raw)

    assert [ONE, TWO] == list(messages(tmp_path))


def test_a_folder_is_the_messages_in_it(tmp_path):
    (tmp_path / "b.eml").write_bytes(TWO)
    (tmp_path / "a.eml").write_bytes(ONE)
    (tmp_path / ".hidden").write_bytes(b"no")
    (tmp_path / "below").mkdir()

    assert [ONE, TWO] == list(messages(tmp_path))


def test_a_mailbox_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NotFound, match="no such file"):
        list(messages(tmp_path / "box"))
