"""A disk that can hold no write-ahead log: SQLite says that it keeps one, and the first write fails.

A folder in the place of the memory that connections share stands for such a disk.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from home import Home, page

from newsletter.store import open_store, upkeep
from newsletter.store.database import Database


def share(state: Path) -> Path:
    """From now on the state is on a network share."""
    state.parent.mkdir(parents=True, exist_ok=True)
    blocked = state.with_name(state.name + "-shm")
    blocked.mkdir()
    return blocked


def mode(state: Path) -> str:
    with closing(sqlite3.connect(state)) as connection:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]


@pytest.fixture
def state(tmp_path) -> Path:
    return tmp_path / "state" / "newsletter.db"


def test_such_a_disk_is_as_said(state):
    share(state)
    with closing(sqlite3.connect(state, isolation_level=None)) as connection:
        assert "wal" == connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("BEGIN IMMEDIATE")


def test_a_new_state_does_without_a_log_and_says_so(state):
    share(state)
    with closing(Database(state)) as database, database.transaction():
        database.run("INSERT INTO meta VALUES ('a', '1')")

    assert not database.logged
    assert "delete" == mode(state)


def test_a_state_that_moves_there_keeps_what_stood_in_its_log(state, tmp_path):
    with closing(open_store(state)) as store:
        store.runs.set_mark("here", "1")
        for ending in ("", "-wal"):
            name = state.name + ending
            (tmp_path / name).write_bytes((state.parent / name).read_bytes())
    moved = tmp_path / state.name
    share(moved)
    with closing(open_store(moved)) as store:
        store.runs.set_mark("there", "2")

        assert ("1", "2") == (store.runs.mark("here"), store.runs.mark("there"))
        assert not store.logged


def test_whoever_looks_meanwhile_takes_nothing_from_under_a_run(state):
    share(state)
    with closing(Database(state)) as writer:
        for number in range(3):
            with writer.transaction():
                writer.run("INSERT INTO meta VALUES (:name, '1')", {"name": f"mark {number}"})
            with closing(Database(state)) as looking:
                assert number + 1 == looking.value("SELECT count(*) FROM meta WHERE name LIKE 'mark%'")
            with writer.lightly():
                writer.run("UPDATE meta SET value = '2'")


def test_what_is_kept_is_the_log_that_the_state_has(state, tmp_path, monkeypatch):
    """Under a name that leads to it, too; where there is no log, SQLite has waited for the disk itself."""
    kept: list[Path] = []
    monkeypatch.setattr("newsletter.store.database.keep_bytes", kept.append)
    Database(state).close()
    link = tmp_path / "link.db"
    link.symlink_to(state)
    with closing(Database(link)) as database, database.lightly():
        database.run("INSERT INTO meta VALUES ('mark', '1')")
        database.keep()
        logs = [path.exists() for path in kept]
    share(state)
    for without in (Database(state), Database(None)):
        without.keep()
        without.close()

    assert [Path(f"{state}-wal")] == kept
    assert [True] == logs


def test_as_long_as_the_log_is_not_taken_up_again_the_folder_is_kept(state, monkeypatch):
    """After a large transaction, while others read: what commits is then the end of a journal's name."""
    kept: list[Path] = []
    monkeypatch.setattr("newsletter.store.database.keep_names", kept.append)
    with closing(Database(state)) as database:
        database.run("PRAGMA journal_mode = DELETE")
        with database.lightly():
            database.run("INSERT INTO meta VALUES ('mark', '1')")
        database.keep()

    assert [state.parent] == kept


def test_every_transaction_that_waits_for_the_disk_waits_for_the_folder_too(state):
    """Without a log, FULL does not: a power cut could bring back a journal, and undo a claim."""
    share(state)
    with closing(Database(state)) as database:
        before = database.value("PRAGMA synchronous")
        with database.lightly():
            database.run("INSERT INTO meta VALUES ('mark', '1')")
        after = database.value("PRAGMA synchronous")
    extra = 3

    assert (extra, extra) == (before, after)


def test_a_disk_that_is_merely_busy_is_no_such_disk(state):
    with closing(Database(state)) as writer, writer.transaction(), closing(Database(state)) as looking:
        assert looking.logged


def test_after_a_vacuum_a_log_is_tried_for_again(state):
    blocked = share(state)
    Database(state).close()
    blocked.rmdir()
    still = Database(state)
    still.close()
    upkeep.vacuum(state)
    again = Database(state)
    again.close()

    assert (False, True) == (still.logged, again.logged)
    assert "wal" == mode(state)


def test_a_whole_run_works_there_and_says_so_once(tmp_path):
    home = Home(tmp_path)
    share(home.state)
    home.put("2026-08-07.txt", page("Diffusion one"))
    first = home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    second = home.run("2026-08-08 06:00")
    status = home.newsletter("status")

    assert (0, 0) == (first.code, second.code)
    assert "hint: the disk of the state can hold no write-ahead log (a network share?)" in first.err
    assert "" == second.err
    assert "State: the disk of the state can hold no write-ahead log" in status.out
    assert 3 == len(home.mails())
