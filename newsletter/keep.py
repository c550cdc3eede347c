"""Retention: the state drops what takes room and nobody needs any more, after as long as config.yaml says.
The state and a moment in, what was dropped out.

That a paper was seen is never forgotten, nor its keys, lists and title, nor who was shown it: a dump of long
ago is known for ever. What is dropped are abstracts of papers that fit nobody. They are kept where a page, a
backlog or a rule needs them, and where only they tell two papers of one title apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.identity import arxiv_key, doi_key
from newsletter.leanings import Leanings
from newsletter.rules import is_library
from newsletter.settings import Config
from newsletter.store import Store

_BY_ONE = 1000
"""Papers of one person that a rule leans to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """How much was dropped of each kind."""

    texts: int = 0
    mails: int = 0
    runs: int = 0


def drop_old(store: Store, config: Config, now: datetime) -> Dropped:
    """Drop what is older than config.yaml wants kept, all of it or nothing."""
    keep, retention = config.keep, store.retention
    with store.transaction():
        return Dropped(
            texts=_thin(store, config, now - timedelta(days=keep.texts)) if keep.texts else 0,
            mails=retention.drop_mails(now - timedelta(days=keep.mails)) if keep.mails else 0,
            runs=retention.drop_runs(now - timedelta(days=keep.runs)) if keep.runs else 0,
        )


def _thin(store: Store, config: Config, before: datetime) -> int:
    awaited = store.readers.lowest_awaited()
    upto = store.papers.newest() if awaited is None else awaited
    return store.retention.thin(before, upto=upto, spared=set(_leaned_to(store, config)))


def _leaned_to(store: Store, config: Config) -> Iterator[int]:
    """The papers that profiles like or dislike, and those of the people they lean to."""
    leanings = Leanings(store, config.profiles, config.path.parent)
    for leaning in (each for several in leanings.by_profile.values() for each in several):
        for name in (*leaning.liked, *leaning.disliked):
            if not is_library(name):
                found = store.papers.find(arxiv_key(name) or doi_key(name) or name)
                yield from (paper.number for paper in found)
        for surname in leaning.surnames:
            papers = store.papers.naming(surname, _BY_ONE)
            yield from (paper.number for paper in papers if leaning.wrote(paper.authors))
