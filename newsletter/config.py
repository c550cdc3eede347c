"""Configuration: config.yaml and the files it names go in, a Config of frozen values comes out, or every
mistake at once, each with its place.

The keys stand in config_keys.py, those of sources in config_sources.py; no module but config*.py imports
pydantic. What a single word may be stands in config_words.py, what several keys together may not say in
config_checks.py, what settings mean in rules/ and sources/, and the making of values in config_values.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsletter import config_words as words
from newsletter import rules, where
from newsletter.config_checks import check, mappings
from newsletter.config_files import read_tree
from newsletter.config_keys import KEYS_AT, RootKeys
from newsletter.config_mistakes import Desk
from newsletter.config_settings import names_of, read_settings, settings_schema
from newsletter.config_sources import extra_warnings, read_sources, sources_schema
from newsletter.config_values import config_values
from newsletter.errors import ConfigError, NotFound
from newsletter.model import Rule
from newsletter.settings import Config
from newsletter.yaml_nodes import Steps, find, plain

# --------------------------------------------------------------------------------------------- a load


def load(path: Path) -> Config:
    """The configuration as values. Raises ConfigError with every mistake, in the order of the files."""
    tree = read_tree(path)
    desk = Desk(tree.root, tree.mistakes)
    raw = plain(tree.root, sum(len(source.content) for source in tree.sources))
    keys = _root_keys(raw, desk)
    checked = _Rules(desk)
    checked.read_all(raw)
    sources = read_sources(raw, where.folder(path), desk)
    check(raw, where.folder(path), desk.note)
    if desk.mistakes or keys is None:
        order = {source.name: number for number, source in enumerate(tree.sources)}
        raise ConfigError(sorted(desk.mistakes, key=lambda m: (order[m.file], m.line, m.column)))
    made = replace(config_values(keys, path, tree, checked.of), sources=sources)
    return replace(made, warnings=(*made.warnings, *extra_warnings(made)))


def _keys_at(steps: Steps) -> tuple[str, ...]:
    return names_of(KEYS_AT[tuple(step for step in steps if isinstance(step, str))])


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
        settings = read_settings(self.desk, steps, module, raw)
        if settings is not None:
            yield Rule(name=name, settings=settings)


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
    made["properties"]["sources"] = sources_schema(made["properties"]["sources"]["description"])
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
    known = {name: settings_schema(rules.load(name)) for name in rules.names()}
    one = {"type": "object", "properties": known, "additionalProperties": False, "minProperties": 1}
    return {"type": "array", "items": one, "minItems": 1}
