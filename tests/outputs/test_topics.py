"""The page of topics, read as its visitors' browsers do."""

from __future__ import annotations

from datetime import date, timedelta

import lxml.html
from fakes import at, paper, pick, section

from newsletter.outputs import site
from newsletter.outputs._topics import MOST_READ
from newsletter.publication import Archive, Draft, Edition, ProfileCard

NEWEST = date(2026, 8, 7)
CARDS = (
    ProfileCard(slug="diffusion", address="diffusion", title="Diffusion"),
    ProfileCard(slug="planning", address="planning", title="Planning"),
)


def archive(*editions: tuple[int, str, list[str]]) -> Archive:
    """Of editions (days before the newest, profile, titles), the newest first."""
    made, papers = [], []
    for days, profile, titles in editions:
        its = [paper(title, number=len(papers) + n) for n, title in enumerate(titles, 1)]
        papers += its
        day = NEWEST - timedelta(days=days)
        picks = section(*(pick(of, profile) for of in its), profile=profile)
        made.append(Edition(name=day.isoformat(), date=day, made=at(f"{day} 12:00"), sections=(picks,)))
    return Archive(editions=tuple(made), profiles=CARDS, papers=tuple(papers))


def draft(of: Archive, press) -> Draft:
    return next(o for o in site.artifacts(of, press) if isinstance(o, Draft) and o.path == "topics.html")


def page(of: Archive, press):
    (artifact,) = draft(of, press).artifacts()
    assert len(artifact.content) < 150_000
    return lxml.html.document_fromstring(artifact.content.decode())


RISING = (
    (0, "diffusion", ["Flow maps", "Flow maps again", "Bees"]),
    (9, "planning", ["Score matching", "Graphs", "Trees"]),
)


def test_each_profile_has_what_rises_in_it_as_a_table_with_pictures(press):
    made = page(archive(*RISING), press)

    assert ["All profiles", "Diffusion"] == made.xpath("//p[@class='jump']/a/text()")
    row, _ = made.xpath("//table/tbody/tr")
    assert ["Flow maps", "2", ""] == [cell.text_content() for cell in row]
    assert ["0, 2"] == row.xpath(".//*[local-name()='svg']/@aria-label")
    assert ["search.html?q=%22Flow%20maps%22"] == row.xpath("./th/a/@href")


def test_weeks_count_back_from_the_newest_edition(press):
    """Never from the clock: the same archive is the same page in ten years."""
    text = page(archive(*RISING), press).text_content()

    assert "from 1 August 2026 to 7 August 2026, more than in the week before" in text


def test_a_first_week_has_nothing_to_be_compared_with_and_says_so(press):
    made = page(archive(RISING[0]), press)

    assert "no week before that" in made.text_content()
    assert 2 == len(made.xpath("//*[local-name()='rect']"))


def test_an_archive_without_an_edition_says_when_there_will_be_topics(press):
    assert "No topic yet" in page(archive(), press).text_content()


def test_an_old_edition_changes_no_topic_and_a_new_one_does(press):
    """A page that is as it was is not made again."""
    ancient = (70, "planning", ["Flow maps"])
    fresh = (1, "planning", ["Flow maps"])

    assert draft(archive(*RISING), press).made_of == draft(archive(*RISING, ancient), press).made_of
    assert (
        draft(archive(*RISING), press).made_of != draft(archive(RISING[0], fresh, RISING[1]), press).made_of
    )


def test_of_a_week_of_thousands_a_bounded_number_is_read(press):
    made = page(archive((0, "diffusion", ["Flow maps", "Ants", "Bees"] * 1000)), press)

    assert f"{MOST_READ} papers read" in made.text_content()


def test_hostile_titles_are_inert_in_the_picture(press):
    wild = "<script>alert(1)</script> {{ 7*7 }} ]]>"
    made = page(archive((0, "diffusion", [wild, wild, "Ants", "Bees"])), press)

    assert "alert" in made.text_content()
    assert [] == made.xpath("//script[not(@src)]")
