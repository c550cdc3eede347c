"""Papers with Code: papers with abstracts, and links to code."""

from __future__ import annotations

import json
from datetime import date

from fakes import dump

from newsletter.formats import paperswithcode
from newsletter.model import Link, ListedPaper, Problem

PAPER = {
    "paper_url": "https://paperswithcode.com/paper/looms",
    "arxiv_id": "2608.00001",
    "openreview_id": None,
    "title": "On Looms",
    "abstract": "We weave.",
    "url_abs": "http://arxiv.org/abs/2608.00001v2",
    "url_pdf": "http://arxiv.org/pdf/2608.00001v2.pdf",
    "proceeding": "MILL 2026 8",
    "authors": ["Ada Byron", "Charles Babbage"],
    "tasks": ["Weaving"],
    "date": "2026-08-07",
}
LINK = {
    "paper_url": "https://paperswithcode.com/paper/looms",
    "paper_title": "On Looms",
    "paper_arxiv_id": "2608.00001",
    "paper_url_abs": "http://arxiv.org/abs/2608.00001v2",
    "paper_url_pdf": "http://arxiv.org/pdf/2608.00001v2.pdf",
    "repo_url": "https://github.com/ada/looms",
    "is_official": True,
}
PAGE = Link(rel="abstract", url="http://arxiv.org/abs/2608.00001v2")
PDF = Link(rel="pdf", url="http://arxiv.org/pdf/2608.00001v2.pdf")


def read(*many):
    one = dump(json.dumps(many))
    assert paperswithcode.recognise(one) == ""
    return list(paperswithcode.read(one))


def test_a_paper_bears_its_date():
    assert [
        ListedPaper(
            title="On Looms",
            abstract="We weave.",
            index=1,
            authors=("Ada Byron", "Charles Babbage"),
            ids=("arxiv:2608.00001",),
            links=(PAGE, PDF),
            keywords=("Weaving",),
            venue="MILL 2026 8",
            version=2,
            published=date(2026, 8, 7),
        )
    ] == read(PAPER)


def test_a_link_is_a_listing_with_its_code():
    (found,) = read(LINK)

    assert ("On Looms", ("arxiv:2608.00001",)) == (found.title, found.ids)
    assert (PAGE, PDF, Link(rel="code", url="https://github.com/ada/looms")) == found.links


def test_a_record_without_a_title_costs_itself():
    _, problem = read(PAPER, {**PAPER, "title": None})

    assert isinstance(problem, Problem)
