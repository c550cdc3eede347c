"""The commands and the ledger between them: what runs and `deliver` say, end with, and leave to the next."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from home import CONFIG, Home, page
from sink import DROP, KEEP_AND_DROP, Sink

RELAY = """\
email:
  from: Reading list <list@example.org>
  via: smtp
  unsubscribe: mailto:leave@example.org
  smtp: {{host: 127.0.0.1, port: {port}, tls: none}}
"""


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


def relayed(port: int) -> str:
    return CONFIG.replace("profiles:", RELAY.format(port=port) + "profiles:", 1)


@pytest.fixture
def home(tmp_path, sink) -> Home:
    home = Home(tmp_path / "home", relayed(sink.port))
    home.put("2026-08-07.txt", page("Diffusion one", "Diffusion two"))
    return home


def figures(home: Home) -> dict:
    return json.loads(home.newsletter("status", "--json").out)


def test_a_run_sends_and_a_second_one_has_nothing_to_do(home, sink):
    first = home.run("2026-08-07 06:00")
    second = home.run("2026-08-07 06:10")

    assert (0, "") == (first.code, first.err)
    assert "2 mails sent, next slot" in first.out
    assert second.out.startswith("Nothing to do")
    assert (1, 1) == (sink.copies("ada@example.org"), sink.copies("grace@example.org"))
    assert {} == home.mails()


def test_a_dry_run_writes_what_a_run_would_send_and_sends_nothing(home, sink):
    """Mail 22: byte for byte."""
    home.store().close()
    home.same_secret()
    home.run("2026-08-07 06:00", "--dry-run")
    preview = {file.name: file.read_bytes() for file in (home.folder / "out/preview/mail").iterdir()}
    before = list(sink.taken)
    home.run("2026-08-07 06:00")

    assert [] == before
    assert set(preview.values()) == {taken.content for taken in sink.taken}


def test_what_is_deferred_is_told_with_its_next_try_and_a_run_at_that_time_sends_it(home, sink):
    sink.on("RCPT", "450 4.2.0 greylisted", to="ada@example.org", times=1)
    first = home.run("2026-08-07 06:00")
    told = home.newsletter("status").out
    (row,) = figures(home)["not_sent"]
    early = home.run("2026-08-07 06:04")
    due = home.run("2026-08-07 06:05")

    assert (0, 0, 0) == (first.code, early.code, due.code)
    assert "1 mail sent, 1 deferred" in first.out
    assert "deferred (450 4.2.0 greylisted), next try Fri 7 Aug 06:05  ada@example.org" in told
    assert ("deferred", "2026-08-07T06:05:00+00:00") == (row["state"], row["next_try"])
    assert early.out.startswith("Nothing to do")
    assert 1 == sink.copies("ada@example.org")


def test_what_is_uncertain_is_told_once_and_resent_only_when_somebody_says_so(home, sink):
    """Mail 28, by the commands."""
    sink.on("DOT", DROP, to="ada@example.org", times=1)
    first = home.run("2026-08-07 06:00")
    second = home.run("2026-08-07 06:10")
    idle = home.newsletter("deliver", "--as-of", "2026-08-07T06:20+00:00")
    told = home.newsletter("status").out
    copies = sink.copies("ada@example.org")
    again = home.newsletter("deliver", "--resend-uncertain", "--as-of", "2026-08-07T06:30+00:00")

    assert [1, 0, 0, 0] == [said.code for said in (first, second, idle, again)]
    assert "1 mail sent, 1 uncertain (newsletter status names them)" in first.out
    assert "uncertain (the connection was lost at the end of the message)  ada@example.org" in told
    assert "newsletter deliver --resend-uncertain sends what is uncertain again" in told
    assert "Nothing is due." == idle.out.strip()
    assert "1 uncertain mail queued again, 1 mail sent." == again.out.strip()
    assert (0, 1) == (copies, sink.copies("ada@example.org"))
    assert "uncertain" not in home.newsletter("status").out.split("Deliveries")[1]


def test_a_relay_that_is_not_there_is_told_and_nothing_is_lost(home, sink):
    """Mail 24, by the commands: exit 0, for the next run does it."""
    home.edit(relayed(1))
    away = home.run("2026-08-07 06:00")
    home.edit(relayed(sink.port))
    back = home.newsletter("deliver", "--as-of", "2026-08-07T06:10+00:00")

    assert (0, "") == (away.code, away.err)
    assert (
        "No mail: 2 digests queued: the relay 127.0.0.1:1 takes nothing now: connection refused"
        " (email.smtp.host and port)" in away.out
    )
    assert "2 mails sent." == back.out.strip()
    assert (1, 1) == (sink.copies("ada@example.org"), sink.copies("grace@example.org"))


def test_a_domain_of_other_letters_is_written_in_a_labels_for_the_relay_too(home, sink):
    """Mail 15."""
    home.edit(home.config.replace("ada@example.org", "ada@exämple.org"))
    home.run("2026-08-07 06:00")

    assert "RCPT TO:<ada@xn--exmple-cua.org>" in sink.commands("RCPT")


def test_a_second_try_in_another_process_at_another_hour_sends_the_same_bytes(home, sink):
    """Mail 13: also when its papers were listed again since; so a receiver knows the copy for one."""
    sink.on("DOT", KEEP_AND_DROP, to="ada@example.org", times=1)
    home.process("run", "--as-of", "2026-08-07T06:00:00+00:00", env=os.environ | {"PYTHONHASHSEED": "1"})
    home.put("2026-08-07-more.txt", page("Diffusion one", "Diffusion three"))
    home.process("run", "--as-of", "2026-08-07T09:00:00+00:00", env=os.environ | {"PYTHONHASHSEED": "2"})
    arguments = ("deliver", "--resend-uncertain", "--as-of", "2026-08-09T09:00:00+00:00")
    home.process(*arguments, env=os.environ | {"PYTHONHASHSEED": "3"})
    to_ada = [taken.content for taken in sink.taken if taken.recipient == "ada@example.org"]

    assert 2 == len(to_ada)
    assert 1 == len(set(to_ada))


def test_a_relay_that_is_silent_for_a_day_is_told_of_once(home, sink):
    """No silent failure: under cron nobody reads what ends with 0."""
    home.edit(relayed(1))
    home.run("2026-08-07 06:00")
    codes = [home.run(moment).code for moment in ("2026-08-08 05:00", "2026-08-08 06:00", "2026-08-09 06:00")]
    home.edit(relayed(sink.port))
    back = home.run("2026-08-09 07:00")
    home.edit(relayed(1))
    home.put("2026-08-10.txt", page("Diffusion three", date="Aug 10"))
    again = home.run("2026-08-10 06:00")

    assert [0, 1, 0] == codes
    assert (0, 0) == (back.code, again.code)
    assert "2 mails sent" in back.out


def test_what_the_config_says_of_files_and_relay_together_is_told(home, sink, tmp_path):
    """What went into files counts as sent: whoever turns to a relay is told that it does not go again."""
    home.edit(CONFIG)
    home.run("2026-08-07 06:00")
    home.edit(relayed(sink.port))
    home.put("2026-08-08.txt", page("Diffusion three", date="Aug 8"))
    checked = home.newsletter("check")
    first = home.run("2026-08-08 06:00")
    home.put("2026-08-09.txt", page("Diffusion four", date="Aug 9"))
    second = home.run("2026-08-09 06:00")
    told = "2 papers already written to out/mail for 2 readers are not sent again"

    assert told in checked.err
    assert told in first.err
    assert told not in second.err
    assert 2 == sink.copies("ada@example.org")


def test_a_reader_who_was_taken_out_before_the_mail_left_gets_none(home, sink):
    """Mail 45: neither does one who came since, whose slot no run has settled."""
    home.run("2026-08-07 06:00", "--no-send")
    home.edit(relayed(sink.port).replace("ada@example.org", "hedy@example.org"))
    sent = home.newsletter("deliver", "--as-of", "2026-08-07T06:10+00:00")

    assert "1 mail sent, 1 skipped." == sent.out.strip()
    assert ["grace@example.org"] == [taken.recipient for taken in sink.taken]
    assert ("skipped", "removed") == (
        figures(home)["not_sent"][0]["state"],
        figures(home)["not_sent"][0]["reason"],
    )


def test_a_reader_who_was_suppressed_before_the_mail_left_gets_none(home, sink):
    """Mail 45."""
    home.run("2026-08-07 06:00", "--no-send")
    store = home.store()
    store.suppressions.put("ada@example.org", "by hand", store.readers.active()[0].begun)
    store.close()
    home.newsletter("deliver", "--as-of", "2026-08-07T06:10+00:00")

    assert ["grace@example.org"] == [taken.recipient for taken in sink.taken]
    assert "suppressed" == figures(home)["not_sent"][0]["reason"]


def test_a_password_that_is_not_there_is_named_and_nothing_is_lost(home, sink, monkeypatch):
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    login = "tls: none, user: list, password: {env: NO_SUCH_SECRET}}"
    home.edit(relayed(sink.port).replace("tls: none}", login))
    said = home.run("2026-08-07 06:00")
    home.edit(relayed(sink.port))
    home.run("2026-08-07 06:10")

    assert 4 == said.code
    assert "email.smtp.password: the environment variable NO_SUCH_SECRET is not set" in said.err
    assert 1 == sink.copies("ada@example.org")


def test_why_mail_still_waits_stands_in_the_status_the_next_morning(home, sink):
    """Under cron nobody saw what the run said; the site is up to date all the same."""
    sink.on("MAIL", "553 5.7.1 not your address")
    home.run("2026-08-07 06:00")
    again = home.run("2026-08-07 06:10")
    delivered = home.newsletter("deliver", "--as-of", "2026-08-07T06:20+00:00")
    told = home.newsletter("status").out

    assert [4, 4] == [again.code, delivered.code]
    assert "Site not brought up to date" not in again.out
    runs, _, standing = told.partition("Not mended")
    assert 3 == runs.count("refuses us: 553 5.7.1 not your address at MAIL FROM")
    assert 1 == standing.count("refuses us: 553 5.7.1 not your address at MAIL FROM")


def test_who_failed_is_named_with_what_happens_next(home, sink):
    sink.on("RCPT", "550 5.1.1 no such user", to="ada@example.org")
    first = home.run("2026-08-07 06:00")
    told = home.newsletter("status").out

    assert "1 mail sent, 1 failed (newsletter status names them)" in first.out
    assert "failed (550 5.1.1 no such user)  ada@example.org" in told
    assert "what failed comes with the next digest" in told


def test_on_a_terminal_a_delivery_shows_how_far_it_is(home):
    home.run("2026-08-07 06:00", "--no-send")
    screen, terminal = os.openpty()
    command = home.command("deliver", "--as-of", "2026-08-07T06:10+00:00")
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=terminal, check=True, env=os.environ | {"TERM": "xterm"}
    )
    os.close(terminal)
    shown = os.read(screen, 65536).decode()
    os.close(screen)

    assert "sending" in shown
    assert b"2 mails sent.\n" == done.stdout


def test_before_the_first_run_there_is_nothing_to_deliver(home):
    said = home.newsletter("deliver")

    assert 2 == said.code
    assert "newsletter run makes it" in said.err
