"""The doctor looks at the sources: what each last brought, what is wrong with it, and which one nobody asks.
It asks none of them: that is for a fetch, which goes by their pace.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from newsletter import patience
from newsletter.doctor.remark import NOTE, WARNING, WRONG, Patient, Remark
from newsletter.errors import StateError
from newsletter.settings import Source
from newsletter.store import open_store, upkeep
from newsletter.store.schema import MIGRATIONS
from newsletter.store.sources import SourceState
from newsletter.web import INSTALL

_NEGLECTED = 3
"""So many times its `every` without a question: nothing that fetches is called any more."""
_AT_LEAST = timedelta(days=1)
_FETCH = "newsletter fetch, or newsletter run --fetch where a timer calls newsletter run"


def sources(patient: Patient) -> Iterator[Remark]:
    """Each source of the configuration."""
    config = patient.config
    if not config.sources:
        yield Remark(of="sources", what="none: dumps come into the inbox by hand")
        return
    if find_spec("httpx2") is None:
        yield Remark(
            of="sources", what="nothing is fetched: httpx2 is not installed", level=WRONG, hint=INSTALL
        )
    states = _states(Path(config.state))
    for source in config.sources:
        yield standing(source, states.get(source.name, SourceState(name=source.name)), patient.now)


def _states(state: Path) -> dict[str, SourceState]:
    try:
        if not state.is_file() or upkeep.version(state) != len(MIGRATIONS):  # to look is not to migrate
            return {}
        with closing(open_store(state)) as store:
            return {each.name: each for each in store.sources.states()}
    except StateError:  # which the look at the database tells
        return {}


def standing(source: Source, state: SourceState, now: datetime) -> Remark:
    """What to say of a source: a trouble that may pass by itself is a warning."""
    if state.tried is None:
        what = f"{source.name}: it was never asked"
        return Remark(of="sources", what=what, level=WARNING, hint=_FETCH)
    last = f"last answered well {_day(state.succeeded)}" if state.succeeded else "has never answered well"
    if state.trouble:
        level = NOTE if state.trouble in patience.PASSING else WARNING
        again = f"; asked again from {_day(state.not_before)} on" if state.not_before else ""
        what = f"{source.name}: {state.told}; it {last}{again}"
        hint = f"newsletter fetch {source.name} asks it at once"
        return Remark(of="sources", what=what, level=level, hint=hint if level == WARNING else "")
    if now - state.tried > max(_NEGLECTED * timedelta(minutes=source.every), _AT_LEAST):
        what = f"{source.name}: nobody has asked it since {_day(state.tried)}"
        return Remark(of="sources", what=what, level=WARNING, hint=_FETCH)
    brought = f", last dump {state.dump}" if state.dump else ", no dump yet"
    return Remark(of="sources", what=f"{source.name}: {last}{brought}")


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
