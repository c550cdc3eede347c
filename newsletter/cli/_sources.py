"""What `status` says of sources: when each last brought a dump, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.cli._shared import local

if TYPE_CHECKING:
    from newsletter.settings import Config
    from newsletter.store import Store
    from newsletter.store.sources import SourceState


def standing(store: Store, config: Config) -> Iterator[SourceState]:
    """How each source of the configuration stands, in its order."""
    for source in config.sources:
        yield store.sources.get(source.name)


def lines(store: Store, config: Config, now: datetime) -> Iterator[str]:
    """A line for each source, and one for what is wrong."""
    zone = config.site.timezone
    for state in standing(store, config):
        if state.tried is None:
            yield f"{state.name}: not asked yet (newsletter fetch)"
            continue
        came = f", {local(state.brought, zone, now)}" if state.brought else ""
        last = f"last brought {state.dump}{came}" if state.dump else "has brought nothing yet"
        yield f"{state.name}: {last}; asked {local(state.tried, zone, now)}"
        if state.trouble:
            again = f"; asked again {local(state.not_before, zone, now)}" if state.not_before else ""
            yield f"  {state.told}{again}"


def figures(store: Store, config: Config) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {
            "name": state.name,
            "asked": _iso(state.tried),
            "answered": _iso(state.succeeded),
            "brought": _iso(state.brought),
            "dump": state.dump or None,
            "failures": state.failures,
            "trouble": state.trouble or None,
            "told": state.told or None,
            "next_try": _iso(state.not_before),
        }
        for state in standing(store, config)
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
