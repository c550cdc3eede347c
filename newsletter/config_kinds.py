"""What may stand at a key of config.yaml: kinds of values, as pydantic takes them, over the words themselves
in config_words.py.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from newsletter import config_words as words
from newsletter import outputs
from newsletter.config_command import command
from newsletter.config_words import Wrong
from newsletter.errors import NotFound
from newsletter.model import Away

MOST_PAPERS = 1000
HEAVIEST = 1000.0

Text = Annotated[str, BeforeValidator(words.text)]
Line = Annotated[str, BeforeValidator(words.line)]
SomeLine = Annotated[str, BeforeValidator(words.some_line)]
Words = Annotated[tuple[SomeLine, ...], BeforeValidator(words.listed)]
WordOrWords = Annotated[tuple[SomeLine, ...], BeforeValidator(words.one_or_listed)]
Slug = Annotated[str, BeforeValidator(words.slug)]
Address = Annotated[str, BeforeValidator(words.mail_address)]
Subscribe = Annotated[str, BeforeValidator(partial(words.way, to="subscribe"))]
Unsubscribe = Annotated[str, BeforeValidator(partial(words.way, to="unsubscribe"))]
FilePath = Annotated[str, BeforeValidator(words.path)]
Zone = Annotated[str, BeforeValidator(words.timezone)]
Weight = Annotated[float, Field(gt=0, le=HEAVIEST)]
PaperLimit = Annotated[int, Field(ge=1, le=MOST_PAPERS)]
Threshold = Annotated[float, Field(ge=0)]


def written(pattern: str, example: str) -> WithJsonSchema:
    """What an editor is told of a value that is written as a word and means something else."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Duration = Annotated[int, PlainValidator(words.duration), written(r"^\d+ ?[mhdw]$", "6h")]
_SECONDS = {"s": 1, "m": 60, "h": 60 * 60}


def _seconds(value: object) -> int:
    """Seconds, from 5s, 2m or 1h."""
    word = words.text(value)
    found = re.fullmatch(r"(\d{1,5})\s?([smh])", word, re.ASCII)
    if not found:
        raise Wrong(f"{words.shown(word)} is no length of time", "a number and a letter: 5s, 2m, 1h")
    if not int(found[1]):
        raise Wrong(f"{words.shown(word)} is too short", "1s is the least")
    return int(found[1]) * _SECONDS[found[2]]


Seconds = Annotated[int, PlainValidator(_seconds), written(r"^\d+ ?[smh]$", "5s")]
Days = Annotated[int, PlainValidator(words.days), written(r"^\d+ ?[mhdw]$", "14d")]
Rate = Annotated[float, PlainValidator(words.rate), written(r"^\d+ ?/ ?[sm]$", "10/s")]
Size = Annotated[
    int, PlainValidator(words.size), WithJsonSchema({"type": ["integer", "string"], "examples": ["8G"]})
]
Sender = Annotated[
    tuple[str, str], PlainValidator(words.sender), written("@", "Reading list <list@example.org>")
]
_SECRET = {
    "type": "object",
    "properties": {"env": {"type": "string"}, "file": {"type": "string"}},
    "additionalProperties": False,
    "maxProperties": 1,
}
SecretWord = Annotated[
    str | dict[str, str],
    PlainValidator(words.secret),
    WithJsonSchema({**_SECRET, "type": ["object", "string"]}),
]


def _ping(value: object) -> str | dict[str, str]:
    """A web address that is told of runs; or {env: NAME} or {file: PATH}, for one to keep to oneself."""
    found = words.secret(value)
    return found if isinstance(found, dict) else words.site_url(found)


PingWord = Annotated[
    str | dict[str, str],
    PlainValidator(_ping),
    WithJsonSchema({**_SECRET, "type": ["object", "string"]}),
]
KeptSecret = Annotated[dict[str, str], PlainValidator(words.kept_secret), WithJsonSchema(_SECRET)]


def _private_feed(value: object) -> bool | dict[str, str]:
    """True or false, or {secret: …} for an address that another state would give too."""
    if isinstance(value, dict):
        named = words.secret(value.get("secret")) if set(value) == {"secret"} else ""
        if not isinstance(named, dict):
            raise Wrong("a private feed has nothing but a secret", "{secret: {env: NAME}}, or true")
        return named
    word = str(value).lower()
    if word not in _YES_OR_NO:
        raise Wrong(f"{words.shown(word)} is neither true nor false", "true, or {secret: {env: NAME}}")
    return _YES_OR_NO[word]


_YES_OR_NO = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
PrivateFeedWord = Annotated[
    bool | dict[str, str],
    PlainValidator(_private_feed),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {"type": "object", "properties": {"secret": _SECRET}, "additionalProperties": False},
            ]
        }
    ),
]
AwayDays = Annotated[Away, PlainValidator(words.away), written(r"^\d{4}-\d\d-\d\d", "2026-12-20/2027-01-03")]


def or_one(schema: dict[str, Any]) -> None:
    """A list in the schema becomes a list or the only one of it, as one_or_listed reads it."""
    several = {key: schema.pop(key) for key in ("type", "items", "minItems") if key in schema}
    schema["anyOf"] = [several, several["items"]]


def known_profile(value: object, info: ValidationInfo) -> str:
    word = words.some_line(value)
    names: frozenset[str] = (info.context or {}).get("profiles", frozenset())
    if word not in names:
        hint = words.did_you_mean(word, sorted(names)) or (
            names and f"there are: {', '.join(sorted(names)[:10])}"
        )
        raise Wrong(f"there is no profile {words.shown(word)}", hint or "")
    return word


def weekday_or_day(value: object, info: ValidationInfo) -> int | None:
    every = info.data.get("every")
    word = words.some_line(value)
    if every == "week":
        return words.weekday(word)
    if every == "month":
        return words.month_day(word)
    if every is None:  # that one is a mistake already
        return None
    raise Wrong("`on` belongs to every: week and every: month", "take it away, or change `every`")


def time_of_day(value: object, info: ValidationInfo) -> int:
    if info.data.get("every", "day") not in words.CADENCES:
        raise Wrong("a cron line names its own time", "take `at` away")
    return words.at(value)


def output(value: object) -> str:
    word = words.some_line(value)
    if word not in outputs.names():
        try:
            outputs.load(word)
        except NotFound as error:
            raise Wrong(f"there is no output {words.shown(word)}", error.hint) from error
    return word


def _hub(value: object) -> str:
    """A hub's address as it was given: with or without a slash at its end is another one."""
    return words.site_url(value) and words.some_line(value)


Hub = Annotated[str, BeforeValidator(_hub)]
_COMMAND = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Command = Annotated[tuple[str, ...], PlainValidator(command), WithJsonSchema(_COMMAND)]


LEVELS = ("debug", "info", "warning", "error")
SEARCHES = ("minisearch", "pagefind", "none")


def or_a_cadence(schema: dict[str, Any]) -> None:
    or_one(schema)
    schema["anyOf"].append({"enum": ["day", "weekday", "week"]})


def expected_dumps(value: object) -> list[object]:
    """A list of what is expected, the only one of it, or a word for how often any dump should come."""
    return [{"every": value}] if isinstance(value, str) else words.one_or_several(value)
