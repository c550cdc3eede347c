"""Labelled lines: what each label gives, and what a record that lacks one costs."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump, listed
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import hf_metadata
from newsletter.model import Link, ListedPaper, Problem

ONE = "Title: On Looms\nPDF: https://arxiv.org/pdf/2406.14539\nSummary: We weave, and report.\n---\n"
TWO = "Title: On Mills\n  of the North\nPDF: https://arxiv.org/pdf/2406.11410v2\nSummary: We mill\nmore. Code: https://github.com/ada/mill\n---\n"


def read(text):
    return tuple(hf_metadata.read(dump(text, "metadata.txt")))


def papers(found):
    return [one for one in found if isinstance(one, ListedPaper)]


def problems(found):
    return [one for one in found if isinstance(one, Problem)]


def test_a_record_has_title_pdf_and_summary():
    assert (
        listed(
            "On Looms",
            "We weave, and report.",
            line=1,
            ids=("arxiv:2406.14539",),
            links=(Link(rel="pdf", url="https://arxiv.org/pdf/2406.14539"),),
        ),
    ) == read(ONE)


def test_titles_and_summaries_go_on_over_lines():
    (found,) = read(TWO)

    assert ("On Mills of the North", "We mill more. Code: https://github.com/ada/mill") == (
        found.title,
        found.abstract,
    )
    assert ("arxiv:2406.11410",) == found.ids
    assert ["pdf", "code"] == [link.rel for link in found.links]


def test_more_labels_are_read():
    (found,) = read(
        "Title: On Looms\nAuthors: Ada Byron, Charles Babbage\nPublished: 2024-06-20\nUpvotes: 12\n"
        "PDF: https://arxiv.org/pdf/2406.14539\nSummary: We weave.\n"
    )

    assert ("Ada Byron", "Charles Babbage") == found.authors
    assert (date(2024, 6, 20), 12) == (found.published, found.votes)


def test_rulers_may_be_left_out_and_each_title_begins_a_record():
    found = read((ONE + TWO).replace("---\n", "\n"))

    assert [("On Looms", 1), ("On Mills of the North", 5)] == [(one.title, one.line) for one in papers(found)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_and_western_letters_are_read(end):
    text = ONE.replace("weave", "wéave").replace("\n", end).encode("cp1252")

    assert ["We wéave, and report."] == [one.abstract for one in read(text)]


def test_a_record_without_a_title_costs_that_record():
    found = read("PDF: https://arxiv.org/pdf/2406.1\nSummary: We.\n---\n" + ONE)

    assert ["On Looms"] == [one.title for one in papers(found)]
    assert ["metadata.txt:1: a record without a title: 'https://arxiv.org/pdf/2406.1'"] == [
        str(one) for one in problems(found)
    ]


@pytest.mark.parametrize("ending", ["Summary: We mill mo", "PDF: https://arx", "Title: On Mil"])
def test_a_file_cut_in_a_record_says_so_and_keeps_the_others(ending):
    found = read(ONE + (TWO[: TWO.index(ending[:5])] + ending))

    assert "On Looms" == papers(found)[0].title
    assert [True] == [one.cut for one in problems(found)]


def test_a_last_record_without_a_ruler_may_be_whole():
    assert problems(read(ONE.removesuffix("---\n"))) == []


def test_a_summary_without_end_is_bounded():
    (found,) = read(ONE.replace("We weave", "word\n" * 100_000 + "We weave"))

    assert len(found.abstract) <= 300_000


@pytest.mark.parametrize(
    "title", ["<script>", "{{ 7*7 }}", "]]>", "w" * 100_000, "Title: PDF: Summary:", "\u202ex"]
)
def test_a_hostile_title_is_only_a_title(title):
    assert [title] == [one.title for one in read(ONE.replace("On Looms", title))]


def test_it_is_recognised_by_its_labels():
    assert hf_metadata.recognise(dump("\ufeff\n" + ONE)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Title: On Looms\nAuthors: Ada\nAbstract: We weave.\n",
        "\\\\\narXiv:2602.12181\n" + ONE,
        "",
        "PDF: x\nSummary: y\n",
    ],
)
def test_other_texts_are_not_its_own(text):
    assert hf_metadata.recognise(dump(text)) != ""


@given(st.lists(st.sampled_from([*ONE.splitlines(), "", "text", "---", "Title:", "Title: x"])))
def test_no_order_of_lines_makes_it_stumble(order):
    assert all(one.title for one in papers(read("\n".join(order))))
