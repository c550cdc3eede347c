"""MODS, the Library of Congress' XML: catalogues, repositories, the ACL Anthology and Zotero export it.

Stage parse: each ``<mods>`` is a listing. The volume or journal that a paper stands in is a related work
inside it, with a title and names of its own: only its title is taken, as the venue.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml import etree

from newsletter.formats._library import Found, numbered, people, titled
from newsletter.formats._values import day, ids, links
from newsletter.formats._xml import children, elements, first, line, root_name, text
from newsletter.model import Dump, ListedPaper

TITLE = "MODS, XML"

_SPACE = "www.loc.gov/mods"
_AUTHORS = ("", "author", "aut", "creator", "cre", "corresponding author")


def recognise(dump: Dump) -> str:
    space, name = root_name(dump)
    ours = name == "modsCollection" or (name == "mods" and (_SPACE in space or b"titleInfo" in dump.head))
    return "" if ours else "its outermost element is no <modsCollection> or <mods>"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, numbered(elements(dump, "mods"), _listed))


def _listed(index: int, record: etree._Element) -> ListedPaper:
    pages = tuple(text(place, "url") for place in children(record, "location"))
    host = _host(record)
    return ListedPaper(
        title=_title(record),
        abstract=text(record, "abstract"),
        line=line(record),
        index=index,
        authors=people(_authors(record)),
        ids=ids(*_numbers(record), *pages),
        links=links(*pages),
        keywords=tuple(dict.fromkeys(_topics(record))),
        venue="" if host is None else _title(host),
        published=_published(record, host),
    )


def _title(work: etree._Element) -> str:
    """The first that is not an abbreviated, translated or alternative one; an article stands before it."""
    titles = list(children(work, "titleInfo"))
    own = next((one for one in titles if not one.get("type")), titles[0] if titles else None)
    if own is None:
        return ""
    main = f"{text(own, 'nonSort')} {text(own, 'title')}".strip()
    return ": ".join(filter(None, (main, text(own, "subTitle"))))


def _authors(record: etree._Element) -> Iterator[str]:
    for name in children(record, "name"):
        roles = [text(term).lower() for role in children(name, "role") for term in children(role, "roleTerm")]
        if not roles or any(role in _AUTHORS for role in roles):
            yield _name(name)


def _name(name: etree._Element) -> str:
    """Given names before the family's; a name that is not divided stands as it is, "Byron, Ada"."""
    pieces: dict[str, list[str]] = {}
    for part in children(name, "namePart"):
        pieces.setdefault(part.get("type") or "", []).append(text(part))
    whole = " ".join(pieces.get("", ()))
    return whole or " ".join((*pieces.get("given", ()), *pieces.get("family", ())))


def _numbers(record: etree._Element) -> Iterator[str | tuple[str, str]]:
    for number in children(record, "identifier"):
        kind, value = (number.get("type") or "").lower(), text(number)
        yield (kind, value) if kind in ("doi", "arxiv", "pmid") else value if kind in ("uri", "url") else ""


def _topics(record: etree._Element) -> Iterator[str]:
    return (
        shown
        for subject in children(record, "subject")
        for topic in children(subject, "topic")
        if (shown := text(topic))
    )


def _host(record: etree._Element) -> etree._Element | None:
    return next((one for one in children(record, "relatedItem") if one.get("type") == "host"), None)


def _published(record: etree._Element, host: etree._Element | None) -> date | None:
    """Of the paper itself, else of what it stands in."""
    for work in (record, host):
        for path in (("originInfo", "dateIssued"), ("part", "date"), ("originInfo", "dateCreated")):
            if work is not None and first(work, *path) is not None and (found := day(text(work, *path))):
                return found
    return None
