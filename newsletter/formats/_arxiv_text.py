r"""The text in which arXiv has announced papers since 1991: records between lines of ``\\``.

Stage parse: numbered lines go in; listed papers, the date and problems come out. Mailings and listings
differ in what stands around the records and in whether there are abstracts::

    \\
    arXiv:2303.00812 (*cross-listing*)
    Date: Wed, 1 Mar 2023 20:28:17 GMT   (603kb,D)

    Title: One EURO for Uranus: the Elliptical Uranian Relativity Orbiter
      mission
    Authors: Lorenzo Iorio, Athul P. Girija
    Categories: gr-qc astro-ph.EP
    \\
      An abstract, in mailings.
    \\ ( https://arxiv.org/abs/2303.00812 ,  603kb)
    ------------------------------------------------------------------------------

Telling one from the other, and undoing the envelope of a mail, is not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from newsletter.formats import _arxiv
from newsletter.model import DumpDate, ListedPaper, Problem

FENCE = "\\\\"
"""The line around a record."""
CLOSING = "\\\\ ("
"""How the line begins that ends a record of a mailing."""
REPLACED = "replaced with revised version"

_ID = re.compile(r"(?:arXiv:|Paper[^:\n]{0,40}: ?)(\S{5,40})(.*)")
_FIELD = re.compile(
    r"(Title|Authors?|Categories|Subj-class|Comments|Report-no|MSC-class|ACM-class|Journal-ref|DOI|License"
    r"|Date|Date \(revised[^()]{0,20}\)|From|Proxy): ?(.*)"
)
_DAY_MARK = re.compile(r"/\* ?(.{6,40}?) ?\*/")
_REVISION = re.compile(r"Date \(revised v(\d{1,4})\)")
_COUNTS = re.compile(r"\bdaily\s+(\d{1,6}) new(?: \+ (\d{1,6}) cross)?")
_RULER = 40
"""How many signs a ruler has at least; arXiv's have 77 or 78."""
_LONGEST = 1_000_000
"""Characters of a record that are read; the longest author list we know of has 240,000."""

_PUT_BACK = "the file seems cut off; put the whole file back and run again"


def has_records(lines: Iterable[str]) -> bool:
    """Whether a fence is followed by an id anywhere in these lines."""
    before = ""
    for line in lines:
        if before == FENCE and (_ID.match(line) or _DAY_MARK.fullmatch(line)):
            return True
        before = line
    return False


def read(
    dump: str, lines: Iterable[tuple[int, str]], *, closed: bool
) -> Iterator[ListedPaper | DumpDate | Problem]:
    """What the numbered lines hold; `dump` is the name for problems.

    Whether the last record is `closed` by more than a fence tells a whole mailing from one cut off before
    an abstract; a listing ends in a fence.
    """
    reading = _Reading(dump, closed=closed)
    for number, line in lines:
        yield from reading.take(number, line.rstrip())
    yield from reading.end()


def _is_ruler(line: str) -> bool:
    return len(line) >= _RULER and line[0] in "-%" and not line.strip("-%")


# ------------------------------------------------------------------------------------- one record


@dataclass(slots=True)
class _Record:
    """What stands between two fences, and the abstract after them."""

    line: int
    head: list[str] = field(default_factory=list)
    abstract: list[str] = field(default_factory=list)
    closed: bool = False
    """Whether the fence after the head was met."""
    size: int = 0

    def add(self, line: str) -> None:
        self.size += len(line)
        if self.size <= _LONGEST:
            (self.abstract if self.closed else self.head).append(line)

    @property
    def empty(self) -> bool:
        return not self.head

    @property
    def complete(self) -> bool:
        """Whether it may end here: a listing has no abstract, a mailing closes what it has."""
        return self.closed and (not self.abstract or self.abstract[-1] == FENCE)


def _fields(head: Iterable[str]) -> dict[str, str]:
    """The fields of a record's head by name; a line that begins none goes on with the one before."""
    parts: dict[str, list[str]] = {}
    name = ""
    for line in head:
        found = _FIELD.fullmatch(line)
        if found:
            name = found[1]
            parts.setdefault(name, []).append(found[2])
        elif line.startswith(REPLACED):
            name = REPLACED
            parts[name] = [line[len(REPLACED) :]]
        elif name:
            parts[name].append(line)
    return {name: _arxiv.one_line(" ".join(said)) for name, said in parts.items()}


def _listed(record: _Record, found: re.Match[str], listed: date | None) -> ListedPaper:
    fields = _fields(record.head[1:])
    names, places = _arxiv.authors(fields.get("Authors") or fields.get("Author", ""))
    keys = _arxiv.ids(found[1], fields.get("DOI", ""))
    updated, version = _revision(fields)
    return ListedPaper(
        title=fields.get("Title", ""),
        abstract=_arxiv.one_line(" ".join(line for line in record.abstract if line != FENCE)),
        line=record.line,
        authors=names,
        affiliations=places,
        ids=keys,
        links=_arxiv.abstract_page(keys),
        categories=tuple((fields.get("Categories") or fields.get("Subj-class", "")).split()),
        venue=fields.get("Journal-ref", ""),
        comment=fields.get("Comments", ""),
        licence=fields.get("License", ""),
        kind=_arxiv.kind(cross="cross" in found[0], replaced=REPLACED in fields),
        version=version or _arxiv.version(found[1]),
        published=_arxiv.day(fields.get("Date", "")),
        updated=updated,
        listed=listed,
    )


def _revision(fields: dict[str, str]) -> tuple[date | None, int | None]:
    """When the record was last revised and to which version, as far as it says."""
    latest, version = _arxiv.day(fields.get(REPLACED, "")), None
    for name, said in fields.items():
        if name.startswith("Date ("):
            latest = _arxiv.day(said) or latest
            numbered = _REVISION.fullmatch(name)
            version = int(numbered[1]) if numbered else version
    return latest, version


# ------------------------------------------------------------------------------------ one reading


class _Reading:
    """Where in the text we are: between records, or in one."""

    def __init__(self, dump: str, *, closed: bool) -> None:
        self.dump = dump
        self.closed = closed
        self.record: _Record | None = None
        self.listed: date | None = None
        self.dated = False
        self.counts = _Counts(dump)

    def take(self, number: int, line: str) -> Iterator[ListedPaper | DumpDate | Problem]:
        record = self.record
        if record is None:
            yield from self._between(number, line)
        elif _is_ruler(line):
            yield from self._finish(record)
        elif not record.closed:
            yield from self._in_head(record, number, line)
        elif line.startswith(CLOSING):
            yield from self._finish(record)
        elif record.complete and _ID.match(line):
            # Some copies have lost their rulers: the next record begins behind a fence all the same.
            yield from self._finish(record)
            self.record = _Record(number, [line])
        elif line.strip() or record.abstract:
            record.add(line)

    def end(self) -> Iterator[ListedPaper | DumpDate | Problem]:
        record = self.record
        if record is not None and not record.empty:
            if self.closed or not record.complete:
                what = "the file ends in the middle of a record"
                yield self._problem(record.line, what, hint=_PUT_BACK, cut=True)
                return
            yield from self._finish(record)
        yield from self.counts.settle()

    def _between(self, number: int, line: str) -> Iterator[DumpDate | Problem]:
        if line == FENCE:
            self.record = _Record(number)
        elif line.startswith("Subject:"):
            yield from self.counts.settle()
            self.counts.expect(number, line)
        elif line.startswith("Date:"):
            yield from self._dates(_arxiv.day(line))
        elif line.strip().startswith("received from") and " to " in line:
            yield from self._dates(_arxiv.day(line.rpartition(" to ")[2]))

    def _in_head(self, record: _Record, number: int, line: str) -> Iterator[ListedPaper | DumpDate | Problem]:
        if line.startswith(CLOSING):
            yield from self._finish(record)
        elif line == FENCE:
            record.closed = not record.empty
        elif line.strip():
            record.line = number if record.empty else record.line
            record.add(line)

    def _finish(self, record: _Record) -> Iterator[ListedPaper | DumpDate | Problem]:
        """Tell what a record that has come to its end holds."""
        self.record = None
        if record.empty:
            return
        found = _ID.match(record.head[0])
        mark = _DAY_MARK.fullmatch(record.head[0])
        if mark:
            self.listed = _arxiv.day(mark[1])
            yield from self._dates(self.listed)
        elif found is None:
            yield self._problem(record.line, f"no arXiv id in a record: {_quoted(record.head[0])}")
        else:
            yield from self._tell(record, _listed(record, found, self.listed))

    def _tell(self, record: _Record, listed: ListedPaper) -> Iterator[ListedPaper | Problem]:
        self.counts.count(listed.kind)
        if record.size > _LONGEST:
            yield self._problem(record.line, f"a record of more than {_LONGEST:,} characters")
        elif listed.title:
            yield listed
        else:
            yield self._problem(record.line, f"a record without a title: {_quoted(record.head[0])}")

    def _dates(self, day: date | None) -> Iterator[DumpDate]:
        if day is not None and not self.dated:
            self.dated = True
            yield from _arxiv.dump_date(day)

    def _problem(self, line: int, what: str, *, hint: str = "", cut: bool = False) -> Problem:
        return Problem(dump=self.dump, what=what, line=line or None, hint=hint, cut=cut)


class _Counts:
    """What the subject of a mailing promises ("daily 53 new + 4 crosses received"), and what was there."""

    def __init__(self, dump: str) -> None:
        self.dump = dump
        self.line = 0
        self.promised: tuple[int, int] | None = None
        self.found = {"new": 0, "cross": 0}

    def expect(self, line: int, subject: str) -> None:
        said = _COUNTS.search(subject[:_LONGEST_SUBJECT])
        self.line = line
        self.promised = (int(said[1]), int(said[2] or 0)) if said else None
        self.found = {"new": 0, "cross": 0}

    def count(self, kind: str) -> None:
        if kind in self.found:
            self.found[kind] += 1

    def settle(self) -> Iterator[Problem]:
        """A problem where fewer papers came than the subject promised."""
        if self.promised is None:
            return
        new, cross = self.promised
        if self.found["new"] < new or self.found["cross"] < cross:
            yield Problem(
                dump=self.dump,
                line=self.line or None,
                what=f"the subject says {new} new and {cross} crosses, but there are"
                f" {self.found['new']} and {self.found['cross']}",
                hint=_PUT_BACK,
            )
        self.promised = None


_LONGEST_SUBJECT = 200
_SHOWN = 60


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
