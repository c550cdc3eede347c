"""arXiv's XML: the query interface, the daily feeds of today and of before 2024."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump

from newsletter.formats import arxiv_api, arxiv_rdf, arxiv_rss
from newsletter.model import DumpDate, Link, ListedPaper, Problem

FORMATS = (arxiv_api, arxiv_rss, arxiv_rdf)

API = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x191</id>
  <title>arXiv Query: search_query=all:testing</title>
  <updated>2026-04-12T22:45:06Z</updated>
  <opensearch:itemsPerPage>100</opensearch:itemsPerPage>
  <opensearch:totalResults>214881</opensearch:totalResults>
  <opensearch:startIndex>214880</opensearch:startIndex>
  <entry>
    <id>http://arxiv.org/abs/2202.12139v3</id>
    <title>On Tests &amp;
  &lt;script&gt;</title>
    <updated>2022-03-24T15:05:19Z</updated>
    <link href="https://arxiv.org/abs/2202.12139v3" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2202.12139v3" rel="related" type="application/pdf" title="pdf"/>
    <summary>We test.
We fail.</summary>
    <category term="68T05" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.SE" scheme="http://arxiv.org/schemas/atom"/>
    <published>2022-02-24T15:05:19Z</published>
    <arxiv:comment>A workshop</arxiv:comment>
    <arxiv:primary_category term="cs.SE"/>
    <arxiv:journal_ref>J. Tests 7</arxiv:journal_ref>
    <author><name>Mohit Ahuja</name><arxiv:affiliation>Ohio State</arxiv:affiliation></author>
    <author><name>Helge Spieker</name></author>
    <arxiv:doi>10.1109/ICSTW55395.2022.00035</arxiv:doi>
  </entry>
</feed>
"""

RSS = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">
  <channel>
    <title>cs.CV updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/cs.CV</link>
    <lastBuildDate>Wed, 04 Jun 2025 04:00:12 +0000</lastBuildDate>
    <pubDate>Wed, 04 Jun 2025 00:00:00 -0400</pubDate>
    <item>
      <title>Questions in Order</title>
      <link>https://arxiv.org/abs/2506.02615</link>
      <description>arXiv:2506.02615v4 Announce Type: replace-cross
Abstract: We ask. Abstract: still asking.</description>
      <guid isPermaLink="false">oai:arXiv.org:2506.02615v4</guid>
      <category>cs.CV</category>
      <category>cs.AI</category>
      <pubDate>Wed, 04 Jun 2025 00:00:00 -0400</pubDate>
      <arxiv:announce_type>replace-cross</arxiv:announce_type>
      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
      <arxiv:DOI>10.1000/ABC</arxiv:DOI>
      <arxiv:journal_reference>J. Tests 7</arxiv:journal_reference>
      <dc:creator>Andr\\'e Weil, Min Jin</dc:creator>
    </item>
    <item>
      <title>Another</title>
      <link>https://arxiv.org/abs/2506.02616</link>
      <description>arXiv:2506.02616v1 Announce Type: new
Abstract: We answer.</description>
    </item>
  </channel>
</rss>
"""

ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">
  <id>http://rss.arxiv.org/atom/cs.AI</id>
  <title>cs.AI updates on arXiv.org</title>
  <updated>2025-08-20T04:00:19.866337+00:00</updated>
  <entry>
    <id>oai:arXiv.org:2508.13426v1</id>
    <title>Words and Words</title>
    <updated>2025-08-20T04:00:19.899254+00:00</updated>
    <link href="https://arxiv.org/abs/2508.13426" rel="alternate" type="text/html"/>
    <summary>arXiv:2508.13426v1 Announce Type: cross
Abstract: They associate.</summary>
    <category term="cs.CL"/>
    <published>2025-08-20T00:00:00-04:00</published>
    <arxiv:announce_type>cross</arxiv:announce_type>
    <dc:creator>Chunhua Liu</dc:creator>
  </entry>
</feed>
"""

RDF = """<?xml version="1.0" encoding="UTF-8"?>

<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://arxiv.org/">
<title>hep-ex updates on arXiv.org</title>
<dc:date>2018-05-23T20:30:00-05:00</dc:date>
</channel>
<item rdf:about="http://arxiv.org/abs/1805.08875">
<title>Spins (arXiv: a Review). (arXiv:1805.08875v1 [hep-ex])</title>
<link>http://arxiv.org/abs/1805.08875</link>
<description rdf:parseType="Literal">&lt;p&gt;We see $2.6&amp;lt;\\eta$
again.
&lt;/p&gt;
</description>
<dc:creator> &lt;a href=&quot;http://arxiv.org/find&quot;&gt;Christopher Dilks&lt;/a&gt; (STAR Collaboration)</dc:creator>
</item>
<item rdf:about="http://arxiv.org/abs/1805.09166">
<title>Top Quarks? (arXiv:1805.09166v1 [hep-ex] CROSS LISTED)</title>
<link>http://arxiv.org/abs/1805.09166</link>
</item>
<item rdf:about="http://arxiv.org/abs/1805.06430">
<title>Mesons. (arXiv:1805.06430v2 [nucl-th] UPDATED)</title>
<link>http://arxiv.org/abs/1805.06430</link>
</item>
</rdf:RDF>
"""


def read(content, by):
    one = dump(content)
    assert [by] == [each for each in FORMATS if not each.recognise(one)]
    return list(by.read(one))


def papers(found):
    return [each for each in found if isinstance(each, ListedPaper)]


def problems(found):
    return [each for each in found if isinstance(each, Problem)]


# --------------------------------------------------------------------------------- query interface


def test_an_entry_of_the_query_interface_says_all_that_it_says():
    dated, paper = read(API, arxiv_api)

    assert DumpDate(month=4, day=12, year=2026) == dated
    assert paper == ListedPaper(
        title="On Tests & <script>",
        abstract="We test. We fail.",
        line=9,
        index=1,
        authors=("Mohit Ahuja", "Helge Spieker"),
        affiliations=("Ohio State",),
        ids=("arxiv:2202.12139", "doi:10.1109/icstw55395.2022.00035"),
        links=(
            Link(rel="abstract", url="https://arxiv.org/abs/2202.12139"),
            Link(rel="pdf", url="https://arxiv.org/pdf/2202.12139v3"),
        ),
        categories=("cs.SE", "cs.LG"),
        venue="J. Tests 7",
        comment="A workshop",
        version=3,
        published=date(2022, 2, 24),
        updated=date(2022, 3, 24),
    )


def test_an_error_is_a_problem_and_no_paper():
    answer = API.replace("http://arxiv.org/abs/2202.12139v3", "http://arxiv.org/api/errors#bad_id", 1)
    found = read(answer.replace("On Tests &amp;\n  &lt;script&gt;", "Error"), arxiv_api)

    assert papers(found) == []
    assert "arXiv answered with an error: We test. We fail." == problems(found)[0].what


def test_an_answer_with_fewer_entries_than_it_says_is_told():
    """The interface now and then gives an empty page in the middle of a long list."""
    answer = API.replace("<opensearch:startIndex>214880", "<opensearch:startIndex>100")
    found = read(answer, arxiv_api)

    assert ["the answer says that it has 100 entries, but there are 1"] == [
        each.what for each in problems(found)
    ]


def test_a_pdf_elsewhere_is_not_linked():
    found = read(API.replace("https://arxiv.org/pdf/", "javascript:alert(1)//arxiv.org/pdf/"), arxiv_api)

    assert ["abstract"] == [link.rel for link in papers(found)[0].links]


# ------------------------------------------------------------------------------------- daily feeds


def test_an_announcement_says_all_that_it_says():
    dated, paper, _ = read(RSS, arxiv_rss)

    assert DumpDate(month=6, day=4, year=2025) == dated
    assert paper == ListedPaper(
        title="Questions in Order",
        abstract="We ask. Abstract: still asking.",
        line=8,
        index=1,
        authors=("André Weil", "Min Jin"),
        ids=("arxiv:2506.02615", "doi:10.1000/abc"),
        links=(Link(rel="abstract", url="https://arxiv.org/abs/2506.02615"),),
        categories=("cs.CV", "cs.AI"),
        venue="J. Tests 7",
        licence="http://creativecommons.org/licenses/by/4.0/",
        kind="replaced-cross",
        version=4,
        listed=date(2025, 6, 4),
    )


def test_an_announcement_without_its_extras_tells_its_version_in_the_text():
    paper = papers(read(RSS, arxiv_rss))[1]

    assert ("new", 1, "We answer.") == (paper.kind, paper.version, paper.abstract)


def test_the_feed_in_atom_is_read_alike():
    dated, paper = read(ATOM, arxiv_rss)

    assert DumpDate(month=8, day=20, year=2025) == dated
    assert ("Words and Words", "They associate.", "cross", 1) == (
        paper.title,
        paper.abstract,
        paper.kind,
        paper.version,
    )
    assert (("arxiv:2508.13426",), ("cs.CL",), ("Chunhua Liu",)) == (
        paper.ids,
        paper.categories,
        paper.authors,
    )
    assert date(2025, 8, 20) == paper.listed


def test_a_feed_of_before_2024_has_its_marks_taken_off_the_title():
    found = read(RDF, arxiv_rdf)

    assert DumpDate(month=5, day=23, year=2018) == found[0]
    assert ["Spins (arXiv: a Review)", "Top Quarks?", "Mesons"] == [each.title for each in papers(found)]
    assert ["new", "cross", "replaced"] == [each.kind for each in papers(found)]
    assert [1, 1, 2] == [each.version for each in papers(found)]
    assert [("hep-ex",), ("hep-ex",), ("nucl-th",)] == [each.categories for each in papers(found)]


def test_the_markup_in_a_feed_of_before_2024_is_undone():
    paper = papers(read(RDF, arxiv_rdf))[0]

    assert "We see $2.6<\\eta$ again." == paper.abstract
    assert (("Christopher Dilks",), ("STAR Collaboration",)) == (paper.authors, paper.affiliations)


def test_rss_2_of_before_2024_is_read_too():
    feed = RSS.replace(
        "Questions in Order<", "Questions in Order. (arXiv:2506.02615v4 [cs.CV] UPDATED)<"
    ).replace("<arxiv:announce_type>replace-cross</arxiv:announce_type>", "")
    paper = papers(read(feed, arxiv_rss))[0]

    assert ("Questions in Order", "replaced") == (paper.title, paper.kind)


@pytest.mark.parametrize(
    ("feed", "by"), [(API, arxiv_api), (RSS, arxiv_rss), (ATOM, arxiv_rss), (RDF, arxiv_rdf)]
)
def test_a_feed_cut_in_its_last_record_gives_all_before(feed, by):
    record = "<entry>" if "<entry>" in feed else "<item"
    found = read(feed[: feed.rindex(record) + 60], by)

    assert feed.count(record) - 1 == len(papers(found))
    assert problems(found)[0].cut


@pytest.mark.parametrize(
    ("feed", "by"), [(API, arxiv_api), (RSS, arxiv_rss), (ATOM, arxiv_rss), (RDF, arxiv_rdf)]
)
def test_a_record_without_a_title_costs_that_record(feed, by):
    record = "<entry>" if "<entry>" in feed else "<item"
    before, begin, rest = feed.partition(record)
    found = read(
        before + begin + rest.replace("<title>", "<titel>", 1).replace("</title>", "</titel>", 1), by
    )

    assert feed.count(record) - 1 == len(papers(found))
    assert "record 1 has no title" == problems(found)[0].what.replace("entry", "record")


def test_a_feed_on_a_weekend_is_claimed_and_holds_nothing():
    feed = RSS[: RSS.index("    <item>")] + "</channel></rss>"

    assert papers(read(feed, arxiv_rss)) == []


def test_feeds_that_others_make_of_arxiv_are_not_claimed():
    other = RSS.replace("cs.CV updates on arXiv.org", "My digest").replace("rss.arxiv.org", "example.org")

    assert [] == [each for each in FORMATS if not each.recognise(dump(other))]
