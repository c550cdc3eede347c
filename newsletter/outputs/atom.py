"""Atom 1.0 (RFC 4287). Feeds in, artifacts out. Not by feedgen, which loses the attributes of links."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.feed import Feed, address, feeds
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact]:
    """atom.xml for everything, for each profile and for its digests."""
    for feed in feeds(archive, press):
        yield from feed.artifacts("atom.xml", atom(feed, press))


def atom(feed: Feed, press: Press) -> bytes:
    """The feed as Atom."""
    own = feed.path("atom.xml")
    text = press.render(
        "feeds/atom.xml",
        feed=feed,
        up="../" * own.count("/"),
        own=address(press.site, own),
        page=address(press.site, feed.page),
    )
    return text.encode()
