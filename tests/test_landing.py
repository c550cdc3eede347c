"""Landing: names of our own words, nothing overwritten, nothing half."""

from __future__ import annotations

import os
import stat
from datetime import date

import pytest

from newsletter import landing
from newsletter.errors import InboxUnwritable
from newsletter.inbox import left_aside

STEM = landing.stem(date(2026, 8, 7), "arxiv", 1)


def put(folder, content: bytes, ending: str = ".xml") -> str | None:
    with landing.part_file(folder, STEM) as (file, part):
        file.write(content)
        assert left_aside(part.name)
        return landing.land(file, part, STEM, ending)


def test_a_file_gets_the_first_free_name_and_the_same_content_none(tmp_path):
    names = [put(tmp_path / "in", content) for content in (b"one", b"two", b"six", b"two", b"one")]

    assert ["2026-08-07-arxiv.xml", "2026-08-07-arxiv-2.xml", "2026-08-07-arxiv-3.xml", None, None] == names
    assert 3 == len(list((tmp_path / "in").iterdir()))


def test_a_disk_without_links_renames_and_overwrites_nothing(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    names = [put(tmp_path, content) for content in (b"one", b"two")]

    assert ["2026-08-07-arxiv.xml", "2026-08-07-arxiv-2.xml"] == names
    assert b"one" == (tmp_path / "2026-08-07-arxiv.xml").read_bytes()


def test_a_disk_that_cannot_wait_for_names_takes_an_answer_all_the_same(tmp_path, monkeypatch):
    fsync = os.fsync

    def refuse_folders(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError
        fsync(number)

    monkeypatch.setattr(os, "fsync", refuse_folders)

    assert "2026-08-07-arxiv.xml" == put(tmp_path, b"one")


def test_a_part_has_a_number(tmp_path):
    assert "2026-08-07-arxiv-part-2" == landing.stem(date(2026, 8, 7), "arxiv", 2)


@pytest.mark.parametrize(
    ("head", "ending"),
    [(b' [{"a"', ".json"), (b"{", ".json"), (b"<?xml", ".xml"), (b"<!DOCTYPE html>", ".html"), (b"\n<HTML>", ".html"),
     (b"\x1f\x8b\x08", ".gz"), (b"PK\x03\x04", ".zip"), (b"@article{a", ".bib"), (b"", ".txt"), (b"../../x", ".txt"), (b"\xff\xfe", ".txt")],
)  # fmt: skip
def test_a_name_ends_by_the_content(head, ending):
    assert ending == landing.ending(head)


def test_a_sweep_takes_only_what_a_fetch_left(tmp_path):
    for name in (f".{STEM}.part", ".hidden", "2026-08-07-arxiv.xml", "list.part", ".2026-08-07.part"):
        (tmp_path / name).write_bytes(b"x")
    landing.sweep(tmp_path)
    landing.sweep(tmp_path / "nowhere")

    assert [".2026-08-07.part", ".hidden", "2026-08-07-arxiv.xml", "list.part"] == sorted(
        path.name for path in tmp_path.iterdir()
    )


def test_what_is_kept_aside_is_its_owners_alone_and_does_not_grow_for_ever(tmp_path):
    part, folder = tmp_path / "part", tmp_path / "state" / "aside"
    part.write_bytes(b"odd")
    for day in range(1, 32):
        landing.set_aside(part, folder, landing.stem(date(2026, 8, day), "arxiv", 1), ".html")
    kept = sorted(path.name for path in folder.iterdir())

    assert (landing.KEPT_ASIDE, "2026-08-31-arxiv.html") == (len(kept), kept[-1])
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "in").write_text("a file")

    with pytest.raises(InboxUnwritable, match="in: File exists"):
        put(tmp_path / "in", b"x")
