"""The words and pairs of words of a text."""

from newsletter.ranking.grams import counted, first_places, grams, phrase
from newsletter.terms import Text


def test_a_pair_spans_words_that_say_nothing_but_no_break():
    found = grams("Generation of motions, and diffusion")

    assert ["generation", "motion", "generation motion", "diffusion"] == found


def test_of_a_sentence_only_what_it_is_about_counts():
    said = "I am interested in robots, and want to know what you do with them"

    assert ("robot",) == phrase(said)


def test_a_word_of_the_title_counts_three_times():
    counts = counted("Diffusion", "Diffusion and noise.")

    assert {"diffusion": 4, "noise": 1, "diffusion noise": 1} == counts


def test_plurals_are_one_word_and_case_and_accents_do_not_matter():
    assert grams("Théories of Buses, a bus") == ["theory", "buse", "theory buse", "bus"]


def test_scripts_without_blanks_are_read_character_by_character():
    assert ("拡", "散") == phrase("拡散")


def test_a_gram_is_found_again_where_it_first_stands():
    text = Text("We study generation of motion. Generation of motion is hard.")
    places = first_places(text)

    assert "generation of motion" == text.passage(*places["generation motion"])
