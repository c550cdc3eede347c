"""OpenReview notes: an answer of its API, version 1 or 2, or a crawler's venues with their submissions.

Stage parse: submissions are listings. Reviews, decisions and comments are notes too, but reply to one; the
revisions and notes that a crawler stores inside a submission are none of the dump. Version 2 wraps each
field: ``{"title": {"value": …}}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from newsletter.formats import _values
from newsletter.formats._fields import at, text, texts
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "OpenReview notes, JSON"


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    first = at(value, "notes", 0) or at(value, "submissions", 0) or at(value, "results", 0) or value
    return "" if _is_note(first) else "its first object is no note: content, forum and an invitation"


def _is_note(value: Any) -> bool:  # noqa: ANN401 JSON holds anything
    invited = at(value, "invitation") is not None or at(value, "invitations") is not None
    return isinstance(at(value, "content"), dict) and at(value, "forum") is not None and invited


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for index, found in _records(dump):
        if isinstance(found, Problem):
            yield found
        elif at(found, "replyto") and text(found, "replyto") != text(found, "id"):
            continue
        elif title := _field(found, "title"):
            yield _listed(found, title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title ({text(found, 'id')[:80]!r})")


def _records(dump: Dump) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    kind, value = head_value(dump)
    if kind == "lines" and _is_note(value):
        return lines_of(dump)
    if kind == "object" and _is_note(value):
        return records(dump, "")
    venues = "submissions" in value
    return records(dump, *(("item.submissions.item", "submissions.item") if venues else _PATHS))


_PATHS = ("item", "notes.item", "results.item")


def _value(note: dict[str, Any], name: str) -> Any:  # noqa: ANN401 JSON holds anything
    found = at(note, "content", name)
    return found.get("value") if isinstance(found, dict) else found


def _field(note: dict[str, Any], name: str) -> str:
    return text(_value(note, name))


def _listed(note: dict[str, Any], title: str, index: int) -> ListedPaper:
    forum = text(note, "forum") or text(note, "id")
    page = f"https://openreview.net/forum?id={forum}"
    pdf = _field(note, "pdf")
    code = _field(note, "code")
    return ListedPaper(
        title=title,
        abstract=_field(note, "abstract") or _field(note, "TL;DR"),
        index=index,
        authors=texts(_value(note, "authors")),
        ids=_values.ids(("openreview", forum)),
        links=_values.links(
            abstract=page, pdf=f"https://openreview.net{pdf}" if pdf.startswith("/") else pdf, code=code
        ),
        keywords=texts(_value(note, "keywords")),
        categories=texts(_value(note, "primary_area")),
        venue=_field(note, "venue") or _field(note, "venueid"),
        licence=text(note, "license"),
        published=_moment(at(note, "pdate")) or _moment(at(note, "cdate")) or _moment(at(note, "tcdate")),
    )


_MILLISECONDS = 1000
_LAST_MOMENT = 4_102_444_800_000
"""The year 2100: a number beyond it is no date, and one far beyond it none that a calendar knows."""


def _moment(milliseconds: Any) -> date | None:  # noqa: ANN401 JSON holds anything
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    if not 0 < milliseconds < _LAST_MOMENT:
        return None
    return datetime.fromtimestamp(milliseconds / _MILLISECONDS, tz=UTC).date()
