"""Whatever lies in the inbox, the folder of templates or in place of the state: it is told by name with what
to do now, once; everything else is done all the same; nothing good is lost, and nobody sees a traceback.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest
from home import CONFIG, Home, page

GOOD = page("Diffusion one", "Robots that walk")
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    home.put("2026-08-07.txt", GOOD)
    return home


# -------------------------------------------------------------------------------------------- dumps


def empty(inbox: Path) -> None:
    (inbox / "bad.txt").touch()


def blank(inbox: Path) -> None:
    (inbox / "bad.txt").write_text("\n \n\n")


def binary(inbox: Path) -> None:
    (inbox / "bad.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)


def unknown_text(inbox: Path) -> None:
    (inbox / "bad.txt").write_text("Dear all,\n\nsee you tomorrow.\n")


def only_furniture(inbox: Path) -> None:
    (inbox / "bad.txt").write_text(page())


def too_large(inbox: Path) -> None:
    (inbox / "bad.txt").write_text(page("Diffusion two") + " " * 20_000)


def pipe(inbox: Path) -> None:
    os.mkfifo(inbox / "bad.txt")


def link_out(inbox: Path) -> None:
    (inbox / "bad.txt").symlink_to("/etc/passwd")


def dangling_link(inbox: Path) -> None:
    (inbox / "bad.txt").symlink_to("nowhere.txt")


def odd_name(inbox: Path) -> None:
    (inbox / "bad\x1b[2J\n\u202e.txt").touch()


def undecodable_name(inbox: Path) -> None:
    Path(os.fsdecode(os.fsencode(inbox) + b"/bad\xff\xfe.txt")).touch()


def without_rights(inbox: Path) -> None:
    if AS_ROOT:
        pytest.skip("root may read everything")
    (inbox / "bad.txt").write_text(page("Diffusion two"))
    (inbox / "bad.txt").chmod(0)


BAD = {
    empty: "bad.txt: the file is empty",
    blank: "bad.txt: ",
    binary: "bad.txt: ",
    unknown_text: "bad.txt: ",
    too_large: "bad.txt: the file has 20,",
    pipe: "bad.txt: this is no file but a pipe",
    link_out: "bad.txt: a link that leads to a folder, out of the inbox or nowhere is not followed",
    dangling_link: "bad.txt: a link that leads",
    odd_name: r"bad\x1b[2J\n\u202e.txt: the file is empty",
    undecodable_name: r"bad\udcff\udcfe.txt: the file is empty",
    without_rights: "bad.txt: the file cannot be read: Permission denied",
}


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_a_bad_file_is_told_once_with_what_to_do_and_the_others_are_read(home, make):
    home.edit(CONFIG + "limits:\n  dump_bytes: 10000\n")
    make(home.folder / "dumps")
    for path in (home.folder / "dumps").glob("bad*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (1, 1))
    first = home.run("2026-08-07 06:00")
    second = home.run("2026-08-07 06:10")
    tomorrow = home.run("2026-08-08 06:00")

    assert [1, 0, 0] == [first.code, second.code, tomorrow.code]
    assert first.err.startswith(BAD[make])
    assert "  hint: " in first.err
    assert "1 dump: 2 new papers, 1 file set aside" in first.out
    assert "" == second.err == tomorrow.err
    assert not set("\x1b\u202e") & set(first.err)
    assert 2 == len(home.mails())


def test_a_line_without_an_end_is_told_and_nothing_of_its_file_is_kept(home):
    """16 MiB in one line: no page has that, and none is held in memory."""
    home.put("bad.txt", page("Diffusion two").encode() + b"x" * (16 * 1024**2 + 1))
    said = home.run("2026-08-07 06:00")

    assert said.code == 1
    assert "bad.txt: line 10 is longer than " in said.err
    assert "1 dump: 2 new papers, 1 file set aside" in said.out
    assert 2 == home.query("SELECT count(*) FROM paper")[0][0]


def test_a_page_without_a_paper_is_told_but_holds_nothing_up(home):
    only_furniture(home.folder / "dumps")
    os.utime(home.folder / "dumps" / "bad.txt", (1, 1))
    home.run("2026-08-07 06:00")

    assert "bad.txt: no listing in it" in home.newsletter("status").out


def test_the_digest_tells_of_a_file_that_could_not_be_read(home):
    empty(home.folder / "dumps")
    home.run("2026-08-07 06:00")

    assert all(b"bad.txt could not be read: the file is empty" in mail for mail in home.mails().values())


def test_a_page_still_being_written_is_left_until_it_is_whole(home):
    whole = page("Diffusion two", "Diffusion three")
    home.put("2026-08-08.txt", whole[:-60], when=time.time())
    first = home.run("2026-08-08 06:00")
    home.put("2026-08-08.txt", whole, when=time.time())
    second = home.run("2026-08-08 06:10")

    assert (0, "") == (first.code, first.err)
    assert "1 dump: 2 new papers, 1 file still being written" in first.out
    assert "1 dump: 2 new papers." in second.out
    assert (0, "") == (second.code, second.err)


def test_a_page_that_stays_half_is_read_as_far_as_it_goes(home):
    """Nothing is lost: what follows later is new then, and what was there is not told twice."""
    whole = page("Diffusion two", "Diffusion three")
    home.put("2026-08-08.txt", whole[:-60])
    first = home.run("2026-08-07 06:00")
    status = home.newsletter("status").out
    home.put("2026-08-08.txt", whole)
    second = home.run("2026-08-08 06:00")

    assert "2026-08-08.txt:13: an abstract that stops in mid-sentence" in first.err
    assert "hint: the file seems cut off" in first.err
    assert "2 dumps: 4 new papers" in first.out
    assert "2026-08-08.txt:13: an abstract that stops" in status
    assert "1 dump: 0 new papers, 2 seen before" in second.out


def test_hostile_words_reach_pages_and_mails_as_words(home):
    """Titles may hold markup, template words, marks that turn the line, and words without an end."""
    hostile = (
        "Diffusion <script>alert(1)</script> {{ 7*7 }} {% raw %} ]]> \x00\x1b[2J \u202edlrow",
        "Diffusion " + "x" * 100_000,
        "Diffusion \\frac{" * 300,
        "Diffusion " + "((((a+)+)+)+)+" * 50,
    )
    home.put("2026-08-08.txt", page(*hostile))
    said = home.run("2026-08-08 06:00")
    pages = b"".join(content for path, content in home.site().items() if path.endswith(".html"))
    feeds = b"".join(content for path, content in home.site().items() if path.endswith(".xml"))

    assert said.code == 0, said.err
    assert b"alert(1)" in pages
    assert b"<script>alert" not in pages + feeds
    assert b"{{ 7*7 }}" in pages
    assert b"\x00" not in pages + feeds
    assert b"\x1b" not in pages + feeds
    assert "\u202edlrow".encode() not in pages + feeds


# --------------------------------------------------------------------------------------- templates


@pytest.mark.parametrize(
    ("template", "content", "told"),
    [
        ("site/paper.html", "fine\n{% if %}\n", "mine/site/paper.html:2: "),
        (
            "site/paper.html",
            "fine\n\n{{ no_such_word }}\n",
            "mine/site/paper.html:3: 'no_such_word' is undefined",
        ),
        ("site/base.html", "{{ site.title.no_such.word }}\n", "mine/site/base.html:1: "),
        ("email/digest.html", "{{ digest.nothing }}\n", "mine/email/digest.html:1: "),
        ("email/digest.txt", "{% for %}", "mine/email/digest.txt:1: "),
    ],
)
def test_a_template_that_fails_leaves_the_last_good_site_and_mail_waits(home, template, content, told):
    """Once it is mended, everything that was held up is done."""
    home.edit(f"{CONFIG}templates: mine\n")
    mine = home.folder / "mine" / template
    mine.parent.mkdir(parents=True)
    home.run("2026-08-07 06:00")
    site, mails = home.site(), home.mails()
    home.put("2026-08-08.txt", page("Diffusion two"))
    mine.write_text(content)
    broken = home.run("2026-08-08 06:00")
    still = home.run("2026-08-08 06:05")
    stands, held = home.site(), home.mails()
    mine.unlink()
    mended = home.run("2026-08-08 06:10")

    assert [1, 1, 0] == [broken.code, still.code, mended.code]
    assert told in broken.err
    assert told in still.err
    assert "hint: mend that line, or remove the file from" in broken.err
    assert template.startswith("email") or stands == site
    assert template.startswith("site") or held == mails
    assert b"Diffusion two" in home.site()["papers/diffusion-two.html"]
    assert 3 == len(home.mails())


def test_a_folder_of_templates_that_is_missing_is_told(home):
    home.edit(f"{CONFIG}templates: mine\n")
    said = home.run("2026-08-07 06:00")

    assert 4 == said.code
    assert "there is no folder `mine` (make it, or take the key away)" in said.err


# ------------------------------------------------------------------------------------ state and out


@pytest.mark.parametrize("content", [b"this is no database\n" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
@pytest.mark.parametrize("command", [("run",), ("run", "--dry-run"), ("status",), ("why", "Cats")])
def test_a_state_that_is_garbage_is_exit_code_3_and_stays_as_it_is(home, content, command):
    home.state.parent.mkdir()
    home.state.write_bytes(content)
    said = home.newsletter(*command)

    assert (3, "") == (said.code, said.out)
    assert said.err.startswith(f"{home.state}: ")
    assert "hint: " in said.err
    assert content == home.state.read_bytes()
    assert not (home.folder / "out").exists()


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_a_file_that_is_made_readable_is_read_by_the_next_run(home):
    """As the hint says; neither its size nor its time has changed."""
    without_rights(home.folder / "dumps")
    home.run("2026-08-07 06:00")
    (home.folder / "dumps" / "bad.txt").chmod(0o600)

    assert home.run("2026-08-07 06:10").out.startswith("1 dump: 1 new paper")


@pytest.mark.parametrize("when", ["at first", "later"])
def test_a_full_disk_is_exit_code_3_and_loses_nothing(home, when):
    """A limit on the size of files stands for the disk."""
    if when == "later":
        home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", page(*(f"Diffusion {n}" for n in range(300))))
    room = 50_000 if when == "at first" else home.state.stat().st_size
    full = home.process(
        "run",
        "--as-of",
        "2026-08-08T06:00Z",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    said = home.run("2026-08-08 06:00")

    assert 3 == full.returncode, full.stderr
    assert full.stderr.startswith(str(home.state))
    assert "hint: " in full.stderr
    assert "Traceback" not in full.stderr
    assert 0 == said.code
    assert {("read",)} == set(home.query("SELECT state FROM dump"))
    assert 302 == home.query("SELECT count(*) FROM paper")[0][0]


def test_a_place_where_no_state_can_be_is_exit_code_3(home):
    (home.folder / "state").write_text("a file, not a folder")
    said = home.run("2026-08-07 06:00")

    assert 3 == said.code
    assert "hint: " in said.err


@pytest.mark.skipif(AS_ROOT, reason="root may write everything")
@pytest.mark.parametrize("what", ["state", "state/newsletter.db"])
def test_a_state_that_may_not_be_written_is_exit_code_3(home, what):
    home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", page("Diffusion two"))
    path = home.folder / what
    before = path.stat().st_mode
    path.chmod(0o500)
    said = home.run("2026-08-08 06:00")
    path.chmod(before)

    assert 3 == said.code
    assert "hint: " in said.err


def test_a_file_where_the_site_has_to_go_is_told_and_the_mail_goes_out(home):
    """Rule 4: one output's failure never holds the others back."""
    (home.folder / "out").mkdir()
    (home.folder / "out" / "site").write_text("in the way")
    said = home.run("2026-08-07 06:00")
    mails = home.mails()
    (home.folder / "out" / "site").unlink()
    again = home.run("2026-08-07 06:10")

    assert [1, 0] == [said.code, again.code]
    assert "a file stands where a folder has to go" in said.err
    assert 2 == len(mails)
    assert mails == home.mails()
    assert "index.html" in home.site()


def test_a_file_where_the_mail_has_to_go_is_told_and_the_site_is_made(home):
    """Rule 4."""
    (home.folder / "out").mkdir()
    (home.folder / "out" / "mail").write_text("in the way")
    said = home.run("2026-08-07 06:00")
    (home.folder / "out" / "mail").unlink()
    again = home.run("2026-08-07 06:10")

    assert [1, 0] == [said.code, again.code]
    assert "hint: make room or make it writable, and run again; nothing is lost" in said.err
    assert "index.html" in home.site()
    assert 2 == len(home.mails())


def test_no_command_shows_a_traceback_for_a_config_that_is_no_text(home):
    (home.folder / "config.yaml").write_bytes(bytes(range(256)))
    codes = {home.newsletter(*command).code for command in (("run",), ("check",), ("status",))}

    assert {4} == codes
