"""`newsletter check`: is the configuration right, and what does it mean. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from newsletter import inbox, slots
from newsletter.cli._shared import counted, local, short, utc_now
from newsletter.errors import NoModel
from newsletter.idle import ours
from newsletter.leanings import Leanings
from newsletter.model import Profile, Subscriber
from newsletter.settings import Config
from newsletter.store import Store, open_store


@click.command(short_help="Check config.yaml, templates and folders; say who is due when.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of config.yaml, for editors.")
@click.pass_obj
def command(config_path: Path, *, schema: bool) -> int:
    """Check the configuration and all it names, without changing anything.

    Every mistake is told at once, with its line and column. Exit code 4 says that there are some.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    if schema:
        click.echo(json.dumps(configuration.schema(), indent=2, ensure_ascii=False))
        return 0
    config = configuration.load(config_path)
    for warning in config.warnings:
        click.echo(f"warning: {warning}", err=True)
    _check_templates(config)
    for told in (*_of_the_state(config), *_of_the_model(config)):
        click.echo(f"warning: {told}", err=True)
    for line in describe(config, utc_now()):
        click.echo(line)
    return 0


def _check_templates(config: Config) -> None:
    """Raises TemplateError for the first template that does not compile."""
    from newsletter.press import load  # noqa: PLC0415 - Jinja is for those who ask

    load(config.site, config.templates).check()


def _of_the_state(config: Config) -> Iterator[str]:
    """What follows from the configuration and the state together; without a state, nothing is known yet."""
    from newsletter.deliver import written_not_sent  # noqa: PLC0415 - mail code, for those who ask

    state = Path(config.state)
    there = "://" not in config.state and state.is_file()
    store = open_store(state if there else None)
    try:
        if there and config.email.via == "smtp":
            yield from filter(None, (written_not_sent(store, config),))
        yield from _never_seen(store, config)
        model = config.ranking.model
        leanings = Leanings(store, config.profiles, config.path.parent, model, keeps=there)
        owners = _owners(config)
        yield from leanings.troubles(lambda name: owners.get(name, name))
    finally:
        store.close()


def _never_seen(store: Store, config: Config) -> Iterator[str]:
    """Former names of profiles that a state with profiles in it never saw: slips, most likely."""
    rows = store.editions.profiles()
    known = {name for row in rows for name in (row.name, *row.former)}
    for profile in config.profiles if rows else ():
        if profile.formerly and profile.formerly not in known:
            yield f"profile {profile.name}: the state never saw a profile {profile.formerly} (`formerly`)"


def _owners(config: Config) -> dict[str, str]:
    """Whose the own interests are, whose names are for the program alone."""
    private = {profile.name for profile in config.profiles if profile.private}
    return {
        name: f"{each.address}, own interests"
        for each in config.subscribers
        for name in each.profiles
        if name in private
    }


def _of_the_model(config: Config) -> Iterator[str]:
    """What is wrong with the sentence model that is named: the default ranks then."""
    if config.ranking.model:
        try:
            from newsletter.models import find  # noqa: PLC0415 - numpy, for those who ask
            from newsletter.sentences import Sentences  # noqa: PLC0415 - an extra

            Sentences(find(config.ranking.model))
        except NoModel as error:
            yield error.told


def describe(config: Config, now: datetime) -> Iterator[str]:
    """What a configuration means: profiles, who is due when, where things lie."""
    public = [profile for profile in config.profiles if not profile.private]
    files, problems = inbox.find(config.inbox, ours(config))
    yield f"{short(config.path)} is right: {counted(len(public), 'profile')}, " + counted(
        len(config.subscribers), "subscriber"
    )
    yield ""
    yield "Profiles"
    yield from (f"  {_profile(profile)}" for profile in public)
    if config.subscribers:
        yield ""
        yield "Subscribers"
        yield from (f"  {_subscriber(config, subscriber, now)}" for subscriber in config.subscribers)
    yield ""
    yield f"Inbox  {', '.join(short(Path(place)) for place in config.inbox)} ({counted(len(files), 'file')})"
    yield from (f"       {problem}" for problem in problems)
    yield f"State  {short(Path(config.state))}"
    yield f"Out    {short(config.out)}, mail via {config.email.via}"


def _profile(profile: Profile) -> str:
    rules = ", ".join(rule.name for rule in profile.rules)
    threshold = f", threshold {profile.threshold:g}" if profile.threshold else ""
    return f"{profile.name:<20} {profile.title} ({rules}; at most {profile.limit}{threshold})"


def _subscriber(config: Config, subscriber: Subscriber, now: datetime) -> str:
    private = {profile.name for profile in config.profiles if profile.private}
    profiles = ", ".join("own interests" if name in private else name for name in subscriber.profiles)
    following = slots.following(subscriber.rhythm, now).moment
    rhythm = subscriber.rhythm
    when = f"next {local(following, rhythm.timezone)} {rhythm.timezone}"
    return f"{subscriber.address:<28} {rhythm.every}, {when}: {profiles}"
