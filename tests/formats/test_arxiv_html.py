"""Listing pages of arXiv as HTML."""

from __future__ import annotations

from datetime import date

from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import arxiv_html
from newsletter.model import DumpDate, Link, ListedPaper, Problem


def entry(number, arxiv, title, *, mark="", more=""):
    return f"""
<dt>
  <a name='item{number}'>[{number}]</a>
  <a href ="/abs/{arxiv}" title="Abstract" id="{arxiv}">arXiv:{arxiv}</a> {mark}
  [<a href="/pdf/{arxiv}" title="Download PDF">pdf</a>, <a href="https://arxiv.org/html/{arxiv}v2">html</a>]
</dt>
<dd><div class='meta'>
  <div class='list-title mathjax'><span class='descriptor'>Title:</span>
    {title}
  </div>
  <div class='list-authors'><a href="/search">Serge Kernbach</a>, <a href="/search">Ada L&eacute;vy</a></div>
  {more}
  <div class='list-subjects'><span class='descriptor'>Subjects:</span>
    <span class="primary-subject">Machine Learning (cs.LG)</span>; Computation (stat.CO)
  </div>
  <p class='mathjax'>
    We do &lt;b&gt; and {{{{ }}}}.
  </p>
</div></dd>
"""


COMMENTS = """<div class='list-comments mathjax'><span class='descriptor'>Comments:</span>
  11 pages, see <a href="https://github.com/ada/x" class="link-external link-https">this https URL</a></div>
<div class='list-journal-ref'><span class='descriptor'>Journal-ref:</span> J. Tests 7 (2026)</div>
<div class='list-doi'><span class='descriptor'>DOI:</span> 10.1000/ABC</div>"""

NEW = (
    "<html><body><h3>Showing new listings for Wednesday, 12 August 2026</h3>\n"
    "<h3>New submissions (showing 1 of 1 entries)</h3>"
    + entry(1, "2608.09949", "A Title: with a Colon &amp; $x &lt; y$", more=COMMENTS)
    + "<h3>Cross submissions (showing 1 of 1 entries)</h3>"
    + entry(2, "2505.11635", "Crossed", mark="(cross-list from cs.LG)")
    + "<h3>Replacement submissions (showing 2 of 2 entries)</h3>"
    + entry(3, "2607.28646", "Replaced", mark="(replaced)")
    + entry(4, "hep-th/9901001", "Both", mark="(replaced) (cross-list from hep-th)")
    + "</body></html>"
)

OLD = """<html><head><title>arXiv.org</title></head><body>
<h3>New submissions for Fri, 3 Mar 23</h3>
<dl><dt><a name="item1">[1]</a>&nbsp;  <span class="list-identifier"><a href="/abs/2303.00763" title="Abstract">arXiv:2303.00763</a> [<a href="/pdf/2303.00763" title="Download PDF">pdf</a>]</span></dt>
<dd>
<div class="meta">
<div class="list-title mathjax">
<span class="descriptor">Title:</span> Title: the Movie
</div>
<div class="list-authors">
<span class="descriptor">Authors:</span>
<a href="/find">Jingyao Zhu</a>, <a href="/find">Mary E Putman</a>
</div>
<div class="list-subjects">
<span class="descriptor">Subjects:</span> <span class="primary-subject">Astrophysics of Galaxies (astro-ph.GA)</span>
</div>
<p class="mathjax">Old text.
</p>
</div>
</dd></dl>
<h3>Cross-lists for Fri, 3 Mar 23</h3>
<dl><dt><a name="item2">[2]</a>&nbsp;  <span class="list-identifier"><a href="/abs/2303.00812" title="Abstract">arXiv:2303.00812</a> (cross-list from gr-qc) [<a href="/pdf/2303.00812">pdf</a>]</span></dt>
<dd><div class="meta"><div class="list-title mathjax"><span class="descriptor">Title:</span> Crossed</div></div></dd></dl>
</body></html>"""


def read(content):
    one = dump(content)
    assert arxiv_html.recognise(one) == ""
    return list(arxiv_html.read(one))


def papers(found):
    return [each for each in found if isinstance(each, ListedPaper)]


def problems(found):
    return [each for each in found if isinstance(each, Problem)]


def test_an_entry_says_all_that_it_says():
    assert papers(read(NEW))[0] == ListedPaper(
        title="A Title: with a Colon & $x < y$",
        abstract="We do <b> and {{ }}.",
        line=3,
        index=1,
        authors=("Serge Kernbach", "Ada Lévy"),
        ids=("arxiv:2608.09949", "doi:10.1000/abc"),
        links=(
            Link(rel="abstract", url="https://arxiv.org/abs/2608.09949"),
            Link(rel="code", url="https://github.com/ada/x"),
        ),
        categories=("cs.LG", "stat.CO"),
        venue="J. Tests 7 (2026)",
        comment="11 pages, see this https URL",
        version=2,
        listed=date(2026, 8, 12),
    )


def test_the_page_is_dated_and_its_sections_told_apart():
    found = read(NEW)

    assert [DumpDate(month=8, day=12, year=2026)] == [each for each in found if isinstance(each, DumpDate)]
    assert ["new", "cross", "replaced", "replaced-cross"] == [each.kind for each in papers(found)]
    assert problems(found) == []


def test_a_page_of_before_2024_is_read():
    found = read(OLD)

    assert DumpDate(month=3, day=3, year=2023) == found[0]
    assert ["Title: the Movie", "Crossed"] == [each.title for each in papers(found)]
    assert ["new", "cross"] == [each.kind for each in papers(found)]
    assert ("Jingyao Zhu", "Mary E Putman") == papers(found)[0].authors


def test_recent_pages_date_each_section():
    page = NEW.replace("New submissions", "Tue, 11 Aug 2026").replace("Cross submissions", "Mon, 10 Aug 2026")

    assert [11, 10, 10, 10] == [each.listed.day for each in papers(read(page))]


def test_what_the_page_does_not_show_is_told():
    (problem,) = problems(
        read(NEW.replace("(showing 1 of 1 entries)", "(showing first 1 of 120 entries)", 1))
    )

    assert "“New submissions” has 120 entries, but 1 are on the page" == problem.what


def test_a_page_cut_in_an_entry_gives_what_is_complete_before():
    found = read(NEW[: NEW.index("(replaced)") + 200])

    assert ["new", "cross"] == [each.kind for each in papers(found)]
    assert [True] == [each.cut for each in problems(found)]


def test_an_entry_without_a_title_costs_that_entry():
    found = read(NEW.replace("list-title mathjax", "list-x", 2).replace("list-x", "list-title mathjax", 1))

    assert ["A Title: with a Colon & $x < y$", "Replaced", "Both"] == [each.title for each in papers(found)]
    assert ["entry 2 has no title: '[2] arXiv:2505.11635 (cross-list from cs.LG) [pdf, html]'"] == [
        each.what for each in problems(found)
    ]


def test_a_page_about_something_else_is_not_claimed():
    assert arxiv_html.recognise(dump("<html><body><dl><dt>arXiv</dt><dd>a site</dd></dl></body></html>"))
    assert arxiv_html.recognise(dump(NEW.replace("arXiv", "x").replace("arxiv", "x")))


def test_a_page_that_says_there_is_nothing_new_has_no_papers():
    page = '<html><body><a href="/list/cs.AI/new">arXiv</a><h3>Showing new listings for Sunday, 9 August 2026</h3></body></html>'

    assert [DumpDate(month=8, day=9, year=2026)] == read(page)


def test_a_page_without_anything_is_a_problem():
    (problem,) = arxiv_html.read(dump("<!-- -->"))

    assert "there is nothing in this page" == problem.what


@given(
    st.lists(
        st.sampled_from(
            [
                "<dt>",
                "</dt>",
                "<dd>",
                "</dd>",
                "<h3>",
                "showing 3 of 9 entries",
                "<div class='list-title'>",
                "x",
                "\0",
                "<dl>",
            ]
        ),
        min_size=1,
    )
)
def test_tags_in_any_order_never_bring_it_down(shuffled):
    found = list(arxiv_html.read(dump("<p>arXiv" + "".join(shuffled))))

    assert all(each.title for each in papers(found))
