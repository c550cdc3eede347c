"""What learned rules name: papers of the state, libraries beside the configuration, people."""

from pathlib import Path

import pytest
from fakes import listed, profile
from house import House

from newsletter.leanings import Leanings, settled_size
from newsletter.rules import dislike, like, mute, similar_to, topic
from newsletter.store import open_store

BIBTEX = "@article{{{key}, title = {{{title}}}, year = {{{year}}}}}\n"


@pytest.fixture
def store():
    return open_store(None)


def liking(*names, **fields):
    return profile("p", ("like", like.Settings(papers=names)), **fields)


def tastes(store, folder, *profiles):
    return [
        taste
        for several in Leanings(store, profiles, folder).by_profile.values()
        for taste in Leanings(store, profiles, folder)._tastes(several)
    ]


def test_a_title_counts_before_any_dump_had_it(store, tmp_path):
    (taste,) = tastes(store, tmp_path, liking("Attention is what you need"))

    assert (("Attention is what you need", ""),) == taste.likes


def test_a_title_finds_its_paper_and_so_does_its_beginning_where_it_is_the_only_one():
    """“Attention is all you need” without its subtitle; “Diffusion” alone would be any of them."""
    house = House(profiles=[])
    house.day(
        "2026-08-01 06:00",
        listed("Attention: A Survey of 2026", abstract="What looks where."),
        listed("Diffusion: A Survey", abstract="Step by step."),
        listed("Diffusion: A Tutorial", abstract="Again."),
        listed("Surveys", abstract="Of many things."),
    )
    (taste,) = tastes(
        house.store, Path(), liking("ATTENTION", "Diffusion", "diffusion a survey", "Survey of")
    )

    assert [
        ("Survey of", ""),
        ("Diffusion: A Survey", "Step by step."),
        ("Diffusion", ""),
        ("Attention: A Survey of 2026", "What looks where."),
    ] == list(taste.likes)


def test_the_last_of_a_list_is_the_latest(store, tmp_path):
    (taste,) = tastes(store, tmp_path, liking("First", "Last"))

    assert ["Last", "First"] == [title for title, _ in taste.likes]


def test_a_librarys_latest_papers_come_first(store, tmp_path):
    years = (2019, 2024, 2021)
    (tmp_path / "library.bib").write_text(
        "".join(BIBTEX.format(key=f"k{year}", title=f"Paper of {year}", year=year) for year in years)
    )
    (taste,) = tastes(store, tmp_path, liking("library.bib"))

    assert ["Paper of 2024", "Paper of 2021", "Paper of 2019"] == [title for title, _ in taste.likes]


def test_a_library_that_changed_changes_the_hash_of_the_rules(store, tmp_path):
    library = tmp_path / "library.bib"
    library.write_text(BIBTEX.format(key="a", title="One", year=2020))
    before = Leanings(store, [liking("library.bib")], tmp_path).hashed(liking("library.bib"))
    library.write_text(BIBTEX.format(key="a", title="Two", year=2020))
    after = Leanings(store, [liking("library.bib")], tmp_path).hashed(liking("library.bib"))

    assert before.rules_hash != after.rules_hash
    assert liking("Two") == Leanings(store, [liking("Two")], tmp_path).hashed(liking("Two"))


def test_one_topic_joins_the_likes_and_several_stand_alone(store, tmp_path):
    likes = ("like", like.Settings(papers=("A liked paper",), weight=2))
    cows, goats = (("topic", topic.Settings(text=text)) for text in ("cows", "goats"))
    (joined,) = tastes(store, tmp_path, profile("p", likes, cows))
    apart = tastes(store, tmp_path, profile("p", likes, cows, goats))

    assert ("cows", 2.0) == (joined.topic, joined.weight)
    assert ["", "cows", "goats"] == [taste.topic for taste in apart]


def test_a_profile_without_learned_rules_needs_no_numpy(store, tmp_path):
    assert Leanings(store, [profile("p", ("mute", mute.Settings(any=("x",))))], tmp_path).tastes() is None


def test_troubles_are_told_and_the_rest_counts(store, tmp_path):
    (tmp_path / "broken.bib").write_text("no entry at all")
    rules = (
        (
            "like",
            like.Settings(papers=("arxiv:2006.11239", "missing.bib", "broken.bib", "A paper on molecules")),
        ),
        ("dislike", dislike.Settings(papers=("10.1000/xyz",))),
        ("similar_to", similar_to.Settings(authors=("Nobody Known",))),
        ("mute", mute.Settings(any=("molecule",))),
    )
    told = "\n".join(Leanings(store, [profile("p", *rules)], tmp_path).troubles())

    assert "arxiv:2006.11239 was in no dump yet" in told
    assert "missing.bib: No such file or directory" in told
    assert "p: broken.bib: " in told
    assert "“A paper on molecules” is liked, and papers like it are kept out" in told
    assert "10.1000/xyz was in no dump yet" in told
    assert "no paper of Nobody Known was in a dump yet" in told


def test_a_liked_paper_of_stop_words_alone_is_told_and_stands_for_no_other():
    """“The” was taken for the only paper of a first dump whose title began with it."""
    house = House(profiles=())
    house.dump("The way of cows", "What it is")
    told = list(Leanings(house.store, [liking("The", "What it is")], Path()).troubles())

    assert ["p: “The” says nothing of what a paper is about"] == told


def test_a_profile_that_contradicts_itself_or_names_what_nobody_saw_is_told(store, tmp_path):
    rules = (
        ("like", like.Settings(papers=("On Cows", "On goats", "On hens", "On ducks"))),
        ("dislike", dislike.Settings(papers=("on cows",))),
        ("topic", topic.Settings(text="protein folding")),
        ("mute", mute.Settings(any=("proteins",))),
    )
    told = list(Leanings(store, [profile("p", *rules)], tmp_path).troubles())

    assert [
        "p: “On Cows” is both liked and disliked; take it out of one",
        "p: no dump had “On Cows”, “On goats”, “On hens” and 1 more yet; only the words of the title count",
        "p: the topic “protein folding” itself is kept out by mute or none",
    ] == told


def test_a_topic_that_no_paper_so_far_would_have_come_for_is_told():
    """Below 300 papers a sentence hardly ever has most of its words in one of them."""
    said = "how robots may learn to fold laundry by watching people do it at home"
    rules = (("topic", topic.Settings(text=said)), ("topic", topic.Settings(text="fold laundry")))
    house = House(profiles=())
    (early,) = [list(Leanings(house.store, [profile("p", *rules)], Path()).troubles())]
    house.dump("Robots that fold laundry", "On cows", "On goats")
    (told,) = Leanings(house.store, [profile("p", *rules)], Path()).troubles(str.upper)
    (none,) = Leanings(
        house.store, [profile("p", ("topic", topic.Settings(text="gaots")))], Path()
    ).troubles()

    assert [] == early
    assert told.startswith(
        "P: none of the 3 papers so far has enough of the words of the topic “how robots may"
    )
    assert told.endswith("”; below 300 only words count, and fewer find more")
    assert "“gaots”" in none
    assert [] == list(Leanings(house.store, [profile("p", *rules)], Path(), "a/model").troubles())


def test_the_background_grows_by_steps_of_a_quarter():
    sizes = [settled_size(papers) for papers in range(2000)]

    assert [0, 1, 2, 3, 4, 5, 6, 6, 8] == sizes[:9]
    assert all(size <= papers for papers, size in enumerate(sizes))
    assert all(papers < size * 1.26 + 2 for papers, size in enumerate(sizes))
    assert sizes == sorted(sizes)


def test_an_interest_is_worked_out_again_only_when_its_taste_or_the_archive_changed(tmp_path):
    house = House(profiles=())
    house.dump(*(f"Paper {number} on goats and cows" for number in range(40)))

    def made(*likes: str) -> set[str]:
        """The names of the interests that are kept after a round."""
        profiles = [profile(f"p{n}", ("like", like.Settings(papers=(name,)))) for n, name in enumerate(likes)]
        with house.store.transaction():
            Leanings(house.store, profiles, tmp_path).tastes()
        return {name for (name,) in house.store._database.tuples("SELECT made_of FROM interest")}

    first = made("On goats", "On cows")
    edited = made("On goats", "On sheep")
    house.dump("One paper on wolves")
    next_day = made("On goats", "On sheep")
    house.dump(*(f"Paper {number} on wolves" for number in range(20)))
    grown = made("On goats", "On sheep")

    assert [2, 2, 1] == [len(first), len(edited), len(first & edited)]
    assert edited == next_day
    assert (2, set()) == (len(grown), grown & edited)


def test_what_another_measure_has_worked_out_is_worked_out_again(tmp_path, monkeypatch):
    """A state from before the words of a liked paper counted otherwise went on as it was for months."""
    house = House(profiles=())
    house.dump(*(f"Paper {number} on goats and cows" for number in range(40)))

    def made() -> list[object]:
        with house.store.transaction():
            Leanings(house.store, [liking("On goats")], tmp_path).tastes()
        tuples = house.store._database.tuples
        return [*tuples("SELECT made_of FROM interest"), *tuples("SELECT program FROM background")]

    before, again = made(), made()
    monkeypatch.setattr("newsletter.leanings._PROGRAM", "another")
    after = made()

    assert before == again
    assert (2, 2, set()) == (len(before), len(after), {*before} & {*after})


def test_a_reader_gets_what_resembles_a_liked_paper(tmp_path):
    """From the dump to the digest: no keyword, only a title one likes."""
    house = House(profiles=(liking("Robots that grasp with a soft gripper"),))
    others = [f"On the {word} of number {number}" for number in range(30) for word in ("sum", "root")]
    house.dump("A soft gripper for robots that grasp", *others, day="2026-08-07")
    house.round("2026-08-07 09:00")
    ((_, sections),) = house.editions()

    assert {"p": ["A soft gripper for robots that grasp"]} == sections
