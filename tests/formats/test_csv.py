"""Tables of papers: CSV and TSV as programs and people write them, and Parquet."""

from __future__ import annotations

import io
import sys
from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import csv, parquet
from newsletter.model import ListedPaper, Problem

HEAD = "Paper_ID,Title,Authors,Abstract,Published,Upvotes\n"
ROWS = """2106.01345v2,"Decision Transformer, Revisited","Chen, Lili; Lu, Kevin","Two
lines",2021-06-02,1.2k

2006.11239,Denoising “Diffusion”,"['Jonathan Ho', ""O'Neil, Ada""]",nan,2020//,
"""


def found(content, module=csv):
    return list(module.read(dump(content, "table")))


def papers(content, module=csv):
    return [one for one in found(content, module) if isinstance(one, ListedPaper)]


def problems(content, module=csv):
    return [one for one in found(content, module) if isinstance(one, Problem)]


def test_each_row_is_a_listing_with_the_line_it_begins_in():
    first, second = papers(HEAD + ROWS)

    assert (2, "Decision Transformer, Revisited", "Two lines") == (first.line, first.title, first.abstract)
    assert (("Lili Chen", "Kevin Lu"), ("arxiv:2106.01345",), 2) == (first.authors, first.ids, first.version)
    assert (date(2021, 6, 2), 1200) == (first.published, first.votes)
    assert (5, ("Jonathan Ho", "Ada O'Neil"), date(2020, 1, 1)) == (
        second.line,
        second.authors,
        second.published,
    )
    assert ("", None) == (second.abstract, second.votes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("before", ["", "\n\n", "sep={}\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_show_by_themselves(delimiter, before, encoding):
    rows = ("Title,DOI,Year", "A title é,10.1000/ABC,2020", "Another,,2021")
    content = before.format(delimiter) + "\r\n".join(row.replace(",", delimiter) for row in rows)
    one = dump(content.encode(encoding))

    assert "" == csv.recognise(one)
    assert ["A title é", "Another"] == [paper.title for paper in papers(content.encode(encoding))]
    assert ("doi:10.1000/abc",) == papers(content.encode(encoding))[0].ids


@pytest.mark.parametrize(
    "header",
    [
        "Item Title,Authors,Publication Year,Item DOI",  # Springer
        "TI,AF,PY,DI",  # Web of Science
        "Titel,Autoren,Jahr,DOI",
        "Titre,Auteurs,Année,DOI",
        "标题,作者,日期,DOI",
        '"About the data: Exported on Jan 01, 2024."\nTitle,Authors,PubYear,DOI',  # Dimensions
    ],
)
def test_columns_are_known_by_the_names_that_services_and_languages_give_them(header):
    content = f'{header}\nOn Looms,"Byron, Ada; Babbage, Charles",2024,10.1000/abc\n'
    (paper,) = papers(content)

    assert "" == csv.recognise(dump(content))
    assert ("On Looms", ("Ada Byron", "Charles Babbage"), ("doi:10.1000/abc",), date(2024, 1, 1)) == (
        paper.title,
        paper.authors,
        paper.ids,
        paper.published,
    )


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ("title,year,genre,url\nAlien,1979,horror,https://example.org/alien\n", False),
        ("id,title,category,tags,price\n1,Blue shirt,clothes,blue,12\n", False),
        ("Name,Author,Stars per day,URL\nleft-pad,ada,3,https://example.org/left-pad\n", False),
        ("title,year\nOn Looms,2024\n", True),
        ("title,url\nOn Looms,https://arxiv.org/abs/2401.00001\n", True),
        ("Name,Tags,URL\nOn Looms,nlp,https://arxiv.org/abs/2401.00001\n", True),
    ],
)
def test_a_table_without_anything_of_papers_is_none_of_papers(content, known):
    assert known == (csv.recognise(dump(content)) == "")


def test_a_table_of_reviews_names_the_forum():
    content = "id,title,keywords,ratings,withdraw\nkRvZ2PcsxjJj,A title,\"['a b', 'c']\",\"[1, 2]\",0\n"

    assert [(("openreview:kRvZ2PcsxjJj",), ("a b", "c"))] == [
        (one.ids, one.keywords) for one in papers(content)
    ]


def test_a_table_of_zotero_has_semicolons_between_names_and_attachments_beside_papers():
    content = (
        'Key,Item Type,Author,Title,Extra,Manual Tags\nA,book,"Basker, E.",A book,"Pages: 5 DOI: 10.4337/97",x; y\n'
        "B,attachment,,Full Text,,\n"
    )

    assert [("A book", ("E. Basker",), ("doi:10.4337/97",), ("x", "y"))] == [
        (one.title, one.authors, one.ids, one.keywords) for one in papers(content)
    ]


def test_a_quotation_mark_that_nothing_closes_costs_its_row():
    content = 'title,year,venue\nA,2020,x\n"B,2021,y\n' + "".join(f"C{n},2022,z\n" for n in range(900))

    assert ["A", "C0", "C899"] == [papers(content)[n].title for n in (0, 1, -1)]
    assert [(3, "a quoted field that nothing closes")] == [(one.line, one.what) for one in problems(content)]


def test_in_a_tsv_a_quotation_mark_may_be_just_one():
    content = 'title\tyear\n"Give me a break\t2020\nB\t2021\n'

    assert ['"Give me a break', "B"] == [one.title for one in papers(content)]


def test_a_table_cut_off_in_a_quoted_text_says_so():
    content = 'title,abstract,year\nA,"one",2020\nB,"two\nlines of\ntex'

    assert ["A"] == [one.title for one in papers(content)]
    assert [(3, True)] == [(one.line, one.cut) for one in problems(content)]


def test_a_table_cut_off_in_its_last_row_says_so():
    content = "title,abstract,year\nA,one,2020\nB, tw"

    assert ["A"] == [one.title for one in papers(content)]
    assert [(3, True)] == [(one.line, one.cut) for one in problems(content)]


def test_rows_that_are_short_throughout_are_read():
    assert ["A", "B"] == [one.title for one in papers("title,year,note\nA,2020\nB,2021\nC,2022\n")][:2]


def test_a_row_with_a_cell_too_many_is_told():
    (told,) = problems("title,year\nA, with a comma,2020\nB,2021\n")

    assert ("a row of 3 cells where the header has 2", 2) == (told.what, told.line)


def test_untitled_rows_are_told_once_and_blank_ones_never():
    (told,) = problems("title,year\n,2020\n,,\n,2021\nA,2022\n")

    assert "2 records without a title (the first in line 2)" == told.what


@pytest.mark.parametrize(
    "other",
    [
        "Dear all,\nsee you",
        '{"title": 1, "year": 2}',
        "| title | year |\n|---|---|",
        "name,phone\nA,1",
        "title\nA",
        "",
    ],
)
def test_what_is_no_table_of_papers_is_refused(other):
    assert "no header" in csv.recognise(dump(other))


def test_a_list_that_never_ends_takes_no_time():
    """Each quotation mark of it could begin an element."""
    content = 'title,keywords\nA,"["' + "\"'\\'" * 50_000 + '"]"\n'

    assert ["A"] == [one.title for one in papers(content.replace('""', "'"))] or problems(content)


@given(st.text(alphabet='",\n\ta\x00é[]', max_size=200))
def test_no_text_stops_the_reading(text):
    assert all(isinstance(one, ListedPaper | Problem) for one in found("title,year\n" + text))


# ------------------------------------------------------------------------------------------- Parquet


@pytest.fixture(scope="module")
def arrow():
    return pytest.importorskip("pyarrow")


def table(arrow, **columns):
    from pyarrow import parquet as writer  # noqa: PLC0415 an extra

    file = io.BytesIO()
    writer.write_table(arrow.table(columns), file)
    return file.getvalue()


def test_a_parquet_row_is_a_listing(arrow):
    content = table(
        arrow,
        id=["2506.22429v1", None],
        title=["Beyond\nReLU", "Another"],
        authors=[["Ada Ö", "Bo"], None],
        published=["2025-06-27 17:56:09+00:00", ""],
        vector=[[0.1], [0.2]],
    )
    first, second = papers(content, parquet)

    assert "" == parquet.recognise(dump(content))
    assert ("Beyond ReLU", 1, ("arxiv:2506.22429",), 1) == (
        first.title,
        first.index,
        first.ids,
        first.version,
    )
    assert (("Ada Ö", "Bo"), date(2025, 6, 27)) == (first.authors, first.published)
    assert ("Another", 2) == (second.title, second.index)


def test_a_parquet_file_cut_off_says_so(arrow):
    (told,) = problems(table(arrow, title=["A"], year=[2020])[:-5], parquet)

    assert told.cut
    assert "no whole Parquet file" in told.what


def test_a_parquet_file_without_titles_names_its_columns(arrow):
    (told,) = problems(table(arrow, vector=[1.0]), parquet)

    assert "columns: vector" == told.hint


def test_without_pyarrow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (told,) = problems(b"PAR1", parquet)

    assert "pip install 'paper-newsletter[parquet]'" == told.hint


def test_the_header_of_a_second_table_is_no_paper():
    """Exports that were put together, one behind the other."""
    table = "title,authors\nLooms,Ada Byron\n"

    assert ["Looms", "Looms"] == [one.title for one in csv.read(dump(table * 2))]
