"""`newsletter state`: the database as a file: a backup of it, and the room it takes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from newsletter.cli._shared import counted, short, sized, utc_now
from newsletter.errors import AnotherRun, NewsletterError, NotFound
from newsletter.lock import only_run
from newsletter.settings import Config, Keep
from newsletter.store import open_store, upkeep


@click.group(short_help="Backs the database up, or makes it smaller.")
def command() -> None:
    """Look after the state: the one file that knows what was seen, shown and sent."""


@command.command(short_help="Copies the state to FILE while it is in use.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.pass_obj
def backup(config_path: Path, *, file: Path, force: bool) -> int:
    """Copy the state to FILE, checked and whole; runs may go on meanwhile.

    FILE appears only when it is complete. To go back, put it in the place of the state while nothing runs.
    """
    config = _config(config_path)
    state = _file(config)
    if file.resolve().is_relative_to(config.out.resolve()):
        raise NewsletterError(
            f"{short(file)} is inside {short(config.out)}, which may be published",
            hint="the state holds addresses: name a file elsewhere",
        )
    size = upkeep.backup(state, file, overwrite=force)
    click.echo(f"{short(file)}: {sized(size)}, checked and complete")
    return 0


@command.command(short_help="Gives back the room that is free in the state.")
@click.pass_obj
def vacuum(config_path: Path) -> int:
    """Write the state anew without the room that is free in it. First it drops what is older than `keep`
    in config.yaml says; no paper that was seen is forgotten.

    No run can go on meanwhile, and the disk needs as much free room as the state is large.
    """
    config = _config(config_path)
    state = _file(config)
    try:
        with only_run(state, utc_now()):
            told = _dropped(config) if config.keep != Keep() else ""
            before, after = upkeep.vacuum(state)
    except AnotherRun as error:
        raise AnotherRun(error.what, hint="the state is as it was; try again when that has ended") from error
    freed = f"{sized(before)} before, {sized(after)} now; {sized(before - after)} freed"
    click.echo(f"{short(state)}: {told}{freed}")
    return 0


def _dropped(config: Config) -> str:
    """Drop what is old; what that was."""
    from newsletter.keep import drop_old  # noqa: PLC0415 - rules and ranking, for who has `keep`

    with closing(open_store(Path(config.state))) as store:
        dropped = drop_old(store, config, utc_now())
    parts = (
        counted(dropped.texts, "abstract"),
        counted(dropped.mails, "mail"),
        counted(dropped.runs, "record of a run", "records of runs"),
    )
    return f"dropped {', '.join(parts)}; "


def _config(path: Path) -> Config:
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    return configuration.load(path)


def _file(config: Config) -> Path:
    state = Path(config.state)
    if not state.is_file():
        raise NotFound(f"there is no state yet at {short(state)}", hint="newsletter run makes it")
    return state
