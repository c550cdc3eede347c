"""The pieces of a listing: the sections of editions as blocks of rendered papers. How a page is laid out is
not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from newsletter.almanac import Span
from newsletter.digest import once
from newsletter.listing import Block
from newsletter.model import Pick, Section
from newsletter.ports import Press
from newsletter.publication import Edition, ProfileCard
from newsletter.text import shorten
from newsletter.view import clock, sources, why


class Pieces:
    """Renders the papers of listings; `cards` are the profiles that the site shows, by slug."""

    def __init__(self, press: Press, cards: Mapping[str, ProfileCard]) -> None:
        self.press = press
        self.cards = cards

    def blocks(self, of: Span, up: str, limit: int) -> Iterator[Block]:
        """What each edition of the day has for each profile, each paper once; `limit` is of abstracts."""
        several = len(of.editions) > 1
        for number, edition in enumerate(of.editions, 1):
            for section in once(tuple(edition.public(self.cards))):
                card = self.cards[section.profile]
                yield self.block(
                    section,
                    up,
                    limit,
                    id=f"e{number}-{section.profile}",
                    title=card.title,
                    note=section.reason,
                    href=f"{up}profiles/{card.address}/index.html",
                    above=self.above(number, edition) if several else "",
                )

    def above(self, number: int, edition: Edition) -> str:
        """Which of the day's editions it is."""
        at = clock(edition.made, self.press.site)
        return self.press.words.say("Edition %(number)s, %(time)s", number=number, time=at)

    def block(self, section: Section, up: str, limit: int, *, best_of: int = 0, **words: str) -> Block:
        level = 4 if words.get("above") else 3
        return Block(
            **words,
            best_of=best_of,
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
            why=why(pick.match, self.press.words),
            sources=sources(pick.paper),
            up=up,
            level=level,
            rank=rank,
        )

    def line(self, pick: Pick, up: str) -> str:
        return self.press.render(
            "partials/line.html", pick=pick, why=why(pick.match, self.press.words), up=up
        )
