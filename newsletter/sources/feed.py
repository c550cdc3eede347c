"""feed: any feed, or any file on the web in one of the dump formats.

What goes in and out: newsletter/sources. It is asked only for what is newer than what it gave last, and what
lists the same papers under a new date is nothing new. What is suddenly tiny, or no dump, is kept aside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.model import Known
from newsletter.rules import Flaw
from newsletter.sources import Answer, Heard, Request, tiny, unfit, url_flaws, weighed

SHORT = "url"
EVERY = 6 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    url: str


def check(settings: Settings) -> tuple[Flaw, ...]:
    return tuple(url_flaws(settings.url))


def asked_for(settings: Settings) -> str:
    return settings.url


def requests(settings: Settings, known: Known, now: datetime) -> tuple[Request, ...]:  # noqa: ARG001 - every source has it
    return (Request(url=settings.url, day=now.date(), conditional=True),)


def hear(settings: Settings, request: Request, answer: Answer, known: Known, now: datetime) -> Heard:  # noqa: ARG001 - as above
    return heard_of_feed(answer, known)


def heard_of_feed(answer: Answer, known: Known, *formats: str) -> Heard:
    """What the answer of a feed means that is asked for as a whole each time."""
    if trouble := unfit(answer, formats):
        return Heard(known=known, trouble=trouble)
    weighed_in = weighed(known, answer)
    if trouble := tiny(answer, known) if answer.listings else None:
        return Heard(known=weighed_in, trouble=trouble)
    remembered = replace(known, etag=answer.etag, modified=answer.modified)
    if not answer.listings:  # a feed on a day without papers is whole and small
        return Heard(known=remembered)
    after = replace(weighed_in, etag=answer.etag, modified=answer.modified, cursor=answer.same)
    return Heard(known=after, keep=answer.same != known.cursor)
