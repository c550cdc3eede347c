"""Scrapers' and digests' JSON: where each keeps title, abstract, ids and stars."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump, listed

from newsletter.formats import hf_api, hf_json
from newsletter.model import Link, ListedPaper, Problem

SCRAPED = {
    "title": "On Looms",
    "paper_url": "https://huggingface.co/papers/2606.19195",
    "authors": ["Ada Byron", "charles"],
    "stars": "1.2k",
    "details": {
        "title": "On Looms",
        "abstract": "We weave.\nAnd report.",
        "arxiv_page_url": "https://arxiv.org/abs/2606.19195",
        "pdf_url": "https://arxiv.org/pdf/2606.19195",
        "github_links": ["https://github.com/huggingface", "https://github.com/ada/loom"],
        "metadata": {},
    },
    "scraped_date": "2026-06-21",
}
DIGEST = {
    "title": "On Mills",
    "authors": "Ada Byron, Charles Babbage",
    "arxiv_id": "2510.11696",
    "link": "https://arxiv.org/abs/2510.11696",
    "category": "Reinforcement Learning",
    "summary": "We mill.",
}


def read(*records):
    return tuple(hf_json.read(dump(json.dumps(records), "digest.json")))


def test_a_scrapers_record_is_read_whole():
    assert (
        listed(
            "On Looms",
            "We weave. And report.",
            index=1,
            authors=("Ada Byron", "charles"),
            ids=("arxiv:2606.19195",),
            links=(
                Link(rel="abstract", url="https://arxiv.org/abs/2606.19195"),
                Link(rel="pdf", url="https://arxiv.org/pdf/2606.19195"),
                Link(rel="abstract", url="https://huggingface.co/papers/2606.19195"),
                Link(rel="code", url="https://github.com/ada/loom"),
            ),
            listed=date(2026, 6, 21),
            stars=1200,
        ),
    ) == read(SCRAPED)


def test_a_digests_record_is_read_whole():
    assert (
        listed(
            "On Mills",
            "We mill.",
            index=1,
            authors=("Ada Byron", "Charles Babbage"),
            ids=("arxiv:2510.11696",),
            links=(Link(rel="abstract", url="https://arxiv.org/abs/2510.11696"),),
            keywords=("Reinforcement Learning",),
        ),
    ) == read(DIGEST)


@pytest.mark.parametrize("details", [None, [], "none", {"abstract": None, "github_links": None}])
def test_a_record_without_details_is_a_paper_without_abstract(details):
    (found,) = read({**SCRAPED, "details": details})

    assert ("On Looms", "", ("arxiv:2606.19195",)) == (found.title, found.abstract, found.ids)


def test_a_record_without_a_title_costs_that_record():
    found = read({**SCRAPED, "title": "", "details": {}}, {"title": " ", "category": "x"}, DIGEST)

    assert ["On Mills"] == [one.title for one in found if isinstance(one, ListedPaper)]
    assert [
        "digest.json: record 1 has no title: 'https://huggingface.co/papers/2606.19195'",
        "digest.json: record 2 has no title",
    ] == [str(one) for one in found if isinstance(one, Problem)]


def test_json_lines_and_single_records_are_read():
    lines = f"{json.dumps(DIGEST)}\n{json.dumps(SCRAPED)}\n"

    assert hf_json.recognise(dump(lines)) == ""
    assert ["On Mills", "On Looms"] == [one.title for one in hf_json.read(dump(lines))]
    assert ["On Mills"] == [one.title for one in hf_json.read(dump(json.dumps(DIGEST)))]


def test_a_file_cut_in_a_record_gives_those_before_it():
    found = tuple(hf_json.read(dump(json.dumps([DIGEST, SCRAPED])[:-60])))

    assert ["On Mills"] == [one.title for one in found if isinstance(one, ListedPaper)]
    assert [True] == [one.cut for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize(
    "title", ["<script>", "{{ 7*7 }}", "]]>", "w" * 100_000, "a\u0000\u0008b", "\u202ex"]
)
def test_a_hostile_title_is_only_a_title(title):
    assert [title] == [one.title for one in read({**DIGEST, "title": title})]


@pytest.mark.parametrize("record", [SCRAPED, DIGEST])
def test_its_records_are_recognised_and_no_other_formats(record):
    assert hf_json.recognise(dump(json.dumps([record]))) == ""
    assert hf_api.recognise(dump(json.dumps([record]))) != ""


@pytest.mark.parametrize(
    "text",
    [
        "Dear all",
        "[]",
        '[{"title": "x", "paper_url": "https://example.org"}]',
        '[{"title": "x", "summary": "y"}]',
    ],
)
def test_other_documents_are_not_its_own(text):
    assert hf_json.recognise(dump(text)) != ""
