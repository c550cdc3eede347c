"""Fetching, end to end: sources answer as real ones do on bad days, and the inbox stays clean."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from fakes import at
from home import CONFIG, Home
from web_sink import Said, Sink, page, sink, status

from newsletter.errors import AnotherRun, NotFound
from newsletter.fetch import Turn, due_sources, fetch, fetch_due, lock_of, wanted_sources
from newsletter.lock import only_run
from newsletter.store.sources import SourceState
from newsletter.web import Web


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 1))
        self.now += seconds

    def read(self) -> float:
        return self.now


@pytest.fixture
def web() -> Iterator[Sink]:
    with sink() as found:
        yield found


@dataclass
class Reader:
    """An installation whose sources lead to a local server."""

    home: Home
    clock: Clock = field(default_factory=Clock)

    def fetch(self, moment: str | datetime) -> tuple[Turn, ...]:
        """All sources, whether due or not."""
        config, store = self.home.loaded(), self.home.store()
        now = at(moment) if isinstance(moment, str) else moment
        asked = wanted_sources(store.sources.states(), config.sources, now)
        polite = Web(sleep=self.clock.sleep, clock=self.clock.read)
        try:
            return fetch(store, config, now, asked, web=polite)
        finally:
            store.close()

    def one(self, moment: str | datetime) -> Turn:
        (turn,) = self.fetch(moment)
        return turn

    def state(self, name: str) -> SourceState:
        store = self.home.store()
        found = store.sources.get(name)
        store.close()
        return found

    def inbox(self) -> list[str]:
        return sorted(path.name for path in (self.home.folder / "dumps").iterdir())

    def aside(self) -> list[str]:
        folder = self.home.folder / "state" / "aside"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def reader(tmp_path, *sources: str) -> Reader:
    listed = "".join(f"- {source}\n" for source in sources)
    return Reader(Home(tmp_path / "home", f"{CONFIG}sources:\n{listed}"))


def rss(*titles: str, built: str = "1") -> str:
    entries = "".join(
        f"<item><title>{title}</title><link>https://example.org/{number}</link><description>A paper on"
        f" {title}, at some length.</description></item>"
        for number, title in enumerate(titles)
    )
    head = f"<title>A journal</title><link>https://example.org/</link><description>{built}</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{entries}</channel></rss>'


def daily(*titles: str, votes: int = 3) -> str:
    """What the API of Hugging Face gives for a day."""
    return json.dumps(
        [
            {
                "paper": {
                    "id": f"2608.{number:05}",
                    "title": title,
                    "summary": f"A paper on {title}.",
                    "upvotes": votes,
                    "publishedAt": "2026-08-05T00:00:00.000Z",
                },
                "title": title,
                "numComments": 0,
            }
            for number, title in enumerate(titles, 1)
        ]
    )


HTML = "<!DOCTYPE html><html><head><title>Just a moment…</title></head><body>checking</body></html>"


def feed_of(web: Sink, **more: str) -> str:
    beside = "".join(f"\n  {key}: {value}" for key, value in more.items())
    return f"feed: {web.url}/feed{beside}"


# ------------------------------------------------------------------------------------- a good answer


def test_what_a_source_gives_is_a_dump_of_that_day_that_the_next_run_reads(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", page(rss("Diffusion one", "Robots two")))
    turn = home.one("2026-08-07 06:00")
    said = home.home.run("2026-08-07 06:05")

    assert ("feed", ("2026-08-07-feed.xml",), 2, None) == (turn.name, turn.dumps, turn.listings, turn.trouble)
    assert "1 dump: 2 new papers" in said.out
    assert [("2026-08-07",)] == home.home.query("SELECT date FROM dump")


def test_what_is_known_is_asked_for_only_if_it_has_changed(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    modified = "Fri, 07 Aug 2026 05:00:00 GMT"
    web.answers("/feed", page(rss("One"), etag='"a"', last_modified=modified), status(304))
    home.one("2026-08-07 06:00")
    turn = home.one("2026-08-07 12:00")

    assert ((), None) == (turn.dumps, turn.trouble)
    assert "if-none-match" not in web.asked[0].headers
    assert ('"a"', modified) == (
        web.asked[1].headers["if-none-match"],
        web.asked[1].headers["if-modified-since"],
    )
    assert at("2026-08-07 12:00") == home.state("feed").succeeded


def test_another_address_under_the_same_name_is_asked_for_everything(tmp_path, web):
    home = reader(tmp_path, feed_of(web, name="journal"))
    web.answers("/feed", page(rss("One"), etag='"a"'))
    web.answers("/other", page(rss("Two"), etag='"b"'))
    home.one("2026-08-07 06:00")
    home.home.edit(home.home.config.replace("/feed", "/other"))
    turn = home.one("2026-08-07 12:00")

    assert ("2026-08-07-journal-2.xml",) == turn.dumps
    assert "if-none-match" not in web.asked[1].headers


def test_a_feed_that_only_says_it_was_made_anew_is_no_dump(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", page(rss("One", "Two")), page(rss("Two", "One", built="2")), page(rss("Three")))
    turns = [home.one(f"2026-08-07 {hour}:00") for hour in ("06", "12", "18")]

    assert [("2026-08-07-feed.xml",), (), ("2026-08-07-feed-2.xml",)] == [turn.dumps for turn in turns]


def test_what_stands_in_the_inbox_under_that_name_is_not_touched(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    mine = home.home.put("2026-08-07-feed.xml", "mine")
    web.answers("/feed", page(rss("One")))
    turn = home.one("2026-08-07 06:00")

    assert ("2026-08-07-feed-2.xml",) == turn.dumps
    assert b"mine" == mine.read_bytes()


def test_what_was_read_before_is_not_fetched_again_after_somebody_cleared_the_inbox(tmp_path, web):
    home = reader(tmp_path, feed_of(web, name="a"))
    web.answers("/feed", page(rss("Diffusion")))
    home.one("2026-08-07 06:00")
    home.home.run("2026-08-07 06:05")
    (home.home.folder / "dumps" / "2026-08-07-a.xml").unlink()
    home.home.edit(home.home.config.replace("name: a", "name: b"))
    turn = home.one("2026-08-08 06:00")

    assert ((), None, []) == (turn.dumps, turn.trouble, home.inbox())


def test_who_asks_says_who_they_are_and_secrets_go_to_the_named_site_alone(tmp_path, web, monkeypatch):
    monkeypatch.setenv("FEED_TOKEN", "Bearer s3cret")
    with sink() as other:
        home = reader(tmp_path, feed_of(web, headers="{Authorization: {env: FEED_TOKEN}}"))
        web.answers("/feed", status(302, location=f"{other.url}/there"))
        other.answers("/there", page(rss("One")))
        turn = home.one("2026-08-07 06:00")

        assert ("2026-08-07-feed.xml",) == turn.dumps
        assert "Bearer s3cret" == web.asked[0].headers["authorization"]
        assert web.asked[0].headers["user-agent"].startswith("newsletter/")
        assert "authorization" not in other.asked[0].headers


# ------------------------------------------------------------------------------------- bad answers


def test_a_source_that_is_busy_is_asked_again_when_it_says(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", status(429, retry_after="7"), page(rss("One")))
    turn = home.one("2026-08-07 06:00")

    assert ("2026-08-07-feed.xml",) == turn.dumps
    assert [7.0] == home.clock.slept


def test_a_long_wait_ends_the_turn_and_holds_even_for_those_in_a_hurry(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", status(429, retry_after="Fri, 07 Aug 2026 08:30:00 GMT"), page(rss("One")))
    turn = home.one("2026-08-07 06:00")
    meanwhile = home.fetch("2026-08-07 08:00")
    after = home.fetch("2026-08-07 08:30")

    assert ("busy", 0, at("2026-08-07 08:30")) == (turn.trouble.kind, turn.exit_code, turn.again)
    assert ((), 1) == (meanwhile, len(after))
    assert ([], None) == (home.clock.slept, after[0].trouble)


def test_a_server_that_stumbles_is_asked_again_after_a_while(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", status(500), status(502), page(rss("One")))
    turn = home.one("2026-08-07 06:00")
    first, second = home.clock.slept

    assert ("2026-08-07-feed.xml",) == turn.dumps
    assert 1 <= first <= 3
    assert 4 <= second <= 12


def test_a_server_that_stays_down_is_left_alone_longer_each_time_and_told_after_three_days(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", page(rss("One")), status(503))
    home.one("2026-08-07 06:00")
    turns = [home.one(f"2026-08-{day:02} 06:00") for day in (8, 9, 10, 11)]
    waits = [(turn.again.hour - 6) * 60 + turn.again.minute for turn in turns]

    assert 1 + 4 * 4 == len(web.asked)
    assert ["failing", "failing", "silent", "silent"] == [turn.trouble.kind for turn in turns]
    assert [0, 0, 1, 0] == [turn.exit_code for turn in turns]
    assert "nothing came for 3 days" in turns[2].trouble.what
    assert [15, 30, 60, 120] == [minutes - minutes % 15 for minutes in waits]


def test_an_answer_that_breaks_off_is_asked_for_again_and_leaves_nothing_behind(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    whole = rss("One", "Two").encode()
    web.answers("/feed", Said(body=whole, cut=len(whole) // 2), page(whole))
    turn = home.one("2026-08-07 06:00")

    assert ("2026-08-07-feed.xml",) == turn.dumps
    assert ["2026-08-07-feed.xml"] == home.inbox()


def test_an_answer_whose_end_is_missing_is_asked_for_again_though_its_length_fits(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    whole = rss("One", "Two")
    web.answers("/feed", page(whole[: len(whole) // 2]), page(whole))
    turn = home.one("2026-08-07 06:00")

    assert (("2026-08-07-feed.xml",), 2) == (turn.dumps, turn.listings)


def test_an_error_page_is_kept_aside_and_told_once(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", page(HTML))
    turn, again = home.one("2026-08-07 06:00"), home.one("2026-08-07 12:00")

    assert ("aside", 1, 0) == (turn.trouble.kind, turn.exit_code, again.exit_code)
    assert "it answered with a web page titled “Just a moment…”" == turn.trouble.what
    assert (["2026-08-07-feed.html"], []) == (home.aside(), home.inbox())
    assert HTML.encode() == turn.aside.read_bytes()


def test_what_no_format_knows_is_kept_aside(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", page("Error 17 in module 4"))
    turn = home.one("2026-08-07 06:00")

    assert ("no dump format recognises its answer", ["2026-08-07-feed.txt"]) == (
        turn.trouble.what,
        home.aside(),
    )


def test_a_suddenly_tiny_answer_is_kept_aside_until_it_is_usual(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    large = [page(rss(*(f"Paper {day} {number}" for number in range(60)))) for day in range(3)]
    web.answers("/feed", *large, *(page(rss(f"Lonely {day}")) for day in range(4)))
    turns = [home.one(f"2026-08-{day:02} 06:00") for day in range(1, 8)]

    assert [60, 60, 60, 0, 0, 0, 1] == [turn.listings for turn in turns]
    assert [0, 0, 0, 1, 0, 0, 0] == [turn.exit_code for turn in turns]
    assert "bytes are usual" not in turns[3].trouble.what
    assert turns[3].trouble.what.startswith("its answer has ")


def test_a_redirect_in_a_circle_ends(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", status(301, location="/feed"))
    turn = home.one("2026-08-07 06:00")

    assert ("odd", "it redirects more than 5 times", 1) == (
        turn.trouble.kind,
        turn.trouble.what,
        turn.exit_code,
    )


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://example.org/", "", "http://["])
def test_a_redirect_leads_to_the_web_or_nowhere(tmp_path, web, target):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", status(302, location=target))
    turn = home.one("2026-08-07 06:00")

    assert turn.trouble.what.startswith("it redirects to what is no address")
    assert ([], []) == (home.inbox(), home.aside())


@pytest.mark.parametrize(("number", "kind"), [(401, "refused"), (404, "gone"), (400, "odd")])
def test_what_waiting_does_not_mend_is_told_at_once_and_once(tmp_path, web, number, kind):
    home = reader(tmp_path, feed_of(web))
    web.answers("/feed", status(number))
    turns = [home.one("2026-08-07 06:00"), home.one("2026-08-07 12:00")]

    assert [kind, kind] == [turn.trouble.kind for turn in turns]
    assert [1, 0] == [turn.exit_code for turn in turns]
    assert 2 == len(web.asked)


def test_a_secret_that_is_missing_asks_nobody(tmp_path, web, monkeypatch):
    monkeypatch.delenv("FEED_TOKEN", raising=False)
    home = reader(tmp_path, feed_of(web, headers="{Authorization: {env: FEED_TOKEN}}"))
    turn = home.one("2026-08-07 06:00")

    assert ("secret", 4, []) == (turn.trouble.kind, turn.exit_code, web.asked)


def test_a_secret_with_a_line_break_never_reaches_a_message(tmp_path, web, monkeypatch):
    monkeypatch.setenv("FEED_TOKEN", "s3cret\nX-Other: 1")
    home = reader(tmp_path, feed_of(web, headers="{Authorization: {env: FEED_TOKEN}}"))
    turn = home.one("2026-08-07 06:00")

    assert ("secret", []) == (turn.trouble.kind, web.asked)
    assert "s3cret" not in turn.trouble.what + turn.trouble.hint


def test_nobody_at_the_address_is_no_fault_of_ours(tmp_path):
    home = reader(tmp_path, "feed: http://127.0.0.1:9/feed?token=s3cret")
    turn = home.one("2026-08-07 06:00")

    assert ("unreachable", 0, 3) == (turn.trouble.kind, turn.exit_code, len(home.clock.slept))
    assert "s3cret" not in turn.trouble.what


def test_an_answer_without_end_is_stopped(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    home.home.edit(f"{home.home.config}limits: {{dump_bytes: 64K}}\n")
    web.answers("/feed", page(rss(*(f"Paper {number}" for number in range(2000)))))
    turn = home.one("2026-08-07 06:00")

    assert ("odd", "its answer has more than 65,536 bytes") == (turn.trouble.kind, turn.trouble.what)
    assert [] == home.inbox()


def test_an_answer_that_drips_is_given_up(tmp_path, web):
    """Each byte comes in time, and all of them never would."""
    home = reader(tmp_path, feed_of(web))
    home.clock.read = lambda: home.clock.__dict__.__setitem__("now", home.clock.now + 1000) or home.clock.now
    web.answers("/feed", page(rss("One")))
    turn = home.one("2026-08-07 06:00")

    assert "its answer took longer than 900 seconds" == turn.trouble.what


def test_one_source_in_trouble_holds_up_no_other(tmp_path, web):
    home = reader(tmp_path, f"feed: {web.url}/gone", feed_of(web, name="journal"))
    web.answers("/feed", page(rss("One")))
    first, second = home.fetch("2026-08-07 06:00")

    assert ("gone", ("2026-08-07-journal.xml",)) == (first.trouble.kind, second.dumps)


# ------------------------------------------------------------------------------------- days that were missed


def hf(web: Sink, settings: str = "") -> str:
    return f"huggingface: {{url: {web.url}/daily{settings}}}"


def test_each_missed_day_is_asked_for_and_weekends_are_no_mistake(tmp_path, web):
    home = reader(tmp_path, hf(web))
    for day, titles in {6: ["One"], 7: ["Two", "Three"], 8: [], 9: [], 10: ["Four"]}.items():
        web.answers(f"/daily?date=2026-08-{day:02}&limit=100", page(daily(*titles)))
    first = home.one("2026-08-07 12:00")
    later = home.one("2026-08-10 12:00")

    assert ("2026-08-06-huggingface.json", "2026-08-07-huggingface.json") == first.dumps
    assert ("2026-08-10-huggingface.json",) == later.dumps
    assert [6, 7, 7, 8, 9, 10] == [int(path.partition("date=")[2][8:10]) for path in web.paths()]
    assert "2026-08-09" == home.state("huggingface").known.cursor


def test_votes_alone_make_no_dump_of_a_day_that_is_not_over(tmp_path, web):
    home = reader(tmp_path, hf(web))
    web.answers("/daily?date=2026-08-06&limit=100", page("[]"))
    web.answers(
        "/daily?date=2026-08-07&limit=100",
        page(daily("One")),
        page(daily("One", votes=9)),
        page(daily("One", "Two", votes=9)),
        page(daily("One", "Two", votes=20)),
    )
    web.answers("/daily?date=2026-08-08&limit=100", page("[]"))
    turns = [home.one(f"2026-08-{when}:00") for when in ("07 06", "07 12", "07 18", "08 06")]

    assert [1, 0, 2, 2] == [turn.listings for turn in turns]


def test_after_a_long_pause_only_so_many_days_are_asked_for(tmp_path, web):
    home = reader(tmp_path, hf(web, ", catch_up: 3"))
    web.answers("/daily", page("[]"))
    home.one("2026-08-07 12:00")
    before = len(web.asked)
    home.one("2026-09-07 12:00")

    assert [f"2026-09-0{day}" for day in (4, 5, 6, 7)] == [
        path.partition("date=")[2][:10] for path in web.paths()[before:]
    ]


def test_a_day_that_fails_is_the_first_of_the_next_turn(tmp_path, web):
    home = reader(tmp_path, hf(web, ", since: 2026-08-04"))
    web.answers("/daily", page(daily("One")))
    web.answers("/daily?date=2026-08-05&limit=100", *[status(500)] * 4, page(daily("Two")))
    first, second = home.one("2026-08-06 12:00"), home.one("2026-08-06 18:00")

    assert ("failing", ("2026-08-04-huggingface.json",)) == (first.trouble.kind, first.dumps)
    assert (None, "2026-08-05-huggingface.json") == (second.trouble, second.dumps[0])


def test_a_busy_day_has_several_pages(tmp_path, web):
    home = reader(tmp_path, hf(web))
    web.answers("/daily", page("[]"))
    web.answers("/daily?date=2026-08-06&limit=100", page(daily(*(f"P {n}" for n in range(100)))))
    web.answers("/daily?date=2026-08-06&limit=100&p=1", page(daily("Last")))
    turn = home.one("2026-08-07 12:00")

    assert ("2026-08-06-huggingface.json", "2026-08-06-huggingface-part-2.json") == turn.dumps


# ------------------------------------------------------------------------------------- archives in parts


def oai(*titles: str, more: str = "", error: str = "") -> str:
    records = "".join(
        f"<record><header><identifier>oai:arXiv.org:2608.{n:05}</identifier><datestamp>2026-08-06</datestamp>"
        f"</header><metadata><dc xmlns='http://purl.org/dc/elements/1.1/'><title>{title}</title>"
        f"<description>A paper on {title}.</description><identifier>http://arxiv.org/abs/2608.{n:05}"
        "</identifier></dc></metadata></record>"
        for n, title in enumerate(titles, 1)
    )
    resume = f"<resumptionToken cursor='0'>{more}</resumptionToken>" if titles else ""
    inside = (
        f'<error code="{error}">so it is</error>'
        if error
        else f"<ListRecords>{records}{resume}</ListRecords>"
    )
    return (
        '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-08-07T12:00:00Z</responseDate><request>x</request>{inside}</OAI-PMH>"
    )


def archive(web: Sink) -> str:
    return f"oai_pmh: {{set: cs, url: {web.url}/oai}}"


FIRST = "/oai?verb=ListRecords&metadataPrefix=oai_dc&set=cs&from=2026-08-06&until=2026-08-06"


def by_token(token: str) -> str:
    return f"/oai?verb=ListRecords&resumptionToken={token}"


def test_an_archive_is_asked_part_by_part(tmp_path, web):
    home = reader(tmp_path, archive(web))
    web.answers(FIRST, page(oai("One", "Two", more="a|1&amp;x")))
    web.answers(by_token("a%7C1%26x"), page(oai("Three")))
    turn = home.one("2026-08-07 12:00")

    assert ("2026-08-06-oai-pmh.xml", "2026-08-06-oai-pmh-part-2.xml") == turn.dumps
    assert ("2026-08-06", "") == (home.state("oai-pmh").known.cursor, home.state("oai-pmh").known.resume)
    assert [3.0] == home.clock.slept


def test_a_harvest_that_broke_off_goes_on_where_it_was(tmp_path, web):
    home = reader(tmp_path, archive(web))
    web.answers(FIRST, page(oai("One", more="t2")))
    web.answers(by_token("t2"), *[status(503)] * 4, page(oai("Two")))
    first, second = home.one("2026-08-07 12:00"), home.one("2026-08-07 18:00")

    assert (("2026-08-06-oai-pmh.xml",), "failing") == (first.dumps, first.trouble.kind)
    assert (("2026-08-06-oai-pmh-part-2.xml",), None) == (second.dumps, second.trouble)
    assert 1 == web.paths().count(FIRST)


def test_an_archive_that_forgot_its_token_is_asked_anew(tmp_path, web):
    home = reader(tmp_path, archive(web))
    web.answers(FIRST, page(oai("One", more="old")), page(oai("One", more="new")))
    web.answers(by_token("old"), *[status(503)] * 4, page(oai(error="badResumptionToken")))
    web.answers(by_token("new"), page(oai("Two")))
    home.one("2026-08-07 12:00")
    turn = home.one("2026-08-07 18:00")

    assert (("2026-08-06-oai-pmh-2.xml", "2026-08-06-oai-pmh-part-2.xml"), None) == (turn.dumps, turn.trouble)
    assert "2026-08-06" == home.state("oai-pmh").known.cursor


def test_an_archive_that_forgets_every_token_is_not_asked_for_ever(tmp_path, web):
    home = reader(tmp_path, archive(web))
    web.answers(FIRST, page(oai("One", more="t")))
    web.answers(by_token("t"), page(oai(error="badResumptionToken")))
    turn = home.one("2026-08-07 12:00")

    assert ("odd", 4) == (turn.trouble.kind, len(web.asked))


def test_an_archive_that_goes_round_in_a_circle_is_told(tmp_path, web):
    home = reader(tmp_path, archive(web))
    web.answers("/oai", page(oai("One", more="t")))
    turn = home.one("2026-08-07 12:00")

    assert (1, 2) == (turn.exit_code, len(web.asked))
    assert "the same token again" in turn.trouble.what


def test_days_on_which_nothing_changed_are_no_mistake(tmp_path, web):
    home = reader(tmp_path, archive(web))
    web.answers("/oai", page(oai(error="noRecordsMatch")))
    turn = home.one("2026-08-07 12:00")

    assert ((), None) == (turn.dumps, turn.trouble)
    assert "2026-08-06" == home.state("oai-pmh").known.cursor
    assert [] == [each for each in home.fetch("2026-08-07 18:00") if each.dumps]
    assert 1 == len(web.asked)


def test_a_set_that_the_archive_does_not_have_is_told_in_its_words(tmp_path, web):
    home = reader(tmp_path, archive(web))
    web.answers("/oai", page(oai(error="badArgument")))
    turn = home.one("2026-08-07 12:00")

    assert ("the archive refuses the question: badArgument: so it is", 1) == (
        turn.trouble.what,
        turn.exit_code,
    )


# ------------------------------------------------------------------------------------- arXiv, bioRxiv


def atom(*ids: int, total: int | None = None, page_size: int = 200) -> str:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/2608.{n:05}v1</id><updated>2026-08-05T10:{n % 60:02}:00Z</updated>"
        f"<published>2026-08-05T10:{n % 60:02}:30Z</published><title>Paper {n}</title>"
        f"<summary>What is behind it.</summary><author><name>Ada B</name></author></entry>"
        for n in ids
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<title>ArXiv Query: search_query=x</title><id>http://arxiv.org/api/x</id>"
        "<updated>2026-08-07T00:00:00-04:00</updated><opensearch:totalResults"
        f" xmlns:opensearch='o'>{len(ids) if total is None else total}</opensearch:totalResults>"
        f"<opensearch:itemsPerPage xmlns:opensearch='o'>{page_size}</opensearch:itemsPerPage>{entries}</feed>"
    )


def search(web: Sink) -> str:
    return f"arxiv: {{search: 'abs:\"state space\"', url: {web.url}/query}}"


def test_a_search_goes_on_from_the_newest_that_it_found(tmp_path, web):
    home = reader(tmp_path, search(web))
    web.answers("/query", page(atom(1, 2)), page(atom()))
    first, second = home.one("2026-08-07 12:00"), home.one("2026-08-08 12:00")

    assert (("2026-08-07-arxiv.xml",), 2) == (first.dumps, first.listings)
    assert ((), None) == (second.dumps, second.trouble)
    assert "submittedDate%3A%5B202607311200+TO+202608071200%5D" in web.paths()[0]
    assert "submittedDate%3A%5B202608051003+TO+202608081200%5D" in web.paths()[1]
    assert "%28abs%3A%22state+space%22%29+AND" in web.paths()[0]


def test_a_long_search_is_asked_for_in_parts_three_seconds_apart(tmp_path, web):
    home = reader(tmp_path, search(web))
    web.answers("/query", page(atom(*range(200), total=201)), page(atom(200)))
    turn = home.one("2026-08-07 12:00")

    assert ("2026-08-07-arxiv.xml", "2026-08-07-arxiv-part-2.xml") == turn.dumps
    assert [3.0] == home.clock.slept


def test_a_search_whose_answer_lacks_entries_is_asked_again(tmp_path, web):
    """The interface now and then gives an empty page and says it has all."""
    home = reader(tmp_path, search(web))
    web.answers("/query", page(atom(1, total=2)), page(atom(1, 2)))
    turn = home.one("2026-08-07 12:00")

    assert (2, None, 2) == (turn.listings, turn.trouble, len(web.asked))


def test_a_search_that_arxiv_cannot_answer_is_told(tmp_path, web):
    home = reader(tmp_path, search(web))
    entry = (
        "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>no such field</summary>"
    )
    web.answers("/query", page(atom().replace("</feed>", f"{entry}</entry></feed>").replace(">0<", ">1<")))
    turn = home.one("2026-08-07 12:00")

    assert ("aside", "arXiv answered with an error: no such field") == (turn.trouble.kind, turn.trouble.what)


def test_the_daily_feed_of_arxiv_may_be_empty(tmp_path, web):
    home = reader(tmp_path, f"arxiv: {{categories: [cs.LG, stat.ML], url: {web.url}/atom}}")
    empty = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>http://rss.arxiv.org/atom/cs.LG</id>'
        "<title>cs.LG updates on arXiv.org</title><updated>2026-08-08T04:00:00Z</updated></feed>"
    )
    web.answers("/atom/cs.LG+stat.ML", page(empty))
    turn = home.one("2026-08-08 12:00")

    assert ((), None) == (turn.dumps, turn.trouble)


def bio(count: int, total: int | None = None, first: int = 0) -> str:
    records = [
        {"doi": f"10.64898/2026.08.{n:06}", "title": f"Cells {n}", "server": "bioRxiv", "version": "1"}
        for n in range(first, first + count)
    ]
    if not count:
        return json.dumps({"messages": [{"status": "no posts found"}], "collection": []})
    said = {"status": "ok", "cursor": first, "count": count, "total": str(count if total is None else total)}
    return json.dumps({"messages": [said], "collection": records})


def test_biorxiv_is_asked_day_by_day_in_parts_of_a_hundred(tmp_path, web):
    home = reader(tmp_path, f"biorxiv: {{category: cell biology, url: {web.url}, since: 2026-08-04}}")
    day = "/details/biorxiv/2026-08-0{0}/2026-08-0{0}/{1}/json?category=cell_biology"
    web.answers(day.format(4, 0), page(bio(100, total=130)))
    web.answers(day.format(4, 100), page(bio(30, total=130, first=100)))
    web.answers(day.format(5, 0), page(bio(0)))
    turn = home.one("2026-08-07 03:00")

    assert (130, None) == (turn.listings, turn.trouble)
    assert ("2026-08-04-biorxiv.json", "2026-08-04-biorxiv-part-2.json") == turn.dumps
    assert "2026-08-05" == home.state("biorxiv").known.cursor


def test_biorxiv_that_gives_fewer_than_it_says_is_asked_again(tmp_path, web):
    home = reader(tmp_path, f"biorxiv: {{server: medrxiv, url: {web.url}}}")
    short = bio(3).replace('"count": 3', '"count": 5')
    web.answers("/details/medrxiv/2026-08-06/2026-08-06/0/json", page(short), page(bio(5)))
    turn = home.one("2026-08-07 12:00")

    assert (5, None) == (turn.listings, turn.trouble)


# ------------------------------------------------------------------------------------- who is due


def test_a_source_is_due_after_its_time_and_one_in_trouble_when_it_may_be_asked_again(tmp_path, web):
    home = reader(tmp_path, feed_of(web, every="day", name="daily"), feed_of(web, every="1h", name="hourly"))
    sources = home.home.loaded().sources
    new = SourceState(name="daily", tried=at("2026-08-07 06:00"), succeeded=at("2026-08-07 06:00"))
    failing = replace(new, name="hourly", not_before=at("2026-08-07 09:00"), failures=3, trouble="failing")

    def due(moment: str) -> list[str]:
        return [source.name for source in due_sources((new, failing), sources, at(moment))]

    assert ["daily", "hourly"] == [source.name for source in due_sources((), sources, at("2026-08-07 06:00"))]
    assert [] == due("2026-08-07 08:59")
    assert ["hourly"] == due("2026-08-07 09:00")
    assert ["daily", "hourly"] == due("2026-08-08 05:59")


def test_the_scheduler_asks_what_is_due_and_nothing_twice(tmp_path, web):
    home = reader(tmp_path, feed_of(web, every="day"))
    web.answers("/feed", page(rss("One")))
    config, store = home.home.loaded(), home.home.store()
    polite = Web(sleep=home.clock.sleep, clock=home.clock.read)
    turns = [fetch_due(store, config, at(f"2026-08-07 06:{m}"), web=polite) for m in ("00", "01")]
    store.close()

    assert [1, 0] == [len(turn) for turn in turns]


def test_a_name_that_no_source_has_is_told_with_a_guess(tmp_path, web):
    config = reader(tmp_path, feed_of(web, name="journal")).home.loaded()

    with pytest.raises(NotFound) as error:
        wanted_sources((), config.sources, at("2026-08-07 06:00"), named=["jornal"])
    assert ("there is no source 'jornal'", "did you mean journal?") == (error.value.what, error.value.hint)


def test_two_fetches_exclude_each_other(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    now = at("2026-08-07 06:00")

    with only_run(lock_of(home.home.loaded()), now), pytest.raises(AnotherRun):
        home.fetch(now)
    assert [] == web.asked


# ------------------------------------------------------------------------------------- killed


def test_a_fetch_that_is_killed_leaves_no_half_dump_and_the_next_one_brings_it_whole(tmp_path, web):
    home = reader(tmp_path, feed_of(web))
    whole = rss("Diffusion one", "Diffusion two").encode()
    web.answers("/feed", Said(body=whole, cut=len(whole) // 2, holds=True), page(whole))
    process = subprocess.Popen(home.home.command("fetch"), stdout=subprocess.DEVNULL)
    try:
        assert web.held.wait(20)
        while not home.inbox():
            assert process.poll() is None
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    left = home.inbox()
    run = home.home.run("2026-08-07 06:00")
    web.go_on.set()
    turn = home.one("2026-08-07 06:10")

    assert 1 == len(left)
    assert left[0].startswith(".")
    assert left[0].endswith("-feed.part")
    assert "No new dumps" in run.out
    assert (("2026-08-07-feed.xml",), ["2026-08-07-feed.xml"]) == (turn.dumps, home.inbox())
