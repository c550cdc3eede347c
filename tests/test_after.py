"""The command of publish.after: it runs when the site has changed, until it ends well, whatever dies when."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import at
from home import CONFIG, Home, contents, page
from test_crash import FIRST, MOMENT, SECOND, Life, live

from newsletter import after, hubs
from newsletter.duty import rests
from newsletter.errors import CommandFailed
from newsletter.idle import OWED
from newsletter.report import Wishes
from newsletter.run import run
from newsletter.secret import variables
from newsletter.settings import Config, Email, Publish, Secret, Smtp

COPY = "sh -c 'rm -rf ../../mirror && cp -r . ../../mirror'"
COUNT = "sh -c 'echo $NEWSLETTER_CHANGED >> ../../calls'"


def house(folder: Path, command: str, *, more: str = "") -> Home:
    """An installation with a command after publication, after its first day."""
    home = Home(folder, f"{CONFIG}publish:\n  after: {command}\n{more}")
    home.same_secret()
    home.put("2026-08-07.txt", FIRST)
    return home


def mirror(home: Home) -> dict[str, bytes]:
    return contents(home.folder / "mirror")


def calls(home: Home) -> list[int]:
    """How many changed files each call was told of."""
    noted = home.folder / "calls"
    return [int(line) for line in noted.read_text().split()] if noted.exists() else []


# ------------------------------------------------------------------------------------------ when it runs


def test_the_command_runs_in_the_site_when_files_of_it_have_changed(tmp_path):
    home = house(tmp_path / "home", COUNT)
    first = home.run("2026-08-07 06:00")
    files = len(home.site())
    home.put("2026-08-08.txt", SECOND)
    home.run("2026-08-08 06:00")

    assert (0, "") == (first.code, first.err)
    assert [files] == calls(home)[:1]
    assert 2 == len(calls(home))
    assert 0 < calls(home)[1] < len(home.site())


def test_a_run_that_changes_nothing_calls_nobody(tmp_path):
    home = house(tmp_path / "home", COUNT)
    home.run("2026-08-07 06:00")
    home.run("2026-08-07 06:05")
    home.edit(home.config + "fresh: 7d\n")  # all is rendered anew, and comes out the same
    home.run("2026-08-07 06:10")

    assert 1 == len(calls(home))


def test_a_command_that_comes_later_or_changes_is_given_the_whole_site(tmp_path):
    """Another host has nothing of it yet."""
    home = house(tmp_path / "home", COUNT)
    with_it = home.config
    home.edit(CONFIG)
    home.run("2026-08-07 06:00")
    home.edit(with_it)
    home.run("2026-08-07 06:05")
    home.edit(with_it.replace("sh -c", "sh -e -c"))
    home.run("2026-08-07 06:10")

    assert [len(home.site())] * 2 == calls(home)


def test_a_rehearsal_hosts_nothing(tmp_path):
    home = house(tmp_path / "home", COUNT)
    said = home.run("2026-08-07 06:00", "--dry-run")

    assert (0, []) == (said.code, calls(home))


def test_a_private_feed_that_comes_or_goes_is_a_change(tmp_path):
    """Whoever leaves has no feed any more, on the host neither."""
    home = house(tmp_path / "home", COPY)
    home.edit(home.config.replace("    name: Ada\n", "    name: Ada\n    private_feed: true\n"))
    home.run("2026-08-07 06:00")
    there = {path.rpartition("/")[2] for path in mirror(home) if path.startswith("private/")}
    home.newsletter("unsubscribe", "ada@example.org")
    home.put("2026-08-08.txt", SECOND)
    home.run("2026-08-08 06:00")

    assert {"feed.xml", "atom.xml", "feed.json", ".gitignore"} == there
    assert [] == [path for path in mirror(home) if path.endswith("/feed.xml") and "private" in path]
    assert home.site() == mirror(home)


# ---------------------------------------------------------------------------------------- when it fails


def test_a_failure_is_told_once_stands_in_status_and_is_mended_by_a_later_run(tmp_path):
    home = house(
        tmp_path / "home", "sh -c 'test -e ../../host && touch ../../hosted || { echo no host; exit 7; }'"
    )
    first, second = home.run("2026-08-07 06:00"), home.run("2026-08-07 06:05")
    standing = home.newsletter("status").out
    (home.folder / "host").touch()
    third, fourth = home.run("2026-08-07 06:10"), home.run("2026-08-07 06:15")

    assert [1, 0, 0, 0] == [said.code for said in (first, second, third, fourth)]
    assert (
        "publish.after: sh ended with exit code 7:\n  no host\n  hint: mend it; each run tries" in first.err
    )
    assert "" == second.err
    assert "publish.after still fails" in second.out
    assert (
        "not yet hosted; each run tries again, the scheduler Fri 7 Aug 06:15\n  publish.after: sh ended with exit code 7:\n    no host"
        in standing
    )
    assert "publish.after" not in third.out + home.newsletter("status").out.partition("Dumps")[2]
    assert (home.folder / "hosted").exists()
    assert fourth.out.startswith("Nothing to do")


def test_a_scheduler_gives_a_command_that_fails_more_and_more_time(tmp_path):
    """A try a minute, all night, would be five hundred; a run by hand tries at once."""
    home = house(tmp_path / "home", "sh -c 'echo $NEWSLETTER_CHANGED >> ../../calls; test -e ../../host'")
    store, config, tried, began = home.store(), home.loaded(), [], at("2026-08-07 06:00")
    for minute in range(100):
        before = len(calls(home))
        moment = began + timedelta(minutes=minute)
        if not rests(config, moment):
            run(store, config, now=moment, wall=moment, wishes=Wishes(patient=True))
        tried += [minute] if len(calls(home)) > before else []
    home.run("2026-08-07 07:41")
    by_hand = len(calls(home))
    store.close()

    assert [0, 5, 15, 35, 75] == tried
    assert 6 == by_hand


def test_pauses_double_up_to_six_hours():
    minutes = [after.pause(failures) / timedelta(minutes=1) for failures in (1, 2, 3, 7, 8, 10_000)]

    assert [5, 10, 20, 320, 360, 360] == minutes


def test_another_command_is_tried_at_once_and_so_is_one_where_the_clock_went_back(tmp_path):
    home = house(tmp_path / "home", COUNT.replace("calls", "calls; exit 1"))
    store, config = home.store(), home.loaded()
    wishes = Wishes(patient=True)
    codes = []
    for moment, command in (("06:00", "-c"), ("06:01", "-c"), ("06:02", "-ce"), ("06:01", "-ce")):
        home.edit(home.config.replace("sh -ce", "sh -c").replace("sh -c", f"sh {command}"))
        config, now = home.loaded(), at(f"2026-08-07 {moment}")
        run(store, config, now=now, wall=now, wishes=wishes)
        codes.append(len(calls(home)))
    store.close()

    assert [1, 1, 2, 3] == codes


def test_mail_goes_out_and_the_site_stays_where_the_command_fails(tmp_path):
    home = house(tmp_path / "home", "'false'")
    home.run("2026-08-07 06:00")

    assert 2 == len(home.mails())
    assert "index.html" in home.site()


def test_another_failure_than_before_is_told(tmp_path):
    home = house(tmp_path / "home", "sh -c 'exit $(cat ../../code)'")
    codes = []
    for code in (3, 3, 4, 4):
        (home.folder / "code").write_text(str(code))
        codes.append(home.run("2026-08-07 06:00").code)

    assert [1, 0, 1, 0] == codes


def test_files_that_change_while_it_fails_are_counted_together(tmp_path):
    home = house(tmp_path / "home", "sh -c 'echo $NEWSLETTER_CHANGED >> ../../calls; test -e ../../host'")
    (home.folder / "host").touch()
    home.run("2026-08-07 06:00")
    (home.folder / "host").unlink()
    home.put("2026-08-08.txt", SECOND)
    home.run("2026-08-08 06:00")
    home.put("2026-08-09.txt", page("Diffusion for all", date="Aug 9"))
    home.run("2026-08-09 06:00")

    assert calls(home)[0] > calls(home)[1]
    assert calls(home)[2] > calls(home)[1] > 0


def test_a_program_that_is_not_there_is_named(tmp_path):
    home = house(tmp_path / "home", "[no-such-rsync, -a]")
    said = home.run("2026-08-07 06:00")

    assert 1 == said.code
    assert "publish.after: no-such-rsync cannot be run: No such file or directory\n" in said.err


def test_without_a_command_a_failure_of_the_past_is_forgotten(tmp_path):
    home = house(tmp_path / "home", "'false'")
    home.run("2026-08-07 06:00")
    home.edit(CONFIG)
    home.run("2026-08-07 06:05")

    assert (OWED, "") in home.query("SELECT name, value FROM meta")
    assert "not yet hosted" not in home.newsletter("status").out


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    with pytest.raises(CommandFailed, match="did not end within"):
        ran(tmp_path, "sh", "-c", "sleep 60 & echo $! > child; wait", timeout=0.01)
    child = (tmp_path / "site" / "child").read_text().strip()
    tries = 0
    while lives(child) and tries < 100:  # it was told to end; when it does is the system's affair
        tries += 1

    assert not lives(child)


def lives(process: str) -> bool:
    """Whether there is such a process, and not only what is left of it till somebody asks how it ended."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True, check=False)
    return state.stdout.strip()[:1] not in {"", "Z"}


def ran(folder: Path, *command: str, **fields) -> None:
    """Run a command in an empty site."""
    (folder / "site").mkdir()
    config = Config(path=folder, digest="", state="", out=folder, inbox=(), profiles=())
    publish = replace(Publish(after=command), **fields)
    after._run(replace(config, publish=publish, email=MAIL), 3)


MAIL = Email(relays=(Smtp(password=Secret(env="RELAY_WORD")),))


# --------------------------------------------------------------------------------------- what it is told


def test_a_command_gets_the_environment_but_for_the_secrets_of_the_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("RELAY_WORD", "hush")
    monkeypatch.setenv("AWS_PROFILE", "papers")
    ran(tmp_path, "sh", "-c", "env > ../environment")
    environment = dict(line.split("=", 1) for line in (tmp_path / "environment").read_text().splitlines())

    assert "papers" == environment["AWS_PROFILE"]
    assert "RELAY_WORD" not in environment
    assert (str(tmp_path / "site"), "3") == (
        environment["NEWSLETTER_SITE"],
        environment["NEWSLETTER_CHANGED"],
    )


def test_no_secret_is_told_of_what_a_failing_command_said(tmp_path, monkeypatch):
    monkeypatch.setenv("DEPLOY_TOKEN", "ghp_12345678")
    script = "echo cannot push to https://bot:ghp_12345678@host/x; echo key $DEPLOY_TOKEN; exit 1"
    with pytest.raises(CommandFailed) as told:
        ran(tmp_path, "sh", "-c", script)

    assert "  cannot push to https://…@host/x\n  key …" == told.value.said


def test_of_much_talk_the_end_is_told_in_characters_that_harm_no_terminal(tmp_path):
    script = r"yes no | head -n 20000; printf 'bad \033[31m\n'; yes x | head -n 900 | tr -d '\n'; exit 1"
    with pytest.raises(CommandFailed) as told:
        ran(tmp_path, "sh", "-c", script)
    lines = told.value.said.splitlines()

    assert ["  no", "  no", "  no", "  bad ?[31m"] == lines[:4]
    assert 202 == len(lines[4])


def test_every_secret_of_a_configuration_is_known_by_its_variable():
    assert ["RELAY_WORD"] == list(variables(MAIL))


def test_hubs_are_told_once_the_site_is_hosted(tmp_path, monkeypatch):
    """They fetch at once, and would find yesterday's feed."""
    told: list[str] = []
    monkeypatch.setattr(hubs, "ping", lambda _, topics: told.extend(topics))
    home = house(tmp_path / "home", "test -e ../../host")
    home.edit(home.config.replace("papers\n", "papers\n  hubs: https://hub.example.org\n", 1))
    home.run("2026-08-07 06:00")
    before = list(told)
    (home.folder / "host").touch()
    home.run("2026-08-07 06:05")

    assert [] == before
    assert "https://example.org/papers/feeds/feed.xml" in told
    assert len(told) == len(set(told))


# -------------------------------------------------------------------------------------------- who dies


def test_a_crash_at_any_step_leaves_the_command_to_the_next_run(tmp_path):
    """From the note of what will change on, also between the last file and the command: what is hosted is
    what the last run published.
    """
    start = house(tmp_path / "home", COPY, more="outputs: [site]\n")
    assert live(start, "2026-08-07 06:00", Life())
    start.put("2026-08-08.txt", SECOND)
    life = Life()
    whole = moved(start, tmp_path / "whole")
    assert live(whole, MOMENT, life)

    noted = next(n for n, name in enumerate(life.steps) if name.endswith("DO UPDATE SET value = :value"))

    assert whole.site() == mirror(whole)
    for left in range(noted, len(life.steps)):
        home = moved(start, tmp_path / "crashed")
        live(home, MOMENT, Life(left=left))
        assert live(home, MOMENT, Life())

        assert whole.site() == mirror(home), f"after a crash {life.steps[left]}"


def moved(home: Home, to: Path) -> Home:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home.folder, to)
    return Home(to, home.config)


def test_a_run_that_is_killed_while_the_command_runs_calls_it_again(tmp_path):
    """SIGKILL of the run itself, by the command: once."""
    script = "test -e ../../killed || { touch ../../killed; kill -9 $PPID; sleep 0.2; }; cp -r . ../../mirror"
    home = house(tmp_path / "home", f'["sh", "-c", "{script}"]')
    died = home.process("run", "--as-of", "2026-08-07T06:00+00:00")
    lived = home.process("run", "--as-of", "2026-08-07T06:05+00:00")

    assert (-9, 0, "") == (died.returncode, lived.returncode, lived.stderr)
    assert home.site() == mirror(home)


def test_a_killed_write_of_the_site_is_hosted_by_the_next_run(tmp_path, monkeypatch):
    """The disk fills half-way: half of the files changed, and the next run changes only the other half."""
    home = house(tmp_path / "home", COUNT)
    store, config, replaced = home.store(), home.loaded(), []
    whole = os.replace

    def full(path: str, target: str) -> None:
        replaced.append(target)
        if len(replaced) > 10:
            raise OSError(28, "No space left on device")
        whole(path, target)

    monkeypatch.setattr(os, "replace", full)
    failed = run(store, config, now=at(MOMENT), wall=at(MOMENT))
    monkeypatch.setattr(os, "replace", whole)
    done = run(store, config, now=at(MOMENT), wall=at(MOMENT))
    store.close()

    assert (True, []) == (failed.outdated, done.failures)
    assert 1 == len(calls(home))
    assert len(home.site()) == calls(home)[0]
