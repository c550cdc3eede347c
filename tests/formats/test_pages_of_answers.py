"""What a crawler leaves of an interface: its answers, a page a line or one behind the other."""

from __future__ import annotations

import json

import pytest
from fakes import dump

from newsletter import formats
from newsletter.model import ListedPaper

WORK = {
    "DOI": "10.1000/loom",
    "title": ["Looms"],
    "type": "journal-article",
    "prefix": "10.1000",
    "indexed": {},
}
PAGES = {
    "semantic_scholar": {"total": 1, "offset": 0, "data": [{"paperId": "a" * 40, "title": "Looms"}]},
    "crossref": {"status": "ok", "message-type": "work-list", "message": {"items": [WORK]}},
    "openalex": {
        "meta": {"count": 1},
        "results": [{"id": "https://openalex.org/W1000", "title": "Looms", "authorships": []}],
    },
    "datacite": {
        "data": [{"id": "10.1000/loom", "type": "dois", "attributes": {"titles": [{"title": "Looms"}]}}]
    },
    "openreview": {
        "notes": [
            {
                "id": "abc",
                "forum": "abc",
                "invitation": "M/-/S",
                "cdate": 1,
                "content": {"title": {"value": "Looms"}},
            }
        ],
        "count": 1,
    },
    "biorxiv": {
        "messages": [{"status": "ok", "count": 1}],
        "collection": [{"doi": "10.1101/1", "title": "Looms", "server": "biorxiv", "version": "1"}],
    },
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("indent", [None, 1])
def test_pages_one_behind_the_other_give_the_papers_of_all(name, indent):
    one = dump("\n".join([json.dumps(PAGES[name], indent=indent)] * 3))
    found = list(formats.load(name).read(one))

    assert name == formats.recognise(one)
    assert ["Looms"] * 3 == [each.title for each in found if isinstance(each, ListedPaper)]
    assert 3 == len(found)
