"""Pages copied from a browser: cards with titles, votes and submitters, and collections."""

from __future__ import annotations

import pytest
from fakes import dump, listed
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import hf_cards, hf_page
from newsletter.model import DumpDate, ListedPaper, Problem

PAGE = """Hugging Face
Models
Get trending papers in your email inbox once a day!
Subscribe
Daily Papers
by AK and the research community
Aug 1, 2024

Submitted by
akhaliq
94
The Llama 3 Herd of Models
·533 authors
5

Submitted by Ada Byron

1.2k

On Looms
Analytical Society
·
12 authors
310
2
Previous
Next
"""


def read(text):
    return tuple(hf_cards.read(dump(text, "papers.txt")))


def papers(text):
    return [one for one in read(text) if isinstance(one, ListedPaper)]


def problems(text):
    return [one for one in read(text) if isinstance(one, Problem)]


def test_a_card_has_submitter_votes_title_and_organisation():
    assert (
        DumpDate(month=8, day=1, year=2024),
        listed("The Llama 3 Herd of Models", line=12, votes=94, submitter="akhaliq"),
        listed("On Looms", line=20, votes=1200, submitter="Ada Byron", organisation="Analytical Society"),
    ) == read(PAGE)


@pytest.mark.parametrize("end", ["\r\n", "\n\n\n", "\n \t \n"])
def test_blank_lines_and_line_ends_do_not_matter(end):
    shown = [(one.title, one.votes, one.submitter) for one in papers(PAGE.replace("\n", end))]

    assert [("The Llama 3 Herd of Models", 94, "akhaliq"), ("On Looms", 1200, "Ada Byron")] == shown


@pytest.mark.parametrize(
    ("line", "votes"), [("-", 0), ("Upvote 23", 23), ("Upvote", None), ("1,234", 1234), ("2k", 2000)]
)
def test_votes_stand_before_the_title(line, votes):
    assert [listed("On Looms", line=4, votes=votes, submitter="ada")] == papers(
        f"Submitted by\nada\n{line}\nOn Looms\n· 1 author\n9\n"
    )


def test_a_title_in_a_collection_goes_on_with_its_id_its_date_and_its_votes():
    found = read(
        "My reading\nOn Looms\nPaper • 2412.12345 • Published Dec 16, 2024 • 41\n"
        "On Mills\n\nPaper • 2501.00001 • Published Jan 2 • -\n"
    )

    assert ["On Looms", "On Mills"] == [one.title for one in found]
    assert [("arxiv:2412.12345",), ("arxiv:2501.00001",)] == [one.ids for one in found]
    assert ["2024-12-16", "None"] == [str(one.published) for one in found]
    assert [41, 0] == [one.votes for one in found]


def test_a_collections_line_without_a_title_is_reported():
    assert ["papers.txt:1: a paper without a title: 2412.12345"] == [
        str(one) for one in problems("Paper • 2412.12345 • Published Dec 16, 2024 • 41\n")
    ]


def test_a_card_without_a_title_costs_that_card():
    text = PAGE.replace("The Llama 3 Herd of Models\n", "")

    assert ["On Looms"] == [one.title for one in papers(text)]
    assert [("papers.txt:9: a card without a title", False)] == [
        (str(one), one.cut) for one in problems(text)
    ]


def test_a_page_cut_in_a_card_is_told_to_be_cut():
    text = PAGE[: PAGE.index("On Looms")]

    assert ["The Llama 3 Herd of Models"] == [one.title for one in papers(text)]
    assert [("papers.txt:16: a card without a title", True)] == [
        (str(one), one.cut) for one in problems(text)
    ]


@pytest.mark.parametrize(
    "broken", ["Aug 1,\n2024", "Aug\n1, 2024", "August\n1\n2024", "Aug 1\n\n2024", "Aug.\n1,\n2024"]
)
def test_a_date_that_is_broken_over_lines_is_read_whole(broken):
    text = PAGE.replace("Aug 1, 2024", broken)

    assert DumpDate(month=8, day=1, year=2024) == read(text)[0]
    assert ["The Llama 3 Herd of Models", "On Looms"] == [one.title for one in papers(text)]


@pytest.mark.parametrize("above", ["Aug 1", "Aug 1,"])
def test_a_date_without_a_year_takes_none_from_below(above):
    text = PAGE.replace("Aug 1, 2024", f"{above}\n94 papers").replace("Looms", "May\n12")

    assert DumpDate(month=8, day=1) == read(text)[0]
    assert "On May" == papers(text)[1].title


def test_the_first_date_counts():
    text = PAGE.replace("Previous", "Jul 31, 2024")

    assert [DumpDate(month=8, day=1, year=2024)] == [one for one in read(text) if isinstance(one, DumpDate)]


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "{{ 7*7 }}", "]]>", "w" * 100_000, "\u202eevil", "((((((a+)+)+)+$"]
)
def test_a_hostile_title_is_only_a_title(title):
    assert [title] == [one.title for one in papers(PAGE.replace("On Looms", title))][1:]


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "Submitted by ada\nOn Looms\n· 3 authors\n",
        "x\nPaper • 2412.12345 • Published Dec 16, 2024 • 41",
    ],
)
def test_it_is_recognised_by_its_cards(text):
    assert hf_cards.recognise(dump(text)) == ""
    assert hf_page.recognise(dump(text)) != ""


@pytest.mark.parametrize(
    "text",
    [
        "Get trending papers in your email inbox!\n\nAug 7\n\nOn Looms\n\nWe weave.",
        "Dear all,\n\nSubmitted by me\n",
        "<!doctype html>\nSubmitted by\n· 3 authors",
        "Submitted by\n### [On Looms](https://huggingface.co/papers/2412.12345)\n· 3 authors",
    ],
)
def test_other_texts_are_not_its_own(text):
    assert hf_cards.recognise(dump(text)) != ""


@given(
    st.lists(st.sampled_from(["Submitted by", "Submitted by ada", "12", "-", "·", "On Looms", "", "Aug 7"]))
)
def test_no_order_of_lines_makes_it_stumble(order):
    found = read("\n".join(order))

    assert all(one.title for one in found if isinstance(one, ListedPaper))
