"""The scheduler as a real process: killed at random it loses nothing and repeats nothing; and it ends as asked."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from home import CONFIG, Home, page

KILLS = int(os.environ.get("NEWSLETTER_KILLS", "10"))
PATIENCE = 120.0
"""Seconds that a busy machine may take for what takes two."""
QUICK = CONFIG + "schedule: {poll: 1s, settle: 1s}\noutputs: [email]\n"


@contextmanager
def scheduler(home: Home, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A scheduler over a home, killed at the end if it still lives."""
    pipe, around = subprocess.PIPE, {**os.environ, **environment}
    command = home.command("schedule")
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=around) as process:
        try:
            yield process
        finally:
            process.kill()


def until(happened) -> bool:
    """Wait until something has happened; whether it has."""
    end = time.monotonic() + PATIENCE
    while not (found := happened()) and time.monotonic() < end:
        time.sleep(0.1)
    return bool(found)


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that one has started, in whichever thread."""
    found = []
    for listed in Path("/proc").glob(f"{process.pid}/task/*/children"):
        with suppress(OSError):
            found += [int(number) for number in listed.read_text().split()]
    return found


def killed(process: subprocess.Popen[str], *, with_pass: bool) -> None:
    """SIGKILL, to the scheduler alone or to the pass under way too, as a power cut does."""
    passes = children(process)
    process.kill()
    for each in passes if with_pass else ():
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    process.wait()


def mailed(home: Home) -> int:
    return len([name for name in home.mails() if name.endswith(".eml")])


def at_rest(home: Home) -> bool:
    """Whether every dump is in the state, whatever became of it, and nothing waits to be sent."""
    names = {name for (name,) in home.query("SELECT name FROM dump WHERE state <> 'started'")}
    waiting = home.query("SELECT 1 FROM delivery WHERE state IN ('queued', 'claimed')")
    return names >= {path.name for path in (home.folder / "dumps").iterdir()} and not waiting


def said(process: subprocess.Popen[str]) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return process.stdout.readline()


def begun(process: subprocess.Popen[str]) -> bool:
    return "the scheduler has begun: 2 subscribers; " in said(process)


def test_killed_at_random_it_gives_every_slot_once_and_every_paper_once(tmp_path):
    """Dumps keep coming; each life ends somewhere in a pass, every other one together with it. A dump that two
    deaths fell on is set aside (rule 3), and told.
    """
    home = Home(tmp_path / "home", QUICK)
    home.run("2026-08-01 12:00")  # the state as it is made; making it is another test's
    chance = random.Random(20260807)  # noqa: S311 - moments to die, no secrets
    died = 0
    for life in range(KILLS):
        home.put(f"2026-08-{life + 1:02}.txt", page(f"Diffusion {life}", date=f"Aug {life + 1}"))
        with scheduler(home) as process:
            until(lambda process=process: children(process) or at_rest(home))
            died += bool(children(process))
            time.sleep(chance.uniform(0.0, 2.0))
            killed(process, with_pass=bool(life % 2))
    with scheduler(home) as process:
        assert begun(process)
        assert until(lambda: at_rest(home))
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
    for days in (1, 8):
        home.run(f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d} 12:00")

    shown = Counter((reader, title) for reader, _, _, title, role in home.shown() if role == "body")
    papers = {title for (title,) in home.query("SELECT title FROM paper")}
    set_aside = home.query("SELECT 1 FROM dump WHERE state = 'quarantined'")
    readers = ("ada@example.org", "grace@example.org")
    assert (0, True) == (process.returncode, died > KILLS / 2)
    assert "the scheduler has ended" in out
    assert [] == home.query("SELECT 1 FROM delivery GROUP BY reader, slot HAVING count(*) > 1")
    assert {(reader, title): 1 for reader in readers for title in papers} == shown
    assert KILLS == len(papers) + len(set_aside)
    assert len(papers) > KILLS / 2


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home", QUICK)


def test_a_dump_that_comes_is_on_its_way_and_sigterm_ends_it_with_0(home):
    with scheduler(home) as process:
        assert begun(process)
        home.put("2026-08-07.txt", page("Diffusion one"))
        did = said(process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)

    assert (0, "", 2) == (process.returncode, err, mailed(home))
    assert "  1 dump: 1 new paper. Edition " in did
    assert out.endswith("  the scheduler has ended; what is recorded is safe\n")


def test_systemd_hears_that_it_is_ready_lives_and_ends(home, tmp_path):
    """Type=notify with a watchdog of two seconds, on a real socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(PATIENCE)
        with scheduler(home, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="2000000") as process:
            told = []
            while not told or "WATCHDOG=1" not in told[-1]:
                told.append(ear.recv(4096).decode())
            process.send_signal(signal.SIGTERM)
            while "STOPPING=1" not in told[-1]:
                told.append(ear.recv(4096).decode())

    assert "READY=1" == told[0]


def test_a_second_scheduler_on_one_state_leaves_with_a_clear_line(home):
    with scheduler(home) as first:
        assert begun(first)
        second = home.process("schedule")
        by_hand = home.process("run")

    assert (1, 0) == (second.returncode, by_hand.returncode)
    assert second.stderr.startswith(f"another scheduler is active (process {first.pid}, since ")


def test_what_cannot_be_written_is_told_once_and_goes_on_when_it_can(home):
    """out/mail is a file: as a read-only or full disk, it is told, and tried again."""
    (home.folder / "out").mkdir()
    (home.folder / "out" / "mail").write_text("in the way")
    home.put("2026-08-07.txt", page("Diffusion one"))
    with scheduler(home) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        (home.folder / "out" / "mail").unlink()
        process.send_signal(signal.SIGHUP)
        assert until(lambda: mailed(home) == 2)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)

    assert "out/mail" in told
    assert 0 == process.returncode
    assert "out/mail" not in err.replace("hint", "")
