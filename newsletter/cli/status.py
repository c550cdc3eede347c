"""`newsletter status`: the last runs, dumps and their problems, and every delivery that did not arrive."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from newsletter import slots
from newsletter.after import owed
from newsletter.cli import _sources
from newsletter.cli._shared import counted, existing_state, local, utc_now
from newsletter.errors import NotFound
from newsletter.health import is_stale
from newsletter.leanings import MODEL
from newsletter.model import Subscriber
from newsletter.rounds import what_is_missing
from newsletter.run import NO_LOG
from newsletter.settings import Config
from newsletter.slots import Slot
from newsletter.store import Store
from newsletter.store.dumps import DumpRow
from newsletter.store.failures import Standing
from newsletter.store.ledger import Delivery
from newsletter.store.runs import RunRow

STATES = ("sent", "failed", "deferred", "uncertain", "skipped", "queued")
_PUNCTUAL = timedelta(hours=1)
"""Most timers call a run more often than that: a slot that has been due for longer is overdue."""
_QUIET_REASONS = ("empty", "missed", "away")

_SCREENFUL = 50
_WHAT_NOW = {
    "uncertain": "newsletter deliver --resend-uncertain sends what is uncertain again, byte for byte",
    "failed": "what failed comes with the next digest; newsletter subscribers names who gets no more mail",
}


@click.command(short_help="Last runs, dumps and their problems, deliveries by state with names.")
@click.argument("slot", required=False)
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
@click.pass_obj
def command(config_path: Path, *, slot: str | None, as_json: bool) -> int:
    """Say how things stand; with SLOT (such as 2026-11-22 or 2026-W47) the deliveries of that slot."""
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    config = configuration.load(config_path)
    with existing_state(config) as store:
        if slot is not None and not _deliveries(store, slot):
            raise _no_such(slot, store)
        if as_json:
            click.echo(json.dumps(figures(store, config, slot), indent=2, ensure_ascii=False))
        else:
            for line in _lines(store, config, slot):
                click.echo(line)
    return 0


def _no_such(slot: str, store: Store) -> NotFound:
    known = sorted({row.slot for row in store.readers.deliveries()}, reverse=True)
    last = f"the last ones are {', '.join(known[:3])}" if known else "there is none yet"
    return NotFound(f"no delivery is of slot {slot!r}", hint=f"{last}; newsletter status tells of all")


def figures(store: Store, config: Config, slot: str | None = None) -> dict[str, object]:
    """The state in numbers; every delivery that is not sent with address, slot, state and reason."""
    now, counts = utc_now(), store.readers.counts()
    counts["queued"] = sum(counts.pop(state, 0) for state in ("queued", "claimed", "sending"))
    repeats = store.repeats.by_dump()
    return {
        "failures": [
            {"what": each.failure.what, "hint": each.failure.hint, "since": each.since.isoformat()}
            for each in store.failures.all()
        ],
        "runs": [_run(row) for row in store.runs.latest()],
        "dumps": [_dump(row, repeats.get(row.id, 0)) for row in store.dumps.latest()],
        "missing": list(what_is_missing(store, config, now)),
        "sources": _sources.figures(store, config),
        "write_ahead_log": store.logged,
        "model": store.runs.mark(MODEL) or None,
        "publish_after": asdict(owed(store)),
        "deliveries": {state: counts.get(state, 0) for state in STATES},
        "not_sent": [_delivery(row) for row in _deliveries(store, slot) if row.state != "sent"],
        "due_slots": [
            {"address": s.address, "slot": slot.name, "since": slot.moment.isoformat(), "overdue": late}
            for s, slot, late in _due(store, config, now)
        ],
        "next_slots": [
            {"address": s.address, "next": slots.following(s.rhythm, now).moment.isoformat()}
            for s in _awaiting(store, config)
        ],
    }


def _awaiting(store: Store, config: Config) -> tuple[Subscriber, ...]:
    """The readers who get mail: nothing is due to an address that nothing is sent to."""
    suppressed = {each.folded for each in store.suppressions.all()}
    return tuple(each for each in config.subscribers if each.reader not in suppressed)


def _due(store: Store, config: Config, now: datetime) -> Iterator[tuple[Subscriber, Slot, bool]]:
    """The slots whose moment has passed and that no run has settled; whether one should have by now."""
    for subscriber in _awaiting(store, config):
        row = store.readers.get(subscriber.reader)
        known = row is not None and row.removed is None
        settled = row.settled if row and known else slots.starting_point(subscriber.rhythm, now)
        if found := slots.due(subscriber.rhythm, settled, now):
            yield subscriber, found[-1], known and now - found[-1].moment > _PUNCTUAL


def _deliveries(store: Store, slot: str | None) -> tuple[Delivery, ...]:
    return tuple(row for row in store.readers.deliveries() if slot in (None, row.slot))


def _run(row: RunRow) -> dict[str, object]:
    finished = row.finished.isoformat() if row.finished else None
    return {
        "started": row.started.isoformat(),
        "finished": finished,
        "exit": row.exit,
        "summary": dict(row.summary),
    }


def _dump(row: DumpRow, repeats: int) -> dict[str, object]:
    return {
        "name": row.name,
        "state": row.state,
        "date": row.date.isoformat() if row.date else None,
        "format": row.format or None,
        "stale": is_stale(row),
        "listed": row.listed,
        "new": row.new,
        "revised": row.revised,
        "again": row.again,
        "possible_repeats": repeats,
        "problems": [{"where": str(p), "hint": p.hint} for p in row.problems],
    }


def _delivery(row: Delivery) -> dict[str, object]:
    return {
        "address": row.folded,
        "slot": row.slot,
        "state": row.state,
        "reason": row.reason or None,
        "next_try": row.not_before.isoformat() if row.not_before and row.state == "deferred" else None,
        "since": row.made.isoformat(),
    }


# ------------------------------------------------------------------------------------------- for people


def _lines(store: Store, config: Config, slot: str | None) -> Iterator[str]:
    now, zone = utc_now(), config.site.timezone
    if slot is None:
        yield from _heading(
            "Runs", (line for run in store.runs.latest() for line in _run_lines(run, zone, now))
        )
        if standing := store.failures.all():
            yield from _heading("Not mended", (_failure_line(each, zone, now) for each in standing))
        yield from _heading("Dumps", _dumps(store, config, now))
        if config.sources:
            yield from _heading("Sources", _sources.lines(store, config, now))
        if model := store.runs.mark(MODEL):
            yield from (f"Sentence model: {model}", "")
        if not store.logged:
            yield from (f"State: {NO_LOG}", "")
        yield from _not_hosted(store, zone, now)
    yield from _posted(store, slot, zone, now)
    if slot is None:
        yield from _slots(store, config, now)


def _heading(name: str, lines: Iterable[str]) -> Iterator[str]:
    yield name
    yield from (f"  {line}" for line in lines)
    yield ""


def _failure_line(standing: Standing, zone: str, now: datetime) -> str:
    told = ", told by mail" if standing.told else ""
    return f"{local(standing.since, zone, now)}  {standing.failure.what}{told}"


def _dumps(store: Store, config: Config, now: datetime) -> Iterator[str]:
    yield from what_is_missing(store, config, now)
    repeats = store.repeats.by_dump()
    for dump in store.dumps.latest(12):
        yield from _dump_lines(dump, repeats.get(dump.id, 0))


def _not_hosted(store: Store, zone: str, now: datetime) -> Iterator[str]:
    if (waiting := owed(store)).trouble:
        heading = f"{counted(waiting.files, 'changed file')} not yet hosted; each run tries again"
        if waiting.not_before:
            heading += f", the scheduler {local(datetime.fromisoformat(waiting.not_before), zone, now)}"
        yield from _heading(heading, str(waiting).splitlines())


def _posted(store: Store, slot: str | None, zone: str, now: datetime) -> Iterator[str]:
    counts = store.readers.counts()
    told = ", ".join(f"{counts[state]} {state}" for state in sorted(counts)) or "none yet"
    yield f"Deliveries: {told}"
    shown = [row for row in _deliveries(store, slot) if slot or _worth_telling(row)]
    yield from (f"  {_delivery_line(row, zone, now)}" for row in shown[:_SCREENFUL])
    if len(shown) > _SCREENFUL:
        yield f"  … and {len(shown) - _SCREENFUL} more: newsletter status --json"
    yield from (
        f"  hint: {hint}" for state, hint in _WHAT_NOW.items() if any(state == row.state for row in shown)
    )


def _slots(store: Store, config: Config, now: datetime) -> Iterator[str]:
    """What should have been made by now, and when the next is to be."""
    if due := list(_due(store, config, now)):
        yield from ("", "Due now: the next run makes them")
        for subscriber, slot, late in due:
            since = _when(slot.moment, subscriber, now)
            yield f"  {since} {subscriber.address}{', overdue' if late else ''}"
    if awaiting := _awaiting(store, config):
        yield from ("", "Next slots")
        for subscriber in awaiting:
            following = slots.following(subscriber.rhythm, now).moment
            yield f"  {_when(following, subscriber, now)} {subscriber.address}"


def _when(moment: datetime, subscriber: Subscriber, now: datetime) -> str:
    zone = subscriber.rhythm.timezone
    return f"{local(moment, zone, now)} {zone:<20}"


def _worth_telling(row: Delivery) -> bool:
    return row.state != "sent" and not (row.state == "skipped" and row.reason in _QUIET_REASONS)


def _run_lines(row: RunRow, zone: str, now: datetime) -> Iterator[str]:
    """What a run did, and what stopped an output: why mail still waits."""
    if row.finished is None:
        yield f"{local(row.started, zone, now)}  has not finished"
        return
    yield f"{local(row.started, zone, now)}  exit {row.exit}  {row.summary.get('line', '')}"
    failures = row.summary.get("failures")
    yield from (f"  {failure}" for failure in failures) if isinstance(failures, list) else ()


def _dump_lines(row: DumpRow, repeats: int) -> Iterator[str]:
    if row.state == "quarantined":
        yield f"{row.name}: set aside"
    elif row.state == "started":
        yield f"{row.name}: reading it was interrupted"
    else:
        yield f"{row.name}: {', '.join(_read(row, repeats))}"
    for problem in row.problems[:5]:
        yield f"  {problem}"
        if problem.hint:
            yield f"    hint: {problem.hint}"


def _read(row: DumpRow, repeats: int) -> Iterator[str]:
    """What came of a dump that was read."""
    yield row.date.isoformat() if row.date else "no date"
    yield counted(row.listed, "listing")
    yield f"{row.new} new"
    if row.again:
        yield f"{row.again} seen before"
    if repeats:
        yield counted(repeats, "possible repeat")
    if row.state == "partly":
        yield "read in part"
    if is_stale(row):
        yield "nothing new: an old page?"


def _delivery_line(row: Delivery, zone: str, now: datetime) -> str:
    reason = f" ({row.reason})" if row.reason else ""
    again = ""
    if row.state == "deferred" and row.not_before:
        again = f", next try {local(row.not_before, zone, now)}"
    return f"{row.slot:<17} {row.state}{reason}{again}  {row.folded}"
