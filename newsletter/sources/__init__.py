"""The open set of sources: where dumps are fetched from. The file's name is the key in config.yaml.

A source module has

    Settings            what config.yaml may say: a frozen dataclass of plain fields
    SHORT               the field that a bare word or list stands for: ``arxiv: [cs.LG]``
    EVERY               after how many minutes it may be asked again, where config.yaml says nothing
    check(settings)     the mistakes that types do not show, as Flaws
    asked_for(settings) what is asked for, in a line: what is known of a source holds as long as that does
    requests(settings, known, now)                  what to ask in this turn, in its order
    hear(settings, request, answer, known, now)     what an answer means, as Heard

A conversation as values: nothing is asked here, no file is written, no clock is read. What is the same for
all sources (statuses, waits, names of files) is not here but in patience.py and fetch.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import ModuleType
from urllib.parse import urlsplit

from newsletter import open_set
from newsletter.model import Known
from newsletter.rules import Flaw

ASIDE = "aside"
"""The trouble of an answer that is no dump, or a strange one: it is kept for somebody to look at."""
SHORT_ANSWER = "short"
"""The trouble of an answer that is not whole: it is asked for again."""


def names() -> tuple[str, ...]:
    """The sources that are shipped."""
    return open_set.names(__path__)


def load(name: str) -> ModuleType:
    """The source of that name. Raises NotFound with a guess at what was meant."""
    return open_set.load(__name__, __path__, name, "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask: an address, and at least so many seconds after the last request to the same site.

    `day` and `part` name the file that the answer becomes; `conditional` asks only for what is newer than
    what is known; `again` marks a question that was begun anew after the source had lost its place.
    """

    url: str
    day: date
    part: int = 1
    pause: float = 1.0
    conditional: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was looked through: the format that recognised it, how many listings it holds.

    `same` names all that is listed in it, whatever else has changed; `flaw` says what keeps it from being
    read, `cut` that it ends too early; `head` is its first 64 KiB, `tail` its last MiB; `etag` and `modified`
    are what it says of itself.
    """

    size: int
    head: bytes
    tail: bytes
    format: str = ""
    listings: int = 0
    same: str = ""
    flaw: str = ""
    cut: bool = False
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong with a source: its kind, in words, and what to do now."""

    kind: str
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an answer means: what is known from now on, whether it is a dump to keep, what to ask next."""

    known: Known
    keep: bool = False
    trouble: Trouble | None = None
    more: tuple[Request, ...] = field(default=())


# ----------------------------------------------------------------------------------------- what is odd

_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_LOOK = "look at it: if it is a list of papers, move it into the inbox; else the next turn asks again"
_SIZES = 5
_USUAL = 3
"""From so many good answers on it is known how large one usually is."""
_TINY = 20
"""An answer that is smaller than the twentieth part of the usual one is odd."""
_SMALL = 4096
"""Where few hundred bytes are usual, none are odd."""


def unfit(answer: Answer, formats: Collection[str]) -> Trouble | None:
    """Why an answer is no dump of one of these formats (of any, where none is named), if it is none."""
    if answer.format and (not formats or answer.format in formats):
        kind = SHORT_ANSWER if answer.cut else ASIDE
        return Trouble(kind=kind, what=answer.flaw, hint=_LOOK) if answer.flaw else None
    if _PAGE.match(answer.head):
        title = _TITLE.search(answer.head)
        said = f" titled “{_shown(title[1])}”" if title else ""
        return Trouble(kind=ASIDE, what=f"it answered with a web page{said}", hint=_LOOK)
    if answer.format:
        return Trouble(kind=ASIDE, what=f"it answered with another format: {answer.format}", hint=_LOOK)
    return Trouble(kind=ASIDE, what="no dump format recognises its answer", hint=_LOOK)


def _shown(raw: bytes) -> str:
    """A text out of a hostile page: one short line without control characters."""
    text = " ".join(raw.decode("utf-8", "replace").split())
    return "".join(letter for letter in text if letter.isprintable())[:80]


def tiny(answer: Answer, known: Known) -> Trouble | None:
    """Whether an answer is far smaller than the last good ones were."""
    usual = sorted(known.sizes)[len(known.sizes) // 2] if len(known.sizes) >= _USUAL else 0
    if usual < _SMALL or answer.size * _TINY >= usual:
        return None
    what = f"its answer has {answer.size:,} bytes, and {usual:,} are usual"
    return Trouble(kind=ASIDE, what=what, hint=_LOOK)


def weighed(known: Known, answer: Answer) -> Known:
    """What is known, with the size of one more answer. Odd ones count: what stays odd becomes usual."""
    return replace(known, sizes=(*known.sizes, answer.size)[-_SIZES:])


# ------------------------------------------------------------------------------------------- days

LATE = timedelta(hours=6)
"""A day is over when it is over in New York too, where arXiv and bioRxiv keep their calendars."""


def last_day(now: datetime) -> date:
    """The last day that is over everywhere."""
    return (now - LATE).date() - timedelta(days=1)


def missed(known: Known, since: str, until: date, most: int | None = None) -> tuple[date, ...]:
    """The days from the one after the cursor until that day; at first from `since`, or that day alone."""
    first = until if not since else date.fromisoformat(since)
    if known.cursor:
        first = date.fromisoformat(known.cursor) + timedelta(days=1)
        first = max(first, until - timedelta(days=most - 1)) if most else first
    return tuple(first + timedelta(days=each) for each in range((until - first).days + 1))


# ----------------------------------------------------------------------------------------- flaws


def since_flaws(since: str) -> Iterable[Flaw]:
    """A first day has to be an ISO date."""
    try:
        if since:
            date.fromisoformat(since)
    except ValueError:
        yield Flaw(path=("since",), what=f"{since[:40]!r} is no date", hint="such as 2026-11-01")


def count_flaws(field: str, count: int, most: int) -> Iterable[Flaw]:
    """A number has to be one from 1 to the most."""
    if not 1 <= count <= most:
        yield Flaw(path=(field,), what=f"{field} is a number from 1 to {most}", hint="such as 14")


def url_flaws(url: str, field: str = "url") -> Iterable[Flaw]:
    """An address is one of the web, and holds no password: it may come to stand in messages."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s<>\"\\]", url):
        yield Flaw(path=(field,), what="this is no address of the web", hint="it begins with https://")
    elif parts.username is not None or parts.password is not None:
        yield Flaw(
            path=(field,),
            what="there is a name or password in this address",
            hint="take it out, and give headers: {Authorization: {env: NAME}}",
        )


def plain_flaws(field: str, word: str, allowed: str) -> Iterable[Flaw]:
    """A word that becomes part of an address holds nothing but such letters."""
    if word and not re.fullmatch(allowed, word):
        yield Flaw(path=(field,), what=f"{word[:40]!r} cannot stand here", hint="a plain name")
