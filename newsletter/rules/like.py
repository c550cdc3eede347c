"""like: papers one likes. What resembles them comes, the more the later they were liked.

In go arXiv ids, DOIs, titles, or files of a library (BibTeX, RIS, Zotero, CSL-JSON, CSV), the latest last;
out comes a leaning that newsletter/ranking weighs. A title works before any dump had it; an id once one has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.rules import Compiled, Flaw, Leaning, Learned, emptiness_flaws, weight_flaws

SHORT = "papers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    papers: tuple[str, ...] = ()
    weight: float = 1.0


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (
        *emptiness_flaws(settings.papers, what="no papers: give ids, titles or a library's file"),
        *name_flaws("papers", settings.papers),
        *weight_flaws(settings.weight),
    )


def name_flaws(field: str, names: Sequence[str]) -> tuple[Flaw, ...]:
    """The flaws of a list of papers that stands in the field."""
    hint = "an arXiv id, a DOI, a title, or a file such as library.bib"
    return tuple(
        Flaw(path=(field, index), what="an empty name of a paper", hint=hint)
        for index, name in enumerate(names)
        if not name.strip()
    )


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    return Learned(Leaning(liked=settings.papers, weight=settings.weight))
