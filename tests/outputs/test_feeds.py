"""RSS, Atom and JSON Feed, read as feed readers do."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise

import feedparser
import pytest
from fakes import at, paper, pick, section
from lxml import etree

from newsletter import press as presses
from newsletter.digest_entry import digest_entry
from newsletter.feed import Fragments
from newsletter.model import Revised, Trend
from newsletter.outputs import atom, json_feed, rss
from newsletter.publication import Archive, Draft, Edition
from newsletter.publication import made as files_of
from newsletter.settings import Site
from newsletter.shelf import feeds


def whole(archive):
    """The archive with a page for every paper that its editions have."""
    picks = [p for e in archive.editions for s in e.sections if not s.private for p in (*s.picks, *s.more)]
    papers = {paper.number: paper for paper in archive.papers} | {p.paper.number: p.paper for p in picks}
    return replace(archive, papers=tuple(papers[number] for number in sorted(papers)))


def made(archive, press):
    archive = whole(archive)
    outputs = (each for out in (rss, atom, json_feed) for each in out.artifacts(archive, press))
    return {artifact.path: artifact.content for artifact in files_of(outputs)}


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
    entries = feeds(whole(many(30)), press)[0].entries

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

    both = whole(replace(archive, editions=(*archive.editions, older)))
    assert 100 == len(feeds(both, press)[0].entries)


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
    both = archive, whole(replace(archive, editions=editions))
    before, after = (feeds(of, press)[0].entries[-1] for of in both)

    assert at("2026-09-01 08:00") == after.updated
    assert before == replace(after, updated=before.updated)


def test_nothing_private_is_in_any_feed(archive, press):
    """Rule 26."""
    for content in made(archive, press).values():
        assert b"Only mine" not in content


def test_opml_lists_every_feed(archive, press):
    outlines = etree.fromstring(made(archive, press)["feeds/feeds.opml"]).findall(".//outline")

    assert 7 == len(outlines)
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

    assert feeds(whole(archive), press)[4].entries == feeds(whole(grown), press)[4].entries


# ------------------------------------------------------------------------------------ archive documents


@pytest.fixture
def long(many):
    """Editions of 60 papers on four days, two of July and two of August."""

    def build(days: int = 4) -> Archive:
        archive = many(1)
        dates = [date(2026, 7, 30), date(2026, 7, 31), date(2026, 8, 1), date(2026, 8, 2)][:days]
        editions = [
            Edition(
                name=day.isoformat(),
                date=day,
                made=at(f"{day} 07:00"),
                sections=(
                    section(*(pick(paper(f"Paper {n}", "x", number=n)) for n in range(k * 60, k * 60 + 60))),
                ),
            )
            for k, day in enumerate(dates)
        ]
        papers = tuple(paper(f"Paper {n}", "x", number=n) for n in range(60 * len(dates)))
        return replace(
            archive, editions=tuple(reversed(editions)), papers=papers, authority="example.org,2026"
        )

    return build


def follow(files, path: str) -> list[str]:
    """The ids of a feed and, link after link, of all its archive documents."""
    read = feedparser.parse(files[path])
    found = [entry.id for entry in read.entries]
    older = [link.href for link in read.feed.links if link.rel == "prev-archive"]
    return found + (follow(files, older[0].removeprefix("https://example.org/papers/")) if older else [])


@pytest.mark.parametrize("start", ["feeds/feed.xml", "feeds/atom.xml", "profiles/diffusion/digests/feed.xml"])
def test_a_reader_that_follows_the_links_misses_no_entry(long, press, start):
    """RFC 5005: the feed and its archive documents together are everything there ever was."""
    files = made(long(), press)
    found = follow(files, start)

    assert (4 if "digests" in start else 240) == len(set(found))


def test_json_feed_leads_on_to_its_archive(long, press):
    files = made(long(), press)
    found, path = [], "feeds/feed.json"
    while path:
        document = json.loads(files[path])
        found += [entry["id"] for entry in document["items"]]
        path = document.get("next_url", "").removeprefix("https://example.org/papers/")

    assert 240 == len(set(found))


def test_archive_documents_are_marked_and_name_their_neighbours(long, press):
    files = made(long(), press)
    document = etree.fromstring(files["feeds/archive/2026-07-2.atom.xml"])
    links = {link.get("rel"): link.get("href") for link in document.findall("{*}link")}
    base = "https://example.org/papers/feeds"

    assert document.find("{http://purl.org/syndication/history/1.0}archive") is not None
    assert f"{base}/archive/2026-07-2.atom.xml" == links["self"]
    assert f"{base}/atom.xml" == links["current"]
    assert f"{base}/archive/2026-07-1.atom.xml" == links["prev-archive"]
    assert f"{base}/archive/2026-08-1.atom.xml" == links["next-archive"]
    assert b"<fh:archive/>" in files["feeds/archive/2026-07-2.xml"]
    assert b"archive/>" not in files["feeds/feed.xml"] + files["feeds/atom.xml"]


def test_a_new_day_leaves_archive_documents_as_they_were(long, press):
    before, after = made(long(3), press), made(long(4), press)
    frozen = [path for path in before if "/archive/2026-07-1" in path]

    assert frozen
    assert [before[path] for path in frozen] == [after[path] for path in frozen]


class Counting:
    """A press that counts what it is asked for."""

    def __init__(self, press):
        self.site, self.words, self._press = press.site, press.words, press
        self.rendered = Counter()

    def render(self, template, **values):
        self.rendered[template] += 1
        return self._press.render(template, **values)


def test_a_paper_and_a_digest_are_rendered_once_for_all_feeds_documents_and_formats(long, press):
    """240 papers in four editions: all of them, and those of the only profile."""
    counting = Counting(press)
    made(long(), counting)

    assert 240 == counting.rendered["feeds/paper.html"]
    assert 4 + 4 == counting.rendered["feeds/digest.html"]


def test_of_a_large_archive_not_all_entries_are_held_and_no_byte_differs(long, press, monkeypatch):
    whole = made(long(), press)
    monkeypatch.setattr("newsletter.feed.MOST_KNOWN", 50)
    monkeypatch.setattr("newsletter.shelf.MOST_KNOWN", 50)
    monkeypatch.setattr("newsletter.shelf.DIGESTS_HELD", 1)
    counting = Counting(press)

    assert whole == made(long(), counting)
    assert counting.rendered["feeds/paper.html"] > 240


def stamps(archive, press) -> dict[str, str]:
    made = rss.artifacts(whole(archive), press)
    return {each.path: each.made_of for each in made if isinstance(each, Draft)}


def test_only_the_archive_documents_of_a_revised_paper_are_made_again(long, press):
    archive = long()
    first = archive.editions[-1].sections[0]
    revised = replace(first.picks[0], paper=replace(first.picks[0].paper, title="Another title"))
    oldest = replace(archive.editions[-1], sections=(replace(first, picks=(revised, *first.picks[1:])),))
    before = stamps(archive, press)
    papers = tuple(revised.paper if p.number == revised.paper.number else p for p in archive.papers)
    after = stamps(replace(archive, editions=(*archive.editions[:-1], oldest), papers=papers), press)

    assert {
        "feeds/archive/2026-07-1.xml",
        "profiles/diffusion/archive/2026-07-1.xml",
        "feeds/digests/archive/2026-07-1.xml",
        "profiles/diffusion/digests/archive/2026-07-1.xml",
    } == {path for path in before if before[path] != after[path]}


def test_what_a_later_edition_finds_in_a_paper_changes_no_entry_that_is_out(archive, press):
    """Rule 10: “two” is listed for diffusion in the morning and for planning in the evening."""
    files = made(archive, press)
    diffusion = json.loads(files["profiles/diffusion/feed.json"])["items"][0]
    planning = json.loads(files["profiles/planning/feed.json"])["items"][-1]

    assert diffusion["id"] == planning["id"]
    assert ["Diffusion & denoising"] == diffusion["tags"]
    assert ["Diffusion & denoising", "Planning"] == planning["tags"]


def test_a_second_run_within_seconds_keeps_the_order(archive, press, many):
    """Both editions have thirty papers and ten seconds between them."""
    first = many(30).editions[0]
    second = replace(
        first,
        name="2026-08-07-2",
        made=first.made + timedelta(seconds=10),
        sections=(section(*(pick(paper(f"Late {n}", number=n)) for n in range(100, 130))),),
    )
    entries = feeds(whole(replace(many(30), editions=(second, first))), press)[0].entries

    assert "Late 100" == entries[0].title
    assert all(a.published > b.published for a, b in pairwise(entries))


FORGED = "</pubDate>\n    <item>\n<pubDate>\n  </channel>\n</rss>\n</entry>"


@pytest.mark.parametrize("number", range(7))
def test_a_feed_is_the_same_whichever_was_written_before_it(archive, press, number):
    """What a format says of an entry is made once for all feeds, and no text of a dump passes for its frame."""
    forged = replace(archive.papers[1], title=FORGED, abstract=FORGED, authors=(FORGED,))
    sections = tuple(section(pick(forged, slug), profile=slug) for slug in ("diffusion", "planning"))
    editions = (replace(archive.editions[0], sections=sections), *archive.editions[1:])
    every = feeds(
        replace(archive, editions=editions, papers=(archive.papers[0], forged, archive.papers[2])), press
    )
    writers = (
        partial(rss.rss, press=press, authority="example.org,2026"),
        partial(atom.atom, press=press),
        partial(json_feed.json_feed, site=press.site),
    )

    for write in writers:
        known: Fragments = {}
        last = [write(feed, known) for feed in (*every, every[number])][-1]

        assert write(every[number], {}) == last
        assert len(every[number].entries) == len(ids(last))


# ------------------------------------------------------------------------------------- read as readers do


@pytest.mark.parametrize("suffix", ["feed.xml", "atom.xml", "feed.json"])
@pytest.mark.parametrize("number", range(7))
def test_a_feed_reader_finds_every_entry_as_it_was_meant(archive, press, number, suffix):
    """Ids, titles, links, dates, authors, tags and order, entry by entry."""
    feed = feeds(whole(archive), press)[number]
    files = made(archive, press)
    expected = [(e.id, e.title, e.link, e.published, e.authors, e.tags) for e in feed.entries]

    assert expected == list(read(files[f"{feed.folders[0]}/{suffix}"]))


def read(content: bytes):
    if content.startswith(b"{"):
        for entry in json.loads(content)["items"]:
            authors = tuple(author["name"] for author in entry.get("authors", ()))
            moment = datetime.fromisoformat(entry["date_published"])
            yield entry["id"], entry["title"], entry["url"], moment, authors, tuple(entry.get("tags", ()))
        return
    for entry in feedparser.parse(content).entries:
        moment = datetime(*entry.published_parsed[:6], tzinfo=UTC)
        authors = tuple(author.name for author in entry.get("authors", ()) if author)
        tags = tuple(tag.term for tag in entry.get("tags", ()))
        yield entry.id, entry.title, entry.link, moment, authors, tags


def test_the_digest_feed_of_everything_has_one_entry_for_each_edition(archive, press):
    expected = [
        f"tag:example.org,2026:digest/{name}" for name in ("2026-08-07-2", "2026-08-07", "2026-08-06")
    ]

    assert expected == ids(made(archive, press)["feeds/digests/feed.xml"])


def test_a_digest_of_everything_tells_each_paper_once_under_its_profile(archive, press):
    content = json.loads(made(archive, press)["feeds/digests/feed.json"])["items"][0]["content_html"]

    assert 1 == content.count(">Score matching<")


def test_a_long_digest_leads_to_its_page(many, press):
    content = json.loads(made(many(300, "", limit=50), press)["feeds/digests/feed.json"])["items"][0]

    assert 30 == content["content_html"].count("<h4>")
    assert 100 == content["content_html"].count("<li>")
    assert (
        '<a href="https://example.org/papers/editions/2026-08-07.html">170 more papers on the site</a>'
        in content["content_html"]
    )


def test_a_feed_of_digests_stays_under_a_megabyte_and_loses_none(many, press):
    archive = many(60, "About diffusion. " * 30)
    days = [date(2026, 5, 1) + timedelta(days=n) for n in range(90)]
    editions = [
        replace(archive.editions[0], name=day.isoformat(), date=day, made=at(f"{day} 07:00")) for day in days
    ]
    files = made(replace(archive, editions=tuple(reversed(editions)), authority="example.org,2026"), press)

    assert len(files["profiles/diffusion/digests/feed.xml"]) < 1_000_000
    assert 90 == len(set(follow(files, "profiles/diffusion/digests/feed.xml")))


def test_links_of_a_note_lead_somewhere_from_wherever_a_feed_is_read(archive, press):
    noted = replace(archive, notes=((date(2026, 8, 7), "[up](../about.html) [out](https://a.org/?x=1&y=2)"),))
    content = json.loads(made(noted, press)["profiles/diffusion/digests/feed.json"])["items"][0]

    assert 'href="https://example.org/papers/about.html"' in content["content_html"]
    assert 'href="https://a.org/?x=1&amp;y=2"' in content["content_html"]


def told(press, *sections, **more):
    entry = digest_entry(
        press, name="tag:a", title="A", page="", sections=sections, note="", at=at("2026-08-07"), **more
    )
    return entry.html


def test_a_digest_tells_what_trends_and_what_was_revised_as_the_mail_does(press):
    """A reader's digest counts them as shown, as near-repeats."""
    again, mine = paper("Back <again>", number=4), paper("Once more", number=5)
    known = replace(mine, number=6, ids=("arxiv:2106.01345",))
    html = told(
        press,
        section(pick(paper("First"))),
        trending=(Trend(paper=again, lists=3, votes=1), Trend(paper=mine, lists=1)),
        revised=(
            Revised(paper=known, version=2, changed=("title", "abstract")),
            *(Revised(paper=paper("Of own interests", number=n), version=None) for n in range(10, 110)),
        ),
    )
    linked = html.partition("<h3>Trending</h3>")[2]

    assert 'papers/paper-4.html">Back &lt;again&gt;</a>, on 3 lists, 1 vote</li>' in linked
    assert 'papers/paper-5.html">Once more</a>, on 1 list</li>' in linked
    assert 'arxiv.org/abs/2106.01345">Once more</a>, version 2, changed title, abstract</li>' in linked
    assert 99 == linked.count("<li>Of own interests</li>")
    assert linked.endswith("<p>and 1 more</p>")
    assert "<h3>" not in told(press, section(pick(paper("First"))))


def test_near_repeats_stand_below_their_paper_as_in_the_mail(press):
    """A reader's digest counts them as shown: what names them nowhere would lose them. Rule 7."""
    like_it = tuple(paper(f"Like it <{n}>", number=n) for n in range(2, 10))
    html = told(press, section(pick(paper("First"), alike=like_it), pick(paper("Alone", number=11))))

    assert 1 == html.count("and 8 like it:")
    assert '<a href="https://example.org/papers/papers/paper-6.html">Like it &lt;6&gt;</a>, …' in html
    assert "Like it &lt;7&gt;" not in html


def test_near_repeats_are_told_of_a_paper_that_stands_by_title_alone_too(press):
    picks = [pick(paper(f"One of many {n}", number=n)) for n in range(1, 40)]
    like_it = pick(paper("Late", number=50), alike=(paper("Like it", number=51),))
    html = told(press, section(*picks, like_it))
    mine = told(press, section(like_it, private=True))

    assert "Late</a> (and 1 like it:" in html
    assert "papers/paper-51.html" in html
    assert "papers/paper-51.html" not in mine


def test_a_paper_that_trends_has_an_entry_of_its_own_kind_at_the_moment_it_came(archive, press):
    started = replace(archive, started=((1, at("2026-08-07 19:00")), (2, at("2026-08-07 19:00"))))
    entries = feeds(whole(started), press)[2].entries

    assert ["tag:example.org,2026:trending/one", "tag:example.org,2026:trending/two"] == [
        e.id for e in entries
    ]
    assert [at("2026-08-07 19:00"), at("2026-08-07 18:59:59")] == [e.published for e in entries]


def test_where_nothing_ever_trended_there_is_no_empty_feed_of_it(archive, press):
    files = made(replace(archive, started=()), press)

    assert [] == [path for path in files if path.startswith("feeds/trending/")]
    assert 6 == files["feeds/feeds.opml"].count(b"<outline ")


def test_hubs_are_named_in_feeds_and_in_no_archive_document(long):
    hubbed = presses.load(
        Site(title="Reading list", url="https://example.org/papers", hubs=("https://hub.example/",)), None
    )
    files = made(long(), hubbed)
    hubs = [
        [link.href for link in feedparser.parse(files[f"feeds/{name}"]).feed.links if link.rel == "hub"]
        for name in ("feed.xml", "atom.xml", "archive/2026-07-1.xml", "archive/2026-07-1.atom.xml")
    ]

    assert [["https://hub.example/"], ["https://hub.example/"], [], []] == hubs
    assert [{"type": "WebSub", "url": "https://hub.example/"}] == json.loads(files["feeds/feed.json"])["hubs"]
    assert "https://example.org/papers/" == etree.fromstring(files["feeds/feed.xml"]).findtext("channel/link")


@pytest.mark.parametrize(
    "title", ["<HYBNEXT>", "&", "a < b", "a &lt; b", "]]>", "E = mc² ∈ ℝ", "<b>bold</b>"]
)
def test_any_title_is_escaped_once_and_read_back(many, press, title):
    archive = many(1)
    edition = replace(archive.editions[0], sections=(section(pick(paper(title, title, number=1))),))
    files = made(replace(archive, editions=(edition,)), press)

    assert title == etree.fromstring(files["feeds/feed.xml"]).findtext(".//item/title")
    assert title == etree.fromstring(files["feeds/atom.xml"]).findtext(".//{*}entry/{*}title")
    assert title == json.loads(files["feeds/feed.json"])["items"][0]["title"]
    assert title == feedparser.parse(files["feeds/atom.xml"]).entries[0].title
