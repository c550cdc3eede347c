"""One run: the stages in their order, and nothing else.

    collect → record (parse, diff) → round (match, compose) → publish → deliver

Each dump is one transaction, the round is one; mail leaves after it. A crash before a commit repeats a
step, a crash after it loses nothing: what is recorded but not yet published or sent is finished first.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from newsletter import idle, inbox
from newsletter.after import Ran, owe, run_after
from newsletter.archive import AUTHORITY, read_archive
from newsletter.containers import unpacked
from newsletter.deliver import (
    VIA,
    FolderMailer,
    deliver,
    deliver_all,
    settle_last_run,
    written_not_sent,
)
from newsletter.due import Due, next_slot, settle_slots, sync_readers
from newsletter.errors import NewsletterError
from newsletter.idle import NEXT_SLOT
from newsletter.logs import about
from newsletter.model import Dump, Problem
from newsletter.outbox import Sent
from newsletter.ports import SILENT, Press, Progress
from newsletter.post_room import SECRET, PostRoom
from newsletter.progress import watched
from newsletter.publication import Archive, Output
from newsletter.publish import Owing, Published, publish
from newsletter.record import MOST_COMPARED, REVISION, Recorded, borne_date, reader, record_dump
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
from newsletter.settings import Config, Limits
from newsletter.similar import find_similar
from newsletter.store import Store

_LOG = logging.getLogger(__name__)
PUBLISHED = "published"
"""Mark: of what the site was last made."""
LOOK = "look"
"""Mark: of what the site was last made besides papers, editions and notes."""
NO_LOG = (
    "the disk of the state can hold no write-ahead log (a network share?): it is kept without one,"
    " and while a run writes, whoever looks at it has to wait"
)
NO_LOG_TOLD = "journal told"
"""Mark: that was said."""
_LONG_AGO_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked of a run besides the usual."""

    send: bool = True
    backfill: bool = False
    out: Path | None = None
    """Where to publish and send instead of config.out: a rehearsal."""
    leave: frozenset[str] = frozenset()
    """Paths of files that somebody who watches the inbox knows to be still being written."""
    patient: bool = False  # give the command of publish.after time where it has failed


@dataclass(slots=True, kw_only=True)
class Report:
    """What a run did. `problems` are those found for the first time; `failures` stopped an output."""

    dumps: list[Recorded] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    standing: list[Problem] = field(default_factory=list)
    """All problems with the inbox and with files that are no dumps, those known before among them."""
    left: int = 0
    unread: int = 0
    """Files that are no dumps as they are: giving the right to read one changes neither size nor time."""
    editions: tuple[str, ...] = ()
    due: Due = field(default_factory=Due)
    published: Published | None = None
    outdated: bool = False  # the site could not be brought up to date
    held_up: NewsletterError | None = None
    """How the command of publish.after failed, where it did so before."""
    sent: Sent = field(default_factory=Sent)
    failures: list[NewsletterError] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0, or 1 where this run found something somebody must look at; what delivering says comes first."""
        quarantined = any(dump.state == "quarantined" for dump in self.dumps)
        return self.sent.exit_code or int(bool(quarantined or self.problems or self.failures))

    def count(self, what: str) -> int:
        """How many listings of the dumps read were new, revised, again or listed at all."""
        return sum(getattr(dump, what) for dump in self.dumps)


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
    _record(store, config, report, now=now, wall=wall, wishes=wishes, progress=progress)
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
    _publish(store, there, report, press, notes=notes, owing=owing, progress=progress)
    if wishes.out is None:
        _publish_private(store, config, report, press, owing)
        _take_on(store, config, report, now, patient=wishes.patient)
    if wishes.send:
        _deliver(store, there, report, press, now, rehearsal=wishes.out is not None, progress=progress)


# ------------------------------------------------------------------------------------ collect and record


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


def _record(
    store: Store,
    config: Config,
    report: Report,
    *,
    now: datetime,
    wall: datetime,
    wishes: Wishes,
    progress: Progress,
) -> None:
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
            store.dumps.remember(file.path, file.size, file.mtime_ns, refused=refused)
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
        if known.get(file.path) == (file.size, file.mtime_ns):
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


# ------------------------------------------------------------------------------------------------ round


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
            notes[date.fromisoformat(path.stem)] = path.read_text(encoding="utf-8", errors="replace").strip()
        except (ValueError, OSError):  # another name, a folder, no right to read it
            continue
    return {day: text for day, text in notes.items() if text}


# ----------------------------------------------------------------------------------- publish and deliver


def press_of(config: Config) -> Callable[[], Press]:
    """The press of a configuration, loaded when it is first asked for."""

    @cache
    def press() -> Press:
        from newsletter.press import load  # noqa: PLC0415 - Jinja costs 40 ms that an idle run saves

        return load(config.site, config.templates)

    return press


def _publish(
    store: Store,
    config: Config,
    report: Report,
    press: Callable[[], Press],
    *,
    notes: Mapping[date, str],
    owing: Owing | None,
    progress: Progress,
) -> None:
    made_of = idle.made_of(config, store.runs.mark(REVISION) or "0", notes)
    site = config.out / "site"
    if store.runs.mark(PUBLISHED) == made_of and (site / "index.html").is_file():
        return
    archive = read_archive(store, trending_lists=config.trending_lists, notes=notes)
    look = idle.look(config, archive.profiles, site)
    drafts = store.pages.drafts()
    before = drafts if store.runs.mark(LOOK) == look else {}
    try:
        made = _outputs(archive, config, press())
        report.published = publish(made, site, before, begin=store.part, owing=owing, progress=progress)
        if config.site.search == "pagefind":
            _index(site)
    except NewsletterError as error:
        report.failures.append(error)
        report.outdated = True
        return
    _LOG.info("%d files of the site written", len(report.published.written))
    with store.transaction():
        store.pages.put_drafts(report.published.drafts, drafts)
        store.runs.set_mark(LOOK, look)
        store.runs.set_mark(PUBLISHED, made_of)


def _publish_private(
    store: Store, config: Config, report: Report, press: Callable[[], Press], owing: Owing | None
) -> None:
    if not config.private_feeds and not (config.out / "site" / "private").is_dir():
        return
    from newsletter.private_feeds import publish_private  # noqa: PLC0415 - feedgen, for who has such feeds

    try:
        publish_private(
            store,
            config,
            press,
            secret=store.runs.mark(SECRET) or "",
            authority=store.runs.mark(AUTHORITY) or "",
            besides=idle.made_of(config, "", {}),
            owing=owing,
        )
    except NewsletterError as error:
        report.failures.append(error)


def _take_on(store: Store, config: Config, report: Report, now: datetime, *, patient: bool) -> None:
    """To where the site is hosted, and only then is anybody told that there is news."""
    ran = Ran() if report.outdated else run_after(store, config, now, patient=patient)
    report.held_up = ran.failure if ran.known else None
    if ran.failure and not ran.known:
        report.failures.append(ran.failure)
    if config.site.hubs and (report.published or ran.well):
        from newsletter.hubs import tell_hubs  # noqa: PLC0415 - urllib.request, 60 ms, for who has hubs

        written = report.published.written if report.published else ()
        report.hints += tell_hubs(store, config.site, written, later=ran.failure is not None)


def _index(site: Path) -> None:
    from newsletter.fulltext import index_pages, program  # noqa: PLC0415 - few sites are so large

    index_pages(site, program())


def _outputs(archive: Archive, config: Config, press: Press) -> Iterator[Output]:
    from newsletter import outputs  # noqa: PLC0415 - feedgen and lxml are for runs that publish

    for name in config.outputs:
        module = outputs.load(name)
        if hasattr(module, "artifacts"):
            yield from module.artifacts(archive, press)


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
