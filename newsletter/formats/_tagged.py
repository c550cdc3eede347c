"""Records of tagged lines, as RIS, Web of Science and MEDLINE have them: cut out of a dump one by one.

A dump goes in; each record comes out as its lines with the number of the first. What a tag means is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from newsletter.formats import lines
from newsletter.model import Dump, ListedPaper, Problem

LONGEST = 4_000_000
"""Characters of one record: 240,000 of authors alone are real."""
_LINE = 40
"""What a line counts besides its characters: rispy's work grows with the square of a value's lines."""
PUT_BACK = "the file seems cut off; put the whole file back and run again"


@dataclass(slots=True)
class Record:
    """The lines of a record; `ended` where its end is marked, `last` where the file ends behind it."""

    line: int
    lines: list[str] = field(default_factory=list)
    ended: bool = False
    last: bool = False
    size: int = 0

    def add(self, line: str) -> None:
        """One line more; past LONGEST they are only counted."""
        self.size += len(line) + _LINE
        if self.size <= LONGEST:
            self.lines.append(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How a format's lines show where a record begins and ends, and which lines stand around records."""

    begins: Callable[[str], bool]
    ends: Callable[[str], bool]
    around: re.Pattern[str] = re.compile(r"\s*")


def cut_out(dump: Dump, marks: Marks) -> Iterator[Record | Problem]:
    """The records in their order. Too long ones and lines outside of any are told, not given."""
    record: Record | None = None
    stray = _Stray(dump)
    for number, line in lines(dump):
        if marks.begins(line):
            yield from _whole(dump, record)
            record = Record(number)
        elif record is None and not marks.around.fullmatch(line):
            stray.note(number)
        if record is not None:
            record.add(line)
            if marks.ends(line):
                record.ended = True
                yield from _whole(dump, record)
                record = None
    yield from stray.told()
    if record is not None:
        record.last = True
        yield from _whole(dump, record)


def _whole(dump: Dump, record: Record | None) -> Iterator[Record | Problem]:
    if record is not None and record.size > LONGEST:
        yield Problem(
            dump=dump.name, line=record.line, what=f"a record of more than {LONGEST:,} characters is left out"
        )
    elif record is not None:
        yield record


class _Stray:
    """Lines that belong to no record."""

    def __init__(self, dump: Dump) -> None:
        self.dump = dump
        self.count = 0
        self.first = 0

    def note(self, line: int) -> None:
        self.count += 1
        self.first = self.first or line

    def told(self) -> Iterator[Problem]:
        if self.count:
            lines_ = "a line stands" if self.count == 1 else f"{self.count} lines stand"
            yield Problem(dump=self.dump.name, line=self.first, what=f"{lines_} outside of any record")


def closed(
    dump: Dump, marks: Marks, listed: Callable[[Record], ListedPaper]
) -> Iterator[ListedPaper | Problem]:
    """The papers of a dump whose records end with a mark; a last one without it is cut off, and not given."""
    for one in cut_out(dump, marks):
        if isinstance(one, Problem):
            yield one
        else:
            yield cut_off(dump, one) if one.last and not one.ended else listed(one)


def cut_off(dump: Dump, record: Record) -> Problem:
    """The file ends before this record does."""
    return Problem(
        dump=dump.name,
        line=record.line,
        what="the file ends in the middle of a record",
        hint=PUT_BACK,
        cut=True,
    )
