"""similar_to: people whose papers one would like more of, by whomever they are.

In go names as people write them; their papers among those seen so far are taken for liked ones. Their own new
papers let themselves in by the rule authors.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.rules import Compiled, Flaw, Leaning, Learned, emptiness_flaws, weight_flaws
from newsletter.rules.authors import People, name_flaws, readings

SHORT = "authors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    authors: tuple[str, ...] = ()
    weight: float = 1.0


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (
        *emptiness_flaws(settings.authors, what="no authors"),
        *name_flaws("authors", settings.authors),
        *weight_flaws(settings.weight),
    )


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    people = People(settings.authors)
    return Learned(
        Leaning(
            people=settings.authors,
            surnames=tuple(sorted({reading[-1] for name in settings.authors for reading in readings(name)})),
            wrote=lambda authors: bool(people.among(authors)),
            weight=settings.weight,
        )
    )
