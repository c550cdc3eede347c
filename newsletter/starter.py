"""A configuration to begin with: the answers to five questions go in, the text of a config.yaml comes out.

Pure: who is asked, and where it is written, is the command line's affair (cli/init.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsletter import config_words as words
from newsletter import rules
from newsletter.config_words import Wrong
from newsletter.identity import slug

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./@*+()'<>-]|:(?=\S))*")
_MEANT = frozenset(("null", "true", "false", "yes", "no", "on", "off"))
"""Words that YAML may take for something else."""
_CATEGORY = re.compile(
    r"(?:astro-ph|cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat)\.(?:[A-Za-z-]+|\*)"
    r"|astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph"
)
"""What arXiv calls its subject classes (https://arxiv.org/category_taxonomy)."""
SOURCES = ("huggingface", "arxiv")
"""Sources that need nothing said, or categories alone."""
SENTENCE = 5
"""So many words are no phrase to look for, but a sentence on what one wants to read."""
SCHEMA = "config.schema.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interests:
    """What somebody cares about, as the rules say it."""

    keywords: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    topic: str = ""

    @property
    def first(self) -> str:
        """What names the profile."""
        return (*self.keywords, *self.categories, self.topic)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who gets a digest a day, and when."""

    address: str = ""
    at: str = "07:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where papers come from: a folder that somebody fills, and sources that are asked."""

    inbox: str = "dumps"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What init asks for, each with what holds where nobody answers."""

    title: str = "Reading list"
    url: str = ""
    origins: Origins = Origins()
    interests: Interests = Interests(keywords=("diffusion", "score matching"))
    reader: Reader = Reader()
    timezone: str = "UTC"


def interests(text: str) -> Interests:
    """From words, phrases, categories and a sentence between commas. Raises Wrong."""
    parts = [part.strip() for part in re.split(r"[,;]", words.some_line(text)) if part.strip()]
    categories = tuple(part for part in parts if _CATEGORY.fullmatch(part))
    sentences = [part for part in parts if len(part.split()) >= SENTENCE]
    keywords = tuple(part for part in parts if part not in (*categories, *sentences))
    if len(sentences) > 1:
        raise Wrong("that is more than one sentence", "begin with one of them; config.yaml takes more")
    if not parts:
        raise Wrong("there is no word in this", "such as diffusion, score matching, cs.LG")
    found = Interests(keywords=keywords, categories=categories, topic="".join(sentences))
    for name, settings in _rules_of(found):
        for flaw in rules.load(name).check(rules.load(name).Settings(**settings)):
            raise Wrong(flaw.what, flaw.hint)
    return found


def _rules_of(wanted: Interests) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rules that say it: each name with its settings."""
    if wanted.keywords:
        yield "keywords", {"any": wanted.keywords}
    if wanted.categories:
        yield "categories", {"any": wanted.categories}
    if wanted.topic:
        yield "topic", {"text": wanted.topic}


def origins(text: str) -> Origins:
    """From a folder, names of sources, or both between commas. Raises Wrong."""
    parts = [part.strip() for part in words.some_line(text).split(",") if part.strip()]
    folders = [part for part in parts if part not in SOURCES]
    for address in (part for part in folders if "://" in part):
        hint = "a folder here; config.yaml takes it under sources: [feed: ADDRESS]"
        raise Wrong(f"{words.shown(address)} is an address, and no folder", hint)
    if len(folders) > 1:
        raise Wrong(
            f"{words.shown(folders[1])} is a second folder", f"one folder, and of {', '.join(SOURCES)}"
        )
    inbox = words.path(folders[0]) if folders else Origins().inbox
    return Origins(inbox=inbox, sources=tuple(name for name in SOURCES if name in parts))


def reader(text: str) -> Reader:
    """From an address, with an hour behind it or not; from nothing nobody. Raises Wrong."""
    address, _, hour = words.line(text).partition(" ")
    if not address:
        return Reader()
    return Reader(address=words.mail_address(address), at=hour_of(hour) if hour.strip() else Reader().at)


def hour_of(text: str) -> str:
    """A time of day as config.yaml has it. Raises Wrong."""
    hours, minutes = divmod(words.at(words.some_line(text)), 60)
    return f"{hours:02}:{minutes:02}"


def config_text(answers: Answers) -> str:
    """A config.yaml with comments."""
    return "\n".join((*_head(), *_site(answers), *_email(answers), *_profile(answers), *_reader(answers), ""))


def _head() -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA}"
    yield "#"
    yield "# Where papers come from, who cares about what, and where it all goes."
    yield "# `newsletter check` says what this file means and finds every mistake in it at once."
    yield "# Words, times and dates need no quotes; only a text with a colon or a # in it does."
    yield "# Paths are relative to this file. `newsletter init --example DIR` shows a longer one."


def _site(answers: Answers) -> Iterator[str]:
    yield ""
    yield "site:"
    yield f"  title: {scalar(answers.title)}"
    if answers.url:
        yield f"  url: {scalar(answers.url)}  # where out/site is hosted; feeds and mails link there"
    else:
        yield "  # url: https://example.org/papers  # where out/site will be hosted; mails link there"
    yield f"  timezone: {scalar(answers.timezone)}  # of editions, and of readers who name none"
    yield ""
    yield f"inbox: {scalar(answers.origins.inbox)}  # put lists of papers there: pages, mails, exports"
    yield from _sources(answers)
    yield "state: state/newsletter.db  # what was seen and sent; keep it, and keep it private"
    yield "out: out  # out/site is the site, out/mail holds the mails"
    yield ""
    yield "# publish:  # a command that takes out/site to where it is hosted, whenever it has changed"
    yield "#   after: rsync -a --delete ./ me@example.org:papers/"


def _sources(answers: Answers) -> Iterator[str]:
    asked, categories = answers.origins.sources, _listed(answers.interests.categories or ("cs.LG",))
    told = {"huggingface": "huggingface", "arxiv": f"arxiv: {categories}"}
    listed = ", ".join(told[name] for name in asked or SOURCES)
    if asked:
        yield f"sources: [{listed}]  # `newsletter run --fetch` asks those that are due"
    else:
        yield "# or let them come by `newsletter run --fetch` (an extra: pip install '.[fetch]'):"
        yield f"# sources: [{listed}]"


def _email(answers: Answers) -> Iterator[str]:
    yield ""
    if answers.reader.address:
        yield "email:"
        yield f"  from: {_sender(answers)}"
        yield f"  unsubscribe: {scalar(f'mailto:{answers.reader.address}')}  # how a reader leaves"
        yield "  via: files  # each mail becomes a file in out/mail; smtp: really send, by this relay:"
        yield "  # smtp: {host: smtp.example.org, user: me, password: {env: SMTP_PASSWORD}}"
    else:
        yield "# email:"
        yield "#   from: Reading list <list@example.org>"
        yield "#   unsubscribe: mailto:leave@example.org"
        yield "#   via: smtp"
        yield "#   smtp: {host: smtp.example.org, user: me, password: {env: SMTP_PASSWORD}}"


def _sender(answers: Answers) -> str:
    """With the list's name, where that can stand before an address."""
    address = answers.reader.address
    named = f"{answers.title} <{address}>"
    try:
        return scalar(named if words.sender(named) == (answers.title, address) else address)
    except Wrong:
        return scalar(address)


def _profile(answers: Answers) -> Iterator[str]:
    wanted = answers.interests
    yield ""
    yield "# Any rule that matches lets a paper in and adds to its score; `mute` keeps it out."
    yield "profiles:"
    yield f"  - name: {profile_name(wanted)}  # stable for ever: addresses hang on it"
    yield f"    title: {scalar(wanted.first[:1].upper() + wanted.first[1:])}"
    yield "    limit: 15  # papers in one digest; the rest waits for the next"
    yield "    rules:"
    for name, settings in _rules_of(wanted):
        for value in settings.values():
            yield f"      - {name}: {scalar(value) if isinstance(value, str) else _listed(value)}"
    yield "      # - authors: [Ada Lovelace]"
    yield "      # - mute: [survey]"


def _reader(answers: Answers) -> Iterator[str]:
    yield ""
    mark = "" if answers.reader.address else "# "
    yield f"{mark}subscribers:"
    yield f"{mark}  - address: {scalar(answers.reader.address or 'ada@example.org')}"
    yield f"{mark}    profiles: [{profile_name(answers.interests)}]"
    yield f"{mark}    every: day  # day | weekday | week | month | a cron line such as 30 7 * * 1-5"
    yield f"{mark}    at: {answers.reader.at}"


def profile_name(of: Interests) -> str:
    """The slug of what comes first."""
    return slug(of.first, 40)


def _listed(each: tuple[str, ...]) -> str:
    return f"[{', '.join(map(scalar, each))}]"


def scalar(text: str) -> str:
    """A text as a value of YAML: in quotes where it could be taken for something else."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _MEANT and text == text.strip()
    return text if plain else json.dumps(text, ensure_ascii=False)
