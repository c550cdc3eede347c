"""A Hugging Face *Daily Papers* page, saved or copied as plain text.

Stage parse: blocks between blank lines: the page's own lines (``Get trending papers in your email inbox!``,
``byAK and the research community``, a date without its year), then a title, its abstract, a title, … There
are no ids, authors or votes. A block that fits nowhere is reported with its line, and reading goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise

from newsletter.addresses import links
from newsletter.formats import head_lines, lines
from newsletter.model import Dump, DumpDate, ListedPaper, Problem
from newsletter.text import split_keywords

TITLE = "Hugging Face Daily Papers, the page as plain text"

_INVITATION = "get trending papers in your email inbox"
_COMMUNITY = re.compile(r"by ?AK and the research community", re.IGNORECASE)


def recognise(dump: Dump) -> str:
    for line in head_lines(dump):
        if line.lower().startswith(_INVITATION) or _COMMUNITY.fullmatch(line):
            return ""
    return "no line “Get trending papers in your email inbox!” or “byAK and the research community”"


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    page = _Page(dump.name)
    blocks = _blocks(lines(dump))
    for block, following in pairwise(chain(blocks, (None,))):
        if block is not None:  # only the last of a pair is ever None
            yield from page.take(block, following)
    yield from page.end()


# ------------------------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class _Block:
    """What stands between two blank lines, as one line; `line` is the number of its first."""

    line: int
    text: str
    whole: bool = True


_LONGEST = 200_000
"""Characters of a block that are read: forty times the longest abstract we know of."""


def _blocks(numbered: Iterable[tuple[int, str]]) -> Iterator[_Block]:
    parts: list[str] = []
    first = size = 0
    for number, line in numbered:
        if stripped := line.strip():
            first = first or number
            if size <= _LONGEST:
                parts.append(stripped[:_LONGEST])
            size += len(stripped)
        elif first:
            yield _Block(first, " ".join(parts), size <= _LONGEST)
            parts, first, size = [], 0, 0
    if first:
        yield _Block(first, " ".join(parts), size <= _LONGEST)


# ------------------------------------------------------------------------------ what a block may be

_FURNITURE = frozenset(
    (
        "new", "subscribe", _INVITATION, "daily papers", "trending papers", "trending", "papers", "daily",
        "weekly", "monthly", "today", "previous", "next", "load more", "view all", "sign up", "log in",
        "login", "search", "company", "tos", "privacy", "about", "careers", "website", "models", "datasets",
        "spaces", "pricing", "docs", "system theme", "hugging face", "submit a paper", "community", "blog",
        "collections",
    )
)  # fmt: skip
"""Lines of the page itself, lower case: what stands around the papers, before, between and after."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? )?"
    r"([a-z]{3})([a-z]{0,6})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?",
    re.IGNORECASE,
)
_FULL_NAMES = frozenset(
    (
        "january", "february", "march", "april", "june", "july", "august", "sept", "september", "october",
        "november", "december",
    )
)  # fmt: skip
_LEAP_YEAR = 2024


def _date(text: str) -> DumpDate | None:
    found = _DATE.fullmatch(text)
    if found is None or found[1].lower() not in _MONTHS:
        return None
    if found[2] and (found[1] + found[2]).lower() not in _FULL_NAMES:
        return None
    month, day, year = _MONTHS.index(found[1].lower()) + 1, int(found[3]), int(found[4] or 0)
    try:
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return None
    return DumpDate(month=month, day=day, year=year or None)


def _furniture(text: str) -> bool:
    plain = text.lower().rstrip("!.")
    # Some pages invite twice, the first time to mail "once a day".
    return plain in _FURNITURE or plain.startswith(_INVITATION) or _COMMUNITY.fullmatch(text) is not None


_SURELY_ABSTRACT = 300
_SHORTEST_ABSTRACT = 25
_LONGEST_ODD_TITLE = 200


def _reads_as_abstract(text: str) -> bool:
    """By its length, or, a short one, by an end that hardly any title has: a stop, an address, keywords."""
    if len(text) > _SURELY_ABSTRACT:
        return True
    stopped = _STOPPED.search(text[-_LONGEST_ODD_TITLE:]) or split_keywords(text)[1]
    return len(text) >= _SHORTEST_ABSTRACT and bool(stopped)


_STOPPED = re.compile(r"(?:[.。…]|https?://\S+)\Z")
_ENDED = re.compile(r"(?:[.!?…。！？)\]}\"'”’»*]|https?://\S+)\Z")


def _cut_off(abstract: str) -> bool:
    """Whether an abstract stops in mid-sentence: real ones end with a mark, an address or keywords."""
    return not _ENDED.search(abstract[-_LONGEST_ODD_TITLE:]) and not split_keywords(abstract)[1]


# -------------------------------------------------------------------------------------------- pages

_PUT_BACK = "the file seems cut off; put the whole page back and run again"


class _Page:
    """What has been read so far: a date or none, and a title that waits for its abstract."""

    def __init__(self, dump: str) -> None:
        self.dump = dump
        self.date: DumpDate | None = None
        self.title: _Block | None = None

    def take(self, block: _Block, following: _Block | None) -> Iterator[ListedPaper | DumpDate | Problem]:
        before_abstract = following is not None and _reads_as_abstract(following.text)
        if not block.whole:
            yield self._problem(block, f"more than {_LONGEST:,} characters without a blank line: {{}}")
        elif found := _date(block.text):
            yield from self._dated(block, found)
        elif _furniture(block.text) and not before_abstract:
            return
        elif self.title is None:
            yield from self._begin(block, before_abstract=before_abstract)
        elif _reads_as_abstract(block.text) or following is None:
            yield from self._complete(self.title, block, last=following is None)
        else:
            yield self._problem(self.title, "a title without an abstract: {}")
            self.title = block

    def end(self) -> Iterator[Problem]:
        if self.title:
            yield self._problem(self.title, "a title without an abstract: {}", cut=True)

    def _dated(self, block: _Block, found: DumpDate) -> Iterator[DumpDate | Problem]:
        if self.date is None:
            self.date = found
            yield found
        elif found != self.date:
            yield self._problem(
                block, "a second date: {}", hint="save each page in a file of its own; the first date counts"
            )

    def _begin(self, block: _Block, *, before_abstract: bool) -> Iterator[Problem]:
        odd = before_abstract and len(block.text) <= _LONGEST_ODD_TITLE
        if odd or not _reads_as_abstract(block.text):
            self.title = block
        else:
            yield self._problem(block, "an abstract without a title: {}")

    def _complete(self, title: _Block, block: _Block, *, last: bool) -> Iterator[ListedPaper | Problem]:
        abstract, keywords = split_keywords(block.text)
        yield ListedPaper(
            title=title.text, abstract=abstract, line=title.line, links=links(abstract), keywords=keywords
        )
        if last and _cut_off(block.text):
            yield self._problem(block, "an abstract that stops in mid-sentence: {}", cut=True, end=True)
        self.title = None

    def _problem(
        self, block: _Block, what: str, *, hint: str = "", cut: bool = False, end: bool = False
    ) -> Problem:
        return Problem(
            dump=self.dump,
            line=block.line,
            what=what.format(_quoted(block.text, end=end)),
            hint=_PUT_BACK if cut else hint,
            cut=cut,
        )


_SHOWN = 60


def _quoted(text: str, *, end: bool = False) -> str:
    """Its beginning, or its end, on one line and with nothing that a terminal would obey."""
    if len(text) > _SHOWN:
        text = f"…{text[-_SHOWN:]}" if end else f"{text[:_SHOWN]}…"
    return repr(text)
