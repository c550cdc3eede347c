"""Any list of papers as JSON, when no special format claims it."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump

from newsletter.formats import json_list
from newsletter.model import Link, ListedPaper, Problem

RECORD = {
    "Title": "On  One",
    "Abstract": "It weaves.",
    "Authors": [{"name": "Ada Lovelace"}, "Kun Yi", {"given": "C.", "family": "Babbage"}, None],
    "url": "https://arxiv.org/abs/2301.00001v2",
    "PDF URL": "https://arxiv.org/pdf/2301.00001v2",
    "doi": "10.1000/XYZ",
    "categories": "cs.LG stat.ML",
    "tags": ["looms"],
    "published": "2023-01-02T00:00:00Z",
    "upvotes": "1.2k",
    "id": 7,
}
PAPER = ListedPaper(
    title="On One",
    abstract="It weaves.",
    index=1,
    authors=("Ada Lovelace", "Kun Yi", "C. Babbage"),
    ids=("arxiv:2301.00001", "doi:10.1000/xyz"),
    links=(
        Link(rel="pdf", url="https://arxiv.org/pdf/2301.00001v2"),
        Link(rel="abstract", url="https://arxiv.org/abs/2301.00001v2"),
    ),
    categories=("cs.LG", "stat.ML"),
    keywords=("looms",),
    version=2,
    published=date(2023, 1, 2),
    votes=1200,
)


def read(content):
    return list(json_list.read(dump(content)))


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([RECORD]),
        json.dumps({"generated": "today", "papers": [RECORD]}),
        json.dumps(RECORD),
        json.dumps(RECORD) + "\n" + json.dumps(RECORD) + "\n",
    ],
    ids=["array", "object", "one", "lines"],
)
def test_every_container_is_recognised_and_read(content):
    assert json_list.recognise(dump(content)) == ""
    assert PAPER == read(content)[0]


def test_what_a_special_format_claims_is_left_to_it():
    search = json.dumps({"data": [{"paperId": "b1247e8442aa10e47f41487a88df84579e98f623", "title": "x"}]})

    assert "it is semantic_scholar's" == json_list.recognise(dump(search))


def test_two_arxiv_ids_in_one_record_give_one_key():
    content = json.dumps([{"title": "x", "arxiv": "2301.00001", "url": "https://arxiv.org/abs/1810.04805"}])

    assert ("arxiv:2301.00001",) == read(content)[0].ids


def test_a_record_without_a_title_costs_that_record_and_a_cut_file_its_end():
    found = read(json.dumps([{"abstract": "x"}, RECORD, RECORD])[:-20])

    assert [Problem, ListedPaper, Problem] == [type(one) for one in found]
    assert [False, True] == [one.cut for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize(
    "content",
    ["{}", "[]", "[1, 2]", '{"name": "x"}', '[{"title": 3}]', "title", '"title"', '{"title": "My board"}'],
)
def test_other_json_is_refused(content):
    assert json_list.recognise(dump(content))


@pytest.mark.parametrize("field", list(RECORD))
@pytest.mark.parametrize(
    "value", [None, 7, -1.5, "\ud800 text", [], [None, [1]], {}, {"a": [1]}, True, 10**400]
)
def test_no_field_of_another_type_makes_it_stumble(field, value):
    assert all(isinstance(one, ListedPaper | Problem) for one in read(json.dumps([RECORD | {field: value}])))
