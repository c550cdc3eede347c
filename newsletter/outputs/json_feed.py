"""JSON Feed 1.1 (jsonfeed.org). Feeds in, artifacts out; an entry a line, made once for all its feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from newsletter.feed import Entry, Feed, Fragments, address, written
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact, Draft
from newsletter.settings import Site
from newsletter.shelf import feeds

VERSION = "https://jsonfeed.org/version/1.1"


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact | Draft]:
    """feed.json for everything and what trends, for each profile and for digests."""
    yield from written(feeds(archive, press), "json", partial(json_feed, site=press.site))


def json_feed(feed: Feed, known: Fragments, site: Site) -> bytes:
    """The feed as JSON; a key without a value is left out. `known` are the fragments of entries."""
    document: dict[str, object] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": address(site, feed.page),
        "feed_url": address(site, feed.path("json")),
        "next_url": address(site, feed.beside("json", feed.previous)) if feed.previous else "",
        "description": feed.description,
        "language": site.language,
        "authors": [{"name": site.title}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in feed.hubs(site)],
    }
    head = json.dumps(_told(document), ensure_ascii=False, indent=1).removesuffix("\n}")
    entries = ",\n  ".join(_entry(entry, known) for entry in feed.entries)
    return f'{head},\n "items": [\n  {entries}\n ]\n}}\n'.encode()


def _entry(entry: Entry, known: Fragments) -> str:
    before, after = known.get(entry.key) or known.setdefault(entry.key, _fragment(entry))
    published, updated = _moment(entry.published), _moment(entry.updated)
    return f'{before}, "date_published": "{published}", "date_modified": "{updated}"{after}'


def _fragment(entry: Entry) -> tuple[str, str]:
    """All of an entry that stands before its dates, and all that stands after them."""
    fields: dict[str, object] = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "authors": [{"name": author} for author in entry.authors],
        "tags": list(entry.tags),
    }
    return json.dumps(_told(fields), ensure_ascii=False).removesuffix("}"), "}"


def _told(fields: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value}


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
