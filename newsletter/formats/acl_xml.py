"""The ACL Anthology's XML: a collection of volumes with their papers.

Stage parse: each ``<paper>`` is a listing; its volume tells where and when it came out. The front matter is
no paper; an erratum or a revision stands inside the paper it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml import etree

from newsletter.formats import _values
from newsletter.formats._xml import children, elements, line, root_name, text
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "ACL Anthology, XML"

_SITE = "https://aclanthology.org/"


def recognise(dump: Dump) -> str:
    _, name = root_name(dump)
    if name != "collection":
        return "the root is no <collection>"
    marks = (b"<volume", b"<paper", b"<frontmatter", b"<booktitle")
    return "" if any(mark in dump.head for mark in marks) else "a <collection> without <volume> and <paper>"


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    volume: etree._Element | None = None
    index = 0
    for found in elements(dump, "meta", "paper"):
        if isinstance(found, Problem):
            yield found
        elif etree.QName(found).localname == "meta":
            volume = found
        else:
            index += 1
            yield _paper(dump.name, found, volume, index)


def _paper(
    dump: str, paper: etree._Element, volume: etree._Element | None, index: int
) -> ListedPaper | Problem:
    title = text(paper, "title")
    if not title:
        return Problem(dump=dump, line=line(paper), what=f"paper {index} has no title")
    name = text(paper, "url")
    native = name.rpartition("/")[2].removesuffix(".pdf")
    return ListedPaper(
        title=title,
        abstract=text(paper, "abstract"),
        line=line(paper),
        index=index,
        authors=_authors(paper),
        ids=_values.ids(("acl", native), ("doi", text(paper, "doi"))),
        links=_values.links(
            abstract=f"{_SITE}{native}/" if native else "",
            pdf=name if "://" in name else f"{_SITE}{native}.pdf" if native else "",
        ),
        venue="" if volume is None else text(volume, "booktitle"),
        published=_published(volume),
    )


def _authors(paper: etree._Element) -> tuple[str, ...]:
    """A name's variant in another script stands inside it and is no second name."""
    names = (
        " ".join(filter(None, (text(author, "first"), text(author, "last"))))
        for author in children(paper, "author")
    )
    return tuple(filter(None, names))


def _published(volume: etree._Element | None) -> date | None:
    """The first day of the volume's year, or of the first month it says ("July-August")."""
    if volume is None:
        return None
    year, month = text(volume, "year"), text(volume, "month").partition("-")[0].partition("–")[0]
    return _values.day(f"{month.strip()} {year}") or _values.day(year)
