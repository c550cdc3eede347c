"""A list of papers as JSON: an array, an object that holds one, or JSON lines, whose records have a title.

Stage parse: the fields are found by their usual names, whatever their case. What a special format claims is
its own; a record without a title costs that record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.formats._fields import claimed, listed_from, title_in
from newsletter.formats._json import head_value, lines_of, records
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "List of papers, JSON"

_LISTS = ("papers", "items", "results", "data", "entries", "records", "documents", "works", "publications")


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "no JSON"
    if not title_in(_first(value)):
        return "its first object has no title"
    if kind == "object" and _first(value) is value and not _signed(value):
        return "one object with a title, but with no author and no id: settings, perhaps"
    other = claimed(dump, "json_list")
    return f"it is {other}'s" if other else ""


def _first(value: dict[str, Any]) -> dict[str, Any]:
    """The first record, or the object itself."""
    for name in _LISTS:
        inside = value.get(name)
        if isinstance(inside, list) and inside and isinstance(inside[0], dict):
            return inside[0]
    return value


def _signed(value: dict[str, Any]) -> bool:
    alone = listed_from(value)
    return bool(alone.authors or alone.ids)


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for index, found in _records(dump):
        if isinstance(found, Problem):
            yield found
        elif title_in(found):
            yield listed_from(found, index=index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title")


def _records(dump: Dump) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    kind, value = head_value(dump)
    if kind == "lines":
        return lines_of(dump)
    if kind == "object" and _first(value) is value:
        return records(dump, "")
    return records(dump, "item", *(f"{name}.item" for name in _LISTS))
