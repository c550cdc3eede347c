"""The ACL Anthology's XML: papers of volumes."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump

from newsletter.formats import acl_xml
from newsletter.model import Link, ListedPaper, Problem

XML = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2022.naloma">
  <volume id="1" type="proceedings">
    <meta>
      <booktitle>Proceedings of the <fixed-case>NALOMA</fixed-case> Workshop</booktitle>
      <editor><first>Stergios</first><last>Chatzikyriakidis</last></editor>
      <month>July-August</month>
      <year>2022</year>
    </meta>
    <frontmatter><url>2022.naloma-1.0</url></frontmatter>
    <paper id="1">
      <title>Learning <fixed-case>DTS</fixed-case> &amp;
        more</title>
      <author><first>Daisuke</first><last>Bekki</last></author>
      <author><last>Madonna</last><variant script="hani"><first>x</first><last>y</last></variant></author>
      <abstract>We <i>learn</i>.</abstract>
      <url hash="43adb187">2022.naloma-1.3</url>
      <doi>10.18653/v1/2022.naloma-1.3</doi>
      <erratum id="1">2022.naloma-1.3e1</erratum>
    </paper>
    <paper id="2"><title/><url>2022.naloma-1.4</url></paper>
    <paper id="3"><title>Last</title></paper>
  </volume>
</collection>
"""


def read(content):
    return list(acl_xml.read(dump(content)))


def test_a_paper_has_its_volumes_name_and_date():
    assert acl_xml.recognise(dump(XML)) == ""
    assert (
        ListedPaper(
            title="Learning DTS & more",
            abstract="We learn.",
            line=11,
            index=1,
            authors=("Daisuke Bekki", "Madonna"),
            ids=("acl:2022.naloma-1.3", "doi:10.18653/v1/2022.naloma-1.3"),
            links=(
                Link(rel="abstract", url="https://aclanthology.org/2022.naloma-1.3/"),
                Link(rel="pdf", url="https://aclanthology.org/2022.naloma-1.3.pdf"),
            ),
            venue="Proceedings of the NALOMA Workshop",
            published=date(2022, 7, 1),
        )
        == read(XML)[0]
    )


def test_a_paper_without_a_title_is_reported_and_one_without_an_address_is_listed():
    found = read(XML)

    assert ("paper 2 has no title", 21) == (found[1].what, found[1].line)
    assert ("Last", ()) == (found[2].title, found[2].ids)


def test_a_file_cut_in_the_middle_gives_what_was_whole():
    found = read(XML[: XML.index("Last<")])

    assert [ListedPaper, Problem, Problem] == [type(one) for one in found]
    assert found[-1].cut


def test_a_paper_outside_a_volume_has_neither_venue_nor_date():
    assert [("One", "", None)] == [
        (one.title, one.venue, one.published)
        for one in read("<collection><paper><title>One</title></paper></collection>")
    ]


@pytest.mark.parametrize("content", ["<collection><x/></collection>", "<rss/>", "no XML", "<collection"])
def test_other_xml_is_refused(content):
    assert acl_xml.recognise(dump(content))
