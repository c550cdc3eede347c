"""Sending and dying: whatever ends a run, nothing is lost, nothing comes twice, and what nobody can know is
small and told. The numbers are those of the checklist of correct mail.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from fakes import at
from home import CONFIG, Home, page
from house import reader
from sender import CONNECTIONS, NOW, many, quick_room
from sink import DROP, HANG, KEEP_AND_DROP, Sink
from test_crash import Died, Life, MortalDatabase

from newsletter.deliver import FolderMailer, deliver, this_boot
from newsletter.errors import PublishError, StateError
from newsletter.outbox import FIRST, Outbox, Sent
from newsletter.postman import post
from newsletter.settings import Smtp
from newsletter.smtp import Waits
from newsletter.store import Store, open_store
from newsletter.store.sending import KILLED, POWER_CUT

HERE = Path(__file__).parent
KILLS = int(os.environ.get("NEWSLETTER_KILLS", "6"))
MAILS = int(os.environ.get("NEWSLETTER_MAILS", "300"))
"""make test kills a little; 50 kills of 4,000 mails take some minutes."""
FAST = Waits(connect=5.0, step=5.0, final=5.0, ending=5.0)


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def state(tmp_path) -> Path:
    return tmp_path / "state.db"


def filled(state: Path, count: int) -> None:
    store = open_store(state)
    many(store, count)
    store.close()


def counts(state: Path) -> dict[str, int]:
    store = open_store(state)
    found = store.readers.counts()
    store.close()
    return found


def process(state: Path, port: int, *more: str) -> subprocess.Popen[str]:
    """A sender, once it has begun."""
    arguments = [sys.executable, str(HERE / "sender.py"), str(state), str(port), *more]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert "go" == child.stdout.readline().strip()
    return child


def finish(child: subprocess.Popen[str]) -> str:
    """Wait for a sender; what it said."""
    said, _ = child.communicate(timeout=120)
    return said


# ------------------------------------------------------------------------------------ kill -9


def test_runs_killed_at_random_moments_lose_nothing_and_send_nothing_twice(state, sink):
    """Mail 38: at most one mail a connection is in doubt for each kill."""
    sink.delay = 0.002
    filled(state, MAILS)
    chance = random.Random(20260801)  # noqa: S311 - moments to die, no secrets
    killed = 0
    while killed < KILLS and counts(state).get("queued", 0) + counts(state).get("claimed", 0):
        child = process(state, sink.port)
        timer = threading.Timer(chance.uniform(0.0, 6 * MAILS * sink.delay / KILLS), child.kill)
        timer.start()
        finish(child)
        timer.cancel()
        killed += child.returncode == -signal.SIGKILL
    finish(process(state, sink.port))
    store = open_store(state)
    rows = {row.folded: row.state for row in store.readers.deliveries()}
    store.close()
    copies = {folded: sink.copies(folded) for folded in rows}

    assert {"sent", "uncertain"} >= set(rows.values())
    assert [] == [folded for folded, state in rows.items() if state == "sent" and copies[folded] != 1]
    assert [] == [folded for folded, number in copies.items() if number > 1]
    assert list(rows.values()).count("uncertain") <= CONNECTIONS * killed
    assert killed >= min(KILLS, 3)


def test_a_kill_between_the_last_reply_and_its_mark_is_doubt(state, sink):
    """Mail 39: one copy, and it is not sent again by itself."""
    filled(state, 3)
    children: list[subprocess.Popen[str]] = []
    sink.on(
        "DOT",
        KEEP_AND_DROP,
        to="reader1@example.org",
        times=1,
        then=lambda: children[0].send_signal(signal.SIGKILL),
    )
    sink.on("MAIL", "250 ok", wait=0.3, times=1)
    children.append(process(state, sink.port))
    finish(children[0])
    finish(process(state, sink.port))

    assert -signal.SIGKILL == children[0].returncode
    assert 1 == sink.copies("reader1@example.org")
    assert counts(state)["uncertain"] >= 1
    assert 3 == counts(state)["uncertain"] + counts(state)["sent"]


def sent_by(house, sink: Sink, *, boot: str = "this boot", now=NOW, waits: Waits = FAST, **relay) -> Sent:
    relay = Smtp(host="127.0.0.1", port=sink.port, tls="none", **relay)
    outbox = Outbox(quick_room(house), now, boot=boot)
    return post(outbox, [relay], domain="example.org", waits=waits)


def test_a_death_at_any_step_of_the_ledger_and_a_rerun_send_each_mail_once(tmp_path, sink):
    """Mail 44: a mail is lost to doubt only where the death came after its first mark."""
    life = Life()
    whole = many(Store(MortalDatabase(tmp_path / "whole.db", Life())), 5)
    whole.store._database._life = life
    sent_by(whole, sink, connections=2)
    whole.store.close()
    assert len(life.steps) > 2 * 5
    for left in range(len(life.steps)):
        sink.taken.clear()
        store = Store(MortalDatabase(tmp_path / f"{left}.db", Life()))
        house = many(store, 5)
        store._database._life = Life(left=left)
        with pytest.raises(Died):
            sent_by(house, sink, connections=2)
        store.close()
        house.store = open_store(tmp_path / f"{left}.db")
        doubted = house.store.sending.reclaim("this boot")
        done = sent_by(house, sink, connections=2)
        copies = [sink.copies(subscriber.reader) for subscriber in house.readers]
        found = house.store.readers.counts()
        house.store.close()

        assert doubted <= 2
        assert max(copies) == 1
        assert copies.count(0) <= doubted
        assert 5 == found["sent"] + found.get("uncertain", 0)
        assert 0 == done.waiting


# ---------------------------------------------------------------------------------- power cuts


@pytest.mark.parametrize(
    ("boot", "before", "after"),
    [
        ("this boot", "claimed", "queued"),
        ("another boot", "claimed", "uncertain"),
        ("", "claimed", "uncertain"),
        ("this boot", "sending", "uncertain"),
        (None, "claimed", "queued"),
    ],
)
def test_after_a_power_cut_what_was_claimed_is_in_doubt_too(boot, before, after):
    """A mark that waited for no disk may be lost; files may be written again, so they are not in doubt."""
    house = many(open_store(None), 1)
    (row,) = house.store.readers.deliveries()
    house.store.sending.claim([(row.id, None)], boot)
    if before == "sending":
        house.store.sending.sending(row.id, NOW)
    found = house.store.sending.reclaim("this boot" if boot else boot or "")

    (row,) = house.store.readers.deliveries()
    assert (after, int(after == "uncertain")) == (row.state, found)
    assert row.reason == {"queued": "", "uncertain": POWER_CUT if before == "claimed" else KILLED}[after]


def test_the_boot_of_this_machine_has_a_name():
    assert this_boot() == this_boot()


# ------------------------------------------------------------------------------------- signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_lets_what_is_in_flight_finish_and_leaves_the_rest_queued(sink, number, code):
    """Mail 40."""
    house = many(open_store(None), 40)
    before = signal.getsignal(number)
    sink.on("DOT", "250 2.0.0 queued", wait=0.1, after=9, times=1, then=lambda: os.kill(os.getpid(), number))
    done = sent_by(house, sink, connections=2)
    copies = {sink.copies(subscriber.reader) for subscriber in house.readers}
    rest = sent_by(house, sink)

    assert (code, 0, 0) == (done.exit_code, done.uncertain, done.failed)
    assert 10 <= done.sent <= 13
    assert 40 == done.sent + rest.sent
    assert copies <= {0, 1}
    assert {1} == {sink.copies(subscriber.reader) for subscriber in house.readers}
    assert before == signal.getsignal(number)


def test_what_does_not_finish_in_time_is_in_doubt(sink):
    """Mail 40: ten seconds, and not longer."""
    house = many(open_store(None), 5)
    sink.on("DOT", HANG, after=2, then=lambda: os.kill(os.getpid(), signal.SIGTERM))
    done = sent_by(house, sink, connections=1, waits=replace(FAST, ending=0.1, final=60.0))

    assert (143, 2, 1, 2) == (done.exit_code, done.sent, done.uncertain, done.waiting)
    assert 10.0 == Waits().ending


def test_a_second_signal_does_not_wait(sink):
    house = many(open_store(None), 5)

    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

    sink.on("DOT", HANG, then=twice)
    done = sent_by(house, sink, connections=1, waits=replace(FAST, final=60.0, ending=60.0))

    assert (130, 1, 4) == (done.exit_code, done.uncertain, done.waiting)


def relayed(port: int, readers: int = 12) -> str:
    more = "".join(f"  - {{address: reader{n}@example.org, profiles: [diffusion]}}\n" for n in range(readers))
    smtp = f"email:\n  from: list@example.org\n  via: smtp\n  unsubscribe: mailto:leave@example.org\n  smtp: {{host: 127.0.0.1, port: {port}, tls: none, connections: 2}}\n"
    return CONFIG.replace("profiles:", f"{smtp}profiles:", 1) + more


def test_a_run_that_is_told_to_stop_ends_with_143_and_the_next_one_goes_on(tmp_path, sink):
    """Mail 40, as a process of its own."""
    home = Home(tmp_path, relayed(sink.port))
    home.put("2026-08-07.txt", page("Diffusion one"))
    children: list[subprocess.Popen[str]] = []
    sink.on(
        "DOT",
        "250 2.0.0 queued",
        wait=0.2,
        after=3,
        times=1,
        then=lambda: children[0].send_signal(signal.SIGTERM),
    )
    sink.on("MAIL", "250 ok", wait=0.5, times=1)
    arguments = home.command("run", "--as-of", "2026-08-07T06:00+00:00")
    children.append(subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    said, complained = children[0].communicate(timeout=60)
    sent = len(sink.taken)
    rest = home.newsletter("deliver", "--as-of", "2026-08-07T06:10+00:00")

    assert (143, "") == (children[0].returncode, complained)
    assert f"{sent} mails sent, {14 - sent} digests queued" in said
    assert 3 < sent < 14
    assert f"{14 - sent} mails sent." == rest.out.strip()
    assert 14 == len({taken.recipient for taken in sink.taken}) == len(sink.taken)


def test_a_second_run_at_the_same_time_leaves_at_once(tmp_path, sink):
    """Mail 41: and a lock whose holder was killed holds nobody."""
    home = Home(tmp_path, relayed(sink.port))
    home.put("2026-08-07.txt", page("Diffusion one"))
    reached, go = threading.Event(), threading.Event()

    def wait() -> None:
        reached.set()
        go.wait(30)

    sink.on("DOT", "250 ok", after=1, times=1, then=wait)
    arguments = home.command("run", "--as-of", "2026-08-07T06:00+00:00")
    first = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reached.wait(30)
    second = home.newsletter("deliver", "--as-of", "2026-08-07T06:10+00:00")
    first.kill()
    first.communicate(timeout=60)
    go.set()
    third = home.newsletter("deliver", "--as-of", "2026-08-07T06:20+00:00")

    assert 0 == second.code
    assert f"another run is active (process {first.pid}, since 2026-08-07T06:00:00+00:00)" in second.err
    assert 1 == third.code
    assert "uncertain" in third.out
    assert max(sink.copies(f"reader{number}@example.org") for number in range(12)) == 1


# -------------------------------------------------------------------------- a disk that is no use


def test_where_nothing_can_be_claimed_nothing_is_sent(state, sink):
    """Mail 42: a full disk, as the operating system tells it."""
    filled(state, 60)
    child = process(state, sink.port, str(state.stat().st_size // 4096 * 4096 // 8))
    said = finish(child)
    limited = counts(state)
    finish(process(state, sink.port))

    assert 3 == child.returncode
    assert "nothing was lost" in said
    assert {"queued": 60} == limited
    assert 60 == len(sink.taken) == counts(state)["sent"]


class Full(MortalDatabase):
    """A database whose disk is full from a statement on."""

    full_at = "no statement"

    def run(self, statement: str, values=None) -> int:
        if self.full_at in statement:
            raise StateError("state: database or disk is full", hint="make room")
        return super().run(statement, values)


class SlowDisk(MortalDatabase):
    """A database whose disk takes its time, or breaks before it has anything."""

    def __init__(self, path: Path, keeping: Callable[[], None]) -> None:
        super().__init__(path, Life())
        self._keeping = keeping

    def keep(self) -> None:
        self._keeping()
        super().keep()


def test_no_mail_leaves_before_its_claim_is_on_the_disk(tmp_path, sink):
    """A power cut must find in the ledger whom a mail may have reached."""
    claimed: list[int] = []
    left: list[int] = []

    def keeping() -> None:
        claimed.append(counts(tmp_path / "state.db")["claimed"])
        left.append(len(sink.taken))
        time.sleep(0.1)
        left.append(len(sink.taken))

    house = many(Store(SlowDisk(tmp_path / "state.db", keeping)), 30)
    done = sent_by(house, sink, connections=2)

    assert 30 == done.sent
    assert FIRST == claimed[0]
    assert [0, 0] == left[:2]
    assert left[3] <= FIRST


def test_what_a_disk_will_not_keep_is_not_sent(tmp_path, sink):
    """Mail 42: and it is simply queued, with no doubt about it."""

    def broken() -> None:
        raise StateError("state: disk I/O error", hint="make room")

    house = many(Store(SlowDisk(tmp_path / "state.db", broken)), 30)
    with pytest.raises(StateError, match="I/O"):
        sent_by(house, sink, connections=2)

    assert [] == sink.taken
    assert {"queued": 30} == house.store.readers.counts()


@pytest.mark.parametrize(("statement", "copies"), [("state = 'sending'", 0), ("state = :state", 1)])
def test_what_cannot_be_marked_is_not_sent(tmp_path, sink, statement, copies):
    """Mail 42: before the message it stops there; after it the mail is in doubt, one a connection."""
    house = many(Store(Full(tmp_path / "state.db", Life())), 9)
    house.store._database.full_at = statement
    with pytest.raises(StateError, match="full"):
        sent_by(house, sink, connections=1)
    before = len(sink.taken)
    house.store._database.full_at = "no statement"
    house.store.sending.reclaim("this boot")
    done = sent_by(house, sink)

    assert (copies, copies) == (before, house.store.readers.counts().get("uncertain", 0))
    assert 9 == done.sent + copies
    assert 9 == len(sink.taken)


def test_a_full_disk_leaves_no_half_written_message(tmp_path):
    """Mail 42."""
    script = (
        "import resource, sys; from pathlib import Path; from newsletter.deliver import FolderMailer\n"
        "from newsletter.errors import PublishError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    FolderMailer(Path(sys.argv[1])).send('a@example.org', 'a', b'x' * 100_000)\n"
        "except PublishError as error:\n    print(error.what, error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "mail")], capture_output=True, text=True, check=True
    )

    assert "a.eml: File too large" in done.stdout
    assert "nothing is lost" in done.stdout
    assert [] == list((tmp_path / "mail").iterdir())


def test_a_folder_that_fails_half_way_loses_nothing(tmp_path):
    house = many(open_store(None), 120)
    folder = FolderMailer(tmp_path / "mail")

    class Filling:
        left = 70

        def send(self, recipient: str, name: str, message: bytes) -> None:
            self.left -= 1
            if not self.left:
                raise PublishError("out/mail: no space left", hint="make room")
            folder.send(recipient, name, message)

    first = deliver(quick_room(house), Filling(), NOW)
    second = deliver(quick_room(house), folder, NOW)

    assert (69, 51, 1) == (first.sent, first.waiting, first.exit_code)
    assert (51, 0) == (second.sent, second.exit_code)
    assert 120 == len(list((tmp_path / "mail").iterdir()))


@pytest.mark.parametrize("trouble", ["locked", "read-only"])
def test_a_state_that_cannot_be_written_sends_nothing(state, sink, trouble):
    """Mail 43."""
    store = open_store(state)
    house = many(store, 5)
    connection = store._database._connection
    other = open_store(state)
    if trouble == "locked":
        connection.execute("PRAGMA busy_timeout = 20")
        other._database._connection.execute("BEGIN IMMEDIATE")
    else:
        connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StateError, match=r"locked|readonly"):
        sent_by(house, sink)
    other.close()
    store.close()

    assert [] == sink.taken
    assert {"queued": 5} == counts(state)


# --------------------------------------------------------------------------------------- clocks


def test_a_clock_that_jumps_loses_no_deferral_and_sends_nothing_twice(sink):
    """Mail 46: a day back, a month ahead, and a year ahead by mistake."""
    sink.on("RCPT", "450 4.2.0 later", times=3)
    house = many(open_store(None), 1)
    first = sent_by(house, sink)
    back = sent_by(house, sink, now=NOW - timedelta(days=1))
    ahead = sent_by(house, sink, now=NOW + timedelta(days=400))
    right = sent_by(house, sink, now=NOW + timedelta(hours=1))
    again = sent_by(house, sink, now=NOW + timedelta(days=31))

    assert [1, 1, 1, 0] == [each.deferred for each in (first, back, ahead, right)]
    assert (1, 0) == (right.sent, again.taken)
    assert 1 == len(sink.taken)


def test_a_round_after_a_jump_of_the_clock_makes_no_second_digest_of_a_slot(sink):
    """Mail 46."""
    house = many(open_store(None), 1)
    sink.on("DOT", DROP, times=1)
    sent_by(house, sink)
    house.round(at("2026-07-31 06:00"))
    house.round(at("2026-08-01 07:00"))

    assert [("2026-08-01", "uncertain (the connection was lost at the end of the message)")] == [
        row for row in house.slots("reader0") if row[0] == "2026-08-01"
    ]
    assert 0 == sent_by(house, sink).taken


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_a_night_on_which_the_clocks_change_brings_one_mail(sink, night):
    """Mail 47: 02:30 in Berlin, which the one night does not have and the other has twice; a run
    each half hour.
    """
    house = many(open_store(None), 0)
    house.readers = [reader("ada", "diffusion", at=150, timezone="Europe/Berlin")]
    begins = at(f"{night} 00:00") - timedelta(hours=20)
    house.round(begins)
    house.dump("Diffusion B")
    for half_hour in range(60):
        house.round(begins + timedelta(minutes=30 * half_hour))
        sent_by(house, sink, now=house.now)
        if half_hour % 3 == 0:
            house.dump(f"Diffusion {half_hour}")

    sent = [slot for slot, state in house.slots("ada") if state == "sent"]
    assert [str(begins.date()), night] == sent
    assert 2 == sink.copies("ada@example.org")


def test_two_dumps_in_a_minute_and_one_dump_twice_bring_each_paper_once(tmp_path, sink):
    """Mail 48."""
    home = Home(tmp_path, relayed(sink.port, readers=0))
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.put("2026-08-07-copy.txt", page("Diffusion one"))
    home.put("2026-08-07-more.txt", page("Diffusion one", "Diffusion two"))
    home.run("2026-08-07 06:00")
    home.put("2026-08-07-late.txt", page("Diffusion two", "Diffusion one"))
    home.put("2026-08-08.txt", page("Diffusion one", "Diffusion three", date="Aug 8"))
    home.run("2026-08-08 06:00")
    to_ada = [taken.content for taken in sink.taken if taken.recipient == "ada@example.org"]
    texts = [message_from_bytes(each, policy=default).get_body(("plain",)).get_content() for each in to_ada]

    shown = [row[3] for row in home.shown() if row[0] == "ada@example.org"]

    assert ["Diffusion one", "Diffusion three", "Diffusion two"] == sorted(shown)
    assert [
        ("Diffusion one", [True, False]),
        ("Diffusion two", [True, False]),
        ("Diffusion three", [False, True]),
    ] == [
        (title, [title in text for text in texts])
        for title in ("Diffusion one", "Diffusion two", "Diffusion three")
    ]
