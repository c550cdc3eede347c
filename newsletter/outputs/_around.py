"""What stands around the papers of a mail in HTML, with marks in their places; and the styles of a mail.

Thousands of mails differ in nothing here but a name, a way to leave and the line that an inbox shows. So it
is filled in and styled once for all of those, with stand-ins for the three. Where the template is a user's
own it is filled in for each digest: it may read whatever a digest holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from newsletter.mail import quoted
from newsletter.model import Digest, Revised, Trend
from newsletter.ports import Press

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATE = "email/digest.html"
FRAMES_KEPT = 256
"""Frames that are remembered: some 6 KB each."""
NAME, LEAVE, PREHEADER = STAND_INS = ("\ue000name\ue001", "\ue000leave\ue001", "\ue000preheader\ue001")
MARK = re.compile(rf"<!--paper:(\d+)-->|{'|'.join(STAND_INS)}")
"""A paper's place, which nobody else can write (values are escaped, notes are washed), or a stand-in, which
is taken for one only where each stands as often as it should: once, or not at all.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Papers of a section that stand together: a week's, with its name, or all of them."""

    heading: str
    blocks: tuple[str | Markup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of the letter; the blocks of its groups stand for its papers."""

    title: str
    reason: str
    groups: tuple[Group, ...]

    @property
    def blocks(self) -> tuple[str | Markup, ...]:
        """All of them, without their groups."""
        return tuple(block for group in self.groups for block in group.blocks)

    @property
    def count(self) -> int:
        """How many papers it shows."""
        return len(self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the letter says besides its papers."""

    reader_name: str
    unsubscribe: str
    web_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What our own template says of the digest itself."""

    papers: int
    covers: int
    waiting: int
    note: str
    health: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that a template gets besides the site: with the same sheet it says the same."""

    digest: Digest | Told
    words: Words
    heading: str
    preheader: str
    trending: tuple[tuple[Trend, str], ...]
    revised: tuple[tuple[Revised, str], ...]
    more_revised: int
    shortened: bool
    left_out: int = 0
    parts: tuple[Part, ...] = ()

    @property
    def values(self) -> dict[str, object]:
        """Each by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """HTML with marks in it: `size` is what it takes of the budget, `own` what goes where a stand-in is."""

    html: str
    size: int
    own: Mapping[str, str]

    def filled(self, blocks: Sequence[str]) -> str:
        """With its papers, and with what is the reader's own."""
        return MARK.sub(lambda mark: blocks[int(mark[1])] if mark[1] else self.own[mark[0]], self.html)


def frame(press: Press, sheet: Sheet) -> Frame:
    """What stands around the papers of a sheet. Raises TemplateError."""
    own = {
        NAME: escape(sheet.words.reader_name, quote=False),
        LEAVE: escape(sheet.words.unsubscribe, quote=False).replace('"', "&quot;"),
        PREHEADER: escape(sheet.preheader, quote=False),
    }
    own = {mark: text.replace("\xa0", "&nbsp;") for mark, text in own.items() if text}
    anyones = _anyones(press, _for_anyone(sheet)) if press.shipped(TEMPLATE) else ""
    # In words that somebody else wrote a stand-in would bring the reader's own to where it does not belong.
    if anyones and all(anyones.count(mark) == (mark in own) for mark in STAND_INS):
        return Frame(html=anyones, size=_size_of_anyones(anyones) + sum(map(size, own.values())), own=own)
    html = inlined(press.render(TEMPLATE, **sheet.values), style(press))
    return Frame(html=html, size=size(html), own=dict(zip(STAND_INS, STAND_INS, strict=True)))


def _for_anyone(sheet: Sheet) -> Sheet:
    words, digest = sheet.words, sheet.digest
    told = Told(
        papers=digest.papers,
        covers=digest.covers,
        waiting=digest.waiting,
        note=digest.note,
        health=digest.health,
    )
    anyone = Words(
        reader_name=NAME if words.reader_name else "",
        unsubscribe=LEAVE if words.unsubscribe else "",
        web_url=words.web_url,
    )
    return replace(sheet, digest=told, words=anyone, preheader=PREHEADER if sheet.preheader else "")


@lru_cache(FRAMES_KEPT)
def _anyones(press: Press, sheet: Sheet) -> str:
    return inlined(press.render(TEMPLATE, **sheet.values), style(press))


@lru_cache(FRAMES_KEPT)
def _size_of_anyones(html: str) -> int:
    return size(html)


# ------------------------------------------------------------------------------------------ the styles


def size(html: str) -> int:
    """Nobody knows whether Gmail counts before or after decoding: the larger of both."""
    return max(len(html.encode("utf-8", "replace")), len(quoted(html)))


@lru_cache(16)
def style(press: Press) -> str:
    """The style sheet of a mail."""
    return press.render("email/style.css")


def inlined(html: str, style: str) -> str:
    """A page with the style in its elements. What stands in its head stays."""
    whole: str = _inliner(style).inline(html)
    return whole


def inlined_block(html: str, style: str) -> str:
    """A part of a page with the style in its elements."""
    # Here the style is asked for: one that the inliner has besides would be read a second time.
    block: str = _inliner("").inline_fragment(html, style)
    return block


@lru_cache(16)
def _inliner(style: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - css_inline has no types
    """Writes the style into the elements. What stands in the head, for phones and dark screens, stays."""
    import css_inline  # noqa: PLC0415 - 10 ms, and only mail needs it

    return css_inline.CSSInliner(
        keep_style_tags=True, minify_css=True, extra_css=style, load_remote_stylesheets=False
    )
