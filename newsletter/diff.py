"""The diff: which listings are new papers, which are known ones seen again, which revise a known one.

In: listings in the order of their dump, and the records of every paper one of their keys names.
Out: for each listing what it is, and the records as they are now. No database, no clock: the store reads
the records before and writes them after.

A record is all that we know of one paper: what every listing of it said, merged. Merging keeps, for each
field, the fuller value, and its choice does not depend on the order in which the listings came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Literal

from newsletter.identity import ARXIV, TITLE, aliases, fold, same_text
from newsletter.model import ListedPaper

What = Literal["new", "again", "revised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the value of a field came from."""

    dump: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of one paper. `number` is below zero until the store has given it one.

    `absorbed` are the numbers of known papers that turned out to be this one.
    """

    number: int
    merged: ListedPaper
    keys: frozenset[str]
    origins: tuple[tuple[str, Origin], ...] = ()
    absorbed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one listing is: of which record, and whether that makes it new, revised or seen again.

    `grown` is true where a known paper's abstract got fuller: it may fit profiles it did not fit before.
    `changed` names what a revision changed.
    """

    listed: ListedPaper
    number: int
    what: What
    grown: bool = False
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """The outcomes in the order of the listings, and every record that is new or changed, by number."""

    outcomes: tuple[Outcome, ...]
    records: tuple[Record, ...]


_MANY = 50
"""A title that more papers share ("Editorial") says nothing: there only abstracts that begin alike are
compared, or a dump of such titles would take the square of its size.
"""
_BEGINNING = 40


class _Catalogue:
    """The known records by number and by key, growing while the listings of one dump are read."""

    def __init__(self, known: Iterable[Record]) -> None:
        self.records: dict[int, Record] = {}
        self.by_key: dict[str, set[int]] = {}
        self.changed: set[int] = set()
        self._next = -1
        for record in known:
            self._hold(record)

    def _hold(self, record: Record) -> None:
        self.records[record.number] = record
        for key in record.keys:
            self.by_key.setdefault(key, set()).add(record.number)

    def named_by(self, keys: Iterable[str]) -> list[Record]:
        """The records that any of the keys names, oldest first."""
        numbers = {number for key in keys for number in self.by_key.get(key, ())}
        return [self.records[number] for number in sorted(numbers, key=_age)]

    def add(self, listed: ListedPaper, keys: Iterable[str], dump: str) -> Record:
        record = _said_by(self._next, listed, keys, dump)
        self._next -= 1
        self.put(record)
        return record

    def put(self, record: Record) -> None:
        for number in record.absorbed:
            if gone := self.records.pop(number, None):
                self.changed.discard(number)
                for key in gone.keys:
                    self.by_key[key].discard(number)
        self._hold(record)
        self.changed.add(record.number)


def diff(listings: Iterable[ListedPaper], known: Iterable[Record], dump: str) -> Diff:
    """Tell for each listing of `dump` what it is, given the records its keys may name."""
    catalogue = _Catalogue(known)
    outcomes = tuple(_place(listed, catalogue, dump) for listed in listings)
    numbers = sorted(catalogue.changed, key=_age)
    return Diff(outcomes=outcomes, records=tuple(catalogue.records[number] for number in numbers))


def _place(listed: ListedPaper, catalogue: _Catalogue, dump: str) -> Outcome:
    keys = aliases(listed)
    named = catalogue.named_by(keys)
    same = same_papers(listed, named) if named else ()
    if not same:
        return Outcome(listed=listed, number=catalogue.add(listed, keys, dump).number, what="new")
    before = same[0]
    said_now = _said_by(before.number, listed, keys, dump)
    if len(same) == 1 and _says_nothing_more(said_now, before):
        return Outcome(listed=listed, number=before.number, what="again")
    now = _join(_united(same), said_now)
    if now != before:
        catalogue.put(now)
    grown = len(now.merged.abstract) > len(before.merged.abstract)
    if is_revision(before.merged, listed):
        told = changes(before.merged, now.merged)
        return Outcome(listed=listed, number=now.number, what="revised", grown=grown, changed=told)
    return Outcome(listed=listed, number=now.number, what="again", grown=grown)


def _says_nothing_more(listing: Record, known: Record) -> bool:
    """Whether joining the two would leave the known one as it is: of a snapshot that comes every week, that
    is nearly all, and to see it takes a fifth of the time.
    """
    if listing.merged != known.merged or not listing.keys <= known.keys:
        return False
    version = listing.merged.version or 0
    return all(origin.version >= version for _, origin in known.origins)


def same_papers(listed: ListedPaper, named: Iterable[Record]) -> tuple[Record, ...]:
    """Of the records that a listing's keys name, those that are the same paper, oldest first.

    An id decides before a title does. Different arXiv ids are never one paper; a title joins a listing
    to a paper only as `_same_title` says, and where several are left by title alone, to the oldest.
    """
    ids = set(listed.ids)
    fitting = [record for record in named if not _different_arxiv(ids, record.keys)]
    by_id = [record for record in fitting if ids & record.keys]
    numbers = {record.number for record in by_id}
    by_title = [record for record in fitting if record.number not in numbers]
    sharing = len(by_title) + len(by_id)
    if sharing > _MANY:
        by_title = [record for record in by_title if _begins_like(listed.abstract, record.merged.abstract)]
    by_title = [record for record in by_title if _same_title(listed, record, shared=sharing > 1)]
    if by_id:
        return _consistent(sorted((*by_id, *by_title), key=lambda record: _age(record.number)))
    return tuple(by_title[:1])


def _begins_like(one: str, other: str) -> bool:
    return one[:_BEGINNING].casefold() == other[:_BEGINNING].casefold()


def _same_title(listed: ListedPaper, record: Record, *, shared: bool) -> bool:
    """Whether a listing with the title of a record, and none of its ids, is that paper.

    A title that several papers share is no key any more ("Dark Matter" is the title of five), and two
    DOIs under one title ("Editorial") are a hint of two papers: there both need abstracts that agree.
    Where neither side has an id, abstracts that clearly differ keep them apart.
    """
    ids, known = set(listed.ids), _ids(record.keys)
    if shared or _schemes(ids) & _schemes(known):
        return bool(listed.abstract and record.merged.abstract) and _agree(listed, record)
    return bool(ids or known) or _agree(listed, record)


def _agree(listed: ListedPaper, record: Record) -> bool:
    return same_text(listed.abstract, record.merged.abstract)


def _consistent(records: list[Record]) -> tuple[Record, ...]:
    """The oldest and all that may be joined to it without mixing two arXiv ids."""
    kept = records[:1]
    for record in records[1:]:
        if not any(_different_arxiv(record.keys, other.keys) for other in kept):
            kept.append(record)
    return tuple(kept)


def _different_arxiv(one: Iterable[str], other: Iterable[str]) -> bool:
    first = {key for key in one if key.startswith(ARXIV)}
    second = {key for key in other if key.startswith(ARXIV)}
    return bool(first and second) and not first & second


def _ids(keys: Iterable[str]) -> set[str]:
    return {key for key in keys if not key.startswith(TITLE)}


def _schemes(keys: Iterable[str]) -> set[str]:
    return {key.partition(":")[0] for key in keys}


def is_revision(before: ListedPaper, listed: ListedPaper) -> bool:
    """Whether a listing is a later version of a known paper."""
    if listed.version is None:
        return False
    if before.version is None:
        return listed.version > 1 and listed.kind.startswith("replaced")
    return listed.version > before.version


def changes(before: ListedPaper, now: ListedPaper) -> tuple[str, ...]:
    """What a revision changed, in words: of title, abstract, authors."""
    told = {
        "title": fold(before.title) != fold(now.title),
        "abstract": bool(before.abstract) and fold(before.abstract) != fold(now.abstract),
        "authors": bool(before.authors) and before.authors != now.authors,
    }
    return tuple(name for name, changed in told.items() if changed)


# ---------------------------------------------------------------------------------------------- merging


def first_record(number: int, listed: ListedPaper, dump: str) -> Record:
    """The record of a paper that one listing has made known."""
    return _said_by(number, listed, aliases(listed), dump)


def _said_by(number: int, listed: ListedPaper, keys: Iterable[str], dump: str) -> Record:
    # Where the lines of an abstract break is its dump's affair, and no reason to write a paper anew.
    merged = replace(listed, abstract=" ".join(listed.abstract.split()), **_UNMERGED)
    origin = Origin(dump=dump, version=listed.version or 0)
    origins = tuple([(name, origin) for name in said(merged)])
    return Record(number=number, merged=merged, keys=frozenset(keys), origins=origins)


def said(merged: ListedPaper) -> list[str]:
    """The names of the fields that hold something, sorted."""
    return [name for name, value in zip(_SORTED, _values(merged), strict=True) if value or value == 0]


def merge(record: Record, listed: ListedPaper, dump: str) -> Record:
    """What is known after one more listing."""
    return _join(record, first_record(record.number, listed, dump))


def _united(records: tuple[Record, ...]) -> Record:
    """Several records that are one paper: the oldest stays and absorbs the others."""
    united = records[0]
    for other in records[1:]:
        joined = _join(united, other)
        united = replace(joined, absorbed=(*united.absorbed, other.number, *other.absorbed))
    return united


def _join(one: Record, other: Record) -> Record:
    origins, others = dict(one.origins), dict(other.origins)
    values: dict[str, Any] = {}
    for name in _MERGED:
        first = (getattr(one.merged, name), origins.get(name))
        second = (getattr(other.merged, name), others.get(name))
        values[name], origin = _fuller(name, first, second)
        if origin:
            origins[name] = origin
    merged = replace(one.merged, **values)
    said = tuple(sorted(origins.items(), key=lambda said: said[0]))
    return replace(one, merged=merged, keys=one.keys | other.keys, origins=said)


_Said = tuple[Any, Origin | None]


def _fuller(name: str, one: _Said, other: _Said) -> _Said:
    """The value to keep of a field, and where it came from; the first where both are as good."""
    if one[0] in _NOTHING or other[0] in _NOTHING:
        return other if one[0] in _NOTHING else one
    if one[0] == other[0]:
        return max(one, other, key=lambda said: said[1].version if said[1] else 0)
    if name in _UNIONS:
        return tuple(sorted({*one[0], *other[0]}, key=repr)), one[1]
    if name in _EXTREMES:
        return one if _EXTREMES[name](one[0], other[0]) == one[0] else other
    return max(one, other, key=lambda said: _fullness(name, *said))


def _fullness(name: str, value: str | tuple[str, ...], origin: Origin | None) -> tuple[object, ...]:
    """A total order on values, so that merging gives the same in any order: version, length, the value."""
    version = origin.version if origin and name in _VERSIONED else 0
    size = len(fold(value)) if isinstance(value, str) and name == "title" else len(value)
    return (version, size, value)


_NOTHING: tuple[object, ...] = ("", (), None)
_VERSIONED = frozenset({"title", "abstract", "authors", "comment"})
_UNIONS = frozenset({"ids", "links", "keywords"})
_EXTREMES: Mapping[str, Any] = {"published": min, "updated": max, "version": max}
_UNMERGED: dict[str, Any] = {
    "line": None,
    "index": None,
    "kind": "new",
    "listed": None,
    "votes": None,
    "stars": None,
    "submitter": "",
}
"""Facts of one listing rather than of the paper: they stay with the sighting."""
_MERGED = tuple(field.name for field in fields(ListedPaper) if field.name not in _UNMERGED)
_SORTED = tuple(sorted(_MERGED))
_values = attrgetter(*_SORTED)


def _age(number: int) -> tuple[bool, int]:
    """Orders record numbers from old to new: stored ones first, then new ones in the order they came."""
    return (number < 0, abs(number))
