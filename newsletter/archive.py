"""The archive: everything that may be published, read from the state as one value. Decides nothing but what
is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from newsletter.model import Archive
from newsletter.rounds import what_trends
from newsletter.similar import MOST
from newsletter.store import Store

AUTHORITY = "tag authority"
"""Mark: who names our feeds and entries, for ever."""


def read_archive(store: Store, *, trending_lists: int, notes: Mapping[date, str]) -> Archive:
    """All editions, their papers and what trends."""
    picks = store.editions.all_picks()
    trending = what_trends(store, trending_lists)
    listed = {row["paper"] for rows in picks.values() for row in rows}
    papers = store.papers.load(listed | set(store.editions.pages()))
    editions = store.editions.load(picks, papers)
    shown = {paper.number: paper for paper in (*papers.values(), *(trend.paper for trend in trending))}
    slugs = {paper.slug for paper in shown.values()}
    dates = {edition.date for edition in editions}
    return Archive(
        editions=editions,
        profiles=store.editions.cards(),
        papers=tuple(shown[number] for number in sorted(shown)),
        trending=trending,
        similar=tuple(store.similar.lists(MOST).items()),
        redirects=tuple((old, now) for old, now in store.papers.redirects() if now in slugs),
        notes=tuple((day, notes[day]) for day in sorted(notes) if day in dates),
        authority=store.runs.mark(AUTHORITY) or "newsletter.invalid,2026",
    )
