"""One run as the stages in their order: what a Report says, and what the marks of the state are for."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from fakes import at
from home import CONFIG, LONG_AGO, Home, page

from newsletter.errors import PublishError, TemplateError
from newsletter.model import Problem
from newsletter.record import Recorded, reader
from newsletter.report import Report, Wishes
from newsletter.run import read_notes, run


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Diffusion one", "Robots that walk"))
    return home


def ran(home: Home, moment: str, **wishes) -> Report:
    store = home.store()
    report = run(store, home.loaded(), now=at(moment), wall=at(moment), wishes=Wishes(**wishes))
    store.close()
    return report


def test_a_report_says_what_was_done(home):
    first = ran(home, "2026-08-07 06:00")
    second = ran(home, "2026-08-07 06:10")

    assert (2, 0, 2) == (first.count("new"), first.count("again"), first.sent.sent)
    assert (("2026-08-07",), ()) == (first.editions, second.editions)
    assert (0, None, 0) == (second.sent.sent, second.published, second.exit_code)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report(), 0),
        (Report(dumps=[Recorded(name="a", state="partly")]), 0),
        (Report(left=1), 0),
        (Report(dumps=[Recorded(name="a", state="quarantined")]), 1),
        (Report(problems=[Problem(dump="a", what="empty")]), 1),
        (Report(failures=[PublishError("full")]), 1),
        (Report(failures=[TemplateError("x:1: y")]), 1),
    ],
)
def test_what_somebody_must_look_at_is_exit_code_1(report, code):
    """A dump that was read in part stands in the digest's health line and in status."""
    assert code == report.exit_code


def test_dumps_are_taken_in_the_order_of_their_dates_whatever_their_names(home):
    """Rule 3."""
    home.put("a.txt", page("Diffusion nine", date="Aug 9"), when=at("2026-08-09 12:00").timestamp())
    home.put("z.txt", page("Diffusion five", date="Aug 5"), when=at("2026-08-05 12:00").timestamp())
    report = ran(home, "2026-08-10 06:00")

    assert ["z.txt", "2026-08-07.txt", "a.txt"] == [dump.name for dump in report.dumps]


def test_an_older_dump_that_comes_late_adds_a_sighting_and_no_news(home):
    """Rule 3."""
    ran(home, "2026-08-07 06:00")
    home.put("2026-03-13.txt", page("Diffusion one", date="Mar 13"))
    report = ran(home, "2026-08-08 06:00")

    assert (1, 0, ()) == (report.count("again"), report.count("new"), report.editions)
    assert b"2 lists" in home.site()["papers/diffusion-one.html"]


def test_a_renamed_or_copied_dump_is_no_news(home):
    ran(home, "2026-08-07 06:00")
    home.put("copy.txt", page("Diffusion one", "Robots that walk"))
    (home.folder / "dumps" / "2026-08-07.txt").rename(home.folder / "dumps" / "renamed.txt")
    report = ran(home, "2026-08-07 07:00")

    assert {"known"} == {dump.state for dump in report.dumps}
    assert (0, None) == (report.exit_code, report.published)


def test_a_dump_that_grew_in_its_place_brings_only_what_is_new(home):
    ran(home, "2026-08-07 06:00")
    home.put("2026-08-07.txt", page("Diffusion one", "Robots that walk", "Diffusion two"), when=1_781_000_000)
    report = ran(home, "2026-08-07 07:00")

    assert (1, 2) == (report.count("new"), report.count("again"))
    assert b"2 lists" not in home.site()["papers/diffusion-one.html"]


def test_a_file_whose_name_is_no_text_is_taken_as_any_other_and_once(home):
    for name, words in ((b"/one\xff.txt", page("Diffusion two")), (b"/two\xff.json", '{"x": [')):
        with open(os.fsencode(home.folder / "dumps") + name, "w", encoding="utf-8") as file:  # noqa: PTH123 - bytes
            file.write(words)
        os.utime(file.name, (LONG_AGO, LONG_AGO))
    first, second = ran(home, "2026-08-07 06:00"), ran(home, "2026-08-07 06:10")

    assert [(3, 1), (0, 0)] == [(each.count("new"), each.exit_code) for each in (first, second)]
    assert [] == second.dumps


def test_a_file_that_vanishes_is_no_trouble(home):
    ran(home, "2026-08-07 06:00")
    (home.folder / "dumps" / "2026-08-07.txt").unlink()
    report = ran(home, "2026-08-08 06:00")

    assert (0, []) == (report.exit_code, report.problems)
    assert "papers/diffusion-one.html" in home.site()


def test_a_missing_inbox_is_told_once(tmp_path):
    home = Home(tmp_path, f"{CONFIG}inbox: nowhere\n")
    first, second = ran(home, "2026-08-07 06:00"), ran(home, "2026-08-08 06:00")

    assert [1, 0] == [first.exit_code, second.exit_code]
    assert "there is no such inbox folder" == first.problems[0].what


def test_what_an_installation_fixes_on_its_first_run_stays_for_ever(home):
    """Rule 22: ids hang on the address the site had first."""
    ran(home, "2026-08-07 06:00")
    before = home.query("SELECT name, value FROM meta WHERE name IN ('secret', 'tag authority') ORDER BY 1")
    home.edit(home.config.replace("https://example.org/papers", "https://elsewhere.example"))
    ran(home, "2026-08-08 06:00")
    after = home.query("SELECT name, value FROM meta WHERE name IN ('secret', 'tag authority') ORDER BY 1")

    assert before == after
    assert ("tag authority", "example.org,2026-08-07") in before
    assert 64 == len(dict(before)["secret"])


def test_nothing_private_is_published(home):
    """Rule 26: no address, no name, no secret, no inline interest in any page or feed."""
    home.edit(home.config + "    rules:\n      - keywords: [secretword]\n")
    home.put("2026-08-08.txt", page("The secretword alone", date="Aug 8"))
    ran(home, "2026-08-08 06:00")
    secret = dict(home.query("SELECT name, value FROM meta"))["secret"]
    published = b"".join(home.site().values())

    assert b"secretword" in b"".join(home.mails().values())
    for private in ("ada@example.org", "grace@example.org", "Grace", "secretword", secret):
        assert private.encode() not in published


def test_notes_are_read_by_the_date_in_their_names(tmp_path):
    (tmp_path / "2026-08-07.md").write_text(" Welcome. \n")
    (tmp_path / "2026-08-08.md").write_bytes(b"na\xefve")
    (tmp_path / "2026-08-09.md").write_text("\n")
    (tmp_path / "2026-08-10.md").write_text("\ufeff# From Notepad\x07")
    (tmp_path / "draft.md").write_text("not yet")
    notes = read_notes(tmp_path)

    assert {7: "Welcome.", 8: "na\ufffdve", 10: "# From Notepad"} == {day.day: notes[day] for day in notes}
    assert {} == read_notes(tmp_path / "nowhere") == read_notes(None)


def test_the_clock_decides_nothing(tmp_path):
    """Two installations with the same dumps and moments write the same bytes."""
    homes = [Home(tmp_path / name) for name in ("one", "two")]
    for home in homes:
        home.same_secret()
        home.put("2026-08-07.txt", page("Diffusion one", "Robots that walk"))
        ran(home, "2026-08-07 06:00")

    assert homes[0].site() == homes[1].site()
    assert homes[0].mails() == homes[1].mails()


def test_an_archive_of_which_a_part_was_refused_is_looked_at_again_by_a_newer_program(home):
    """Whatever part comes last; and until then its problem stands, told once."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("2026-08-01.txt", "Dear all,\n\nsee you tomorrow.\n")
        archive.writestr("2026-08-02.txt", page("Diffusion two", date="Aug 2"))
    path = home.put("lists.zip", packed.getvalue())
    first, second = ran(home, "2026-08-07 06:00"), ran(home, "2026-08-07 07:00")
    store = home.store()
    (refused,) = (
        row["refused"] for row in store._database.all("SELECT * FROM inbox_file") if row["path"] == str(path)
    )
    again = str(path) in store.dumps.files("another version")
    store.close()

    assert ([1, 0], [0, 0]) == (
        [first.exit_code, second.exit_code],
        [len(second.dumps), len(second.problems)],
    )
    assert (reader(home.loaded().limits), False) == (refused, again)


def test_a_part_that_never_became_a_dump_stands_in_status_until_it_is_mended(home):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("empty.txt", "")
        archive.writestr("2026-08-02.txt", page("Diffusion two", date="Aug 2"))
    path = home.put("lists.zip", packed.getvalue())
    codes = [ran(home, f"2026-08-07 0{hour}:00").exit_code for hour in (6, 7)]
    standing = home.newsletter("status").out
    path.unlink()
    ran(home, "2026-08-07 08:00")

    assert [1, 0] == codes
    assert "lists.zip/empty.txt: set aside" in standing
    assert "lists.zip/empty.txt" not in home.newsletter("status").out
