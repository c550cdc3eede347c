"""The site's API: every field of its records, its kinds of documents, and broken ones."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump, listed
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import hf_api
from newsletter.model import Link, ListedPaper, Problem

INNER = {
    "id": "2606.00467",
    "authors": [{"name": "Ada Byron", "hidden": False}, {"name": "Nobody", "hidden": True}],
    "publishedAt": "2026-05-30T00:00:00.000Z",
    "submittedOnDailyAt": "2026-06-12T00:00:00.000Z",
    "title": "On Looms:\n  a Survey",
    "submittedOnDailyBy": {"fullname": "Charles Babbage", "name": "charles"},
    "summary": "We weave,\nand report.",
    "upvotes": 12,
    "ai_keywords": ["weaving", "loom"],
    "organization": {"name": "society", "fullname": "Analytical Society"},
    "githubRepo": "https://github.com/ada/loom",
    "githubStars": 345,
    "projectPage": "https://ada.example.org/loom",
}
RECORD = {"paper": INNER, "title": "On Looms", "numComments": 2, "thumbnail": "https://x.org/a.png"}
PAPER = listed(
    "On Looms: a Survey",
    "We weave, and report.",
    index=1,
    authors=("Ada Byron",),
    ids=("arxiv:2606.00467",),
    links=(
        Link(rel="code", url="https://github.com/ada/loom"),
        Link(rel="project", url="https://ada.example.org/loom"),
        Link(rel="web", url="https://huggingface.co/papers/2606.00467"),
    ),
    keywords=("weaving", "loom"),
    published=date(2026, 5, 30),
    listed=date(2026, 6, 12),
    votes=12,
    stars=345,
    organisation="Analytical Society",
    submitter="Charles Babbage",
)


def api(*values, **changes):
    return dump(
        json.dumps(
            [
                {**RECORD, "paper": {**INNER, **change}}
                for change in (*values, *([changes] if changes else []))
            ]
        ),
        "api.json",
    )


def read(one):
    return tuple(hf_api.read(one))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([RECORD]),
        json.dumps([INNER]),
        json.dumps(INNER),
        json.dumps(RECORD, indent=2),
        json.dumps({"date": "2026-06-12", "dailyPapers": [RECORD]}),
        json.dumps({"papers": [RECORD]}),
    ],
)
def test_a_record_is_read_whole_in_every_kind_of_document(text):
    assert hf_api.recognise(dump(text)) == ""
    assert (PAPER,) == read(dump(text))


def test_a_line_may_be_a_record():
    text = f"{json.dumps(RECORD)}\n{json.dumps(INNER)}\n"

    assert hf_api.recognise(dump(text)) == ""
    assert [PAPER.title, PAPER.title] == [one.title for one in read(dump(text))]


def test_what_a_record_does_not_say_is_left_out():
    (found,) = read(dump(json.dumps([{"paper": {"id": "x", "title": "On Looms", "upvotes": None}}])))

    assert (
        listed("On Looms", index=1, links=(Link(rel="web", url="https://huggingface.co/papers/x"),)) == found
    )


def test_the_outer_record_fills_what_the_inner_one_lacks():
    (found,) = read(
        dump(
            json.dumps(
                [
                    {
                        "paper": {"id": "2606.00467", "authors": ["Ada Byron"]},
                        "title": "On Looms",
                        "summary": "We weave.",
                        "submittedBy": {"name": "charles"},
                        "organization": {"name": "society"},
                    }
                ]
            )
        )
    )

    assert ("On Looms", "We weave.", ("Ada Byron",)) == (found.title, found.abstract, found.authors)
    assert ("charles", "society") == (found.submitter, found.organisation)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.org", 'https://"><script>', "//x.org", "x" * 3000, 7]
)
def test_a_hostile_address_is_no_link(url):
    (found,) = read(api(githubRepo=url))

    assert ["project", "web"] == [link.rel for link in found.links]


def test_a_hostile_id_is_neither_key_nor_link():
    (found,) = read(api(id="2606.00467/../x y"))

    assert ["code", "project"] == [link.rel for link in found.links]


def test_a_record_without_a_title_costs_that_record():
    text = json.dumps([{"paper": {**INNER, "title": ""}}, RECORD, {"paper": {"title": None}}])
    found = read(dump(text, "api.json"))

    assert ["On Looms: a Survey"] == [one.title for one in found if isinstance(one, ListedPaper)]
    assert ["api.json: record 1 has no title: '2606.00467'", "api.json: record 3 has no title"] == [
        str(one) for one in found if isinstance(one, Problem)
    ]


def test_a_file_cut_in_a_record_gives_those_before_it():
    text = json.dumps([RECORD, RECORD])
    found = read(dump(text[:-40]))

    assert [PAPER] == [one for one in found if isinstance(one, ListedPaper)]
    assert [True] == [one.cut for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize(
    "title", ["<script>", "{{ 7*7 }}", "]]>", "w" * 100_000, "a\u0000\u0008b", "\u202ex"]
)
def test_a_hostile_title_is_only_a_title(title):
    assert [title] == [one.title for one in read(api(title=title))]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        "Dear all",
        '[{"title": "On Looms", "id": "x"}]',
        '[{"paper": "On Looms", "id": 3}]',
        '{"papers": []}',
        '[{"paperId": "x", "title": "On Looms"}]',
    ],
)
def test_other_documents_are_not_its_own(text):
    assert hf_api.recognise(dump(text)) != ""


ODD = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(INNER)), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*INNER, "paper"]), ODD))
def test_no_type_of_a_field_makes_it_stumble(record):
    found = read(dump(json.dumps([{"paper": record}, record])))

    assert all(isinstance(one, ListedPaper | Problem) for one in found)
