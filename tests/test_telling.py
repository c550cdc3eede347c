"""Whoever watches over an installation hears how runs went, and no more than that: pings, metrics, logs, and a
mail about what is new among what went wrong.
"""

from __future__ import annotations

import json
import logging
import os
import re
import resource
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fakes import at
from home import CONFIG, Home, iso, page
from sink import Sink
from web_sink import Sink as WebSink
from web_sink import page as answered
from web_sink import sink, status

from newsletter.discreet import without_addresses
from newsletter.errors import NewsletterError, PublishError, StateError
from newsletter.failures import Failure, alike, mended, of_break, of_output
from newsletter.logs import about, logged
from newsletter.passes import BUSY, OwnProcess
from newsletter.pings import ping
from newsletter.settings import Log, Secret
from newsletter.telling import Heartbeat

READERS = re.compile(r"ada@|grace@", re.IGNORECASE)
BAD = "Dear all,\n\nsee you tomorrow.\n" * 9


@dataclass
class Watcher:
    """A service that watches over timers, and remembers what it heard."""

    port: int = 0
    heard: list[tuple[str, str]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.heard]


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    watcher = Watcher()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            watcher.heard.append((self.path, body.decode()))
            self.send_response(503 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """A test prints nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        watcher.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield watcher
        server.shutdown()


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    home.same_secret()
    home.put("2026-08-07.txt", page("Diffusion one", "Robots that walk"))
    return home


def alarms_by(relay: Sink, operators: str = "ops@example.org") -> str:
    """What config.yaml says besides, so that mails to operators go by a relay."""
    smtp = f"smtp: {{host: 127.0.0.1, port: {relay.port}, tls: none}}"
    sender = "from: list@example.org, unsubscribe: 'mailto:leave@example.org'"
    return f"on_failure: {operators}\nemail: {{via: smtp, {sender}, {smtp}}}\n"


def alarms(home: Home) -> list[str]:
    """The mails to the operators, as text."""
    found = [content for name, content in home.mails().items() if name.startswith("failure_")]
    return [content.replace(b"=\r\n", b"").decode() for content in found]


# --------------------------------------------------------------------------------------------- pings


def test_a_run_is_told_when_it_begins_and_ends_and_an_idle_one_too(home, watcher):
    home.edit(f"{CONFIG}ping: http://127.0.0.1:{watcher.port}/abc\n")
    home.run("2026-08-07 06:00")
    home.run("2026-08-07 06:15", "--quiet")

    assert ["/abc/start", "/abc", "/abc"] == watcher.paths
    assert watcher.heard[1][1].startswith("1 dump: 2 new papers. Edition 2026-08-07.")
    assert watcher.heard[2][1].startswith("Nothing to do")


def test_what_went_wrong_is_told_by_its_exit_code_and_names_nobody(home, watcher):
    home.edit(f"{CONFIG}ping: http://127.0.0.1:{watcher.port}/abc?create=1\n")
    home.put("from-ada@example.org.txt", BAD)
    home.run("2026-08-07 06:00")
    home.edit(f"{home.config}oops: 1\n")
    home.run("2026-08-07 06:15")

    assert ["/abc/start?create=1", "/abc/1?create=1", "/abc/4?create=1"] == watcher.paths
    assert "\n(address): " in watcher.heard[1][1]
    assert "unknown key `oops`" in watcher.heard[2][1]
    assert not READERS.search(str(watcher.heard))


def test_a_dry_run_and_a_run_beside_another_one_tell_nobody(home, watcher):
    home.edit(f"{CONFIG}ping: http://127.0.0.1:{watcher.port}/abc\n")
    home.run("2026-08-07 06:00", "--dry-run")

    assert [] == watcher.heard


@pytest.mark.parametrize("path", ["broken", ""])
def test_a_watcher_that_does_not_hear_fails_no_run_and_its_address_is_not_shown(home, watcher, path):
    port = watcher.port if path else 9
    home.edit(f"{CONFIG}ping: http://127.0.0.1:{port}/{path}-secret\n")
    said = home.run("2026-08-07 06:00")
    quiet = home.run("2026-08-07 06:15", "--quiet")

    assert (0, 0) == (said.code, quiet.code)
    assert 1 == said.err.count("hint: the ping was not heard: ")
    assert "secret" not in said.err
    assert ("", "") == (quiet.out, quiet.err)


def test_an_address_to_keep_is_named_and_not_written_down(home, watcher, monkeypatch):
    monkeypatch.setenv("WATCHER", f"http://127.0.0.1:{watcher.port}/abc")
    home.edit(f"{CONFIG}ping: {{env: WATCHER}}\n")
    home.run("2026-08-07 06:00")
    home.run("2026-08-07 06:15")

    assert ["/abc/start", "/abc", "/abc"] == watcher.paths


@pytest.mark.parametrize("named", ["file:///etc/passwd", "ftp://x/y", "", Secret(env="NOT_SET_ANYWHERE")])
def test_nothing_but_the_web_is_pinged(named):
    assert ping(named, 0)


def test_a_scheduler_with_nothing_to_do_is_heard_every_few_minutes(home, watcher):
    home.edit(f"{CONFIG}ping: http://127.0.0.1:{watcher.port}/abc\nmetrics_file: m.prom\n")
    home.run("2026-08-07 06:00")
    before, beat, config = len(watcher.heard), Heartbeat(), home.loaded()
    for minute in range(12):
        beat(config, at("2026-08-07 06:10") + timedelta(minutes=minute))
    beat(config, at("2026-08-01 06:00"))

    assert ["/abc"] * 4 == watcher.paths[before:]
    assert value((home.folder / "m.prom").read_text(), "newsletter_last_run_timestamp_seconds")


def test_a_watcher_that_does_not_hear_the_scheduler_is_told_of_once(home, watcher):
    good, bad = (
        f"{CONFIG}ping: http://127.0.0.1:{watcher.port}/abc\n",
        f"{CONFIG}ping: http://127.0.0.1:9/a\n",
    )
    beat, told = Heartbeat(), []
    for hour, config in enumerate((bad, bad, good, bad)):
        home.edit(config)
        try:
            beat(home.loaded(), at(f"2026-08-07 0{hour}:00"))
        except NewsletterError as error:
            told.append((hour, error.what.partition(":")[0]))

    assert [(0, "the ping was not heard"), (3, "the ping was not heard")] == told


# -------------------------------------------------------------------------------------------- metrics


def test_metrics_say_how_it_stands_and_an_idle_run_is_a_success(home):
    path = home.folder / "metrics" / "newsletter.prom"
    home.edit(f"{CONFIG}metrics_file: metrics/newsletter.prom\n")
    home.run("2026-08-07 06:00")
    first = path.read_text()
    home.run("2026-08-07 06:15")
    idle = path.read_text()

    assert 'newsletter_deliveries_total{state="sent"} 2.0\n' in first
    assert 'newsletter_outbox{state="queued"} 0.0\n' in first
    assert "newsletter_papers_new_total 2.0\n" in first
    assert 'newsletter_dumps{state="read"} 1.0\n' in first
    assert 'newsletter_last_edition_timestamp_seconds{profile="diffusion"}' in first
    assert value(first, "newsletter_last_success_timestamp_seconds") + 900 == value(
        idle, "newsletter_last_success_timestamp_seconds"
    )
    assert [path] == list(path.parent.iterdir())
    assert not READERS.search(first)


def value(text: str, name: str) -> float:
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])


def test_a_run_that_went_wrong_is_no_success(home):
    home.edit(f"{CONFIG}metrics_file: m.prom\n")
    home.put("bad.txt", BAD)
    home.run("2026-08-07 06:00")
    text = (home.folder / "m.prom").read_text()

    assert 1 == value(text, "newsletter_last_run_exit_code")
    assert 0 == value(text, "newsletter_last_success_timestamp_seconds")
    assert 1 == value(text, "newsletter_failures")


def test_metrics_that_cannot_be_written_are_told_and_hold_nothing_up(home):
    (home.folder / "taken").write_text("a file, not a folder")
    home.edit(f"{CONFIG}metrics_file: taken/m.prom\n")
    said = home.run("2026-08-07 06:00")

    assert 0 == said.code
    assert "m.prom: the metrics cannot be written" in said.err
    assert 2 == len(home.mails())


# ---------------------------------------------------------------------------------------------- logs


def test_a_log_says_what_a_run_did_and_names_nobody(home):
    home.edit(f"{CONFIG}log: {{file: state/log.txt}}\n")
    said = home.run("2026-08-07 06:00")
    lines = (home.folder / "state" / "log.txt").read_text().splitlines()

    assert "" == said.err
    assert any("INFO    collect run=1: 2026-08-07.txt: read, 2 listed, 2 new" in line for line in lines)
    assert 2 == sum("of slot 2026-" in line and line.endswith(": sent ") for line in lines)
    assert lines[-1].endswith(f"exit 0: {said.out.strip()}")
    assert not READERS.search("".join(lines))


def test_whoever_asks_for_every_detail_is_told_who_a_reader_is(home):
    home.edit(f"{CONFIG}log: {{file: log.txt, level: debug}}\n")
    home.run("2026-08-07 06:00")

    assert "reader 1 is ada@example.org" in (home.folder / "log.txt").read_text()


def test_json_is_an_object_a_line_with_run_and_edition(home):
    home.edit(f"{CONFIG}log: {{file: log.json, format: json}}\n")
    home.run("2026-08-07 06:00")
    told = [json.loads(line) for line in (home.folder / "log.json").read_text().splitlines()]
    written = next(each for each in told if "files of the site written" in each["what"])

    assert {"time", "level", "of", "run", "edition", "what"} == set(written)
    assert ("info", "bring_out", 1, "2026-08-07") == tuple(
        written[key] for key in ("level", "of", "run", "edition")
    )


def test_nothing_is_logged_where_nobody_asked_and_by_default_it_goes_to_standard_error(home):
    silent = home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    home.edit(f"{CONFIG}log: {{}}\n")
    said = home.run("2026-08-08 06:00", "--quiet")

    assert ("", "") == (silent.err, said.out)
    assert "INFO    collect run=2: 2026-08-08.txt: read" in said.err


def test_hostile_words_stay_in_their_line_and_addresses_in_them_go(tmp_path):
    path = tmp_path / "log.txt"
    with logged(Log(file=path)), about(run=7):
        logging.getLogger("newsletter.test").warning("550 <ada@example.org> no\nroot: all is well\x1b[2J")

    (line,) = path.read_text().splitlines()
    assert line.endswith(r"WARNING test run=7: 550 <(address)> no\nroot: all is well\x1b[2J")


def test_a_log_that_cannot_be_written_is_told_and_holds_nothing_up(home):
    (home.folder / "taken").write_text("a file, not a folder")
    home.edit(f"{CONFIG}log: {{file: taken/log.txt}}\n")
    said = home.run("2026-08-07 06:00")

    assert 0 == said.code
    assert "log.txt: the log cannot be written" in said.err


def test_a_log_has_no_place_in_what_may_be_published(home):
    home.edit(f"{CONFIG}log: {{file: out/site/log.txt}}\n")

    assert "the log would stand inside out/" in home.run("2026-08-07 06:00").err


# ------------------------------------------------------------------------------------------ the alarm


@pytest.fixture
def operated(home) -> Home:
    home.edit(f"{CONFIG}on_failure: ops@example.org\n")
    return home


def test_the_operator_hears_what_where_what_to_do_and_how_to_look_further(operated):
    operated.put("bad.txt", "")
    operated.run("2026-08-07 06:00")
    (mail,) = alarms(operated)

    assert "To: ops@example.org\r\n" in mail
    assert "Subject: Reading list: something went wrong\r\n" in mail
    assert "bad.txt: the file is empty\r\n  What to do: save the page again\r\n" in mail
    assert f"To look further: newsletter -c {operated.folder}/config.yaml status\r\n" in mail
    assert "The run said: 1 dump: 2 new papers, 1 file set aside." in mail
    assert not READERS.search(mail)


def test_a_kind_is_told_once_and_again_when_it_comes_back(operated):
    """Every night a page that cannot be read; then one that can; then again one that cannot."""
    told = []
    for day, content in ((8, BAD), (9, BAD), (10, None), (11, BAD)):
        titles = (f"Diffusion {day}",)
        operated.put(f"2026-08-{day:02}-hf.txt", content + str(day) if content else page(*titles))
        operated.run(f"2026-08-{day:02} 06:00")
        told.append(len(alarms(operated)))

    assert [1, 1, 1, 2] == told


def test_another_kind_is_told_although_one_stands(operated):
    operated.put("bad.txt", "")
    operated.run("2026-08-07 06:00")
    operated.put("worse.txt", BAD)
    operated.run("2026-08-07 07:00")

    assert [True, False] == sorted(("bad.txt" in mail for mail in alarms(operated)), reverse=True)


def test_an_empty_file_that_is_taken_away_is_mended(operated):
    bad = operated.put("bad.txt", "")
    operated.run("2026-08-07 06:00")
    bad.unlink()
    operated.run("2026-08-07 07:00")
    mended = operated.query("SELECT kind FROM failure")
    operated.put("bad.txt", "")
    operated.run("2026-08-07 08:00")

    assert [] == mended
    assert 2 == len(alarms(operated))


def test_a_site_that_cannot_be_made_is_told_once_until_it_is_mended(operated):
    (operated.folder / "out").mkdir()
    (operated.folder / "out" / "site").write_text("in the way")
    operated.run("2026-08-07 06:00")
    operated.run("2026-08-07 07:00")
    once = alarms(operated)
    (operated.folder / "out" / "site").unlink()
    operated.run("2026-08-07 08:00")

    assert 1 == len(once)
    assert "newsletter -c" in once[0]
    assert " doctor\r\n" in once[0]
    assert [] == operated.query("SELECT kind FROM failure")


def test_a_command_that_goes_on_failing_is_told_once_and_stands_until_it_is_mended(operated):
    """What it says is never the same twice; and delivering says nothing of the site."""
    command = "publish:\n  after: [sh, -c, 'test -e ../../host || { cat ../../word; exit 7; }']\n"
    operated.edit(f"{operated.config}{command}")
    told = []
    for number, word in enumerate(("red", "green", "blue")):
        (operated.folder / "word").write_text(word)
        operated.run(f"2026-08-07 06:0{number}")
        operated.newsletter("deliver", "--as-of", f"2026-08-07T06:0{number}+00:00")
        told.append((len(alarms(operated)), len(operated.query("SELECT kind FROM failure"))))
    (operated.folder / "host").touch()
    operated.run("2026-08-07 06:10")

    assert [(1, 1)] * 3 == told
    assert "sh ended with exit code 7:" in alarms(operated)[0]
    assert [] == operated.query("SELECT kind FROM failure")


def test_status_names_what_is_not_mended(operated):
    operated.put("bad.txt", "")
    first = operated.run("2026-08-07 06:00")
    said = operated.newsletter("status").out
    told = json.loads(operated.newsletter("status", "--json").out)

    assert 1 == first.code, first.err
    assert "Not mended\n  Fri 7 Aug 06:00  bad.txt: the file is empty, told by mail\n" in said
    assert ["bad.txt: the file is empty"] == [each["what"] for each in told["failures"]]


def test_without_sending_the_operators_mail_waits_too(operated):
    operated.put("bad.txt", "")
    operated.run("2026-08-07 06:00", "--no-send")
    none = alarms(operated)
    operated.run("2026-08-07 06:10")

    assert ([], 1) == (none, len(alarms(operated)))


def test_the_relay_takes_it_as_it_takes_digests_and_what_it_does_not_take_waits(home):
    config = home.config
    with Sink() as sink:
        home.edit(config + alarms_by(sink))
        home.put("bad.txt", BAD)
        sink.on("RCPT", "450 4.2.0 later", to="ops@example.org", times=1)
        said = home.run("2026-08-07 06:00")
        before = sink.copies("ops@example.org")
        again = home.run("2026-08-07 06:10")
        last = home.run("2026-08-07 06:20")

        assert (0, 1) == (before, sink.copies("ops@example.org"))
    assert "the mail on what went wrong did not leave: 127.0.0.1" in said.err
    assert "" == again.err
    assert last.out.startswith("Nothing to do")


@pytest.mark.parametrize("named", ["gone@example.org, ops@example.org", "ops@example.org, gone@example.org"])
def test_an_operator_whose_address_is_dead_neither_silences_the_others_nor_makes_them_hear_it_again(
    home, named
):
    config = home.config
    with Sink() as sink:
        home.edit(config + alarms_by(sink, f"[{named}]"))
        home.put("bad.txt", BAD)
        sink.on("RCPT", "550 5.1.1 no such user", to="gone@example.org")
        home.run("2026-08-07 06:00")
        home.run("2026-08-07 06:10")

    assert (0, 1) == (sink.copies("gone@example.org"), sink.copies("ops@example.org"))


def test_a_relay_that_does_not_take_it_is_given_time_and_asked_at_once_by_a_new_config(home):
    """A scheduler would come by each minute."""
    config = home.config
    with Sink() as sink:
        text = config + alarms_by(sink)
        home.edit(text)
        home.put("bad.txt", BAD)
        sink.on("RCPT", "550 5.7.1 not you", to="ops@example.org", times=4)
        runs = [(minute, home.run(f"2026-08-07 06:{minute:02}")) for minute in (0, 1, 4, 5, 6, 12, 13, 14)]
        home.edit(f"{text}# mended\n")
        changed = home.run("2026-08-07 06:15")
        none = sink.copies("ops@example.org")
        idle = home.run("2026-08-07 06:16")
        home.run("2026-08-07 06:59")
        after = home.run("2026-08-07 07:00")

    tried = [minute for minute, said in runs if "did not leave" in said.err]
    assert [0, 5, 13] == tried
    assert [minute for minute, said in runs if not said.out.startswith("Nothing to do")] == tried
    assert "did not leave" in changed.err
    assert (0, 1) == (none, sink.copies("ops@example.org"))
    assert [True, True] == [said.out.startswith("Nothing to do") for said in (idle, after)]


def test_a_state_that_cannot_be_used_is_told_once_all_the_same(operated):
    """A limit on the size of files stands for a full disk: an empty file still finds room on it."""
    operated.run("2026-08-07 06:00")
    operated.put("2026-08-08.txt", page(*(f"Diffusion {n}" for n in range(300))))
    with closing(operated.store()):
        room = operated.state.stat().st_size
    limits = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))}
    codes = [
        operated.process("run", "--as-of", f"2026-08-08T06:{n}0Z", **limits).returncode for n in range(2)
    ]
    told = alarms(operated)
    marks = list(operated.state.parent.glob(".*told*"))
    operated.run("2026-08-08 07:00")

    assert [3, 3] == codes
    assert 1 == len(told)
    assert str(operated.state) in told[0]
    assert 1 >= len(marks)
    assert [] == list(operated.state.parent.glob(".*told*"))
    assert 302 == operated.query("SELECT count(*) FROM paper")[0][0]


def test_a_state_that_is_garbage_is_told_once(operated):
    operated.state.parent.mkdir(exist_ok=True)
    for path in operated.state.parent.iterdir():
        path.unlink()
    operated.state.write_bytes(b"this is no database\n" * 100)
    codes = [operated.run(f"2026-08-07 06:{n}0").code for n in range(2)]

    assert [3, 3] == codes
    assert 1 == len(alarms(operated))


def test_a_run_whose_words_nobody_reads_is_no_fault(operated):
    """Of `| head`, and of a pass whose scheduler was killed, the operator has nothing to mend."""
    ours, theirs = os.pipe()
    os.close(ours)
    began = subprocess.Popen(operated.command("run", "--as-of", iso("2026-08-07 06:00")), stdout=theirs)
    os.close(theirs)
    began.wait()

    assert ([], []) == (alarms(operated), operated.query("SELECT what FROM failure"))
    assert [(0,)] == operated.query("SELECT exit FROM run")


def test_nobody_is_mailed_where_nobody_is_named(home):
    home.put("bad.txt", "")
    home.run("2026-08-07 06:00")

    assert [] == alarms(home)


# -------------------------------------------------------------------------------------------- sources


RSS = (
    '<rss version="2.0"><channel><title>T</title><link>https://example.org/</link><description>d</description>'
    "<item><title>Diffusion one</title><link>https://example.org/1</link><description>What is behind it."
    "</description></item></channel></rss>"
)
FETCHES = ["fetch", "run --fetch", "the scheduler"]


@pytest.fixture
def fetching(operated, watcher) -> Iterator[tuple[Home, WebSink]]:
    with sink() as web:
        sources = f"sources:\n  - feed: {web.url}/feed\n    name: journal\n"
        operated.edit(f"{operated.config}ping: http://127.0.0.1:{watcher.port}/abc\n{sources}")
        operated.run("2026-08-07 01:00")
        watcher.heard.clear()
        yield operated, web


def ask(home: Home, way: str, moment: str) -> int:
    if way == "the scheduler":
        return OwnProcess()(home.loaded(), at(moment), ()).exit_code
    return home.newsletter(*way.split(), "--as-of", iso(moment)).code


@pytest.mark.parametrize("way", FETCHES)
def test_a_source_in_trouble_is_told_once_a_kind_and_again_when_it_comes_back(fetching, watcher, way):
    home, web = fetching
    answers = [404, 404, 403, 404, None, 404]
    told, codes = [], []
    for day, answer in enumerate(answers, 8):
        feed = RSS.replace("one", f"number {day}")
        web.answers("/feed", status(answer) if answer else answered(feed))
        codes.append(ask(home, way, f"2026-08-{day:02} 06:00"))
        told.append(len(alarms(home)))
    failed = [body for path, body in watcher.heard if path == "/abc/1"]

    assert [1, 1, 2, 2, 2, 3] == told
    assert [1, 0, 1, 1, 0, 1] == [code if code != BUSY else 0 for code in codes]
    assert 4 == len(failed)
    assert all("journal: " in body for body in failed)
    assert any("journal: there is nothing at its address (status 404)\r\n" in mail for mail in alarms(home))


def test_what_a_fetch_could_not_tell_waits_for_no_dump(home):
    """The relay took nothing then; a run that has nothing else to do tells it."""
    with sink() as web, Sink() as relay:
        web.answers("/feed", status(404))
        home.edit(f"{home.config}{alarms_by(relay)}sources:\n- feed: {web.url}/feed\n")
        home.run("2026-08-08 05:00")
        relay.on("RCPT", "450 4.2.0 later", to="ops@example.org", times=1)
        fetched = home.newsletter("fetch", "--as-of", iso("2026-08-08 06:00"))
        before = relay.copies("ops@example.org")
        early, late = home.run("2026-08-08 06:04"), home.run("2026-08-08 06:05")

        assert "did not leave" in fetched.err
        assert early.out.startswith("Nothing to do")
        assert "" == late.err
        assert (0, 1) == (before, relay.copies("ops@example.org"))


def test_a_source_in_trouble_is_told_of_by_the_run_that_asked_it(fetching, watcher):
    """Its ping has the exit code of the whole, and one mail tells of all."""
    home, web = fetching
    web.answers("/feed", status(404))
    home.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    home.put("bad.txt", "")
    said = home.run("2026-08-08 06:00", "--fetch")
    (mail,) = alarms(home)

    assert (1, ["/abc/start", "/abc/1"]) == (said.code, watcher.paths)
    assert "journal: there is nothing" in watcher.heard[1][1]
    assert "2 things went wrong" in mail


def test_a_trouble_that_may_pass_tells_nobody_and_a_source_taken_out_is_mended(fetching, watcher):
    home, web = fetching
    web.answers("/feed", status(429, retry_after="3600"))
    home.newsletter("fetch", "--as-of", iso("2026-08-08 06:00"))
    passing = (alarms(home), watcher.paths)
    web.answers("/feed", status(404))
    home.newsletter("fetch", "--as-of", iso("2026-08-08 12:00"))
    before = home.query("SELECT about FROM failure")
    home.edit(home.config.partition("sources:")[0])
    home.run("2026-08-08 13:00")

    assert ([], []) == passing
    assert [("source",)] == before
    assert [] == home.query("SELECT about FROM failure")


# -------------------------------------------------------------------------------------------- values


def test_a_kind_is_the_words_without_what_changes():
    one = of_output(PublishError("/srv/out-2: 1,024 bytes are missing"))
    other = of_output(PublishError("/srv/out-3: 7 bytes are missing"))

    assert one.kind == other.kind
    assert "2026-08-07.txt" != alike("2026-08-07.txt") == alike("2026-08-08.txt")


@pytest.mark.parametrize(
    ("about", "shows", "gone"),
    [
        ("dump", {"read": {"hf-#.txt"}}, True),
        ("dump", {"read": {"other.txt"}}, False),
        ("mail", {"sent": True}, True),
        ("mail", {"sent": False}, False),
        ("output", {}, True),
        ("output", {"published": False}, False),
        ("run", {}, True),
        ("source", {"troubled": {"hf-#.txt"}}, False),
        ("source", {"troubled": {"other"}}, True),
    ],
)
def test_each_trouble_is_mended_by_something_else(about, shows, gone):
    failure = Failure(about=about, what="it is broken", family="hf-#.txt")
    shown = {"read": set(), "standing": set(), "sent": False, "published": True, "troubled": set(), **shows}

    assert ([failure] if gone else []) == list(mended([failure], set(), **shown))
    assert [] == list(mended([failure], {failure.kind}, **shown))


def test_a_fault_of_the_program_is_a_failure_too():
    assert "a fault in newsletter itself: KeyError: 'x'" == of_break(KeyError("x")).what
    assert "newsletter doctor" == of_break(StateError("full")).look


def test_no_address_is_left_in_a_text():
    assert '550 <(address)>: no (address), "(address)" 5@' == without_addresses(
        '550 <ada@example.org>: no ada+x@b.c, "Grace@x.y" 5@'
    )
