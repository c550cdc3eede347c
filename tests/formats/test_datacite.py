"""DataCite DOIs: answers of the API and JSON lines."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump

from newsletter.formats import datacite
from newsletter.model import Link, ListedPaper, Problem

RECORD = {
    "id": "10.48550/arxiv.2101.00001",
    "type": "dois",
    "attributes": {
        "doi": "10.48550/arxiv.2101.00001",
        "identifiers": [{"identifier": "2101.00001", "identifierType": "arXiv"}],
        "creators": [
            {"name": "Lovelace, Ada", "givenName": "Ada", "familyName": "Lovelace", "affiliation": ["Home"]},
            {"name": "Babbage, Charles", "affiliation": [{"name": "Home"}]},
            {"name": "The Society"},
        ],
        "titles": [{"title": "On  Engines"}, {"title": "Sur les machines"}],
        "publisher": "arXiv",
        "publicationYear": 2021,
        "subjects": [{"subject": "Logic"}],
        "dates": [
            {"date": "2021-01-04T10:00:00Z", "dateType": "Submitted"},
            {"date": "2021", "dateType": "Issued"},
        ],
        "descriptions": [
            {"description": "12 pages", "descriptionType": "Other"},
            {"description": "It weaves.<br>Like a loom.", "descriptionType": "Abstract"},
        ],
        "relatedIdentifiers": [{"relatedIdentifier": "10.1000/other"}],
        "url": "https://arxiv.org/abs/2101.00001",
    },
}


def read(content):
    return list(datacite.read(dump(content)))


def test_a_record_gives_its_arxiv_key_once_and_its_abstract():
    assert [
        ListedPaper(
            title="On Engines",
            abstract="It weaves. Like a loom.",
            index=1,
            authors=("Ada Lovelace", "Charles Babbage", "The Society"),
            affiliations=("Home",),
            ids=("arxiv:2101.00001",),
            links=(Link(rel="abstract", url="https://arxiv.org/abs/2101.00001"),),
            categories=("Logic",),
            venue="arXiv",
            published=date(2021, 1, 1),
        )
    ] == read(json.dumps({"data": [RECORD], "meta": {"total": 1}}))


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (json.dumps(RECORD), 1),
        (json.dumps({"data": RECORD}), 1),
        (json.dumps([RECORD, RECORD]), 2),
        (json.dumps(RECORD) + "\n" + json.dumps(RECORD) + "\n", 2),
        (json.dumps({"schemaVersion": "http://datacite.org/schema/kernel-4", "titles": [{"title": "x"}]}), 1),
    ],
)
def test_every_container_is_recognised_and_read(content, count):
    assert datacite.recognise(dump(content)) == ""
    assert count == len(read(content))


def test_a_record_without_a_title_costs_that_record():
    found = read(json.dumps([RECORD | {"attributes": {"titles": None}}, RECORD]))

    assert [Problem, ListedPaper] == [type(one) for one in found]


def test_lines_cut_in_the_middle_give_what_was_whole():
    found = read((json.dumps(RECORD) + "\n") * 2 + json.dumps(RECORD)[:90])

    assert [ListedPaper, ListedPaper, Problem] == [type(one) for one in found]
    assert found[-1].cut


@pytest.mark.parametrize("content", ["{}", '{"type": "clients", "attributes": {}}', '{"data": []}', "[[]]"])
def test_other_json_is_refused(content):
    assert datacite.recognise(dump(content))
