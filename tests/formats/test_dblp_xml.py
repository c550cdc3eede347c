"""DBLP's XML: papers of all kinds, and what is none."""

from __future__ import annotations

from datetime import date

from fakes import dump

from newsletter.formats import dblp_xml
from newsletter.model import Link, ListedPaper, Problem

XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp>
<article mdate="2026-08-01" key="journals/corr/abs-2608-00001" publtype="informal">
<author orcid="0000">Ada Byron 0001</author>
<author>J&uuml;rgen Babbage</author>
<title>On <i>Looms</i> and H<sub>2</sub>O.</title>
<year>2026</year><month>August</month>
<volume>abs/2608.00001</volume><journal>CoRR</journal>
<ee type="oa">https://doi.org/10.48550/arXiv.2608.00001</ee>
<url>db/journals/corr/corr2608.html</url>
</article>
<inproceedings key="conf/mill/Somerville25"><author>Mary Somerville</author>
<title>Why Mills...</title><booktitle>MILL</booktitle><year>2025</year>
<ee>https://doi.org/10.1000/MILL.1</ee></inproceedings>
<proceedings key="conf/mill/2025"><editor>E</editor><title>Proceedings of the Mill.</title></proceedings>
<www key="homepages/b/Byron"><author>Ada Byron 0001</author><title>Home Page</title></www>
<phdthesis key="phd/x"><author>Charles Babbage</author><title/></phdthesis>
</dblp>
"""


def read(content):
    return list(dblp_xml.read(dump(content)))


def test_a_paper_of_corr_is_known_by_its_arxiv_id():
    assert dblp_xml.recognise(dump(XML)) == ""
    assert (
        ListedPaper(
            title="On Looms and H2O",
            line=4,
            index=1,
            authors=("Ada Byron", "Jürgen Babbage"),
            ids=("arxiv:2608.00001",),
            links=(Link(rel="abstract", url="https://doi.org/10.48550/arXiv.2608.00001"),),
            venue="CoRR",
            published=date(2026, 8, 1),
        )
        == read(XML)[0]
    )


def test_volumes_and_home_pages_are_no_papers_and_a_record_without_a_title_is_told():
    _, second, problem = read(XML)

    assert ("Why Mills...", "MILL", ("doi:10.1000/mill.1",), date(2025, 1, 1)) == (
        second.title,
        second.venue,
        second.ids,
        second.published,
    )
    assert isinstance(problem, Problem)


def test_the_page_of_a_person_is_read_too():
    page = "<dblpperson name='Ada'><person key='x'><author>Ada</author></person><r>{}</r></dblpperson>"
    content = page.format("<article><author>Ada Byron</author><title>Looms.</title></article>")

    assert dblp_xml.recognise(dump(content)) == ""
    assert ["Looms"] == [one.title for one in read(content)]
