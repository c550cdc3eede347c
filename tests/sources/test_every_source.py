"""What holds for every file of newsletter/sources/: a new one is tested before you know how."""

from __future__ import annotations

from dataclasses import is_dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakes import at
from hypothesis import given
from hypothesis import strategies as st

from newsletter import sources
from newsletter.errors import NotFound
from newsletter.model import Known
from newsletter.sources import Answer

every_source = pytest.mark.parametrize("name", sources.names())
NOW = at("2026-08-07 12:00")
EXAMPLES = {"arxiv": {"categories": ("cs.LG",)}, "feed": {"url": "https://example.org/feed"}}


def settings_of(name: str):
    return sources.load(name).Settings(**EXAMPLES.get(name, {}))


def test_every_file_is_a_source():
    files = {file.stem for file in Path(sources.__file__).parent.glob("*.py")} - {"__init__"}

    assert files == set(sources.names())


def test_a_source_that_does_not_exist_is_told_with_a_guess():
    with pytest.raises(NotFound) as error:
        sources.load("arxive")
    assert "did you mean arxiv?" == error.value.hint


@every_source
def test_settings_are_a_frozen_dataclass_with_the_short_field(name):
    module = sources.load(name)

    assert is_dataclass(module.Settings)
    assert module.Settings.__dataclass_params__.frozen
    assert module.SHORT in module.Settings.__dataclass_fields__
    assert module.EVERY >= 60


@every_source
def test_an_example_has_no_flaw_and_asks_something_of_the_web(name):
    module, settings = sources.load(name), settings_of(name)
    asked = module.requests(settings, Known(), NOW)

    assert () == module.check(settings)
    assert asked
    assert {"https"} == {urlsplit(request.url).scheme for request in asked}
    assert all(request.day <= NOW.date() and request.pause >= 1 for request in asked)


@every_source
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org",
        "example.org",
        "https://",
        "http://[",
        "https://a:b@example.org/",
        "https://a@example.org/",
        "https://exa mple.org/",
    ],
)
def test_an_address_that_is_not_of_the_web_or_holds_a_password_is_a_flaw(name, url):
    module = sources.load(name)
    flaws = module.check(module.Settings(**{**EXAMPLES.get(name, {}), "url": url}))

    assert [("url",)] == [flaw.path for flaw in flaws]
    assert "a:b" not in flaws[0].what + flaws[0].hint


@every_source
def test_other_settings_ask_for_something_else(name):
    module = sources.load(name)
    other = module.Settings(**{**EXAMPLES.get(name, {}), "url": "https://example.net/"})

    assert module.asked_for(settings_of(name)) != module.asked_for(other)


@every_source
@given(body=st.binary(max_size=300), cut=st.booleans())
def test_whatever_is_answered_it_is_a_dump_or_a_trouble_and_never_a_fault(name, body, cut):
    module, settings = sources.load(name), settings_of(name)
    request = module.requests(settings, Known(), NOW)[0]
    answer = Answer(size=len(body), head=body, tail=body, flaw="it ends too early" if cut else "", cut=cut)
    heard = module.hear(settings, request, answer, Known(), NOW)

    assert not heard.keep
    assert (heard.trouble is not None) or body.strip() == b"[]" or b"no posts found" in body


@every_source
def test_an_error_page_is_for_somebody_to_look_at_and_moves_nothing(name):
    module, settings, known = sources.load(name), settings_of(name), Known(cursor="2026-08-01")
    request = module.requests(settings, known, NOW)[0]
    page = b"<html><title>Sorry\x1b[31m\n</title>"
    answer = Answer(size=len(page), head=page, tail=page)
    heard = module.hear(settings, request, answer, known, NOW)

    assert ("aside", known) == (heard.trouble.kind, heard.known)
    assert heard.trouble.what.endswith("“Sorry[31m”")


@every_source
def test_another_format_than_a_source_gives_is_odd(name):
    module, settings = sources.load(name), settings_of(name)
    request = module.requests(settings, Known(), NOW)[0]
    answer = Answer(size=9, head=b"@article{", tail=b"", format="bibtex", listings=3, same="3-a")
    heard = module.hear(settings, request, answer, Known(), NOW)

    assert (name == "feed") == heard.keep
    assert (name == "feed") == (heard.trouble is None)


@pytest.mark.parametrize(
    ("name", "settings", "path"),
    [
        ("huggingface", {"since": "gestern"}, ("since",)),
        ("huggingface", {"catch_up": 0}, ("catch_up",)),
        ("biorxiv", {"server": "chemrxiv"}, ("server",)),
        ("biorxiv", {"category": "a/../b"}, ("category",)),
        ("biorxiv", {"catch_up": 1000}, ("catch_up",)),
        ("arxiv", {}, ()),
        ("arxiv", {"categories": ("cs.LG",), "search": "abs:x"}, ()),
        ("arxiv", {"categories": ("cs.LG", "cs.LG/../x")}, ("categories", 1)),
        ("oai_pmh", {"set": "cs&x=1"}, ("set",)),
        ("oai_pmh", {"prefix": "a b"}, ("prefix",)),
        ("oai_pmh", {"overlap": 99}, ("overlap",)),
    ],
)
def test_what_types_do_not_show_is_a_flaw_at_its_place(name, settings, path):
    module = sources.load(name)
    flaws = module.check(module.Settings(**settings))

    assert [path] == [flaw.path for flaw in flaws]


def test_an_overlap_asks_for_days_again_but_not_at_the_first_time():
    module = sources.load("oai_pmh")
    settings = module.Settings(set="cs", overlap=2)
    first, later = (module.requests(settings, Known(cursor=each), NOW)[0].url for each in ("", "2026-08-04"))

    assert "from=2026-08-06&until=2026-08-06" in first
    assert "from=2026-08-03&until=2026-08-06" in later


def test_a_day_is_over_when_it_is_over_in_new_york():
    assert ["2026-08-05", "2026-08-06"] == [
        str(sources.last_day(at(f"2026-08-07 {hour}"))) for hour in ("05:59", "06:00")
    ]


def test_an_archive_that_took_papers_back_and_gave_none_is_well():
    module = sources.load("oai_pmh")
    request = module.requests(module.Settings(), Known(), NOW)[0]
    body = (
        b'<OAI-PMH><ListRecords><record><header status="deleted"></header></record></ListRecords></OAI-PMH>'
    )
    answer = Answer(size=len(body), head=body, tail=body, format="oai", flaw="no listing")
    heard = module.hear(module.Settings(), request, answer, Known(), NOW)

    assert (None, False, "2026-08-06") == (heard.trouble, heard.keep, heard.known.cursor)


def test_a_token_without_end_is_not_followed():
    module = sources.load("oai_pmh")
    request = module.requests(module.Settings(), Known(), NOW)[0]
    body = b"<ListRecords><resumptionToken>" + b"x" * 5000 + b"</resumptionToken>"
    answer = Answer(size=len(body), head=body, tail=body, format="oai", listings=1)
    heard = module.hear(module.Settings(), request, answer, Known(), NOW)

    assert ("odd", ()) == (heard.trouble.kind, heard.more)


def test_a_search_goes_on_even_where_one_minute_has_more_papers_than_an_answer_holds():
    module = sources.load("arxiv")
    settings, known = module.Settings(search="all:x"), Known(cursor="202608051000")
    request = module.requests(settings, known, NOW)[0]
    body = b"<totalResults>500</totalResults><published>2026-08-05T10:00:00Z</published>"
    answer = Answer(size=len(body), head=body, tail=body, format="arxiv_api", listings=200)
    heard = module.hear(settings, request, answer, known, NOW)

    assert "202608051001" == heard.known.cursor
    assert "202608051001" in heard.more[0].url


def test_a_search_that_tells_no_moment_goes_on_from_now():
    module = sources.load("arxiv")
    settings = module.Settings(search="all:x", since="2026-08-01")
    request = module.requests(settings, Known(), NOW)[0]
    body = b"<totalResults>1</totalResults>"
    answer = Answer(size=len(body), head=body, tail=body, format="arxiv_api", listings=1)
    heard = module.hear(settings, request, answer, Known(), NOW)

    assert "202608010000" in request.url
    assert (True, "202608071200") == (heard.keep, heard.known.cursor)
