"""The rules of the site's editions and of what the state fixes for ever, each test with its number."""

from dataclasses import replace

from fakes import at, listed
from house import House, follows, keywords, reader

from newsletter.archive import read_archive


def site(*profiles, **options) -> House:
    return House(profiles=list(profiles) or [follows("diffusion", "diffusion")], options=options)


def archive(house: House):
    return read_archive(house.store, trending_lists=2, notes=house.notes)


def test_an_edition_is_what_one_run_newly_lists():
    """Rule 20: named by the date, later ones that day with -2; no matching new paper, no edition."""
    house = site()
    house.day("2026-08-01 06:00", "Diffusion A", "Robots")
    house.day("2026-08-01 09:00", "Diffusion A", "Diffusion B")
    house.day("2026-08-02 06:00", "Diffusion A", "Cats")

    assert house.editions() == [
        ("2026-08-01", {"diffusion": ["Diffusion A"]}),
        ("2026-08-01-2", {"diffusion": ["Diffusion B"]}),
    ]


def test_an_edition_bears_the_sites_local_date():
    """Rule 20."""
    house = site(site=replace(House(profiles=[]).config().site, timezone="Asia/Tokyo"))
    house.day("2026-08-01 20:00", "Diffusion A")

    assert house.editions()[0][0] == "2026-08-02"


def test_the_first_limit_papers_stand_in_full_all_others_by_title():
    """Rule 20: nothing is carried over on the site."""
    house = site(follows("diffusion", "diffusion", limit=2))
    house.day("2026-08-01 06:00", "A diffusion", "B diffusion", "C diffusion")
    house.day("2026-08-02 06:00", "D diffusion")

    later, first = archive(house).editions

    assert [pick.paper.title for pick in first.sections[0].picks] == ["A diffusion", "B diffusion"]
    assert [pick.paper.title for pick in first.sections[0].more] == ["C diffusion"]
    assert later.papers == 1


def test_new_for_the_site_and_new_for_a_reader_do_not_decide_each_other():
    """Rule 6: a paper in no edition yet is listed although no reader is left to get it."""
    house = site()
    house.day("2026-08-01 06:00", "Diffusion A")

    assert [name for name, _ in house.editions()] == ["2026-08-01"]


def test_a_paper_that_grows_an_abstract_may_fit_at_last():
    """Nothing is lost: a cut page whose whole comes later is news where it was none."""
    house = site()
    house.day("2026-08-01 06:00", listed("Models", "We study"))
    house.day("2026-08-02 06:00", listed("Models", "We study diffusion in depth."))

    assert house.editions() == [("2026-08-02", {"diffusion": ["Models"]})]


def test_everything_is_the_union_of_matches_and_trends():
    """Rule 23: a page exists for what a profile or the trending list shows; what matches nobody has none."""
    house = site()
    house.day("2026-08-01 06:00", "Diffusion A", "Robots", "Cats")
    house.day("2026-08-02 06:00", "Robots")

    assert [paper.title for paper in archive(house).papers] == ["Diffusion A", "Robots"]


def test_what_a_digest_shows_has_a_page_though_no_edition_lists_it():
    """Rule 23: a weekly reader's waiting paper came to fit when the rules changed."""
    house = site()
    house.readers = [reader("ada", "diffusion", every="week")]
    house.day("2026-08-03 06:00", "Diffusion A")
    house.day("2026-08-05 06:00", "Robots")
    house.profiles = [follows("diffusion", "robots")]
    house.day("2026-08-10 06:00")

    assert house.titles("ada") == ["Robots"]
    assert [paper.title for paper in archive(house).papers] == ["Diffusion A", "Robots"]


def test_a_page_stays_when_its_paper_trends_no_more():
    """Rule 23: what was published once stays."""
    house = site()
    house.day("2026-01-01 06:00", "Robots")
    house.day("2026-01-02 06:00", "Robots")
    house.day("2026-12-01 06:00", "Diffusion A")

    made = archive(house)

    assert made.trending == ()
    assert [paper.title for paper in made.papers] == ["Robots", "Diffusion A"]


def test_only_an_older_list_changes_what_search_and_feeds_say_of_a_page_without_an_edition():
    """It bears the date of its first list; that it stood on one more changes its own page alone."""
    house = site()
    house.day("2026-08-03 06:00", "Robots")
    house.day("2026-08-04 06:00", "Robots")
    (first,) = archive(house).leaves
    house.day("2026-08-05 06:00", "Robots")
    (newer,) = archive(house).leaves
    house.dump("Robots", day="2026-07-01")
    (older,) = archive(house).leaves

    assert first.said == newer.said
    assert first.stamp != newer.stamp
    assert newer.said != older.said


def test_a_slug_is_fixed_when_a_paper_is_first_recorded():
    """Rule 22: later ids and titles change it no more."""
    house = site()
    house.day("2026-08-01 06:00", listed("Diffusion A", ids=("arxiv:2606.00001",), version=1))
    house.day(
        "2026-08-02 06:00", listed("Diffusion Z", ids=("arxiv:2606.00001",), version=2, kind="replaced")
    )

    paper = archive(house).papers[0]

    assert (paper.slug, paper.title) == ("diffusion-a", "Diffusion Z")


def test_when_two_papers_are_joined_the_older_wins_and_the_other_page_redirects():
    """Rule 22: the ledgers unite."""
    house = site()
    house.day(
        "2026-08-01 06:00",
        listed("Diffusion A", ids=("doi:10.1/a",)),
        listed("Diffusion B", ids=("arxiv:2606.00001",)),
    )
    house.day("2026-08-02 06:00", listed("Diffusion B", ids=("arxiv:2606.00001", "doi:10.1/a")))

    made = archive(house)

    assert [paper.slug for paper in made.papers] == ["diffusion-a"]
    assert made.redirects == (("diffusion-b", "diffusion-a"),)
    assert made.editions[0].papers == 1


def test_a_renamed_profile_goes_on_under_its_first_slug():
    """Rule 24: with formerly; its matches and editions are its own."""
    house = site()
    house.day("2026-08-01 06:00", "Diffusion A")
    house.profiles = [follows("denoising", "diffusion", formerly="diffusion")]
    house.day("2026-08-02 06:00", "Diffusion B")

    card = archive(house).profiles[0]

    assert (card.slug, card.address, card.former) == ("diffusion", "denoising", ("diffusion",))
    assert [set(sections) for _, sections in house.editions()] == [{"diffusion"}, {"diffusion"}]


def test_a_profile_renamed_without_formerly_is_another():
    """Rule 24: the old one's pages stay as they stand."""
    house = site()
    house.day("2026-08-01 06:00", "Diffusion A")
    house.profiles = [follows("denoising", "diffusion")]
    house.day("2026-08-02 06:00", "Diffusion B")

    cards = [(card.slug, card.active) for card in archive(house).profiles]

    assert cards == [("denoising", True), ("diffusion", False)]


def test_a_backfill_makes_one_edition_a_date():
    """Rule 25."""
    house = site()
    house.now = at("2026-08-01 06:00")
    house.dump("Diffusion B", "Diffusion A", day="2026-03-13", silent=True)
    house.dump("Diffusion C", "Diffusion A", day="2026-01-02", silent=True)
    house.round("2026-08-01 06:00", backfill=True)

    assert house.editions() == [
        ("2026-01-02", {"diffusion": ["Diffusion A", "Diffusion C"]}),
        ("2026-03-13", {"diffusion": ["Diffusion B"]}),
    ]


def test_a_backfill_run_again_fills_the_archive_of_a_profile_added_since():
    """Rule 25."""
    house = site()
    house.now = at("2026-08-01 06:00")
    house.dump("Diffusion", "Robots", day="2026-01-02", silent=True)
    house.round("2026-08-01 06:00", backfill=True)
    house.profiles.append(follows("robots", "robots"))
    house.round("2026-08-02 06:00", backfill=True)
    house.round("2026-08-03 06:00", backfill=True)

    assert house.editions() == [
        ("2026-01-02", {"diffusion": ["Diffusion"]}),
        ("2026-01-02-2", {"robots": ["Robots"]}),
    ]


def test_an_edited_profile_changes_no_edition_already_published():
    """Rule 10: nor does a backfill bring in what the profile passed by."""
    house = site()
    house.day("2026-08-01 06:00", "Diffusion", "Robots")
    house.profiles = [follows("diffusion", "robots")]
    house.day("2026-08-02 06:00")
    house.round("2026-08-03 06:00", backfill=True)

    assert house.editions() == [("2026-08-01", {"diffusion": ["Diffusion"]})]


def test_nothing_private_is_in_the_archive():
    """Rule 26: no inline interests, no reader."""
    house = site(
        follows("diffusion", "diffusion"), follows("own-1", rules=(keywords("robots"),), private=True)
    )
    house.day("2026-08-01 06:00", "Diffusion", "Robots")

    made = archive(house)

    assert [paper.title for paper in made.papers] == ["Diffusion"]
    assert [card.slug for card in made.profiles] == ["diffusion"]


def test_an_older_dump_that_arrives_late_adds_a_sighting():
    """Rule 3: it never makes a paper new again."""
    house = site()
    house.day("2026-08-01 06:00", "Diffusion A")
    house.now = at("2026-08-02 06:00")
    house.dump("Diffusion A", day="2026-03-13")
    house.day("2026-08-02 06:00")

    paper = archive(house).papers[0]

    assert [day.isoformat() for day in paper.lists] == ["2026-03-13", "2026-08-01"]
    assert len(house.editions()) == 1


def test_papers_that_are_joined_are_judged_once_more():
    """Rule 22: what waited of the one still comes, also when it was the newest of all."""
    house = site()
    house.readers = [reader("ada", "diffusion", every="week")]
    house.day("2026-08-03 06:00", listed("Models", ids=("doi:10.1/a",)))
    house.day("2026-08-04 06:00", listed("Diffusion", ids=("arxiv:2606.00001",)))
    house.day("2026-08-05 06:00", listed("Diffusion", ids=("arxiv:2606.00001", "doi:10.1/a")))
    house.day("2026-08-10 06:00")

    assert house.titles("ada") == ["Diffusion"]


def test_a_thousand_papers_of_one_title_are_told_apart_in_time():
    """“Editorial” is the title of thousands: neither names nor comparisons may take the square of that."""
    house = site()
    words = ["apple", "river", "stone", "cloud", "paper", "light", "sound", "bread", "glass", "wheel"]
    house.now = at("2026-08-01 06:00")
    house.dump(
        *(
            listed("Editorial", f"{words[n % 10]} {words[n // 10 % 10]} {n} {n * 7} {n * 11}")
            for n in range(1000)
        )
    )

    assert house.store.papers.newest() == 1000


def test_a_paper_starts_to_trend_once_and_for_all():
    """Its entry in the feed of trends never moves and never comes again."""
    house = site()
    house.day("2026-08-01 06:00", "Cats", "Dogs")
    house.day("2026-08-02 06:00", "Cats")
    house.day("2026-08-03 06:00", "Cats", "Dogs")
    house.day("2027-08-03 06:00", "Birds")
    house.day("2027-08-04 06:00", "Cats", "Birds")
    found = archive(house)
    titles = {paper.number: paper.title for paper in found.papers}

    assert [("Birds", "2027-08-04"), ("Dogs", "2026-08-03"), ("Cats", "2026-08-02")] == [
        (titles[number], f"{since:%Y-%m-%d}") for number, since in found.started
    ]


def test_of_papers_that_start_to_trend_together_the_strongest_comes_first():
    house = site()
    for day in ("2026-08-01", "2026-08-02"):
        house.dump("Cats", "Dogs", day=day)
    house.dump("Dogs", day="2026-08-03")
    house.round("2026-08-04 06:00")
    found = archive(house)
    titles = {paper.number: paper.title for paper in found.papers}

    assert ["Dogs", "Cats"] == [titles[number] for number, _ in found.started]
