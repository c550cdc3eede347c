"""What the last week was about."""

from __future__ import annotations

from fakes import paper
from hypothesis import given
from hypothesis import strategies as st

from newsletter.topics import MOST, Told, Topic, rising


def week(*titles: str, abstract: str = ""):
    return [Told(paper(title, abstract, number=n)) for n, title in enumerate(titles)]


def words(*weeks, most: int = MOST) -> list[str]:
    return [topic.words for topic in rising(weeks, most)]


def test_what_rises_is_told_and_what_was_always_there_is_not():
    before = week("Score matching", "Score matching again", "Graphs", "Trees", "Proofs", "Games")
    now = week("Score matching", "Score matching more", "Flow maps", "Flow maps once more", "Bees", "Ants")

    assert [Topic(words="Flow maps", counts=(0, 2))] == list(rising([before, now]))


def test_a_word_of_one_paper_is_no_topic():
    assert [] == words(week("Flow maps", "Score matching"))


def test_a_topic_stands_in_some_title():
    """“Crucial” and “dominant” stand in abstracts alone."""
    assert [] == words(week("One", "Two", "Three", "Four", abstract="A crucial thing."))


def test_the_longest_of_terms_that_the_same_papers_have_is_told():
    now = week("Masked language modelling", "Masked language modelling", "Ants", "Bees", "Cats")

    assert ["Masked language modelling"] == words(now)


def test_no_filler_stands_at_the_beginning_of_a_topic():
    assert ["flow maps"] == [
        w.lower() for w in words(week("Novel flow maps", "New flow maps", "A", "B", "C"))
    ]


def test_a_term_is_written_as_its_papers_mostly_write_it():
    now = week("LLMs at play", "LLMs at work", "An LLM at rest", *("Ants", "Bees", "Cats", "Dogs"))

    assert ["LLMs"] == words(now)


def test_a_long_term_has_the_head_that_its_papers_give_it():
    now = week("Multimodal Large Language Models", "On Multimodal Large Language Models", *("Ants", "Bees"))

    assert ["Multimodal Large Language Models"] == words(now)


def test_no_phrase_spans_a_word_that_was_left_out():
    assert "generation motion" not in words(week("Generation of motion", "Generation of motion", "A", "B"))


def test_a_week_without_papers_has_no_topic():
    assert () == rising([])
    assert () == rising([week("Flow maps"), []])


def test_hostile_titles_are_read_like_any_other():
    wild = "<script>{{ 7*7 }}</script> " + "x" * 100_000 + " ]]> \u202e (((("

    assert words(week(wild, wild, "A", "B"))


@given(st.lists(st.lists(st.text(max_size=40), max_size=6), max_size=4), st.integers(0, 5))
def test_counts_are_never_more_than_the_papers_and_topics_no_more_than_asked_for(titles, most):
    weeks = [week(*of) for of in titles]
    found = rising(weeks, most)

    assert len(found) <= most
    assert all(0 <= n <= len(of) for topic in found for n, of in zip(topic.counts, weeks, strict=True))
    assert found == rising(weeks, most)
