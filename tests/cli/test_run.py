"""`newsletter run` as a person meets it: what it says, what it leaves behind, its exit codes."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest
from fakes import at
from home import COMMAND, Home, iso, page

from newsletter.lock import only_run

FIRST = page("Diffusion one", "Robots that walk", "Cats")
SECOND = page("Diffusion two", "Diffusion one", date="Aug 8")


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    home.same_secret()
    home.put("2026-08-07.txt", FIRST)
    return home


def test_a_run_says_in_one_line_what_it_did(home):
    said = home.run("2026-08-07 06:00")

    assert (0, "") == (said.code, said.err)
    assert said.out == (
        "1 dump: 3 new papers. Edition 2026-08-07. "
        f"2 mails in {home.folder}/out/mail, next slot Sat 8 Aug 00:00. {home.folder}/out/site/index.html\n"
    )


def test_a_second_run_changes_no_byte_and_sends_nothing(home):
    home.run("2026-08-07 06:00")
    before = home.everything()
    said = home.run("2026-08-07 06:10")

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("Nothing to do: no new dumps, nobody is due.")
    assert home.everything() == before


def test_a_run_without_the_short_way_changes_nothing_either(home):
    """The idle check is for speed alone: a run that looks at everything again comes to the same."""
    home.run("2026-08-07 06:00")
    site, mails, shown = home.site(), home.mails(), home.shown()
    times = {path: time for path, (time, _) in home.everything().items() if path.startswith("out/")}
    (home.folder / "dumps" / "README.md").write_text("explains")
    home.edit(home.config + "# a comment\n")
    said = home.run("2026-08-07 06:10")

    assert "No new dumps. No mail: nothing new" in said.out
    assert (site, mails, shown) == (home.site(), home.mails(), home.shown())
    assert times == {path: time for path, (time, _) in home.everything().items() if path.startswith("out/")}


def test_papers_that_come_after_the_mail_wait_and_the_run_says_until_when(home):
    """Rule 16."""
    home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", SECOND)
    said = home.run("2026-08-07 12:00")

    assert "1 dump: 1 new paper, 1 seen before. Edition 2026-08-07-2." in said.out
    assert "No mail: nobody is due, 1 paper waits for the next slot Sat 8 Aug 00:00." in said.out


def test_the_line_says_why_no_mail_went_out(home):
    home.edit(home.config.partition("subscribers:")[0])
    said = home.run("2026-08-07 06:00")

    assert "No mail: no subscribers." in said.out


def test_quiet_says_nothing_when_all_went_well(home):
    first = home.run("2026-08-07 06:00", "--quiet")
    idle = home.run("2026-08-07 06:10", "-q")

    assert [(0, "", "")] * 2 == [(said.code, said.out, said.err) for said in (first, idle)]


def test_quiet_speaks_when_something_is_wrong(home):
    home.put("empty.txt", "")
    said = home.run("2026-08-07 06:00", "--quiet")

    assert said.code == 1
    assert "1 file set aside" in said.out
    assert "empty.txt: the file is empty" in said.err


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("yesterday", "'yesterday' is no ISO time, such as 2026-11-22T07:30+01:00"),
        ("2026-11-22T07:30", "has no offset: add one, such as 2026-11-22T07:30+00:00"),
        ("2026-13-01T00:00Z", "is no ISO time"),
        ("9999-12-31T23:59-14:00", "is outside of any calendar of slots"),
    ],
)
def test_a_time_that_is_none_is_a_mistake_of_usage(home, moment, told):
    said = home.newsletter("run", "--as-of", moment)

    assert said.code == 2
    assert told in said.err
    assert not (home.folder / "out").exists()


@pytest.mark.parametrize("arguments", [("runn",), ("run", "--everything"), ("run", "extra"), ("why",)])
def test_a_slip_of_the_hand_is_exit_code_2(home, arguments):
    said = home.newsletter(*arguments)

    assert said.code == 2
    assert "Error" in said.err


def test_a_mistake_in_the_config_is_exit_code_4_and_touches_nothing(home):
    home.edit(home.config.replace("robot*", "robot*]"))
    said = home.run("2026-08-07 06:00")

    assert said.code == 4
    assert "config.yaml:" in said.err
    assert not (home.folder / "out").exists()


# --------------------------------------------------------------------------------- dry-run, no-send


def test_a_dry_run_writes_nothing_but_a_preview(home):
    """The state stays as it is, byte for byte; the preview is what the run then makes."""
    home.run("2026-08-07 06:00")
    home.put("2026-08-08.txt", SECOND)
    before = home.everything()
    said = home.run("2026-08-08 06:00", "--dry-run")
    after = home.everything()
    made = {path for path in after if path not in before}
    preview = {path.removeprefix("out/preview/"): after[path][1] for path in made}
    home.run("2026-08-08 06:00")
    came = home.everything()

    assert said.code == 0
    assert said.out.startswith("Dry run, nothing recorded or sent. 1 dump: 1 new paper, 1 seen before.")
    assert {path: after[path] for path in before} == before
    assert [] == sorted(path for path in made if not path.startswith("out/preview/"))
    assert {path: content for path, content in preview.items() if "2026-08-08_ada" in path}
    assert preview == {path: came[f"out/{path}"][1] for path in preview}


def test_a_dry_run_in_a_new_folder_leaves_no_state(home):
    fresh = Home(home.folder.parent / "fresh")
    fresh.put("2026-08-07.txt", FIRST)
    said = fresh.run("2026-08-07 06:00", "--dry-run")

    assert said.code == 0
    assert not (fresh.folder / "state").exists()
    assert (fresh.folder / "out" / "preview" / "site" / "index.html").is_file()


def test_what_was_not_sent_goes_with_the_next_run(home):
    held = home.run("2026-08-07 06:00", "--no-send")
    none_yet = home.mails()
    said = home.run("2026-08-07 06:10")

    assert (0, {}) == (held.code, none_yet)
    assert "No mail: 2 digests queued" in held.out
    assert "No new dumps. 2 mails in" in said.out
    assert 2 == len(home.mails())


def test_mail_is_the_same_whenever_it_goes(home, tmp_path):
    """A message hangs on its slot, not on the moment it is sent."""
    other = Home(tmp_path / "other")
    other.same_secret()
    other.put("2026-08-07.txt", FIRST)
    home.run("2026-08-07 06:00")
    other.run("2026-08-07 06:00", "--no-send")
    other.run("2026-08-07 19:00")

    assert home.mails() == other.mails()


# ------------------------------------------------------------------------------------------ backfill


def test_a_backfill_fills_the_archive_and_mails_nothing(home):
    """Rule 25: one edition a date; what comes after it is mailed."""
    home.put("2026-03-13.txt", page("Diffusion of old", "Robots of old", date="Mar 13"))
    said = home.run("2026-08-07 06:00", "--backfill")
    home.put("2026-08-08.txt", SECOND)
    home.run("2026-08-08 06:00")
    letters = b"".join(home.mails().values())

    assert "2 editions, 2026-03-13 to 2026-08-07. No mail: nothing new" in said.out
    assert {"editions/2026-03-13.html", "editions/2026-08-07.html"} <= set(home.site())
    assert b"Diffusion two" in letters
    assert b"Diffusion one" not in letters
    assert b"Diffusion of old" not in letters


def test_a_first_run_over_months_of_dumps_hints_at_a_backfill_and_goes_on(home):
    """Rule 25."""
    home.put("2026-03-13.txt", page("Diffusion of old", date="Mar 13"))
    said = home.run("2026-08-07 06:00")

    assert said.code == 0
    assert "hint: these dumps go back to 2026-03-13" in said.err
    assert "newsletter run --backfill" in said.err
    assert len(home.mails()) == 2


# --------------------------------------------------------------------------------------- two at once


def test_a_second_run_at_the_same_time_leaves_at_once_and_says_why(home):
    with only_run(home.state, at("2026-08-07 06:00")):
        said = home.run("2026-08-07 06:00")

    assert said.code == 0
    assert "another run is active (process " in said.err
    assert "since 2026-08-07T06:00:00+00:00" in said.err
    assert home.mails() == {}
    assert home.run("2026-08-07 06:00").out.startswith("1 dump")


def test_two_runs_started_together_are_one_run(home):
    runs = [
        subprocess.Popen(
            home.command("run", "--as-of", iso("2026-08-07 06:00")),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [(*run.communicate(timeout=60), run.returncode) for run in runs]

    assert [0, 0, 0] == [code for _, _, code in said]
    assert 1 == sum(out.startswith("1 dump") for out, _, _ in said)
    assert 2 == len(home.mails())


def test_a_run_that_is_told_to_end_says_so_and_the_next_one_goes_on(home, tmp_path):
    """SIGTERM: exit code 143, no dump is blamed, nothing comes twice."""
    whole = Home(tmp_path / "whole")
    whole.same_secret()
    for number in range(60):
        many = page(*(f"Cats {number} of {n}" for n in range(40)))
        for each in (home, whole):
            each.put(f"2026-06-{number % 30 + 1:02}-{number}.txt", many)
    whole.put("2026-08-07.txt", FIRST)
    whole.run("2026-08-07 06:00")
    running = subprocess.Popen(
        home.command("run", "--as-of", iso("2026-08-07 06:00")), stderr=subprocess.PIPE, text=True
    )
    wait_for_dumps(home)
    running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=60)
    said = home.run("2026-08-07 06:00")

    assert 143 == running.returncode
    assert "stopped; what is recorded is safe, the next run goes on from there\n" == err
    assert 0 == said.code
    assert {("read",)} == set(home.query("SELECT state FROM dump"))
    assert whole.site() == home.site()
    assert whole.mails() == home.mails()


def wait_for_dumps(home: Home) -> None:
    """Until the run has recorded its first."""
    end = time.monotonic() + 30
    while time.monotonic() < end and not home.query("SELECT id FROM dump WHERE state = 'read'"):
        time.sleep(0.01)


def test_the_installed_program_says_its_version():
    done = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("newsletter, version ")
