"""Search: archive in, a page and its data out; what searches is JavaScript in the reader's browser.

The data is shards of papers, each a script that calls a function: that works on any host, under any path and
from a disk, where nothing can be fetched. A shard holds the papers of a fixed stretch of numbers, so that a
new day changes only the last ones. Names stay; the manifest gives each shard's content along with its name,
so that no browser takes an old one for new. How words are found stands in templates/assets/search.js.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from newsletter.feed import address
from newsletter.model import Archive, Artifact, Edition, Match, Paper
from newsletter.ports import Press
from newsletter.settings import Site
from newsletter.text import shorten

STRETCH = 500
"""How many numbers a shard covers: papers that nobody was shown leave gaps."""
# With these a paper has some 400 bytes, and 10,000 papers 4 MB: what a phone takes in seconds.
ABSTRACT = 150
TITLE = 300
AUTHORS = 240
WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the frame of all pages asks of a page."""

    path: str
    title: str
    description: str
    kind: str = "website"
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a paper stands on the site: since which date, in which profiles, matched by what."""

    since: date
    matches: tuple[Match, ...]


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact]:
    """The shards, the manifest, the page and its scripts; nothing where the config wants no search."""
    if press.site.search == "none":
        return
    if press.site.search == "minisearch":
        yield from data(archive)
        yield _asset(press, "assets/minisearch.js")
    yield _asset(press, f"assets/{_script(press.site.search)}.js")
    yield _page(press)


def data(archive: Archive) -> Iterator[Artifact]:
    """All shards and, after them, the manifest that names them, newest first."""
    places = _places(archive)
    made = [(shard(papers, places), len(papers)) for papers in stretches(archive.papers)]
    yield from (artifact for artifact, _ in made)
    newest = max((place.since for place in places.values()), default=None)
    facts = {
        "papers": sum(count for _, count in made),
        "newest": newest.isoformat() if newest else "",
        "profiles": {card.slug: card.title for card in archive.profiles},
        "shards": [_named(artifact) for artifact, _ in reversed(made)],
    }
    yield Artifact(path="search/manifest.js", content=_call("searchable", facts))


def stretches(papers: Iterable[Paper]) -> Iterator[tuple[Paper, ...]]:
    """The papers of each shard, in the order of their numbers."""
    for _, stretch in groupby(papers, key=lambda paper: paper.number // STRETCH):
        yield tuple(stretch)


def shard(papers: tuple[Paper, ...], places: Mapping[int, Place]) -> Artifact:
    """The file of one stretch, newest paper first. Its bytes depend on these papers alone."""
    rows = [_row(paper, places.get(paper.number)) for paper in reversed(papers)]
    path = f"search/{papers[0].number // STRETCH}.js"
    return Artifact(path=path, content=_call("listedPapers", rows))


def _row(paper: Paper, place: Place | None) -> list[str]:
    """slug, title, authors, ids, terms, profiles, date, abstract: in the order that search.js gives them."""
    since = place.since if place else paper.first_seen
    matches = place.matches if place else ()
    title, abstract = shorten(paper.title, TITLE), shorten(paper.abstract, ABSTRACT)
    return [
        paper.slug,
        title,
        shorten(", ".join(paper.authors), AUTHORS),
        " ".join(key.partition(":")[2] for key in paper.ids)[:WORDS],
        shorten(", ".join(_terms(paper, matches, f"{title} {abstract}".casefold())), WORDS),
        " ".join(match.profile for match in matches),
        since.isoformat() if since else "",
        abstract,
    ]


def _terms(paper: Paper, matches: Iterable[Match], shown: str) -> tuple[str, ...]:
    """What the rules found, its keywords and categories, as far as the row does not say them already."""
    found = [reason.found for match in matches for reason in match.reasons if reason.field != "authors"]
    words = dict.fromkeys(" ".join(word.split()) for word in (*found, *paper.keywords, *paper.categories))
    return tuple(word for word in words if word and word.casefold() not in shown)


def _places(archive: Archive) -> dict[int, Place]:
    """For each paper's number the date of its first edition and its matches, each public profile once."""
    public = {card.slug for card in archive.profiles}
    since: dict[int, date] = {}
    matches: dict[int, dict[str, Match]] = {}
    for edition in archive.editions:
        for match in _matches(edition, public):
            since[match.paper] = min(edition.date, since.get(match.paper, edition.date))
            matches.setdefault(match.paper, {}).setdefault(match.profile, match)
    return {
        number: Place(since=since[number], matches=tuple(of[slug] for slug in sorted(of)))
        for number, of in matches.items()
    }


def _matches(edition: Edition, public: set[str]) -> Iterator[Match]:
    for section in edition.sections:
        if not section.private and section.profile in public:
            yield from (pick.match for pick in (*section.picks, *section.more))


def _named(artifact: Artifact) -> str:
    """7.js?1f2e…: the name stays for ever, the rest tells caches that the content is another."""
    digest = hashlib.blake2b(artifact.content, digest_size=6).hexdigest()
    return f"{artifact.path.removeprefix('search/')}?{digest}"


def _call(function: str, value: object) -> bytes:
    """A script that hands over a value, and can be nothing else whatever the value holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"{function}({text})\n".encode("utf-8", "replace")


def _script(engine: str) -> str:
    return "search" if engine == "minisearch" else engine


def _asset(press: Press, name: str) -> Artifact:
    return Artifact(path=name, content=press.render(name).encode())


def _page(press: Press) -> Artifact:
    site: Site = press.site
    frame = Frame(
        path="search.html", title="Search", description="Find papers by words, authors and profiles."
    )
    text = press.render(
        "site/search.html",
        page=frame,
        up="",
        canonical=address(site, frame.path),
        feeds_here=[("feeds", site.title)],
    )
    return Artifact(path=frame.path, content=text.encode("utf-8", "replace"))
