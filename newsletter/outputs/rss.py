"""RSS 2.0 by feedgen, and the OPML list of all feeds. Feeds in, artifacts out.

feedgen's traps are closed here: entries are appended (it would put the newest last), the link to the page
comes after the self link (the channel takes the last one), every date is given (it would write the run's).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from newsletter.feed import TTL_MINUTES, Entry, Feed, address, feeds, home
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact

if TYPE_CHECKING:
    from feedgen.feed import FeedGenerator

STYLE = b'<?xml-stylesheet type="text/css" href="%s"?>\n'


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact]:
    """feed.xml for everything, for each profile and its digests, feeds.opml, and their style."""
    every = feeds(archive, press)
    for feed in every:
        yield from feed.artifacts("xml", rss(feed, press, archive.authority))
    yield Artifact(path="assets/feed.css", content=press.render("assets/feed.css").encode())
    opml = press.render("feeds/feeds.opml", feeds=every, updated=max(feed.updated for feed in every))
    yield Artifact(path="feeds/feeds.opml", content=opml.encode())


def rss(feed: Feed, press: Press, authority: str) -> bytes:
    """The feed as RSS 2.0."""
    from feedgen.feed import FeedGenerator  # noqa: PLC0415  (40 ms, and other runs need no feed)

    site = press.site
    channel = FeedGenerator()
    channel.load_extension("dc")
    channel.title(feed.title)
    channel.description(feed.description)
    channel.language(site.language)
    channel.generator("Newsletter")
    channel.ttl(TTL_MINUTES)
    channel.lastBuildDate(feed.updated)
    if site.url:
        channel.link(href=address(site, feed.path("xml")), rel="self", type="application/rss+xml")
    channel.link(href=address(site, feed.page) or home(site, authority) + "/", rel="alternate")
    for entry in feed.entries:
        _add(channel, entry)
    return _styled(channel.rss_str(pretty=True), feed)


def _add(channel: FeedGenerator, entry: Entry) -> None:
    # A reader takes a description for HTML, whatever was meant: so it is HTML.
    added = channel.add_entry(order="append")
    added.id(entry.id)
    added.guid(entry.id, permalink=False)
    added.title(entry.title)
    added.description(escape(entry.summary, quote=False))
    added.content(entry.html)
    added.published(entry.published)
    added.updated(entry.updated)
    if entry.link:
        added.link(href=entry.link)
    if entry.authors:
        added.dc.dc_creator(list(entry.authors))
    for tag in entry.tags:
        added.category(term=tag)


def _styled(document: bytes, feed: Feed) -> bytes:
    """With a style sheet, so that who opens it in a browser sees a page. Never XSLT: browsers drop it."""
    declaration, _, rest = document.partition(b"\n")
    up = "../" * feed.path("xml").count("/")
    return declaration + b"\n" + STYLE % f"{up}assets/feed.css".encode() + rest
