"""An answer of arXiv's query interface (export.arxiv.org/api/query), Atom.

Stage parse: an answer goes in, its entries come out. The one entry titled “Error”, which the interface gives
for a question it cannot answer, is a problem and no paper. The daily feeds are arxiv_rss's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from newsletter.formats import _arxiv
from newsletter.formats._quick import link, listed
from newsletter.formats._values import day
from newsletter.formats._xml import Fields, elements, root_name, text
from newsletter.formats._xml import line as line_of
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem

TITLE = "arXiv query interface, Atom"

_ATOM = "http://www.w3.org/2005/Atom"
_MARKS = (b"arxiv.org/api/", b"arXiv Query:", b"ArXiv Query:")
_ERRORS = "arxiv.org/api/errors"


def recognise(dump: Dump) -> str:
    if root_name(dump) != (_ATOM, "feed"):
        return "its outermost element is no Atom feed"
    if not any(mark in dump.head for mark in _MARKS) or b"announce_type>" in dump.head:
        return "no “arXiv Query:” and no address arxiv.org/api/"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    said: dict[str, int] = {}
    index, cut = 0, False
    for element in elements(dump, "updated", "totalResults", "startIndex", "itemsPerPage", "entry"):
        name = "" if isinstance(element, Problem) else etree.QName(element).localname
        if isinstance(element, Problem):
            cut = cut or element.cut
            yield element
        elif name == "entry":
            index += 1
            yield _entry(dump.name, element, index)
        elif name == "updated":
            yield from _arxiv.dump_date(day(text(element)))
        elif text(element).isdecimal():
            said.setdefault(name, int(text(element)[:_DIGITS]))
    if not cut:
        yield from _missing(dump.name, said, index)


_DIGITS = 12


def _missing(dump: str, said: dict[str, int], entries: int) -> Iterator[Problem]:
    """A problem where the answer has fewer entries than it says: the interface now and then cuts a page."""
    if "totalResults" not in said:
        return
    due = min(
        said["totalResults"] - said.get("startIndex", 0), said.get("itemsPerPage", said["totalResults"])
    )
    if entries < due:
        what = f"the answer says that it has {due:,} entries, but there are {entries:,}"
        yield Problem(dump=dump, what=what, hint="ask arXiv again in a while and save the whole answer")


# ------------------------------------------------------------------------------------------- entries


def _entry(dump: str, entry: etree._Element, index: int) -> ListedPaper | Problem:
    fields = Fields(entry)
    title, arxiv = fields.text("title"), fields.text("id")
    line = line_of(entry)
    if _ERRORS in arxiv:
        what = f"arXiv answered with an error: {fields.text('summary')[:200]}"
        return Problem(dump=dump, line=line, what=what)
    if not title:
        return Problem(dump=dump, line=line, what=f"entry {index} has no title")
    keys = _arxiv.ids(arxiv, fields.text("doi"))
    names, places = _people(fields.all("author"))
    return listed(
        title=title,
        abstract=fields.text("summary"),
        line=line,
        index=index,
        authors=names,
        affiliations=places,
        ids=keys,
        links=_links(keys, fields),
        categories=_categories(fields),
        venue=fields.text("journal_ref"),
        comment=fields.text("comment"),
        version=_arxiv.version(arxiv),
        published=day(fields.text("published")),
        updated=day(fields.text("updated")),
    )


def _people(authors: Iterable[etree._Element]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Their names, and the places where they work, each once."""
    people = [Fields(author) for author in authors]
    places = (text(place) for person in people for place in person.all("affiliation"))
    names = (person.text("name") for person in people)
    return tuple(filter(None, names)), tuple(dict.fromkeys(filter(None, places)))


def _links(keys: tuple[str, ...], fields: Fields) -> tuple[Link, ...]:
    """Its page and its PDF; addresses other than arXiv's own are not taken."""
    own = [found.get("href", "") for found in fields.all("link") if found.get("title") == "pdf"]
    pdf = (url for url in own if url.startswith(("https://arxiv.org/", "http://arxiv.org/")))
    return _arxiv.abstract_page(keys) + tuple(link("pdf", _arxiv.one_line(url)) for url in pdf)


def _categories(fields: Fields) -> tuple[str, ...]:
    """Primary first. MSC and ACM classes, which stand among them, are no categories of arXiv."""
    found = (*fields.all("primary_category")[:1], *fields.all("category"))
    terms = dict.fromkeys(each.get("term", "") for each in found)
    return tuple(filter(_arxiv.is_category, terms))
