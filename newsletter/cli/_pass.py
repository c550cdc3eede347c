"""The other end of passes.py: the process of one pass, for `newsletter schedule`. Configuration, moment and
files to leave come in by standard input; the one line goes out by standard output, problems and hints by
standard error, and how it went by the exit code. It is no command: `newsletter run` is that.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from newsletter.cli import guarded, stop_in_order
from newsletter.cli._watched import watched
from newsletter.cli.run import run_on
from newsletter.errors import AnotherRun
from newsletter.passes import BUSY
from newsletter.settings import Config


def main() -> NoReturn:
    """Make the pass that standard input describes, and leave with its exit code."""
    stop_in_order()
    # Whoever could write to this pipe is the scheduler that made it.
    config, now, leave = pickle.load(sys.stdin.buffer)  # noqa: S301 - as said
    sys.exit(guarded(lambda: _pass(config, now, leave)))


def _pass(config: Config, now: datetime, leave: Iterable[str]) -> int:
    from newsletter.run import Wishes  # noqa: PLC0415 - it costs 50 ms

    try:
        with watched(config, now, quiet=False):
            return run_on(config, now, Wishes(leave=frozenset(leave)), quiet=False)
    except AnotherRun:
        return BUSY


if __name__ == "__main__":
    main()
