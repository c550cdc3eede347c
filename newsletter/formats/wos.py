"""Web of Science's field-tagged export: ``PT J``, ``AU …``, ``ER``, whatever the file is called.

Stage parse: each record is read for itself by rispy. Cited references (CR) are no papers of the dump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from newsletter.formats import head_lines
from newsletter.formats._library import Found, one_line, people, places, titled, without_markup
from newsletter.formats._tagged import Marks, Record, closed
from newsletter.formats._values import day, ids
from newsletter.model import Dump, ListedPaper

TITLE = "Web of Science, field-tagged"

_BEGIN = re.compile(r"PT [A-Z]\s*")
_END = re.compile(r"ER\s*")
_AROUND = re.compile(r"\s*|(?:FN|VR) .*|EF\s*")
_MARKS = Marks(
    begins=lambda line: _BEGIN.fullmatch(line) is not None,
    ends=lambda line: _END.fullmatch(line) is not None,
    around=_AROUND,
)


def recognise(dump: Dump) -> str:
    first = next((line for line in head_lines(dump) if line and not re.match("FN |VR ", line)), "")
    return "" if _BEGIN.fullmatch(first.lstrip("\ufeff")) else "its first record does not begin with “PT J”"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, closed(dump, _MARKS, lambda one: _listed(one.line, _tags(one))))


def _tags(record: Record) -> dict[str, Any]:
    """The record as rispy names its tags."""
    found: list[dict[str, Any]] = _parser().parse_lines(iter((*record.lines, "ER")))
    return found[0] if found else {}


@cache
def _parser() -> Any:  # noqa: ANN401 rispy has no types
    from rispy import WokParser  # type: ignore[import-untyped] # noqa: PLC0415 needed here alone

    return WokParser(list_tags=[*WokParser.DEFAULT_LIST_TAGS, "C1"], skip_unknown_tags=True)


def _listed(line: int, tags: dict[str, Any]) -> ListedPaper:
    return ListedPaper(
        line=line,
        title=without_markup(tags.get("document_title", "")),
        abstract=without_markup(tags.get("abstract", "")),
        authors=people(tags.get("author_full_name") or tags.get("authors") or ()),
        affiliations=places(_AUTHORS_OF.sub("", one) for one in tags.get("author_address", ())),
        ids=ids(tags.get("doi", ""), ("pmid", tags.get("pubmed_id", ""))),
        categories=_listed_words(tags.get("wos_categories", "")),
        keywords=_listed_words(tags.get("author_keywords", "")),
        venue=one_line(tags.get("publication_name", "")),
        published=_published(tags),
    )


_AUTHORS_OF = re.compile(r"\A\[[^\]]{0,4000}\]\s*")
"""Before an affiliation stand those who have it: [Loach, PA; Law, CJ] Northwestern Univ, …"""


def _listed_words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in text.split(";") if (word := one_line(part))))


def _published(tags: dict[str, Any]) -> date | None:
    """From PD ("JUN 8", "JUN", "JAN-FEB") and PY."""
    year = tags.get("publication_year", "").strip()
    month, _, number = one_line(tags.get("publication_date", "")).partition(" ")
    exact = f"{number or 1} {month[:3].title()} {year}"
    return day(exact) or day(year)
