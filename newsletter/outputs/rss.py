"""RSS 2.0 by feedgen, and the OPML list of all feeds. Feeds in, artifacts out.

feedgen's traps are closed here: entries are appended (it would put the newest last), the link to the page
comes after the self link (the channel takes the last one), its date is given (it would write the run's).
It writes no link but the self link, so hubs and archive documents come in by an extension of its own kind.

It writes each entry once, in the first feed that has it: the others get the same words with another date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.utils import format_datetime
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from newsletter.feed import STYLE, TTL_MINUTES, Entry, Feed, Fragments, address, home, up, written
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact, Draft
from newsletter.settings import Site
from newsletter.shelf import feeds

if TYPE_CHECKING:
    from feedgen.feed import FeedGenerator
    from lxml.etree import _Element

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
ITEM, END = "    <item>\n", "  </channel>\n</rss>\n"
"""How an entry begins and a document ends, as lxml lays them out; in a text there is no <."""


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact | Draft]:
    """feed.xml for everything and what trends, for each profile and for digests; feeds.opml; their style."""
    every = feeds(archive, press)
    yield from written(every, "xml", partial(rss, press=press, authority=archive.authority))
    yield Artifact(path=STYLE, content=press.render(STYLE).encode())
    opml = press.render("feeds/feeds.opml", feeds=every, updated=max(feed.updated for feed in every))
    yield Artifact(path="feeds/feeds.opml", content=opml.encode())


def rss(feed: Feed, known: Fragments, press: Press, authority: str) -> bytes:
    """The feed as RSS 2.0; `known` are the fragments of entries, to which it adds."""
    new = {entry.key: entry for entry in feed.entries if entry.key not in known}
    document = _document(feed, new.values(), press.site, authority)
    head, *items = document.removesuffix(END).split(ITEM)
    known.update(zip(new, map(_fragment, items), strict=True))
    return (_styled(head, feed) + "".join(_entry(entry, known) for entry in feed.entries) + END).encode()


def _document(feed: Feed, entries: Iterable[Entry], site: Site, authority: str) -> str:
    """The feed with some entries, as feedgen writes it."""
    from feedgen.feed import FeedGenerator  # noqa: PLC0415  (40 ms, and other runs need no feed)

    channel = FeedGenerator()
    channel.load_extension("dc")
    channel.register_extension("links", partial(_Links, feed, site), atom=False)
    channel.title(feed.title)
    channel.description(feed.description)
    channel.language(site.language)
    channel.generator("Newsletter")
    channel.ttl(TTL_MINUTES)
    channel.lastBuildDate(feed.updated)
    if site.url:
        channel.link(href=address(site, feed.path("xml")), rel="self", type="application/rss+xml")
    channel.link(href=address(site, feed.page) or home(site, authority) + "/", rel="alternate")
    for entry in entries:
        _add(channel, entry)
    text: str = channel.rss_str(pretty=True).decode()
    return text


def _fragment(item: str) -> tuple[str, str]:
    """All of an entry that stands before its date, and all that stands after it."""
    before, opened, dated = item.partition("<pubDate>")
    _, closed, after = dated.partition("</pubDate>")
    return f"{ITEM}{before}{opened}", f"{closed}{after}"


def _entry(entry: Entry, known: Fragments) -> str:
    before, after = known[entry.key]
    return f"{before}{format_datetime(entry.published)}{after}"


class _Links:
    """What feedgen asks its extensions: here, to add to the channel what it cannot say itself."""

    def __init__(self, feed: Feed, site: Site) -> None:
        self.frozen = bool(feed.stem)
        neighbours = {rel: address(site, feed.beside("xml", stem)) for rel, stem in feed.neighbours()}
        self.links = [(rel, url) for rel, url in neighbours.items() if url]
        self.links += [("hub", hub) for hub in feed.hubs(site)]

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY} if self.frozen else {}

    def extend_rss(self, document: _Element) -> _Element:
        from lxml.etree import SubElement  # noqa: PLC0415  (feedgen brings it)

        channel = document[0]
        if self.frozen:
            SubElement(channel, f"{{{HISTORY}}}archive")
        for rel, url in self.links:
            SubElement(channel, f"{{{ATOM}}}link", href=url, rel=rel)
        return document


def _add(channel: FeedGenerator, entry: Entry) -> None:
    # A reader takes a description for HTML, whatever was meant: so it is HTML.
    added = channel.add_entry(order="append")
    added.guid(entry.id, permalink=False)
    added.title(entry.title)
    added.description(escape(entry.summary, quote=False))
    added.content(entry.html)
    added.published(entry.published)
    if entry.link:
        added.link(href=entry.link)
    if entry.authors:
        added.dc.dc_creator(list(entry.authors))
    for tag in entry.tags:
        added.category(term=tag)


def _styled(head: str, feed: Feed) -> str:
    """With a style sheet, so that who opens it in a browser sees a page. Never XSLT: browsers drop it."""
    declaration, _, rest = head.partition("\n")
    return f'{declaration}\n<?xml-stylesheet type="text/css" href="{up(feed, "xml")}{STYLE}"?>\n{rest}'
