"""The real files of databases, feeds and reading lists hold what their manifest says."""

from __future__ import annotations

import gzip
import json

import pytest
from fakes import dump

from newsletter import formats
from newsletter.model import ListedPaper, Problem

FILES = {
    "semantic_scholar/search_turing.json": "semantic_scholar",
    "semantic_scholar/paper_full.json": "semantic_scholar",
    "semantic_scholar/search_transformer.json": "semantic_scholar",
    "openalex/works_page.json": "openalex",
    "openalex/work_single.json": "openalex",
    "crossref/works_single.json": "crossref",
    "crossref/api_works.json": "crossref",
    "crossref/journal_works.json": "crossref",
    "crossref/huge_crossref_doi.json.gz": "crossref",
    "crossref/datacite_sample.jsonl": "datacite",
    "openreview/iclr2018_paperlists.json": "paperlists",
    "openreview/crawler_output.json": "openreview",
    "acl/2022.naloma.xml": "acl_xml",
    "acl/J89.xml": "acl_xml",
    "biorxiv/spider_2026-09-28.json": "biorxiv",
    "hf_feed/hf_daily_feed.xml": "feed",
    "arxiv_rss/hepml_digest_atom.xml": "feed",
    "arxiv_rss/cn_chat_arxiv_q-fin_2023-05-22.xml": "feed",
    "reading_lists/ml_papers_of_the_week.md": "markdown_list",
    "reading_lists/awesome_llm.md": "markdown_list",
}
OTHER_TITLES = {
    "arxiv_rss/cn_chat_arxiv_q-fin_2023-05-22.xml": (
        "Trustworthy, responsible, ethical AI in manufacturing and supply chains: synthesis and emerging research questions",
        "Statistical properties of volume in the Bitcoin/USD market",
    ),
    "reading_lists/ml_papers_of_the_week.md": (
        "Ultra-Fast Diffusion-based Language Models",
        "A Succinct Summary of Reinforcement Learning",
    ),
    "reading_lists/awesome_llm.md": ("Attention Is All You Need", "A Survey of Large Language Models"),
}
"""Where we read more than the manifest's reader: the title behind a translation, a title with a hyphen."""


def content_of(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def read(shared, name):
    one = dump(content_of(shared / "dumps" / name), name)
    return list(formats.load(FILES[name]).read(one))


def manifest(shared):
    return json.loads((shared / "dumps" / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.seeds
@pytest.mark.parametrize("name", FILES)
def test_a_real_file_is_claimed_by_its_format_alone(shared, name):
    one = dump(content_of(shared / "dumps" / name), name)
    ours = set(FILES.values()) | {"json_list", "yaml_list"}

    assert [FILES[name]] == [other for other in sorted(ours) if not formats.load(other).recognise(one)]


@pytest.mark.seeds
@pytest.mark.parametrize("name", [name for name in FILES if "awesome" not in name])
def test_a_real_file_holds_the_papers_its_manifest_says(shared, name):
    told = manifest(shared)[name]
    found = read(shared, name)
    papers = [one for one in found if isinstance(one, ListedPaper)]

    assert told["papers"] - told["empty_titles"] == len(papers)
    assert [] == [one for one in found if isinstance(one, Problem)]
    assert OTHER_TITLES.get(name) or (told["first_title"], told["last_title"]) == (
        papers[0].title,
        papers[-1].title,
    )


@pytest.mark.seeds
@pytest.mark.parametrize("name", [name for name in FILES if "reading" not in name])
def test_a_real_file_has_as_many_ids_as_its_manifest_says(shared, name):
    papers = [one for one in read(shared, name) if isinstance(one, ListedPaper)]

    assert manifest(shared)[name]["distinct_ids"] == len({one.ids for one in papers if one.ids})


@pytest.mark.seeds
@pytest.mark.parametrize("name", OTHER_TITLES)
def test_titles_that_another_reader_misses_are_found(shared, name):
    papers = [one for one in read(shared, name) if isinstance(one, ListedPaper)]

    assert OTHER_TITLES[name] == (papers[0].title, papers[-1].title)


@pytest.mark.seeds
@pytest.mark.parametrize(("name", "listings"), [("ml_papers_of_the_week.md", 1101), ("awesome_llm.md", 52)])
def test_every_arxiv_id_that_a_real_list_links_is_found(shared, name, listings):
    path = f"reading_lists/{name}"
    keys = [
        key
        for one in read(shared, path)
        if isinstance(one, ListedPaper)
        for key in one.ids
        if key[:6] == "arxiv:"
    ]

    assert manifest(shared)[path]["distinct_ids"] == len(set(keys))
    assert listings == len(keys)


@pytest.mark.seeds
@pytest.mark.parametrize(
    "name", ["openalex/works_page.json", "arxiv_rss/hepml_digest_atom.xml", "acl/J89.xml"]
)
@pytest.mark.parametrize("share", [0.31, 0.5, 0.83])
def test_a_real_file_cut_anywhere_gives_what_was_whole(shared, name, share):
    content = content_of(shared / "dumps" / name)
    whole = [one for one in read(shared, name) if isinstance(one, ListedPaper)]
    found = list(formats.load(FILES[name]).read(dump(content[: int(len(content) * share)], name)))
    papers = [one for one in found if isinstance(one, ListedPaper)]

    assert 0 < len(papers) < len(whole)
    assert whole[: len(papers)] == papers
    assert found[-1].cut
