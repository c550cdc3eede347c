"""Search: archive in, a page and its data out; what searches is JavaScript in the reader's browser.

The data is shards of papers, each a script that calls a function: that works on any host, under any path and
from a disk, where nothing can be fetched. A shard holds the papers of a fixed stretch of numbers, so that a
new day changes few of them. Names stay; the manifest gives a stamp of each shard's content along with its
name, so that no browser takes an old one for new. How words are found stands in templates/assets/search.js.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby

from newsletter.model import Match, Paper
from newsletter.outputs._frame import Frame, Shown
from newsletter.ports import Press
from newsletter.publication import (
    Archive,
    Artifact,
    Draft,
    Leaf,
    Mention,
    leaves_of,
    mentions_of,
    stamp,
)
from newsletter.text import shorten

STRETCH = 500
"""How many numbers a shard covers: papers that nobody was shown leave gaps."""
# With these a paper has some 400 bytes, and 10,000 papers 4 MB: what a phone takes in seconds.
ABSTRACT = 150
TITLE = 300
AUTHORS = 240
WORDS = 120


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact | Draft]:
    """The shards, the manifest, the page and its scripts; nothing where the config wants no search."""
    if press.site.search == "none":
        return
    frame = Frame(press)
    if press.site.search == "minisearch":
        yield from data(archive)
        yield frame.asset("assets/minisearch.js")
    yield frame.asset(f"assets/{_script(press.site.search)}.js")
    say = press.words.say
    page = Shown("search.html", say("Search"), say("Find papers by words, authors and profiles."))
    yield Artifact(path=page.path, content=frame.page("search.html", page, profiles=archive.profiles))


def data(archive: Archive) -> Iterator[Artifact | Draft]:
    """All shards and, after them, the manifest that names them, newest first."""
    leaves = leaves_of(archive)
    shards = list(stretches(leaves))
    yield from (shard(archive, name, places, leaves) for name, places in shards)
    facts = {
        "papers": len(leaves),
        "newest": archive.editions[0].date.isoformat() if archive.editions else "",
        "profiles": {card.slug: card.title for card in archive.profiles},
        # The name stays for ever, the rest tells caches that the content is another.
        "shards": [f"{name}.js?{_stamp(leaves, places)}" for name, places in reversed(shards)],
    }
    yield Artifact(path="search/manifest.js", content=_call("searchable", facts))


def stretches(leaves: Sequence[Leaf]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The name of each shard, and the places of its papers in the order of their numbers."""
    for name, stretch in groupby(range(len(leaves)), key=lambda place: leaves[place].number // STRETCH):
        yield name, tuple(stretch)


def shard(archive: Archive, name: int, places: Sequence[int], leaves: Sequence[Leaf]) -> Draft:
    """The file of one stretch, newest paper first. Its bytes depend on these papers alone."""
    path = f"search/{name}.js"
    return Draft(path=path, made_of=_stamp(leaves, places), make=partial(_shard, archive, path, places))


def _stamp(leaves: Sequence[Leaf], places: Iterable[int]) -> str:
    return stamp(leaves[place].said for place in places)


def _shard(archive: Archive, path: str, places: Iterable[int]) -> Iterator[Artifact]:
    mentions = mentions_of(archive)
    public = {card.slug for card in archive.profiles}
    papers = [archive.papers[place] for place in places]
    rows = [
        _row(paper, [each for each in mentions.get(paper.number, ()) if each.match.profile in public])
        for paper in papers
    ]
    yield Artifact(path=path, content=_call("listedPapers", rows[::-1]))


def _row(paper: Paper, mentions: Sequence[Mention]) -> list[str]:
    """slug, title, authors, ids, terms, profiles, date, abstract: in the order that search.js gives them."""
    since = mentions[-1].date if mentions else paper.first_seen
    matches = {mention.match.profile: mention.match for mention in mentions}
    title, abstract = shorten(paper.title, TITLE), shorten(paper.abstract, ABSTRACT)
    return [
        paper.slug,
        title,
        shorten(", ".join(paper.authors), AUTHORS),
        " ".join(key.partition(":")[2] for key in paper.ids)[:WORDS],
        shorten(", ".join(_terms(paper, matches.values(), f"{title} {abstract}".casefold())), WORDS),
        " ".join(sorted(matches)),
        since.isoformat() if since else "",
        abstract,
    ]


def _terms(paper: Paper, matches: Iterable[Match], shown: str) -> tuple[str, ...]:
    """What the rules found, its keywords and categories, as far as the row does not say them already."""
    found = [reason.found for match in matches for reason in match.reasons if reason.field != "authors"]
    words = dict.fromkeys(" ".join(word.split()) for word in (*found, *paper.keywords, *paper.categories))
    return tuple(word for word in words if word and word.casefold() not in shown)


def _call(function: str, value: object) -> bytes:
    """A script that hands over a value, and can be nothing else whatever the value holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"{function}({text})\n".encode("utf-8", "replace")


def _script(engine: str) -> str:
    return "search" if engine == "minisearch" else engine
