"""Sentences that the state has in English are said again in the site's language, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.languages import words
from newsletter.rules import Hit
from newsletter.terms import shown
from newsletter.wording import FOUND, IN_PART, MORE_TROUBLE, UNREAD, recorded, retold

GERMAN = words("de")


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("“score matching” in the title", "„score matching“ im Titel"),
        ("by Jonathan Ho", "von Jonathan Ho"),
        ("every paper", "jeder Artikel"),
        ("like your “Attention”", "ähnlich wie „Attention“ aus der eigenen Auswahl"),
        (
            "means much the same as their “A “quoted” title”",
            "sagt fast dasselbe wie deren „A “quoted” title“",
        ),
        (
            "hf.txt could not be read: no listing in it",
            "hf.txt konnte nicht gelesen werden: no listing in it",
        ),
        (
            "a.csv was read only in part: 1 place could not be used",
            "a.csv wurde nur teilweise gelesen: 1 Stelle war nicht zu verwenden",
        ),
        (
            "no list of hf/* has come since 2026-08-07: 3 weekdays are missing",
            "seit dem 7. August 2026 ist keine Liste aus hf/* mehr gekommen: Es fehlen 3 Werktage",
        ),
        ("1204 more files had problems", "1.204 weitere Dateien hatten Fehler"),
        ("abstract", "Zusammenfassung"),
        ("what a rule of somebody's own found", "what a rule of somebody's own found"),
        ("", ""),
    ],
)
def test_a_recorded_sentence_is_said_again(english, german):
    assert german == retold(english, GERMAN)
    assert english == retold(english, words("en"))


@given(st.sampled_from(sorted(FOUND)), st.text())
def test_what_any_rule_found_is_said_again(field, found):
    """Whatever a dump has in a title: quotation marks, placeholders, line ends."""
    english, german = str(Hit(field, found)), GERMAN.say(FOUND[field], found=shown(found))

    assert german == retold(english, GERMAN)


@given(st.text(alphabet="ab %()s{}“”.*+\\\n", max_size=40), st.integers(min_value=0, max_value=10**6))
def test_names_of_files_cannot_break_a_sentence(name, count):
    told = retold(recorded(IN_PART, count, name=name), GERMAN)

    assert told.startswith(f"{name} wurde nur teilweise gelesen: ")
    assert retold(UNREAD % {"name": name, "what": "x"}, GERMAN) == f"{name} konnte nicht gelesen werden: x"


def test_one_more_file_is_told_as_one():
    assert "1 more file had problems" == recorded(MORE_TROUBLE, 1)
    assert "2 more files had problems" == recorded(MORE_TROUBLE, 2)
