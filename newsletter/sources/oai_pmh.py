"""oai_pmh: what changed in an archive that speaks OAI-PMH, arXiv above all, set by set.

What goes in and out: newsletter/sources. Days are asked for once they are over, so that each record is listed
once for each change. An answer in parts goes on by the archive's token, also in a later turn; where the
archive has forgotten the token, the days are asked for anew.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from newsletter.model import Known
from newsletter.rules import Flaw
from newsletter.sources import (
    Answer,
    Heard,
    Request,
    Trouble,
    last_day,
    missed,
    plain_flaws,
    since_flaws,
    unfit,
    url_flaws,
)

SHORT = "set"
EVERY = 12 * 60
PAUSE = 3.0
"""arXiv's own terms, and easy on smaller archives."""
MOST_OVERLAP = 31
LONGEST_TOKEN = 4000
_ARXIV = "https://oaipmh.arxiv.org/oai"
_FORMATS = ("oai",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A `set` such as cs or cs:cs:LG; `prefix` is the kind of metadata; so many days of `overlap` are asked
    for again, for archives that date records back.
    """

    set: str = ""
    prefix: str = ""
    since: str = ""
    overlap: int = 0
    url: str = _ARXIV


def check(settings: Settings) -> tuple[Flaw, ...]:
    far = not 0 <= settings.overlap <= MOST_OVERLAP
    return (
        *plain_flaws("set", settings.set, r"[A-Za-z0-9_.!~*'()-]+(?::[A-Za-z0-9_.!~*'()-]+)*"),
        *plain_flaws("prefix", settings.prefix, r"[A-Za-z0-9_.!~*'()-]{1,60}"),
        *since_flaws(settings.since),
        *((Flaw(path=("overlap",), what=f"overlap is days from 0 to {MOST_OVERLAP}"),) if far else ()),
        *url_flaws(settings.url),
    )


def asked_for(settings: Settings) -> str:
    return f"{settings.url} {settings.set} {_prefix(settings)}"


def _prefix(settings: Settings) -> str:
    """The metadata of arXiv itself say more than Dublin Core, which every archive has."""
    return settings.prefix or ("arXiv" if settings.url == _ARXIV else "oai_dc")


def requests(settings: Settings, known: Known, now: datetime) -> tuple[Request, ...]:
    """What an earlier turn had begun, else the days that were missed."""
    if known.resume:
        until, part, token = known.resume.split(" ", 2)
        return (_go_on(settings, date.fromisoformat(until), int(part), token),)
    return _begin(settings, known, last_day(now))


def _begin(settings: Settings, known: Known, until: date, *, again: bool = False) -> tuple[Request, ...]:
    days = missed(known, settings.since, until)
    if not days:
        return ()
    back = timedelta(days=settings.overlap if known.cursor else 0)
    asked = {"verb": "ListRecords", "metadataPrefix": _prefix(settings)}
    asked |= {"set": settings.set} if settings.set else {}
    asked |= {"from": (days[0] - back).isoformat(), "until": until.isoformat()}
    url = f"{settings.url}?{urlencode(asked)}"
    return (Request(url=url, day=until, pause=PAUSE, again=again),)


def _go_on(settings: Settings, until: date, part: int, token: str, *, again: bool = False) -> Request:
    asked = urlencode({"verb": "ListRecords", "resumptionToken": token})
    return Request(url=f"{settings.url}?{asked}", day=until, part=part, pause=PAUSE, again=again)


def hear(settings: Settings, request: Request, answer: Answer, known: Known, now: datetime) -> Heard:  # noqa: ARG001 - every source has it
    done = replace(known, cursor=request.day.isoformat(), resume="")
    if error := _error(answer):
        return _refused(settings, request, *error, known=known, done=done)
    if trouble := None if _only_deleted(answer) else unfit(answer, _FORMATS):
        return Heard(known=known, trouble=trouble)
    token = _token(answer)
    if not token:
        return Heard(known=done, keep=bool(answer.listings))
    if len(token) > LONGEST_TOKEN or known.resume.endswith(f" {token}"):
        what = "the archive does not say how to go on: it gives the same token again, or one without end"
        return Heard(known=replace(known, resume=""), trouble=Trouble(kind="odd", what=what))
    part = request.part + 1
    after = replace(known, resume=f"{request.day} {part} {token}")
    following = _go_on(settings, request.day, part, token, again=request.again)
    return Heard(known=after, keep=bool(answer.listings), more=(following,))


def _refused(
    settings: Settings, request: Request, code: str, said: str, *, known: Known, done: Known
) -> Heard:
    """What an error of the protocol means (section 3.6)."""
    forgotten = replace(known, resume="")
    if code == "noRecordsMatch":
        return Heard(known=done)
    if code == "badResumptionToken" and not request.again:
        return Heard(known=forgotten, more=_begin(settings, forgotten, request.day, again=True))
    what = f"the archive refuses the question: {code}{': ' + said if said else ''}"
    return Heard(known=forgotten, trouble=Trouble(kind="odd", what=what, hint="see its set, prefix and url"))


# --------------------------------------------------------------------------------------- its XML

_ERROR = re.compile(rb"<(?:\w+:)?error\s+code\s*=\s*[\"'](\w{1,40})[\"']\s*(?:/>|>([^<]*))")
_RECORDS = re.compile(rb"<(?:\w+:)?ListRecords[\s>]")
_TOKEN = re.compile(rb"<(?:\w+:)?resumptionToken(?:\s[^>]*)?>([^<]*)</")
_DELETED = re.compile(rb"<(?:\w+:)?header\s[^>]*status\s*=\s*[\"']deleted[\"']")


def _error(answer: Answer) -> tuple[str, str] | None:
    """The code and the words of an error, which stands where the records would."""
    found = None if _RECORDS.search(answer.head) else _ERROR.search(answer.head)
    if not found or not _is_oai(answer):
        return None
    said = " ".join((found[2] or b"").decode("utf-8", "replace").split())
    return found[1].decode(), "".join(letter for letter in said if letter.isprintable())[:200]


def _is_oai(answer: Answer) -> bool:
    return b"http://www.openarchives.org/OAI/2.0/" in answer.head


def _only_deleted(answer: Answer) -> bool:
    """Whether an archive that took papers back says so and nothing else."""
    whole = answer.format == "oai" and not answer.listings and answer.tail.rstrip().endswith(b">")
    return whole and bool(_DELETED.search(answer.head))


def _token(answer: Answer) -> str:
    """Where to go on; it stands behind the last record, and may be empty."""
    found = _TOKEN.findall(answer.tail)
    token = html.unescape(found[-1].decode("utf-8", "replace")).strip() if found else ""
    return token if token.isprintable() else ""
