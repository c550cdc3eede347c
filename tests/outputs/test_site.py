"""The static site, read as its visitors' browsers do."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

import lxml.html
import pytest
from fakes import at, paper, pick, section

from newsletter.model import Sighting, Trend
from newsletter.outputs import _frame, atom, exports, json_feed, rss, search, site
from newsletter.publication import Archive
from newsletter.publication import made as files


def pages(archive, press):
    return {a.path: a.content for a in files(site.artifacts(archive, press))}


def tree(content: bytes):
    return lxml.html.document_fromstring(content.decode())


def words(content: bytes) -> str:
    return " ".join(tree(content).find("body").text_content().split())


def test_an_archive_becomes_these_pages(archive, press):
    made = set(pages(archive, press))

    expected = {
        *(
            "index.html",
            "archive.html",
            "trending.html",
            "topics.html",
            "feeds.html",
            "about.html",
            "404.html",
            "saved.html",
        ),
        *("editions/2026-08-07.html", "editions/2026-08-06.html"),
        *("papers/one.html", "papers/two.html", "papers/three.html", "papers/uno.html"),
        *("profiles/index.html", "profiles/diffusion/index.html", "profiles/planning/index.html"),
        *("profiles/old/index.html", "robots.txt", "sitemap.xml", "favicon.svg", "assets/style.css"),
        *("editions/2026-W32.html", "editions/2026-08.html"),
        *("profiles/diffusion/2026-08.html", "profiles/planning/2026-08.html"),
        "trending-2026-08.html",
        "profiles/old/2026-08.html",
        *("assets/theme.js", "assets/reader.js", "assets/saved.js"),
    }
    assert expected == made


def test_every_relative_link_leads_to_a_file_of_some_output(archive, press):
    """On every page but the error page, which is shown at any depth."""
    made = pages(archive, press)
    others = {
        a.path
        for output in (rss, atom, json_feed, exports, search)
        for a in files(output.artifacts(archive, press))
    }
    broken = []
    for path, content in made.items():
        if not path.endswith(".html") or path == "404.html":
            continue
        for url in tree(content).xpath("//@href"):
            if urlsplit(url).scheme:
                continue
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(path), urlsplit(url).path or path.split("/")[-1])
            )
            if target not in made and target not in others:
                broken.append((path, url))
            if url.endswith("/"):
                broken.append((path, url))

    assert [] == broken


def test_the_error_page_links_absolutely(archive, press):
    links = tree(pages(archive, press)["404.html"]).xpath("//@href")

    assert ["#main"] == [url for url in links if not url.startswith("https://example.org/papers/")]


def test_a_day_page_shows_all_editions_of_the_day_in_order(archive, press):
    """Rule 20."""
    text = words(pages(archive, press)["editions/2026-08-07.html"])

    assert text.index("Edition 1, 07:00") < text.index("Edition 2, 19:00")
    assert "Edition 1" not in words(pages(archive, press)["editions/2026-08-06.html"])


def test_what_did_not_fit_the_limit_stands_by_title_on_the_same_page(many, press):
    """Rule 20."""
    page = tree(pages(many(8, limit=5), press)["editions/2026-08-07.html"])

    assert 5 == len(page.xpath("//article"))
    assert 3 == len(page.xpath("//ul[@class='more']/li"))


def test_nothing_private_is_on_any_page(archive, press):
    """Rule 26: neither the paper that only a private interest found, nor the interest."""
    text = "\n".join(content.decode() for content in pages(archive, press).values())

    assert "Only mine" not in text
    assert "mine" not in text.replace("determine", "")


def test_hostile_words_are_inert_and_literal(archive, press):
    made = pages(archive, press)
    page = tree(made["papers/three.html"])

    assert [] == [s for s in page.xpath("//script[not(@src)]") if s.get("type") != "application/ld+json"]
    assert "<script>alert(1)</script> {{ 7*7 }} {% x %} ]]>" in page.xpath("//h1")[0].text_content()
    assert not any(b"javascript:" in content for content in made.values())
    assert all(b"<script>alert" not in content for content in made.values())


def test_json_ld_says_what_is_known_and_invents_no_author(archive, press):
    made = pages(archive, press)
    known, unknown = (
        json.loads(tree(made[f"papers/{slug}.html"]).xpath("//script[not(@src)]")[0].text)
        for slug in ("one", "two")
    )

    assert ["Ada Lovelace", "Jo Ho"] == [author["name"] for author in known["author"]]
    assert ["https://arxiv.org/abs/2106.01345"] == known["sameAs"]
    assert not {"author", "datePublished", "sameAs"} & set(unknown)
    assert b"citation_author" not in made["papers/two.html"]
    assert "author" not in tree(made["papers/two.html"]).xpath("//pre")[0].text_content()


def test_a_paper_page_tells_where_it_was_seen_and_why(archive, press):
    text = words(pages(archive, press)["papers/one.html"])

    assert "Seen on 2 lists" in text
    assert "6 August 2026 on a list 7 August 2026 on a list" in text
    assert "“diffusion” in the abstract" in text


def test_a_paper_page_tells_votes_and_stars_by_the_day_and_names_no_dump(archive, press):
    """A dump's name is a path of whoever runs this."""
    secret = Sighting(dump="ada@example.org.txt", date=date(2026, 8, 6), votes=1, stars=1200)
    voted = replace(archive.papers[0], sightings=(secret,), published=date(2026, 8, 1), version=1)
    made = pages(replace(archive, papers=(voted, *archive.papers[1:])), press)

    told = "1 August 2026 published 6 August 2026 on a list 1 vote 1,200 stars of its code"
    assert told in words(made["papers/one.html"])
    assert not any(b"ada@example.org" in content for content in made.values())


def test_no_line_of_facts_is_left_empty(archive, press):
    """An empty line is a gap between the title and what follows."""
    page = tree(pages(archive, press)["papers/two.html"])

    assert [] == [line for line in page.xpath("//p[@class='facts']") if not line.text_content().strip()]


def test_a_week_is_named_as_people_say_it(archive, press):
    assert "Week 32 of 2026" == tree(pages(archive, press)["editions/2026-W32.html"]).xpath("string(//h1)")


def test_opml_is_linked_where_a_reader_looks_for_feeds(archive, press):
    made = pages(archive, press)
    places = ("index.html", "feeds.html", "profiles/index.html")

    assert [] == [path for path in places if b"feeds/feeds.opml" not in made[path]]


def test_a_paper_page_has_its_record_in_every_form_to_take_away(archive, press):
    shown = tree(pages(archive, press)["papers/one.html"]).xpath("//pre")

    assert ["one.bib", "one.ris", "one.csl.json"] == [pre.get("data-file") for pre in shown]
    assert "TY  - UNPB" in shown[1].text_content()
    assert "Denoising <HYBNEXT> & more" == json.loads(shown[2].text_content())[0]["title"]


def test_a_paper_page_of_endless_words_stays_under_the_budget(archive, press):
    endless = replace(archive.papers[0], title="word " * 20_000, abstract="endless " * 20_000)
    made = pages(replace(archive, papers=(endless, *archive.papers[1:])), press)

    assert len(made["papers/one.html"]) < 150_000


def test_found_passages_are_marked_and_addresses_linked(archive, press):
    page = tree(pages(archive, press)["papers/one.html"])

    assert ["diffusion"] == [mark.text_content() for mark in page.xpath("//div[@class='text']//mark")]
    assert ["https://example.com/x"] == page.xpath("//div[@class='text']//a/@href")


@pytest.mark.parametrize(
    ("old", "there"),
    [("papers/uno.html", "one.html"), ("profiles/old/index.html", "../diffusion/index.html")],
)
def test_an_old_address_leads_on(archive, press, old, there):
    """Rules 22 and 24."""
    page = tree(pages(archive, press)[old])

    assert [f"0; url={there}"] == page.xpath("//meta[@http-equiv='refresh']/@content")


def test_a_long_day_stays_under_the_budget_and_loses_no_paper(many, press):
    made = pages(many(600), press)
    days = {path: content for path, content in made.items() if path.startswith("editions/2026-08-07")}
    shown = [url for content in days.values() for url in tree(content).xpath("//article/h3/a/@href")]

    assert len(days) > 1
    assert [f"../papers/paper-{n}.html" for n in range(1, 601)] == shown
    assert [] == [path for path, content in made.items() if len(content) > 150_000]


def test_abstracts_are_shortened_before_a_day_is_split(many, press):
    made = pages(many(100), press)

    assert "editions/2026-08-07-page-2.html" not in made
    assert b"Read on" in made["editions/2026-08-07.html"]


def test_an_empty_archive_has_a_friendly_front_page(press):
    made = pages(Archive(editions=(), profiles=(), papers=()), press)

    assert "Nothing here yet" in words(made["index.html"])
    assert "No edition yet" in words(made["archive.html"])


def test_a_site_without_an_address_names_none(archive, homeless):
    made = pages(archive, homeless)

    assert "sitemap.xml" not in made
    assert b"canonical" not in made["index.html"]
    assert b"https://" not in re.sub(
        rb"https://(arxiv|example)\.\w+[^\"<]*|https://schema.org", b"", made["papers/one.html"]
    )


def test_a_pages_own_feed_comes_first(archive, press):
    page = tree(pages(archive, press)["profiles/diffusion/index.html"])
    feeds = page.xpath("//link[@rel='alternate']/@href")

    assert "../../profiles/diffusion/feed.xml" == feeds[0]
    assert "../../feeds/feed.xml" in feeds


def test_the_same_archive_gives_the_same_bytes(archive, press):
    assert pages(archive, press) == pages(archive, press)


def test_what_trends_has_a_picture_of_its_lists_and_votes_that_can_be_heard(archive, press):
    first = archive.papers[0]
    voted = tuple(replace(seen, votes=n) for seen, n in zip(first.sightings, (3, 1200), strict=True))
    trend = Trend(paper=replace(first, sightings=voted), lists=2, votes=1200)
    page = tree(pages(replace(archive, trending=(trend,)), press)["trending.html"])
    (picture,) = page.xpath("//li//*[local-name()='svg']")

    told = "2 marks, one for each list, between 6 August 2026 and 7 August 2026; votes from 3 to 1,200"
    assert told == picture.get("aria-label")
    assert 2 == picture.xpath("string(.//*[@class='lists']/@d)").count("M")
    assert 2 == len(picture.xpath("string(.//*[@class='votes']/@points)").split())


def test_what_one_list_brought_trends_without_a_picture_of_it(archive, press):
    """A single stroke tells nothing, and that one list had it is no news; its votes are."""
    once = replace(archive.papers[0], sightings=archive.papers[0].sightings[:1])
    made = pages(replace(archive, trending=(Trend(paper=once, lists=1, votes=7),)), press)
    (row,) = tree(made["trending.html"]).xpath("//ol[@class='trend wide']/li")

    assert [] == row.xpath(".//*[local-name()='svg']")
    assert "1 list" not in row.text_content()
    assert "7 votes" in row.text_content()
    assert once.slug == row.get("data-paper")
    assert b"on 1 list" not in made["index.html"]


def test_a_month_says_how_many_its_best_were_chosen_from_and_where_all_of_them_are(archive, press):
    many = tuple(paper(f"Paper {n}", number=n) for n in range(101, 113))
    picks = section(*(pick(of, "diffusion") for of in many))
    edition = replace(archive.editions[0], sections=(picks,))
    made = pages(replace(archive, editions=(edition,), papers=many), press)
    month, week = (tree(made[f"editions/{name}.html"]) for name in ("2026-08", "2026-W32"))

    assert ["the best 10 of 12 papers"] == month.xpath("//h2/span[@class='count']/text()")
    assert ["../profiles/diffusion/2026-08.html"] == month.xpath("//section/header//a/@href")
    assert ["the best 10 of 12 papers"] == week.xpath("//h2/span[@class='count']/text()")
    assert ["12 papers"] == tree(made["editions/2026-08-07.html"]).xpath("//h2/span[@class='count']/text()")


def test_of_a_crowd_of_authors_the_first_are_shown_and_the_rest_is_at_hand(archive, press):
    """Papers of a collaboration have three thousand; the abstract stood ten screens below."""
    crowd = tuple(f"Name {n}" for n in range(1, 42))
    papers = (replace(archive.papers[0], authors=crowd), *archive.papers[1:])
    page = tree(pages(replace(archive, papers=papers), press)[f"papers/{papers[0].slug}.html"])
    (rest,) = page.xpath("//details[@class='others']")

    assert ", ".join(crowd[:24]) == page.xpath("string(//span[@class='names'])")
    assert f"and 17 more{', '.join(crowd[24:])}" == rest.text_content()
    assert list(crowd) == page.xpath("//meta[@name='citation_author']/@content")


def test_a_day_leads_to_its_week_and_month_and_a_month_to_its_weeks(archive, press):
    """30 December 2025 is of the first week of 2026."""
    edition = replace(archive.editions[0], name="2025-12-30", date=date(2025, 12, 30))
    made = pages(replace(archive, editions=(*archive.editions, edition)), press)
    above = "//header[@class='head']//p[contains(@class, 'kicker') or contains(@class, 'jump')]/a/@href"
    led = {name: tree(made[f"editions/{name}.html"]).xpath(above) for name in ("2025-12-30", "2026-W01")}

    assert ["2026-W01.html", "2025-12.html"] == led["2025-12-30"]
    assert ["2025-12.html", "2025-12-30.html"] == led["2026-W01"]
    assert ["2026-W32.html"] == tree(made["editions/2026-08.html"]).xpath(above)


def test_what_trends_goes_on_on_further_pages_under_the_budget(archive, press):
    """Six hundred papers with endless titles, each on fifty lists."""
    days = [date.fromordinal(date(2026, 6, 1).toordinal() + n) for n in range(50)]
    lists = tuple(Sighting(dump="a", date=day, votes=1000 + day.day) for day in days)
    wild = replace(archive.papers[0], title="漢字" * 400, sightings=lists)
    made = pages(replace(archive, trending=(Trend(paper=wild, lists=50, votes=9),) * 600), press)
    several = {path: page for path, page in made.items() if path.startswith("trending")}

    assert 600 == sum(len(tree(page).xpath("//ol[@class='trend wide']/li")) for page in several.values())
    assert not [path for path, page in several.items() if len(page) > 150_000]
    before = len(tree(several["trending.html"]).xpath("//ol[@class='trend wide']/li"))
    assert [str(before + 1)] == tree(several["trending-page-2.html"]).xpath("//ol/@start")


def test_a_renamed_profiles_pages_of_months_lead_on_too(archive, press):
    """Rule 24: old pages redirect; they are on no map."""
    made = pages(archive, press)

    assert ["../diffusion/2026-08.html"] == tree(made["profiles/old/2026-08.html"]).xpath("//main//@href")
    assert b"profiles/old" not in made["sitemap.xml"]


def test_what_trends_no_longer_is_still_reached(archive, press):
    """Rule 23: its page stays; it stands in the month, on the site's calendar, in which it came to trend."""
    old = paper("Once on all lists", "Nobody's interest.", number=9, slug="nine")
    started = (*archive.started, (9, at("2026-07-31 23:59")))
    made = pages(replace(archive, papers=(*archive.papers, old), started=started), press)

    (line,) = tree(made["trending-2026-07.html"]).xpath("//main//li")
    assert "Once on all lists" == line.xpath("string(a)")
    assert ["papers/nine.html"] == line.xpath("a/@href")
    assert "trending-2026-07.html" in tree(made["trending.html"]).xpath("//main//@href")
    assert "nine" not in tree(made["trending-2026-08.html"]).xpath("//li/@data-paper")


def test_a_paper_that_nothing_else_lists_is_reached_from_the_archive(archive, press):
    """A digest showed it to a reader of a changed profile; no edition has it."""
    alone = paper("Alone", "Nobody's interest.", number=9, slug="nine")
    made = pages(replace(archive, papers=(*archive.papers, alone)), press)

    assert ["nine"] == tree(made["unlisted.html"]).xpath("//main//li/@data-paper")
    assert "unlisted.html" in tree(made["archive.html"]).xpath("//main//@href")
    assert "unlisted.html" not in pages(archive, press)


def test_the_sitemap_is_split_before_it_is_too_long(archive, press, monkeypatch):
    monkeypatch.setattr(_frame, "SITEMAP_URLS", 5)
    made = pages(archive, press)

    assert b"<sitemapindex" in made["sitemap.xml"]
    assert b"https://example.org/papers/sitemap-2.xml" in made["sitemap.xml"]
    assert 5 == made["sitemap-1.xml"].count(b"<loc>")


def test_the_archive_gives_each_year_a_page(archive, press):
    old = replace(archive.editions[-1], name="2024-01-02", date=date(2024, 1, 2))
    made = pages(replace(archive, editions=(*archive.editions, old)), press)

    assert "2 January 2024" in words(made["archive-2024.html"])
    assert "archive-2024.html" in tree(made["archive.html"]).xpath("//main//@href")
