"""Papers in the state: found again by whatever names them, and joined when two turn out to be one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fakes import at, listed
from house import House, follows, reader

from newsletter.diff import first_record, merge
from newsletter.identity import aliases
from newsletter.model import ListedPaper
from newsletter.store import codec


@pytest.fixture
def house() -> House:
    house = House(profiles=[follows("diffusion", "diffusion")], readers=[reader("ada", "diffusion")])
    house.day(
        "2026-08-01 06:00",
        listed("Diffusion: a Survey", ids=("arxiv:2606.00001", "doi:10.1000/a")),
        listed("Diffusion of 100% of snake_case words", ids=("arxiv:2606.00002",)),
        listed("Robots"),
    )
    return house


def slugs(house: House, text: str) -> list[str]:
    return [paper.slug for paper in house.store.papers.find(text)]


@pytest.mark.parametrize(
    "text",
    ["arxiv:2606.00001", "doi:10.1000/a", "diffusion-a-survey", "1", "DIFFUSION — A SURVEY", "a surv"],
)
def test_a_paper_is_found_by_key_slug_number_title_and_piece(house, text):
    assert ["diffusion-a-survey"] == slugs(house, text)


def test_a_piece_of_several_titles_finds_them_all_an_exact_one_only_its_own(house):
    assert 2 == len(slugs(house, "iffusion"))
    assert ["robots"] == slugs(house, "robots")


@pytest.mark.parametrize("text", ["%", "100% o", "e_c"])
def test_no_letter_of_a_question_is_a_wildcard(house, text):
    assert ["diffusion-of-100-of-snake-case-words"] == slugs(house, text)


def test_what_was_never_listed_is_not_found(house):
    assert [] == slugs(house, "Cats")


def test_two_papers_of_one_title_get_pages_of_their_own():
    house = House(profiles=[])
    house.day("2026-08-01 06:00", listed("Dark matter", ids=("arxiv:2606.00001",)))
    house.day("2026-08-02 06:00", listed("Dark matter", ids=("arxiv:2606.00002",)))

    assert ["dark-matter", "dark-matter-2"] == slugs(house, "Dark matter")


def test_joined_papers_are_one_under_both_numbers(house):
    """The older stays, with the keys, sightings and ledger of both; the newer's page leads to it."""
    house.day("2026-08-02 06:00", listed("Diffusion as one", ids=("doi:10.1000/b",)))
    house.day("2026-08-03 06:00", listed("Diffusion as one", ids=("doi:10.1000/b", "doi:10.1000/a")))
    found = house.store.papers.load((1, 4))

    assert {1, 4} == set(found)
    assert found[1] is found[4]
    assert ["2026-08-01", "2026-08-02", "2026-08-03"] == [str(day) for day in found[1].lists]
    assert ["diffusion-a-survey"] == slugs(house, "doi:10.1000/b")
    assert (("diffusion-as-one", "diffusion-a-survey"),) == house.store.pages.redirects()
    assert {1} == house.store.readers.shown(house.reader_id("ada"), (1,))


def test_a_dump_recorded_twice_leaves_one_sighting(house):
    before = house.store._database.all("SELECT * FROM sighting")
    house.store._database.run("UPDATE dump SET state = 'started'")
    house.dumps = 0
    house.now = at("2026-08-01 07:00")
    house.dump(
        listed("Diffusion: a Survey", ids=("arxiv:2606.00001", "doi:10.1000/a")),
        listed("Diffusion of 100% of snake_case words", ids=("arxiv:2606.00002",)),
        listed("Robots"),
    )

    assert [tuple(row) for row in before] == [
        tuple(row) for row in house.store._database.all("SELECT * FROM sighting")
    ]


def test_news_numbers_go_up_and_only_up(house):
    before = house.store.papers.newest()
    house.day("2026-08-02 06:00", listed("Robots", "We build robots that walk up and down stairs."))

    assert {1: 1, 2: 2, 3: before + 1} == house.store.papers.news_numbers(0)
    assert ["robots"] == [paper.slug for paper in house.store.papers.news(before, before + 1)]


RAW = ListedPaper(
    title=r"On $\alpha$",
    abstract=r"We see $\beta$.",
    authors=("Ada Li",),
    ids=("arxiv:2606.00009",),
    version=2,
)


@pytest.mark.parametrize(
    "raw", [RAW, replace(RAW, title="Plain", abstract="As people read it."), listed("x")]
)
def test_a_record_comes_back_as_it_was_written(raw):
    """Also a raw text that is as people read it, which is kept once."""
    house = House(profiles=[])
    with house.store.transaction():
        house.dump(raw)
        house.dump(replace(raw, comment="12 pages"))
    (record,) = house.store.papers.known(aliases(raw))

    assert merge(first_record(1, raw, "dump-1.txt"), replace(raw, comment="12 pages"), "dump-2.txt") == record


def test_a_row_that_says_where_each_field_came_from_is_read_as_well():
    house = House(profiles=[])
    house.dump(RAW)
    before = house.store.papers.known(aliases(RAW))
    house.store._database.run(
        "UPDATE paper SET merged = :merged, origins = :origins",
        {
            "merged": codec.dumps(before[0].merged),
            "origins": json.dumps({name: [o.dump, o.version] for name, o in before[0].origins}),
        },
    )

    assert before == house.store.papers.known(aliases(RAW))


def test_papers_of_one_title_in_one_dump_get_pages_of_their_own():
    house = House(profiles=[])
    same = [listed("Dark matter", "A.", ids=(f"arxiv:2606.0000{number}",)) for number in range(1, 4)]
    house.dump(*same, listed("Dark matter 2", "B.", ids=("arxiv:2606.00007",)))
    house.dump(listed("Dark matter", "A.", ids=("arxiv:2606.00008",)))

    assert ["dark-matter", "dark-matter-2", "dark-matter-3", "dark-matter-2-2", "dark-matter-5"] == [
        paper.slug for paper in house.store.papers.load(range(1, 6)).values()
    ]


def test_a_paper_that_was_joined_still_counts_among_the_news():
    """Its number was handed out: the next paper must not get it again."""
    house = House(profiles=[])
    house.dump(listed("Diffusion one", ids=("doi:10.1000/a",)), listed("Two", ids=("doi:10.1000/b",)))
    house.store._database.run("UPDATE paper SET joined = 1 WHERE id = 2")

    assert 2 == house.store.papers.newest()


def test_names_are_legible_whatever_a_dump_made_of_them():
    house = House(profiles=[])
    names = ("C\0. LÃ¤mmerzahl", "\u202eEve", r"{\'E}mile Zola", ", ,", "Ana Müller", "x" * 5_000)
    house.day("2026-08-07 06:00", listed("Diffusion", authors=names, keywords=("a\nb",), venue="Zürich\x07"))
    paper = house.store.papers.load([1])[1]

    assert ("C. Lämmerzahl", "Eve", "Émile Zola", "Ana Müller") == paper.authors[:-1]
    assert 300 >= len(paper.authors[-1])
    assert (("a b",), "Zürich") == (paper.keywords, paper.venue)
