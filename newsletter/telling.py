"""Telling: whoever watches over an installation hears how a run went. A run's account in; out go a ping, a
file of metrics, and a mail to the operators about what is new among what went wrong.

Nothing here fails a run: what could not be told comes back in words. Of the run's own work nothing is done
here; what it prints is the command line's.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter import failures
from newsletter.errors import AnotherRun, NewsletterError, StateError
from newsletter.failures import Failure
from newsletter.idle import ALARM, waits
from newsletter.patience import PASSING
from newsletter.settings import Config, Secret, Telling
from newsletter.store import Store, open_store

if TYPE_CHECKING:
    from newsletter.fetch import Turn
    from newsletter.outbox import Sent
    from newsletter.report import Report
    from newsletter.where import Located


_LOG = logging.getLogger(__name__)
BEAT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a run tells of itself: its line, its exit code, what went wrong; and what shows that something is
    mended: the families of the dumps it read whole, whether mail left, whether it looked after the site.
    What is `standing` was told before and is not mended. A fetch is not `whole`: it tells of sources alone.
    """

    line: str
    exit_code: int
    failures: tuple[Failure, ...] = ()
    read: frozenset[str] = frozenset()
    sent: bool = False
    published: bool = True
    whole: bool = True
    standing: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a fetch tells of itself: its exit code, and what went wrong that does not pass by itself."""

    exit_code: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(slots=True, kw_only=True)
class Heard:
    """What came of telling: what could not be told, in words; whether a mail to an operator was held back."""

    troubles: list[str] = field(default_factory=list)
    waiting: bool = False


def account_of(report: Report, line: str, fetched: Fetched = Fetched()) -> Account:
    """The account of a run, and of the fetch before it."""
    sent = report.sent
    outputs = [error for error in report.failures if error is not sent.problem]
    quarantined = [dump.problems[0] for dump in report.dumps if dump.state == "quarantined" and dump.problems]
    found = (
        *fetched.failures,
        *map(failures.of_dump, quarantined),
        *map(failures.of_inbox, report.problems),
        *map(failures.of_output, outputs),
        *_of_mail(sent),
    )
    read = frozenset(failures.alike(dump.name) for dump in report.dumps if dump.state == "read")
    return Account(
        line=line,
        exit_code=max(fetched.exit_code, report.exit_code),
        failures=found,
        read=read,
        sent=sent.sent > 0,
        standing=(failures.of_output(report.held_up),) if report.held_up else (),
    )


def fetched_of(turns: Iterable[Turn]) -> Fetched:
    """What sources have to tell: their first troubles fail a fetch, and each kind is told."""
    turns = tuple(turns)
    troubles = ((turn.name, turn.trouble) for turn in turns if turn.trouble)
    found = (
        failures.of_source(name, trouble.kind, trouble.what, trouble.hint)
        for name, trouble in troubles
        if trouble.kind not in PASSING
    )
    code = max((turn.exit_code for turn in turns), default=0)
    return Fetched(exit_code=code, failures=tuple(found))


def account_of_mail(sent: Sent, line: str) -> Account:
    """The account of a run that only delivered."""
    return Account(
        line=line,
        exit_code=sent.exit_code,
        failures=tuple(_of_mail(sent)),
        sent=sent.sent > 0,
        published=False,
    )


def _of_mail(sent: Sent) -> Iterator[Failure]:
    if sent.problem:
        yield failures.of_mail(sent.problem)
    yield from failures.of_deliveries(sent.failed, sent.uncertain + sent.doubted)


# ------------------------------------------------------------------------------------------ the course


def begin(config: Config) -> Iterator[str]:
    """A run begins."""
    yield from _ping(config.telling.ping, "start")


def end(store: Store, config: Config, account: Account, now: datetime, *, send: bool = True) -> Heard:
    """A run has ended and is on record. Without `send` no mail leaves: what is to be told waits."""
    heard = Heard()
    for failure in account.failures:
        _LOG.error("%s", failure.what)
    _LOG.info("exit %d: %s", account.exit_code, account.line)
    _note(store, config, account, now)
    _forget_breaks(Path(config.state))
    if config.telling.on_failure:
        trouble = _raise_alarm(store, config, account.line, now) if send else ""
        heard.troubles += [trouble] if trouble else []
        heard.waiting = not send and any(each.told is None for each in store.failures.all())
    elif store.runs.mark(ALARM):
        store.runs.set_mark(ALARM, "")
    heard.troubles += _write_metrics(store, config.telling.metrics, now)
    heard.troubles += _ping(config.telling.ping, account.exit_code, _body(account.line, account.failures))
    return heard


def after_fetch(store: Store, config: Config, fetched: Fetched, now: datetime) -> Iterator[str]:
    """A fetch has ended that no run follows. That it went well is not told: it would speak for runs, too."""
    for failure in fetched.failures:
        _LOG.error("%s", failure.what)
    _note(store, config, Account(line="", exit_code=0, failures=fetched.failures, whole=False), now)
    if config.telling.on_failure and (trouble := _raise_alarm(store, config, "", now)):
        yield trouble
    if fetched.exit_code:
        yield from _ping(config.telling.ping, fetched.exit_code, _body("newsletter fetch", fetched.failures))


def idle(places: Located, now: datetime, line: str) -> Iterator[str]:
    """A run found nothing to do: that all is well is worth telling, too."""
    yield from _alive(Path(places.state), Telling(ping=places.ping, metrics=places.metrics), now, line)


class Heartbeat:
    """A chore of the scheduler: that it lives is told every few minutes, also while nothing comes.

    Raises NewsletterError with what could not be told, once as long as it is the same: a watcher that is down
    for a night is no news each five minutes, and who watches notices by itself.
    """

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._trouble = ""

    def __call__(self, config: Config, now: datetime) -> None:
        if self._last and self._last <= now < self._last + BEAT:
            return
        self._last = now
        troubles = _alive(Path(config.state), config.telling, now, "the scheduler is on duty")
        before, self._trouble = self._trouble, "\n".join(troubles)
        if self._trouble and self._trouble != before:
            raise NewsletterError(self._trouble)


def _alive(state: Path, told: Telling, now: datetime, line: str) -> Iterator[str]:
    if told.metrics and state.is_file():
        with closing(open_store(state)) as store:
            yield from _write_metrics(store, told.metrics, now, idle=True)
    yield from _ping(told.ping, 0, line)


def broke(config: Config, error: BaseException, now: datetime) -> Iterator[str]:
    """A run ended before its end, and is not on record."""
    if isinstance(error, AnotherRun | BrokenPipeError):
        # Nobody reads what it prints any more (`| head`, a scheduler that was killed): it was told before.
        return
    if not isinstance(error, Exception):
        _LOG.warning("stopped")
        yield from _ping(config.telling.ping, _code(error), "stopped")
        return
    failure = failures.of_break(error)
    _LOG.error("%s", failure.what, exc_info=None if isinstance(error, NewsletterError) else error)
    yield from _ping(config.telling.ping, _code(error), failure.what)
    if config.telling.on_failure:
        yield from _alarm_at_break(config, failure, now)


def not_configured(places: Located | None, error: NewsletterError) -> Iterator[str]:
    """config.yaml has mistakes: there is nobody to write to, but a ping may still be named."""
    if places:
        yield from _ping(places.ping, error.exit_code, error.what)


# --------------------------------------------------------------------------------------------- the ping


def _ping(named: Secret | str, what: int | str, body: str = "") -> Iterator[str]:
    if not named:
        return
    from newsletter.pings import ping  # noqa: PLC0415 - urllib.request, 60 ms, for who wants pings

    if trouble := ping(named, what, body):
        yield trouble


def _body(line: str, found: Iterable[Failure]) -> str:
    return "\n".join((line, *(failure.what for failure in found))).strip()


def _code(error: BaseException) -> int | str:
    if isinstance(error, NewsletterError):
        return error.exit_code
    return error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else "fail"


# ------------------------------------------------------------------------------------------ the metrics


def _write_metrics(store: Store, path: Path | None, now: datetime, *, idle: bool = False) -> Iterator[str]:
    if path is None:
        return
    from newsletter.metrics import write_metrics  # noqa: PLC0415 - an extra, 60 ms, for who wants metrics

    try:
        write_metrics(store, path, now, idle=idle)
    except NewsletterError as error:
        yield error.what


# ------------------------------------------------------------------------------------------- the alarm


def _note(store: Store, config: Config, account: Account, now: datetime) -> None:
    """Keep what went wrong, and forget what is mended."""
    found = (*account.failures, *account.standing)
    kinds = {failure.kind for failure in found}
    known = [each.failure for each in store.failures.all()]
    standing = {failures.of_inbox(problem).kind for problem in store.dumps.refused()} if known else set()
    known = [each for each in known if account.whole or each.about == failures.SOURCE]
    mended = failures.mended(
        known,
        kinds,
        read=account.read,
        standing=standing,
        sent=account.sent,
        published=account.published,
        troubled=_troubled(store, config) if known else (),
    )
    gone = [failure.kind for failure in mended]
    if gone or kinds:
        with store.transaction():
            store.failures.forget(gone)
            store.failures.note(found, now)


def _troubled(store: Store, config: Config) -> frozenset[str]:
    """The sources of the configuration that have not answered well since something was wrong with them."""
    named = {source.name for source in config.sources}
    return frozenset(state.name for state in store.sources.states() if state.trouble) & named


def _raise_alarm(store: Store, config: Config, line: str, now: datetime) -> str:
    """Tell what was not told yet. A relay that did not take it is given time, but not by a config.yaml that
    is new: the mistake was there, perhaps.
    """
    untold = [each.failure for each in store.failures.all() if each.told is None]
    owed = json.loads(store.runs.mark(ALARM) or "{}")
    if untold and owed.get("config") == config.digest and waits(owed, now):
        return ""
    trouble = _alarmed(config, untold, line, now) if untold else ""
    if not trouble:
        store.failures.tell([failure.kind for failure in untold], now)
    if owed or trouble:
        store.runs.set_mark(ALARM, json.dumps(_owed(owed, config, now)) if trouble else "")
    return trouble


def _alarmed(config: Config, untold: Sequence[Failure], line: str, now: datetime) -> str:
    from newsletter.alarm import alarm  # noqa: PLC0415 - mail code, for when something is wrong

    return alarm(config, untold, line, now)


def _owed(before: Mapping[str, Any], config: Config, now: datetime) -> dict[str, object]:
    """Tried again when a deferred mail would be, and, other than that one, for ever."""
    from newsletter.replies import LONGEST_PAUSE, next_try  # noqa: PLC0415 - as above

    tries = before.get("tries", 0) + 1
    until = next_try(tries, now, now) or now + LONGEST_PAUSE
    return {
        "tries": tries,
        "tried": now.isoformat(),
        "not_before": until.isoformat(),
        "config": config.digest,
    }


def _alarm_at_break(config: Config, failure: Failure, now: datetime) -> Iterator[str]:
    state = Path(config.state)
    try:
        with closing(open_store(state)) as store:
            store.failures.note([failure], now)
            trouble = _raise_alarm(store, config, "", now)
    except StateError:
        trouble = _alarm_without_state(config, failure, now)
    if trouble:
        yield trouble


def _alarm_without_state(config: Config, failure: Failure, now: datetime) -> str:
    """The state itself cannot be used: that it was told is an empty file beside it, for which a full disk
    still has room. Where not even that can be made, nobody is told, rather than every quarter of an hour.
    """
    mark = _break_mark(Path(config.state), failure)
    if mark.exists():
        return ""
    try:
        mark.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        return f"nobody was told by mail: {mark}: {error.strerror}"
    trouble = _alarmed(config, [failure], "", now)
    if trouble:
        mark.unlink(missing_ok=True)
    return trouble


_BREAK = ".told-"


def _break_mark(state: Path, failure: Failure) -> Path:
    name = hashlib.blake2b(failure.kind.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return state.with_name(f".{state.name}{_BREAK}{name}")


def _forget_breaks(state: Path) -> None:
    with suppress(OSError):
        for name in os.listdir(state.parent):  # noqa: PTH208 - names are all that is needed
            if name.startswith(f".{state.name}{_BREAK}"):
                (state.parent / name).unlink(missing_ok=True)
