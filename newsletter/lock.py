"""One run at a time, and one scheduler: lock files beside the state. The kernel lets go of a lock when its
holder dies, however it dies, so a stale lock cannot exist. Works on the machine's own disks.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from newsletter.errors import AnotherRun, AnotherScheduler, StateError


@contextmanager
def only_run(state: Path, now: datetime) -> Iterator[None]:
    """Hold the state's lock. Raises AnotherRun, at once, with who holds it and since when."""
    with _held(state.with_name(f"{state.name}.lock"), now) as holder:
        if holder:
            raise AnotherRun(f"another run is active ({holder})", hint="it does this run's work too")
        yield


@contextmanager
def only_scheduler(state: Path, now: datetime) -> Iterator[None]:
    """Be the one scheduler of a state; runs by hand may still come. Raises AnotherScheduler at once."""
    with _held(state.with_name(f"{state.name}.schedule.lock"), now) as holder:
        if holder:
            raise AnotherScheduler(
                f"another scheduler is active ({holder})",
                hint="one is enough for a state; end that one first, or give this one a state of its own",
            )
        yield


@contextmanager
def _held(path: Path, now: datetime) -> Iterator[str]:
    """Hold a lock file; who else does, where somebody does. Raises StateError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(
            f"{path}: {error.strerror}", hint="the folder of the state has to be yours to write"
        ) from error
    try:
        holder = _taken(file)
        if not holder:
            _sign(file, now)
        yield holder
    finally:
        os.close(file)


def _taken(file: int) -> str:
    """Take the lock; empty where that worked, else who has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(file, 200, 0).decode(errors="replace") or "unknown"
    except OSError as error:
        raise StateError(
            f"the lock beside the state: {error.strerror}", hint="keep the state on a disk of this machine"
        ) from error
    return ""


def _sign(file: int, now: datetime) -> None:
    """Say who holds it. On a full disk nobody can; the lock holds all the same."""
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.pwrite(file, f"process {os.getpid()}, since {now.isoformat(timespec='seconds')}".encode(), 0)
