"""What arXiv's own formats have in common: dates, ids, names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import _arxiv
from newsletter.identity import arxiv_key, arxiv_version, doi_key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri,  3 Mar 23 01:29:12 GMT", date(2023, 3, 3)),
        ("Mon, 13 Apr 1992 18:20:01 GMT   (11kb)", date(1992, 4, 13)),
        ("13 Apr 92", date(1992, 4, 13)),
        ("Showing new listings for Wednesday, 12 August 2026", date(2026, 8, 12)),
        ("Fri, 31 Feb 2023", None),
        ("1 Mar 99999999999999999999999999", None),
        ("New submissions (showing 2 of 2 entries)", None),
        ("", None),
    ],
)
def test_the_day_is_read_as_arxiv_writes_it(text, expected):
    assert expected == _arxiv.day(text)


@pytest.mark.parametrize(
    ("text", "names", "places"),
    [
        ("A. B, C. D and E. F", ("A. B", "C. D", "E. F"), ()),
        ("A and B and C", ("A", "B", "C"), ()),
        ("A B (1, 2), C D (2) ((1) Bonn, (2) MIT)", ("A B", "C D"), ()),
        ("A B (Univ. of X, Y), C D", ("A B", "C D"), ("Univ. of X, Y",)),
        ("H.E.S.S. Collaboration: A B, C D et al.", ("H.E.S.S. Collaboration", "A B", "C D"), ()),
        (r"M{\aa}ns, Bo{\v z}i\'c, \"Ozt\"urk, G{\'o}mez", ("Måns", "Božić", "Öztürk", "Gómez"), ()),
        ("K. Yi, Jr., L. Li III", ("K. Yi Jr.", "L. Li III"), ()),
        ("Rolando Anderson", ("Rolando Anderson",), ()),
        ("", (), ()),
    ],
)
def test_an_author_list_is_read_as_arxiv_asks_for_it(text, names, places):
    assert (names, places) == _arxiv.authors(text)


@given(st.text(alphabet="(),; {}\\'and", max_size=200))
def test_no_author_list_brings_it_down(text):
    found = _arxiv.authors(text)

    assert all(name.strip() for names in found for name in names)


@pytest.mark.parametrize("sign", ["(", "{", "\\", "a,", "(a)"])
def test_a_hostile_author_list_is_read_in_no_time(sign):
    assert _arxiv.authors(sign * 100_000) is not None


@pytest.mark.parametrize(
    ("arxiv", "dois", "expected"),
    [
        ("http://arxiv.org/abs/2202.12139v3", "", ("arxiv:2202.12139",)),
        ("astro-ph/9204001", "10.1000/A", ("arxiv:astro-ph/9204001", "doi:10.1000/a")),
        ("0811.36489", "", ()),
        ("2303.00763", "10.48550/arXiv.2303.00001", ("arxiv:2303.00763",)),
        (
            "2303.00763",
            "10.1000/A,10.1000/B 10.1000/A",
            ("arxiv:2303.00763", "doi:10.1000/a", "doi:10.1000/b"),
        ),
    ],
)
def test_ids_and_dois_become_keys(arxiv, dois, expected):
    assert expected == _arxiv.ids(arxiv, dois)


@pytest.mark.parametrize(
    ("arxiv", "expected"),
    [("2303.00763v2", 2), ("hep-th/9901001v12", 12), ("2303.00763", None), ("2303.00763v0", None)],
)
def test_a_version_is_split_off(arxiv, expected):
    assert expected == _arxiv.version(arxiv)


@pytest.mark.parametrize(
    ("shown", "title", "kind"),
    [
        ("Mesons. (arXiv:1805.06430v2 [nucl-th] UPDATED)", "Mesons", "replaced"),
        ("Mesons. (arXiv:1805.06430v2 [nucl-th] CROSS LISTED UPDATED)", "Mesons", "replaced-cross"),
        ("Why? (arXiv:hep-th/9901001v1 [hep-th])", "Why?", "new"),
        ("On (arXiv: the site)", "On (arXiv: the site)", "new"),
        ("(arXiv:" * 20_000, "(arXiv:" * 20_000, "new"),
    ],
)
def test_what_a_feed_hangs_on_a_title_is_taken_off(shown, title, kind):
    found = _arxiv.announced(shown)

    assert (title, kind) == (found.title, found.kind)


BEFORE = st.sampled_from(
    ["", "http://arxiv.org/abs/", "https://arxiv.org/abs/", "oai:arXiv.org:", "arXiv:", "x"]
)
IDS = st.from_regex(r"([01]\d{3}\.\d{3,6}|[A-Za-z-]{1,8}/\d{7}|.{9})(v\d{0,7})?", fullmatch=True)
DOIS = st.from_regex(
    r"(|10\.\d{3,5}/[A-Z0-9./(),;\[ -]{0,12}|10\.48550/arXiv\.0704\.0001|.{0,12})", fullmatch=True
)


@given(BEFORE, IDS, DOIS)
def test_the_quick_way_to_keys_gives_the_same_keys(before, arxiv, doi):
    dois = [doi_key(each) for each in doi.replace(",10.", " 10.").split()]
    keys = [arxiv_key(before + arxiv), *(key for key in dois if key and key.startswith("doi:"))]

    assert tuple(dict.fromkeys(filter(None, keys))) == _arxiv.ids(before + arxiv, doi)


@given(BEFORE, IDS)
def test_the_quick_way_to_a_version_gives_the_same_version(before, arxiv):
    told = arxiv_version(before + arxiv)

    assert (told if told and told <= 10_000 else None) == _arxiv.version(before + arxiv)


def test_a_version_with_thousands_of_digits_is_none():
    assert _arxiv.version("2303.00763v" + "1" * 5000) is None
