"""What daily crawlers of arXiv leave: a record per line, as JSON or as Python prints a dict.

Stage parse: lines go in, papers come out. A record has an arXiv id, a title, and its abstract as `summary` or
`abstract`. The exact repeats that such files have (a paper stands there once for each of its categories) come
out as often as they stand there.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from newsletter.formats import _arxiv, encoding, lines
from newsletter.formats._json import head_value, lines_of, records
from newsletter.formats._values import day, links
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "arXiv records of a daily crawler, JSON lines"

Record = dict[str, Any]

_CRAWLED = ({"id", "abs", "pdf", "title", "authors"}, {"arxiv_id", "title", "authors"})
"""The fields by which we know them."""


def recognise(dump: Dump) -> str:
    kind, record = head_value(dump)
    if _is_printed(dump.head):
        record = _first_printed(dump.head)
    elif not kind:
        return "neither JSON nor dicts as Python prints them"
    if {"arxiv_id", "category", "summary"} <= set(record):
        return "its records have a category and a summary, as the Hugging Face digests have"
    if {"paper_url", "url_abs"} <= set(record):
        return "its records are those of Papers with Code"
    if not any(fields <= set(record) for fields in _CRAWLED):
        return "its first record has neither id, abs, pdf nor arxiv_id, with title and authors"
    return "" if _keys(record) else "its first record has no arXiv id"


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    place = "index" if head_value(dump)[0] == "array" else "line"
    for number, found in _records(dump):
        yield found if isinstance(found, Problem) else _listed(dump.name, found, **{place: number})


def _records(dump: Dump) -> Iterator[tuple[int, Record | Problem]]:
    if _is_printed(dump.head):
        return _printed_records(dump)
    return records(dump, "item") if head_value(dump)[0] == "array" else lines_of(dump)


# -------------------------------------------------------------------------------------------- records


def _listed(
    dump: str, record: Record, *, line: int | None = None, index: int | None = None
) -> ListedPaper | Problem:
    title = _text(record, "title")
    if not title:
        return Problem(
            dump=dump, line=line, what=f"record {index} has no title" if index else "a record has no title"
        )
    arxiv, keys = _own_id(record), _keys(record)
    names, places = _authors(record.get("authors"))
    return ListedPaper(
        title=title,
        abstract=_text(record, "summary") or _text(record, "abstract"),
        line=line,
        index=index,
        authors=names,
        affiliations=places,
        ids=keys,
        links=_arxiv.abstract_page(keys) + links(pdf=_text(record, "pdf"), code=_text(record, "code_url")),
        categories=_categories(record.get("categories")),
        venue=_text(record, "journal_ref"),
        comment=_text(record, "comment") or _text(record, "comments"),
        version=_arxiv.version(arxiv),
        published=day(record.get("published")),
        updated=day(record.get("updated")),
    )


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return _arxiv.one_line(value) if isinstance(value, str) else ""


def _own_id(record: Record) -> str:
    places = (_text(record, name) for name in ("id", "arxiv_id", "abs", "link", "pdf"))
    return next((place for place in places if _arxiv.ids(place)), "")


def _keys(record: Record) -> tuple[str, ...]:
    return _arxiv.ids(_own_id(record), _text(record, "doi"))


def _authors(value: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of a list of names, or of one text."""
    if isinstance(value, str):
        return _arxiv.authors(value)
    names = value if isinstance(value, list | tuple) else ()
    return tuple(
        _arxiv.plain_name(_arxiv.one_line(name)) for name in names if isinstance(name, str) and name.strip()
    ), ()


def _categories(value: object) -> tuple[str, ...]:
    terms = value.split() if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return tuple(dict.fromkeys(term for term in terms if isinstance(term, str) and _arxiv.is_category(term)))


# ------------------------------------------------------------------------------------ printed dicts

_PRINTED = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}\{'")
_STRING = re.compile(r"""'[^'\\]*+(?:\\.[^'\\]*+)*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+\"""", re.DOTALL)
_AROUND_STRINGS = re.compile(r"[\[\](){},:\s\w.+-]*+")
_LONGEST = 1_000_000
_MOST_BRACKETS = 20_000
_DEEPEST = 20
"""Python's own reader can be brought down by nesting; real records nest one list in one dict."""


def _is_printed(head: bytes) -> bool:
    return _PRINTED.match(head) is not None


def _first_printed(head: bytes) -> Record:
    """The first line's record; of a line that the head cuts off, what its complete fields say."""
    line = head.decode(encoding(head), "newsletter.western").lstrip("\ufeff\0 \t\r\n").partition("\n")[0]
    whole = _printed(line)
    if isinstance(whole, dict):
        return whole
    fields = [found[0] for found in _STRING.finditer(line[:_LONGEST])]
    return {key[1:-1]: value[1:-1] for key, value in zip(fields[::2], fields[1::2], strict=False)}


def _printed_records(dump: Dump) -> Iterator[tuple[int, Record | Problem]]:
    broken: Problem | None = None
    for number, line in lines(dump):
        if broken is not None:
            yield broken.line or 0, broken
            broken = None
        if not line.strip():
            continue
        found = _printed(line)
        if isinstance(found, dict):
            yield number, found
        else:
            broken = Problem(dump=dump.name, line=number, what=f"a line that is no record: {found}")
    if broken is not None:
        yield broken.line or 0, _cut(broken)


def _cut(last: Problem) -> Problem:
    what = "the file ends in the middle of a record"
    hint = "the file seems cut off; put the whole file back and run again"
    return Problem(dump=last.dump, line=last.line, what=what, hint=hint, cut=True)


def _printed(line: str) -> Record | str:
    """The dict that a line shows in Python's way of writing, or why it is none; nothing is executed."""
    if len(line) > _LONGEST:
        return f"it has more than {_LONGEST:,} characters"
    if not _is_plain(_STRING.sub("''", line)):
        return "it is no plain list of fields"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of stray backslashes: the text stays as it stands
            value = ast.literal_eval(line.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        return f"{type(error).__name__}"
    return value if isinstance(value, dict) else f"a {type(value).__name__}"


def _is_plain(skeleton: str) -> bool:
    """Whether what stands around the strings is nothing but brackets, numbers and words, and not deep."""
    without = skeleton.replace("''", "")
    if not _AROUND_STRINGS.fullmatch(without) or "--" in without or "++" in without:
        return False
    depth = deepest = count = 0
    for sign in without:
        if sign in "[({":
            depth, count = depth + 1, count + 1
            deepest = max(deepest, depth)
        elif sign in "])}":
            depth -= 1
    return deepest <= _DEEPEST and count <= _MOST_BRACKETS
