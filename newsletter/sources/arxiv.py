"""arxiv: the daily feed of some categories, or what a search finds.

What goes in and out: newsletter/sources. The feed has all that is announced of the categories, and is asked
only whether it is newer. A search goes on from the newest submission it has found: what moderators held back
and let pass later is not found again, the feed has it. An answer that holds fewer entries than it says is
asked for again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from newsletter.model import Known
from newsletter.rules import Flaw
from newsletter.sources import SHORT_ANSWER, Answer, Heard, Request, Trouble, since_flaws, unfit, url_flaws
from newsletter.sources.feed import heard_of_feed

SHORT = "categories"
EVERY = 6 * 60
PAUSE = 3.0
"""One request in three seconds, for all of arXiv's interfaces together (its terms of use)."""
PAGE = 200
_FEED = "https://rss.arxiv.org/atom"
_API = "https://export.arxiv.org/api/query"
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Either `categories`, or a `search` in arXiv's own words, with the first day it looks at, `since`."""

    categories: tuple[str, ...] = ()
    search: str = ""
    since: str = ""
    url: str = ""


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (*_what_flaws(settings), *since_flaws(settings.since), *_mirror_flaws(settings))


def _what_flaws(settings: Settings) -> tuple[Flaw, ...]:
    if bool(settings.categories) == bool(settings.search):
        hint = "arxiv: [cs.LG, stat.ML], or arxiv: {search: 'abs:\"state space\"'}"
        return (Flaw(path=(), what="give categories or a search, one of the two", hint=hint),)
    wrong = (each for each in enumerate(settings.categories) if not _CATEGORY.fullmatch(each[1]))
    return tuple(
        Flaw(path=("categories", place), what=f"{word[:40]!r} is no category", hint="such as cs.LG or hep-th")
        for place, word in wrong
    )


def _mirror_flaws(settings: Settings) -> tuple[Flaw, ...]:
    return tuple(url_flaws(settings.url)) if settings.url else ()


def asked_for(settings: Settings) -> str:
    return " ".join((settings.url, *sorted(settings.categories), settings.search))


def requests(settings: Settings, known: Known, now: datetime) -> tuple[Request, ...]:
    if settings.search:
        return (_page(settings, known, now, 1),)
    url = f"{settings.url or _FEED}/{'+'.join(settings.categories)}"
    return (Request(url=url, day=now.date(), pause=PAUSE, conditional=True),)


def hear(settings: Settings, request: Request, answer: Answer, known: Known, now: datetime) -> Heard:
    if not settings.search:
        return heard_of_feed(answer, known, "arxiv_rss")
    total = _said(answer, b"totalResults")
    if trouble := unfit(answer, ("arxiv_api",)):
        return Heard(known=known, trouble=trouble)
    if answer.listings < (due := min(PAGE, total)):
        what = f"arXiv says that the answer has {due:,} entries, but there are {answer.listings:,}"
        return Heard(known=known, trouble=Trouble(kind=SHORT_ANSWER, what=what))
    return _found(settings, request, answer, known, now) if total else Heard(known=known)


def _found(settings: Settings, request: Request, answer: Answer, known: Known, now: datetime) -> Heard:
    """Go on from the newest that was found; its minute is asked for again, as it may hold more."""
    newest = max(_submitted(answer), default=known.cursor)
    more = _said(answer, b"totalResults") > answer.listings
    if not more or newest == known.cursor:
        newest = _minute_after(newest) if newest else f"{now:%Y%m%d%H%M}"
    after = replace(known, cursor=newest)
    following = (_page(settings, after, now, request.part + 1),) if more else ()
    return Heard(known=after, keep=True, more=following)


# ------------------------------------------------------------------------------------------ searches


def _page(settings: Settings, known: Known, now: datetime, part: int) -> Request:
    """What was submitted since the cursor, the oldest first."""
    begin = known.cursor or _first(settings, now)
    window = f"submittedDate:[{begin} TO {now:%Y%m%d%H%M}]"
    asked = {
        "search_query": f"({settings.search}) AND {window}",
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
        "max_results": str(PAGE),
    }
    url = f"{settings.url or _API}?{urlencode(asked)}"
    return Request(url=url, day=now.date(), part=part, pause=PAUSE)


def _first(settings: Settings, now: datetime) -> str:
    return f"{settings.since.replace('-', '')}0000" if settings.since else f"{now - _WEEK:%Y%m%d%H%M}"


def _said(answer: Answer, name: bytes) -> int:
    """A number of the answer's head, such as its totalResults; 0 where it has none."""
    found = re.search(rb"<(?:\w+:)?%s[^>]*>\s*(\d{1,9})\s*<" % name, answer.head)
    return int(found[1]) if found else 0


_PUBLISHED = re.compile(rb"<published>(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)")


def _submitted(answer: Answer) -> list[str]:
    """When the last entries were submitted, to the minute, as arXiv's search writes it."""
    return [b"".join(found.groups()).decode() for found in _PUBLISHED.finditer(answer.tail)]


def _minute_after(moment: str) -> str:
    return f"{datetime.strptime(moment, '%Y%m%d%H%M') + timedelta(minutes=1):%Y%m%d%H%M}"  # noqa: DTZ007 - UTC on both sides
