"""The open set of rules: a file's name is its key in config.yaml. Part of the match stage.

A rule module has

    Settings            what config.yaml may say: a frozen dataclass of plain fields, `weight` where it scores
    SHORT               the field that a bare string or list stands for: ``authors: [..]``
    check(settings)     the mistakes that types do not show, as Flaws
    compile(settings)   the rule ready to judge papers; raises ValueError where check would find a flaw

In go settings and, paper by paper, a View; out comes a Finding or None. A rule never reads a text itself. It
names the terms it needs, all rules' terms are looked for in one pass, and the View says which were found.
Nothing here knows profiles or thresholds: matching.py does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Protocol, cast

from newsletter import open_set
from newsletter.model import Paper, Reason
from newsletter.terms import EVERY, BadTerm, Lexicon, Term, Text, fold, shown, term, words
from newsletter.wording import FOUND

FIELDS = ("title", "keywords", "abstract")
"""Where terms are looked for: the field that says most of a paper first."""

WORTH = {
    "title": 2.0,
    "keywords": 1.5,
    "abstract": 1.0,
    "": 1.0,
    "authors": 2.0,
    "categories": 0.5,
    "dumps": 0.5,
}
"""What a find in a field adds at weight 1. One keyword in an abstract is 1.0, the unit of all scores; the
empty field is that of ``*``, which stands in none."""

Clue = str
"""What a rule may be found by without being asked: a Term, or one made by author_clue or category_clue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A mistake in a rule's settings. `path` leads to it from the settings; `offset` into a text, from 0."""

    path: tuple[str | int, ...]
    what: str
    hint: str = ""
    offset: int | None = None


class Finding(NamedTuple):
    """What a rule has to say of a paper: reasons let it in, `against`, in words, keeps it out of the profile.

    A tuple, as a large run makes millions of them and a frozen dataclass takes three times as long to make.
    """

    reasons: tuple[Reason, ...]
    against: str = ""


class Hit(NamedTuple):
    """Something found: `found` as it stands in `field`, one of the keys of WORTH. A tuple, as Finding is."""

    field: str
    found: str

    def __str__(self) -> str:
        """In words a subscriber reads."""
        return FOUND[self.field] % {"found": shown(self.found)}


class View:
    """What a rule may know of a paper: the terms found in it, its authors, categories and dumps.

    A term's hit is its first occurrence in the best field that holds it. What is asked twice is remembered,
    since many profiles want the same words.
    """

    __slots__ = ("_finds", "_reasons", "authors", "categories", "dumps", "found")

    def __init__(self, paper: Paper, lexicon: Lexicon) -> None:
        self.authors = paper.authors
        self.categories = paper.categories
        self.dumps = tuple(dict.fromkeys(sighting.dump for sighting in paper.sightings))
        self._finds = {
            "title": _finds((paper.title,), lexicon),
            "keywords": _finds(paper.keywords, lexicon),
            "abstract": _finds((paper.abstract,), lexicon),
        }
        self.found: set[Term] = {EVERY}.union(
            *(spans for finds in self._finds.values() for _, spans in finds)
        )
        self._reasons: dict[tuple[str, Term, float], Reason] = {}

    def hit(self, wanted: Term, fields: Sequence[str] = FIELDS) -> Hit | None:
        """Where the term stands, in the first of the fields that holds it."""
        if wanted == EVERY:
            return Hit("", "")
        for field in fields:
            for text, spans in self._finds[field]:
                if wanted in spans:
                    return Hit(field, text.passage(*spans[wanted]))
        return None

    def hits(self, wanted: Iterable[Term]) -> tuple[Hit, ...]:
        """The hits of those terms that were found, best field first, then by what was found."""
        hits = {hit for each in wanted if (hit := self.hit(each)) is not None}
        return tuple(sorted(hits, key=lambda hit: (-WORTH[hit.field], hit.found)))

    def reason(self, rule: str, wanted: Term, weight: float) -> Reason:
        """The reason that a found term gives."""
        key = (rule, wanted, weight)
        if key not in self._reasons:
            hit = self.hit(wanted)
            if hit is None:
                raise KeyError(wanted)
            self._reasons[key] = reason(rule, hit, WORTH[hit.field] * weight)
        return self._reasons[key]

    def clues(self) -> Iterator[Clue]:
        """Everything that a rule may be found by."""
        yield from self.found
        for author in self.authors:
            yield from map(author_clue, words(author))
        for category in self.categories:
            yield category_clue(category)
            yield category_clue(category.partition(".")[0] + ".*")


def _finds(texts: Iterable[str], lexicon: Lexicon) -> list[tuple[Text, dict[Term, tuple[int, int]]]]:
    """The texts of one field with the terms found in each: no phrase spans two of them."""
    return [(text, lexicon.scan(text.words)) for text in map(Text, texts)]


def reason(rule: str, hit: Hit, score: float) -> Reason:
    """A reason from a hit; scores have four decimals, so that what is shown adds up."""
    return Reason(rule=rule, detail=str(hit), score=round(score, 4), found=hit.found, field=hit.field)


def author_clue(word: str) -> Clue:
    """The clue of a word of an author's name, folded."""
    return f"author:{word}"


def category_clue(category: str) -> Clue:
    """The clue of a category, or of an archive with all its categories (``cs.*``)."""
    return f"category:{fold_category(category)}"


def fold_category(category: str) -> str:
    """A category as it is compared: without case and needless spaces."""
    return " ".join(fold(category).split())


class Compiled(Protocol):
    """A rule ready to judge papers."""

    @property
    def terms(self) -> frozenset[Term]:
        """What it needs looked for in texts."""

    @property
    def clues(self) -> frozenset[Clue]:
        """A paper without any of these is never let in by this rule. EVERY means: it must always be asked."""

    def judge(self, view: View, woken_by: Collection[Clue]) -> Finding | None:
        """What it has to say of a paper; None for nothing.

        `woken_by` holds every one of its clues that the paper has, and perhaps others: a short cut for a rule
        to which they say all. Everything stands in the view as well.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """What a learned rule says of a profile, for newsletter/ranking to weigh; by itself it judges no paper.

    `liked` and `disliked` are papers as people name them (an arXiv id, a DOI, a title) or files of a library,
    the latest last; `people` are authors whose papers are liked, `surnames` the last words of their names;
    `wrote` says whether one of them is among a paper's authors.
    """

    topic: str = ""
    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()
    wrote: Callable[[Sequence[str]], bool] = lambda _: False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Learned:
    """A rule that only leans: no terms, no clues, nothing to say of a paper alone."""

    leaning: Leaning
    terms: frozenset[Term] = frozenset()
    clues: frozenset[Clue] = frozenset()

    def judge(self, view: View, woken_by: Collection[Clue]) -> Finding | None:  # noqa: ARG002 - ranking judges
        """Nothing: how near a paper is can only be said beside others."""
        return None


LIBRARY = (".bib", ".bibtex", ".csv", ".json", ".nbib", ".rdf", ".ris", ".xml")
"""What names a library's file rather than a paper ends in one of these."""


def is_library(name: str) -> bool:
    """Whether a liked paper's name is that of a file with many of them."""
    return name.lower().endswith(LIBRARY)


class RuleModule(Protocol):
    """What a file of this folder has."""

    Settings: type
    SHORT: str

    def check(self, settings: Any) -> tuple[Flaw, ...]: ...  # noqa: ANN401 - each rule has its own Settings
    def compile(self, settings: Any) -> Compiled: ...  # noqa: ANN401 - the same


# ------------------------------------------------------------------------------- shared by rules' checks


def term_flaws(field: str, terms: Sequence[str]) -> tuple[Flaw, ...]:
    """The flaws of a list of terms that stands in the field."""
    return tuple(flaw for index, text in enumerate(terms) for flaw in _flaws_of_term((field, index), text))


def _flaws_of_term(path: tuple[str | int, ...], text: str) -> Iterator[Flaw]:
    try:
        term(text)
    except BadTerm as bad:
        yield Flaw(path=path, what=bad.what, hint=bad.hint)


def weight_flaws(weight: float) -> tuple[Flaw, ...]:
    """A flaw where the weight is not a number above 0."""
    if math.isfinite(weight) and weight > 0:
        return ()
    what = f"a weight must be above 0, not {weight:g}"
    return (Flaw(path=("weight",), what=what, hint="to keep papers out, use mute or none"),)


def emptiness_flaws(*fields: Sequence[str], what: str) -> tuple[Flaw, ...]:
    """A flaw where all of the fields are empty."""
    return () if any(fields) else (Flaw(path=(), what=what),)


# ------------------------------------------------------------------------------------------ the open set


def names() -> tuple[str, ...]:
    """The rules we ship, in the order of the alphabet."""
    return open_set.names(__path__)


@cache
def load(name: str) -> RuleModule:
    """The rule of that name: ours, else one that an installed package offers. Raises NotFound."""
    return cast("RuleModule", open_set.load(__name__, __path__, name, "rule"))
