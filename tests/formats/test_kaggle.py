"""The snapshot of arXiv's metadata."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from fakes import dump

from newsletter.formats import kaggle
from newsletter.model import ListedPaper, Problem

RECORD = {
    "id": "0704.0001",
    "submitter": "Pavel Nadolsky",
    "authors": "C. Bal\\'azs and E. L. Berger (ANL)",
    "title": "Prompt Pairs of\n  Photons",
    "comments": "37 pages",
    "journal-ref": "Phys.Rev.D76:013009,2007",
    "doi": "10.1103/PhysRevD.76.013009",
    "report-no": "ANL-HEP-PR-07-12",
    "categories": "hep-ph cs.AI",
    "license": None,
    "abstract": "  We calculate\nthem.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", "Jr", "ANL"], ["Atlas", "", ""]],
}


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def read(content):
    one = dump(content)
    assert kaggle.recognise(one) == ""
    return list(kaggle.read(one))


def test_a_record_says_all_that_it_says():
    (paper,) = read(lines(RECORD))

    assert paper == ListedPaper(
        title="Prompt Pairs of Photons",
        abstract="  We calculate\nthem.\n",
        line=1,
        authors=("C. Balázs", "E. L. Berger Jr", "Atlas"),
        ids=("arxiv:0704.0001", "doi:10.1103/physrevd.76.013009"),
        categories=("hep-ph", "cs.AI"),
        venue="Phys.Rev.D76:013009,2007",
        comment="37 pages",
        version=2,
        published=date(2007, 4, 2),
        updated=date(2008, 11, 26),
        submitter="Pavel Nadolsky",
    )


def test_a_record_without_some_of_the_fields_keeps_the_others():
    few = {name: RECORD[name] for name in ("id", "title", "abstract", "update_date")}
    (_, paper) = read(lines(RECORD, few))

    assert ("arxiv:0704.0001",) == paper.ids
    assert date(2008, 11, 26) == paper.updated
    assert ((), (), "", None) == (paper.authors, paper.categories, paper.venue, paper.version)


def test_an_array_under_the_same_name_is_read():
    found = read(json.dumps([RECORD, {**RECORD, "id": "0704.0002"}]))

    assert [("arxiv:0704.0001", 1), ("arxiv:0704.0002", 2)] == [(each.ids[0], each.index) for each in found]


def test_a_head_cut_in_the_first_record_is_enough():
    long = {**RECORD, "abstract": "We calculate. " * 10_000}

    assert 1 == len(read(lines(long)))


@pytest.mark.parametrize("wrong", [7, [], {"a": 1}, [None], [["x"]], "x" * 9, [{"created": None}], True])
@pytest.mark.parametrize("name", [name for name in RECORD if name != "title"])
def test_a_field_of_the_wrong_kind_costs_at_most_itself(name, wrong):
    (_, found) = read(lines(RECORD, {**RECORD, name: wrong}))

    assert "Prompt Pairs of Photons" == found.title
    assert all(
        isinstance(text, str) for text in (*found.authors, *found.categories, found.venue, found.abstract)
    )
    assert found.ids or name == "id"


def test_a_record_without_a_title_and_a_broken_line_cost_themselves():
    found = read(lines(RECORD, {**RECORD, "title": " \n "}) + '{"id": "07\n' + lines(RECORD))

    assert [ListedPaper, Problem, Problem, ListedPaper] == [type(each) for each in found]
    assert [2, 3] == [each.line for each in found[1:3]]


def test_a_file_cut_in_a_line_gives_all_before():
    found = read((lines(RECORD) * 3)[:-40])

    assert [False, False, True] == [isinstance(each, Problem) and each.cut for each in found]


def test_other_records_of_papers_are_not_claimed():
    assert "journal-ref" in kaggle.recognise(
        dump(lines({"id": "0704.0001", "title": "x", "authors": "y", "comments": ""}))
    )
    assert "no JSON" == kaggle.recognise(dump("id,title,authors,comments,journal-ref\n"))


@pytest.mark.parametrize("title", ["A\tB", " A B", "A B\n", "A\n  B", "A  B", "A \n \n B", "A\u3000B "])
def test_a_title_stands_in_one_line(title):
    (found,) = read(lines({**RECORD, "title": title}))

    assert ["A", "B"] == found.title.split()
    assert (found.title.strip(), False) == (found.title, "\n" in found.title)


def test_affiliations_behind_one_name_leave_all_as_it_is():
    """Only such a record is looked at twice."""
    plain = {**RECORD, "authors_parsed": [name[:3] for name in RECORD["authors_parsed"]]}
    (one, other) = read(lines(RECORD, plain))

    assert one == replace(other, line=1)
