"""Long listings: how rendered papers are laid out on pages that stay under a budget.

Blocks in, pages of blocks out. What a paper looks like is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from newsletter.words import Words

PAGE_BYTES = 150_000
# What the page around the papers may take: head, navigation, an editor's note.
FRAME_BYTES = 16_000
_AROUND = 1_200
"""Bytes of a listed paper besides its abstract: title, authors, reasons, links, and the markup of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a listing: rendered papers under a heading. `more` are further papers, by title."""

    id: str
    title: str
    note: str = ""
    href: str = ""
    count: int = 0
    best_of: int = 0
    """So many there are, where only the best `count` are shown."""
    above: str = ""
    """The heading over this one and its like: which of the day's editions it is."""
    papers: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


def paged(path: str, number: int) -> str:
    """The file of a listing's page: index.html, page-2.html; 2026-08-07.html, 2026-08-07-page-2.html."""
    if number == 1:
        return path
    stem = (
        path.removesuffix("index.html") if path.endswith("/index.html") else path.removesuffix(".html") + "-"
    )
    return f"{stem}page-{number}.html"


def numbered(words: Words, title: str, number: int) -> str:
    """The title of a listing's page: all after the first say which they are."""
    return words.say("%(title)s, page %(number)s", title=title, number=number) if number > 1 else title


def _size(block: Block) -> int:
    return sum(len(part.encode()) for part in (*block.papers, *block.more))


def fit_limit(abstracts: Sequence[int], limits: Sequence[int]) -> int:
    """Of some limits for abstracts, longest first, the first with which papers whose abstracts have these
    lengths fit on one page; else the last.
    """
    for limit in limits:
        if sum(min(length, limit) + _AROUND for length in abstracts) <= PAGE_BYTES - FRAME_BYTES:
            return limit
    return limits[-1]


def spread(blocks: Iterable[Block]) -> Iterator[tuple[Block, ...]]:
    """The blocks over pages that keep the budget; what does not fit goes on on the next page."""
    page: list[Block] = []
    room = PAGE_BYTES - FRAME_BYTES
    for block in blocks:
        rest: Block | None = block
        while rest is not None:
            part, rest = _cut(rest, room, whatever=not page)
            page += [part] if part.papers or part.more else []
            room -= _size(part)
            if rest is not None:
                yield tuple(page)
                page, room = [], PAGE_BYTES - FRAME_BYTES
    yield tuple(page)


def _cut(block: Block, room: int, *, whatever: bool) -> tuple[Block, Block | None]:
    """As much of the block as there is room for, and the rest, which bears no id: it is the same block's.

    With `whatever` at least one paper is taken, however large it is.
    """
    count = _fits((*block.papers, *block.more), room, at_least=int(whatever))
    papers = min(count, len(block.papers))
    taken = replace(block, papers=block.papers[:papers], more=block.more[: count - papers])
    rest = replace(block, id="", papers=block.papers[papers:], more=block.more[count - papers :])
    return taken, rest if rest.papers or rest.more else None


def _fits(parts: Sequence[str], room: int, *, at_least: int) -> int:
    """How many of the parts, from the first, have room."""
    for count, part in enumerate(parts):
        room -= len(part.encode())
        if room < 0 and count >= at_least:
            return count
    return len(parts)
