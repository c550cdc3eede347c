"""topic: a sentence on what one wants to read. Papers near it come, whatever words they use.

In go a few words or a sentence; out comes a leaning that newsletter/ranking weighs against all papers seen.
With `like` in the same profile both make one interest.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.ranking.grams import phrase
from newsletter.rules import Compiled, Flaw, Leaning, Learned, weight_flaws
from newsletter.terms import shown

SHORT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    text: str = ""
    weight: float = 1.0


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (*_text_flaws(settings.text), *weight_flaws(settings.weight))


def _text_flaws(text: str) -> tuple[Flaw, ...]:
    if not text.strip():
        return (Flaw(path=(), what="no topic", hint="write a few words, or a sentence"),)
    if not phrase(text):
        what = f"“{shown(text)}” says nothing of what a paper is about"
        return (Flaw(path=("text",), what=what, hint="write a few words of the field, or a sentence"),)
    return ()


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    if not phrase(settings.text):
        raise ValueError(settings.text)
    return Learned(Leaning(topic=settings.text, weight=settings.weight))
