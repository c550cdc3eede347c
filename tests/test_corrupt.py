"""Every kind of damage and attack that the shared tool makes, through collect, parse, diff and record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing

import pytest
from fakes import at

from newsletter import inbox
from newsletter.containers import unpacked
from newsletter.model import Dump, Problem
from newsletter.record import record_dump
from newsletter.settings import Limits
from newsletter.store import open_store

NOW = at("2026-08-07 12:00")
SET_ASIDE = "no crash: report and set aside"
SALVAGED = "no crash: report; whole records"
LONGEST = 20.0
"""Seconds of the processor that one file may take, on a slow machine: the slowest needs two."""


@pytest.fixture(scope="module")
def hostile(shared, tmp_path_factory):
    """The folder of hostile files, and what a sane program does with each."""
    folder = tmp_path_factory.mktemp("hostile") / "inbox"
    tool = shared / "tools" / "make_dumps.py"
    command = [sys.executable, tool, "corrupt", "--out", folder, "--big-mb", "17", "--dangerous"]
    subprocess.run(command, check=True, capture_output=True)
    verdicts = json.loads((folder / "expect.json").read_text())
    (folder / "expect.json").unlink()
    (folder / "canary.secret").unlink()
    return folder, verdicts


@pytest.fixture(scope="module")
def outcome(hostile, tmp_path_factory):
    """What came of each file: its listings, its problems, how long it took. Each by itself, in a new state."""
    folder, _ = hostile
    found, problems = inbox.find((str(folder),))
    outcome = {problem.dump: (0, (problem,), 0.0) for problem in problems}
    for file in found:
        began = time.process_time()
        listed, told = taken(file)
        outcome[file.name] = (listed, told, time.process_time() - began)
    return outcome


def taken(file):
    dump = inbox.take(file, Limits())
    if isinstance(dump, Problem):
        return 0, (dump,)
    listed, problems = 0, ()
    with closing(open_store(None)) as store:
        for each in unpacked(dump, Limits()):
            if isinstance(each, Dump):
                recorded = record_dump(store, each, NOW)
                listed += recorded.listed
                problems += recorded.problems
            else:
                problems += (each,)
    return listed, problems


def of(outcome, name):
    return outcome.get(inbox.shown(name.replace("bad/<bytes ff fe>", "bad/\udcff\udcfe")))


def test_no_file_makes_the_program_fail_inside(outcome):
    failed = {name: told for name, (_, told, _) in outcome.items() if "inside the program" in str(told)}

    assert {} == failed


def test_no_file_holds_the_run_up(outcome):
    slow = {name: took for name, (_, _, took) in outcome.items() if took > LONGEST}

    assert {} == slow


def test_every_file_meant_to_be_read_is_read_and_every_other_is_told_of(hostile, outcome):
    """Never silent: what gives no paper gives a problem, except what is left aside by its name."""
    _, verdicts = hostile
    wrong = {}
    for name, verdict in verdicts.items():
        said = of(outcome, name)
        if said is None:
            continue
        listed, problems, _ = said
        wanted = verdict["expect"]
        if "papers" in verdict and listed != verdict["papers"]:
            wrong[name] = (wanted, listed, problems)
        if wanted == "read normally" and "papers" not in verdict and (not listed or problems):
            wrong[name] = (wanted, listed, problems)
        if not listed and not problems:
            wrong[name] = (wanted, listed, problems)

    assert {} == wrong


def test_what_is_set_aside_gives_no_paper_and_a_reason_with_a_hint(hostile, outcome):
    _, verdicts = hostile
    names = [
        n for n, verdict in verdicts.items() if verdict["expect"].startswith(SET_ASIDE) and of(outcome, n)
    ]
    wrong = {name: of(outcome, name) for name in names if of(outcome, name)[0] or not of(outcome, name)[1]}

    assert {} == wrong


def test_whatever_is_cut_off_keeps_its_whole_records(outcome):
    names = [f"truncated.{ext}" for ext in ("txt", "json", "xml", "jsonl", "bib", "ris")]
    kept = {name: outcome[name][0] > 0 and bool(outcome[name][1]) for name in names}

    assert dict.fromkeys(names, True) == kept


def test_nothing_outside_the_inbox_is_read(outcome):
    """Neither links that lead out of it nor entities that name other files are followed."""
    assert all("CANARY" not in str(told) for _, told, _ in outcome.values())
    assert 0 == outcome["link_outside.txt"][0]
    assert 0 == outcome["xml_external_file.xml"][0]


def test_the_hostile_files_touch_nothing(hostile, outcome):
    folder, _ = hostile

    assert not (folder / "pwned").exists()
    assert not os.path.lexists("pwned")
