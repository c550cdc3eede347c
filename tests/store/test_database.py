"""The database: made anew, grown from what was released, refused when it is not ours; all or nothing."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import suppress

import pytest
from fakes import at

from newsletter.errors import StateError, StateTooNew
from newsletter.store import open_store
from newsletter.store.database import Database
from newsletter.store.schema import APPLICATION_ID, MIGRATIONS


def pragma(path, name: str) -> int:
    connection = sqlite3.connect(path)
    value = connection.execute(f"PRAGMA {name}").fetchone()[0]
    connection.close()
    return value


def set_pragma(path, name: str, value: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {name} = {value}")
    connection.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "newsletter.db"


@pytest.fixture
def database(path):
    database = Database(path)
    yield database
    database.close()


def test_a_fresh_state_has_the_newest_schema_and_is_its_owners_alone(path, database):
    assert (len(MIGRATIONS), APPLICATION_ID) == (pragma(path, "user_version"), pragma(path, "application_id"))
    assert (0o600, 0o700) == (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode))


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_every_older_schema_grows_into_the_newest(path, version):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    for migration in MIGRATIONS[:version]:
        connection.executescript(migration)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    open_store(path).close()

    assert tables(None) == tables(path)


def tables(path) -> list[str]:
    database = Database(path)
    rows = database.all("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
    database.close()
    return [row["sql"] for row in rows]


def test_opening_a_state_again_changes_nothing(path):
    Database(path).close()
    before = path.read_bytes()
    Database(path).close()

    assert before == path.read_bytes()


def test_a_newer_state_is_refused_and_left_alone(path):
    Database(path).close()
    set_pragma(path, "user_version", len(MIGRATIONS) + 1)
    before = path.read_bytes()

    with pytest.raises(StateTooNew, match="this program knows") as refused:
        Database(path)
    assert "install that one" in refused.value.hint
    assert before == path.read_bytes()


def test_a_database_of_another_program_is_refused(path):
    path.parent.mkdir()
    set_pragma(path, "application_id", 77)

    with pytest.raises(StateError, match="another program"):
        Database(path)
    assert 0 == pragma(path, "user_version")


@pytest.mark.parametrize("content", [b"garbage " * 200, b"SQLite format 3\0" + b"\0" * 5000])
def test_garbage_is_refused_with_a_hint(path, content):
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(StateError) as refused:
        Database(path)
    assert str(path) in refused.value.what
    assert "put a backup in its place" in refused.value.hint


def test_a_transaction_that_fails_leaves_nothing(database):
    def stopped() -> None:
        with database.transaction():
            database.run("INSERT INTO meta VALUES ('a', '1')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [] == database.all("SELECT * FROM meta")


def test_a_transaction_inside_another_is_part_of_it(database):
    def both() -> None:
        with database.transaction():
            with database.transaction():
                database.run("INSERT INTO meta VALUES ('inner', '1')")
            raise KeyError

    with pytest.raises(KeyError):
        both()
    assert [] == database.all("SELECT * FROM meta")


def test_a_large_transaction_leaves_no_log_behind_and_is_all_or_nothing(path, database):
    log = path.with_name("newsletter.db-wal")
    with database.transaction(large=True):
        database.run("INSERT INTO meta (name, value) VALUES ('kept', '1')")
        logged = log.exists()
    with suppress(StateError), database.transaction(large=True):
        database.run("INSERT INTO meta (name, value) VALUES ('lost', '1')")
        database.run("INSERT INTO nowhere VALUES (1)")

    assert not logged
    assert ["kept"] == [row["name"] for row in database.all("SELECT name FROM meta")]
    assert "wal" == database.value("PRAGMA journal_mode")


def test_a_large_transaction_goes_on_as_usual_while_somebody_reads(path, database):
    other = Database(path)
    with database.transaction(large=True):
        database.run("INSERT INTO meta (name, value) VALUES ('kept', '1')")
        seen = other.all("SELECT name FROM meta")
    other.close()

    assert [] == seen
    assert "1" == database.value("SELECT value FROM meta WHERE name = 'kept'")


def test_what_one_connection_writes_another_sees_only_when_it_is_done(path, database):
    other = Database(path)
    with database.transaction():
        database.run("INSERT INTO meta VALUES ('a', '1')")
        during = other.value("SELECT count(*) FROM meta")
    after = other.value("SELECT count(*) FROM meta")
    other.close()

    assert (0, 1) == (during, after)


def test_a_slip_in_a_statement_is_a_state_error(database):
    with pytest.raises(StateError, match="no such table") as told:
        database.all("SELECT * FROM nowhere")
    assert "newsletter status" in told.value.hint


def test_a_copy_in_memory_leaves_the_state_as_it_is(path):
    store = open_store(path)
    store.runs.set_mark("here", "1")
    copy = store.copy()
    copy.runs.set_mark("here", "2")

    assert ("1", "2") == (store.runs.mark("here"), copy.runs.mark("here"))
    copy.close()
    store.close()


# -------------------------------------------------------------------------------------------- marks


def test_a_settled_mark_is_for_ever():
    store = open_store(None)

    assert ["first", "first"] == [store.runs.settled_mark("secret", value) for value in ("first", "second")]


def test_a_mark_that_counts_begins_with_one():
    store = open_store(None)
    before = store.runs.mark("revision")
    for _ in range(3):
        store.runs.advance("revision")

    assert (None, "3") == (before, store.runs.mark("revision"))


def test_a_run_that_was_killed_has_no_end():
    store = open_store(None)
    killed = store.runs.start(at("2026-08-07 06:00"))
    done = store.runs.start(at("2026-08-07 07:00"))
    store.runs.finish(done, at("2026-08-07 07:00"), 0, {"line": "Nothing."})

    assert [(done, 0, {"line": "Nothing."}), (killed, None, {})] == [
        (row.id, row.exit, row.summary) for row in store.runs.latest()
    ]
