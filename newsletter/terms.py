"""Terms: what a profile looks for in a text, and where a text holds it. Part of the match stage.

In go the terms as people write them in config.yaml and the texts of papers; out come, for every term of
every profile in one pass over a text, the passages in which it stands. Nothing here knows profiles, rules or
scores.

How a text is read: upper and lower case, accents and presentation forms are folded away; a word is a run of
letters and digits (with a final ``++`` or ``#``, for C++ and C#); every CJK character is a word of its own,
because those scripts put no space between words; hyphens, slashes, quotes and spaces are all one gap; the end
of a sentence, a comma, a colon, a bracket or a long dash is a break, which no phrase crosses unless it is
written with one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress, count, pairwise, product
from typing import NewType

Term = NewType("Term", str)
"""A term in its one canonical spelling: folded words with a space between them; ``=`` before a word that
allows no plural, ``*`` after the last for a prefix, ``|`` for a break. Made by term()."""

EVERY = Term("*")
"""The term that every paper holds, in no field in particular."""

BREAK = ""
"""The word that stands for a break in the words of a text."""

PASSAGE = 200
"""Characters of a passage that are kept: a word of 100 KB is no help to a reader."""


class BadTerm(ValueError):
    """A term that could never be found; `hint` says what to write instead."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


# -------------------------------------------------------------------------------------------- folding

# Letters that Unicode does not take apart, yet people type without their stroke: Møller, Łukasz. And the
# full-width marks, which stand directly before the next word and are still breaks.
_OWN_FOLDS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
    | dict.fromkeys("，：；！？（）［］", "。")
)
_ACCENTS = dict.fromkeys(range(0x300, 0x370))


def _fold_character(character: str) -> str:
    """One character, folded: none for an accent or an invisible mark, several for a ligature.

    Only the accents of Latin, Greek and Cyrillic go. The voicing marks of kana make other letters, so what
    is left is composed again.
    """
    if unicodedata.category(character) == "Cf":
        return ""
    own = character.casefold().translate(_OWN_FOLDS)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", own).casefold())
    return unicodedata.normalize("NFC", plain.translate(_ACCENTS)).translate(_OWN_FOLDS)


class _Folds(dict[int, str]):
    """Code point → folded text, for str.translate; each character is looked into once."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


_FOLDS = _Folds()


def fold(text: str) -> str:
    """The text without case, accents, ligatures and invisible marks; not always of the same length."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def _keeps_places(text: str) -> bool:
    """Whether each character of the folded text stands where it stood in the text."""
    return text.isascii() or all(len(_FOLDS[ord(character)]) == 1 for character in set(text))


# ---------------------------------------------------------------------------------------------- words

_CJK = (
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\U00020000-\U000323af"
)
# A stop or comma within a word (3.1, node.js) is a gap. Each part keeps what it has taken, so the time is
# linear in the text whatever stands in it.
_SIGNS = r"(?:\+\+|\#(?!\w))?+"
_BREAK = r"(?:[()\[\]{}。、—…]|[.,;:!?](?!\w))\W*+"
_WORD = re.compile(rf"([{_CJK}]|[^\W_{_CJK}]++{_SIGNS})[ -]*+|{_BREAK}")
# Most texts are English: without the wide classes they take half the time.
_ASCII_WORD = re.compile(rf"([a-z0-9]++{_SIGNS})[ -]*+|{_BREAK}")


class Text:
    """A text as its words, and the way back from words to the passage as it stands."""

    __slots__ = ("_ends", "_origins", "original", "words")

    def __init__(self, original: str) -> None:
        self.original = original
        word = _ASCII_WORD if original.isascii() else _WORD
        self.words: list[str] = word.findall(fold(original))
        self._ends: list[int] = []
        self._origins: list[int] = []

    def passage(self, first: int, last: int) -> str:
        """The passage from word number `first` to word number `last`, cut after 200 characters."""
        if not self._ends:
            self._find_ends()
        start, end = self._ends[first] - len(self.words[first]), self._ends[last]
        if self._origins:
            start, end = self._origins[start], self._with_accents(self._origins[end - 1] + 1)
        return self.original[start : min(end, start + PASSAGE)]

    def _find_ends(self) -> None:
        """Where the words end in the folded text, and where its characters come from, if not from there.

        Between two words stand only characters that begin none, so a search from the last word's end finds
        the next one; that is six times as fast as reading the text again.
        """
        index, end = fold(self.original).index, 0
        self._ends = [end := index(word, end) + len(word) for word in self.words]
        if not _keeps_places(self.original):
            self._origins = [place for place, each in enumerate(self.original) for _ in _FOLDS[ord(each)]]

    def _with_accents(self, end: int) -> int:
        """Past the accents that follow as characters of their own: "cafe" + U+0301 is one word."""
        while end < len(self.original) and unicodedata.combining(self.original[end]):
            end += 1
        return end


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text, without its breaks."""
    return tuple(word for word in Text(text).words if word != BREAK)


# ---------------------------------------------------------------------------------------------- terms

_QUOTES = str.maketrans(dict.fromkeys("“”„‟＂", '"'))


# Most terms are in their canonical spelling as they are written.
_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*\*?")


def term(written: str) -> Term:
    """A term as config.yaml has it: words, ``prefix*``, and ``"exact"`` words within double quotes.

    Raises BadTerm for one that is empty, has no letter or digit, leaves a quote open or has a star anywhere
    but directly after its last word. A lone star is EVERY.
    """
    return Term(written) if _PLAIN.fullmatch(written) else _marked(written)


@lru_cache(maxsize=1 << 16)
def _marked(written: str) -> Term:
    text = written.translate(_QUOTES).strip()
    if text == EVERY:
        return EVERY
    body, is_prefix = _without_star(text)
    if body.count('"') % 2:
        raise BadTerm(f"a double quote is not closed in {_shown(written)}")
    marked = _marked_words(body)
    if not marked:
        raise BadTerm(*_why_wordless(text))
    if is_prefix:
        marked[-1] = marked[-1].removeprefix("=") + "*"
    return Term(" ".join(marked))


def _shown(written: str) -> str:
    return f"“{shown(written)}”"


def _why_wordless(text: str) -> tuple[str, str]:
    if not text:
        return "an empty term", "leave it out, or write * for every paper"
    return f"no letter or digit in {_shown(text)}", "a term needs something to look for"


def _without_star(text: str) -> tuple[str, bool]:
    """The text without the star at its end, be it before or after a closing quote, and whether it had one."""
    body = text.removesuffix('"').removesuffix("*") if text.endswith('*"') else text.removesuffix("*")
    is_prefix = body != text
    if "*" in body or (is_prefix and not _ends_in_word(body)):
        raise BadTerm(
            f"a star may only end the last word, in {_shown(text)}",
            'write denois*; for a name with a star in it leave the star out: "A" search',
        )
    closed = body + '"' if text.endswith('*"') else body
    return closed, is_prefix


def _ends_in_word(body: str) -> bool:
    last = body.removesuffix('"')[-1:]
    return last.isalnum() or last in {"+", "#"} or bool(last and unicodedata.combining(last))


def _marked_words(body: str) -> list[str]:
    """The words, ``=`` before those within quotes, ``|`` for breaks except at both ends."""
    marked: list[str] = []
    for number, part in enumerate(body.split('"')):
        mark = "=" if number % 2 else ""
        marked += [mark + word if word != BREAK else "|" for word in Text(part).words]
    kept = [
        word for word, before in zip(marked, ["|", *marked], strict=False) if word != "|" or before != "|"
    ]
    return kept[:-1] if kept[-1:] == ["|"] else kept


# ------------------------------------------------------------------------------------------- plurals

# Short words that end in s and are no plurals of what is left when it goes.
_NO_PLURALS = frozenset(
    ["as", "bus", "gas", "has", "his", "is", "its", "news", "this", "thus", "us", "was", "yes"]
)
_IRREGULAR = (
    ("automaton", "automata"),
    ("child", "children"),
    ("corpus", "corpora"),
    ("criterion", "criteria"),
    ("half", "halves"),
    ("leaf", "leaves"),
    ("lens", "lenses"),
    ("life", "lives"),
    ("locus", "loci"),
    ("mouse", "mice"),
    ("nucleus", "nuclei"),
    ("phenomenon", "phenomena"),
    ("radius", "radii"),
    ("schema", "schemata"),
    ("stimulus", "stimuli"),
)
_IRREGULAR_FORMS = {one: other for pair in _IRREGULAR for one, other in (pair, pair[::-1])}
_SHORTEST_SINGULAR = 2
_SHORTEST_PLURAL = 3


def forms(word: str) -> frozenset[str]:
    """The word with its singular and plural: what a term's word may look like in a text.

    Some of them are no words at all (analysis: analysi); those do no harm, as no text holds them.
    """
    if not (word.isascii() and word.isalnum()) or word.isdigit() or word in _NO_PLURALS:
        return frozenset((word,))
    others = {*_plurals(word), *_singulars(word), _IRREGULAR_FORMS.get(word, word)}
    return frozenset({word} | (others - _NO_PLURALS))


def _plurals(word: str) -> Iterator[str]:
    if len(word) < _SHORTEST_SINGULAR:
        return
    if word.endswith("y") and word[-2] not in "aeiou":
        yield word[:-1] + "ies"
        return
    if not word.endswith(("s", "x", "z", "sh")):
        yield word + "s"
    if word.endswith(("ss", "us", "as", "is", "os", "x", "z", "ch", "sh", "o")):
        yield word + "es"
    if word.endswith("is"):
        yield word[:-2] + "es"
    if word.endswith(("ix", "ex")):
        yield word[:-2] + "ices"


def _singulars(word: str) -> Iterator[str]:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return
    yield word[:-1]
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        yield word[:-2]
    if word.endswith(("ses", "xes")):
        yield word[:-2] + "is"
    if word.endswith("ices"):
        yield word[:-4] + "ix"
        yield word[:-4] + "ex"


# ------------------------------------------------------------------------------------------- lexicon


_REMEMBERED = 200_000


class Lexicon:
    """All terms of all profiles, laid out so that one pass over a text finds every one of them.

    A text is read as it stands: which words of terms a word of it may be is laid out beforehand (“bases”:
    “base” or “basis”). Whole sets of words and of pairs of words are looked up first, to learn where a term
    stands or a phrase may begin; only there are terms spelled out. So the pass takes about as long for
    200,000 terms as for twenty.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = frozenset(terms) - {EVERY}
        self._beginnings = _beginnings(self._terms)
        self._lengths = _lengths(self._terms)
        forms_of = _forms_of_words(self._terms)
        self._readings = _readings(forms_of)
        self._pairs = _pairs(self._terms, forms_of)
        before_prefix = self._lengths.keys() & forms_of.keys()
        self._before_prefix = frozenset(chain.from_iterable(map(forms_of.__getitem__, before_prefix)))
        self._ends: dict[str, frozenset[Term]] = {}
        self._seen: set[str] = set()

    def scan(self, text: Sequence[str]) -> dict[Term, tuple[int, int]]:
        """Every term that the words of a text hold, with the first and last word of its first occurrence."""
        found: dict[Term, tuple[int, int]] = {}
        for place in self._ending(text):
            for wanted in self._ends[text[place]]:
                found.setdefault(wanted, (place, place))
        for first in self._beginning(text):
            self._follow(text, first, found)
        return found

    def _ending(self, text: Sequence[str]) -> Iterable[int]:
        """The places of the words that are terms by themselves, from the text's start.

        What was looked up is remembered, to a bound.
        """
        if not self._seen.issuperset(text):
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
                self._ends.clear()
            for word in set(text) - self._seen:
                if ends := self._single(word):
                    self._ends[word] = ends
            self._seen.update(text)
        return compress(count(), map(self._ends.__contains__, text))

    def _single(self, word: str) -> frozenset[Term]:
        """The terms that the word is by itself."""
        prefixed = [f"{word[:length]}*" for length in self._lengths.get("", ())]
        return self._terms.intersection((*prefixed, *self._readings.get(word, ())))

    def _beginning(self, text: Sequence[str]) -> Iterable[int]:
        """The places in the text where a phrase may begin, from its start."""
        pairs = list(map(hash, pairwise(text)))
        likely = self._pairs.intersection(pairs)
        places = compress(count(), map(likely.__contains__, pairs))
        if self._before_prefix.isdisjoint(text):
            return places
        return sorted({*places, *compress(count(), map(self._before_prefix.__contains__, text))})

    def _follow(self, text: Sequence[str], first: int, found: dict[Term, tuple[int, int]]) -> None:
        """Read on from word number `first` as long as what was read is the beginning of a term."""
        read: Sequence[str] = self._readings.get(text[first], ())
        for last in range(first + 1, len(text)):
            begun = [each for each in read if each in self._beginnings]
            if not begun:
                return
            word = text[last]
            read = [f"{before} {reading}" for before in begun for reading in self._readings.get(word, ())]
            prefixed = [
                f"{before} {word[:length]}*" for before in begun for length in self._lengths.get(before, ())
            ]
            for wanted in self._terms.intersection(read + prefixed):
                found.setdefault(wanted, (first, last))


def _beginnings(terms: Iterable[Term]) -> frozenset[str]:
    """What stands in terms before each of their words but the first: “graph”, “graph neural”."""
    beginnings = set()
    for wanted in terms:
        before = wanted.rpartition(" ")[0]
        while before and before not in beginnings:
            beginnings.add(before)
            before = before.rpartition(" ")[0]
    return frozenset(beginnings)


def _lengths(terms: Iterable[Term]) -> dict[str, frozenset[int]]:
    """By what stands in terms before a prefix: how long the prefixes there are."""
    lengths: dict[str, frozenset[int]] = {}
    for wanted in terms:
        if wanted.endswith("*"):
            before, _, last = wanted.rpartition(" ")
            lengths[before] = lengths.get(before, frozenset()) | {len(last) - 1}
    return lengths


def _forms_of_words(terms: Iterable[Term]) -> dict[str, frozenset[str]]:
    """The words of terms, but for prefixes, each with the forms that it may have in a text."""
    spelled = set(chain.from_iterable(map(str.split, terms)))
    return {word: _forms_in_text(word) for word in spelled if not word.endswith("*")}


def _forms_in_text(word: str) -> frozenset[str]:
    if word == "|":
        return frozenset((BREAK,))
    return frozenset((word[1:],)) if word.startswith("=") else forms(word)


def _readings(forms_of: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Word of a text → the words of terms that it may be.

    In tuples: a hundred thousand lists would be looked through again and again for circles.
    """
    readings: dict[str, tuple[str, ...]] = {}
    for word, each in forms_of.items():
        for form in each:
            readings[form] = (*readings.get(form, ()), word)
    return readings


def _pairs(terms: Iterable[Term], forms_of: Mapping[str, Iterable[str]]) -> set[int]:
    """The pairs of words with which a text may begin a phrase.

    By their hashes, as a million pairs of words are 100 MB more; a clash costs a look at the terms.
    """
    phrases = (wanted.split(" ", 2)[:2] for wanted in terms if " " in wanted)
    return {
        hash(pair) for first, second in phrases for pair in product(forms_of[first], forms_of.get(second, ()))
    }


# ---------------------------------------------------------------------------------------------- shown

_SHOWN = 80


def shown(passage: str) -> str:
    """A passage fit for a sentence: one line, nothing invisible in it, at most 80 characters."""
    if len(passage) <= _SHOWN and passage.isprintable() and "  " not in passage:
        return passage.strip()
    visible = (character for character in passage[: 4 * _SHOWN] if _is_visible(character))
    line = " ".join("".join(visible).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1].rstrip() + "…"


def _is_visible(character: str) -> bool:
    """Neither a direction mark nor a control character: those would turn the sentence around them."""
    return character.isspace() or unicodedata.category(character)[0] != "C"
