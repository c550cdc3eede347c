"""Feeds of single readers: their own digests, at addresses that nobody can guess. Database and config in,
files of out/site/private out; who has no feed any more loses it.

No page, list of feeds, sitemap or hub knows of them. What a feed's entry looks like is digest_entry.py's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from newsletter.digest_entry import digest_entry, heading
from newsletter.envelope import TOKEN, token
from newsletter.errors import SecretMissing
from newsletter.feed import PRIVATE, Entry, Feed, Writer, address, name, newest
from newsletter.outputs import atom, json_feed, rss
from newsletter.ports import Press
from newsletter.publication import Artifact, stamp
from newsletter.publish import Owing, publish
from newsletter.secret import reveal
from newsletter.settings import Config, PrivateFeed
from newsletter.store import Store
from newsletter.store.private import PrivateEntry
from newsletter.text import xml_safe

FOLDER = "private"
STAMPS = "private feeds"
"""Mark: of what each private feed was last made, by its token."""
SHORTEST_SECRET = 16
IGNORED = Artifact(path=f"{FOLDER}/.gitignore", content=b"*\n")
"""Whoever publishes out/site by committing it leaves the private feeds out."""
SUFFIXES = {"rss": "xml", "atom": "atom.xml", "json_feed": "json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What all private feeds of an installation are made with."""

    press: Press
    secret: str
    authority: str


def feed_token(of: PrivateFeed, secret: str) -> str:
    """What a reader's feed is called: it hangs on a secret. Raises SecretMissing for one too short."""
    own = reveal(of.secret, "private_feed") if of.secret else secret
    if len(own) < SHORTEST_SECRET:
        raise SecretMissing(
            f"private_feed: the secret has fewer than {SHORTEST_SECRET} characters",
            hint="make one with `openssl rand -hex 16`",
        )
    return token(own, of.reader, "private feed")


def publish_private(
    store: Store,
    config: Config,
    press: Callable[[], Press],
    *,
    secret: str,
    authority: str,
    besides: str,
    owing: Owing | None = None,
) -> None:
    """Bring the private feeds to what their readers got; take away those of readers who have none.

    `besides` is a stamp of templates and config. Raises SecretMissing before anything is taken away.
    """
    from newsletter.returned import LEFT  # noqa: PLC0415 - the e-mail package, 30 ms

    gone = {each.folded for each in store.suppressions.all() if each.reason == LEFT}
    wanted = {feed_token(of, secret): of.reader for of in config.private_feeds if of.reader not in gone}
    with store.transaction():
        for reader in wanted.values():
            store.private.keep(reader)
        store.private.forget_others(wanted.values())
    site = config.out / "site"
    _take_away(site / FOLDER, wanted, owing)
    known: dict[str, str] = json.loads(store.runs.mark(STAMPS) or "{}")
    stamps = {at: stamp((besides, authority, *store.private.slots(reader))) for at, reader in wanted.items()}
    files = [name(SUFFIXES[output]) for output in config.outputs if output in SUFFIXES]
    artifacts = [IGNORED]
    for at, reader in wanted.items():
        there = all((site / FOLDER / at / file).is_file() for file in files)
        if known.get(at) != stamps[at] or not there:
            made = Made(press=press(), secret=secret, authority=authority)
            artifacts += _artifacts(private_feed(store.private.entries(reader), at, made), config, made)
    if len(artifacts) > 1:
        publish(artifacts, site, owing=owing)
    if stamps != known:
        store.runs.set_mark(STAMPS, json.dumps(stamps))


def _take_away(folder: Path, wanted: Mapping[str, str], owing: Owing | None) -> None:
    """Remove the feeds of readers who have left: files of ours, in folders that are called as a token is."""
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        if TOKEN.fullmatch(each.name) and each.name not in wanted:
            if owing:
                owing(len(SUFFIXES))
            for suffix in SUFFIXES.values():
                (each / name(suffix)).unlink(missing_ok=True)
            with suppress(OSError):  # somebody keeps a file of their own there
                each.rmdir()


def private_feed(entries: tuple[PrivateEntry, ...], at: str, made: Made) -> Feed:
    """A reader's digests as a feed; nothing in it names the reader."""
    say = made.press.words.say
    title = say("Your digests")
    told = tuple(_entry(entry, at, made) for entry in entries)
    return Feed(
        id=f"tag:{made.authority}:feed/private/{at}",
        kind=PRIVATE,
        title=xml_safe(f"{title} – {made.press.site.title}"),
        description=say("What you get by mail, for you alone: keep this address to yourself"),
        page="index.html",
        folders=(f"{FOLDER}/{at}",),
        entries=told,
        updated=newest(told, made.authority),
    )


def _entry(of: PrivateEntry, at: str, made: Made) -> Entry:
    entry = digest_entry(
        made.press,
        name=f"tag:{made.authority}:private/{token(made.secret, at, of.slot)}",
        title=heading(made.press.words, of.digest.date, of.digest.papers),
        page="",
        sections=of.digest.sections,
        note=of.digest.note,
        at=of.at,
        trending=of.digest.trending,
        revised=of.digest.revised,
    )
    # A digest has no page; but entries of one address are one entry to some readers.
    home = address(made.press.site, "index.html")
    return replace(entry, link=f"{home}#{of.slot.replace(':', '')}" if home else "")


def _artifacts(feed: Feed, config: Config, made: Made) -> Iterator[Artifact]:
    writers: dict[str, Writer] = {
        "rss": partial(rss.rss, press=made.press, authority=made.authority),
        "atom": partial(atom.atom, press=made.press),
        "json_feed": partial(json_feed.json_feed, site=made.press.site),
    }
    for output in config.outputs:
        if output in writers:
            yield Artifact(path=feed.path(SUFFIXES[output]), content=writers[output](feed, {}))
