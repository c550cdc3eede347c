"""`newsletter deliver`: send what is due, and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from newsletter.cli._post import fared, waits, went
from newsletter.cli._progress import shown
from newsletter.cli._shared import Moment, counted, existing_state, utc_now
from newsletter.cli._watched import untold, watched
from newsletter.errors import AnotherRun
from newsletter.idle import IDLE
from newsletter.outbox import Sent
from newsletter.settings import Config
from newsletter.store import Store


@click.command(short_help="Send what is due.")
@click.option("--resend-uncertain", is_flag=True, help="Also send what may have arrived or not.")
@click.option("--as-of", type=Moment(), metavar="TIME", help="Act as if it were this ISO time.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all went well.")
@click.pass_obj
def command(config_path: Path, *, resend_uncertain: bool, as_of: datetime | None, quiet: bool) -> int:
    """Send what is queued, and what was deferred until now; no dump is read and no digest made.

    A mail is uncertain when the relay fell silent after it: it may have arrived or not. Sent again it is the
    same, byte for byte, so that many mail programs show it once.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    config, now = configuration.load(config_path), as_of or utc_now()
    try:
        with watched(config, now, quiet=quiet), existing_state(config) as store:
            return _deliver(store, config, now, resend=resend_uncertain, quiet=quiet)
    except AnotherRun:
        if quiet:  # cron mails whatever is printed, and this is no news
            return 0
        raise


def _deliver(store: Store, config: Config, now: datetime, *, resend: bool, quiet: bool) -> int:
    from newsletter import telling  # noqa: PLC0415 - as above
    from newsletter.bring_out import press_of  # noqa: PLC0415
    from newsletter.deliver import VIA, deliver_all, settle_last_run, written_not_sent  # noqa: PLC0415 - as above
    from newsletter.post_room import PostRoom  # noqa: PLC0415

    number, doubted = store.runs.start(now), settle_last_run(store)
    resent = store.sending.resend() if resend else 0
    if told := written_not_sent(store, config):
        click.echo(f"hint: {told}", err=True)
    with shown(quiet=quiet) as progress:
        sent = deliver_all(PostRoom(store=store, config=config, press=press_of(config)), now, progress)
    # What was in doubt since the run before and is sent again now is in doubt no more.
    sent.doubted = 0 if resend else doubted
    store.runs.set_mark(VIA, config.email.via)
    line = _line(sent, config, resent)
    figures = {"line": line, "sent": sent.sent, "failed": sent.failed}
    figures["failures"] = [sent.problem.what] if sent.problem else []
    store.runs.finish(number, now, sent.exit_code, figures)
    heard = telling.end(store, config, telling.account_of_mail(sent, line), now)
    if heard.waiting:
        store.runs.set_mark(IDLE, "")
    untold(heard.troubles, quiet=quiet)
    if sent.problem:
        click.echo(sent.problem.what, err=True)
        click.echo(f"hint: {sent.problem.hint}", err=True)
    if not quiet or sent.exit_code:
        click.echo(line)
    return sent.exit_code


def _line(sent: Sent, config: Config, resent: int) -> str:
    again = f"{counted(resent, 'uncertain mail')} queued again" if resent else ""
    skipped = f"{sent.skipped.total()} skipped" if sent.skipped else ""
    parts = [again, went(sent, config), *fared(sent), skipped, waits(sent)]
    return f"{', '.join(part for part in parts if part) or 'Nothing is due'}."
