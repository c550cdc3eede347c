"""A digest as Markdown sections: a heading for each paper, then labelled lines.

Stage parse, for hf_markdown: ``### [Title](https://arxiv.org/abs/…)``, or ``### Title`` and a link to the
paper below it (``- **Arxiv link:** https://…``), then ``**Authors:** …``, ``- **作者**: …``, an abstract,
be it folded or under a heading of its own. Headings without paper or labels are groups; one with a date
dates what follows. A heading without a title is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from newsletter.formats import _arxiv, _hf, lines
from newsletter.formats._values import authors, day, ids, links
from newsletter.identity import arxiv_version
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

_LABELS = {
    "authors": "authors", "author": "authors", "作者": "authors", "저자": "authors", "著者": "authors",
    "summary": "summary", "abstract": "abstract", "摘要": "summary", "原始摘要": "abstract",
    "ai摘要": "summary", "ai summary": "summary", "original abstract": "abstract", "tl;dr": "summary",
    "tldr": "summary", "초록": "abstract", "要旨": "abstract",
    "category": "keywords", "keywords": "keywords", "tags": "keywords", "标签": "keywords",
    "分类": "keywords", "categories": "keywords", "main category": "keywords", "subjects": "keywords",
    "date": "date", "published": "date", "日期": "date", "publish date": "date", "submitted": "date",
    "upvotes": "votes", "votes": "votes",
    "arxiv": "link", "arxiv link": "link", "arxiv id": "link", "link": "link", "links": "link", "url": "link",
    "pdf": "link", "pdf link": "link", "paper": "link", "paper link": "link", "doi": "link", "链接": "link",
    "论文链接": "link", "code": "link", "github": "link", "project": "link", "project page": "link",
}  # fmt: skip
_OTHER = "other"
_LABEL = re.compile(r"(?:[-*+] )?\*\*([^*:：]{1,30})[:：]?\*\*[:：]?(.*)")
_PLAIN_LABEL = re.compile(r"(?:[-*+] )?(Authors?|Main category|TL;DR|Abstract|作者|摘要)\s?[:：]\s?(.*)")
"""Labels that are set in no bold type, and are told from a text by what they say."""
_NEXT_LABEL = re.compile(r" \| (?=\*\*)")
_FOLDED = re.compile(r"<summary>([^<>]{1,60})</summary>(.*)", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_NUMBER = re.compile(r"(?:\d{1,4}[.)]|\[\d{1,4}\]) ")
_URL = re.compile(r"\]\((https?://[^()\s]{1,2000})\)")
_ONLY_LINKS = re.compile(r"(?:\[[^\[\]]{1,60}\]\(https?://[^()\s]{1,2000}\)[\s|·,]{0,5}){1,9}")
_BARE_URL = re.compile(r"(?<!\]\()https?://[^()\s\[\]<>|]{1,2000}")
_NO_PAGE = ("/abs/", "/pdf/")
"""How an address ends that a program wrote for a paper whose id it did not find."""
_SIGNED = re.compile(r"[*_]((?:[^*_]{3,9999},[^*_]{1,9999}|[A-Z][\w.'-]{0,30}(?: [\w.'-]{1,30}){1,4}))[*_]")
"""Names in italics below a heading."""
_RULER = re.compile(r"[-*_]{3,100}")
_FIELD = re.compile(r"\(([a-z-]{2,12}(?:\.[A-Za-z-]{2,12})?)\)")
"""Behind the name of a subject: "Robotics (cs.RO)"."""
_CATEGORY = re.compile(r"[a-z-]{2,12}\.[A-Za-z-]{2,12}")
_ARCHIVES = frozenset(
    ("gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph")
)
"""Categories of arXiv that have no part behind a dot."""
_NEAR = 8


def has(found: Iterable[str]) -> bool:
    """Whether lines hold a heading, the link to its paper in or below it, and a label close by."""
    texts = [line for line in found if line]
    return any(_begins(texts[place : place + _NEAR]) for place, text in enumerate(texts) if text[0] == "#")


def _begins(near: list[str]) -> bool:
    linked, labelled = _leads_to_paper(near[0]), False
    for text in islice(near, 1, None):
        if text.startswith("#"):
            return False
        label = _label(text)
        link = label is not None and _LABELS.get(_name(label)) == "link"
        linked = linked or ((link or _ONLY_LINKS.fullmatch(text) is not None) and _leads_to_paper(text))
        labelled = labelled or (label is not None and not link and _name(label) in _LABELS)
        if linked and labelled:
            return True
    return False


def _label(text: str) -> re.Match[str] | None:
    return _LABEL.fullmatch(text) or _PLAIN_LABEL.fullmatch(text)


def _name(label: re.Match[str]) -> str:
    return label[1].strip().lower()


def _leads_to_paper(text: str) -> bool:
    return bool(ids(*_addresses(text)))


def _addresses(text: str) -> list[str]:
    """Where a text leads, by Markdown's links and by addresses as they stand."""
    found = (*_URL.findall(text), *(url.rstrip(".,;") for url in _BARE_URL.findall(text)))
    return [url for url in dict.fromkeys(found) if not url.endswith(_NO_PAGE)]


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    first = day_now = None
    summed = False
    section = _Section(line=0)
    for number, line in lines(dump):
        text = line.strip()
        heading = _HEADING.fullmatch(text)
        if heading is None or section.goes_on(heading[2]):
            section.take(text if heading is None else f"**{heading[2].strip(' :')}:**")
            continue
        yield from section.end(dump.name, day_now if day_now != first else None)
        summed = summed or bool(section.abstract)
        section = _Section.begun(number, heading[2])
        if not section.urls and (found := _hf.iso_date(heading[2]) or _announced(heading[2])):
            if first is None:
                yield _hf.as_said(found)
            first, day_now = first or found, found
    yield from section.end(dump.name, day_now if day_now != first else None)
    yield from section.cut(dump.name, summed=summed)


def _announced(heading: str) -> date | None:
    """The day in "Showing new listings for Friday, 26 June 2026", as arXiv's own pages begin."""
    return _arxiv.day(heading.rpartition(" for ")[2]) if " for " in heading else None


@dataclass(slots=True)
class _Section:
    """A heading and what its lines say."""

    line: int
    title: str = ""
    urls: list[str] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)
    label: str = ""
    size: int = 0
    folded: bool = False
    awaited: bool = False
    """Whether the title stands in the next line."""

    @classmethod
    def begun(cls, line: int, heading: str) -> _Section:
        text = _NUMBER.sub("", heading.rstrip("# "), count=1).strip().removeprefix("**").removesuffix("**")
        if text.lower() == "title:":
            return cls(line=line, awaited=True)
        urls = _addresses(text)
        if text.startswith("[") and "](" in text:
            text = text[1 : text.rfind("](")]
        return cls(line=line, title=" ".join(text.strip("*").split()), urls=urls)

    def goes_on(self, heading: str) -> bool:
        """Whether a heading below the paper's own says what follows, and is none of a paper: "Abstract"."""
        return bool(self.urls or self.said) and _LABELS.get(heading.strip(" :").lower()) == "abstract"

    def take(self, text: str) -> None:
        if found := _FOLDED.match(text):
            self._begin(_LABELS.get(found[1].strip().lower(), _OTHER), found[2])
        elif _label(text):
            for part in _NEXT_LABEL.split(text):
                self._labelled(_label(part))
        elif text and self.awaited:
            self.title, self.awaited = " ".join(text.split()), False
        elif not self.said and (signed := _SIGNED.fullmatch(text)):
            self.said["signed"] = [signed[1]]
        elif text.lower() in ("<details>", "</details>") or _RULER.fullmatch(text):
            self.label, self.folded = "", text.lower() == "<details>"
        elif not self.label and _ONLY_LINKS.fullmatch(text):
            self.urls.extend(_URL.findall(text))
        else:
            self._go_on(text)

    def _labelled(self, label: re.Match[str] | None) -> None:
        if label:
            self._begin(_LABELS.get(_name(label), _OTHER), label[2])

    def _begin(self, label: str, text: str) -> None:
        self.label = label
        self._go_on(text.strip())
        if label == "link":
            self.urls.extend(_addresses(text))
            self.label = ""

    def _go_on(self, text: str) -> None:
        if text and self.size <= _hf.LONGEST:
            self.said.setdefault(self.label, []).append(text[: _hf.LONGEST])
            self.size += len(text)
        elif self.label:
            self.said.setdefault(self.label, [])

    def text(self, label: str) -> str:
        return " ".join(" ".join(self.said.get(label, ())).split())

    def end(self, dump: str, listed: date | None) -> Iterator[ListedPaper | Problem]:
        """The paper, where the section is one."""
        keys = _one_paper(ids(*self.urls))
        if not keys and not self.said.keys() & {"authors", "summary", "abstract"}:
            return
        if self.title:
            yield self._listed(keys, listed)
        else:
            what = f"a heading without a title: {', '.join(keys) or '###'}"
            yield Problem(dump=dump, line=self.line, what=what)

    def cut(self, dump: str, *, summed: bool) -> Iterator[Problem]:
        """What there is to say where the file ends with it; `summed`: papers before it have abstracts."""
        if not (self.title and (self.urls or self.said)):
            return
        unfinished = bool(self.label) and _hf.cut_off(self.abstract)
        if self.folded or unfinished or (summed and not self.abstract):
            what = f"a paper that stops in the middle: {_hf.quoted(self.title)}"
            yield Problem(dump=dump, line=self.line, what=what, hint=_hf.PUT_BACK, cut=True)

    @property
    def abstract(self) -> str:
        return self.text("abstract") or self.text("summary") or self.text("")

    def _listed(self, keys: tuple[str, ...], listed: date | None) -> ListedPaper:
        categories, keywords = _tags(self.text("keywords"))
        return ListedPaper(
            title=self.title,
            abstract=self.abstract,
            line=self.line,
            authors=_authors(self.text("authors") or self.text("signed")),
            ids=keys,
            version=_version(self.urls),
            links=links(*self.urls),
            categories=categories,
            keywords=keywords,
            published=day(self.text("date")),
            votes=_hf.count(self.text("votes")),
            listed=listed,
        )


def _tags(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Categories of arXiv, and other keywords: "`cs.CR` `cs.LG`", "Sound (cs.SD)", "Vision, Robotics"."""
    fields = tuple(dict.fromkeys(filter(_is_category, _FIELD.findall(text))))
    if fields:
        return fields, ()
    words = text.replace("`", " ").split() if "`" in text else text.split(",")
    tags = tuple(dict.fromkeys(tag for word in words if (tag := word.strip())))
    return (tags, ()) if tags and all(map(_is_category, tags)) else ((), tags)


def _is_category(tag: str) -> bool:
    return tag in _ARCHIVES or _CATEGORY.fullmatch(tag) is not None


def _one_paper(keys: tuple[str, ...]) -> tuple[str, ...]:
    """A section is one paper: of several arXiv ids, which papers that it names have, the first."""
    arxiv = [key for key in keys if key.startswith("arxiv:")]
    return tuple(key for key in keys if key not in arxiv[1:])


def _authors(text: str) -> tuple[str, ...]:
    return authors(text.removesuffix("et al.").rstrip(" ,"))


def _version(urls: Iterable[str]) -> int | None:
    return next((version for url in urls if (version := arxiv_version(url))), None)
