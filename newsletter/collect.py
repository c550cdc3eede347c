"""Collect and record: what the inbox holds that is not known yet, dump by dump into the state."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from newsletter import idle, inbox
from newsletter.containers import unpacked
from newsletter.model import Dump, Problem
from newsletter.ports import Progress
from newsletter.progress import watched
from newsletter.record import MOST_COMPARED, Recorded, borne_date, reader, record_dump
from newsletter.report import Report, Wishes
from newsletter.settings import Config, Limits
from newsletter.store import Store

_LOG = logging.getLogger(__name__)
_LONG_AGO_DAYS = 31


def record_dumps(
    store: Store,
    config: Config,
    report: Report,
    *,
    now: datetime,
    wall: datetime,
    wishes: Wishes,
    progress: Progress,
) -> None:
    """Record what is new in the inbox, each dump in a transaction of its own, in the order of their dates."""
    program = reader(config.limits)
    waiting, unread = _collect(store, config, report, now, program, leave=wishes.leave)
    parts = Counter(file.path for _, _, file, _ in waiting)
    progress.expect(sum(dump.size for _, _, _, dump in waiting))
    for _, _, file, dump in sorted(waiting, key=lambda each: each[:2]):
        # An archive has its directory at its end: where that was read, the file is whole.
        settled = dump.name != file.name or not inbox.is_young(file, wall)
        with watched(dump, progress) as seen:
            recorded = record_dump(
                store, seen, now, silent=wishes.backfill, settled=settled, progress=progress
            )
        if recorded.state == "unsettled":
            report.left += 1
            continue
        report.dumps.append(recorded)
        _log_dump(recorded)
        # Of an archive the worst part decides: were it the last, nobody would look at the others again.
        unread |= {file.path} if recorded.state != "read" else set()
        parts[file.path] -= 1
        if not parts[file.path]:
            refused = program if file.path in unread else None
            store.dumps.remember(inbox.shown(file.path), file.size, file.mtime_ns, refused=refused)
    report.hints += [_not_compared(dump) for dump in report.dumps if not dump.compared]
    _hint_at_backfill(store, report, backfill=wishes.backfill)


def _log_dump(dump: Recorded) -> None:
    _LOG.info("%s: %s, %d listed, %d new", dump.name, dump.state, dump.listed, dump.new)
    for problem in dump.problems:
        _LOG.warning("%s", problem)


def _collect(
    store: Store, config: Config, report: Report, now: datetime, program: str, *, leave: frozenset[str]
) -> tuple[list[tuple[date, str, inbox.Found, Dump]], set[str]]:
    """The dumps of the files that are not known yet, and the paths of those of which a part was refused."""
    found, problems = inbox.find(config.inbox, idle.ours(config))
    _tell(store, report, problems, now)
    known = store.dumps.files(program)
    waiting: list[tuple[date, str, inbox.Found, Dump]] = []
    unread: set[str] = set()
    unchanged = []
    for file in found:
        if known.get(inbox.shown(file.path)) == (file.size, file.mtime_ns):
            unchanged.append(file.name)
            continue
        taken = None if file.path in leave else inbox.take(file, config.limits)
        if taken is None:
            report.left += 1
            continue
        dumps, left_out = ([], [taken]) if isinstance(taken, Problem) else _unpacked(taken, config.limits)
        _tell(store, report, left_out, now)
        waiting += [(borne_date(dump), dump.name, file, dump) for dump in dumps]
        unread |= {file.path} if left_out else set()
        report.unread += bool(left_out)
    store.dumps.forgive(report.standing, unchanged)
    return waiting, unread


def _unpacked(taken: Dump, limits: Limits) -> tuple[list[Dump], list[Problem]]:
    found = list(unpacked(taken, limits))
    dumps = [each for each in found if isinstance(each, Dump)]
    return dumps, [each for each in found if isinstance(each, Problem)]


def _tell(store: Store, report: Report, problems: Iterable[Problem], now: datetime) -> None:
    """Problems of files that are no dumps: each is told once, and stands in `newsletter status`."""
    problems = tuple(problems)
    report.standing += problems
    report.problems += [problem for problem in problems if store.dumps.refuse(problem, now)]


def _not_compared(dump: Recorded) -> str:
    return (
        f"{dump.name} brought {dump.new:,} new papers; with more than {MOST_COMPARED:,}, near-equal titles"
        " (possible repeats) are not looked for"
    )


def _hint_at_backfill(store: Store, report: Report, *, backfill: bool) -> None:
    dates = [dump.date for dump in report.dumps if dump.date and dump.new]
    if backfill or store.editions.count() or not dates:
        return
    if (max(dates) - min(dates)).days > _LONG_AGO_DAYS:
        report.hints.append(
            f"these dumps go back to {min(dates)}: to fill the archive by their dates and mail none of them,"
            " start with a fresh state and `newsletter run --backfill`"
        )
