"""A feed of papers: RSS 0.9, 1.0 or 2.0, or Atom, from a journal, a preprint server or somebody's own digest.

Stage parse: each entry is a listing, its ids come from where it links to. What a digest wrote into the
description (authors, votes, a summary, the title that it translated) is taken out of it. Feeds that arXiv
makes are other formats'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape

from lxml import etree

from newsletter.formats import _values
from newsletter.formats._fields import claimed, once, without_faces
from newsletter.formats._xml import children, elements, first, line, root_name, text
from newsletter.identity import arxiv_version
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "Feed of papers, RSS or Atom"

_RSS_SPACES = (b"purl.org/rss/1.0", b"my.netscape.com/rdf/simple", b"channel.netscape.com/rdf/simple")
_DATES = ("lastBuildDate", "updated", "date", "pubDate", "modified")


def recognise(dump: Dump) -> str:
    _, name = root_name(dump)
    rdf = name == "RDF" and any(space in dump.head for space in _RSS_SPACES)
    if not (name in ("rss", "feed") or rdf):
        return "the root is no <rss>, <feed> or <rdf:RDF> of RSS"
    other = claimed(dump, "feed")
    return f"it is {other}'s" if other else ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    dated = False
    index = 0
    for found in elements(dump, "item", "entry", *_DATES):
        if isinstance(found, Problem):
            yield found
        elif etree.QName(found).localname in _DATES:
            day = None if dated or index else _values.day(text(found))
            if day:
                dated = True
                yield DumpDate(month=day.month, day=day.day, year=day.year)
        else:
            index += 1
            yield _entry(dump.name, found, index)


# ------------------------------------------------------------------------------------------- entries


def _entry(dump: str, entry: etree._Element, index: int) -> ListedPaper | Problem:
    title = _title(entry)
    if not title:
        return Problem(dump=dump, line=line(entry), what=f"entry {index} has no title")
    address = _address(entry)
    blocks = _blocks(_markup(entry))
    own = _original(title, blocks)
    found = own or _named(title)
    told = _labelled(blocks)
    ids = _ids(entry, address, found)
    categories, keywords = _terms(entry)
    return ListedPaper(
        title=found[0] if found else title,
        abstract=_abstract(blocks, told, translated=own is not None),
        line=line(entry),
        index=index,
        authors=_authors(entry) or _values.authors(told.get("authors", "")),
        ids=ids,
        links=_values.links(address, code=told.get("code", ""), project=told.get("project page", "")),
        categories=categories or (found[2] if found else ()),
        keywords=keywords,
        venue=text(entry, "publicationName") or told.get("source", ""),
        licence=text(entry, "rights") if "://" in text(entry, "rights") else "",
        version=arxiv_version(found[1]) if found else _version(address),
        published=_day(entry, "pubDate", "published", "issued", "publicationDate", "date")
        or _values.day(told.get("publication date", "")),
        updated=_day(entry, "updated", "modified"),
        # A feed shows an entry for weeks: whoever saves it daily has seen it on one list, and not on twenty.
        listed=_day(entry, "pubDate", "published", "issued"),
        votes=_values.number(told.get("upvotes", told.get("votes", ""))),
    )


def _title(entry: etree._Element) -> str:
    """RSS titles are often escaped twice, and hold the tags of italics."""
    return " ".join(unescape(without_faces(text(entry, "title"))).split())


def _day(entry: etree._Element, *names: str) -> date | None:
    days = (_values.day(text(entry, name)) for name in names)
    return next(filter(None, days), None)


def _version(address: str) -> int | None:
    return arxiv_version(address) if "arxiv.org/" in address else None


def _address(entry: etree._Element) -> str:
    """Where the entry links to: RSS's text, Atom's alternate, or a guid that is an address."""
    for link in children(entry, "link"):
        url = (link.get("href") or link.text or "").strip()
        if url.startswith(("http://", "https://")) and link.get("rel", "alternate") == "alternate":
            return url
    named = (text(entry, "guid"), text(entry, "id"), _about(entry))
    return next((url for url in named if url.startswith(("http://", "https://"))), "")


def _about(entry: etree._Element) -> str:
    return str(entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", ""))


def _ids(entry: etree._Element, address: str, named: _Named | None) -> tuple[str, ...]:
    """The keys of the first that tells an arXiv id, and the DOI: one entry is one paper."""
    dois = (text(one) for name in ("doi", "DOI", "identifier") for one in children(entry, name))
    found = _values.ids(
        address,
        text(entry, "guid"),
        text(entry, "id"),
        *(("arxiv", named[1]) for named in (named,) if named),
        *(("doi", doi) for doi in dois if "10." in doi),
    )
    arxiv = [key for key in found if key.startswith("arxiv:")]
    return tuple(key for key in found if key not in arxiv[1:])


def _authors(entry: etree._Element) -> tuple[str, ...]:
    atom = tuple(name for author in children(entry, "author") if (name := text(author, "name")))
    if atom:
        return atom
    names = tuple(_values.plain(text(creator)) for creator in children(entry, "creator"))
    return tuple(name for many in names for name in _creator(many)) or _values.authors(_mailbox(entry))


# bioRxiv writes "Last, F. M., Other, A.": every second part is made of initials.
_INITIALS = re.compile(r"(?:\w[\w-]{0,2}\.?[ -]?){1,5}")


def _creator(names: str) -> tuple[str, ...]:
    parts = [part.strip() for part in names.split(",")]
    given = parts[1::2]
    if len(parts) % 2 == 0 and all("." in name and _INITIALS.fullmatch(name) for name in given):
        return tuple(f"{name} {last}" for last, name in zip(parts[::2], given, strict=True))
    return _values.authors(names)


def _mailbox(entry: etree._Element) -> str:
    """RSS's author: "noreply@example.org (Ada Lovelace)", or the name alone."""
    author = text(entry, "author")
    return author.partition("(")[2].rpartition(")")[0] if "@" in author else author


# arXiv's own names of fields: cs.LG, astro-ph.CO, hep-th.
_FIELD = re.compile(r"[a-z]{2,8}(?:-[a-z]{2,4})?\.[A-Za-z-]{2,12}|[a-z]{2,5}-(?:th|ph|ex|lat|qc|bio|fin|sci)")


def _terms(entry: etree._Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Categories and keywords: a term that reads as an arXiv category is one."""
    found = (
        child.get("term") or text(child)
        for name in ("category", "subject")
        for child in children(entry, name)
    )
    terms = once(tuple(filter(None, found)))
    categories = tuple(term for term in terms if _FIELD.fullmatch(term))
    return categories, tuple(term for term in terms if term not in categories)


# --------------------------------------------------------------------------------------- description

_Named = tuple[str, str, tuple[str, ...]]
"""A title, the arXiv id behind it, the categories."""
_NAMED = re.compile(
    r"(?P<title>\S.{0,1000}?)\.? \(arXiv:(?P<id>[\w./-]{5,40})(?: \[(?P<fields>[\w.\s,-]{0,200})\])?"
    r"(?: (?:UPDATED|CROSS LISTED)){0,2}\)"
)


def _named(shown: str) -> _Named | None:
    """What "Some title. (arXiv:2305.11581v1 [cs.AI])" says: the form of arXiv's feeds until 2023."""
    found = _NAMED.fullmatch(shown) if "(arXiv:" in shown else None
    if found is None:
        return None
    return found["title"], found["id"], tuple((found["fields"] or "").replace(",", " ").split())


def _original(title: str, blocks: Iterable[str]) -> _Named | None:
    """The title that a digest translated or summed up: it stands, with its arXiv id, in the description."""
    if "(arXiv:" in title:
        return None
    return next(filter(None, map(_named, blocks)), None)


def _markup(entry: etree._Element) -> str:
    """The description as HTML; Atom's own XHTML comes as elements."""
    for name in ("description", "abstract", "summary", "content", "encoded"):
        found = first(entry, name)
        if found is not None and (shown := "".join(str(part) for part in found.itertext()).strip()):
            return shown
    return ""


_END = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|tr|table|hr)\b[^<>]{0,300}>|<br\s?/?>\s{0,9}<br\s?/?>", re.IGNORECASE
)


def _blocks(markup: str) -> tuple[str, ...]:
    """The paragraphs of a description as plain texts."""
    return tuple(filter(None, map(_values.plain, _END.split(markup))))


_LABELLED = re.compile(
    r"(?P<label>authors?|author\(s\)|publication date|source|"
    r"upvotes|votes|summary|abstract|code|project page)\s?:\s{0,3}(?P<words>\S.*)",
    re.IGNORECASE | re.DOTALL,
)


_SAME = {"author": "authors", "author(s)": "authors"}


def _labelled(blocks: Iterable[str]) -> dict[str, str]:
    """Of the paragraphs such as "Upvotes: 52" the words by their label."""
    found = (_LABELLED.match(block) for block in blocks)
    told = {match["label"].lower(): match["words"].strip() for match in found if match}
    return {_SAME.get(label, label): words for label, words in told.items()}


def _abstract(blocks: tuple[str, ...], told: dict[str, str], *, translated: bool) -> str:
    """Of a translated digest the longest paragraph in the paper's own language, else all there is."""
    if labelled := told.get("summary") or told.get("abstract"):
        return labelled
    if translated:
        return max((block for block in blocks if _latin(block) and not _named(block)), key=len, default="")
    return _ONLINE.sub("", " ".join(block for block in blocks if not _LABELLED.match(block)))


_ONLINE = re.compile(r"\A[^;:]{1,120}, Published online: [\w ]{6,30}; doi: ?\S{1,120}\s?")
"""How Nature's descriptions begin."""


def _latin(block: str) -> bool:
    return sum(character.isascii() for character in block) * 2 > len(block) and "://" not in block[:8]
