"""Records harvested by OAI-PMH."""

from __future__ import annotations

from datetime import date

from fakes import dump

from newsletter.formats import oai
from newsletter.model import DumpDate, Link, ListedPaper, Problem

BEGIN = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2017-12-14T12:56:31Z</responseDate>
<request verb="ListRecords" metadataPrefix="arXiv">http://export.arxiv.org/oai2</request>
<ListRecords>
"""
ARXIV = """<record>
<header><identifier>oai:arXiv.org:1412.8323</identifier><datestamp>2017-12-14</datestamp><setSpec>physics:hep-th</setSpec></header>
<metadata>
 <arXiv xmlns="http://arxiv.org/OAI/arXiv/">
 <id>1412.8323</id><created>2014-12-29</created><updated>2017-12-13</updated><authors><author><keyname>Planck Collaboration</keyname></author><author><keyname>Hoehn</keyname><forenames>Philipp A</forenames><suffix>Jr</suffix><affiliation>Perimeter</affiliation></author></authors><title>A Toolbox for
  Theories</title><categories>quant-ph gr-qc math.MP</categories><comments>78 pages</comments><journal-ref>Quantum 1</journal-ref><doi>10.1000/A 10.1000/B</doi><license>http://creativecommons.org/licenses/by/4.0/</license><abstract>  We build
it &amp; use it.
</abstract></arXiv>
</metadata>
</record>
"""
DELETED = """<record><header status="deleted"><identifier>oai:arXiv.org:1412.0001</identifier></header></record>
"""
RAW = """<record><header><identifier>oai:arXiv.org:1810.09584</identifier></header><metadata>
 <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
 <id>1810.09584</id><submitter>\\'Edgar Rold\\'an</submitter><version version="v1"><date>Mon, 22 Oct 2018 22:41:50 GMT</date></version><version version="v2"><date>Sun, 13 Jan 2019 11:17:09 GMT</date></version><title>House Heat</title><authors>Raphael Chetrite and \\'Edgar Rold\\'an (MIT)</authors><categories>cond-mat.stat-mech</categories><abstract>Hot.</abstract></arXivRaw>
</metadata></record>
"""
CORE = """<record>
<header><identifier>oai:arXiv.org:0901.2443</identifier><setSpec>physics:nucl-ex</setSpec><setSpec>cs:cs:AI</setSpec></header>
<metadata>
 <oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
 <dc:title>Tin</dc:title>
 <dc:creator>&#xd6;zel, B.</dc:creator><dc:creator>Enders, J.</dc:creator>
 <dc:subject>Nuclear Experiment</dc:subject>
 <dc:description>  We excite tin.</dc:description><dc:description>Comment: 4 pages</dc:description>
 <dc:date>2009-01-16</dc:date><dc:date>2009-02-16</dc:date>
 <dc:identifier>http://arxiv.org/abs/0901.2443</dc:identifier><dc:identifier>Phys.Lett.B 10.7 (2009) 1234.5678</dc:identifier><dc:identifier>doi:10.1000/TIN</dc:identifier>
 </oai_dc:dc>
</metadata>
</record>
"""
END = """<resumptionToken cursor="0" completeListSize="1234">abc|1001</resumptionToken>
</ListRecords>
</OAI-PMH>
"""


def read(content):
    one = dump(content)
    assert oai.recognise(one) == ""
    return list(oai.read(one))


def test_a_record_of_arxivs_own_kind_says_all_that_it_says():
    dated, paper = read(BEGIN + ARXIV + END)

    assert DumpDate(month=12, day=14, year=2017) == dated
    assert paper == ListedPaper(
        title="A Toolbox for Theories",
        abstract="We build it & use it.",
        line=6,
        index=1,
        authors=("Planck Collaboration", "Philipp A Hoehn Jr"),
        affiliations=("Perimeter",),
        ids=("arxiv:1412.8323", "doi:10.1000/a", "doi:10.1000/b"),
        links=(Link(rel="abstract", url="https://arxiv.org/abs/1412.8323"),),
        categories=("quant-ph", "gr-qc", "math.MP"),
        venue="Quantum 1",
        comment="78 pages",
        licence="http://creativecommons.org/licenses/by/4.0/",
        published=date(2014, 12, 29),
        updated=date(2017, 12, 13),
    )


def test_a_raw_record_has_its_versions():
    paper = read(BEGIN + RAW + END)[1]

    assert (2, date(2018, 10, 22), date(2019, 1, 13)) == (paper.version, paper.published, paper.updated)
    assert (("Raphael Chetrite", "Édgar Roldán"), ("MIT",)) == (paper.authors, paper.affiliations)
    assert "Édgar Roldán" == paper.submitter


def test_a_bare_record_of_dublin_core_is_read():
    (paper,) = read(CORE)

    assert ("B. Özel", "J. Enders") == paper.authors
    assert ("arxiv:0901.2443", "doi:10.1000/tin") == paper.ids
    assert ("nucl-ex", "cs.AI") == paper.categories
    assert ("We excite tin.", "4 pages") == (paper.abstract, paper.comment)
    assert (date(2009, 1, 16), date(2009, 2, 16)) == (paper.published, paper.updated)


def test_deleted_records_and_the_resumption_token_are_no_papers():
    found = read(BEGIN + DELETED + ARXIV + DELETED + END)

    assert ["DumpDate", "ListedPaper"] == [type(each).__name__ for each in found]


def test_bare_metadata_is_read():
    bare = ARXIV[ARXIV.index("<arXiv ") : ARXIV.index("</metadata>")]

    assert ["A Toolbox for Theories"] == [each.title for each in read(bare)]


def test_an_answer_that_is_an_error_is_a_problem():
    found = read(BEGIN.replace("<ListRecords>", '<error code="noRecordsMatch">nothing</error></OAI-PMH>'))

    assert "the archive answered with an error: nothing" == found[-1].what


def test_a_harvest_cut_in_a_record_gives_all_before():
    found = read(BEGIN + ARXIV + RAW[: len(RAW) // 2])

    assert "A Toolbox for Theories" == found[1].title
    assert found[2].cut
    assert 3 == len(found)


def test_records_that_say_nothing_cost_themselves():
    found = read(
        BEGIN + ARXIV.replace("title>", "titel>") + DELETED.replace(' status="deleted"', "") + RAW + END
    )

    assert ["record 1 has no title", "record 2 has no metadata that we read: arXiv, arXivRaw, dc"] == [
        each.what for each in found if isinstance(each, Problem)
    ]
    assert "House Heat" == found[-1].title
    assert 3 == found[-1].index


def test_records_of_other_archives_are_not_claimed():
    assert oai.recognise(dump("<records><record><title>x</title></record></records>"))
