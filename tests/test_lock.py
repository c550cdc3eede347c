"""One run at a time, and no lock that outlives its holder."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import time

import pytest
from fakes import at

from newsletter.errors import AnotherRun, StateError
from newsletter.lock import only_run

NOW = at("2026-08-07 06:00")


def test_a_second_holder_is_told_who_is_there_and_since_when(tmp_path):
    with (
        only_run(tmp_path / "state.db", NOW),
        pytest.raises(AnotherRun, match=rf"process {os.getpid()}, since 2026-08-07T06:00:00\+00:00") as told,
        only_run(tmp_path / "state.db", NOW),
    ):
        pass

    assert 0 == told.value.exit_code


def test_the_lock_is_free_again_whatever_happened_inside(tmp_path):
    with pytest.raises(KeyError), only_run(tmp_path / "state.db", NOW):
        raise KeyError
    with only_run(tmp_path / "state.db", NOW):
        held = (tmp_path / "state.db.lock").read_text()

    assert f"process {os.getpid()}, since 2026-08-07T06:00:00+00:00" == held


def test_two_states_do_not_hinder_each_other(tmp_path):
    with only_run(tmp_path / "one.db", NOW), only_run(tmp_path / "two.db", NOW):
        names = sorted(path.name for path in tmp_path.iterdir())

    assert ["one.db.lock", "two.db.lock"] == names


def test_the_folder_of_the_state_is_made_and_its_owners_alone(tmp_path):
    with only_run(tmp_path / "deep" / "state.db", NOW):
        mode = stat.S_IMODE((tmp_path / "deep").stat().st_mode)

    assert 0o700 == mode


def test_a_place_where_no_lock_can_be_is_a_state_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StateError, match=r"state\.db\.lock"), only_run(tmp_path / "file" / "state.db", NOW):
        pass


def hold(path) -> None:
    with only_run(path, NOW):
        time.sleep(60)


def test_a_killed_holder_leaves_no_lock_behind(tmp_path):
    """The kernel lets go of it: nobody ever has to remove a lock file by hand."""
    path = tmp_path / "state.db"
    process = multiprocessing.get_context("fork").Process(target=hold, args=(path,))
    process.start()
    lock = path.with_name("state.db.lock")
    end = time.monotonic() + 30
    while time.monotonic() < end and not (lock.exists() and lock.read_text()):
        time.sleep(0.005)
    with pytest.raises(AnotherRun), only_run(path, NOW):
        pass
    process.kill()
    process.join()

    assert -signal.SIGKILL == process.exitcode
    with only_run(path, NOW):
        pass
