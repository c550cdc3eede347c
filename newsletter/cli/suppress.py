"""`newsletter suppress`: send nothing more to an address, or let mail go there again."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.cli._shared import address_of, existing_state, utc_now

BY_HAND = "by hand"


@click.command(short_help="Sends nothing more to an address; --lift lets mail go there again.")
@click.argument("address")
@click.option("--lift", is_flag=True, help="Let mail go there again.")
@click.pass_obj
def command(config_path: Path, *, address: str, lift: bool) -> int:
    """Send nothing more to ADDRESS, whatever config.yaml says; what waits for it is not sent either."""
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    config = configuration.load(config_path)
    reader = address_of(address)
    with existing_state(config) as store, store.transaction():
        if lift:
            lifted = store.suppressions.lift(reader)
            said = "mail may go there again" if lifted else "nothing kept mail from going there"
        else:
            news = store.suppressions.put(reader, BY_HAND, utc_now())
            said = "nothing is sent there any more" if news else "nothing was sent there already"
    click.echo(f"{reader}: {said}")
    return 0
