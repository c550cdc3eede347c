"""What makes two listings the same paper: keys, folded titles, likeness of abstracts, and the date a dump
bears. Strings and values in, strings and values out; what is known already is diff.py's question.

A key is ``scheme:value``: ``arxiv:2106.01345`` (never with a version), ``doi:10.1000/xyz``,
``openreview:…``, ``acl:…``, ``pmid:…``, ``s2:…``, ``openalex:…``, and ``title:`` with the folded title.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from newsletter.model import DumpDate, ListedPaper

TITLE = "title:"
ARXIV = "arxiv:"
ALIKE = 0.5
"""Two abstracts of one title whose word sets have a smaller Jaccard index are of two papers. Measured on
585,750 listings: generic titles ("Dark Matter") are shared by up to five papers, whose abstracts differ."""

_NEW_ARXIV = re.compile(r"(?<![\d.])(\d{4})\.(\d{4,5})(v\d+)?(?![\d.]*\d)")
_OLD_ARXIV = re.compile(r"(?<![\w-])([a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?/(\d{7})(v\d+)?(?!\d)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_LATEX_COMMAND = re.compile(r"\\[a-zA-Z]+\*?")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_WORD = re.compile(r"\w+")
FIVE_DIGITS_SINCE = 1501
"""The first month, as arXiv ids write it, whose ids have five digits behind it."""


def fold(title: str) -> str:
    """The letters and digits of a title: NFKC, accents and LaTeX commands dropped, case folded.

    "SchrÃ¶dinger" is Schrödinger: of two dumps one may have been read in a wrong encoding, and both show the
    same clean title.
    """
    text = _LATEX_COMMAND.sub(" ", title) if "\\" in title else title
    if text.isascii():  # most are, and a tenth of the time is enough for them
        return text.lower().translate(_NO_LETTERS)
    from newsletter.text import well_read  # noqa: PLC0415 - its tables cost a run with nothing to do 10 ms

    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", well_read(text)))
    return "".join(filter(str.isalnum, text.casefold()))


_NO_LETTERS = {number: None for number in range(128) if not chr(number).isalnum()}


def arxiv_key(text: str) -> str | None:
    """The arXiv key in an id, URL or DOI; None where there is none or it has a digit too many."""
    if found := _NEW_ARXIV.search(text):
        month, number = found[1], found[2]
        digits = 5 if int(month) >= FIVE_DIGITS_SINCE else 4
        return f"{ARXIV}{month}.{number}" if len(number) == digits and "01" <= month[2:] <= "12" else None
    if found := _OLD_ARXIV.search(text):
        return f"{ARXIV}{found[1].lower()}/{found[2]}"
    return None


def arxiv_version(text: str) -> int | None:
    """The version an arXiv id carries, as in 2106.01345v2."""
    found = _NEW_ARXIV.search(text) or _OLD_ARXIV.search(text)
    return int(found[3][1:]) if found and found[3] else None


def doi_key(text: str) -> str | None:
    """The key of a DOI, lower case and without its URL; arXiv's own DOIs give the arXiv key."""
    found = _DOI.search(text.strip())
    if not found:
        return None
    doi = found[0].rstrip(".,;)").lower()
    if own := _ARXIV_DOI.fullmatch(doi):
        return arxiv_key(own[1])
    return f"doi:{doi}"


def title_key(title: str) -> str:
    """The key a title gives: folded, or as it stands where it has no letter or digit ("???")."""
    return TITLE + (fold(title) or "=" + " ".join(title.split()))


def aliases(listed: ListedPaper) -> tuple[str, ...]:
    """Every key of a listing, sorted: its ids and its title."""
    return tuple(sorted({*listed.ids, title_key(listed.title)}))


def same_text(one: str, other: str) -> bool:
    """Whether two abstracts may be of one paper: alike in their words, or one is the other cut off."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return True
    short, long = sorted((first, second), key=len)
    whole, last = short[:-1], short[-1]
    # Cut off, its last word may be half a word; where that is all there is, it has to fit.
    if whole == long[: len(whole)] and (whole or long[0].startswith(last)):
        return True
    union = set(first) | set(second)
    return len(set(first) & set(second)) >= ALIKE * len(union)


@lru_cache(maxsize=4096)  # of a title that many papers share, each abstract is compared with many
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def slug(title: str, longest: int = 60) -> str:
    """A file-safe name made of a title's first words: lower-case ASCII, at most `longest` characters."""
    text = unicodedata.normalize("NFKD", _LATEX_COMMAND.sub(" ", title)).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", text.lower())
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:longest]
        if len(longer) > longest:
            break
        name = longer
    # A title in another script has no ASCII of its own: a hash of it tells it from the others.
    return (
        name
        or f"paper-{hashlib.blake2b(title_key(title).encode(errors='replace'), digest_size=5).hexdigest()}"
    )


def settle_date(name: str, says: DumpDate | None, modified: date) -> date:
    """The date a dump bears.

    A page says "Aug 7" without a year: a full date in the file's name settles which, else the file's
    time. The year is the one that puts the date latest, but at most one day after (zones differ). A dump
    that says no date bears its name's, else its file's.
    """
    anchor = _date_in(name) or modified
    if says is None:
        return anchor
    if says.year is not None:
        return _date(says.year, says.month, says.day) or anchor
    latest = anchor + timedelta(days=1)
    years = range(latest.year, latest.year - 9, -1)  # 29 February may be eight years back
    dates = (_date(year, says.month, says.day) for year in years)
    return next((day for day in dates if day and day <= latest), anchor)


_FIRST_LISTS = date(1970, 1, 1)


def list_date(says: date | None, day: date, now: date) -> date:
    """The date a paper was listed on: what its record says, else the day its dump bears.

    No list is of the future, nor older than any list; a slip there (2206) would hold the newest list, from
    which trending counts back, for ever.
    """
    if says is None or not _FIRST_LISTS <= says <= max(day, now) + timedelta(days=1):
        return day
    return says


def _date_in(name: str) -> date | None:
    dates = (_date(int(y), int(m), int(d)) for y, m, d in _ISO_DATE.findall(name))
    return next((day for day in dates if day), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
