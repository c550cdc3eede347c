"""Google Scholar's alerts, as mail or as a page."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage

import pytest
from fakes import dump

from newsletter.formats import scholar_mail
from newsletter.model import DumpDate, Link, ListedPaper, Problem

AROUND = "https://scholar.google.com/scholar_url?url="
PAGE = f"""<!doctype html><html><body><div>
<h3><span>[PDF]</span> <a href="{AROUND}https://arxiv.org/pdf/2608.00001v2&amp;hl=en&amp;sa=X"
class="gse_alrt_title"><b>Looms</b> that weave &amp; learn</a></h3>
<div style="color:#006621">A Byron, C Babbage…\xa0- arXiv preprint, 2026</div>
<div class="gse_alrt_sni">We weave <b>pat</b>terns …<br>and learn.</div><div><table><tr><td>x</table></div>
<h3><a class="gse_alrt_title" href="{AROUND}https://example.org/doi/10.1000/MILL&amp;hl=en">Mills</a></h3>
<div>M Somerville - The Mill</div></div></body></html>
"""


def mail(coding="base64", *, text="", date="Fri, 07 Aug 2026 05:00:00 -0700"):
    one = EmailMessage()
    one["From"] = "Google Scholar Alerts <alerts@example.org>"
    one["Date"] = date
    if text:
        one.set_content(text)
        one.add_alternative(PAGE, subtype="html", cte=coding)
    else:
        one.set_content(PAGE, subtype="html", cte=coding)
    return bytes(one)


@pytest.mark.parametrize(
    "content", [mail(), mail("quoted-printable"), mail(text="Looms that weave"), PAGE.encode()]
)
def test_an_alert_is_read_however_it_is_coded(content):
    assert scholar_mail.recognise(dump(content)) == ""
    first, second = (one for one in scholar_mail.read(dump(content)) if isinstance(one, ListedPaper))

    assert (
        ListedPaper(
            title="Looms that weave & learn",
            abstract="We weave patterns … and learn.",
            index=1,
            authors=("A Byron", "C Babbage"),
            ids=("arxiv:2608.00001",),
            links=(Link(rel="pdf", url="https://arxiv.org/pdf/2608.00001v2"),),
            venue="arXiv preprint",
            version=2,
            published=date(2026, 1, 1),
        )
        == first
    )
    assert ("Mills", ("M Somerville",), ("doi:10.1000/mill",), "The Mill") == (
        second.title,
        second.authors,
        second.ids,
        second.venue,
    )


def test_the_mails_of_an_mbox_have_their_dates_and_one_count():
    box = b"".join(b"From x@example.org Fri Aug  7 05:00:00 2026\n" + mail() + b"\n" for _ in range(2))
    found = list(scholar_mail.read(dump(box)))

    assert [DumpDate(month=8, day=7, year=2026)] * 2 == [one for one in found if isinstance(one, DumpDate)]
    assert [1, 2, 3, 4] == [one.index for one in found if isinstance(one, ListedPaper)]


def test_a_mail_that_is_cut_off_says_so():
    """Its heading may have lost its title, too."""
    *_, problem = scholar_mail.read(dump(PAGE[: PAGE.index("Mills</a>")]))

    assert isinstance(problem, Problem)
    assert problem.cut


def test_another_mail_is_refused():
    assert scholar_mail.recognise(dump("Date: x\nMIME-Version: 1.0\n\nDear Ada\n"))
