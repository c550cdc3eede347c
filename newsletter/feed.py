"""The feeds as values: one Entry model for three writers (outputs/rss, outputs/atom, outputs/json_feed).

Archive in, Feeds out. How the formats look is not known here, only what their files are called.
Where the site has no address of its own, entries lead to the papers' own pages and self links are left out:
an absolute link to nowhere would be worse than none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from newsletter.model import Match, Paper, Pick, Section
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact, Edition, ProfileCard
from newsletter.settings import Site
from newsletter.text import shorten, xml_safe
from newsletter.view import day, source

KEPT = 100
TTL_MINUTES = 360


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed, newest entry first. `folders` are where it stands (equal bytes in each), the present one first;
    `kind` is papers or digests; `page` is its HTML page below the site.
    """

    id: str
    kind: str
    title: str
    description: str
    page: str
    folders: tuple[str, ...]
    entries: tuple[Entry, ...]
    updated: datetime

    def path(self, suffix: str) -> str:
        """Its present file: suffix is xml, atom.xml or json."""
        return f"{self.folders[0]}/{name(suffix)}"

    def artifacts(self, suffix: str, content: bytes) -> Iterator[Artifact]:
        """The same bytes at every address it has or had."""
        for folder in self.folders:
            yield Artifact(path=f"{folder}/{name(suffix)}", content=content)


def name(suffix: str) -> str:
    """feed.xml, atom.xml and feed.json: the names that feed readers try in a folder."""
    return "atom.xml" if suffix == "atom.xml" else f"feed.{suffix}"


def feeds(archive: Archive, press: Press) -> tuple[Feed, ...]:
    """Everything first, then for each profile its papers and its digests."""
    return _feeds(archive, press)


@lru_cache(maxsize=1)  # the three writers ask for the same feeds, one after the other
def _feeds(archive: Archive, press: Press) -> tuple[Feed, ...]:
    shelf = _Shelf(archive, press)
    every = [shelf.papers()]
    for card in archive.profiles:
        every += [shelf.papers(card), shelf.digests(card)]
    return tuple(every)


def home(site: Site, authority: str) -> str:
    """The address that stands where a format demands one: the site's, else the tag authority's own."""
    return site.url or f"https://{authority.partition(',')[0]}"


def address(site: Site, path: str) -> str:
    """The absolute address of a path of the site, or nothing where the site has none."""
    return f"{site.url}/{path.removesuffix('index.html')}" if site.url else ""


class _Shelf:
    """What all feeds of one archive share; a paper's content is rendered once."""

    def __init__(self, archive: Archive, press: Press) -> None:
        self.archive = archive
        self.press = press
        self.titles = {card.slug: card.title for card in archive.profiles}
        self.contents: dict[int, Entry] = {}
        self.matches = _matches(archive)
        self.notes = dict(archive.notes)

    def papers(self, card: ProfileCard | None = None) -> Feed:
        """One entry per matching paper, whatever the limit, under its first edition."""
        site = self.press.site
        title = site.title if card is None else f"{card.title} – {site.title}"
        entries = self._kept(list(self._by_edition(card)))
        return Feed(
            id=self._tag("feed/papers" if card is None else f"feed/papers/{card.slug}"),
            kind="papers",
            title=xml_safe(title),
            description=_description(site, card, "Every new paper"),
            page="index.html" if card is None else f"profiles/{card.address}/index.html",
            folders=("feeds",) if card is None else _folders(card),
            entries=entries,
            updated=self._updated(entries),
        )

    def digests(self, card: ProfileCard) -> Feed:
        """One entry per edition that has something for the profile."""
        found = [self._digest(e, s) for e in self.archive.editions for s in _sections(e, card)]
        entries = tuple(found[:KEPT])
        return Feed(
            id=self._tag(f"feed/digests/{card.slug}"),
            kind="digests",
            title=xml_safe(f"{card.title}, digests – {self.press.site.title}"),
            description=_description(self.press.site, card, "One entry for each edition"),
            page=f"profiles/{card.address}/index.html",
            folders=tuple(f"{folder}/digests" for folder in _folders(card)),
            entries=entries,
            updated=self._updated(entries),
        )

    def _by_edition(self, card: ProfileCard | None) -> Iterator[list[Entry]]:
        """For each edition, newest first, the entries of the papers that no older edition has."""
        first: dict[int, str] = {}
        for edition in reversed(self.archive.editions):
            for pick in _picks(edition, card):
                first.setdefault(pick.paper.number, edition.name)
        for edition in self.archive.editions:
            papers = {p.paper.number: p.paper for p in _picks(edition, card)}
            new = [paper for number, paper in papers.items() if first[number] == edition.name]
            yield [
                self._paper(paper, edition.made - timedelta(seconds=rank)) for rank, paper in enumerate(new)
            ]

    def _kept(self, editions: list[list[Entry]]) -> tuple[Entry, ...]:
        """100 entries or the newest edition whole, whichever is more."""
        newest = next((entries for entries in editions if entries), [])
        entries = [entry for edition in editions for entry in edition]
        return tuple(entries[: max(KEPT, len(newest))])

    def _paper(self, paper: Paper, published: datetime) -> Entry:
        if paper.number not in self.contents:
            self.contents[paper.number] = self._content(paper)
        updated = max(published, paper.revised or published)
        return replace(self.contents[paper.number], published=_second(published), updated=_second(updated))

    def _content(self, paper: Paper) -> Entry:
        matches = [(self.titles[m.profile], m) for m in self.matches.get(paper.number, ())]
        page = address(self.press.site, f"papers/{paper.slug}.html")
        reasons = [reason for _, match in matches for reason in match.reasons]
        html = self.press.render("feeds/paper.html", paper=paper, matches=matches, reasons=reasons, page=page)
        return Entry(
            id=self._tag(f"paper/{paper.slug}"),
            title=xml_safe(shorten(paper.title, 500)),
            link=page or source(paper),
            summary=xml_safe(paper.abstract or paper.title),
            html=xml_safe(html).strip(),
            published=datetime.min.replace(tzinfo=UTC),
            updated=datetime.min.replace(tzinfo=UTC),
            authors=tuple(xml_safe(author) for author in paper.authors),
            tags=tuple(title for title, _ in matches),
        )

    def _digest(self, edition: Edition, section: Section) -> Entry:
        site = self.press.site
        count = len(section.picks) + len(section.more)
        title = f"{self.titles[section.profile]}, {day(edition.date, site.language)}: {count} papers"
        html = self.press.render(
            "feeds/digest.html",
            edition=edition,
            section=section,
            note=self.notes.get(edition.date, ""),
            papers_at=f"{site.url}/papers/" if site.url else "",
        )
        return Entry(
            id=self._tag(f"digest/{section.profile}/{edition.name}"),
            title=xml_safe(title.replace(": 1 papers", ": 1 paper")),
            link=address(site, f"editions/{edition.date.isoformat()}.html"),
            summary=xml_safe("; ".join(pick.paper.title for pick in section.picks[:5])) or "No papers",
            html=xml_safe(html).strip(),
            published=_second(edition.made),
            updated=_second(edition.made),
        )

    def _updated(self, entries: Iterable[Entry]) -> datetime:
        """The newest change; without entries the day its authority was fixed, for no clock is read."""
        return max((entry.updated for entry in entries), default=_beginning(self.archive.authority))

    def _tag(self, path: str) -> str:
        return f"tag:{self.archive.authority}:{path}"


def _folders(card: ProfileCard) -> tuple[str, ...]:
    return tuple(f"profiles/{folder}" for folder in dict.fromkeys((card.address, *card.former)))


def _sections(edition: Edition, card: ProfileCard | None) -> Iterator[Section]:
    """The edition's public sections, all or the profile's."""
    for section in edition.sections:
        if not section.private and (card is None or section.profile == card.slug):
            yield section


def _picks(edition: Edition, card: ProfileCard | None) -> Iterator[Pick]:
    for section in _sections(edition, card):
        yield from section.picks
        yield from section.more


def _matches(archive: Archive) -> dict[int, tuple[Match, ...]]:
    """Each paper's matches with public profiles, each profile once, the newest edition's word first."""
    public = {card.slug for card in archive.profiles}
    found: dict[int, dict[str, Match]] = {}
    for edition in archive.editions:
        for pick in _picks(edition, None):
            if pick.match.profile in public:
                found.setdefault(pick.paper.number, {}).setdefault(pick.match.profile, pick.match)
    return {number: tuple(of.values()) for number, of in found.items()}


def _description(site: Site, card: ProfileCard | None, what: str) -> str:
    own = site.description if card is None else card.description
    return xml_safe(own or f"{what}{'' if card is None else f' for {card.title}'}")


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _beginning(authority: str) -> datetime:
    """The date of a tag authority such as “example.org,2026” or “example.org,2026-08-07”."""
    parts = [int(part) for part in authority.rpartition(",")[2].split("-") if part.isdigit()]
    year, month, dom = (*parts, 1, 1)[:3] if parts else (2026, 1, 1)
    return datetime.combine(date(year, month, dom), datetime.min.time(), tzinfo=UTC)
