"""Retention: room is given back, and no paper that was seen is ever new again."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pytest
from fakes import at
from home import CONFIG, Home

from newsletter.keep import Dropped, drop_old
from newsletter.settings import Keep
from newsletter.store import Store

LATER = "2027-12-01 06:00"


def papers(*named: tuple[str, str, str]) -> str:
    """A dump as JSON lines: title, abstract, id."""
    rows = [
        {"title": t, "abstract": a, "url": f"https://arxiv.org/abs/{i}" if i else ""} for t, a, i in named
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


def abstract(of: str) -> str:
    return f"We look closely at {of} and report all that we have found there, at some length."


FIRST = (
    ("Cats at night", abstract("cats"), "2601.00001"),
    ("Diffusion one", abstract("diffusion"), "2601.00002"),
    ("Liked by somebody", abstract("likes"), "2601.00003"),
    ("Without an id", abstract("nothing"), ""),
    ("Editorial", abstract("the first editorial"), "2601.00004"),
    ("Editorial", abstract("quite another matter"), "2601.00005"),
    ("Dogs by day", abstract("dogs"), "2601.00006"),
)
KEEPS = "keep: {texts: 90d, mails: 60d, runs: 30d}\n"
NOTHING_TRENDS = "trending_lists: 1000\n"
"""What stands on two lists gets a page, and keeps its text for it."""


@pytest.fixture
def home(tmp_path) -> Home:
    like = '      - like: ["arxiv:2601.00003"]\n'
    home = Home(
        tmp_path, CONFIG.replace("  - name: robots", f"{like}  - name: robots") + KEEPS + NOTHING_TRENDS
    )
    home.same_secret()
    home.put("2026-08-07.jsonl", papers(*FIRST))
    home.run("2026-08-07 06:00")
    return home


def texts(home: Home) -> dict[str, str]:
    return dict(home.query("SELECT title || ' ' || id, abstract FROM paper"))


def drop(home: Home, moment: str = LATER) -> Dropped:
    with closing(home.store()) as store:
        return drop_old(store, home.loaded(), at(moment))


def test_only_texts_that_nobody_needs_are_dropped(home):
    """Shown, liked, alone in telling two papers apart, or all that tells a paper without an id."""
    dropped = drop(home)

    assert 2 == dropped.texts
    assert {"Cats at night 1", "Dogs by day 7"} == {name for name, text in texts(home).items() if not text}
    assert 0 == drop(home).texts


def test_all_dumps_again_bring_nothing_new(home):
    """The law. The same lists come again, as other files: known, every paper, and nobody hears of them."""
    site, mails = home.site(), home.mails()
    keys = home.query("SELECT key, paper FROM alias ORDER BY 1, 2")
    full = texts(home)
    drop(home)
    home.put("2026-08-06.jsonl", papers(*FIRST[::-1]))
    home.put("2026-08-05.jsonl", papers(*((title, "", i) for title, _, i in FIRST if i)))
    said = home.run("2026-08-08 06:00")

    assert 0 == said.code
    assert "2 dumps: 0 new papers, 13 seen before." in said.out
    assert "Edition" not in said.out
    assert (keys, mails) == (home.query("SELECT key, paper FROM alias ORDER BY 1, 2"), home.mails())
    assert full == texts(home)
    assert site.keys() == home.site().keys()
    assert 7 == home.query("SELECT max(news) FROM paper")[0][0]


def test_what_was_given_back_may_be_dropped_again(home):
    drop(home)
    home.put("2026-08-06.jsonl", papers(*FIRST[::-1]))
    home.run("2026-08-08 06:00")

    assert 2 == drop(home).texts


def test_what_was_listed_lately_or_still_awaits_a_reader_is_kept(home):
    home.put("2027-11-20.jsonl", papers(FIRST[0]))
    home.put("2026-08-09.jsonl", papers(("Mice in between", abstract("mice"), "2601.00009")))
    with closing(home.store()) as store:
        low = store.readers.lowest_awaited()
        assert 7 == low
    home.run("2027-11-20 06:00", "--no-send")
    drop(home)

    assert {"Dogs by day 7"} == {name for name, text in texts(home).items() if not text}


def test_the_last_mails_and_records_go_and_the_ledger_stays(home):
    shown = home.shown()
    for day in range(1, 4):
        home.run(f"2026-09-{day:02} 06:00", "-q")
    dropped = drop(home)

    assert 2 == dropped.mails
    assert 0 == dropped.runs
    assert shown == home.shown()
    assert 0 == home.query("SELECT count(*) FROM content")[0][0]


def test_records_of_runs_go_but_for_the_latest(home):
    with closing(home.store()) as store:
        for number in range(150):
            store.runs.start(at("2026-08-08 06:00") + timedelta(minutes=number))

        assert 51 == store.retention.drop_runs(at(LATER))
        assert 150 + 1 == store.runs.latest(1)[0].id


def test_nothing_is_dropped_where_nothing_is_said(home):
    home.edit(home.config.replace(KEEPS, ""))
    before = texts(home)

    assert Dropped() == drop(home)
    assert Keep() == home.loaded().keep
    assert before == texts(home)


def test_what_ranking_learns_from_leaves_out_what_has_no_text(home):
    with closing(home.store()) as store:
        assert 7 == len(store.papers.texts(range(1, 8)))
    drop(home)
    with closing(home.store()) as store:
        assert isinstance(store, Store)
        assert 5 == len(store.papers.texts(range(1, 8)))


def test_a_vacuum_drops_and_says_what(home):
    """By the clock of this machine: what is of now is too young."""
    said = home.newsletter("state", "vacuum")

    assert 0 == said.code
    assert ": dropped " in said.out
    assert " freed" in said.out


@pytest.mark.parametrize("wrong", ["keep: {texts: 7d}", "keep: {texts: 2y}", "keep: {papers: 90d}"])
def test_a_length_that_is_too_short_or_none_is_a_mistake(home, wrong):
    home.edit(home.config.replace(KEEPS, f"{wrong}\n"))

    assert 4 == home.newsletter("check").code
