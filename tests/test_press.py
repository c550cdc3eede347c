"""The press: where templates come from, what is escaped, and what is said when one fails."""

from __future__ import annotations

import re
from datetime import date

import pytest

from newsletter import press as presses
from newsletter.errors import TemplateError
from newsletter.model import Reason
from newsletter.note import note_html
from newsletter.settings import Site

SITE = Site(title="A & B", url="https://example.org/papers")


def press(folder, language="en", **templates):
    for name, text in templates.items():
        (folder / name.replace("__", ".")).write_text(text)
    return presses.load(Site(title="A & B", url="https://example.org/papers", language=language), folder)


def test_the_users_template_comes_before_ours(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "robots.txt").write_text("mine")

    assert "mine" == presses.load(SITE, tmp_path).render("site/robots.txt", sitemap=False)
    assert "User-agent" in presses.load(SITE, None).render("site/robots.txt", sitemap=False)


def test_values_are_escaped_in_pages_and_literal_in_texts(tmp_path):
    of = press(tmp_path, page__html="{{ site.title }} {{ x }}", page__txt="{{ site.title }} {{ x }}")

    assert "A &amp; B &lt;b&gt;" == of.render("page.html", x="<b>")
    assert "A & B <b>" == of.render("page.txt", x="<b>")


def test_words_that_look_like_a_template_stay_words(tmp_path):
    assert "{{ 7*7 }}" == press(tmp_path, page__html="{{ x }}").render("page.html", x="{{ 7*7 }}")


@pytest.mark.parametrize(
    "slip",
    [
        "{{ papr }}",
        "{{ 1 / 0 }}",
        "{{ x.nothing }}",
        "{% if %}",
        "{{ x | nofilter }}",
        "{{ x() }}",
        "{{ x | day }}",
    ],
)
def test_a_slip_is_told_with_file_and_line(tmp_path, slip):
    with pytest.raises(TemplateError, match=r"page\.html:3: ") as told:
        press(tmp_path, page__html=f"one\ntwo\n{slip}\n").render("page.html", x="x")

    assert "mend that line" in told.value.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{% extends "site/base.html" %}{% block head %}x{% endblock %}', "it has no block `main`"),
        ('{% extends "site/mine.html" %}', "it has no block `main`"),
        ('{% extends "site/mine.html" %}{% block main %}{{ super() }}{% endblock %}', ""),
        ('{% extends "site/home.html" %}{% block main %}x{% endblock %}', "it extends itself"),
        ('{% extends "site/none.html" %}', "there is no template site/none.html"),
        ("whole by itself", ""),
    ],
)
def test_a_page_that_fills_no_block_of_its_frame_is_told_before_it_stands_empty(tmp_path, text, told):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.html").write_text(
        '{% extends "site/base.html" %}{% block head %}x{% endblock %}'
    )
    (tmp_path / "site" / "home.html").write_text(text)
    try:
        presses.load(SITE, tmp_path).check()
        said = ""
    except TemplateError as error:
        said = str(error)

    assert bool(told) == bool(said)
    assert told in said


def test_a_slip_in_an_included_template_names_that_one(tmp_path):
    of = press(tmp_path, page__html="{% include 'part.html' %}", part__html="\n{{ papr }}")
    with pytest.raises(TemplateError, match=r"part\.html:2: 'papr' is undefined"):
        of.render("page.html")


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"there is no template nothing\.html"):
        press(tmp_path).render("nothing.html")


@pytest.mark.parametrize("way", ["include", "extends"])
def test_who_names_a_template_that_is_missing_is_named_too(tmp_path, way):
    of = press(tmp_path, page__html=f"\n{{% {way} 'nothing.html' %}}")
    with pytest.raises(TemplateError, match=r"page\.html:2: there is no template nothing\.html"):
        of.render("page.html")


def test_a_missing_folder_of_templates_is_told(tmp_path):
    with pytest.raises(TemplateError, match="no such folder"):
        presses.load(SITE, tmp_path / "nowhere")


def test_a_passage_is_marked_and_an_address_linked():
    reason = Reason(rule="keywords", detail="", found="diffusion", field="abstract")
    html = presses.marked("Diffusion & <b> at https://example.org/a?b&c.", [reason])

    expected = (
        "<mark>Diffusion</mark> &amp; &lt;b&gt; at "
        '<a href="https://example.org/a?b&amp;c" rel="noopener">https://example.org/a?b&amp;c</a>.'
    )
    assert expected == html


@pytest.mark.parametrize(
    ("template", "value", "expected"),
    [
        ("{{ x | day }}", date(2026, 8, 7), "7 August 2026"),
        ("{{ x | month }}", date(2026, 8, 7), "August 2026"),
        ("{{ x | iso }}", date(2026, 8, 7), "2026-08-07"),
        ("{{ x | days }}", (date(2026, 3, 13), date(2026, 6, 3)), "13 March and 3 June 2026"),
        ("{{ x | days }}", (date(2025, 3, 13), date(2026, 6, 3)), "13 March 2025, 3 June 2026"),
        ("{{ x | plural('paper') }}", 1, "1 paper"),
        ("{{ x | plural('paper') }}", 1204, "1,204 papers"),
        ("{{ x | score }}", 2.50, "2.5"),
        ("{{ x | absolute }}", "profiles/a/index.html", "https://example.org/papers/profiles/a/"),
    ],
)
def test_numbers_and_dates_are_written_for_people(tmp_path, template, value, expected):
    assert expected == press(tmp_path, page__html=template).render("page.html", x=value)


def test_another_language_has_its_own_dates(tmp_path):
    of = press(tmp_path, "de", page__html="{{ x | day }}, {{ x | month }}")

    assert "7. März 2026, März 2026" == of.render("page.html", x=date(2026, 3, 7))


def test_a_sentence_of_a_template_is_said_in_the_sites_language(tmp_path):
    page = '<p title="{% trans %}Search{% endtrans %}">{% trans n=x | length %}Page {{ n }}{% endtrans %}</p>'

    assert '<p title="Search">Page 3</p>' == press(tmp_path, page__html=page).render("page.html", x="abc")
    assert '<p title="Suchen">Seite 3</p>' == press(tmp_path, "de", page__html=page).render(
        "page.html", x="abc"
    )


def test_a_sentence_compiles_to_what_its_words_compile_to():
    """No catalogue is asked while a page is made: it costs what it would in one language."""
    compiled = presses.load(SITE, None).environment.compile
    sentence = (
        "<p>{% trans n=x | length %}Page {{ n }}{% endtrans %} of <b>{% trans %}Search{% endtrans %}</b></p>"
    )
    plain = "<p>Page {{ x | length }} of <b>Search</b></p>"

    assert compiled(plain, raw=True) == compiled(sentence, raw=True)


def test_a_sentence_of_a_users_own_stays_as_it_is(tmp_path):
    page = "{% trans %}All of it, 100% ours{% endtrans %} {{ say('and this') }}"

    assert "All of it, 100% ours and this" == press(tmp_path, "de", page__html=page).render("page.html")


def test_values_in_a_sentence_are_escaped_and_its_own_markup_is_not(tmp_path):
    page = "{% trans name=x %}<b>by</b> {{ name }}{% endtrans %}"

    assert "<b>by</b> &lt;i&gt; %(x)s" == press(tmp_path, page__html=page).render("page.html", x="<i> %(x)s")


@pytest.mark.parametrize(
    "slip",
    ["{% trans %}{% if x %}{% endtrans %}", "{% trans %}open", "{% trans x %}{% endtrans %}"],
)
def test_a_sentence_that_no_translator_could_say_is_a_slip(tmp_path, slip):
    with pytest.raises(TemplateError, match=r"page\.html:2: "):
        press(tmp_path, page__html=f"one\n{slip}").render("page.html", x="x")


def test_a_note_is_markdown_without_anything_that_acts():
    html = note_html(
        "A *note*, [here](https://example.org) and [there](javascript:x).\n\n<script>x</script><b onclick=y>b</b>"
    )

    assert "<em>note</em>" in html
    assert 'href="https://example.org"' in html
    assert "javascript" not in html + note_html("<img src=x onerror=y>")
    assert "script" not in html
    assert "" == note_html("  \n")


def test_headings_of_a_note_come_below_that_of_its_page_and_skip_no_level():
    html = note_html("# One\n\n## Two\n\n### Three\n\n#### Four\n\n`<h1>` </h5>")

    assert ["<h2>One</h2>", "<h3>Two</h3>", "<h4>Three</h4>", "<h4>Four</h4>"] == html.split("\n")[:4]
    assert "<code>&lt;h1&gt;</code>" in html
    assert "<h2>Alone</h2>" == note_html("### Alone")


def test_a_table_of_a_note_is_a_table_without_anything_that_acts():
    html = note_html("Seen | Kept\n---|--:\n*one* | <b onclick=y>1</b>\n[x](javascript:x) | a\n")
    cells = re.findall(r"<(t[hd])>(.*?)</t", html)

    assert [("th", "Seen"), ("th", "Kept"), ("td", "<em>one</em>"), ("td", "1")] == cells[:4]
    assert 1 == html.count("<table>") == html.count("</table>")
    assert "javascript" not in html
    assert "style" not in html


@pytest.mark.parametrize(
    ("href", "base", "expected"),
    [
        ("../about.html", "", "../about.html"),
        ("../about.html", "editions/", "about.html"),
        ("2026-08-06.html", "editions/", "editions/2026-08-06.html"),
        ("../about.html", "https://example.org/papers/editions/", "https://example.org/papers/about.html"),
        ("https://a.org/?x=1&y=2", "editions/", "https://a.org/?x=1&amp;y=2"),
        ("//[x", "editions/", "//[x"),
    ],
)
def test_links_of_a_note_lead_where_those_of_a_days_page_do(href, base, expected):
    assert f'<a href="{expected}"' in note_html(f"[here]({href})", base)
