"""Who is due, and what they get: readers are made known to the state, their slots are settled, and each due
reader's digest is fixed, with what it shows entered in the ledger. Inside the round's transaction; nothing
is rendered or sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from newsletter import health, slots
from newsletter.digest import Candidate, Composition, Following, by_week, compose, is_fresh, papers_in
from newsletter.model import Digest, Match, Paper, Revised, Section, Subscriber, Trend
from newsletter.rounds import Desk, fresh_span
from newsletter.slots import Slot
from newsletter.store.ledger import Delivery, ReaderRow, ShownPaper, Waiting
from newsletter.surprise import surprise

CATCH_UP = ("missed", "superseded", "away")
"""Reasons for which a slot passed without a digest and the next one may hold more."""
MOST_TRENDING = 5
CLOCK_TOLERANCE = timedelta(days=1)
"""A clock may go back so far, and slots wait until it has caught up; beyond that it was wrong before."""


@dataclass(slots=True, kw_only=True)
class Due:
    """What a round did for readers: digests queued, slots skipped by reason, and what still waits."""

    queued: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    """New papers that wait for a reader's next slot."""
    next_slot: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A subscriber with their row in the state and what they follow, in the order of the config."""

    subscriber: Subscriber
    row: ReaderRow
    following: tuple[Following, ...]
    covered: Mapping[str, int]

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.subscriber.rhythm.timezone)).date()


def sync_readers(desk: Desk, begins: int) -> None:
    """Make the state know the readers of the config and what they follow; those who left are removed."""
    readers, fresh = desk.store.readers, fresh_span(desk.config)
    # A clock that was once a year ahead must not silence everybody for a year.
    readers.unsettle(desk.now, CLOCK_TOLERANCE)
    for subscriber in desk.config.subscribers:
        row = readers.get(subscriber.reader)
        if row is None:
            settled = slots.starting_point(subscriber.rhythm, desk.now)
            row = readers.begin(subscriber, settled=settled, now=desk.now)
        elif row.removed:
            readers.come_back(row, settled=slots.starting_point(subscriber.rhythm, desk.now))
        wanted = {desk.slugs[name] for name in subscriber.profiles}
        for subscription in readers.subscriptions(row.id):
            if subscription.profile not in wanted:
                readers.end(row.id, subscription.profile, desk.now)
        for profile in sorted(wanted):
            readers.subscribe(row.id, profile, begins=begins, now=desk.now, fresh=fresh)
    here = {subscriber.reader for subscriber in desk.config.subscribers}
    for row in readers.active():
        if row.folded not in here:
            readers.remove(row, desk.now)


def settle_slots(desk: Desk) -> Due:
    """Give every reader whose slot is due a digest, or say why they get none."""
    due = Due()
    later = []
    suppressed = {each.folded for each in desk.store.suppressions.all()}
    for subscriber in desk.config.subscribers:
        reader = _reader(desk, subscriber)
        slot = _settle(desk, reader, due)
        if subscriber.reader in suppressed:
            _pass(desk, reader, slot, due)
        elif slot:
            _give(desk, reader, slot, due)
        else:
            later.append(reader)
    desk.store.readers.settle(desk.now)
    _look_ahead(desk, later, due)
    return due


def _reader(desk: Desk, subscriber: Subscriber) -> _Reader:
    row = desk.store.readers.get(subscriber.reader)
    if row is None:
        raise LookupError(subscriber.reader)
    slugs = {desk.slugs[name] for name in subscriber.profiles}
    return _Reader(
        subscriber=subscriber,
        row=row,
        following=tuple(
            Following(profile=profile.name, title=profile.title, limit=profile.limit, private=profile.private)
            for profile in desk.profiles
            if profile.name in slugs
        ),
        covered={each.profile: each.covered for each in desk.store.readers.subscriptions(row.id)},
    )


def _settle(desk: Desk, reader: _Reader, due: Due) -> Slot | None:
    """Settle what is due but the latest; the slot a digest may be made for, if there is one."""
    rhythm, store = reader.subscriber.rhythm, desk.store.readers
    found = slots.due(rhythm, reader.row.settled, desk.now)
    plan = slots.plan(
        found, away=reader.subscriber.away, max_lateness=reader.subscriber.max_lateness, now=desk.now
    )
    for slot, reason in plan.skipped:
        store.put_skipped(
            reader.row.id,
            slot.name,
            moment=slot.moment,
            day=reader.local_date(desk.now),
            reason=reason,
            now=desk.now,
        )
        due.skipped[reason] += 1
    if not found:
        return _empty_today(desk, reader)
    if plan.digest is None or store.has_slot(reader.row.id, plan.digest.name):
        return None
    for delivery in store.deliveries(reader.row.id, ("queued", "deferred")):
        store.skip(delivery.id, "superseded", desk.now)
        due.skipped["superseded"] += 1
    return plan.digest


def _pass(desk: Desk, reader: _Reader, slot: Slot | None, due: Due) -> None:
    """The slot of an address that nothing is sent to; its papers wait in case mail may go there again."""
    if slot and slot.moment > reader.row.settled:
        desk.store.readers.put_skipped(
            reader.row.id,
            slot.name,
            moment=slot.moment,
            day=reader.local_date(desk.now),
            reason="suppressed",
            now=desk.now,
        )
        due.skipped["suppressed"] += 1


def _empty_today(desk: Desk, reader: _Reader) -> Slot | None:
    """The slot that passed as empty earlier on this local date: new papers may still make it a digest."""
    last = next(iter(desk.store.readers.deliveries(reader.row.id, most=1)), None)
    if last is None or (last.state, last.reason) != ("skipped", "empty"):
        return None
    today = reader.local_date(desk.now)
    return Slot(name=last.slot, moment=last.moment, date=last.date) if last.date == today else None


def _give(desk: Desk, reader: _Reader, slot: Slot, due: Due) -> None:
    """Fix the digest of a slot, or write that there was nothing new for it."""
    store = desk.store.readers
    today = reader.local_date(desk.now)
    waiting, stale = _backlog(desk, reader, today)
    candidates = _candidates(desk, reader, waiting)
    if all(candidate.waited for candidate in candidates):
        store.put_skipped(
            reader.row.id, slot.name, moment=slot.moment, day=today, reason="empty", now=desk.now
        )
        due.skipped["empty"] += slot.moment > reader.row.settled
    else:
        passed = _passed_before(store.deliveries(reader.row.id, most=slots.MOST), slot)
        covers = 1 + len(passed)
        composition = compose(
            candidates,
            reader.following,
            covers,
            at_most=reader.subscriber.at_most,
            diversity=desk.config.diversity,
            likeness=desk.likeness,
        )
        digest = _digest(desk, reader, slot, composition, passed)
        delivery = _queue(desk, reader, slot, digest, candidates)
        public = [section for section in digest.sections if not section.private]
        desk.shown |= {paper.number for paper in papers_in(public)}
        _keep_waiting(desk, reader, composition, delivery)
        due.queued += 1
    store.forget_waiting(reader.row.id, stale)
    store.cover(reader.row.id, desk.upto)


def _passed_before(rows: tuple[Delivery, ...], slot: Slot) -> tuple[str, ...]:
    """Why slots just before this one passed without a digest, one by one: this one catches up on them."""
    before = (row for row in rows if row.moment < slot.moment)
    passed = takewhile(lambda row: row.state == "skipped" and row.reason in CATCH_UP, before)
    return tuple(row.reason for row in passed)


def _backlog(desk: Desk, reader: _Reader, today: date) -> tuple[tuple[Waiting, ...], tuple[int, ...]]:
    """What waits for a reader, and the numbers of what waited too long."""
    fresh = fresh_span(desk.config)
    rows = desk.store.readers.backlog(reader.row.id)
    stale = tuple(row.paper for row in rows if not is_fresh(row.passed, row.passes, today, fresh))
    return tuple(row for row in rows if row.paper not in stale), stale


def _candidates(desk: Desk, reader: _Reader, waiting: tuple[Waiting, ...]) -> tuple[Candidate, ...]:
    """Every paper this reader may get now: news they were not shown, and their backlog."""
    news = _news_for(desk, reader.covered)
    fitting = {number: list(matches) for number, matches in news.items()}
    for row in waiting:
        for profile in row.profiles:
            match = desk.fits.get(profile, {}).get(row.paper)
            if match and match not in fitting.setdefault(row.paper, []):
                fitting[row.paper].append(match)
    shown = desk.store.readers.shown(reader.row.id, fitting)
    wanted = [
        number
        for number, matches in fitting.items()
        if matches and number not in shown and number not in desk.silent
    ]
    papers = desk.papers(wanted)
    released = {row.paper for row in waiting if row.released}
    passes = {row.paper: row.passes for row in waiting}
    trending = {trend.paper.number for trend in desk.current_trends}
    return tuple(
        Candidate(
            paper=papers[number],
            matches=tuple(fitting[number]),
            waited=number not in news and number not in released,
            trends=number in trending,
            passes=passes.get(number, 0),
        )
        for number in wanted
    )


def _news_for(desk: Desk, covered: Mapping[str, int]) -> dict[int, list[Match]]:
    """What fits and has not been considered under the profile it fits."""
    found: dict[int, list[Match]] = {}
    for profile, upto in covered.items():
        for match in desk.fitting_above(profile, upto):
            found.setdefault(match.paper, []).append(match)
    return found


def _digest(
    desk: Desk, reader: _Reader, slot: Slot, composition: Composition, passed: Sequence[str]
) -> Digest:
    today = reader.local_date(desk.now)
    weeks = by_week(composition.sections) if "away" in passed else ()
    outside = _outside(desk, reader)
    sections = (*(weeks or composition.sections), *([outside] if outside else []))
    fits = {paper.number for paper in papers_in(sections)}
    fits |= {candidate.paper.number for candidate in composition.passed}
    return Digest(
        slot=slot.name,
        date=today,
        sections=sections,
        note=_note(desk, reader, today),
        trending=_trending_block(desk, reader, fits),
        revised=_revised(desk, reader),
        health=_health_since(desk, reader),
        waiting=len(composition.passed),
        covers=1 + len(passed),
        by_week=bool(weeks),
    )


def _outside(desk: Desk, reader: _Reader) -> Section | None:
    """What surprises a reader who wants that; it goes with a digest, takes no room and causes none."""
    if not reader.subscriber.surprise:
        return None
    return surprise(desk, reader.row.id, reader.covered.keys(), min(reader.covered.values()))


def _queue(desk: Desk, reader: _Reader, slot: Slot, digest: Digest, candidates: Sequence[Candidate]) -> int:
    """Write the delivery, and in the ledger what it shows; its number."""
    fits = {c.paper.number: c.matches for c in candidates}
    body = papers_in(digest.sections)
    shown = [_shown(paper, "body", fits.get(paper.number, ())) for paper in body]
    shown += [_shown(trend.paper, "trending") for trend in digest.trending]
    shown += [_shown(revised.paper, "revised") for revised in digest.revised]
    headed = max(slot.moment, *(paper.recorded for paper in body if paper.recorded))
    return desk.store.readers.put_queued(
        reader.row.id, digest, shown, moment=slot.moment, headed=headed, now=desk.now
    )


def _keep_waiting(desk: Desk, reader: _Reader, composition: Composition, delivery: int) -> None:
    """The backlog after a digest: what it shows waits no more, what it had no room for does."""
    store = desk.store.readers
    passed = {c.paper.number: tuple(m.profile for m in c.matches) for c in composition.passed}
    store.pass_over(reader.row.id, passed, day=reader.local_date(desk.now), delivery=delivery)
    shown = [paper.number for paper in papers_in(composition.sections)]
    store.forget_waiting(reader.row.id, shown)


def _shown(paper: Paper, role: str, matches: tuple[Match, ...] = ()) -> ShownPaper:
    return ShownPaper(
        paper=paper.number,
        role=role,
        profiles=tuple(match.profile for match in matches),
        scores=tuple(match.score for match in matches),
        version=paper.version or 0,
    )


def _trending_block(desk: Desk, reader: _Reader, fits: Container[int]) -> tuple[Trend, ...]:
    """At most five papers that trend and that this reader has not been shown, does not get now, and has
    not muted. What fits them and waits comes in a body, not here.
    """
    trending = [trend for trend in desk.current_trends if trend.paper.number not in fits]
    numbers = {trend.paper.number for trend in trending}
    hidden = desk.store.readers.shown(reader.row.id, numbers) | desk.store.papers.silent(numbers)
    block: list[Trend] = []
    for trend in trending:
        if len(block) == MOST_TRENDING:
            break
        muted = desk.kept_out(trend.paper).intersection(reader.covered)
        if trend.paper.number not in hidden and not muted:
            block.append(trend)
    return tuple(block)


def _revised(desk: Desk, reader: _Reader) -> tuple[Revised, ...]:
    numbers = desk.store.readers.untold_revisions(reader.row.id)
    papers = desk.papers(numbers)
    return tuple(
        Revised(
            paper=papers[number],
            version=papers[number].version,
            changed=desk.store.papers.changed(number),
        )
        for number in numbers
    )


def _note(desk: Desk, reader: _Reader, today: date) -> str:
    """The newest editor's note since this reader's digest before; of this date only for a first one."""
    before = _last_digest(desk, reader)
    since = before.date if before else today
    dates = [day for day in desk.notes if (since < day or day == since == today) and day <= today]
    return desk.notes[max(dates)] if dates else ""


def _health_since(desk: Desk, reader: _Reader) -> tuple[str, ...]:
    before, dumps = _last_digest(desk, reader), desk.store.dumps
    since = before.made if before else desk.last_round
    return health.lines(desk.missing, dumps.troubled(since), dumps.stale(since))


def _last_digest(desk: Desk, reader: _Reader) -> Delivery | None:
    rows = desk.store.readers.deliveries(reader.row.id, ("sent", "sending", "uncertain"), most=1)
    return rows[0] if rows else None


def next_slot(desk: Desk) -> datetime | None:
    """The first moment after now at which a reader is due."""
    rhythms = {subscriber.rhythm for subscriber in desk.config.subscribers}
    return min((slots.following(rhythm, desk.now).moment for rhythm in rhythms), default=None)


def _look_ahead(desk: Desk, later: Sequence[_Reader], due: Due) -> None:
    """How many new papers wait for readers whose slot is not due, and when the next slot is."""
    due.next_slot = next_slot(desk)
    waiting = {number for reader in later for number in _news_for(desk, reader.covered)}
    due.waiting = len(waiting - desk.silent)
