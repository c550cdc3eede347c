"""`newsletter run`: one pass of all stages, and one line on what it did."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli._post import fared, waits, went
from newsletter.cli._progress import shown
from newsletter.cli._shared import Moment, counted, local, short, utc_now
from newsletter.cli._watched import untold, watched
from newsletter.errors import AnotherRun, ConfigError, StateError
from newsletter.idle import IDLE, NEXT_SLOT, inbox_files, noted_libraries, nothing_to_do, stands
from newsletter.store import Store, open_store
from newsletter.where import Located, locate

if TYPE_CHECKING:
    from newsletter.report import Report, Wishes
    from newsletter.settings import Config
    from newsletter.telling import Fetched


@click.command(short_help="One pass: new dumps to site, feeds and mail.")
@click.option("--as-of", type=Moment(), metavar="TIME", help="Act as if it were this ISO time.")
@click.option("--dry-run", is_flag=True, help="Write nothing but a preview, to out/preview.")
@click.option("--fetch", is_flag=True, help="First ask the sources that are due.")
@click.option("--no-send", is_flag=True, help="Do all but send: mail waits for the next run.")
@click.option("--backfill", is_flag=True, help="Fill the archive by the dates of the dumps; mail none of it.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all went well.")
@click.pass_obj
def command(
    config_path: Path,
    *,
    as_of: datetime | None,
    dry_run: bool,
    fetch: bool,
    no_send: bool,
    backfill: bool,
    quiet: bool,
) -> int:
    """Read the new dumps, find the new papers, and bring site, feeds and mail up to date.

    Run it as often as you like: a second run does nothing twice. Exit code 1 says that this run found
    something somebody should look at, 3 that the state cannot be used, 4 that config.yaml has mistakes.
    """
    now = as_of or utc_now()
    fetched = _fetch_first(config_path, now, quiet=quiet) if fetch and not dry_run else None
    places = locate(config_path)
    if places and not (dry_run or backfill) and _idle(places, now):
        _nothing_to_do(config_path, places, now, fetched, quiet=quiet)
        return _code(fetched)
    from newsletter.report import Wishes  # noqa: PLC0415 - pydantic is for runs with something to do

    config = _configured(config_path, places)
    for warning in () if quiet else config.warnings:
        click.echo(f"warning: {warning}", err=True)
    wishes = Wishes(send=not no_send, backfill=backfill)
    if dry_run:
        return _rehearse(config, now, wishes, quiet=quiet)
    try:
        with watched(config, now, quiet=quiet):
            return run_on(config, now, wishes, fetched, quiet=quiet)
    except AnotherRun:
        if fetched:
            told_of(config, fetched, now, quiet=quiet)
        if quiet:  # cron mails whatever is printed, and this is no news
            return _code(fetched)
        raise


def _code(fetched: Fetched | None) -> int:
    return fetched.exit_code if fetched else 0


def told_of(config: Config, fetched: Fetched, now: datetime, *, quiet: bool) -> None:
    """Tell whoever watches of a fetch after which there was nothing to run."""
    from newsletter.cli.fetch import tell_of  # noqa: PLC0415 - for who fetches
    from newsletter.logs import logged  # noqa: PLC0415 - as above

    with logged(config.telling.log), closing(open_store(Path(config.state))) as store:
        tell_of(store, config, fetched, now, quiet=quiet)


def _fetch_first(config_path: Path, now: datetime, *, quiet: bool) -> Fetched | None:
    """Ask the sources that are due; whatever becomes of that, the run goes on with the dumps at hand."""
    from newsletter.cli.fetch import fetch_due_and_tell  # noqa: PLC0415 - for who fetches

    return fetch_due_and_tell(_configured(config_path, locate(config_path)), now, quiet=quiet)


def _nothing_to_do(
    path: Path, places: Located, now: datetime, fetched: Fetched | None, *, quiet: bool
) -> None:
    line = f"Nothing to do: no new dumps, nobody is due. {short(places.out / 'site/index.html')}"
    if fetched:
        told_of(_configured(path, places), fetched, now, quiet=quiet)
    if (places.ping or places.metrics) and not _code(fetched):
        from newsletter import telling  # noqa: PLC0415 - for who wants to be told

        untold(telling.idle(places, now, line), quiet=quiet)
    if not quiet:
        click.echo(line)


def _configured(path: Path, places: Located | None) -> Config:
    """The configuration. Raises ConfigError, which a ping tells too where one is named."""
    from newsletter import config as configuration  # noqa: PLC0415 - as above

    try:
        return configuration.load(path)
    except ConfigError as error:
        if places and places.ping:
            from newsletter import telling  # noqa: PLC0415 - as above

            untold(telling.not_configured(places, error), quiet=True)
        raise


def run_on(
    config: Config, now: datetime, wishes: Wishes, fetched: Fetched | None = None, *, quiet: bool
) -> int:
    """One pass over a configuration, under its lock; what it says is printed, its exit code comes back."""
    store = open_store(Path(config.state))
    try:
        return _run(store, config, now, wishes, fetched, quiet=quiet)
    finally:
        store.close()


def _idle(places: Located, now: datetime) -> bool:
    """Whether nothing has changed since the last run; any doubt is left to the run itself."""
    state = Path(places.state)
    if "://" in places.state or not state.is_file():
        return False
    try:
        with closing(open_store(state)) as store:
            return nothing_to_do(store, places, inbox_files(places), now)
    except StateError:  # which the run meets too, and tells whoever is to be told
        return False


def _run(
    store: Store, config: Config, now: datetime, wishes: Wishes, fetched: Fetched | None, *, quiet: bool
) -> int:
    from newsletter import telling  # noqa: PLC0415 - as above
    from newsletter.logs import about  # noqa: PLC0415 - as above
    from newsletter.run import run  # noqa: PLC0415 - as above

    number = store.runs.start(now)
    before = inbox_files(config)
    with about(run=number), shown(quiet=quiet) as progress:
        report = run(store, config, now=now, wall=utc_now(), wishes=wishes, progress=progress)
    line = summary(report, config, store)
    account = telling.account_of(report, line, fetched or telling.Fetched())
    store.runs.finish(number, now, account.exit_code, _figures(report, line))
    with about(run=number):
        heard = telling.end(store, config, account, now, send=wishes.send)
    undone = report.left or report.unread or report.failures or report.sent.waiting or heard.waiting
    finished = wishes.send and not undone
    store.runs.set_mark(IDLE, stands(config, (*before, *noted_libraries(store))) if finished else "")
    _tell(report)
    untold(heard.troubles, quiet=quiet)
    if not quiet or report.exit_code:
        click.echo(line)
    return account.exit_code


def _rehearse(config: Config, now: datetime, wishes: Wishes, *, quiet: bool) -> int:
    """The same run on a copy of the state; what it would publish and send goes to out/preview."""
    from dataclasses import replace  # noqa: PLC0415 - beside its one use

    from newsletter.run import run  # noqa: PLC0415 - as above

    state = Path(config.state)
    recorded = open_store(state if state.is_file() else None)
    store = recorded.copy()
    recorded.close()
    preview = config.out / "preview"
    wishes = replace(wishes, out=preview)
    with shown(quiet=quiet) as progress:
        report = run(store, config, now=now, wall=utc_now(), wishes=wishes, progress=progress)
    _tell(report)
    if not quiet or report.exit_code:
        click.echo(
            f"Dry run, nothing recorded or sent. {summary(report, replace(config, out=preview), store)}"
        )
    return report.exit_code


def _tell(report: Report) -> None:
    """Problems and hints, each in a line of its own, on standard error."""
    for dump in report.dumps:
        for problem in dump.problems:
            click.echo(f"{problem}{_hint(problem.hint)}", err=True)
    for problem in report.problems:
        click.echo(f"{problem}{_hint(problem.hint)}", err=True)
    for failure in report.failures:
        click.echo(f"{failure.what}{_hint(failure.hint)}", err=True)
    if sys.stderr.isatty() or not report.exit_code:
        for hint in report.hints:
            click.echo(f"hint: {hint}", err=True)


def _hint(hint: str) -> str:
    return f"\n  hint: {hint}" if hint else ""


# ---------------------------------------------------------------------------------------- the one line


def summary(report: Report, config: Config, store: Store) -> str:
    """What a run did, in one line; where no mail went out, why."""
    unpublished = "Site not brought up to date" if report.outdated else ""
    held_up = "publish.after still fails (newsletter status)" if report.held_up else ""
    parts = [_reading(report), *_editions(report), unpublished, held_up, _mail(report, config, store)]
    return f"{'. '.join(part for part in parts if part)}. {short(config.out / 'site/index.html')}"


def _reading(report: Report) -> str:
    read = [dump for dump in report.dumps if dump.state in ("read", "partly")]
    parts = []
    if read:
        seen = f", {report.count('again')} seen before" if report.count("again") else ""
        revised = f", {report.count('revised')} revised" if report.count("revised") else ""
        parts.append(
            f"{counted(len(read), 'dump')}: {counted(report.count('new'), 'new paper')}{seen}{revised}"
        )
    quarantined = sum(dump.state == "quarantined" for dump in report.dumps) + len(report.problems)
    if quarantined:
        parts.append(f"{counted(quarantined, 'file')} set aside")
    if report.left:
        parts.append(f"{counted(report.left, 'file')} still being written")
    return ", ".join(parts) or "No new dumps"


def _editions(report: Report) -> list[str]:
    if len(report.editions) > 1:
        return [f"{len(report.editions)} editions, {report.editions[0]} to {report.editions[-1]}"]
    return [f"Edition {name}" for name in report.editions]


def _mail(report: Report, config: Config, store: Store) -> str:
    sent = report.sent
    if sent.sent:
        parts = [went(sent, config)]
    elif not config.subscribers:
        parts = ["No mail: no subscribers"]
    elif sent.waiting:
        parts = [f"No mail: {waits(sent)}"]
    elif report.due.queued and not sent.taken:
        parts = [f"No mail: {counted(report.due.queued, 'digest')} queued"]
    elif any(fared(sent)):
        parts = ["No mail"]
    else:
        parts = [f"No mail: {_why_none(report)}"]
    if sent.sent and sent.waiting:
        parts.append(waits(sent))
    parts += fared(sent)
    following = store.runs.mark(NEXT_SLOT)
    if following:
        when = local(datetime.fromisoformat(following), config.site.timezone)
        waiting = counted(report.due.waiting, "paper waits", "papers wait") if report.due.waiting else ""
        parts.append(f"{waiting} for the next slot {when}" if waiting else f"next slot {when}")
    return ", ".join(parts)


def _why_none(report: Report) -> str:
    skipped = report.due.skipped
    if skipped["empty"] or not report.due.waiting:
        return "nothing new"
    told = [reason for reason in ("away", "late", "missed") if skipped[reason]]
    return told[0] if told else "nobody is due"


def _figures(report: Report, line: str) -> dict[str, object]:
    return {
        "line": line,
        "dumps": len(report.dumps),
        **{what: report.count(what) for what in ("listed", "new", "revised", "again")},
        "editions": list(report.editions),
        "sent": report.sent.sent,
        "failed": report.sent.failed,
        "deferred": report.sent.deferred,
        "uncertain": report.sent.uncertain + report.sent.doubted,
        "skipped": dict(report.due.skipped),
        "failures": [failure.what for failure in report.failures],
    }
