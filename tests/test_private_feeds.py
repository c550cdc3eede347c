"""Feeds of single readers: what is in them, who can find them, and that they go when the reader does."""

from __future__ import annotations

import json
from pathlib import Path

import feedparser
import pytest
from home import CONFIG, Home, page

from newsletter.config_values import OWN_TITLE

FEEDS = CONFIG.replace(
    "    name: Ada\n    profiles: [diffusion]\n",
    "    name: Ada\n    profiles: [diffusion]\n    private_feed: true\n    rules: [keywords: [symmetry]]\n",
)
DAYS = (
    ("2026-08-07", ("Diffusion one", "A symmetry")),
    ("2026-08-08", ("Diffusion two", "Robots")),
    ("2026-08-09", ("Diffusion three",)),
)


def live(home: Home, days=DAYS) -> Home:
    for day, titles in days:
        home.put(f"{day}.txt", page(*titles))
        assert 0 == home.run(f"{day} 06:00").code
    return home


@pytest.fixture
def home(tmp_path) -> Home:
    return live(Home(tmp_path, FEEDS))


def feed(home: Home) -> Path:
    """The only private feed there is."""
    (found,) = (home.folder / "out/site/private").glob("*/feed.xml")
    return found


def test_a_reader_finds_every_digest_in_their_feed_own_interests_too(home):
    read = feedparser.parse(feed(home).read_bytes())
    first = read.entries[-1]

    assert [
        "9 August 2026: 1 paper",
        "8 August 2026: 1 paper",
        "7 August 2026: 2 papers",
    ] == [entry.title for entry in read.entries]
    assert "Diffusion one" in first.content[0].value
    assert "A symmetry" in first.content[0].value
    assert OWN_TITLE in first.content[0].value
    assert 3 == len({entry.id for entry in read.entries}) == len({entry.link for entry in read.entries})


def test_all_formats_hold_the_same_digests(home):
    folder = feed(home).parent
    atom = [entry.id for entry in feedparser.parse((folder / "atom.xml").read_bytes()).entries]
    items = [entry["id"] for entry in json.loads((folder / "feed.json").read_text())["items"]]

    assert 3 == len(atom)
    assert atom == items == [entry.id for entry in feedparser.parse(feed(home).read_bytes()).entries]


def test_nothing_but_the_feed_itself_knows_its_address_or_its_reader(home):
    """Rule 26."""
    own = feed(home).parent
    files = [path for path in (home.folder / "out/site").rglob("*") if path.is_file()]

    assert [] == [path for path in files if own.name in path.read_text() and path.parent != own]
    assert [] == [path for path in files if b"ada@" in path.read_bytes().lower()]
    assert "ada" not in str(own)
    assert "*\n" == (own.parent / ".gitignore").read_text()


def test_a_paper_of_own_interests_alone_leads_to_no_page_of_the_site(home):
    content = feedparser.parse(feed(home).read_bytes()).entries[-1].content[0].value
    linked = {url.rpartition("/")[2] for url in _links(content)}

    assert {"diffusion-one.html"} == linked


def _links(content: str) -> list[str]:
    from lxml import html  # noqa: PLC0415 - here alone

    return [element.get("href") for element in html.fromstring(f"<div>{content}</div>").iter("a")]


def test_a_run_without_news_does_not_touch_a_feed(home):
    before = feed(home).stat().st_mtime_ns
    home.run("2026-08-09 07:00")
    (home.folder / "out/site/index.html").unlink()
    home.run("2026-08-09 08:00")

    assert before == feed(home).stat().st_mtime_ns


@pytest.mark.parametrize("leaves", ["config", "command", "option"])
def test_a_feed_goes_with_its_reader(home, leaves):
    private = feed(home).parent
    if leaves == "command":
        home.newsletter("unsubscribe", "ada@example.org")
    elif leaves == "option":
        home.edit(CONFIG)
    else:
        home.edit(FEEDS.replace("ada@", "bob@"))
    home.run("2026-08-10 06:00")
    store = home.store()
    kept = store.private.slots("ada@example.org")
    store.close()

    assert not private.exists()
    assert () == kept


def test_a_file_that_somebody_put_beside_a_feed_stays(home):
    folder = feed(home).parent
    (folder / "mine.txt").write_text("mine")
    (folder.parent / "notes").mkdir()
    home.edit(CONFIG)
    home.run("2026-08-10 06:00")

    assert ["mine.txt"] == [path.name for path in folder.iterdir()]
    assert (folder.parent / "notes").is_dir()


def test_the_address_comes_back_with_the_secret_where_the_state_does_not(tmp_path, monkeypatch):
    monkeypatch.setenv("FEED_SECRET", "0123456789abcdef")
    config = FEEDS.replace("private_feed: true", "private_feed: {secret: {env: FEED_SECRET}}")
    one, other = (live(Home(tmp_path / name, config), DAYS[:1]) for name in ("one", "other"))
    plain, again = (live(Home(tmp_path / name, FEEDS), DAYS[:1]) for name in ("plain", "again"))

    assert feed(one).parent.name == feed(other).parent.name
    assert feed(plain).parent.name != feed(again).parent.name


def test_a_missing_secret_takes_nothing_away(tmp_path, monkeypatch):
    """A run that cannot tell whose feed is whose leaves them all, and says what to do."""
    monkeypatch.setenv("FEED_SECRET", "0123456789abcdef")
    config = FEEDS.replace("private_feed: true", "private_feed: {secret: {env: FEED_SECRET}}")
    home = live(Home(tmp_path, config), DAYS[:1])
    monkeypatch.delenv("FEED_SECRET")
    home.put("2026-08-08.txt", page("Diffusion two"))
    said = home.run("2026-08-08 06:00")

    assert 1 == said.code
    assert "the environment variable FEED_SECRET is not set" in said.err
    assert feed(home).is_file()


def test_a_short_secret_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("FEED_SECRET", "short")
    config = FEEDS.replace("private_feed: true", "private_feed: {secret: {env: FEED_SECRET}}")
    home = Home(tmp_path, config)
    home.put("2026-08-07.txt", page("Diffusion one"))
    said = home.run("2026-08-07 06:00")

    assert 1 == said.code
    assert "openssl rand -hex 16" in said.err


def test_the_operator_is_told_the_address_and_can_pass_it_on(home):
    said = home.newsletter("subscribers")
    row = json.loads(home.newsletter("subscribers", "--json").out)[0]

    assert f"https://example.org/papers/private/{feed(home).parent.name}/feed.xml" == row["feed"]
    assert f"private feed {row['feed']}" in said.out


def test_a_hub_hears_of_no_private_feed(tmp_path):
    home = live(
        Home(tmp_path, FEEDS.replace("/papers\n", "/papers\n  hubs: http://127.0.0.1:9/\n", 1)), DAYS[:1]
    )

    assert b"127.0.0.1" not in feed(home).read_bytes()


@pytest.mark.parametrize("value", ["{secret: word}", "{env: X}", "perhaps", "{secret: {env: X}, more: 1}"])
def test_what_is_no_private_feed_is_a_mistake(tmp_path, value):
    home = Home(tmp_path, FEEDS.replace("private_feed: true", f"private_feed: {value}"))
    said = home.newsletter("check")

    assert 4 == said.code
    assert "config.yaml:17" in said.err
