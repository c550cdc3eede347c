"""What stands in the feeds of an archive: papers, digests, what trends. Archive in, feeds out.

Only what a feed keeps is rendered: each paper once for all feeds that have it under the same matches, each
digest once for all formats. How those look is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from itertools import groupby

from newsletter.digest import once
from newsletter.digest_entry import LONGEST_TITLE, digest_entry, heading
from newsletter.feed import MOST_KNOWN, PAPERS, Entry, Feed, Frozen, address, newest, second
from newsletter.model import Match, Paper, Section
from newsletter.ports import Press
from newsletter.publication import Archive, Edition, ProfileCard, leaves_of, mentions_of
from newsletter.publication import stamp as fingerprint
from newsletter.text import shorten, xml_safe
from newsletter.view import source
from newsletter.words import phrase

KEPT = 100
"""So many entries a feed holds, and an archive document of papers."""
DIGESTS_FROZEN = 20
"""So many digests an archive document holds: each is as long as twenty papers."""
DIGESTS_HELD = 1_000
"""So many digests stay rendered, for the formats to come: 50 MB."""
MOST_BYTES = 700_000
"""What the texts of a feed of digests may come to: validators stop at 5 MB, some readers at 1 MB."""
LONGEST_TEXT = 20_000
_NEVER = datetime.min.replace(tzinfo=UTC)

Listed = tuple[tuple[str, tuple[int, ...]], ...]
"""The numbers of the papers that an edition has for each of some profiles, by their slugs."""

Entries = Callable[[int, int], Iterable[Entry]]
"""The entries of a part of a list that has the oldest first; they come newest first."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A paper where a feed first has it: its number, in which edition, its own second in time."""

    paper: int
    edition: Edition
    published: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """What an archive document holds of a list that has the oldest first, and the stem of its file."""

    stem: str
    start: int
    end: int


def feeds(archive: Archive, press: Press) -> tuple[Feed, ...]:
    """Everything first (papers, digests, what trends if anything ever did), then each profile's papers
    and digests.
    """
    if not (_HELD and _HELD[0].archive is archive and _HELD[0].press is press):
        _HELD[:] = [_Shelf(archive, press)]
    return _HELD[0].feeds


def profile_feeds(archive: Archive, press: Press, kind: str) -> Iterator[Feed]:
    """The profiles' feeds of one kind, papers or digests, made from the beginning."""
    shelf = _Shelf(archive, press)
    return map(shelf.papers if kind == "papers" else shelf.digests, archive.profiles)


def forget() -> None:
    """Let go of the archive whose feeds were made last."""
    _HELD.clear()


_HELD: list[_Shelf] = []
"""The shelf made last: the writers ask for the same feeds, one after the other. To compare ten thousand
papers by their values, as lru_cache would, costs more than to make the feeds."""


class _Shelf:
    """What all feeds of one archive share; a paper's content is rendered once."""

    def __init__(self, archive: Archive, press: Press) -> None:
        self.archive = archive
        self.press = press
        self.site = press.site
        self.words = press.words
        self.say = press.words.say
        self.cards = {card.slug: card for card in archive.profiles}
        self.notes = dict(archive.notes)
        self.editions = tuple((edition, self.public(edition)) for edition in reversed(archive.editions))
        self.order = {edition.name: place for place, (edition, _) in enumerate(self.editions)}
        self.contents: dict[tuple[int, int], Entry] = {}
        self.told: dict[tuple[str, str], Entry] = {}
        leaves = leaves_of(archive)
        self.places = {leaf.number: place for place, leaf in enumerate(leaves)}
        self.stamps = {leaf.number: leaf.said for leaf in leaves}
        self.mentions = mentions_of(archive)

    def public(self, edition: Edition) -> Listed:
        return tuple(part for part in edition.listed if part[0] in self.cards)

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        every = [self.papers(), self.digests(), *([self.trending()] if self.archive.started else [])]
        for card in self.archive.profiles:
            every += [self.papers(card), self.digests(card)]
        return tuple(every)

    @cached_property
    def of_profile(self) -> dict[str, list[tuple[Edition, Listed]]]:
        """For each profile the editions that have something for it, oldest first."""
        found: dict[str, list[tuple[Edition, Listed]]] = {slug: [] for slug in self.cards}
        for edition, listed in self.editions:
            for part in listed:
                found[part[0]].append((edition, (part,)))
        return found

    def listed(self, card: ProfileCard | None) -> Sequence[tuple[Edition, Listed]]:
        """The editions that have something for a profile, or at all; oldest first."""
        return self.of_profile[card.slug] if card else [each for each in self.editions if each[1]]

    # ---------------------------------------------------------------------------------------- papers

    def papers(self, card: ProfileCard | None = None) -> Feed:
        """One entry per matching paper, whatever the limit: 100, or the newest edition whole."""
        listings = self.listings(card)
        last = sum(listing.edition is listings[-1].edition for listing in listings)
        feed = Feed(
            id=self.tag("feed/papers", card),
            kind=PAPERS,
            title=xml_safe(f"{card.title} – {self.site.title}" if card else self.site.title),
            description=self.description(
                card, phrase("Every new paper"), phrase("Every new paper for %(title)s")
            ),
            page=_page(card),
            folders=_folders(card),
            entries=tuple(map(self.paper, reversed(listings[-max(KEPT, last) :]))),
            updated=_NEVER,
        )
        old = parts([f"{listing.edition.date:%Y-%m}" for listing in listings], KEPT)
        stamps = [self.stamp_of_papers(listings[part.start : part.end]) for part in old]
        return self.finished(feed, old, stamps, partial(self.papers_of, listings))

    def papers_of(self, listings: Sequence[Listing], start: int, end: int) -> Iterator[Entry]:
        return map(self.paper, reversed(listings[start:end]))

    def listings(self, card: ProfileCard | None) -> list[Listing]:
        """Every paper of a feed under the first edition that has it there, the oldest first.

        Each has a second of its own, in the order of rank: readers that sort by time then keep that order.
        """
        found: list[Listing] = []
        seen: set[int] = set()
        for edition, listed in self.listed(card):
            numbers = dict.fromkeys(number for _, several in listed for number in several)
            new = [number for number in numbers if number not in seen]
            seen.update(new)
            moment = second(edition.made)
            if found:  # another run within the seconds that the papers of the one before it took
                moment = max(moment, found[-1].published + timedelta(seconds=len(new)))
            found += [
                Listing(number, edition, moment - timedelta(seconds=rank))
                for rank, number in reversed(list(enumerate(new)))
            ]
        return found

    @cached_property
    def history(self) -> dict[int, dict[str, int]]:
        """For each paper the profiles that it fits, with the place of the first edition that showed it."""
        found: dict[int, dict[str, int]] = {}
        for edition, listed in self.editions:
            at = self.order[edition.name]
            for slug, numbers in listed:
                for number in numbers:
                    found.setdefault(number, {}).setdefault(slug, at)
        return found

    def fitted(self, number: int, edition: Edition) -> int:
        """How many profiles a paper fitted up to an edition."""
        upto = self.order[edition.name]
        return sum(at <= upto for at in self.history[number].values())

    def matches(self, number: int, edition: Edition | None = None) -> tuple[Match, ...]:
        """What a paper fitted up to an edition, first things first: what a later one finds changes no entry
        that is out.
        """
        upto = self.order[edition.name] if edition else len(self.order)
        found: dict[str, Match] = {}
        for mention in reversed(self.mentions.get(number, ())):
            if mention.match.profile in self.cards and self.order[mention.edition] <= upto:
                found.setdefault(mention.match.profile, mention.match)
        fits = self.history.get(number, {})
        return tuple(found[slug] for slug in fits if slug in found)

    def paper(self, listing: Listing) -> Entry:
        """The entry of a paper; what it says is the same in all feeds that had it under the same matches."""
        paper = self.archive.papers[self.places[listing.paper]]
        key = paper.number, self.fitted(paper.number, listing.edition)
        if key not in self.contents:
            self.contents[key] = self.content(paper, self.matches(paper.number, listing.edition))
        updated = max(listing.published, second(paper.revised)) if paper.revised else listing.published
        return self.contents[key].at(listing.published, updated)

    def stamp_of_papers(self, listings: Iterable[Listing]) -> str:
        """A fingerprint of all that these entries say: how a paper fitted stands in its edition for ever."""
        return fingerprint(
            f"{self.stamps.get(each.paper, '')} {self.fitted(each.paper, each.edition)} {each.published}"
            for each in listings
        )

    def content(self, paper: Paper, matches: tuple[Match, ...]) -> Entry:
        named = [(self.cards[match.profile].title, match) for match in matches]
        page = address(self.site, f"papers/{paper.slug}.html")
        abstract = shorten(paper.abstract, LONGEST_TEXT)
        html = self.press.render(
            "feeds/paper.html",
            paper=paper,
            abstract=abstract,
            matches=named,
            reasons=[reason for match in matches for reason in match.reasons],
            page=page,
        )
        return Entry(
            id=self.tag(f"paper/{paper.slug}"),
            title=xml_safe(shorten(paper.title, LONGEST_TITLE)),
            link=page or source(paper),
            summary=xml_safe(abstract or shorten(paper.title, LONGEST_TITLE)),
            html=xml_safe(html).strip(),
            published=_NEVER,
            updated=_NEVER,
            authors=tuple(xml_safe(author) for author in paper.authors),
            tags=tuple(xml_safe(title) for title, _ in named),
        )

    # --------------------------------------------------------------------------------------- digests

    def digests(self, card: ProfileCard | None = None) -> Feed:
        """One entry per edition that has something for a profile, or at all: as many as have room."""
        found = self.listed(card)
        of = self.say("%(title)s, digests", title=card.title if card else self.site.title)
        feed = Feed(
            id=self.tag("feed/digests", card),
            kind="digests",
            title=xml_safe(f"{of} – {self.site.title}" if card else of),
            description=self.description(
                card, phrase("One entry for each edition"), phrase("One entry for each edition for %(title)s")
            ),
            page=_page(card),
            folders=tuple(f"{folder}/digests" for folder in _folders(card)),
            entries=tuple(within(MOST_BYTES, self.digests_of(card, max(0, len(found) - KEPT), len(found)))),
            updated=_NEVER,
        )
        old = parts([f"{edition.date:%Y-%m}" for edition, _ in found], DIGESTS_FROZEN)
        stamps = [fingerprint(map(self.stamp_of_digest, found[part.start : part.end])) for part in old]
        return self.finished(feed, old, stamps, partial(self.digests_of, card))

    def digests_of(self, card: ProfileCard | None, start: int, end: int) -> Iterator[Entry]:
        for edition, listed in reversed(self.listed(card)[start:end]):
            key = card.slug if card else "", edition.name
            if key not in self.told:
                slugs = {slug for slug, _ in listed}
                self.told[key] = self.digest(card, edition, edition.public(slugs))
            yield self.told[key]

    def digest(self, card: ProfileCard | None, edition: Edition, sections: Iterable[Section]) -> Entry:
        titled = [replace(section, title=self.cards[section.profile].title) for section in sections]
        count = len({p.paper.number for section in titled for p in section.all})
        title = heading(self.words, edition.date, count)
        return digest_entry(
            self.press,
            name=self.tag(f"digest/{card.slug}/{edition.name}" if card else f"digest/{edition.name}"),
            title=f"{card.title}, {title}" if card else title,
            page=address(self.site, f"editions/{edition.date.isoformat()}.html"),
            sections=titled if card else once(titled),
            note=self.notes.get(edition.date, ""),
            at=edition.made,
        )

    def stamp_of_digest(self, of: tuple[Edition, Listed]) -> str:
        """A fingerprint of an edition's entry: of an edition only its papers' texts and the note change."""
        edition, listed = of
        stamps = (self.stamps.get(number, "") for _, numbers in listed for number in numbers)
        return fingerprint((edition.name, self.notes.get(edition.date, ""), *stamps))

    # -------------------------------------------------------------------------------------- trending

    def trending(self) -> Feed:
        """One entry for each paper that came to trend, at the moment it did; it stays when that is over."""
        known = [each for each in self.archive.started if each[0] in self.places][:KEPT]
        started = [(self.archive.papers[self.places[number]], since) for number, since in known]
        title = self.say("Trending")
        feed = Feed(
            id=self.tag("feed/trending"),
            kind="trending",
            title=xml_safe(f"{title} – {self.site.title}"),
            description=self.say("Papers that come back on list after list, or that many people vote for"),
            page="trending.html",
            folders=("feeds/trending",),
            entries=tuple(self.trend(paper, since) for paper, since in spaced(started)),
            updated=_NEVER,
        )
        return replace(feed, updated=newest(feed.entries, self.archive.authority))

    def trend(self, paper: Paper, since: datetime) -> Entry:
        entry = self.content(paper, self.matches(paper.number))
        return replace(entry, id=self.tag(f"trending/{paper.slug}")).at(since, since)

    # ---------------------------------------------------------------------------------------- pieces

    def finished(self, feed: Feed, old: Sequence[Part], stamps: Sequence[str], entries: Entries) -> Feed:
        """The feed with its archive documents, each of which names its neighbours."""
        stems = ["", *(part.stem for part in old), ""]
        frozen = [
            Frozen(
                stem=part.stem,
                stamp=fingerprint((older, newer, stamp)),
                make=partial(
                    self.document,
                    replace(feed, stem=part.stem, previous=older, following=newer),
                    partial(entries, part.start, part.end),
                ),
            )
            for older, part, newer, stamp in zip(stems, old, stems[2:], stamps, strict=False)
        ]
        updated = newest(feed.entries, self.archive.authority)
        return replace(feed, updated=updated, previous=stems[-2], frozen=tuple(frozen))

    def document(self, of: Feed, entries: Callable[[], Iterable[Entry]]) -> Feed:
        """An archive document with its entries, which are rendered now."""
        for held, most in ((self.contents, MOST_KNOWN), (self.told, DIGESTS_HELD)):
            if len(held) > most:
                held.clear()
        made = tuple(entries())
        return replace(of, entries=made, updated=newest(made, self.archive.authority))

    def description(self, card: ProfileCard | None, of_all: str, of_one: str) -> str:
        """Its own, as config.yaml has it, else one of two sentences: of everything, or of a profile."""
        own = card.description if card else self.site.description
        return xml_safe(own or (self.say(of_one, title=card.title) if card else self.say(of_all)))

    def tag(self, path: str, card: ProfileCard | None = None) -> str:
        return f"tag:{self.archive.authority}:{path}{f'/{card.slug}' if card else ''}"


def parts(months: Sequence[str], size: int) -> list[Part]:
    """What is old enough for an archive document: each `size` entries of a month, and the rest of a month as
    soon as another has begun. So they never change, and with what the feed itself holds nothing is missing.

    >>> [part.stem for part in parts(["2026-07"] * 3 + ["2026-08"] * 5, 2)]
    ['archive/2026-07-1', 'archive/2026-07-2', 'archive/2026-08-1', 'archive/2026-08-2']
    """
    found: list[Part] = []
    start = 0
    for month, count in Counter(months).items():
        whole = count - count % size if month == months[-1] else count
        found += [
            Part(f"archive/{month}-{number}", start + first, start + min(first + size, whole))
            for number, first in enumerate(range(0, whole, size), 1)
        ]
        start += count
    return found


def spaced(started: Iterable[tuple[Paper, datetime]]) -> Iterator[tuple[Paper, datetime]]:
    """Papers that came at one moment, each with a second of its own, in their order."""
    for since, group in groupby(started, key=lambda each: each[1]):
        for rank, (paper, _) in enumerate(group):
            yield paper, second(since) - timedelta(seconds=rank)


def within(most: int, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The first entry, and those after it as long as all their texts together come to no more bytes."""
    size = 0
    for number, entry in enumerate(entries):
        size += len(entry.html.encode())
        if number and size > most:
            return
        yield entry


def _page(card: ProfileCard | None) -> str:
    return f"profiles/{card.address}/index.html" if card else "index.html"


def _folders(card: ProfileCard | None) -> tuple[str, ...]:
    if card is None:
        return ("feeds",)
    return tuple(f"profiles/{folder}" for folder in dict.fromkeys((card.address, *card.former)))
