"""What comes with the program: its templates and the example, beside the modules in a wheel and above them
in a checkout, and its words in other languages. Paths out; nothing is read but file times.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).parent


def templates() -> Path:
    """The folder of the shipped templates."""
    wheel = PACKAGE / "templates"
    return wheel if wheel.is_dir() else PACKAGE.parent / "templates"


def catalogues() -> Path:
    """The folder of the languages: LANGUAGE/LC_MESSAGES/newsletter.mo in it for each."""
    return PACKAGE / "locale"


def example() -> Path:
    """The folder that holds the example's config.yaml and dumps/."""
    wheel = PACKAGE / "example"
    return wheel if wheel.is_dir() else PACKAGE.parent


def template_folders(own: Path | None) -> tuple[Path, ...]:
    """Where templates are looked for, in this order: the user's own folder, the shipped one."""
    return (templates(),) if own is None else (own, templates())


def templates_stamp(own: Path | None) -> str:
    """A fingerprint of all template files, and of the words in them, by name, size and time. Reads none."""
    seen = hashlib.sha256()
    for folder in (*template_folders(own), catalogues()):
        for path in sorted(folder.rglob("*")):
            facts = path.stat()
            if path.is_file():
                seen.update(f"{path.relative_to(folder)}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return seen.hexdigest()
