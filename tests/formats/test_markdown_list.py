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
