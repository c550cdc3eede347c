"""What config.yaml says, as values: frozen, complete and checked. config.py makes them; no reading here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsletter.model import DEPTH, LINE_BYTES, Profile, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A reference to a secret; the secret itself is read where it is used and never shown."""

    env: str = ""
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site as a whole. `url` is where out/site is hosted, without a slash at its end; may be empty.
    `search` is minisearch, pagefind or none. `hubs` are told when a feed has news (WebSub). `subscribe` is
    where somebody asks for the mail: mailto: or https:, or empty.
    """

    title: str = "Reading list"
    url: str = ""
    language: str = "en"
    timezone: str = "UTC"
    description: str = ""
    hubs: tuple[str, ...] = ()
    search: str = "minisearch"
    subscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """A relay. `tls` is starttls, implicit or none; `rate` is messages per second, or None; `ehlo` is how we
    introduce ourselves, or empty for this machine's name.
    """

    host: str = "localhost"
    port: int = 587
    tls: str = "starttls"
    user: str = ""
    password: Secret | str = ""
    connections: int = 4
    messages_per_connection: int = 100
    rate: float | None = None
    ehlo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dkim:
    """What mails are signed with: `selector` and `domain` say where in the DNS the other half of `key` is."""

    selector: str
    domain: str
    key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """How digests leave. `via` is files (out/mail) or smtp; `unsubscribe` are mailto: and https: URIs;
    `bounces` is where bounces go, the sender's address where it is empty; `verp`: it names the reader by a
    token; `relays` are tried in their order; `bulk` adds Precedence: bulk.
    """

    sender_name: str = ""
    sender_address: str = "newsletter@localhost.localdomain"
    via: str = "files"
    unsubscribe: tuple[str, ...] = ()
    bounces: str = ""
    verp: bool = False
    relays: tuple[Smtp, ...] = (Smtp(),)
    bulk: bool = False
    dkim: Dkim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFeed:
    """A reader's feed, whose address hangs on a secret: the one named, else the state's own."""

    reader: str
    secret: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a dump may at most be: the bytes of its file, of one line or record, and, where it is packed, of
    all it unpacks to; how many times its packed size that may be; how many levels JSON and XML may nest.
    """

    dump_bytes: int = 8 * 1024**3
    line_bytes: int = LINE_BYTES
    unpacked_bytes: int = 16 * 1024**3
    ratio: int = 200
    depth: int = DEPTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where dumps come from: `kind` is the module in newsletter/sources, `settings` its value. It is asked
    after so many minutes again, and what it gives goes `into` a folder of the inbox. The headers are secrets.
    """

    name: str
    kind: str
    settings: Any
    every: int
    into: Path
    headers: tuple[tuple[str, Secret], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How `newsletter schedule` looks about, in seconds: every `poll` at the inbox; a file is taken when it
    has stood the same for `settle`; a pass that lasts longer than `timeout` is ended.
    """

    poll: int = 5
    settle: int = 2
    timeout: int = 2 * 60 * 60


AUTO = "auto"
"""Instead of a model's folder: whichever model this machine has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How papers are ranked. `model` is the folder of a sentence model, `auto` for whichever this machine
    has, or empty for none.
    """

    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How often a dump should come: `files` is a pattern of dumps' names, `every` is day, weekday or week. So
    many `missing` in a row are told.
    """

    files: str = "*"
    every: str = "day"
    missing: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """What becomes of out/site: `after` is a command that is run in it whenever files of it have changed,
    word by word; it has `timeout` minutes.
    """

    after: tuple[str, ...] = ()
    timeout: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is logged: from which `level` on, as text or json, to a file or, for None, to standard error."""

    level: str = "info"
    format: str = "text"
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who is told of runs besides whoever reads the terminal. `metrics` is a file for Prometheus, `ping` an
    address that watches over timers, `on_failure` are the operators' addresses.
    """

    log: Log | None = None
    metrics: Path | None = None
    ping: Secret | str = ""
    on_failure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """For how many days the state keeps what takes room and nobody needs any more; None: for ever."""

    texts: int | None = None
    mails: int | None = None
    runs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of config.yaml. Paths are absolute; `digest` names the content of every file it was read from."""

    path: Path
    digest: str
    state: str
    """A path, or a postgresql:// URL."""
    out: Path
    inbox: tuple[str, ...]
    """Absolute folders and globs."""
    profiles: tuple[Profile, ...]
    subscribers: tuple[Subscriber, ...] = ()
    private_feeds: tuple[PrivateFeed, ...] = ()
    sources: tuple[Source, ...] = ()
    site: Site = Site()
    email: Email = Email()
    publish: Publish = Publish()
    limits: Limits = Limits()
    expected: tuple[Expected, ...] = ()
    telling: Telling = Telling()
    keep: Keep = Keep()
    ranking: Ranking = Ranking()
    schedule: Schedule = Schedule()
    notes: Path | None = None
    templates: Path | None = None
    """The user's own templates, looked up before the shipped ones."""
    outputs: tuple[str, ...] = ("site", "search", "rss", "atom", "json_feed", "exports", "status", "email")
    fresh_days: int = 14
    trending_lists: int = 2
    """On how many lists a paper trends."""
    diversity: float = 0.0
    """How much the papers of a digest's section shall differ: 0 not at all, 1 as much as they shall fit."""
    warnings: tuple[str, ...] = field(default=())
