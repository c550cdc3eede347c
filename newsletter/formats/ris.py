"""RIS, the file every reference manager and publisher exports: Zotero, EndNote, Scopus, Mendeley.

Stage parse: a record runs from ``TY  -`` to ``ER  -``; rispy reads the tags of one record at a time, so a bad
one costs itself alone. Web of Science's own tags, which travel under the same file name, are wos.py's.
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
from newsletter.formats._values import day, ids, links
from newsletter.identity import arxiv_version
from newsletter.model import Dump, ListedPaper

TITLE = "RIS (reference managers)"

_BEGIN = re.compile(r"\s*TY {1,3}- ?[A-Z]")
_END = re.compile(r"\s*ER {1,3}-?\s*")
_TAG = re.compile(r"\s*([A-Z][A-Z0-9]) {1,3}-(?: |$)")
_AROUND = re.compile(r"\s*|\s*(?:Provider|Database|Content)\s*:.*|\s*\d{1,6}\.?\s*")
"""Between records stand blank lines, or a number; at the top of some publishers' files, who made it."""
_FOREIGN = re.compile(r"\s*(?:PMID|PMCID|EISSN|DOI) {1,3}- ")
"""Tags longer than RIS has them, as PsycINFO writes: to rispy they are part of the line before."""

_MARKS = Marks(
    begins=lambda line: _BEGIN.match(line) is not None,
    ends=lambda line: _END.fullmatch(line) is not None,
    around=_AROUND,
)


def recognise(dump: Dump) -> str:
    """The first line with a tag is ``TY  - JOUR`` or the like, and more tags follow."""
    tagged = [line for line in head_lines(dump) if not (_AROUND.fullmatch(line) or _FOREIGN.match(line))][:2]
    if not tagged or not _BEGIN.match(tagged[0]):
        return "it does not begin with a line like “TY  - JOUR”"
    return "" if len(tagged) == 1 or _TAG.match(tagged[1]) else "the line after “TY  -” has no tag"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, closed(dump, _MARKS, lambda one: _listed(one.line, _tags(one))))


def _tags(record: Record) -> dict[str, Any]:
    """The record as rispy names its tags."""
    numbered = (_regular(line) for line in (*record.lines, "ER  - ") if not _FOREIGN.match(line))
    found: list[dict[str, Any]] = _parser().parse_lines(numbered)
    return found[0] if found else {}


def _regular(line: str) -> str:
    """A tag as the standard has it, two blanks and a dash; elsewhere one blank or an indent is met."""
    tag = _TAG.match(line)
    return f"{tag[1]}  - {line[tag.end() :]}" if tag else line


@cache
def _parser() -> Any:  # noqa: ANN401 rispy has no types
    from rispy import RisParser  # type: ignore[import-untyped] # noqa: PLC0415 needed here alone

    return RisParser(list_tags=[*RisParser.DEFAULT_LIST_TAGS, "AD", "DO", "L1", "L2"])


# ------------------------------------------------------------------------------------------- listings


def _listed(line: int, tags: dict[str, Any]) -> ListedPaper:
    addresses = (*tags.get("doi", ()), *tags.get("urls", ()))
    return ListedPaper(
        line=line,
        title=without_markup(_first(tags, "title", "primary_title") or _unknown(tags, "BT")),
        abstract=without_markup(_first(tags, "abstract", "notes_abstract")),
        authors=people(tags.get("authors") or tags.get("first_authors") or ()),
        affiliations=places(tags.get("author_address", ())),
        ids=ids(*addresses),
        version=next((version for url in addresses if (version := arxiv_version(url))), None),
        links=links(*addresses, *tags.get("file_attachments1", ()), *tags.get("file_attachments2", ())),
        keywords=tuple(dict.fromkeys(filter(None, map(_keyword, tags.get("keywords", ()))))),
        venue=one_line(_first(tags, "journal_name", "alternate_title3", "secondary_title")),
        published=_published(tags),
    )


def _first(tags: dict[str, Any], *names: str) -> str:
    return next((str(tags[name]) for name in names if tags.get(name)), "")


def _keyword(text: str) -> str:
    """Without the asterisk that marks the main ones."""
    return one_line(text).removeprefix("*")


def _unknown(tags: dict[str, Any], tag: str) -> str:
    return " ".join(tags.get("unknown_tag", {}).get(tag, ()))


def _published(tags: dict[str, Any]) -> date | None:
    """From 2017/12/21/, 2017///, 2014//Spring: as far as the day, month or year goes."""
    dates = (_first(tags, name) for name in ("date", "publication_year", "year"))
    return next((found for one in dates if (found := _day(one))), None)


_YEAR_FIRST = re.compile(r"(\d{4})(?:/(\d{1,2}))?(?:/(\d{1,2}))?(?!\d)")


def _day(text: str) -> date | None:
    found = _YEAR_FIRST.match(text.strip())
    return day("-".join(part.zfill(2) for part in found.groups() if part)) if found else day(text)
