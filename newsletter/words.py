"""What readers read, in one language: sentences of the catalogue filled in, dates and numbers as people there
write them. Values in, strings out; where a catalogue lies is languages.py's, what a template says trans.py's.

English is the key: a sentence that a catalogue does not have is said as it stands. Dates, numbers and lists
follow the CLDR, by Babel, which is imported when something is said for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from gettext import NullTranslations

_KEPT = 4096


def phrase(text: str) -> str:
    """Marks a sentence for the catalogue that is said later, by whoever has the words."""
    return text


def phrases(one: str, many: str) -> tuple[str, str]:
    """The same for a sentence that counts."""
    return one, many


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a site: its `language` as config.yaml has it, the catalogue, how dates and numbers go."""

    language: str
    catalogue: NullTranslations
    locale: str
    """Of the CLDR, as de_AT. By its name: to look an object of Babel up takes longer than to write a date."""

    def say(self, text: str, **values: object) -> str:
        """The sentence, with each %(name)s filled in; nothing is escaped."""
        said = self.catalogue.gettext(text)
        return said % values if values else said

    def counted(self, one: str, many: str, count: int, **values: object) -> str:
        """One of two sentences, by the rules of the language for `count`, which is their %(n)s."""
        return self.catalogue.ngettext(one, many, count) % {"n": self.number(count), **values}

    def number(self, number: float) -> str:
        """“1,204”, “2.5”; two places at most."""
        return _number(self.locale, round(number, 2))

    def day(self, when: date) -> str:
        """“7 August 2026”."""
        return _day(self.locale, when)

    def month(self, when: date) -> str:
        """“August 2026”."""
        return _skeleton(self.locale, "yMMMM", when)

    def days(self, dates: Iterable[date]) -> str:
        """“13 March, 3 June and 7 August 2026”: the year once where all share it and it comes last."""
        dates = tuple(dates)
        if len({when.year for when in dates}) > 1:
            return ", ".join(map(self.day, dates))
        return self.listed([*map(self._short, dates[:-1]), *map(self.day, dates[-1:])])

    def _short(self, when: date) -> str:
        """“13 March”; with the year where that does not stand at the end."""
        whole = self.day(when)
        short = _skeleton(self.locale, "MMMMd", when)
        return short if whole.startswith(short) else whole

    def listed(self, parts: Sequence[str]) -> str:
        """“one, two and three”."""
        from babel.lists import format_list  # noqa: PLC0415 - as below

        return format_list(parts, locale=self.locale) if parts else ""

    def week(self, name: str) -> str:
        """A week by its ISO name: “2026-W32”."""
        year, _, number = name.partition("-W")
        return self.say("%(year)s-W%(number)s", year=year, number=number)

    @property
    def weekdays(self) -> tuple[tuple[str, str], ...]:
        """Monday first: “Mon”, “M”."""
        from babel.dates import get_day_names  # noqa: PLC0415 - as below

        names, letters = (
            get_day_names(width, "stand-alone", locale=self.locale) for width in ("abbreviated", "narrow")
        )
        return tuple((names[day], letters[day]) for day in range(7))

    @property
    def direction(self) -> str:
        """Which way it is written: ltr or rtl."""
        from babel.core import Locale  # noqa: PLC0415 - as below

        return Locale.parse(self.locale).text_direction

    @property
    def english(self) -> bool:
        """Whether it is the language that most papers are in."""
        return self.locale.partition("_")[0] == "en"


@lru_cache(_KEPT)
def _day(locale: str, when: date) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - 40 ms that only a run which renders pays

    return format_date(when, "long", locale=locale)


@lru_cache(_KEPT)
def _skeleton(locale: str, skeleton: str, when: date) -> str:
    from babel.dates import format_skeleton  # noqa: PLC0415 - as above

    return format_skeleton(skeleton, when, locale=locale)


@lru_cache(_KEPT)
def _number(locale: str, number: float) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 - as above

    return format_decimal(number, "#,##0.##", locale=locale)
