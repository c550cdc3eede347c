"""JATS, the XML of journals: one article of PubMed Central, a publisher or a preprint server, or many.

Stage parse: each article's ``<front>`` is a listing. Its body, its references and the letters of its
reviewers (``<sub-article>``) are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml import etree

from newsletter.formats._library import Found, numbered, places, titled
from newsletter.formats._values import day, ids, links
from newsletter.formats._xml import children, elements, first, line, root_name, text
from newsletter.model import Dump, ListedPaper

TITLE = "JATS, XML of journal articles"

_ROOTS = ("article", "articles", "pmc-articleset", "article-set")
_SCHEMES = ("doi", "pmid", "arxiv")
_ASIDE = ("xref", "fn", "label", "sup")
"""What stands inside a title or an affiliation and is none of its words: marks of notes, and the notes."""
_SHORT = ("graphical", "teaser", "toc", "precis", "key-points", "executive-summary", "plain-language-summary")
"""Kinds of abstracts that stand beside the abstract."""
_FIRST_DATES = ("epub", "pub", "preprint", "ppub", "epub-ppub", "collection", "")
"""What a date is the date of, in the order in which we take one."""
_HREF = "{http://www.w3.org/1999/xlink}href"


def recognise(dump: Dump) -> str:
    if root_name(dump)[1] not in _ROOTS:
        return "its outermost element is no <article> or <pmc-articleset>"
    return "" if b"article-meta" in dump.head else "no <article-meta> in its beginning"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, numbered(elements(dump, "front"), _listed))


def _listed(index: int, front: etree._Element) -> ListedPaper:
    meta = first(front, "article-meta")
    work = front if meta is None else meta
    group = first(work, "title-group")
    licence = first(work, "permissions", "license")
    return ListedPaper(
        title="" if group is None else _words(first(group, "article-title")),
        abstract=_abstract(work),
        line=line(front),
        index=index,
        authors=tuple(filter(None, (_name(one) for one in _contributors(work)))),
        affiliations=places(_words(one) for one in work.iter("{*}aff")),
        ids=ids(*_numbers(work)),
        links=links(*(str(one.get(_HREF, "")) for one in children(work, "self-uri"))),
        keywords=_keywords(work),
        venue=text(front, "journal-meta", "journal-title-group", "journal-title")
        or text(front, "journal-meta", "journal-title"),
        licence="" if licence is None else str(licence.get(_HREF, "")),
        published=_published(work),
    )


def _words(element: etree._Element | None) -> str:
    """The text of an element without its notes' marks."""
    return "" if element is None else " ".join("".join(_pieces(element)).split())


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element.iterchildren("*"):
        aside = etree.QName(child).localname in _ASIDE
        if not aside or (child.tag.endswith("sup") and not _is_mark(child)):
            yield from _pieces(child)
        yield child.tail or ""


def _is_mark(raised: etree._Element) -> bool:
    """Whether what is raised is a note's mark and no exponent: a star, or a reference."""
    return len(raised) > 0 or not (raised.text or "").strip(" *†‡§¶,;")


def _contributors(work: etree._Element) -> Iterator[etree._Element]:
    for group in children(work, "contrib-group"):
        for one in children(group, "contrib"):
            if one.get("contrib-type", "author") == "author":
                yield one


def _name(author: etree._Element) -> str:
    name = first(author, "name")
    if name is None:
        name = first(author, "name-alternatives", "name")
    if name is None:
        return text(author, "string-name") or text(author, "collab")
    return " ".join(filter(None, (text(name, part) for part in ("given-names", "surname", "suffix"))))


def _numbers(work: etree._Element) -> Iterator[tuple[str, str]]:
    for number in children(work, "article-id"):
        kind = number.get("pub-id-type") or ""
        if kind in _SCHEMES:
            yield kind, text(number)


def _abstract(work: etree._Element) -> str:
    """Its sections one after the other, each behind its title."""
    own = (one for one in children(work, "abstract") if (one.get("abstract-type") or "") not in _SHORT)
    found = next(own, None)
    return "" if found is None else " ".join(filter(None, _sections(found)))


def _sections(part: etree._Element) -> Iterator[str]:
    for child in part.iterchildren("*"):
        name = etree.QName(child).localname
        if name == "sec":
            label, shown = text(child, "title"), " ".join(filter(None, _sections(child)))
            yield f"{label.rstrip(':.')}: {shown}" if label else shown
        elif name != "title":
            yield text(child)


def _keywords(work: etree._Element) -> tuple[str, ...]:
    found = (text(word) for group in children(work, "kwd-group") for word in children(group, "kwd"))
    return tuple(dict.fromkeys(filter(None, found)))


def _published(work: etree._Element) -> date | None:
    dates = {(one.get("pub-type") or one.get("date-type") or ""): one for one in children(work, "pub-date")}
    known = [dates[kind] for kind in _FIRST_DATES if kind in dates] or list(dates.values())
    return next(filter(None, map(_day, known)), None)


def _day(parts: etree._Element) -> date | None:
    year, month, number = (text(parts, name) for name in ("year", "month", "day"))
    return (day(f"{year}-{month}-{number or 1}") if month else None) or day(year)
