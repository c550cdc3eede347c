"""PubMed's XML: what efetch and "Save as XML" give, a PubmedArticleSet.

Stage parse: each PubmedArticle, or book chapter, is one listing. The works a paper cites carry ids of their
own further down in it: they are never read. Deleted citations are no papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lxml import etree

from newsletter.formats._fields import line_of
from newsletter.formats._library import Found, numbered, places, titled
from newsletter.formats._values import day, ids
from newsletter.formats._xml import children, elements, first, root_name, text
from newsletter.model import Dump, ListedPaper

TITLE = "PubMed XML"

_RECORDS = ("PubmedArticle", "PubmedBookArticle")
_ROOTS = ("PubmedArticleSet", "PubmedBookArticleSet", *_RECORDS)


def recognise(dump: Dump) -> str:
    return "" if root_name(dump)[1] in _ROOTS else "its outermost element is no PubmedArticleSet"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, numbered(elements(dump, *_RECORDS), _listed))


# ------------------------------------------------------------------------------------------- listings


def _listed(index: int, record: etree._Element) -> ListedPaper:
    citation = _first_of(record, "MedlineCitation", "BookDocument")
    work = citation if first(citation, "Article") is None else _first_of(citation, "Article")
    return ListedPaper(
        index=index,
        line=line_of(record),
        title=text(work, "ArticleTitle") or text(work, "VernacularTitle") or text(work, "Book", "BookTitle"),
        abstract=_abstract(work),
        authors=tuple(filter(None, map(_name, _all(work, "AuthorList", "Author")))),
        affiliations=places(
            text(place, "Affiliation")
            for author in _all(work, "AuthorList", "Author")
            for place in children(author, "AffiliationInfo")
        ),
        ids=ids(*_dois(record, work), ("pmid", text(citation, "PMID"))),
        keywords=tuple(dict.fromkeys(filter(None, map(text, _all(citation, "KeywordList", "Keyword"))))),
        venue=text(work, "Journal", "Title") or text(work, "Journal", "ISOAbbreviation"),
        published=_published(work),
    )


def _first_of(element: etree._Element, *names: str) -> etree._Element:
    found = (first(element, name) for name in names)
    return next((one for one in found if one is not None), element)


def _all(element: etree._Element, around: str, name: str) -> Iterator[etree._Element]:
    return (one for container in children(element, around) for one in children(container, name))


def _abstract(work: etree._Element) -> str:
    """Its parts one after the other, each behind its label: "METHODS: …"."""
    parts = ((part.get("Label", ""), text(part)) for part in _all(work, "Abstract", "AbstractText"))
    return " ".join(f"{label}: {shown}" if label else shown for label, shown in parts if shown)


def _name(author: etree._Element) -> str:
    given = text(author, "ForeName") or text(author, "Initials")
    names = (given, text(author, "LastName"), text(author, "Suffix"))
    return " ".join(filter(None, names)) or text(author, "CollectiveName")


def _dois(record: etree._Element, work: etree._Element) -> Iterator[str]:
    for location in children(work, "ELocationID"):
        if location.get("EIdType") == "doi":
            yield text(location)
    for around in ("PubmedData", "PubmedBookData"):
        for own in children(record, around):
            yield from (
                text(one) for one in _all(own, "ArticleIdList", "ArticleId") if one.get("IdType") == "doi"
            )


def _published(work: etree._Element) -> date | None:
    """The electronic date, else that of the journal's issue, which may be words: "2019 Mar-Apr"."""
    electronic, issue = first(work, "ArticleDate"), first(work, "Journal", "JournalIssue", "PubDate")
    for one in (electronic, issue):
        if one is not None and (found := _day(one)):
            return found
    return None


def _day(parts: etree._Element) -> date | None:
    year, month, number = (text(parts, name) for name in ("Year", "Month", "Day"))
    exact = f"{year}-{month}-{number or 1}" if month.isdigit() else f"{number or 1} {month} {year}"
    return (day(exact) if month else None) or day(year or text(parts, "MedlineDate")[:4])
