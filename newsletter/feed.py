"""The feeds as values: what the three writers (outputs/rss, outputs/atom, outputs/json_feed) are given.

How the formats look is not known here, only what their files are called; what stands in the feeds of an
archive is shelf.py's. Where the site has no address of its own, entries lead to the papers' own pages and
self links are left out: an absolute link to nowhere would be worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from newsletter.publication import Artifact, Draft
from newsletter.settings import Site

TTL_MINUTES = 360
STYLE = "assets/feed.css"
MOST_KNOWN = 20_000
"""Of so many entries the fragments are kept while feeds are written: 50 MB a format."""
PAPERS = "papers"
PRIVATE = "private"
"""The kind of a feed that a single reader has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed. Texts hold no control characters; `html` is safe; `link` is absolute or empty."""

    id: str
    title: str
    link: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def at(self, published: datetime, updated: datetime) -> Entry:
        """The same entry with other dates. By hand: dataclasses.replace takes thrice as long."""
        return Entry(
            id=self.id,
            title=self.title,
            link=self.link,
            summary=self.summary,
            html=self.html,
            published=published,
            updated=updated,
            authors=self.authors,
            tags=self.tags,
        )

    @property
    def key(self) -> tuple[str, str]:
        """What two entries share that differ in nothing but their dates."""
        return self.id, self.html


Fragments = dict[tuple[str, str], tuple[str, str]]
"""What a format says of entries, by their keys: the text before their dates, and the text after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A document of a feed, newest entry first. `folders` are where it stands (equal bytes in each), the
    present one first; `kind` is papers, digests, trending or private; `page` is its HTML page below the site.

    `stem` names an archive document (RFC 5005): of the feed itself it is empty. `previous` and `following`
    are the stems of its neighbours, the older and the newer one.
    """

    id: str
    kind: str
    title: str
    description: str
    page: str
    folders: tuple[str, ...]
    entries: tuple[Entry, ...]
    updated: datetime
    stem: str = ""
    previous: str = ""
    following: str = ""
    frozen: tuple[Frozen, ...] = ()
    """The archive documents of the feed, oldest first."""

    def path(self, suffix: str) -> str:
        """Its present file: suffix is xml, atom.xml or json."""
        return f"{self.folders[0]}/{name(suffix, self.stem)}"

    def paths(self, suffix: str) -> tuple[str, ...]:
        """Every file that it has or had."""
        return tuple(f"{folder}/{name(suffix, self.stem)}" for folder in self.folders)

    def neighbours(self) -> Iterator[tuple[str, str]]:
        """The links of RFC 5005 to other documents of the feed: what they are, and the stem of each."""
        if self.stem:
            yield "current", ""
        if self.previous:
            yield "prev-archive", self.previous
        if self.following:
            yield "next-archive", self.following

    def hubs(self, site: Site) -> tuple[str, ...]:
        """Who is told of its news: nobody of an archive document, nor of what a single reader gets."""
        return () if self.stem or self.kind == PRIVATE else site.hubs

    def beside(self, suffix: str, stem: str) -> str:
        """The present file of another document of the same feed."""
        return f"{self.folders[0]}/{name(suffix, stem)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """An archive document, made only where what it is made of (`stamp`) has changed since the last time."""

    stem: str
    stamp: str
    make: Callable[[], Feed]


Writer = Callable[[Feed, Fragments], bytes]
"""A format: a feed, and the fragments of entries that are known, to which it adds."""


def name(suffix: str, stem: str = "") -> str:
    """feed.xml, atom.xml and feed.json, the names that feed readers try; or archive/2026-08-1.xml."""
    if stem:
        return f"{stem}.{suffix}"
    return "atom.xml" if suffix == "atom.xml" else f"feed.{suffix}"


def written(feeds: Iterable[Feed], suffix: str, write: Writer) -> Iterator[Artifact | Draft]:
    """Every feed as files of one format: the same bytes at every address it has or had."""
    known: Fragments = {}
    for feed in feeds:
        yield from _files(feed, suffix, write, known)
        for frozen in feed.frozen:
            paths = tuple(f"{folder}/{name(suffix, frozen.stem)}" for folder in feed.folders)
            make = partial(_thawed, frozen, suffix, write, known)
            yield Draft(path=paths[0], made_of=frozen.stamp, make=make)


def _thawed(frozen: Frozen, suffix: str, write: Writer, known: Fragments) -> Iterator[Artifact]:
    return _files(frozen.make(), suffix, write, known)


def _files(feed: Feed, suffix: str, write: Writer, known: Fragments) -> Iterator[Artifact]:
    # Only a paper has its entry in several feeds: of others nothing is kept. Nor of too many papers: the
    # archives of a hundred thousand would fill the memory.
    if len(known) > MOST_KNOWN:
        known.clear()
    content = write(feed, known if feed.kind == PAPERS else {})
    for path in feed.paths(suffix):
        yield Artifact(path=path, content=content)


def home(site: Site, authority: str) -> str:
    """The address that stands where a format demands one: the site's, else the tag authority's own."""
    return site.url or f"https://{authority.partition(',')[0]}"


def address(site: Site, path: str) -> str:
    """The absolute address of a path of the site, or nothing where the site has none."""
    return f"{site.url}/{path.removesuffix('index.html')}" if site.url else ""


def up(feed: Feed, suffix: str) -> str:
    """The way from a document to the site's root, for its style sheet: from a disk too."""
    return "../" * feed.path(suffix).count("/")


def newest(entries: Iterable[Entry], authority: str) -> datetime:
    """The newest change; without entries the day the authority was fixed, for no clock is read."""
    return max((entry.updated for entry in entries), default=_beginning(authority))


def second(moment: datetime) -> datetime:
    """The moment in UTC, in whole seconds: what all formats can say."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _beginning(authority: str) -> datetime:
    """The date of a tag authority such as “example.org,2026” or “example.org,2026-08-07”."""
    parts = [int(part) for part in authority.rpartition(",")[2].split("-") if part.isdigit()]
    year, month, dom = (*parts, 1, 1)[:3] if parts else (2026, 1, 1)
    return datetime.combine(date(year, month, dom), datetime.min.time(), tzinfo=UTC)
