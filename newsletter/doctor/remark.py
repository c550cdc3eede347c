"""What the doctor says: one remark a thing that was looked at. Values; nothing is looked at here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import NewsletterError
from newsletter.settings import Config

OK, NOTE, WARNING, WRONG = "ok", "note", "warning", "wrong"
"""Levels. A note is what nobody can look at from here; only what is wrong counts for the exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What one check has to say: of what, how it stands, what to do now; `exit_code` where it is wrong."""

    of: str
    what: str
    level: str = OK
    hint: str = ""
    exit_code: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at: an installation at a moment, by the clock of this machine."""

    config: Config
    now: datetime


Check = Callable[[Patient], Iterable[Remark]]
"""A look at one thing. It writes nothing that stays."""


def wrong(of: str, error: NewsletterError) -> Remark:
    """An error of the program as a remark."""
    return Remark(of=of, what=error.what, level=WRONG, hint=error.hint, exit_code=error.exit_code)


def told(of: str, check: Check) -> Check:
    """The check; where it fails with an error of the program, that is its remark."""

    def looked(patient: Patient) -> Iterator[Remark]:
        try:
            yield from check(patient)
        except NewsletterError as error:
            yield wrong(of, error)

    return looked


def exit_code(remarks: Iterable[Remark]) -> int:
    """What the remarks come to: the state before the configuration, and both before all else."""
    codes = {remark.exit_code for remark in remarks if remark.level == WRONG}
    return next((code for code in (3, 4) if code in codes), 1 if codes else 0)
