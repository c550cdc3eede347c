"""Web addresses in texts: where they stand, where they lead, what they are to a paper. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.model import Link

_URL = re.compile(
    r"https?://(?:[^\s<>\"{}\\^`|“”‘’]|\\[_%&#~])+|(?<![\w/.@-])(?:www\.)?(?:github|gitlab)\.com/[\w.~-]+/[\w.~/-]+",
    re.IGNORECASE,
)
_LONGEST_URL = 2000
_CODE_HOSTS = (
    "github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co", "anonymous.4open.science",
    "sourceforge.net", "gitee.com",
)  # fmt: skip
_PROJECT_HOSTS = (
    "github.io", "gitlab.io", "pages.dev", "netlify.app", "vercel.app", "sites.google.com", "hf.space",
    "readthedocs.io",
)  # fmt: skip
_PROJECT_WORDS = re.compile(r"(?:project|web|home) ?(?:page|site)|demo|videos", re.IGNORECASE)
_NEAR = 60
_ESCAPED = re.compile(r"\\([_%&#~])")


def links(abstract: str) -> tuple[Link, ...]:
    """The web addresses in a raw or clean abstract, each once: code, project or web by where they lead."""
    found = {url: _rel(url, abstract[max(0, start - _NEAR) : start]) for start, _, url in addresses(abstract)}
    return tuple(Link(rel=rel, url=url) for url, rel in found.items())


def addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, URL) of each web address, without the punctuation behind it."""
    if not any(hint in text for hint in ("://", ".com/")):
        return
    for found in _URL.finditer(text):
        shown = _without_punctuation(found[0])
        url = _url(shown)
        if url:
            yield found.start(), found.start() + len(shown), url


def _without_punctuation(shown: str) -> str:
    """The address as meant: in "(see https://a.org/b(c)).", https://a.org/b(c)."""
    unpaired = {bracket: shown.count(bracket) - shown.count(opening) for opening, bracket in ("()", "[]")}
    end = len(shown)
    while end and (shown[end - 1] in ".,;:!?'’”*。，" or unpaired.get(shown[end - 1], 0) > 0):
        if shown[end - 1] in unpaired:
            unpaired[shown[end - 1]] -= 1
        end -= 1
    return shown[:end]


def _url(shown: str) -> str:
    """The URL to link to, or "" where it is none that a reader should follow."""
    url = _ESCAPED.sub("\\1", shown)
    scheme, separator, rest = url.partition("://")
    url = f"{scheme.lower()}://{rest}" if separator else f"https://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    # A name before an @ only dresses up another host: https://github.com@example.org/.
    fine = "." in parts.netloc.strip(".") and "@" not in parts.netloc and len(url) <= _LONGEST_URL
    return url if fine and url.isprintable() else ""


def _rel(url: str, before: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    if host in _CODE_HOSTS and not parts.path.startswith(("/papers", "/blog")):
        return "code"
    at_project = any(host == known or host.endswith("." + known) for known in _PROJECT_HOSTS)
    return "project" if at_project or "/project" in parts.path or _PROJECT_WORDS.search(before) else "web"
