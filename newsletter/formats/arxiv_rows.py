"""The table of a daily crawler as JSON (cv-arxiv-daily.json): topics, and in each a Markdown row for each id.

    {"SLAM": {"2110.07546": "|**2021-10-14**|**Active SLAM …**|Shumon Koga et.al.|[2110.07546](http…)|null|"}}

Stage parse: a document goes in; a paper for each row comes out, with its topic as keyword. A paper that
stands under two topics comes out twice. The rows are read as they come, so a file that is cut off gives all
before the cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from newsletter.formats import _arxiv, utf8
from newsletter.formats._json import head_value
from newsletter.formats._values import day, links
from newsletter.model import Dump, DumpDate, Link, ListedPaper, Problem

TITLE = "arXiv table of a daily crawler, Markdown rows in JSON"

_LINK = re.compile(r"\[[^\[\]]{0,300}\]\((https?://[^\s()]{1,500})\)")
_LONGEST = 1024 * 1024
"""Bytes of a row that are read; real ones have at most a few hundred."""
_COLUMNS = 5
"""Date, title, authors, page, code."""


def recognise(dump: Dump) -> str:
    kind, topics = head_value(dump)
    if kind != "object":
        return "no JSON object of topics"
    rows = (row for topic in topics.values() if isinstance(topic, dict) for row in topic.values())
    first = next(rows, None)
    if not isinstance(first, str) or not first.startswith("|") or "arxiv.org/" not in first:
        return "its topics hold no Markdown rows that link arXiv"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    for index, found in enumerate(_pairs(dump), 1):
        yield found if isinstance(found, Problem) else _row(dump.name, found, index)


# ---------------------------------------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class _Pair:
    """A topic, and in it an id and its row."""

    topic: str
    id: str
    row: str


def _row(dump: str, pair: _Pair, index: int) -> ListedPaper | Problem:
    columns = [column.strip() for column in _arxiv.one_line(pair.row).strip("|").split("|")]
    if len(columns) < _COLUMNS:
        return Problem(
            dump=dump, what=f"row {index} ({pair.id[:40]}) has {len(columns)} columns, not {_COLUMNS}"
        )
    # A title may hold bars ("|x|"), so the columns are counted from both ends.
    title = _bare(" | ".join(columns[1 : 2 - _COLUMNS])) if len(columns) > _COLUMNS else _bare(columns[1])
    if not title:
        return Problem(dump=dump, what=f"row {index} ({pair.id[:40]}) has no title")
    page, code = _LINK.search(columns[-2]), _LINK.search(columns[-1])
    keys = _arxiv.ids(pair.id) or _arxiv.ids(page[1] if page else "")
    return ListedPaper(
        title=title,
        index=index,
        authors=_arxiv.authors(columns[-3].replace(" et.al.", ""))[0],
        ids=keys,
        links=_arxiv.abstract_page(keys) + _code(code),
        keywords=(pair.topic,) if pair.topic.strip() else (),
        version=_arxiv.version(page[1] if page else pair.id),
        updated=day(_bare(columns[0])),
    )


def _bare(cell: str) -> str:
    return cell.strip().removeprefix("**").removesuffix("**").strip()


def _code(found: re.Match[str] | None) -> tuple[Link, ...]:
    return links(code=found[1]) if found else ()


# ------------------------------------------------------------------------------------ reading the JSON

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}:,]', re.DOTALL)
_ROW_DEPTH = 2


def _pairs(dump: Dump) -> Iterator[_Pair | Problem]:
    scan = _Scan(dump.name)
    for piece in utf8(dump):
        yield from scan.take(piece)
        if scan.over:
            return
    yield from scan.end()


class _Scan:
    """Where in the document we are: how deep, under which topic and key."""

    def __init__(self, dump: str) -> None:
        self.dump = dump
        self.over = False
        self._rest = b""
        self._depth = 0
        self._key = self._topic = ""
        self._value = False  # whether a value comes next

    def take(self, piece: bytes) -> Iterator[_Pair | Problem]:
        """The rows that are complete with this piece."""
        text, end = self._rest + piece, 0
        for token in _TOKEN.finditer(text):
            if token[0] == b'"':
                end = token.start()
                break
            end = token.end()
            yield from self._token(token[0])
        self._rest = text[end:] if text[end : end + 1] == b'"' else b""
        if len(self._rest) > _LONGEST:
            self.over = True
            yield Problem(
                dump=self.dump, what=f"a text of more than {_LONGEST:,} bytes: nothing after was read"
            )

    def end(self) -> Iterator[Problem]:
        if self._depth > 0 or self._rest:
            hint = "the file seems cut off; put the whole file back and run again"
            yield Problem(
                dump=self.dump, what="the file ends in the middle of the table", hint=hint, cut=True
            )

    def _token(self, token: bytes) -> Iterator[_Pair | Problem]:
        if token in (b"{", b"["):
            if self._depth == 1:
                self._topic = self._key
            self._depth += 1
            self._value = False
        elif token in (b"}", b"]"):
            self._depth -= 1
            self._value = False
        elif token in (b":", b","):
            self._value = token == b":"
        elif not self._value:
            self._key = _string(token)
        elif self._depth == _ROW_DEPTH:
            yield _Pair(self._topic, self._key, _string(token))


def _string(token: bytes) -> str:
    try:
        value = orjson.loads(token)
    except orjson.JSONDecodeError:
        value = token[1:-1].decode("utf-8", "replace")
    return str(value)
