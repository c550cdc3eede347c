"""`newsletter unsubscribe`: a reader leaves, named by address or by the token in their mails."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.cli._shared import address_of, existing_state, secret_of, utc_now
from newsletter.errors import NotFound
from newsletter.idle import IDLE
from newsletter.settings import Config
from newsletter.store import Store


@click.command(short_help="Lets a reader go, by address or by the token of their mails.")
@click.argument("who", metavar="ADDRESS|TOKEN")
@click.pass_obj
def command(config_path: Path, *, who: str) -> int:
    """Send nothing more to a reader who wants to leave.

    TOKEN is what stands behind “unsubscribe” or `token=` in the link that they used.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms
    from newsletter.returned import LEFT  # noqa: PLC0415 - the e-mail package, 30 ms

    config = configuration.load(config_path)
    with existing_state(config) as store, store.transaction():
        reader = _reader(store, config, who)
        news = store.suppressions.put(reader, LEFT, utc_now())
        store.runs.set_mark(IDLE, "")  # a private feed goes with its reader, in the next run
    click.echo(f"{reader}: {'gets no more mail' if news else 'got no mail any more'}")
    if any(reader == subscriber.reader for subscriber in config.subscribers):
        click.echo("hint: they still stand in the configuration; take them out when you like", err=True)
    return 0


def _reader(store: Store, config: Config, who: str) -> str:
    """The folded address that somebody typed, or that a token stands for. Raises NotFound."""
    from newsletter.envelope import TOKEN, by_token  # noqa: PLC0415 - the e-mail package, 30 ms
    from newsletter.returned import present, readers  # noqa: PLC0415 - as above

    known = readers(store, config)
    token = who.strip().lower()
    if TOKEN.fullmatch(token):
        found = by_token(secret_of(store), known).get(token)
        what, hint = "this token is no reader's", "was the state made anew since? then use the address"
    else:
        found = address_of(who)
        found = found if found in known else None
        what, hint = f"{who!r} is no reader", "newsletter subscribers lists all"
    if not found:
        raise NotFound(what, hint=hint)
    return present(config, found)
