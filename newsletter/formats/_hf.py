"""What the Hugging Face formats share: the site's own lines, its dates and counts, and what a cut text ends
like. Texts go in, values come out. How a page or file is laid out stands in its format.
"""

from __future__ import annotations

import re
from datetime import date

from newsletter.model import Dump, DumpDate
from newsletter.text import split_keywords

PAPERS = "huggingface.co/papers/"
PUT_BACK = "the file seems cut off; put the whole page back and run again"
LONGEST = 200_000
"""Characters of a block that are read: forty times the longest abstract we know of."""

# ---------------------------------------------------------------------------------- the site's lines

_INVITATIONS = (
    "get trending papers in your email inbox",
    "get trending papers in your email inbox once a day",
)
_COMMUNITY = re.compile(r"by ?AK and the research community", re.IGNORECASE)
_FURNITURE = frozenset(
    (
        *_INVITATIONS, "new", "subscribe", "daily papers", "trending papers", "trending", "papers", "daily",
        "weekly", "monthly", "today", "previous", "next", "load more", "view all", "sign up", "log in",
        "login", "search", "company", "tos", "privacy", "about", "careers", "website", "models", "datasets",
        "spaces", "pricing", "docs", "system theme", "hugging face", "submit a paper", "community", "blog",
        "collections", "by", "ak", "and the research community", "search by arxiv id or title", "upvote",
        "submit", "enterprise", "buckets", "day", "week", "month",
    )
)  # fmt: skip
"""Lines of the site itself, lower case: what stands around the papers, before, between and after."""


def is_furniture(text: str) -> bool:
    """Whether a line is the site's own, such as "Subscribe" or "byAK and the research community"."""
    return text.lower().rstrip("!.…") in _FURNITURE or _COMMUNITY.fullmatch(text) is not None


def marks_page(line: str) -> bool:
    """Whether a line is one that only a page of Daily Papers has."""
    return line.lower().rstrip("!.") in _INVITATIONS or _COMMUNITY.fullmatch(line) is not None


# ---------------------------------------------------------------------------------- dates and counts

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? )?"
    r"([a-z]{3})([a-z]{0,6})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?",
    re.IGNORECASE,
)
_FULL_NAMES = frozenset(
    (
        "january", "february", "march", "april", "june", "july", "august", "sept", "september", "october",
        "november", "december",
    )
)  # fmt: skip
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_LEAP_YEAR = 2024


def dump_date(text: str) -> DumpDate | None:
    """The date that the whole text is: "Aug 7", "August 7, 2026"."""
    found = _DATE.fullmatch(text)
    if found is None or found[1].lower() not in _MONTHS:
        return None
    if found[2] and (found[1] + found[2]).lower() not in _FULL_NAMES:
        return None
    return _valid(int(found[4] or 0), _MONTHS.index(found[1].lower()) + 1, int(found[3]))


def iso_date(text: str) -> date | None:
    """The first date such as 2026-08-07 in a text."""
    for year, month, day in _ISO.findall(text):
        if found := _valid(int(year), int(month), int(day)):
            return day_of(found)
    return None


def day_of(said: DumpDate) -> date | None:
    """The day it is, where its year is said."""
    return date(said.year, said.month, said.day) if said.year else None


def as_said(day: date) -> DumpDate:
    return DumpDate(month=day.month, day=day.day, year=day.year)


def _valid(year: int, month: int, day: int) -> DumpDate | None:
    try:
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return None
    return DumpDate(month=month, day=day, year=year or None)


_COUNT = re.compile(r"\d{1,9}|\d{1,3}(?:,\d{3}){1,2}|\d{1,6}\.\d{1,2}k|\d{1,6}k", re.IGNORECASE)
_THOUSAND = 1000


def count(text: str) -> int | None:
    """The number of votes, stars or comments that the whole text is: "101", "1,234", "1.2k"; "-" is none."""
    if text == "-":
        return 0
    if not text.isascii() or not _COUNT.fullmatch(text):
        return None
    plain = text.lower().replace(",", "")
    return round(float(plain[:-1]) * _THOUSAND) if plain.endswith("k") else int(plain)


_AUTHORS = re.compile(r"(?:[·•-] ?)?\d{1,5} authors?", re.IGNORECASE)


def counts_authors(text: str) -> bool:
    """Whether the text is nothing but how many wrote a paper: "· 12 authors"."""
    return _AUTHORS.fullmatch(text) is not None


_SUBMITTED = re.compile(r"(?:paper )?submitted by(?: (\S.{0,200}))?:?", re.IGNORECASE)


def submitter(text: str) -> str | None:
    """Who submitted a paper, as such a line says: "" where the next line has the name; None for others."""
    found = _SUBMITTED.fullmatch(text)
    return (found[1] or "") if found else None


# --------------------------------------------------------------------------------------------- ends

_ENDED = re.compile(r"(?:[.!?…。！？)\]}\"'”’»*]|https?://\S+)\Z")
_TAIL = 200


def cut_off(abstract: str) -> bool:
    """Whether an abstract stops in mid-sentence: real ones end with a mark, an address or keywords."""
    return not _ENDED.search(abstract[-_TAIL:]) and not split_keywords(abstract)[1]


_SHOWN = 60


def quoted(text: str, *, end: bool = False) -> str:
    """Its beginning, or its end, on one line and with nothing that a terminal would obey."""
    if len(text) > _SHOWN:
        text = f"…{text[-_SHOWN:]}" if end else f"{text[:_SHOWN]}…"
    return repr(text)


def starts_html(dump: Dump) -> bool:
    """Whether the dump begins as a web page does."""
    start = dump.head[:4096].replace(b"\0", b"").lower()
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith((b"<!doctype html", b"<html", b"<!--"))


_TITLE = re.compile(r"#{1,6} +\[.{1,1000}\]\((?:https://huggingface\.co)?/papers/\d[^()\s]{0,30}\)")


def titles_a_paper(line: str) -> bool:
    """Whether a line of Markdown is a heading that leads to a paper of the site."""
    return line.startswith("#") and len(line) <= _LONGEST_HEADING and _TITLE.fullmatch(line) is not None


_LONGEST_HEADING = 2000
