"""When to wake: APScheduler at each slot's moment and once a minute, and between that a look at the inbox
every few seconds. What is done then stands in duty.py. The only module that knows APScheduler.

APScheduler keeps nothing: what is due stands in the state, so a wake-up that comes late, twice or never costs
nothing but time. It counts by the clock on the wall and waits for hours where that goes back, and its own
cron trigger is wrong on the nights when clocks change: so the looks, which go by a clock that only grows, set
it right, and the triggers are ours.
"""

from __future__ import annotations

import logging
import select
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from newsletter.duty import TICK, Clock, Duty
from newsletter.model import Rhythm
from newsletter.passes import GRACE
from newsletter.slots import following
from newsletter.systemd import Systemd

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_MISSED = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
"""However late a wake-up comes, it comes, and of several that were missed only one."""


class WallClockTrigger(BaseTrigger):  # type: ignore[misc] # it has no types
    """Fires at the moments of a rhythm's slots, by the clock on the wall of its zone."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.rhythm = rhythm

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:  # noqa: ARG002 - APScheduler's signature
        """The first of them after now, however long ago the one before was."""
        return following(self.rhythm, now.astimezone(UTC)).moment


class Wakeups:
    """APScheduler, with one thread: ticks come one after another, and only here."""

    def __init__(self, tick: Callable[[], object], failed: Callable[[BaseException], None]) -> None:
        # What it has to say is that a tick takes longer than a minute, which is no news.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._tick = tick
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(1)}, job_defaults=_MISSED
        )
        self._scheduler.add_listener(lambda event: _fail(event, failed), EVENT_JOB_ERROR)

    def start(self) -> None:
        """Wake from now on."""
        self._scheduler.start()

    def arm(self, rhythms: Iterable[Rhythm]) -> None:
        """Wake at the slots of these rhythms and once a minute, counted from now."""
        self._scheduler.remove_all_jobs()
        self._scheduler.add_job(self._tick, IntervalTrigger(seconds=int(TICK), timezone=UTC), id="minute")
        for rhythm in rhythms:
            self._scheduler.add_job(self._tick, WallClockTrigger(rhythm), id=repr(rhythm))

    def now(self) -> None:
        """Wake at once; where a tick is under way, once more after it."""
        self._scheduler.add_job(self._tick, id="now", replace_existing=True, max_instances=2)

    def end(self) -> None:
        """Wake no more. A tick that is under way goes on."""
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=False)


def _fail(event: JobExecutionEvent, failed: Callable[[BaseException], None]) -> None:
    failed(event.exception)


class Doorbell:
    """Waits for signals, and for who rings from another thread, without missing one between two waits."""

    def __init__(self) -> None:
        self._inside, self._outside = socket.socketpair()
        for end in (self._inside, self._outside):
            end.settimeout(0)

    def ring(self) -> None:
        """Wake who waits."""
        with suppress(BlockingIOError):
            self._outside.send(b"\0")

    def wait(self, seconds: float) -> frozenset[int]:
        """Wait at most so long; the signals that came."""
        select.select([self._inside], [], [], max(0.0, seconds))
        with suppress(BlockingIOError):
            return frozenset(self._inside.recv(4096)) - {0}
        return frozenset()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """While inside, SIGINT, SIGTERM and SIGHUP ring here and do nothing else."""
        before = [(number, signal.getsignal(number)) for number in SIGNALS]
        wakeup = signal.set_wakeup_fd(self._outside.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)

    def close(self) -> None:
        """Take it down."""
        self._inside.close()
        self._outside.close()


def keep(duty: Duty, clock: Callable[[], Clock], systemd: Systemd, ready: Callable[[], None]) -> None:
    """Do the duty until SIGTERM or SIGINT; SIGHUP reads the configuration anew. Raises what a tick raised.
    `ready` is called once signals are heard.
    """
    bell = Doorbell()
    try:
        with bell.signals():
            ready()
            keeper = _Keeper(duty, clock, systemd, bell)
            keeper.look_about()
            keeper.end()
    finally:
        bell.close()
    if keeper.faults:
        raise keeper.faults[0]


class _Keeper:
    """One life of the scheduler."""

    def __init__(self, duty: Duty, clock: Callable[[], Clock], systemd: Systemd, bell: Doorbell) -> None:
        self.faults: list[BaseException] = []
        self._duty = duty
        self._clock = clock
        self._systemd = systemd
        self._bell = bell
        self._wakeups = Wakeups(self._tick, self._failed)
        self._told = ""

    def look_about(self) -> None:
        """Look and wake until a signal or a fault ends it."""
        self._wakeups.start()
        self._wakeups.arm(self._duty.rhythms)
        self._systemd.tell(READY=1)
        while not self.faults:
            wishes = self._duty.poll(self._clock())
            if wishes.arm:
                self._wakeups.arm(self._duty.rhythms)
            if wishes.tick:
                self._wakeups.now()
            self._tell_systemd()
            came = self._bell.wait(min(wishes.again, self._systemd.watchdog / 2 or wishes.again))
            if came & {signal.SIGINT, signal.SIGTERM}:
                return
            if signal.SIGHUP in came:
                self._reload()

    def end(self) -> None:
        """Begin nothing any more; wait for what is under way, and not for ever."""
        self._systemd.tell(STOPPING=1, STATUS="finishing what is under way")
        self._wakeups.end()
        self._duty.stop()
        last = self._clock().monotonic + GRACE
        while self._duty.busy:
            if self._bell.wait(1.0) or self._clock().monotonic > last:
                self._duty.stop()

    def _reload(self) -> None:
        now = self._clock()
        self._systemd.tell(RELOADING=1, MONOTONIC_USEC=round(now.monotonic * 1_000_000))
        if self._duty.reload():
            self._wakeups.arm(self._duty.rhythms)
        self._wakeups.now()
        self._systemd.tell(READY=1)

    def _tell_systemd(self) -> None:
        """That we live, if we do; and what we do, when that has changed."""
        if self._systemd.watchdog and self._duty.alive(self._clock().monotonic):
            self._systemd.tell(WATCHDOG=1)
        if self._duty.status != self._told:
            self._told = self._duty.status
            self._systemd.tell(STATUS=self._told)

    def _tick(self) -> None:
        try:
            self._duty.tick(self._clock())
        finally:
            self._duty.ticked(self._clock().monotonic)

    def _failed(self, fault: BaseException) -> None:
        self.faults.append(fault)
        self._bell.ring()
