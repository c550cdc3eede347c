"""JSON that people make of Hugging Face Daily Papers: records of scrapers and digests.

Stage parse: an array of records or JSON lines. A scraper's record has ``paper_url`` and ``details``, a
digest's has ``arxiv_id``, ``category`` and ``summary``. The site's own records are hf_api.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.addresses import links as links_in
from newsletter.formats import _hf
from newsletter.formats._fields import at, text, texts
from newsletter.formats._json import head_value, objects
from newsletter.formats._values import authors, day, ids, links, number
from newsletter.model import Dump, ListedPaper, Problem
from newsletter.text import split_keywords

TITLE = "JSON digest of Hugging Face Daily Papers"

_ADDRESSES = (
    ("arxiv_id",), ("link",), ("details", "arxiv_page_url"), ("details", "pdf_url"), ("paper_url",),
)  # fmt: skip
_OF_THE_SITE = "https://github.com/huggingface"
"""The code host that every page of the site links to; it is no paper's."""


def recognise(dump: Dump) -> str:
    kind, value = head_value(dump)
    if not kind:
        return "it is no JSON"
    if _hf.PAPERS in text(value, "paper_url") and ("details" in value or "scraped_date" in value):
        return ""
    if "title" in value and {"arxiv_id", "category", "summary"} <= value.keys():
        return ""
    return "no records with “paper_url” and “details”, or “arxiv_id”, “category” and “summary”"


def read(dump: Dump) -> Iterator[ListedPaper | Problem]:
    for index, record in objects(dump):
        if isinstance(record, Problem):
            yield record
        elif title := text(record, "title") or text(record, "details", "title"):
            yield _listed(record, title, index)
        else:
            yield Problem(dump=dump.name, what=f"record {index} has no title{_which(record)}")


def _which(record: dict[str, Any]) -> str:
    said = text(record, "paper_url") or text(record, "arxiv_id")
    return f": {_hf.quoted(said)}" if said else ""


def _listed(record: dict[str, Any], title: str, index: int) -> ListedPaper:
    told = text(record, "details", "abstract") or text(record, "abstract") or text(record, "summary")
    abstract, keywords = split_keywords(told)
    addresses = tuple(said for path in _ADDRESSES if (said := text(record, *path)))
    return ListedPaper(
        title=title,
        abstract=abstract,
        index=index,
        authors=texts(record, "authors")
        if isinstance(at(record, "authors"), list)
        else authors(text(record, "authors")),
        ids=ids(*addresses),
        links=tuple(dict.fromkeys((*links(*addresses, *_code(record)), *links_in(abstract)))),
        keywords=(category,) if (category := text(record, "category")) else keywords,
        listed=day(text(record, "scraped_date")),
        stars=number(at(record, "stars")),
        votes=number(at(record, "upvotes")),
    )


def _code(record: dict[str, Any]) -> tuple[str, ...]:
    return tuple(url for url in texts(record, "details", "github_links") if url.rstrip("/") != _OF_THE_SITE)
