"""authors: people whose papers let themselves in.

In go names as people write them; out comes a reason for each author of the paper who bears one. Names are
compared as names: “Jonathan Ho”, “Ho, Jonathan”, “J. Ho” and “Ho J” may be one person, “John Ho” and
“Jonathan Ho” are not. No database of people: two who share a name are one here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from newsletter.rules import (
    WORTH,
    Clue,
    Compiled,
    Finding,
    Flaw,
    Hit,
    View,
    author_clue,
    emptiness_flaws,
    reason,
    weight_flaws,
)
from newsletter.terms import Term, shown, words

SHORT = "any"

Name = tuple[str, ...]
"""A name's folded words in their natural order: the last one is the surname, or its last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    any: tuple[str, ...] = ()
    weight: float = 1.0


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (
        *emptiness_flaws(settings.any, what="no authors"),
        *name_flaws("any", settings.any),
        *weight_flaws(settings.weight),
    )


def name_flaws(field: str, names: Iterable[str]) -> tuple[Flaw, ...]:
    """The flaws of a list of names that stands in the field."""
    hint = "write it as Jonathan Ho, J. Ho or Ho, Jonathan"
    return tuple(
        Flaw(
            path=(field, index),
            what=f"no name in “{shown(name)}”" if name.strip() else "an empty name",
            hint=hint,
        )
        for index, name in enumerate(names)
        if not readings(name)
    )


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    return _Authors(People(settings.any), settings.weight)


@dataclass(frozen=True, slots=True)
class _Authors:
    people: People
    weight: float

    @property
    def terms(self) -> frozenset[Term]:
        return frozenset()

    @property
    def clues(self) -> frozenset[Clue]:
        return self.people.clues

    def judge(self, view: View, woken_by: Collection[Clue]) -> Finding | None:  # noqa: ARG002 - the rule looks for itself
        worth = WORTH["authors"] * self.weight
        reasons = tuple(reason("authors", hit, worth) for hit in self.people.among(view.authors))
        return Finding(reasons) if reasons else None


class People:
    """Names to look for, laid out by their last word so that a paper of 3,000 authors is read once."""

    __slots__ = ("_by_last",)

    def __init__(self, names: Iterable[str]) -> None:
        self._by_last: dict[str, list[Name]] = {}
        for name in names:
            for reading in readings(name):
                self._by_last.setdefault(reading[-1], []).append(reading)

    @property
    def clues(self) -> frozenset[Clue]:
        return frozenset(map(author_clue, self._by_last))

    def among(self, authors: Iterable[str]) -> tuple[Hit, ...]:
        """Those authors who bear one of the names, each once."""
        return tuple(Hit("authors", author) for author in dict.fromkeys(authors) if self._hold(author))

    def _hold(self, author: str) -> bool:
        return any(
            one_person(wanted, reading)
            for reading in readings(author)
            for wanted in self._by_last.get(reading[-1], ())
        )


# ------------------------------------------------------------------------------------------------ names

_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv"])
_MOST_INITIALS = 3


@lru_cache(maxsize=1 << 14)
def readings(name: str) -> tuple[Name, ...]:
    """The ways to read a name; none where it has no letter.

    A comma says where the surname ends. Without one the surname is last, except perhaps before initials:
    “Ho JA” is how PubMed writes J. A. Ho, but Weinan E is E by surname, so that both readings count.
    """
    surname, comma, given = name.partition(",")
    if comma and words(surname):
        return (_without_suffix((*words(given), *words(surname))),)
    natural = words(name)
    if not natural:
        return ()
    initials = _initials_at_end(name)
    turned = ((*initials, *natural[:-1]),) if initials and len(natural) > 1 else ()
    return (_without_suffix(natural), *turned)


def _without_suffix(name: Name) -> Name:
    """John Smith Jr. and “Smith, John, Jr.” without the Jr."""
    kept = tuple(word for word in name if word not in _SUFFIXES)
    return kept if len(kept) > 1 else name


def _initials_at_end(name: str) -> Name:
    last = name.rstrip(" .").rpartition(" ")[2]
    if last.isalpha() and last.isupper() and len(last) <= _MOST_INITIALS:
        return words(" ".join(last))
    return ()


def one_person(one: Name, other: Name) -> bool:
    """Whether two names may be the same person's: surname and first name agree, no middle names differ."""
    if one == other:
        return True
    if one[-1] != other[-1] or min(len(one), len(other)) == 1 or not _agree(one[0], other[0]):
        return False
    fewer, more = sorted((one[1:-1], other[1:-1]), key=len)
    rest = iter(more)
    return all(any(_agree(word, each) for each in rest) for word in fewer)


def _agree(one: str, other: str) -> bool:
    """Equal, or one is the other's initial."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
