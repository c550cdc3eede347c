"""`newsletter fetch` and `newsletter run --fetch` as somebody uses them, against a server on this machine."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from fakes import at
from home import CONFIG, Home, iso
from test_duty import Watched
from web_sink import Sink, page, sink, status

from newsletter import landing
from newsletter.fetch import lock_of
from newsletter.lock import only_run
from newsletter.passes import OwnProcess

RSS = (
    '<rss version="2.0"><channel><title>T</title><link>https://example.org/</link><description>d</description>'
    "<item><title>Diffusion one</title><link>https://example.org/1</link><description>What is behind it."
    "</description></item></channel></rss>"
)
MORNING, NOON = iso("2026-08-07 06:00"), iso("2026-08-07 12:00")


@pytest.fixture
def web() -> Iterator[Sink]:
    with sink() as found:
        found.answers("/feed", page(RSS))
        yield found


def home_with(tmp_path, *sources: str) -> Home:
    return Home(tmp_path / "home", CONFIG + "sources:\n" + "".join(f"- {source}\n" for source in sources))


def test_what_came_is_one_line(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    said = home.newsletter("fetch", "--as-of", MORNING)

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("1 source asked: 1 dump with 1 listing. ")
    assert said.out.endswith("dumps\n")


def test_on_a_terminal_each_source_has_a_line(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed", f"feed: {web.url}/busy\n  name: busy")
    web.answers("/busy", status(429, retry_after="3600"))
    screen, terminal = os.openpty()
    subprocess.run(home.command("fetch", "--as-of", MORNING), stdout=terminal, stderr=terminal, check=True)
    os.close(terminal)
    lines = os.read(screen, 65536).decode().splitlines()
    os.close(screen)

    assert "feed: 1 listing in 2026-08-07-feed.xml" == lines[0]
    assert "busy: it cannot answer now (status 429); asked again Fri 7 Aug 07:00" == lines[1]
    assert lines[2].startswith("2 sources asked: 1 dump with 1 listing, 1 wants to be left alone. ")


def test_who_is_not_due_is_not_asked_unless_named_or_now(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    home.newsletter("fetch", "--as-of", MORNING)
    soon = iso("2026-08-07 06:10")
    told = home.newsletter("fetch", "--as-of", soon)
    asked = len(web.asked)
    named = home.newsletter("fetch", "--as-of", soon, "feed")
    now = home.newsletter("fetch", "--as-of", soon, "--now")

    assert "Nothing asked: no source is due, the next one feed at Fri 7 Aug 11:24.\n" == told.out
    assert (1, 3) == (asked, len(web.asked))
    assert "nothing new" in named.out
    assert "nothing new" in now.out


def test_a_dry_run_asks_nobody_and_says_whom_it_would(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed", f"huggingface: {{url: {web.url}/daily}}")
    said = home.newsletter("fetch", "--as-of", MORNING, "--dry-run")

    assert ([], False) == (web.asked, home.state.exists())
    assert f"feed: {web.url}/feed\n" in said.out
    assert f"huggingface: {web.url}/daily?date=2026-08-06&limit=100\n" in said.out
    assert "Dry run, nobody was asked. 2 sources would be, into " in said.out


def test_what_is_odd_is_told_once_with_what_to_do(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed", f"feed: {web.url}/gone\n  name: gone")
    web.answers("/feed", page("<html><title>Sorry</title></html>"))
    first = home.newsletter("fetch", "--as-of", MORNING, "--quiet")
    again = home.newsletter("fetch", "--as-of", NOON, "--quiet")

    assert 1 == first.code
    assert "feed: it answered with a web page titled “Sorry”; kept as " in first.err
    assert "aside/2026-08-07-feed.html; asked again Fri 7 Aug 06:15\n  hint: look at it" in first.err
    assert "gone: there is nothing at its address (status 404)" in first.err
    assert "2 sources asked: nothing new, 1 with an odd answer kept aside, 1 gone." in first.out
    assert (0, "", "") == (again.code, again.out, again.err)


def test_a_source_that_is_down_is_no_failure(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    web.answers("/feed", status(429, retry_after="3600"))
    said = home.newsletter("fetch", "--as-of", MORNING)

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("1 source asked: nothing new, 1 wants to be left alone.")


def test_without_sources_it_says_where_they_would_stand(tmp_path):
    said = Home(tmp_path).newsletter("fetch")

    assert (0, "No sources: newsletter fetch asks those that stand under `sources:` in config.yaml.\n") == (
        said.code,
        said.out,
    )


@pytest.mark.parametrize("arguments", [("fetch",), ("run", "--fetch")])
def test_without_sources_nothing_that_fetches_is_even_loaded(tmp_path, arguments):
    program = (
        "import atexit, sys\n"
        f"sys.argv = {['newsletter', *Home(tmp_path).command(*arguments)[1:]]!r}\n"
        "atexit.register(lambda: print(*sorted(sys.modules), sep='\\n'))\n"
        "from newsletter.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert {"newsletter.config", "newsletter.cli.fetch"} <= set(done.stdout.split())
    assert not {"httpx2", "httpcore2"} & set(done.stdout.split())


def test_a_name_that_no_source_has_is_a_mistake_of_usage(tmp_path, web):
    said = home_with(tmp_path, f"feed: {web.url}/feed").newsletter("fetch", "fed")

    assert (2, "there is no source 'fed'\nhint: did you mean feed?\n") == (said.code, said.err)


def test_another_fetch_that_is_at_it_is_no_failure(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    with only_run(lock_of(home.loaded()), at("2026-08-07 06:00")):
        said = home.newsletter("fetch", "--quiet")
        run = home.newsletter("run", "--fetch", "--quiet")

    assert (0, "", "", 0) == (said.code, said.out, said.err, run.code)
    assert [] == web.asked


def test_a_run_that_fetches_takes_what_came_and_asks_nobody_twice(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    said = home.run("2026-08-07 06:00", "--fetch")
    again = home.run("2026-08-07 06:01", "--fetch")

    assert (0, 0) == (said.code, again.code)
    assert "1 source asked: 1 dump with 1 listing." in said.out
    assert "1 dump: 1 new paper." in said.out
    assert again.out.startswith("Nothing to do")
    assert 1 == len(web.asked)


def test_a_pass_of_the_scheduler_fetches_first_and_says_nothing_of_nothing_new(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    config = home.loaded()
    first = OwnProcess()(config, at("2026-08-07 06:00"), ())
    later = OwnProcess()(config, at("2026-08-07 12:00"), ())
    web.answers("/feed", status(404))
    gone = OwnProcess()(config, at("2026-08-07 18:00"), ())

    assert first.line.startswith("1 dump: 1 new paper.")
    assert (0, "", False) == (first.exit_code, first.told, first.busy)
    assert (True, "", 3) == (later.busy, later.line + later.told, len(web.asked))
    assert (1, False) == (gone.exit_code, gone.busy)
    assert gone.told.startswith("feed: there is nothing at its address (status 404); asked again ")


def test_the_scheduler_wakes_for_a_source_that_is_due_and_for_none_where_nothing_can_be_fetched(
    tmp_path, web, monkeypatch
):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    home.run("2026-08-07 12:00", "--fetch")
    watched = Watched(home)
    ticks = [watched.tick(seconds) for seconds in (60, 6 * 3600)]
    monkeypatch.setattr("newsletter.fetch.find_spec", lambda _: None)
    ticks.append(watched.tick(60))

    assert [False, True, False] == [tick is not None for tick in ticks]


def test_status_says_of_each_source_what_it_brought_and_what_is_wrong(tmp_path, web):
    home = home_with(
        tmp_path,
        f"feed: {web.url}/feed",
        f"feed: {web.url}/gone\n  name: gone",
        f"feed: {web.url}/x\n  name: later",
    )
    home.newsletter("fetch", "--as-of", MORNING, "feed", "gone")
    told = home.newsletter("status").out.split("Sources\n")[1].split("\n\n")[0].splitlines()
    feed, gone, later = json.loads(home.newsletter("status", "--json").out)["sources"]

    assert [
        "  feed: last brought 2026-08-07-feed.xml, Fri 7 Aug 06:00; asked Fri 7 Aug 06:00",
        "  gone: has brought nothing yet; asked Fri 7 Aug 06:00",
        "    there is nothing at its address (status 404); asked again Fri 7 Aug 06:15",
        "  later: not asked yet (newsletter fetch)",
    ] == [line.replace(" 2026 0", " 0") for line in told]
    assert ("2026-08-07-feed.xml", None) == (feed["dump"], feed["trouble"])
    assert ("gone", 1, None) == (gone["trouble"], gone["failures"], later["asked"])


def test_a_source_in_trouble_stops_no_run(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/gone", f"feed: {web.url}/feed\n  name: good")
    said = home.run("2026-08-07 06:00", "--fetch")

    assert 1 == said.code
    assert "1 dump: 1 new paper." in said.out


def test_a_rehearsal_fetches_nothing(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    home.run("2026-08-07 06:00", "--fetch", "--dry-run")

    assert [] == web.asked


def test_without_the_extra_one_line_says_how_to_get_it_and_the_run_goes_on(tmp_path, web, monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    home = home_with(tmp_path, f"feed: {web.url}/feed")
    said = home.newsletter("fetch", "--as-of", MORNING)
    run = home.run("2026-08-07 06:00", "--fetch", "--quiet")

    assert 4 == said.code
    assert "to fetch from sources, httpx2 has to be installed\nhint: pip install" in said.err
    assert (4, True) == (run.code, (home.folder / "out/site/index.html").is_file())


def test_a_disk_that_is_full_is_told_and_the_next_source_asked(tmp_path, web, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(landing.os, "fsync", full)
    home = home_with(tmp_path, f"feed: {web.url}/feed", f"feed: {web.url}/gone\n  name: gone")
    said = home.newsletter("fetch", "--as-of", MORNING)

    assert 1 == said.code
    assert "dumps: No space left on device; asked again" in said.err
    assert "gone: there is nothing" in said.err
    assert [] == list((home.folder / "dumps").iterdir())


def test_an_inbox_that_cannot_be_written_is_told(tmp_path, web):
    home = home_with(tmp_path, f"feed: {web.url}/feed\n  into: dumps/x")
    (home.folder / "dumps" / "x").write_text("a file where a folder should be")
    said = home.newsletter("fetch", "--as-of", MORNING)

    assert 1 == said.code
    assert "dumps/x: File exists; asked again Fri 7 Aug 06:15\n  hint: see that the folder exists" in said.err


def test_what_is_kept_aside_is_no_dump_wherever_the_inbox_is(tmp_path, web):
    home = Home(tmp_path / "home", f"{CONFIG}inbox: .\nsources:\n- feed: {web.url}/feed\n  into: .\n")
    web.answers("/feed", page("<html><title>Sorry</title></html>"))
    home.newsletter("fetch", "--as-of", MORNING)
    said = home.run("2026-08-07 06:00")

    assert "aside/" not in said.out + said.err
