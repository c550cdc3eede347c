"""The page of one paper: what its meta elements say, and what arXiv's page adds."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import paper_page
from newsletter.model import Link, ListedPaper, Problem

ARXIV = """<!DOCTYPE html><html><head><title>[2401.00001] On Looms</title>
<meta property="og:url" content="https://arxiv.org/abs/2401.00001v3" />
<meta name="citation_title" content="On Looms &amp; p &gt; 0.05, a > b" /><meta name="citation_author" content="Byron, Ada" />
<meta name="citation_author" content="Babbage, Charles" /><meta name="citation_date" content="2024/01/05" />
<meta name="citation_pdf_url" content="https://arxiv.org/pdf/2401.00001" />
<meta name="citation_arxiv_id" content="2401.00001" /><meta name="citation_abstract" content="We weave." />
</head><body><table><tr><td class="tablecell comments mathjax">12 <b>pages</b></td></tr>
<tr><td class="tablecell subjects"><span>Robotics (cs.RO)</span>; Sound (cs.SD)</td></tr></table></body></html>
"""
JOURNAL = """<html><head>
<meta content='On Mills' name='citation_title'><meta name=citation_doi content=10.1000/ABC>
<meta name="citation_reference" content="citation_title=Another; citation_author=Nobody">
<meta name="citation_authors" content="Byron, Ada; Babbage, Charles"><meta name="citation_journal_title" content="The Mill">
<meta name="citation_publication_date" content="2024/01"><meta name="citation_keywords" content="mills; looms">
<meta name="description" content="A sentence on mills."></head></html>
"""


def found(content):
    return list(paper_page.read(dump(content, "page.html")))


def test_the_page_of_arxiv_says_all_that_a_listing_says():
    assert [
        ListedPaper(
            title="On Looms & p > 0.05, a > b",
            abstract="We weave.",
            index=1,
            authors=("Ada Byron", "Charles Babbage"),
            ids=("arxiv:2401.00001",),
            version=3,
            links=(
                Link(rel="abstract", url="https://arxiv.org/abs/2401.00001"),
                Link(rel="pdf", url="https://arxiv.org/pdf/2401.00001"),
            ),
            categories=("cs.RO", "cs.SD"),
            comment="12 pages",
            published=date(2024, 1, 5),
        )
    ] == found(ARXIV)


def test_the_page_of_a_journal_says_what_its_meta_elements_say():
    (paper,) = found(JOURNAL)

    assert ("On Mills", ("Ada Byron", "Charles Babbage"), ("doi:10.1000/abc",), "The Mill") == (
        paper.title,
        paper.authors,
        paper.ids,
        paper.venue,
    )
    assert (("mills", "looms"), "A sentence on mills.", date(2024, 1, 1)) == (
        paper.keywords,
        paper.abstract,
        paper.published,
    )


@pytest.mark.parametrize("page", [ARXIV, JOURNAL])
def test_such_a_page_is_recognised(page):
    assert "" == paper_page.recognise(dump(page))


@pytest.mark.parametrize(
    "other",
    [
        "<html><head><title>A shop</title><meta name=description content=x></head></html>",
        '<html><meta name="citation_reference" content="citation_title=On Mills"></html>',
        'To save: <meta name="citation_title" content="x">',
    ],
)
def test_other_pages_are_refused(other):
    assert paper_page.recognise(dump(other))


def test_a_page_without_a_title_is_told():
    (problem,) = found('<html><meta name="citation_title" content=" "></html>')

    assert isinstance(problem, Problem)
    assert "no title" in problem.what


@pytest.mark.parametrize("text", ["<meta ", '<meta "', "<meta '\"", '<meta a="'])
def test_what_has_no_end_costs_little(text):
    assert found(text * 50_000)


@given(st.text('<meta nm="citation_l>/', max_size=80))
def test_no_text_stops_the_reading(text):
    assert all(isinstance(one, ListedPaper | Problem) for one in found(text))
