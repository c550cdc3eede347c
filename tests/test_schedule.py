"""When the scheduler wakes: every slot of every rhythm, through APScheduler; and how it ends."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from fakes import at
from test_slots import ZONES

from newsletter.duty import Clock, Wishes
from newsletter.model import Rhythm
from newsletter.schedule import Doorbell, Wakeups, WallClockTrigger, keep
from newsletter.slots import due
from newsletter.systemd import Systemd

YEAR = (at("2026-01-01 00:00"), at("2027-01-01 00:00"))


def fired(trigger: WallClockTrigger, first: datetime, last: datetime) -> list[datetime]:
    """When APScheduler fires a trigger: it asks for the next time at each time it fired."""
    found: list[datetime] = []
    moment = first
    while (moment := trigger.get_next_fire_time(found[-1] if found else None, moment)) < last:
        found.append(moment)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_daily_wake_up_comes_every_day_at_each_of_48_times(zone):
    """The 432 schedules of which APScheduler's own cron trigger gets 24 wrong: none lost, none twice."""
    for half_hour in range(48):
        rhythm = Rhythm(at=half_hour * 30, timezone=zone)
        expected = [slot.moment for slot in due(rhythm, YEAR[0], YEAR[1] - timedelta(seconds=1))]

        assert expected == fired(WallClockTrigger(rhythm), *YEAR)


def test_after_a_week_off_a_wake_up_comes_once_and_then_in_time():
    """Misfires are made up for, but not one by one."""
    trigger = WallClockTrigger(Rhythm(at=450))

    assert at("2026-08-15 07:30") == trigger.get_next_fire_time(
        at("2026-08-07 07:30"), at("2026-08-14 12:00")
    )


def test_every_rhythm_has_a_wake_up_of_its_own_and_there_is_one_a_minute():
    woke, faults = threading.Event(), []
    wakeups = Wakeups(woke.set, faults.append)
    wakeups.start()
    wakeups.arm([Rhythm(), Rhythm(every="30 7 * * 1"), Rhythm(every="month", on=31)])
    scheduler: BackgroundScheduler = wakeups._scheduler
    jobs = scheduler.get_jobs()
    wakeups.now()

    assert woke.wait(30)
    assert 4 == len(jobs)
    assert {(None, True, 1)} == {(job.misfire_grace_time, job.coalesce, job.max_instances) for job in jobs}
    wakeups.arm([])
    assert ["minute"] == [job.id for job in scheduler.get_jobs()]
    wakeups.end()


def test_a_wish_for_a_tick_during_a_tick_is_granted_after_it():
    """A dump that comes to rest while a pass is under way does not wait for the minute."""
    begun, go, ticks, faults = threading.Event(), threading.Event(), threading.Semaphore(0), []

    def tick():
        begun.set()
        go.wait(30)
        ticks.release()

    wakeups = Wakeups(tick, faults.append)
    wakeups.start()
    wakeups.now()
    begun.wait(30)
    wakeups.now()
    go.set()

    assert [True, True] == [ticks.acquire(timeout=30) for _ in range(2)]
    wakeups.end()


def test_a_bell_that_was_rung_before_the_wait_is_heard():
    bell = Doorbell()
    bell.ring()

    assert frozenset() == bell.wait(30)
    bell.close()


def test_signals_ring_and_do_nothing_else():
    bell = Doorbell()
    before = signal.getsignal(signal.SIGTERM)
    with bell.signals():
        os.kill(os.getpid(), signal.SIGTERM)
        came = bell.wait(30)
    bell.close()

    assert {signal.SIGTERM} == came
    assert before == signal.getsignal(signal.SIGTERM)


@dataclass
class FakeDuty:
    """A duty that says what happened to it: FakeDuty(looks=[Wishes(…), signal.SIGTERM])."""

    looks: list
    ticks: list[str] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)
    rhythms: tuple = ()
    status: str = ""
    busy: bool = False
    living: bool = True
    fault: Exception | None = None
    ticking: threading.Event = field(default_factory=threading.Event)

    def poll(self, _clock: Clock) -> Wishes:
        look = self.looks.pop(0) if self.looks else signal.SIGTERM
        if isinstance(look, Wishes):
            return look
        os.kill(os.getpid(), look)
        return Wishes(again=30)

    def tick(self, _clock: Clock) -> None:
        self.happened.append("tick")
        self.ticking.set()
        if self.fault:
            raise self.fault

    def ticked(self, moment: float) -> None: ...

    def reload(self) -> bool:
        self.happened.append("reload")
        return True

    def alive(self, _moment: float) -> bool:
        return self.living

    def stop(self) -> None:
        self.happened.append("stop")
        self.busy = False


@dataclass
class FakeSystemd(Systemd):
    """Remembers what it was told."""

    told: list[dict] = field(default_factory=list)
    watchdog: float = 20.0

    def tell(self, **facts) -> None:
        self.told.append(facts)


def nothing() -> None: ...


def clock() -> Clock:
    return Clock(wall=datetime(2026, 8, 7, tzinfo=UTC), monotonic=1000.0)


def test_sigterm_ends_it_in_good_order_and_systemd_is_told():
    duty, systemd = FakeDuty(looks=[signal.SIGTERM], busy=True, status="3 mails sent"), FakeSystemd()
    keep(duty, clock, systemd, nothing)

    assert ["stop"] == duty.happened
    assert {"READY": 1} == systemd.told[0]
    assert {"WATCHDOG": 1} in systemd.told
    assert {"STATUS": "3 mails sent"} in systemd.told
    assert "STOPPING" in systemd.told[-1]


def test_sighup_reads_the_configuration_and_systemd_hears_of_both_ends():
    duty, systemd = FakeDuty(looks=[signal.SIGHUP]), FakeSystemd()
    keep(duty, clock, systemd, nothing)

    assert "reload" in duty.happened
    told = [facts for facts in systemd.told if "WATCHDOG" not in facts]
    assert [{"READY": 1}, {"RELOADING": 1, "MONOTONIC_USEC": 1_000_000_000}, {"READY": 1}] == told[:3]


def test_where_ticks_do_not_come_the_watchdog_hears_nothing():
    systemd = FakeSystemd()
    keep(FakeDuty(looks=[Wishes(again=0)] * 3, living=False), clock, systemd, nothing)

    assert {"WATCHDOG": 1} not in systemd.told


def test_a_fault_in_a_tick_ends_the_scheduler_and_is_not_swallowed():
    """Systemd starts it again; APScheduler by itself would write a line to a log and go on."""
    duty = FakeDuty(looks=[Wishes(tick=True, again=30)], fault=KeyError("a slip"))

    with pytest.raises(KeyError, match="a slip"):
        keep(duty, clock, FakeSystemd(), nothing)
