"""The state as a file: a backup is whole or not there, and a vacuum forgets nothing."""

from __future__ import annotations

import os
import sqlite3
import stat

import pytest
from fakes import at
from home import Home, page

from newsletter.cli._shared import sized
from newsletter.errors import NewsletterError, StateError
from newsletter.lock import only_run
from newsletter.store import open_store, upkeep


@pytest.fixture
def state(tmp_path):
    path = tmp_path / "state" / "newsletter.db"
    store = open_store(path)
    store.runs.set_mark("here", "1")
    store.close()
    return path


def mark(path, name: str = "here") -> str | None:
    store = open_store(path)
    value = store.runs.mark(name)
    store.close()
    return value


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_has_all_that_is_committed_and_nothing_beside_it(state, tmp_path):
    """Also what stands in the log only, while somebody is in the middle of writing."""
    target = tmp_path / "safe" / "backup.db"
    store = open_store(state)
    store.runs.set_mark("here", "2")
    with store.transaction():
        store.runs.set_mark("here", "3")
        size = upkeep.backup(state, target)
    store.close()

    assert ["backup.db"] == names(target.parent)
    assert (size, 0o600) == (target.stat().st_size, stat.S_IMODE(target.stat().st_mode))
    assert ("2", "3") == (mark(target), mark(state))


def test_a_backup_replaces_no_file_unless_told_to(state, tmp_path):
    target = tmp_path / "backup.db"
    target.write_text("mine")

    with pytest.raises(NewsletterError, match="there already"):
        upkeep.backup(state, target)
    assert "mine" == target.read_text()
    upkeep.backup(state, target, overwrite=True)
    assert "1" == mark(target)


def test_a_backup_never_takes_the_place_of_the_state_itself(state, tmp_path):
    (tmp_path / "same.db").symlink_to(state)

    for target in (state, tmp_path / "same.db"):
        with pytest.raises(NewsletterError, match="the state itself"):
            upkeep.backup(state, target, overwrite=True)


def test_a_backup_is_not_laid_under_somebody_elses_log(state, tmp_path):
    """SQLite would play the log back into it."""
    (tmp_path / "backup.db-wal").write_bytes(b"log")

    with pytest.raises(NewsletterError, match="open as a database"):
        upkeep.backup(state, tmp_path / "backup.db", overwrite=True)


def test_a_damaged_state_gives_no_backup_and_is_not_vacuumed(state, tmp_path):
    """The root of an index is overwritten: SQLite opens the file, and finds it by looking."""
    connection = sqlite3.connect(state)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size, root = (
        connection.execute(query).fetchone()[0]
        for query in ("PRAGMA page_size", "SELECT rootpage FROM sqlite_schema WHERE name = 'paper_news'")
    )
    connection.close()
    with state.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)

    for go in (lambda: upkeep.backup(state, tmp_path / "backup.db"), lambda: upkeep.vacuum(state)):
        with pytest.raises(StateError):
            go()
    assert ["state"] == names(tmp_path)
    assert upkeep.damage(state)


def test_a_file_that_is_no_state_is_neither_copied_nor_touched(tmp_path):
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = other.read_bytes()

    with pytest.raises(StateError, match="no state of this program"):
        upkeep.backup(other, tmp_path / "backup.db")
    with pytest.raises(StateError, match="no state of this program"):
        upkeep.vacuum(other)
    assert (before, ["other.db"]) == (other.read_bytes(), names(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(state, tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)

    with pytest.raises(NewsletterError, match="Permission denied") as told:
        upkeep.backup(state, shut / "backup.db")
    assert "yours to write" in told.value.hint


def test_a_vacuum_gives_back_what_is_free_and_forgets_nothing(state):
    store = open_store(state)
    store.runs.set_mark("large", "x" * 1_000_000)
    store.runs.set_mark("large", "")
    store.close()
    before, after = upkeep.vacuum(state)

    assert before - after > 900_000
    assert ("1", "") == (mark(state), mark(state, "large"))
    assert "" == upkeep.damage(state)


# ------------------------------------------------------------------------------------------ the command


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.run("2026-08-07 06:00")
    return home


def test_a_backup_in_the_place_of_the_state_goes_on_where_it_was(home, tmp_path):
    shown = home.shown()
    said = home.newsletter("state", "backup", str(tmp_path / "backup.db"))
    home.state.unlink()
    (tmp_path / "backup.db").rename(home.state)
    home.put("2026-08-08.txt", page("Diffusion one", "Diffusion two", date="Aug 8"))
    home.run("2026-08-08 06:00")

    assert (0, True) == (said.code, said.out.endswith("checked and complete\n"))
    assert shown
    assert [*sorted({row[3] for row in shown}), "Diffusion two"] == sorted({row[3] for row in home.shown()})


def test_a_backup_is_never_put_where_it_would_be_published(home):
    said = home.newsletter("state", "backup", str(home.folder / "out" / "site" / "backup.db"))

    assert (1, True) == (said.code, "may be published" in said.err)
    assert not (home.folder / "out" / "site" / "backup.db").exists()


def test_a_vacuum_says_what_it_freed_and_waits_for_no_run(home):
    done = home.newsletter("state", "vacuum")
    with only_run(home.state, at("2026-08-07 06:00")):
        held = home.newsletter("state", "vacuum")

    assert (0, True) == (done.code, "freed" in done.out)
    assert (0, "", True) == (held.code, held.out, "as it was" in held.err)


def test_without_a_state_there_is_nothing_to_look_after(tmp_path):
    home = Home(tmp_path / "home")

    assert {2} == {home.newsletter("state", *words).code for words in (["vacuum"], ["backup", "x.db"])}


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (4_120_000, "4.1 MB"), (10**16, "10000.0 TB")],
)
def test_sizes_are_told_for_people(size, told):
    assert told == sized(size)
