"""A reading list in YAML: a list of entries with a title, or a mapping that holds such lists.

Stage parse: the list is read one entry at a time, so a mistake in one costs that entry. Aliases are not
followed: ten lines of them can stand for more papers than there are atoms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import yaml

from newsletter.formats import encoding, lines
from newsletter.formats._fields import claimed, listed_from, of_paper, title_in
from newsletter.model import Dump, DumpDate, ListedPaper, Problem
from newsletter.text import xml_safe

TITLE = "Reading list, YAML"

_LONGEST = 1_000_000
"""Characters of one entry: a whole section of a list may be one."""
_DEEPEST = 100
"""Collections in each other: the loader's C code ends the whole program at some ten thousand."""
_DASH = re.compile(r" *- +\S.*")
_TITLED = re.compile(r"(?: *- +|  +)(?:\{ *)?[\"']?(?:title|paper)[\"']?: +\S.*", re.IGNORECASE)


def recognise(dump: Dump) -> str:
    text = dump.head.decode(encoding(dump.head), "newsletter.western").splitlines()
    if not _has_titles(text):
        return "no list whose entries have a title:"
    if not any(of_paper(paper) or paper.keys() <= _PLAIN for paper in _first_papers(text)):
        return "its entries have titles, but no author, id or abstract: a menu, perhaps"
    other = claimed(dump, "yaml_list")
    return f"it is {other}'s" if other else ""


def _has_titles(text: Iterable[str]) -> bool:
    begun = False
    for line in text:
        begun = begun or _DASH.fullmatch(line) is not None
        if begun and _TITLED.fullmatch(line):
            return True
    return False


_PLAIN = {"title", "paper", "year", "date", "tags", "notes", "note", "status"}
"""What a list of mere titles may say of them: a menu has links, a playlist artists."""
_ASKED = 20
"""Entries of the head, of which one has to be a paper."""


def _first_papers(text: Iterable[str]) -> Iterator[dict[str, Any]]:
    for _, entry in islice(_entries(enumerate(text, 1)), _ASKED):
        yield from _papers(_parsed(entry))


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for number, text in _entries(lines(dump)):
        found = _parsed(text)
        if isinstance(found, str):
            yield Problem(dump=dump.name, line=number, what=f"an entry that cannot be read: {found}")
            continue
        papers = tuple(_papers(found))
        yield from (listed_from(paper, line=number) for paper in papers)
        if not papers:
            yield Problem(dump=dump.name, line=number, what="an entry without a title")


def _entries(numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The outermost entries, each with the number of its first line: from a dash to the next as deep."""
    begin, dent, text = 0, 0, list[str]()
    for number, line in numbered:
        deep = len(line) - len(line.lstrip(" "))
        if begin and line.strip() and deep <= dent:
            yield begin, "\n".join(text)
            begin, text = 0, []
        if begin:
            text.append(line)
        elif _DASH.fullmatch(line):
            begin, dent, text = number, deep, [line]
    if begin:
        yield begin, "\n".join(text)


_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""All scalars as texts: a year is no number here, and "no" is a word."""


def _parsed(text: str) -> Any:  # noqa: ANN401 YAML holds anything
    """What the entry says, or, as a text, why it cannot be read."""
    text = xml_safe(text)
    try:
        if len(text) > _LONGEST or _too_deep(text):
            return "it is longer or deeper than any list"
        return yaml.load(text, _LOADER)  # noqa: S506 the base loader makes only texts
    except yaml.YAMLError as error:
        return str(getattr(error, "problem", "") or "no YAML")


def _too_deep(text: str) -> bool:
    """Whether collections nest too deep: told by the parser's events, which need no stack."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


def _papers(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 YAML holds anything
    """The entries with a title: the entry, or those of the lists in it (a section with its papers)."""
    for entry in value if isinstance(value, list) else ():
        if not isinstance(entry, dict):
            continue
        if title_in(entry):
            yield entry
        else:
            inside = (one for part in entry.values() if isinstance(part, list) for one in part)
            yield from (one for one in inside if isinstance(one, dict) and title_in(one))
