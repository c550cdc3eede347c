"""One run at a time: a lock file beside the state. The kernel lets go of it when its holder dies, however
it dies, so a stale lock cannot exist. Works on the machine's own disks.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from newsletter.errors import AnotherRun, StateError


@contextmanager
def only_run(state: Path, now: datetime) -> Iterator[None]:
    """Hold the state's lock. Raises AnotherRun, at once, with who holds it and since when."""
    path = state.with_name(state.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(
            f"{path}: {error.strerror}", hint="the folder of the state has to be yours to write"
        ) from error
    try:
        _take(file)
        os.ftruncate(file, 0)
        os.pwrite(file, f"process {os.getpid()}, since {now.isoformat(timespec='seconds')}".encode(), 0)
        yield
    finally:
        os.close(file)


def _take(file: int) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(file, 200, 0).decode(errors="replace") or "unknown"
        raise AnotherRun(f"another run is active ({holder})", hint="it does this run's work too") from error
    except OSError as error:
        raise StateError(
            f"the lock beside the state: {error.strerror}", hint="keep the state on a disk of this machine"
        ) from error
