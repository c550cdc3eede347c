"""Configuration, sources: the list under `sources:` goes in, Sources come out, or mistakes.

An entry is the name of a module in newsletter/sources with its settings, and beside it the keys that all
sources have. Looks whether the extra that fetches is installed; asks nobody anything.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationError, WithJsonSchema

from newsletter import config_words as words
from newsletter import sources, where
from newsletter.config_keys import Keys
from newsletter.config_kinds import FilePath, Slug
from newsletter.config_mistakes import Desk
from newsletter.config_settings import names_of, read_settings, settings_schema
from newsletter.config_words import Expected, Wrong
from newsletter.errors import NotFound
from newsletter.settings import Config, Secret, Source
from newsletter.yaml_nodes import Steps, find

SOONEST = 5
"""Minutes: nobody lists papers faster, and no source likes to be asked more often."""
_NAMED = {"hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
_OURS = frozenset(("host", "connection", "content-length", "transfer-encoding", "te", "upgrade"))


def _every(value: object) -> int:
    """Minutes, from hour, day, week, or a length of time."""
    word = words.text(value)
    minutes = _NAMED.get(word) or words.duration(word)
    if minutes < SOONEST:
        raise Wrong(f"a source is asked every {SOONEST} minutes at most", "such as 6h or day")
    return minutes


def _headers(value: object) -> dict[str, dict[str, str]]:
    """Headers by their names, each with the place of its secret."""
    if not isinstance(value, dict):
        raise Expected("a mapping of headers")
    return {_header(name): _kept(found) for name, found in value.items()}


def _header(name: str) -> str:
    if not _HEADER.fullmatch(name) or name.lower() in _OURS:
        raise Wrong(f"{words.shown(name)} is no header that one can set", "such as Authorization")
    return name


def _kept(value: object) -> dict[str, str]:
    found = words.secret(value)
    if isinstance(found, str):
        raise Wrong("what a header says does not belong into this file", "{env: NAME} or {file: PATH}")
    return found


_SECRET = {
    "type": "object",
    "properties": {"env": {"type": "string"}, "file": {"type": "string"}},
    "additionalProperties": False,
}
_EVERY = {"type": "string", "pattern": r"^(hour|day|week|\d+ ?[mhdw])$", "examples": ["6h"]}


class SourceKeys(Keys):
    """What every source has."""

    name: Slug = Field(default="", description="What it is called; its kind where nothing stands.")
    every: Annotated[int | None, PlainValidator(_every), WithJsonSchema(_EVERY)] = Field(
        default=None, description="How often it may be asked: hour, day, week, or 90m, 6h."
    )
    into: FilePath | None = Field(
        default=None, description="A folder of the inbox; the first one where nothing stands."
    )
    headers: Annotated[
        dict[str, dict[str, str]],
        PlainValidator(_headers),
        WithJsonSchema({"type": "object", "additionalProperties": _SECRET}),
    ] = Field(default={}, description="Headers that are secrets: {Authorization: {env: NAME}}.")


def read_sources(raw: Mapping[str, Any], base: Path, desk: Desk) -> tuple[Source, ...]:
    """The sources of a configuration; mistakes are put down, and leave out what they are about."""
    listed = raw.get("sources")
    if listed is None:
        return ()
    if not isinstance(listed, list):
        hint = "a dash before each source: - huggingface"
        desk.note(("sources",), f"sources: expected a list of sources, got {desk.kind(('sources',))}", hint)
        return ()
    found = [_source(("sources", place), entry, raw, base, desk) for place, entry in enumerate(listed)]
    _each_name_once(found, desk)
    return tuple(source for source in found if source)


def _each_name_once(found: list[Source | None], desk: Desk) -> None:
    seen: set[str] = set()
    for place, source in enumerate(found):
        if source and source.name in seen:
            what = f"the source {words.shown(source.name)} stands twice"
            desk.note(("sources", place), what, "give one of them a `name` of its own")
        seen.add(source.name if source else "")


def _source(steps: Steps, entry: object, raw: Mapping[str, Any], base: Path, desk: Desk) -> Source | None:
    if isinstance(entry, str):
        entry = {entry.strip(): None}
    if not isinstance(entry, dict):
        what = f"sources: expected a source with its settings, got {desk.kind(steps)}"
        desk.note(steps, what, "such as - arxiv: [cs.LG]")
        return None
    common = {key: value for key, value in entry.items() if key in names_of(SourceKeys)}
    # A key behind which nothing stands is not in the tree of values: `huggingface:` is one, and is enough.
    written = find(desk.root, steps)[1].entries or entry
    kind = _kind([key for key in written if key not in names_of(SourceKeys)], steps, desk)
    keys = _common(common, steps, desk)
    if kind is None:
        return None
    module = sources.load(kind)
    below = (*steps, kind)
    settings = read_settings(desk, below, module, entry.get(kind) or {})
    into = _into(keys.into if keys else None, steps, raw, base, desk)
    if settings is None or keys is None or into is None:
        return None
    return Source(
        name=keys.name or kind.replace("_", "-"),
        kind=kind,
        settings=settings,
        every=keys.every or module.EVERY,
        into=into,
        headers=tuple((name, _secret(found, base)) for name, found in keys.headers.items()),
    )


def _secret(found: Mapping[str, str], base: Path) -> Secret:
    path = Path(where.absolute(base, found["file"])) if "file" in found else None
    return Secret(env=found.get("env", ""), file=path)


def _kind(candidates: list[str], steps: Steps, desk: Desk) -> str | None:
    """Which of the keys names the kind of source; the others are mistakes."""
    kinds = [key for key in candidates if _is_kind(key)]
    others = [key for key in candidates if key not in kinds]
    listed = ", ".join(sources.names())
    if not candidates:
        desk.note(steps, "no kind of source stands here", f"one of {listed}")
    for key in others if kinds else others[:1]:
        known = (*names_of(SourceKeys), *sources.names())
        what = f"unknown key {words.shown(key)}" if kinds else f"there is no source {words.shown(key)}"
        hint = words.did_you_mean(key, known) or f"known are {', '.join(known if kinds else [listed])}"
        desk.note((*steps, key), what, hint, key=True)
    for key in kinds[1:]:
        desk.note((*steps, key), "a second source in one entry", "a dash before each source", key=True)
    return kinds[0] if kinds else None


def _is_kind(key: str) -> bool:
    try:
        sources.load(key)
    except NotFound:
        return False
    return True


def _common(raw: Mapping[str, Any], steps: Steps, desk: Desk) -> SourceKeys | None:
    try:
        return SourceKeys.model_validate(raw)
    except ValidationError as error:
        desk.translate(error.errors(include_url=False), lambda _: names_of(SourceKeys), steps)
        return None


def _into(told: str | None, steps: Steps, raw: Mapping[str, Any], base: Path, desk: Desk) -> Path | None:
    """The folder that dumps go into: one that `newsletter run` looks through."""
    inbox = raw.get("inbox") or where.INBOX
    named = [place for place in (inbox if isinstance(inbox, list) else [inbox]) if isinstance(place, str)]
    places = [Path(where.absolute(base, place)) for place in named if place.isprintable()]
    folders = [place for place in places if not glob.has_magic(str(place)) and not place.is_file()]
    if told is None and folders:
        return folders[0]
    if told is None:
        desk.note(steps, "there is no folder in `inbox` to put dumps into", "name one: into: dumps")
        return None
    into = Path(where.absolute(base, told))
    if any(into.is_relative_to(place) for place in folders) or any(map(_has_pattern, places)):
        return into
    desk.note((*steps, "into"), "into: this folder is not in the inbox", "add it to `inbox`")
    return None


def _has_pattern(place: Path) -> bool:
    """A pattern may find what is put into any folder: whether it does is for its writer to know."""
    return glob.has_magic(str(place))


def extra_warnings(config: Config) -> Iterator[str]:
    """What keeps sources from being asked on this machine."""
    if config.sources and find_spec("httpx2") is None:
        yield "sources: httpx2 is not installed, so nothing is fetched: pip install 'paper-newsletter[fetch]'"


def sources_schema(described: str) -> dict[str, Any]:
    """What may stand under `sources:`, as JSON Schema."""
    common = SourceKeys.model_json_schema()["properties"]
    kinds = {name: _kind_schema(name) for name in sources.names()}
    one = {
        "type": "object",
        "properties": {**kinds, **common},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {
        "description": described,
        "type": "array",
        "items": {"anyOf": [one, {"enum": list(sources.names())}]},
    }


def _kind_schema(name: str) -> dict[str, Any]:
    schema = settings_schema(sources.load(name))
    return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
