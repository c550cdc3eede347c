"""The page as HTML: papers in data-props, however they are quoted, else the cards that it shows."""

from __future__ import annotations

import html
import json

import pytest
from fakes import dump, listed

from newsletter.formats import hf_html
from newsletter.model import DumpDate, Link, ListedPaper, Problem

LOOMS = {
    "paper": {"id": "2407.21783", "title": "On 'Looms' & <Mills>", "summary": "We weave.", "upvotes": 94},
    "submittedBy": {"fullname": "AK", "name": "akhaliq"},
}
RAILS = {"paper": {"id": "2407.21705", "title": "On Rails", "summary": "We run.", "upvotes": 3}}
PROPS = {"canSubmit": False, "date": "2024-08-01T00:00:00.000Z", "dailyPapers": [LOOMS, RAILS]}
CARDS = """<article><a href="/papers/2407.21783"><img></a><div>Submitted by <img> akhaliq</div>
<a href="/login?next=x"><div>94</div></a><h3><a href="/papers/2407.21783">On Looms &amp; Mills</a></h3> · 5 authors 7
</article><article><h3><a href="/papers/2407.21705">On
 Rails</a></h3></article><article><h3><a href="/papers/2407.1"></a></h3></article>
<article><h3><a href="/blog/x">No paper</a></h3></article>"""


def page(element, body="", title="Daily Papers - Hugging Face"):
    return f"<!doctype html>\n<html><head><title>{title}</title></head><body>{element}<main>{body}</main></body></html>\n"


def escaped(props=PROPS, target="DailyPapers"):
    other = '<div data-target="MainHeader" data-props="{&quot;isWide&quot;:false}"></div>'
    return f'{other}<div class="x" data-target="{target}" data-props="{html.escape(json.dumps(props))}"><section>'


def single_quoted():
    props = json.dumps(PROPS).replace("&", "&amp;").replace("'", "&#39;")
    return f"<div data-props='{props}' data-target='DailyPapers'><section>"


def read(text):
    return tuple(hf_html.read(dump(text, "papers.html")))


def papers(found):
    return [one for one in found if isinstance(one, ListedPaper)]


def problems(found):
    return [one for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize("element", [escaped(), single_quoted()])
def test_the_papers_are_read_from_the_props_in_either_quotes(element):
    found = read(page(element, CARDS))

    assert (
        DumpDate(month=8, day=1, year=2024),
        listed(
            "On 'Looms' & <Mills>",
            "We weave.",
            index=1,
            ids=("arxiv:2407.21783",),
            links=(Link(rel="web", url="https://huggingface.co/papers/2407.21783"),),
            votes=94,
            submitter="AK",
        ),
    ) == found[:2]
    assert ["On Rails"] == [one.title for one in found[2:]]


def test_a_page_may_say_its_date_behind_the_papers_or_not_at_all():
    behind = {"dailyPapers": [RAILS], "date": "2024-08-02"}

    assert DumpDate(month=8, day=2, year=2024) == read(page(escaped(behind)))[0]
    assert ["On Rails"] == [one.title for one in read(page(escaped({"dailyPapers": [RAILS]})))]


def test_without_props_the_cards_are_read():
    found = read(page("", CARDS))

    assert [
        listed(
            "On Looms & Mills",
            line=2,
            ids=("arxiv:2407.21783",),
            links=(Link(rel="web", url="https://huggingface.co/papers/2407.21783"),),
            votes=94,
            submitter="akhaliq",
        ),
        listed(
            "On Rails",
            line=4,
            ids=("arxiv:2407.21705",),
            links=(Link(rel="web", url="https://huggingface.co/papers/2407.21705"),),
        ),
    ] == papers(found)
    assert ["papers.html:5: a card without a title: '2407.1'"] == [str(one) for one in problems(found)]


def test_a_page_cut_in_its_props_gives_the_papers_before():
    text = page(escaped())
    found = read(text[: text.index("We run")])

    assert ["On 'Looms' & <Mills>"] == [one.title for one in papers(found)]
    assert [True] == [one.cut for one in problems(found)]


def test_a_page_cut_in_its_cards_gives_the_cards_before():
    text = page("", CARDS)
    found = read(text[: text.index("On\n Rails")])

    assert ["On Looms & Mills"] == [one.title for one in papers(found)]
    assert problems(found)[-1].cut


def test_comments_of_a_card_say_nothing():
    text = page("", CARDS.replace("<img> akhaliq", "<!-- x --><?x y?>akhaliq"))

    assert "akhaliq" == papers(read(text))[0].submitter


def test_a_page_with_neither_is_read_without_a_word():
    assert read(page("", "")) == ()


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "{{ 7*7 }}", "]]>", "w" * 100_000, "&quot;", "\u202ex"]
)
def test_a_hostile_title_is_only_a_title(title):
    record = {"paper": {"id": "x", "title": title}}

    assert [title] == [one.title for one in papers(read(page(escaped({"dailyPapers": [record]}))))]


@pytest.mark.parametrize(
    "text",
    [
        page(escaped(), title="x"),
        page(""),
        "\ufeff<html><body class='DailyPapersPage'>",
        page(escaped()).encode("utf-16"),
    ],
)
def test_it_is_recognised_by_its_marks(text):
    assert hf_html.recognise(dump(text)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "<html><title>arXiv</title>",
        "Daily Papers - Hugging Face",
        '[{"data-target": "DailyPapers"}]',
        "<html>huggingface.co/papers",
    ],
)
def test_other_pages_are_not_its_own(text):
    assert hf_html.recognise(dump(text)) != ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "<html>",
        "<!-- x -->",
        "<!doctype html>",
        "<div>" * 9_000,
        'data-target="DailyPapers"',
        "<a data-props=x>",
        '<a data-target="DailyPapers" data-props=',
    ],
)
def test_no_fragment_makes_it_stumble(text):
    assert papers(read(text)) == []


@pytest.mark.parametrize(
    "markup", [" a=1" * 100_000 + ">", "<a" * 100_000, "<h3><a href='/papers/2'>" * 20_000]
)
def test_markup_without_end_takes_no_time(markup):
    assert papers(read(page(f"<article{markup}", CARDS)))[-1].title == "On Rails"


def test_a_page_beyond_all_size_is_refused(monkeypatch):
    monkeypatch.setattr(hf_html, "_LONGEST_PAGE", 10)

    with pytest.raises(hf_html.UnreadableDump, match="more than 10 bytes"):
        read(page(""))


def test_the_page_of_one_paper_is_read():
    props = {"paper": LOOMS["paper"], "comments": [{"title": "no paper"}]}
    content = page(escaped(props).replace("DailyPapers", "PaperContent"), title="Paper page - On Looms")

    assert "" == hf_html.recognise(dump(content))
    assert [LOOMS["paper"]["title"]] == [one.title for one in papers(read(content))]
