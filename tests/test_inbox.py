"""The inbox: which files are taken, which are left, and what is said about the rest."""

from __future__ import annotations

import hashlib
import os
import socket
from datetime import timedelta

import pytest
from fakes import at

from newsletter.errors import UnreadableDump
from newsletter.inbox import Found, find, is_young, take
from newsletter.model import Dump
from newsletter.settings import Limits

NOW = at("2026-08-07 12:00")
OLD = at("2026-08-07 11:00")
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def put(folder, name, content="text\n", when=OLD):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (when.timestamp(), when.timestamp()))
    return path


def names(*places, **options):
    return [found.name for found in find([str(place) for place in places], **options)[0]]


def problems(*places):
    return find([str(place) for place in places])[1]


def only(folder):
    ((found,), _) = find([str(folder)])
    return found


def taken(found, *, limit_bytes=1000):
    return take(found, Limits(dump_bytes=limit_bytes))


# ---------------------------------------------------------------------------------------------- find


def test_files_are_found_in_all_folders_by_name(tmp_path):
    for name in ("b.txt", "2026/08/a.xml", "a.txt"):
        put(tmp_path, name)

    assert names(tmp_path) == ["2026/08/a.xml", "a.txt", "b.txt"]


def test_what_is_unfinished_hidden_or_for_people_is_left_aside(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in (
        ".keep", ".git/x.txt", "a.tmp", "a.part", "a.txt.crdownload", "a.download", ".a.swp", "a.txt~", "README",
        "README.md", "readme.txt", "notes/README.md",
    ):  # fmt: skip
        put(tmp_path, name)
    put(tmp_path, "readmission.txt")

    assert names(tmp_path) == ["readmission.txt"]
    assert problems(tmp_path) == ()


def test_a_glob_takes_what_it_names(tmp_path):
    for name in ("a.txt", "b.xml", "in/c.txt"):
        put(tmp_path, name)

    assert names(tmp_path / "*.txt") == ["a.txt"]
    assert names(tmp_path / "**" / "*.txt") == ["a.txt", "in/c.txt"]


def test_a_file_that_two_places_name_is_found_once(tmp_path):
    put(tmp_path, "a.txt")

    assert names(tmp_path, tmp_path / "*.txt", tmp_path / "a.txt") == ["a.txt"]


def test_our_own_output_is_never_read(tmp_path):
    put(tmp_path, "out/site/feed.xml")
    put(tmp_path, "a.txt")

    assert names(tmp_path, ours=[tmp_path / "out"]) == ["a.txt"]
    assert names(tmp_path / "**" / "*.txt", ours=[tmp_path / "out"]) == ["a.txt"]
    assert names(tmp_path, ours=[tmp_path / "out", tmp_path / "a.txt"]) == []


@pytest.mark.parametrize("place", ["gone", "gone/*.txt"])
def test_a_missing_inbox_is_said_with_what_to_do(tmp_path, place):
    (problem,) = problems(tmp_path / place)

    assert problem.what == "there is no such inbox folder"
    assert problem.hint == "create it, or change inbox: in config.yaml"


def test_links_out_of_the_inbox_are_refused(tmp_path):
    inbox = tmp_path / "dumps"
    put(tmp_path, "secret.txt")
    put(tmp_path, "elsewhere/b.txt")
    put(inbox, "a.txt")
    (inbox / "out.txt").symlink_to(tmp_path / "secret.txt")
    (inbox / "folder").symlink_to(tmp_path / "elsewhere")
    (inbox / "loop").symlink_to(inbox)
    (inbox / "nowhere.txt").symlink_to(tmp_path / "nothing")
    (inbox / "again.txt").symlink_to("a.txt")

    assert names(inbox) == ["a.txt", "again.txt"]
    assert {problem.dump for problem in problems(inbox)} == {"folder", "loop", "nowhere.txt", "out.txt"}
    assert names(inbox / "**" / "*.txt") == ["a.txt", "again.txt"]


def test_an_inbox_may_itself_be_a_link(tmp_path):
    put(tmp_path / "real", "a.txt")
    (tmp_path / "dumps").symlink_to(tmp_path / "real")

    assert names(tmp_path / "dumps") == ["a.txt"]


def test_pipes_and_sockets_are_refused_and_nobody_waits(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.txt"))

        said = {problem.dump: problem.what for problem in problems(tmp_path)}

    assert said == dict.fromkeys(["pipe.txt", "socket.txt"], "this is no file but a pipe, socket or device")


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_said(tmp_path):
    put(tmp_path, "closed/a.txt")
    (tmp_path / "closed").chmod(0)
    (problem,) = problems(tmp_path)
    (tmp_path / "closed").chmod(0o700)

    assert str(problem) == "closed: the folder cannot be read: Permission denied"


def test_odd_names_are_shown_escaped_and_still_open(tmp_path):
    put(tmp_path, "a\x1b[31m\n.txt")
    path = os.fsencode(tmp_path) + b"/b\xff.txt"
    with open(path, "wb") as file:  # noqa: PTH123 a name that is no text
        file.write(b"x\n")

    assert names(tmp_path) == ["a\\x1b[31m\\n.txt", "b\\udcff.txt"]
    assert all(isinstance(taken(found), Dump) for found in find([str(tmp_path)])[0])


# ---------------------------------------------------------------------------------------------- take


def test_a_file_becomes_a_dump_that_opens_again(tmp_path):
    put(tmp_path, "a.txt", "hello\n")
    dump = taken(only(tmp_path))

    assert (dump.name, dump.size, dump.modified) == ("a.txt", 6, OLD)
    assert dump.sha256 == hashlib.sha256(b"hello\n").hexdigest()
    assert dump.head == b"hello\n"
    for _ in range(2):
        with dump.open() as file:
            assert file.read() == b"hello\n"


def test_the_head_is_the_first_64_kib(tmp_path):
    put(tmp_path, "a.txt", "x" * 3_000_000)
    dump = taken(only(tmp_path), limit_bytes=3_000_000)

    assert len(dump.head) == 65_536
    assert dump.sha256 == hashlib.sha256(b"x" * 3_000_000).hexdigest()


@pytest.mark.parametrize(
    ("age", "young"), [(0, True), (1.9, True), (2, False), (86_400, False), (-86_400, False)]
)
def test_a_file_is_young_for_two_seconds_by_the_wall_clock(tmp_path, age, young):
    put(tmp_path, "a.txt", when=NOW - timedelta(seconds=age))

    assert is_young(only(tmp_path), NOW) is young


def test_a_file_that_grew_since_it_was_found_waits(tmp_path):
    path = put(tmp_path, "a.txt", "one\n")
    found = only(tmp_path)
    path.write_text("one\ntwo\n")

    assert taken(found) is None


def test_a_file_that_is_gone_is_nobodys_problem(tmp_path):
    path = put(tmp_path, "a.txt")
    found = only(tmp_path)
    path.unlink()

    assert taken(found) is None


def test_a_dump_that_changed_before_its_reading_is_unreadable(tmp_path):
    path = put(tmp_path, "a.txt", "one\n")
    dump = taken(only(tmp_path))
    path.write_text("one\ntwo\n")

    with pytest.raises(UnreadableDump, match="has changed"):
        dump.open()
    path.unlink()
    with pytest.raises(UnreadableDump, match="No such file"):
        dump.open()


def test_an_empty_file_is_said(tmp_path):
    put(tmp_path, "a.txt", "")

    assert str(taken(only(tmp_path))) == "a.txt: the file is empty"


def test_a_file_over_the_limit_is_said_with_the_key_to_change(tmp_path):
    put(tmp_path, "a.txt", "x" * 1001)
    problem = taken(only(tmp_path))

    assert problem.what == "the file has 1,001 bytes, more than the 1,000 allowed"
    assert "limits.dump_bytes" in problem.hint
    assert isinstance(taken(only(tmp_path), limit_bytes=1001), Dump)


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(tmp_path):
    put(tmp_path, "a.txt").chmod(0)

    assert str(taken(only(tmp_path))) == "a.txt: the file cannot be read: Permission denied"


def test_a_pipe_put_in_a_files_place_holds_nobody_up(tmp_path):
    path = put(tmp_path, "a.txt")
    found = only(tmp_path)
    path.unlink()
    os.mkfifo(path)
    problem = taken(found)

    assert problem.what.startswith("the file cannot be read")


@pytest.mark.parametrize("mtime_ns", [-(10**19), 10**24])
def test_a_file_time_no_calendar_holds_is_no_reason_to_fail(tmp_path, mtime_ns):
    put(tmp_path, "a.txt")
    found = only(tmp_path)
    odd = Found(name=found.name, path=found.path, size=found.size, mtime_ns=mtime_ns)

    assert taken(odd) is None
