"""`newsletter doctor`: the machine and what stands around it, a line a thing."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.cli._shared import utc_now


@click.command(short_help="Looks at database, folders, clock, relay and DNS; says what to do.")
@click.pass_obj
def command(config_path: Path) -> int:
    """Look at all that a run needs: database, folders, disk, clock, templates, relay, DNS records.

    Nothing is sent, and nothing that is written stays. Exit code 0 says that nothing is wrong; warnings and
    notes do not count.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms
    from newsletter.doctor import examine  # noqa: PLC0415 - mail code, for those who ask
    from newsletter.doctor.remark import Patient, Remark, exit_code  # noqa: PLC0415 - as above

    config = configuration.load(config_path)
    remarks: list[Remark] = []
    for remark in examine(Patient(config=config, now=utc_now())):
        remarks.append(remark)
        hint = f"; {remark.hint}" if remark.hint else ""
        click.echo(f"{remark.level:<8} {remark.of:<9} {remark.what}{hint}")
    return exit_code(remarks)
