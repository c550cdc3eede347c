"""The languages at hand: a folder each in newsletter/locale, and English, which needs none. A language tag
in, its words out. Reads catalogues; what is said with them is no business of this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from gettext import translation
from pathlib import Path

from newsletter.shipped import catalogues
from newsletter.words import Words

FOLDER = catalogues()
DOMAIN = "newsletter"
OWN = "en"
"""The language that the program's sentences are written in."""
_BRITISH = "en_GB"
"""How dates are written in it where no region is named."""


def at_hand(folder: Path = FOLDER) -> tuple[str, ...]:
    """The tags of all languages there are words for."""
    found = (path.parent.parent.name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return tuple(sorted({OWN, *(name.replace("_", "-") for name in found)}))


def spoken(language: str, folder: Path = FOLDER) -> bool:
    """Whether there are words for a tag: its own, or those of the language without the region."""
    known = {tag.lower() for tag in at_hand(folder)}
    return any("-".join(parts).lower() in known for parts in _shorter(language))


@cache
def words(language: str, folder: Path = FOLDER) -> Words:
    """The words of a language; of one that is not at hand the English ones, with its own dates."""
    names = [_file_name(parts) for parts in _shorter(language)]
    catalogue = translation(DOMAIN, folder, languages=names, fallback=True)
    return Words(language, catalogue, next(_locales(language), _BRITISH))


def _locales(language: str) -> Iterator[str]:
    """How dates go, for the whole tag, else without its last part, and so on."""
    from babel.core import Locale, UnknownLocaleError  # noqa: PLC0415 - a run that says nothing needs no languages

    for parts in _shorter(language):
        name = _file_name(parts)
        try:
            yield str(Locale.parse(_BRITISH if name == OWN else name))
        except (UnknownLocaleError, ValueError):
            continue


def _shorter(language: str) -> Iterator[list[str]]:
    """The parts of a tag, all of them, then without the last, and so on."""
    parts = language.split("-")
    for end in range(len(parts), 0, -1):
        yield parts[:end]


def _file_name(parts: list[str]) -> str:
    """As folders of catalogues are called: pt_BR, zh_Hans."""
    first, *rest = (part.lower() for part in parts)
    regions = (part.upper() if len(part) == 2 else part.title() for part in rest)  # noqa: PLR2004 - ISO 3166
    return "_".join((first, *regions))
