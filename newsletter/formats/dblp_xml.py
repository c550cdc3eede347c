"""DBLP's XML: the whole of it (dblp.xml, also packed), or what a person's page offers as XML.

Stage parse: each article, conference paper, chapter, book or thesis is a listing. Volumes of proceedings,
home pages and data sets are no papers. The characters that the file names by DBLP's own DTD (``&uuml;``) are
those of HTML, so the DTD is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.formats._library import Found, titled
from newsletter.formats._values import day, ids, links
from newsletter.formats._xml import Fields, elements, line, root_name, text
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "DBLP, XML"

_RECORDS = ("article", "inproceedings", "incollection", "book", "phdthesis", "mastersthesis")
_ROOTS = ("dblp", "dblpperson")
_HOMONYM = re.compile(r" 0\d{3}\Z")
"""The number that tells persons of one name apart."""
_CORR = "abs/"
"""How the volume of arXiv's papers begins, the “journal” CoRR: abs/2106.01345."""


def recognise(dump: Dump) -> str:
    return "" if root_name(dump)[1] in _ROOTS else "its outermost element is no <dblp> or <dblpperson>"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, _listings(dump))


def _listings(dump: Dump) -> Iterator[Found]:
    for index, found in enumerate(elements(dump, *_RECORDS), 1):
        yield found if isinstance(found, Problem) else _listed(index, Fields(found), line(found))


def _listed(index: int, record: Fields, place: int | None) -> ListedPaper:
    addresses = [text(one) for one in record.all("ee")]
    volume, year = record.text("volume"), record.text("year")
    arxiv = volume.removeprefix(_CORR) if volume.startswith(_CORR) else ""
    return ListedPaper(
        title=_title(record.text("title")),
        line=place,
        index=index,
        authors=tuple(_HOMONYM.sub("", name) for name in map(text, record.all("author")) if name),
        ids=ids(("arxiv", arxiv), *addresses),
        links=links(*addresses),
        venue=record.text("booktitle") or record.text("journal") or record.text("school"),
        published=day(f"{record.text('month')} {year}".strip()) or day(year),
    )


def _title(text: str) -> str:
    """Without the full stop that DBLP sets behind each, but not the last of three."""
    return text.removesuffix(".") if not text.endswith("..") else text
