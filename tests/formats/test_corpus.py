"""The real files, each as a perfect reader finds it: what we see otherwise stands, with its reason, in a list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from newsletter import formats, inbox
from newsletter.containers import unpacked
from newsletter.model import Dump, ListedPaper
from newsletter.settings import Limits

DIFFERENCES = Path(__file__).parent.parent / "corpus" / "known_differences.yaml"
SIZE = 81


@pytest.fixture(scope="module")
def corpus(shared):
    """Each real file's entry in the manifest, its dump, and the formats that claim it."""
    entries = json.loads((shared / "dumps" / "manifest.json").read_text())
    return [(path, entry, *taken(shared / "dumps" / path)) for path, entry in entries.items()]


def taken(path):
    status = path.stat()
    found = inbox.Found(name=path.name, path=str(path), size=status.st_size, mtime_ns=status.st_mtime_ns)
    (one,) = unpacked(inbox.take(found, Limits()), Limits())
    assert isinstance(one, Dump)
    return one, tuple(name for name in formats.names() if not formats.load(name).recognise(one))


def test_the_whole_corpus_is_here(corpus):
    assert SIZE == len(corpus)


def test_every_real_file_is_claimed_by_exactly_one_format(corpus):
    claims = {path: claimed for path, _, _, claimed in corpus}

    assert {} == {path: claimed for path, claimed in claims.items() if len(claimed) != 1}


def test_every_real_file_gives_what_the_manifest_says(corpus):
    """Listings, first and last title; and every difference that is listed is still one."""
    known = yaml.safe_load(DIFFERENCES.read_text())
    found = {}
    for path, entry, one, (name, *_) in corpus:
        papers = [each for each in formats.load(name).read(one) if isinstance(each, ListedPaper)]
        if wrong := differences(entry, papers):
            found[path] = wrong

    assert {path: reason["differs"] for path, reason in known.items()} == found


def differences(entry, papers):
    said = {"listings": entry["papers"] - (entry.get("empty_titles") or 0)}
    seen = {"listings": len(papers)}
    for key, paper in (("first_title", papers[:1]), ("last_title", papers[-1:])):
        if entry.get(key):
            said[key] = " ".join(entry[key].split())
            seen[key] = " ".join(paper[0].title.split()) if paper else ""
    return sorted(key for key in said if said[key] != seen[key])


def test_every_known_difference_has_its_reason():
    known = yaml.safe_load(DIFFERENCES.read_text())

    assert all(len(reason["because"]) > 20 for reason in known.values())
