"""The real files of the Hugging Face family, against what their manifest says of them."""

from __future__ import annotations

import json

import pytest
from fakes import dump

from newsletter import formats
from newsletter.model import DumpDate, ListedPaper, Problem

FILES = {
    "hf_text/hf_search_aug7.txt": "hf_page",
    "hf_text/hf_search_mar13.txt": "hf_page",
    "hf_text/hf_search_jun3.txt": "hf_page",
    "hf_text/hf_search_firecrawl_2026-10-02.md": "hf_markdown",
    "hf_text/paper_metadata_2024-06-21.txt": "hf_metadata",
    "hf_text/paper_metadata_2025-05-16.txt": "hf_metadata",
    "hf_text/paper_metadata_2026-08-14.txt": "hf_metadata",
    "hf_markdown/gabrielchua_2024-10-10.md": "hf_markdown",
    "hf_markdown/gabrielchua_2025-05-27.md": "hf_markdown",
    "hf_markdown/kesamet_2025-10-01.md": "hf_markdown",
    "hf_markdown/wingedge_2026-07-08.md": "hf_markdown",
    "hf_json/daily_papers_api_2026-06.json": "hf_api",
    "hf_json/scrape_daily_2026-06-21.json": "hf_json",
    "hf_json/scrape_weekly_2025-W49.json": "hf_json",
    "hf_json/kesamet_2025-10-15.json": "hf_json",
    "hf_html/huggingface_papers_2024-08-01.html": "hf_html",
    "nasty/truncated_hf_api.json": "hf_api",
    "nasty/paper_metadata_cp1252_crlf.txt": "hf_metadata",
}
CUT = {"nasty/truncated_hf_api.json", "hf_text/hf_search_firecrawl_2026-10-02.md"}
DATES = {
    "hf_text/hf_search_aug7.txt": DumpDate(month=8, day=7),
    "hf_text/hf_search_mar13.txt": DumpDate(month=3, day=13),
    "hf_text/hf_search_jun3.txt": DumpDate(month=6, day=3),
    "hf_text/hf_search_firecrawl_2026-10-02.md": DumpDate(month=10, day=2, year=2026),
    "hf_markdown/gabrielchua_2024-10-10.md": DumpDate(month=10, day=10, year=2024),
    "hf_markdown/gabrielchua_2025-05-27.md": DumpDate(month=5, day=27, year=2025),
    "hf_markdown/kesamet_2025-10-01.md": DumpDate(month=10, day=1, year=2025),
    "hf_markdown/wingedge_2026-07-08.md": DumpDate(month=7, day=8, year=2026),
    "hf_html/huggingface_papers_2024-08-01.html": DumpDate(month=8, day=1, year=2024),
}
OURS = sorted(set(FILES.values()) | {"hf_cards"})

pytestmark = pytest.mark.seeds


@pytest.fixture(scope="module")
def manifest(shared):
    return json.loads((shared / "dumps" / "manifest.json").read_text())


@pytest.fixture(params=FILES)
def name(request):
    return request.param


def found(shared, name):
    one = dump((shared / "dumps" / name).read_bytes(), name)
    return tuple(formats.load(FILES[name]).read(one))


def test_exactly_one_of_the_family_claims_each_file(shared, manifest):
    for name in manifest:
        one = dump((shared / "dumps" / name).read_bytes(), name)
        claims = [each for each in OURS if not formats.load(each).recognise(one)]

        assert ([FILES[name]] if name in FILES else []) == claims, name


def test_every_paper_is_read(shared, manifest, name):
    papers = [one for one in found(shared, name) if isinstance(one, ListedPaper)]
    says = manifest[name]
    keys = {key for paper in papers for key in paper.ids if key.startswith("arxiv:")}

    if name == "nasty/truncated_hf_api.json":
        assert says["checks"]["complete_records"] == len(papers) == len(keys)
        return
    assert says["papers"] - says["empty_titles"] == len(papers)
    assert (says["first_title"], says["last_title"]) == (papers[0].title, papers[-1].title)
    assert says["distinct_ids"] == len(keys)


def test_nothing_is_reported_but_what_is_cut(shared, name):
    problems = [one for one in found(shared, name) if isinstance(one, Problem)]

    assert [name in CUT] * (name in CUT) == [one.cut for one in problems]


def test_the_date_is_the_one_it_says(shared, name):
    dates = [one for one in found(shared, name) if isinstance(one, DumpDate)]

    assert ([DATES[name]] if name in DATES else []) == dates


@pytest.mark.parametrize(
    ("name", "field", "count"),
    [
        ("hf_json/daily_papers_api_2026-06.json", "stars", 16),
        ("hf_json/daily_papers_api_2026-06.json", "organisation", 16),
        ("hf_json/daily_papers_api_2026-06.json", "votes", 30),
        ("hf_json/daily_papers_api_2026-06.json", "submitter", 30),
        ("hf_json/daily_papers_api_2026-06.json", "keywords", 30),
        ("hf_json/daily_papers_api_2026-06.json", "listed", 30),
        ("hf_html/huggingface_papers_2024-08-01.html", "abstract", 13),
        ("hf_text/hf_search_firecrawl_2026-10-02.md", "votes", 6),
        ("hf_text/hf_search_firecrawl_2026-10-02.md", "abstract", 6),
        ("hf_text/hf_search_firecrawl_2026-10-02.md", "organisation", 3),
        ("hf_markdown/gabrielchua_2025-05-27.md", "abstract", 52),
        ("hf_markdown/kesamet_2025-10-01.md", "abstract", 80),  # one summary is empty
        ("hf_markdown/wingedge_2026-07-08.md", "abstract", 57),
        ("hf_markdown/wingedge_2026-07-08.md", "version", 57),
        ("hf_markdown/wingedge_2026-07-08.md", "categories", 57),
        ("nasty/paper_metadata_cp1252_crlf.txt", "abstract", 50),
    ],
)
def test_the_fields_that_a_file_has_are_filled(shared, name, field, count):
    papers = [one for one in found(shared, name) if isinstance(one, ListedPaper)]

    assert count == sum(getattr(one, field) not in (None, "", ()) for one in papers)


@pytest.mark.parametrize(
    "name", ["hf_markdown/gabrielchua_2025-05-27.md", "hf_markdown/kesamet_2025-10-01.md"]
)
def test_no_markup_of_the_container_is_left_in_a_title(shared, name):
    papers = [one for one in found(shared, name) if isinstance(one, ListedPaper)]

    assert [] == [one.title for one in papers if "](" in one.title or "Read more" in one.title]
