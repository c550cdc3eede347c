"""EndNote's tagged lines: a record between blank lines, one that goes on, what is none."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import endnote
from newsletter.model import Link, ListedPaper, Problem

SAMPLE = """%0 Conference Proceedings
%T On Looms
%A Byron, Ada
%A Babbage, Charles
%S Proceedings of the First Mill
%D 2019
%8 June
%K looms; mills
%X We weave,
  and report.
%R 10.1000/ABC
%U https://aclanthology.org/N19-1423/

%T On Mills
%A Byron, Ada
%0 Journal Article
%J The Loom
%D 2020
"""


def found(content):
    return list(endnote.read(dump(content)))


def test_a_record_says_what_its_tags_say():
    first, second = found(SAMPLE)

    assert (
        ListedPaper(
            title="On Looms",
            abstract="We weave, and report.",
            line=1,
            authors=("Ada Byron", "Charles Babbage"),
            ids=("doi:10.1000/abc", "acl:N19-1423"),
            links=(Link(rel="abstract", url="https://aclanthology.org/N19-1423/"),),
            keywords=("looms", "mills"),
            venue="Proceedings of the First Mill",
            published=date(2019, 6, 1),
        )
        == first
    )
    assert (14, "On Mills", "The Loom", date(2020, 1, 1)) == (
        second.line,
        second.title,
        second.venue,
        second.published,
    )


def test_a_type_begins_a_record_where_no_line_is_blank():
    content = "%0 Book\n%T One\n%0 Book\n%T Two\n%0 Book\n%A Byron, Ada\n"

    assert ["One", "Two"] == [one.title for one in found(content) if isinstance(one, ListedPaper)]
    assert ["a record without a title (line 5)"] == [
        one.what for one in found(content) if isinstance(one, Problem)
    ]


@pytest.mark.parametrize("begin", ["", "\ufeff", "\n\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_is_known_by_its_first_tags(begin, end):
    assert "" == endnote.recognise(dump((begin + SAMPLE).replace("\n", end)))


@pytest.mark.parametrize(
    "other", ["%TITLE x\n%A y\n", "% T a comment of LaTeX\n", "%A One\n%B Two\n", "100 %\n"]
)
def test_other_texts_with_percent_signs_are_refused(other):
    assert endnote.recognise(dump(other))


@given(st.text("%TA0X \n-a", max_size=60))
def test_no_text_stops_the_reading(text):
    assert all(isinstance(one, ListedPaper | Problem) for one in found(text))
