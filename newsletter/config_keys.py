"""What config.yaml may say, key by key: the pydantic models, with a description of each key for editors.

No reading and no mistakes here: config.py has those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)

from newsletter import config_words as words
from newsletter import where
from newsletter.config_kinds import (
    LEVELS,
    SEARCHES,
    Address,
    AwayDays,
    Command,
    Days,
    Duration,
    FilePath,
    Hub,
    KeptSecret,
    Line,
    PaperLimit,
    PingWord,
    PrivateFeedWord,
    Rate,
    Seconds,
    SecretWord,
    Sender,
    Size,
    Slug,
    SomeLine,
    Subscribe,
    Text,
    Threshold,
    Unsubscribe,
    WordOrWords,
    Zone,
    expected_dumps,
    known_profile,
    or_a_cadence,
    or_one,
    output,
    time_of_day,
    weekday_or_day,
    written,
)
from newsletter.settings import Email, Expected, Limits, Publish, Schedule
from newsletter.yaml_nodes import Steps

SHORTEST = 30
"""Days: what is younger may still be wanted, by a backlog or a page."""


class Keys(BaseModel):
    """A mapping of config.yaml: these keys and no others."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, defer_build=True)


class SiteKeys(Keys):
    """The site as a whole."""

    title: SomeLine = Field(
        default="Reading list", description="Stands on every page, in every feed and mail."
    )
    url: Annotated[str, BeforeValidator(words.site_url)] = Field(
        default="",
        description="Where out/site is hosted, as https://example.org/papers; feeds and mails link there.",
    )
    language: Annotated[str, BeforeValidator(words.language)] = Field(
        default="en", description="The language of pages, feeds and mails, as en, de or de-AT."
    )
    timezone: Zone = Field(default="UTC", description="The zone of editions, and of readers who name none.")
    description: Text = Field(default="", description="A sentence on what this list is about.")
    hubs: Annotated[tuple[Hub, ...], BeforeValidator(words.one_or_listed)] = Field(
        default=(),
        description="WebSub hubs that are told of news in the feeds: an address, or a list of them.",
        json_schema_extra=or_one,
    )
    subscribe: Subscribe = Field(
        default="",
        description="Where somebody asks for the mail: a mailto: or https: address that pages link to.",
    )
    search: Annotated[str, BeforeValidator(words.one_of(SEARCHES))] = Field(
        default="minisearch",
        description="What searches the site: minisearch in the browser, pagefind (an extra), or none.",
        json_schema_extra={"enum": list(SEARCHES)},
    )


class SmtpKeys(Keys):
    """A relay that takes the mails."""

    host: SomeLine = Field(default="localhost", description="The relay's name.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    tls: Annotated[str, BeforeValidator(words.one_of(("starttls", "implicit", "none")))] = Field(
        default="starttls",
        description="starttls (required), implicit or none.",
        json_schema_extra={"enum": ["starttls", "implicit", "none"]},
    )
    user: Line = Field(default="", description="The name to log in with; empty for none.")
    password: SecretWord = Field(
        default="", description="{env: NAME} or {file: PATH}; never the password itself."
    )
    connections: int = Field(default=4, ge=1, le=100, description="How many connections at once.")
    messages_per_connection: int = Field(
        default=100, ge=1, le=100_000, description="How many messages before a new connection is made."
    )
    rate: Rate | None = Field(default=None, description="At most so many messages: 10/s or 30/m.")
    ehlo: Annotated[str, BeforeValidator(words.host)] = Field(
        default="", description="The name this machine goes by; else its own."
    )


class DkimKeys(Keys):
    """What shows that a mail is from where it says."""

    selector: Annotated[str, BeforeValidator(words.selector)] = Field(
        description="Where the DNS has the other half of the key: SELECTOR._domainkey.DOMAIN."
    )
    domain: Annotated[str, BeforeValidator(words.domain)] = Field(
        default="", description="Whose signature it is; the domain of the sender where nothing stands."
    )
    key: KeptSecret = Field(description="{file: PATH} or {env: NAME}: a private key in PEM, RSA or Ed25519.")


class EmailKeys(Keys):
    """How digests leave."""

    sender: Sender = Field(
        default_factory=lambda: ("", Email().sender_address),
        alias="from",
        description="Name and address: Reading list <list@example.org>.",
    )
    via: Annotated[str, BeforeValidator(words.one_of(("files", "smtp")))] = Field(
        default="files",
        description="files: out/mail/*.eml. smtp: really send.",
        json_schema_extra={"enum": ["files", "smtp"]},
    )
    unsubscribe: Annotated[tuple[Unsubscribe, ...], BeforeValidator(words.one_or_listed)] = Field(
        default=(),
        description="A mailto: or https: address by which a reader leaves, or a list of them.",
        json_schema_extra=or_one,
    )
    bounces: Annotated[str, BeforeValidator(words.mail_address)] = Field(
        default="", description="Where bounces come back to; the sender's address where nothing stands."
    )
    verp: bool = Field(
        default=False, description="Let that address name the reader by a token: bounces+TOKEN@example.org."
    )
    dkim: DkimKeys | None = Field(
        default=None, description="Sign each mail here; most leave that to the relay."
    )
    bulk: bool = Field(default=False, description="Add Precedence: bulk, which some old mail systems go by.")
    smtp: Annotated[tuple[SmtpKeys, ...], BeforeValidator(words.one_or_several)] = Field(
        default_factory=lambda: (SmtpKeys(),),
        min_length=1,
        description="The relay, or a list of relays: the next is used where one takes nothing.",
        json_schema_extra=or_one,
    )


class PublishKeys(Keys):
    """What becomes of out/site."""

    after: Command = Field(
        default=(), description="A command that is run in out/site whenever files of it have changed."
    )
    timeout: Duration = Field(
        default=Publish().timeout,
        description="How long it may take: 10m.",
        json_schema_extra={"default": "10m"},
    )


class LimitKeys(Keys):
    """What a dump may at most be."""

    dump_bytes: Size = Field(
        default=Limits().dump_bytes, description="The size of a dump: bytes, or 64K, 16M, 8G."
    )
    line_bytes: Size = Field(
        default=Limits().line_bytes, description="The size of one of its lines or records."
    )
    unpacked_bytes: Size = Field(
        default=Limits().unpacked_bytes, description="The size of all that a packed file unpacks to."
    )
    ratio: int = Field(
        default=Limits().ratio,
        ge=2,
        le=100_000,
        description="How many times its packed size a packed file may unpack to.",
    )
    # Beyond 256 levels libxml2 refuses a document by itself (its xmlParserMaxDepth).
    depth: int = Field(
        default=Limits().depth, ge=2, le=250, description="How many levels JSON and XML may nest."
    )


class ExpectedKeys(Keys):
    """A dump that should come."""

    files: SomeLine = Field(default="*", description="Of dumps with such names, as arxiv/*; else of all.")
    every: Annotated[str, BeforeValidator(words.one_of(("day", "weekday", "week")))] = Field(
        description="How often one should come: day, weekday or week.",
        json_schema_extra={"enum": ["day", "weekday", "week"]},
    )
    missing: int = Field(
        default=Expected().missing, ge=1, le=1000, description="So many missing in a row are told."
    )


class KeepKeys(Keys):
    """How long the state keeps what takes room; nothing that was seen is ever forgotten."""

    texts: Annotated[Days, Field(ge=SHORTEST)] | None = Field(
        default=None, description="Abstracts of papers that nobody was shown: 730d. Else for ever."
    )
    mails: Annotated[Days, Field(ge=SHORTEST)] | None = Field(
        default=None, description="The last mails of readers, once they arrived: 90d. Else until the next."
    )
    runs: Annotated[Days, Field(ge=SHORTEST)] | None = Field(
        default=None, description="What runs did: 365d. Else for ever."
    )


class LogKeys(Keys):
    """What is logged."""

    level: Annotated[str, BeforeValidator(words.one_of(LEVELS))] = Field(
        default="info",
        description="From which level on: debug names readers, info and above never do.",
        json_schema_extra={"enum": list(LEVELS)},
    )
    format: Annotated[str, BeforeValidator(words.one_of(("text", "json")))] = Field(
        default="text",
        description="Lines of text, or one JSON object a line.",
        json_schema_extra={"enum": ["text", "json"]},
    )
    file: FilePath | None = Field(default=None, description="Where to; standard error where nothing stands.")


class RankingKeys(Keys):
    """How papers are ranked."""

    model: FilePath | None = Field(
        default=None,
        description="A folder with a sentence model (model.onnx, tokenizer.json), or auto: whichever this "
        "machine has. Nothing is fetched.",
    )


class ScheduleKeys(Keys):
    """How newsletter schedule looks about."""

    poll: Seconds = Field(
        default=Schedule().poll,
        description="How often the inbox and this file are looked at: 5s, 1m.",
        json_schema_extra={"default": "5s"},
    )
    settle: Seconds = Field(
        default=Schedule().settle,
        description="How long a file has to stay as it is before it is read: 2s.",
        json_schema_extra={"default": "2s"},
    )
    timeout: Seconds = Field(
        default=Schedule().timeout,
        description="How long a pass may last before it is ended: 2h. The next one goes on from there.",
        json_schema_extra={"default": "2h"},
    )


class ProfileKeys(Keys):
    """A named interest."""

    name: Slug = Field(description="A slug, stable for ever: addresses and ids hang on it.")
    title: Line = Field(default="", description="What people read; else made from the name.")
    description: Text = Field(default="", description="A sentence for the profile's page.")
    limit: PaperLimit = Field(default=15, description="Papers in one digest; the rest waits.")
    threshold: Threshold = Field(default=0.0, description="Below this score a paper is not shown.")
    formerly: Slug = Field(default="", description="The name it had before a renaming.")
    rules: Any = Field(description="What lets a paper in, adds to its score or keeps it out.")


class SubscriberKeys(Keys):
    """A reader."""

    address: Address = Field(description="Where digests go.")
    name: Line = Field(default="", description="How the digest greets.")
    profiles: Annotated[
        tuple[Annotated[str, BeforeValidator(known_profile)], ...], BeforeValidator(words.one_or_listed)
    ] = Field(default=(), description="Names of profiles, in the order of the digest's sections.")
    every: Annotated[str, BeforeValidator(words.every)] = Field(
        default="day", description="day, weekday, week, month, or a cron line of five fields."
    )
    on: Annotated[
        int | None, PlainValidator(weekday_or_day), WithJsonSchema({"type": ["string", "integer"]})
    ] = Field(default=None, description="For a week: a day as monday or mon. For a month: 1 to 31.")
    at: Annotated[int, PlainValidator(time_of_day), written(r"^([01]?\d|2[0-3]):[0-5]\d$", "07:30")] = Field(
        default=0,
        description="Local time; midnight where nothing stands.",
        json_schema_extra={"default": "00:00"},
    )
    timezone: Zone = Field(default="", description="As Europe/Paris; the site's where nothing stands.")
    away: Annotated[tuple[AwayDays, ...], BeforeValidator(words.one_or_listed)] = Field(
        default=(),
        description="Days without mail, DATE or DATE/DATE; one catch-up digest follows.",
        json_schema_extra=or_one,
    )
    max_lateness: Duration | None = Field(
        default=None, description="A digest later than this is given up: 90m, 6h, 2d."
    )
    at_most: PaperLimit | None = Field(
        default=None, description="Papers in one digest, of all profiles together; each has its share."
    )
    surprise: bool | None = Field(
        default=None, description="Whether a digest has one paper that fits none of the reader's profiles."
    )
    private_feed: PrivateFeedWord = Field(
        default=False,
        description="true, or {secret: {env: NAME}}: a feed of this reader's digests at an address to keep.",
    )
    formerly: Annotated[str, BeforeValidator(words.mail_address)] = Field(
        default="", description="The address this reader had before."
    )
    rules: Any = Field(default=None, description="Interests of this reader alone, as in a profile.")
    limit: PaperLimit = Field(default=15, description="Papers of these own interests in one digest.")
    threshold: Threshold = Field(default=0.0, description="Below this score the own interests show nothing.")


class RootKeys(Keys):
    """config.yaml."""

    site: SiteKeys = Field(default_factory=SiteKeys, description="The site as a whole.")
    inbox: WordOrWords = Field(
        default=(where.INBOX,),
        description="A folder with dumps, or a list of folders and globs.",
        json_schema_extra=or_one,
    )
    sources: Any = Field(default=(), description="Where dumps are fetched from.")
    state: Annotated[str, BeforeValidator(words.state)] = Field(
        default=where.STATE, description="The database's path."
    )
    out: FilePath = Field(default=where.OUT, description="Where the site and mails in files go.")
    email: EmailKeys = Field(default_factory=EmailKeys, description="How digests leave.")
    publish: PublishKeys = Field(default_factory=PublishKeys, description="What becomes of out/site.")
    profiles: list[ProfileKeys] = Field(default=[], description="The named interests.")
    subscribers: list[SubscriberKeys] = Field(default=[], description="The readers.")
    notes: FilePath | None = Field(default=None, description="A folder with the editor's notes, DATE.md.")
    templates: FilePath | None = Field(
        default=None, description="A folder with templates of your own, looked up first."
    )
    outputs: Annotated[tuple[Annotated[str, BeforeValidator(output)], ...], BeforeValidator(words.listed)] = (
        Field(
            default=("site", "search", "rss", "atom", "json_feed", "exports", "status", "email"),
            description="What is made.",
        )
    )
    limits: LimitKeys = Field(default_factory=LimitKeys, description="What a dump may at most be.")
    expected: Annotated[tuple[ExpectedKeys, ...], BeforeValidator(expected_dumps)] = Field(
        default=(),
        description="How often dumps should come, to be told when they do not: weekday, or a list.",
        json_schema_extra=or_a_cadence,
    )
    keep: KeepKeys = Field(default_factory=KeepKeys, description="How long the state keeps what takes room.")
    log: LogKeys | None = Field(default=None, description="What is logged; nothing where this is missing.")
    metrics_file: FilePath | None = Field(
        default=None, description="A file for Prometheus' textfile collector, as /var/lib/…/newsletter.prom."
    )
    ping: PingWord = Field(
        default="",
        description="Is told of each run: https://hc-ping.com/UUID, or {env: NAME}.",
    )
    on_failure: Annotated[tuple[Address, ...], BeforeValidator(words.one_or_listed)] = Field(
        default=(),
        description="Who gets a mail when something new goes wrong: an address, or a list of them.",
        json_schema_extra=or_one,
    )
    ranking: RankingKeys = Field(default_factory=RankingKeys, description="How papers are ranked.")
    schedule: ScheduleKeys = Field(
        default_factory=ScheduleKeys, description="How newsletter schedule looks about."
    )
    fresh: Days = Field(
        default=14,
        description="How long a paper that found no room waits in a backlog: 14d.",
        json_schema_extra={"default": "14d"},
    )
    trending_lists: int = Field(default=2, ge=2, le=1000, description="On how many lists a paper trends.")
    diversity: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.0, description="How much the papers of a digest shall differ: 0 not at all, 1 most."
    )
    surprise: bool = Field(
        default=False, description="Whether digests have one paper that fits none of their reader's profiles."
    )


KEYS_AT: Mapping[Steps, type[Keys]] = {
    (): RootKeys,
    ("site",): SiteKeys,
    ("email",): EmailKeys,
    ("email", "smtp"): SmtpKeys,
    ("email", "dkim"): DkimKeys,
    ("publish",): PublishKeys,
    ("limits",): LimitKeys,
    ("expected",): ExpectedKeys,
    ("keep",): KeepKeys,
    ("log",): LogKeys,
    ("ranking",): RankingKeys,
    ("schedule",): ScheduleKeys,
    ("profiles",): ProfileKeys,
    ("subscribers",): SubscriberKeys,
}
