"""What the scheduler does when it wakes. Time is a value: whole days pass here, and nobody sleeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from fakes import at
from home import CONFIG, Home, page

from newsletter import config as configuration
from newsletter.cli.run import run_on
from newsletter.duty import SILENCE, Clock, Duty, Voice, behind, spelled
from newsletter.errors import NewsletterError
from newsletter.passes import Outcome
from newsletter.report import Wishes
from newsletter.run import run
from newsletter.settings import Config
from newsletter.store import open_store

NOON = at("2026-08-07 12:00")


@dataclass
class FakePassing:
    """Remembers its passes; FakePassing(outcomes=[Outcome(…)]) says what the next ones come to."""

    passes: list[tuple[datetime, frozenset[str]]] = field(default_factory=list)
    configs: list[Config] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    stops: int = 0

    def __call__(self, config, now, leave) -> Outcome:
        self.passes.append((now, frozenset(leave)))
        self.configs.append(config)
        return self.outcomes.pop(0) if self.outcomes else Outcome(began=now, line="1 dump")

    def stop(self) -> None:
        self.stops += 1


class RealPassing(FakePassing):
    """Makes passes as `newsletter run` does, in this process."""

    def __call__(self, config, now, leave) -> Outcome:
        self.passes.append((now, frozenset(leave)))
        code = run_on(config, now, Wishes(leave=frozenset(leave)), quiet=True)
        return Outcome(began=now, exit_code=code)


@dataclass
class Watched:
    """A duty over a home, with a clock of its own: watched.passes(5) lets five seconds pass and looks."""

    home: Home
    passing: FakePassing = field(default_factory=FakePassing)
    wall: datetime = NOON
    monotonic: float = 1000.0
    said: list[str] = field(default_factory=list)
    chores: tuple = ()

    def __post_init__(self) -> None:
        voice = Voice(
            of_pass=lambda outcome: self.said.append(outcome.line or outcome.told),
            news=self.said.append,
            trouble=self.said.append,
        )
        self.duty = Duty(
            self.home.loaded(),
            load=configuration.load,
            passing=self.passing,
            voice=voice,
            chores=self.chores,
        )

    def look(self, seconds: float = 0.0, *, jump: timedelta = timedelta(0)):
        """Time passes, the clock on the wall may jump besides, and the scheduler looks."""
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds) + jump
        return self.duty.poll(self.clock())

    def tick(self, seconds: float = 0.0) -> Outcome | None:
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds)
        return self.duty.tick(self.clock())

    def clock(self) -> Clock:
        return Clock(wall=self.wall, monotonic=self.monotonic)

    def begun(self) -> Watched:
        """After the looks of a start."""
        for _ in range(4):
            self.look(1)
        return self


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


# ------------------------------------------------------------------------------------------ the inbox


def test_the_first_tick_waits_for_what_lies_in_the_inbox_to_be_at_rest(home):
    """Else the first digest of a scheduler that was off would go without the dumps that came meanwhile."""
    home.put("2026-08-07.txt", page("Diffusion one"))
    watched = Watched(home)

    assert [False, False, True, False] == [watched.look(1).tick for _ in range(4)]


def test_with_an_empty_inbox_the_first_tick_comes_at_once(home):
    assert Watched(home).look().tick


def test_a_dump_that_is_being_written_is_left_until_it_is_at_rest(home):
    """It grows for seconds; a tick that comes meanwhile leaves it, and the look at its end asks for another."""
    watched = Watched(home).begun()
    ticks = []
    for size in range(1, 5):
        path = home.put("2026-08-07.txt", page("Diffusion one")[: size * 40], when=1_780_000_000 + size)
        ticks.append(watched.look(1.5).tick)
    watched.tick()
    left = watched.passing.passes[-1][1]
    ticks += [watched.look(1.9).tick, watched.look(0.2).tick]
    watched.tick()

    assert [False] * 5 + [True] == ticks
    assert {str(path)} == left
    assert frozenset() == watched.passing.passes[-1][1]


def test_a_look_comes_when_a_file_may_be_at_rest_and_else_every_five_seconds(home):
    watched = Watched(home).begun()
    home.put("2026-08-07.txt", page("Diffusion one"))

    assert [2.0, 0.5, 5] == pytest.approx(
        [watched.look(5).again, watched.look(1.5).again, watched.look(1).again]
    )


def test_what_is_left_alone_stays_left_alone_in_a_pass(home):
    """The pass itself: a file to leave is not read, is told as being written, and comes with the next one."""
    path = home.put("2026-08-07.txt", page("Diffusion one"))
    home.put("2026-08-06.txt", page("Diffusion two", date="Aug 6"))
    store = open_store(home.state)

    first = run(store, home.loaded(), now=NOON, wall=NOON, wishes=Wishes(leave=frozenset([str(path)])))
    second = run(store, home.loaded(), now=NOON, wall=NOON)
    store.close()

    assert (1, 1, 0) == (first.left, first.count("new"), second.left)
    assert ["2026-08-07.txt"] == [dump.name for dump in second.dumps]


# ------------------------------------------------------------------------------------------- the ticks


def test_a_tick_with_nothing_to_do_makes_no_pass_and_says_nothing(home):
    watched = Watched(home, passing=RealPassing()).begun()
    home.put("2026-08-07.txt", page("Diffusion one"))
    watched.tick()
    said = list(watched.said)

    assert [None, None] == [watched.tick(60), watched.tick(60)]
    assert 1 == len(watched.passing.passes)
    assert said == watched.said


def test_a_tick_after_a_slots_moment_makes_a_pass(home):
    """Ada's day begins at midnight; nothing else has changed."""
    watched = Watched(home, passing=RealPassing()).begun()
    home.put("2026-08-07.txt", page("Diffusion one"))
    watched.tick()
    watched.wall = at("2026-08-07 23:59")
    before = watched.tick()
    after = watched.tick(60)

    assert (None, 2) == (before, len(watched.passing.passes))
    assert after is not None


def test_a_pass_that_found_another_run_active_says_nothing(home):
    watched = Watched(home, passing=FakePassing(outcomes=[Outcome(began=NOON, busy=True)])).begun()
    said = list(watched.said)
    watched.tick()

    assert said == watched.said


def test_chores_are_done_before_each_tick_and_one_that_fails_holds_nothing_up(home):
    done = []

    def fails(config, now):
        raise NewsletterError("arXiv does not answer", hint="it is asked again")

    def notes(config, now):
        done.append(now)

    watched = Watched(home, chores=(fails, notes))
    watched.tick()

    assert [NOON] == done
    assert ["arXiv does not answer\nhint: it is asked again", "1 dump"] == watched.said


def test_a_state_that_nobody_can_read_is_told_by_the_pass_and_ends_nothing(home):
    """The look of a tick leaves any doubt to the pass, which says what is wrong and what to do."""
    home.state.parent.mkdir()
    home.state.write_bytes(b"no database " * 1000)
    watched = Watched(home)
    watched.tick()

    assert 1 == len(watched.passing.passes)


def test_after_stop_no_tick_begins_anything(home):
    watched = Watched(home)
    watched.duty.stop()

    assert watched.tick() is None
    assert (1, []) == (watched.passing.stops, watched.passing.passes)


def test_we_count_as_alive_while_ticks_come_or_a_pass_takes_its_time(home):
    """The watchdog hears from us only then."""
    alive = []

    class Long(FakePassing):
        def __call__(self, config, now, _leave):
            alive.append(watched.duty.alive(1000.0 + config.schedule.timeout))
            alive.append(watched.duty.alive(1000.0 + config.schedule.timeout + 2 * SILENCE))
            return Outcome(began=now)

    watched = Watched(home, passing=Long())
    watched.look()
    watched.tick()
    watched.duty.ticked(2000.0)
    alive += [watched.duty.alive(2000.0 + SILENCE - 1), watched.duty.alive(2000.0 + SILENCE)]

    assert [True, False, True, False] == alive


# ------------------------------------------------------------------------------------------ the clocks


def test_a_machine_that_slept_says_so_once_and_wakes_at_once(home):
    """The clock that only grows sleeps with the machine: eight days pass on the wall alone."""
    watched = Watched(home).begun()
    woke, after = watched.look(5, jump=timedelta(days=8)), watched.look(5)

    assert ["the clock went 8 days forward, or the machine slept; what is due goes now"] == watched.said
    assert [(True, True), (False, False)] == [(w.tick, w.arm) for w in (woke, after)]


def test_a_clock_put_back_is_told_once_and_the_wake_ups_are_set_anew(home):
    watched = Watched(home).begun()
    wishes = watched.look(5, jump=timedelta(hours=-5))
    watched.look(5)

    assert [
        "the clock went 5 h 0 min back; no slot is given twice, digests go on when it has caught up"
    ] == watched.said
    assert (True, True) == (wishes.tick, wishes.arm)


def test_a_clock_that_is_set_right_by_some_seconds_is_no_news(home):
    watched = Watched(home).begun()
    wishes = watched.look(5, jump=timedelta(seconds=-20))

    assert ([], False) == (watched.said, wishes.tick)


def test_a_clock_that_is_behind_the_last_run_is_told_at_the_start(home):
    """A machine without a battery wakes up in the past."""
    home.run("2026-08-07 12:00")

    assert "" == behind(home.loaded(), NOON)
    assert (
        "the clock shows 2026-01-01 00:00 UTC, and the last run was at 2026-08-07 12:00:"
        " one of the two is wrong; no slot is given twice"
    ) == behind(home.loaded(), at("2026-01-01 00:00"))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ({"seconds": 45}, "45 s"),
        ({"minutes": 12}, "12 min"),
        ({"hours": 26}, "26 h 0 min"),
        ({"days": 9}, "9 days"),
    ],
)
def test_lengths_of_time_are_told_in_words(length, words):
    assert words == spelled(timedelta(**length))


# ----------------------------------------------------------------------------------- the configuration


def test_a_configuration_that_changes_is_read_anew_once_it_is_at_rest(home):
    watched = Watched(home).begun()
    home.edit(CONFIG.replace("name: Grace", "name: Grace\n    at: 07:30"))
    wishes = [watched.look(5), watched.look(2), watched.look(5)]

    assert ["config.yaml was read anew: 2 profiles, 2 subscribers"] == watched.said
    assert [(False, False), (True, True), (False, False)] == [(w.tick, w.arm) for w in wishes]
    assert {0, 450} == {rhythm.at for rhythm in watched.duty.rhythms}


def test_with_mistakes_the_old_configuration_holds_and_they_are_told_once(home):
    """In full, with line and column; again only when they change."""
    watched = Watched(home).begun()
    home.edit(CONFIG.replace("every: week", "every: weak"))
    for _ in range(6):
        watched.look(2)
    watched.tick()
    home.edit(CONFIG.replace("every: week", "every: weak") + "# a remark\n")
    for _ in range(6):
        watched.look(2)
    told = [said for said in watched.said if said != "1 dump"]

    assert 1 == len(told)
    assert "config.yaml:20:12: " in told[0]
    assert told[0].endswith("the configuration from before holds until that is mended")
    assert ["week"] == [s.rhythm.every for s in watched.passing.configs[-1].subscribers[1:]]


def test_a_configuration_that_is_mended_by_taking_the_slip_back_is_told_too(home):
    watched = Watched(home).begun()
    for text in (CONFIG + "slip", CONFIG):
        home.edit(text)
        for _ in range(3):
            watched.look(2)

    assert "config.yaml was read anew: 2 profiles, 2 subscribers" == watched.said[-1]
    assert 2 == len(watched.said)


def test_a_new_file_that_a_pattern_finds_is_seen(home):
    """`profiles: profiles/*.yaml`: the folder tells that there is one more."""
    (home.folder / "profiles").mkdir()
    (home.folder / "profiles" / "one.yaml").write_text("- {name: one, rules: [keywords: [one]]}\n")
    home.edit("profiles: profiles/*.yaml\n")
    watched = Watched(home).begun()
    (home.folder / "profiles" / "two.yaml").write_text("- {name: two, rules: [keywords: [two]]}\n")
    for _ in range(3):
        watched.look(2)

    assert ["one", "two"] == [profile.name for profile in watched.duty.config.profiles]


def test_another_state_needs_another_scheduler(home):
    """The lock that keeps a second one away is the old state's."""
    watched = Watched(home).begun()
    home.edit(CONFIG + "state: elsewhere/newsletter.db\n")
    for _ in range(3):
        watched.look(2)

    assert ["config.yaml: another state needs another scheduler; end this one and start it again."] == [
        said.split(" Until")[0] for said in watched.said
    ]
    assert str(home.state) == watched.duty.config.state


def test_a_configuration_that_is_gone_for_a_moment_is_missed_and_found_again(home):
    watched = Watched(home).begun()
    (home.folder / "config.yaml").unlink()
    for _ in range(3):
        watched.look(2)
    home.edit(CONFIG)
    for _ in range(3):
        watched.look(2)

    assert "there is no such file" in watched.said[0]
    assert 2 == len(watched.said)


def test_sighup_reads_the_configuration_at_once(home):
    watched = Watched(home).begun()
    home.edit(CONFIG + "fresh: 3d\n")

    assert watched.duty.reload()
    assert 3 == watched.duty.config.fresh_days
