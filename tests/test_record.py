"""Recording a dump: whole or not at all, whatever is in it, and never twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from fakes import at, dump
from home import CONFIG, Home, page

from newsletter.errors import StateError
from newsletter.record import borne_date, record_dump
from newsletter.store import open_store

NOW = at("2026-08-07 06:00")


@pytest.fixture
def store():
    store = open_store(None)
    yield store
    store.close()


def figures(recorded) -> tuple:
    return recorded.state, recorded.listed, recorded.new, recorded.again


def titles(store) -> list[str]:
    return [paper.title for paper in store.papers.news(0, store.papers.newest())]


def breaking(error: BaseException, name: str = "bad.txt"):
    """A dump whose reading fails in a way nobody foresaw."""

    def fail():
        raise error

    return replace(dump(page("Diffusion one"), name), open=fail)


def test_a_dump_is_recorded_with_its_date_format_and_counts(store):
    first = record_dump(store, dump(page("A diffusion", "B diffusion"), "2026-08-07.txt"), NOW)
    second = record_dump(store, dump(page("B diffusion", "C", date="Aug 8"), "2026-08-08.txt"), NOW)

    assert (date(2026, 8, 7), "hf_page") == (first.date, first.format)
    assert [("read", 2, 2, 0), ("read", 2, 1, 1)] == [figures(first), figures(second)]
    assert ["A diffusion", "B diffusion", "C"] == titles(store)


def test_known_content_is_left_alone_whatever_its_name(store):
    record_dump(store, dump(page("A"), "2026-08-07.txt"), NOW)
    again = record_dump(store, dump(page("A"), "copy of 2026-08-07.txt"), NOW)

    assert ("known", ()) == (again.state, again.problems)
    assert ["2026-08-07.txt"] == [row.name for row in store.dumps.latest()]


def test_a_dump_that_cannot_be_read_is_set_aside_and_not_tried_again(store):
    bad = dump("Dear all,\n\nsee you tomorrow.\n", "bad.txt")
    states = [record_dump(store, bad, NOW).state for _ in range(3)]

    assert ["quarantined", "known", "known"] == states
    assert "no dump format recognises it (" in store.dumps.latest()[0].problems[0].what


def test_a_newer_program_tries_again_what_an_older_one_could_not_read(store):
    bad = dump("Dear all,\n\nsee you tomorrow.\n", "bad.txt")
    record_dump(store, bad, NOW)
    store._database.run("UPDATE dump SET program = '0.0.1'")

    assert "quarantined" == record_dump(store, bad, NOW).state


def test_a_fault_in_a_format_costs_one_dump_and_leaves_nothing_of_it(store):
    recorded = record_dump(store, breaking(ZeroDivisionError("slip")), NOW)
    after = record_dump(store, dump(page("A"), "good.txt"), NOW)

    assert ("quarantined", "read") == (recorded.state, after.state)
    assert "ZeroDivisionError: slip" in recorded.problems[0].what
    assert "newsletter parse FILE" in recorded.problems[0].hint
    assert ["A"] == titles(store)


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(143), StateError("disk full")])
def test_a_dump_is_not_blamed_for_what_stopped_the_run(store, stop):
    """Ctrl-C, SIGTERM and a full disk, however often, set no dump aside."""
    for _ in range(4):
        with pytest.raises(type(stop)):
            record_dump(store, breaking(stop), NOW)
    row = store.dumps.latest()[0]

    assert ("started", 0) == (row.state, row.starts)
    assert "read" == record_dump(store, dump(page("Diffusion one"), "bad.txt"), NOW).state


def test_a_page_still_being_written_leaves_no_trace(store):
    half = dump(page("A", "B")[:-40], "2026-08-07.txt")
    young = record_dump(store, half, NOW, settled=False)
    traces = (titles(store), store.dumps.latest(), store.runs.mark("revision"))
    old = record_dump(store, half, NOW)

    assert ("unsettled", ([], (), None)) == (young.state, traces)
    assert ("partly", 2) == (old.state, old.listed)
    assert old.problems[0].cut


def test_a_young_page_that_is_whole_is_taken(store):
    assert "read" == record_dump(store, dump(page("A")), NOW, settled=False).state


def test_a_dump_without_a_listing_is_told(store):
    recorded = record_dump(store, dump(page(), "empty page.txt"), NOW)

    assert "partly" == recorded.state
    assert "empty page.txt: no listing in it" == str(recorded.problems[0])


def test_of_endless_problems_a_hundred_are_kept_and_the_rest_counted(store):
    lonely = "\n\n".join(f"A title without an abstract {number}" for number in range(150))
    recorded = record_dump(store, dump(page("A") + "\n" + lonely), NOW)

    assert 101 == len(recorded.problems)
    assert "more problems" in recorded.problems[-1].what


def test_a_dump_of_more_listings_than_are_held_at_a_time_is_read_whole(store):
    many = [f"Paper {number}" for number in range(2300)]
    recorded = record_dump(store, dump(page(*many, many[0])), NOW)

    assert ("read", 2301, 2300, 1) == figures(recorded)
    assert 2300 == store.papers.newest()
    assert 1 == len(store.papers.load((1,))[1].sightings)


def test_backfilled_papers_are_silent(store):
    record_dump(store, dump(page("A"), "a.txt"), NOW, silent=True)
    record_dump(store, dump(page("B"), "b.txt"), NOW)

    assert {1} == store.papers.silent((1, 2))


def test_everything_recorded_moves_the_revision(store):
    """A page that only lists papers again changes their pages too, and one set aside is counted."""
    marks = []
    for name in ("a", "b"):
        record_dump(store, dump(page("A") + " " * len(marks), name), NOW)
        marks.append(store.runs.mark("revision"))
    record_dump(store, dump("no dump", "c"), NOW)

    assert ["1", "2", "3"] == [*marks, store.runs.mark("revision")]


@pytest.mark.parametrize(
    ("name", "says", "modified", "bears"),
    [
        ("saved.txt", "Aug 7", "2026-08-07 12:00", "2026-08-07"),
        ("saved.txt", "Aug 7", "2027-01-03 12:00", "2026-08-07"),
        ("2025-08-07.txt", "Aug 7", "2027-01-03 12:00", "2025-08-07"),
        ("saved.txt", "Dec 31", "2026-12-30 12:00", "2026-12-31"),
        ("saved.txt", "Feb 29", "2026-08-07 12:00", "2024-02-29"),
        ("saved.txt", "no date at all", "2026-08-07 12:00", "2026-08-07"),
    ],
)
def test_the_date_a_dump_bears_is_settled_by_its_name_then_its_time(name, says, modified, bears):
    """Rule 3: an ISO date in the file name gives the year before the file's time does."""
    assert date.fromisoformat(bears) == borne_date(dump(page("A", date=says), name, at(modified)))


def test_what_is_no_dump_bears_its_files_date():
    assert date(2026, 8, 7) == borne_date(dump("no dump", "x", at("2026-08-07 12:00")))


def test_a_file_set_aside_is_looked_at_again_by_a_newer_version():
    """A new version may bring the dump format it was missing."""
    store = open_store(None)
    store.dumps.remember("a.txt", 1, 2, refused="1.0")
    store.dumps.remember("b.txt", 3, 4, refused=None)

    assert {"a.txt": (1, 2), "b.txt": (3, 4)} == store.dumps.files("1.0")
    assert {"b.txt": (3, 4)} == store.dumps.files("1.1")


def test_a_limit_that_was_raised_lets_in_what_it_kept_out(store):
    """Its hint says so; under the same limits nothing is read twice."""
    tight = replace(dump(page("A", "B")), line_bytes=50)
    first = record_dump(store, tight, NOW)
    same = record_dump(store, tight, NOW)
    raised = record_dump(store, replace(tight, line_bytes=3000), NOW)

    assert ["quarantined", "known", "read"] == [first.state, same.state, raised.state]
    assert "raise limits.line_bytes" in first.problems[0].hint
    assert ["A", "B"] == titles(store)


def test_raising_the_limit_in_the_config_is_enough(tmp_path):
    home = Home(tmp_path / "home", CONFIG + "limits: {line_bytes: 50}\n")
    home.put("2026-08-07.txt", page("Diffusion one"))
    codes = [home.run("2026-08-07 06:00").code, home.run("2026-08-07 07:00").code]
    home.edit(CONFIG)
    said = home.run("2026-08-07 08:00")

    assert ([1, 0], 0) == (codes, said.code)
    assert "1 dump: 1 new paper" in said.out


def test_a_dump_read_in_part_is_read_anew_under_other_limits_and_no_paper_is_new_twice(store):
    records = (
        '[{"title": "A long enough title", "abstract": "a"}, {"title": "Another title", "abstract": "%s"}]'
    )
    tight = replace(dump(records % ("x" * 400), "list.json"), line_bytes=300)
    outcomes = [
        figures(record_dump(store, each, NOW)) for each in (tight, tight, replace(tight, line_bytes=900))
    ]

    assert [("partly", 1, 1, 0), ("known", 0, 0, 0), ("read", 2, 1, 1)] == outcomes
    assert [1, 1] == [len(paper.sightings) for paper in store.papers.load((1, 2)).values()]


def test_a_dump_read_anew_counts_its_starts_from_one(store):
    """Else the first crash after two readings would look like the second of two."""
    for limit in (50, 51, 52):
        record_dump(store, replace(dump(page("A")), line_bytes=limit), NOW)

    assert [1] == [row.starts for row in store.dumps.latest()]


def listing(title: str, day: str = "") -> str:
    """A record of a list in JSON, with the day it was put on the site."""
    number = sum(map(ord, title)) % 1000
    known = {
        "arxiv_id": f"2606.0{number:04}",
        "category": "robots",
        "summary": f"All about {title}, at length.",
    }
    return json.dumps({"title": title, **known, "scraped_date": day})


def records(*listings: str, name: str = "2026-08-07.json"):
    return dump(f"[{', '.join(listings)}]", name)


def lists(store) -> list[list[str]]:
    papers = store.papers.news(0, store.papers.newest())
    return [[day.isoformat() for day in paper.lists] for paper in papers]


def test_a_sighting_bears_the_date_of_its_record_and_else_the_dumps(store):
    record_dump(store, records(listing("Alpha beta", "2026-08-03"), listing("Gamma delta")), NOW)

    assert [["2026-08-03"], ["2026-08-07"]] == lists(store)


def test_the_same_list_in_a_page_and_in_an_archive_is_one_list(store):
    """Saved on the day and found again in a file of the whole month, a paper does not trend."""
    record_dump(store, dump(page("Alpha beta", date="Aug 3"), "2026-08-03.txt"), NOW)
    record_dump(store, records(listing("Alpha beta", "2026-08-03"), listing("Gamma delta")), NOW)

    assert [["2026-08-03"], ["2026-08-07"]] == lists(store)
    assert () == store.papers.listed_again(date(2026, 2, 1), 2)


def test_a_whole_archive_is_one_list_however_often_it_has_a_paper(store):
    """Hundreds of dates in one file make nothing trend: a dump sees a paper once, on the first of its dates."""
    days = (f"2026-0{month}-{day:02}" for month in (7, 6, 5) for day in range(28, 0, -1))
    record_dump(store, records(*(listing("Alpha beta", day) for day in days)), NOW)

    assert [["2026-05-01"]] == lists(store)
    assert () == store.papers.listed_again(date(2026, 2, 1), 2)


def test_an_archive_that_says_when_papers_appeared_is_still_one_list(store):
    """ArXiv's snapshot has a date for each paper: of the paper, not of a list."""
    snapshot = {
        "id": "2106.01345",
        "title": "Alpha beta",
        "abstract": "All about it.",
        "update_date": "2021-06-25",
        "authors": "Ada Lovelace",
        "comments": None,
        "journal-ref": None,
        "versions": [{"version": "v1", "created": "Wed, 2 Jun 2021 17:53:39 GMT"}],
        "categories": "cs.LG",
    }
    recorded = record_dump(store, dump(json.dumps(snapshot) + "\n", "2026-08-07.json"), NOW)

    assert ("kaggle", [["2026-08-07"]]) == (recorded.format, lists(store))


def test_a_late_archive_of_older_lists_adds_sightings_and_no_news(store):
    """Rule 3."""
    record_dump(store, dump(page("Alpha beta"), "2026-08-07.txt"), NOW)
    news = store.papers.news_numbers(0)
    recorded = record_dump(store, records(listing("Alpha beta", "2026-03-13"), name="old.json"), NOW)
    paper = store.papers.load((1,))[1]

    assert (0, 1, news) == (recorded.new, recorded.again, store.papers.news_numbers(0))
    assert ([["2026-03-13", "2026-08-07"]], NOW) == (lists(store), paper.recorded)


def test_papers_of_two_snapshots_do_not_trend(store):
    """In what lists all there is, every paper stands again: that says nothing of any."""
    for day in ("2026-08-01", "2026-08-08"):
        record_dump(store, dump(page("A", "B", date=day), f"{day}.txt"), NOW)
    on_lists = store.papers.listed_again(date(2026, 7, 1), 2, longest=2)

    assert (1, 2) == on_lists
    assert () == store.papers.listed_again(date(2026, 7, 1), 2, longest=1)
