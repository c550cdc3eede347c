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
    search = json.dumps(
        {
            "data": [
                {
                    "paperId": "b1247e8442aa10e47f41487a88df84579e98f623",
                    "title": "x",
                    "year": 2020,
                    "venue": "y",
                }
            ]
        }
    )

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


# ------------------------------------------------------------------------- what services answer

ADA = ("Ada Byron", "Charles Babbage")
LOOMS = {"title": "On Looms", "authors": ["Ada Byron", "Charles Babbage"], "doi": "10.1000/abc"}


@pytest.mark.parametrize(
    "answer",
    [
        {"response": {"docs": [{"title_display": "On Looms", "author_display": [*ADA], "id": "10.1000/abc"}]}},
        {"response": {"docs": [{"title": ["On Looms"], "author": ["Byron, Ada", "Babbage, Charles"],
                                "doi": ["10.1000/abc"]}]}},
        {"resultList": {"result": [{"title": "On <i>Looms</i>", "doi": "10.1000/abc", "authorList": {"author": [
            {"fullName": "Byron A", "firstName": "Ada", "lastName": "Byron"},
            {"fullName": "Babbage C", "firstName": "Charles", "lastName": "Babbage"}]}}]}},
        {"hits": {"hits": [{"metadata": {"titles": [{"title": "On Looms"}], "dois": [{"value": "10.1000/abc"}],
                            "authors": [{"full_name": "Byron, Ada"}, {"full_name": "Babbage, Charles"}]}}]}},
        {"result": {"hits": {"hit": [{"info": {"title": "On Looms", "doi": "10.1000/abc", "authors": {"author": [
            {"text": "Ada Byron 0001"}, {"text": "Charles Babbage"}]}}}]}}},
        {"articles": [{"title": "On Looms", "doi": "10.1000/abc", "authors": {"authors": [
            {"full_name": "Ada Byron"}, {"full_name": "Charles Babbage"}]}}]},
        {"x1": LOOMS}, {"updated": "2026-01-02", "looms": [LOOMS]},
        {"2026-01-02": [{"title": "On Looms", "paper": LOOMS}]},
    ],
)  # fmt: skip
def test_the_answers_of_services_and_records_under_keys_are_read(answer):
    content = json.dumps(answer)
    (found,) = (one for one in json_list.read(dump(content)) if isinstance(one, ListedPaper))

    assert "" == json_list.recognise(dump(content))
    assert ("On Looms", ADA, ("doi:10.1000/abc",)) == (found.title, found.authors, found.ids)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ({"issued": {"date-parts": [[2024, 1, 5]]}}, date(2024, 1, 5)),
        ({"pubdate": "2024-01-00"}, date(2024, 1, 1)),
        ({"prism:coverDate": "2024-01-05"}, date(2024, 1, 5)),
        ({"pubYear": "2024"}, date(2024, 1, 1)),
    ],
)
def test_a_day_is_read_under_the_names_that_services_give_it(said, day):
    (found,) = json_list.read(dump(json.dumps([LOOMS | said])))

    assert day == found.published


@pytest.mark.parametrize(
    "other",
    [
        [{"userId": 1, "id": 1, "title": "buy milk", "completed": False}],
        {"items": [{"title": "Home", "url": "/home"}, {"title": "About", "url": "/about"}]},
        {"title": "Settings", "version": "1.0"},
        {"a": {"title": "A page", "path": "/a"}},
    ],
)
def test_objects_with_nothing_of_a_paper_but_a_title_are_refused(other):
    assert json_list.recognise(dump(json.dumps(other)))


def test_news_are_no_papers():
    """NewsAPI's answers have authors and titles."""
    news = {
        "source": {"id": "mill", "name": "The Mill"},
        "author": "Ada Byron",
        "title": "Looms are sold",
        "description": "They were old.",
        "url": "https://example.org/news/1",
        "urlToImage": None,
        "publishedAt": "2026-08-07T05:00:00Z",
        "content": "They were old, and …",
    }

    assert json_list.recognise(dump(json.dumps({"status": "ok", "totalResults": 1, "articles": [news]})))
    assert json_list.recognise(dump(json.dumps([news])))
