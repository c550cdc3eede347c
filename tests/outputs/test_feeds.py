"""RSS, Atom and JSON Feed, read as feed readers do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import feedparser
import pytest
from fakes import at, paper, pick, section
from lxml import etree

from newsletter.feed import feeds
from newsletter.outputs import atom, json_feed, rss
from newsletter.publication import Archive, Edition


def made(archive, press):
    return {a.path: a.content for out in (rss, atom, json_feed) for a in out.artifacts(archive, press)}


def ids(content: bytes) -> list[str]:
    if content.startswith(b"{"):
        return [entry["id"] for entry in json.loads(content)["items"]]
    return [entry.id for entry in feedparser.parse(content).entries]


@pytest.mark.parametrize("folder", ["feeds", "profiles/diffusion", "profiles/planning"])
def test_all_formats_hold_the_same_entries(archive, press, folder):
    files = made(archive, press)
    formats = [ids(files[f"{folder}/{name}"]) for name in ("feed.xml", "atom.xml", "feed.json")]

    assert formats[0] == formats[1] == formats[2]
    assert formats[0]


def test_the_feed_of_everything_has_each_paper_once_newest_first(archive, press):
    """Rule 21: a paper is entered with its first edition; a re-listing makes no entry."""
    expected = [f"tag:example.org,2026:paper/{slug}" for slug in ("three", "two", "one")]

    assert expected == ids(made(archive, press)["feeds/feed.xml"])


def test_the_digest_feed_has_one_entry_for_each_edition(archive, press):
    expected = [
        "tag:example.org,2026:digest/diffusion/2026-08-07",
        "tag:example.org,2026:digest/diffusion/2026-08-06",
    ]

    assert expected == ids(made(archive, press)["profiles/diffusion/digests/feed.xml"])


def test_an_old_profile_name_has_equal_bytes(archive, press):
    """Rule 24."""
    files = made(archive, press)
    names = ["feed.xml", "atom.xml", "feed.json", "digests/feed.xml", "digests/atom.xml", "digests/feed.json"]

    assert [files[f"profiles/diffusion/{name}"] for name in names] == [
        files[f"profiles/old/{name}"] for name in names
    ]


def test_entries_of_one_edition_have_seconds_of_their_own_in_rank_order(many, press):
    entries = feeds(many(30), press)[0].entries

    assert [timedelta(seconds=1)] * 29 == [a.published - b.published for a, b in pairwise(entries)]


@pytest.mark.parametrize(("papers", "kept"), [(99, 99), (130, 130)])
def test_the_newest_edition_is_kept_whole(many, press, papers, kept):
    """Rule 21: 100 entries or the newest edition, whichever is more; the limit of a digest is ignored."""
    assert kept == len(feeds(many(papers, "", limit=15), press)[0].entries)


def test_older_editions_fill_up_to_a_hundred_entries(press, many):
    archive = many(80, "")
    older = replace(
        archive.editions[0],
        name="2026-08-01",
        date=date(2026, 8, 1),
        made=at("2026-08-01 12:00"),
        sections=(section(*(pick(paper(number=n)) for n in range(100, 150))),),
    )

    assert 100 == len(feeds(replace(archive, editions=(*archive.editions, older)), press)[0].entries)


def test_a_title_is_escaped_exactly_once(archive, press):
    """Readers that unescape titles once get the title; “<HYBNEXT>” really stood in a dump."""
    files = made(archive, press)
    title = "Denoising <HYBNEXT> & more"

    assert title == etree.fromstring(files["feeds/feed.xml"]).findall(".//item/title")[-1].text
    assert title == etree.fromstring(files["feeds/atom.xml"]).findall(".//{*}entry/{*}title")[-1].text
    assert title == json.loads(files["feeds/feed.json"])["items"][-1]["title"]


def test_hostile_words_leave_every_feed_well_formed_and_inert(archive, press):
    for path, content in made(archive, press).items():
        if path.endswith((".xml", ".opml")):
            etree.fromstring(content)
        html = " ".join(
            entry.get("summary", "") for entry in feedparser.parse(content, sanitize_html=False).entries
        )

        assert "<script>" not in html


def test_a_control_character_never_reaches_a_feed(press, many):
    bad = paper("A \x0btitle\ud800", "An \x00abstract\ufffe", number=1)
    archive = many(1)
    edition = replace(archive.editions[0], sections=(section(pick(bad)),))

    files = made(replace(archive, editions=(edition,), papers=(bad,)), press)

    assert "A title" == etree.fromstring(files["feeds/feed.xml"]).findtext(".//item/title")
    assert "A title" == etree.fromstring(files["feeds/atom.xml"]).findtext(".//{*}entry/{*}title")


def test_the_channel_leads_to_the_page_and_to_itself(archive, press):
    channel = etree.fromstring(made(archive, press)["profiles/diffusion/feed.xml"]).find("channel")
    selves = channel.findall("{http://www.w3.org/2005/Atom}link")

    assert "https://example.org/papers/profiles/diffusion/" == channel.findtext("link")
    assert ["https://example.org/papers/profiles/diffusion/feed.xml"] == [link.get("href") for link in selves]


def test_authors_are_named_where_they_are_known(archive, press):
    items = etree.fromstring(made(archive, press)["feeds/feed.xml"]).findall(".//item")
    creators = [[c.text for c in item.findall("{http://purl.org/dc/elements/1.1/}creator")] for item in items]

    assert [[], [], ["Ada Lovelace", "Jo Ho"]] == creators


def test_a_revision_moves_updated_and_nothing_else(archive, press):
    """Rule 21."""
    revised = replace(archive.papers[0], revised=at("2026-09-01 08:00"))
    editions = (*archive.editions[:2], replace(archive.editions[2], sections=(section(pick(revised)),)))
    before, after = (feeds(of, press)[0].entries[-1] for of in (archive, replace(archive, editions=editions)))

    assert at("2026-09-01 08:00") == after.updated
    assert before == replace(after, updated=before.updated)


def test_nothing_private_is_in_any_feed(archive, press):
    """Rule 26."""
    for content in made(archive, press).values():
        assert b"Only mine" not in content


def test_opml_lists_every_feed(archive, press):
    outlines = etree.fromstring(made(archive, press)["feeds/feeds.opml"]).findall(".//outline")

    assert 5 == len(outlines)
    assert all(o.get("xmlUrl").startswith("https://example.org/papers/") for o in outlines)


def test_without_an_address_a_feed_has_no_self_link_and_dead_links_neither(archive, homeless):
    files = made(archive, homeless)
    everything = json.loads(files["feeds/feed.json"])

    assert "feed_url" not in everything
    assert [None, None, "https://arxiv.org/abs/2106.01345"] == [e.get("url") for e in everything["items"]]
    assert b'rel="self"' not in files["feeds/feed.xml"] + files["feeds/atom.xml"]


def test_an_empty_archive_has_feeds_that_can_be_subscribed_to(press):
    files = made(Archive(editions=(), profiles=(), papers=(), authority="example.org,2026-02-03"), press)

    assert [] == ids(files["feeds/feed.xml"]) == ids(files["feeds/feed.json"])
    assert b"2026-02-03T00:00:00Z" in files["feeds/atom.xml"]


def test_feeds_do_not_know_the_time(archive, press):
    fresh = replace(archive, notes=archive.notes)

    assert made(archive, press) == made(fresh, press)


def test_no_feed_is_transformed_by_xslt(archive, press):
    for path, content in made(archive, press).items():
        if path.endswith(".xml"):
            assert b'<?xml-stylesheet type="text/css"' in content


def test_an_edition_without_the_profile_makes_no_digest_entry(archive, press):
    empty = Edition(name="2026-08-09", date=date(2026, 8, 9), made=at("2026-08-09 07:00"), sections=())
    grown = replace(archive, editions=(empty, *archive.editions))

    assert feeds(archive, press)[2].entries == feeds(grown, press)[2].entries
