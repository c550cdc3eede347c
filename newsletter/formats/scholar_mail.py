"""Google Scholar's alerts: the mail as .eml, many in an mbox, or its page saved as HTML.

Stage parse: each heading that leads to a work is a listing. Below it stand the authors, of whom a long list
is cut, with the venue and the year, and some words of the work, which serve as its abstract.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from newsletter.formats import _mail, encoding, opened
from newsletter.formats._values import authors, day, ids, links
from newsletter.identity import arxiv_version
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "Google Scholar alert, a mail"

_TITLE, _WORDS = "gse_alrt_title", "gse_alrt_sni"
"""The classes of the headings' links and of the words below them."""
_CUT = "the mail seems cut off; save the whole mail and run again"


def recognise(dump: Dump) -> str:
    return (
        "" if _TITLE in _page(dump.head) else f"no link of the class {_TITLE}, as Google Scholar's mails have"
    )


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    index = 0
    for mail in _mails(dump):
        if said := day(_mail.header(email.message_from_bytes(mail), "Date")):
            yield DumpDate(month=said.month, day=said.day, year=said.year)
        page = _page(mail)
        for link in _links(page):
            index += 1
            yield _listed(dump.name, link, index)
        if "<html" in page and "</html>" not in page:
            yield Problem(dump=dump.name, what="the mail ends in its middle", hint=_CUT, cut=True)


def _mails(dump: Dump) -> list[bytes]:
    if _mail.is_envelope(dump.head):
        return _mail.mails(_mail.content(dump))
    with opened(dump) as file:
        return [file.read()]


def _page(content: bytes) -> str:
    """The HTML of a mail, or of a page that was saved."""
    if _mail.is_envelope(content):
        return _mail.texts(content, "text/html")
    return content.decode(encoding(content[:_HEAD]), "newsletter.western")


_HEAD = 64 * 1024


def _links(page: str) -> Iterator[etree._Element]:
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    shown = page.replace("\0", "").replace("<br", " <br")
    root = etree.fromstring(shown, parser) if shown.strip() else None
    for link in root.iter("a") if root is not None else ():
        if _TITLE in (link.get("class") or "").split():
            yield link


def _listed(dump: str, link: etree._Element, index: int) -> ListedPaper | Problem:
    title = _text(link)
    if not title:
        return Problem(dump=dump, what=f"record {index} has no title")
    below = list(_below(link))
    byline = _text(below[0]) if below else ""
    names, _, rest = byline.partition(" - ")
    venue, _, year = rest.rpartition(", ")
    address = _address(link.get("href") or "")
    return ListedPaper(
        title=title,
        abstract=" ".join(_text(one) for one in below if _WORDS in (one.get("class") or "")),
        index=index,
        authors=authors(names.rstrip("… "), reversed_names=False),
        ids=ids(address),
        links=links(address),
        venue=(venue if _YEAR.fullmatch(year) else rest).rstrip("… "),
        version=arxiv_version(address) if "arxiv.org/" in address else None,
        published=day(year) if _YEAR.fullmatch(year) else None,
    )


_YEAR = re.compile(r"\d{4}")


def _text(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _below(link: etree._Element) -> Iterator[etree._Element]:
    """What stands between a work's heading and the next."""
    heading = link.getparent()
    for one in heading.itersiblings("*") if heading is not None else ():
        if one.tag == heading.tag:  # type: ignore[union-attr] # then there is nothing to go through
            return
        yield one


def _address(url: str) -> str:
    """Where a link leads to behind Google's own, scholar_url?url=…."""
    try:
        said = parse_qs(urlsplit(url).query)
    except ValueError:
        return ""
    return said["url"][0] if "scholar_url" in url and "url" in said else url
