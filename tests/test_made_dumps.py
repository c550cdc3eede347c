"""Made dumps, end to end: the same papers in five formats over some days, with a truth to hold against.

The generator recombines real titles and sentences; its truth.json says what each file holds. Repeats, revisions
(some under a new title) and different papers of one title are made on purpose, and more often than in life.
"""

from __future__ import annotations

import importlib.util
import json
import os
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from fakes import at, dump
from home import LONG_AGO, Home, contents

from newsletter.archive import read_archive
from newsletter.bring_out import outputs_of, press_of
from newsletter.model import Paper
from newsletter.publish import publish
from newsletter.record import record_dump
from newsletter.store import Store, open_store
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
MAIL_ALONE = EVERYTHING + "outputs: [email]\n"
FORMATS = ("arxiv_atom", "arxiv_rss", "hf_json", "hf_text", "kaggle")
PAPERS, DAYS = 300, 4


@pytest.fixture(scope="module")
def maker(shared) -> ModuleType:
    """The generator of dumps."""
    path = shared / "tools" / "make_dumps.py"
    spec = importlib.util.spec_from_file_location("make_dumps", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(maker, tmp_path_factory) -> Namespace:
    """A folder of made dumps: `folder`, and its `truth` by file."""
    folder = tmp_path_factory.mktemp("made")
    rates = ("--revise", "1.2", "--retitle", "0.5", "--collide", "0.03")
    maker.main(["make", "--out", str(folder), "--papers", str(PAPERS), "--days", str(DAYS), *rates])
    return Namespace(folder=folder, truth=json.loads((folder / "truth.json").read_text())["files"])


def days_of(made: Namespace) -> list[str]:
    return sorted({Path(file).stem for file in made.truth})


def dropped(made: Namespace, home: Home, day: str) -> None:
    """Put a day's five files into the inbox."""
    for file in made.truth:
        if Path(file).stem == day:
            home.put(file.replace("/", "-"), (made.folder / file).read_bytes())


@pytest.fixture(scope="module")
def home(made, tmp_path_factory) -> Home:
    """An installation that got each day's files in the evening of that day."""
    home = Home(tmp_path_factory.mktemp("home") / "home", EVERYTHING)
    for day in days_of(made):
        dropped(made, home, day)
        said = home.run(f"{day} 20:00")
        assert (0, "") == (said.code, said.err)
    return home


@pytest.fixture(scope="module")
def papers(home) -> dict[str, Paper]:
    """Every paper by its arXiv id."""
    store = home.store()
    found = by_id(store)
    store.close()
    return found


def by_id(store: Store) -> dict[str, Paper]:
    papers = store.papers.load(range(1, store.papers.newest() + 1)).values()
    return {
        next((key for key in paper.ids if key.startswith("arxiv:")), paper.slug): paper for paper in papers
    }


def newest(made: Namespace) -> dict[str, tuple[str, int]]:
    """The title and version that each paper has in the end, by its arXiv id."""
    last = {}
    for path in sorted((made.folder / "kaggle").iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            last[f"arxiv:{record['id']}"] = (clean(record["title"]), len(record["versions"]))
    return last


def test_a_site_that_grew_day_by_day_is_the_site_made_at_once(home, tmp_path):
    """Only pages in which something changed were made on each day, and none was forgotten."""
    grown = home.site()
    store, config = home.store(), home.loaded()
    archive = read_archive(store, trending_lists=config.trending_lists, notes={})
    publish(outputs_of(archive, config, press_of(config)()), tmp_path / "site")
    store.close()

    assert contents(tmp_path / "site") == grown


# ------------------------------------------------------------------------------------------ what is made


def test_every_file_is_read_whole(made, home):
    expected = {file.replace("/", "-"): ("read", told["papers"]) for file, told in made.truth.items()}

    assert len(FORMATS) * DAYS == len(expected)
    assert expected == {
        name: (state, listed) for name, state, listed in home.query("SELECT name, state, listed FROM dump")
    }


def test_what_is_new_or_revised_on_a_day_is_told_once_however_many_formats_bring_it(made, home):
    rows = home.query("SELECT date, sum(new), sum(revised) FROM dump GROUP BY date")
    expected = {Path(file).stem: (told["new"], told["revisions"]) for file, told in made.truth.items()}

    assert sum(revisions for _, revisions in expected.values()) > 0
    assert expected == {day: (new, revised) for day, new, revised in rows}


def test_each_paper_is_one_paper_under_its_newest_title(made, papers):
    """Neither does a new title make a new paper, nor one title one paper of two."""
    expected = newest(made)
    titles = Counter(title for title, _ in expected.values())

    assert PAPERS == len(expected)
    assert max(titles.values()) > 1
    assert expected == {key: (paper.title, paper.version) for key, paper in papers.items()}


def test_a_paper_has_what_only_one_of_the_formats_says_of_it(papers):
    """Votes stand in the JSON of Hugging Face, categories in what arXiv gives, a first day in some."""
    complete = [
        p for p in papers.values() if p.votes is not None and p.categories and p.published and p.authors
    ]

    assert PAPERS == len(complete)


def test_a_paper_is_sighted_once_in_every_file_that_lists_it(made, papers):
    """Even where the file lists it twice: the pages of Hugging Face show a paper again beside itself."""
    sightings = Counter(seen.dump for paper in papers.values() for seen in paper.sightings)

    assert {file.replace("/", "-"): listed_in(made, file) for file in made.truth} == sightings


def listed_in(made: Namespace, file: str) -> int:
    """How many papers a file lists; the text of a day lists those of its JSON."""
    told = made.truth[file]
    if not told["again"]:
        return told["new"] + told["revisions"]
    page = json.loads((made.folder / "hf_json" / f"{Path(file).stem}.json").read_text(encoding="utf-8"))
    return len({entry["paper"]["id"] for entry in page})


def test_every_paper_was_mailed_once_and_told_again_only_as_a_revision(made, home):
    shown = Counter((title, role) for _, _, _, title, role in home.shown())
    titles = Counter(title for title, _ in newest(made).values())

    assert titles == {title: count for (title, role), count in shown.items() if role == "body"}
    assert {"body", "revised"} >= {role for _, role in shown} - {"trending"}


def test_whichever_format_comes_first_the_papers_are_the_same(made, papers):
    """The text has no ids: its papers wait under their titles for the format that names them."""
    store = open_store(None)
    for file in sorted(made.truth, key=lambda file: (not file.startswith("hf_text"), file)):
        content = dump((made.folder / file).read_bytes(), file.replace("/", "-"))
        record_dump(store, content, at("2026-02-01 06:00"))
    found = by_id(store)
    store.close()

    assert {key: (p.title, p.abstract, p.authors, p.links) for key, p in papers.items()} == {
        key: (p.title, p.abstract, p.authors, p.links) for key, p in found.items()
    }


# -------------------------------------------------------------------------------------- files that grow

PIECES = 5


@pytest.fixture
def writer(maker, monkeypatch) -> Callable[..., None]:
    """The generator's `grow`: writes a file in pieces; `meanwhile` is what happens while it waits after each."""

    def grow(source: Path, file: Path, *options: str, meanwhile: Callable[[], None]) -> None:
        monkeypatch.setattr(maker, "time", SimpleNamespace(sleep=lambda _: meanwhile()))
        maker.main(["grow", str(file), "--from", str(source), "--chunks", str(PIECES), *options])

    return grow


@pytest.mark.parametrize("pace", ["halting", "steady", "atomic"])
@pytest.mark.parametrize("name", ["hf_json", "hf_text", "kaggle"])
def test_a_file_that_grows_while_runs_read_it_loses_and_doubles_no_paper(made, writer, tmp_path, name, pace):
    """Steady: each run finds it a moment old. Halting: its writer stops for so long that it looks finished."""
    home = Home(tmp_path / "home", MAIL_ALONE)
    source = min((made.folder / name).iterdir())
    file = home.folder / "dumps" / source.name
    runs = []

    def run() -> None:
        if pace == "halting":
            os.utime(file, (LONG_AGO, LONG_AGO + len(runs)))
        assert home.run(f"2026-02-{len(runs) + 1:02d} 06:00").code == 0
        runs.append(home.query("SELECT count(*) FROM dump")[0][0])

    writer(source, file, *(["--atomic"] if pace == "atomic" else []), meanwhile=run)
    while_it_grew = runs[PIECES - 2]
    os.utime(file, (LONG_AGO, LONG_AGO + 100))
    run()
    shown = Counter(title for _, _, _, title, role in home.shown() if role == "body")

    assert (PIECES - 1 if pace == "halting" else 0) == while_it_grew
    assert first_day(made) == shown


def first_day(made: Namespace) -> Counter[str]:
    """The titles of the first day: all new, and the same in every format."""
    lines = min((made.folder / "kaggle").iterdir()).read_text(encoding="utf-8").splitlines()
    titles = {record["id"]: clean(record["title"]) for record in map(json.loads, lines)}
    return Counter(titles.values())
