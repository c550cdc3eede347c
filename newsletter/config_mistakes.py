"""Configuration, mistakes: what was found wrong goes in, with the keys that lead there; Mistakes with file,
line and column come out, in our own words. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from newsletter import config_words as words
from newsletter.config_words import Expected, Wrong
from newsletter.model import Mistake
from newsletter.yaml_nodes import Node, Steps, find, last_key

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

KnownKeys = Callable[[Steps], tuple[str, ...]]
"""The keys that a mapping may have, by where it stands."""


class Desk:
    """Where mistakes are put down, each with the place of the node it is about."""

    def __init__(self, root: Node, mistakes: list[Mistake]) -> None:
        self.root = root
        self.mistakes = mistakes

    def kind(self, steps: Steps) -> str:
        return find(self.root, steps)[1].named_kind

    def note(
        self, steps: Steps, what: str, hint: str = "", *, key: bool = False, offset: int | None = None
    ) -> None:
        at = find(self.root, steps)[0 if key else 1]
        self.mistakes.append(at.mistake(what, hint, offset=offset))

    def translate(self, details: Iterable[ErrorDetails], known: KnownKeys, below: Steps = ()) -> None:
        """Put down what pydantic found, in our words; `below` is where it began to look."""
        for detail in details:
            self._translate(detail, known, (*below, *detail["loc"]))

    def _translate(self, detail: ErrorDetails, known: KnownKeys, steps: Steps) -> None:
        last = str(steps[-1])
        if detail["type"] == "extra_forbidden":
            names = known(detail["loc"][:-1])
            hint = words.did_you_mean(last, names) or f"known are {', '.join(names)}"
            self.note(steps, f"unknown key {words.shown(last)}", hint, key=True)
        elif detail["type"] == "missing":
            self.note(steps, f"the key `{last}` is missing")
        else:
            wrong = _wrong(detail["type"], detail.get("ctx", {}), detail["msg"])
            got = (
                f"expected {wrong.what}, got {self._got(steps)}"
                if isinstance(wrong, Expected)
                else wrong.what
            )
            self.note(steps, f"{last_key(self.root, steps)}: {got}", wrong.hint)

    def _got(self, steps: Steps) -> str:
        node = find(self.root, steps)[1]
        return words.shown(node.text) if node.named_kind == "a word" else node.named_kind


_EXPECTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "string_type": "a text",
    "list_type": "a list",
    "model_type": "a mapping of keys",
}
_BEYOND = {
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}


def _wrong(kind: str, context: Mapping[str, Any], message: str) -> Wrong:
    """A mistake that pydantic found, in our words; `context` is what it knows beside."""
    if isinstance(context.get("error"), Wrong):
        return cast("Wrong", context["error"])
    if kind in _EXPECTED:
        return Expected(_EXPECTED[kind])
    if kind in _BEYOND:
        return Wrong(_BEYOND[kind].format(**context))
    return Wrong(message[:1].lower() + message[1:])
