"""How far a command is, on a terminal: a bar on standard error that goes when it is done. Elsewhere, and for
whoever wants quiet, nothing, and rich is not even imported.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsletter.cli._shared import sized
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
        parts.TextColumn("{task.fields[told]}"),
        parts.TimeRemainingColumn(),
        console=console,
        transient=True,
        # What stands on standard output is for a pipe or a file; rich would send it here.
        redirect_stdout=False,
    )


class Bar:
    """A line for the stage that is on: how much of it is done, at which rate, the time left. While dumps are
    read that is in bytes, and tells of papers too.
    """

    def __init__(self, display: Display) -> None:
        self._display = display
        self._reading = True
        self._papers = 0
        self._open("reading", 0, visible=False)

    def _open(self, name: str, total: int, *, visible: bool = True) -> None:
        self._begun = time.monotonic()
        self._total, self._done = total, 0
        self._task = self._display.add_task(name, total=total or None, told="", visible=visible)

    def expect(self, size: int) -> None:
        self._total += size
        self._show()

    def read(self, size: int) -> None:
        self.step(size)

    def papers(self, count: int) -> None:
        self._papers += count

    def stage(self, name: str, total: int = 0) -> None:
        self._display.remove_task(self._task)
        self._reading = False
        self._open(name, total)

    def step(self, count: int = 1) -> None:
        self._done += count
        self._show()

    def _show(self) -> None:
        self._display.update(
            self._task, total=self._total or None, completed=self._done, told=self._told(), visible=True
        )

    def _told(self) -> str:
        elapsed = max(time.monotonic() - self._begun, 0.001)
        if self._reading:
            read = f"{sized(self._done)} of {sized(self._total)}"
            return f"{read} {self._papers:,} papers, {self._papers / elapsed:,.0f}/s"
        of = f" of {self._total:,}" if self._total else ""
        return f"{self._done:,}{of}, {self._done / elapsed:,.0f}/s"
