"""MODS: a paper and the volume it stands in."""

from __future__ import annotations

from datetime import date

from fakes import dump

from newsletter.formats import mods
from newsletter.model import Link, ListedPaper

XML = """<?xml version="1.0" encoding="UTF-8"?>
<modsCollection xmlns="http://www.loc.gov/mods/v3">
<mods ID="byron-2026-looms">
  <titleInfo type="abbreviated"><title>Looms</title></titleInfo>
  <titleInfo><nonSort>The</nonSort><title>Looms</title><subTitle>How they weave</subTitle></titleInfo>
  <name type="personal"><namePart type="given">Ada</namePart><namePart type="given">K.</namePart>
    <namePart type="family">Byron</namePart><role><roleTerm type="text">author</roleTerm></role></name>
  <name><namePart>Babbage, Charles</namePart></name>
  <name><namePart type="family">Editor</namePart><role><roleTerm>editor</roleTerm></role></name>
  <originInfo><dateIssued>2026-08</dateIssued></originInfo>
  <abstract>We weave.</abstract>
  <subject><topic>looms</topic></subject>
  <relatedItem type="host"><titleInfo><title>Proceedings of the Mill</title></titleInfo>
    <name><namePart>Host, A.</namePart></name><abstract>Not ours.</abstract></relatedItem>
  <identifier type="doi">10.1000/LOOM</identifier>
  <location><url>https://aclanthology.org/2026.mill-1.1/</url></location>
</mods>
<mods><titleInfo><title>Mills</title></titleInfo>
  <relatedItem type="host"><part><date>2025</date></part></relatedItem></mods>
</modsCollection>
"""


def test_a_paper_says_what_its_own_elements_say_and_where_it_stands():
    assert mods.recognise(dump(XML)) == ""
    first, second = mods.read(dump(XML))

    assert (
        ListedPaper(
            title="The Looms: How they weave",
            abstract="We weave.",
            line=3,
            index=1,
            authors=("Ada K. Byron", "Charles Babbage"),
            ids=("doi:10.1000/loom", "acl:2026.mill-1.1"),
            links=(Link(rel="abstract", url="https://aclanthology.org/2026.mill-1.1/"),),
            keywords=("looms",),
            venue="Proceedings of the Mill",
            published=date(2026, 8, 1),
        )
        == first
    )
    assert ("Mills", date(2025, 1, 1)) == (second.title, second.published)


def test_a_prefix_and_a_single_work_change_nothing():
    prefixed = '<m:mods xmlns:m="http://www.loc.gov/mods/v3"><m:titleInfo><m:title>Mills</m:title></m:titleInfo></m:mods>'

    assert mods.recognise(dump(prefixed)) == ""
    assert ["Mills"] == [found.title for found in mods.read(dump(prefixed))]
