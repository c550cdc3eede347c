"""MEDLINE's tagged lines: PubMed's .nbib files, its pages saved in the format "PubMed", and ERIC's files.

Stage parse: a record runs from ``PMID-`` to the line of its source, ``SO  -``; ERIC's begins with its owner,
``OWN - ERIC``. What is indented goes on with the tag before. PubMed's XML is pubmed_xml.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from newsletter.formats import head_lines
from newsletter.formats._library import Found, people, places, titled
from newsletter.formats._tagged import Marks, Record, cut_off, cut_out
from newsletter.formats._values import day, ids
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "PubMed, the tagged format (.nbib)"

_BEGIN = re.compile(r"PMID- ?\d|OWN {0,2}- ?ERIC")
_TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?")
_MARKS = Marks(begins=lambda line: _BEGIN.match(line) is not None, ends=lambda _: False)
Tags = dict[str, list[str]]


def recognise(dump: Dump) -> str:
    first = next((line for line in head_lines(dump) if line.strip("\ufeff")), "")
    return "" if _BEGIN.match(first.lstrip("\ufeff")) else "its first line is no “PMID- …”"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, _listings(dump))


def _listings(dump: Dump) -> Iterator[Found]:
    for one in cut_out(dump, _MARKS):
        if isinstance(one, Problem):
            yield one
            continue
        tags = _tags(one)
        # Every record PubMed writes ends with its source; ERIC's need not have one.
        whole = "SO" in tags or "PMID" not in tags
        yield cut_off(dump, one) if one.last and not whole else _listed(one.line, tags)


def _tags(record: Record) -> Tags:
    """Each tag's values; a value's lines are parts of one text."""
    parts: list[tuple[str, list[str]]] = []
    for line in record.lines:
        if found := _TAG.match(line):
            parts.append((found[1], [line[found.end() :].strip()]))
        elif parts:
            parts[-1][1].append(line.strip())
    tags: Tags = {}
    for tag, texts in parts:
        tags.setdefault(tag, []).append(" ".join(filter(None, texts)))
    return tags


# ------------------------------------------------------------------------------------------- listings


def _listed(line: int, tags: Tags) -> ListedPaper:
    return ListedPaper(
        line=line,
        title=_first(tags, "TI", "BTI", "TT"),
        abstract=_first(tags, "AB"),
        authors=people((*tags.get("FAU", tags.get("AU", ())), *tags.get("CN", ()))),
        affiliations=places(tags.get("AD", ())),
        ids=ids(*_dois(tags), ("pmid", _first(tags, "PMID"))),
        keywords=tuple(dict.fromkeys(word.lstrip("*").strip() for word in tags.get("OT", ()))),
        venue=_first(tags, "JT", "TA"),
        published=_published(tags),
    )


def _first(tags: Tags, *names: str) -> str:
    return next((" ".join(tags[name][0].split()) for name in names if tags.get(name)), "")


def _dois(tags: Tags) -> Iterable[str]:
    """From "10.1161/STROKEAHA.118.021126 [doi]", or an address: beside stand publishers' item numbers."""
    places_ = (*tags.get("LID", ()), *tags.get("AID", ()))
    return (text.partition(" [")[0] for text in places_ if "[doi]" in text or "doi.org/" in text)


_DATE = re.compile(r"(\d{4})(?: ([A-Za-z]{3}))?[a-z]*(?: (\d{1,2}))?(?!\d)")


def _published(tags: Tags) -> date | None:
    """The electronic date, else the printed: "2019 Feb 21", "2019 Mar-Apr", "2006"."""
    for text in (_first(tags, "DEP"), _first(tags, "DP")):
        found = _DATE.match(text)
        if text.isdigit() and len(text) == len("20190221"):
            return day(text)
        if found:
            return day(f"{found[3] or 1} {found[2]} {found[1]}" if found[2] else found[1]) or day(found[1])
    return None
