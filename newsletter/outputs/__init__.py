"""The outputs: an open set, one module each. The file's name is the key in config.yaml.

Most have ``artifacts(archive, press)``, which yields what they put into out/site; `email` has
``letter(digest, press, …)``. Others come from the entry-point group ``newsletter.outputs``.
"""

from __future__ import annotations

from types import ModuleType

from newsletter import open_set


def names() -> tuple[str, ...]:
    """The outputs that are shipped."""
    return open_set.names(__path__)


def load(name: str) -> ModuleType:
    """The output of that name. Raises NotFound with a guess at what was meant."""
    return open_set.load(__name__, __path__, name, "output")
