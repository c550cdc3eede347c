"""Configuration: config.yaml and the files it names go in, a Config of frozen values comes out, or every
mistake at once, each with its place.

The only module that imports pydantic, which holds the keys together and describes them to editors. What a
single word may be stands in config_words.py, what several keys together may not say in config_checks.py, what
a rule's settings mean in rules/, and the making of values in config_values.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from dataclasses import Field as DataclassField
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)

from newsletter import config_words as words
from newsletter import outputs, rules, where
from newsletter.config_checks import check, mappings
from newsletter.config_files import read_tree
from newsletter.config_mistakes import Desk
from newsletter.config_values import config_values
from newsletter.config_words import Wrong
from newsletter.errors import ConfigError, NotFound
from newsletter.model import Away, Rule
from newsletter.settings import Config, Email, Limits
from newsletter.yaml_nodes import Steps, find, plain

MOST_PAPERS = 1000
HEAVIEST = 1000.0

# ------------------------------------------------------------------------------------- what may stand there

Text = Annotated[str, BeforeValidator(words.text)]
Line = Annotated[str, BeforeValidator(words.line)]
SomeLine = Annotated[str, BeforeValidator(words.some_line)]
Words = Annotated[tuple[SomeLine, ...], BeforeValidator(words.listed)]
WordOrWords = Annotated[tuple[SomeLine, ...], BeforeValidator(words.one_or_listed)]
Slug = Annotated[str, BeforeValidator(words.slug)]
Address = Annotated[str, BeforeValidator(words.mail_address)]
FilePath = Annotated[str, BeforeValidator(words.path)]
Zone = Annotated[str, BeforeValidator(words.timezone)]
Weight = Annotated[float, Field(gt=0, le=HEAVIEST)]
PaperLimit = Annotated[int, Field(ge=1, le=MOST_PAPERS)]
Threshold = Annotated[float, Field(ge=0)]


def _written(pattern: str, example: str) -> WithJsonSchema:
    """What an editor is told of a value that is written as a word and means something else."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Duration = Annotated[int, PlainValidator(words.duration), _written(r"^\d+ ?[mhdw]$", "6h")]
Days = Annotated[int, PlainValidator(words.days), _written(r"^\d+ ?[mhdw]$", "14d")]
Rate = Annotated[float, PlainValidator(words.rate), _written(r"^\d+ ?/ ?[sm]$", "10/s")]
Size = Annotated[
    int, PlainValidator(words.size), WithJsonSchema({"type": ["integer", "string"], "examples": ["8G"]})
]
Sender = Annotated[
    tuple[str, str], PlainValidator(words.sender), _written("@", "Reading list <list@example.org>")
]
SecretWord = Annotated[
    str | dict[str, str],
    PlainValidator(words.secret),
    WithJsonSchema(
        {
            "type": ["object", "string"],
            "properties": {"env": {"type": "string"}, "file": {"type": "string"}},
            "additionalProperties": False,
            "maxProperties": 1,
        }
    ),
]
AwayDays = Annotated[Away, PlainValidator(words.away), _written(r"^\d{4}-\d\d-\d\d", "2026-12-20/2027-01-03")]


def _or_one(schema: dict[str, Any]) -> None:
    """A list in the schema becomes a list or the only one of it, as one_or_listed reads it."""
    several = {key: schema.pop(key) for key in ("type", "items")}
    schema["anyOf"] = [several, several["items"]]


def _known_profile(value: object, info: ValidationInfo) -> str:
    word = words.some_line(value)
    names: frozenset[str] = (info.context or {}).get("profiles", frozenset())
    if word not in names:
        hint = words.did_you_mean(word, sorted(names)) or (
            names and f"there are: {', '.join(sorted(names)[:10])}"
        )
        raise Wrong(f"there is no profile {words.shown(word)}", hint or "")
    return word


def _on(value: object, info: ValidationInfo) -> int | None:
    every = info.data.get("every")
    word = words.some_line(value)
    if every == "week":
        return words.weekday(word)
    if every == "month":
        return words.month_day(word)
    if every is None:  # that one is a mistake already
        return None
    raise Wrong("`on` belongs to every: week and every: month", "take it away, or change `every`")


def _at(value: object, info: ValidationInfo) -> int:
    if info.data.get("every", "day") not in words.CADENCES:
        raise Wrong("a cron line names its own time", "take `at` away")
    return words.at(value)


def _output(value: object) -> str:
    word = words.some_line(value)
    if word not in outputs.names():
        try:
            outputs.load(word)
        except NotFound as error:
            raise Wrong(f"there is no output {words.shown(word)}", error.hint) from error
    return word


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
        default="en", description="A language tag, as en."
    )
    timezone: Zone = Field(default="UTC", description="The zone of editions, and of readers who name none.")
    description: Text = Field(default="", description="A sentence on what this list is about.")


class SmtpKeys(Keys):
    """The relay that takes the mails."""

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
    rate: Rate | None = Field(default=None, description="At most so many messages: 10/s or 30/m.")


class EmailKeys(Keys):
    """How digests leave."""

    sender: Sender = Field(
        default_factory=lambda: ("", Email().sender_address),
        alias="from",
        description="Name and address: Reading list <list@example.org>.",
    )
    via: Annotated[str, BeforeValidator(words.via)] = Field(
        default="files", description="files: out/mail/*.eml.", json_schema_extra={"enum": ["files"]}
    )
    unsubscribe: Annotated[
        tuple[Annotated[str, BeforeValidator(words.unsubscribe)], ...], BeforeValidator(words.one_or_listed)
    ] = Field(
        default=(),
        description="A mailto: or https: address by which a reader leaves, or a list of them.",
        json_schema_extra=_or_one,
    )
    smtp: SmtpKeys = Field(default_factory=SmtpKeys, description="The relay.")


class LimitKeys(Keys):
    """What a dump may at most be."""

    dump_bytes: Size = Field(
        default=Limits().dump_bytes, description="The size of a dump: bytes, or 64K, 16M, 8G."
    )
    line_bytes: Size = Field(default=Limits().line_bytes, description="The size of one of its lines.")


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
        tuple[Annotated[str, BeforeValidator(_known_profile)], ...], BeforeValidator(words.one_or_listed)
    ] = Field(default=(), description="Names of profiles, in the order of the digest's sections.")
    every: Annotated[str, BeforeValidator(words.every)] = Field(
        default="day", description="day, weekday, week, month, or a cron line of five fields."
    )
    on: Annotated[int | None, PlainValidator(_on), WithJsonSchema({"type": ["string", "integer"]})] = Field(
        default=None, description="For a week: a day as monday or mon. For a month: 1 to 31."
    )
    at: Annotated[int, PlainValidator(_at), _written(r"^([01]?\d|2[0-3]):[0-5]\d$", "07:30")] = Field(
        default=0,
        description="Local time; midnight where nothing stands.",
        json_schema_extra={"default": "00:00"},
    )
    timezone: Zone = Field(default="", description="As Europe/Paris; the site's where nothing stands.")
    away: Annotated[tuple[AwayDays, ...], BeforeValidator(words.one_or_listed)] = Field(
        default=(),
        description="Days without mail, DATE or DATE/DATE; one catch-up digest follows.",
        json_schema_extra=_or_one,
    )
    max_lateness: Duration | None = Field(
        default=None, description="A digest later than this is given up: 90m, 6h, 2d."
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
        json_schema_extra=_or_one,
    )
    state: Annotated[str, BeforeValidator(words.state)] = Field(
        default=where.STATE, description="The database's path."
    )
    out: FilePath = Field(default=where.OUT, description="Where the site and mails in files go.")
    email: EmailKeys = Field(default_factory=EmailKeys, description="How digests leave.")
    profiles: list[ProfileKeys] = Field(default=[], description="The named interests.")
    subscribers: list[SubscriberKeys] = Field(default=[], description="The readers.")
    notes: FilePath | None = Field(default=None, description="A folder with the editor's notes, DATE.md.")
    templates: FilePath | None = Field(
        default=None, description="A folder with templates of your own, looked up first."
    )
    outputs: Annotated[
        tuple[Annotated[str, BeforeValidator(_output)], ...], BeforeValidator(words.listed)
    ] = Field(default=("site", "rss", "atom", "json_feed", "email"), description="What is made.")
    limits: LimitKeys = Field(default_factory=LimitKeys, description="What a dump may at most be.")
    fresh: Days = Field(
        default=14,
        description="How long a paper that found no room waits in a backlog: 14d.",
        json_schema_extra={"default": "14d"},
    )
    trending_lists: int = Field(default=2, ge=2, le=1000, description="On how many lists a paper trends.")


_KEYS_AT: Mapping[Steps, type[Keys]] = {
    (): RootKeys,
    ("site",): SiteKeys,
    ("email",): EmailKeys,
    ("email", "smtp"): SmtpKeys,
    ("limits",): LimitKeys,
    ("profiles",): ProfileKeys,
    ("subscribers",): SubscriberKeys,
}

# --------------------------------------------------------------------------------------------- a load


def load(path: Path) -> Config:
    """The configuration as values. Raises ConfigError with every mistake, in the order of the files."""
    tree = read_tree(path)
    desk = Desk(tree.root, tree.mistakes)
    raw = plain(tree.root, sum(len(source.content) for source in tree.sources))
    keys = _root_keys(raw, desk)
    checked = _Rules(desk)
    checked.read_all(raw)
    check(raw, where.folder(path), desk.note)
    if desk.mistakes or keys is None:
        order = {source.name: number for number, source in enumerate(tree.sources)}
        raise ConfigError(sorted(desk.mistakes, key=lambda m: (order[m.file], m.line, m.column)))
    return config_values(keys, path, tree, checked.of)


def _keys_at(steps: Steps) -> tuple[str, ...]:
    return _names_of(_KEYS_AT[tuple(step for step in steps if isinstance(step, str))])


def _names_of(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(known.alias or name for name, known in model.model_fields.items())


def _root_keys(raw: Mapping[str, Any], desk: Desk) -> RootKeys | None:
    """All keys but rules; None where something is wrong with them."""
    names = frozenset(str(entry["name"]).strip() for _, entry in mappings(raw, "profiles") if "name" in entry)
    try:
        return RootKeys.model_validate(raw, context={"profiles": names})
    except ValidationError as error:
        desk.translate(error.errors(include_url=False), _keys_at)
        return None


# ---------------------------------------------------------------------------------------------- rules


class _Rules:
    """The rules of profiles and of subscribers, by the place of their owner."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.of: dict[Steps, tuple[Rule, ...]] = {}

    def read_all(self, raw: Mapping[str, Any]) -> None:
        for key in ("profiles", "subscribers"):
            for place, entry in mappings(raw, key):
                if "rules" in entry:
                    self._read((key, place), entry["rules"])

    def _read(self, owner: Steps, raw: object) -> None:
        """Check a list of rules; what is right about it is kept in `of`."""
        steps = (*owner, "rules")
        if not isinstance(raw, list):
            hint = "a dash before each rule: - keywords: [diffusion]"
            self.desk.note(steps, f"rules: expected a list of rules, got {self.desk.kind(steps)}", hint)
        elif not raw:
            self.desk.note(steps, "rules: there is none", "such as - keywords: [diffusion]")
        else:
            self.of[owner] = tuple(
                rule for place, part in enumerate(raw) for rule in self._part((*steps, place), part)
            )

    def _part(self, steps: Steps, part: object) -> Iterator[Rule]:
        """The rules of one line of the list: mostly one."""
        if not isinstance(part, dict):
            hint = "such as - keywords: [diffusion]"
            self.desk.note(
                steps, f"rules: expected a rule with its settings, got {self.desk.kind(steps)}", hint
            )
            return
        for name in find(self.desk.root, steps)[1].entries:
            if name in part:
                yield from self._rule((*steps, name), name, part[name])
            else:
                self.desk.note(
                    (*steps, name), f"nothing stands behind the rule {words.shown(name)}", key=True
                )

    def _rule(self, steps: Steps, name: str, raw: object) -> Iterator[Rule]:
        try:
            module = rules.load(name)
        except NotFound as error:
            self.desk.note(steps, f"there is no rule {words.shown(name)}", error.hint, key=True)
            return
        model = _settings_model(name)
        try:
            keys = model.model_validate(self._written_out(steps, model, module.SHORT, raw))
        except ValidationError as error:
            self.desk.translate(error.errors(include_url=False), lambda _: _names_of(model), steps)
            return
        settings = module.Settings(
            **{known.name: getattr(keys, known.name) for known in fields(module.Settings)}
        )
        for flaw in module.check(settings):
            self.desk.note((*steps, *flaw.path), f"{name}: {flaw.what}", flaw.hint, offset=flaw.offset)
        yield Rule(name=name, settings=settings)

    def _written_out(self, steps: Steps, model: type[BaseModel], short: str, raw: object) -> object:
        """The long form of settings: a bare list, or a bare word that is no number, stands for one field."""
        if isinstance(raw, dict):
            return raw
        takes_many = model.model_fields[short].annotation is not str
        one_of_many = takes_many and isinstance(raw, str) and self.desk.kind(steps) != "a number"
        return {short: [raw] if one_of_many else raw}


@cache
def _settings_model(name: str) -> type[BaseModel]:
    """The keys of a rule, from the plain fields of its Settings."""
    settings = rules.load(name).Settings
    hints = get_type_hints(settings)
    known: dict[str, Any] = {
        each.name: (_field_type(each.name, hints[each.name]), _default(each)) for each in fields(settings)
    }
    return create_model(
        f"{name.capitalize()}Settings", __base__=Keys, __doc__=rules.load(name).__doc__, **known
    )


def _field_type(name: str, hint: Any) -> Any:  # noqa: ANN401 - a type of any kind
    """How a field of Settings is read: our words for the two kinds of text, and a bound for weights."""
    if name == "weight" and hint is float:
        return Weight
    return {str: Text, tuple[str, ...]: Words}.get(hint, hint)


def _default(known: DataclassField[Any]) -> Any:  # noqa: ANN401 - a default of any kind
    if known.default is not MISSING:
        return known.default
    return ... if known.default_factory is MISSING else Field(default_factory=known.default_factory)


# --------------------------------------------------------------------------------------------- schema


def schema() -> dict[str, Any]:
    """What config.yaml may say, as JSON Schema (draft 2020-12), for editors."""
    made = RootKeys.model_json_schema()
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "config.yaml of Newsletter",
    }
    kinds = made["$defs"]
    kinds["Rules"] = _rules_schema()
    for owner in ("ProfileKeys", "SubscriberKeys"):
        told = kinds[owner]["properties"]["rules"]["description"]
        kinds[owner]["properties"]["rules"] = {"$ref": "#/$defs/Rules", "description": told}
    files = {"type": "string", "description": "A file, or a pattern for several."}
    for key in where.SPLIT:
        inline = made["properties"][key]
        told = inline.pop("description")
        mixed = {"type": "array", "items": {"anyOf": [inline["items"], files]}}
        made["properties"][key] = {"description": told, "anyOf": [mixed, files]}
    untitled: dict[str, Any] = _untitled(made)
    return {**untitled, "title": "config.yaml of Newsletter"}


def _untitled(schema: Any) -> Any:  # noqa: ANN401 - a piece of a JSON Schema
    """The same without the titles that repeat each key; a key called `title` has a mapping for its value."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(value) for key, value in schema.items() if key != "title" or isinstance(value, dict)
    }


def _rules_schema() -> dict[str, Any]:
    known = {name: _rule_schema(name) for name in rules.names()}
    one = {"type": "object", "properties": known, "additionalProperties": False, "minProperties": 1}
    return {"type": "array", "items": one, "minItems": 1}


def _rule_schema(name: str) -> dict[str, Any]:
    """The long form, or what its short field takes."""
    long = _settings_model(name).model_json_schema()
    told = (rules.load(name).__doc__ or "").partition("\n\n")[0]
    short = dict(long["properties"][rules.load(name).SHORT])
    short.pop("default", None)
    either = [{key: value for key, value in long.items() if key != "description"}, short]
    if short.get("type") == "array":
        either.append({"type": "string"})
    return {"description": " ".join(told.split()), "anyOf": either}
