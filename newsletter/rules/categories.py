"""categories: subject classes such as cs.LG, or whole archives such as cs.*.

In go categories, a star at the end standing for any rest; out comes one reason, for the first category of the
paper that is among them. No list of what categories exist: dumps have those of many archives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from newsletter.rules import (
    WORTH,
    Clue,
    Compiled,
    Finding,
    Flaw,
    Hit,
    View,
    category_clue,
    emptiness_flaws,
    fold_category,
    reason,
    weight_flaws,
)
from newsletter.terms import EVERY, Term, shown, words

SHORT = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    any: tuple[str, ...] = ()
    weight: float = 1.0


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (
        *emptiness_flaws(settings.any, what="no categories"),
        *category_flaws("any", settings.any),
        *weight_flaws(settings.weight),
    )


def category_flaws(field: str, categories: Iterable[str]) -> tuple[Flaw, ...]:
    """The flaws of a list of categories that stands in the field."""
    return tuple(
        Flaw(path=(field, index), what=_what_is_wrong(category), hint="write it as cs.LG or cs.*")
        for index, category in enumerate(categories)
        if _what_is_wrong(category)
    )


def _what_is_wrong(category: str) -> str:
    if not category.strip():
        return "an empty category"
    if "*" in category.strip().removesuffix("*"):
        return f"a star may only stand at the end, in “{shown(category)}”"
    return "" if words(category) else f"no category in “{shown(category)}”"


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    return _Categories(Classes(settings.any), settings.weight)


@dataclass(frozen=True, slots=True)
class _Categories:
    classes: Classes
    weight: float

    @property
    def terms(self) -> frozenset[Term]:
        return frozenset()

    @property
    def clues(self) -> frozenset[Clue]:
        return self.classes.clues

    def judge(self, view: View, woken_by: Collection[Clue]) -> Finding | None:  # noqa: ARG002 - the rule looks for itself
        """One reason however many categories fit: a cross-listed paper is not the better for it."""
        hits = self.classes.among(view.categories)
        worth = WORTH["categories"] * self.weight
        return Finding((reason("categories", hits[0], worth),)) if hits else None


class Classes:
    """Categories to look for."""

    __slots__ = ("_begin", "_whole")

    def __init__(self, categories: Iterable[str]) -> None:
        folded = frozenset(map(fold_category, categories))
        stars = frozenset(each for each in folded if each.endswith("*"))
        self._begin = tuple(sorted(each[:-1] for each in stars))
        # The archive itself is in cs.* too: astro-ph was a category before it had any.
        archives = frozenset(each[:-2] for each in stars if each.endswith(".*"))
        self._whole = (folded - stars) | archives

    @property
    def clues(self) -> frozenset[Clue]:
        """A whole archive has a clue of its own; any other star must be tried on every paper."""
        begin = (category_clue(each + "*") if _is_archive(each) else EVERY for each in self._begin)
        return frozenset((*map(category_clue, self._whole), *begin))

    def among(self, categories: Iterable[str]) -> tuple[Hit, ...]:
        """Those of a paper's categories that are looked for, in the paper's order."""
        return tuple(Hit("categories", each) for each in dict.fromkeys(categories) if self._hold(each))

    def _hold(self, category: str) -> bool:
        folded = fold_category(category)
        return folded in self._whole or folded.startswith(self._begin)


def _is_archive(begin: str) -> bool:
    return begin.count(".") == 1 and begin.endswith(".")
