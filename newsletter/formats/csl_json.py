"""CSL-JSON: what Zotero exports under that name, Pandoc and citation processors read, and doi.org can answer.

Stage parse: an array of references, a single one, or one a line. Crossref's own records have many fields in
common with CSL and some that no CSL file has: those files are crossref.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from newsletter.formats._fields import at, parts, text
from newsletter.formats._json import head_value, lines_of, records
from newsletter.formats._library import Found, noted_ids, titled, without_markup
from newsletter.formats._values import day, ids, links, plain
from newsletter.identity import arxiv_version
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "CSL-JSON (Zotero, Pandoc)"

_KINDS = """
    article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection
    dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview
    legal_case legislation manuscript map motion_picture musical_score pamphlet paper-conference patent
    performance periodical personal_communication post post-weblog regulation report review review-book
    software song speech standard thesis treaty webpage
    """
"""The types of CSL 1.0.2."""
_STRANGE = """
    paper paperId itemType indexed deposited member prefix reference-count abstract_inverted_index attributes
    forum arxiv_id upvotes categories doi
    """
"""Keys that other formats' records have and no CSL file."""


def recognise(dump: Dump) -> str:
    shape, first = head_value(dump)
    if not shape:
        return "it is no JSON"
    if text(first, "type") not in _KINDS.split() or first.keys() & set(_STRANGE.split()):
        return "its first record has no CSL type such as “article-journal”"
    named = {"title", "author", "issued", "container-title", "DOI", "URL"} & first.keys()
    return (
        ""
        if named and isinstance(first.get("title", ""), str) and "id" in first
        else "it is no reference with an id"
    )


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, _listings(dump))


def _listings(dump: Dump) -> Iterator[Found]:
    lines = head_value(dump)[0] == "lines"
    for index, one in lines_of(dump) if lines else records(dump, "item", ""):
        yield one if isinstance(one, Problem) else _listed(index, one)


def _listed(index: int, reference: dict[str, Any]) -> ListedPaper:
    number, note, url = (text(reference, key) for key in ("number", "note", "URL"))
    named = ("" if not number.lower().startswith("arxiv") else number, url)
    return ListedPaper(
        index=index,
        title=without_markup(text(reference, "title")),
        abstract=plain(text(reference, "abstract")),
        authors=tuple(filter(None, map(_name, parts(reference, "author")))),
        ids=ids(
            ("doi", text(reference, "DOI")),
            *named,
            ("pmid", text(reference, "PMID")),
            *noted_ids(_noted(note)),
        ),
        version=next((version for one in named if (version := arxiv_version(one))), None),
        links=links(url),
        keywords=tuple(word.strip() for word in text(reference, "keyword").split(",") if word.strip()),
        venue=text(reference, "container-title")
        or text(reference, "event-title")
        or text(reference, "event"),
        published=day(at(reference, "issued", "date-parts")) or day(at(reference, "issued", "raw")),
    )


_KEY = re.compile(r"\s(?=(?:DOI|arXiv|PMID)\s?:)", re.IGNORECASE)


def _noted(note: str) -> str:
    return _KEY.sub("\n", note)


def _name(author: object) -> str:
    """Given name, particles, family name, suffix; or the name that stands whole under "literal"."""
    if isinstance(author, str):
        return text(author)
    names = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(filter(None, (text(author, name) for name in names))) or text(author, "literal")
