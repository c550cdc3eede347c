"""What a Markdown text says: its links, which of them lead to papers, and the title a line begins with.

Stage parse: texts go in, values come out. Where the lists, tables and headings of a page begin and end is
markdown_list's work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from newsletter.formats import _values
from newsletter.formats._values import authors

# --------------------------------------------------------------------------------------------- links


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as the text has it: where it begins and ends, what it shows, where it leads."""

    start: int
    end: int
    shown: str
    url: str


_LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]{0,200}\]){0,400})\]"
    r"\(<?(https?://(?:[^\s()<>]|\([^\s()]{0,200}\)){1,2000})>?"
    r"(?:\s+[\"'][^\"']{0,300}[\"'])?\)"
    r"|<a\s[^<>]{0,300}?href=[\"']?(https?://[^\s\"'<>]{1,2000})[^<>]{0,300}>([^<>]{0,400})</a>"
    r"|(?<![\w\"'(=/])(https?://[^\s()<>\[\]|\"']{1,2000})",
    re.IGNORECASE,
)


def links(text: str) -> tuple[Linked, ...]:
    return tuple(_linked(found) for found in _LINK.finditer(text))


def _linked(found: re.Match[str]) -> Linked:
    url = found[2] or found[3] or found[5]
    shown = found[1] if found[2] else found[4] or ""
    return Linked(found.start(), found.end(), plain(shown), unescape(url).rstrip(".,;"))


_PAPER_HOSTS = (
    "papers.nips.cc", "proceedings.neurips.cc", "proceedings.mlr.press", "jmlr.org", "openaccess.thecvf.com",
    "aclweb.org", "dl.acm.org", "ieeexplore.ieee.org", "link.springer.com", "sciencedirect.com", "ssrn.com",
    "biorxiv.org", "medrxiv.org", "semanticscholar.org", "ncbi.nlm.nih.gov", "pnas.org", "science.org",
    "eprint.iacr.org", "usenix.org", "isca-archive.org", "isca-speech.org", "ecva.net", "hal.science",
    "transformer-circuits.pub", "distill.pub", "papers.ssrn.com", "ojs.aaai.org", "aaai.org",
)  # fmt: skip
_PAPER_LABELS = frozenset(
    (
        "paper", "papers", "paper link", "pdf", "arxiv", "abs", "abstract", "doi", "openreview", "preprint",
        "report", "technical report", "tech report", "system card", "full paper", "full text", "publication",
        "论文",
    )
)  # fmt: skip
_LABELS = _PAPER_LABELS | frozenset(
    (
        "link", "links", "url", "here", "html", "code", "github", "repo", "project", "project page", "page",
        "website", "homepage", "web", "tweet", "twitter", "blog", "blog post", "post", "video", "youtube",
        "slides", "demo", "poster", "dataset", "data", "model", "models", "weights", "hugging face",
        "huggingface", "hf", "bibtex", "source", "official code", "supplement", "review", "reviews", "book",
        "colab", "image", "star", "stars",
    )
)  # fmt: skip
_EDITION = re.compile(r"[A-Za-z&/ -]{2,20}(?:['’]\d{2}|[ '’]?(?:19|20)\d{2})|(?:19|20)\d{2}")
"""Of a conference, behind a title: "ICLR'24", "NeurIPS 2023"."""


def _label(shown: str) -> str:
    """What a link's text says without brackets, signs and a number: "[Paper 2]" is "paper"."""
    return shown.lower().strip("[]()📄📝📃📜🔗💻🌐⭐️ \t:.*_`-").rstrip("0123456789 ")


def is_label(shown: str) -> bool:
    """Whether it says what is behind the link and not what the paper is called."""
    bare = shown.strip("[]() ")
    named = _label(shown) in _LABELS or not any(character.isalpha() for character in bare)
    return named or "://" in bare or bool(_values.ids(bare)) or _EDITION.fullmatch(bare) is not None


def leads_to_paper(link: Linked) -> bool:
    parts = urlsplit(link.url) if link.url.isprintable() else urlsplit("")
    host = parts.netloc.lower().removeprefix("www.")
    known = any(host == name or host.endswith("." + name) for name in _PAPER_HOSTS)
    return (
        known
        or _label(link.shown) in _PAPER_LABELS
        or parts.path.lower().endswith(".pdf")
        or bool(_values.ids(link.url))
    )


# ---------------------------------------------------------------------------------------------- titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an entry says of a paper: its title, and, as far as it tells them, authors and a summary."""

    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()


_BEFORE = re.compile(
    r"\A(?:\d{1,4}[.)]\s+|\[[^\[\]]{1,40}\]\s+|\([^()]{0,30}\b(?:19|20)\d{2}\b[^()]{0,20}\)\s+|`[^`]{1,40}`\s+"
    r"|(?:19|20)\d{2}(?:[.-]\d{1,2}){0,2}\s?[-–—:|]\s+)"
)
"""Number, venue or date before a title: "12. ", "[CVPR] ", "(ICLR 2021) ", "`2022` ", "2023.05 - "."""
_MOST_BEFORE = 3
_BOLD = re.compile(r"\*{1,2}([^*]{1,500})\*{2}|__([^_]{1,500})__|<b>([^<>]{1,500})</b>")
_QUOTED = re.compile(r"\A(|.{3,200}?[,.:)]\s)[\"“]([^\"“”]{12,300}?)[.,]?[\"”](?=[\s,.;(]|\Z)")
"""A title in quotation marks, behind its authors or at the beginning."""
# "8) SHADE-Arena  This paper introduces …": two blanks, a dash, or the verb part a title from its summary.
_PARTED = re.compile(
    r"\s{2,}|\s[-–—]\s|\s?<br\s?/?>\s?|: (?=[a-z])"
    r"| (?=This (?:paper|work|study|survey|report) |(?:Introduces|Proposes|Presents) )"
)
_LONGEST_TITLE = 250


def told(text: str, more: str = "") -> Told:
    """The title a text begins with, and what the words behind it, and `more` of them, say."""
    text = _bare(text)
    if bold := _BOLD.match(text):
        name = plain(next(filter(None, bold.groups())))
        behind = text[bold.end() :]
        if whole := _named(name, behind):
            return signed(whole, more)
        return signed(name.rstrip(":."), f"{behind} {more}")
    quoted = _QUOTED.match(text)
    if quoted and (not quoted[1] or _are_names(plain(quoted[1]).rstrip(" ,.:"))):
        return Told(title=plain(quoted[2]), authors=authors(plain(quoted[1]).rstrip(" ,.:")))
    parted = _PARTED.search(text, 0, _LONGEST_TITLE)
    if parted and parted.start():
        return signed(plain(text[: parted.start()]), f"{text[parted.end() :]} {more}")
    link = next(iter(links(text)), None)
    return Told(title=plain(text[: link.start] if link and link.start else text).rstrip(" -–—:([|,."))


def _bare(text: str) -> str:
    """The text without what stands before its title."""
    text = text.strip()
    for _ in range(_MOST_BEFORE):
        text = _BEFORE.sub("", text, count=1)
    return text


_REST_OF_TITLE = re.compile(r"\s?:?\s([A-Z][^.]{15,150})")


def _named(name: str, behind: str) -> str:
    """The whole title of "**GPT-3**: Language Models are Few-Shot Learners", else ""."""
    found = _REST_OF_TITLE.fullmatch(unlabelled(behind)) if behind.lstrip().startswith(":") else None
    found = found or (_REST_OF_TITLE.fullmatch(unlabelled(behind)) if name.endswith(":") else None)
    return f"{name.rstrip(':')}: {plain(found[1])}" if found and " " not in name.strip() else ""


_NAMES = re.compile(r"[\s.,:\\–—-]{0,9}[*_]([^*_]{3,5000})[*_]\.?")
_NAME = re.compile(r"(?:et al\.?|(?:and )?[^\W\d_a-z][\w.'’-]{0,40}(?: [\w.'’-]{1,40}){0,5})", re.UNICODE)
# "(Dhariwal and Nichol, 2021)", "ICCV 2023", "19 Jun 2020": who and where, and no summary.
_CITED = re.compile(
    r"(?![a-z])[^.!?]{0,40}(?:\. ?)?[^.!?]{0,12}\b(?:19|20)\d{2}\b\W{0,9}(?:\([A-Za-z]{1,12}\)\W{0,3})?"
)


def signed(title: str, behind: str) -> Told:
    """A title, with the authors in italics and the summary that stand behind it."""
    found = _NAMES.match(behind)
    names = found[1] if found and _are_names(found[1]) else ""
    summary = _rest(behind[found.end() :] if found and names else behind)
    return Told(title=title, summary=summary, authors=authors(names))


def _are_names(text: str) -> bool:
    parts = [part.strip() for part in text.replace(" and ", ",").split(",") if part.strip()]
    return bool(parts) and all(map(_NAME.fullmatch, parts))


def _rest(text: str) -> str:
    """A summary without the links in it that only say what is behind them; none where it merely cites."""
    shown = plain(unlabelled(text)).strip(" -–—:.,()[]|\\") if text else ""
    if _CITED.fullmatch(shown) or not any(map(str.isalpha, shown)):
        return ""
    return plain(unlabelled(text)).strip(" -–—:,|\\").removeprefix(". ")


_NOTHING_IN_IT = re.compile(r"\[[\s,|/]{0,20}\]|\([\s,|/]{0,20}\)|<\s{0,9}>")


def unlabelled(text: str) -> str:
    """The text without the links that only say what is behind them, and the brackets around those."""
    for link in reversed(links(text)):
        if is_label(link.shown):
            text = text[: link.start] + text[link.end :]
    return _NOTHING_IN_IT.sub("", text).strip(" ,|/")


# --------------------------------------------------------------------------------------------- texts

_SUMMARY = re.compile(r"<summary>[^<>]{0,300}</summary>", re.IGNORECASE)


def unfolded(cell: str) -> str:
    """The text of a cell that may be folded: "<details><summary>Show</summary>…</details>"."""
    return plain(_values.plain(_SUMMARY.sub("", cell)) if "<" in cell else cell)


_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\[\]]{0,300})\]\([^()]{0,2000}\)")
_EMPHASIS = re.compile(r"\*\*|~~|`|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")
_BACKSLASHED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """The text as Markdown shows it, on one line: links as their words, no emphasis, no images."""
    text = _IMAGE.sub(r"\1", _BREAK.sub(" ", text))
    text = _LINK.sub(lambda found: found[1] or found[4] or found[5] or "", text)
    text = _BACKSLASHED.sub(r"\1", _EMPHASIS.sub("", text))
    return " ".join(unescape(text).split())
