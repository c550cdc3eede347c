"""JATS: one article or many, of which only the front is read."""

from __future__ import annotations

from datetime import date

from fakes import dump

from newsletter.formats import jats
from newsletter.model import Link, ListedPaper, Problem

FRONT = """<front><journal-meta><journal-title-group><journal-title>The Mill</journal-title></journal-title-group>
</journal-meta><article-meta>
<article-id pub-id-type="pmid">12345</article-id><article-id pub-id-type="doi">10.1000/LOOM</article-id>
<title-group><article-title>On <italic>Looms</italic> with 10<sup>3</sup> threads<xref>1</xref><sup>*</sup>
</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Byron</surname><given-names>Ada</given-names></name>
<xref ref-type="aff">1</xref></contrib>
<contrib contrib-type="author"><collab>The Mill Group</collab></contrib>
<contrib contrib-type="editor"><name><surname>Editor</surname></name></contrib>
<aff id="a1"><label>1</label>University of Looms, ada@example.org</aff></contrib-group>
<pub-date pub-type="ppub"><year>2027</year></pub-date>
<pub-date pub-type="epub"><day>7</day><month>8</month><year>2026</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"/></permissions>
<self-uri xlink:href="https://example.org/loom.pdf"/>
<abstract abstract-type="graphical"><p>A picture.</p></abstract>
<abstract><sec><title>Aims</title><p>We weave.</p><p>Much.</p></sec><sec><title>Ends:</title><p>Cloth.</p></sec>
</abstract><kwd-group><kwd>looms</kwd><kwd>mills</kwd></kwd-group>
</article-meta></front>"""
ARTICLE = f"""<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.2//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article">
{FRONT}<body><p>Long.</p></body><back><ref-list><ref><article-title>Cited</article-title></ref></ref-list></back>
<sub-article><front-stub><title-group><article-title>Letter</article-title></title-group></front-stub></sub-article>
</article>"""


def test_an_article_says_what_its_front_says():
    assert jats.recognise(dump(ARTICLE)) == ""
    assert [
        ListedPaper(
            title="On Looms with 103 threads",
            abstract="Aims: We weave. Much. Ends: Cloth.",
            line=4,
            index=1,
            authors=("Ada Byron", "The Mill Group"),
            affiliations=("University of Looms",),
            ids=("pmid:12345", "doi:10.1000/loom"),
            links=(Link(rel="pdf", url="https://example.org/loom.pdf"),),
            keywords=("looms", "mills"),
            venue="The Mill",
            licence="https://creativecommons.org/licenses/by/4.0/",
            published=date(2026, 8, 7),
        )
    ] == list(jats.read(dump(ARTICLE)))


def test_many_articles_are_many_papers_and_one_without_a_title_is_told():
    many = f"<pmc-articleset><article>{FRONT}</article><article><front><article-meta/></front></article>"
    found = list(jats.read(dump(f"{many}</pmc-articleset>")))

    assert [ListedPaper, Problem] == [type(one) for one in found]


def test_an_article_of_another_kind_is_refused():
    """DocBook's root has the same name."""
    assert "article-meta" in jats.recognise(dump("<article><title>How to weave</title></article>"))
