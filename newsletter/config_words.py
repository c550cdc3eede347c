"""Configuration, single values: the word that stands in a file goes in, the value it means comes out.

Each function takes what the YAML tree has (a word, or by mistake a list or a mapping) and raises Wrong, which
config.py turns into a mistake with its place. Pure: no file is looked at, no other key is known here.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import quote, urlsplit

from newsletter.model import Away

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CADENCES = ("day", "weekday", "week", "month")
MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
SIZES = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
ZONES_KEPT = 1024
CRON_FIELDS = 5
MONTH_DAYS = 31
SHOWN = 60


class Wrong(ValueError):
    """A value that may not stand there: what is wrong, and what to do now."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Expected(Wrong):
    """A value of another kind: `what` is the kind that is expected; config.py adds what stands there."""


# ------------------------------------------------------------------------------------------ what to say


def shown(text: str) -> str:
    """A word as a message shows it: in backquotes, short, on one line."""
    clear = "".join(letter if letter.isprintable() else "�" for letter in text[: SHOWN + 1])
    return f"`{clear[:SHOWN]}…`" if len(text) > SHOWN else f"`{clear}`"


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The nearest of the names as a question, or nothing where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    known = {name.casefold(): name for name in names}
    near = get_close_matches(word[:SHOWN].casefold(), known, n=1, cutoff=0.6)
    return f"did you mean `{known[near[0]]}`?" if near else ""


def one_of(names: tuple[str, ...]) -> Callable[[object], str]:
    """Reads one of the names."""

    def read(value: object) -> str:
        word = text(value)
        if word not in names:
            hint = did_you_mean(word, names) or f"one of {', '.join(names)}"
            raise Wrong(f"{shown(word)} is none of the words that may stand here", hint)
        return word

    return read


# ------------------------------------------------------------------------------------------------ texts


_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# U+0085 and U+2028 end a line for Python's e-mail package: what follows them would be a header of its own.
_LINE_BREAKERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def text(value: object) -> str:
    """A text of any length; line breaks and tabs are the only control characters in it."""
    if not isinstance(value, str):
        raise Expected("a text")
    found = _CONTROL.search(value)
    if found:
        raise Wrong(f"the control character U+{ord(found[0]):04X} may not stand in a text", "take it out")
    return value.strip()


def line(value: object) -> str:
    """One line of text, such as a title or a name: it ends up in the headers of mails."""
    found = _LINE_BREAKERS.search(value) if isinstance(value, str) else None
    if found:
        raise Wrong(
            f"a line break or control character (U+{ord(found[0]):04X}) may not stand here", "take it out"
        )
    return text(value)


def some_line(value: object) -> str:
    """One line that is not empty."""
    clear = line(value)
    if not clear:
        raise Wrong("this is empty", "write a word, or take the key away")
    return clear


def listed(value: object) -> list[object]:
    """A list of words; each is read on its own."""
    if not isinstance(value, list):
        raise Expected("a list of words")
    return value


def one_or_listed(value: object) -> list[object]:
    """A list of words, or the only one of them."""
    return listed([value] if isinstance(value, str) else value)


def one_or_several(value: object) -> list[object]:
    """A list of mappings, or the only one of them."""
    if not isinstance(value, list | dict):
        raise Expected("a mapping of keys, or a list of them")
    return value if isinstance(value, list) else [value]


def slug(value: object) -> str:
    """A name that can be an address for ever: a–z, 0–9 and single hyphens."""
    word = line(value)
    if re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", word) and len(word) <= SHOWN:
        return word
    near = _slugged(word)
    raise Wrong(
        f"{shown(word)} cannot be a name: it takes small letters, digits and hyphens, at most {SHOWN}",
        f"such as `{near}`; what people read goes into `title`" if near else "",
    )


def _slugged(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word[:200]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:SHOWN].strip("-")


def language(value: object) -> str:
    """A language tag of BCP 47, as `en` or `pt-BR`."""
    word = line(value)
    if not re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", word):
        raise Wrong(f"{shown(word)} is no language tag", "such as en, de or pt-BR")
    return word


# -------------------------------------------------------------------------------------------- addresses

# What is plainly an address needs no validator, and a config without others does not pay for importing one.
_PLAIN_ADDRESS = re.compile(
    r"(?=.{1,64}@.{3,253}\Z)[a-z0-9_]+(?:[.+-][a-z0-9_]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,63}",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 16)
def address(value: str) -> str:
    """An address that mail can be sent to, its domain in lower-case ASCII; the part before @ as written."""
    if _PLAIN_ADDRESS.fullmatch(value) and all(len(label) < 64 for label in value.split("@")[1].split(".")):  # noqa: PLR2004 - RFC 1035 §2.3.4
        local, domain = value.split("@")
        return f"{local}@{domain.lower()}"
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 30 ms that most configs save

    try:
        checked = validate_email(value[:1000], check_deliverability=False)
    except EmailNotValidError as error:
        raise Wrong(f"{shown(value)} is no e-mail address", _first_down(str(error))) from error
    if not checked.local_part.isascii():
        # Few relays pass on SMTPUTF8 (RFC 6531), and what one of them refuses comes back weeks later.
        raise Wrong(
            f"{shown(value)}: what stands before the @ must be ASCII for mail to arrive",
            "ask this reader for another address",
        )
    return f"{checked.local_part}@{checked.ascii_domain}"


def mail_address(value: object) -> str:
    """As `address`, from whatever stands there."""
    word = line(value)
    if "@" not in word:
        raise Wrong(
            f"{shown(word)} is no e-mail address", "it needs an @ and a domain, as in ada@example.org"
        )
    return address(word)


def folded(checked: str) -> str:
    """The reader that an address names: small letters throughout, tags (+papers) kept."""
    return checked.lower()


def sender(value: object) -> tuple[str, str]:
    """A display name and an address: `Reading list <list@example.org>`, the name with or without quotes."""
    whole = line(value)
    name, opened, rest = whole.rpartition("<")
    if not opened:
        return "", mail_address(whole)
    if not rest.endswith(">"):
        raise Wrong(f"{shown(whole)} has a < without its >", "such as Reading list <list@example.org>")
    return _unquoted(name.strip()), mail_address(rest[:-1])


def _unquoted(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] == '"':
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name


def _first_down(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


# ------------------------------------------------------------------------------------------------- URLs

LONGEST_URL = 900  # with a token it stands in one line of a mail's head: 998 bytes (RFC 5322 §2.1.1)


def site_url(value: object) -> str:
    """Where the site is hosted, without the slash at its end; or empty."""
    word = _fitting(line(value))
    if word and not _is_url(word, ("https", "http")):
        raise Wrong(f"{shown(word)} is no address of a site", "it begins with https://")
    return word.rstrip("/")


def host(value: object) -> str:
    """A machine's name, as mail.example.org, or its address in brackets."""
    word = line(value)
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.IPv]+\]", word):
        raise Wrong(f"{shown(word)} is no name of a machine", "such as mail.example.org")
    return word


def domain(value: object) -> str:
    """A domain, as example.org, in small ASCII letters."""
    word = line(value)
    if "." not in word:
        raise Wrong(f"{shown(word)} is no domain", "such as example.org")
    return address(f"someone@{word}").partition("@")[2]


def selector(value: object) -> str:
    """A DKIM selector: labels of the DNS, as news or 2026.news."""
    word = line(value)
    if not re.fullmatch(r"(?!.{64})[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*", word):
        raise Wrong(f"{shown(word)} is no selector", "letters, digits and hyphens, such as news2026")
    return word


def way(value: object, to: str) -> str:
    """A URI by which a reader comes or leaves: mailto: or https:."""
    word = _fitting(some_line(value))
    scheme, _, rest = word.partition(":")
    if scheme.lower() == "mailto":
        mail_address(rest.partition("?")[0])
    elif not _is_url(word, ("https",)):
        hint = f"mailto:{word}" if "@" in word and not rest else "it begins with mailto: or https://"
        if scheme.lower() == "http":
            hint = "https://, for mail programs follow no other without asking (RFC 8058)"
        raise Wrong(f"{shown(word)} is no way to {to}", hint)
    return word


def _fitting(word: str) -> str:
    if (length := len(quote(word, safe=string.punctuation))) > LONGEST_URL:
        raise Wrong(f"an address of {length:,} characters fits into no mail", f"at most {LONGEST_URL}")
    return word


def _is_url(word: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(word)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and not re.search(r"[\s<>\"]", word)


# -------------------------------------------------------------------------------------------- time


@lru_cache(maxsize=ZONES_KEPT)
def zone(value: str) -> str:
    """A time zone of the IANA database."""
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415 - read where it is used

    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, KeyError) as error:
        hint = did_you_mean(value, available_timezones()) or "such as Europe/Paris or America/New_York"
        raise Wrong(f"there is no time zone {shown(value)}", hint) from error


def timezone(value: object) -> str:
    """As `zone`, from whatever stands there."""
    return zone(some_line(value))


@lru_cache(maxsize=ZONES_KEPT)
def _checked_cron(expression: str) -> str:
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - few configs have a cron line

    try:
        next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        hint = "minute hour day-of-month month day-of-week, as in 30 7 * * 1-5"
        raise Wrong(f"{shown(expression)} is no cron line: {_first_down(str(error))}", hint) from error
    except StopIteration as error:
        raise Wrong(
            f"the cron line {shown(expression)} never comes true", "look at its day and month"
        ) from error
    return expression


def every(value: object) -> str:
    """A cadence: day, weekday, week, month, or a cron line of five fields."""
    word = " ".join(some_line(value).split())
    if word in CADENCES:
        return word
    if len(word.split()) == CRON_FIELDS:
        return _checked_cron(word)
    near = {"daily": "day", "weekly": "week", "monthly": "month", "weekdays": "weekday"}.get(
        word.strip("@").lower()
    )
    hint = f"did you mean `{near}`?" if near else did_you_mean(word, CADENCES)
    raise Wrong(f"{shown(word)} is no cadence: day, weekday, week, month or a cron line of five fields", hint)


def at(value: object) -> int:
    """Minutes after midnight, from 7:30 or 17:30."""
    word = text(value)
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", word, re.ASCII)
    if not found:
        raise Wrong(f"{shown(word)} is no time of day", "hours and minutes from 00:00 to 23:59, as in 07:30")
    return int(found[1]) * 60 + int(found[2])


def weekday(word: str) -> int:
    """A weekday from its English name or its first letters, Monday 0."""
    short = word.lower().rstrip(".")
    for number, name in enumerate(WEEKDAYS):
        if len(short) >= 3 and name.startswith(short):  # noqa: PLR2004 - mon, tue, wed …
            return number
    raise Wrong(f"{shown(word)} is no day of the week", did_you_mean(word, WEEKDAYS) or "monday to sunday")


def month_day(word: str) -> int:
    """A day of the month, 1 to 31."""
    if not re.fullmatch(r"\d{1,2}", word, re.ASCII) or not 1 <= int(word) <= MONTH_DAYS:
        raise Wrong(f"{shown(word)} is no day of a month", "a number from 1 to 31")
    return int(word)


def away(value: object) -> Away:
    """Days without mail: DATE/DATE or a single DATE."""
    word = some_line(value)
    first, slash, last = word.partition("/")
    days = Away(first=_date(first), last=_date(last if slash else first))
    if days.last < days.first:
        raise Wrong(f"{shown(word)} ends before it begins", f"{days.last}/{days.first}?")
    return days


def _date(word: str) -> date:
    clear = word.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", clear, re.ASCII):
            return date.fromisoformat(clear)
    except ValueError:
        pass
    raise Wrong(f"{shown(clear)} is no date", "2026-12-20, or 2026-12-20/2027-01-03 for a range")


def duration(value: object) -> int:
    """Minutes, from 90m, 6h, 2d or 1w."""
    word = text(value)
    found = re.fullmatch(r"(\d{1,5})\s?([mhdw])", word, re.ASCII)
    if not found or not int(found[1]):
        raise Wrong(f"{shown(word)} is no length of time", "a number and a letter: 90m, 6h, 2d")
    return int(found[1]) * MINUTES[found[2]]


def days(value: object) -> int:
    """Whole days, from 14d or 2w."""
    minutes = duration(value)
    if minutes % MINUTES["d"]:
        raise Wrong(f"{shown(text(value))} is not a number of whole days", "such as 14d")
    return minutes // MINUTES["d"]


def rate(value: object) -> float:
    """Messages a second, from 10/s or 30/m."""
    word = text(value)
    found = re.fullmatch(r"(\d{1,6})\s?/\s?([sm])", word, re.ASCII)
    if not found or not int(found[1]):
        raise Wrong(f"{shown(word)} is no rate", "messages a second or a minute: 10/s, 30/m")
    return int(found[1]) / {"s": 1, "m": 60}[found[2]]


def size(value: object) -> int:
    """Bytes, from 65536, 64K, 16M or 8G (each step 1024)."""
    word = text(value)
    found = re.fullmatch(r"(\d{1,15})\s?([KMG]?)", word, re.ASCII)
    if not found or not int(found[1]):
        raise Wrong(f"{shown(word)} is no size", "bytes, or 64K, 16M, 8G")
    return int(found[1]) * SIZES[found[2]]


# ---------------------------------------------------------------------------------------- paths, secrets


def path(value: object) -> str:
    """A path as it is written."""
    return some_line(value)


def state(value: object) -> str:
    """The path of the database."""
    word = some_line(value)
    if re.match(r"postgres(?:ql)?://", word, re.IGNORECASE):
        raise Wrong(
            "a state on PostgreSQL is not supported yet in this version",
            "the path of a file, as state/newsletter.db",
        )
    if "://" in word:
        raise Wrong(f"{shown(word)} is no path", "the path of a file, as state/newsletter.db")
    return word


def secret(value: object) -> str | dict[str, str]:
    """{env: NAME} or {file: PATH}; a word in clear is let through, and warned of."""
    if isinstance(value, str):
        return line(value)
    if not isinstance(value, dict) or len(value) != 1 or not set(value) <= {"env", "file"}:
        raise Wrong("a secret is named in one of two ways", "{env: NAME} or {file: PATH}")
    return {kind: some_line(name) for kind, name in value.items()}


def kept_secret(value: object) -> dict[str, str]:
    """{env: NAME} or {file: PATH}, for what must not stand in a file that many may read."""
    found = secret(value)
    if isinstance(found, str):
        raise Wrong("a private key does not belong into this file", "{file: PATH} or {env: NAME}")
    return found
