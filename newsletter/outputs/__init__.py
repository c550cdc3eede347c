"""The outputs: an open set, one module each. The file's name is the key in config.yaml.

Most have ``artifacts(archive, press)``, which yields what they put into out/site; `email` has
``letter(digest, press, …)``. Others come from the entry-point group ``newsletter.outputs``.
"""

from __future__ import annotations

import difflib
import pkgutil
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType

from newsletter.errors import NotFound

GROUP = "newsletter.outputs"


@cache
def names() -> tuple[str, ...]:
    """The outputs that are shipped."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


def load(name: str) -> ModuleType:
    """The output of that name. Raises NotFound with a guess at what was meant."""
    if name in names():
        return import_module(f"{__name__}.{name}")
    for point in entry_points(group=GROUP, name=name):
        module: ModuleType = point.load()
        return module
    close = difflib.get_close_matches(name, names(), 1)
    hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(names())}"
    raise NotFound(f"there is no output {name!r}", hint=hint)
