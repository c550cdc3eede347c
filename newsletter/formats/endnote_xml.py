"""EndNote's XML, which EndNote, Zotero, Mendeley and many databases export: ``<xml><records>``.

Stage parse: each ``<record>`` is a listing. Any text may stand in pieces of several styles, which are put
together. EndNote's tagged lines are endnote.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml import etree

from newsletter.formats._library import Found, numbered, people, titled
from newsletter.formats._values import day, ids, links
from newsletter.formats._xml import children, elements, first, line, root_name, text
from newsletter.model import Dump, ListedPaper

TITLE = "EndNote, XML"

_ROOTS = ("xml", "records")
_MARKS = (b"<ref-type", b"<contributors", b"<database", b"<titles")


def recognise(dump: Dump) -> str:
    if root_name(dump)[1] not in _ROOTS:
        return "its outermost element is no <xml> or <records>"
    there = b"<record" in dump.head and any(mark in dump.head for mark in _MARKS)
    return "" if there else "no <record> with <titles> in its beginning"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, numbered(elements(dump, "record"), _listed))


def _listed(index: int, record: etree._Element) -> ListedPaper:
    pages = tuple(_all(record, "urls", "related-urls", "url"))
    return ListedPaper(
        title=text(record, "titles", "title"),
        abstract=text(record, "abstract"),
        line=line(record),
        index=index,
        authors=people(_all(record, "contributors", "authors", "author")),
        ids=ids(("doi", text(record, "electronic-resource-num")), *_pmid(record), *pages),
        links=links(*pages, pdf=next(_all(record, "urls", "pdf-urls", "url"), "")),
        keywords=tuple(dict.fromkeys(_all(record, "keywords", "keyword"))),
        venue=text(record, "periodical", "full-title") or text(record, "titles", "secondary-title"),
        published=_published(record),
    )


def _all(record: etree._Element, *path: str) -> Iterator[str]:
    """The texts of all elements that a path leads to."""
    around = first(record, *path[:-1])
    found = map(text, children(around, path[-1])) if around is not None else ()
    return filter(None, found)


def _pmid(record: etree._Element) -> tuple[tuple[str, str], ...]:
    """Accession numbers are many databases': those of the National Library of Medicine are PubMed's."""
    number = text(record, "accession-num")
    ours = text(record, "remote-database-name").lower() in ("medline", "pubmed", "nlm") or (
        text(record, "remote-database-provider") == "NLM"
    )
    return (("pmid", number),) if ours and number.isdecimal() else ()


def _published(record: etree._Element) -> date | None:
    """The day stands apart from its year, "12 Aug", or is whole."""
    year, said = text(record, "dates", "year"), text(record, "dates", "pub-dates", "date")
    return day(said) or day(f"{said} {year}".strip()) or day(year)
