"""Records harvested by OAI-PMH, arXiv's above all: as `arXiv`, `arXivRaw` or Dublin Core.

Stage parse: an answer (ListRecords, GetRecord) or bare records go in, papers come out. Deleted records are
none. A resumption token only says that the harvest goes on in another file, so nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml import etree

from newsletter.formats import _arxiv
from newsletter.formats._values import day
from newsletter.formats._xml import children, elements, first, root_name, text
from newsletter.formats._xml import line as line_of
from newsletter.identity import arxiv_key, doi_key
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "OAI-PMH records, arXiv or Dublin Core"

_ROOTS = ("OAI-PMH", "ListRecords", "GetRecord", "records", "record", "arXiv", "arXivRaw", "dc")
_MARKS = (b"http://www.openarchives.org/OAI/2.0/", b"http://arxiv.org/OAI/", b"oai:arXiv.org:")
_METADATA = ("arXiv", "arXivRaw", "dc")


def recognise(dump: Dump) -> str:
    if root_name(dump)[1] not in _ROOTS:
        return "its outermost element is no OAI-PMH and no record"
    if not any(mark in dump.head for mark in _MARKS):
        return "no namespace of OAI-PMH or of arXiv's records"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    index = 0
    for element in elements(dump, "responseDate", "error", "record", *_METADATA):
        name = "" if isinstance(element, Problem) else etree.QName(element).localname
        if isinstance(element, Problem):
            yield element
        elif name == "responseDate":
            yield from _arxiv.dump_date(day(text(element)))
        elif name == "error":
            yield Problem(dump=dump.name, what=f"the archive answered with an error: {text(element)[:200]}")
        elif not _deleted(element):
            index += 1
            yield _record(dump.name, element, index)


def _deleted(record: etree._Element) -> bool:
    header = first(record, "header")
    return header is not None and header.get("status") == "deleted"


def _record(dump: str, record: etree._Element, index: int) -> ListedPaper | Problem:
    metadata = _metadata(record)
    line = line_of(record)
    if metadata is None:
        return Problem(
            dump=dump, line=line, what=f"record {index} has no metadata that we read: arXiv, arXivRaw, dc"
        )
    found = _READERS[etree.QName(metadata).localname](record, metadata)
    if not found.title:
        return Problem(dump=dump, line=line, what=f"record {index} has no title")
    return replace(found, line=line, index=index, links=_arxiv.abstract_page(found.ids))


def _metadata(record: etree._Element) -> etree._Element | None:
    if etree.QName(record).localname in _METADATA:
        return record
    found = (first(record, "metadata", name) for name in _METADATA)
    return next((each for each in found if each is not None), None)


# ------------------------------------------------------------------------------- the three metadata


def _arxiv_record(_: etree._Element, metadata: etree._Element) -> ListedPaper:
    people = [person for group in children(metadata, "authors") for person in children(group, "author")]
    places = (text(place) for person in people for place in children(person, "affiliation"))
    return replace(
        _common(metadata),
        authors=tuple(filter(None, (_name(person) for person in people))),
        affiliations=tuple(dict.fromkeys(filter(None, places))),
        published=day(text(metadata, "created")),
        updated=day(text(metadata, "updated")),
    )


def _name(person: etree._Element) -> str:
    parts = (text(person, part) for part in ("forenames", "keyname", "suffix"))
    return " ".join(filter(None, parts))


def _raw_record(_: etree._Element, metadata: etree._Element) -> ListedPaper:
    names, places = _arxiv.authors(text(metadata, "authors"))
    versions = tuple(children(metadata, "version"))
    dates = [day(text(version, "date")) for version in versions]
    return replace(
        _common(metadata),
        authors=names,
        affiliations=places,
        submitter=_arxiv.plain_name(text(metadata, "submitter")),
        version=_version(versions),
        published=dates[0] if dates else None,
        updated=dates[-1] if len(dates) > 1 else None,
    )


def _version(versions: tuple[etree._Element, ...]) -> int | None:
    number = versions[-1].get("version", "").removeprefix("v") if versions else ""
    return int(number) if number.isdecimal() and len(number) <= _DIGITS else None


_DIGITS = 4


def _common(metadata: etree._Element) -> ListedPaper:
    return ListedPaper(
        title=text(metadata, "title"),
        abstract=text(metadata, "abstract"),
        ids=_arxiv.ids(text(metadata, "id"), text(metadata, "doi")),
        categories=tuple(text(metadata, "categories").split()),
        venue=text(metadata, "journal-ref"),
        comment=text(metadata, "comments"),
        licence=text(metadata, "license"),
    )


_COMMENT = "Comment: "


def _dublin_core(record: etree._Element, metadata: etree._Element) -> ListedPaper:
    said = [text(each) for each in children(metadata, "description")]
    dates = [day(text(each)) for each in children(metadata, "date")]
    identifiers = [text(record, "header", "identifier"), *map(text, children(metadata, "identifier"))]
    return ListedPaper(
        title=text(metadata, "title"),
        abstract=next((each for each in said if not each.startswith(_COMMENT)), ""),
        authors=tuple(filter(None, (_turned(text(each)) for each in children(metadata, "creator")))),
        ids=_keys(identifiers),
        categories=tuple(
            dict.fromkeys(filter(None, map(_category, record.iterfind("{*}header/{*}setSpec"))))
        ),
        keywords=tuple(dict.fromkeys(filter(None, map(text, children(metadata, "subject"))))),
        comment=next((each[len(_COMMENT) :] for each in said if each.startswith(_COMMENT)), ""),
        licence=text(metadata, "rights"),
        published=dates[0] if dates else None,
        updated=dates[-1] if len(dates) > 1 else None,
    )


def _keys(identifiers: list[str]) -> tuple[str, ...]:
    """Keys of what names arXiv or is a DOI; a reference to a journal, which may stand there too, is none."""
    own = (arxiv_key(each) for each in identifiers if "arxiv" in each.lower())
    dois = (
        doi_key(each) for each in identifiers if each.startswith(("doi:", "10.", "http")) and "10." in each
    )
    return tuple(dict.fromkeys(key for key in (*own, *dois) if key))


def _turned(name: str) -> str:
    """`Özel, B.` as `B. Özel`."""
    last, comma, rest = name.partition(",")
    return f"{rest.strip()} {last.strip()}".strip() if comma else name


def _category(spec: etree._Element) -> str:
    """`physics:nucl-ex` is nucl-ex, `cs:cs:AI` is cs.AI."""
    parts = text(spec).split(":")
    category = ".".join(parts[-2:]) if len(parts) > 2 else parts[-1]  # noqa: PLR2004 group, archive, category
    return category if _arxiv.is_category(category) else ""


_READERS: dict[str, Callable[[etree._Element, etree._Element], ListedPaper]] = {
    "arXiv": _arxiv_record,
    "arXivRaw": _raw_record,
    "dc": _dublin_core,
}
