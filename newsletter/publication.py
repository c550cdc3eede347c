"""What may be published, as values: editions, the papers that have a page, profiles as the site shows them.

An archive may have a hundred thousand pages, of which a new day changes a few. So whatever is large in it is
read when it is looked at (Later), and each page can say beforehand what it is made of (Leaf, Draft). No file
and no database here: who makes an archive says how its parts are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Generic, TypeVar, overload

from newsletter.model import Match, Paper, Section, Trend

T = TypeVar("T")


class Later(Sequence[T], Generic[T]):
    """A sequence that is made when it is first looked at."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> tuple[T, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._made[index]

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one run newly lists on the site: immutable. `name` is its date, with -2, -3 for later ones.

    `listing` are the numbers of the papers in each of its public sections, by the profile's slug.
    """

    name: str
    date: date
    made: datetime
    sections: Sequence[Section]
    health: tuple[str, ...] = ()
    listing: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def listed(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Its listing; made of its sections where nobody gave one."""
        return self.listing or tuple(
            (section.profile, tuple(pick.paper.number for pick in section.all))
            for section in self.sections
            if not section.private
        )

    def public(self, profiles: Container[str]) -> Iterator[Section]:
        """Its sections of some profiles, by their slugs, without those that are one reader's alone."""
        for section in self.sections:
            if not section.private and section.profile in profiles:
                yield section

    @property
    def papers(self) -> int:
        """How many distinct papers it lists."""
        return len(set().union(*(numbers for _, numbers in self.listed)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCard:
    """A profile as the site shows it. `slug` is its id for ever, `address` its present folder name.

    `former` are folder names it had before: pages there redirect, feeds are written there too.
    `active` is false for a profile that config.yaml no longer has: its pages stay.
    """

    slug: str
    address: str
    title: str
    description: str = ""
    former: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Leaf:
    """A paper's page before the paper is read. `stamp` changes whenever what we know of the paper may have;
    `said` when its texts may have, or what fits them, but not when it stands on one more list. `changed` is
    when an edition or list last named it, or a version came.
    """

    number: int
    slug: str
    stamp: str = ""
    said: str = ""
    changed: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """That an edition lists a paper for a profile: `edition` is its name."""

    edition: str
    date: date
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A dump that was read, as the site may tell of it: the date it bears, and how many papers were on it."""

    date: date
    papers: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was recorded, in numbers: papers, dumps by what came of them, the latest dumps by their dates, and
    when each source last brought one.
    """

    papers: int = 0
    dumps: Mapping[str, int] = field(default_factory=dict)
    latest: tuple[Listed, ...] = ()
    sources: tuple[tuple[str, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Archive:
    """All that may be published, newest edition first. Private profiles are not in it."""

    editions: tuple[Edition, ...]
    profiles: tuple[ProfileCard, ...]
    papers: Sequence[Paper]
    """Every paper that has a page: in an edition or trending; in the order of their numbers."""
    leaves: Sequence[Leaf] = ()
    """Their pages, in the same order."""
    mentions: Mapping[int, tuple[Mention, ...]] | None = None
    """By a paper's number where it stands, newest edition first; None: as the editions say."""
    repeats: tuple[tuple[str, str], ...] | None = None
    """Slugs of papers that may be the same: (newer, older); None: as the papers say."""
    similar: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """The numbers of papers, each with those of the papers that are like it, the nearest first."""
    trending: tuple[Trend, ...] = ()
    started: tuple[tuple[int, datetime], ...] = ()
    """Numbers of papers that came to trend, with the moment they did, the latest first."""
    redirects: tuple[tuple[str, str], ...] = ()
    """Slugs of papers that were joined into others: (old slug, slug now)."""
    notes: tuple[tuple[date, str], ...] = ()
    """The editor's notes: (edition date, Markdown)."""
    tally: Tally = Tally()
    authority: str = "newsletter.invalid,2026"
    """Of the tag: URIs that name feeds and entries; fixed when the state was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file of out/site: `path` with forward slashes, relative to it.

    `mapped` are the pages that a person may come to by a search engine; `changed` is when one last did.
    """

    path: str
    content: bytes
    mapped: bool = False
    changed: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Files that are only made where `made_of`, a stamp of all that goes into them, has changed: the one at
    `path`, and those that it goes on in.
    """

    path: str
    made_of: str
    make: Callable[[], Iterable[Artifact]]
    mapped: bool = False
    changed: date | None = None

    def artifacts(self) -> tuple[Artifact, ...]:
        """All of its files, made."""
        return tuple(
            Artifact(path=made.path, content=made.content, mapped=self.mapped, changed=self.changed)
            for made in self.make()
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A draft that stands published: what it was made of, and the files that its first one goes on in."""

    made_of: str
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Files that are made of the paths of all other mapped ones, with when those changed."""

    make: Callable[[Mapping[str, date | None]], Iterable[Artifact]]


Output = Artifact | Draft | Summary


def made(outputs: Iterable[Output]) -> Iterator[Artifact]:
    """All files, made, whatever has changed."""
    mapped: dict[str, date | None] = {}
    summaries: list[Summary] = []
    for output in outputs:
        if isinstance(output, Summary):
            summaries.append(output)
            continue
        for artifact in output.artifacts() if isinstance(output, Draft) else (output,):
            mapped |= {artifact.path: artifact.changed} if artifact.mapped else {}
            yield artifact
    for summary in summaries:
        yield from summary.make(mapped)


def stamp(parts: Iterable[str]) -> str:
    """One short stamp of several."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part.encode("utf-8", "backslashreplace") + b"\0")
    return digest.hexdigest()


def leaves_of(archive: Archive) -> Sequence[Leaf]:
    """The pages of all papers."""
    if archive.leaves:
        return archive.leaves
    latest = _latest(archive.editions)
    return [
        Leaf(paper.number, paper.slug, stamp((repr(paper),)), _said(paper), _changed(paper, latest))
        for paper in archive.papers
    ]


def mentions_of(archive: Archive) -> Mapping[int, tuple[Mention, ...]]:
    """For each paper's number where it stands, newest edition first."""
    if archive.mentions is not None:
        return archive.mentions
    public = {card.slug for card in archive.profiles}
    found: dict[int, tuple[Mention, ...]] = {}
    for edition in archive.editions:
        for section in edition.public(public):
            for pick in section.all:
                mention = Mention(edition=edition.name, date=edition.date, match=pick.match)
                found[pick.paper.number] = (*found.get(pick.paper.number, ()), mention)
    return found


def repeats_of(archive: Archive) -> tuple[tuple[str, str], ...]:
    """Which papers may be the same as which, by their slugs."""
    if archive.repeats is not None:
        return archive.repeats
    return tuple((paper.slug, repeat.slug) for paper in archive.papers for repeat in paper.repeats)


def _said(paper: Paper) -> str:
    return stamp((repr(replace(paper, sightings=())),))


def _latest(editions: Iterable[Edition]) -> dict[int, date]:
    """When an edition last listed each paper, by its number; the editions come newest first."""
    found: dict[int, date] = {}
    for edition in editions:
        for _, numbers in edition.listed:
            for number in numbers:
                found.setdefault(number, edition.date)
    return found


def _changed(paper: Paper, latest: Mapping[int, date]) -> date | None:
    dates = [*paper.lists, *([paper.revised.date()] if paper.revised else [])]
    dates += [latest[paper.number]] if paper.number in latest else []
    return max(dates, default=None)
