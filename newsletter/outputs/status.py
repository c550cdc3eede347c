"""How the site stands, for programs: status.json, with counts, the dates that dumps bear, and how fresh the
sources are. Archive in, an artifact out.

Everybody may read it. So it has no name of a file or a person, no address, and no time of day; and nothing
in it follows from the day it is made: whether a date is long ago, whoever reads it can say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from newsletter.ports import Press
from newsletter.publication import Archive, Artifact, Tally

PATH = "status.json"
_DUMPS = {"read": "read", "partly": "read_in_part", "quarantined": "set_aside"}


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact]:
    """status.json."""
    told = {
        "editions": len(archive.editions),
        "newest_edition": archive.editions[0].date.isoformat() if archive.editions else None,
        "profiles": sum(card.active for card in archive.profiles),
        "papers": {"recorded": archive.tally.papers, "published": len(archive.papers)},
        "dumps": {name: archive.tally.dumps.get(state, 0) for state, name in _DUMPS.items()},
        "latest_dumps": _latest(archive.tally),
        "sources": _sources(archive.tally, ZoneInfo(press.site.timezone)),
    }
    yield Artifact(path=PATH, content=(json.dumps(told, indent=2) + "\n").encode())


def _latest(tally: Tally) -> list[dict[str, object]]:
    return [{"date": each.date.isoformat(), "papers": each.papers, "new": each.new} for each in tally.latest]


def _sources(tally: Tally, zone: ZoneInfo) -> list[dict[str, object]]:
    """Each source with the local date on which it last brought a dump."""
    return [
        {"name": name, "brought": brought.astimezone(zone).date().isoformat() if brought else None}
        for name, brought in tally.sources
    ]
