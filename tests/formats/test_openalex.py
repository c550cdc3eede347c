"""OpenAlex works: pages, single works, and abstracts that come as an index of words."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import openalex
from newsletter.model import Link, ListedPaper, Problem

WORK = {
    "id": "https://openalex.org/W2042646002",
    "doi": "https://doi.org/10.1112/PLMS/PDQ034",
    "title": "The algebra of <i>secondary</i> operations",
    "publication_date": "2010-11-10",
    "primary_location": {
        "landing_page_url": "https://doi.org/10.1112/plms/pdq034",
        "pdf_url": None,
        "source": {"display_name": "Proceedings"},
    },
    "locations": [{"landing_page_url": "http://arxiv.org/abs/math/0610523"}],
    "authorships": [
        {"author": {"display_name": "Hans-Joachim Baues"}, "institutions": [{"display_name": "MPIM"}]},
        {"author": {}, "raw_author_name": "F. Muro", "institutions": [{"display_name": "MPIM"}]},
    ],
    "abstract_inverted_index": {"We": [0], "sing,": [1, 3], "and": [2]},
    "topics": [{"display_name": "Topology"}],
    "keywords": [{"display_name": "Ring"}],
}


def read(value):
    content = value if isinstance(value, str) else json.dumps(value)
    return list(openalex.read(dump(content)))


def abstract(index):
    return read(WORK | {"abstract_inverted_index": index})[0].abstract


def test_a_page_of_works_is_read_with_ids_of_every_kind():
    page = {"meta": {"count": 1}, "results": [WORK]}

    assert openalex.recognise(dump(json.dumps(page))) == ""
    assert [
        ListedPaper(
            title="The algebra of secondary operations",
            abstract="We sing, and sing,",
            index=1,
            authors=("Hans-Joachim Baues", "F. Muro"),
            affiliations=("MPIM",),
            ids=("openalex:W2042646002", "doi:10.1112/plms/pdq034", "arxiv:math/0610523"),
            links=(Link(rel="abstract", url="https://doi.org/10.1112/plms/pdq034"),),
            categories=("Topology",),
            keywords=("Ring",),
            venue="Proceedings",
            published=date(2010, 11, 10),
        )
    ] == read(page)


@pytest.mark.parametrize("form", [WORK, [WORK], f"{json.dumps(WORK)}\n{json.dumps(WORK)}"])
def test_a_single_work_an_array_and_lines_are_read_too(form):
    content = form if isinstance(form, str) else json.dumps(form)

    assert openalex.recognise(dump(content)) == ""
    assert {"The algebra of secondary operations"} == {one.title for one in read(form)}


@given(st.lists(st.sampled_from(["we", "show", "it", "twice,", "é"]), max_size=40))
def test_an_indexed_abstract_is_the_abstract_again(words):
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)

    assert " ".join(words) == abstract(index)


@pytest.mark.parametrize(
    "index", [{"a": [10**12]}, {"a": [-1]}, {"a": "b"}, ["a"], {"a": [None, 1.5]}, 3, None]
)
def test_an_index_that_is_none_gives_no_abstract(index):
    assert abstract(index) == ""


def test_a_work_without_a_title_costs_that_work():
    found = read({"results": [WORK | {"title": None, "display_name": None}, WORK]})

    assert "record 1 has no title" == found[0].what
    assert "The algebra of secondary operations" == found[1].title


def test_a_page_cut_in_the_middle_gives_what_was_whole():
    found = read(json.dumps({"results": [WORK, WORK]})[:-40])

    assert [ListedPaper, Problem] == [type(one) for one in found]
    assert found[1].cut


@pytest.mark.parametrize(
    "content", ["{}", '{"results": [{"id": "https://openalex.org/A1", "title": "x"}]}', "[1]"]
)
def test_other_json_is_refused(content):
    assert openalex.recognise(dump(content))
