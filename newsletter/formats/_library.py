"""What the libraries have in common: records without a title, names with the family name first, markup.

Listings and texts go in and come out; listings without a title are counted and told in one Problem at the
end, since a library of 841 records has 84 of them. What a record means is its format's work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from newsletter.model import Dump, DumpDate, ListedPaper, Problem

Found = ListedPaper | DumpDate | Problem
Record = TypeVar("Record")


def numbered(
    found: Iterable[Record | Problem], listed: Callable[[int, Record], ListedPaper]
) -> Iterator[Found]:
    """What `listed` makes of each record and its number, from 1 on; what is a Problem already stays one."""
    for index, one in enumerate(found, 1):
        yield one if isinstance(one, Problem) else listed(index, one)


def titled(dump: Dump, found: Iterable[Found]) -> Iterator[Found]:
    """Everything found but the listings without a title; how many those were stands in a last Problem."""
    count, first = 0, None
    for one in found:
        if isinstance(one, ListedPaper) and not one.title:
            count += 1
            first = first or one
        else:
            yield one
    if first:
        yield _untitled(dump, first, count)


def _untitled(dump: Dump, first: ListedPaper, count: int) -> Problem:
    place = f"record {first.index}" if first.index else f"line {first.line}" if first.line else "the first"
    what = "a record without a title" if count == 1 else f"{count} records without a title"
    first_at = place if count == 1 else f"the first is {place}" if first.index else f"the first in {place}"
    return Problem(dump=dump.name, line=first.line, what=f"{what} ({first_at})")


_RICH = re.compile(r"</?(?:i|b|em|strong|sub|sup|sc|span)(?: [^<>]{0,80})?>", re.IGNORECASE)


def without_markup(text: str) -> str:
    """On one line and without the tags that reference managers allow: ``<i>``, ``<sub>``, ``<span …>``.

    Any other ``<HYBNEXT>`` is a word.
    """
    return one_line(_RICH.sub("", text) if "<" in text else text)


def one_line(text: str) -> str:
    """Every run of white space as one blank."""
    return " ".join(text.split())


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Each "Last, First" as "First Last", as it stands where it has no comma; each once."""
    return tuple(dict.fromkeys(name for one in names if (name := person(one))))


_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv)\.?", re.IGNORECASE)


def person(name: str) -> str:
    """First name first: “Charles Sutton, Jr.” for "Sutton, Charles, Jr." and "Sutton, Jr., Charles"."""
    last, *rest = (part.strip() for part in one_line(name).split(",", 2))
    if not rest:
        return last
    if rest[1:] and _SUFFIX.fullmatch(rest[0]):  # BibTeX's order; RIS has the other
        rest.reverse()
    suffix = f", {rest[1]}" if rest[1:] and rest[1] else ""
    return f"{rest[0]} {last}".strip() + suffix


_CONTACT = re.compile(r"\b(?:Electronic address|E-?mail(?: address)?):?(?=\s|\Z)", re.IGNORECASE)


def places(affiliations: Iterable[str]) -> tuple[str, ...]:
    """Each affiliation once, without the mail addresses in it: those are not ours to show."""
    shown = (one_line(_CONTACT.sub("", _without_addresses(one))).strip(" ;,") for one in affiliations)
    return tuple(dict.fromkeys(filter(None, shown)))


def _without_addresses(text: str) -> str:
    return " ".join(word for word in text.split() if "@" not in word) if "@" in text else text


_NAMED = re.compile(r"^[ \t]*(doi|arxiv|pmid)[ \t]*:[ \t]*(\S{1,300})", re.IGNORECASE | re.MULTILINE)


def noted_ids(note: str) -> tuple[tuple[str, str], ...]:
    """The ids in lines such as "DOI: 10.1000/xyz", which Zotero keeps in its field Extra."""
    return tuple((found[1].lower(), found[2]) for found in _NAMED.finditer(note))
