"""What we write for reference managers, read with their libraries and with our own formats."""

from __future__ import annotations

import json
from datetime import date

import bibtexparser
import pytest
import rispy
from fakes import dump, paper
from hypothesis import given
from hypothesis import strategies as st

from newsletter import formats
from newsletter.citing import bibtex, csl, family_and_given, forms, record, ris
from newsletter.model import Link, ListedPaper

PAGE = "https://example.org/papers/papers/denoising.html"
HOSTILE = '<script>alert(1)</script> {{ 7*7 }} {% x %} ]]> & "quoted" \\input{x} } @misc{ \u202e \x00\x0b TY  - JOUR'


@pytest.fixture
def known():
    return paper(
        "Denoising Diffusion & More",
        "We use 100% of it. And more.",
        slug="denoising",
        authors=("Ada Lovelace", "Ludwig van Beethoven", "The ATLAS Collaboration"),
        ids=("arxiv:2006.11239", "doi:10.1000/xyz"),
        links=(Link(rel="abstract", url="https://arxiv.org/abs/2006.11239"),),
        keywords=("diffusion", "score matching"),
        published=date(2020, 6, 19),
    )


def listing(content: str, name: str) -> ListedPaper:
    """The one paper that our own format of that name finds."""
    of = dump(content, "export")
    reader = formats.load(name)

    assert "" == reader.recognise(of)
    (found,) = [each for each in reader.read(of) if isinstance(each, ListedPaper)]
    return found


def test_ris_is_read_by_its_library(known):
    (read,) = rispy.loads(ris(known, PAGE))

    assert "Denoising Diffusion & More" == read["title"]
    assert ["Lovelace, Ada", "van Beethoven, Ludwig", "The ATLAS Collaboration"] == read["authors"]
    assert ("2020", "2020/06/19") == (read["year"], read["date"])
    assert ["diffusion", "score matching"] == read["keywords"]
    assert ("10.1000/xyz", ["https://arxiv.org/abs/2006.11239"]) == (read["doi"], read["urls"])
    assert "UNPB" == read["type_of_reference"]


def test_bibtex_is_read_by_its_library(known):
    library = bibtexparser.parse_string(bibtex(known, PAGE))
    (entry,) = library.entries

    assert [] == library.failed_blocks
    assert "denoising" == entry.key
    assert "{Denoising Diffusion \\& More}" == entry["title"]
    assert "Ada Lovelace and Ludwig van Beethoven and The ATLAS Collaboration" == entry["author"]


def test_csl_names_people_in_two_parts_and_a_body_in_one(known):
    assert [
        {"family": "Lovelace", "given": "Ada"},
        {"family": "van Beethoven", "given": "Ludwig"},
        {"literal": "The ATLAS Collaboration"},
    ] == csl(known, PAGE)["author"]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("ris", ris),
        ("bibtex", bibtex),
        ("csl_json", lambda of, url: json.dumps([csl(of, url)])),
        ("json_list", lambda of, url: json.dumps([record(of, url)])),
    ],
)
def test_our_own_formats_find_the_paper_again(known, name, write):
    found = listing(write(known, PAGE), name)

    assert "arxiv:2006.11239" in found.ids
    assert known.published == found.published or name == "bibtex"
    assert "Denoising Diffusion & More" == found.title.replace("{", "").replace("}", "").replace("\\&", "&")
    assert ("Ada Lovelace", "Ludwig van Beethoven") == found.authors[:2]


def test_nothing_that_is_not_known_is_written():
    bare = paper("A title", slug="bare")

    assert "TY  - GEN\nID  - bare\nTI  - A title\nUR  - https://e.org/bare.html\nER  - \n" == ris(
        bare, "https://e.org/bare.html"
    )
    assert {"id", "type", "title"} == csl(bare, "").keys()
    assert {"title"} == record(bare, "").keys()
    assert "author" not in bibtex(bare, "")


@given(text=st.text(max_size=200) | st.just(HOSTILE))
def test_hostile_texts_stay_inside_their_fields(text):
    """No text ends a record, begins another, or adds a field."""
    of = paper(f"T {text}", f"A {text}", slug="one", authors=(f"N {text}",), keywords=(f"K {text}",))
    (told,) = rispy.loads(ris(of, PAGE))
    library = bibtexparser.parse_string(bibtex(of, PAGE))

    assert {"type_of_reference", "id", "title", "authors", "abstract", "keywords", "urls"} == told.keys()
    assert told["title"].startswith("T")
    assert ([], 1) == (library.failed_blocks, len(library.entries))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Jo Ho", ("Ho", "Jo")),
        ("Lovelace, Ada", ("Lovelace", "Ada")),
        ("Plato", ("Plato", "")),
        ("Guido van Rossum", ("van Rossum", "Guido")),
        ("Charles de la Vallée Poussin", ("de la Vallée Poussin", "Charles")),
        ("OpenAI Team", ("OpenAI Team", "")),
        ("a, b, c", ("a, b, c", "")),
        ("", ("", "")),
    ],
)
def test_a_name_is_taken_apart_as_bibtex_does(name, parts):
    assert parts == family_and_given(name)


def test_two_long_slugs_with_one_beginning_have_keys_of_their_own():
    keys = {
        bibtexparser.parse_string(bibtex(paper("T", slug="x" * 70 + end, number=number), "")).entries[0].key
        for number, end in ((1, "a"), (2, "b"))
    }

    assert 2 == len(keys)


def test_the_forms_of_a_page_leave_out_the_abstract_that_stands_on_it():
    """Thrice the same abstract would make a page thrice as heavy."""
    of = paper("A title", "A long abstract.", slug="a-title")

    assert ["a-title.bib", "a-title.ris", "a-title.csl.json"] == [form.file for form in forms(of, "u")]
    assert not any("long abstract" in form.text for form in forms(of, "u"))


def test_a_record_of_ris_ends_with_the_blank_that_readers_look_for():
    assert forms(paper(), "u")[1].text.endswith("\nER  - ")
