"""RIS, Web of Science and MEDLINE: records of tagged lines."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import nbib, ris, wos
from newsletter.model import ListedPaper, Problem

RIS = """
TY  - JOUR
TI  - Sorting <i>in vivo</i>
  at home
AU  - van Dijk, Anna
AU  - Jr, Bo
AD  - Dept. of Sorting, Delft. Electronic address: anna@example.org
AB  - We sort.
DO  - 10.1000/XYZ
UR  - https://arxiv.org/abs/2106.01345v3
KW  - sorting
PY  - 2017
DA  - 2017/12/21/
T2  - Journal of Sorting
ER  -

TY - CONF
T1 - One blank before the dash
Y1 - 2014//
ER -
"""

WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Loach, PA
   Law, CJ
TI Light in
   bacteria
SO BIOCHEMISTRY
CR ALLEN JP, 1986, P NATL ACAD SCI USA, DOI 10.1073/pnas.83.22.8589
C1 [Loach, PA; Law, CJ] Northwestern Univ, Evanston, IL USA.
DE light; bacteria
PD JUN 8
PY 2004
DI 10.1021/bi0497291
PM 15170339
ER

EF
"""

NBIB = """
PMID- 101
TI  - A title that goes
      on here.
LID - 10.1161/A.1 [doi]
LID - S0001 [pii]
AB  - BACKGROUND: First.
      Second.
FAU - Casbon, James A
AD  - Queen Mary, London. a@example.org
DP  - 2019 Mar-Apr
JT  - Journal of Titles
SO  - J Titles. 2019

PMID- 102
TI  - Another.
DEP - 20190221
SO  - J Titles. 2019
"""

SAMPLES = {ris: RIS, wos: WOS, nbib: NBIB}


def papers(module, content):
    return [one for one in module.read(dump(content)) if isinstance(one, ListedPaper)]


def problems(module, content):
    return [one for one in module.read(dump(content)) if isinstance(one, Problem)]


@pytest.mark.parametrize("module", SAMPLES, ids=lambda module: module.TITLE)
def test_each_recognises_its_own_sample_alone(module):
    assert {module} == {one for one in SAMPLES if not one.recognise(dump(SAMPLES[module]))}


@pytest.mark.parametrize("module", SAMPLES, ids=lambda module: module.TITLE)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(module, end):
    content = SAMPLES[module].replace("\n", end).encode("utf-8-sig")

    assert "" == module.recognise(dump(content))
    assert papers(module, SAMPLES[module]) == papers(module, content)


def test_a_ris_record_says_what_its_tags_say():
    first, second = papers(ris, RIS)

    assert ("Sorting in vivo at home", 2) == (first.title, first.line)
    assert ("Anna van Dijk", "Bo Jr") == first.authors
    assert ("doi:10.1000/xyz", "arxiv:2106.01345") == first.ids
    assert (3, date(2017, 12, 21), "Journal of Sorting") == (first.version, first.published, first.venue)
    assert ("One blank before the dash", date(2014, 1, 1)) == (second.title, second.published)


def test_mail_addresses_of_authors_are_not_kept():
    assert ("Dept. of Sorting, Delft.",) == papers(ris, RIS)[0].affiliations
    assert ("Queen Mary, London.",) == papers(nbib, NBIB)[0].affiliations


def test_a_web_of_science_record_says_what_its_tags_say():
    (one,) = papers(wos, WOS)

    assert ("Light in bacteria", 3, date(2004, 6, 8)) == (one.title, one.line, one.published)
    assert ("PA Loach", "CJ Law") == one.authors
    assert ("doi:10.1021/bi0497291", "pmid:15170339") == one.ids
    assert ("Northwestern Univ, Evanston, IL USA.",) == one.affiliations
    assert ("light", "bacteria") == one.keywords


def test_a_medline_record_says_what_its_tags_say():
    first, second = papers(nbib, NBIB)

    assert ("A title that goes on here.", "BACKGROUND: First. Second.") == (first.title, first.abstract)
    assert ("doi:10.1161/a.1", "pmid:101") == first.ids
    assert (("James A Casbon",), date(2019, 3, 1)) == (first.authors, first.published)
    assert (date(2019, 2, 21), 15) == (second.published, second.line)


@pytest.mark.parametrize(
    ("module", "kept"), [(ris, 1), (wos, 0), (nbib, 1)], ids=lambda value: getattr(value, "TITLE", "")
)
def test_a_file_cut_off_gives_the_complete_records_and_says_so(module, kept):
    content = SAMPLES[module].rstrip()
    content = content[: content.rindex("\nSO  -" if module is nbib else "20")]

    assert kept == len(papers(module, content))
    assert [True] == [one.cut for one in problems(module, content)]


def test_a_record_whose_end_is_missing_is_read_where_the_next_begins():
    content = RIS.replace("ER  -\n", "", 1)

    assert 2 == len(papers(ris, content))
    assert [] == problems(ris, content)


def test_lines_outside_of_any_record_are_told():
    (told,) = problems(ris, RIS.replace("\nTY - CONF", "Lost line\nTY - CONF"))

    assert ("a line stands outside of any record", 16) == (told.what, told.line)


def test_untitled_records_are_told_once():
    (told,) = problems(ris, "TY  - JOUR\nER  - \n" * 3)

    assert "3 records without a title (the first in line 1)" == told.what


def test_a_long_list_of_authors_is_read_whole():
    """A record of 240 kB of authors is real."""
    content = RIS.replace("AU  - Jr, Bo", "\n".join(f"AU  - Family{n}, Given" for n in range(12_000)))

    assert 12_001 == len(papers(ris, content)[0].authors)


def test_a_record_without_end_or_measure_is_left_out():
    (told,) = problems(ris, "TY  - JOUR\n" + "AB  - x\n" * 120_000 + "ER  - \n")

    assert "a record of more than 4,000,000 characters is left out" == told.what


@pytest.mark.parametrize("module", SAMPLES, ids=lambda module: module.TITLE)
@given(text=st.text(alphabet="TYERPIMD -\n1\x00é", max_size=120))
def test_no_text_stops_the_reading(module, text):
    found = list(module.read(dump(SAMPLES[module] + text)))

    assert all(isinstance(one, ListedPaper | Problem) for one in found)


def test_what_a_publisher_puts_before_records_is_no_fault():
    """PsycINFO writes a heading and a tag of its own, some services number their records."""
    psych = "Provider: A\nDatabase: B\n\nTY  - JOUR\nPMID  - 33\nT1  - One\nKW  - *sorting\nER  -\n"
    numbered = "1.\nTY  - JOUR\nT1  - One\nER  - \n2.\nTY  - JOUR\nT1  - Two\nER  - \n"

    assert ["", ""] == [ris.recognise(dump(text)) for text in (psych, numbered)]
    assert [("One", ("sorting",))] == [(one.title, one.keywords) for one in papers(ris, psych)]
    assert ["One", "Two"] == [one.title for one in papers(ris, numbered)]
    assert [] == problems(ris, psych) + problems(ris, numbered)


def test_records_of_eric_have_neither_number_nor_source():
    text = (
        "\nOWN - ERIC\nTI  - One\nAID - http://dx.doi.org/10.1000/xyz\nDP  - 2000\n\nOWN - ERIC\nTI  - Two\n"
    )

    assert "" == nbib.recognise(dump(text))
    assert [("One", ("doi:10.1000/xyz",)), ("Two", ())] == [
        (one.title, one.ids) for one in papers(nbib, text)
    ]
    assert [] == problems(nbib, text)
