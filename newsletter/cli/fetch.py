"""`newsletter fetch`: ask the sources of config.yaml for new dumps, and one line on what came."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli import tell
from newsletter.cli._shared import Moment, counted, local, short, utc_now
from newsletter.cli._watched import untold
from newsletter.errors import AnotherRun, ExtraMissing
from newsletter.store import open_store

if TYPE_CHECKING:
    from newsletter.fetch import Turn
    from newsletter.settings import Config, Source
    from newsletter.store import Store
    from newsletter.telling import Fetched


@click.command(short_help="Ask the sources for new dumps.")
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--now", "at_once", is_flag=True, help="Ask all sources, also those that are not due.")
@click.option("--as-of", type=Moment(), metavar="TIME", help="Act as if it were this ISO time.")
@click.option("--dry-run", is_flag=True, help="Ask nobody; say what would be asked.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all went well.")
@click.pass_obj
def command(
    config_path: Path,
    *,
    names: tuple[str, ...],
    at_once: bool,
    as_of: datetime | None,
    dry_run: bool,
    quiet: bool,
) -> int:
    """Ask the sources that are due, or those named, and put what they have into the inbox.

    An answer that is no dump, or suddenly tiny, is kept beside the state and told once. Exit code 1 says that
    somebody should look at something; a source that cannot be reached now is asked again by itself.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    config, now = configuration.load(config_path), as_of or utc_now()
    state = Path(config.state)
    # Whoever only asks what would be asked gets no state made for it.
    store = open_store(None if dry_run and not state.is_file() else state)
    try:
        asked = _asked(store, config, now, names, at_once=at_once)
        if dry_run:
            return _rehearse(store, config, asked, now)
        return _fetch(store, config, now, asked, quiet=quiet)
    except AnotherRun:
        if quiet:  # cron mails whatever is printed, and this is no news
            return 0
        raise
    finally:
        store.close()


def _asked(
    store: Store, config: Config, now: datetime, names: tuple[str, ...], *, at_once: bool
) -> tuple[Source, ...]:
    from newsletter.fetch import due_sources, wanted_sources  # noqa: PLC0415 - as above

    states = store.sources.states()
    if names or at_once:
        return wanted_sources(states, config.sources, now, named=names)
    return due_sources(states, config.sources, now)


def _fetch(store: Store, config: Config, now: datetime, asked: tuple[Source, ...], *, quiet: bool) -> int:
    """Ask these sources; whoever watches is told, as no run does."""
    from newsletter.logs import logged  # noqa: PLC0415 - as above

    with logged(config.telling.log) as trouble:
        untold([trouble] if trouble else [], quiet=quiet)
        fetched = fetch_and_tell(store, config, now, asked, quiet=quiet)
        tell_of(store, config, fetched, now, quiet=quiet)
    return fetched.exit_code


def tell_of(store: Store, config: Config, fetched: Fetched, now: datetime, *, quiet: bool) -> None:
    """Tell whoever watches of a fetch that no run follows."""
    from newsletter import telling  # noqa: PLC0415 - as above

    untold(telling.after_fetch(store, config, fetched, now), quiet=quiet)


def fetch_due_and_tell(config: Config, now: datetime, *, quiet: bool) -> Fetched | None:
    """Ask the sources that are due, before something else goes on; None where nobody is. Nothing is raised,
    and silence is fine.
    """
    store = open_store(Path(config.state))
    try:
        asked = _asked(store, config, now, (), at_once=False)
        return fetch_and_tell(store, config, now, asked, quiet=quiet) if asked else None
    except AnotherRun:  # what that one brings the next run takes
        return None
    except ExtraMissing as error:
        from newsletter.telling import Fetched  # noqa: PLC0415 - as above

        return Fetched(exit_code=tell(error))
    finally:
        store.close()


def fetch_and_tell(
    store: Store, config: Config, now: datetime, asked: tuple[Source, ...], *, quiet: bool
) -> Fetched:
    """Ask these sources; a line for each on a terminal, one for all of them, and what is to be told."""
    from newsletter.fetch import fetch  # noqa: PLC0415 - as above
    from newsletter.telling import fetched_of  # noqa: PLC0415 - as above

    turns = fetch(store, config, now, asked, heard=_teller(config, quiet=quiet)) if asked else ()
    fetched = fetched_of(turns)
    if not quiet or fetched.exit_code:
        click.echo(summary(turns, store, config))
    return fetched


def _teller(config: Config, *, quiet: bool) -> Callable[[Turn], None]:
    """Tells of one source after the other: to people of each, else of what somebody has to look at."""

    def told(turn: Turn) -> None:
        if turn.trouble and (turn.exit_code or sys.stderr.isatty()):
            click.echo(_trouble(turn, config), err=True)
        elif sys.stdout.isatty() and not quiet:
            click.echo(f"{turn.name}: {_brought(turn)}")

    return told


def _brought(turn: Turn) -> str:
    if not turn.dumps:
        return "nothing new"
    return f"{counted(turn.listings, 'listing')} in {', '.join(turn.dumps)}"


def _trouble(turn: Turn, config: Config) -> str:
    """What went wrong with a source, where it is kept, and what to do."""
    assert turn.trouble is not None  # noqa: S101 - who calls has looked
    kept = f"; kept as {short(turn.aside)}" if turn.aside else ""
    again = f"; asked again {local(turn.again, config.site.timezone)}" if turn.again else ""
    hint = f"\n  hint: {turn.trouble.hint}" if turn.trouble.hint else ""
    return f"{turn.name}: {turn.trouble.what}{kept}{again}{hint}"


def _rehearse(store: Store, config: Config, asked: tuple[Source, ...], now: datetime) -> int:
    from newsletter.fetch import questions  # noqa: PLC0415 - as above

    for source in asked:
        for url in questions(store, source, now):
            click.echo(f"{source.name}: {url}")
    told = counted(len(asked), "source")
    click.echo(f"Dry run, nobody was asked. {told} would be, into {_places(config)}")
    return 0


# ---------------------------------------------------------------------------------------- the one line


def summary(turns: Iterable[Turn], store: Store, config: Config) -> str:
    """What came of a fetch, in one line."""
    turns = tuple(turns)
    if not config.sources:
        return "No sources: newsletter fetch asks those that stand under `sources:` in config.yaml."
    if not turns:
        return f"Nothing asked: no source is due{_next(store, config)}."
    dumps = sum(len(turn.dumps) for turn in turns)
    came = f"{counted(dumps, 'dump')} with {counted(sum(turn.listings for turn in turns), 'listing')}"
    troubles = Counter(_kind(turn) for turn in turns if turn.trouble)
    parts = [came if dumps else "nothing new", *(f"{number} {kind}" for kind, number in troubles.items())]
    return f"{counted(len(turns), 'source')} asked: {', '.join(parts)}. {_places(config)}"


_KINDS = {
    "aside": "with an odd answer kept aside",
    "busy": "wants to be left alone",
    "short": "cut off",
    "inbox": "that could not be written",
}


def _kind(turn: Turn) -> str:
    kind = turn.trouble.kind if turn.trouble else ""
    return _KINDS.get(kind, kind)


def _next(store: Store, config: Config) -> str:
    """When the next source is due, as far as that is known."""
    from newsletter.fetch import next_due  # noqa: PLC0415 - as above

    found = next_due(store.sources.states(), config.sources)
    return f", the next one {found[0].name} at {local(found[1], config.site.timezone)}" if found else ""


def _places(config: Config) -> str:
    return ", ".join(dict.fromkeys(short(source.into) for source in config.sources))
