"""A Hugging Face *Daily Papers* page, saved or copied as plain text, with abstracts.

Stage parse: blocks between blank lines: the page's own lines (``Get trending papers in your email inbox!``,
``byAK and the research community``, a date without its year), then a title, its abstract, a title, … Some
ways of saving keep what stands around a paper: its votes before the title, "OCC · May 29" behind the
abstract. There are no ids or authors. A block that fits nowhere is reported with its line, and reading goes
on. Pages without abstracts are hf_cards, pages as Markdown hf_markdown, as HTML hf_html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from newsletter.addresses import links
from newsletter.formats import _hf, head_lines, lines
from newsletter.model import Dump, DumpDate, ListedPaper, Problem
from newsletter.text import split_keywords

TITLE = "Hugging Face Daily Papers, the page as plain text"


def recognise(dump: Dump) -> str:
    if _hf.starts_html(dump):
        return "it is HTML"
    found = head_lines(dump)
    if not any(map(_hf.marks_page, found)):
        return "no line “Get trending papers in your email inbox!” or “byAK and the research community”"
    if any(map(_hf.titles_a_paper, found)):
        return "its titles are Markdown links"
    if any(_hf.submitter(line) is not None for line in found):
        return "it says who submitted each paper"
    return ""


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


def _blocks(numbered: Iterable[tuple[int, str]]) -> Iterator[_Block]:
    parts: list[str] = []
    first = size = 0
    for number, line in numbered:
        if stripped := line.strip():
            first = first or number
            if size <= _hf.LONGEST:
                parts.append(stripped[: _hf.LONGEST])
            size += len(stripped)
        elif first:
            yield _Block(first, " ".join(parts), size <= _hf.LONGEST)
            parts, first, size = [], 0, 0
    if first:
        yield _Block(first, " ".join(parts), size <= _hf.LONGEST)


# ------------------------------------------------------------------------------ what a block may be

_SURELY_ABSTRACT = 300
_SHORTEST_ABSTRACT = 25
_LONGEST_ODD_TITLE = 200
_LONGEST_BYLINE = 100
_DOTS = ("·", "•")


_STOPPED = re.compile(r"(?:[.。…]|https?://\S+)\Z")


def _reads_as_abstract(text: str) -> bool:
    """By its length, or, a short one, by an end that hardly any title has: a stop, an address, keywords."""
    if len(text) > _SURELY_ABSTRACT:
        return True
    stopped = _STOPPED.search(text[-_LONGEST_ODD_TITLE:]) or split_keywords(text)[1]
    return len(text) >= _SHORTEST_ABSTRACT and bool(stopped)


def _before_dot(block: _Block, following: _Block | None) -> bool:
    """Whether it is the organisation in "OCC · May 29"."""
    return following is not None and following.text.startswith(_DOTS) and len(block.text) <= _LONGEST_BYLINE


# -------------------------------------------------------------------------------------------- pages


class _Page:
    """What has been read so far: a date or none, a paper that may get a byline, and a title that waits for
    its abstract.
    """

    def __init__(self, dump: str) -> None:
        self.dump = dump
        self.date: DumpDate | None = None
        self.paper: ListedPaper | None = None
        self.title: _Block | None = None
        self.votes: int | None = None
        self.dotted = False
        """Whether the block before was, or ended in, the dot of a byline."""

    def take(self, block: _Block, following: _Block | None) -> Iterator[ListedPaper | DumpDate | Problem]:
        before_abstract = following is not None and _reads_as_abstract(following.text)
        if not block.whole:
            yield self._problem(block, f"more than {_hf.LONGEST:,} characters without a blank line: {{}}")
        elif (block.text in _DOTS or not before_abstract) and self._around(block, following):
            return
        elif found := _hf.dump_date(block.text):
            yield from self._dated(block, found)
        elif _hf.is_furniture(block.text) and not before_abstract:
            return
        elif self.title is None:
            yield from self._begin(block, before_abstract=before_abstract)
        elif _reads_as_abstract(block.text) or following is None:
            yield from self._complete(self.title, block, last=following is None)
        else:
            yield self._problem(self.title, "a title without an abstract: {}")
            self.title = block

    def end(self) -> Iterator[ListedPaper | Problem]:
        yield from self._release()
        if self.title:
            yield self._problem(self.title, "a title without an abstract: {}", cut=True)

    def _around(self, block: _Block, following: _Block | None) -> bool:
        """Whether the block stands around papers: votes, authors, organisation, "·", and the day after it."""
        after_dot, self.dotted = self.dotted, block.text in _DOTS
        if self.dotted or _hf.counts_authors(block.text):
            return True
        if (found := _hf.count(block.text)) is not None and self.title is None:
            self.votes = found
            return True
        if self.paper is None or self.title is not None:
            return False
        text = block.text.lstrip("·• ")
        if after_dot or text != block.text:
            return self._behind_dot(self.paper, text)
        if _before_dot(block, following):
            self.paper = replace(self.paper, organisation=text)
            return True
        return False

    def _behind_dot(self, paper: ListedPaper, text: str) -> bool:
        said = _hf.dump_date(text)
        if said is not None:
            self.paper = replace(paper, published=_hf.day_of(said))
        return said is not None or len(text) <= _LONGEST_BYLINE

    def _release(self) -> Iterator[ListedPaper]:
        if self.paper is not None:
            yield self.paper
        self.paper = None

    def _dated(self, block: _Block, found: DumpDate) -> Iterator[DumpDate | Problem]:
        if self.date is None:
            self.date = found
            yield found
        elif found != self.date:
            yield self._problem(
                block, "a second date: {}", hint="save each page in a file of its own; the first date counts"
            )

    def _begin(self, block: _Block, *, before_abstract: bool) -> Iterator[ListedPaper | Problem]:
        yield from self._release()
        odd = before_abstract and len(block.text) <= _LONGEST_ODD_TITLE
        if odd or not _reads_as_abstract(block.text):
            self.title = block
        else:
            yield self._problem(block, "an abstract without a title: {}")

    def _complete(self, title: _Block, block: _Block, *, last: bool) -> Iterator[ListedPaper | Problem]:
        abstract, keywords = split_keywords(block.text)
        self.paper = ListedPaper(
            title=title.text,
            abstract=abstract,
            line=title.line,
            links=links(abstract),
            keywords=keywords,
            votes=self.votes,
        )
        self.title = self.votes = None
        if last and _hf.cut_off(block.text):
            yield from self._release()
            yield self._problem(block, "an abstract that stops in mid-sentence: {}", cut=True, end=True)

    def _problem(
        self, block: _Block, what: str, *, hint: str = "", cut: bool = False, end: bool = False
    ) -> Problem:
        return Problem(
            dump=self.dump,
            line=block.line,
            what=what.format(_hf.quoted(block.text, end=end)),
            hint=_hf.PUT_BACK if cut else hint,
            cut=cut,
        )
