"""The page of one paper, saved as HTML: arXiv's abstract page, a journal's, that of a preprint server.

Stage parse: nearly all sites tell a paper in the meta elements that Google Scholar asks for (citation_title,
citation_author, citation_doi, …); these are read, and of arXiv's page the abstract, comments and subjects.
Pages that list papers are other formats'. See https://scholar.google.com/intl/en/scholar/inclusion.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

from newsletter.errors import DumpTooLarge
from newsletter.formats import encoding, opened
from newsletter.formats._library import people
from newsletter.formats._values import day, ids, links, plain
from newsletter.identity import arxiv_version
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "Page of one paper, HTML"

_META = re.compile(r"<meta\s((?:[^<>\"']{1,500}|\"[^\"]*+\"|'[^']*+')++)>", re.IGNORECASE)
_LONGEST_META = 20_000
_MOST_METAS = 50_000
_MOST_BROKEN = 200
"""Of the meta elements that have no end: a page has few, and each costs a search."""
_ATTRIBUTE = re.compile(r"([\w:.-]{1,40})\s?=\s?(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]{1,2000}))")
_TITLE = re.compile(rb"""(?:name|property)\s?=\s?["']?citation_title["'\s/>]""", re.IGNORECASE)
_LARGEST = 16 * 1024 * 1024


def recognise(dump: Dump) -> str:
    head = dump.head.replace(b"\0", b"")
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return "it is no HTML"
    return "" if _TITLE.search(head) else "no meta element with a citation_title"


def read(dump: Dump) -> Iterator[ListedPaper | Problem]:
    page = _page(dump)
    told = _told(page)
    title = plain(_first(told, "citation_title"))
    if title:
        yield _listed(told, title, page)
    else:
        yield Problem(dump=dump.name, what="the page names no title", hint="save the paper's page again")


def _page(dump: Dump) -> str:
    with opened(dump) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise DumpTooLarge(f"a page of more than {_LARGEST:,} bytes", hint="save the abstract's page instead")
    return content.decode(encoding(dump.head), "newsletter.western").replace("\0", "")


Told = dict[str, list[str]]


def _told(page: str) -> Told:
    """What the meta elements say, by their names."""
    told: Told = {}
    for meta in _metas(page):
        said = {one[1].lower(): one[2] or one[3] or one[4] or "" for one in _ATTRIBUTE.finditer(meta[1])}
        name = (said.get("name") or said.get("property") or "").lower()
        told.setdefault(name, []).append(unescape(said.get("content", "")).strip())
    return told


def _metas(page: str) -> Iterator[re.Match[str]]:
    """The meta elements, looked for one by one: so text without an end costs little."""
    begin, broken = page.find("<meta"), 0
    for _ in range(_MOST_METAS):
        if begin < 0 or broken > _MOST_BROKEN:
            return
        meta = _META.match(page, begin, begin + _LONGEST_META)
        if meta:
            yield meta
        broken += meta is None
        begin = page.find("<meta", begin + 1)


def _first(told: Told, *names: str) -> str:
    return next((one for name in names for one in told.get(name, ()) if one), "")


def _listed(told: Told, title: str, page: str) -> ListedPaper:
    arxiv = _first(told, "citation_arxiv_id")
    address = _first(told, "citation_abstract_html_url", "citation_public_url", "og:url")
    return ListedPaper(
        title=title,
        abstract=_abstract(told),
        index=1,
        authors=people(told.get("citation_author", ()) or _first(told, "citation_authors").split(";")),
        affiliations=tuple(dict.fromkeys(filter(None, told.get("citation_author_institution", ())))),
        ids=ids(
            ("arxiv", arxiv),
            ("doi", _first(told, "citation_doi", "dc.identifier.doi", "prism.doi")),
            ("pmid", _first(told, "citation_pmid")),
            *((address,) if not arxiv else ()),
        ),
        version=arxiv_version(address) if "arxiv.org/" in address else None,
        links=links(abstract=_arxiv_page(arxiv) or address, pdf=_first(told, "citation_pdf_url")),
        categories=tuple(dict.fromkeys(_SUBJECT.findall(_cell(page, "subjects")))),
        keywords=_keywords(told),
        venue=_first(told, "citation_journal_title", "citation_conference_title", "citation_inbook_title"),
        comment=plain(_cell(page, "comments")),
        published=_published(told),
    )


def _published(told: Told) -> date | None:
    names = ("citation_date", "citation_publication_date", "citation_online_date", "citation_year")
    return next(filter(None, (day(one) for name in names for one in told.get(name, ()))), None)


def _arxiv_page(arxiv: str) -> str:
    return f"https://arxiv.org/abs/{arxiv}" if arxiv else ""


def _keywords(told: Told) -> tuple[str, ...]:
    words = (word.strip() for one in told.get("citation_keywords", ()) for word in re.split("[;,]", one))
    return tuple(dict.fromkeys(filter(None, words)))


_SUBJECT = re.compile(r"\(([a-z][a-z-]{1,15}(?:\.[A-Za-z-]{2,20})?)\)")


def _abstract(told: Told) -> str:
    """Of the meta element for it; "description" is one only on pages that have no other."""
    shown = _first(
        told, "citation_abstract", "dc.description", "dcterms.abstract", "og:description", "description"
    )
    return plain(shown).removeprefix("Abstract:").strip()


def _cell(page: str, name: str) -> str:
    """What stands in a cell of the table on arXiv's page."""
    begin = page.find(f'class="tablecell {name}')
    end = page.find("</td>", begin)
    return page[page.find(">", begin) + 1 : end] if 0 <= begin < end else ""
