"""Ranking with a sentence model: what means the same is near without a common word, and says so."""

import numpy as np
import pytest
from fakes import paper, profile
from fields import ARCHIVE, FIELDS, text

from newsletter.matching import compile_profiles
from newsletter.ranking.background import fit
from newsletter.ranking.interest import Ranker, Taste, near, overlap
from newsletter.ranking.meaning import said
from newsletter.ranking.packed import packed, unpacked
from newsletter.ranking.tastes import Tastes
from newsletter.rules import like

SYNONYMS = {"talking": "speech", "sound": "voice"}


def meant(texts):
    """Points by the field that a text's words, or those they stand for, belong to."""
    fields = [set(FIELDS[field].split()) for field in ("speech", "vision", "theory", "robots")]
    found = np.zeros((len(texts), 5), np.float32)
    for row, each in enumerate(texts):
        words = {SYNONYMS.get(word, word) for word in each.lower().split()}
        found[row, :4] += [len(words & field) for field in fields]
    found[:, 4] = 0.1 + ~found.any(axis=1)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def ranker():
    return Ranker(fit(ARCHIVE), meant, ARCHIVE)


@pytest.fixture(scope="module")
def plain():
    return Ranker(fit(ARCHIVE))


SPEECH = Taste(likes=(text("speech", 200), text("speech", 205)))
PARAPHRASE = ("Talking", "talking sound")


def score(ranker, taste, one):
    ((_, found),) = Tastes(ranker, {"p": [taste]}).scores([one])
    return float(found[0])


def test_what_means_the_same_is_near_without_a_common_word(ranker, plain):
    assert score(plain, SPEECH, PARAPHRASE) < 1 < score(ranker, SPEECH, PARAPHRASE)


def test_a_topic_is_met_by_what_means_the_same(ranker, plain):
    def let_in(by):
        tastes = Tastes(by, {"p": [Taste(topic="speech of a voice")]})
        return bool(tastes.over([paper(*PARAPHRASE)]).let_in())

    assert (False, True) == (let_in(plain), let_in(ranker))


def test_the_shares_add_up_and_one_is_the_meaning(ranker):
    one = profile("p", ("like", like.Settings(papers=("x",))))
    title, abstract = text("speech", 300)
    (match,) = compile_profiles([one], Tastes(ranker, {"p": [SPEECH]})).matches([paper(title, abstract)])

    assert match.score == pytest.approx(sum(reason.score for reason in match.reasons), abs=1e-9)
    assert ["means much the same as your “"] == [
        reason.detail[:29] for reason in match.reasons if reason.detail.startswith("means")
    ]


def test_a_disliked_meaning_counts_against(ranker):
    disliking = Taste(likes=SPEECH.likes, dislikes=(PARAPHRASE,))

    assert score(ranker, disliking, PARAPHRASE) < score(ranker, SPEECH, PARAPHRASE)


def test_a_score_does_not_depend_on_the_papers_beside_it(ranker):
    alone = score(ranker, SPEECH, PARAPHRASE)
    ((_, found),) = Tastes(ranker, {"p": [SPEECH]}).scores([PARAPHRASE, *ARCHIVE[:50]])

    assert alone == pytest.approx(float(found[0]), abs=1e-5)


def test_an_archive_without_papers_asks_no_model():
    asked = Ranker(fit([]), meant, [])

    assert 0.0 == score(asked, SPEECH, PARAPHRASE)


def test_a_model_is_given_the_beginning_of_a_text():
    assert ("Title. An abstract.", "Title", 4000) == (
        said(("Title", "An abstract.")),
        said(("Title", " ")),
        len(said(("x", "y" * 100_000))),
    )


def test_a_crowd_says_what_each_pair_says(ranker):
    tastes = Tastes(ranker, {"p": [SPEECH], "q": [Taste(topic="speech of a voice")]})
    texts = [PARAPHRASE, *ARCHIVE[:80]]
    scored = tastes.over([paper(*each) for each in texts])

    for number, (_, crowd) in enumerate(tastes.scores(texts)):
        pairs = [
            near(tastes.interests[number], overlap(tastes.interests[number], scored.rows, row)) / 3
            for row in range(len(texts))
        ]
        assert np.allclose(pairs, crowd, atol=1e-4)


def test_an_interest_that_was_kept_scores_as_when_it_was_made(ranker):
    tastes = [SPEECH, Taste(topic="speech of a voice")]
    made = ranker.interests(tastes)
    rows = ranker.rows([PARAPHRASE])

    for interest in made:
        back = unpacked(packed(interest))
        assert near(interest, overlap(interest, rows, 0)) == near(back, overlap(back, rows, 0))
