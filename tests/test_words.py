"""The catalogue of words: nothing said is missing in it, nothing in it is dead, every language is whole."""

from __future__ import annotations

import io
import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from newsletter.languages import FOLDER, at_hand, spoken, words

ROOT = Path(__file__).parent.parent
OTHERS = [tag for tag in at_hand() if tag != "en"]

every_language = pytest.mark.parametrize("tag", OTHERS)


def catalogue(path: Path, tag: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=tag and tag.replace("-", "_"), domain="newsletter")


def of_language(tag: str) -> Catalog:
    return catalogue(FOLDER / tag.replace("-", "_") / "LC_MESSAGES" / "newsletter.po", tag)


def sentences(of: Catalog) -> list[Message]:
    return [message for message in of if message.id]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


# ---------------------------------------------------------------------------------------- the catalogue


def test_the_catalogue_is_what_the_program_says(tmp_path, monkeypatch):
    """`make words`, as the Makefile has it, would write the same sentences again."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    told = re.search(r"pybabel (--quiet extract .*?)\s+--output", makefile)
    monkeypatch.chdir(ROOT)
    again = tmp_path / "again.pot"
    command = ["pybabel", *shlex.split(told[1]), "--output", str(again), "newsletter", "templates"]
    CommandLineInterface().run(command)
    said = {message.id for message in sentences(catalogue(again))}
    known = {message.id for message in sentences(catalogue(FOLDER / "newsletter.pot"))}

    assert set() == said - known, "make words"
    assert set() == known - said, "make words"


def test_german_is_at_hand():
    assert {"en", "de"} <= set(at_hand())


@every_language
def test_a_language_says_every_sentence(tag):
    of = of_language(tag)
    wanted = {message.id for message in sentences(catalogue(FOLDER / "newsletter.pot"))}

    assert wanted == {message.id for message in sentences(of)}, "make words"
    assert [] == [message.id for message in of if message.fuzzy]
    assert [] == [message.id for message in sentences(of) if not all(forms(message.string))]


@every_language
def test_a_translation_has_the_values_and_the_markup_of_its_sentence(tag):
    """What is not the same would fail while a page is made, or break it; a count may be told in words."""
    wrong = [
        (message.id, said)
        for message in sentences(of_language(tag))
        for said in forms(message.string)
        if parts(said) not in [parts(each) for each in forms(message.id)]
    ]

    assert [] == wrong


def parts(text: str) -> list[str]:
    """The values, the tags and the signs of HTML in a sentence, in whatever order they stand."""
    return sorted(re.findall(r"%\(\w+\)s|\{\w+\}|<[^>]*>|[&%]|\"", text))


@every_language
def test_what_is_compiled_is_what_was_translated(tag):
    compiled = io.BytesIO()
    write_mo(compiled, of_language(tag))
    mo = FOLDER / tag.replace("-", "_") / "LC_MESSAGES" / "newsletter.mo"

    assert compiled.getvalue() == mo.read_bytes(), "make words"


# ------------------------------------------------------------------------------------- the languages


@pytest.mark.parametrize("tag", ["en", "en-US", "de", "de-AT", "DE", "de-Latn-DE"])
def test_a_language_is_spoken_in_every_region(tag):
    assert spoken(tag)


@pytest.mark.parametrize("tag", ["tlh", "d", "deutsch", "fr-DE"])
def test_a_language_without_words_is_not_spoken(tag):
    assert not spoken(tag)


@pytest.mark.parametrize("tag", ["tlh", "x-klingon", "fr-FR-u-ca-gregory", "de-1996-x"])
def test_no_tag_is_too_strange_to_be_answered(tag):
    of = words(tag)

    assert of.say("Search") in ("Search", "Suchen")
    assert "2026" in of.day(date(2026, 8, 7))


def test_a_catalogue_that_somebody_adds_is_found_by_its_folder(tmp_path):
    of = Catalog(locale="pt_BR", domain="newsletter")
    of.add("Search", "Buscar")
    place = tmp_path / "pt_BR" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "newsletter.mo").open("wb") as file:
        write_mo(file, of)

    assert ("en", "pt-BR") == at_hand(tmp_path)
    assert spoken("pt-br", tmp_path)
    assert not spoken("pt", tmp_path)
    assert "Buscar" == words("pt-br", tmp_path).say("Search")


# ------------------------------------------------------------------------------- dates, numbers, lists

DAYS = (date(2026, 3, 13), date(2026, 6, 3), date(2026, 8, 7))


@pytest.mark.parametrize(
    ("tag", "day", "days"),
    [
        ("en", "7 August 2026", "13 March, 3 June and 7 August 2026"),
        ("en-US", "August 7, 2026", "March 13, June 3, and August 7, 2026"),
        ("de", "7. August 2026", "13. März, 3. Juni und 7. August 2026"),
        ("hu", "2026. augusztus 7.", "2026. március 13., 2026. június 3. és 2026. augusztus 7."),
    ],
)
def test_dates_are_written_as_the_language_writes_them(tag, day, days):
    of = words(tag)

    assert day == of.day(DAYS[-1])
    assert days == of.days(DAYS)


def test_days_of_two_years_have_their_years():
    assert "13. März 2025, 7. August 2026" == words("de").days((date(2025, 3, 13), date(2026, 8, 7)))
    assert "" == words("de").days(())


@pytest.mark.parametrize(
    ("tag", "large", "share"), [("en", "1,204", "2.5"), ("de", "1.204", "2,5"), ("fr", "1\u202f204", "2,5")]
)
def test_numbers_are_written_as_the_language_writes_them(tag, large, share):
    of = words(tag)

    assert large == of.number(1204)
    assert share == of.number(2.5)


def test_a_score_has_two_places_as_it_always_had():
    of = words("en")

    assert ["0.61", "0.12", "3", "0"] == [of.number(n) for n in (0.615, 0.125, 3.0, 0.0)]


def test_what_is_counted_agrees_with_its_number():
    of = words("de")

    assert "1 neuer Artikel" == of.counted("%(n)s new paper", "%(n)s new papers", 1)
    assert "1.204 neue Artikel" == of.counted("%(n)s new paper", "%(n)s new papers", 1204)


def test_a_week_has_the_number_that_calendars_give_it():
    assert "2026-W32" == words("en").week("2026-W32")
    assert "KW 32/2026" == words("de").week("2026-W32")


def test_the_week_begins_on_monday():
    assert ("Mon", "M") == words("en").weekdays[0]
    assert ("So", "S") == words("de").weekdays[6]


def test_a_language_that_is_written_from_the_right_says_so():
    assert "rtl" == words("ar").direction
    assert "ltr" == words("de").direction
