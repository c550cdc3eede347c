"""Markdown of the page and of digests: three layouts, and what each says of a paper."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump, listed
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import hf_markdown, hf_page
from newsletter.model import DumpDate, Link, ListedPaper, Problem

PAGE = r"""---
url: https://huggingface.co/papers?q=looms
retrieved: 2026-01-02
---
Get trending papers in your email inbox!

# Daily Papers

Dec 31

[![](https://cdn-thumbnails.huggingface.co/papers/2606.00683.png)](https://huggingface.co/papers/2606.00683)

Submitted by

![](https://cdn-avatars.huggingface.co/x.png)
[ada](https://huggingface.co/ada)

[101](https://huggingface.co/login?next=%2Fpapers%2F2606.00683)

### [On Looms\  and \_Mills\_](https://huggingface.co/papers/2606.00683)

[We weave \[a lot\],\\
and report it. See https://github.com/ada/loom.](https://huggingface.co/papers/2606.00683)

[![ada](https://cdn-avatars.huggingface.co/x.png)Analytical Society](https://huggingface.co/society)

·

Feb 27, 2025[6](https://huggingface.co/papers/2606.00683#community)

[-](https://huggingface.co/login?next=%2Fpapers%2F2502.20581)

### [On Mills](/papers/2502.20581)

[- ![](https://cdn-avatars.huggingface.co/x.png)\\
- 3 authors](https://huggingface.co/papers/2502.20581)

· May 3
"""

SECTIONS = """# Reading - 2026-07-08

## Large looms

### 1. **[On Looms](https://arxiv.org/abs/2607.06009v2)**
- **评分**: 88/100 | **日期**: 2026-07-07
- **作者**: Ada Byron, Charles Babbage et al.
- **标签**: `cs.CR` `cs.LG`
- **AI摘要**: Short.
<details>
<summary>原始摘要</summary>

We weave, in full.
And report.
</details>
- **评分理由**: Good.

### On Mills

[arXiv](https://arxiv.org/abs/2509.24006) [HF](https://huggingface.co/papers/2509.24006)

**Authors:**

**Category:** Machine Learning, Robotics

**Summary:** We mill.

---

## 2026-07-07

### On Rails

**Authors:** Ada Byron

**Summary:** We run.
"""

TABLE = """

## Papers for 2024-10-10

| Title | Authors | Summary |
|-------|---------|---------|
| On Looms (Read more on [arXiv](https://arxiv.org/abs/2410.05254) or [HuggingFace](https://huggingface.co/papers/2410.05254))| Ada Byron, babbage | a) We weave.  b) We report \\| tell. |
| On Mills
  of the North (Read more on [arXiv](https://arxiv.org/abs/2410.07113) or [HuggingFace](https://huggingface.co/papers/2410.07113))| | We | mill. |
"""


def read(text):
    return tuple(hf_markdown.read(dump(text, "digest.md")))


def papers(found):
    return [one for one in found if isinstance(one, ListedPaper)]


def problems(found):
    return [one for one in found if isinstance(one, Problem)]


def dates(found):
    return [one for one in found if isinstance(one, DumpDate)]


# ---------------------------------------------------------------------------------------- the page


def test_a_paper_of_the_page_has_all_that_stands_around_it():
    assert (
        listed(
            "On Looms and _Mills_",
            "We weave [a lot], and report it. See https://github.com/ada/loom.",
            line=20,
            ids=("arxiv:2606.00683",),
            links=(
                Link(rel="web", url="https://huggingface.co/papers/2606.00683"),
                Link(rel="code", url="https://github.com/ada/loom"),
            ),
            published=date(2025, 2, 27),
            votes=101,
            organisation="Analytical Society",
            submitter="ada",
        )
        == papers(read(PAGE))[0]
    )


def test_a_paper_of_the_page_may_have_no_abstract():
    assert (
        listed(
            "On Mills",
            line=33,
            ids=("arxiv:2502.20581",),
            links=(Link(rel="web", url="https://huggingface.co/papers/2502.20581"),),
            votes=0,
        )
        == papers(read(PAGE))[1]
    )


def test_the_pages_date_has_the_year_in_which_it_was_retrieved():
    """A page of 31 December that was saved on 2 January."""
    assert [DumpDate(month=12, day=31, year=2025)] == dates(read(PAGE))
    assert [DumpDate(month=12, day=31)] == dates(read(PAGE.replace("retrieved", "kept")))


@pytest.mark.parametrize(
    "said", ["Submitted by [ada](/ada)", "Submitted by ![](https://a.co/x.png) [ada](/ada)"]
)
def test_a_submitter_may_stand_on_the_same_line(said):
    text = f"{said}\n\n### [On Looms](/papers/2606.00683)\n"

    assert ["ada"] == [one.submitter for one in papers(read(text))]


def test_an_abstract_without_its_end_is_used_and_the_file_told_to_be_cut():
    text = PAGE[: PAGE.index("and report it")] + "and rep"
    found = read(text)

    assert ["We weave [a lot], and rep"] == [one.abstract for one in papers(found)]
    assert [("digest.md:20: an abstract that stops in mid-sentence: 'We weave [a lot], and rep'", True)] == [
        (str(one), one.cut) for one in problems(found)
    ]


def test_a_heading_of_the_page_without_a_title_costs_that_paper():
    found = read(PAGE.replace(r"On Looms\  and \_Mills\_", "\\ "))

    assert ["On Mills"] == [one.title for one in papers(found)]
    assert ["digest.md:20: a heading without a title: 2606.00683"] == [str(one) for one in problems(found)]


# ------------------------------------------------------------------------------------------ sections


def test_labelled_lines_below_a_heading_make_a_paper():
    assert (
        listed(
            "On Looms",
            "We weave, in full. And report.",
            line=5,
            authors=("Ada Byron", "Charles Babbage"),
            ids=("arxiv:2607.06009",),
            version=2,
            links=(Link(rel="abstract", url="https://arxiv.org/abs/2607.06009v2"),),
            categories=("cs.CR", "cs.LG"),
            published=date(2026, 7, 7),
        )
        == papers(read(SECTIONS))[0]
    )


def test_a_link_below_the_heading_names_the_paper():
    assert (
        listed(
            "On Mills",
            "We mill.",
            line=18,
            ids=("arxiv:2509.24006",),
            links=(
                Link(rel="abstract", url="https://arxiv.org/abs/2509.24006"),
                Link(rel="abstract", url="https://huggingface.co/papers/2509.24006"),
            ),
            keywords=("Machine Learning", "Robotics"),
        )
        == papers(read(SECTIONS))[1]
    )


def test_a_heading_with_a_date_dates_the_papers_below_it():
    found = read(SECTIONS)

    assert [DumpDate(month=7, day=8, year=2026)] == dates(found)
    assert [None, None, date(2026, 7, 7)] == [one.listed for one in papers(found)]


def test_a_heading_with_no_real_date_dates_nothing():
    assert [None, None, None] == [
        one.listed for one in papers(read(SECTIONS.replace("07-07\n\n###", "13-45\n\n###")))
    ]


@pytest.mark.parametrize(
    ("tags", "categories", "keywords"),
    [
        ("`quant-ph` `cs.LG`", ("quant-ph", "cs.LG"), ()),
        ("`agents` `cs.LG`", (), ("agents", "cs.LG")),
        ("Looms, , Looms", (), ("Looms",)),
    ],
)
def test_tags_are_categories_where_all_of_them_are(tags, categories, keywords):
    found = papers(read(SECTIONS.replace("`cs.CR` `cs.LG`", tags)))[0]

    assert (categories, keywords) == (found.categories, found.keywords)


def test_a_label_that_does_not_close_is_text():
    text = SECTIONS.replace("Ada Byron, Charles Babbage et al.", "Ada Byron | **Charles")

    assert ("Ada Byron",) == papers(read(text))[0].authors


def test_headings_without_paper_and_labels_are_groups():
    found = read(SECTIONS)

    assert ["On Looms", "On Mills", "On Rails"] == [one.title for one in papers(found)]
    assert problems(found) == []


def test_a_section_without_a_title_costs_that_section():
    found = read(SECTIONS.replace("[On Looms]", "[]"))

    assert ["On Mills", "On Rails"] == [one.title for one in papers(found)]
    assert ["digest.md:5: a heading without a title: arxiv:2607.06009"] == [
        str(one) for one in problems(found)
    ]


@pytest.mark.parametrize("end", ["### On Rails", "We ru", "in full", "原始摘要"])
def test_a_digest_cut_in_a_paper_says_so_and_keeps_what_was_whole(end):
    """A heading alone, a summary in mid-sentence, an abstract that is still folded."""
    found = read(SECTIONS[: SECTIONS.index(end) + len(end)] + ("\n**Authors:** A" if "#" in end else ""))

    assert "On Looms" == papers(found)[0].title
    assert [True] == [one.cut for one in problems(found)]


# --------------------------------------------------------------------------------------------- table


def test_a_row_is_a_paper():
    assert (
        listed(
            "On Looms",
            "a) We weave. b) We report | tell.",
            line=7,
            authors=("Ada Byron", "babbage"),
            ids=("arxiv:2410.05254",),
            links=(
                Link(rel="abstract", url="https://arxiv.org/abs/2410.05254"),
                Link(rel="abstract", url="https://huggingface.co/papers/2410.05254"),
            ),
        )
        == papers(read(TABLE))[0]
    )


def test_a_row_may_go_on_over_lines_and_hold_bars():
    found = read(TABLE)

    assert [("On Mills of the North", "We | mill.", ())] == [
        (one.title, one.abstract, one.authors) for one in papers(found)[1:]
    ]
    assert [DumpDate(month=10, day=10, year=2024)] == dates(found)
    assert problems(found) == []


def test_a_title_in_a_row_may_be_a_link():
    row = "| **[On Looms](https://arxiv.org/abs/2410.05254)** | Ada | We weave. |\n"

    assert [("On Looms", ("arxiv:2410.05254",))] == [
        (one.title, one.ids) for one in papers(read(TABLE + row))[2:]
    ]


def test_a_row_without_a_title_costs_that_row():
    found = read(TABLE.replace("On Looms ", ""))

    assert ["On Mills of the North"] == [one.title for one in papers(found)]
    assert [(7, False)] == [(one.line, one.cut) for one in problems(found)]


def test_a_table_cut_in_a_row_says_so_and_keeps_what_was_whole():
    found = read(TABLE[: TABLE.index("of the North")])

    assert ["On Looms"] == [one.title for one in papers(found)]
    assert [("digest.md:8: a row that stops in the middle: '| On Mills'", True)] == [
        (str(one), one.cut) for one in problems(found)
    ]


# --------------------------------------------------------------------------------------------- claims


@pytest.mark.parametrize("text", [PAGE, SECTIONS, TABLE])
def test_its_layouts_are_recognised(text):
    assert hf_markdown.recognise(dump(text)) == ""
    assert hf_page.recognise(dump(text)) != ""


@pytest.mark.parametrize(
    "text",
    [
        "# Awesome\n\n- [On Looms](https://arxiv.org/abs/2410.05254), **Ada**\n",
        "| **Paper** | **Links** |\n|---|---|\n| On Looms | [Paper](https://arxiv.org/abs/2410.05254) |\n",
        "| Title | Authors | Summary |\n|---|---|---|\n| On Looms | Ada | We weave. |\n",
        "### [Blog](https://example.org/x)\n\n**Authors:** Ada\n",
        "### On Looms\n\n## Next\n\n**Authors:** Ada\n",
        "<html>\n### [On Looms](https://huggingface.co/papers/2410.05254)",
    ],
)
def test_other_markdown_is_not_its_own(text):
    assert hf_markdown.recognise(dump(text)) != ""


HOSTILE = ["<script>alert(1)</script>", "{{ 7*7 }}", "]]>", "w" * 30_000, "\u202eevil", "x] (y", "[[[[", "!["]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("text", [SECTIONS, TABLE])
def test_a_hostile_title_is_only_a_title(text, title):
    assert title in [
        one.title
        for one in papers(read(text.replace("On Mills\n", f"{title}\n").replace("On Looms (", f"{title} (")))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[![](" * 20_000,
        "**a" * 30_000,
        "### [" + "](" * 40_000,
        "\\" * 100_000 + "x",
        "[" + "- " * 50_000 + "x](/papers/2502.20581)",
    ],
)
@pytest.mark.parametrize("base", [PAGE, SECTIONS, TABLE])
def test_marks_without_end_take_no_time(base, text):
    assert papers(read(f"{base}\n\n{text}\n\n{text}"))[:1] == papers(read(base))[:1]


LINES = [*PAGE.splitlines(), *SECTIONS.splitlines(), *TABLE.splitlines()]


@given(st.lists(st.sampled_from(LINES)))
def test_no_order_of_lines_makes_it_stumble(order):
    assert all(one.title for one in papers(read("\n".join(order))))


# ------------------------------------------------------------- sections with labelled links

ARXIV = """# Showing new listings for Friday, 26 June 2026
Keyword list: ['loom', 'mill']

### Today: 3papers
#### On Looms, Again
 - **Authors:** Ada Byron, Charles Babbage
 - **Subjects:** Subjects:
Robotics (cs.RO); Sound (cs.SD)
 - **Arxiv link:** https://arxiv.org/abs/2606.11111

 - **Pdf link:** https://arxiv.org/pdf/2606.11111

 - **Abstract**
 We weave. See https://arxiv.org/abs/1706.03762 for more.
## Keyword: mill
There is no result
### Title:
          On Mills
 - **Authors:** Ada Byron
 - **Arxiv link:** https://arxiv.org/abs/
 - **Abstract**
 We mill.

### [3] [On Rails](https://arxiv.org/abs/2606.11113v2)
*Ada Byron,Charles Babbage*

Main category: cs.CL

TL;DR: We run.
"""

NOTE = """# On Looms

**arXiv:** [2404.13208v2](https://arxiv.org/abs/2404.13208v2) | **Venue:** somewhere
**Authors:** Ada Byron et al.

## Abstract

We weave.

## What we think

It is fine.
"""


def test_a_labelled_link_is_the_papers_and_no_paper_by_itself():
    found = read(ARXIV)
    first = papers(found)[0]

    assert [DumpDate(month=6, day=26, year=2026)] == dates(found)
    assert ["On Looms, Again", "On Mills", "On Rails"] == [one.title for one in papers(found)]
    assert ("arxiv:2606.11111",) == first.ids
    assert ["abstract", "pdf"] == [link.rel for link in first.links]
    assert ("cs.RO", "cs.SD") == first.categories
    assert "We weave. See https://arxiv.org/abs/1706.03762 for more." == first.abstract
    assert [] == problems(found)


def test_an_address_without_an_id_is_no_link():
    mills = papers(read(ARXIV))[1]

    assert ((), ()) == (mills.ids, mills.links)
    assert ("Ada Byron",) == mills.authors


def test_names_in_italics_below_a_heading_are_its_authors():
    rails = papers(read(ARXIV))[2]

    assert ("Ada Byron", "Charles Babbage") == rails.authors
    assert ("cs.CL",) == rails.categories
    assert "We run." == rails.abstract


def test_a_digest_of_the_site_with_labels_is_read_by_its_labels():
    (paper,) = papers(
        read(
            "## [On Looms](https://huggingface.co/papers/2511.00001)\n\n**Authors:** Ada Byron\n"
            "**Upvotes:** 55\n\n**Abstract:** We weave.\n"
        )
    )

    assert (("Ada Byron",), 55, "We weave.") == (paper.authors, paper.votes, paper.abstract)


def test_the_note_on_a_paper_has_its_abstract_below_a_heading_of_its_own():
    (paper,) = papers(read(NOTE))

    assert ("On Looms", "We weave.", ("Ada Byron",), 2) == (
        paper.title,
        paper.abstract,
        paper.authors,
        paper.version,
    )


@pytest.mark.parametrize("text", [ARXIV, NOTE])
def test_such_sections_are_recognised(text):
    assert "" == hf_markdown.recognise(dump(text, "x.md"))


def test_a_last_paper_without_an_abstract_is_whole_where_none_has_one():
    text = "# Papers\n\n## On Looms\n- **Authors**: Ada Byron\n- **Link**: https://arxiv.org/abs/2511.00001\n"

    assert [] == problems(read(text))
