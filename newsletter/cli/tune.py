"""`newsletter tune`: what an edit to a profile would change, before a run finds out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli._shared import counted, existing_state, missing, profile_named
from newsletter.tuning import OFTEN, Fired

if TYPE_CHECKING:
    from newsletter.model import Profile
    from newsletter.tune import Replay

_SHOWN = 20


@click.command(short_help="What an edited profile would let in and keep out, and how its terms fare.")
@click.argument("profile")
@click.option(
    "--days", type=click.IntRange(min=1, max=36500), help="Only what was listed in the last N days."
)
@click.option("--all", "whole", is_flag=True, help=f"Name all that enters and leaves, not {_SHOWN} of each.")
@click.pass_obj
def command(config_path: Path, *, profile: str, days: int | None, whole: bool) -> int:
    """Replay stored papers against PROFILE as config.yaml has it now, beside what is on record.

    It says what enters and what leaves, which terms never fire and which fire on more than a third, and
    suggests terms. Nothing is written, sent or published; at most the latest 20,000 papers are replayed.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms
    from newsletter.tune import tune  # noqa: PLC0415 - as above

    config = configuration.load(config_path)
    found = profile_named(config, profile)
    if found is None:
        raise missing(config, profile)
    with existing_state(config) as store:
        replay = tune(store, config, found, days)
    if replay.without_model:
        click.echo(f"warning: {replay.without_model}", err=True)
    for line in told(replay, found, len(replay.enters) + len(replay.leaves) if whole else _SHOWN):
        click.echo(line)
    return 0


def told(replay: Replay, profile: Profile, most: int) -> Iterator[str]:
    """A replay in lines, at most so many papers of a kind."""
    yield from _sum(replay, profile)
    yield from _part(
        "Enters", (f"+{m.score:g}  {p.title} ({m.reasons[0].detail})" for p, m in replay.enters), most
    )
    yield from _part("Leaves", (f"{paper.title} ({against})" for paper, against in replay.leaves), most)
    if replay.papers:
        yield from _terms("Terms that never fire", replay.fired, lambda each: each.papers == 0)
        often = OFTEN * replay.papers
        yield from _terms(
            "Terms that fire on more than a third", replay.fired, lambda each: each.papers > often
        )
    suggested = (
        f"{each.term}: in {each.inside:,} of {replay.fits:,} that fit,"
        f" {each.outside:,} of {replay.others:,} others"
        for each in replay.suggested
    )
    yield from _part("Suggested terms", suggested, most)


def _sum(replay: Replay, profile: Profile) -> Iterator[str]:
    span = f" listed from {replay.first} to {replay.last}" if replay.first else ""
    yield f"{profile.title}: {counted(replay.papers, 'paper')}{span}, {replay.fits:,} fit"
    same = "" if replay.changed or not replay.compared else "; the rules are those on record"
    yield (
        f"Of {replay.compared:,} that were judged before, {len(replay.enters):,} enter and"
        f" {len(replay.leaves):,} leave{same}"
    )
    if replay.unjudged:
        yield f"Of the others, which were never judged, {replay.unjudged:,} fit"


def _terms(title: str, fired: Iterable[Fired], which: Callable[[Fired], bool]) -> Iterator[str]:
    by_rule: dict[str, list[str]] = {}
    for each in filter(which, fired):
        by_rule.setdefault(each.rule, []).append(each.written)
    yield from _part(title, (f"{rule}: {', '.join(names)}" for rule, names in by_rule.items()), _SHOWN)


def _part(title: str, lines: Iterable[str], most: int) -> Iterator[str]:
    """A heading with its lines; nothing where there are none."""
    several = list(lines)
    if several:
        yield ""
        yield f"{title} ({len(several):,})" if len(several) > most else title
        yield from (f"  {line}" for line in several[:most])
        if len(several) > most:
            yield f"  … and {len(several) - most:,} more"
