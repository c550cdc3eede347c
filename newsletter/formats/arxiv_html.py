"""A listing page of arXiv as HTML (`/list/cs.AI/new`, `/recent`, a month), of today and of before 2024.

Stage parse: a saved page goes in; the papers of its sections, the date it bears and what it says it does not
show come out. The page of one paper is no listing and is not read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from lxml import etree, html

from newsletter.errors import DumpTooLarge
from newsletter.formats import _arxiv, encoding, opened
from newsletter.formats._values import links
from newsletter.formats._xml import line as line_of
from newsletter.formats._xml import text as _text
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem

TITLE = "arXiv listing page, HTML"

_Element: TypeAlias = "etree._Element"  # noqa: SLF001 - lxml has no other name for it
_ENTRY = re.compile(rb"<dt\b[^>]{0,200}>")
_LIST_TITLE = re.compile(rb"""class\s?=\s?["']?list-title""")
_EMPTY = re.compile(rb"(?:No (?:new|updates)|Showing new listings for|Total of \d+ entries)", re.IGNORECASE)
_SHOWN = re.compile(r"showing (?:(?:first|last) )?(\d{1,6}) of (\d{1,6}) entries")
_SUBJECT = re.compile(r"\(([a-z][a-z-]{1,15}(?:\.[A-Za-z-]{2,20})?)\)")
_LARGEST = 64 * 1024 * 1024
"""A page with 2,000 papers, arXiv's most, has 5 MB."""

_PUT_BACK = "the file seems cut off; save the whole page again"


def recognise(dump: Dump) -> str:
    head = dump.head.translate(None, b"\0")
    if b"arxiv" not in head.lower():
        return "arXiv is not named"
    if not _LIST_TITLE.search(head) and not (b"/list/" in head and b"<html" in head and _EMPTY.search(head)):
        return "no class “list-title”, which arXiv's listing pages have"
    return "" if _ENTRY.search(head) or _EMPTY.search(head) else "no <dt>, in which a listing has its ids"


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    content = _content(dump)
    cut = content.rfind("<dt") > content.rfind("</dd>")
    try:
        entries = tuple(_entries(content))
    except etree.ParserError:
        yield Problem(dump=dump.name, what="there is nothing in this page", hint="save the page again")
        return
    page = _Page(dump.name)
    for heading_or_dt, dd in entries[:-1] if cut else entries:
        yield from page.take(heading_or_dt, dd)
    yield from page.end(cut=cut)


def _content(dump: Dump) -> str:
    with opened(dump) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise DumpTooLarge(
            f"a page of more than {_LARGEST:,} bytes", hint="save one page of the listing at a time"
        )
    return content.decode(encoding(dump.head), "newsletter.western").replace("\0", "")


def _entries(content: str) -> Iterator[tuple[_Element, _Element | None]]:
    """Each heading by itself, each <dt> with the <dd> that follows it."""
    waiting: _Element | None = None
    for element in _root(content).iter("h3", "dt", "dd"):
        if element.tag == "dd":
            if waiting is not None:
                yield waiting, element
            waiting = None
        else:
            if waiting is not None:
                yield waiting, None
            waiting = element if element.tag == "dt" else None
            if waiting is None:
                yield element, None
    if waiting is not None:
        yield waiting, None


def _root(content: str) -> _Element:
    """The page's outermost element. Raises etree.ParserError where there is none."""
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, encoding="utf-8")
    return html.document_fromstring(content.encode("utf-8", "replace"), parser=parser)


# --------------------------------------------------------------------------------------------- page


class _Page:
    """What has been read so far: the day and the counts of the section we are in."""

    def __init__(self, dump: str) -> None:
        self.dump = dump
        self.listed: date | None = None
        self.index = 0
        self.section = ""
        self.promised: tuple[int, int] | None = None
        self.found = 0

    def take(self, element: _Element, dd: _Element | None) -> Iterator[ListedPaper | DumpDate | Problem]:
        if element.tag == "h3":
            yield from self._heading(_text(element))
            return
        self.index += 1
        self.found += 1
        yield self._entry(element, dd)

    def end(self, *, cut: bool) -> Iterator[Problem]:
        if cut:
            what = "the file ends in the middle of a record"
            yield Problem(dump=self.dump, what=what, hint=_PUT_BACK, cut=True)
        else:
            yield from self._settle()

    def _heading(self, text: str) -> Iterator[DumpDate | Problem]:
        yield from self._settle()
        day = _arxiv.day(text)
        if day is not None:
            if self.listed is None:
                yield from _arxiv.dump_date(day)
            self.listed = day
        said = _SHOWN.search(text)
        self.section, self.found = text.partition(" (")[0][:_LONGEST_SECTION], 0
        self.promised = (int(said[1]), int(said[2])) if said else None

    def _settle(self) -> Iterator[Problem]:
        """A problem where a section has fewer papers than it says."""
        if self.promised is None:
            return
        shown, all_ = self.promised
        if self.found < max(shown, all_):
            what = f"“{self.section}” has {all_:,} entries, but {self.found:,} are on the page"
            yield Problem(
                dump=self.dump, what=what, hint="save the page with ?show=2000 at the end of its address"
            )
        self.promised = None

    def _entry(self, dt: _Element, dd: _Element | None) -> ListedPaper | Problem:
        said = _text(dt)
        title = _field(dd, "list-title") if dd is not None else ""
        if dd is None or not title:
            what = f"entry {self.index} has no title: {said[:_SHOWN_TEXT]!r}"
            return Problem(dump=self.dump, line=line_of(dt), what=what)
        keys = _arxiv.ids(_id(dt), _field(dd, "list-doi"))
        return ListedPaper(
            title=title,
            abstract=_abstract(dd),
            line=line_of(dt),
            index=self.index,
            authors=_authors(dd),
            ids=keys,
            links=_arxiv.abstract_page(keys) + _links(dd),
            categories=tuple(dict.fromkeys(_SUBJECT.findall(_field(dd, "list-subjects")))),
            venue=_field(dd, "list-journal-ref"),
            comment=_field(dd, "list-comments"),
            kind=_arxiv.kind(cross="(cross-list" in said, replaced="(replaced" in said),
            version=_version(dt),
            listed=self.listed,
        )


_LONGEST_SECTION = 80
_SHOWN_TEXT = 60


# -------------------------------------------------------------------------------------------- entries


def _hrefs(element: _Element) -> Iterator[str]:
    return (link.get("href", "") for link in element.iter("a"))


def _classed(dd: _Element, name: str) -> _Element | None:
    """The first element with that class, which may end in more: list-title mathjax, list-dois."""
    return next(
        (each for each in dd.iter("div", "p", "span") if each.get("class", "").startswith(name)), None
    )


def _field(dd: _Element, name: str) -> str:
    """The text of a field without its descriptor (“Title:”)."""
    found = _classed(dd, name)
    if found is None:
        return ""
    text = _text(found)
    descriptor = _classed(found, "descriptor")
    return text.removeprefix(_text(descriptor)).strip() if descriptor is not None else text


def _id(dt: _Element) -> str:
    return next((href for href in _hrefs(dt) if "/abs/" in href), _text(dt))


def _version(dt: _Element) -> int | None:
    """Of the HTML link, which is the only one to tell it."""
    return next((found for href in _hrefs(dt) if (found := _arxiv.version(href))), None)


def _authors(dd: _Element) -> tuple[str, ...]:
    found = _classed(dd, "list-authors")
    if found is None:
        return ()
    names = tuple(filter(None, (_text(link) for link in found.iter("a"))))
    return names or _arxiv.authors(_field(dd, "list-authors"))[0]


def _abstract(dd: _Element) -> str:
    return next((_text(each) for each in dd.iter("p") if "mathjax" in each.get("class", "")), "")


def _links(dd: _Element) -> tuple[Link, ...]:
    """Where the words “this https URL” lead, in comments and abstract."""
    outside = (link for link in dd.iter("a") if "link-external" in link.get("class", ""))
    return links(*(link.get("href", "") for link in outside))
