"""WebSub: what hubs are told after a publication, and that none of them can break a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from home import CONFIG, Home, page

from newsletter.hubs import UNTOLD, ping


@dataclass
class Hub:
    """A hub on this machine: `told` is what it heard, `answer` the status it gives."""

    url: str = ""
    answer: int = 204
    told: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture
def hub() -> Iterator[Hub]:
    found = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            found.told.append(parse_qs(content.decode()))
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}/"
        yield found
        server.shutdown()
        thread.join()


def home_with(tmp_path, *hubs: str) -> Home:
    return Home(tmp_path, CONFIG.replace("/papers\n", f"/papers\n  hubs: [{', '.join(hubs)}]\n", 1))


def test_a_hub_is_told_of_each_feed_that_was_written_and_of_no_archive_document(tmp_path, hub):
    home = home_with(tmp_path, hub.url)
    home.put("2026-08-07.txt", page("Diffusion one"))
    said = home.run("2026-08-07 06:00")
    (told,) = hub.told

    assert (0, "") == (said.code, said.err)
    assert ["publish"] == told["hub.mode"]
    assert "https://example.org/papers/feeds/atom.xml" in told["hub.url"]
    assert "https://example.org/papers/profiles/diffusion/digests/feed.json" in told["hub.url"]
    assert {"feed.xml", "atom.xml", "feed.json"} == {url.rpartition("/")[2] for url in told["hub.url"]}


def test_a_hub_hears_nothing_of_a_run_without_news_or_of_a_rehearsal(tmp_path, hub):
    home = home_with(tmp_path, hub.url)
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.run("2026-08-07 06:00", "--dry-run")
    home.run("2026-08-07 06:00")
    home.run("2026-08-07 07:00")

    assert 1 == len(hub.told)


def test_what_a_hub_has_missed_it_is_told_the_next_time(tmp_path, hub):
    home = home_with(tmp_path, hub.url)
    hub.answer = 503
    home.put("2026-08-07.txt", page("Diffusion one"))
    said = home.run("2026-08-07 06:00")
    hub.answer = 204
    home.put("2026-08-08.txt", page("Diffusion two"))
    again = home.run("2026-08-08 06:00")
    store = home.store()
    left = store.runs.mark(UNTOLD)
    store.close()

    assert 0 == said.code
    assert f"the hub {hub.url} was not told of news (HTTP Error 503" in said.err
    assert ("", "{}") == (again.err, left)
    assert set(hub.told[0]["hub.url"]) <= set(hub.told[1]["hub.url"])


def test_a_hub_that_is_not_there_breaks_nothing(tmp_path, hub):
    home = home_with(tmp_path, "http://127.0.0.1:9/", hub.url)
    home.put("2026-08-07.txt", page("Diffusion one"))
    said = home.run("2026-08-07 06:00")

    assert 0 == said.code
    assert "http://127.0.0.1:9/ was not told of" in said.err
    assert 1 == len(hub.told)


def test_many_feeds_are_told_in_several_requests(hub):
    topics = [f"https://example.org/{number}/feed.xml" for number in range(120)]

    assert "" == ping(hub.url, topics)
    assert [50, 50, 20] == [len(told["hub.url"]) for told in hub.told]


def test_nothing_is_sent_where_there_is_no_news(hub):
    assert "" == ping(hub.url, ())
    assert [] == hub.told


def test_a_hub_without_a_scheme_is_a_mistake(tmp_path):
    home = home_with(tmp_path, "hub.example.org")
    said = home.newsletter("check")

    assert 4 == said.code
    assert "config.yaml:4" in said.err
    assert "it begins with https://" in said.err
