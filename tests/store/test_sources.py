"""What the state knows of sources: as it was put, so it comes back."""

from __future__ import annotations

from dataclasses import replace

from fakes import at

from newsletter.model import Known
from newsletter.store import open_store
from newsletter.store.sources import SourceState

STATE = SourceState(
    name="arxiv",
    tried=at("2026-08-07 06:00"),
    succeeded=at("2026-08-06 06:00"),
    brought=at("2026-08-05 06:00"),
    dump="2026-08-05-arxiv.xml",
    failures=1,
    not_before=at("2026-08-07 07:00"),
    trouble="unreachable",
    told="no answer within 30 seconds",
    known=Known(asked_for="a", etag='"x"', modified="m", cursor="2026-08-05", resume="t", sizes=(7, 9)),
)


def test_a_source_that_was_never_asked_stands_as_new():
    assert SourceState(name="arxiv") == open_store(None).sources.get("arxiv")


def test_a_source_comes_back_as_it_was_put():
    sources = open_store(None).sources
    sources.put(SourceState(name="biorxiv"))
    sources.put(replace(STATE, failures=0))
    sources.put(STATE)

    assert STATE == sources.get("arxiv")
    assert (STATE, SourceState(name="biorxiv")) == sources.states()
