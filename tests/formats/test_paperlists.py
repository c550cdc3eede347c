"""Paper Copilot's lists: one array of a conference's submissions."""

from __future__ import annotations

import json

import pytest
from fakes import dump

from newsletter.formats import paperlists
from newsletter.model import Link, ListedPaper, Problem

RECORD = {
    "id": "B11bwYgfM",
    "title": "Robust Task Clustering",
    "track": "main",
    "status": "Withdraw",
    "abstract": "We cluster.",
    "author": "Mo Yu;Xiaoxiao Guo",
    "aff": "IBM;IBM;",
    "keywords": "clustering; few-shot",
    "site": "https://openreview.net/forum?id=B11bwYgfM",
    "github": "",
    "rating": "4;5;5",
}


def read(value):
    return list(paperlists.read(dump(value if isinstance(value, str) else json.dumps(value))))


def test_a_record_is_read_with_its_lists_parted():
    assert [
        ListedPaper(
            title="Robust Task Clustering",
            abstract="We cluster.",
            index=1,
            authors=("Mo Yu", "Xiaoxiao Guo"),
            affiliations=("IBM",),
            ids=("openreview:B11bwYgfM",),
            links=(Link(rel="abstract", url="https://openreview.net/forum?id=B11bwYgfM"),),
            keywords=("clustering", "few-shot"),
            comment="Withdraw",
        )
    ] == read([RECORD])


def test_the_id_of_a_conference_elsewhere_is_no_key_of_openreview():
    assert () == read([RECORD | {"id": "Yu_2024_CVPR", "site": "https://openaccess.thecvf.com/x"}])[0].ids


def test_blanked_records_are_told_once():
    found = read([RECORD | {"title": ""}, RECORD, RECORD | {"title": None}])

    assert ["2 records without a title"] == [one.what for one in found if isinstance(one, Problem)]
    assert [2] == [one.index for one in found if isinstance(one, ListedPaper)]


def test_control_characters_survive_and_a_cut_file_gives_what_was_whole():
    content = json.dumps([RECORD | {"title": "On\u0002e"}, RECORD])[:-9]
    found = read(content)

    assert "On\u0002e" == found[0].title
    assert found[-1].cut


@pytest.mark.parametrize("content", ["{}", "[]", json.dumps([{"id": 1, "title": "x"}]), json.dumps(RECORD)])
def test_other_json_is_refused(content):
    assert paperlists.recognise(dump(content))


def test_lines_are_read_like_an_array():
    record = {"id": "abc", "title": "Looms", "status": "Poster", "track": "main", "author": "Ada Byron;Bo"}
    lines = dump(f"{json.dumps(record)}\n{json.dumps(record)}\n")

    assert paperlists.recognise(lines) == ""
    assert [("Ada Byron", "Bo")] * 2 == [one.authors for one in paperlists.read(lines)]
