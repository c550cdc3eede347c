"""Configuration, open sets: what stands behind the name of a rule or a source goes in, the Settings of that
module come out, or mistakes. The keys are the plain fields of its Settings.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from dataclasses import Field as DataclassField
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, Field, ValidationError, create_model

from newsletter.config_keys import Keys
from newsletter.config_kinds import Text, Weight, Words
from newsletter.config_mistakes import Desk
from newsletter.yaml_nodes import Steps

Module = Any
"""A module of an open set, with `Settings`, `SHORT` and `check`."""


def read_settings(desk: Desk, steps: Steps, module: Module, raw: object) -> Any:  # noqa: ANN401 - any Settings
    """The settings of a module of an open set; None where types do not fit. Flaws are put down too."""
    model = settings_model(module)
    try:
        keys = model.model_validate(_written_out(desk, steps, module, raw))
    except ValidationError as error:
        desk.translate(error.errors(include_url=False), lambda _: names_of(model), steps)
        return None
    settings = module.Settings(**{known.name: getattr(keys, known.name) for known in fields(module.Settings)})
    for flaw in module.check(settings):
        what = f"{_name(module)}: {flaw.what}"
        desk.note((*steps, *flaw.path), what, flaw.hint, offset=flaw.offset)
    return settings


def names_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a mapping as they are written."""
    return tuple(known.alias or name for name, known in model.model_fields.items())


def _name(module: Module) -> str:
    name: str = module.__name__
    return name.rpartition(".")[2]


def _written_out(desk: Desk, steps: Steps, module: Module, raw: object) -> object:
    """The long form of settings: a bare list, or a bare word that is no number, stands for one field."""
    if isinstance(raw, dict):
        return raw
    takes_many = settings_model(module).model_fields[module.SHORT].annotation is not str
    one_of_many = takes_many and isinstance(raw, str) and desk.kind(steps) != "a number"
    return {module.SHORT: [raw] if one_of_many else raw}


@cache
def settings_model(module: Module) -> type[BaseModel]:
    """The keys of a module, from the plain fields of its Settings."""
    settings = module.Settings
    hints = get_type_hints(settings)
    known: dict[str, Any] = {
        each.name: (_field_type(each.name, hints[each.name]), _default(each)) for each in fields(settings)
    }
    return create_model(
        f"{_name(module).capitalize()}Settings", __base__=Keys, __doc__=module.__doc__, **known
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


def settings_schema(module: Module) -> dict[str, Any]:
    """The long form, or what its short field takes, as JSON Schema."""
    long = settings_model(module).model_json_schema()
    told = (module.__doc__ or "").partition("\n\n")[0]
    short = dict(long["properties"][module.SHORT])
    short.pop("default", None)
    either = [{key: value for key, value in long.items() if key != "description"}, short]
    if short.get("type") == "array":
        either.append({"type": "string"})
    return {"description": " ".join(told.split()), "anyOf": either}
