"""Formulas: where they stand in a cleaned text, and that whatever TeX says becomes harmless MathML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from fakes import at, dump, paper
from hypothesis import given
from hypothesis import strategies as st

from newsletter import press as presses
from newsletter.formula import WIDEST, mathml, pieces
from newsletter.model import Reason
from newsletter.outputs import site
from newsletter.publication import Archive
from newsletter.publication import made as files_of
from newsletter.record import record_dump
from newsletter.settings import Site
from newsletter.store import codec, open_store
from newsletter.text import clean

MACROS = (r"\frac", r"\text{", r"\sqrt", r"\left(", r"\href{javascript:x}{", r"\(", r"\)")
TEX = st.lists(st.sampled_from([*"ab1 ^_{}$&<>=\\", *MACROS]), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("in $O(n^2)$ steps", [("in ", ""), ("O(n²)", "O(n^2)"), (" steps", "")]),
        (r"a \(k\)-step map", [("a ", ""), ("k", "k"), ("-step map", "")]),
        ("$x$ and $y$", [("x", "x"), (" and ", ""), ("y", "y")]),
        ("costs $5 or more", [("costs $5 or more", "")]),
        ("no formula", [("no formula", "")]),
        ("\ue000 and $x$", [("\ue000 and x", "")]),
    ],
)
def test_a_text_is_cut_at_its_formulas(raw, expected):
    assert expected == list(pieces(raw, clean(raw)))


def test_a_text_that_is_not_the_cleaned_one_stays_whole():
    """It was shortened, or a later dump has merged another text."""
    assert (("in O(n²) …", ""),) == pieces("in $O(n^2)$ steps", "in O(n²) …")


@given(TEX)
def test_the_pieces_of_any_text_are_the_text(raw):
    assert clean(raw) == "".join(words for words, _ in pieces(raw, clean(raw)))


def test_a_formula_becomes_mathml():
    expected = "<math><mrow><msup><mi>n</mi><mn>2</mn></msup></mrow></math>"
    assert expected == mathml("n^2", "n²")


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{1}",
        "x_{",
        r"\unknown{x}",
        r"\left( x",
        "",
        "{" * 500,
        r"\sqrt{" * 2000,
        r"\begin{array}{",
        r"\genfrac{}{}{x}{}{a}{b}",
    ],
)
def test_what_cannot_be_shown_for_certain_is_left_to_the_text(tex):
    assert "" == mathml(tex, "x")


def test_a_formula_too_wide_for_a_phone_and_a_plain_number_stay_text():
    assert "" == mathml("x", "x" * (WIDEST + 1))
    assert "" == mathml("5", "5")


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x>}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{color:red}{x}",
        r"\class{a}{x}",
        "<script>",
        r"\text{&lt;b&gt;}",
    ],
)
def test_hostile_tex_is_inert(tex):
    html = mathml(tex, "x")

    assert not any(
        word in html for word in ("<img", "<script", "<b>", "javascript", "style=", "class=", "href")
    )


@given(TEX)
def test_whatever_tex_says_is_well_formed_mathml_or_nothing(tex):
    html = mathml(tex, "x")

    assert html == "" or {each.tag[0] for each in ET.fromstring(html).iter()} == {"m"}  # noqa: S314 - our own


def test_marks_and_formulas_stand_side_by_side():
    reason = Reason(rule="keywords", detail="", found="steps", field="abstract")
    raw = "In $n^2$ steps at https://example.org/"
    html = presses.marked(clean(raw), [reason], raw=raw)

    assert html.startswith("In <math><mrow><msup>")
    assert "<mark>steps</mark>" in html
    assert '<a href="https://example.org/"' in html


def test_the_state_knows_the_tex_and_digests_do_without():
    store = open_store(None)
    lines = '[{"title": "Sorting in $O(n)$", "abstract": "We need $n^2$."}, {"title": "Plain", "abstract": "Words."}]'
    record_dump(store, dump(lines, "list.json"), at("2026-08-07 12:00"))
    texed, plain = store.papers.load((1, 2)).values()

    assert ("Sorting in O(n)", "We need n².") == (texed.title, texed.abstract)
    assert ("Sorting in $O(n)$", "We need $n^2$.") == (texed.raw_title, texed.raw_abstract)
    assert ("", "") == (plain.raw_title, plain.raw_abstract)
    assert "raw" not in codec.dumps(texed)


def test_a_papers_page_has_mathml_and_its_head_has_words():
    raw = "Sorting in $O(n^2)$"
    of = paper(clean(raw), "We sort.", raw_title=raw)
    outputs = site.artifacts(Archive(editions=(), profiles=(), papers=(of,)), presses.load(Site(), None))
    made = files_of(outputs)
    page = next(artifact.content.decode() for artifact in made if artifact.path == "papers/paper-1.html")

    assert '<h1 dir="auto">Sorting in <math>' in page
    assert "<title>Sorting in O(n²)" in page
