"""keywords: words and phrases that a paper's title, abstract or own keywords hold.

In go terms (see terms.py); out comes a reason for each that was found, or why the paper is kept out. No stop
words: every term that is written is looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from newsletter.model import Reason
from newsletter.rules import (
    Clue,
    Compiled,
    Finding,
    Flaw,
    View,
    emptiness_flaws,
    term_flaws,
    weight_flaws,
)
from newsletter.terms import Term, term

SHORT = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """At least one of `any` and every one of `all` must be found, where given; nothing of `none` may be."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    weight: float = 1.0


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (
        *emptiness_flaws(settings.any, settings.all, settings.none, what="no terms: give any, all or none"),
        *term_flaws("any", settings.any),
        *term_flaws("all", settings.all),
        *term_flaws("none", settings.none),
        *weight_flaws(settings.weight),
    )


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    return _Keywords(
        either=frozenset(map(term, settings.any)),
        each=frozenset(map(term, settings.all)),
        neither=frozenset(map(term, settings.none)),
        weight=settings.weight,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keywords:
    either: frozenset[Term]
    each: frozenset[Term]
    neither: frozenset[Term]
    weight: float

    @property
    def terms(self) -> frozenset[Term]:
        return self.either | self.each | self.neither

    @property
    def clues(self) -> frozenset[Clue]:
        """Of terms that must all be there one will do: the longest, as it is likely to be the rarest."""
        return frozenset((max(self.each, key=len_then_text),)) if self.each else self.either

    def judge(self, view: View, woken_by: Collection[Clue]) -> Finding | None:
        reasons = self._reasons(view, woken_by)
        if self.neither and (against := self.neither & view.found):
            return Finding(reasons, f"kept out: {view.hits(against)[0]}")
        return Finding(reasons) if reasons else None

    def _reasons(self, view: View, woken_by: Collection[Clue]) -> tuple[Reason, ...]:
        # Where the terms are the clues, the few that woke us are asked for and not all of twenty: in a large
        # run that is a third of the time a match takes.
        found = self.either & view.found if self.each else self.either.intersection(woken_by)
        if (self.either and not found) or not self.each <= view.found:
            return ()
        if self.each:
            found |= self.each
        reasons = tuple([view.reason("keywords", wanted, self.weight) for wanted in found])
        return reasons if len(reasons) == 1 else _each_passage_once(reasons)


def len_then_text(text: str) -> tuple[int, str]:
    """A sort key: short before long."""
    return len(text), text


def _each_passage_once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """“model” and “models” both find the one word “models”: that is one reason."""
    return tuple({(reason.field, reason.found): reason for reason in reasons}.values())
