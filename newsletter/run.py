"""One run: the stages in their order, and nothing else.

    collect → record (parse, diff) → round (match, compose) → publish → deliver

Each dump is one transaction, the round is one; mail leaves after it. A crash before a commit repeats a
step, a crash after it loses nothing: what is recorded but not yet published or sent is finished first.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.after import owe
from newsletter.archive import AUTHORITY
from newsletter.bring_out import press_of, publish_private_feeds, publish_site, take_on
from newsletter.collect import record_dumps
from newsletter.deliver import (
    VIA,
    FolderMailer,
    deliver,
    deliver_all,
    settle_last_run,
    written_not_sent,
)
from newsletter.due import next_slot, settle_slots, sync_readers
from newsletter.idle import NEXT_SLOT
from newsletter.logs import about
from newsletter.ports import SILENT, Press, Progress
from newsletter.post_room import SECRET, PostRoom
from newsletter.record import REVISION
from newsletter.report import Report, Wishes
from newsletter.rounds import (
    COMPOSED,
    COMPOSED_AT,
    ask_ahead,
    keep_pages,
    match_news,
    open_desk,
    write_backfill,
    write_edition,
)
from newsletter.settings import Config
from newsletter.similar import find_similar
from newsletter.store import Store
from newsletter.text import xml_safe

_LOG = logging.getLogger(__name__)
NO_LOG = (
    "the disk of the state can hold no write-ahead log (a network share?): it is kept without one,"
    " and while a run writes, whoever looks at it has to wait"
)
NO_LOG_TOLD = "journal told"
"""Mark: that was said."""


def run(
    store: Store,
    config: Config,
    *,
    now: datetime,
    wall: datetime,
    wishes: Wishes | None = None,
    progress: Progress = SILENT,
) -> Report:
    """One pass of all stages. `now` is the moment of slots and dates, `wall` the clock's (file ages)."""
    report, wishes = Report(), wishes or Wishes()
    _settle_marks(store, config, now)
    doubted = settle_last_run(store)
    report.hints += _told_of_journal(store)
    notes = read_notes(config.notes)
    record_dumps(store, config, report, now=now, wall=wall, wishes=wishes, progress=progress)
    _round(store, config, report, now=now, notes=notes, backfill=wishes.backfill, progress=progress)
    with about(edition=report.editions[-1]) if report.editions else nullcontext():
        _hand_over(store, config, report, now=now, notes=notes, wishes=wishes, progress=progress)
    report.sent.doubted = doubted
    return report


def _hand_over(
    store: Store,
    config: Config,
    report: Report,
    *,
    now: datetime,
    notes: Mapping[date, str],
    wishes: Wishes,
    progress: Progress,
) -> None:
    """What was recorded goes out: to the site, and to readers."""
    there = replace(config, out=wishes.out or config.out)
    press = press_of(there)
    owing = partial(owe, store) if config.publish.after and wishes.out is None else None
    publish_site(store, there, report, press, notes=notes, owing=owing, progress=progress)
    if wishes.out is None:
        publish_private_feeds(store, config, report, press, owing)
        take_on(store, config, report, now, patient=wishes.patient)
    if wishes.send:
        _deliver(store, there, report, press, now, rehearsal=wishes.out is not None, progress=progress)


def _settle_marks(store: Store, config: Config, now: datetime) -> None:
    """What an installation fixes on its first run, for ever: its secret and the authority of its ids."""
    store.runs.settled_mark(SECRET, secrets.token_hex(32))
    host = urlsplit(config.site.url).hostname or "newsletter.invalid"
    store.runs.settled_mark(AUTHORITY, f"{host},{now:%Y-%m-%d}")


def _told_of_journal(store: Store) -> Iterator[str]:
    """Said once: the disk does not change from run to run."""
    if not store.logged and not store.runs.mark(NO_LOG_TOLD):
        store.runs.set_mark(NO_LOG_TOLD, "1")
        yield NO_LOG


def _round(
    store: Store,
    config: Config,
    report: Report,
    *,
    now: datetime,
    notes: Mapping[date, str],
    backfill: bool,
    progress: Progress,
) -> None:
    if config.ranking.model:
        ask_ahead(store, config)
    with store.transaction():
        desk = open_desk(store, config, now, notes)
        report.hints += [f"{trouble}; the rest of the profile counts" for trouble in desk.leanings.unread()]
        sync_readers(desk, begins=desk.upto if backfill else desk.before)
        match_news(desk, whole_archive=backfill, progress=progress)
        if desk.leanings.without_model:
            report.hints.append(desk.leanings.without_model.told)
        report.editions = write_backfill(desk) if backfill else write_edition(desk)
        if not backfill:
            report.due = settle_slots(desk)
        following = next_slot(desk)
        store.runs.set_mark(NEXT_SLOT, following.isoformat() if following else "")
        keep_pages(desk)
        find_similar(store, progress)
        store.runs.set_mark(COMPOSED, str(desk.upto))
        store.runs.set_mark(COMPOSED_AT, now.isoformat())
        if report.editions:
            store.runs.advance(REVISION)
    _LOG.info(
        "%d editions, %d digests queued, %d papers wait",
        len(report.editions),
        report.due.queued,
        report.due.waiting,
    )


def read_notes(folder: Path | None) -> dict[date, str]:
    """The editor's notes by the date their file is named for; other files are left aside."""
    notes = {}
    for path in sorted(folder.glob("*.md")) if folder and folder.is_dir() else ():
        try:
            # Notepad begins a file with a mark of its own: a heading behind it would be none.
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            notes[date.fromisoformat(path.stem)] = xml_safe(text).strip()
        except (ValueError, OSError):  # another name, a folder, no right to read it
            continue
    return {day: text for day, text in notes.items() if text}


def _deliver(
    store: Store,
    config: Config,
    report: Report,
    press: Callable[[], Press],
    now: datetime,
    *,
    rehearsal: bool,
    progress: Progress,
) -> None:
    room = PostRoom(store=store, config=config, press=press)
    if told := written_not_sent(store, config):
        report.hints.append(told)
    if rehearsal:
        report.sent = deliver(room, FolderMailer(config.out / "mail"), now, progress)
    else:
        report.sent = deliver_all(room, now, progress)
        store.runs.set_mark(VIA, config.email.via)
    if report.sent.problem:
        report.failures.append(report.sent.problem)
