"""The editor's notes, for pages, mail and feeds: Markdown in, safe HTML out. No file is read here."""

from __future__ import annotations

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
    "h3",
    "h4",
    "del",
    "hr",
}
SCHEMES = {"https", "http", "mailto"}


def note_html(markdown: str) -> str:
    """The note as HTML that holds nothing but plain formatting and links that lead somewhere."""
    if not markdown.strip():
        return ""
    import markdown as library  # noqa: PLC0415  (30 ms, and most digests have no note)
    import nh3  # noqa: PLC0415  (the same)

    html = library.markdown(markdown, extensions=["sane_lists", "smarty"], output_format="html")
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="noopener")
    return clean.strip()
