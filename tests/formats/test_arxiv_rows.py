"""The table of a daily crawler as JSON."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import arxiv_rows
from newsletter.model import Link, ListedPaper, Problem


def row(arxiv, title, code="null"):
    return f"|**2021-10-14**|**{title}**|Shumon Koga et.al.|[{arxiv}](http://arxiv.org/abs/{arxiv})|{code}|\n"


TABLE = {
    "SLAM": {
        "2110.07546": row("2110.07546v2", "Active SLAM", "**[link](https://github.com/ada/slam)**"),
        "2110.06541": row("2110.06541", 'A \\"Quoted\\" $|x| < y$'),
    },
    "Empty": {},
    "NeRF": {"2110.07546": row("2110.07546v2", "Active SLAM")},
}


def read(content):
    one = dump(content)
    assert arxiv_rows.recognise(one) == ""
    return list(arxiv_rows.read(one))


def test_a_row_says_all_that_it_says():
    first = read(json.dumps(TABLE))[0]

    assert first == ListedPaper(
        title="Active SLAM",
        index=1,
        authors=("Shumon Koga",),
        ids=("arxiv:2110.07546",),
        links=(
            Link(rel="abstract", url="https://arxiv.org/abs/2110.07546"),
            Link(rel="code", url="https://github.com/ada/slam"),
        ),
        keywords=("SLAM",),
        version=2,
        updated=date(2021, 10, 14),
    )


def test_every_row_of_every_topic_comes_out():
    found = read(json.dumps(TABLE, indent=1))

    assert [("SLAM",), ("SLAM",), ("NeRF",)] == [each.keywords for each in found]
    assert "|" in found[1].title
    assert ("arxiv:2110.06541",) == found[1].ids


def test_a_table_cut_anywhere_gives_the_rows_before():
    text = json.dumps(TABLE)
    found = read(text[: text.index("Quoted")])

    assert ["Active SLAM"] == [each.title for each in found[:-1]]
    assert found[-1].cut


def test_a_row_that_is_none_costs_itself():
    odd = {"SLAM": {**TABLE["SLAM"], "1": "|a|b|", "2": None, "3": ["|"], "4": row("2110.00004", "")}}
    found = read(json.dumps(odd))

    assert ["row 3 (1) has 2 columns, not 5", "row 4 (4) has no title"] == [
        each.what for each in found if isinstance(each, Problem)
    ]
    assert 2 == sum(isinstance(each, ListedPaper) for each in found)


def test_a_link_that_runs_code_is_not_taken():
    (paper,) = read(json.dumps({"a": {"2110.07546": row("2110.07546", "x", "[link](javascript:alert(1))")}}))

    assert ["abstract"] == [link.rel for link in paper.links]


@pytest.mark.parametrize("content", ["[]", "{}", '{"a": {"b": "c"}}', '{"a": {"b": "|x|"}}', '{"a": 1}', "x"])
def test_other_objects_are_not_claimed(content):
    assert arxiv_rows.recognise(dump(content))


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_document_is_read_without_a_fall(value):
    found = list(arxiv_rows.read(dump(json.dumps(value))))

    assert all(isinstance(each, ListedPaper | Problem) for each in found)


def test_a_text_without_end_stays_small_and_quick():
    found = list(arxiv_rows.read(dump('{"a": {"b": "' + '\\"' * 1_500_000)))

    assert "nothing after was read" in found[0].what
