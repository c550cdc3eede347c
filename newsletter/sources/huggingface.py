"""huggingface: the Daily Papers of Hugging Face, a dump a day from the site's API.

What goes in and out: newsletter/sources. Each day that was missed is asked for once it is over, as it then
stands with its votes; the present day as often as there are other papers on it. Days without papers, as
weekends mostly are, are no mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from newsletter.model import Known
from newsletter.rules import Flaw
from newsletter.sources import Answer, Heard, Request, count_flaws, missed, since_flaws, unfit, url_flaws

SHORT = "since"
EVERY = 6 * 60
LONGEST_GAP = 366
PAGE = 100
"""Papers in an answer: the most that the API gives. Busy days have sixty."""
_FORMATS = ("hf_api",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`since` is the first day of all; of days that were missed later at most `catch_up` are asked for."""

    since: str = ""
    catch_up: int = 14
    url: str = "https://huggingface.co/api/daily_papers"


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (
        *since_flaws(settings.since),
        *count_flaws("catch_up", settings.catch_up, LONGEST_GAP),
        *url_flaws(settings.url),
    )


def asked_for(settings: Settings) -> str:
    return settings.url


def requests(settings: Settings, known: Known, now: datetime) -> tuple[Request, ...]:
    """Each day that was missed, and today as far as it has come."""
    over = now.date() - timedelta(days=1)
    days = missed(known, settings.since, over, settings.catch_up)
    return tuple(_page(settings, day, 1) for day in (*days, now.date()))


def _page(settings: Settings, day: date, part: int) -> Request:
    asked = {"date": day.isoformat(), "limit": str(PAGE), **({"p": str(part - 1)} if part > 1 else {})}
    return Request(url=f"{settings.url}?{urlencode(asked)}", day=day, part=part)


def hear(settings: Settings, request: Request, answer: Answer, known: Known, now: datetime) -> Heard:
    empty = answer.head.strip() == b"[]"
    if not empty and (trouble := unfit(answer, _FORMATS)):
        return Heard(known=known, trouble=trouble)
    if answer.listings >= PAGE:
        return Heard(known=known, keep=True, more=(_page(settings, request.day, request.part + 1),))
    if request.day < now.date():
        return Heard(known=replace(known, cursor=request.day.isoformat(), resume=""), keep=not empty)
    # Votes change by the minute: only other papers make another dump of a day that is not over.
    listed = f"{request.day} {answer.same}"
    return Heard(known=replace(known, resume=listed), keep=not empty and listed != known.resume)
