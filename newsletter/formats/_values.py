"""Values as dumps write them, for the formats: an author list, a day, a number, an id, an address, markup.

Text in, plain values out; what cannot be read gives None or nothing, never an exception. All work is linear
in the length of the text, whatever the text is.
"""

from __future__ import annotations

import re
from datetime import date
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html import unescape
from urllib.parse import unquote, urlsplit

from newsletter.identity import arxiv_key, doi_key
from newsletter.model import Link
from newsletter.text import clean, xml_safe

# ------------------------------------------------------------------------------------------- authors

_AND = re.compile(r"\s(?:and|&|und|et)\s(?!al\b)", re.IGNORECASE)
_ET_AL = re.compile(r",?\s*(?:\bet[\s.]+al\.?|\band\s+others)\s*\Z", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_LONGEST_LIST = 1_000_000


def authors(text: str, *, reversed_names: bool | None = None) -> tuple[str, ...]:
    """The names in an author list, first name first.

    The list may be "A, B and C", "Last, First; Last, First" or "Last, First and Last, First". Whether the
    comma stands inside a name is told by `reversed_names`, or, where that is None, by the list: a comma
    is inside where semicolons divide the names, or where each part between two "and" has just one.
    """
    text = _ET_AL.sub("", " ".join(text[:_LONGEST_LIST].split()))
    if ";" in text:
        parts = text.split(";")
        inside = True
    else:
        parts = _AND.split(text)
        inside = len(parts) > 1 and all(part.count(",") == 1 for part in parts)
    if reversed_names is None:
        reversed_names = inside
    if not reversed_names:
        parts = [name for part in parts for name in part.split(",")]
    names = (_in_order(part) if reversed_names else part.strip(" ,.") for part in _with_suffixes(parts))
    return tuple(name for name in names if name and name.lower() not in ("and", "others", "et al"))


def _with_suffixes(parts: list[str]) -> list[str]:
    """One name of “K. Yi, Jr.”, which a comma has cut."""
    names: list[str] = []
    for part in (part.strip() for part in parts):
        whole = part.removeprefix("and ").strip()
        if names and _SUFFIX.fullmatch(whole):
            names[-1] += f" {whole}"
        else:
            names.append(whole)
    return names


def _in_order(name: str) -> str:
    """First name first: “Yi, Kun” as “Kun Yi”, “Yi, Jr., Kun” as “Kun Yi Jr.”."""
    last, *others = (part.strip() for part in name.split(","))
    first = others.pop() if others else ""
    return " ".join(part for part in (first, last, *others) if part)


def unlatex(text: str) -> str:
    r"""A name with LaTeX's accents and letters as Unicode: ``Andr\'e`` as “André”; braces go."""
    if not any(sign in text for sign in "\\{$~"):
        return text
    return " ".join(clean(text).replace("{", "").replace("}", "").split())


# ---------------------------------------------------------------------------------------------- days

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})\Z")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_YEAR = re.compile(r"(\d{4})(?:\.0)?\Z")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_WEEKDAY = r"(?:[a-z]{3,9}\.?,?\s)?"
_ORDER = (
    re.compile(rf"(?i){_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]{_MONTH},?[\s-](?P<year>\d{{4}})"),
    re.compile(rf"(?i){_WEEKDAY}{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})"),
    re.compile(rf"(?P<year>\d{{4}})[\s-]{_MONTH}[\s-](?P<day>\d{{1,2}})(?!\d)", re.IGNORECASE),
    re.compile(rf"{_MONTH},?\s(?P<year>\d{{4}})", re.IGNORECASE),
    re.compile(rf"(?P<year>\d{{4}})\s{_MONTH}\Z", re.IGNORECASE),
)  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day(text: object) -> date | None:
    """The day a text, a number or a list of numbers names; a month or a year is its first day.

    Read are ISO 8601, RFC 822, "12 Aug 2026", "Aug 12, 2026", "2026 Aug 12", "2026-08", "2026",
    "20260812", and the date-parts of CSL ([[2026, 8, 12]]).
    """
    if isinstance(text, list | tuple):
        return _of_parts(text)
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    if isinstance(text, str) and (quickly := _iso(text)):
        return quickly
    return _of_text(str(text)[:_LONGEST_DAY])


_LONGEST_DAY = 200


@lru_cache(maxsize=4096)  # a feed says the same day in each record
def _of_text(text: str) -> date | None:
    shown = " ".join(text.split())
    for pattern in (_ISO, _YEAR_MONTH, _PACKED, _YEAR):
        if found := pattern.match(shown):
            return _date(*(int(part) for part in found.groups()))
    return _in_words(shown)


def _iso(text: str) -> date | None:
    """The day of a moment as feeds write it, 2021-01-12T00:00:00Z, in a tenth of the time; else None."""
    if text[4:5] != "-" or text[7:8] != "-" or text[10:11] not in ("T", " ", ""):
        return None
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if found.year > _BEFORE_PRINT else None


def _of_parts(parts: list[object] | tuple[object, ...]) -> date | None:
    if len(parts) and isinstance(parts[0], list | tuple):
        return _of_parts(parts[0])
    numbers = [number(part) for part in parts[:3]]
    known = [each for each in numbers if each is not None]
    return _date(*known) if known and len(known) == len(numbers) else None


def _in_words(shown: str) -> date | None:
    for pattern in _ORDER:
        if found := pattern.match(shown):
            parts = found.groupdict()
            month = _MONTHS.index(parts["month"].lower()) + 1
            return _date(int(parts["year"]), month, int(parts.get("day") or 1))
    try:
        return parsedate_to_datetime(shown).date()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _date(year: int, month: int = 1, day: int = 1) -> date | None:
    try:
        return date(year, month or 1, day or 1) if year > _BEFORE_PRINT else None
    except (ValueError, OverflowError):
        return None


_BEFORE_PRINT = 1400
"""A "year" up to this is a page number or a zero."""

# ------------------------------------------------------------------------------------------- numbers

_NUMBER = re.compile(r"[+]?(\d[\d,]{0,20}(?:\.\d{1,9})?)\s?([km]?)\+?", re.IGNORECASE)
_TIMES = {"": 1, "k": 1000, "m": 1_000_000}
_MOST = 10**12


def number(value: object) -> int | None:
    """A count as people write it: 12, 12.0, "1,234", "1.2k"; None for what is none, or negative."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < _MOST else None
    found = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    many = round(float(found[1].replace(",", "")) * _TIMES[found[2].lower()])
    return many if many < _MOST else None


# ----------------------------------------------------------------------------------------------- ids

_OPENREVIEW = re.compile(r"openreview\.net/(?:forum|pdf|attachment)\?(?:[^#\s]{0,200}&)?id=([\w-]{4,64})")
_ACL = re.compile(r"aclanthology\.org/([A-Za-z0-9][\w.-]{3,60}?)(?:\.pdf|\.bib|/|\Z)|\Z(?!)", re.ASCII)
_PMID = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})(?!\d)")
_OPENALEX = re.compile(r"openalex\.org/(?:works/)?(W\d{3,15})", re.IGNORECASE)
_S2 = re.compile(r"semanticscholar\.org/paper/(?:[^/\s]{1,300}/)?([0-9a-f]{40})(?![0-9a-f])")
_NATIVE = (("openreview", _OPENREVIEW), ("acl", _ACL), ("pmid", _PMID), ("openalex", _OPENALEX), ("s2", _S2))
_HF = re.compile(
    r"(?:huggingface\.co|hf\.co|alphaxiv\.org|paperswithcode\.com|ar5iv\.\w+(?:\.org)?)/", re.ASCII
)
_BARE_ARXIV = re.compile(
    r"(?:arxiv[:\s]\s?|oai:arXiv\.org:)?(?:\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[\w.:/()<>;-]{1,200}")
_SCHEMES = frozenset({"openreview", "acl", "pmid", "s2", "openalex"})
_PREFIX = re.compile(rf"({'|'.join(sorted(_SCHEMES))}):\s?", re.IGNORECASE)
_LONGEST_ID = 2000


def ids(*values: str | tuple[str, str]) -> tuple[str, ...]:
    """The keys that some ids and addresses name, each once, in their order: ``arxiv:…``, ``doi:…``, ….

    A value is what a dump holds ("arXiv:2106.01345v2", "https://doi.org/10.1000/xyz",
    "https://openreview.net/forum?id=…"), or a pair of a scheme and a bare id (("pmid", "123")). Words in
    which an id merely occurs are not searched, and addresses of other sites name nobody's key. Two DOIs
    in one field are two keys.
    """
    found = (key for value in values for key in _keys(value))
    return tuple(dict.fromkeys(found))


def _keys(value: str | tuple[str, str]) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return _of_scheme(*value)
    text = value.strip()[:_LONGEST_ID]
    if not text:
        return ()
    if "://" in text or text.startswith("www."):
        return _of_address(text)
    if named := _PREFIX.match(text):
        return _of_scheme(named[1].lower(), text[named.end() :])
    if _BARE_ARXIV.fullmatch(text):
        return _known(arxiv_key(text))
    return _dois(text) if text.lower().startswith(("10.", "doi")) else ()


def _of_scheme(scheme: str, value: str) -> tuple[str, ...]:
    value = value.strip()[:_LONGEST_ID]
    if scheme == "arxiv":
        return _known(arxiv_key(value))
    if scheme == "doi":
        return _dois(value)
    if "://" in value:
        return tuple(key for key in _of_address(value) if key.startswith(f"{scheme}:"))
    if not _VALUE.fullmatch(value):
        return ()
    return (f"{scheme}:{value.upper() if scheme == 'openalex' else value}",)


def _dois(text: str) -> tuple[str, ...]:
    """Some fields hold two DOIs, divided by blanks, commas or semicolons (arXiv's own among them)."""
    parts = re.split(r"[\s,;]+(?=\s*(?:https?:|doi:|10\.\d))", text, flags=re.IGNORECASE)
    return tuple(key for part in parts if (key := doi_key(unquote(part))))


def _of_address(url: str) -> tuple[str, ...]:
    site = url.partition("://")[2].partition("/")[0].lower().removeprefix("www.")
    if site.endswith("doi.org"):
        return _dois(url)
    if site == "arxiv.org" or site.endswith(".arxiv.org") or _HF.search(url):
        return _known(arxiv_key(url.partition("?")[0].partition("#")[0]))
    for scheme, pattern in _NATIVE:
        if found := pattern.search(url):
            return (f"{scheme}:{found[1].upper() if scheme == 'openalex' else found[1]}",)
    if site.endswith(("biorxiv.org", "medrxiv.org")):
        return _dois(
            re.sub(r"(?:v\d{1,3})?(?:\.full|\.abstract|\.pdf|\.short){0,4}\Z", "", url.partition("?")[0])
        )
    return _dois(url.partition("?")[0]) if "/doi/" in url else ()


_VERSION_OF_PAGE = re.compile(r"(?:v\d{1,3})?(?:\.full|\.abstract|\.pdf|\.short){0,4}\Z")


def _known(key: str | None) -> tuple[str, ...]:
    return (key,) if key else ()


# --------------------------------------------------------------------------------------------- links

_CODE_SITES = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org")
_PAGES = (
    "arxiv.org/abs/",
    "openreview.net/forum",
    "doi.org/",
    "aclanthology.org/",
    "pubmed.ncbi",
    "huggingface.co/papers/",
    "semanticscholar.org/paper",
    "biorxiv.org/content",
    "medrxiv.org/content",
)
_LONGEST_URL = 2000


def links(
    *urls: str, abstract: str = "", pdf: str = "", code: str = "", project: str = ""
) -> tuple[Link, ...]:
    """Links to follow, each address once: of a plain URL its address tells what it leads to.

    Only http and https, and nothing that hides where it leads: no name before an @, no blank.
    """
    named = [("abstract", abstract), ("pdf", pdf), ("code", code), ("project", project)]
    found: dict[str, str] = {}
    for rel, given in (*named, *(("", url) for url in urls)):
        if url := _web(given):
            found.setdefault(url, rel or _leads_to(url))
    return tuple(Link(rel=rel, url=url) for url, rel in found.items())


def _web(text: str) -> str:
    url = text.strip()
    if not url.lower().startswith(("http://", "https://")) or len(url) > _LONGEST_URL:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    fine = parts.hostname and "@" not in parts.netloc and not any(map(str.isspace, url)) and url.isprintable()
    return url if fine and xml_safe(url) == url and not set('<>"{}|\\^`') & set(url) else ""


def _leads_to(url: str) -> str:
    address = url.partition("://")[2].lower().removeprefix("www.")
    path = address.partition("?")[0]
    if path.endswith((".pdf", "/pdf")) or "/pdf/" in path:
        return "pdf"
    if address.startswith(_CODE_SITES):
        return "code"
    if any(page in address for page in _PAGES):
        return "abstract"
    return "project" if ".github.io" in address.partition("/")[0] else "web"


# -------------------------------------------------------------------------------------------- markup

_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|th|table|title|sec|jats:(?:p|title|sec|list-item))\b[^<>]*+>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][\w:.-]{0,40}(?:\s[^<>]*+)?/?>")
_UNSEEN = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))


def plain(html: str) -> str:
    """The text of some HTML or JATS markup: tags go, a block's bounds become a blank, references are read.

    What only looks like a tag ("a < b", "<3") stays.
    """
    if "<" in html:
        for begin, end in _UNSEEN:
            html = _without(html, begin, end)
        html = _TAG.sub("", _BLOCK.sub(" ", html))
    return " ".join(unescape(html).split())


def _without(text: str, begin: str, end: str) -> str:
    """The text without what stands between two marks; one that has no end stays."""
    lower = text.lower()
    if begin not in lower or len(lower) != len(text):
        return text
    kept: list[str] = []
    position = 0
    while (start := lower.find(begin, position)) >= 0 and (stop := lower.find(end, start)) >= 0:
        kept.append(text[position:start])
        position = stop + len(end)
    return " ".join((*kept, text[position:]))
