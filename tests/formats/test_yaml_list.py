"""Reading lists in YAML, one entry at a time."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump

from newsletter.formats import yaml_list
from newsletter.model import Link, ListedPaper, Problem

YAML = """# what we read
papers:
  - title: "On One: a study"
    authors: [Ada Lovelace, Kun Yi]
    url: https://arxiv.org/abs/2301.00001v3
    date: 2023-01-02
    tags: [looms]
    abstract: >
      It weaves,
      - as looms do.
  - title: Broken: here
    url: x
  - note: no title

  - {title: On Two, doi: 10.1000/XYZ, author: "Yi, Kun and Ng, Andrew", year: 2020}
"""


def read(content):
    return list(yaml_list.read(dump(content)))


def test_entries_are_read_with_their_usual_fields():
    found = read(YAML)

    assert (
        ListedPaper(
            title="On One: a study",
            abstract="It weaves, - as looms do.",
            line=3,
            authors=("Ada Lovelace", "Kun Yi"),
            ids=("arxiv:2301.00001",),
            links=(Link(rel="abstract", url="https://arxiv.org/abs/2301.00001v3"),),
            keywords=("looms",),
            version=3,
            published=date(2023, 1, 2),
        )
        == found[0]
    )
    assert ("On Two", ("doi:10.1000/xyz",), ("Kun Yi", "Andrew Ng"), date(2020, 1, 1)) == (
        found[-1].title,
        found[-1].ids,
        found[-1].authors,
        found[-1].published,
    )


def test_a_broken_entry_costs_that_entry():
    problems = [one for one in read(YAML) if isinstance(one, Problem)]

    assert [11, 13] == [one.line for one in problems]
    assert "an entry without a title" == problems[1].what


def test_sections_with_papers_in_them_are_read():
    content = "- section: Looms\n  papers:\n    - title: One\n    - title: Two\n- section: Mills\n  papers:\n  - title: Three\n"

    assert yaml_list.recognise(dump(content)) == ""
    assert ["One", "Two", "Three"] == [one.title for one in read(content)]


def test_a_list_is_recognised_by_the_title_of_an_entry():
    assert yaml_list.recognise(dump(YAML)) == ""
    assert yaml_list.recognise(dump("- {title: One}\n- {title: Two}\n")) == ""


@pytest.mark.parametrize(
    "content",
    [
        "- one\n- two\n",
        "title: One\n",
        "---\ntitle: A post\n---\n\nText.\n",
        "- name: build\n  run: make\n",
        "- title: Home\n  url: /\n- title: About\n  url: /about\n",
        "- title: Song One\n  artist: A\n",
        "",
    ],
)
def test_other_texts_are_refused(content):
    assert yaml_list.recognise(dump(content))


def test_an_entry_of_texts_alone_has_no_title():
    assert ["an entry without a title"] == [one.what for one in read("- one\n")]


@pytest.mark.parametrize(
    "entry",
    [
        "- title: " + "[" * 3000,
        "- " * 400_000 + "title: x",
        "- " + "? " * 400_000 + "x",
        "- title: x\n  a: " + "{a: " * 3000,
        "- title: " + "long " * 300_000,
        "- title: *unknown",
        "- !!python/object/apply:os.system [ls]",
        "- title: x\n  a: &a [1, 1]\n  b: &b [*a, *a]\n  c: [*b, *b]",
        "- title: \x00\x08",
        "- ? [complex]\n  : key",
    ],
)
def test_a_hostile_entry_costs_at_most_itself(entry):
    found = read(f"{entry}\n- title: After\n")

    assert "After" == found[-1].title
    assert 2 == len(found)
