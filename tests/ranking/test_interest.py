"""What profiles lean to, as vectors: who is near, on one scale, and why."""

import json

import numpy as np
import pytest
from fakes import paper, profile
from fields import ARCHIVE, text
from hypothesis import given
from hypothesis import strategies as st

from newsletter.matching import compile_profiles, leanings
from newsletter.model import Rule
from newsletter.ranking import MEASURE
from newsletter.ranking.background import fit, from_bytes, hashed, spread_evenly, to_bytes
from newsletter.ranking.demand import met
from newsletter.ranking.interest import TOPICAL, Ranker, Taste
from newsletter.ranking.packed import packed, unpacked
from newsletter.ranking.tastes import Tastes
from newsletter.rules import keywords, like, mute, topic


@pytest.fixture(scope="module")
def ranker():
    return Ranker(fit(ARCHIVE))


def scores(ranker, taste, *texts):
    ((_, found),) = Tastes(ranker, {"p": [taste]}).scores(texts)
    return [float(score) for score in found]


@pytest.mark.parametrize(
    "taste",
    [
        Taste(topic="recognition of a speaker's voice"),
        Taste(likes=(text("speech", 200), text("speech", 203))),
        Taste(topic="speech", likes=(text("speech", 201),)),
        Taste(likes=(text("speech", 201),), dislikes=(text("vision", 201),)),
    ],
)
def test_papers_of_the_field_come_first(ranker, taste):
    near, *far = scores(ranker, taste, text("speech", 300), text("vision", 300), text("robots", 300))

    assert near > max(far)


def test_a_score_does_not_depend_on_the_papers_beside_it(ranker):
    """What is usual is said by the archive, not by the day's papers."""
    taste = Taste(likes=(text("robots", 201),))
    alone = scores(ranker, taste, text("robots", 300))
    beside = scores(ranker, taste, text("robots", 300), *ARCHIVE[:50])

    assert alone[0] == pytest.approx(beside[0], abs=1e-5)


def test_what_was_read_back_scores_as_what_was_made():
    made = fit(ARCHIVE)
    taste = Taste(topic="speech of a voice", likes=(text("speech", 200),))

    assert scores(Ranker(made), taste, *ARCHIVE[:20]) == scores(
        Ranker(from_bytes(to_bytes(made))), taste, *ARCHIVE[:20]
    )


def test_an_interest_that_was_read_back_scores_to_the_last_bit(ranker):
    tastes = [
        Taste(topic="speech of a voice that nobody wrote about"),
        Taste(topic="submodular"),
        Taste(likes=(text("speech", 200), text("robots", 3)), dislikes=(text("vision", 201),)),
    ]
    small = Ranker(fit(ARCHIVE[:20]))
    papers = [paper(*each, number=n) for n, each in enumerate([*ARCHIVE[:40], ("", "")])]

    for which in (ranker, small):
        named = {str(n): [taste] for n, taste in enumerate(tastes)}
        made = which.interests(tastes)
        back = [unpacked(packed(each)) for each in made]
        then, now = (Tastes(which, named, each).over(papers) for each in (made, back))
        told = [
            [
                (near.score, near.reasons())
                for place in range(41)
                for name in named
                if (near := of.near(place, name))
            ]
            for of in (then, now)
        ]
        assert told[0] == told[1]


def test_a_background_is_the_same_each_time():
    assert to_bytes(fit(ARCHIVE)) == to_bytes(fit(ARCHIVE))


def test_a_small_archive_has_no_latent_space_and_still_ranks():
    ranker = Ranker(fit(ARCHIVE[:20]))
    near, far = scores(ranker, Taste(topic="speech voice"), text("speech", 300), text("theory", 300))

    assert (0, True) == (ranker.background.axes.size, near > far)


def test_an_empty_archive_lets_nothing_in():
    assert [0.0] == scores(Ranker(fit([])), Taste(topic="speech"), text("speech", 1))


def test_texts_without_words_are_far_from_everything(ranker):
    assert all(score < 1 for score in scores(ranker, Taste(topic="speech voice"), ("", ""), ("???", "…")))


def test_a_disliked_paper_lowers_what_resembles_it(ranker):
    likes = (text("robots", 201), text("vision", 201))
    before = scores(ranker, Taste(likes=likes), text("vision", 300))
    after = scores(ranker, Taste(likes=likes, dislikes=(text("vision", 202),)), text("vision", 300))

    assert after < before


@given(size=st.integers(0, 10_000), most=st.integers(1, 50))
def test_a_sample_is_spread_evenly_and_never_too_large(size, most):
    places = spread_evenly(size, most)
    gaps = np.diff(places) if len(places) > 1 else np.array([1])

    assert min(size, most) == len(set(places))
    assert gaps.max() - gaps.min() <= 1
    assert all(0 <= place < size for place in places)


# ------------------------------------------------------------------------------------------- with profiles


def with_taste(ranker, *rules, taste=None, **fields):
    one = profile("p", *rules, **fields)
    return compile_profiles([one], Tastes(ranker, {"p": [taste]}) if taste else None)


MADE = [2.36, -0.06, -0.08, 1.41, 1.25, 1.15, -0.06, 1.24, 2.26]

LIKING = ("like", like.Settings(papers=("x",)))


def test_the_shares_add_up_to_the_score_and_each_says_where_it_stands(ranker):
    taste = Taste(topic="voice", likes=(text("speech", 200), text("speech", 205)))
    title, abstract = text("speech", 300)
    (match,) = with_taste(ranker, LIKING, taste=taste).matches([paper(title, abstract)])
    found = [reason for reason in match.reasons if reason.field]

    assert match.score == pytest.approx(sum(reason.score for reason in match.reasons), abs=1e-9)
    assert all(reason.found in (title if reason.field == "title" else abstract) for reason in found)
    assert found
    assert any(reason.detail.startswith("like your “") for reason in match.reasons)


def test_nearness_below_1_adds_to_a_keyword_and_lets_nothing_in_alone(ranker):
    taste = Taste(likes=(text("speech", 200),))
    half = paper("A bound on voice and speech", "proof lemma polytope " * 3 + "duality")
    near = Tastes(ranker, {"p": [taste]}).over([half]).near(0, "p")
    rules = (LIKING, ("keywords", keywords.Settings(any=("polytope",))))

    assert 1 / 3 < near.score < 1
    assert [] == list(with_taste(ranker, LIKING, taste=taste).matches([half]))
    (match,) = with_taste(ranker, *rules, taste=taste).matches([half])
    assert match.score == pytest.approx(1 + near.score, abs=1e-3)


def test_a_weight_multiplies_what_a_taste_adds(ranker):
    title, abstract = text("robots", 300)
    once, twice = (
        next(
            with_taste(ranker, LIKING, taste=Taste(likes=(text("robots", 200),), weight=w)).matches(
                [paper(title, abstract)]
            )
        )
        for w in (1.0, 2.0)
    )

    assert twice.score == pytest.approx(2 * once.score, abs=1e-3)


def test_a_liked_paper_itself_is_no_news(ranker):
    title, abstract = text("robots", 200)
    matcher = with_taste(ranker, LIKING, taste=Taste(likes=((title, abstract),)))

    assert [] == list(matcher.matches([paper(title.upper(), abstract)]))


def test_the_nearest_of_papers_that_are_all_far_away_does_not_come(ranker):
    """Grammatical error correction is nothing for somebody who asked for quantum error correction."""
    taste = Taste(topic="quantum annealing bound for qubits")
    title, abstract = text("theory", 300)
    matcher = with_taste(ranker, ("topic", topic.Settings(text=taste.topic)), taste=taste)

    assert [] == list(matcher.matches([paper(title, abstract)]))


def test_of_a_topic_a_word_at_least_has_to_stand_in_a_paper(ranker):
    """Galaxies came to somebody who had asked for exoplanets, the only astronomy in an archive of language."""
    demand = ranker.interest(Taste(topic="voice and speaker, by the phonemes of a transcript")).demand
    said = ("Speech recognition", "speech recognition, acoustic, microphone")
    rows = ranker.rows([said, (said[0], f"{said[1]} voice")])

    assert all(rows.dense @ demand.sense > 0.4 * np.linalg.norm(demand.sense))
    assert [False, True] == [met(demand, rows, row) for row in (0, 1)]


def test_words_that_most_papers_have_are_not_missed_in_a_topic():
    """In an archive of language models nothing came for “speech of language models”."""
    archive = [(f"Language models {n}", f"{title} {abstract}") for n, (title, abstract) in enumerate(ARCHIVE)]
    taste = Taste(topic="language models of acoustic speech")
    near = paper("Speech in language models", "Acoustic speech.")

    assert Tastes(Ranker(fit(archive)), {"p": [taste]}).over([near]).near(0, "p").score >= 1


@pytest.mark.parametrize("archive", [ARCHIVE[:100], ARCHIVE])
def test_the_first_paper_that_has_the_words_of_a_topic_comes(archive):
    """No paper of the archive is near at all then, and so none says how near is usual."""
    tastes = {"p": [Taste(topic="exoplanets")]}
    news = [paper("Clouds of an exoplanet", "Hot Jupiters."), paper("Clouds", "Cold Jupiters.", number=2)]

    assert {0: ("p",)} == Tastes(Ranker(fit(archive)), tastes).over(news).let_in()


def test_a_short_topic_of_the_field_comes_wherever_it_stands(ranker):
    taste = Taste(topic="submodular")
    matcher = with_taste(ranker, ("topic", topic.Settings(text="submodular")), taste=taste)
    (match,) = matcher.matches([paper("On cows", "Milk is submodular.")])

    assert match.score >= 1
    assert "submodular" == match.reasons[0].found


def test_pairs_that_overlap_are_named_as_one_passage(ranker):
    taste = Taste(likes=(("Soft robot gripper arm", "robot gripper arm and torque"),))
    matcher = with_taste(ranker, LIKING, taste=taste)
    (match,) = matcher.matches([paper("A robot gripper arm", "grasp torque of a robot gripper arm")])

    assert "“robot gripper arm” in the title" in [reason.detail for reason in match.reasons]


def test_of_a_topic_only_its_own_words_are_named(ranker):
    """The papers that stand in for it are the machine's choice; perhaps this very paper is one of them."""
    topical = "recognition of the voice of a speaker by its phonemes"
    matcher = with_taste(ranker, ("topic", topic.Settings(text=topical)), taste=Taste(topic=topical))
    (match,) = matcher.matches([paper(*ARCHIVE[0])])

    named = {word for reason in match.reasons for word in reason.found.casefold().split()}
    assert named
    assert named <= {*topical.split(), "phoneme"}
    assert f"close to “{topical}”" in [reason.detail for reason in match.reasons]


def test_why_not_tells_the_nearness(ranker):
    taste = Taste(likes=(text("robots", 200),))
    verdict = with_taste(ranker, LIKING, taste=taste).verdict(paper(*text("theory", 300)), "p")

    assert verdict.match is None
    assert verdict.against.startswith("no rule matches; its nearness is ")


def test_why_not_tells_what_it_is_like_though_not_enough(ranker):
    taste = Taste(likes=(text("speech", 200),))
    half = paper("A bound on voice and speech", "proof lemma polytope " * 3 + "duality")
    verdict = with_taste(ranker, LIKING, taste=taste).verdict(half, "p")

    assert verdict.match is None
    assert 1 / 3 < verdict.score < 1
    assert verdict.score == pytest.approx(sum(reason.score for reason in verdict.reasons))
    assert any(reason.detail.startswith("like your “") for reason in verdict.reasons)


def test_mute_keeps_out_what_a_taste_lets_in(ranker):
    taste = Taste(likes=(text("robots", 200),))
    rules = (LIKING, ("mute", mute.Settings(any=("gripper",))))

    assert [] == list(
        with_taste(ranker, *rules, taste=taste).matches([paper("Gripper robot arm", "grasp torque")])
    )


def test_other_scores_are_another_measure(ranker):
    """Where this fails, raise MEASURE: states keep interests and backgrounds, and old ones would go on."""
    tastes = [
        Taste(topic="voice and speaker, by the phonemes of a transcript"),
        Taste(likes=(text("robots", 200), text("speech", 3)), dislikes=(text("vision", 201),)),
        Taste(topic="grasp", likes=(("Robot arms and their joints", ""),)),
    ]
    news = [("On the voice", "A speaker and you."), text("robots", 300), ("Arms", "Joints of a robot arm")]
    told = [score for taste in tastes for score in scores(ranker, taste, *news)]

    assert 2 == MEASURE
    assert pytest.approx(MADE, abs=0.02) == told


def test_learned_rules_say_what_they_lean_to():
    one = profile("p", LIKING, ("topic", topic.Settings(text="cows", weight=2)))
    found = leanings(one)

    assert [("x",), ()] == [each.liked for each in found]
    assert ["", "cows"] == [each.topic for each in found]


def test_rules_survive_as_values():
    rule = Rule(name="like", settings=like.Settings(papers=("a",)))

    assert json.loads(json.dumps(rule.settings.papers)) == ["a"]


def test_what_is_liked_is_what_sets_it_apart_from_the_archive():
    """Fisher's difference of means: a word that everybody uses says nothing of one's taste."""
    likes = [("Robot hands", "learned grasping"), ("Robot arms", "learned reaching")]
    archive = [*likes, *[(f"Topic{n} of its own", "learned") for n in range(8)]]
    ranker = Ranker(fit(archive))
    interest = ranker.interest(Taste(likes=tuple(likes)))
    by_gram = dict(zip(interest.grams.tolist(), interest.weights.tolist(), strict=True))

    assert by_gram[hashed("learned")] < 0 < by_gram[hashed("robot")]


def test_a_topic_beside_liked_papers_is_heard_the_more_the_more_they_are():
    texts = [(f"Robot hand{n}", f"grasping number{n}") for n in range(40)]
    ranker = Ranker(fit(texts))
    weights = [ranker.interest(Taste(topic="hands", likes=tuple(texts[:n]))).blend.bm25 for n in (1, 5, 40)]

    assert 0 < weights[0] < weights[1] == TOPICAL.bm25 / 2 < weights[2] < TOPICAL.bm25
    assert 0 == ranker.interest(Taste(likes=tuple(texts))).blend.bm25


def test_what_hardly_counts_is_not_named():
    """“achieves state”, of “state of the art”, had three hundredths of a score."""
    filler = [(f"Filler{n}", f"it achieves state number{n}") for n in range(len(ARCHIVE) // 6)]
    liked = ("Robot hands", "grasping robot hands, which achieves state")
    news = paper("Robot hands again", "robot hands grasping robots, and achieves state")
    scored = Tastes(Ranker(fit([*ARCHIVE, *filler])), {"p": [Taste(likes=(liked,))]}).over([news])
    reasons = scored.near(0, "p").reasons()

    assert any("Robot" in reason.found for reason in reasons)
    assert [] == [reason.found for reason in reasons if "state" in reason.found]


def test_a_liked_paper_that_was_seen_does_not_make_its_neighbours_less_near():
    """Among 160 papers the liked one itself, as near as can be, made the neighbour's score a third."""
    few, liked, near = ARCHIVE[:160], text("speech", 5), text("speech", 300)
    unseen = scores(Ranker(fit(few)), Taste(likes=(liked,)), near)
    seen = scores(Ranker(fit([*few, liked])), Taste(likes=(liked,)), near)

    assert unseen[0] == pytest.approx(seen[0], rel=0.1)


@pytest.mark.parametrize("beside", [(), (("Torques of Numbats in Wombats", ""),)])
def test_of_a_bare_title_most_words_have_to_be_there_or_its_sense(ranker, beside):
    """“ReAct” brought whatever reasons, “Self-Refine” all that has to do with itself."""
    taste = Taste(likes=(("Lattices of Quokkas in Polytopes", ""), *beside))
    ((_, scored),) = Tastes(ranker, {"p": [taste]}).scores([("Lattices", "lattice duality")])
    one = Tastes(ranker, {"p": [taste]}).over([paper("Lattices", "lattice duality")])

    assert scored[0] > 1
    assert (0.99, True) == (one.near(0, "p").score, one.near(0, "p").lacks)
    assert {} == one.let_in()
    why = with_taste(ranker, LIKING, taste=taste).verdict(one.papers[0], "p").against
    assert "no rule matches; it is near, but has too few of the words of what is asked for" == why


def test_what_is_liked_may_be_all_that_was_seen():
    likes = tuple(ARCHIVE[:3])

    assert all(map(np.isfinite, scores(Ranker(fit(likes)), Taste(likes=likes), *likes)))


def test_one_word_of_a_title_brings_nothing():
    """The archive knows one word of it; whatever has that one is no nearer than two papers usually are."""
    archive = [
        (title, f"{abstract} Pondering.") if n % 12 == 0 else (title, abstract)
        for n, (title, abstract) in enumerate(ARCHIVE[:160])
    ]
    title = "ReAct: Synergising Pondering and Deeds"
    ranker = Ranker(fit(archive))
    alone = scores(ranker, Taste(likes=((title, ""),)), archive[0])
    beside = scores(ranker, Taste(likes=((title, ""),)), (title, "Synergising deeds"))

    assert alone[0] < 1 < beside[0]


def test_a_word_beside_itself_is_not_a_pair_of_a_topic():
    """Of “error correction with surface codes” a reason named “code or code”."""
    said = ("Heard", "Of speech or speech of a voice. Recognition by phoneme, speaker, transcript.")
    taste = Taste(topic="recognition of the speech of a speaker's voice")
    ranker = Ranker(fit([*ARCHIVE, *[said] * 3]))  # they stand in for liked papers
    reasons = Tastes(ranker, {"p": [taste]}).over([paper(*said)]).near(0, "p").reasons()

    assert any("speech" in reason.found.lower() for reason in reasons)
    assert [] == [reason.found for reason in reasons if "speech or speech" in reason.found]
