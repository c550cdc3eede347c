"""Zotero's own JSON: Better BibTeX's export ("BetterBibTeX JSON"), and what Zotero's web service answers.

Stage parse: the records under "items", or the array's. Notes and attachments hang on a record or stand beside
it: they are no papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsletter.formats._fields import at, parts, text
from newsletter.formats._json import head_value, records
from newsletter.formats._library import Found, noted_ids, titled, without_markup
from newsletter.formats._values import day, ids, links, plain
from newsletter.identity import arxiv_version
from newsletter.model import Dump, ListedPaper, Problem

TITLE = "Zotero JSON (Better BibTeX)"

_BESIDE = ("attachment", "note", "annotation")


def recognise(dump: Dump) -> str:
    shape, first = head_value(dump)
    exported = shape == "object" and "zotero" in text(first, "config", "id").lower()
    label = text(first, "config", "label") if shape == "object" else ""
    if exported or label.replace(" ", "").lower().startswith("betterbibtex"):
        return ""
    one = first if shape == "array" else at(first, "items", 0)
    if text(one, "itemType") or (text(one, "data", "itemType") and text(one, "library", "type")):
        return ""
    return "there is no Zotero record (“itemType”) in its beginning"


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, _listings(dump))


def _listings(dump: Dump) -> Iterator[Found]:
    for index, one in records(dump, "items.item", "item"):
        if isinstance(one, Problem):
            yield one
            continue
        # The web service wraps what it has to say of a record around the record.
        record = at(one, "data") if isinstance(one.get("data"), dict) else one
        if text(record, "itemType") not in _BESIDE:
            yield _listed(index, record)


def _listed(index: int, record: dict[str, Any]) -> ListedPaper:
    url, archived = text(record, "url"), text(record, "archiveID")
    extra = at(record, "extra")
    return ListedPaper(
        index=index,
        title=without_markup(text(record, "title")) or text(record, "caseName") or text(record, "subject"),
        abstract=plain(text(record, "abstractNote")),
        authors=tuple(filter(None, map(_name, parts(record, "creators")))),
        ids=ids(
            ("doi", text(record, "DOI")), archived, url, *noted_ids(extra if isinstance(extra, str) else "")
        ),
        version=arxiv_version(archived) if "arxiv" in archived.lower() else None,
        links=links(url),
        keywords=tuple(dict.fromkeys(filter(None, (text(tag, "tag") for tag in parts(record, "tags"))))),
        venue=next((said for name in _VENUES if (said := text(record, name))), ""),
        published=day(text(record, "date")),
    )


_VENUES = (
    "publicationTitle",
    "proceedingsTitle",
    "bookTitle",
    "conferenceName",
    "websiteTitle",
    "university",
)


def _name(creator: object) -> str:
    """An author's name; editors and translators are none."""
    if text(creator, "creatorType") not in ("author", ""):
        return ""
    return " ".join(filter(None, (text(creator, "firstName"), text(creator, "lastName")))) or text(
        creator, "name"
    )
