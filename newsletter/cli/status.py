"""`newsletter status`: the last runs, dumps and their problems, and every delivery that did not arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from newsletter import slots
from newsletter.after import owed
from newsletter.cli._shared import counted, existing_state, local, utc_now
from newsletter.leanings import MODEL
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.dumps import DumpRow
from newsletter.store.ledger import Delivery
from newsletter.store.runs import RunRow

STATES = ("sent", "failed", "deferred", "uncertain", "skipped", "queued")
_QUIET_REASONS = ("empty", "missed", "away")

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
        if as_json:
            click.echo(json.dumps(figures(store, config, slot), indent=2, ensure_ascii=False))
        else:
            for line in _lines(store, config, slot):
                click.echo(line)
    return 0


def figures(store: Store, config: Config, slot: str | None = None) -> dict[str, object]:
    """The state in numbers; every delivery that is not sent with address, slot, state and reason."""
    counts = store.readers.counts()
    counts["queued"] = sum(counts.pop(state, 0) for state in ("queued", "claimed", "sending"))
    repeats = store.repeats.by_dump()
    return {
        "runs": [_run(row) for row in store.runs.latest()],
        "dumps": [_dump(row, repeats.get(row.id, 0)) for row in store.dumps.latest()],
        "model": store.runs.mark(MODEL) or None,
        "publish_after": asdict(owed(store)),
        "deliveries": {state: counts.get(state, 0) for state in STATES},
        "not_sent": [_delivery(row) for row in _deliveries(store, slot) if row.state != "sent"],
        "next_slots": [
            {"address": s.address, "next": slots.following(s.rhythm, utc_now()).moment.isoformat()}
            for s in config.subscribers
        ],
    }


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
    zone = config.site.timezone
    if slot is None:
        yield "Runs"
        for run in store.runs.latest():
            yield from (f"  {line}" for line in _run_lines(run, zone))
        yield ""
        yield "Dumps"
        repeats = store.repeats.by_dump()
        for dump in store.dumps.latest(12):
            yield from (f"  {line}" for line in _dump_lines(dump, repeats.get(dump.id, 0)))
        yield ""
        if model := store.runs.mark(MODEL):
            yield f"Sentence model: {model}"
            yield ""
        if (waiting := owed(store)).trouble:
            yield f"{counted(waiting.files, 'changed file')} not yet hosted; each run tries again"
            yield from (f"  {line}" for line in str(waiting).splitlines())
            yield ""
    counts = store.readers.counts()
    told = ", ".join(f"{counts[state]} {state}" for state in sorted(counts)) or "none yet"
    yield f"Deliveries: {told}"
    shown = [row for row in _deliveries(store, slot) if slot or _worth_telling(row)]
    yield from (f"  {_delivery_line(row, config.site.timezone)}" for row in shown[:50])
    if len(shown) > 50:  # noqa: PLR2004 - a screenful
        yield f"  … and {len(shown) - 50} more: newsletter status --json"
    yield from (
        f"  hint: {hint}" for state, hint in _WHAT_NOW.items() if any(state == row.state for row in shown)
    )
    if slot is None and config.subscribers:
        yield ""
        yield "Next slots"
        now = utc_now()
        for subscriber in config.subscribers:
            following = slots.following(subscriber.rhythm, now).moment
            zone_name = subscriber.rhythm.timezone
            yield f"  {local(following, zone_name)} {zone_name:<20} {subscriber.address}"


def _worth_telling(row: Delivery) -> bool:
    return row.state != "sent" and not (row.state == "skipped" and row.reason in _QUIET_REASONS)


def _run_lines(row: RunRow, zone: str) -> Iterator[str]:
    """What a run did, and what stopped an output: why mail still waits."""
    if row.finished is None:
        yield f"{local(row.started, zone)}  did not finish"
        return
    yield f"{local(row.started, zone)}  exit {row.exit}  {row.summary.get('line', '')}"
    failures = row.summary.get("failures")
    yield from (f"  {failure}" for failure in failures) if isinstance(failures, list) else ()


def _dump_lines(row: DumpRow, repeats: int) -> Iterator[str]:
    if row.state == "quarantined":
        yield f"{row.name}: set aside"
    elif row.state == "started":
        yield f"{row.name}: reading it was interrupted"
    else:
        day = row.date.isoformat() if row.date else "no date"
        known = f", {row.again} seen before" if row.again else ""
        possibly = f", {counted(repeats, 'possible repeat')}" if repeats else ""
        yield f"{row.name}: {day}, {counted(row.listed, 'listing')}, {row.new} new{known}{possibly}"
    for problem in row.problems[:5]:
        yield f"  {problem}"
        if problem.hint:
            yield f"    hint: {problem.hint}"


def _delivery_line(row: Delivery, zone: str) -> str:
    reason = f" ({row.reason})" if row.reason else ""
    again = ""
    if row.state == "deferred" and row.not_before:
        again = f", next try {local(row.not_before, zone)}"
    return f"{row.slot:<17} {row.state}{reason}{again}  {row.folded}"
