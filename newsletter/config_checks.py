"""Configuration, what no key shows alone: names that stand twice, readers without interests, folders in each
other's way, a key that cannot sign, a search that is not installed, a language that is not at hand.

The plain tree goes in, and mistakes come out beside whatever else is wrong, so that a file with one bad time
of day still hears of its double address. Looks at the disk to see whether folders are there, and at that key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import util
from pathlib import Path
from typing import Any, Protocol

from newsletter import config_words as words
from newsletter import languages, where
from newsletter.config_words import Wrong
from newsletter.errors import SecretMissing
from newsletter.secret import reveal
from newsletter.settings import Secret
from newsletter.yaml_nodes import Steps

Raw = Mapping[str, Any]

OWN = re.compile(r"own-[0-9a-f]{10}")
"""How profiles are named that a subscriber's own rules make."""


class Note(Protocol):
    """Puts a mistake down, at a key or a value."""

    def __call__(self, steps: Steps, what: str, hint: str = "", *, key: bool = False) -> None: ...


def mappings(raw: Raw, key: str) -> Iterator[tuple[int, Raw]]:
    """The mappings in a list of the tree, whatever else stands there."""
    value = raw.get(key)
    for place, part in enumerate(value if isinstance(value, list) else ()):
        if isinstance(part, dict):
            yield place, part


def check(raw: Raw, base: Path, note: Note) -> None:
    """Everything that several keys together may not say."""
    _profiles(raw, note)
    _readers(raw, note)
    _interests(raw, note)
    _folders(raw, base, note)
    _signing(raw, base, note)
    _searching(raw, note)
    _speaking(raw, note)
    _measuring(raw, note)


def _once(named: Iterable[tuple[Steps, str]], what: str, note: Note) -> set[str]:
    """Note whatever stands twice, and give back all that stands there."""
    seen: set[str] = set()
    for steps, name in named:
        if name in seen:
            note(steps, f"{what} {words.shown(name)} stands twice", "take one away, or put both together")
        seen.add(name)
    return seen


def _profiles(raw: Raw, note: Note) -> None:
    own = list(mappings(raw, "profiles"))
    named = [
        (("profiles", place, "name"), str(entry["name"]).strip()) for place, entry in own if "name" in entry
    ]
    names = _once(named, "the profile", note)
    for steps, name in named:
        if OWN.fullmatch(name):
            note(steps, f"{words.shown(name)} is kept for readers' own interests", "another name")
    former = [
        (("profiles", place, "formerly"), str(entry["formerly"]).strip())
        for place, entry in own
        if "formerly" in entry
    ]
    _once(former, "the former profile", note)
    for steps, name in former:
        if name in names:
            note(
                steps,
                f"formerly: a profile {words.shown(name)} is still there",
                "rename it, or take `formerly` away",
            )
    if not own and not any("rules" in entry for _, entry in mappings(raw, "subscribers")):
        note(("profiles",), "there is no profile: nobody would get anything", "newsletter init shows some")


def _reader(entry: Raw, key: str) -> str:
    """The folded address under a key; empty where there is none, or a wrong one."""
    try:
        return words.folded(words.mail_address(entry.get(key)))
    except Wrong:
        return ""


def _readers(raw: Raw, note: Note) -> None:
    for key, what in (("address", "the subscriber"), ("formerly", "the former address")):
        readers = ((place, _reader(entry, key)) for place, entry in mappings(raw, "subscribers"))
        found = _once(
            ((("subscribers", place, key), reader) for place, reader in readers if reader), what, note
        )
        if key == "address":
            present = found
    for place, entry in mappings(raw, "subscribers"):
        if "formerly" in entry and _reader(entry, "formerly") in present:
            steps = ("subscribers", place, "formerly")
            note(steps, "formerly: this address is still a subscriber", "take one of the two away")


def _interests(raw: Raw, note: Note) -> None:
    for place, entry in mappings(raw, "subscribers"):
        if not entry.get("profiles") and "rules" not in entry:
            note(("subscribers", place), "this subscriber has no interests", "give profiles, rules or both")
        for key in ("limit", "threshold"):
            if key in entry and "rules" not in entry:
                hint = "a profile has its own; take it away here"
                note(
                    ("subscribers", place, key),
                    f"`{key}` goes with a subscriber's own `rules`",
                    hint,
                    key=True,
                )


def _folders(raw: Raw, base: Path, note: Note) -> None:
    out = Path(where.absolute(base, _word(raw, "out") or where.OUT))
    state = _word(raw, "state") or where.STATE
    if "://" not in state and Path(where.absolute(base, state)).is_relative_to(out):
        note(
            ("state",), f"the state would stand inside {out.name}/, which may be published", "another folder"
        )
    log = raw.get("log")
    file = _word(log, "file") if isinstance(log, dict) else ""
    if file and Path(where.absolute(base, file)).is_relative_to(out):
        what = f"the log would stand inside {out.name}/, which may be published"
        note(("log", "file"), what, "another folder")
    for steps, place in _inbox(raw):
        if "://" in place:
            note(steps, f"{words.shown(place)} is an address, and no folder", "sources: [feed: ADDRESS]")
        if Path(where.absolute(base, _without_pattern(place))).is_relative_to(out):
            note(steps, f"the inbox would stand inside {out.name}/, which is written anew", "another folder")
    templates = _word(raw, "templates")
    if templates and not Path(where.absolute(base, templates)).is_dir():
        note(("templates",), f"there is no folder {words.shown(templates)}", "make it, or take the key away")


def _signing(raw: Raw, base: Path, note: Note) -> None:
    """The key for DKIM, if a file holds it: a mail that cannot be signed is better told of now."""
    found: Any = raw
    for step in ("email", "dkim", "key"):
        found = found.get(step) if isinstance(found, dict) else None
    path = _word(found, "file") if isinstance(found, dict) else ""
    if not path:
        return
    from newsletter.dkim import checked  # noqa: PLC0415 - cryptography, 30 ms

    try:
        checked(reveal(Secret(file=Path(where.absolute(base, path))), "file"))
    except SecretMissing as error:
        note(("email", "dkim", "key"), error.what, error.hint)


def _searching(raw: Raw, note: Note) -> None:
    """A search that needs a program: better told now than after the site is made."""
    site = raw.get("site")
    if not isinstance(site, dict) or site.get("search") != "pagefind":
        return
    from newsletter.fulltext import program  # noqa: PLC0415 - only for who asks for it

    if program() is None:
        note(("site", "search"), "pagefind is not installed", "pip install '.[pagefind]', or minisearch")


def _speaking(raw: Raw, note: Note) -> None:
    """A language that nobody has translated the pages into would be English in disguise."""
    site = raw.get("site")
    try:
        tag = words.language(site.get("language", languages.OWN)) if isinstance(site, dict) else languages.OWN
    except Wrong:  # no tag at all, which is told already
        return
    if not languages.spoken(tag):
        known = ", ".join(languages.at_hand())
        hint = f"at hand: {known}; docs/howto/translate.md adds one"
        note(("site", "language"), f"the pages have no words in the language {words.shown(tag)}", hint)


def _measuring(raw: Raw, note: Note) -> None:
    if "metrics_file" in raw and util.find_spec("prometheus_client") is None:
        what = "prometheus-client is not installed"
        note(("metrics_file",), what, "pip install '.[metrics]', or take the key away")


def _word(raw: Raw, key: str) -> str:
    """The path under a key; empty where something else stands there, which another check tells."""
    value = raw.get(key)
    return value.strip() if isinstance(value, str) and value.isprintable() else ""


def _inbox(raw: Raw) -> Iterator[tuple[Steps, str]]:
    value = raw.get("inbox", where.INBOX)
    for place, part in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(part, str) and part.isprintable():
            yield ("inbox", place), part.strip()


def _without_pattern(place: str) -> str:
    """A glob's folder: all before the first part with a wildcard."""
    return re.split(r"[^/]*[*?\[]", place, maxsplit=1)[0] or "."
