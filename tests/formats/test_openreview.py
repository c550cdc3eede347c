"""OpenReview notes of both versions of the interface, and a crawler's venues."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump

from newsletter.formats import openreview
from newsletter.model import Link, ListedPaper, Problem

NOTE = {
    "id": "HkghWScuoQ",
    "forum": "HkghWScuoQ",
    "invitation": "NIPS.cc/2018/Workshop/CDNNRIA/-/Blind_Submission",
    "replyto": None,
    "cdate": 1540035843524,
    "content": {
        "title": "Targeted Dropout",
        "abstract": "Some units go.",
        "authors": ["Aidan N. Gomez", "Ivan Zhang"],
        "authorids": ["a@example.org"],
        "keywords": ["pruning"],
        "pdf": "/pdf/1e9b.pdf",
    },
}
REVIEW = {
    "id": "HJGsH53x6Q",
    "forum": "HkghWScuoQ",
    "replyto": "HkghWScuoQ",
    "invitation": "x/-/Official_Review",
    "content": {"title": "Good idea", "review": "Fine."},
}
PAPER = ListedPaper(
    title="Targeted Dropout",
    abstract="Some units go.",
    index=1,
    authors=("Aidan N. Gomez", "Ivan Zhang"),
    ids=("openreview:HkghWScuoQ",),
    links=(
        Link(rel="abstract", url="https://openreview.net/forum?id=HkghWScuoQ"),
        Link(rel="pdf", url="https://openreview.net/pdf/1e9b.pdf"),
    ),
    keywords=("pruning",),
    published=date(2018, 10, 20),
)


def read(value):
    return list(openreview.read(dump(value if isinstance(value, str) else json.dumps(value))))


def test_submissions_are_papers_and_reviews_are_not():
    assert [PAPER] == read({"notes": [NOTE, REVIEW], "count": 2})


def test_revisions_and_notes_inside_a_submission_are_no_papers():
    submission = NOTE | {"revisions": [NOTE | {"id": "SkZXJJk1N"}], "notes": [REVIEW]}
    venues = [{"venue": "NIPS.cc", "year": 2018, "submissions": [submission]}]

    assert openreview.recognise(dump(json.dumps(venues))) == ""
    assert [PAPER] == read(venues)


def test_version_two_wraps_every_field():
    wrapped = {name: {"value": value} for name, value in NOTE["content"].items()}
    note = NOTE | {"content": wrapped, "invitations": ["x"], "invitation": None}

    assert openreview.recognise(dump(json.dumps({"notes": [note]}))) == ""
    assert [PAPER] == read({"notes": [note]})


@pytest.mark.parametrize("form", [NOTE, [NOTE], json.dumps(NOTE) + "\n" + json.dumps(REVIEW)])
def test_a_note_an_array_and_lines_are_read_too(form):
    content = form if isinstance(form, str) else json.dumps(form)

    assert openreview.recognise(dump(content)) == ""
    assert ["Targeted Dropout"] == [one.title for one in read(form)]


@pytest.mark.parametrize("moment", [None, -1, 10**30, "yesterday", True, 0])
def test_a_moment_that_is_none_gives_no_date(moment):
    assert read(NOTE | {"cdate": moment})[0].published is None


def test_a_note_without_a_title_costs_that_note_and_a_cut_file_its_end():
    content = json.dumps({"notes": [NOTE | {"content": {}}, NOTE, NOTE]})[:-70]
    found = read(content)

    assert [Problem, ListedPaper, Problem] == [type(one) for one in found]
    assert [False, True] == [one.cut for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize(
    "content", ["{}", '{"notes": []}', '[{"content": "x", "forum": "y", "invitation": "z"}]']
)
def test_other_json_is_refused(content):
    assert openreview.recognise(dump(content))
