"""arXiv's own formats against the real files: as many papers, ids and kinds as an independent reader found."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from fakes import dump

from newsletter import formats
from newsletter.model import ListedPaper, Problem

FILES = {
    "arxiv_mail/astro-ph_2023-03-03.txt": "arxiv_mail",
    "arxiv_mail/q-fin.ST_2023-03-17.txt": "arxiv_mail",
    "arxiv_mail/astro-ph.EP_pastweek.txt": "arxiv_listing",
    "arxiv_mail/astro-ph_1992-04.txt": "arxiv_listing",
    "arxiv_mail/astro-ph_2018_jan-mar.txt": "arxiv_listing",
    "arxiv_html/list_new_2026-08-12.html": "arxiv_html",
    "arxiv_api/query_testing_100.xml": "arxiv_api",
    "arxiv_api/query_transformer.xml": "arxiv_api",
    "arxiv_api/id_list_old_style.xml": "arxiv_api",
    "arxiv_rss/rss_arxiv_org_atom_cs.AI_2025-08-20.xml": "arxiv_rss",
    "arxiv_rss/rss_cs.CV_2025-06-04.xml": "arxiv_rss",
    "arxiv_rss/export_rdf_hep-ex_2018-05-23.rdf": "arxiv_rdf",
    "oai/arXiv_hep-th.xml": "oai",
    "oai/arXiv_record_multi_set.xml": "oai",
    "oai/oai_dc_single_0901.2443.xml": "oai",
    "oai/arXivRaw_1810.09584.xml": "oai",
    "arxiv_json/arxiv-metadata-oai-snapshot.json": "kaggle",
    "arxiv_json/daily_2025-04-25.jsonl": "arxiv_jsonl",
    "arxiv_json/daily_2026-01-05.jsonl": "arxiv_jsonl",
    "arxiv_json/papers_1-Apr-2025_AI.jsonl": "arxiv_jsonl",
    "arxiv_json/cv-arxiv-daily.json": "arxiv_rows",
}
KINDS = {"replace": "replaced", "replace-cross": "replaced-cross"}


@pytest.fixture(scope="module")
def manifest(shared):
    return json.loads((shared / "dumps" / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture
def found(shared, name):
    one = dump((shared / "dumps" / name).read_bytes(), name)
    return list(formats.load(formats.recognise(one)).read(one))


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_recognised(shared, name):
    assert FILES[name] == formats.recognise(dump((shared / "dumps" / name).read_bytes(), name))


@pytest.mark.parametrize("name", FILES)
def test_every_paper_is_found(manifest, name, found):
    told = manifest[name]
    papers = [each for each in found if isinstance(each, ListedPaper)]
    titles = papers[0].title, papers[-1].title
    arxiv = {key for paper in papers for key in paper.ids if key.startswith("arxiv:")}

    assert told["papers"] - told["empty_titles"] == len(papers)
    assert told["distinct_ids"] == len(arxiv)
    assert f"arxiv:{told['first_id'].removeprefix('oai:arXiv.org:')}" == papers[0].ids[0]
    assert f"arxiv:{told['last_id'].removeprefix('oai:arXiv.org:')}" == papers[-1].ids[0]
    assert [told["first_title"].partition(". (arXiv:")[0], told["last_title"].partition(". (arXiv:")[0]] == [
        *titles
    ]
    assert [] == [each for each in found if isinstance(each, Problem)]


@pytest.mark.parametrize("name", FILES)
def test_announcements_are_of_their_kinds(manifest, name, found):
    checks = manifest[name]["checks"]
    told = checks.get("kinds") or checks.get("announce")
    kinds = Counter(each.kind for each in found if isinstance(each, ListedPaper))

    assert told is None or kinds == {KINDS.get(kind, kind): count for kind, count in told.items()}
