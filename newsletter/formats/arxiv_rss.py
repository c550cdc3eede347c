"""The daily feed of arXiv, RSS 2.0 or Atom (rss.arxiv.org since 2024, and RSS 2.0 of before).

Stage parse: a feed goes in, what it announces comes out: new papers, cross-lists and replacements. Feeds that
others made out of it are the generic feed's, RSS 1.0 is arxiv_rdf's, answers to queries are arxiv_api's.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from newsletter.formats import _arxiv
from newsletter.formats._quick import listed
from newsletter.formats._values import day, plain
from newsletter.formats._xml import Fields, elements, root_name, text
from newsletter.formats._xml import line as line_of
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "arXiv daily feed, RSS 2.0 or Atom"

_ATOM = "http://www.w3.org/2005/Atom"
_MARKS = (b"updates on arXiv.org<", b"//rss.arxiv.org/", b"rss-help@arxiv.org")
_RECORDS = ("item", "entry")
_ABSTRACT = "Abstract:"


def recognise(dump: Dump) -> str:
    if root_name(dump) not in (("", "rss"), (_ATOM, "feed")):
        return "its outermost element is no RSS 2.0 and no Atom feed"
    if not any(mark in _before_records(dump.head) for mark in _MARKS):
        return "its title does not say “updates on arXiv.org”, nor its address rss.arxiv.org"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    dated, index = False, 0
    for element in elements(dump, "pubDate", "updated", *_RECORDS):
        if isinstance(element, Problem):
            yield element
        elif etree.QName(element).localname in _RECORDS:
            index += 1
            yield _announcement(dump.name, element, index)
        elif not dated:
            dated = True
            yield from _arxiv.dump_date(day(text(element)))


def _before_records(head: bytes) -> bytes:
    ends = [end for name in (b"<item", b"<entry") if (end := head.find(name)) >= 0]
    return head[: min(ends, default=len(head))]


# -------------------------------------------------------------------------------------- announcements


def _announcement(dump: str, record: etree._Element, index: int) -> ListedPaper | Problem:
    fields = Fields(record)
    shown = _arxiv.announced(fields.text("title"))
    line = line_of(record)
    if not shown.title:
        return Problem(dump=dump, line=line, what=f"record {index} has no title")
    said, abstract = _description(fields.text("description") or fields.text("summary"))
    arxiv = _id(fields, said) or shown.arxiv
    keys = _arxiv.ids(arxiv, fields.text("DOI") or fields.text("doi"))
    names, places = _arxiv.authors(plain(fields.text("creator") or fields.text("author")))
    return listed(
        title=shown.title,
        abstract=abstract,
        line=line,
        index=index,
        authors=names,
        affiliations=places,
        ids=keys,
        links=_arxiv.abstract_page(keys),
        categories=_categories(fields) or tuple(filter(None, (shown.category,))),
        venue=fields.text("journal_reference") or fields.text("journal_ref"),
        licence=fields.text("rights"),
        kind=_arxiv.KINDS.get(fields.text("announce_type"), shown.kind),
        version=_arxiv.version(arxiv),
        listed=day(fields.text("pubDate") or fields.text("published")),
    )


def _description(said: str) -> tuple[str, str]:
    """The announcement's own line, `arXiv:2506.02615v1 Announce Type: new`, and the abstract behind it."""
    if said.startswith("arXiv:") and _ABSTRACT in said:
        before, _, abstract = said.partition(_ABSTRACT)
        return before, abstract.strip()
    return "", plain(said) if said.startswith("<") else said


def _id(fields: Fields, said: str) -> str:
    """The id with its version where one is told: guid and description have it, the link does not."""
    return next((place for place in _places(fields, said) if _arxiv.ids(place)), "")


def _places(fields: Fields, said: str) -> Iterator[str]:
    """Where an id may stand, the best place first."""
    yield fields.text("guid")
    yield fields.text("id")
    yield said.partition(" ")[0]
    yield fields.text("link")
    yield from (link.get("href", "") for link in fields.all("link"))


def _categories(fields: Fields) -> tuple[str, ...]:
    terms = dict.fromkeys(category.get("term") or text(category) for category in fields.all("category"))
    return tuple(filter(_arxiv.is_category, terms))
