"""Feeds of papers: RSS of every age, Atom, and the digests people make of them."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump

from newsletter.formats import feed
from newsletter.model import DumpDate, Link, ListedPaper, Problem

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Papers</title><link>https://example.org</link><lastBuildDate>Sat, 08 Aug 2026 00:40:03 +0000</lastBuildDate>
<item>
  <title>On &amp;amp; On: &lt;i&gt;E. coli&lt;/i&gt; and &lt;HYBNEXT&gt;</title>
  <link>https://arxiv.org/abs/2607.28609v2</link>
  <description>&lt;p&gt;&lt;b&gt;Authors:&lt;/b&gt; Ada Lovelace, Kun Yi&lt;/p&gt;&lt;p&gt;&lt;b&gt;Upvotes:&lt;/b&gt; 52&lt;/p&gt;&lt;p&gt;&lt;b&gt;Summary:&lt;/b&gt; It weaves.&lt;/p&gt;</description>
  <guid isPermaLink="false">https://arxiv.org/abs/2607.28609</guid>
  <category>cs.LG</category><category>looms</category>
  <pubDate>Thu, 30 Jul 2026 00:00:00 +0000</pubDate>
</item>
<item><title/><link>https://arxiv.org/abs/2607.28610</link></item>
<item><title><![CDATA[
  Bare
]]></title><description>Words, no markup: 1 &lt; 2.</description><dc:creator>Yi, K., Ng, A. Y.</dc:creator></item>
</channel></rss>
"""

DIGEST = """<rss version="2.0"><channel><title>Chat Arxiv</title><item>
<title>&#26412;&#25991;&#25506;&#35752;</title><link>http://arxiv.org/abs/2305.11581</link><description>&lt;p&gt;
&#21046;&#36896;&#19994;
&lt;/p&gt;
&lt;p&gt;
Trustworthy AI in manufacturing. (arXiv:2305.11581v1 [cs.AI])
&lt;/p&gt;
&lt;p&gt;http://arxiv.org/abs/2305.11581&lt;/p&gt;
&lt;p&gt;&#26412;&#25991;&#25506;&#35752;&#20102;&lt;/p&gt;
&lt;p&gt;While the use of AI has been noted, little is known.&lt;/p&gt;</description></item></channel></rss>
"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><updated>2026-08-07T00:00:00Z</updated>
<entry><title type="html">One</title><id>urn:x:1</id>
<link rel="self" href="https://example.org/self"/><link href="https://doi.org/10.1000/XYZ"/>
<author><name>Ada Lovelace</name></author><author><name>Kun Yi</name></author>
<published>2026-08-06</published><updated>2026-08-07</updated>
<summary type="html">&lt;p&gt;First.&lt;/p&gt;&lt;p&gt;Second.&lt;/p&gt;</summary></entry></feed>
"""

BIORXIV = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://purl.org/rss/1.0/modules/prism/">
<channel rdf:about="http://biorxiv.org"><title>bioRxiv</title><dc:date>2026-08-08</dc:date></channel>
<item rdf:about="http://biorxiv.org/cgi/content/short/2026.08.01.1?rss=1">\r
<title><![CDATA[\r
Cells\r
]]></title><link>http://biorxiv.org/cgi/content/short/2026.08.01.1?rss=1</link>
<description><![CDATA[They divide.]]></description><dc:creator><![CDATA[Drareni, K., Piquet, C. E. M.]]></dc:creator>
<dc:date>2026-08-07</dc:date><dc:identifier>doi:10.64898/2026.08.01.1</dc:identifier>
<dc:title><![CDATA[Cells]]></dc:title><prism:publicationName>bioRxiv</prism:publicationName></item></rdf:RDF>
"""


def read(content):
    return list(feed.read(dump(content)))


def papers(content):
    return [one for one in read(content) if isinstance(one, ListedPaper)]


def test_an_entry_is_read_with_what_the_digest_wrote_into_its_description():
    found = read(RSS)

    assert DumpDate(month=8, day=8, year=2026) == found[0]
    assert (
        ListedPaper(
            title="On & On: E. coli and <HYBNEXT>",
            abstract="It weaves.",
            line=4,
            index=1,
            authors=("Ada Lovelace", "Kun Yi"),
            ids=("arxiv:2607.28609",),
            links=(Link(rel="abstract", url="https://arxiv.org/abs/2607.28609v2"),),
            categories=("cs.LG",),
            keywords=("looms",),
            version=2,
            published=date(2026, 7, 30),
            listed=date(2026, 7, 30),
            votes=52,
        )
        == found[1]
    )


def test_an_entry_without_a_title_costs_that_entry():
    assert [("entry 2 has no title", 12)] == [(p.what, p.line) for p in read(RSS) if isinstance(p, Problem)]
    assert ("Bare", "Words, no markup: 1 < 2.", ("K. Yi", "A. Y. Ng")) == (
        (last := papers(RSS)[-1]).title,
        last.abstract,
        last.authors,
    )


def test_a_translated_digest_gives_the_papers_own_title_and_abstract():
    assert [
        ListedPaper(
            title="Trustworthy AI in manufacturing",
            abstract="While the use of AI has been noted, little is known.",
            line=1,
            index=1,
            ids=("arxiv:2305.11581",),
            links=(Link(rel="abstract", url="http://arxiv.org/abs/2305.11581"),),
            categories=("cs.AI",),
            version=1,
        )
    ] == read(DIGEST)


def test_an_atom_feed_is_read_by_its_alternate_link():
    assert [
        DumpDate(month=8, day=7, year=2026),
        ListedPaper(
            title="One",
            abstract="First. Second.",
            line=2,
            index=1,
            authors=("Ada Lovelace", "Kun Yi"),
            ids=("doi:10.1000/xyz",),
            links=(Link(rel="abstract", url="https://doi.org/10.1000/XYZ"),),
            published=date(2026, 8, 6),
            updated=date(2026, 8, 7),
            listed=date(2026, 8, 6),
        ),
    ] == read(ATOM)


def test_a_preprint_servers_rdf_is_read_with_its_doi():
    assert [
        (
            "Cells",
            ("doi:10.64898/2026.08.01.1",),
            ("K. Drareni", "C. E. M. Piquet"),
            date(2026, 8, 7),
            "bioRxiv",
        )
    ] == [(one.title, one.ids, one.authors, one.published, one.venue) for one in papers(BIORXIV)]


@pytest.mark.parametrize(
    "content", [RSS, DIGEST, ATOM, BIORXIV, RSS.replace("<item", "<x:item").replace("</item", "</x:item")]
)
def test_a_feed_is_recognised_by_its_root(content):
    assert feed.recognise(dump(content)) == ""


def test_a_feed_that_arxiv_makes_is_left_to_its_own_format():
    answer = """<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id>
<title>ArXiv Query: search_query=all:x</title><entry><id>http://arxiv.org/abs/2106.01345v2</id><title>A</title>
</entry></feed>"""

    assert "arxiv_api" in feed.recognise(dump(answer))


@pytest.mark.parametrize("content", ["<html></html>", "<rdf:RDF/>", "rss", "", "<collection/>"])
def test_what_is_no_feed_is_refused(content):
    assert feed.recognise(dump(content))


def test_an_entry_may_have_a_title_alone():
    assert [ListedPaper(title="One", line=1, index=1)] == read("<rss><item><title>One</title></item></rss>")


def test_a_broken_entry_costs_that_entry():
    found = read("<rss><item><title>One</b></item><item><title>Two</title></item></rss>")

    assert [Problem, ListedPaper] == [type(one) for one in found]


def test_several_creators_of_one_entry_are_its_authors():
    entry = "<rss><item><title>One</title><creator>Ada Lovelace, Kun Yi</creator></item></rss>"

    assert ("Ada Lovelace", "Kun Yi") == papers(entry)[0].authors


def test_a_feed_cut_in_the_middle_gives_what_was_whole():
    found = read(RSS[: RSS.index("]]>")])

    assert ["On & On: E. coli and <HYBNEXT>"] == [one.title for one in found if isinstance(one, ListedPaper)]
    assert found[-1].cut


@pytest.mark.parametrize("title", ["{{ 7*7 }}", "a ]]> b", "\u202eabc", "x" * 100_000, "(arXiv:" * 2000])
def test_hostile_titles_stay_words(title):
    content = RSS.replace("On &amp;amp; On", title.replace("]]>", "]]&gt;"))

    assert papers(content)[0].title.startswith(title[:50])


def test_what_publishers_write_into_descriptions_is_told_from_the_abstract():
    described = "<p>Publication date: January 2024</p><p><b>Source:</b> Looms, Volume 3</p><p>Author(s): Ada Byron</p>"
    nature = "Looms, Published online: 05 January 2024; doi:10.1000/abc We weave."
    (first,) = read(
        f"<rss><item><title>A</title><description><![CDATA[{described}]]></description></item></rss>"
    )
    (second,) = read(f"<rss><item><title>B</title><description>{nature}</description></item></rss>")

    assert (("Ada Byron",), "Looms, Volume 3", date(2024, 1, 1), "") == (
        first.authors,
        first.venue,
        first.published,
        first.abstract,
    )
    assert "We weave." == second.abstract


def test_each_identifier_of_an_entry_is_read():
    dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    (found,) = read(
        f"<rss {dc}><item><title>A</title><link>https://pubmed.ncbi.nlm.nih.gov/38000001/</link>"
        "<dc:identifier>pmid:38000001</dc:identifier><dc:identifier>doi:10.1000/abc</dc:identifier></item></rss>"
    )

    assert ("pmid:38000001", "doi:10.1000/abc") == found.ids


def test_an_entry_that_a_feed_shows_for_weeks_is_listed_on_one_day():
    """Whoever saves the feed each day must not see the entry on twenty lists, which would make it a trend."""
    saved = [ATOM.replace("<updated>2026-08-07T", f"<updated>2026-08-{day}T") for day in ("07", "28")]

    assert [7, 28] == [read(content)[0].day for content in saved]
    assert [date(2026, 8, 6)] * 2 == [papers(content)[0].listed for content in saved]
