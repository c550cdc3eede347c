"""One run at a time, and no lock that outlives its holder."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import stat
import time

import pytest
from fakes import at

from newsletter.errors import AnotherRun, AnotherScheduler, StateError
from newsletter.lock import only_run, only_scheduler

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


def test_a_second_scheduler_is_told_of_the_first_and_runs_by_hand_may_still_come(tmp_path):
    path = tmp_path / "state.db"
    with only_scheduler(path, NOW), only_run(path, NOW), pytest.raises(AnotherScheduler) as told:  # noqa: SIM117 - the last one is what fails
        with only_scheduler(path, NOW):
            pass

    assert (
        f"another scheduler is active (process {os.getpid()}, since 2026-08-07T06:00:00+00:00)"
        == told.value.what
    )
    assert 1 == told.value.exit_code


def test_on_a_full_disk_the_lock_holds_without_a_name(tmp_path):
    """Nobody can write who holds it; two at once would be worse."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with only_run(tmp_path / "state.db", NOW), pytest.raises(AnotherRun, match=r"\(unknown\)"):  # noqa: SIM117 - as above
            with only_run(tmp_path / "state.db", NOW):
                pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


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
