"""The web: where redirects may lead, whose pace is whose, and that every error of the library has words."""

from __future__ import annotations

import io

import httpx2
import pytest
from web_sink import page, sink, status

from newsletter import web
from newsletter.web import Unreachable, Web

ERRORS = [
    each
    for each in vars(httpx2).values()
    if isinstance(each, type) and issubclass(each, httpx2.HTTPError | httpx2.InvalidURL | httpx2.StreamError)
]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_of_the_library_has_words_and_tells_no_address(error):
    said = web.in_words(error.__new__(error, "https://example.org/?token=s3cret"))

    assert said != "the connection failed"
    assert error.__name__ in ("ConnectError", "ProxyError") or "s3cret" not in said


@pytest.mark.parametrize(
    ("here", "location", "there"),
    [
        ("https://a.org/x/y", "../z", "https://a.org/z"),
        ("http://a.org/x", "https://b.org/", "https://b.org/"),
        ("http://127.0.0.1:8000/x", "http://localhost/y", "http://localhost/y"),
    ],
)
def test_a_redirect_leads_on(here, location, there):
    assert there == web._target(here, location)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://a.org/", "from https to http"),
        ("https://127.0.0.1/", "into the own network"),
        ("https://10.0.0.8/", "into the own network"),
        ("https://[::1]/", "into the own network"),
        ("https://169.254.169.254/latest/meta-data", "into the own network"),
        ("https://localhost/", "into the own network"),
        ("https://printer.local/", "into the own network"),
        ("ftp://a.org/", "no address of the web"),
        ("https://a.org:port/", "no address"),
    ],
)
def test_a_redirect_leads_nowhere_else(location, why):
    with pytest.raises(Unreachable, match=why):
        web._target("https://a.org/", location)


def test_the_hosts_of_one_site_have_one_pace_and_other_sites_another():
    clock, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    polite = Web(sleep=sleep, clock=lambda: clock[0])
    for host in ("rss.arxiv.org", "export.arxiv.org", "huggingface.co", "export.arxiv.org", "127.0.0.1"):
        polite._keep_pace(host, 3.0)

    assert [3.0, 3.0] == slept


def test_of_an_answer_that_is_none_nothing_is_kept():
    with sink() as server:
        server.answers("/", status(500), page("good"))
        polite, file = Web(sleep=lambda _: None), io.BytesIO(b"what was there before")
        for expected in (500, 200):
            reply = polite.get(f"{server.url}/", file, headers={}, secrets={}, pause=0, most=100)
            assert expected == reply.status
        polite.close()

    assert b"good" == file.getvalue()
