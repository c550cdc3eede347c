"""`newsletter preview`: the exact message a subscriber gets next, or the page of a profile."""

from __future__ import annotations

import sys
import webbrowser
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from newsletter import slots
from newsletter.cli._shared import existing_state, missing, profile_named, short, subscriber_named, utc_now
from newsletter.due import settle_slots, sync_readers
from newsletter.envelope import file_name
from newsletter.errors import NotFound, PublishError
from newsletter.model import Letter, Subscriber
from newsletter.post_room import PostRoom
from newsletter.rounds import match_news, open_desk
from newsletter.run import read_notes
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.ledger import Delivery


@click.command(short_help="The exact message or page, in the browser.")
@click.argument("name", metavar="SUBSCRIBER|PROFILE")
@click.option("--no-open", is_flag=True, help="Only write it and print where.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write it there: the message to a FILE.eml, or both to a folder.  [default: out/preview]",
)
@click.pass_obj
def command(config_path: Path, *, name: str, no_open: bool, out: Path | None) -> int:
    """Show what SUBSCRIBER gets next (else what they got last), or the page of PROFILE.

    A message is written to out/preview, as .html and as the very bytes that are sent (.eml).
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    config = configuration.load(config_path)
    subscriber, profile = subscriber_named(config, name), profile_named(config, name)
    with existing_state(config) as store:
        if subscriber:
            page = _message(store, config, subscriber, out or config.out / "preview")
        elif profile and not profile.private:
            page = config.out / "site" / "profiles" / profile.name / "index.html"
        else:
            raise missing(config, name)
    if not page.is_file():
        raise NotFound(f"there is no {short(page)} yet", hint="newsletter run makes it")
    click.echo(short(page))
    if not no_open and sys.stdout.isatty():
        webbrowser.open(page.as_uri())
    return 0


def _message(store: Store, config: Config, subscriber: Subscriber, out: Path) -> Path:
    """Write the message; the path of what there is to look at."""
    from newsletter.press import load  # noqa: PLC0415 - Jinja is for those who render

    def room(of: Store) -> PostRoom:
        return PostRoom(store=of, config=config, press=lambda: load(config.site, config.templates))

    ahead = store.copy()
    delivery = _waiting(store, subscriber) or _next(ahead, config, subscriber)
    if delivery is None:
        ahead, delivery = store, _last(store, subscriber)
    letter = ahead.readers.letter(delivery.id) or room(ahead).letter(room(ahead).digest(delivery), subscriber)
    content = room(ahead).message(letter, subscriber, delivery.slot, delivery.headed or delivery.moment)
    try:
        return _write(out, file_name(subscriber, delivery.slot), letter, content)
    except OSError as error:
        raise PublishError(
            f"{error.filename}: {error.strerror}", hint="name another place with --out"
        ) from error


def _waiting(store: Store, subscriber: Subscriber) -> Delivery | None:
    row = store.readers.get(subscriber.reader)
    waiting = store.readers.deliveries(row.id, ("queued", "deferred")) if row else ()
    return waiting[0] if waiting else None


def _next(ahead: Store, config: Config, subscriber: Subscriber) -> Delivery | None:
    """What the next slot would bring, worked out on a copy of the state."""
    moment: datetime = slots.following(subscriber.rhythm, utc_now()).moment
    alone = replace(config, subscribers=(subscriber,))
    with ahead.transaction():
        desk = open_desk(ahead, alone, moment, read_notes(config.notes))
        sync_readers(desk, begins=desk.before)
        match_news(desk)
        settle_slots(desk)
    return _waiting(ahead, subscriber)


def _last(store: Store, subscriber: Subscriber) -> Delivery:
    row = store.readers.get(subscriber.reader)
    sent = store.readers.deliveries(row.id, ("sent",)) if row else ()
    if not sent:
        raise NotFound(
            f"nothing waits for {subscriber.address}, and nothing was sent to them yet",
            hint="drop a dump into the inbox and run `newsletter run`",
        )
    click.echo("Nothing new waits; this is what was sent last.", err=True)
    return sent[0]


def _write(out: Path, name: str, letter: Letter, content: bytes) -> Path:
    """The message alone to a file, or with its page to a folder that only its owner can read."""
    if out.suffix == ".eml":
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
        return out
    if not out.is_dir():
        out.mkdir(parents=True)
        out.chmod(0o700)
    (out / f"{name}.eml").write_bytes(content)
    page = out / f"{name}.html"
    page.write_text(letter.html, encoding="utf-8")
    return page
