"""The static site: archive in, pages out. Links are relative: it works under any address and from a disk.

How a page looks stands in templates/; here stands which pages there are, what each is given, and how a long
listing is kept under its budget: abstracts are shortened first, then it goes on on further pages. Pages that
show papers are drafts: they are made where what they show has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from itertools import groupby

from newsletter.almanac import Almanac, Span, calendar, neighbours, of_profile
from newsletter.citing import forms, json_ld
from newsletter.digest import once
from newsletter.feed import address
from newsletter.listing import Block, fit_limit, numbered, paged, spread
from newsletter.model import Match, Pick, Section
from newsletter.outputs._frame import Frame, Shown
from newsletter.outputs._moved import redirects
from newsletter.outputs._pieces import Pieces
from newsletter.outputs._topics import topics
from newsletter.outputs._trending import UNLISTED, trending, unlisted
from newsletter.ports import Press
from newsletter.publication import (
    Archive,
    Artifact,
    Draft,
    Edition,
    Leaf,
    Mention,
    Output,
    ProfileCard,
    leaves_of,
    mentions_of,
    repeats_of,
    stamp,
)
from newsletter.text import shorten
from newsletter.timeline import timeline
from newsletter.view import known, shares, sources

ABSTRACTS = (100_000, 700, 320)
BRIEF = 320
BEST = 10
"""So many papers of each profile a week or month shows."""
HOME_DAYS = 7
ABSTRACT_ON_ITS_PAGE = 60_000


@dataclass(frozen=True, slots=True)
class Fit:
    """What a paper's page says of a profile that it fits."""

    card: ProfileCard
    match: Match
    date: date
    """Of the latest edition that has it for the profile."""
    shares: tuple[tuple[str, float], ...]
    """What each reason adds to the score."""


def artifacts(archive: Archive, press: Press) -> Iterator[Output]:
    """Every page, the style, the icon, robots.txt and, where the site has an address, its sitemap."""
    pages = _Site(archive, press)
    yield from pages.all()
    yield from redirects(archive, pages.frame, pages.almanac, pages.titles)
    yield from pages.frame.furniture()


class _Site:
    """The pages of one archive. Holds what all of them share."""

    def __init__(self, archive: Archive, press: Press) -> None:
        self.archive = archive
        self.press = press
        self.frame = Frame(press)
        self.words = press.words
        self.say = press.words.say
        self.cards = {card.slug: card for card in archive.profiles}
        self.leaves = leaves_of(archive)
        self.mentions = mentions_of(archive)
        self.same = _possibly_same(archive, self.leaves)
        self.former = _former(archive)
        self.notes = dict(archive.notes)
        stamps = {leaf.number: leaf.stamp for leaf in self.leaves}
        self.almanac = Almanac(archive, {slug: card.title for slug, card in self.cards.items()}, stamps)
        self.pieces = Pieces(press, self.cards)
        self.newest = self.almanac.days[0].last if self.almanac.days else None

    def all(self) -> Iterator[Artifact | Draft]:
        """The pages that a person may come to."""
        yield self.home()
        yield from self.spans(self.almanac.days, self.day)
        yield from self.spans(self.almanac.weeks, self.week)
        yield from self.spans(self.almanac.months, self.month)
        totals = _totals(self.archive)
        for card in self.archive.profiles:
            yield from self.profile(card, totals[card.slug])
        yield from (self.paper(place, leaf) for place, leaf in enumerate(self.leaves))
        rest = tuple(unlisted(self.archive, self.leaves, self.press, self.page))
        yield from rest
        yield from self.years(UNLISTED if rest else "")
        yield from trending(self.archive, self.leaves, self.press, self.page)
        yield topics(self.archive, self.leaves, self.almanac, self.words, self.page)
        yield from (self.profiles(totals), self.feeds(), self.about(), self.saved())

    # ----------------------------------------------------------------------------- days, weeks, months

    def home(self) -> Artifact:
        """The latest day, with what is trending, a calendar and the days before it."""
        site = self.press.site
        text = site.description or self.say("New research papers, by interest.")
        page = Shown("index.html", site.title, text)
        days = self.almanac.days
        latest = days[0] if days else None
        return self.page(
            "home.html",
            page,
            latest=latest,
            blocks=next(spread(self.pieces.blocks(latest, "", BRIEF))) if latest else (),
            note=self.notes.get(latest.last, "") if latest else "",
            days=days[:HOME_DAYS],
            months=self.almanac.months[:1],
            weeks=calendar(latest) if latest else (),
            dates={span.last: span.path for span in days},
            trending=self.archive.trending[:5],
            profiles=self.active(),
        )

    def spans(
        self, spans: Sequence[Span], pages: Callable[[Span, Span | None, Span | None], Iterable[Artifact]]
    ) -> Iterator[Draft]:
        """Days, weeks or months; each names the one after it and the one before."""
        for place, of in enumerate(spans):
            newer, older = neighbours(spans, place)
            names = [each.name if each else "" for each in (newer, older)]
            made_of = self.almanac.stamp(of.editions, *names, self.notes.get(of.last, ""))
            make = partial(pages, of, newer, older)
            yield Draft(path=of.path, made_of=made_of, make=make, mapped=True, changed=of.last)

    def day(self, of: Span, newer: Span | None, older: Span | None) -> Iterator[Artifact]:
        """All editions of a day, in order; on as many pages as it takes."""
        limit = self.limit(of)
        parts = list(spread(self.pieces.blocks(of, "../", limit)))
        paths = [paged(of.path, n) for n in range(1, len(parts) + 1)]
        count = self.words.counted("%(n)s new paper", "%(n)s new papers", of.papers)
        profiles = self.say("in %(profiles)s", profiles=", ".join(of.profiles))
        for n, (path, blocks) in enumerate(zip(paths, parts, strict=True), 1):
            title = numbered(self.words, self.words.day(of.last), n)
            yield self.page(
                "day.html",
                Shown(path, self.say("Papers of %(day)s", day=title), shorten(f"{count} {profiles}", 300)),
                day=of,
                heading=title,
                blocks=blocks,
                note=self.notes.get(of.last, "") if n == 1 else "",
                pages=paths,
                current=n,
                newer=newer,
                older=older,
            )

    def limit(self, of: Span) -> int:
        """How long the abstracts of a day may be, to keep its page under the budget."""
        sections = [section for edition in of.editions for section in edition.public(self.cards)]
        lengths = [len(pick.paper.abstract) for section in sections for pick in section.picks]
        return fit_limit(lengths, ABSTRACTS)

    def week(self, of: Span, newer: Span | None, older: Span | None) -> Iterator[Artifact]:
        """The best of a week, profile by profile."""
        best = self.words.counted(
            "The best of %(n)s paper, from %(day)s on",
            "The best of %(n)s papers, from %(day)s on",
            of.papers,
            day=self.words.day(of.first),
        )
        year, _, number = of.name.partition("-W")
        page = Shown(of.path, self.say("Week %(number)s of %(year)s", number=int(number), year=year), best)
        blocks = self.best(of, full=True)
        yield self.page(
            "span.html",
            page,
            of=of,
            blocks=next(spread(blocks)),
            weeks=(),
            dates={},
            newer=newer,
            older=older,
        )

    def month(self, of: Span, newer: Span | None, older: Span | None) -> Iterator[Artifact]:
        """A month's calendar, and the best of it by title."""
        title = self.words.month(of.first)
        best = self.words.counted(
            "The best of %(n)s paper of %(month)s, and every edition.",
            "The best of %(n)s papers of %(month)s, and every edition.",
            of.papers,
            month=title,
        )
        page = Shown(of.path, title, best)
        yield self.page(
            "span.html",
            page,
            of=of,
            blocks=next(spread(self.best(of, full=False))),
            weeks=calendar(of),
            dates={date: f"{date.isoformat()}.html" for date in of.dates},
            newer=newer,
            older=older,
        )

    def best(self, of: Span, *, full: bool) -> Iterator[Block]:
        """The best papers of each profile in a span, each once."""
        together: dict[str, list[Pick]] = {}
        for edition in of.editions:
            for section in edition.public(self.cards):
                together.setdefault(section.profile, []).extend(section.all)
        ranked = (
            Section(profile=slug, title=self.cards[slug].title, picks=tuple(sorted(picks, key=_by_score)))
            for slug, picks in together.items()
        )
        for section in once(tuple(ranked)):
            best = section.picks[:BEST]
            all_of_it = "index" if full else of.name
            yield self.pieces.block(
                replace(section, picks=best if full else (), more=() if full else best),
                "../",
                BRIEF,
                id=section.profile,
                title=section.title,
                note=section.reason,
                href=f"../profiles/{self.cards[section.profile].address}/{all_of_it}.html",
                best_of=len(section.picks),
            )

    # --------------------------------------------------------------------------------------- profiles

    def profile(self, card: ProfileCard, total: int) -> Iterator[Artifact | Draft]:
        """A profile's latest papers, and a page of titles for each month."""
        months = [(span, of_profile(span.editions, card)) for span in self.almanac.months]
        months = [(span, editions) for span, editions in months if editions]
        page = Shown(
            f"profiles/{card.address}/index.html",
            card.title,
            shorten(card.description or self.say("New papers on %(title)s", title=card.title), 300),
            card,
        )
        yield self.page(
            "profile.html",
            page,
            card=card,
            heading=card.title,
            blocks=next(spread(self.history(of_profile(self.archive.editions, card), card, BRIEF))),
            months=[span for span, _ in months],
            total=total,
        )
        for span, editions in months:
            path = f"profiles/{card.address}/{span.name}.html"
            made_of = self.almanac.stamp(editions, profile=card.slug)
            make = partial(self.profile_month, card, span, editions, path)
            yield Draft(path=path, made_of=made_of, make=make, mapped=True, changed=span.last)

    def profile_month(
        self, card: ProfileCard, of: Span, editions: Sequence[Edition], base: str
    ) -> Iterator[Artifact]:
        """All that a profile found in a month, by title."""
        parts = self.titles(card, editions)
        paths = [paged(base, n) for n in range(1, len(parts) + 1)]
        for n, (path, blocks) in enumerate(zip(paths, parts, strict=True), 1):
            title = numbered(self.words, f"{card.title}, {self.words.month(of.first)}", n)
            text = self.say("All papers that fit %(title)s, by title.", title=card.title)
            yield self.page(
                "profile-month.html",
                Shown(path, title, text, card),
                card=card,
                blocks=blocks,
                pages=paths,
                current=n,
            )

    def titles(self, card: ProfileCard, editions: Sequence[Edition]) -> Sequence[tuple[Block, ...]]:
        """What the pages of a profile's month show."""
        return list(spread(self.history(editions[::-1], card, None)))

    def history(self, editions: Iterable[Edition], card: ProfileCard, limit: int | None) -> Iterator[Block]:
        """What each edition had for the profile; by title alone where there is no limit of abstracts."""
        for edition in editions:
            for section in edition.public(self.cards):
                if section.profile == card.slug:
                    picks = section.all
                    yield self.pieces.block(
                        section if limit else replace(section, picks=(), more=picks),
                        "../../",
                        limit or 0,
                        id=f"on-{edition.name}",
                        title=self.words.day(edition.date),
                        note=section.reason,
                        href=f"../../editions/{edition.date.isoformat()}.html",
                    )

    def profiles(self, totals: Mapping[str, int]) -> Artifact:
        text = self.say("The interests that papers are picked for.")
        page = Shown("profiles/index.html", self.say("Profiles"), text)
        return self.page("profiles.html", page, profiles=self.archive.profiles, counts=totals)

    def active(self) -> tuple[ProfileCard, ...]:
        return tuple(card for card in self.archive.profiles if card.active)

    # ----------------------------------------------------------------------------------------- papers

    def paper(self, place: int, leaf: Leaf) -> Draft:
        """All that is known of one paper."""
        same, former = self.same.get(leaf.slug, ()), self.former.get(leaf.slug, ())
        others = (f"{other.slug} {other.said}" for other in (*same, *self.like(leaf)))
        made_of = stamp((leaf.stamp, *former, *others))
        make = partial(self.paper_page, place, leaf)
        return Draft(
            path=f"papers/{leaf.slug}.html", made_of=made_of, make=make, mapped=True, changed=leaf.changed
        )

    def paper_page(self, place: int, leaf: Leaf) -> Iterator[Artifact]:
        paper = self.archive.papers[place]
        path = f"papers/{paper.slug}.html"
        url = address(self.press.site, path)
        mentions = self.mentions.get(paper.number, ())
        links = sources(paper)
        yield self.page(
            "paper.html",
            Shown(path, paper.title, shorten(paper.abstract or paper.title, 160), kind="article"),
            paper=paper,
            abstract=shorten(paper.abstract, ABSTRACT_ON_ITS_PAGE),
            mentions=self.fits(mentions),
            reasons=[reason for mention in mentions for reason in mention.match.reasons],
            sources=links,
            forms=forms(paper, url),
            events=timeline(paper),
            jsonld=json_ld(paper, url, links),
            arxiv=known(paper, "arxiv"),
            doi=known(paper, "doi"),
            same=[self.archive.papers[self.places[other.slug]] for other in self.same.get(leaf.slug, ())],
            former=self.former.get(leaf.slug, ()),
            similar=[self.archive.papers[self.places[other.slug]] for other in self.like(leaf)],
        )

    def like(self, leaf: Leaf) -> tuple[Leaf, ...]:
        """The papers that are like one, as far as they have a page."""
        others = self.archive.similar.get(leaf.number, ())
        return tuple(self.by_number[other] for other in others if other in self.by_number)

    @cached_property
    def by_number(self) -> dict[int, Leaf]:
        """The pages by the numbers of their papers."""
        return {leaf.number: leaf for leaf in self.leaves}

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the papers stand, by their slugs."""
        return {leaf.slug: place for place, leaf in enumerate(self.leaves)}

    def fits(self, mentions: Iterable[Mention]) -> tuple[Fit, ...]:
        """The latest of each profile, best score first."""
        each: dict[str, Fit] = {}
        for mention in mentions:
            if card := self.cards.get(mention.match.profile):
                fit = Fit(card, mention.match, mention.date, shares(mention.match, self.words))
                each.setdefault(card.slug, fit)
        return tuple(sorted(each.values(), key=lambda fit: -fit.match.score))

    # ------------------------------------------------------------------------------------- other lists

    def years(self, rest: str) -> Iterator[Artifact]:
        """The archive: the newest year at archive.html, each older one on a page of its own; `rest` is the
        page of papers that no edition has, if there are any.
        """
        years = [(year, list(of)) for year, of in groupby(self.almanac.months, key=lambda m: m.last.year)]
        paths = {
            year: "archive.html" if n == 0 else f"archive-{year}.html" for n, (year, _) in enumerate(years)
        }
        days = {name: list(of) for name, of in groupby(self.almanac.days, key=lambda d: d.name[:7])}
        for year, months in years or [(0, [])]:
            title = self.say("Archive %(year)s", year=year) if year else self.say("Archive")
            text = self.say("Every edition, by year and month.")
            page = Shown(paths.get(year, "archive.html"), title, text)
            of = [(span, days[span.name]) for span in months]
            weeks = [week for week in self.almanac.weeks if week.last.year == year]
            yield self.page("archive.html", page, year=year, months=of, weeks=weeks, years=paths, rest=rest)

    def feeds(self) -> Artifact:
        text = self.say("Follow the papers in a feed reader: RSS, Atom and JSON Feed.")
        page = Shown("feeds.html", self.say("Feeds"), text)
        return self.page("feeds.html", page, profiles=self.archive.profiles)

    def about(self) -> Artifact:
        text = self.say("What this reading list is and how papers get onto it.")
        page = Shown("about.html", self.say("About"), text)
        return self.page("about.html", page, profiles=self.active(), editions=len(self.archive.editions))

    def saved(self) -> Artifact:
        page = Shown("saved.html", self.say("Saved papers"), self.say("Papers you saved in this browser."))
        return self.page("saved.html", page)

    # ----------------------------------------------------------------------------------------- pieces

    def page(self, template: str, page: Shown, **values: object) -> Artifact:
        """A page that a person may come to."""
        content = self.frame.page(template, page, **values)
        return Artifact(path=page.path, content=content, mapped=True, changed=self.newest)


def _by_score(pick: Pick) -> tuple[float, int]:
    return -pick.match.score, pick.paper.number


def _totals(archive: Archive) -> dict[str, int]:
    """How many papers each profile has found."""
    found: dict[str, set[int]] = {card.slug: set() for card in archive.profiles}
    for edition in archive.editions:
        for slug, numbers in edition.listed:
            if slug in found:
                found[slug].update(numbers)
    return {slug: len(numbers) for slug, numbers in found.items()}


def _possibly_same(archive: Archive, leaves: Iterable[Leaf]) -> dict[str, tuple[Leaf, ...]]:
    """For each slug the papers it may be the same as, older or newer, as far as both have a page."""
    pairs = repeats_of(archive)
    if not pairs:
        return {}
    by_slug = {leaf.slug: leaf for leaf in leaves}
    same: dict[str, tuple[Leaf, ...]] = {}
    for one, other in (*pairs, *((older, newer) for newer, older in pairs)):
        if one in by_slug and other in by_slug:
            same[one] = (*same.get(one, ()), by_slug[other])
    return same


def _former(archive: Archive) -> dict[str, tuple[str, ...]]:
    """The slugs that were joined into each."""
    former: dict[str, tuple[str, ...]] = {}
    for old, new in archive.redirects:
        former[new] = (*former.get(new, ()), old)
    return former
