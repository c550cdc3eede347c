"""A pass as a process of its own: what it says comes back, and whatever it hangs in, it ends."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import pytest
from fakes import at
from home import Home, page

from newsletter.errors import StateError
from newsletter.lock import only_run
from newsletter.passes import BUSY, OwnProcess
from newsletter.settings import Schedule

NOON = at("2026-08-07 12:00")


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def script(text: str) -> tuple[str, ...]:
    """A process that does something else than a pass."""
    return sys.executable, "-c", text


def test_a_pass_does_what_a_run_does_and_says_what_a_run_says(home):
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.put("2026-08-06.txt", "")
    outcome = OwnProcess()(home.loaded(), NOON, ())

    assert outcome.line.startswith("1 dump: 1 new paper, 1 file set aside. Edition 2026-08-07. 2 mails in ")
    assert (1, "", False) == (outcome.exit_code, outcome.ended, outcome.busy)
    assert "2026-08-06.txt: the file is empty" in outcome.told
    assert 2 == len(home.mails())


def test_the_configuration_that_was_given_counts_whatever_the_file_says_by_now(home):
    config = home.loaded()
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.edit("this is no configuration")
    outcome = OwnProcess()(config, NOON, ())

    assert (0, 2) == (outcome.exit_code, len(home.mails()))


def test_beside_a_run_by_hand_a_pass_does_nothing_and_says_so(home):
    with only_run(home.state, NOON):
        outcome = OwnProcess()(home.loaded(), NOON, ())

    assert (True, 0, "") == (outcome.busy, outcome.exit_code, outcome.told)


def test_a_pass_that_hangs_is_ended_in_good_order(home):
    """SIGTERM first: a relay's last answer may still come."""
    config = replace(home.loaded(), schedule=Schedule(timeout=1))
    outcome = OwnProcess(script("import time; time.sleep(60)"))(config, NOON, ())

    assert "the pass was ended: it had lasted 1 seconds; the next one goes on from there" == outcome.ended


def test_a_pass_that_hears_no_sigterm_is_killed(home):
    config = replace(home.loaded(), schedule=Schedule(timeout=1))
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    outcome = OwnProcess(script(deaf), grace=0.2)(config, NOON, ())

    assert outcome.ended.startswith("the pass was ended")
    assert -9 == outcome.exit_code


def test_what_a_pass_has_started_dies_with_it(home, tmp_path):
    """A command after the publication, a process for many pages: else its pipe would be waited for for ever."""
    config = replace(home.loaded(), schedule=Schedule(timeout=1))
    deaf = "import signal, subprocess; signal.signal(15, signal.SIG_IGN); subprocess.run(['sleep', '60'])"
    outcome = OwnProcess(script(deaf), grace=0.2)(config, NOON, ())

    assert -9 == outcome.exit_code


def test_a_pass_that_somebody_else_killed_says_so(home):
    """The kernel, for one, where memory is short."""
    outcome = OwnProcess(script("import os; os.kill(os.getpid(), 9)"))(home.loaded(), NOON, ())

    assert "the pass died of signal 9; what is recorded is safe, the next one goes on" == outcome.ended


def test_where_no_process_can_be_made_that_is_told(home):
    with pytest.raises(StateError, match="no process for a pass"):
        OwnProcess(("/nowhere/python",))(home.loaded(), NOON, ())


def test_stop_ends_the_pass_that_is_under_way_and_begins_none(home):
    passing = OwnProcess(script("import time; time.sleep(60)"))
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(passing(home.loaded(), NOON, ())))
    thread.start()
    while passing._process is None:
        thread.join(0.01)
    passing.stop()
    thread.join(30)

    assert [True] == [outcome.busy for outcome in outcomes]
    assert passing(home.loaded(), NOON, ()).busy


def test_the_code_for_busy_is_none_that_a_run_has():
    assert BUSY not in (0, 1, 2, 3, 4, 130, 143)
