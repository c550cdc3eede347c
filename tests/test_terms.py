"""Terms and where texts hold them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.terms import EVERY, BadTerm, Lexicon, Text, fold, forms, shown, term, words


def passages(text: str, *written: str) -> list[str]:
    """What the terms find in the text, in the order in which they were written."""
    terms = [term(each) for each in written]
    read = Text(text)
    found = Lexicon(terms).scan(read.words)
    return [read.passage(*found[each]) for each in terms if each in found]


@pytest.mark.parametrize(
    ("text", "written", "expected"),
    [
        ("Score Matching for all", "score matching", "Score Matching"),
        ("score-matching", "Score matching", "score-matching"),
        ("Text-to-image models", "text to image", "Text-to-image"),
        ("text to image", "text-to-image", "text to image"),
        ("text\u2011to\u2011image", "text-to-image", "text\u2011to\u2011image"),
        ("a score\n  matching loss", "score matching", "score\n  matching"),
        ("the models", "the", "the"),
        ("We use C++ here", "c++", "C++"),
        ("We use C#.", "C#", "C#"),
        ("GPT-4o, again", "gpt-4o", "GPT-4o"),
        ("3D scenes", "3d", "3D"),
        ("Llama 3.1 is out", "llama 3.1", "Llama 3.1"),
        ("un café noir", "cafe", "café"),
        ("un cafe\u0301 noir", "café", "cafe\u0301"),
        ("Møller and Łukasz", "moller", "Møller"),
        ("Strasse", "straße", "Strasse"),
        ("eﬃcient", "efficient", "eﬃcient"),
        ("ﬁne ﬂow matching", "flow matching", "ﬂow matching"),
        ("dif\u00adfusion", "diffusion", "dif\u00adfusion"),
        ("𝐝𝐢𝐟𝐟𝐮𝐬𝐢𝐨𝐧", "diffusion", "𝐝𝐢𝐟𝐟𝐮𝐬𝐢𝐨𝐧"),
        ("Η ΔΙΆΧΥΣΗ εδώ", "διάχυση", "ΔΙΆΧΥΣΗ"),
        ("Новые МОДЕЛИ", "модели", "МОДЕЛИ"),
        ("新しい拡散モデルです", "拡散モデル", "拡散モデル"),
        ("我们的扩散模型。", "扩散模型", "扩散模型"),
        ("확산모델을 쓴다", "확산모델", "확산모델"),
        ("denoising and denoisers", "denois*", "denoising"),
        ("a score matched loss", "score match*", "score matched"),
        ("Parkinson's disease", "parkinson's disease", "Parkinson's disease"),
        ("U.S. politics", "U.S. politics", "U.S. politics"),
        ("a large language model", '"large" language models', "large language model"),
    ],
)
def test_a_term_is_found_and_its_passage_is_as_it_stands(text, written, expected):
    assert [expected] == passages(text, written)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("C++ only", "c"),
        ("GPT-4o", "gpt-4"),
        ("mismatching scores", "matching"),
        ("a model", '"models"'),
        ("this", "thi"),
        ("thi", "this"),
        ("the latest news", "new"),
        ("We match a score. Matching comes next", "score matching"),
        ("score, matching", "score matching"),
        ("generation (RAG) models", "generation models"),
        ("模型，扩散", "模型扩散"),
        ("がん", "かん"),
        ("score", "score matching"),
        ("", "score"),
        ("noise", "denois*"),
    ],
)
def test_a_term_is_not_found(text, written):
    assert [] == passages(text, written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model", "models"),
        ("network", "networks"),
        ("policy", "policies"),
        ("bias", "biases"),
        ("matrix", "matrices"),
        ("analysis", "analyses"),
        ("hypothesis", "hypotheses"),
        ("basis", "bases"),
        ("base", "bases"),
        ("loss", "losses"),
        ("box", "boxes"),
        ("patch", "patches"),
        ("epoch", "epochs"),
        ("hero", "heroes"),
        ("movie", "movies"),
        ("gpu", "gpus"),
        ("lm", "lms"),
        ("corpus", "corpora"),
        ("index", "indices"),
        ("lens", "lenses"),
    ],
)
def test_singular_and_plural_find_each_other(one, other):
    assert [other] == passages(other, one)
    assert [one] == passages(one, other)


def test_every_word_of_a_phrase_may_be_plural():
    assert ["languages models"] == passages("languages models", "language model")


def test_a_plural_that_has_two_singulars_is_found_by_both():
    assert ["bases", "bases"] == passages("bases", "base", "basis")


@given(st.text())
def test_a_word_is_one_of_its_own_forms(word):
    assert word in forms(word)


def test_numbers_and_other_scripts_have_no_plural():
    assert {"10"} == forms("10")
    assert {"модель"} == forms("модель")


def test_a_phrase_that_begins_anew_is_found():
    """The first “state” leads nowhere; the second does."""
    assert ["state space"] == passages("state state space", "state space")


def test_terms_that_share_words_are_all_found():
    found = passages(
        "graph neural networks", "graph", "graph neural", "graph neural network", "neural network*"
    )

    assert ["graph", "graph neural", "graph neural networks", "neural networks"] == found


def test_the_first_occurrence_is_the_passage():
    assert ["Model"] == passages("Model, models, MODEL", "model")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Score-Matching", "score matching"),
        ('"Models"', "=models"),
        ("“Models”", "=models"),
        ("denois*", "denois*"),
        ('"denois*"', "denois*"),
        ('"denois"*', "denois*"),
        (" * ", "*"),
        ("(RAG)", "rag"),
        ("U.S. politics", "u s | politics"),
        ('large "language" models', "large =language models"),
    ],
)
def test_a_term_has_one_canonical_spelling(written, expected):
    assert expected == term(written)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("", "an empty term"),
        ("  ", "an empty term"),
        ("&", "no letter or digit in “&”"),
        ('""', 'no letter or digit in “""”'),
        ("a*b", "a star may only end the last word, in “a*b”"),
        ("*noise", "a star may only end the last word, in “*noise”"),
        ("score *", "a star may only end the last word, in “score *”"),
        ("**", "a star may only end the last word, in “**”"),
        ('"open', 'a double quote is not closed in “"open”'),
    ],
)
def test_a_term_that_could_never_be_found_is_refused(written, what):
    with pytest.raises(BadTerm) as caught:
        term(written)

    assert what == caught.value.what


def test_every_is_found_by_no_scan():
    """It stands in no field, so that whoever has it asks for it by name."""
    assert {} == Lexicon([EVERY]).scan(Text("anything").words)


@given(st.text())
def test_a_passage_holds_the_word_it_was_asked_for(text):
    """Whatever stands in a text: folding a word's passage gives the word."""
    read = Text(text)

    for number, word in enumerate(read.words):
        if word:
            assert word[:50] in fold(read.passage(number, number))


@given(st.text(), st.text())
def test_folding_is_done_once_for_all(one, other):
    assert fold(one) + fold(other) == fold(one + other)
    assert fold(fold(one)) == fold(fold(fold(one)))


@given(st.lists(st.sampled_from(["a", "b", "bases", "base", "basis", "-"]), max_size=12), st.data())
def test_a_run_of_words_of_a_text_is_always_found(parts, data):
    """Any words that stand side by side, asked for as they are, are found as they are."""
    text = " ".join(parts)
    spoken = words(text)
    if spoken:
        start = data.draw(st.integers(0, len(spoken) - 1))
        wanted = spoken[start : start + 4]

        assert [wanted] == [words(found) for found in passages(text, f'"{" ".join(wanted)}"')]


def test_a_hostile_text_costs_no_more_than_its_length():
    """Words of 100 KB, runs of signs and of one word: all are read in linear time."""
    start = time.process_time()
    for hostile in (
        "a" * 30_000,
        "a " * 15_000,
        "+" * 30_000,
        ". " * 15_000,
        "#a" * 15_000,
        "a-" * 15_000,
    ):
        passages(hostile, "a a a a b", "a*", "c++")

    assert time.process_time() - start < 10


def test_a_passage_is_cut_after_200_characters():
    assert ["a" * 200] == passages("a" * 100_000, "a*")


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        ("score\n  matching", "score matching"),
        ("evil\u202etxt\x00", "eviltxt"),
        ("a" * 100, "a" * 79 + "…"),
        (" plain ", "plain"),
    ],
)
def test_a_passage_is_shown_on_one_line_with_nothing_invisible(passage, expected):
    assert expected == shown(passage)


def test_what_is_remembered_of_words_has_a_bound(monkeypatch):
    monkeypatch.setattr("newsletter.terms._REMEMBERED", 2)
    lexicon = Lexicon([term("a")])

    for text in (["x", "y", "z", "a"], ["b", "a"]):
        assert {term("a"): (len(text) - 1, len(text) - 1)} == lexicon.scan(text)
        assert set(text) == lexicon._seen
