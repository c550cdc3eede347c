"""Zotero RDF, what Zotero exports by default: bib:Article, bib:Book, … with an item type of its own.

Stage parse: each outermost node with a z:itemType is one listing; attachments, notes, collections are none.
A journal stands inside its paper or right behind it, and it, not the paper, bears the paper's DOI.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from lxml import etree

from newsletter.formats._fields import line_of
from newsletter.formats._library import Found, noted_ids, titled, without_markup
from newsletter.formats._values import day, ids, links
from newsletter.formats._xml import children, elements, first, root_name, text
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "Zotero RDF"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ZOTERO = b"http://www.zotero.org/namespaces/export#"
_JOURNAL = "Journal"
_WORKS = (
    "Article", "Book", "BookSection", "ConferenceProceedings", "Data", "Description", "Document",
    "Illustration", "Image", "Interview", "Legislation", "Letter", "Manuscript", "MotionPicture", "Patent",
    "Recording", "Report", "Thesis",
)  # fmt: skip
"""The nodes that Zotero makes of its item types; what has no class of its own is an rdf:Description."""


def recognise(dump: Dump) -> str:
    fits = root_name(dump) == (_RDF, "RDF") and _ZOTERO in dump.head
    return "" if fits else "it is no RDF with Zotero's namespace"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, _listings(dump))


def _listings(dump: Dump) -> Iterator[Found]:
    waiting: ListedPaper | None = None  # for its journal, the next node
    journal = ""
    index = 0
    for node in elements(dump, *_WORKS, _JOURNAL):
        if waiting and not isinstance(node, Problem) and _is_journal(node) and _about(node) == journal:
            yield _in_journal(waiting, node)
            waiting = None
            continue
        if waiting:
            yield waiting
            waiting = None
        if isinstance(node, Problem):
            yield node
        elif text(node, "itemType") not in ("", "attachment", "note", "annotation"):
            index += 1
            waiting, journal = _listed(index, node), _part_of(node)
    if waiting:
        yield waiting


def _is_journal(node: etree._Element) -> bool:
    return str(node.tag).rpartition("}")[2] == _JOURNAL


def _about(node: etree._Element) -> str:
    return node.get(f"{{{_RDF}}}about", "")


def _part_of(node: etree._Element) -> str:
    part = first(node, "isPartOf")
    return "" if part is None else part.get(f"{{{_RDF}}}resource", "")


# ------------------------------------------------------------------------------------------- listings


def _listed(index: int, node: etree._Element) -> ListedPaper:
    around = [part for one in children(node, "isPartOf") for part in one]
    urls = [text(uri, "value") for one in children(node, "identifier") for uri in children(one, "URI")]
    extra = "\n".join(str(one.text or "") for one in children(node, "description"))
    said = [_said(one) for near in (node, *around) for one in children(near, "identifier")]
    return ListedPaper(
        index=index,
        line=line_of(node),
        title=without_markup(text(node, "title")),
        abstract=text(node, "abstract"),
        authors=tuple(filter(None, map(_name, _people(node)))),
        ids=ids(*said, *urls, *noted_ids(extra)),
        links=links(*urls),
        keywords=tuple(dict.fromkeys(filter(None, map(_word, children(node, "subject"))))),
        venue=next((venue for part in around if (venue := text(part, "title"))), ""),
        published=_published(text(node, "date")),
    )


def _in_journal(paper: ListedPaper, journal: etree._Element) -> ListedPaper:
    """With the journal's DOI, where it bears one alone: else it is unknown whose it is."""
    dois = [doi for one in children(journal, "identifier") if (doi := _said(one))]
    found = ids(*dois) if len(dois) == 1 else ()
    return replace(
        paper, venue=paper.venue or text(journal, "title"), ids=tuple(dict.fromkeys((*paper.ids, *found)))
    )


def _said(identifier: etree._Element) -> str:
    """The DOI in "DOI 10.1000/xyz"; an ISSN or ISBN is none."""
    kind, _, value = text(identifier).partition(" ")
    return value if kind.upper() == "DOI" else ""


def _people(node: etree._Element) -> Iterator[etree._Element]:
    authors = first(node, "authors")
    return iter(()) if authors is None else authors.iter("{*}Person")


def _name(person: etree._Element) -> str:
    return " ".join(
        filter(None, (text(person, "givenName") or text(person, "givenname"), text(person, "surname")))
    )


def _word(subject: etree._Element) -> str:
    """A tag; one that Zotero set by itself stands in a z:AutomaticTag."""
    return text(subject)


def _published(said: str) -> date | None:
    """Zotero writes what the user typed: 2020-08-31, 8/2020, August 31, 2020."""
    month, slash, year = said.partition("/")
    return day(f"{year}-{month.zfill(2)}") if slash and month.isdigit() and len(month) < 3 else day(said)  # noqa: PLR2004 a month
