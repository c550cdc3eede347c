"""How long the feeds take: those of many profiles in three formats, against feedgen's own part of the work.

    python benchmarks/bench_feeds.py [--profiles N] [--papers N]

Feedgen's own part is bare feedgen with the entries at hand, for RSS. Ours are RSS, Atom and JSON, from an
archive in memory, with every text rendered: once with papers that stand in several profiles, once with papers
of its own for each. Processor time, the least of several tries in one sitting: read
the ratios. The abstracts are made up of the example's.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from feedgen.feed import FeedGenerator

from newsletter import press as presses
from newsletter import shelf
from newsletter.feed import Feed, Writer
from newsletter.feed import written as feeds_written
from newsletter.model import Link, Match, Paper, Pick, Reason, Section
from newsletter.outputs import atom, json_feed, rss
from newsletter.ports import Press
from newsletter.publication import Archive, Edition, ProfileCard, leaves_of
from newsletter.publication import made as files_of
from newsletter.settings import Site

HOME = Path(__file__).parent.parent
FIRST = date(2026, 1, 1)
SHORTEST_ABSTRACT = 400


def least(work: Callable[[], object], tries: int = 3) -> float:
    """The least processor time of some work, in seconds."""
    times = []
    for _ in range(tries):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def papers(count: int) -> list[Paper]:
    """Papers with the example's abstracts."""
    texts = [path.read_text() for path in sorted((HOME / "dumps").glob("*.txt"))]
    abstracts = [part for text in texts for part in text.split("\n\n") if len(part) > SHORTEST_ABSTRACT]
    return [
        Paper(
            number=number,
            slug=f"paper-{number}",
            title=f"A title of the usual length for paper {number} of a made archive",
            abstract=abstract,
            authors=("Ada Lovelace", "Jonathan Ho", "Emmy Noether"),
            ids=(f"arxiv:2608.{number:05}",),
            links=(Link(rel="pdf", url=f"https://arxiv.org/pdf/2608.{number:05}"),),
        )
        for number, abstract in enumerate(islice(cycle(abstracts), count), 1)
    ]


def archive(profiles: int, each: int, distinct: int, days: int) -> Archive:
    """An archive in which every profile has so many papers, of so many distinct ones, over some days. It
    knows what a run reads from the state: what each edition lists, and what each paper's page is made of.
    """
    all_papers = papers(distinct)
    reason = Reason(rule="keywords", detail="“learning” in the abstract", found="learning", field="abstract")
    cards = tuple(ProfileCard(slug=f"p{n}", address=f"p{n}", title=f"Profile {n}") for n in range(profiles))
    shares = {
        card.slug: [all_papers[(n * each + k) % distinct] for k in range(each)]
        for n, card in enumerate(cards)
    }
    editions = []
    for at in reversed(range(days)):
        day = FIRST + timedelta(days=at)
        sections = tuple(_section(card, shares[card.slug][at::days], reason) for card in cards)
        made = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
        edition = Edition(name=day.isoformat(), date=day, made=made, sections=sections)
        editions.append(replace(edition, listing=edition.listed))
    found = Archive(editions=tuple(editions), profiles=cards, papers=tuple(all_papers))
    return replace(found, leaves=leaves_of(found))


def _section(card: ProfileCard, its: Iterable[Paper], reason: Reason) -> Section:
    picks = [
        Pick(paper=of, match=Match(paper=of.number, profile=card.slug, score=1.0, reasons=(reason,)))
        for of in its
    ]
    return Section(profile=card.slug, title=card.title, picks=tuple(picks))


def bare(feeds: Iterable[Feed]) -> None:
    """The same entries through feedgen, as its guide says: RSS alone."""
    for feed in feeds:
        channel = FeedGenerator()
        channel.load_extension("dc")
        channel.id(feed.id)
        channel.title(feed.title)
        channel.description(feed.description)
        channel.link(href="https://example.org/", rel="alternate")
        for entry in feed.entries:
            added = channel.add_entry(order="append")
            added.id(entry.id)
            added.title(entry.title)
            added.description(entry.summary)
            added.content(entry.html)
            added.published(entry.published)
            added.updated(entry.updated)
            added.link(href=entry.link)
            added.dc.dc_creator(list(entry.authors))
            for tag in entry.tags:
                added.category(term=tag)
        channel.rss_str(pretty=True)


def written(feeds: Iterable[Feed], archive: Archive, press: Press) -> int:
    """These feeds in three formats; how many bytes."""
    writers: dict[str, Writer] = {
        "xml": partial(rss.rss, press=press, authority=archive.authority),
        "atom.xml": partial(atom.atom, press=press),
        "json": partial(json_feed.json_feed, site=press.site),
    }
    present = tuple(replace(feed, frozen=()) for feed in feeds)
    made = (each for suffix, write in writers.items() for each in feeds_written(present, suffix, write))
    return sum(len(each.content) for each in files_of(made))


def ours(of: Archive, press: Press, kind: str) -> int:
    """The profiles' feeds of one kind from the beginning: no entry of an earlier try is at hand."""
    presses._segments.cache_clear()  # noqa: SLF001
    found = shelf.profile_feeds(of, press, kind)
    return written(found, of, press)


def first(of: Archive, press: Press) -> int:
    """What the first run makes: all feeds and every archive document; how many files."""
    presses._segments.cache_clear()  # noqa: SLF001
    shelf.forget()
    made = (each for writer in (rss, atom, json_feed) for each in writer.artifacts(of, press))
    return sum(1 for _ in files_of(made))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profiles", type=int, default=50)
    parser.add_argument("--papers", type=int, default=100, help="papers of a profile")
    options = parser.parse_args()
    press = presses.load(Site(url="https://example.org/papers"), None)
    entries = options.profiles * options.papers
    for words, distinct in (("each paper in five profiles", entries // 5), ("every paper in one", entries)):
        of = archive(options.profiles, options.papers, distinct, 20)
        print(f"{options.profiles} profiles × {options.papers} papers × 3 formats, {words}")
        for kind in ("papers", "digests"):
            every = tuple(shelf.profile_feeds(of, press, kind))
            base = least(partial(bare, every))
            took = least(partial(ours, of, press, kind))
            print(f"  {kind:<8} feedgen's own part {base:5.2f} s, ours {took:5.2f} s:", end="")
            print(f" {took - base:5.2f} s beyond it, {took / base:.2f} ×")
        took = least(partial(first, of, press), 1)
        print(f"  all, and the archive of all, as the first run makes them: {took:5.2f} s")


if __name__ == "__main__":
    main()
