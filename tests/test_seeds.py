"""The real dumps, end to end: every paper, every word, every date arrives where a reader looks for it."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from pathlib import Path

import feedparser
import pytest
from fakes import at, dump
from home import Home
from lxml import html

from newsletter import formats
from newsletter.identity import title_key
from newsletter.model import ListedPaper
from newsletter.record import record_dump
from newsletter.store import open_store
from newsletter.text import clean

pytestmark = pytest.mark.seeds

EVERYTHING = """\
site:
  title: Everything
  url: https://example.org/papers
profiles:
  - name: everything
    title: Everything
    limit: 1000
    rules:
      - keywords: ["*"]
subscribers:
  - address: ada@example.org
    profiles: [everything]
"""
SAVED = at("2026-11-22 03:25")
"""When the pages were saved: it gives their dates a year."""


@pytest.fixture(scope="module")
def listings(seeds) -> list[ListedPaper]:
    found = [
        one for path in seeds for one in formats.load("hf_page").read(dump(path.read_bytes(), path.name))
    ]
    return [one for one in found if isinstance(one, ListedPaper)]


@pytest.fixture(scope="module")
def home(seeds, tmp_path_factory) -> Home:
    """All three dumps, and a profile that everything fits."""
    home = Home(tmp_path_factory.mktemp("seeds") / "home", EVERYTHING)
    for path in seeds:
        home.put(path.name, path.read_bytes(), when=SAVED.timestamp())
    said = home.run("2026-11-22 06:00")
    assert (0, "3 dumps: 172 new papers, 32 seen before.") == (said.code, said.out[:40])
    return home


def words(text: str) -> str:
    return " ".join(text.split())


def lists_of(listings: list[ListedPaper]) -> Counter[str]:
    """How often each title is listed."""
    return Counter(title_key(listed.title) for listed in listings)


def test_the_dumps_hold_what_they_hold(listings):
    counts = lists_of(listings)

    assert 204 == len(listings)
    assert 172 == len(counts)
    assert {1: 145, 2: 22, 3: 5} == dict(Counter(counts.values()))


def test_every_paper_is_recorded_once_with_every_list_it_was_on(home, listings):
    rows = home.query("SELECT p.title, count(*) FROM paper p JOIN sighting s ON s.paper = p.id GROUP BY p.id")

    assert lists_of(listings) == {title_key(title): count for title, count in rows}
    assert {("2026-03-13",), ("2026-06-03",), ("2026-08-07",)} == set(
        home.query("SELECT DISTINCT date FROM sighting")
    )


def test_every_paper_has_a_page_with_its_whole_text(home, listings):
    pages = {path: text_of(content) for path, content in home.site().items() if path.startswith("papers/")}
    by_title = {
        title_key(title): f"papers/{slug}.html" for title, slug in home.query("SELECT title, slug FROM paper")
    }

    assert 172 == len(pages)
    for listed in listings:
        shown = pages[by_title[title_key(listed.title)]]

        assert words(clean(listed.title)) in shown
        assert words(clean(listed.abstract)) in shown


def text_of(content: bytes) -> str:
    """What a reader sees of a page, its blanks made one."""
    return words(html.fromstring(content.decode()).text_content())


def test_the_page_of_a_paper_that_came_again_says_on_how_many_lists(home, listings):
    counts = lists_of(listings)
    told = {}
    for title, slug in home.query("SELECT title, slug FROM paper"):
        shown = text_of(home.site()[f"papers/{slug}.html"]).lower()
        told[title_key(title)] = next((n for n in (2, 3) if f"on {n} lists" in shown), 1)

    assert dict(counts) == told


def test_the_trending_page_names_the_papers_that_came_again(home, listings):
    again = [listed.title for listed in listings if lists_of(listings)[title_key(listed.title)] > 1]
    page = text_of(home.site()["trending.html"])

    assert 27 == len({title_key(title) for title in again})
    assert all(words(clean(title)) in page for title in again)


@pytest.mark.parametrize("feed", ["feed.xml", "atom.xml"])
def test_the_feeds_hold_the_papers_of_the_edition(home, feed):
    """Rule 21: the newest edition whole, where that is more than a hundred."""
    read = feedparser.parse(home.site()[f"profiles/everything/{feed}"])
    expected = {title for (title,) in home.query("SELECT title FROM paper")}

    assert not read.bozo
    assert expected == {html.fromstring(f"<p>{entry.title}</p>").text_content() for entry in read.entries}
    assert 172 == len(read.entries) == len({entry.id for entry in read.entries})


def test_the_mail_holds_every_title_once(home):
    mail = next(iter(home.mails().values()))

    assert mail.startswith(b"From: ")
    assert 172 == home.query("SELECT count(*) FROM delivery_paper WHERE role = 'body'")[0][0]


def test_a_second_run_changes_no_byte(home):
    before = home.everything()
    said = home.run("2026-11-22 06:30")

    assert (0, "") == (said.code, said.err)
    assert home.everything() == before


def papers_after(paths: tuple[Path, ...], *, apart: bool) -> dict:
    """Every paper by its title, after the dumps came in this order."""
    store = open_store(None)
    for number, path in enumerate(paths):
        now = at(f"2026-11-{22 + number * apart} 06:00")
        record_dump(store, dump(path.read_bytes(), path.name, modified=SAVED), now)
    papers = store.papers.load(range(1, 205)).values()
    store.close()
    return {
        paper.title: (paper.abstract, paper.slug, paper.links, [s.date for s in paper.sightings], paper.lists)
        for paper in papers
    }


def test_the_order_in_which_dumps_come_changes_no_paper(seeds):
    outcomes = [papers_after(order, apart=True) for order in permutations(seeds)]

    assert 172 == len(outcomes[0])
    assert all(outcome == outcomes[0] for outcome in outcomes)
