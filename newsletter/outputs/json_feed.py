"""JSON Feed 1.1 (jsonfeed.org). Feeds in, artifacts out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from newsletter.feed import Entry, Feed, address, feeds
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact
from newsletter.settings import Site

VERSION = "https://jsonfeed.org/version/1.1"


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact]:
    """feed.json for everything, for each profile and for its digests."""
    for feed in feeds(archive, press):
        yield from feed.artifacts("json", json_feed(feed, press.site))


def json_feed(feed: Feed, site: Site) -> bytes:
    """The feed as JSON; a key without a value is left out."""
    document: dict[str, object] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": address(site, feed.page),
        "feed_url": address(site, feed.path("json")),
        "description": feed.description,
        "language": site.language,
        "authors": [{"name": site.title}],
    }
    entries = {"items": [_entry(entry) for entry in feed.entries]}
    return (json.dumps(_told(document) | entries, ensure_ascii=False, indent=1) + "\n").encode()


def _entry(entry: Entry) -> dict[str, object]:
    return _told(
        {
            "id": entry.id,
            "url": entry.link,
            "title": entry.title,
            "content_html": entry.html,
            "summary": entry.summary,
            "date_published": _moment(entry.published),
            "date_modified": _moment(entry.updated),
            "authors": [{"name": author} for author in entry.authors],
            "tags": list(entry.tags),
        }
    )


def _told(fields: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value}


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
