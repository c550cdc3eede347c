"""Configuration: config.yaml and the files it names go in, a Config of frozen values comes out, or every
mistake at once, each with its place.

The keys stand in config_keys.py, which with this is the only module that imports pydantic. What a single word
may be stands in config_words.py, what several keys together may not say in config_checks.py, what a rule's
settings mean in rules/, and the making of values in config_values.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from dataclasses import Field as DataclassField
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    create_model,
)

from newsletter import config_words as words
from newsletter import rules, where
from newsletter.config_checks import check, mappings
from newsletter.config_files import read_tree
from newsletter.config_keys import KEYS_AT, Keys, RootKeys
from newsletter.config_kinds import Text, Weight, Words
from newsletter.config_mistakes import Desk
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
    check(raw, where.folder(path), desk.note)
    if desk.mistakes or keys is None:
        order = {source.name: number for number, source in enumerate(tree.sources)}
        raise ConfigError(sorted(desk.mistakes, key=lambda m: (order[m.file], m.line, m.column)))
    return config_values(keys, path, tree, checked.of)


def _keys_at(steps: Steps) -> tuple[str, ...]:
    return _names_of(KEYS_AT[tuple(step for step in steps if isinstance(step, str))])


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
