"""What daily crawlers of arXiv leave: JSON lines, and lines that only look like them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import arxiv_jsonl
from newsletter.model import Link, ListedPaper, Problem

CRAWLED = {
    "id": "2504.17039v2",
    "pdf": "https://arxiv.org/pdf/2504.17039",
    "abs": "https://arxiv.org/abs/2504.17039",
    "authors": ["Ruben Gonz\\'alez", "Damian Borth"],
    "title": "Air, Densely\n  Measured",
    "categories": ["cs.CV", "cs.AI"],
    "comment": None,
    "summary": "We measure\nair. {{ x }}",
}
PRINTED = {
    "arxiv_id": "arXiv:2503.24388",
    "title": 'It\'s a "Rig"',
    "authors": "Zhonghan Zhao, Haian Huang",
    "link": "https://arxiv.org/abs/2503.24388",
    "abstract": "We rig $17\\times$.",
}


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def printed(*records):
    return "".join(f"{record!r}\n" for record in records)


def read(content):
    one = dump(content)
    assert arxiv_jsonl.recognise(one) == ""
    return list(arxiv_jsonl.read(one))


def test_a_record_says_all_that_it_says():
    (paper,) = read(lines(CRAWLED))

    assert paper == ListedPaper(
        title="Air, Densely Measured",
        abstract="We measure air. {{ x }}",
        line=1,
        authors=("Ruben González", "Damian Borth"),
        ids=("arxiv:2504.17039",),
        links=(
            Link(rel="abstract", url="https://arxiv.org/abs/2504.17039"),
            Link(rel="pdf", url="https://arxiv.org/pdf/2504.17039"),
        ),
        categories=("cs.CV", "cs.AI"),
        version=2,
    )


def test_dicts_as_python_prints_them_are_read():
    (paper,) = read(printed(PRINTED))

    assert paper == ListedPaper(
        title='It\'s a "Rig"',
        abstract="We rig $17\\times$.",
        line=1,
        authors=("Zhonghan Zhao", "Haian Huang"),
        ids=("arxiv:2503.24388",),
        links=(Link(rel="abstract", url="https://arxiv.org/abs/2503.24388"),),
    )


def test_the_same_dicts_as_json_and_as_an_array_are_read():
    assert read(lines(PRINTED))[0].ids == read(json.dumps([PRINTED]))[0].ids == ("arxiv:2503.24388",)


def test_repeats_come_out_as_often_as_they_stand_there():
    assert [1, 2, 3] == [each.line for each in read(lines(CRAWLED, CRAWLED, CRAWLED))]


def test_dates_are_read_where_there_are_any():
    (paper,) = read(lines({**CRAWLED, "published": "2025-04-23T18:00:00Z", "doi": "10.1000/A"}))

    assert date(2025, 4, 23) == paper.published
    assert ("arxiv:2504.17039", "doi:10.1000/a") == paper.ids


@pytest.mark.parametrize("shown", [lines, printed])
def test_a_broken_line_and_a_missing_title_cost_themselves(shown):
    record = CRAWLED if shown is lines else PRINTED
    found = read(shown(record, {**record, "title": None}) + "{'a': nonsense\n\n" + shown(record))

    assert [ListedPaper, Problem, Problem, ListedPaper] == [type(each) for each in found]
    assert [2, 3] == [each.line for each in found[1:3]]
    assert not any(each.cut for each in found[1:3])


@pytest.mark.parametrize("shown", [lines, printed])
def test_a_file_cut_in_a_line_gives_all_before(shown):
    record = CRAWLED if shown is lines else PRINTED
    found = read(shown(record, record, record)[:-9])

    assert [False, False, True] == [isinstance(each, Problem) and each.cut for each in found]


@pytest.mark.parametrize(
    "hostile",
    [
        "{'title': __import__('os').system('true')}",
        "{'title': 'x', 'a': " + "[" * 5000 + "]" * 5000 + "}",
        "{'title': 'x', 'a': " + "-" * 5000 + "1}",
        "{'title': " + "'x' " * 10 + "'\\N{nobody}'}",
        "{'title': 'x', 'a': 9" + "9" * 9000 + "}",
        "{'title': f'{1}'}",
        "{'a': {}, 'b': [" * 30,
        "{'a': 'x" + "y" * 1_000_001 + "'}",
        "{'a'}",
        "{'a': lambda: 1}",
    ],
)
def test_a_hostile_line_is_a_problem_and_nothing_runs(hostile):
    found = read(printed(PRINTED) + hostile + "\n" + printed(PRINTED))

    assert [ListedPaper, Problem, ListedPaper] == [type(each) for each in found]


def test_stray_backslashes_stay():
    (paper,) = read(printed(PRINTED).replace("We rig", r"\alpha \d rig"))

    assert r"\d rig $17\times$." == paper.abstract.partition(" ")[2]


def test_a_head_cut_in_the_first_line_is_enough():
    record = {**PRINTED, "abstract": "We rig. " * 20_000}

    assert 1 == len(read(printed(record)))


@pytest.mark.parametrize(
    "content",
    [
        lines({"id": "x", "title": "y", "authors": []}),
        lines({**CRAWLED, "id": "1", "abs": "https://example.org/1", "pdf": "x"}),
        printed({"name": "x", "title": "y"}),
        "{'",
        "",
    ],
)
def test_other_records_are_not_claimed(content):
    assert arxiv_jsonl.recognise(dump(content))


@given(
    st.dictionaries(
        st.sampled_from([*CRAWLED, *PRINTED]),
        st.none() | st.integers() | st.text() | st.lists(st.text() | st.none()),
    )
)
def test_fields_of_any_kind_never_bring_it_down(record):
    found = [each for shown in (lines, printed) for each in arxiv_jsonl.read(dump(shown(record)))]

    assert all(each.title for each in found if isinstance(each, ListedPaper))
