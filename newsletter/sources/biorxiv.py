"""biorxiv: what bioRxiv or medRxiv posted, a dump a day from its API, in parts of a hundred.

What goes in and out: newsletter/sources. A day is asked for once it is over, so that each preprint is listed
once; what was missed is caught up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import quote

from newsletter.model import Known
from newsletter.rules import Flaw
from newsletter.sources import (
    SHORT_ANSWER,
    Answer,
    Heard,
    Request,
    Trouble,
    count_flaws,
    last_day,
    missed,
    plain_flaws,
    since_flaws,
    unfit,
    url_flaws,
)

SHORT = "server"
EVERY = 12 * 60
PAGE = 100
LONGEST_GAP = 366
SERVERS = ("biorxiv", "medrxiv")
_FORMATS = ("biorxiv",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`since` is the first day of all; of days that were missed later at most `catch_up` are asked for."""

    server: str = "biorxiv"
    category: str = ""
    since: str = ""
    catch_up: int = 31
    url: str = "https://api.biorxiv.org"


def check(settings: Settings) -> tuple[Flaw, ...]:
    unknown = () if settings.server in SERVERS else (_unknown(settings.server),)
    return (
        *unknown,
        *plain_flaws("category", settings.category, r"[A-Za-z][A-Za-z _-]{0,59}"),
        *since_flaws(settings.since),
        *count_flaws("catch_up", settings.catch_up, LONGEST_GAP),
        *url_flaws(settings.url),
    )


def _unknown(server: str) -> Flaw:
    return Flaw(path=("server",), what=f"there is no server {server[:40]!r}", hint=" or ".join(SERVERS))


def asked_for(settings: Settings) -> str:
    return f"{settings.url} {settings.server} {settings.category}"


def requests(settings: Settings, known: Known, now: datetime) -> tuple[Request, ...]:
    days = missed(known, settings.since, last_day(now), settings.catch_up)
    return tuple(_page(settings, day, 1) for day in days)


def _page(settings: Settings, day: date, part: int) -> Request:
    asked = f"details/{settings.server}/{day}/{day}/{(part - 1) * PAGE}/json"
    wanted = f"?category={quote(settings.category.strip().replace(' ', '_'))}" if settings.category else ""
    return Request(url=f"{settings.url.rstrip('/')}/{asked}{wanted}", day=day, part=part)


def hear(settings: Settings, request: Request, answer: Answer, known: Known, now: datetime) -> Heard:  # noqa: ARG001 - every source has it
    after = replace(known, cursor=request.day.isoformat())
    if not answer.listings and _NONE.search(answer.head):
        return Heard(known=after)
    if trouble := unfit(answer, _FORMATS):
        return Heard(known=known, trouble=trouble)
    count, total = _said(answer, b"count"), _said(answer, b"total")
    if answer.listings < count:
        what = f"it says that its answer has {count:,} preprints, but there are {answer.listings:,}"
        return Heard(known=known, trouble=Trouble(kind=SHORT_ANSWER, what=what))
    if answer.listings and request.part * PAGE < total:
        return Heard(known=known, keep=True, more=(_page(settings, request.day, request.part + 1),))
    return Heard(known=after, keep=True)


_NONE = re.compile(rb'"status"\s*:\s*"no posts found', re.IGNORECASE)


def _said(answer: Answer, name: bytes) -> int:
    """A number of the answer's `messages`, which stand before its records; 0 where it has none."""
    before = answer.head.partition(b'"collection"')[0]
    found = re.search(rb'"%s"\s*:\s*"?(\d{1,9})\b' % name, before)
    return int(found[1]) if found else 0
