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
from dataclasses import dataclass
from datetime import date
from html import unescape
from urllib.parse import urlsplit

from newsletter.formats import _values, head_lines, lines
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
    if not any(_listings(block) for block in _blocks(numbered) if block.kind != "paragraph"):
        return "no list entry, table row or heading at its beginning links a paper"
    other = claimed(dump, "markdown_list")
    return f"it is {other}'s" if other else ""


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
    return "" if any(_leads_to_paper(link) for link in _links(text)) else text


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
    inner = row.strip().removeprefix("|").removesuffix("|").replace("\\|", "\0")
    return tuple(cell.replace("\0", "|").strip() for cell in inner.split("|"))


def _columns(row: str) -> tuple[str, ...]:
    return tuple(_plain(cell).lower() for cell in _cells(row))


_TITLED = ("title", "paper title", "paper", "papers", "publication", "name", "论文", "标题")
_DATED = ("date", "published", "year", "time", "month")
_SIGNED = ("authors", "author")
_SUMMED = ("abstract", "summary", "tl;dr", "tldr", "description")
_PLACED = ("venue", "conference", "journal", "published in")


def _cell(block: _Block, cells: tuple[str, ...], names: Iterable[str]) -> str | None:
    """The cell of the first column that has one of these names."""
    places = (block.columns.index(name) for name in names if name in block.columns)
    return next((cells[place] for place in places if place < len(cells)), None)


# --------------------------------------------------------------------------------------------- links


@dataclass(frozen=True, slots=True)
class _Linked:
    """A link as the text has it: where it begins and ends, what it shows, where it leads."""

    start: int
    end: int
    shown: str
    url: str


_LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]{0,200}\]){0,400})\]"
    r"\(<?(https?://(?:[^\s()<>]|\([^\s()]{0,200}\)){1,2000})>?"
    r"(?:\s+[\"'][^\"']{0,300}[\"'])?\)"
    r"|<a\s[^<>]{0,300}?href=[\"']?(https?://[^\s\"'<>]{1,2000})[^<>]{0,300}>([^<>]{0,400})</a>"
    r"|(?<![\w\"'(=/])(https?://[^\s()<>\[\]|\"']{1,2000})",
    re.IGNORECASE,
)


def _links(text: str) -> tuple[_Linked, ...]:
    return tuple(_linked(found) for found in _LINK.finditer(text))


def _linked(found: re.Match[str]) -> _Linked:
    url = found[2] or found[3] or found[5]
    shown = found[1] if found[2] else found[4] or ""
    return _Linked(found.start(), found.end(), _plain(shown), unescape(url).rstrip(".,;"))


_PAPER_HOSTS = (
    "papers.nips.cc", "proceedings.neurips.cc", "proceedings.mlr.press", "jmlr.org", "openaccess.thecvf.com",
    "aclweb.org", "dl.acm.org", "ieeexplore.ieee.org", "link.springer.com", "sciencedirect.com", "ssrn.com",
    "biorxiv.org", "medrxiv.org", "semanticscholar.org", "ncbi.nlm.nih.gov", "pnas.org", "science.org",
    "eprint.iacr.org", "usenix.org", "isca-archive.org", "isca-speech.org", "ecva.net", "hal.science",
    "transformer-circuits.pub", "distill.pub", "papers.ssrn.com", "ojs.aaai.org", "aaai.org",
)  # fmt: skip
_PAPER_LABELS = frozenset(
    (
        "paper", "papers", "paper link", "pdf", "arxiv", "abs", "abstract", "doi", "openreview", "preprint",
        "report", "technical report", "tech report", "system card", "full paper", "full text", "publication",
        "论文",
    )
)  # fmt: skip
_LABELS = _PAPER_LABELS | frozenset(
    (
        "link", "links", "url", "here", "html", "code", "github", "repo", "project", "project page", "page",
        "website", "homepage", "web", "tweet", "twitter", "blog", "blog post", "post", "video", "youtube",
        "slides", "demo", "poster", "dataset", "data", "model", "models", "weights", "hugging face",
        "huggingface", "hf", "bibtex", "source", "official code", "supplement", "review", "reviews", "book",
        "colab", "image", "star", "stars",
    )
)  # fmt: skip
_EDITION = re.compile(r"[A-Za-z&/ -]{2,20}(?:['’]\d{2}|[ '’]?(?:19|20)\d{2})|(?:19|20)\d{2}")
"""Of a conference, behind a title: "ICLR'24", "NeurIPS 2023"."""


def _label(shown: str) -> str:
    """What a link's text says without brackets, signs and a number: "[Paper 2]" is "paper"."""
    return shown.lower().strip("[]()📄📝📃📜🔗💻🌐⭐️ \t:.*_`-").rstrip("0123456789 ")


def _is_label(shown: str) -> bool:
    """Whether it says what is behind the link and not what the paper is called."""
    bare = shown.strip("[]() ")
    named = _label(shown) in _LABELS or not any(character.isalpha() for character in bare)
    return named or "://" in bare or bool(_values.ids(bare)) or _EDITION.fullmatch(bare) is not None


def _leads_to_paper(link: _Linked) -> bool:
    parts = urlsplit(link.url) if link.url.isprintable() else urlsplit("")
    host = parts.netloc.lower().removeprefix("www.")
    known = any(host == name or host.endswith("." + name) for name in _PAPER_HOSTS)
    return (
        known
        or _label(link.shown) in _PAPER_LABELS
        or parts.path.lower().endswith(".pdf")
        or bool(_values.ids(link.url))
    )


# ------------------------------------------------------------------------------------------- listings


def _listings(block: _Block) -> tuple[ListedPaper, ...]:
    if not block.whole:
        return ()
    if block.kind == "row":
        return _row(block)
    links = tuple(link for link in _links(" ".join(block.text)) if _leads_to_paper(link))
    return _entry(block, links) if links else ()


def _row(block: _Block) -> tuple[ListedPaper, ...]:
    """A row is a paper where a column says so, or where it links one by its title."""
    cells = _cells(block.text[0])
    text = " | ".join(cells)
    links = _links(text)
    papers = tuple(link for link in links if _leads_to_paper(link))
    told = _cell(block, cells, _TITLED)
    if not (papers or (told and links and "name" not in block.columns)):
        return ()
    title, summary = _told(told) if told else ("", "")
    if not title or _is_label(title):
        shown = (link.shown for link in papers if not _is_label(link.shown))
        worded = (_told(cell)[0] for cell in cells if _words(_told(cell)[0]))
        title = next(iter((*shown, *worded, title)))
    return (_listed(block, title, summary or _plain(_cell(block, cells, _SUMMED) or ""), links, cells),)


_FEWEST_LETTERS = 9


def _words(text: str) -> bool:
    return sum(character.isalpha() for character in text) >= _FEWEST_LETTERS and not _is_label(text)


def _entry(block: _Block, links: tuple[_Linked, ...]) -> tuple[ListedPaper, ...]:
    text = " ".join(block.text)
    titled = next((link for link in links if not _is_label(link.shown)), None)
    if titled is not None and (block.kind != "paragraph" or _opens(text, titled)):
        rest = _plain(text[titled.end :]).strip(" -–—:,.()[]")
        return (_listed(block, titled.shown, rest, (titled, *_links(text)), ()),)
    if titled is not None:
        return ()
    lead, summary = _told(_unlabelled(block.text[0]))
    own = bool(lead) and not _is_label(lead) and (block.kind != "paragraph" or _opens(text, None))
    title = lead if own else _told(block.under)[0] if block.kind != "heading" else ""
    return (_listed(block, title, summary if own else "", _links(text), ()),) if title else ()


_EMPTY = re.compile(r"\[[\s,|/]{0,20}\]|\([\s,|/]{0,20}\)")


def _unlabelled(text: str) -> str:
    """The text without the links that only say what is behind them, and the brackets around those."""
    for link in reversed(_links(text)):
        if _is_label(link.shown):
            text = text[: link.start] + text[link.end :]
    return _EMPTY.sub("", text).strip(" ,|/")


def _opens(text: str, link: _Linked | None) -> bool:
    """Whether a paragraph begins with a paper's name: in bold, or as the link."""
    return text.startswith(("**", "__", "<b>")) or (
        link is not None and not text[: link.start].strip("[(*_ ")
    )


def _listed(
    block: _Block, title: str, summary: str, links: tuple[_Linked, ...], cells: tuple[str, ...]
) -> ListedPaper:
    main = next((link for link in links if _leads_to_paper(link)), None)
    address = main.url if main else ""
    return ListedPaper(
        title=title,
        abstract=summary,
        line=block.line,
        authors=_values.authors(_plain(_cell(block, cells, _SIGNED) or "")),
        ids=_values.ids(address),
        version=arxiv_version(address) if "arxiv" in address else None,
        links=_values.links(*(link.url for link in links)),
        venue=_plain(_cell(block, cells, _PLACED) or ""),
        published=_values.day(_plain(_cell(block, cells, _DATED) or "")),
        listed=block.listed,
    )


# --------------------------------------------------------------------------------------------- texts

_NUMBER = re.compile(r"\A\d{1,4}[.)]\s+")
_VENUE = re.compile(r"\A\[[^\[\]]{1,40}\]\s+")
_BOLD = re.compile(r"\*{1,2}([^*]{1,500})\*{2}|__([^_]{1,500})__|<b>([^<>]{1,500})</b>")
# "8) SHADE-Arena  This paper introduces …": two blanks, a dash, or the verb part a title from its summary.
_PARTED = re.compile(
    r"\s{2,}|\s[-–—]\s|\s?<br\s?/?>\s?|: (?=[a-z])"
    r"| (?=This (?:paper|work|study|survey|report) |(?:Introduces|Proposes|Presents) )"
)
_LONGEST_TITLE = 250


def _told(text: str) -> tuple[str, str]:
    """The title a text begins with, and the words behind it."""
    text = _VENUE.sub("", _NUMBER.sub("", text.strip(), count=1), count=1)
    bold = _BOLD.match(text)
    if bold:
        return _plain(next(filter(None, bold.groups()))).rstrip(":"), _rest(text[bold.end() :])
    parted = _PARTED.search(text, 0, _LONGEST_TITLE)
    if parted and parted.start():
        return _plain(text[: parted.start()]), _rest(text[parted.end() :])
    link = next(iter(_links(text)), None)
    return _plain(text[: link.start] if link and link.start else text).rstrip(" -–—:([|,."), ""


def _rest(text: str) -> str:
    return _plain(text).lstrip(" -–—:.,")


_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\[\]]{0,300})\]\([^()]{0,2000}\)")
_EMPHASIS = re.compile(r"\*\*|~~|`|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")
_BACKSLASHED = re.compile(r"\\([!-/:-@\[-`{-~])")


def _plain(text: str) -> str:
    """The text as Markdown shows it, on one line: links as their words, no emphasis, no images."""
    text = _IMAGE.sub(r"\1", _BREAK.sub(" ", text))
    text = _LINK.sub(lambda found: found[1] or found[4] or found[5] or "", text)
    text = _BACKSLASHED.sub(r"\1", _EMPHASIS.sub("", text))
    return " ".join(unescape(text).split())
