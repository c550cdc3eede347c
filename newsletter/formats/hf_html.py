"""A Hugging Face page of papers, saved as HTML: of a day, a week, a month, a search, or one paper.

Stage parse: the page holds its papers as JSON in the ``data-props`` of an element, escaped in double quotes,
or in single quotes where a program has set the page anew. Where no such element is left, the cards that the
page shows are read: titles, votes and submitters, without abstracts. The page's date comes with the papers.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from newsletter.errors import UnreadableDump
from newsletter.formats import _hf, utf8
from newsletter.formats._hf_records import listings
from newsletter.formats._json import records
from newsletter.identity import arxiv_key
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem

TITLE = "Hugging Face Daily Papers, the page as HTML"

_MARKS = (
    'data-target="dailypapers"',
    "data-target='dailypapers'",
    "dailypaperspage",
    'data-target="papercontent"',
    'content="paper page - ',
    "<title>daily papers - hugging face",
    'content="https://huggingface.co/papers"',
    'content="https://huggingface.co/papers/date/',
    'content="https://huggingface.co/papers/week/',
    'content="https://huggingface.co/papers/month/',
    'content="https://huggingface.co/papers/trending',
)
_PROPS = "data-props="
_LIST = "dailyPapers"
_LONGEST_PAGE = 64 * 1024**2
_ENDING = 200
_ONE = ('{"paper":', "{&quot;paper&quot;:")
"""How the props of the page of a single paper begin."""
_BEHIND = 2_000
"""Characters at the end of the props in which a date may stand that is not a paper's."""


def recognise(dump: Dump) -> str:
    if not _hf.starts_html(dump):
        return "it is no HTML"
    head = dump.head.replace(b"\0", b"").decode("utf-8", "replace").lower()
    return "" if any(mark in head for mark in _MARKS) else "it is no page of huggingface.co/papers"


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    page = _page(dump)
    if props := _props(page):
        yield from _dated(props)
        yield from listings(_within(dump, props), dump.name)
        return
    yield from _shown(dump, page)
    if not page[-_ENDING:].rstrip().lower().endswith("</html>"):
        yield Problem(dump=dump.name, what="the page stops before its end", hint=_hf.PUT_BACK, cut=True)


def _page(dump: Dump) -> str:
    pieces: list[bytes] = []
    size = 0
    for piece in utf8(dump):
        size += len(piece)
        if size > _LONGEST_PAGE:
            raise UnreadableDump(f"a page of more than {_LONGEST_PAGE:,} bytes")
        pieces.append(piece)
    return b"".join(pieces).decode("utf-8", "replace")


# ------------------------------------------------------------------------------------- what it holds


def _props(page: str) -> str:
    """The JSON of the element that holds papers, or the page's one, unescaped, as far as it goes; else ""."""
    start = 0
    while (start := page.find(_PROPS, start)) >= 0:
        start += len(_PROPS)
        if (quote := page[start : start + 1]) not in ("'", '"'):
            continue
        end = page.find(quote, start + 1)
        told = page[start + 1 : end if end >= 0 else None]
        if told.startswith(_ONE) or f"{_LIST}&quot;" in told or f'{_LIST}"' in told:
            return html.unescape(told)
    return ""


def _within(dump: Dump, props: str) -> Iterator[tuple[int, dict[str, object] | Problem]]:
    content = props.encode("utf-8", "replace")
    inner = replace(dump, head=content[: len(dump.head)], open=lambda: io.BytesIO(content))
    return records(inner, *(("",) if props.startswith(_ONE) else (f"{_LIST}.item",)))


_DATE = re.compile(r'"(?:date|dailyDate|currentDate)" ?: ?"(\d{4}-\d{2}-\d{2})')


def _dated(props: str) -> Iterator[DumpDate]:
    """The day of the page, which stands beside its papers."""
    if props.startswith(_ONE):
        return
    start = props.index(f'"{_LIST}"')
    said = _DATE.search(props, 0, start) or _DATE.search(props, max(start, len(props) - _BEHIND))
    if said and (day := _hf.iso_date(said[1])):
        yield _hf.as_said(day)


# ------------------------------------------------------------------------------------ what it shows

_ARTICLE = re.compile(r"</?article\b", re.IGNORECASE)
_TOKEN = re.compile(r"<(/?[a-zA-Z][\w-]*+)([^<>]*+)>|<[^<>]*+>|([^<]+)")
_PAPER = re.compile(r"""href=["']?(?:https://huggingface\.co)?/papers/(\d[\w.]{0,60})["'\s]?""")


def _shown(dump: Dump, page: str) -> Iterator[ListedPaper | Problem]:
    """The cards of a page, cut out by hand: an HTML parser takes hours over a tag of 100,000 attributes."""
    bounds = [found.start() for found in _ARTICLE.finditer(page)]
    line, counted = 1, 0
    for start, end in pairwise((*bounds, len(page))):
        line, counted = line + page.count("\n", counted, start), start
        card = _card(page[start:end])
        if card is None:
            continue
        if card.title:
            yield _listed(card, line)
        else:
            yield Problem(dump=dump.name, line=line, what=f"a card without a title: {_hf.quoted(card.said)}")


@dataclass(frozen=True, slots=True)
class _Card:
    """A paper's id and title, and the texts that stand before the title."""

    said: str
    title: str
    before: tuple[str, ...]


def _card(markup: str) -> _Card | None:
    """The card that is some markup, where a heading of it leads to a paper."""
    texts: list[str] = []
    said, heading, title_at = "", False, 0
    for tag, attributes, text in (found.groups("") for found in _TOKEN.finditer(markup)):
        if shown := " ".join(html.unescape(text).split()):
            texts.append(shown)
        elif tag.lower() == "h3":
            heading, title_at = True, len(texts)
        elif heading and tag.lower() == "a" and (found := _PAPER.search(attributes)):
            said = found[1]
        elif tag.lower() == "/h3" and said:
            return _Card(said, " ".join(texts[title_at:]), tuple(texts[:title_at]))
    return None


def _listed(card: _Card, line: int) -> ListedPaper:
    votes = (count for text in reversed(card.before) if (count := _hf.count(text)) is not None)
    named = (place for place, text in enumerate(card.before) if _hf.submitter(text) is not None)
    place = next(named, None)
    key = arxiv_key(card.said)
    return ListedPaper(
        title=card.title,
        line=line,
        ids=(key,) if key else (),
        links=(Link(rel="web", url=f"https://{_hf.PAPERS}{card.said}"),),
        votes=next(votes, None),
        submitter="" if place is None else _submitter(card.before, place),
    )


def _submitter(texts: tuple[str, ...], place: int) -> str:
    return _hf.submitter(texts[place]) or "".join(texts[place + 1 : place + 2])
