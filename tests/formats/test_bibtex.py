"""BibTeX as people really keep it: repeated keys, lost commas, macros nobody defined, files cut off."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import bibtex
from newsletter.model import ListedPaper, Problem

SAMPLE = r"""
% kept by hand
@string{tmlr = "Transactions on " # {Machine Learning Research}}
@preamble{"\newcommand{\x}{y}"}

@inproceedings{chen2021dt,
  title     = {{Decision Transformer}: Reinforcement Learning
               via Sequence Modeling},
  author    = {Chen, Lili and Lu, Kevin and {Marks and Spencer} and others},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = 2021,
  month     = dec,
  eprint    = {2106.01345v2}, archiveprefix = {arXiv}, primaryclass = {cs.LG},
  doi       = { https://doi.org/10.1000/ABC.1 },
  keywords  = {offline RL, sequence models},
  url       = {\url{https://arxiv.org/abs/2106.01345}}
}

@TECHREPORT( key2, TITLE = "Plain " # "Words", AUTHOR+an:username = {1=ada},
  author = {G{\"o}del, Kurt}, journal = tmlr, DATE = {2011-12/2012-01} )

@article{,
  title = {An Entry without a Key in Cu$_{2}$O},
  title = {The Second Title Does not Count},
  journal = undefined_macro
}
@comment{title = {No Paper}}
@misc{empty}
"""


def found(content):
    return list(bibtex.read(dump(content, "refs.bib")))


def papers(content):
    return [one for one in found(content) if isinstance(one, ListedPaper)]


def problems(content):
    return [one for one in found(content) if isinstance(one, Problem)]


def test_each_entry_is_a_listing_with_the_line_it_begins_in():
    listed = papers(SAMPLE)

    assert [(6, "Decision Transformer: Reinforcement Learning via Sequence Modeling"),
            (19, "Plain Words"),
            (22, "An Entry without a Key in Cu$_{2}$O")] == [(one.line, one.title) for one in listed]  # fmt: skip


def test_the_fields_say_who_when_where_and_which_paper():
    first, second, third = papers(SAMPLE)

    assert ("Lili Chen", "Kevin Lu", "Marks and Spencer") == first.authors
    assert ("doi:10.1000/abc.1", "arxiv:2106.01345") == first.ids
    assert (2, ("cs.LG",), ("offline RL", "sequence models")) == (
        first.version,
        first.categories,
        first.keywords,
    )
    assert ["https://arxiv.org/abs/2106.01345"] == [link.url for link in first.links]
    assert (date(2021, 12, 1), date(2011, 12, 1)) == (first.published, second.published)
    assert (("Kurt Gödel",), "Transactions on Machine Learning Research") == (second.authors, second.venue)
    assert "undefined_macro" in third.venue


def test_an_entry_without_a_title_is_told():
    assert ["a record without a title (line 28)"] == [one.what for one in problems(SAMPLE)]


def test_many_entries_without_a_title_are_one_problem():
    told = problems("@misc{a, year=2001}\n@misc{b, year=2002}\n@misc{c, title={C}}\n")

    assert [("2 records without a title (the first in line 1)", 1)] == [(one.what, one.line) for one in told]


def test_a_broken_entry_costs_one_entry():
    content = "@misc{a, title={A}}\n@misc{b title={B}}\n@misc{c, title={C {unclosed}\n@misc{d, title={D}}\n"

    assert ["A", "D"] == [one.title for one in papers(content)]
    assert [2, 3] == [one.line for one in problems(content)]
    assert not any(one.cut for one in problems(content))


def test_a_file_cut_off_gives_the_complete_entries_and_says_so():
    content = SAMPLE[: SAMPLE.index("An Entry without")]

    assert 2 == len(papers(content))
    assert [(22, True)] == [(one.line, one.cut) for one in problems(content)]


def test_a_lost_comma_costs_no_title():
    assert ["A title"] == [one.title for one in papers("@misc{a, title = {A title}\n year = {2001}}")]


def test_an_entry_that_was_commented_out_is_none():
    assert ["Kept"] == [
        one.title for one in papers("%@misc{a,\n%  title={Gone},\n%}\n@misc{b, title={Kept}}")
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_and_line_ends_make_no_difference(encoding, end):
    content = SAMPLE.replace("Plain ", "Plän ").replace("\n", end).encode(encoding)

    assert "" == bibtex.recognise(dump(content))
    assert "Plän Words" == papers(content)[1].title


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("{Cu$_2$O} films", "Cu$_2$O films"),
        (r"\emph{Deep} {\o}re and {\'e}t{\'{e}}", r"\emph{Deep} {\o}re and \'et\'{e}"),
        ("{{A}} {{{B}}}", "A B"),
        ("$d_{model}$ of {GPT}", "$d_{model}$ of GPT"),
        ("un}balanced", "unbalanced"),
    ],
)
def test_only_braces_that_protect_go(raw, shown):
    assert shown == bibtex._unbraced(raw)


@pytest.mark.parametrize(
    "other",
    [
        "Dear all,\nsee you",
        '{"a": "@article{x, title={y}}"}',
        "<p>@article{x,\ntitle={y}}</p>",
        "@ada said {hi}",
        "",
    ],
)
def test_what_is_no_bibtex_is_refused(other):
    assert "no entry" in bibtex.recognise(dump(other))


def test_hostile_titles_are_text_like_any_other():
    title = "<script>alert(1)</script> {{ }} ]]> \x01 \u202e"

    assert ["<script>alert(1)</script> ]]> \x01 \u202e"] == [
        one.title for one in papers(f"@misc{{a, title = {{{title}}}}}")
    ]


@given(st.text(alphabet='@{}()",=#%\\\n ab', max_size=200))
def test_no_text_stops_the_reading(text):
    assert all(isinstance(one, ListedPaper | Problem) for one in found("@misc{a, title={A}}\n" + text))


def test_a_giant_entry_is_left_out_and_the_next_is_read():
    content = (
        "@misc{a, title={" + "x" * 1_100_000 + "}}\n@comment{" + "y" * 1_100_000 + "}\n@misc{b, title={B}}"
    )

    assert ["B"] == [one.title for one in papers(content)]
    assert ["an entry of more than 1,000,000 characters is left out"] == [
        one.what for one in problems(content)
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Wei Wang 0001 and Ada Byron", ("Wei Wang", "Ada Byron")),
        ("Byron, Jr., Ada and Babbage, Charles", ("Ada Byron, Jr.", "Charles Babbage")),
        ("given=Ada, family=Byron and family={Babbage}, given=Charles, prefix=von",
         ("Ada Byron", "Charles von Babbage")),
    ],
)  # fmt: skip
def test_authors_as_dblp_bibtex_and_biblatex_write_them(written, shown):
    assert [shown] == [one.authors for one in papers(f"@misc{{x, title={{T}}, author={{{written}}}}}")]


@pytest.mark.parametrize(
    ("journal", "venue"),
    [
        ("{\\prl}", "Physical Review Letters"),
        ("{\\mnras}", "MNRAS"),
        ("{\\xyz}", "xyz"),
        ("{A \\& B}", "A & B"),
    ],
)
def test_the_macros_of_astronomers_are_journals(journal, venue):
    assert [venue] == [one.venue for one in papers(f"@misc{{x, title={{T}}, journal={journal}}}")]
