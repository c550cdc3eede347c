"""Paper Copilot's paperlists: a conference's submissions, an array or lines of JSON.

Stage parse: each record is a listing; authors, keywords and affiliations are one text each, parted by
semicolons. Ratings are the reviews' and no votes. Rows blanked at a withdrawal are counted, not listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import once, text
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "Paper Copilot's paperlists, JSON"

_MARKS = frozenset(("id", "title", "status", "track", "author"))


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if kind not in ("array", "lines"):
        return "no JSON array or lines"
    missing = _MARKS - value.keys()
    return f"its first record has no {', '.join(sorted(missing))}" if missing else ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    untitled = 0
    lines = head_value(dump)[0] == "lines"
    for index, found in lines_of(dump) if lines else records(dump, "item"):
        if isinstance(found, Problem):
            yield found
        elif title := text(found, "title"):
            yield _listed(found, title, index)
        else:
            untitled += 1
    if untitled:
        yield Problem(dump=dump.name, what=f"{untitled:,} records without a title")


def _listed(record: dict[str, Any], title: str, index: int) -> ListedPaper:
    site = text(record, "site") or text(record, "openreview")
    arxiv = text(record, "arxiv")
    return ListedPaper(
        title=title,
        abstract=text(record, "abstract") or text(record, "tldr"),
        index=index,
        authors=_parted(record, "author") or _parted(record, "authors"),
        affiliations=once(_parted(record, "aff")),
        ids=_values.ids(*_keys(record, site), ("arxiv", arxiv), ("doi", text(record, "doi"))),
        links=_values.links(
            abstract=site,
            pdf=text(record, "pdf"),
            code=text(record, "github"),
            project=text(record, "project"),
        ),
        keywords=_parted(record, "keywords"),
        categories=_parted(record, "primary_area"),
        venue=text(record, "venue"),
        comment=text(record, "status"),
    )


def _keys(record: dict[str, Any], site: str) -> tuple[tuple[str, str], ...]:
    """The record's own id names a note of OpenReview only where the record leads there."""
    leads = any(
        "openreview.net/" in told for told in (site, text(record, "openreview"), text(record, "bibtex"))
    )
    return (("openreview", text(record, "id")),) if leads else ()


def _parted(record: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text(record, name).split(";") if part.strip())
