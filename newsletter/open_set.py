"""The open sets: a folder of modules where the file's name is the key. Names out, modules out.

Dump formats, rules, outputs and commands are such folders: no registry, no decorator. What others offer
comes through entry points, which are read only for a name that is not ours.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from newsletter.errors import NotFound


def names(folder: Iterable[str]) -> tuple[str, ...]:
    """The modules of a package's folder (its `__path__`), but for those that begin with an underscore."""
    return _names(tuple(folder))


@lru_cache
def _names(folder: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(folder) if module.name[0] != "_"))


def load(package: str, folder: Iterable[str], name: str, what: str) -> ModuleType:
    """The module of that name in a package, else what an installed package offers in the group of that name.

    Raises NotFound with a guess; `what` is what it calls such a thing.
    """
    if name in names(folder):
        return import_module(f"{package}.{name}")
    from importlib.metadata import entry_points  # noqa: PLC0415 - 20 ms, only for names that are not ours

    for offered in entry_points(group=package, name=name):
        module: ModuleType = offered.load()
        return module
    raise NotFound(f"there is no {what} {name!r}", hint=did_you_mean(name, names(folder)))


def others(package: str) -> Iterator[str]:
    """The names under which installed packages offer modules for the group of that name."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - as above

    yield from sorted({offered.name for offered in entry_points(group=package)})


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest of the known names as a question, else all of them."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    near = get_close_matches(name, tuple(known), n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
