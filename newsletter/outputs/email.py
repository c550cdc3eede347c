"""A digest as an e-mail: its subject, its text part and its HTML part. Digest in, letter out.

Who gets it, when, and with which headers stands in mail.py and deliver.py. What a paper looks like is
rendered once for all who get it for the same reasons; a letter is those blocks in a frame of its own. The
HTML stays under a budget, for Gmail clips what is over 102 KB: abstracts are shortened until it fits, then
they go, then papers do, and what went is counted and linked. The first paper is always complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from newsletter.mail import sendable
from newsletter.model import Digest, Letter, Paper, Pick
from newsletter.outputs._around import Frame, Group, Part, Sheet, Words, frame, inlined_block, size, style
from newsletter.ports import Press
from newsletter.text import shorten
from newsletter.view import Source, possibly_same, source, sources, why

if TYPE_CHECKING:
    from markupsafe import Markup

BUDGET = 90_000
"""Bytes of HTML: Gmail clips at 102 KB, and the reader's own programs add to what we send."""
CLOSING = 500
"""Bytes kept free for the lines that say what was cut."""
LEAST, USUAL = 500, 1_200
"""Bytes that a paper takes besides its abstract: its title, its reasons, their styles."""
# How long abstracts may be, from all to none; the first that keeps the budget is taken.
ABSTRACTS = (3_000, 1_800, 1_200, 900, 700, 550, 400, 300, 200, 0)
# The first paper is complete, but for an abstract that would burst the mail by itself.
FIRST_ABSTRACT = (12_000, 6_000, 3_000, 1_000, 300, 0)
TITLE = 300
WHY = 400
DATES = 6
ALIKE = 5
"""Near-repeats named below a paper; further ones are counted."""
SUBJECT = 66
PREHEADER = 140
REVISED = 25
BLOCKS_KEPT = 4096
"""Papers whose look is remembered: some 6 KB each."""
TEXT = "email/digest.txt"
TEXT_PLACE = re.compile(r"^<paper (\d+)>$", re.MULTILINE)
"""Where our own text goes on with a paper: to look them all over for blanks took a tenth of a mail's time."""
EMPTY_LINES = re.compile(r"\n\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paper as the letter shows it: `url` is where its title leads, or nothing."""

    title: str
    abstract: str
    cut: bool
    url: str
    why: str
    seen: str
    also: tuple[str, ...]
    repeats: str
    sources: tuple[Source, ...]
    alike: tuple[tuple[str, str], ...]
    """Title and address of the near-repeats that are told with it."""
    like: int
    """How many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paper's part of both halves of a letter; `size` is what its HTML takes of the budget."""

    html: str
    text: str
    size: int


def letter(
    digest: Digest, press: Press, *, reader_name: str = "", unsubscribe: str = "", web_url: str = ""
) -> Letter:
    """The letter; `unsubscribe` is a mailto: or https: address, `web_url` is where the same can be read."""
    words = Words(reader_name=sendable(reader_name), unsubscribe=unsubscribe, web_url=web_url)
    sheet = _sheet(digest, press, words)
    around = _around(digest, min(digest.papers, BUDGET // LEAST), press, sheet)
    blocks, limit = _fitting(digest, press, BUDGET - CLOSING - around.size)
    left_out, shortened = digest.papers - len(blocks), limit < ABSTRACTS[0]
    if (left_out, shortened) != (sheet.left_out, sheet.shortened):
        sheet = replace(sheet, left_out=left_out, shortened=shortened)
        around = _around(digest, len(blocks), press, sheet)
    html = around.filled([block.html for block in blocks])
    return Letter(subject=_subject(digest, press), text=_text(digest, blocks, press, sheet), html=html)


def _fitting(digest: Digest, press: Press, room: int) -> tuple[list[Block], int]:
    """As much of each paper as there is room for, else as many papers; and how long abstracts may be."""
    picks = [(pick, section.private) for section in digest.sections for pick in section.picks]
    if not picks:
        return [], ABSTRACTS[0]
    first = _first(press, *picks[0], room)
    for limit in ABSTRACTS:
        if limit == ABSTRACTS[-1] or not _too_long(digest, limit):
            rest = (_block(press, pick, limit, private) for pick, private in picks[1:])
            blocks = [first, *_within(rest, room - first.size)]
            if len(blocks) == len(picks):
                break
    return blocks, limit


def _first(press: Press, pick: Pick, private: bool, room: int) -> Block:  # noqa: FBT001 - as it comes
    """The first paper, as complete as a mail can hold it."""
    for limit in FIRST_ABSTRACT:
        block = _block(press, pick, limit, private)
        if block.size <= room:
            break
    return block


def _too_long(digest: Digest, limit: int, each: int = LEAST) -> bool:
    """Whether it is over the budget where each paper takes so much besides its abstract: nothing is
    rendered to find that out. An abstract that is cut keeps two thirds of its limit.
    """
    lengths = (len(pick.paper.abstract) for section in digest.sections for pick in section.picks)
    return sum(each + (n if n <= limit else limit * 2 // 3) for n in lengths) > BUDGET


def _within(blocks: Iterable[Block], room: int) -> Iterator[Block]:
    """The first blocks, as far as there is room for them."""
    for block in blocks:
        room -= block.size
        if room < 0:
            return
        yield block


def _block(press: Press, pick: Pick, limit: int, private: bool) -> Block:  # noqa: FBT001 - as it comes
    whole = len(pick.paper.abstract) <= limit
    return _made_block(press, pick, FIRST_ABSTRACT[0] if whole else limit, private)


@lru_cache(BLOCKS_KEPT)
def _made_block(press: Press, pick: Pick, limit: int, private: bool) -> Block:  # noqa: FBT001 - a cache's key
    paper, reasons = pick.paper, pick.match.reasons
    values = {"line": _line(pick, press, limit, private=private), "paper": paper, "reasons": reasons}
    html = press.render("email/paper.html", **values)
    # An empty line at either end, and none within: so it is quoted once for all letters (mail.quoted).
    html = EMPTY_LINES.sub("\n", inlined_block(html, style(press)).strip())
    text = _tidy(press.render("email/paper.txt", **values))
    return Block(html=f"\n\n{html}\n\n", text=text, size=size(html) + 8)


def _line(pick: Pick, press: Press, limit: int, *, private: bool) -> Line:
    paper = pick.paper
    abstract = shorten(paper.abstract, limit)
    return Line(
        title=shorten(paper.title, TITLE),
        abstract=abstract,
        cut=abstract != paper.abstract,
        url=_address(paper, press, private=private),
        why=shorten(why(pick.match, press.words), WHY),
        seen=_seen(paper, press),
        also=pick.also,
        repeats=possibly_same(paper, press.words),
        sources=sources(paper)[:4],
        alike=tuple(
            (shorten(each.title, TITLE), _address(each, press, private=private))
            for each in pick.alike[:ALIKE]
        ),
        like=len(pick.alike),
    )


def _address(paper: Paper, press: Press, *, private: bool) -> str:
    # What only a private interest found has no page on the site.
    return source(paper) if private else _url(paper, press)


def _url(paper: Paper, press: Press) -> str:
    """Where a paper's title leads: to its page, or where the site has no address to the paper itself."""
    return f"{press.site.url}/papers/{paper.slug}.html" if press.site.url else source(paper)


def _seen(paper: Paper, press: Press) -> str:
    """“Seen on 2 lists: 13 March and 3 June 2026”, for a paper that came back."""
    lists, words = paper.lists, press.words
    if len(lists) > DATES:
        first = words.day(lists[0])
        return words.say("Seen on %(n)s lists, the first of %(day)s", n=len(lists), day=first)
    if len(lists) < 2:  # noqa: PLR2004 - it has not come back
        return ""
    return words.say("Seen on %(n)s lists: %(days)s", n=len(lists), days=words.days(lists))


# ------------------------------------------------------------------------------------------- the frame


def _sheet(digest: Digest, press: Press, words: Words) -> Sheet:
    """What the frames of both halves say, but for the papers."""
    return Sheet(
        digest=digest,
        words=words,
        heading=press.words.day(digest.date),
        preheader=_preheader(digest),
        trending=tuple((trend, _url(trend.paper, press)) for trend in digest.trending),
        revised=tuple((revised, _url(revised.paper, press)) for revised in digest.revised[:REVISED]),
        more_revised=max(0, len(digest.revised) - REVISED),
        shortened=_too_long(digest, ABSTRACTS[0], USUAL),
    )


def _around(digest: Digest, count: int, press: Press, sheet: Sheet) -> Frame:
    """The HTML with a mark in the place of each of the first `count` papers."""
    return frame(press, replace(sheet, parts=_parts(digest, _places(count), press)))


@cache
def _places(count: int) -> tuple[Markup, ...]:
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    return tuple(Markup(f"<!--paper:{place}-->") for place in range(count))  # noqa: S704 - a number


def _text(digest: Digest, blocks: list[Block], press: Press, sheet: Sheet) -> str:
    numbered = [f"{rank:>2}. {block.text.strip()}" for rank, block in enumerate(blocks, 1)]
    if press.shipped(TEXT):
        text = _filled_in(digest, _text_places(len(blocks)), press, sheet)
        # What reads like a place may stand in somebody's words: then each paper is put there by the template.
        if [int(place) for place in TEXT_PLACE.findall(text)] == list(range(len(blocks))):
            return TEXT_PLACE.sub(lambda place: numbered[int(place[1])], text)
    return _filled_in(digest, numbered, press, sheet)


def _filled_in(digest: Digest, blocks: Sequence[str], press: Press, sheet: Sheet) -> str:
    return _tidy(press.render(TEXT, **replace(sheet, parts=_parts(digest, blocks, press)).values))


@cache
def _text_places(count: int) -> tuple[str, ...]:
    return tuple(f"<paper {place}>" for place in range(count))


def _parts(digest: Digest, blocks: Sequence[str | Markup], press: Press) -> tuple[Part, ...]:
    """The sections of the letter, as far as there are blocks for their papers."""
    parts, start = [], 0
    for section in digest.sections:
        mine = blocks[start : start + len(section.picks)]
        start += len(mine)
        if mine:
            weeks = [pick.paper.week if digest.by_week else None for pick in section.picks]
            groups = tuple(_groups(zip(weeks, mine, strict=False), press))
            parts.append(Part(title=section.title, reason=section.reason, groups=groups))
    return tuple(parts)


def _groups(blocks: Iterable[tuple[date | None, str | Markup]], press: Press) -> Iterator[Group]:
    """Blocks of one week after another, under its Monday; without a week, under nothing."""
    for week, of_week in groupby(blocks, key=itemgetter(0)):
        heading = press.words.say("Week of %(day)s", day=press.words.day(week)) if week else ""
        yield Group(heading=heading, blocks=tuple(block for _, block in of_week))


# ------------------------------------------------------------------------------------------- the lines


def _subject(digest: Digest, press: Press) -> str:
    first = next((pick.paper.title for section in digest.sections for pick in section.picks), "")
    if not first:
        return sendable(press.words.say("Nothing new, %(day)s", day=press.words.day(digest.date)))
    count = ""
    if digest.papers > 1:
        count = press.words.counted("%(n)s paper", "%(n)s papers", digest.papers) + ": "
    return count + sendable(shorten(first, SUBJECT - len(count)))


def _preheader(digest: Digest) -> str:
    """What an inbox shows behind the subject: the titles after the first."""
    titles = [pick.paper.title for section in digest.sections for pick in section.picks][1:4]
    return shorten(" · ".join(titles), PREHEADER)


def _tidy(text: str) -> str:
    """No more than two empty lines in a row, no blanks at the ends of lines but the one of “-- ”."""
    text = "\n".join(map(str.rstrip, text.replace("\r", "").split("\n")))
    while "\n\n\n\n" in text:
        text = text.replace("\n\n\n\n", "\n\n\n")
    return text.replace("\n\n--\n", "\n\n-- \n").strip("\n") + "\n"
