"""The site's own records of a paper, as its API and the pages' ``data-props`` hold them, as listings.

Stage parse, for hf_api and hf_html: a record of unknown shape goes in, a listing or what is wrong with it
comes out. A record is ``{"paper": {…}, "numComments": …}`` or the inner object alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from newsletter.addresses import links
from newsletter.formats import _hf
from newsletter.formats._fields import at, parts, text, texts
from newsletter.formats._values import day, number
from newsletter.formats._values import links as safe_links
from newsletter.identity import arxiv_key
from newsletter.model import Link, ListedPaper, Problem
from newsletter.text import split_keywords

_OWN = ("upvotes", "submittedOnDailyAt", "submittedOnDailyBy", "discussionId", "ai_summary", "thumbnail")
_ID = re.compile(r"[\w.]{1,60}", re.ASCII)


def is_record(value: object) -> bool:
    """Whether an object is one of the site's own records."""
    inner = _inner(value)
    if not text(inner, "id") or not (text(inner, "title") or text(value, "title")):
        return False
    if inner is not value and "summary" in inner:
        return True  # nobody else puts an id, a title and a summary under “paper”
    return any(name in inner or at(value, name) is not None for name in _OWN)


def _inner(record: Any) -> dict[str, Any]:  # noqa: ANN401 JSON holds anything
    inner = at(record, "paper")
    if isinstance(inner, dict):
        return inner
    return record if isinstance(record, dict) else {}


def listings(
    records: Iterable[tuple[int, dict[str, Any] | Problem]], dump: str
) -> Iterator[ListedPaper | Problem]:
    """Each record as a listing, or as a problem where it has no title."""
    for index, record in records:
        if isinstance(record, Problem):
            yield record
        elif text(_inner(record), "title") or text(record, "title"):
            yield _listed(record, index)
        else:
            said = text(_inner(record), "id")
            yield Problem(
                dump=dump, what=f"record {index} has no title" + (f": {said[:60]!r}" if said else "")
            )


def _listed(record: dict[str, Any], index: int) -> ListedPaper:
    inner = _inner(record)
    abstract, keywords = split_keywords(text(inner, "summary") or text(record, "summary"))
    key = arxiv_key(text(inner, "id"))
    return ListedPaper(
        title=text(inner, "title") or text(record, "title"),
        abstract=abstract,
        index=index,
        authors=tuple(_authors(inner)),
        ids=(key,) if key else (),
        links=tuple(dict.fromkeys((*_links(inner), *links(abstract)))),
        keywords=texts(inner, "ai_keywords") or keywords,
        published=day(text(inner, "publishedAt")),
        listed=day(text(inner, "submittedOnDailyAt")),
        votes=number(at(inner, "upvotes")),
        stars=number(at(inner, "githubStars")),
        organisation=_name(at(inner, "organization")) or _name(at(record, "organization")),
        submitter=_name(at(inner, "submittedOnDailyBy")) or _name(at(record, "submittedBy")),
    )


def _authors(inner: dict[str, Any]) -> Iterator[str]:
    """Names of those who are not hidden: a hidden one is a mistake that somebody took back."""
    for author in parts(inner, "authors"):
        name = text(author) if isinstance(author, str) else text(author, "name")
        if name and at(author, "hidden") is not True:
            yield name


def _links(inner: dict[str, Any]) -> Iterator[Link]:
    yield from safe_links(code=text(inner, "githubRepo"), project=text(inner, "projectPage"))
    if _ID.fullmatch(said := text(inner, "id")):
        yield Link(rel="web", url=f"https://{_hf.PAPERS}{said}")


def _name(someone: object) -> str:
    return text(someone, "fullname") or text(someone, "name")
