"""What arXiv's own formats have in common: its ids, dates, author lists and kinds of announcement.

Stage parse: texts as arXiv writes them go in, parts of a listed paper come out. What a file looks like is
not here: that is each format's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from newsletter.formats._quick import link
from newsletter.formats._values import unlatex
from newsletter.identity import ARXIV, FIVE_DIGITS_SINCE, arxiv_key, arxiv_version, doi_key
from newsletter.model import DumpDate, Link

KINDS = {"new": "new", "cross": "cross", "replace": "replaced", "replace-cross": "replaced-cross"}
"""arXiv's announce types, and what we call them."""

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_FIRST_YEAR = 91
"""arXiv began in 1991: a year 91 is 1991, a year 23 is 2023."""


def one_line(text: str) -> str:
    return " ".join(text.split())


# ------------------------------------------------------------------------------------------- dates


def day(text: str) -> date | None:
    """The day in arXiv's mails and pages: ``Fri,  3 Mar 23 01:29 GMT``, ``Wednesday, 12 August 2026``."""
    return _day(text[:_LONGEST_DAY])


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    words = text.replace(",", " ").split()
    for number, month, year in zip(words, words[1:], words[2:], strict=False):
        if number.isdecimal() and year.isdecimal() and month[:3].lower() in _MONTHS:
            return _date(_year(int(year)), _MONTHS[month[:3].lower()], int(number))
    return None


_LONGEST_DAY = 80


def _year(number: int) -> int:
    if number >= 100:  # noqa: PLR2004 a year of two digits has two
        return number
    return number + (1900 if number >= _FIRST_YEAR else 2000)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except (ValueError, OverflowError):
        return None


def dump_date(day: date | None) -> Iterator[DumpDate]:
    """The day as the date a dump bears: one or none."""
    if day is not None:
        yield DumpDate(month=day.month, day=day.day, year=day.year)


# --------------------------------------------------------------------------------------------- ids


def ids(arxiv: str, dois: str = "") -> tuple[str, ...]:
    """The keys of a record: its arXiv id without a version, and the DOIs of its DOI field.

    The field may hold two DOIs. Only its own id is an arXiv key: another's would join two papers.
    """
    number = arxiv[5:]
    if _MONTHS_BEGIN.get(arxiv[:5]) == len(number) and number.isdecimal() and number.isascii():
        own: str | None = ARXIV + arxiv
    else:
        own = _usual(arxiv[:_LONGEST_ID])[0] or arxiv_key(arxiv)
    if not dois:
        return (own,) if own else ()
    if own and _is_usual_doi(dois):
        return own, "doi:" + dois.lower()
    found = map(doi_key, dois.replace(",10.", " 10.").split())
    keys = [own, *(key for key in found if key and key.startswith("doi:"))]
    return tuple(dict.fromkeys(key for key in keys if key))


_is_usual_doi = re.compile(r"10\.[0-9]{4}/[!-+\--~]{1,200}(?<=[0-9A-Za-z])").fullmatch
"""One DOI and nothing else, in ASCII without a blank or a comma. arXiv's own begin with five digits."""


def version(arxiv: str) -> int | None:
    """The version in an id such as 2106.01345v2; None where there is none that can be."""
    key, told = _usual(arxiv[:_LONGEST_ID])
    found = int(told or 0) if key else arxiv_version(arxiv[:_LONGEST_ID])
    return found if found is not None and 0 < found <= _MOST_VERSIONS else None


_BEFORE = ("http://arxiv.org/abs/", "https://arxiv.org/abs/", "oai:arXiv.org:", "arXiv:")
_LONGEST_ID = 2000
_VERSION_DIGITS = 6
_MOST_VERSIONS = 10_000


@lru_cache(maxsize=64)  # of one record its id, its keys and its version are asked for
def _usual(arxiv: str) -> tuple[str, str]:
    """The key and the version's digits of an id, or of the page it names, that is written as nearly all are:
    what identity.py's search finds in it, in a third of the time. Nothing for any other.
    """
    for before in _BEFORE:
        if arxiv.startswith(before):
            arxiv = arxiv[len(before) :]
            break
    number, mark, told = arxiv.partition("v")
    if mark and not (told.isdecimal() and told.isascii() and len(told) <= _VERSION_DIGITS):
        return "", ""
    return (f"{ARXIV}{number}", told) if _is_bare(number) else ("", "")


def _is_bare(arxiv: str) -> bool:
    """Whether it is a new id and nothing else: 2106.01345."""
    month, _, number = arxiv.partition(".")
    return _DIGITS.get(month) == len(number) and number.isdecimal() and number.isascii()


_DIGITS = {
    f"{year:02}{month:02}": 5 if 100 * year + month >= FIVE_DIGITS_SINCE else 4
    for year in range(100)
    for month in range(1, 13)
}
"""How many digits stand behind the month of an id."""
_MONTHS_BEGIN = {f"{month}.": digits for month, digits in _DIGITS.items()}


def abstract_page(keys: Iterable[str]) -> tuple[Link, ...]:
    """The paper's page on arXiv, where its keys tell it."""
    for key in keys:
        if key.startswith(ARXIV):
            return (link("abstract", f"https://arxiv.org/abs/{key[len(ARXIV) :]}"),)
    return ()


def kind(*, cross: bool, replaced: bool) -> str:
    if replaced:
        return "replaced-cross" if cross else "replaced"
    return "cross" if cross else "new"


# ----------------------------------------------------------------------------------------- authors


def authors(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    r"""The names and the affiliations in an author list, as arXiv asks for it.

    >>> authors("STAR Coll.: Anna Frebel (MIT), Jos\\'e Li and K. Yi Jr. (1) ((1) Bonn)")
    (('STAR Coll.', 'Anna Frebel', 'José Li', 'K. Yi Jr.'), ('MIT',))
    """
    outside, inside = _apart(one_line(text))
    names: list[str] = []
    for name in _names(outside):
        if name.rstrip(".").lower() in _SUFFIXES and names:
            names[-1] += f" {name}"
        elif name.rstrip(".").lower() not in _NOBODY:
            names.append(name)
    return _plain(names), _plain(dict.fromkeys(inside))


def _plain(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(plain_name, names)))


_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NOBODY = frozenset({"", "and"})
_ET_AL = re.compile(r"(?:^| )et ?al\.?\Z")


def _names(text: str) -> Iterator[str]:
    for part in text.replace(" and ", ",").replace(" & ", ",").replace(";", ",").split(","):
        for name in part.split(": "):
            yield _ET_AL.sub("", name.strip().removeprefix("and ").strip().rstrip(":"))


def plain_name(name: str) -> str:
    """A name or place with its LaTeX accents as Unicode, and without the braces that held them."""
    if not any(sign in name for sign in "\\{$~"):
        return name
    accented = unlatex(_ACCENT_IN_BRACES.sub(r"\\\1{\2}", name))
    return one_line(accented.replace("{", "").replace("}", ""))


_ACCENT_IN_BRACES = re.compile(r"\{\\([a-zA-Z]) ([a-zA-Z])\}")
"""Bo{\\v z}i\\'c, as many write it, is Bo\\v{z}i\\'c."""


def _apart(text: str) -> tuple[str, list[str]]:
    """What stands outside parentheses, and the places inside them; notes such as (1 and 2) are neither."""
    if "(" not in text:
        return text, []
    outside: list[str] = []
    inside: list[str] = []
    depth = start = 0
    for position, sign in enumerate(text):
        if sign == "(":
            if depth == 0:
                outside.append(text[start:position])
                start = position + 1
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            if depth == 0:
                inside.append(text[start:position])
                start = position + 1
    if depth == 0:
        outside.append(text[start:])
    places = [one_line(place) for place in inside if "(" not in place]
    return " ".join(outside), [place for place in places if not _is_note(place)]


def _is_note(place: str) -> bool:
    return not any(word.isalpha() and word != "and" for word in place.replace(",", " ").split())


# -------------------------------------------------------------------------------------- categories

_CATEGORY = re.compile(r"[a-z]{2,10}(?:-[a-z]{2,6})?(?:\.[A-Za-z-]{2,18})?")


def is_category(term: str) -> bool:
    """Whether it reads as one of arXiv's (cs.AI, astro-ph, cond-mat.mes-hall), not as 68T05 or I.2.7."""
    return _CATEGORY.fullmatch(term) is not None


# ------------------------------------------------------------------------------------------- titles

_MARK = re.compile(r"\(arXiv:([^\s()]{5,40})\s*(?:\[([^\]\s]{2,30})\])?\s*([A-Z ]{0,40})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a title of the feeds before 2024 holds: `Title. (arXiv:1805.06430v2 [nucl-th] UPDATED)`."""

    title: str
    arxiv: str = ""
    category: str = ""
    kind: str = "new"


def announced(shown: str) -> Announced:
    """The title as its authors wrote it, and what the feed hung on it."""
    begin = shown.rfind("(arXiv:")
    found = _MARK.fullmatch(shown[begin:]) if begin >= 0 else None
    if found is None:
        return Announced(title=shown)
    return Announced(
        title=shown[:begin].rstrip().removesuffix("."),
        arxiv=found[1],
        category=found[2] or "",
        kind=kind(cross="CROSS" in found[3], replaced="UPDATED" in found[3]),
    )
