"""What was asked of a run, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from newsletter.due import Due
from newsletter.errors import NewsletterError
from newsletter.model import Problem
from newsletter.outbox import Sent
from newsletter.publish import Published
from newsletter.record import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked of a run besides the usual."""

    send: bool = True
    backfill: bool = False
    out: Path | None = None
    """Where to publish and send instead of config.out: a rehearsal."""
    leave: frozenset[str] = frozenset()
    """Paths of files that somebody who watches the inbox knows to be still being written."""
    patient: bool = False
    """Give the command of publish.after time where it has failed."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a run did. `problems` are those found for the first time; `failures` stopped an output."""

    dumps: list[Recorded] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    standing: list[Problem] = field(default_factory=list)
    """All problems with the inbox and with files that are no dumps, those known before among them."""
    left: int = 0
    unread: int = 0
    """Files that are no dumps as they are: giving the right to read one changes neither size nor time."""
    editions: tuple[str, ...] = ()
    due: Due = field(default_factory=Due)
    published: Published | None = None
    outdated: bool = False
    """The site could not be brought up to date."""
    held_up: NewsletterError | None = None
    """How the command of publish.after failed, where it did so before."""
    sent: Sent = field(default_factory=Sent)
    failures: list[NewsletterError] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0, or 1 where this run found something somebody must look at; what delivering says comes first."""
        quarantined = any(dump.state == "quarantined" for dump in self.dumps)
        return self.sent.exit_code or int(bool(quarantined or self.problems or self.failures))

    def count(self, what: str) -> int:
        """How many listings of the dumps read were new, revised, again or listed at all."""
        return sum(getattr(dump, what) for dump in self.dumps)
