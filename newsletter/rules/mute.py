"""mute: what a profile never shows, whatever else matches.

In go terms, authors and categories; out comes why the paper is kept out, or nothing. It lets no paper in and
adds to no score.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from newsletter.rules import Clue, Compiled, Finding, Flaw, Hit, View, emptiness_flaws, term_flaws
from newsletter.rules.authors import People, name_flaws
from newsletter.rules.categories import Classes, category_flaws
from newsletter.terms import Term, term

SHORT = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    any: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


def check(settings: Settings) -> tuple[Flaw, ...]:
    what = "nothing to mute: give any, authors or categories"
    return (
        *emptiness_flaws(settings.any, settings.authors, settings.categories, what=what),
        *term_flaws("any", settings.any),
        *name_flaws("authors", settings.authors),
        *category_flaws("categories", settings.categories),
    )


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    return _Mute(
        terms=frozenset(map(term, settings.any)),
        people=People(settings.authors),
        classes=Classes(settings.categories),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mute:
    terms: frozenset[Term]
    people: People
    classes: Classes

    @property
    def clues(self) -> frozenset[Clue]:
        """None: what lets nothing in needs no asking before another rule does."""
        return frozenset()

    def judge(self, view: View, woken_by: Collection[Clue]) -> Finding | None:  # noqa: ARG002 - the rule looks for itself
        hit = next(iter(self._hits(view)), None)
        return None if hit is None else Finding((), f"kept out by mute: {hit}")

    def _hits(self, view: View) -> tuple[Hit, ...]:
        return (
            *view.hits(self.terms & view.found),
            *self.people.among(view.authors),
            *self.classes.among(view.categories),
        )
