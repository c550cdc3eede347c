"""What every page, mail and entry says of a paper in the same words: dates, links, reasons, BibTeX.

Values in, strings out; no template, no file, no clock.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.model import Match, Paper
from newsletter.settings import Site
from newsletter.text import shorten, xml_safe
from newsletter.wording import retold
from newsletter.words import Words, phrase

NAMES = {
    "abstract": phrase("Abstract"),
    "pdf": "PDF",
    "code": phrase("Code"),
    "project": phrase("Project"),
    "web": phrase("Web page"),
}
REASONS_SHOWN = 4
LONGEST_URL = 2_048
"""What browsers and sitemaps (sitemaps.org) take for an address."""
TEX = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A link to somewhere else, with the word that stands on it."""

    name: str
    url: str
    rel: str


def clock(moment: datetime, site: Site) -> str:
    """The moment's time of day on the site's clock."""
    return f"{moment.astimezone(ZoneInfo(site.timezone)):%H:%M}"


def why(match: Match, words: Words) -> str:
    """The reasons in one line, best first: “diffusion” in the title · by Jonathan Ho."""
    details = list(dict.fromkeys(xml_safe(retold(reason.detail, words)) for reason in match.reasons))
    rest = len(details) - REASONS_SHOWN
    tail = [words.say("%(n)s more", n=rest)] if rest > 0 else []
    return " · ".join([*details[:REASONS_SHOWN], *tail])


def possibly_same(paper: Paper, words: Words) -> str:
    """“Possibly the same as …” with the titles of the known papers that it may repeat; or nothing."""
    titles = [words.say("“%(title)s”", title=shorten(repeat.title, _NAMED)) for repeat in paper.repeats]
    return words.say("Possibly the same as %(titles)s", titles=words.listed(titles)) if titles else ""


_NAMED = 120


def shares(match: Match, words: Words) -> tuple[tuple[str, float], ...]:
    """What each reason adds, best first; two rules that found the same thing are one reason to a reader."""
    added: dict[str, float] = {}
    for reason in match.reasons:
        detail = xml_safe(retold(reason.detail, words))
        added[detail] = round(added.get(detail, 0.0) + reason.score, 4)
    return tuple(sorted(added.items(), key=lambda share: -share[1]))


def web(url: str) -> bool:
    """An address that a page may link to: no javascript:, no data:, no path of somebody's disk, no novel."""
    fits = url.startswith(("https://", "http://")) and len(url) <= LONGEST_URL
    return fits and not re.search(r"[\s\x00-\x20<>\"]", url)


def sources(paper: Paper) -> tuple[Source, ...]:
    """Where the paper leads, each address once; arXiv and DOI addresses follow from its ids."""
    found = [Source(_name(link.rel, link.url), link.url, link.rel) for link in paper.links if web(link.url)]
    if not any(source.rel == "abstract" for source in found):
        found = [*_from_ids(paper), *found]
    return tuple({source.url: source for source in reversed(found)}.values())[::-1]


def own_address(paper: Paper) -> str:
    """Where the paper itself lies, not its code or project; or nothing."""
    return next((each.url for each in sources(paper) if each.rel in ("abstract", "pdf")), "")


def source(paper: Paper) -> str:
    """The paper's own first address, or nothing."""
    return next((found.url for found in sources(paper)), "")


def known(paper: Paper, kind: str) -> str:
    """Its id of that kind (arxiv, doi, …), or nothing."""
    return next((key.partition(":")[2] for key in paper.ids if key.startswith(f"{kind}:")), "")


def _name(rel: str, url: str) -> str:
    return "arXiv" if rel == "abstract" and "://arxiv.org/" in url else NAMES.get(rel, phrase("Link"))


def _from_ids(paper: Paper) -> list[Source]:
    arxiv, doi = known(paper, "arxiv"), known(paper, "doi")
    urls = [Source("arXiv", f"https://arxiv.org/abs/{arxiv}", "abstract")] if arxiv else []
    if doi:
        urls.append(Source("DOI", f"https://doi.org/{doi}", "abstract"))
    return [url for url in urls if web(url.url)]


def bibtex(paper: Paper, url: str) -> str:
    """A BibTeX record of what is known; no author is invented. `url` is our own page of the paper."""
    arxiv, doi = known(paper, "arxiv"), known(paper, "doi")
    fields = {
        "title": f"{{{_tex(paper.title)}}}",
        "author": _tex(" and ".join(paper.authors)),
        "year": str(paper.published.year) if paper.published else "",
        "howpublished": _tex(paper.venue),
        "eprint": _tex(arxiv),
        "archiveprefix": "arXiv" if arxiv else "",
        "doi": _tex(doi),
        "url": (own_address(paper) or url).replace("{", "%7B").replace("}", "%7D"),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{_key(paper)},\n" + ",\n".join(lines) + "\n}"


def _key(paper: Paper) -> str:
    """The slug, for it is the paper's alone; a long one is cut, and the number tells it from its like."""
    key = re.sub(r"[^A-Za-z0-9-]+", "-", paper.slug).strip("-") or "paper"
    return key if key == paper.slug and len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}-{paper.number}"


_LONGEST_KEY = 60


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(TEX)


def hard_wrap(text: str, width: int = 74, indent: str = "", hang: int = 0) -> str:
    """The text in lines of at most `width` columns; an address alone may be longer, for it must stay whole.

    All lines begin with `indent`, those after the first with `hang` blanks more.
    """
    room = width - len(indent) - hang
    text = " ".join(text.split())
    if len(text) <= room:
        return indent + text if text else ""
    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    short = [piece for line in lines for piece in _broken(line, room)]
    return ("\n" + indent + " " * hang).join(
        [indent + line if n == 0 else line for n, line in enumerate(short)]
    )


def _broken(line: str, width: int) -> list[str]:
    if "://" in line:
        return [line]
    return [line[start : start + width] for start in range(0, len(line), width)]
