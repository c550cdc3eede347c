"""The rows of the ledger as values: readers, what they follow, what they were sent, what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRow:
    """A reader in the state. Every slot whose moment is not after `settled` has been dealt with."""

    id: int
    folded: str
    begun: datetime
    settled: datetime
    removed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Reader × profile: papers whose news number is above `covered` await the reader's next digest."""

    reader: int
    profile: str
    begins: int
    covered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One digest for one reader and slot. `date` is the reader's local date on which it was made."""

    id: int
    reader: int
    folded: str
    slot: str
    moment: datetime
    date: date
    state: str
    reason: str
    covers: int
    made: datetime
    headed: datetime | None
    final: datetime | None
    tries: int = 0
    tried: datetime | None = None
    """When it was first tried."""
    not_before: datetime | None = None
    """When a deferred one is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A matching paper in a reader's backlog, with the profiles it waits under."""

    paper: int
    profiles: tuple[str, ...]
    released: bool
    passed: date | None
    passes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPaper:
    """A paper that a delivery shows: in which role, under which profiles and scores, in which version."""

    paper: int
    role: str = "body"
    profiles: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    version: int = 0
