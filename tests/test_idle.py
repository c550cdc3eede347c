"""Whether there is anything to do: each thing that may change is noticed, and nothing else wakes a run."""

from __future__ import annotations

import os

import pytest
from home import CONFIG, Home, page


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path, f"{CONFIG}notes: notes\ntemplates: mine\n")
    (tmp_path / "notes").mkdir()
    (tmp_path / "mine" / "email").mkdir(parents=True)
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.run("2026-08-07 06:00")
    return home


def idle(home: Home, moment: str = "2026-08-07 07:00") -> bool:
    return home.run(moment).out.startswith("Nothing to do")


def a_new_dump(home: Home) -> None:
    home.put("2026-08-08.txt", page("Diffusion two"))


def a_dump_touched(home: Home) -> None:
    os.utime(home.folder / "dumps" / "2026-08-07.txt", (5, 5))


def a_dump_taken_away(home: Home) -> None:
    (home.folder / "dumps" / "2026-08-07.txt").unlink()


def an_edited_config(home: Home) -> None:
    home.edit(home.config.replace("robot*", "robots"))


def a_note(home: Home) -> None:
    (home.folder / "notes" / "2026-08-07.md").write_text("Welcome.")


def a_template(home: Home) -> None:
    (home.folder / "mine" / "email" / "own.txt").write_text("x")


def a_lost_site(home: Home) -> None:
    (home.folder / "out" / "site" / "index.html").unlink()


CHANGES = [a_new_dump, a_dump_touched, a_dump_taken_away, an_edited_config, a_note, a_template, a_lost_site]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_is_noticed_once(home, change):
    before = idle(home)
    change(home)
    noticed = not idle(home)

    assert (True, True, True) == (before, noticed, idle(home))


def test_whoever_makes_no_site_may_have_nothing_to_do_either(home):
    """`outputs: [email]`: a page that is not there is not missed, and one that was there is."""
    site = home.folder / "out" / "site"
    (site / "index.html").unlink()
    missed = idle(home)
    home.edit(f"{home.config}outputs: [email]\n")
    home.run("2026-08-07 07:00")

    assert (False, True) == (missed, idle(home))


def test_a_slot_that_falls_due_wakes_the_run(home):
    assert (True, False, True) == tuple(
        idle(home, moment) for moment in ("2026-08-07 23:59", "2026-08-08 00:00", "2026-08-08 00:01")
    )


def test_what_was_left_to_do_is_done_by_the_next_run(home):
    home.put("2026-08-08.txt", page("Diffusion two"))
    home.run("2026-08-08 06:00", "--no-send")

    assert (False, True) == (idle(home, "2026-08-08 06:01"), idle(home, "2026-08-08 06:02"))


def test_a_file_that_is_no_dump_wakes_nobody(home):
    (home.folder / "dumps" / "README.md").write_text("explains")
    (home.folder / "dumps" / "page.html.part").write_text("a download")

    assert idle(home)


def test_a_note_that_is_mended_shows_on_its_page(home):
    """Rule 4: notes are part of what was published."""
    a_note(home)
    home.run("2026-08-07 07:00")
    first = home.site()["editions/2026-08-07.html"]
    (home.folder / "notes" / "2026-08-07.md").write_text("Good morning.")
    home.run("2026-08-07 07:05")

    assert b"Welcome." in first
    assert b"Good morning." in home.site()["editions/2026-08-07.html"]
