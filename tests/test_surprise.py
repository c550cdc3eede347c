"""One paper outside a reader's profiles, where they want one."""

from __future__ import annotations

from fakes import at, listed
from house import House, follows, mute, reader, titles
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.model import ListedPaper


def ada(**options) -> House:
    """A daily reader of diffusion who likes a surprise and mutes cats; robots and proofs have profiles, too."""
    return House(
        profiles=[
            follows("diffusion", "diffusion", rules=(mute("cats"),)),
            follows("robots", "robots"),
            follows("proofs", "proofs", "theorem"),
            follows("secret", "birds", private=True),
        ],
        readers=[reader("ada", "diffusion", surprise=True)],
        options=options,
    )


def outside(house: House) -> list[tuple[str, list[str]]]:
    """The papers of the last section, where it is that of the surprise, each with its reasons."""
    last = house.digest("ada").sections[-1]
    return [
        (pick.paper.title, [reason.detail for reason in pick.match.reasons])
        for pick in last.picks
        if last.title == "Outside your usual"
    ]


def voted(title: str, votes: int | None) -> ListedPaper:
    return listed(title, votes=votes)


def test_the_most_voted_for_paper_that_fits_no_profile_of_theirs_comes_with_a_digest():
    house = ada()
    house.day("2026-08-07 06:00", voted("Diffusion", 99), voted("Fish", 12), voted("Robots", 3))

    assert [("Fish", ["12 votes on the list of 7 August 2026"])] == outside(house)
    assert ["Diffusion", "Fish"] == house.titles("ada")
    assert {"Diffusion", "Fish"} < set(house.shown("ada"))


def test_it_never_comes_alone():
    """Rule 17: no more than what trends does it cause a digest."""
    house = ada()
    house.day("2026-08-07 06:00", voted("Fish", 12))

    assert [("2026-08-07", "skipped (empty)")] == house.slots("ada")


def test_nobody_gets_one_who_did_not_ask():
    house = ada()
    house.edit(surprise=False)
    house.day("2026-08-07 06:00", "Diffusion", voted("Fish", 12))

    assert ["Diffusion"] == house.titles("ada")


def test_what_they_mute_or_were_shown_does_not_come():
    house = ada()
    house.day("2026-08-07 06:00", "Diffusion 1", voted("Cats", 99), voted("Fish", 12), voted("Frogs", 11))
    house.day("2026-08-08 06:00", "Diffusion 2", voted("Fish", 50))

    assert ["Diffusion 1", "Fish", "Diffusion 2"] == [
        title for title in house.shown("ada") if title != "Frogs"
    ]
    assert [] == outside(house)


def test_without_votes_it_is_the_paper_on_most_lists():
    house = ada()
    house.readers = [reader("ada", "diffusion", surprise=True, every="week")]
    house.day("2026-08-03 06:00", "Diffusion 1")
    house.day("2026-08-05 06:00", "Diffusion 2", "Fish", "Frogs", "Robots robots")
    house.day("2026-08-07 06:00", "Frogs")
    house.day("2026-08-10 06:00")

    assert [("Frogs", ["on 2 lists: 5 August and 7 August 2026"])] == outside(house)


def test_else_it_is_what_fits_another_public_profile_best():
    house = ada()
    house.day(
        "2026-08-07 06:00", "Diffusion", "Birds birds", "Robots", listed("Theorem", "A proof of proofs.")
    )

    assert [("Theorem", ["fits Proofs", "“Theorem” in the title", "“proof” in the abstract"])] == outside(
        house
    )


def test_where_nothing_is_outside_there_is_no_section():
    house = ada()
    house.day("2026-08-07 06:00", "Diffusion", "Fish")

    assert [] == outside(house)
    assert ["Diffusion"] == [section.title for section in house.digest("ada").sections]


def test_it_is_not_named_in_the_trending_block_too():
    """Rule 12: each title stands once."""
    house = ada()
    house.day("2026-08-07 06:00", "Diffusion", voted("Fish", 12), voted("Frogs", 11))

    assert ["Frogs"] == [trend.paper.title for trend in house.digest("ada").trending]


def test_it_has_a_page_and_stands_in_no_edition():
    """Rule 23: the digest shows it; the site's editions are the profiles'."""
    house = ada()
    house.profiles = house.profiles[:1]
    house.day("2026-08-07 06:00", "Diffusion", voted("Fish", 12))

    assert [("2026-08-07", {"diffusion": ["Diffusion"]})] == house.editions()
    assert 2 in set(house.store.editions.pages())


def test_a_digest_that_fails_gives_it_free_and_no_backlog_holds_it():
    """Rule 7."""
    house = ada()
    house.now = at("2026-08-07 06:00")
    house.dump("Diffusion", voted("Fish", 12))
    house.round("2026-08-07 06:00")
    house.store.readers.fail(house.store.readers.deliveries()[0].id, "no", house.now)

    assert [] == house.shown("ada")
    assert [1] == [row.paper for row in house.store.readers.backlog(house.reader_id("ada"))]


def test_it_takes_no_room_of_what_is_at_most_in_a_digest():
    house = ada()
    house.edit(at_most=1)
    house.day("2026-08-07 06:00", "Diffusion 1", "Diffusion 2", voted("Fish", 12))

    assert ["Diffusion 1", "Fish"] == house.titles("ada")
    assert 1 == house.digest("ada").waiting


names = st.sampled_from(["Diffusion", "Robots", "Fish", "Frogs", "Cats", "Theorem", "Birds"])
pages = st.lists(
    st.lists(st.tuples(names, st.integers(0, 3), st.none() | st.integers(0, 9)), max_size=6), max_size=5
)


@settings(max_examples=40)
@given(pages)
def test_it_is_one_paper_that_fits_nothing_and_came_never_before(pages):
    """The law: at most one a digest, at its end, never alone, unmuted, and in no digest twice."""
    house = ada()
    seen: list[str] = []
    for place, page in enumerate(pages):
        now = f"2026-08-{place + 1:02} 06:00"
        house.day(now, *(voted(f"{title} {'abcd'[number]}", votes) for title, number, votes in page))
        row = house.store.readers.get("ada@example.org")
        newest = house.store.readers.deliveries(row.id, ("sent",), most=1)
        if not newest or newest[0].date.day != place + 1:
            continue
        usual, *others = house.digest("ada").sections
        found = [pick.paper.title for section in others for pick in section.picks]
        seen += [*titles(usual.picks), *found]

        assert "Diffusion" == usual.title
        assert len(found) <= 1
        assert not any(title.startswith(("Diffusion", "Cats")) for title in found)
    assert len(seen) == len(set(seen))
