"""An edited profile beside what is on record: what enters, what leaves, which terms tell nothing."""

from __future__ import annotations

import pytest
from fakes import paper
from home import CONFIG, Home, page
from house import House, follows, keywords, mute
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model import Profile, Rule
from newsletter.rules import load
from newsletter.terms import term
from newsletter.tune import Replay, tune
from newsletter.tuning import Tally, probes, suggestions

WORDS = ("diffusion", "robot", "graph", "vision", "speech")


def rule(name: str, **settings) -> Rule:
    return Rule(name=name, settings=load(name).Settings(**settings))


def replay(house: House, profile: Profile, **options) -> Replay:
    return tune(house.store, house.config(), profile, **options)


def titles(replay: Replay) -> tuple[list[str], list[str]]:
    """What enters, what leaves."""
    return [p.title for p, _ in replay.enters], [p.title for p, _ in replay.leaves]


def fired(profile: Profile, *papers) -> dict[str, int]:
    tally = Tally(probes(profile))
    for each in papers:
        tally.count(each)
    return {each.written: each.papers for each in tally.fired()}


# ------------------------------------------------------------------------------------- enters and leaves


@pytest.fixture
def house():
    """Three days, all of them judged by one profile for diffusion."""
    house = House(profiles=[follows("mine", "diffusion")])
    house.day("2026-08-01 06:00", "Diffusion one", "A robot")
    house.day("2026-08-02 06:00", "Diffusion two", "Robots that see")
    house.day("2026-08-03 06:00", "Speech", "Diffusion of robots")
    return house


def test_an_edit_that_was_not_made_changes_nothing(house):
    found = replay(house, house.profiles[0])

    assert ([], []) == titles(found)
    assert (False, 6, 6, 3, 0) == (found.changed, found.papers, found.compared, found.fits, found.unjudged)


def test_what_enters_comes_with_its_reason_and_what_leaves_with_what_is_against_it(house):
    found = replay(house, follows("mine", "robot", rules=(mute("diffusion"),)))

    assert (
        ["A robot", "Robots that see"],
        ["Diffusion one", "Diffusion two", "Diffusion of robots"],
    ) == titles(found)
    assert "“robot” in the title" == found.enters[0][1].reasons[0].detail
    assert ["kept out by mute: “Diffusion” in the title"] * 3 == [against for _, against in found.leaves]
    assert found.changed


@given(
    before=st.sets(st.sampled_from(WORDS), min_size=1),
    after=st.sets(st.sampled_from(WORDS), min_size=1),
    days=st.lists(st.lists(st.sets(st.sampled_from(WORDS), min_size=1), max_size=4), min_size=1, max_size=3),
)
def test_what_enters_and_leaves_is_the_difference_of_what_fits(before, after, days):
    house = House(profiles=[follows("mine", *sorted(before))])
    seen = []
    for day, several in enumerate(days, start=1):
        seen += [
            (f"{' and '.join(sorted(words))}, part {day}.{place}", words)
            for place, words in enumerate(several)
        ]
        house.day(f"2026-08-{day:02} 06:00", *(title for title, _ in seen[len(seen) - len(several) :]))
    found = replay(house, follows("mine", *sorted(after)))

    assert len(seen) == found.papers == found.compared
    assert {t for t, words in seen if words & after and not words & before} == set(titles(found)[0])
    assert {t for t, words in seen if words & before and not words & after} == set(titles(found)[1])
    assert sum(bool(words & after) for _, words in seen) == found.fits


def test_a_replay_writes_nothing(house):
    house.store.runs.set_mark("here", "1")
    before = house.store._database._connection.total_changes
    replay(house, follows("mine", rules=(rule("topic", text="robots that see"), keywords("robot"))))

    assert before == house.store._database._connection.total_changes


def test_what_no_run_has_judged_is_counted_apart(house):
    """What came since the last run, and for a profile that no run has met, all there is."""
    house.dump("Diffusion three")
    new = replay(house, follows("other", "robot"))
    since = replay(house, house.profiles[0])

    assert (0, 3, [], True) == (new.compared, new.unjudged, titles(new)[0], new.changed)
    assert (6, 1, 4) == (since.compared, since.unjudged, since.fits)


def test_a_profile_under_a_new_name_is_compared_with_the_old(house):
    found = replay(house, follows("ours", "robot", formerly="mine"))

    assert (6, (["A robot", "Robots that see"], ["Diffusion one", "Diffusion two"])) == (
        found.compared,
        titles(found),
    )


def test_papers_before_a_profiles_time_were_never_judged_by_it(house):
    house.profiles.append(follows("late", "robot"))
    house.day("2026-08-04 06:00", "Robot four")
    found = replay(house, follows("late", "robot", "speech"))

    assert (1, 4, []) == (found.compared, found.unjudged, titles(found)[0])


def test_a_profile_that_is_in_no_edition_is_compared_with_its_matches():
    """A reader's own interests are on no page: what fitted them stands in the state alone."""
    house = House(profiles=[follows("own", "diffusion", private=True)])
    house.day("2026-08-01 06:00", "Diffusion one", "A robot")
    found = replay(house, follows("own", "robot", private=True))

    assert (2, (["A robot"], ["Diffusion one"])) == (found.compared, titles(found))


def test_only_the_latest_papers_are_replayed(house):
    assert 2 == replay(house, house.profiles[0], days=1).papers
    assert 4 == replay(house, house.profiles[0], days=2).papers
    assert 3 == replay(house, house.profiles[0], most=3).papers


# ------------------------------------------------------------------------------------------------ terms


def test_each_term_name_and_category_is_counted_alone():
    profile = follows(
        "mine",
        rules=(
            rule("keywords", any=("robot", "flow"), all=("graph", "vision"), none=("toy",)),
            rule("authors", any=("Ada Lovelace", "Grace Hopper")),
            rule("categories", any=("cs.*", "math.CO")),
            rule("mute", any=("protein*",), authors=("J. Doe",)),
            rule("query", query='title:("speech tree" OR sound) NOT noise AND *'),
        ),
    )
    counts = fired(
        profile,
        paper("Robots with a graph", "A toy.", authors=("A. Lovelace",), categories=("cs.LG",)),
        paper("Proteins", "Speech trees make noise.", authors=("Jane Doe",), categories=("q-bio.BM",)),
        paper("A robot", "Of vision."),
    )

    assert {
        "robot": 2,
        "flow": 0,
        "graph": 1,
        "vision": 1,
        "toy": 1,
        "Ada Lovelace": 1,
        "Grace Hopper": 0,
    } | {
        "cs.*": 1,
        "math.CO": 0,
        "protein*": 1,
        "J. Doe": 1,
        "noise": 1,
        "sound": 0,
        "speech tree": 1,
    } == counts


def test_every_paper_is_no_term_and_learned_rules_have_none():
    profile = follows("mine", rules=(keywords("*", "robot"), rule("topic", text="robots that see")))

    assert {"robot": 1} == fired(profile, paper("Robots"), paper("Speech"))


# ---------------------------------------------------------------------------------------- suggestions

RULED = [paper(f"Diffusion {n}", "We study score distillation, with rats.", number=n) for n in range(12)]
OTHERS = [
    paper(f"Speech {n}", "We study rats and mice." if n % 2 else "We study mice.", number=n)
    for n in range(40)
]


def test_a_term_is_suggested_that_sets_what_fits_apart():
    found = suggestions(RULED, OTHERS, [term("diffusion")])

    assert [("score distillation", 12, 0)] == [(each.term, each.inside, each.outside) for each in found]


@pytest.mark.parametrize("own", ["score distillation", "distill*", "score of distillation"])
def test_what_a_profile_looks_for_already_is_not_suggested(own):
    found = {each.term for each in suggestions(RULED, OTHERS, [term("diffusion"), term(own)])}

    assert not {each for each in found if "distillation" in each}


def test_a_pair_that_no_term_would_find_is_not_suggested():
    """The words of “generation of motion” follow each other only for whoever leaves out “of”."""
    inside = [paper(f"Diffusion {n}", "The generation of motion.", number=n) for n in range(12)]
    found = {each.term for each in suggestions(inside, OTHERS, [term("diffusion")])}

    assert {"generation", "motion"} == found


def test_of_few_papers_nothing_is_suggested():
    assert () == suggestions(RULED[:2], OTHERS, ())
    assert () == suggestions([], [], ())
    assert () == suggestions(RULED[:3], OTHERS[:1], ())


@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=8))
def test_any_text_makes_suggestions_that_are_terms(inside, outside):
    found = suggestions([paper(t, t) for t in inside], [paper(t, t) for t in outside], ())

    assert all(term(each.term) and 3 <= each.inside <= len(inside) for each in found)


# ------------------------------------------------------------------------------------------ the command


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    home.put("2026-08-07.txt", page("Diffusion one", "Diffusion two", "A robot", "Speech"))
    home.run("2026-08-07 06:00")
    return home


def test_the_command_tells_what_an_edit_would_do_and_does_nothing(home):
    home.edit(CONFIG.replace("[diffusion, denois*]", "[robot, denois*, closely, mute]"))
    before = home.everything()
    said = home.newsletter("tune", "diffusion")

    assert (0, "") == (said.code, said.err)
    assert before == home.everything()
    assert (
        """\
Diffusion models: 4 papers listed from 2026-08-07 to 2026-08-07, 4 fit
Of 4 that were judged before, 2 enter and 0 leave

Enters
  +3  A robot (“robot” in the title)
  +1  Speech (“closely” in the abstract)

Terms that never fire
  keywords: denois*, mute

Terms that fire on more than a third
  keywords: closely
"""
        == said.out
    )


def test_long_lists_are_cut_unless_all_is_asked_for(home):
    home.put("2026-08-08.txt", page(*(f"Robot {number}" for number in range(30)), date="Aug 8"))
    home.run("2026-08-08 06:00")
    home.edit(CONFIG.replace("[diffusion, denois*]", "[robot]"))
    short, whole = (home.newsletter("tune", "diffusion", *more).out for more in ([], ["--all"]))

    assert ("Enters (31)" in short, "… and 11 more" in short, 20) == (True, True, short.count("+2  "))
    assert (False, 31) == ("more" in whole.replace("more than", ""), whole.count("+2  "))


def test_an_unknown_profile_is_told_with_a_guess(home):
    said = home.newsletter("tune", "difusion")

    assert (2, True) == (said.code, "did you mean diffusion?" in said.err)


def test_rules_that_are_those_on_record_are_said_to_be(home):
    assert "0 enter and 0 leave; the rules are those on record" in home.newsletter("tune", "diffusion").out
