"""Atom 1.0 (RFC 4287). Feeds in, artifacts out. Not by feedgen, which loses the attributes of links.

The frame is a template; the entries are joined here, each of them once for all feeds that have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from markupsafe import Markup, escape

from newsletter.feed import Entry, Feed, Fragments, address, up, written
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact, Draft
from newsletter.shelf import feeds
from newsletter.text import shorten

SUMMARY = 400
"""What an entry says in short, for who opens a feed in a browser; the content has all."""


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact | Draft]:
    """atom.xml for everything and what trends, for each profile and for digests."""
    yield from written(feeds(archive, press), "atom.xml", partial(atom, press=press))


def atom(feed: Feed, known: Fragments, press: Press) -> bytes:
    """The feed as Atom; `known` are the fragments of entries, to which it adds."""
    site = press.site
    linked = {rel: address(site, feed.beside("atom.xml", stem)) for rel, stem in feed.neighbours()}
    text = press.render(
        "feeds/atom.xml",
        feed=feed,
        entries=Markup("".join(_entry(entry, known) for entry in feed.entries)),  # noqa: S704 - escaped
        up=up(feed, "atom.xml"),
        own=address(site, feed.path("atom.xml")),
        page=address(site, feed.page),
        linked={rel: url for rel, url in linked.items() if url},
    )
    return text.encode()


def _entry(entry: Entry, known: Fragments) -> str:
    before, after = known.get(entry.key) or known.setdefault(entry.key, _fragment(entry))
    return (
        f"{before}<published>{_moment(entry.published)}</published>\n"
        f"<updated>{_moment(entry.updated)}</updated>\n{after}"
    )


def _fragment(entry: Entry) -> tuple[str, str]:
    """All of an entry that stands before its dates, and all that stands after them."""
    link = f'<link rel="alternate" type="text/html" href="{_text(entry.link)}"/>\n' if entry.link else ""
    authors = "".join(f"<author><name>{_text(author)}</name></author>\n" for author in entry.authors)
    tags = "".join(f'<category term="{_text(tag)}"/>\n' for tag in entry.tags)
    # As in RSS: what readers take for HTML, whatever was meant, is HTML.
    summary = _text(_text(shorten(entry.summary, SUMMARY)))
    content = f'<summary type="html">{summary}</summary>\n<content type="html">{_text(entry.html)}</content>'
    return (
        f"<entry>\n<id>{_text(entry.id)}</id>\n<title>{_text(entry.title)}</title>\n{link}",
        f"{authors}{tags}{content}\n</entry>\n",
    )


def _text(text: str) -> str:
    return str(escape(text))


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
