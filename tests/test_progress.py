"""How far a run is: told to whoever watches on a terminal, and to nobody else."""

from __future__ import annotations

import gzip
import os
import pty
import re
import subprocess
from contextlib import suppress

import pytest
from fakes import FakeProgress, at, dump
from home import Home, page

from newsletter import formats
from newsletter.model import ListedPaper
from newsletter.ports import SILENT
from newsletter.progress import watched
from newsletter.run import run
from newsletter.store import open_store

TITLES = tuple(f"Diffusion number {number}" for number in range(1500))


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page(*TITLES))
    home.put("2026-08-08.txt.gz", gzip.compress(page("Robots that walk", date="Aug 8").encode()))
    return home


def watched_run(home: Home) -> FakeProgress:
    progress, store, now = FakeProgress(), open_store(None), at("2026-08-09 06:00")
    run(store, home.loaded(), now=now, wall=now, progress=progress)
    store.close()
    return progress


def watch(home: Home) -> list[str]:
    return watched_run(home).told


def test_a_run_tells_of_every_byte_paper_and_stage(home):
    told = watch(home)
    size = sum(len(text.encode()) for text in (page(*TITLES), page("Robots that walk", date="Aug 8")))
    read = sum(int(line.split()[1]) for line in told if line.startswith("read"))

    assert f"expect {size}" == told[0]
    assert size == read
    assert ["papers 1000", "papers 500", "papers 1"] == [line for line in told if "papers" in line]
    assert ["matching", "comparing", "publishing", "sending"] == told[-4:]


def test_every_stage_says_how_much_there_is_to_do_and_does_that_much(home):
    steps = {name: (total, done) for name, total, done in watched_run(home).steps}

    assert {"matching", "comparing", "publishing", "sending"} == steps.keys()
    assert (1501, 1501) == steps["matching"]
    assert (1501, 1501) == steps["comparing"]
    assert (2, 2) == steps["sending"]
    assert 1501 < steps["publishing"][0] == steps["publishing"][1]


def test_a_dump_that_cannot_be_read_counts_as_done(tmp_path):
    home = Home(tmp_path)
    home.put("bad.txt", "Dear all,\n\nsee you tomorrow.\n" * 100)

    assert ["expect 2900", "read 2900", "matching", "publishing", "sending"] == watch(home)


def test_what_is_read_twice_is_told_of_once():
    progress = FakeProgress()
    with watched(dump("x" * 1000), progress) as seen:
        for _ in range(2):
            with seen.open() as file:
                file.read()
                file.seek(0)
                assert (0, b"xx") == (file.tell(), file.read(2))

    assert 1000 == progress.bytes()


def test_where_nobody_watches_nothing_is_in_the_way():
    whole = dump("x")
    with watched(whole, SILENT) as seen:
        assert seen is whole


@pytest.mark.seeds
def test_every_format_reads_the_same_while_it_is_watched(shared):
    for path in sorted((shared / "dumps").glob("*/*"))[::5]:
        if path.suffix in (".gz", ".zip", ".zst", ".xz", ".bz2"):
            continue
        plain = dump(path.read_bytes(), path.name)
        with watched(plain, FakeProgress()) as seen:
            assert listings(plain) == listings(seen), path.name


def listings(of) -> list[ListedPaper]:
    with suppress(Exception):
        return [
            each for each in formats.load(formats.recognise(of)).read(of) if isinstance(each, ListedPaper)
        ]
    return []


# ---------------------------------------------------------------------------------- on a terminal


def on_terminal(home: Home, *arguments: str, term: str = "xterm") -> tuple[str, str]:
    """What a command says on standard output, and what a terminal shows of its standard error."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": term, "COLUMNS": "120"}
    with subprocess.Popen(
        home.command(*arguments), stdout=subprocess.PIPE, stderr=theirs, env=environment, cwd=home.folder
    ) as running:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # so Linux says that the other side is closed
            while piece := os.read(ours, 65536):
                shown += piece
        out, _ = running.communicate()
    os.close(ours)
    return out.decode(), re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


def test_on_a_terminal_a_run_shows_its_dumps_and_stages_and_cleans_up(home):
    out, shown = on_terminal(home, "run", "--as-of", "2026-08-09T06:00+00:00")

    assert out.startswith("2 dumps: 1,501 new papers")
    assert re.search(r"reading .* kB [\d,]+ papers, [\d,]+/s", shown)
    assert re.search(r"(matching|comparing|publishing|sending) .* [\d,]+ of [\d,]+, [\d,]+/s", shown)


@pytest.mark.parametrize(("option", "term"), [(("--quiet",), "xterm"), ((), "dumb")])
def test_whoever_wants_quiet_or_has_a_dumb_terminal_sees_nothing(home, option, term):
    _, shown = on_terminal(home, "run", "--as-of", "2026-08-09T06:00+00:00", *option, term=term)

    assert "" == shown


def test_a_problem_is_told_above_the_bar(tmp_path):
    home = Home(tmp_path)
    half = home.put("2026-08-07.txt", page(*TITLES)[:-60])
    out, shown = on_terminal(home, "parse", "--summary", str(half))

    assert "2026-08-07.txt: hf_page, 1,500 listings, 1 problem\n" == out
    assert "2026-08-07.txt:" in shown
    assert re.search(r"reading .* kB [\d,]+ papers, [\d,]+/s", shown)


def test_where_there_is_no_terminal_nothing_is_shown(home):
    said = home.run("2026-08-09 06:00")

    assert (0, "") == (said.code, said.err)
