"""Listings of arXiv as text."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage

from fakes import dump

from newsletter.formats import arxiv_listing, arxiv_mail
from newsletter.model import DumpDate, ListedPaper, Problem

RULER = "-" * 78

WEEK = rf"""{RULER}
\\
/* Fri, 3 Mar 2023 */
\\
{RULER}
\\
arXiv:2303.01496
Date: Thu, 2 Mar 2023 18:56:47 GMT   (828kb,D)

Title: How Sure We Are of Molecules
  Elsewhere
Authors: Nikku Madhusudhan and M{{\aa}}ns Holmberg
Categories: astro-ph.EP
\\
{RULER}
\\
/* Thu, 2 Mar 2023 */
\\
{RULER}
\\
arXiv:2302.12566 (*cross-listing*)
From: R. Wagner-Kaiser  <example@example.com>
Date: Fri, 24 Feb 2023 10:33:28 GMT   (2587kb,D)
Date (revised v2): Sat, 29 Jun 2024 23:26:28 GMT   (1065kb,AD)
Date (revised v3): Sun, 30 Jun 2024 23:26:28 GMT   (1066kb,AD)

Title: Flares Seen from a Small Satellite
Authors: Julien Poyatos
Categories: astro-ph.IM astro-ph.EP
\\
"""

OLD = rf"""{RULER}
{RULER}

Papers received as of Sat Apr  4 02:55:44 METDST 1992.
(abstracts alone may be retrieved via, e.g.    get 9204001.abs )

{RULER}
\\
Paper: astro-ph/9204003
From: Jonathan Katz  <example@example.com>
Date: Wed, 29 Apr 1992 16:36:30 GMT   (7kb)
Date (revised): Thu, 30 Apr 1992 20:39:38 GMT

Title: A Universe in the Manner of Ptolemy
Authors: J. I. Katz
Categories: astro-ph
Comments: 10 pages (Replaced to provide omitted line.)
\\
"""


def read(content):
    one = dump(content)
    assert arxiv_listing.recognise(one) == ""
    return list(arxiv_listing.read(one))


def papers(found):
    return [each for each in found if isinstance(each, ListedPaper)]


def test_a_day_mark_dates_the_papers_below_it_and_is_none():
    found = read(WEEK)

    assert [date(2023, 3, 3), date(2023, 3, 2)] == [each.listed for each in papers(found)]
    assert [DumpDate(month=3, day=3, year=2023)] == [each for each in found if isinstance(each, DumpDate)]


def test_revisions_give_version_and_day():
    first, second = papers(read(WEEK))

    assert (None, None) == (first.version, first.updated)
    assert (3, date(2024, 6, 30)) == (second.version, second.updated)
    assert date(2023, 2, 24) == second.published
    assert "cross" == second.kind
    assert ("Nikku Madhusudhan", "Måns Holmberg") == first.authors
    assert "How Sure We Are of Molecules Elsewhere" == first.title


def test_a_listing_of_1992_is_read():
    (paper,) = papers(read(OLD))

    assert ("arxiv:astro-ph/9204003",) == paper.ids
    assert date(1992, 4, 30) == paper.updated
    assert "10 pages (Replaced to provide omitted line.)" == paper.comment


def test_a_listing_may_end_without_a_ruler_but_not_in_a_record():
    whole, cut = read(WEEK), read(WEEK.removesuffix("\\\\\n"))

    assert not any(isinstance(each, Problem) for each in whole)
    assert 1 == len(papers(cut))
    assert cut[-1].cut


def test_a_listing_is_claimed_by_one():
    assert arxiv_mail.recognise(dump(WEEK))
    assert arxiv_listing.recognise(dump("\\\\\nserver\\\\share\n\\\\\n"))


def test_a_listing_is_the_same_in_a_mail_and_quoted():
    """ArXiv's server answers by mail, and people forward it."""
    mail = EmailMessage()
    mail["Subject"] = "Fwd: astro-ph"
    mail.set_content(WEEK, cte="base64")
    quoted = "\n".join(f"> {line}" for line in WEEK.splitlines())
    plain = titles(WEEK)

    assert 2 == len(plain)
    assert plain == titles(bytes(mail))
    assert plain == titles(quoted)


def titles(content):
    one = dump(content)
    assert arxiv_listing.recognise(one) == ""
    return [found.title for found in arxiv_listing.read(one) if isinstance(found, ListedPaper)]
