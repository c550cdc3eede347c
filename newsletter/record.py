"""Recording a dump: it is parsed, diffed against what is known, and all it says is written in one
transaction. In: a dump and the state. Out: what came of it, as a Recorded. What the papers mean to
profiles and readers comes later, in rounds.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from newsletter import __version__, formats
from newsletter.diff import Diff, Record, diff
from newsletter.errors import DumpError, NewsletterError
from newsletter.identity import aliases, settle_date
from newsletter.model import Dump, DumpDate, ListedPaper, Problem
from newsletter.ports import SILENT, Progress
from newsletter.repeats import alike, may_repeat
from newsletter.settings import Limits
from newsletter.store import Store
from newsletter.store.paper_rows import Clean
from newsletter.text import clean

REVISION = "revision"
"""Mark: moves with everything recorded that may be published."""
_CHUNK = 1000
"""Listings looked up and written at a time: memory stays flat however large a dump is."""
_LARGE = 256 * 1024 * 1024
"""Bytes of a dump from which on what it makes the state write is more than its log is good for."""
_MOST_PROBLEMS = 100
"""Problems kept of one dump; beyond them their number says enough."""
_STARTS = 2
MOST_COMPARED = 2000
"""A dump that brings more new papers is a whole archive: there no possible repeats are looked for. To look
costs up to 3 ms a title among three million, and such a dump may hold as many."""
_REPEATS_KEPT = 3


class _Unsettled(Exception):
    """What was read is the beginning of a file that is still being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What came of one dump. `state` is read, partly or quarantined; known for content seen before, or
    unsettled for a file that is still being written.
    """

    name: str
    state: str
    date: date | None = None
    format: str = ""
    listed: int = 0
    new: int = 0
    revised: int = 0
    again: int = 0
    problems: tuple[Problem, ...] = ()
    compared: bool = True
    """Whether near-equal titles of known papers were looked for."""


def borne_date(dump: Dump) -> date:
    """The date a dump bears, as far as its first lines tell."""
    reading = _Reading(())
    with suppress(DumpError):
        reading = _Reading(formats.load(formats.recognise(dump)).read(dump))
        next(reading, None)
    return settle_date(dump.name, reading.says, dump.modified.date())


def record_dump(
    store: Store,
    dump: Dump,
    now: datetime,
    *,
    silent: bool = False,
    settled: bool = True,
    progress: Progress = SILENT,
) -> Recorded:
    """Read a dump and record it. `silent` papers are never mailed (a backfill).

    Known content is left alone; so is a dump that was quarantined by this version of the program under the
    same limits, or partly read under them.
    A dump during which two runs died is quarantined by name. One that is not `settled` and ends in the
    middle of a record is still being written: nothing is recorded of it.
    """
    known = store.dumps.get(dump.sha256)
    program = reader(dump)
    if known and _settled_before(known.state, known.program, program):
        return Recorded(name=dump.name, state="known")
    row = store.dumps.start(name=dump.name, sha256=dump.sha256, size=dump.size, program=program, now=now)
    if row.starts > _STARTS and known and known.state == "started":
        return _quarantine(store, row.id, dump, _died(dump.name), now)
    try:
        with store.transaction(large=dump.size >= _LARGE):
            return _record(store, row.id, dump, now, silent=silent, settled=settled, progress=progress)
    except _Unsettled:
        store.dumps.forget(row.id)
        return Recorded(name=dump.name, state="unsettled")
    except DumpError as error:
        problem = Problem(dump=dump.name, what=error.what, hint=error.hint)
    except (NewsletterError, KeyboardInterrupt, SystemExit):
        store.dumps.unstart(row.id)
        raise
    except Exception as error:  # noqa: BLE001 - a fault in one format costs one dump, never the run
        problem = _fault(dump.name, error)
    return _quarantine(store, row.id, dump, problem, now)


def reader(limits: Dump | Limits) -> str:
    """What reads a dump: a later version of the program, or one with other limits, may read more of it."""
    return f"{__version__} {limits.line_bytes} {limits.depth}"


def _settled_before(state: str, then: str, now: str) -> bool:
    # Of a dump that was read in part a new version says the same again, but a limit that was raised, as the
    # problem's hint asked for, lets the rest in.
    same_limits = then.partition(" ")[2] == now.partition(" ")[2]
    return state == "read" or (state == "quarantined" and then == now) or (state == "partly" and same_limits)


def _died(name: str) -> Problem:
    return Problem(
        dump=name,
        what="two runs ended while they were reading it",
        hint="take it out of the inbox, and report it; `newsletter parse FILE` shows where it stops",
    )


def _fault(name: str, error: Exception) -> Problem:
    return Problem(
        dump=name,
        what=f"reading it failed inside the program: {type(error).__name__}: {error}",
        hint="report it; `newsletter parse FILE` shows where it stops",
    )


def _quarantine(store: Store, row: int, dump: Dump, problem: Problem, now: datetime) -> Recorded:
    with store.transaction():
        store.dumps.finish(row, state="quarantined", now=now, problems=(problem,))
        store.runs.advance(REVISION)
    return Recorded(name=dump.name, state="quarantined", problems=(problem,))


def _record(
    store: Store, row: int, dump: Dump, now: datetime, *, silent: bool, settled: bool, progress: Progress
) -> Recorded:
    name = formats.recognise(dump)
    reading = _Reading(formats.load(name).read(dump))
    day: date | None = None
    counts: Counter[str] = Counter()
    new: list[int] = []
    while chunk := list(islice(reading, _CHUNK)):
        # A page says its date before its first listing; from then on the date holds.
        day = day or settle_date(dump.name, reading.says, dump.modified.date())
        outcome = diff_chunk(store, chunk, dump.name)
        texts = _texts(outcome.records)
        brought = store.papers.write(outcome, texts, dump=row, day=day, now=now, silent=silent)
        new += brought if len(new) <= MOST_COMPARED else ()
        counts.update(each.what for each in outcome.outcomes)
        counts["listed"] += len(chunk)
        progress.papers(len(chunk))
    day = day or settle_date(dump.name, reading.says, dump.modified.date())
    compared = len(new) <= MOST_COMPARED
    mark_repeats(store, new if compared else (), row)
    problems = reading.problems(dump.name, listed=counts["listed"]) + _damage(dump)
    if not settled and any(problem.cut for problem in problems):
        raise _Unsettled
    state = "partly" if problems else "read"
    store.dumps.finish(row, state=state, now=now, problems=problems, day=day, format=name, counts=counts)
    # In the dump's own transaction: a page that only lists papers again brings no edition, and a run that
    # dies after recording it would leave the site without the new sightings.
    store.runs.advance(REVISION)
    return Recorded(
        name=dump.name, state=state, date=day, format=name, problems=problems, compared=compared, **counts
    )


def mark_repeats(store: Store, new: Iterable[int], dump: int) -> None:
    """Mark which of the papers that a dump brought may be known ones under a near-equal title."""
    papers = {paper.number: paper for paper in store.papers.load(new).values()}
    for number, paper in sorted(papers.items()):
        titles = store.repeats.candidates(paper.title, before=number)
        near = [other for other, title in titles.items() if alike(paper.title, title)]
        known = store.papers.load(near)
        older = [other for other in near if may_repeat(paper, known[other])]
        store.repeats.mark(number, older[:_REPEATS_KEPT], dump=dump)


def _damage(dump: Dump) -> tuple[Problem, ...]:
    hint = "put the whole file back and run again"
    return (Problem(dump=dump.name, what=dump.damage, hint=hint, cut=True),) if dump.damage else ()


class _Reading(Iterator[ListedPaper]):
    """The listings of a dump one by one; the date it says and its problems are kept aside."""

    def __init__(self, found: Iterable[ListedPaper | DumpDate | Problem]) -> None:
        self._found = iter(found)
        self.says: DumpDate | None = None
        self._problems: list[Problem] = []
        self._beyond = 0

    def __next__(self) -> ListedPaper:
        for found in self._found:
            if isinstance(found, ListedPaper):
                return found
            if isinstance(found, DumpDate):
                self.says = found
            elif len(self._problems) < _MOST_PROBLEMS:
                self._problems.append(found)
            else:
                self._beyond += 1
        raise StopIteration

    def problems(self, name: str, *, listed: int) -> tuple[Problem, ...]:
        """What could not be used; a dump without a single listing is a problem too."""
        problems = tuple(self._problems)
        if self._beyond:
            problems += (Problem(dump=name, what=f"{self._beyond} more problems of this kind"),)
        if not listed and not problems:
            hint = "see that the whole page was saved, then put it into the inbox again"
            problems = (Problem(dump=name, what="no listing in it", hint=hint),)
        return problems


def diff_chunk(store: Store, listings: list[ListedPaper], dump: str) -> Diff:
    """The diff of some listings against all that the state knows."""
    keys = {key for listed in listings for key in aliases(listed)}
    return diff(listings, store.papers.known(keys), dump)


def _texts(records: Iterable[Record]) -> dict[int, Clean]:
    """The texts of records as people read them; a title that cleaning would empty stays as it was."""
    return {
        record.number: Clean(
            title=clean(record.merged.title) or record.merged.title.strip(),
            abstract=clean(record.merged.abstract),
        )
        for record in records
    }
