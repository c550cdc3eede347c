"""`newsletter subscribers`: everybody in the configuration, and whether mail goes to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from newsletter import slots
from newsletter.cli._shared import counted, existing_state, local, secret_of, utc_now
from newsletter.model import Subscriber
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.suppressions import Suppression


@click.command(short_help="Lists everybody, what they follow, and whether mail goes to them.")
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
@click.pass_obj
def command(config_path: Path, *, as_json: bool) -> int:
    """List the subscribers with what they follow, their last digest and their next, and the addresses that
    nothing is sent to, with the reason.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    config = configuration.load(config_path)
    with existing_state(config) as store:
        rows = list(_rows(store, config))
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for line in _lines(rows, config):
            click.echo(line)
    return 0


def _rows(store: Store, config: Config) -> Iterator[dict[str, object]]:
    """Subscribers in the order of the configuration, then suppressed addresses that are none."""
    silenced = {each.folded: each for each in store.suppressions.all()}
    for subscriber in config.subscribers:
        yield {
            "address": subscriber.address,
            "name": subscriber.name,
            "profiles": _profiles(config, subscriber),
            "last": _last(store, subscriber),
            "next": slots.following(subscriber.rhythm, utc_now()).moment.isoformat(),
            "feed": _feed(store, config, subscriber),
            **_state(silenced.pop(subscriber.reader, None)),
        }
    for each in silenced.values():
        nothing: dict[str, object] = {"name": "", "profiles": [], "last": None, "next": None, "feed": None}
        yield {"address": each.folded, **nothing, **_state(each)}


def _state(silenced: Suppression | None) -> dict[str, object]:
    if silenced is None:
        return {"state": "active", "reason": "", "since": None}
    return {"state": "suppressed", "reason": silenced.reason, "since": silenced.since.isoformat()}


def _profiles(config: Config, subscriber: Subscriber) -> list[str]:
    private = {profile.name for profile in config.profiles if profile.private}
    return ["own interests" if name in private else name for name in subscriber.profiles]


def _last(store: Store, subscriber: Subscriber) -> str | None:
    """The slot of the last digest that went out."""
    row = store.readers.get(subscriber.reader)
    sent = store.readers.deliveries(row.id, ("sent",), most=1) if row else ()
    return sent[0].slot if sent else None


def _feed(store: Store, config: Config, subscriber: Subscriber) -> str | None:
    """Where the reader's private feed is: they have to be told, and nobody else."""
    found = next((of for of in config.private_feeds if of.reader == subscriber.reader), None)
    if found is None:
        return None
    from newsletter.private_feeds import FOLDER, feed_token  # noqa: PLC0415 - feedgen, for who has such feeds

    there = config.site.url or (config.out / "site").as_uri()
    return f"{there}/{FOLDER}/{feed_token(found, secret_of(store))}/feed.xml"


def _lines(rows: list[dict[str, object]], config: Config) -> Iterator[str]:
    zones = {subscriber.address: subscriber.rhythm.timezone for subscriber in config.subscribers}
    for row in rows:
        address = str(row["address"])
        if row["state"] == "suppressed":
            told = f"suppressed since {str(row['since'])[:10]} ({row['reason']})"
        else:
            told = f"last {row['last'] or 'none'}, next {_when(row, zones[address])}"
        profiles = row["profiles"]
        tail = f": {', '.join(profiles)}" if isinstance(profiles, list) and profiles else ""
        yield f"{address:<28} {told}{tail}"
        if row["feed"]:
            yield f"{'':<28} private feed {row['feed']}"
    silenced = sum(row["state"] == "suppressed" for row in rows)
    people, dead = counted(len(config.subscribers), "subscriber"), counted(silenced, "address", "addresses")
    yield f"{people}, {dead} suppressed"


def _when(row: dict[str, object], zone: str) -> str:
    return local(datetime.fromisoformat(str(row["next"])), zone)
