"""The mailing of arXiv, as text and as a saved mail."""

from __future__ import annotations

import base64
import quopri
from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import arxiv_listing, arxiv_mail
from newsletter.model import DumpDate, Link, ListedPaper, Problem

RULER = "-" * 78

MAIL = rf"""Date: Fri,  3 Mar 23 01:29:12 GMT
Subject: astro-ph daily 1 new + 1 crosses received

{RULER}
{RULER}
Send any comments regarding submissions directly to submitter.
{RULER}
Archives at http://arxiv.org/
To unsubscribe, e-mail To: astro-ph@arXiv.org, Subject: cancel
{RULER}
received from  Wed  1 Mar 23 19:00:00 GMT  to  Thu  2 Mar 23 19:00:00 GMT
{RULER}
\\
arXiv:2303.00763
Date: Wed, 1 Mar 2023 19:00:02 GMT   (3197kb,D)

Title: A Count of Small Companions around Large
  Galaxies
Authors: TINY Coll.: Anna Frebel (MIT), Ad\`ele Plat (1 and 2) and K. Yi, Jr.
Categories: astro-ph.GA astro-ph.CO
Comments: 18 pages,
  accepted
Journal-ref: RNAAS (2022) 6, 262
DOI: 10.3847/2515-5172/ACAA34, 10.1000/second
License: http://creativecommons.org/licenses/by/4.0/
\\
  We count them. {{{{ 7*7 }}}} <script>alert(1)</script> ]]>
There are few.
\\ ( https://arxiv.org/abs/2303.00763 ,  3197kb)
%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-%-
{RULER}
\\
arXiv:2303.00812 (*cross-listing*)
Date: Wed, 1 Mar 2023 20:28:17 GMT   (603kb,D)

Title: A Tour of Uranus
Authors: Lorenzo Iorio
Categories: gr-qc astro-ph.EP
\\
  We go there.
\\ ( https://arxiv.org/abs/2303.00812 ,  603kb)
%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%--%%
{RULER}
\\
arXiv:2104.03145
replaced with revised version Thu, 2 Mar 2023 11:00:13 GMT   (1527kb,D)

Title: A Bound on Black Holes
Authors: J. Iguaz
Categories: astro-ph.CO
\\ ( https://arxiv.org/abs/2104.03145 ,  1527kb)
{RULER}
\\
arXiv:2206.06142 (*cross-listing*)
replaced with revised version Thu, 2 Mar 2023 04:06:32 GMT   (229kb,D)

Title: Another Bound
Authors: P. D. Serpico
Categories: hep-ph
\\ ( https://arxiv.org/abs/2206.06142 ,  229kb)
%%%---%%%---%%%---%%%---%%%---%%%---%%%---%%%---%%%---%%%---%%%---%%%---%%%---
For subscribe options to combined physics archives,
e-mail To: physics@arxiv.org, Subject: subscribe
-----------------------------------------------------------------------------
"""


def read(content, name="mail.txt"):
    one = dump(content, name)
    assert arxiv_mail.recognise(one) == ""
    return list(arxiv_mail.read(one))


def papers(found):
    return [each for each in found if isinstance(each, ListedPaper)]


def problems(found):
    return [each for each in found if isinstance(each, Problem)]


def test_a_record_says_all_that_it_says():
    first = papers(read(MAIL))[0]

    assert first == ListedPaper(
        title="A Count of Small Companions around Large Galaxies",
        abstract="We count them. {{ 7*7 }} <script>alert(1)</script> ]]> There are few.",
        line=14,
        authors=("TINY Coll.", "Anna Frebel", "Adèle Plat", "K. Yi Jr."),
        affiliations=("MIT",),
        ids=("arxiv:2303.00763", "doi:10.3847/2515-5172/acaa34", "doi:10.1000/second"),
        links=(Link(rel="abstract", url="https://arxiv.org/abs/2303.00763"),),
        categories=("astro-ph.GA", "astro-ph.CO"),
        venue="RNAAS (2022) 6, 262",
        comment="18 pages, accepted",
        licence="http://creativecommons.org/licenses/by/4.0/",
        published=date(2023, 3, 1),
    )


def test_new_papers_crosses_and_replacements_are_told_apart():
    found = papers(read(MAIL))

    assert ["new", "cross", "replaced", "replaced-cross"] == [each.kind for each in found]
    assert [None, None, date(2023, 3, 2), date(2023, 3, 2)] == [each.updated for each in found]
    assert ["", ""] == [each.abstract for each in found[2:]]


def test_the_header_dates_the_mailing_once():
    found = read(MAIL + MAIL)

    assert [DumpDate(month=3, day=3, year=2023)] == [each for each in found if isinstance(each, DumpDate)]
    assert 8 == len(papers(found))
    assert problems(found) == []


def test_without_a_header_the_span_of_submissions_dates_it():
    found = read(MAIL.partition("\n\n")[2])

    assert DumpDate(month=3, day=2, year=2023) == found[0]


def test_fewer_papers_than_the_subject_promises_is_a_problem():
    (problem,) = problems(read(MAIL.replace("1 new + 1 crosses", "53 new + 4 crosses")))

    assert "53 new and 4 crosses, but there are 1 and 1" in problem.what
    assert 2 == problem.line


@pytest.mark.parametrize(
    ("cut_at", "whole"), [("accepted\n", 0), ("There are", 0), ("  We go there", 1), ("J. Ig", 2)]
)
def test_a_mailing_cut_in_a_record_gives_what_is_complete_before(cut_at, whole):
    found = read(MAIL[: MAIL.index(cut_at) + len(cut_at)])

    assert papers(read(MAIL))[:whole] == papers(found)
    assert [True] == [each.cut for each in problems(found)]


def test_a_broken_record_costs_that_record():
    broken = MAIL.replace("Title: A Tour of Uranus", "Titel: A Tour of Uranus").replace(
        "arXiv:2104.03145\n", "nothing at all\n"
    )
    found = read(broken)

    assert ["new", "replaced-cross"] == [each.kind for each in papers(found)]
    assert ["a record without a title", "no arXiv id in a record"] == [
        each.what.partition(":")[0] for each in problems(found)
    ]


def test_a_lost_ruler_does_not_join_two_records():
    closing = r"\\ ( https://arxiv.org/abs/2104.03145 ,  1527kb)"
    assert closing in MAIL
    found = read(MAIL.replace(f"{closing}\n{RULER}\n", ""))

    assert ["new", "cross", "replaced", "replaced-cross"] == [each.kind for each in papers(found)]


def test_a_record_without_end_stays_small():
    endless = MAIL.replace("There are few.", "There are few.\n" * 100_000)
    found = read(endless)

    assert 3 == len(papers(found))
    assert "more than 1,000,000 characters" in problems(found)[0].what


# ----------------------------------------------------------------------------------------- envelopes


def envelope(body: bytes, coding: str, *, around: bool = False) -> bytes:
    header = (
        "From: e-prints <no-reply@arxiv.org>\r\nSubject: astro-ph daily 1 new + 1 crosses received\r\n"
        "Date: Fri, 03 Mar 2023 01:29:12 +0000\r\nMIME-Version: 1.0\r\n"
    )
    part = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    if not around:
        return header.encode() + part.encode() + body
    outer = 'Content-Type: multipart/alternative; boundary="=b"\r\n\r\n--=b\r\n'
    html = "\r\n--=b\r\nContent-Type: text/html\r\n\r\n<p>arXiv</p>\r\n--=b--\r\n"
    return header.encode() + outer.encode() + part.encode() + body + html.encode()


TEXT = MAIL.partition("\n\n")[2].replace("We go there.", "We go there — “slowly”.")


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("8bit", TEXT.encode()),
        ("quoted-printable", quopri.encodestring(TEXT.encode())),
        ("base64", base64.encodebytes(TEXT.encode())),
    ],
)
def test_a_saved_mail_is_read_whatever_its_coding(coding, body, around):
    found = read(envelope(body, coding, around=around), "mail.eml")

    assert [DumpDate(month=3, day=3, year=2023)] == [each for each in found if isinstance(each, DumpDate)]
    assert ["new", "cross", "replaced", "replaced-cross"] == [each.kind for each in papers(found)]
    assert [1, 2, 3, 4] == [each.index for each in papers(found)]
    assert "We go there — “slowly”." == papers(found)[1].abstract
    assert problems(found) == []


def html_alone():
    body = "<html><body><pre>" + TEXT.replace("&", "&amp;").replace("<", "&lt;") + "</pre></body></html>"
    return envelope(quopri.encodestring(body.encode()), "quoted-printable").replace(
        b"text/plain", b"text/html"
    )


def test_a_mail_of_html_alone_is_read_by_what_it_shows():
    """Read as it stands, its titles had the signs of its coding in them."""
    found = read(html_alone(), "mail.eml")

    assert "it has the abstracts or the header of a mailing" == arxiv_listing.recognise(dump(html_alone()))
    assert [each.title for each in papers(read(TEXT))] == [each.title for each in papers(found)]
    assert problems(found) == []


def test_a_mail_quoted_in_an_answer_is_read():
    quoted = "On Friday arXiv wrote:\n" + "".join(f"> {line}\n" for line in TEXT.splitlines())

    assert [each.title for each in papers(read(TEXT))] == [each.title for each in papers(read(quoted))]


def test_each_mail_of_an_mbox_is_decoded_by_itself():
    mails = (envelope(base64.encodebytes(TEXT.encode()), "base64"), html_alone())
    mbox = b"".join(b"From a@example.org Fri Mar  3 01:29:12 2023\r\n" + mail + b"\r\n" for mail in mails)
    found = read(mbox, "arxiv.mbox")

    assert 2 * ["new", "cross", "replaced", "replaced-cross"] == [each.kind for each in papers(found)]
    assert problems(found) == []


def test_a_mail_that_forwards_a_mail_is_read():
    inner = envelope(base64.encodebytes(TEXT.encode()), "base64")
    outer = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + inner

    assert 4 == len(papers(read(outer, "fwd.eml")))


def test_parts_inside_parts_without_end_bring_nothing_down():
    nested = b"MIME-Version: 1.0\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (depth, depth) for depth in range(1000)
    )

    assert arxiv_mail.recognise(dump(nested))


@pytest.mark.parametrize("charset", ["utf-8\0", "unicode_escape", "undefined", "hex", "klingon", "utf-16"])
def test_a_charset_that_means_nothing_is_no_obstacle(charset):
    mail = envelope(TEXT.encode(), "8bit").replace(b"charset=utf-8", f"charset={charset}".encode())
    one = dump(mail)
    said = arxiv_mail.recognise(one)

    assert (said == "") == (charset != "utf-16")
    assert (0 if charset == "utf-16" else 4) == len(papers(arxiv_mail.read(one)))


# ------------------------------------------------------------------------------------------ refusals


def test_a_letter_that_quotes_an_id_is_no_mailing():
    assert "no record" in arxiv_mail.recognise(dump("Dear Ada,\n\nhave you read arXiv:2303.00763?\n"))


def test_a_listing_is_not_claimed():
    listing = "\\\\\narXiv:2303.00763\nTitle: A\n\\\\\n" + RULER

    assert "received from" in arxiv_mail.recognise(dump(listing))
    assert "abstracts" in arxiv_listing.recognise(dump(MAIL))


@given(st.lists(st.sampled_from([*MAIL.splitlines(), "\\\\", RULER, "", "\x00\u202e"]), max_size=60))
def test_lines_in_any_order_never_bring_it_down(shuffled):
    found = list(arxiv_mail.read(dump("\n".join(shuffled))))

    assert all(each.title for each in papers(found))


@given(st.integers(0, len(MAIL)))
def test_cut_anywhere_every_paper_told_is_whole(end):
    whole = {each.ids: each for each in papers(read(MAIL))}
    found = papers(arxiv_mail.read(dump(MAIL[:end])))

    assert all(whole[each.ids] == each for each in found)


@pytest.mark.parametrize("cut", range(4))
def test_a_head_that_cuts_base64_anywhere_is_recognised(cut):
    """Of four lengths Python's reader gives one back undecoded."""
    coded = envelope(base64.encodebytes(TEXT.encode() * 3), "base64")

    assert arxiv_mail.recognise(dump(coded[: len(coded) // 2 + cut])) == ""
