"""The daily feed of arXiv as it was until 2024: RSS 1.0, which is RDF (export.arxiv.org/rss).

Stage parse: a feed goes in, what it announces comes out. Its titles end in `(arXiv:1805.06430v2 [nucl-th]
UPDATED)`, its abstracts are paragraphs of HTML, its authors are links. Other RDF is the generic feed's.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from newsletter.formats import _arxiv
from newsletter.formats._values import day, plain
from newsletter.formats._xml import elements, root_name, text
from newsletter.formats._xml import line as line_of
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "arXiv daily feed, RSS 1.0"

_MARKS = (b"updates on arXiv.org", b"arxiv.org e-print archive")


def recognise(dump: Dump) -> str:
    if root_name(dump)[1] != "RDF":
        return "its outermost element is no RDF"
    before = dump.head.partition(b"<item ")[0]
    if not any(mark.lower() in before.lower() for mark in _MARKS):
        return "its title does not say “updates on arXiv.org”"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    index = 0
    for element in elements(dump, "channel", "item"):
        if isinstance(element, Problem):
            yield element
        elif etree.QName(element).localname == "channel":
            yield from _arxiv.dump_date(day(text(element, "date")))
        else:
            index += 1
            yield _announcement(dump.name, element, index)


def _announcement(dump: str, record: etree._Element, index: int) -> ListedPaper | Problem:
    shown = _arxiv.announced(text(record, "title"))
    line = line_of(record)
    if not shown.title:
        return Problem(dump=dump, line=line, what=f"record {index} has no title")
    keys = _arxiv.ids(shown.arxiv or text(record, "link"))
    names, places = _arxiv.authors(plain(text(record, "creator")))
    return ListedPaper(
        title=shown.title,
        abstract=plain(text(record, "description")),
        line=line,
        index=index,
        authors=names,
        affiliations=places,
        ids=keys,
        links=_arxiv.abstract_page(keys),
        categories=tuple(filter(None, (shown.category,))),
        kind=shown.kind,
        version=_arxiv.version(shown.arxiv),
    )
