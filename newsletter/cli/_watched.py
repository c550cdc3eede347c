"""A command that is a run: alone on its state, logged, and told to whoever watches, however it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.lock import only_run

if TYPE_CHECKING:
    from newsletter.settings import Config

_said: ContextVar[list[str] | None] = ContextVar("said", default=None)
"""What could not be told in this run, while one is."""


@contextmanager
def watched(config: Config, now: datetime, *, quiet: bool) -> Iterator[None]:
    """The only run there is, inside. Raises AnotherRun, of which nobody is told: the other one tells."""
    from newsletter import telling  # noqa: PLC0415 - logging and what is told, for runs with something to do
    from newsletter.logs import logged  # noqa: PLC0415 - as above

    with logged(config.telling.log) as trouble, only_run(Path(config.state), now):
        before = _said.set([])
        untold([trouble] if trouble else [], quiet=quiet)
        untold(telling.begin(config), quiet=quiet)
        try:
            yield
        except BaseException as error:
            untold(telling.broke(config, error, now), quiet=quiet)
            raise
        finally:
            _said.reset(before)


def untold(troubles: Iterable[str], *, quiet: bool) -> None:
    """Say what could not be told, in a run each once: a ping that is not heard at its beginning is not heard
    at its end. To cron it is no news: a watcher who hears nothing speaks by itself.
    """
    for trouble in troubles:
        said = _said.get()
        if not quiet and (said is None or trouble not in said):
            click.echo(f"hint: {trouble}", err=True)
        if said is not None:
            said.append(trouble)
