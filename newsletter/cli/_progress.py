"""How far a command is, on a terminal: a bar on standard error that goes when it is done. Elsewhere, and for
whoever wants quiet, nothing, and rich is not even imported.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsletter.ports import SILENT, Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Display


@contextmanager
def shown(*, quiet: bool = False) -> Iterator[Progress]:
    """A progress for people to watch, if anybody can."""
    if quiet or not sys.stderr.isatty():
        yield SILENT
        return
    from rich.console import Console  # noqa: PLC0415 - 50 ms for those who watch

    console = Console(stderr=True)
    if console.is_dumb_terminal:
        yield SILENT
        return
    with _display(console) as display:
        yield Bar(display)


def _display(console: Console) -> Display:
    from rich import progress as parts  # noqa: PLC0415 - as above

    return parts.Progress(
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        parts.DownloadColumn(),
        parts.TextColumn("{task.fields[papers]}"),
        parts.TimeRemainingColumn(),
        console=console,
        transient=True,
        # What stands on standard output is for a pipe or a file; rich would send it here.
        redirect_stdout=False,
    )


class Bar:
    """A line while dumps are read: bytes, papers, their rate, the time left. Then the name of the stage."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._task = display.add_task("reading", total=None, papers="", visible=False)
        self._begun = time.monotonic()
        self._total = self._read = self._papers = 0

    def expect(self, size: int) -> None:
        self._total += size
        self._update()

    def read(self, size: int) -> None:
        self._read += size
        self._update()

    def papers(self, count: int) -> None:
        self._papers += count

    def stage(self, name: str) -> None:
        self._display.update(self._task, description=name, total=None, visible=True)

    def _update(self) -> None:
        rate = self._papers / max(time.monotonic() - self._begun, 0.001)
        self._display.update(
            self._task,
            total=self._total,
            completed=self._read,
            papers=f"{self._papers:,} papers, {rate:,.0f}/s",
            visible=True,
        )
