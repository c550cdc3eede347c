"""One long list of things to do, shared among several processes. Where that does not pay, or cannot be done
safely, the list is done here as if there were none.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

LEAST = 500
"""So many things a process, or it costs more than it saves."""
BLOCK = 50
"""So many neighbours stay together: they are read from the state at once."""


def shared(
    work: Callable[[Sequence[T]], R], things: Sequence[T], *, begin: Callable[[], None], least: int = LEAST
) -> list[R]:
    """What `work` makes of all things: of each share one result, which has to be picklable.

    `begin` is called in each new process. A share whose process fails, or is killed, is done here, so that
    what `work` raises is raised here.
    """
    count = min(_processors(), len(things) // least)
    if count < 2 or not _may_fork():  # noqa: PLR2004 - one and another
        return [work(things)]
    own, *others = dealt(things, count)
    hands = [_Hand(work, share, begin) for share in others]
    try:
        return [work(own), *(hand.done() for hand in hands)]
    finally:
        for hand in hands:
            hand.end()


def dealt(things: Sequence[T], count: int) -> list[list[T]]:
    """The things in so many shares of like size, block by block."""
    blocks = [things[start : start + BLOCK] for start in range(0, len(things), BLOCK)]
    return [[thing for block in blocks[place::count] for thing in block] for place in range(count)]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _may_fork() -> bool:
    """A fork takes one thread along, and the locks that the others hold."""
    return hasattr(os, "fork") and threading.active_count() == 1


class _Hand(Generic[T, R]):
    """A process that does one share."""

    def __init__(
        self, work: Callable[[Sequence[T]], R], share: Sequence[T], begin: Callable[[], None]
    ) -> None:
        self._work = work
        self._share = share
        self._from, to = os.pipe()
        with warnings.catch_warnings():
            # Python 3.12 warns of threads that are not its own, as numpy's: they hold no lock that we need.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process: int | None = os.fork()
        if self._process == 0:
            os.close(self._from)
            self._live(to, begin)
        os.close(to)

    def _live(self, to: int, begin: Callable[[], None]) -> None:
        """The life of the new process. It never returns: what it was forked out of is not its own to end."""
        try:
            begin()
            with os.fdopen(to, "wb") as pipe:
                pickle.dump(self._work(self._share), pipe)
        finally:
            os._exit(0)

    def done(self) -> R:
        """What became of the share."""
        with os.fdopen(self._from, "rb") as pipe:
            self._from = -1
            told = pipe.read()
        self._wait()
        if not told:
            return self._work(self._share)
        result: R = pickle.loads(told)  # noqa: S301 - from ourselves
        return result

    def end(self) -> None:
        """Nobody waits for it any more."""
        if self._process is not None:
            os.kill(self._process, signal.SIGKILL)
            self._wait()
        if self._from >= 0:
            os.close(self._from)

    def _wait(self) -> None:
        if self._process is not None:
            with suppress(ChildProcessError):
                os.waitpid(self._process, 0)
            self._process = None
