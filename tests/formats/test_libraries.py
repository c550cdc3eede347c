"""Zotero's exports, CSL-JSON and PubMed's XML."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import csl_json, pubmed_xml, zotero_json, zotero_rdf
from newsletter.model import ListedPaper, Problem

CSL = [
    {
        "id": "a", "type": "article-journal", "title": "Sorting <i>in vivo</i> with <HYBNEXT>",
        "DOI": "10.1000/ABC", "URL": "https://arxiv.org/abs/2106.01345v2", "container-title": "J. Sort.",
        "author": [{"family": "Dijk", "given": "Anna", "non-dropping-particle": "van"}, {"literal": "Apple"}],
        "issued": {"date-parts": [["2020", 8]]}, "note": "Pages: 3 PMID: 77",
    },
    {"id": "b", "type": "book"},
    {"id": "c", "type": "report", "title": "Third", "number": "arXiv:2006.11239"},
]  # fmt: skip

BBT = {
    "config": {"id": "36a3", "label": "BetterBibTeX JSON"},
    "collections": {"X": {"items": [1, 2]}},
    "items": [
        {
            "itemType": "journalArticle", "title": "Breaks", "date": "Aug 31, 2022", "DOI": "10.1371/j.1",
            "creators": [{"firstName": "Ada", "lastName": "Bo", "creatorType": "author"},
                         {"name": "Ed", "creatorType": "editor"}],
            "tags": [{"tag": "Rest", "type": 1}], "extra": "arXiv: 2106.01345", "publicationTitle": "PLOS ONE",
            "notes": [{"itemType": "note", "note": "mine"}],
        },
        {"itemType": "attachment", "title": "Full Text"},
        {"data": {"itemType": "preprint", "title": "From the web service"}, "library": {"type": "user"}},
    ],
}  # fmt: skip

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
  <bib:Article rdf:about="#1">
    <z:itemType>journalArticle</z:itemType>
    <dcterms:isPartOf rdf:resource="urn:issn:1"/>
    <bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Bo</foaf:surname><foaf:givenName>Ada</foaf:givenName>
    </foaf:Person></rdf:li></rdf:Seq></bib:authors>
    <dc:title>First &amp; best</dc:title><dc:date>8/2020</dc:date>
  </bib:Article>
  <bib:Journal rdf:about="urn:issn:1"><dc:title>J. One</dc:title><dc:identifier>DOI 10.1000/ONE</dc:identifier>
    <dc:identifier>ISSN 1</dc:identifier></bib:Journal>
  <z:Attachment rdf:about="#2"><z:itemType>attachment</z:itemType><dc:title>Full Text</dc:title></z:Attachment>
  <bib:BookSection rdf:about="#3">
    <z:itemType>bookSection</z:itemType>
    <dcterms:isPartOf><bib:Book><dc:title>A book</dc:title></bib:Book></dcterms:isPartOf>
    <dc:title>A chapter</dc:title><dc:description>Pages: 3
DOI: 10.2000/two</dc:description>
  </bib:BookSection>
  <rdf:Description rdf:about="#4"><z:itemType>conferencePaper</z:itemType></rdf:Description>
</rdf:RDF>
"""

PUBMED = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation><PMID Version="1">11</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2019</Year><Month>Mar</Month></PubDate></JournalIssue><Title>J. Med</Title></Journal>
<ArticleTitle>Early <sup>99m</sup>Tc scans</ArticleTitle>
<ELocationID EIdType="doi">10.1000/AbC</ELocationID>
<Abstract><AbstractText Label="METHODS">We scan.</AbstractText><AbstractText>It works.</AbstractText></Abstract>
<AuthorList><Author><LastName>Bo</LastName><ForeName>Ada</ForeName><AffiliationInfo><Affiliation>Essen. ada@example.org
</Affiliation></AffiliationInfo></Author><Author><CollectiveName>The Group</CollectiveName></Author></AuthorList>
</Article><KeywordList><Keyword>scan</Keyword></KeywordList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="doi">10.1000/abc</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9000/cited</ArticleId></ArticleIdList></Reference>
</ReferenceList></PubmedData></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>12</PMID><Article><ArticleTitle>Second</ArticleTitle></Article></MedlineCitation>
</PubmedArticle></PubmedArticleSet>"""

SAMPLES = {csl_json: json.dumps(CSL), zotero_json: json.dumps(BBT), zotero_rdf: RDF, pubmed_xml: PUBMED}


def papers(module, content=""):
    found = module.read(dump(content or SAMPLES[module]))
    return [one for one in found if isinstance(one, ListedPaper)]


def problems(module, content=""):
    return [one for one in module.read(dump(content or SAMPLES[module])) if isinstance(one, Problem)]


@pytest.mark.parametrize("module", SAMPLES, ids=lambda module: module.TITLE)
def test_each_recognises_its_own_sample_alone(module):
    assert {module} == {one for one in SAMPLES if not one.recognise(dump(SAMPLES[module]))}


def test_a_csl_reference_says_what_its_fields_say():
    first, third = papers(csl_json)

    assert ("Sorting in vivo with <HYBNEXT>", ("Anna van Dijk", "Apple")) == (first.title, first.authors)
    assert ("doi:10.1000/abc", "arxiv:2106.01345", "pmid:77") == first.ids
    assert (2, date(2020, 8, 1), "J. Sort.") == (first.version, first.published, first.venue)
    assert (3, ("arxiv:2006.11239",)) == (third.index, third.ids)
    assert ["a record without a title (record 2)"] == [one.what for one in problems(csl_json)]


@pytest.mark.parametrize(
    "other",
    [
        {"id": "1", "type": "book", "title": ["A list"], "DOI": "10.1000/x"},
        {"id": "1", "type": "book", "title": "Crossref's", "DOI": "10.1000/x", "indexed": {}},
        {"id": "1", "type": "article", "title": "OpenAlex's", "abstract_inverted_index": {}},
        {"type": "article-journal", "title": "No id"},
        {"id": "1", "type": {"a": 1}, "title": "Odd"},
    ],
)
def test_records_of_other_services_are_no_csl(other):
    assert csl_json.recognise(dump(json.dumps([other])))


def test_a_zotero_record_says_what_its_fields_say():
    first, second = papers(zotero_json)

    assert ("Breaks", ("Ada Bo",), ("Rest",)) == (first.title, first.authors, first.keywords)
    assert (("doi:10.1371/j.1", "arxiv:2106.01345"), date(2022, 8, 31)) == (first.ids, first.published)
    assert ("From the web service", 3) == (second.title, second.index)


def test_in_zotero_rdf_the_journal_behind_a_paper_bears_its_doi():
    first, second = papers(zotero_rdf)

    assert ("First & best", ("Ada Bo",), ("doi:10.1000/one",)) == (first.title, first.authors, first.ids)
    assert ("J. One", date(2020, 8, 1), 4) == (first.venue, first.published, first.line)
    assert ("A chapter", "A book", ("doi:10.2000/two",)) == (second.title, second.venue, second.ids)
    assert ["a record without a title (record 3)"] == [one.what for one in problems(zotero_rdf)]


def test_a_journal_with_two_dois_gives_none():
    content = RDF.replace("<dc:identifier>ISSN 1<", "<dc:identifier>DOI 10.1000/OTHER<")

    assert () == papers(zotero_rdf, content)[0].ids


def test_a_pubmed_record_says_what_its_elements_say():
    first, second = papers(pubmed_xml)

    assert ("Early 99mTc scans", "METHODS: We scan. It works.") == (first.title, first.abstract)
    assert (("Ada Bo", "The Group"), ("Essen.",)) == (first.authors, first.affiliations)
    assert (("doi:10.1000/abc", "pmid:11"), date(2019, 3, 1)) == (first.ids, first.published)
    assert ("Second", ("pmid:12",)) == (second.title, second.ids)


@pytest.mark.parametrize("module", SAMPLES, ids=lambda module: module.TITLE)
def test_a_file_cut_off_gives_the_complete_records_and_says_so(module):
    content = SAMPLES[module]
    marks = {
        csl_json: "arXiv:2006",
        zotero_json: "From the web",
        zotero_rdf: "conferencePaper",
        pubmed_xml: "Second",
    }
    kept = {csl_json: 1, zotero_json: 1, zotero_rdf: 2, pubmed_xml: 1}
    content = content[: content.index(marks[module])]

    assert kept[module] == len(papers(module, content))
    assert 1 == sum(one.cut for one in problems(module, content))


@pytest.mark.parametrize("module", SAMPLES, ids=lambda module: module.TITLE)
@given(
    place=st.integers(0, 3000), put=st.sampled_from(['"', "{", "]", "<", ">", "&", "\x00", "null", "5", "[]"])
)
def test_no_change_of_a_file_stops_the_reading(module, place, put):
    content = SAMPLES[module][:place] + put + SAMPLES[module][place:]
    module.recognise(dump(content))

    assert all(isinstance(one, ListedPaper | Problem) for one in module.read(dump(content)))
