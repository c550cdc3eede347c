"""Reading lists in Markdown: tables, lists, headings, and what links no paper."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats import markdown_list
from newsletter.model import Link, ListedPaper, Problem

WEEKLY = """# Papers of the week

- [The week (June 23 - June 29)](./#the-week)

## The week (June 23 - June 29) - 2025
| **Paper**  | **Links** |
| ------------- | ------------- |
| 1) **Q\\&A: Deep & Wide** - a look at <br>● both. | [Paper](https://arxiv.org/abs/2506.17298v2), [Tweet](https://x.com/a/1) |
| 2) MEM1  This work learns. See [Claude](http://claude.ai/). | [Paper](https://arxiv.org/abs/2506.15841) |
| 3) OLMo 2 - a model | [Blog](https://example.org/olmo) |

## December 25 - December 31
| **Paper**  | **Links** |
| ------------- | ------------- |
| 1) **Older** - text | [Paper](https://arxiv.org/abs/2312.00001) |
"""
LINE = "https://arxiv.org/abs/2301.00001"


def read(content):
    return list(markdown_list.read(dump(content)))


def titles(content):
    return [one.title for one in read(content) if isinstance(one, ListedPaper)]


def test_a_weekly_table_is_read_with_the_day_of_its_heading():
    found = read(WEEKLY)

    assert (
        ListedPaper(
            title="Q&A: Deep & Wide",
            abstract="a look at ● both.",
            line=8,
            ids=("arxiv:2506.17298",),
            version=2,
            links=(
                Link(rel="abstract", url="https://arxiv.org/abs/2506.17298v2"),
                Link(rel="web", url="https://x.com/a/1"),
            ),
            listed=date(2025, 6, 29),
        )
        == found[0]
    )
    assert ["Q&A: Deep & Wide", "MEM1", "OLMo 2", "Older"] == [one.title for one in found]
    assert "This work learns. See Claude." == found[1].abstract


def test_a_heading_without_a_year_says_no_day():
    assert read(WEEKLY)[-1].listed is None


def test_a_table_is_read_by_its_columns():
    content = f"""|  Date  | keywords | Institute | Paper | Authors | Venue |
|:------:|:--------:|---|---|---|---|
| 2017-06 | Transformers | Google | [Attention Is All You Need]({LINE}) | A. Vaswani, N. Shazeer | NIPS |
| 2022-06 | BIG-bench | Google | [Beyond the Imitation Game](https://github.com/google/BIG-bench) | | |
"""
    found = read(content)

    assert ["Attention Is All You Need", "Beyond the Imitation Game"] == [one.title for one in found]
    assert (date(2017, 6, 1), ("A. Vaswani", "N. Shazeer"), "NIPS", ("arxiv:2301.00001",)) == (
        found[0].published,
        found[0].authors,
        found[0].venue,
        found[0].ids,
    )


@pytest.mark.parametrize(
    "line",
    [
        f"- [On One]({LINE})",
        f"* **On One** [[Paper]({LINE})] [[Code](https://github.com/a/b)]",
        f"1. On One. [[pdf]]({LINE})",
        f"- [x] **[On One]({LINE})** - Ada, 2023",
        f"- On One, [arXiv:2301.00001]({LINE})",
        f'- [On One](<{LINE}> "hover") ICLR 2023',
        f"- [ICLR'23] **On One** [paper]({LINE})",
        f"### [On One]({LINE})",
        f"### On One\n\n[arXiv]({LINE}) | [GitHub](https://github.com/a/b)",
        f"- On One\n  - [Paper]({LINE})",
        f"- **On One**<br>\n  *Ada, Kun*\n  [Paper]({LINE})",
        f"**On One**\n[[Paper]({LINE})]",
        f'- <a href="{LINE}">On One</a>',
        f"- On One: {LINE}",
        f"- [![arXiv](https://img.shields.io/badge/arXiv-x.svg)]({LINE}) On One",
    ],
)
def test_an_entry_that_links_a_paper_is_a_listing(line):
    found = read(f"# A list\n\n{line}\n")

    assert [("On One", ("arxiv:2301.00001",))] == [(one.title, one.ids) for one in found]


@pytest.mark.parametrize(
    "line",
    [
        "- [TinyZero](https://github.com/Jiayi-Pan/TinyZero) - a reproduction",
        "- [Leaderboard](https://huggingface.co/spaces/lmsys/arena)",
        f"As we saw in [the paper]({LINE}), lists are long.",
        f"```\n- [On One]({LINE})\n```",
        f"<!--\n- [On One]({LINE})\n-->",
        "| Model | Score |\n|---|---|\n| GPT | 9 |",
    ],
)
def test_what_links_no_paper_is_none(line):
    assert [] == read(f"# A list\n\n{line}\n")


def test_a_mention_in_a_description_gives_the_listing_no_second_id():
    content = f"- [On One]({LINE}) - goes beyond [BERT](https://arxiv.org/abs/1810.04805)."

    assert [("On One", ("arxiv:2301.00001",))] == [(one.title, one.ids) for one in read(content)]


def test_a_table_may_have_no_outer_bars():
    content = f"Title | Link | Date\n--- | --- | ---\nOn One | [pdf]({LINE}) | 2023-01-05\n\nThe end.\n"

    assert [("On One", date(2023, 1, 5))] == [(one.title, one.published) for one in read(content)]


def test_a_heading_may_say_a_whole_date():
    assert date(2026, 8, 7) == read(f"## 2026-08-01 to 2026-08-07\n\n- [On One]({LINE})\n")[0].listed


def test_a_row_whose_columns_name_no_paper_is_called_by_its_words():
    content = f"| Topic | Where |\n|---|---|\n| Looms that weave | [Paper]({LINE}) |\n| | [Paper]({LINE}) |\n"
    found = read(content)

    assert "Looms that weave" == found[0].title
    assert "a row that links a paper without a title" == found[1].what


def test_a_list_is_recognised_by_an_entry_that_links_a_paper():
    assert markdown_list.recognise(dump(WEEKLY)) == ""
    assert markdown_list.recognise(dump(f"# Awesome\n\n- [On One]({LINE})\n")) == ""


@pytest.mark.parametrize(
    "content",
    [
        "# Notes\n\n- milk\n- bread\n",
        f"Dear all,\n\nplease read {LINE} by Monday.\n",
        f"<!DOCTYPE html><html>\n- [On One]({LINE})",
        '{"title": "- [x](https://arxiv.org/abs/2301.00001)"}',
        f"- title: On One\n  url: {LINE}\n",
        "",
    ],
)
def test_other_texts_are_refused(content):
    assert markdown_list.recognise(dump(content))


def test_an_entry_without_end_is_reported_and_reading_goes_on():
    found = read("- begin\n" + "  word word word\n" * 20_000 + f"- [On One]({LINE})\n")

    assert [Problem, ListedPaper] == [type(one) for one in found]
    assert 1 == found[0].line


@given(
    st.lists(
        st.sampled_from(["[", "](", "**", "|", "- ", "\n", LINE, "`", "<a href=", "a ", "\\", "{{ x }}"])
    )
)
def test_nothing_makes_it_stumble(parts):
    assert all(isinstance(one, ListedPaper | Problem) for one in read("".join(parts)))


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9}){1,5}", fullmatch=True), unique=True, max_size=9))
def test_every_title_is_read_and_stands_on_its_line(names):
    content = "\n".join(
        f"- [{name}](https://arxiv.org/abs/2301.{number:05})" for number, name in enumerate(names)
    )
    found = read(content)

    assert names == [one.title for one in found]
    assert all(one.title in content.split("\n")[one.line - 1] for one in found)


# -------------------------------------------------------------------------------- what people write


@pytest.mark.parametrize(
    ("entry", "title", "authors"),
    [
        (f'- Byron et al., "On Looms and Their Mills", LOOM 2017. {LINE}', "On Looms and Their Mills", ("Byron",)),
        (f'- "On Looms and Their Mills." Byron, Ada. [pdf]({LINE})', "On Looms and Their Mills", ()),
        (f"- (ICLR 2021) **On Looms** *Ada Byron et al.* [[Paper]({LINE})]", "On Looms", ("Ada Byron",)),
        (f"- 2023.05 - On Looms: A Study - [arXiv:2301.00001]({LINE})", "On Looms: A Study", ()),
        (f"- `2022` On Looms, [paper]({LINE}), [code](https://github.com/a/b)", "On Looms", ()),
        (f"- [2301.00001] On Looms <{LINE}>", "On Looms", ()),
        (f"- **LOOM-3**: Looms are Slow Learners [[paper]]({LINE})", "LOOM-3: Looms are Slow Learners", ()),
        (f"- **On Looms.** *Ada Byron, Charles Babbage.* LOOM 2023. [[paper]]({LINE})", "On Looms",
         ("Ada Byron", "Charles Babbage")),
        (f"**On Looms** \\\n*Ada Byron, Charles Babbage* \\\nLOOM 2020. [[Paper]({LINE})]\n\n- x", "On Looms",
         ("Ada Byron", "Charles Babbage")),
    ],
)  # fmt: skip
def test_what_stands_around_a_title_is_told_from_it(entry, title, authors):
    (found,) = read(f"# To read\n\n{entry}\n")

    assert (title, authors, "", ("arxiv:2301.00001",)) == (
        found.title,
        found.authors,
        found.abstract,
        found.ids,
    )


def test_quotation_marks_in_a_summary_name_no_paper():
    (found,) = read(f'- On Looms - Shows, as we said, "the code I write is insecure". [paper]({LINE})\n')

    assert "On Looms" == found.title


DAILY = f"""| **Title** | **Publish Date** | **Abstract** | **Authors** | **Comment** |
| --- | --- | --- | --- | --- |
| **[On Looms]({LINE}v2)** | **2025-07-08** | <details><summary>Show</summary><p>We weave $x | y$.</p></details> | Ada Byron et.al. | <details><summary>12 pa...</summary><p>12 pages</p></details> |
| **[On Mills]({LINE})** | 2025-07-07 | None | Ada Byron | None |
"""


def test_a_folded_abstract_is_unfolded_and_a_bar_in_it_bounds_no_cell():
    first, second = read(DAILY)

    assert "We weave $x | y$." == first.abstract
    assert (("Ada Byron",), date(2025, 7, 8), "12 pages", 2) == (
        first.authors,
        first.published,
        first.comment,
        first.version,
    )
    assert "" == second.comment


def test_a_manual_that_cites_one_paper_is_no_reading_list():
    manual = "# Manual\n" + "- do this\n" * 30 + f"- as in [On Looms]({LINE})\n"

    assert "hardly" in markdown_list.recognise(dump(manual))
    assert "" == markdown_list.recognise(dump(f"# To read\n- [On Looms]({LINE})\n- buy milk\n"))
