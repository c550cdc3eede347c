"""A command that is a run: alone on its state, logged, and told to whoever watches, however it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.lock import only_run

if TYPE_CHECKING:
    from newsletter.settings import Config


@contextmanager
def watched(config: Config, now: datetime, *, quiet: bool) -> Iterator[None]:
    """The only run there is, inside. Raises AnotherRun, of which nobody is told: the other one tells."""
    from newsletter import telling  # noqa: PLC0415 - logging and what is told, for runs with something to do
    from newsletter.logs import logged  # noqa: PLC0415 - as above

    with logged(config.telling.log) as trouble, only_run(Path(config.state), now):
        untold([trouble] if trouble else [], quiet=quiet)
        untold(telling.begin(config), quiet=quiet)
        try:
            yield
        except BaseException as error:
            untold(telling.broke(config, error, now), quiet=quiet)
            raise


def untold(troubles: Iterable[str], *, quiet: bool) -> None:
    """Say what could not be told. To cron it is no news: a watcher who hears nothing speaks by itself."""
    for trouble in troubles:
        if not quiet:
            click.echo(f"hint: {trouble}", err=True)
