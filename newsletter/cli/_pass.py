"""The other end of passes.py: the process of one pass, for `newsletter schedule`: sources that are due are
asked, then a run is made if there is anything to do. Configuration, moment and files to leave come in by
standard input; the one line goes out by standard output, problems and hints by standard error, and how it
went by the exit code. It is no command: `newsletter run` is that.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from newsletter.cli import guarded, stop_in_order
from newsletter.cli._watched import watched
from newsletter.cli.run import run_on, told_of
from newsletter.duty import rests
from newsletter.errors import AnotherRun
from newsletter.passes import BUSY
from newsletter.settings import Config

if TYPE_CHECKING:
    from newsletter.telling import Fetched


def main() -> NoReturn:
    """Make the pass that standard input describes, and leave with its exit code."""
    stop_in_order()
    # Whoever could write to this pipe is the scheduler that made it.
    config, now, leave = pickle.load(sys.stdin.buffer)  # noqa: S301 - as said
    sys.exit(guarded(lambda: _pass(config, now, leave)))


def _pass(config: Config, now: datetime, leave: Iterable[str]) -> int:
    from newsletter.report import Wishes  # noqa: PLC0415 - it costs 50 ms

    fetched = _fetch(config, now) if config.sources else None
    if config.sources and rests(config, now):
        return _told(config, fetched, now)
    wishes = Wishes(leave=frozenset(leave), patient=True)
    try:
        with watched(config, now, quiet=False):
            return run_on(config, now, wishes, fetched, quiet=False)
    except AnotherRun:
        return _told(config, fetched, now)


def _told(config: Config, fetched: Fetched | None, now: datetime) -> int:
    """What a fetch had to tell, where no run does it."""
    if not fetched:
        return BUSY
    told_of(config, fetched, now, quiet=False)
    return fetched.exit_code or BUSY


def _fetch(config: Config, now: datetime) -> Fetched | None:
    """What the sources have that are due; nothing is said unless somebody has to look at it."""
    from newsletter.cli.fetch import fetch_due_and_tell  # noqa: PLC0415 - for who fetches

    return fetch_due_and_tell(config, now, quiet=True)


if __name__ == "__main__":
    main()
