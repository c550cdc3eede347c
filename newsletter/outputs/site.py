"""The static site: archive in, pages out. Links are relative: it works under any address and from a disk.

How a page looks stands in templates/; here stands which pages there are, what each is given, and how a long
listing is kept under its budget: abstracts are shortened first, then it goes on on further pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from newsletter.digest import once
from newsletter.feed import address
from newsletter.listing import Block, fitting, paged, spread
from newsletter.model import Archive, Artifact, Edition, Match, Paper, Pick, ProfileCard, Section
from newsletter.ports import Press
from newsletter.text import shorten
from newsletter.view import bibtex, clock, day, known, shares, sources, why

ABSTRACTS = (100_000, 700, 320)
BRIEF = 320
HOME_DAYS = 7
SITEMAP_URLS = 40_000
ABSTRACT_ON_ITS_PAGE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Where a paper's page says it stands: an edition and what a profile said of it."""

    edition: Edition
    section: Section
    match: Match
    card: ProfileCard

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """What each reason adds to the score."""
        return shares(self.match)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date with its editions, in the order they were made."""

    date: date
    editions: tuple[Edition, ...]
    papers: int
    profiles: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"editions/{self.date.isoformat()}.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as search engines and feed readers meet it."""

    path: str
    title: str
    description: str
    profile: ProfileCard | None = None
    kind: str = "website"
    hidden: bool = False

    @property
    def up(self) -> str:
        return "../" * self.path.count("/")


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact]:
    """Every page, the style, the icon, robots.txt and, where the site has an address, its sitemap."""
    builder = _Site(archive, press)
    yield from builder.assets()
    changed: dict[str, date | None] = {}
    for artifact, when in builder.pages():
        changed[artifact.path] = when
        yield artifact
    yield from builder.redirects()
    yield from builder.furniture(changed)


class _Site:
    """The pages of one archive. Holds what all of them share; nothing in it changes."""

    def __init__(self, archive: Archive, press: Press) -> None:
        self.archive = archive
        self.press = press
        self.cards = {card.slug: card for card in archive.profiles}
        self.days = _days(archive, self.cards)
        self.mentions = _mentions(archive, self.cards)
        self.notes = dict(archive.notes)
        self.pages_of = {paper.number for paper in archive.papers}
        self.same = _possibly_same(archive.papers)
        self.similar = _similar(archive)
        self.language = press.site.language

    def pages(self) -> Iterator[tuple[Artifact, date | None]]:
        """The pages that a person may come to, each with the date of its last change."""
        newest = self.days[0].date if self.days else None
        yield self.home(), newest
        for number, of in enumerate(self.days):
            for page in self.day(of, number):
                yield page, of.date
        for card in self.archive.profiles:
            for page in self.profile(card):
                yield page, newest
        for paper in self.archive.papers:
            yield self.paper(paper), self.changed(paper)
        for page in (*self.years(), self.profiles(), self.trending(), self.feeds(), self.about()):
            yield page, newest

    # ------------------------------------------------------------------------------------- each page

    def home(self) -> Artifact:
        """The latest day, with what is trending and the days before it."""
        site = self.press.site
        page = Shown("index.html", site.title, site.description or "New research papers, by interest.")
        latest = self.days[0] if self.days else None
        blocks = self.blocks(latest, "", BRIEF) if latest else ()
        return self.page(
            "home.html",
            page,
            latest=latest,
            blocks=next(spread(blocks)),
            note=self.notes.get(latest.date, "") if latest else "",
            days=self.days[:HOME_DAYS],
            trending=self.archive.trending[:5],
            profiles=self.active(),
        )

    def day(self, of: Day, number: int) -> Iterator[Artifact]:
        """All editions of a day, in order; on as many pages as it takes."""
        parts = fitting(lambda limit: self.blocks(of, "../", limit), ABSTRACTS)
        paths = [paged(of.path, n) for n in range(1, len(parts) + 1)]
        words = f"{of.papers} new papers" if of.papers != 1 else "1 new paper"
        for n, (path, blocks) in enumerate(zip(paths, parts, strict=True), 1):
            title = day(of.date, self.language) + (f", page {n}" if n > 1 else "")
            text = f"{words} in {', '.join(of.profiles)}"
            yield self.page(
                "day.html",
                Shown(path, f"Papers of {title}", shorten(text, 300)),
                day=of,
                heading=title,
                blocks=blocks,
                note=self.notes.get(of.date, "") if n == 1 else "",
                pages=paths,
                current=n,
                newer=self.days[number - 1] if number else None,
                older=self.days[number + 1] if number + 1 < len(self.days) else None,
            )

    def profile(self, card: ProfileCard) -> Iterator[Artifact]:
        """A profile's papers, newest edition first."""
        base = f"profiles/{card.address}/index.html"
        parts = fitting(lambda limit: self.history(card, limit), (BRIEF,))
        paths = [paged(base, n) for n in range(1, len(parts) + 1)]
        for n, (path, blocks) in enumerate(zip(paths, parts, strict=True), 1):
            title = card.title + (f", page {n}" if n > 1 else "")
            text = card.description or f"New papers on {card.title}"
            yield self.page(
                "profile.html",
                Shown(path, title, shorten(text, 300), card),
                card=card,
                heading=title,
                blocks=blocks,
                pages=paths,
                current=n,
                total=len({m for m in self.mentions if self._fits(m, card)}),
            )

    def paper(self, paper: Paper) -> Artifact:
        """All that is known of one paper."""
        path = f"papers/{paper.slug}.html"
        url = address(self.press.site, path)
        mentions = self.mentions.get(paper.number, ())
        reasons = [reason for mention in mentions for reason in mention.match.reasons]
        return self.page(
            "paper.html",
            Shown(path, paper.title, shorten(paper.abstract or paper.title, 160), kind="article"),
            paper=paper,
            abstract=shorten(paper.abstract, ABSTRACT_ON_ITS_PAGE),
            mentions=_latest(mentions),
            reasons=reasons,
            sources=sources(paper),
            bibtex=bibtex(paper, url),
            jsonld=_json_ld(paper, url),
            arxiv=known(paper, "arxiv"),
            doi=known(paper, "doi"),
            same=self.same.get(paper.slug, ()),
            similar=self.similar.get(paper.number, ()),
            former=[old for old, new in self.archive.redirects if new == paper.slug],
        )

    def years(self) -> Iterator[Artifact]:
        """The archive: the newest year at archive.html, each older one on a page of its own."""
        years = [(year, list(of)) for year, of in groupby(self.days, key=lambda d: d.date.year)]
        paths = {
            year: "archive.html" if n == 0 else f"archive-{year}.html" for n, (year, _) in enumerate(years)
        }
        for year, of in years or [(0, [])]:
            path = paths.get(year, "archive.html")
            title = f"Archive {year}" if year else "Archive"
            months = [list(days) for _, days in groupby(of, key=lambda d: d.date.month)]
            page = Shown(path, title, "Every edition, by year and month.")
            yield self.page("archive.html", page, year=year, months=months, years=paths)

    def profiles(self) -> Artifact:
        page = Shown("profiles/index.html", "Profiles", "The interests that papers are picked for.")
        counts = {
            card.slug: sum(1 for number in self.mentions if self._fits(number, card))
            for card in self.archive.profiles
        }
        return self.page("profiles.html", page, profiles=self.archive.profiles, counts=counts)

    def trending(self) -> Artifact:
        page = Shown("trending.html", "Trending", "Papers that keep coming back, or that many people like.")
        rows = [(trend, trend.paper.number in self.pages_of) for trend in self.archive.trending]
        return self.page("trending.html", page, rows=rows)

    def feeds(self) -> Artifact:
        page = Shown("feeds.html", "Feeds", "Follow the papers in a feed reader: RSS, Atom and JSON Feed.")
        return self.page("feeds.html", page, profiles=self.archive.profiles)

    def about(self) -> Artifact:
        page = Shown("about.html", "About", "What this reading list is and how papers get onto it.")
        return self.page("about.html", page, profiles=self.active(), editions=len(self.archive.editions))

    # ------------------------------------------------------------------------------------- furniture

    def assets(self) -> Iterator[Artifact]:
        for name in ("assets/style.css", "assets/favicon.svg"):
            path = name.removeprefix("assets/") if name.endswith(".svg") else name
            yield Artifact(path=path, content=self.press.render(name).encode())

    def redirects(self) -> Iterator[Artifact]:
        """Old addresses of papers and profiles, each leading on to the present one."""
        for old, new in self.archive.redirects:
            yield self.redirect(f"papers/{old}.html", f"{new}.html", f"papers/{new}.html")
        for card in self.archive.profiles:
            for former in card.former:
                there = f"profiles/{card.address}/index.html"
                yield self.redirect(f"profiles/{former}/index.html", f"../{card.address}/index.html", there)

    def redirect(self, path: str, target: str, there: str) -> Artifact:
        canonical = address(self.press.site, there)
        text = self.press.render("site/redirect.html", path=path, target=target, canonical=canonical)
        return Artifact(path=path, content=text.encode())

    def furniture(self, changed: dict[str, date | None]) -> Iterator[Artifact]:
        """404.html, robots.txt and sitemap.xml."""
        url = self.press.site.url
        # It is shown at any depth, where relative links lead nowhere.
        page = Shown("404.html", "Page not found", "There is no such page here.", hidden=True)
        yield self.page("404.html", page, up=f"{url}/" if url else "")
        sitemaps = list(self.sitemaps(changed)) if url else []
        robots = self.press.render("site/robots.txt", sitemap=bool(sitemaps))
        yield Artifact(path="robots.txt", content=robots.encode())
        yield from sitemaps

    def sitemaps(self, changed: dict[str, date | None]) -> Iterator[Artifact]:
        """sitemap.xml; with more pages than one may hold, an index of several."""
        urls = [(address(self.press.site, path), when) for path, when in sorted(changed.items())]
        parts = [urls[start : start + SITEMAP_URLS] for start in range(0, len(urls), SITEMAP_URLS)]
        names = [f"sitemap-{n}.xml" for n in range(1, len(parts) + 1)] if len(parts) > 1 else ["sitemap.xml"]
        for name, part in zip(names, parts, strict=True):
            yield Artifact(path=name, content=self.press.render("site/sitemap.xml", urls=part).encode())
        if len(parts) > 1:
            index = self.press.render("site/sitemap-index.xml", names=names)
            yield Artifact(path="sitemap.xml", content=index.encode())

    # --------------------------------------------------------------------------------------- pieces

    def page(self, template: str, page: Shown, **values: object) -> Artifact:
        """The page by its template, in the frame that all pages share."""
        values = {"up": page.up, **values}
        text = self.press.render(
            f"site/{template}",
            page=page,
            canonical="" if page.hidden else address(self.press.site, page.path),
            feeds_here=self._feeds_here(page),
            **values,
        )
        return Artifact(path=page.path, content=text.encode("utf-8", "replace"))

    def _feeds_here(self, page: Shown) -> list[tuple[str, str]]:
        """The page's own feed first, then the one of everything: (folder, title)."""
        own = [(f"profiles/{page.profile.address}", page.profile.title)] if page.profile else []
        return [*own, ("feeds", self.press.site.title)]

    def blocks(self, of: Day, up: str, limit: int) -> tuple[Block, ...]:
        """What each edition of the day has for each profile, each paper once; `limit` is of abstracts."""
        several = len(of.editions) > 1
        return tuple(
            self.block(
                section,
                up,
                limit,
                id=f"e{number}-{section.profile}",
                title=self.cards[section.profile].title,
                note=section.reason,
                href=f"{up}profiles/{self.cards[section.profile].address}/index.html",
                above=f"Edition {number}, {clock(edition.made, self.press.site)}" if several else "",
            )
            for number, edition in enumerate(of.editions, 1)
            for section in once(tuple(_public(edition, self.cards)))
        )

    def history(self, card: ProfileCard, limit: int) -> tuple[Block, ...]:
        """What each edition had for the profile."""
        return tuple(
            self.block(
                section,
                "../../",
                limit,
                id=f"on-{edition.name}",
                title=day(edition.date, self.language),
                note=section.reason,
                href=f"../../editions/{edition.date.isoformat()}.html",
            )
            for edition in self.archive.editions
            for section in _public(edition, self.cards)
            if section.profile == card.slug
        )

    def block(self, section: Section, up: str, limit: int, **words: str) -> Block:
        level = 4 if words.get("above") else 3
        return Block(
            **words,
            count=len(section.picks) + len(section.more),
            papers=tuple(
                self.pick(pick, up, limit, level, rank) for rank, pick in enumerate(section.picks, 1)
            ),
            more=tuple(self.line(pick, up) for pick in section.more),
        )

    def pick(self, pick: Pick, up: str, limit: int, level: int, rank: int) -> str:
        abstract = shorten(pick.paper.abstract, limit)
        return self.press.render(
            "partials/pick.html",
            pick=pick,
            abstract=abstract,
            cut=abstract != pick.paper.abstract,
            why=why(pick.match),
            sources=sources(pick.paper),
            up=up,
            level=level,
            rank=rank,
        )

    def line(self, pick: Pick, up: str) -> str:
        return self.press.render("partials/line.html", pick=pick, why=why(pick.match), up=up)

    def active(self) -> tuple[ProfileCard, ...]:
        return tuple(card for card in self.archive.profiles if card.active)

    def changed(self, paper: Paper) -> date | None:
        """When the paper's page last changed: an edition listed it, a list showed it, a version came."""
        dates = [mention.edition.date for mention in self.mentions.get(paper.number, ())]
        dates += [*paper.lists, *([paper.revised.date()] if paper.revised else [])]
        return max(dates, default=None)

    def _fits(self, number: int, card: ProfileCard) -> bool:
        return any(mention.card.slug == card.slug for mention in self.mentions.get(number, ()))


def _public(edition: Edition, cards: dict[str, ProfileCard]) -> Iterator[Section]:
    for section in edition.sections:
        if not section.private and section.profile in cards:
            yield section


def _days(archive: Archive, cards: dict[str, ProfileCard]) -> tuple[Day, ...]:
    """Newest first; within a day its editions in the order they were made."""
    days: dict[date, list[Edition]] = {}
    for edition in archive.editions:
        days.setdefault(edition.date, []).insert(0, edition)
    return tuple(_day(when, tuple(days[when]), cards) for when in sorted(days, reverse=True))


def _day(when: date, editions: tuple[Edition, ...], cards: dict[str, ProfileCard]) -> Day:
    sections = [section for edition in editions for section in _public(edition, cards)]
    papers = {pick.paper.number for section in sections for pick in (*section.picks, *section.more)}
    titles = dict.fromkeys(cards[section.profile].title for section in sections)
    return Day(date=when, editions=editions, papers=len(papers), profiles=tuple(titles))


def _mentions(archive: Archive, cards: dict[str, ProfileCard]) -> dict[int, tuple[Mention, ...]]:
    """For each paper's number, where it stands, newest edition first."""
    found: dict[int, list[Mention]] = {}
    for edition in archive.editions:
        for section in _public(edition, cards):
            for pick in (*section.picks, *section.more):
                mention = Mention(
                    edition=edition, section=section, match=pick.match, card=cards[section.profile]
                )
                found.setdefault(pick.paper.number, []).append(mention)
    return {number: tuple(mentions) for number, mentions in found.items()}


def _possibly_same(papers: Iterable[Paper]) -> dict[str, tuple[Paper, ...]]:
    """For each slug the papers it may be the same as, older or newer, as far as both have a page."""
    pages = {paper.slug: paper for paper in papers}
    pairs = [(paper.slug, repeat.slug) for paper in pages.values() for repeat in paper.repeats]
    same: dict[str, tuple[Paper, ...]] = {}
    for one, other in (*pairs, *((older, newer) for newer, older in pairs)):
        if one in pages and other in pages:
            same[one] = (*same.get(one, ()), pages[other])
    return same


def _similar(archive: Archive) -> dict[int, tuple[Paper, ...]]:
    """For each paper's number those that are like it, as far as they have a page."""
    pages = {paper.number: paper for paper in archive.papers}
    return {
        number: tuple(pages[other] for other in others if other in pages)
        for number, others in archive.similar
    }


def _latest(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """One for each profile, best score first."""
    each: dict[str, Mention] = {}
    for mention in mentions:
        each.setdefault(mention.card.slug, mention)
    return tuple(sorted(each.values(), key=lambda mention: -mention.match.score))


def _json_ld(paper: Paper, url: str) -> str:
    """schema.org's ScholarlyArticle with what is known; safe inside a script element."""
    facts = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": paper.title,
        "abstract": shorten(paper.abstract, 5_000),
        "author": [{"@type": "Person", "name": author} for author in paper.authors],
        "datePublished": paper.published.isoformat() if paper.published else "",
        "url": url,
        "sameAs": [source.url for source in sources(paper) if source.rel == "abstract"],
        "identifier": list(paper.ids),
    }
    text = json.dumps({key: value for key, value in facts.items() if value}, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
