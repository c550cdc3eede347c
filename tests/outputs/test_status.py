"""status.json: what everybody may know of how the site stands, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from fakes import at
from home import Home, page

from newsletter.outputs import status
from newsletter.publication import Archive, Listed, Tally
from newsletter.store.sources import SourceState

TIME = re.compile(r"\d\d:\d\d|T\d\d|\d{9}")
"""A time of day, or seconds since 1970."""


@pytest.fixture
def home(tmp_path) -> Home:
    """Two readers with names; a good dump, one with a reader in its name, one cut off, one that is none."""
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Diffusion one", "Cats"))
    home.put("2026-08-06-from-ada@example.org.txt", page("Robots that walk", date="Aug 6")[:-30])
    home.put("bad.txt", "Dear Ada,\n\nsee you tomorrow.\n" * 9)
    home.run("2026-08-07 06:00")
    return home


def told(home: Home) -> dict:
    return json.loads(home.site()["status.json"])


def test_it_has_counts_and_dates(home):
    assert told(home) == {
        "editions": 1,
        "newest_edition": "2026-08-07",
        "profiles": 2,
        "papers": {"recorded": 3, "published": 2},
        "dumps": {"read": 1, "read_in_part": 1, "set_aside": 1},
        "latest_dumps": [
            {"date": "2026-08-07", "papers": 2, "new": 2},
            {"date": "2026-08-06", "papers": 1, "new": 1},
        ],
        "sources": [],
    }


def test_it_names_nobody_no_file_and_no_time(home):
    """Rule 26."""
    store = home.store()
    store.sources.put(SourceState(name="arxiv", brought=at("2026-08-07 23:30"), dump="ada@example.org.xml"))
    store.close()
    home.edit(home.config.replace("url:", "timezone: Europe/Paris\n  url:"))
    home.run("2026-08-08 06:00")
    text = home.site()["status.json"].decode()

    assert [{"name": "arxiv", "brought": "2026-08-08"}] == told(home)["sources"]
    assert not TIME.search(text)
    assert not re.search(r"@|ada|grace|\.txt|\.xml", text, re.IGNORECASE)


def test_its_bytes_follow_from_the_state(home):
    """Whenever it is made."""
    before = home.site()["status.json"]
    (home.folder / "out" / "site" / "status.json").unlink()
    home.edit(home.config + "# made again\n")
    home.run("2026-08-07 23:00")

    assert before == home.site()["status.json"]


def test_a_file_that_is_set_aside_is_counted_by_the_run_that_meets_it(home):
    home.put("worse.txt", "nothing of the kind\n" * 9)
    home.run("2026-08-07 07:00")

    assert 2 == told(home)["dumps"]["set_aside"]


def test_a_site_without_anything_has_one_too(press):
    (artifact,) = status.artifacts(Archive(editions=(), profiles=(), papers=()), press)

    assert json.loads(artifact.content)["newest_edition"] is None


def test_private_profiles_are_not_even_counted(archive, press):
    """They are not in the archive; what is in it and gone from config.yaml does not count either."""
    tally = Tally(papers=4, dumps={"read": 1}, latest=(Listed(date=date(2026, 8, 7), papers=4, new=4),))
    (artifact,) = status.artifacts(replace(archive, tally=tally), press)
    active = [card for card in archive.profiles if card.active]

    assert len(active) == json.loads(artifact.content)["profiles"]
