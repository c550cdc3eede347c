"""A digest as an e-mail: its subject, its text part and its HTML part. Digest in, letter out.

Who gets it, when, and with which headers stands in mail.py and deliver.py. The HTML stays under a budget, for
Gmail clips what is over 102 KB: abstracts are shortened until it fits, then they go, then papers do, and what
went is counted and linked. The first paper is always complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from newsletter.mail import quoted, sendable
from newsletter.model import Digest, Letter, Paper, Pick, Section
from newsletter.ports import Press
from newsletter.text import shorten
from newsletter.view import Source, day, days, possibly_same, source, sources, why

BUDGET = 90_000
# How long abstracts may be, from all to none; the first that keeps the budget is taken.
ABSTRACTS = (3_000, 1_200, 700, 400, 250, 0)
FIRST_ABSTRACT = 12_000
TITLE = 300
ALIKE = 5
"""Near-repeats named below a paper; further ones are counted."""
SUBJECT = 66
PREHEADER = 140
MARK = "background-color:#fbeab0;color:#1f1e1b;"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paper as the letter shows it: `url` is where its title leads, or nothing."""

    pick: Pick
    rank: int
    title: str
    abstract: str
    cut: bool
    url: str
    why: str
    seen: str
    repeats: str
    sources: tuple[Source, ...]
    alike: tuple[tuple[str, str], ...]
    """Title and address of the near-repeats that are told with it."""
    like: int
    """How many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of the letter."""

    title: str
    reason: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the letter says besides its papers."""

    reader_name: str
    unsubscribe: str
    web_url: str


def letter(
    digest: Digest, press: Press, *, reader_name: str = "", unsubscribe: str = "", web_url: str = ""
) -> Letter:
    """The letter; `unsubscribe` is a mailto: or https: address, `web_url` is where the same can be read."""
    words = Words(reader_name=sendable(reader_name), unsubscribe=unsubscribe, web_url=web_url)
    html, shown, limit = _fitting(digest, press, words)
    text = press.render("email/digest.txt", **_values(shown, digest, press, words, limit=limit))
    return Letter(subject=_subject(digest, press), text=_tidy(text), html=html)


def _fitting(digest: Digest, press: Press, words: Words) -> tuple[str, Digest, int]:
    """The HTML that keeps the budget, the digest it shows, and how long its abstracts are."""
    html = ""
    for limit in ABSTRACTS:
        html = _html(digest, digest, press, words, limit=limit)
        if _size(html) <= BUDGET:
            return html, digest, limit
    few, many = 1, digest.papers
    while few < many:
        middle = (few + many + 1) // 2
        fits = _size(_html(_first(digest, middle), digest, press, words, limit=0)) <= BUDGET
        few, many = (middle, many) if fits else (few, middle - 1)
    shown = _first(digest, few)
    return _html(shown, digest, press, words, limit=0), shown, 0


def _size(html: str) -> int:
    """Nobody knows whether Gmail counts before or after decoding: the larger of both."""
    return max(len(html.encode("utf-8", "replace")), len(quoted(html)))


def _first(digest: Digest, count: int) -> Digest:
    """The digest with its first papers only."""
    sections: list[Section] = []
    for section in digest.sections:
        picks = section.picks[:count]
        count -= len(picks)
        sections += [replace(section, picks=picks)] if picks else []
    return replace(digest, sections=tuple(sections))


def _html(shown: Digest, digest: Digest, press: Press, words: Words, *, limit: int) -> str:
    values = _values(shown, digest, press, words, limit=limit)
    text = press.render("email/digest.html", mark=MARK, preheader=_preheader(digest), **values)
    inlined: str = _inliner().inline(text)
    return inlined


@cache
def _inliner():  # type: ignore[no-untyped-def]  # noqa: ANN202  (css_inline has no types)
    import css_inline  # noqa: PLC0415  (10 ms, and only mail needs it)

    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def _values(shown: Digest, digest: Digest, press: Press, words: Words, *, limit: int) -> dict[str, object]:
    site = press.site
    return {
        "digest": digest,
        "words": words,
        "heading": day(digest.date, site.language),
        "parts": tuple(_parts(shown, press, limit)),
        "trending": [(trend, _url(trend.paper, press)) for trend in digest.trending],
        "revised": [(revised, _url(revised.paper, press)) for revised in digest.revised],
        "left_out": digest.papers - shown.papers,
        "shortened": limit < ABSTRACTS[0],
    }


def _parts(digest: Digest, press: Press, limit: int) -> Iterator[Part]:
    rank = 0
    for section in digest.sections:
        lines = []
        for pick in section.picks:
            rank += 1
            lines.append(_line(pick, rank, press, limit, private=section.private))
        if lines:
            yield Part(title=section.title, reason=section.reason, lines=tuple(lines))


def _line(pick: Pick, rank: int, press: Press, limit: int, *, private: bool) -> Line:
    paper = pick.paper
    abstract = shorten(paper.abstract, FIRST_ABSTRACT if rank == 1 else limit)
    return Line(
        pick=pick,
        rank=rank,
        title=shorten(paper.title, TITLE),
        abstract=abstract,
        cut=abstract != paper.abstract,
        url=_address(paper, press, private=private),
        why=why(pick.match),
        seen=_seen(paper, press),
        repeats=possibly_same(paper),
        sources=sources(paper)[:4],
        alike=tuple(
            (shorten(each.title, TITLE), _address(each, press, private=private))
            for each in pick.alike[:ALIKE]
        ),
        like=len(pick.alike),
    )


def _address(paper: Paper, press: Press, *, private: bool) -> str:
    # What only a private interest found has no page on the site.
    return source(paper) if private else _url(paper, press)


def _url(paper: Paper, press: Press) -> str:
    """Where a paper's title leads: to its page, or where the site has no address to the paper itself."""
    return f"{press.site.url}/papers/{paper.slug}.html" if press.site.url else source(paper)


def _seen(paper: Paper, press: Press) -> str:
    """“seen on 2 lists: 13 March and 3 June 2026”, for a paper that came back."""
    lists = paper.lists
    return f"Seen on {len(lists)} lists: {days(lists, press.site.language)}" if len(lists) > 1 else ""


def _subject(digest: Digest, press: Press) -> str:
    first = next((pick.paper.title for section in digest.sections for pick in section.picks), "")
    if not first:
        return sendable(f"Nothing new, {day(digest.date, press.site.language)}")
    count = f"{digest.papers} papers: " if digest.papers > 1 else ""
    return count + sendable(shorten(first, SUBJECT - len(count)))


def _preheader(digest: Digest) -> str:
    """What an inbox shows behind the subject: the titles after the first."""
    titles = [pick.paper.title for section in digest.sections for pick in section.picks][1:4]
    return shorten(" · ".join(titles), PREHEADER)


def _tidy(text: str) -> str:
    """No more than two empty lines in a row, no blanks at the ends of lines but the one of “-- ”."""
    lines = [line if line == "-- " else line.rstrip() for line in text.replace("\r", "").split("\n")]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n") + "\n"
