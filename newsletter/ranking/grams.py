"""Grams: the words of a text and the pairs of words that follow each other. Texts in, counts or places out.

Read like terms.py reads (folded, every script), but as a bag: plural and singular are one, words that are in
every text are left out, and a pair may span them (“generation of motion” has the pair “generation motion”).
No weights and no archive: those are background.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from newsletter.terms import BREAK, Text

TITLE = 3
"""A word in a title counts as three in an abstract: worth 0.01 nDCG@10 on reading lists."""

_STOP = """
a about after all also although am among an and any are as at based be because been before being
between both but by can could do does each either for from further given has have here how
however if in interested into is it its know may me mine more moreover most much my near not of
on onto or other our out over per several show shows so some such than that the their them then
there these they this those through thus to under until up upon us use used using via want wants
was we well were what when where whether which while who whose will with within without would
yet you your yours
"""
STOP = frozenset(_STOP.split())
"""Words that say nothing of what a paper is about, nor of what one would like to read."""

Gram = str
"""A word, or two with a blank between them; plural endings are off."""


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The word without its plural ending: as good as a whole stemmer, and better for keywords."""
    if not word.isascii():
        return word
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004 - “ties” stays
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):  # noqa: PLR2004 - “gas” stays
        return word[:-1]
    return word


def kept(words: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The words that count, stemmed, with their places; breaks stay, for no pair crosses one."""
    for place, word in enumerate(words):
        if word == BREAK or (word not in STOP and (len(word) > 1 or not word.isascii())):
            yield place, stem(word)


def grams(text: str) -> list[Gram]:
    """All grams of a text, as often as they stand in it."""
    found: list[Gram] = []
    before = BREAK
    for word in (word for _, word in kept(Text(text).words)):
        if word:
            found.append(word)
            if before:
                found.append(f"{before} {word}")
        before = word
    return found


def counted(title: str, abstract: str) -> Mapping[Gram, int]:
    """How often each gram stands in a paper; the title counts three times."""
    counts: dict[Gram, int] = {}
    for gram in grams(title):
        counts[gram] = counts.get(gram, 0) + TITLE
    for gram in grams(abstract):
        counts[gram] = counts.get(gram, 0) + 1
    return counts


def phrase(text: str) -> tuple[str, ...]:
    """The words of a short text that count, in their order."""
    return tuple(word for _, word in kept(Text(text).words) if word)


def spoken(text: str) -> str:
    """The words of a text that count, in their order, a bar at each break: a phrase is looked for in it."""
    return f" {' '.join(word or '|' for _, word in kept(Text(text).words))} "


def first_places(text: Text) -> Mapping[Gram, tuple[int, int]]:
    """Where each gram first stands: the numbers of its first and last word in the text."""
    places: dict[Gram, tuple[int, int]] = {}
    before: tuple[int, str] = (0, BREAK)
    for place, word in kept(text.words):
        if word:
            places.setdefault(word, (place, place))
            if before[1]:
                places.setdefault(f"{before[1]} {word}", (before[0], place))
        before = (place, word)
    return places
