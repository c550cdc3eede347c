"""Semantic Scholar's answers: what is a paper of the dump and what only stands inside one."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump

from newsletter.formats import json_list, semantic_scholar
from newsletter.model import Link, ListedPaper, Problem

ONE = {
    "paperId": "c8b25fab5608c3e033d34b4483ec47e68ba109b7",
    "externalIds": {"ArXiv": "2103.14030", "DOI": "10.1109/ICCV48922.2021.00986", "CorpusId": 232352874},
    "url": "https://www.semanticscholar.org/paper/c8b25fab5608c3e033d34b4483ec47e68ba109b7",
    "title": "Swin Transformer:  Hierarchical\nVision Transformer",
    "abstract": "Windows that move.",
    "year": 2021,
    "publicationDate": None,
    "authors": [{"authorId": "1", "name": "Ze Liu"}, {"authorId": "2", "name": "Yutong Lin"}],
    "fieldsOfStudy": ["Computer Science"],
    "openAccessPdf": {"url": "http://arxiv.org/pdf/2103.14030", "license": None},
}
TWO = {"paperId": "b1247e8442aa10e47f41487a88df84579e98f623", "title": "[PDF] Analog Computation"}


def read(value):
    content = value if isinstance(value, str | bytes) else json.dumps(value)
    return list(semantic_scholar.read(dump(content)))


def titles(value):
    return [one.title for one in read(value) if isinstance(one, ListedPaper)]


def test_a_search_lists_its_papers_with_all_their_keys():
    found = read({"total": 70499, "offset": 0, "next": 2, "data": [ONE, TWO]})

    assert (
        ListedPaper(
            title="Swin Transformer: Hierarchical Vision Transformer",
            abstract="Windows that move.",
            index=1,
            authors=("Ze Liu", "Yutong Lin"),
            ids=(f"s2:{ONE['paperId']}", "arxiv:2103.14030", "doi:10.1109/iccv48922.2021.00986"),
            links=(
                Link(rel="abstract", url=ONE["url"]),
                Link(rel="pdf", url="http://arxiv.org/pdf/2103.14030"),
            ),
            categories=("Computer Science",),
            published=date(2021, 1, 1),
        )
        == found[0]
    )


def test_the_catalogue_mark_before_a_title_is_none_of_it():
    assert ["Analog Computation"] == titles({"data": [TWO]})


def test_what_a_paper_cites_is_no_paper_of_the_dump():
    assert [ONE["title"].replace("\n", " ").replace("  ", " ")] == titles(
        ONE | {"citations": [TWO, TWO], "references": [TWO]}
    )


@pytest.mark.parametrize(
    "answer",
    [
        [ONE, None, TWO],
        {"recommendedPapers": [ONE, TWO]},
        {"offset": 0, "data": [{"isInfluential": True, "citingPaper": ONE}, {"citingPaper": TWO}]},
        json.dumps(ONE) + "\n" + json.dumps(TWO) + "\n",
    ],
    ids=["batch", "recommendations", "citations", "lines"],
)
def test_every_answer_of_the_interface_is_recognised_and_read(answer):
    content = answer if isinstance(answer, str) else json.dumps(answer)

    assert semantic_scholar.recognise(dump(content)) == ""
    assert len(titles(answer)) == 2


def test_the_lines_of_the_bulk_files_have_small_keys():
    line = {"corpusid": 1, "externalids": {"ArXiv": "2103.14030"}, "title": "One", "publicationdate": None}
    content = json.dumps(line) + "\n" + json.dumps(line | {"corpusid": 2, "title": "Two"})

    assert semantic_scholar.recognise(dump(content)) == ""
    assert ["One", "Two"] == titles(content)


def test_a_record_without_a_title_costs_that_record():
    found = read({"data": [{"paperId": TWO["paperId"], "title": None}, {"title": ["no", "text"]}, TWO]})

    assert ["record 1 has no title", "record 2 has no title"] == [one.what for one in found[:2]]
    assert "Analog Computation" == found[2].title


def test_a_file_cut_in_the_middle_gives_what_was_whole():
    content = json.dumps({"data": [TWO, ONE]})[:-80]
    found = read(content)

    assert ["Analog Computation"] == titles(content)
    assert isinstance(found[-1], Problem)
    assert found[-1].cut


@pytest.mark.parametrize(
    "content", ["{}", "[]", '{"data": [{"paperId": "12", "title": "x"}]}', "paperId", ""]
)
def test_other_json_is_refused(content):
    assert semantic_scholar.recognise(dump(content))


def test_citations_that_stand_before_the_paper_are_none_of_its_list():
    """Keys in alphabetical order, and a head that ends in the citations."""
    cited = {"paperId": "a" * 40, "title": "Cited", "authors": [{"name": "Ada Byron"}]}
    whole = json.dumps({"citations": [cited] * 900, "paperId": "b" * 40, "title": "Looms"})
    one = dump(whole)

    assert semantic_scholar.recognise(one) == ""
    assert json_list.recognise(one)
    assert ["Looms"] == [found.title for found in semantic_scholar.read(one)]
