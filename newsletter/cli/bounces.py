"""`newsletter bounces`: read what came back from mailboxes, and stop writing to addresses that are dead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from newsletter.cli._shared import existing_state, secret_of, utc_now


@click.command(short_help="Reads bounces and unsubscribe mails from mailboxes.")
@click.argument("paths", metavar="FILE|FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all went well.")
@click.pass_obj
def command(config_path: Path, *, paths: tuple[Path, ...], quiet: bool) -> int:
    """Read messages that came back: a single one, an mbox, a Maildir or a folder of messages.

    What says that an address is dead stops mail to it, what may pass is counted, and a reader who wrote to
    leave is let go. Everything else is ignored. A message counts once, however often it is read.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms
    from newsletter.returned import summary, take  # noqa: PLC0415 - the e-mail package, 30 ms

    config = configuration.load(config_path)
    with existing_state(config) as store:
        taken = take(store, config, _messages(paths), secret=secret_of(store), now=utc_now())
    if not quiet:
        click.echo(summary(taken))
    return 0


def _messages(paths: tuple[Path, ...]) -> Iterator[bytes]:
    from newsletter.mailboxes import messages  # noqa: PLC0415 - as above

    for path in paths:
        yield from messages(path)
