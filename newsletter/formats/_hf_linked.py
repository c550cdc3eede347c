r"""A Hugging Face page as Markdown: each title a heading that links to the paper.

Stage parse, for hf_markdown: paragraphs go in. Before a heading stand who submitted the paper and its votes
(a link to the login, which names the paper), behind it the abstract (a link to the paper, over several lines
that end in ``\\``), the organisation, how many authors, "· Feb 27, 2025", the number of comments. Search
pages have abstracts, pages of a day have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from newsletter.addresses import links
from newsletter.formats import _hf, lines
from newsletter.identity import arxiv_key, settle_date
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem
from newsletter.text import split_keywords

_SITE = "https://huggingface.co"
_HEADING = re.compile(r"#{1,6} +\[(.*)\]\((?:https://huggingface\.co)?/papers/(\d[\w.]{0,30})\)")
_IMAGE = re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,2000}\)")
_VOTES = re.compile(
    r"\[([\d.,k-]{1,12})\]\((?:https://huggingface\.co)?/login\?next=%2Fpapers%2F(\d[\w.]{0,30})\)"
)
_LINK = re.compile(r"\[([^\[\]]{0,200})\]\((?:https://huggingface\.co)?(/[^()\s]{0,300})\)")
_ESCAPED = re.compile(r"\\([_*\[\]`#>~])")
_BREAK = re.compile(r"(?<!\\)\\++(?=\s|\Z)")
_RETRIEVED = re.compile(r"(?:retrieved|date|fetched|saved): ?[\"']?(\d{4}-\d{2}-\d{2}).{0,40}", re.IGNORECASE)
_LONGEST_NAME = 200


def has(found: Iterable[str]) -> bool:
    """Whether lines hold a heading that leads to a paper of the site."""
    return any(map(_hf.titles_a_paper, found))


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    page = _Page(dump.name)
    for number, text in _paragraphs(lines(dump)):
        yield from page.take(number, text)
    yield from page.end()


def _paragraphs(numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """What stands between blank lines, on one line; a heading always by itself."""
    parts: list[str] = []
    first = size = 0
    for number, line in numbered:
        text = line.strip()[: _hf.LONGEST]
        alone = text.startswith("#") or _RETRIEVED.fullmatch(text) is not None
        if parts and (not text or alone):
            yield first, " ".join(parts)
            parts, size = [], 0
        if alone:
            yield number, text
        elif text and size <= _hf.LONGEST:
            first = first if parts else number
            parts.append(text)
            size += len(text)
    if parts:
        yield first, " ".join(parts)


class _Page:
    """What has been read so far: the date, the paper that is open, and what was said before its heading."""

    def __init__(self, dump: str) -> None:
        self.dump = dump
        self.dated = False
        self.retrieved = ""
        self.paper: ListedPaper | None = None
        self.votes: dict[str, int] = {}
        self.submitter = ""
        self.named = True
        self.cut = ""

    def take(self, number: int, text: str) -> Iterator[ListedPaper | DumpDate | Problem]:
        if heading := _HEADING.fullmatch(text):
            yield from self._begin(number, heading)
        elif said := _RETRIEVED.fullmatch(text):
            self.retrieved = self.retrieved or said[1]
        elif self.paper is None and not self.dated and (found := _hf.dump_date(text)):
            self.dated = True
            yield self._settled(found)
        else:
            self._around(text)

    def end(self) -> Iterator[ListedPaper | Problem]:
        paper = self.paper
        yield from self._release()
        if paper and self.cut:
            what = f"an abstract that stops in mid-sentence: {_hf.quoted(self.cut, end=True)}"
            yield Problem(dump=self.dump, line=paper.line, what=what, hint=_hf.PUT_BACK, cut=True)

    def _settled(self, found: DumpDate) -> DumpDate:
        """The page's date with its year, where the file says when it was retrieved."""
        anchor = _hf.iso_date(self.retrieved)
        return _hf.as_said(settle_date("", found, anchor)) if anchor else found

    def _begin(self, number: int, heading: re.Match[str]) -> Iterator[ListedPaper | Problem]:
        yield from self._release()
        title, url = _plain(heading[1]), f"{_SITE}/papers/{heading[2]}"
        if not title:
            yield Problem(dump=self.dump, line=number, what=f"a heading without a title: {heading[2]}")
            return
        key = arxiv_key(heading[2])
        self.paper = ListedPaper(
            title=title,
            line=number,
            ids=(key,) if key else (),
            links=(Link(rel="web", url=url),),
            votes=self.votes.pop(heading[2], None),
            submitter=self.submitter,
        )
        self.submitter = ""

    def _release(self) -> Iterator[ListedPaper]:
        if self.paper:
            yield self.paper
        self.paper = None

    def _around(self, text: str) -> None:
        """What stands before a heading or behind it."""
        for votes in _VOTES.finditer(text):
            self.votes[votes[2]] = _hf.count(votes[1]) or 0
        plain = _IMAGE.sub("", text).strip()
        names = [name for name, _ in _LINK.findall(plain)]
        if (name := _hf.submitter(_plain(_LINK.sub(r"\1", plain)))) is not None:
            self.submitter, self.named = name, bool(name)
        elif not self.named and (names or _IMAGE.search(text)):
            self.submitter, self.named = _plain(names[0] if names else plain)[:_LONGEST_NAME], True
        elif self.paper and not _VOTES.search(text):
            self.paper = self._behind(self.paper, plain)

    def _behind(self, paper: ListedPaper, text: str) -> ListedPaper:
        target = paper.links[0].url.removeprefix(_SITE)
        if (said := _hf.dump_date(text.partition("[")[0].strip("·• "))) and not paper.published:
            return replace(paper, published=_hf.day_of(said))
        if not paper.abstract and text.startswith("["):
            shown, whole = _linked_text(text, target)
            if shown and not _hf.counts_authors(shown):
                return self._with_abstract(paper, shown, whole=whole)
        if (link := _LINK.fullmatch(text)) and link[2].count("/") == 1 and not paper.organisation:
            return replace(paper, organisation=_plain(link[1]))
        return paper

    def _with_abstract(self, paper: ListedPaper, shown: str, *, whole: bool) -> ListedPaper:
        self.cut = "" if whole else shown
        abstract, keywords = split_keywords(shown)
        return replace(paper, abstract=abstract, keywords=keywords, links=(paper.links[0], *links(abstract)))


_AUTHORS = re.compile(r"(?:- ?)*+\d{1,5} authors?")


def _linked_text(text: str, target: str) -> tuple[str, bool]:
    """The text of a paragraph that is a link to the paper, and whether the link has its end.

    A link to anything else, a count of comments or authors gives no text.
    """
    end = text.rfind("](")
    leads = text[end:] in (f"]({target})", f"]({_SITE}{target})")
    if end >= 0 and not leads and len(text) - end < _LONGEST_NAME:
        return "", True
    shown = _plain(text[1:end] if leads else text[1:])
    return ("" if _AUTHORS.fullmatch(shown) else shown), leads


def _plain(text: str) -> str:
    """Markdown's escapes and hard line breaks undone."""
    return " ".join(_ESCAPED.sub(r"\1", _BREAK.sub(" ", text)).split())
