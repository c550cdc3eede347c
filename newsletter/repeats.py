"""Possible repeats: whether two papers that the diff keeps apart may be one all the same, because their
titles are nearly equal. Such a pair is marked, never merged. Titles and papers in, a yes or no out; which
papers are compared at all is the store's choice, by `clues`.

A pair is marked where the titles differ by slips of the keyboard, small words or a note such as "(Extended
Version)"; where they differ by more, only if both abstracts agree. Never marked: titles with other numbers
("Part I", "Part II"), a reply or correction and what it is about, very short titles, and papers that their
abstracts tell apart, or, where one has none, their authors or two ids of one kind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from newsletter.identity import same_text
from newsletter.model import Paper

SHORTEST, LONGEST = 15, 500
"""Letters and blanks of a title that is compared: "Dark Matter" says too little, and what is longer than any
real title would take the square of its length."""
_FEWEST_WORDS = 3
_MOST_SLIPS = 2
_RATIO, _SUBSET = 85, 97
"""How alike titles have to be, in rapidfuzz's percents. Measured on 1,768 unknown titles against three
million: with these, 260 of 268 made repeats were found, and none of 1,500 others was taken for one."""

_WORD = re.compile(r"[^\W_]+")
_MOST_CLUES = 40
_NOTE = (
    r"(?:(?:extended|full|long|longer|short|revised|updated|complete|preliminary|journal|conference|arxiv"
    r"|student|technical)[\s-]+(?:version|abstract|edition|paper|draft|report)|preprint|v\d{1,2}"
    r"|version \d{1,2})"
)
_NOTES = re.compile(
    rf"\s*[(\[]\s*{_NOTE}\s*[)\]]|\A{_NOTE}\s*:|(?:[:,.]|\s[-–—])?\s+(?!v\d|version){_NOTE}\W*\Z",
    re.IGNORECASE,
)
"""What a title says of the edition rather than of the paper. A bare "v2" at the end may be the name of a
model, so a version counts as a note only in brackets."""
_OF_NOTES = frozenset(("extended", "full", "revised", "technical", "preprint", "version", "report"))
_SMALL = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "by", "for", "from"),
        *("in", "is", "of", "on", "the", "to", "via", "with"),
    )
)
_COUNTS = frozenset(
    ("one", "two", "three", "four", "five", "six", "first", "second", "third", "fourth", "fifth")
)
_ROMAN = re.compile(r"(?:x{0,3})(?:ix|iv|v?i{0,3})")
_REPLIES = frozenset(
    (
        *("reply", "response", "rejoinder", "comment", "comments", "correction", "corrections", "erratum"),
        *("errata", "corrigendum", "corrigenda", "addendum", "supplement", "supplementary", "retraction"),
        *("retracted", "withdrawn"),
    )
)


def clues(title: str) -> tuple[str, ...]:
    """The words by which papers of near-equal titles are found; none for a title that is not compared."""
    words = _words(title) if len(title) <= LONGEST else ()
    if not _says_enough(words):
        return ()
    return tuple(word for word in dict.fromkeys(words) if word not in _OF_NOTES)[:_MOST_CLUES]


def alike(title: str, other: str) -> bool:
    """Whether two titles are near enough to look at the papers."""
    one, two = _said(title), _said(other)
    return (
        _says_enough(one)
        and _says_enough(two)
        and _numbers(one) == _numbers(two)
        and _replies(one) == _replies(two)
        and _near(" ".join(one), " ".join(two))
    )


def may_repeat(one: Paper, other: Paper) -> bool:
    """Whether two papers may be one."""
    if not alike(one.title, other.title):
        return False
    if one.abstract and other.abstract:
        return same_text(one.abstract, other.abstract)
    return _slips_only(one.title, other.title) and not _told_apart(one, other)


@lru_cache(maxsize=256)  # a new title is compared with many
def _said(title: str) -> tuple[str, ...]:
    """The words of a title without a note on the edition; none of one that is too long to compare."""
    return _words(_NOTES.sub("", title)) if len(title) <= LONGEST else ()


def _words(title: str) -> tuple[str, ...]:
    """The words of a title, folded; the small ones left out, since people forget and change those."""
    text = title.casefold()
    if not text.isascii():  # to fold takes ten times as long as to find the words, and few need it
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return tuple(word for word in _WORD.findall(text) if word not in _SMALL)


def _says_enough(words: tuple[str, ...]) -> bool:
    return len(words) >= _FEWEST_WORDS and len(" ".join(words)) >= SHORTEST


def _numbers(words: Iterable[str]) -> tuple[str, ...]:
    """All that counts in a title, in order: digits, number words, Roman numerals."""
    digits = (re.sub(r"\D+", " ", word).strip() for word in words)
    return tuple(
        digit or word
        for word, digit in zip(words, digits, strict=True)
        if digit or word in _COUNTS or _ROMAN.fullmatch(word)
    )


def _replies(words: Iterable[str]) -> tuple[str, ...]:
    """The words that make a title one about another paper."""
    return tuple(word for word in words if word in _REPLIES)


def _near(one: str, other: str) -> bool:
    from rapidfuzz import fuzz  # noqa: PLC0415 - 17 ms that only a run with new papers pays

    return fuzz.ratio(one, other) >= _RATIO or fuzz.token_set_ratio(one, other) >= _SUBSET


def _slips_only(title: str, other: str) -> bool:
    """Whether titles say the same but for a slip or two: no word more, less or in another place."""
    one, two = _said(title), _said(other)
    if len(one) != len(two):
        return False
    changed = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    return len(changed) <= _MOST_SLIPS and all(_slip(*pair) for pair in changed)


_SHORT_WORD, _LONG_WORD = 5, 8


def _slip(word: str, other: str) -> bool:
    """Whether one word is the other with a slip. "CT" and "MR" are two things, and so are "supervised" and
    "unsupervised".
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above

    shorter = min(len(word), len(other))
    if shorter < _SHORT_WORD or word.endswith(other) or other.endswith(word):
        return False
    return OSA.distance(word, other) <= (1 if shorter < _LONG_WORD else 2)


def _told_apart(one: Paper, other: Paper) -> bool:
    """Whether ids or authors are a hint of two papers, where there are no abstracts to ask."""
    ids, others = set(one.ids), set(other.ids)
    kinds = {key.partition(":")[0] for key in ids} & {key.partition(":")[0] for key in others}
    if kinds and not ids & others:
        return True
    names, known = _names(one), _names(other)
    return bool(names and known) and not names & known


def _names(paper: Paper) -> set[str]:
    return {word for author in paper.authors for word in _words(author) if len(word) > 1}
