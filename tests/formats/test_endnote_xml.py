"""EndNote's XML: texts in pieces of styles, dates in two parts."""

from __future__ import annotations

from datetime import date

from fakes import dump

from newsletter.formats import endnote_xml
from newsletter.model import Link, ListedPaper

XML = """<?xml version="1.0" encoding="UTF-8" ?>
<xml><records>
<record><database name="My.enl" path="x">My.enl</database><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Byron, Ada</style></author>
<author>Babbage, Charles</author></authors>
<secondary-authors><author>Editor, An</author></secondary-authors></contributors>
<titles><title><style face="normal">On </style><style face="italic">Looms</style></title>
<secondary-title>The Mill</secondary-title></titles>
<periodical><full-title>The Journal of the Mill</full-title></periodical>
<keywords><keyword>looms</keyword><keyword>mills</keyword></keywords>
<dates><year>2026</year><pub-dates><date>Aug 7</date></pub-dates></dates>
<accession-num>12345</accession-num><remote-database-provider>NLM</remote-database-provider>
<abstract><style>We weave.</style></abstract>
<urls><related-urls><url>https://example.org/looms</url></related-urls>
<pdf-urls><url>internal-pdf://looms.pdf</url></pdf-urls></urls>
<electronic-resource-num>10.1000/LOOM</electronic-resource-num></record>
<record><titles><title>Mills</title></titles><dates><year>2025</year></dates></record>
</records></xml>
"""


def test_a_record_says_what_its_elements_say():
    assert endnote_xml.recognise(dump(XML)) == ""
    first, second = endnote_xml.read(dump(XML))

    assert (
        ListedPaper(
            title="On Looms",
            abstract="We weave.",
            line=3,
            index=1,
            authors=("Ada Byron", "Charles Babbage"),
            ids=("doi:10.1000/loom", "pmid:12345"),
            links=(Link(rel="web", url="https://example.org/looms"),),
            keywords=("looms", "mills"),
            venue="The Journal of the Mill",
            published=date(2026, 8, 7),
        )
        == first
    )
    assert ("Mills", date(2025, 1, 1)) == (second.title, second.published)


def test_any_other_xml_is_refused():
    assert endnote_xml.recognise(dump("<xml><weather/></xml>"))
    assert endnote_xml.recognise(dump("<weather/>"))
