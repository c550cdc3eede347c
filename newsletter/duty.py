"""What the scheduler does when it wakes. Moments go in; wishes (a tick now, the slots anew) and what is to be
told come out. It holds the configuration that was last valid, what the inbox looked like, and since when
nothing has moved. When it wakes is schedule.py's affair, how a pass is made that of passes.py.

`poll` and `reload` belong to one thread, `tick` to another: what both touch is replaced whole, never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsletter import where
from newsletter.errors import ConfigError, NewsletterError
from newsletter.idle import inbox_files, nothing_to_do, stood
from newsletter.model import Rhythm
from newsletter.passes import GRACE, Outcome, Passing
from newsletter.settings import Config
from newsletter.store import open_store
from newsletter.watch import Look, settle

JUMP = timedelta(seconds=30)
"""By so much may the clock on the wall and the one that only grows differ between two looks."""
TICK = 60.0
"""Seconds between two ticks."""
SILENCE = 5 * TICK
"""Without a tick for so many seconds, and without a pass, something is stuck."""

Load = Callable[[Path], Config]
Chore = Callable[[Config, datetime], None]
"""What a tick does before it looks whether there is anything to do: fetching what is due, for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the clocks show: the one on the wall, and the one that only grows (seconds; it sleeps with us)."""

    wall: datetime
    monotonic: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a look makes necessary: a tick now, the slots anew; and when to look again, in seconds."""

    tick: bool = False
    arm: bool = False
    again: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who is told: of each pass that was made, and of what else somebody should know."""

    of_pass: Callable[[Outcome], None]
    news: Callable[[str], None]
    trouble: Callable[[str], None]


class Duty:
    """The scheduler's work, without its clock."""

    def __init__(
        self, config: Config, *, load: Load, passing: Passing, voice: Voice, chores: Sequence[Chore] = ()
    ) -> None:
        self.config = config
        self._load = load
        self._passing = passing
        self._voice = voice
        self._chores = tuple(chores)
        self._inbox = self._written = Look()
        self._files = _made_of(config.path)
        self._before: Clock | None = None
        self._begun = False
        self._mistakes = ""
        self._moved = 0.0
        self._busy_until: float | None = None
        self._ending = False
        self.status = ""
        """What the last pass that said anything did, in a line."""

    @property
    def busy(self) -> bool:
        """Whether a tick is under way."""
        return self._busy_until is not None

    @property
    def rhythms(self) -> frozenset[Rhythm]:
        """The distinct rhythms of all subscribers."""
        return frozenset(subscriber.rhythm for subscriber in self.config.subscribers)

    # -------------------------------------------------------------------------------------- one thread

    def poll(self, clock: Clock) -> Wishes:
        """Look at the clocks, at the files of the configuration, at the inbox."""
        jumped = self._jumped(clock)
        changed = self._config_changed(clock.monotonic) and self.reload()
        settling = self.config.schedule.settle
        self._inbox = look = settle(self._inbox, inbox_files(self.config), clock.monotonic, settling)
        # What lay in the inbox before we came is waited for, so that the first digest has it.
        begins = not self._begun and not look.waiting
        self._begun |= begins
        soonest = [each.again for each in (look, self._written) if each.again is not None]
        return Wishes(
            tick=begins or (self._begun and bool(look.rested or changed or jumped)),
            arm=changed or jumped,
            again=min([self.config.schedule.poll, *soonest]),
        )

    def _jumped(self, clock: Clock) -> bool:
        """Whether the clock on the wall went otherwise than time, which is told."""
        before, self._before = self._before, clock
        if before is None:
            self._moved = clock.monotonic
            return False
        passed = timedelta(seconds=clock.monotonic - before.monotonic)
        jump = clock.wall - before.wall - passed
        if abs(jump) < JUMP:
            return False
        self._voice.news(_of_jump(jump))
        return True

    # ------------------------------------------------------------------------------ the configuration

    def _config_changed(self, moment: float) -> bool:
        """Whether a file of the configuration has changed and come to rest."""
        seen = (stood(str(path)) for path in self._files)
        self._written = settle(self._written, seen, moment, self.config.schedule.settle)
        return bool(self._written.rested) and self._differs()

    def _differs(self) -> bool:
        """Whether what is written there is not what holds; an editor may have saved the same."""
        located = where.locate(self.config.path)
        return located is None or located.digest != self.config.digest or bool(self._mistakes)

    def reload(self) -> bool:
        """Read the configuration anew; whether another one holds now. Where it has mistakes the old one
        stays, and they are told, once as long as they are the same.
        """
        try:
            config = self._load(self.config.path)
        except ConfigError as error:
            self._stay(f"{error.what}\nthe configuration from before holds until that is mended")
            return False
        if config.state != self.config.state:
            self._stay(
                f"{config.path.name}: another state needs another scheduler; end this one and start it again."
                " Until then the configuration from before holds"
            )
            return False
        mended, self._mistakes = bool(self._mistakes), ""
        self._files = _made_of(config.path)
        changed, self.config = config != self.config, config
        if changed or mended:
            self._voice.news(f"{config.path.name} was read anew: {_counted(config)}")
        for warning in config.warnings if changed else ():
            self._voice.trouble(f"warning: {warning}")
        return changed

    def _stay(self, mistakes: str) -> None:
        if mistakes != self._mistakes:
            self._voice.trouble(mistakes)
        self._mistakes = mistakes

    # ---------------------------------------------------------------------------------- another thread

    def tick(self, clock: Clock) -> Outcome | None:
        """Do the chores, and make a pass if there is anything to do; None where there is nothing."""
        config = self.config
        if self._ending:
            return None
        self._busy_until = clock.monotonic + config.schedule.timeout + GRACE + SILENCE
        try:
            self._do_chores(config, clock.wall)
            if rests(config, clock.wall) and not _source_due(config, clock.wall):
                return None
            outcome = self._passing(config, clock.wall, self._inbox.waiting)
        except NewsletterError as error:
            outcome = Outcome(began=clock.wall, exit_code=error.exit_code, told=_said(error))
        finally:
            self._busy_until = None
        if not outcome.busy:
            self.status = outcome.line or self.status
            self._voice.of_pass(outcome)
        return outcome

    def _do_chores(self, config: Config, now: datetime) -> None:
        """One that fails is told and holds nothing up."""
        for chore in self._chores:
            try:
                chore(config, now)
            except NewsletterError as error:
                self._voice.trouble(_said(error))

    def ticked(self, moment: float) -> None:
        """A tick came to its end."""
        self._moved = moment

    def alive(self, moment: float) -> bool:
        """Whether ticks come, or a pass is under way that may still take its time."""
        until = self._busy_until
        return moment - self._moved < SILENCE if until is None else moment < until

    def stop(self) -> None:
        """Begin nothing any more; what is under way ends in good order, at the second call at once."""
        self._ending = True
        self._passing.stop()


def _made_of(path: Path) -> tuple[Path, ...]:
    """What shows that a configuration has changed: its files, and the folders they are found in."""
    located = where.locate(path)
    files = located.files if located else (path,)
    others = {file.parent for file in files if file != path}
    return (*files, *sorted(others))


def _of_jump(jump: timedelta) -> str:
    if jump > timedelta(0):
        return f"the clock went {spelled(jump)} forward, or the machine slept; what is due goes now"
    return (
        f"the clock went {spelled(-jump)} back; no slot is given twice, digests go on when it has caught up"
    )


def rests(config: Config, now: datetime) -> bool:
    """Whether a run would do nothing; any doubt is left to the run itself."""
    state = Path(config.state)
    if not state.is_file():
        return False
    try:
        store = open_store(state)
    except NewsletterError:
        return False
    try:
        return nothing_to_do(store, config, inbox_files(config), now, patient=True)
    except NewsletterError:
        return False
    finally:
        store.close()


def behind(config: Config, now: datetime) -> str:
    """What to tell where the clock shows less than at the last run; empty where all is well."""
    if not Path(config.state).is_file():
        return ""
    store = open_store(Path(config.state))
    try:
        last = next(iter(store.runs.latest(1)), None)
    finally:
        store.close()
    if last is None or last.started - now < JUMP:
        return ""
    return (
        f"the clock shows {now:%Y-%m-%d %H:%M} UTC, and the last run was at {last.started:%Y-%m-%d %H:%M}:"
        " one of the two is wrong; no slot is given twice"
    )


def spelled(length: timedelta) -> str:
    """A length of time for people: 45 s, 12 min, 3 h 2 min, 8 days."""
    seconds = round(length.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _DAY} days"


_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60


def _counted(config: Config) -> str:
    def number(many: Iterable[object], one: str) -> str:
        count = len(tuple(many))
        return f"{count:,} {one}{'s' * (count != 1)}"

    public = (profile for profile in config.profiles if not profile.private)
    return f"{number(public, 'profile')}, {number(config.subscribers, 'subscriber')}"


def _said(error: NewsletterError) -> str:
    return f"{error.what}\nhint: {error.hint}" if error.hint else error.what


def _source_due(config: Config, now: datetime) -> bool:
    """Whether some source may be asked for dumps; where nobody can tell, the pass will."""
    if not config.sources:
        return False
    from newsletter.fetch import any_due  # noqa: PLC0415 - for who fetches

    try:
        store = open_store(Path(config.state))
    except NewsletterError:
        return False
    try:
        return any_due(store, config, now)
    except NewsletterError:
        return False
    finally:
        store.close()
