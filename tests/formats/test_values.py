"""Values as dumps write them."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats._values import authors, day, ids, links, number, plain, unlatex
from newsletter.model import Link


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Li, Bo Xu and Cy Oz", ("Ada Li", "Bo Xu", "Cy Oz")),
        ("Ada Li, Bo Xu, and Cy Oz", ("Ada Li", "Bo Xu", "Cy Oz")),
        ("Li, Ada; Xu, Bo", ("Ada Li", "Bo Xu")),
        ("Li, Ada and Xu, Bo", ("Ada Li", "Bo Xu")),
        ("Ada Li and Bo Xu", ("Ada Li", "Bo Xu")),
        ("Ada Li, et al.", ("Ada Li",)),
        ("Ada Li and others", ("Ada Li",)),
        ("", ()),
    ],
)
def test_author_lists_of_every_custom_give_names_in_their_order(text, names):
    assert names == authors(text)


def test_who_knows_the_custom_says_whether_names_are_reversed():
    assert ("Kun Yi Jr.", "Ada Li") == authors("Yi, Jr., Kun and Li, Ada", reversed_names=True)
    assert ("Li", "Ada") == authors("Li, Ada", reversed_names=False)


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-12", "2026-08-12T10:00:00Z", "Wed, 12 Aug 2026 00:00:00 GMT", "12 Aug 2026", "12 August, 2026",
        "Aug 12, 2026", "Aug. 12th, 2026", "2026 Aug 12", "20260812", "2026/8/12", [[2026, 8, 12]], ["2026", "8", "12"],
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text):
    assert date(2026, 8, 12) == day(text)


@given(
    st.dates(min_value=date(1401, 1, 1)), st.sampled_from(["", "T07:30:00Z", " 07:30", "T07", "x", "+01:00"])
)
def test_a_day_of_a_moment_is_the_day(made, rest):
    assert made == day(f"{made}{rest}")


def test_a_month_or_a_year_is_its_first_day():
    assert {date(2026, 8, 1)} == {day("2026-08"), day("August 2026"), day([[2026, 8]])}
    assert {date(2026, 1, 1)} == {day("2026"), day(2026), day(2026.0), day([[2026]])}


@pytest.mark.parametrize("text", ["", "soon", "2026-13-40", "0", "0000-00-00", None, [], [[None]], True, {}])
def test_what_is_no_day_is_none(text):
    assert day(text) is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("12", 12), ("1,234", 1234), ("1.2k", 1200), ("3M", 3_000_000), (12.0, 12), ("10k+", 10_000), ("-", None),
        ("-3", None), (-3, None), (True, None), (None, None), (float("nan"), None), (1e300, None), ("9" * 400, None),
    ],
)  # fmt: skip
def test_counts_are_read_as_people_write_them(value, read):
    assert read == number(value)


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("arXiv:2106.01345v2", ("arxiv:2106.01345",)),
        ("https://arxiv.org/pdf/2106.01345v2.pdf", ("arxiv:2106.01345",)),
        ("https://huggingface.co/papers/2106.01345", ("arxiv:2106.01345",)),
        (" https://doi.org/10.1101/209122 ", ("doi:10.1101/209122",)),
        ("10.48550/arXiv.2106.01345", ("arxiv:2106.01345",)),
        (("doi", "10.1103/A 10.1103/B"), ("doi:10.1103/a", "doi:10.1103/b")),
        ("https://openreview.net/forum?id=rJl-b3RcF7", ("openreview:rJl-b3RcF7",)),
        ("openreview:rJl-b3RcF7", ("openreview:rJl-b3RcF7",)),
        ("https://aclanthology.org/2022.naloma-1.1.pdf", ("acl:2022.naloma-1.1",)),
        ("https://pubmed.ncbi.nlm.nih.gov/123/", ("pmid:123",)),
        (("openalex", "https://openalex.org/w123"), ("openalex:W123",)),
        ("https://www.biorxiv.org/content/10.64898/2025.11.12.1v1.full", ("doi:10.64898/2025.11.12.1",)),
        ("see 2106.01345 for more", ()),
        ("https://github.com/someone/2106.01345", ()),
        (("pmid", "<script>"), ("pmid:<script>",)),
        (("pmid", "a b"), ()),
        ("../../etc/passwd", ()),
        ("", ()),
    ],
)
def test_ids_and_addresses_give_keys(value, keys):
    assert keys == ids(value)


def test_links_lead_to_what_their_address_or_name_says():
    found = links(
        "https://github.com/a/b", "https://x.org/p.pdf", "https://x.github.io", abstract="https://x.org/1"
    )

    assert found == (
        Link(rel="abstract", url="https://x.org/1"),
        Link(rel="code", url="https://github.com/a/b"),
        Link(rel="pdf", url="https://x.org/p.pdf"),
        Link(rel="project", url="https://x.github.io"),
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a@b.org", "http://", "https://x.org/a b", "ftp://x.org", "https://x.org/\u202e", 'https://x.org/"onload=']
)  # fmt: skip
def test_an_address_that_nobody_should_follow_is_no_link(url):
    assert () == links(url)


def test_markup_is_undone_and_what_only_looks_like_it_stays():
    html = "<jats:p>A<b>B</b></jats:p><p>x &amp; y &lt;z</p><script>alert('<b>')</script> a < b, <3"

    assert "AB x & y <z a < b, <3" == plain(html)


def test_accents_in_names_are_unicode():
    assert ["André Müller", "Łukasz", "plain"] == [
        unlatex(x) for x in ("Andr\\'e M\\\"uller", "{\\L}ukasz", "plain")
    ]


@pytest.mark.parametrize(
    "trap", ["<!--", "<script>", "<a ", "<", "and ", "a,", ";", "1", "10.", "\\'", "{", "&", " "]
)
def test_no_text_holds_a_reader_up(trap):
    began = time.monotonic()
    for read in (plain, authors, day, number, ids, links):
        read(trap * 50_000)
    unlatex(trap * 500)

    assert 4.0 > time.monotonic() - began


@given(st.text(max_size=80))
def test_no_text_makes_a_reader_stumble(text):
    day(text)
    number(text)
    plain(text)
    links(text)
    unlatex(text)

    assert all(":" in key for key in ids(text, ("doi", text), ("arxiv", text)))
    assert all(name == name.strip() and name for name in authors(text))
