"""A reading list in Markdown: tables and lists whose rows and entries link papers, such as an "awesome" list.

Stage parse: a row of a table with a column *Paper* or *Title*, and an entry, heading or paragraph that links
a paper, is a listing; its title is the link's text, or, where that only says "Paper" or "PDF", the words
before it.
A heading's date ("June 23 - June 29 - 2025") is the day its papers were listed. Links to blogs, code and
leaderboards make no listing, and a digest of Hugging Face pages is another format's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from newsletter.formats import _markdown, _values, head_lines, lines
from newsletter.formats._fields import claimed
from newsletter.identity import arxiv_version
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "Reading list, Markdown"

_LONGEST = 100_000
"""Characters of an entry that are read: more than any list of links has."""


def recognise(dump: Dump) -> str:
    if dump.head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:9].lower().startswith(_NOT_MARKDOWN):
        return "it begins as a page, feed, JSON or BibTeX file does"
    numbered = enumerate(head_lines(dump), start=1)
    blocks = [block for block in _blocks(numbered) if block.kind != "paragraph"]
    papers = sum(bool(_listings(block)) for block in blocks)
    if not papers or (papers < _FEW and papers < _SHARE * len(blocks)):
        return "hardly a list entry, table row or heading at its beginning links a paper"
    other = claimed(dump, "markdown_list")
    return f"it is {other}'s" if other else ""


_FEW = 5
_SHARE = 0.2
"""So many entries, or so large a share of them, have to be papers: a manual that cites one is no list."""
_NOT_MARKDOWN = (b"<!doctype", b"<html", b"<?xml", b"<rss", b"<feed", b"<rdf", b"{", b"@")


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for block in _blocks(lines(dump)):
        if not block.whole:
            what = f"an entry of more than {_LONGEST:,} characters"
            yield Problem(dump=dump.name, line=block.line, what=what)
        for listed in _listings(block):
            untitled = Problem(
                dump=dump.name, line=block.line, what="a row that links a paper without a title"
            )
            yield listed if listed.title else untitled


# -------------------------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class _Block:
    """A list entry, table row, heading or paragraph: the number of its first line, and its lines.

    `columns` are a table's headings, lower case; `under` is the text of the entry or heading above it, which
    names the paper where the block itself only links it; `listed` is the day the heading above says.
    """

    kind: str
    line: int
    text: tuple[str, ...]
    columns: tuple[str, ...] = ()
    under: str = ""
    listed: date | None = None
    whole: bool = True


_HEADING = re.compile(r"#{1,6}\s+(\S.*)")
_ENTRY = re.compile(r"([-*+•]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(\S.*)")
_RULER = re.compile(r"\|?(?:\s*:?-{2,}:?\s*\|)*\s*:?-{2,}:?\s*\|?")


def _blocks(numbered: Iterable[tuple[int, str]]) -> Iterator[_Block]:
    page = _Page()
    for number, line in _shown(numbered):
        yield from page.take(number, line)
    yield from page.end()


def _shown(numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines outside code fences and comments."""
    fenced = commented = False
    for number, line in numbered:
        stripped = line.strip()
        fence = stripped.startswith(("```", "~~~"))
        commented = commented or stripped.startswith("<!--")
        if not (fence or fenced or commented):
            yield number, line
        fenced = fenced != fence
        commented = commented and "-->" not in stripped


_DEEPEST = 10_000
"""Blanks before a line: nothing stands deeper."""


class _Page:
    """The block that is being read, and what stands above it."""

    def __init__(self) -> None:
        self._kind = ""
        self._line = self._size = 0
        self._parent = ""
        self._text: list[str] = []
        self._columns: tuple[str, ...] = ()
        self._under: list[tuple[int, str]] = []  # how deep it stands, and its text
        self._listed: date | None = None

    def take(self, number: int, line: str) -> Iterator[_Block]:
        """The block that ends where this line begins another."""
        stripped = line.strip()
        if "|" in line and (stripped.startswith("|") or self._columns):
            yield from self.end()
            yield from self._row(number, stripped)
        elif _RULER.fullmatch(stripped) and "|" in "".join(self._text[-1:]):
            self._columns = _columns(self._text[-1])
            self._forget()
        elif found := _HEADING.fullmatch(stripped):
            yield from self._heading(number, found[1])
        elif found := _ENTRY.fullmatch(stripped):
            yield from self._entry(number, line, found[2])
        elif not stripped:
            yield from self._blank()
        else:
            self._more(number, line, stripped)

    def end(self) -> Iterator[_Block]:
        if self._kind:
            yield self._block(self._kind, self._line, tuple(self._text))
        self._forget()

    def _forget(self) -> None:
        self._kind, self._text, self._size = "", [], 0

    def _block(self, kind: str, line: int, text: tuple[str, ...]) -> _Block:
        under = self._parent if kind == "entry" else self._above()
        whole = self._size <= _LONGEST
        return _Block(kind, line, text, self._columns, under, self._listed, whole)

    def _row(self, number: int, line: str) -> Iterator[_Block]:
        if not self._columns:
            self._columns = _columns(line)
        elif not _RULER.fullmatch(line):
            yield self._block("row", number, (line,))

    def _heading(self, number: int, text: str) -> Iterator[_Block]:
        yield from self._blank()
        self._listed = _day_in(text) if _MONTH_DAY.search(text) or _YEAR.search(text) else self._listed
        self._under = []
        yield self._block("heading", number, (text,))
        self._under = [(-1, _untold(text))]

    def _entry(self, number: int, line: str, text: str) -> Iterator[_Block]:
        yield from self.end()
        depth = len(line) - len(line.lstrip())
        self._parent = self._above(depth)
        self._under.append((depth, _untold(text)))
        self._kind, self._line, self._size = "entry", number, len(text)
        self._text = [text[:_LONGEST]]
        self._columns = ()

    def _blank(self) -> Iterator[_Block]:
        yield from self.end()
        self._columns = ()

    def _more(self, number: int, line: str, stripped: str) -> None:
        if not self._kind:
            self._above(len(line) - len(line.lstrip()))
            self._kind, self._line, self._columns = "paragraph", number, ()
        if self._size <= _LONGEST:
            self._text.append(stripped[:_LONGEST])
        self._size += len(stripped)

    def _above(self, depth: int = _DEEPEST) -> str:
        """The text that stands above what begins at this depth; what is as deep or deeper is over."""
        while self._under and self._under[-1][0] >= depth:
            self._under.pop()
        return self._under[-1][1] if self._under else ""


def _untold(text: str) -> str:
    """The name that an entry or heading gives to what stands below it; none where it links its own paper."""
    return "" if any(_markdown.leads_to_paper(link) for link in _markdown.links(text)) else text


# --------------------------------------------------------------------------------- dates and columns

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_DAY = re.compile(r"\b([A-Z][a-z]{2})[a-z]{0,6}\.? (\d{1,2})\b")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def _day_in(heading: str) -> date | None:
    """The day a heading says, of a span the last: "Week of June 23 - June 29, 2025", "2025-06-29"."""
    if iso := _ISO.findall(heading):
        return _values.day(iso[-1])
    years = _YEAR.findall(heading)
    days = [found for found in _MONTH_DAY.findall(heading) if found[0].lower() in _MONTHS]
    return _values.day(f"{days[-1][1]} {days[-1][0]} {years[-1]}") if years and days else None


def _cells(row: str) -> tuple[str, ...]:
    """Its cells; a bar behind a backslash, or in a folded text, is none of their bounds."""
    inner = row.strip().removeprefix("|").removesuffix("|").replace("\\|", "\0")
    inner = "<details>".join(map(_folded, inner.split("<details>")))
    return tuple(cell.replace("\0", "|").strip() for cell in inner.split("|"))


def _folded(text: str) -> str:
    """What stands behind a <details>, the bars in it hidden as far as it is folded."""
    fold, end, rest = text.partition("</details>")
    return fold.replace("|", "\0") + end + rest if end else text


def _columns(row: str) -> tuple[str, ...]:
    return tuple(_markdown.plain(cell).lower() for cell in _cells(row))


_TITLED = ("title", "paper title", "paper", "papers", "publication", "name", "论文", "标题")
_DATED = ("date", "publish date", "published", "publication date", "year", "time", "month", "日期")
_SIGNED = ("authors", "author", "作者")
_SUMMED = ("abstract", "summary", "tl;dr", "tldr", "description", "摘要")
_NOTED = ("comment", "comments")
_PLACED = ("venue", "conference", "journal", "published in")


def _cell(block: _Block, cells: tuple[str, ...], names: Iterable[str]) -> str | None:
    """The cell of the first column that has one of these names."""
    places = (block.columns.index(name) for name in names if name in block.columns)
    return next((cells[place] for place in places if place < len(cells)), None)


# ------------------------------------------------------------------------------------------- listings


def _listings(block: _Block) -> tuple[ListedPaper, ...]:
    if not block.whole:
        return ()
    if block.kind == "row":
        return _row(block)
    links = _markdown.links(" ".join(block.text))
    papers = tuple(filter(_markdown.leads_to_paper, links))
    return _entry(block, papers, links) if papers else ()


def _row(block: _Block) -> tuple[ListedPaper, ...]:
    """A row is a paper where a column says so, or where it links one by its title."""
    cells = _cells(block.text[0])
    links = _markdown.links(" | ".join(cells))
    papers = tuple(filter(_markdown.leads_to_paper, links))
    named = _cell(block, cells, _TITLED)
    if not (papers or (named and links and "name" not in block.columns)):
        return ()
    told = _markdown.told(named) if named else _markdown.Told()
    if not told.title or _markdown.is_label(told.title):
        shown = (link.shown for link in papers if not _markdown.is_label(link.shown))
        worded = (title for cell in cells if _words(title := _markdown.told(cell).title))
        told = replace(told, title=next(iter((*shown, *worded, told.title))))
    summary = told.summary or _markdown.unfolded(_cell(block, cells, _SUMMED) or "")
    return (_listed(block, replace(told, summary=summary), links, cells),)


_FEWEST_LETTERS = 9


def _words(text: str) -> bool:
    return sum(character.isalpha() for character in text) >= _FEWEST_LETTERS and not _markdown.is_label(text)


def _entry(
    block: _Block, papers: tuple[_markdown.Linked, ...], links: tuple[_markdown.Linked, ...]
) -> tuple[ListedPaper, ...]:
    text = " ".join(block.text)
    titled = next((link for link in papers if not _markdown.is_label(link.shown)), None)
    if titled is not None and (block.kind != "paragraph" or _opens(text, titled)):
        told = _markdown.signed(titled.shown, text[titled.end :])
        return (_listed(block, told, (titled, *links), ()),)
    if titled is not None:
        return ()
    lead = _markdown.unlabelled(block.text[0])
    told = _markdown.told(lead, " ".join(block.text[1:]))
    own = bool(told.title) and not _markdown.is_label(told.title)
    if own and (block.kind != "paragraph" or _opens(text, None)):
        return (_listed(block, told, links, ()),)
    title = _markdown.told(block.under).title if block.kind != "heading" else ""
    return (_listed(block, _markdown.Told(title=title), links, ()),) if title else ()


def _opens(text: str, link: _markdown.Linked | None) -> bool:
    """Whether a paragraph begins with a paper's name: in bold, or as the link."""
    return text.startswith(("**", "__", "<b>")) or (
        link is not None and not text[: link.start].strip("[(*_ ")
    )


def _listed(
    block: _Block, told: _markdown.Told, links: tuple[_markdown.Linked, ...], cells: tuple[str, ...]
) -> ListedPaper:
    main = next(filter(_markdown.leads_to_paper, links), None)
    address = main.url if main else ""
    signed = _markdown.plain(_cell(block, cells, _SIGNED) or "")
    return ListedPaper(
        title=told.title,
        abstract=told.summary,
        line=block.line,
        authors=_values.authors(signed) or told.authors,
        ids=_values.ids(address),
        version=arxiv_version(address) if "arxiv" in address else None,
        links=_values.links(*(link.url for link in links)),
        venue=_markdown.plain(_cell(block, cells, _PLACED) or ""),
        comment=_comment(_cell(block, cells, _NOTED) or ""),
        published=_values.day(_markdown.plain(_cell(block, cells, _DATED) or "")),
        listed=block.listed,
    )


def _comment(cell: str) -> str:
    shown = _markdown.unfolded(cell)
    return "" if shown.lower() in ("none", "null", "-") else shown
