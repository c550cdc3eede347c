"""bioRxiv and medRxiv: the interface's pages and a spider's arrays."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump

from newsletter.formats import biorxiv
from newsletter.model import Link, ListedPaper, Problem

RECORD = {
    "doi": "10.64898/2026.09.24.754142",
    "title": "TGF{beta} and {Delta}N, a {set}",
    "authors": "Drareni, K.; Piquet, C. E. M.",
    "date": "2026-09-28",
    "version": "1",
    "category": "cell biology",
    "license": "cc_by",
    "abstract": "{alpha}-Synuclein.",
    "published": "NA",
    "server": "bioRxiv",
}
PAPER = ListedPaper(
    title="TGFβ and ΔN, a {set}",
    abstract="α-Synuclein.",
    index=1,
    authors=("K. Drareni", "C. E. M. Piquet"),
    ids=("doi:10.64898/2026.09.24.754142",),
    links=(Link(rel="abstract", url="https://www.biorxiv.org/content/10.64898/2026.09.24.754142"),),
    categories=("cell biology",),
    licence="cc_by",
    published=date(2026, 9, 28),
)


def page(*collection, count=None):
    messages = [{"status": "ok", "cursor": 0, "count": len(collection) if count is None else count}]
    return json.dumps({"messages": messages, "collection": collection})


def read(content):
    return list(biorxiv.read(dump(content)))


def test_a_page_of_the_interface_is_read_with_its_greek_letters():
    assert biorxiv.recognise(dump(page(RECORD))) == ""
    assert [PAPER] == read(page(RECORD))


def test_a_spiders_array_and_lines_are_read_too():
    record = {key: value for key, value in RECORD.items() if key != "date"} | {"pub_date": "2026-09-28"}

    assert [PAPER] == read(json.dumps([record]))
    assert [PAPER, PAPER.title] == [(found := read(f"{json.dumps(record)}\n" * 2))[0], found[1].title]


def test_a_second_version_replaces_and_a_journals_doi_is_a_key():
    found = read(page(RECORD | {"version": "2", "published": "10.1038/S41586-026-1"}))[0]

    assert "replaced" == found.kind
    assert ("doi:10.64898/2026.09.24.754142", "doi:10.1038/s41586-026-1") == found.ids


def test_a_single_author_is_one_author():
    assert ("T. Sakamoto",) == read(page(RECORD | {"authors": "Sakamoto, T."}))[0].authors


def test_a_page_that_has_fewer_records_than_it_says_is_reported():
    assert "it says it has 30 records, but there are 1" == read(page(RECORD, count=30))[-1].what


def test_a_record_without_a_title_costs_that_record_and_a_cut_file_its_end():
    found = read(json.dumps([RECORD | {"title": ""}, RECORD, RECORD])[:-30])

    assert [Problem, ListedPaper, Problem] == [type(one) for one in found]
    assert found[-1].cut


@pytest.mark.parametrize("content", ["{}", '[{"doi": "10.1/x", "title": "y"}]', '{"collection": []}', "[3]"])
def test_other_json_is_refused(content):
    assert biorxiv.recognise(dump(content))


def test_the_tags_of_italics_are_no_part_of_a_title():
    record = RECORD | {"title": "Looms <i>in vivo</i>", "abstract": "<p>We <b>weave</b>.</p>"}
    (paper,) = biorxiv.read(dump(json.dumps([record])))

    assert ("Looms in vivo", "We weave.") == (paper.title, paper.abstract)
