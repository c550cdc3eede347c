"""The editor's notes, for pages, mail and feeds: Markdown in, safe HTML out. No file is read here."""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import urljoin

TAGS = {
    "p",
    "br",
    "em",
    "strong",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "h2",
    "h3",
    "h4",
    "del",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
SCHEMES = {"https", "http", "mailto"}


def note_html(markdown: str, base: str = "") -> str:
    """The note as HTML that holds nothing but plain formatting and links that lead somewhere.

    Headings come below that of the page, none left out between. Links are written as on the page of a day;
    `base` is that page as seen from where the note is shown: its address, or a path.
    """
    if not markdown.strip():
        return ""
    import markdown as library  # noqa: PLC0415  (30 ms, and most digests have no note)
    import nh3  # noqa: PLC0415  (the same)

    html = library.markdown(markdown, extensions=["sane_lists", "smarty", "tables"], output_format="html")
    levels = {level: f"h{min(rank, 4)}" for rank, level in enumerate(sorted(set(_LEVEL.findall(html))), 2)}
    html = _HEADING.sub(lambda found: found[1] + levels.get(found[2], "h4"), html)
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener")
    if base:
        clean = _HREF.sub(lambda found: _based(base, found[0]), clean)
    return clean.strip()


# What looks like a tag in the library's output is one: in text and in code it is escaped.
_HEADING = re.compile(r"(</?)h([1-6])(?=>)")
_LEVEL = re.compile(r"<h([1-6])>")
_HREF = re.compile(r'(?<=<a href=")[^"]*')


def _based(base: str, href: str) -> str:
    try:
        return escape(urljoin(base, unescape(href)))
    except ValueError:  # //[x is no address, and leads nowhere from anywhere
        return href
