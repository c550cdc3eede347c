"""Reading XML: every record by itself, and nothing that a document type could bring in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter import formats
from newsletter.formats._xml import Fields, children, elements, first, line, root_name, text
from newsletter.model import Problem


def read(content, *names, **limits):
    return list(elements(replace(dump(content), **limits), *(names or ("item",))))


def texts(found):
    return [text(one) for one in found if not isinstance(one, Problem)]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_elements_come_whole_with_their_lines(monkeypatch, size):
    monkeypatch.setattr(formats, "_PIECE", size)
    found = read(
        "<r xmlns='u' xmlns:k=\"v\">\n<item>a\n<k:b>c</k:b></item>\n<!-- <item>no</item> --><item/>\n</r>"
    )

    assert ["a c", ""] == texts(found)
    assert [2, 4] == [line(one) for one in found]
    assert "{u}item" == found[0].tag


def test_an_element_inside_another_of_its_name_is_part_of_it():
    assert ["ab"] == texts(read("<r><item>a<item>b</item></item></r>"))


def test_cdata_and_quoted_brackets_end_no_element():
    assert ["</item> & x"] == texts(read('<r><item a="/>"><![CDATA[</item> & x]]></item></r>'))


def test_a_broken_element_costs_that_element():
    found = read("<r>\n<item>a</item>\n<item>b<</item>\n<item>c</item></r>")

    assert ["a", "c"] == texts(found)
    assert [3] == [one.line for one in found if isinstance(one, Problem)]


def test_an_end_that_nothing_began_costs_nothing():
    assert ["a", "b"] == texts(read("<r><item>a</item></item><item>b</item></item></r>"))


def test_what_one_element_leaves_open_no_other_closes():
    found = read("<r><item>a<?x </item><item> ?>b</item><item>c</item></r>")

    assert ["?>b", "c"] == texts(found)
    assert 3 == len(found)


def test_the_fields_of_an_element_are_found_as_one_by_one():
    (one,) = read("<r xmlns:d='e'><item> <d:a> 1\n 2</d:a><!-- --><a>3</a>x<b><c>4</c></b></item></r>")
    fields = Fields(one)

    assert ("1 2", "4", "") == tuple(fields.text(name) for name in ("a", "b", "c"))
    assert [first(one, "a"), None] == [fields.first("a"), fields.first("c")]
    assert [list(children(one, "a")), []] == [list(fields.all("a")), list(fields.all("c"))]


def test_a_cut_file_gives_its_whole_elements_and_one_problem():
    *whole, problem = read("<r><item>a</item><item>b</item><item>c")

    assert ["a", "b"] == texts(whole)
    assert problem.cut


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"<r><item>x&nbsp;y &amp; &eacute; &unknown; & z</item></r>", "x y & é &unknown; & z"),
        (b"<r><item>a\x08b\x00c</item></r>", "abc"),
        (b"<r><item>&#8;a&#xFFFFFFFF;</item></r>", "a�"),
        (b"<r><item><q:b>undeclared</q:b></item></r>", "undeclared"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><r><item>caf\xe9</item></r>", "café"),
        (b"<r><item>caf\xe9</item></r>", "café"),
        ("<r><item>é</item></r>".encode("utf-16"), "é"),
        (b"<?xml version='1.0' encoding='rot13'?><r><item>a</item></r>", "a"),
    ],
)
def test_what_the_standard_forbids_is_read_as_well_as_it_can_be(content, seen):
    assert [seen] == texts(read(content))


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "b">',
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;',
    ],
)
def test_a_document_that_declares_entities_is_refused(declared):
    (problem,) = read(f"<!DOCTYPE r [{declared}]><r><item>&a;</item></r>")

    assert "declares entities" in problem.what


def test_a_plain_document_type_does_no_harm():
    assert ["a"] == texts(read('<!DOCTYPE r PUBLIC "-//X" "http://127.0.0.1:9/x.dtd"><r><item>a</item></r>'))


def test_hostile_nesting_is_refused():
    (problem,) = read("<item>" * 5000 + "</item>" * 5000)

    assert "Excessive depth" in problem.what


def test_a_record_without_an_end_is_refused(monkeypatch):
    monkeypatch.setattr(formats, "_PIECE", 100)
    whole, problem = read("<r><item>a</item><item>" + "x" * 5000, line_bytes=1000)

    assert "a" == text(whole)
    assert "more than 1,000 bytes" in problem.what
    assert "raise limits.line_bytes" in problem.hint


@pytest.mark.parametrize(("depth", "kept"), [(2, False), (3, True)])
def test_how_deep_a_record_may_nest_is_for_the_config_to_say(depth, kept):
    """Width is no depth: a paper may have as many authors as it likes."""
    (found,) = read("<r><item><a><b>1</b><b>2</b></a><a>3</a></item></r>", depth=depth)

    assert kept != isinstance(found, Problem)
    assert kept or ("nests deeper than 2 levels" in found.what and "limits.depth" in found.hint)


def test_paths_are_local_names():
    (one,) = read("<r xmlns:d='e'><item><d:a><b>1</b><b>2</b></d:a></item></r>")

    assert "1" == text(one, "a", "b")
    assert "" == text(one, "a", "c")
    assert first(one, "x", "y") is None
    assert ["1", "2"] == [text(each) for each in children(first(one, "a"), "b")]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("<rss version='2'>", ("", "rss")),
        ("﻿<?xml version='1.0'?><!-- <x> --><!DOCTYPE a [<!ENTITY b 'c'>]>\n<d:e xmlns:d='f'>", ("f", "e")),
        ("<feed xmlns='http://www.w3.org/2005/Atom' a='1'", ("http://www.w3.org/2005/Atom", "feed")),
        ("no markup", ("", "")),
        ("", ("", "")),
    ],
)
def test_the_root_is_known_from_the_head(content, name):
    assert name == root_name(dump(content))


@given(st.binary(max_size=200))
def test_nothing_makes_the_readers_stumble(content):
    one = dump(b"<r><item>" + content)

    assert isinstance(root_name(dump(content)), tuple)
    assert all(one is not None for one in elements(one, "item"))
