"""Thirty days of dumps under the scheduler, with all that goes wrong in thirty days; time is a value. Every reader
gets every matching paper exactly once, whatever their rhythm.
"""

from __future__ import annotations

import importlib.util
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import at
from home import Home
from test_duty import RealPassing, Watched

pytestmark = pytest.mark.seeds

CONFIG = """\
site: {title: Everything, url: https://example.org/papers, timezone: Europe/Paris}
outputs: [email]
profiles:
  - {name: everything, title: Everything, limit: 1000, rules: [keywords: ["*"]]}
  - {name: learning, title: Learning, limit: 1000, rules: [keywords: [learn*]]}
subscribers:
  - {address: daily@example.org, profiles: [everything], at: "07:30"}
  - {address: weekday@example.org, profiles: [everything], every: weekday, at: "06:00", timezone: Asia/Tokyo}
  - {address: weekly@example.org, profiles: [everything, learning], every: week, at: "09:00", timezone: America/New_York}
  - {address: monthly@example.org, profiles: [everything], every: month, on: 6, timezone: Pacific/Auckland}
  - {address: cron@example.org, profiles: [learning], every: "30 18 * * 2,4"}
  - {address: away@example.org, profiles: [everything], at: "08:00", away: [2026-01-10/2026-01-20]}
"""
FIRST, LAST = at("2026-01-05 00:00"), at("2026-02-10 00:00")
PAPERS, DAYS = 450, 30
STEP = timedelta(hours=1)


@pytest.fixture(scope="module")
def dumps(shared, tmp_path_factory) -> list[Path]:
    """A made dump for each of thirty days: papers come again, some revised, some under a new title."""
    spec = importlib.util.spec_from_file_location("make_dumps", shared / "tools" / "make_dumps.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    folder = tmp_path_factory.mktemp("made")
    size = ("--papers", str(PAPERS), "--days", str(DAYS))
    maker.main(["make", "--out", str(folder), *size, "--formats", "hf_text"])
    return sorted((folder / "hf_text").glob("*.txt"))


def moments(chance: random.Random) -> list[datetime]:
    """When it wakes: every hour, now and then twice at once or hours back; and for three days not at all."""
    found, moment = [], FIRST
    while moment < LAST:
        off = at("2026-01-23 11:00") < moment < at("2026-01-26 15:00")
        if not off:
            found += [moment] * (2 if chance.random() < 0.1 else 1)
            if chance.random() < 0.02:
                found.append(moment - timedelta(hours=chance.randint(1, 9)))
        moment += STEP
    return found


def test_every_reader_gets_every_matching_paper_exactly_once(dumps, tmp_path):
    """Daily, on weekdays, weekly, monthly, by a cron line, and after an absence."""
    chance = random.Random(20260105)  # noqa: S311 - a simulated life, no secrets
    home = Home(tmp_path / "home", CONFIG)
    watched = Watched(home, passing=RealPassing())
    arrives = [at(f"{path.stem} 00:00") + timedelta(minutes=chance.randrange(24 * 60)) for path in dumps]
    waiting = list(zip(arrives, dumps, strict=True))
    for watched.wall in moments(chance):
        while waiting and waiting[0][0] <= watched.wall:
            path = waiting.pop(0)[1]
            home.put(path.name, path.read_bytes())
        watched.tick()

    recorded = {title for (title,) in home.query("SELECT title FROM paper")}
    shown = Counter((reader, title) for reader, _, _, title, role in home.shown() if role == "body")
    by_reader = {reader: {t for r, t in shown if r == reader} for reader, _ in shown}
    learning = {title for reader, title in shown if reader == "cron@example.org"}
    assert len(recorded) >= PAPERS * 0.98
    assert {1} == set(shown.values())
    assert {"sent"} == {state for _, _, state, _, _ in home.shown()}
    for name in ("daily", "weekday", "weekly", "monthly", "away"):
        assert recorded == by_reader[f"{name}@example.org"], name
    assert {title for title in recorded if "learn" in title.lower()} <= learning < recorded
    slots = home.query("SELECT reader, slot, count(*) FROM delivery GROUP BY 1, 2 HAVING count(*) > 1")
    assert [] == slots
    assert len(watched.passing.passes) < 250
