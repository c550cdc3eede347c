"""Builders and fakes that make tests read like stories. Only values: no mocks, no patching."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from newsletter.model import (
    Dump,
    ListedPaper,
    Match,
    Paper,
    Pick,
    Profile,
    Reason,
    Rule,
    Section,
    Sighting,
)


def at(text: str, zone: str = "UTC") -> datetime:
    """A moment: at("2026-08-07 07:30") or at("2026-08-07 07:30", "Europe/Paris")."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))


def dump(content: str | bytes, name: str = "dump.txt", modified: datetime | None = None) -> Dump:
    """A dump that lives in memory."""
    data = content.encode() if isinstance(content, str) else content
    return Dump(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        modified=modified or at("2026-08-07 12:00"),
        head=data[: 64 * 1024],
        open=lambda: io.BytesIO(data),
    )


def listed(title: str, abstract: str = "", **fields) -> ListedPaper:
    """A listing as a dump has it."""
    return ListedPaper(title=title, abstract=abstract, **fields)


def paper(
    title: str = "A paper", abstract: str = "", *, number: int = 1, seen: str = "2026-08-07", **fields
) -> Paper:
    """A known paper, seen once."""
    fields.setdefault("slug", f"paper-{number}")
    fields.setdefault("recorded", at(f"{seen} 12:00"))
    fields.setdefault("sightings", (Sighting(dump=f"hf-{seen}.txt", date=date.fromisoformat(seen), line=13),))
    return Paper(number=number, title=title, abstract=abstract, **fields)


def profile(name: str = "diffusion", *rules: tuple[str, object], **fields) -> Profile:
    """A profile: profile("diffusion", ("keywords", settings))."""
    fields.setdefault("title", name.capitalize())
    fields.setdefault("rules_hash", f"hash-of-{name}")
    return Profile(
        name=name, rules=tuple(Rule(name=rule, settings=settings) for rule, settings in rules), **fields
    )


def match(of: Paper, profile: str = "diffusion", *reasons: Reason) -> Match:
    """A match: with one plain keyword reason unless told otherwise."""
    reasons = reasons or (
        Reason(rule="keywords", detail=f"“{profile}” in the abstract", found=profile, field="abstract"),
    )
    return Match(paper=of.number, profile=profile, score=sum(r.score for r in reasons), reasons=reasons)


def pick(of: Paper, profile: str = "diffusion", *reasons: Reason, **fields) -> Pick:
    return Pick(paper=of, match=match(of, profile, *reasons), **fields)


def section(*picks: Pick, profile: str = "diffusion", **fields) -> Section:
    fields.setdefault("title", profile.capitalize())
    return Section(profile=profile, picks=picks, **fields)


@dataclass
class FakeProgress:
    """Remembers what it was told: FakeProgress().told → ["expect 3", "read 3", "papers 1", "matching"]."""

    told: list[str] = field(default_factory=list)
    steps: list[tuple[str, int, int]] = field(default_factory=list)
    """Each stage with its steps, those that were expected and those that were done."""

    def expect(self, size: int) -> None:
        self.told.append(f"expect {size}")

    def read(self, size: int) -> None:
        self.told.append(f"read {size}")

    def papers(self, count: int) -> None:
        self.told.append(f"papers {count}")

    def stage(self, name: str, total: int = 0) -> None:
        self.told.append(name)
        self.steps.append((name, total, 0))

    def step(self, count: int = 1) -> None:
        name, total, done = self.steps[-1]
        self.steps[-1] = (name, total, done + count)

    def bytes(self) -> int:
        """How many bytes were read in all."""
        return sum(int(line.split()[1]) for line in self.told if line.startswith("read "))
