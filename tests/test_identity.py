"""Keys, folded titles, likeness of abstracts, and the year of "Aug 7"."""

import unicodedata
from datetime import date

import pytest
from fakes import listed
from hypothesis import given
from hypothesis import strategies as st

from newsletter.identity import (
    aliases,
    arxiv_key,
    arxiv_version,
    doi_key,
    fold,
    list_date,
    same_text,
    settle_date,
    slug,
)
from newsletter.model import DumpDate


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Attention Is All You Need", "attention is all you need!"),
        ("Schrödinger Bridges", "Schrodinger bridges"),
        ("Meta-DT: Offline Meta-RL", "Meta DT — offline meta RL"),
        (r"$\mathcal{O}(n)$ Attention", "O(n) attention"),
        ("ﬁne-tuning", "fine tuning"),
        ("Straße", "STRASSE"),
        ("SchrÃ¶dinger Bridges", "Schrödinger Bridges"),
        ("Learning â€œRobustâ€\x9d Policies", "Learning “robust” policies"),
    ],
)
def test_titles_that_differ_in_form_only_fold_to_one(one, other):
    assert fold(one) == fold(other)


def test_a_title_without_a_letter_still_has_a_key():
    assert aliases(listed("???")) == ("title:=???",)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2106.01345", "arxiv:2106.01345"),
        ("2106.01345v2", "arxiv:2106.01345"),
        ("arXiv:2106.01345v12", "arxiv:2106.01345"),
        ("https://arxiv.org/abs/2106.01345v1", "arxiv:2106.01345"),
        ("http://arxiv.org/pdf/2106.01345.pdf", "arxiv:2106.01345"),
        ("https://huggingface.co/papers/2412.10849", "arxiv:2412.10849"),
        ("0704.0001", "arxiv:0704.0001"),
        ("hep-th/9901001", "arxiv:hep-th/9901001"),
        ("astro-ph/9204001v1", "arxiv:astro-ph/9204001"),
        ("math.GT/0309136", "arxiv:math/0309136"),
        ("0811.36489", None),  # a digit too many for its year
        ("2106.0134", None),  # a digit too few
        ("2113.01345", None),  # no such month
        ("version 3.1415", None),
        ("", None),
    ],
)
def test_an_arxiv_key_has_no_version_and_the_right_number_of_digits(text, key):
    assert arxiv_key(text) == key


def test_the_version_is_read_beside_the_key():
    assert [arxiv_version(text) for text in ("2106.01345v2", "hep-th/9901001v3", "2106.01345")] == [
        2,
        3,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("10.1101/209122", "doi:10.1101/209122"),
        (" https://doi.org/10.1101/209122 ", "doi:10.1101/209122"),
        ("DOI: 10.1000/XYZ.", "doi:10.1000/xyz"),
        ("10.48550/arXiv.2106.01345", "arxiv:2106.01345"),
        ("https://doi.org/10.48550/ARXIV.2106.01345v2", "arxiv:2106.01345"),
        ("no doi", None),
    ],
)
def test_a_doi_is_lower_case_and_arxivs_own_is_the_arxiv_key(text, key):
    assert doi_key(text) == key


def test_an_abstract_cut_off_is_the_same_text():
    whole = "We study a long question and answer it with a short proof that uses no tools at all."

    assert same_text(whole, whole[:50])


@pytest.mark.parametrize("cut", range(1, 87))
def test_an_abstract_cut_off_anywhere_is_the_same_text(cut):
    """Even in its first word: else a page that was still being written would leave a second paper."""
    whole = "Westudy a long question and answer it with a short proof that uses no tools at all."

    assert same_text(whole, whole[:cut])


def test_one_word_that_begins_no_such_abstract_is_another_text():
    assert not same_text("We study a long question.", "Withdrawn")


def test_abstracts_about_other_things_are_not_the_same_text():
    assert not same_text(
        "We map dark matter halos with weak lensing surveys of clusters.",
        "A detector of liquid xenon looks for recoils underground for a year.",
    )


def test_a_missing_abstract_contradicts_nothing():
    assert same_text("", "anything")


AUGUST = DumpDate(month=8, day=7)


@pytest.mark.parametrize(
    ("name", "says", "modified", "settled"),
    [
        ("2024-08-07-hf.txt", AUGUST, date(2026, 1, 1), date(2024, 8, 7)),
        ("page.txt", AUGUST, date(2026, 8, 7), date(2026, 8, 7)),
        ("page.txt", AUGUST, date(2026, 8, 6), date(2026, 8, 7)),  # the reader's zone is ahead
        ("page.txt", AUGUST, date(2026, 8, 5), date(2025, 8, 7)),
        ("page.txt", AUGUST, date(2026, 12, 24), date(2026, 8, 7)),
        ("2026-01-02.txt", DumpDate(month=12, day=31), date(2026, 5, 5), date(2025, 12, 31)),
        ("page.txt", DumpDate(month=2, day=29), date(2027, 3, 1), date(2024, 2, 29)),
        ("page.txt", DumpDate(month=8, day=7, year=2019), date(2026, 8, 7), date(2019, 8, 7)),
        ("2024-08-07-hf.txt", None, date(2026, 1, 1), date(2024, 8, 7)),
        ("page.txt", None, date(2026, 1, 1), date(2026, 1, 1)),
        ("2024-13-45.txt", AUGUST, date(2026, 8, 7), date(2026, 8, 7)),
    ],
)
def test_the_year_of_a_date_without_one(name, says, modified, settled):
    """Rule 3: an ISO date in the file's name gives the year before the file's time does."""
    assert settle_date(name, says, modified) == settled


@given(st.text())
def test_a_slug_is_a_safe_file_name(title):
    name = slug(title)

    assert name
    assert len(name) <= 60
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text())
def test_folding_twice_is_folding_once(title):
    assert fold(fold(title)) == fold(title)


@given(st.text(st.characters(max_codepoint=127)))
def test_the_quick_way_to_fold_folds_alike(title):
    """ASCII needs no normalisation: with one letter that does, the title goes the long way."""
    assert fold(title + " é") == fold(title + " ") + "e"


@pytest.mark.parametrize(
    ("says", "bears"),
    [
        (None, "2026-08-07"),
        ("2026-08-03", "2026-08-03"),
        ("2023-05-04", "2023-05-04"),
        ("2026-08-11", "2026-08-11"),
        ("2026-08-12", "2026-08-07"),
        ("2206-08-03", "2026-08-07"),
        ("0001-01-01", "2026-08-07"),
    ],
)
def test_a_listing_bears_its_own_date_unless_no_list_can(says, bears):
    """The dump bears 7 August, and is read on the 10th."""
    own = date.fromisoformat(says) if says else None

    assert date.fromisoformat(bears) == list_date(own, date(2026, 8, 7), date(2026, 8, 10))


@pytest.mark.parametrize("title", ["Poincaré–Weyl", "Â±1 Ûber", "Ã", "Café “Ñandú”"])
def test_what_only_looks_misread_folds_as_it_stands(title):
    plain = unicodedata.normalize("NFKD", title).casefold()

    assert "".join(filter(str.isalnum, plain)) == fold(title)
