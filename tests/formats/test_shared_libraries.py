"""The libraries' formats over the real files, against what their manifest says a perfect reader finds."""

from __future__ import annotations

import json

import pytest
from fakes import dump

from newsletter import formats
from newsletter.model import ListedPaper, Problem

OURS = {
    "bibtex": "bibtex", "ris": "ris", "wos-tagged": "wos", "nbib": "nbib", "pubmed-xml": "pubmed_xml",
    "csl-json": "csl_json", "bbt-json": "zotero_json", "zotero-rdf": "zotero_rdf", "zotero-csv": "csv",
    "openreview-csv": "csv", "csv": "csv", "tsv": "csv", "parquet": "parquet",
}  # fmt: skip
"""The manifest's names of formats, and ours."""
OVERLOOKED = "bibtex/mendeley_idiocy.bib"
"""Its 47 entries of kinds with an underscore (@book_section, @web_page) are not in the manifest's count."""
DOIS = {"jabref_groups_97.bib": 784, "my_library_csl.json": 606, "my_library.csv": 606, "efetch.xml": 5}


@pytest.fixture(scope="module")
def real(shared):
    manifest = json.loads((shared / "dumps" / "manifest.json").read_text())
    return {
        name: (facts, dump((shared / "dumps" / name).read_bytes(), name))
        for name, facts in manifest.items()
        if facts["format"] in OURS
    }


@pytest.mark.seeds
def test_every_real_file_is_claimed_by_its_own_format_alone(real):
    for name, (facts, one) in real.items():
        claims = [each for each in formats.names() if not formats.load(each).recognise(one)]

        assert (name, [OURS[facts["format"]]]) == (name, claims)


@pytest.mark.seeds
def test_every_real_file_gives_what_its_manifest_says(real):
    for name, (facts, one) in real.items():
        found = list(formats.load(OURS[facts["format"]]).read(one))
        titles = [each.title for each in found if isinstance(each, ListedPaper)]
        overlooked = 47 if name == OVERLOOKED else 0

        assert (name, facts["papers"] - facts["empty_titles"] + overlooked) == (name, len(titles))
        assert facts["first_title"] in ("", titles[0])
        assert facts["last_title"] == titles[-1] or overlooked
        assert not any(each.cut for each in found if isinstance(each, Problem))


@pytest.mark.seeds
def test_untitled_records_are_told_with_their_number(real):
    for name, (facts, one) in real.items():
        found = list(formats.load(OURS[facts["format"]]).read(one))
        told = [each.what for each in found if isinstance(each, Problem)]
        expected = [f"{facts['empty_titles']} records without a title"] if facts["empty_titles"] else []

        assert (name, expected) == (name, [what.partition(" (")[0] for what in told])


@pytest.mark.seeds
def test_dois_and_native_ids_are_keys(real):
    for name, (facts, one) in real.items():
        found = formats.load(OURS[facts["format"]]).read(one)
        papers = [each for each in found if isinstance(each, ListedPaper)]
        expected = DOIS.get(name.partition("/")[2])

        assert expected in (None, sum(any(key.startswith("doi:") for key in paper.ids) for paper in papers))
        if facts["format"] in ("parquet", "openreview-csv", "csv"):
            keys = {key for paper in papers for key in paper.ids}
            assert (name, facts["papers"]) == (
                name,
                len(keys) + ("hf_papers" in name),
            )  # one id there is "null"
