"""The archive: everything that may be published, as one value. Decides nothing but what is public.

Of papers only what tells them apart is read here; the rest is read from the state when it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import overload

from newsletter.hands import BLOCK
from newsletter.model import Paper
from newsletter.publication import Archive, Edition, Leaf, Mention, Tally
from newsletter.rounds import what_trends
from newsletter.similar import MOST
from newsletter.store import Store

AUTHORITY = "tag authority"
"""Mark: who names our feeds and entries, for ever."""
_MOST_AT_ONCE = 1000
_BLOCKS_HELD = 40
_LATEST_DUMPS = 14


def read_archive(store: Store, *, trending_lists: int, notes: Mapping[date, str]) -> Archive:
    """All editions, their papers and what trends."""
    trending = what_trends(store, trending_lists)
    papers = _Papers(store.papers.load, {trend.paper.number: trend.paper for trend in trending})
    editions = store.editions.all(papers.some)
    shown = {number for edition in editions for _, numbers in edition.listing for number in numbers}
    shown |= {trend.paper.number for trend in trending}
    shown |= set(store.editions.pages())
    leaves = tuple(_listed(store.pages.leaves(shown), editions))
    numbers = [leaf.number for leaf in leaves]
    slugs = {leaf.slug for leaf in leaves}
    dates = {edition.date for edition in editions}
    return Archive(
        editions=editions,
        profiles=store.editions.cards(),
        papers=_InTurn(numbers, papers.some),
        leaves=leaves,
        mentions=_Mentions(numbers, store.editions.mentions),
        repeats=tuple(pair for pair in store.pages.repeats() if slugs.issuperset(pair)),
        trending=trending,
        similar=store.similar.lists(MOST),
        started=store.editions.started(),
        redirects=tuple((old, now) for old, now in store.pages.redirects() if now in slugs),
        notes=tuple((day, notes[day]) for day in sorted(notes) if day in dates),
        tally=_tally(store),
        authority=store.runs.mark(AUTHORITY) or "newsletter.invalid,2026",
    )


def _tally(store: Store) -> Tally:
    return Tally(
        papers=store.papers.count(),
        dumps=store.dumps.counts(),
        latest=store.dumps.lists(_LATEST_DUMPS),
        sources=tuple((source.name, source.brought) for source in store.sources.states()),
    )


def _listed(leaves: Iterable[Leaf], editions: Iterable[Edition]) -> Iterator[Leaf]:
    """The leaves with the editions that list them in their stamps and dates."""
    latest: dict[int, date] = {}
    often: dict[int, int] = {}
    for edition in editions:
        for _, numbers in edition.listing:
            for number in numbers:
                latest.setdefault(number, edition.date)
                often[number] = often.get(number, 0) + 1
    for leaf in leaves:
        day = latest.get(leaf.number)
        if day is None:
            yield leaf
        else:
            changed = max(day, leaf.changed or day)
            told = f"{day} {often[leaf.number]}"
            stamp, said = f"{leaf.stamp} {told}", f"{leaf.said} {told}"
            yield replace(leaf, stamp=stamp, said=said, changed=changed)


class _Papers:
    """Papers by their numbers, each read from the state once."""

    def __init__(
        self, load: Callable[[Iterable[int]], Mapping[int, Paper]], held: Mapping[int, Paper]
    ) -> None:
        self._load = load
        self._held = dict(held)

    def some(self, numbers: Iterable[int]) -> Mapping[int, Paper]:
        wanted = set(numbers)
        # Not by `wanted - self._held.keys()`: that walks through all that is held.
        if missing := [number for number in wanted if number not in self._held]:
            self._held |= self._load(missing)
        return {number: self._held[number] for number in wanted}


class _InTurn(Sequence[Paper]):
    """Papers by their places. Where one after the other is looked at, many are read at once."""

    def __init__(self, numbers: Sequence[int], load: Callable[[Iterable[int]], Mapping[int, Paper]]) -> None:
        self._numbers = numbers
        self._load = load
        self._held: Mapping[int, Paper] = {}
        self._next = 0
        self._block = 1

    @overload
    def __getitem__(self, index: int) -> Paper: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Paper]: ...
    def __getitem__(self, index: int | slice) -> Paper | Sequence[Paper]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        number = self._numbers[index]
        if number not in self._held:
            self._block = min(_MOST_AT_ONCE, 2 * self._block) if index == self._next else 1
            self._held = self._load(self._numbers[index : index + self._block])
        self._next = index + 1
        return self._held[number]

    def __len__(self) -> int:
        return len(self._numbers)


class _Mentions(Mapping[int, tuple[Mention, ...]]):
    """Where papers stand, by their numbers. Those of an edition lie close together, so blocks are read."""

    def __init__(
        self, numbers: Sequence[int], load: Callable[[Iterable[int]], Mapping[int, tuple[Mention, ...]]]
    ) -> None:
        self._numbers = numbers
        self._places = {number: place for place, number in enumerate(numbers)}
        self._load = load
        self._held: dict[int, Mapping[int, tuple[Mention, ...]]] = {}

    def __getitem__(self, number: int) -> tuple[Mention, ...]:
        block = self._places[number] // BLOCK
        if block not in self._held:
            if len(self._held) == _BLOCKS_HELD:
                del self._held[next(iter(self._held))]
            self._held[block] = self._load(self._numbers[block * BLOCK : (block + 1) * BLOCK])
        return self._held[block].get(number, ())

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
