"""Configuration, a quick look: which files it is read from, their digest, and where the folders are.

A run that has nothing to do needs no more than this, so nothing is validated here and pydantic stays out:
`locate` says None as soon as anything looks odd, and config.load then tells the mistakes.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import ConfigError
from newsletter.model import Mistake
from newsletter.settings import Secret
from newsletter.yaml_nodes import Node, compose

INBOX = "dumps"
STATE = "state/newsletter.db"
OUT = "out"
"""What holds where config.yaml says nothing."""

_WORDS = {"state": STATE, "out": OUT, "notes": "", "templates": "", "metrics_file": ""}
"""The keys that have one word, with what holds where it is missing."""

SPLIT = ("profiles", "subscribers")
"""The keys whose values may stand in files of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where everything is, by a configuration that nobody validated; the fields are those of Config."""

    path: Path
    digest: str
    state: str
    out: Path
    inbox: tuple[str, ...]
    notes: Path | None
    templates: Path | None
    ping: Secret | str
    metrics: Path | None
    files: tuple[Path, ...]
    """Every file the configuration is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of the configuration: `name` is how messages call it."""

    path: Path
    name: str
    content: bytes

    @property
    def text(self) -> str:
        """Its text, UTF-8 unless a byte order mark says UTF-16. Raises ConfigError at the first odd byte."""
        encoding = "utf-16" if self.content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            return self.content.decode(encoding)
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            column = error.start - self.content.rfind(b"\n", 0, error.start)
            what = (
                f"the byte 0x{self.content[error.start]:02X} is not {encoding.removesuffix('-sig').upper()}"
            )
            hint = "save the file as UTF-8"
            mistake = Mistake(file=self.name, line=line, column=column, what=what, hint=hint)
            raise ConfigError([mistake]) from error


def locate(path: Path) -> Located | None:
    """Folders, files and digest of a configuration, or None where only config.load can say what is wrong."""
    try:
        main = read(folder(path) / path.name, str(path))
        mistakes: list[Mistake] = []
        root = compose(main.text, main.name, mistakes)
        if root is None or root.kind != "mapping" or mistakes:
            return None
        return _located(path, main, root)
    except (ConfigError, ValueError):
        return None


def _located(path: Path, main: Source, root: Node) -> Located | None:
    base = folder(path)
    words = {key: _one(root, key, default) for key, default in _WORDS.items()}
    inbox, ping = _many(root, "inbox", INBOX), _named(root, "ping", base)
    told = {key: word for key, word in words.items() if word is not None}
    if told.keys() != words.keys() or ping is None or not inbox or "://" in told["state"]:
        return None
    sources = (main, *included(root, path))
    paths = {key: Path(absolute(base, word)) if word else None for key, word in told.items()}
    if paths["templates"] and not paths["templates"].is_dir():
        return None
    return Located(
        path=base / path.name,
        digest=digest(sources, base),
        state=absolute(base, told["state"]),
        out=Path(absolute(base, told["out"])),
        inbox=tuple(absolute(base, place) for place in inbox),
        notes=paths["notes"],
        templates=paths["templates"],
        ping=ping,
        metrics=paths["metrics_file"],
        files=tuple(source.path for source in sources),
    )


def folder(path: Path) -> Path:
    """The folder that a configuration's paths are relative to."""
    return Path(os.path.abspath(path)).parent  # noqa: PTH100 - resolve() would follow a link away from its folder


def absolute(base: Path, text: str) -> str:
    """A path of config.yaml made absolute: below its folder, or the home directory where it begins with ~."""
    return os.path.abspath(base / os.path.expanduser(text))  # noqa: PTH100, PTH111 - as above; never raises


def read(path: Path, name: str) -> Source:
    """One file. Raises ConfigError where it is missing or cannot be read."""
    try:
        return Source(path=path, name=name, content=path.read_bytes())
    except FileNotFoundError as error:
        what = "there is no such file"
        failure: OSError = error
    except OSError as error:
        what = f"it cannot be read: {(error.strerror or str(error)).lower()}"
        failure = error
    mistake = Mistake(file=name, line=1, column=1, what=what)
    raise ConfigError([mistake], hint="newsletter init makes a config.yaml that works") from failure


def included(root: Node, path: Path) -> Iterator[Source]:
    """The files that hold profiles and subscribers. Raises ConfigError where a pattern finds none."""
    for key in SPLIT:
        if key in root.entries:
            for pattern in patterns(root.entries[key][1]):
                yield from matching(pattern, path)


def patterns(value: Node) -> Iterator[Node]:
    """The words among a key's values: each is a file, or a pattern for several."""
    for part in value.parts if value.kind == "sequence" else [value]:
        if part.kind == "scalar" and not part.is_nothing:
            yield part


def matching(pattern: Node, path: Path) -> Iterator[Source]:
    """The files one pattern finds, in the order of their names. Raises ConfigError where there is none."""
    names = glob.glob(absolute(folder(path), pattern.text), recursive=True)  # noqa: PTH207 - may be absolute
    found = [name for name in sorted(names) if Path(name).is_file()]
    if not found:
        raise ConfigError(
            [pattern.mistake(f"no file is found by `{pattern.text}`", "paths are relative to config.yaml")]
        )
    for name in found:
        below = os.path.relpath(name, folder(path))
        yield read(Path(name), str(path.parent / below))


def digest(sources: Iterable[Source], base: Path) -> str:
    """A name for the whole configuration: SHA-256 over the files' content and names below its folder."""
    total = hashlib.sha256()
    for source in sources:
        name = os.path.relpath(source.path, base).encode("utf-8", "surrogateescape")
        for part in (name, source.content):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _one(root: Node, key: str, default: str = "") -> str | None:
    """The word of a key; None where it has something else."""
    if key not in root.entries or root.entries[key][1].is_nothing:
        return default
    value = root.entries[key][1]
    return value.text.strip() if value.kind == "scalar" else None


def _named(root: Node, key: str, base: Path) -> Secret | str | None:
    """The word of a key, or the secret it names; None where it has something else."""
    if key not in root.entries or root.entries[key][1].is_nothing:
        return ""
    value = root.entries[key][1]
    if value.kind == "scalar":
        return value.text.strip()
    env, file = (_one(value, kind) for kind in ("env", "file")) if value.kind == "mapping" else (None, None)
    if env is None or file is None or bool(env) == bool(file):
        return None
    return Secret(env=env, file=Path(absolute(base, file)) if file else None)


def _many(root: Node, key: str, default: str) -> tuple[str, ...]:
    """The word or words of a key; empty where it has something else."""
    if key not in root.entries or root.entries[key][1].is_nothing:
        return (default,)
    value = root.entries[key][1]
    parts = value.parts if value.kind == "sequence" else [value]
    return tuple(part.text.strip() for part in parts) if all(part.kind == "scalar" for part in parts) else ()
