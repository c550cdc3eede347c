"""Deliver, the ledger's side: what is due comes out rendered and claimed, what became of it goes in. One
outbox a run. Nothing is sent here, and nothing decided about papers.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from newsletter.envelope import file_name
from newsletter.errors import NewsletterError, RelayRefused, SecretMissing, TemplateError
from newsletter.model import Subscriber
from newsletter.ports import SILENT, Progress
from newsletter.post_room import PostRoom
from newsletter.replies import LONGEST_PAUSE, PATIENCE, Outcome, Verdict, next_try
from newsletter.store.codec import pack
from newsletter.store.ledger import Delivery

_LOG = logging.getLogger(__name__)
FIRST, CHUNK = 8, 50
"""So many are claimed with one wait for the disk: few at first, for until then nothing can leave."""
MOST_REFUSED = 3
"""So many messages refused for their content in a row, and the run sends no more."""
STOPPED = "stopped while it was being sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message in its envelope. `name` is a file-safe name for it; `letter` is to be kept, if it is new:
    packed.
    """

    delivery: Delivery
    sender: str
    recipient: str
    name: str
    content: bytes
    letter: bytes | None = None


@dataclass(slots=True, kw_only=True)
class Sent:
    """What delivering did; `problem` is what stopped it, or what somebody has to look at.

    `taken` is how many deliveries were due, and all other numbers add up to it; `doubted` are of earlier
    runs. `unreachable`: why no relay took anything. `stopped` is the signal that ended it.
    """

    taken: int = 0
    sent: int = 0
    failed: int = 0
    deferred: int = 0
    uncertain: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    doubted: int = 0
    unreachable: str = ""
    stopped: int = 0
    problem: NewsletterError | None = None

    @property
    def exit_code(self) -> int:
        """0; 1 where something failed or is in doubt; 4 where config.yaml is to blame; 128 and the signal."""
        if self.stopped:
            return 128 + self.stopped
        if isinstance(self.problem, RelayRefused | SecretMissing):
            return self.problem.exit_code
        return int(bool(self.problem or self.failed or self.uncertain or self.doubted))


class Outbox:
    """What is due in a run, and what becomes of it."""

    def __init__(
        self, room: PostRoom, now: datetime, *, boot: str | None = None, progress: Progress = SILENT
    ) -> None:
        """`boot` names the machine's present boot, for relays; None where sending twice does no harm."""
        self._room = room
        self._now = now
        self._boot = boot
        self._store = room.store
        self._due = deque(room.store.sending.due(now, LONGEST_PAUSE))
        self._all = [delivery.id for delivery in self._due]
        self._open: dict[int, bool] = {}
        self._refused = 0
        self.halted = False
        """Nothing more may be sent in this run, rendered or not."""
        self._progress = progress
        progress.stage("sending", len(self._all))
        self.done = Sent(taken=len(self._all), waiting=len(self._all))

    # --------------------------------------------------------------------------------------- out it goes

    def parcels(self) -> Iterator[Parcel]:
        """Everything that is due, rendered and claimed, as long as nothing stops it."""
        while not self.halted and (chunk := list(islice(iter(self.prepare, None), CHUNK))):
            self.claim(chunk)
            self.keep()
            yield from chunk

    def prepare(self) -> Parcel | None:
        """The next parcel, rendered; None where there is none left. Not claimed yet, so not to be sent."""
        while self._due and not self.done.problem:
            delivery = self._due.popleft()
            why_not = self._why_not(delivery)
            if why_not:
                with self._store.transaction():
                    self._store.readers.skip(delivery.id, why_not, self._now)
                self.done.skipped[why_not] += 1
                self.done.waiting -= 1
                self._progress.step()
            elif parcel := self._rendered(delivery):
                return parcel
        return None

    def _why_not(self, delivery: Delivery) -> str:
        """A reader may have left, or have been suppressed, since the digest was fixed."""
        if not self._room.knows(delivery.folded):
            return "removed"
        return "suppressed" if self._store.suppressions.get(delivery.folded) else ""

    def _rendered(self, delivery: Delivery) -> Parcel | None:
        try:
            return self._parcel(delivery, self._room.subscriber(delivery.folded))
        except (TemplateError, SecretMissing) as error:
            self.done.problem = error
        except NewsletterError as error:
            with self._store.transaction():
                self._store.readers.fail(delivery.id, error.what, self._now)
            self.done.failed += 1
            self.done.waiting -= 1
        return None

    def _parcel(self, delivery: Delivery, subscriber: Subscriber) -> Parcel:
        kept = self._store.readers.letter(delivery.id)
        letter = kept or self._room.letter(self._room.digest(delivery), subscriber)
        return Parcel(
            delivery=delivery,
            sender=self._room.envelope_sender(subscriber),
            recipient=subscriber.address,
            name=file_name(subscriber, delivery.slot),
            content=self._room.message(letter, subscriber, delivery.slot, delivery.headed or delivery.moment),
            letter=None if kept else pack(letter),
        )

    def claim(self, parcels: Sequence[Parcel]) -> None:
        """Take parcels on; none may be sent before `keep`. Raises StateError."""
        self._store.sending.claim(((each.delivery.id, each.letter) for each in parcels), self._boot)
        self._open |= dict.fromkeys((parcel.delivery.id for parcel in parcels), False)

    def keep(self) -> None:
        """Wait until what was claimed is on the disk; any thread may. Raises StateError, and then none of it
        may be sent.
        """
        self._store.sending.keep()

    # --------------------------------------------------------------------------------- what became of it

    def sending(self, parcel: Parcel) -> None:
        """The relay will have it in a moment: from here on, silence is doubt. Raises StateError."""
        self._store.sending.sending(parcel.delivery.id, self._now)
        self._open[parcel.delivery.id] = True

    def spared(self, parcel: Parcel) -> None:
        """The line broke before the message: the relay does not have it after all."""
        if self._open[parcel.delivery.id]:
            self._store.sending.spared(parcel.delivery.id)
            self._open[parcel.delivery.id] = False

    def settle(self, parcel: Parcel, verdict: Verdict) -> None:
        """Write down how a parcel fared: sent, deferred, failed or uncertain."""
        with self._store.sending.lightly():
            {
                Outcome.SENT: self._sent,
                Outcome.DEFERRED: self._deferred,
                Outcome.FAILED: self._failed,
                Outcome.UNCERTAIN: self._uncertain,
            }[verdict.outcome](parcel.delivery, verdict)
        del self._open[parcel.delivery.id]
        self.done.waiting -= 1
        self._watch(verdict)
        self._progress.step()
        _log(parcel.delivery, verdict)

    def _sent(self, delivery: Delivery, _: Verdict) -> None:
        self._store.sending.sent(delivery.id, self._now)
        self._store.suppressions.forgive(delivery.folded)
        self.done.sent += 1

    def _deferred(self, delivery: Delivery, verdict: Verdict) -> None:
        until = next_try(delivery.tries + 1, delivery.tried or self._now, self._now)
        if until is None:
            told = f"given up after {PATIENCE.days} days: {verdict.reason}"
            self._failed(delivery, Verdict(outcome=Outcome.FAILED, reason=told))
            return
        self._store.sending.defer(delivery.id, verdict.reason, until, self._now)
        self.done.deferred += 1

    def _failed(self, delivery: Delivery, verdict: Verdict) -> None:
        self._store.readers.fail(delivery.id, verdict.reason, self._now)
        if verdict.suppress:
            self._store.suppressions.put(delivery.folded, verdict.reason, self._now)
        elif verdict.strike:
            self._store.suppressions.strike(delivery.folded, verdict.reason, self._now)
        self.done.failed += 1

    def _uncertain(self, delivery: Delivery, verdict: Verdict) -> None:
        self._store.sending.doubt(delivery.id, verdict.reason)
        self.done.uncertain += 1

    def _watch(self, verdict: Verdict) -> None:
        """A relay that takes three messages in a row for spam will take the others for it too."""
        self._refused = self._refused + 1 if verdict.content else 0
        if self._refused >= MOST_REFUSED and not self.halted:
            self.halted = True
            self.done.problem = NewsletterError(
                f"the relay refused {MOST_REFUSED} messages in a row for what is in them: {verdict.reason}",
                hint="nothing more is sent in this run; newsletter preview shows what a message looks like",
            )

    def close(self) -> Sent:
        """What was claimed and not sent is queued again, what was on its way is in doubt. The account."""
        for delivery in [number for number, on_its_way in self._open.items() if on_its_way]:
            self._store.sending.doubt(delivery, STOPPED)
            self.done.uncertain += 1
            self.done.waiting -= 1
            del self._open[delivery]
        self._store.sending.unclaim(self._open)
        self._open.clear()
        self._account()
        return self.done

    def _account(self) -> None:
        """Whatever was due is sent, failed, deferred, uncertain, skipped or waits: in the ledger as here."""
        done, found = self.done, self._store.sending.states(self._all)
        ours = {
            "sent": done.sent,
            "failed": done.failed,
            "uncertain": done.uncertain,
            "skipped": done.skipped.total(),
            "queued": done.waiting,
            "deferred": done.deferred,
        }
        waiting = found.get("queued", 0) + found.get("deferred", 0)
        theirs = {**dict.fromkeys(ours, 0), **found}
        matches = all(ours[state] == theirs[state] for state in ("sent", "failed", "uncertain", "skipped"))
        if not matches or waiting != done.waiting + done.deferred or sum(ours.values()) != done.taken:
            done.problem = NewsletterError(
                f"the ledger does not add up: {done.taken} were due, it says {found}, the run {ours}",
                hint="newsletter status names every delivery; nothing is sent twice",
            )


def _log(delivery: Delivery, verdict: Verdict) -> None:
    """A reader goes by a number here; only who asks for every detail is told the address."""
    level = logging.INFO if verdict.outcome is Outcome.SENT else logging.WARNING
    if _LOG.isEnabledFor(level):
        told = (delivery.id, delivery.slot, delivery.reader, verdict.outcome, verdict.reason)
        _LOG.log(level, "delivery %d of slot %s to reader %d: %s %s", *told)
        _LOG.debug("reader %d is %s", delivery.reader, delivery.folded)
