"""One pass as a process of its own: a configuration and a moment go in, what the pass came to comes out.

A process can be ended, whatever it hangs in; it gives back what memory it took; and it is the program as it
is installed now, not as it was when the scheduler started. What a pass does stands in run.py, what its
process says in cli/_pass.py. Nothing is decided here but when a pass has lasted too long.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.errors import StateError
from newsletter.settings import Config

BUSY = 75
"""The process's exit code where another run held the lock: EX_TEMPFAIL of sysexits.h."""
GRACE = 60.0
"""Seconds that a pass has to end in good order: a relay's last answer may take most of them."""
_COMMAND = (sys.executable, "-m", "newsletter.cli._pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a pass came to: its exit code, its one line, and what it told of problems and hints.

    `busy`: another run held the lock or the scheduler ended, and there is nothing to tell. `ended` says why,
    where somebody had to end it.
    """

    began: datetime
    exit_code: int = 0
    line: str = ""
    told: str = ""
    busy: bool = False
    ended: str = ""


class Passing(Protocol):
    """Makes a pass, and may be asked to bring it to its end."""

    def __call__(self, config: Config, now: datetime, leave: Iterable[str]) -> Outcome:
        """One pass as of a moment; files to `leave` are still being written."""

    def stop(self) -> None:
        """Begin no pass any more; end the one that is under way, at the second call at once."""


class OwnProcess:
    """Makes each pass in a process of its own. `stop` may be called from another thread."""

    def __init__(self, command: Sequence[str] = _COMMAND, *, grace: float = GRACE) -> None:
        self._command = command
        self._grace = grace
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, config: Config, now: datetime, leave: Iterable[str]) -> Outcome:
        with self._lock:
            if self._stopping.is_set():
                return Outcome(began=now, busy=True)
            self._process = _started(self._command)
        given = pickle.dumps((config, now, frozenset(leave)))
        try:
            return self._lived(self._process, given, now, config.schedule.timeout)
        finally:
            self._process = None

    def stop(self) -> None:
        """End the pass that is under way in good order, at the second call at once."""
        with self._lock:
            again = self._stopping.is_set()
            self._stopping.set()
        if process := self._process:
            _kill(process) if again else process.terminate()

    def _lived(self, process: subprocess.Popen[bytes], given: bytes, now: datetime, most: int) -> Outcome:
        """A pass from its beginning to its end: sooner where it takes more than `most` seconds."""
        ended = ""
        try:
            said = process.communicate(given, timeout=most)
        except subprocess.TimeoutExpired:
            ended = f"the pass was ended: it had lasted {most:,} seconds; the next one goes on from there"
            said = self._ended(process)
        line, told = (each.decode(errors="replace").strip() for each in said)
        code = process.returncode
        if code == BUSY or (self._stopping.is_set() and code in _STOPPED):
            return Outcome(began=now, busy=True)
        if code < 0 and not ended:
            ended = f"the pass died of signal {-code}; what is recorded is safe, the next one goes on"
        return Outcome(began=now, exit_code=code, line=line, told=told, ended=ended)

    def _ended(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=self._grace)
        _kill(process)
        return process.communicate()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End it at once, and whatever it has started: it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process that waits for its configuration. Raises StateError where the machine has no room."""
    pipe = subprocess.PIPE
    # A session of its own: Ctrl-C on the terminal is for the scheduler, which ends its pass once, in order.
    # And systemd hears how things stand from the scheduler alone.
    environment = {name: value for name, value in os.environ.items() if name not in _FOR_THE_SCHEDULER}
    try:
        return subprocess.Popen(  # noqa: S603 - this very program
            command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True, env=environment
        )
    except OSError as error:
        raise StateError(
            f"no process for a pass: {error.strerror}", hint="the machine is out of memory or of processes"
        ) from error


_STOPPED = frozenset((128 + signal.SIGTERM, -signal.SIGTERM, -signal.SIGKILL))
"""Exit codes of a pass that was asked to end and had no mail in flight."""
_FOR_THE_SCHEDULER = frozenset(("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"))
