"""A digest as one entry of a feed: of an edition, or of a reader. Sections in, entry out; no archive here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from newsletter.feed import Entry, address, second
from newsletter.model import Paper, Pick, Revised, Section, Trend
from newsletter.note import note_html
from newsletter.ports import Press
from newsletter.settings import Site
from newsletter.text import shorten, xml_safe
from newsletter.view import source
from newsletter.words import Words

IN_FULL = 30
BY_TITLE = 100
"""So many papers an entry tells with their abstracts, so many more by title: a page has the rest. Each
section has its share, and one at least."""
MOST_ALIKE = 5
"""Near-repeats named below a paper; further ones are counted."""
LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry tells of a section: papers with abstracts, others by title; how many it leaves out."""

    title: str
    picks: tuple[Pick, ...]
    lines: tuple[Pick, ...]
    left: int


def digest_entry(
    press: Press,
    *,
    name: str,
    title: str,
    page: str,
    sections: Sequence[Section],
    note: str,
    at: datetime,
    trending: Sequence[Trend] = (),
    revised: Sequence[Revised] = (),
) -> Entry:
    """The entry, under the id `name`; `page` is the address of the page that has the whole digest, if any.

    What trends besides and what was revised stand in the digests of readers alone.
    """
    told = cut(sections)
    # What trends has a page; what was revised may have been a reader's own interest, which has none.
    links = {trend.paper.number: _page(press.site, trend.paper) or source(trend.paper) for trend in trending}
    links |= {one.paper.number: source(one.paper) for one in revised}
    links |= {
        paper.number: _link(press.site, section, paper)
        for section in sections
        for pick in section.all
        for paper in (pick.paper, *pick.alike)
    }
    # Where no page has it, links lead to where those of a day's page would.
    base = page or address(press.site, "editions/index.html")
    written = Markup(note_html(note, base))  # noqa: S704 - nh3 cleaned it
    html = press.render(
        "feeds/digest.html",
        sections=told,
        links=links,
        page=page,
        note=written,
        most_alike=MOST_ALIKE,
        trending=trending,
        revised=revised[:BY_TITLE],
        more_revised=len(revised[BY_TITLE:]),
    )
    titles = [shorten(pick.paper.title, LONGEST_TITLE) for section in sections for pick in section.picks[:5]]
    return Entry(
        id=name,
        title=xml_safe(shorten(title, LONGEST_TITLE)),
        link=page,
        summary=xml_safe("; ".join(titles[:5])) or press.words.say("No papers"),
        html=xml_safe(html).strip(),
        published=second(at),
        updated=second(at),
    )


def heading(words: Words, day: date, papers: int) -> str:
    """“7 August 2026: 3 papers”."""
    count = words.counted("%(n)s paper", "%(n)s papers", papers)
    return f"{words.day(day)}: {count}"


def cut(sections: Sequence[Section]) -> tuple[Told, ...]:
    """The sections, none longer than its share."""
    full, titles = (max(1, most // max(1, len(sections))) for most in (IN_FULL, BY_TITLE))
    return tuple(_told(section, full, titles) for section in sections)


def _told(section: Section, full: int, titles: int) -> Told:
    lines = (*section.picks[full:], *section.more)
    return Told(section.title, section.picks[:full], lines[:titles], len(lines[titles:]))


def _link(site: Site, section: Section, paper: Paper) -> str:
    """The paper's page; a paper of a reader's own interests has none."""
    return ("" if section.private else _page(site, paper)) or source(paper)


def _page(site: Site, paper: Paper) -> str:
    return address(site, f"papers/{paper.slug}.html")
