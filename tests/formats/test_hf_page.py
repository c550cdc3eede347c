"""The Hugging Face page as plain text: what is read, what is reported, and where."""

from __future__ import annotations

import re
from datetime import date

import pytest
from fakes import dump, listed
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import hf_page
from newsletter.model import DumpDate, Link, ListedPaper, Problem

PREAMBLE = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\nAug 7\n\n"
ONE = "We study one thing in detail, and report what we find about it in this paper."
TWO = "Nobody had looked at the other thing before; we do, and it turns out to be simple."


def page(*blocks):
    return PREAMBLE + "\n\n".join(blocks)


def read(text):
    return tuple(hf_page.read(dump(text, "aug7.txt")))


def papers(found):
    return [one for one in found if isinstance(one, ListedPaper)]


def problems(found):
    return [one for one in found if isinstance(one, Problem)]


@pytest.mark.seeds
@pytest.mark.parametrize(("number", "count", "date"), [(0, 52, (8, 7)), (1, 82, (3, 13)), (2, 70, (6, 3))])
def test_the_real_pages_are_read_whole(seeds, number, count, date):
    found = read(seeds[number].read_bytes())

    assert DumpDate(month=date[0], day=date[1]) == found[0]
    assert count == len(papers(found))
    assert problems(found) == []


@pytest.mark.seeds
def test_no_real_abstract_counts_as_cut_off(seeds):
    """Eleven of them end in an address, a bracket or keywords."""
    blocks = [block for path in seeds for block in path.read_text().split("\n\n") if len(block) > 300]

    assert len(blocks) == 204
    assert [block for block in blocks if problems(read(page("A title", block)))] == []


@pytest.mark.seeds
def test_a_real_page_cut_anywhere_gives_what_was_whole_and_at_most_one_problem(seeds):
    text = seeds[0].read_text()
    whole = papers(read(text))
    for end in range(200, len(text), 977):
        found = papers(read(text[:end]))

        assert whole[: max(0, len(found) - 1)] == found[:-1]
        assert len(problems(read(text[:end]))) <= 1


def test_a_listing_has_title_abstract_line_links_and_keywords():
    found = read(page("On One", f"{ONE} Code: https://github.com/ada/one. Keywords: a b, c"))

    assert (
        DumpDate(month=8, day=7),
        listed(
            "On One",
            f"{ONE} Code: https://github.com/ada/one.",
            line=11,
            links=(Link(rel="code", url="https://github.com/ada/one"),),
            keywords=("a b", "c"),
        ),
    ) == found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Aug 7", DumpDate(month=8, day=7)),
        ("August 7", DumpDate(month=8, day=7)),
        ("Aug 7, 2026", DumpDate(month=8, day=7, year=2026)),
        ("Fri, Aug 7th 2026", DumpDate(month=8, day=7, year=2026)),
        ("May 1", DumpDate(month=5, day=1)),
        ("Feb 29", DumpDate(month=2, day=29)),
    ],
)
def test_the_page_bears_a_date(line, expected):
    assert [expected] == [one for one in read(PREAMBLE.replace("Aug 7", line)) if isinstance(one, DumpDate)]


@pytest.mark.parametrize("line", ["Feb 30", "Aug 32", "Augment 7", "Mayor 7", "Feb 29, 2026", "Jun"])
def test_what_only_looks_like_a_date_is_none(line):
    found = read(PREAMBLE.replace("Aug 7", line) + f"On One\n\n{ONE}")

    assert [paper.title for paper in papers(found)] == ["On One"]
    assert [one for one in found if isinstance(one, DumpDate)] == []


def test_a_page_without_a_date_has_none():
    assert [listed("On One", ONE, line=9)] == list(read(page("On One", ONE).replace("Aug 7\n\n", "")))


def test_the_same_date_again_is_no_problem():
    assert problems(read(page("On One", ONE, "Aug 7", "On Two", TWO))) == []


def test_a_second_date_is_reported_and_the_first_counts():
    found = read(page("On One", ONE, "Aug 6", "On Two", TWO))

    assert [DumpDate(month=8, day=7)] == [one for one in found if isinstance(one, DumpDate)]
    assert [paper.title for paper in papers(found)] == ["On One", "On Two"]
    assert [problem.what for problem in problems(found)] == ["a second date: 'Aug 6'"]


def test_a_title_without_an_abstract_at_the_end_is_reported_and_not_listed():
    found = read(page("On One", ONE, "Meta-DT"))

    assert [paper.title for paper in papers(found)] == ["On One"]
    assert [
        Problem(
            dump="aug7.txt",
            line=15,
            what="a title without an abstract: 'Meta-DT'",
            hint="the file seems cut off; put the whole page back and run again",
            cut=True,
        )
    ] == problems(found)


def test_an_abstract_that_stops_in_mid_sentence_is_used_and_reported():
    found = read(page("On One", ONE, "On Two", "Nobody had looked at the oth"))

    assert [
        listed("On One", ONE, line=11),
        listed("On Two", "Nobody had looked at the oth", line=15),
    ] == papers(found)
    assert [str(problem) for problem in problems(found)] == [
        "aug7.txt:17: an abstract that stops in mid-sentence: 'Nobody had looked at the oth'"
    ]


def test_two_titles_in_a_row_cost_one_problem_and_no_other_paper():
    found = read(page("On Nothing", "On One", ONE, "On Two", TWO))

    assert [paper.title for paper in papers(found)] == ["On One", "On Two"]
    assert [(p.what, p.line) for p in problems(found)] == [("a title without an abstract: 'On Nothing'", 11)]


def test_an_abstract_without_a_title_costs_one_problem_and_no_other_paper():
    found = read(page(f"{ONE} {ONE} {ONE}", "On One", ONE, TWO, "On Two", TWO))

    assert [paper.title for paper in papers(found)] == ["On One", "On Two"]
    assert [problem.line for problem in problems(found)] == [11, 17]


def test_lines_of_the_page_itself_are_passed_over():
    found = read(
        "Trending Papers\n\n"
        + page("On One", ONE, "Previous", "Next", "On Two", TWO, "Next", "Company", "TOS")
    )

    assert [paper.title for paper in papers(found)] == ["On One", "On Two"]
    assert problems(found) == []


def test_a_paper_may_be_called_like_a_line_of_the_page():
    assert [paper.title for paper in papers(read(page("On One", ONE, "Spaces", TWO)))] == ["On One", "Spaces"]


def test_hard_wrapped_lines_are_joined():
    text = page("On\nOne", ONE.replace(", ", ",\n")).replace("\n", "\r\n")

    assert [listed("On One", ONE, line=11)] == papers(read(text))


def test_a_title_may_end_with_a_full_stop():
    title = "What a title with a verb in it can do for you."

    assert [title] == [paper.title for paper in papers(read(page(title, ONE)))]


def test_a_block_without_end_is_reported_and_reading_goes_on():
    found = read(page("word\n" * 60_000, "On One", ONE))

    assert [paper.title for paper in papers(found)] == ["On One"]
    assert [problem.line for problem in problems(found)] == [11]


def test_a_problem_shows_no_control_characters():
    found = read(page("On\x1b[31m One\x07"))

    assert [problem.what for problem in problems(found)] == [
        "a title without an abstract: 'On\\x1b[31m One\\x07'"
    ]


AROUND = ("101", "On One", ONE, "Analytical Society", "·", "Feb 27, 2025", "6")


def test_what_stands_around_a_paper_is_read():
    """Some ways of saving a page keep the votes, the organisation, the day and the number of comments."""
    found = read(page(*AROUND, "-", "On Two", TWO, "- 10 authors", "·", "May 29", "3"))

    assert [
        listed(
            "On One", ONE, line=13, votes=101, organisation="Analytical Society", published=date(2025, 2, 27)
        ),
        listed("On Two", TWO, line=27, votes=0),
    ] == papers(found)
    assert problems(found) == []


@pytest.mark.parametrize("byline", ["· Feb 27, 2025", "·Feb 27, 2025", "• Feb 27, 2025", "·\n\nFeb 27, 2025"])
def test_the_day_of_a_paper_is_no_date_of_the_page(byline):
    found = read(page("On One", ONE, byline, "On Two", TWO))

    assert [DumpDate(month=8, day=7)] == [one for one in found if isinstance(one, DumpDate)]
    assert [date(2025, 2, 27), None] == [one.published for one in papers(found)]


def test_a_byline_of_no_known_kind_is_passed_over():
    found = read(page("On One", ONE, "·", "May 296", "· a word", "On Two", TWO))

    assert ["On One", "On Two"] == [one.title for one in papers(found)]
    assert problems(found) == []


def test_an_abstract_behind_a_dot_is_no_byline():
    found = read(page("On One", ONE, "·", f"{ONE} {ONE} {ONE}", "On Two", TWO))

    assert ["On One", "On Two"] == [one.title for one in papers(found)]
    assert ["an abstract without a title"] == [one.what[:27] for one in problems(found)]


def test_a_number_may_be_a_title():
    assert [("1984", None)] == [(one.title, one.votes) for one in papers(read(page("1984", ONE)))]


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html>\nGet trending papers in your email inbox!\n",
        "Get trending papers in your email inbox!\n\nSubmitted by\n\nada\n\nOn One\n",
        "Get trending papers in your email inbox!\n\n### [On One](https://huggingface.co/papers/2606.00683)\n",
    ],
)
def test_a_page_of_another_layout_is_left_to_its_format(text):
    assert hf_page.recognise(dump(text)) != ""


WORDS = st.sampled_from(
    [
        "a",
        "graph",
        "Attention",
        "of",
        "diffusion",
        "Models:",
        "policy",
        "learning?",
        "in-context,",
        "and",
        "RAG",
        "we",
        "(very)",
        "deep",
    ]
)
TITLES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
ABSTRACTS = st.lists(WORDS, min_size=1, max_size=60).map(
    lambda words: f"We show it for every {' '.join(words)} here, too."
)
LISTINGS = st.lists(st.tuples(TITLES, ABSTRACTS), max_size=6)


@given(LISTINGS)
def test_what_is_printed_is_read_again(listings):
    found = read(page(*[block for listing in listings for block in listing]))

    assert listings == [(paper.title, paper.abstract) for paper in papers(found)]
    assert problems(found) == []


@given(LISTINGS)
def test_every_title_stands_on_the_line_it_is_said_to(listings):
    text = page(*[block for listing in listings for block in listing])

    assert all(text.split("\n")[paper.line - 1] == paper.title for paper in papers(read(text)))


@given(st.text(), st.integers(0, 9))
def test_nothing_makes_it_stumble(text, times):
    found = read(page(*[text] * times, "On One", ONE))

    assert all(isinstance(one, ListedPaper | Problem | DumpDate) for one in found)


@pytest.mark.parametrize("ending", ["new\n\n", "", "Get trending papers in your email inbox!\n"])
def test_the_page_is_recognised_by_its_own_lines(ending):
    own = "Get trending papers in your email inbox!" if ending else "byAK and the research community"

    assert hf_page.recognise(dump(f"{own}\n\n{ending}", "x.bin")) == ""


def test_an_abstract_that_speaks_of_the_research_community_makes_no_page():
    said = hf_page.recognise(dump("Title\n\nWe hope it will help us and the research community.", "hf.txt"))

    assert re.search("no line", said)


def test_a_page_may_invite_twice():
    """Some pages offer mail "once a day" before they offer it at all."""
    twice = PREAMBLE.replace(
        "Get trending", "Get trending papers in your email inbox once a day!\n\nGet trending", 1
    )

    found = read(twice + f"On One\n\n{ONE}")

    assert ["On One"] == [one.title for one in papers(found)]
    assert problems(found) == []


@pytest.mark.parametrize(
    "abstract",
    [
        "Apples are compared with pears; the code is at https://github.com/ada/apples",
        "我们把苹果和梨放在一起比较，结果比想象的简单得多，也更有用，代码也已经公开。",
        "Apples are compared with pears, again and for good. Keywords: apples, pears",
        "Short, and ends as one does.",
    ],
)
def test_a_short_abstract_is_known_by_its_end(abstract):
    found = read(page("On Apples", abstract, "On One", ONE))

    assert ["On Apples", "On One"] == [one.title for one in papers(found)]
    assert problems(found) == []
