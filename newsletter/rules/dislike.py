"""dislike: papers one does not want more of. What resembles them falls back among what other rules find.

In go arXiv ids, DOIs, titles, or files of a library; out comes a leaning that newsletter/ranking weighs,
lightly: a few disliked papers say less than the liked ones. It lets nothing in and keeps nothing out; what
must never come goes under mute.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.rules import Compiled, Flaw, Leaning, Learned, emptiness_flaws
from newsletter.rules.like import name_flaws

SHORT = "papers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    papers: tuple[str, ...] = ()


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (
        *emptiness_flaws(settings.papers, what="no papers: give ids, titles or a library's file"),
        *name_flaws("papers", settings.papers),
    )


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    return Learned(Leaning(disliked=settings.papers))
