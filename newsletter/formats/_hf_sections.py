"""A digest as Markdown sections: a heading for each paper, then labelled lines.

Stage parse, for hf_markdown: ``### [Title](https://arxiv.org/abs/…)``, or ``### Title`` and a link to the
paper below it, then ``**Authors:** …``, ``- **作者**: …``, a folded original abstract. Headings without paper
or labels are groups; one with a date dates what follows. A heading without a title is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from newsletter.formats import _hf, lines
from newsletter.formats._values import authors, day, ids, links
from newsletter.identity import arxiv_version
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

_LABELS = {
    "authors": "authors", "author": "authors", "作者": "authors",
    "summary": "summary", "abstract": "abstract", "摘要": "summary", "原始摘要": "abstract",
    "ai摘要": "summary", "ai summary": "summary", "original abstract": "abstract",
    "category": "keywords", "keywords": "keywords", "tags": "keywords", "标签": "keywords",
    "分类": "keywords", "date": "date", "published": "date", "日期": "date",
    "upvotes": "votes", "votes": "votes",
}  # fmt: skip
_LABEL = re.compile(r"(?:[-*+] )?\*\*([^*:：]{1,30})[:：]?\*\*[:：]?(.*)")
_NEXT_LABEL = re.compile(r" \| (?=\*\*)")
_FOLDED = re.compile(r"<summary>([^<>]{1,60})</summary>(.*)", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_NUMBER = re.compile(r"\d{1,4}[.)] ")
_URL = re.compile(r"\]\((https?://[^()\s]{1,2000})\)")
_ONLY_LINKS = re.compile(r"(?:\[[^\[\]]{1,60}\]\(https?://[^()\s]{1,2000}\)[\s|·,]{0,5}){1,9}")
_RULER = re.compile(r"[-*_]{3,100}")
_CATEGORY = re.compile(r"[a-z-]{2,12}\.[A-Za-z-]{2,12}")
_ARCHIVES = frozenset(
    ("gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph")
)
"""Categories of arXiv that have no part behind a dot."""
_NEAR = 8


def has(found: Iterable[str]) -> bool:
    """Whether lines hold a heading, the link to its paper in or below it, and a label soon after."""
    texts = [line for line in found if line]
    return any(_begins(texts[place : place + _NEAR]) for place, text in enumerate(texts) if text[0] == "#")


def _begins(near: list[str]) -> bool:
    linked = _leads_to_paper(near[0])
    for text in islice(near, 1, None):
        if text.startswith("#"):
            return False
        linked = linked or (_ONLY_LINKS.fullmatch(text) is not None and _leads_to_paper(text))
        if linked and (label := _LABEL.fullmatch(text)) and label[1].strip().lower() in _LABELS:
            return True
    return False


def _leads_to_paper(text: str) -> bool:
    return bool(ids(*_URL.findall(text)))


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    first = day_now = None
    section = _Section(line=0)
    for number, line in lines(dump):
        text = line.strip()
        if not (heading := _HEADING.fullmatch(text)):
            section.take(text)
            continue
        yield from section.end(dump.name, day_now if day_now != first else None)
        section = _Section.begun(number, heading[2])
        if not section.urls and (found := _hf.iso_date(heading[2])):
            if first is None:
                yield _hf.as_said(found)
            first, day_now = first or found, found
    yield from section.end(dump.name, day_now if day_now != first else None, last=True)


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

    @classmethod
    def begun(cls, line: int, heading: str) -> _Section:
        text = _NUMBER.sub("", heading.rstrip("# "), count=1).strip().removeprefix("**").removesuffix("**")
        urls = _URL.findall(text)
        if text.startswith("[") and "](" in text:
            text = text[1 : text.rfind("](")]
        return cls(line=line, title=" ".join(text.strip("*").split()), urls=urls)

    def take(self, text: str) -> None:
        if found := _FOLDED.match(text):
            self._begin(_LABELS.get(found[1].strip().lower(), ""), found[2])
        elif _LABEL.match(text):
            for part in _NEXT_LABEL.split(text):
                self._labelled(_LABEL.match(part))
        elif text.lower() in ("<details>", "</details>") or _RULER.fullmatch(text):
            self.label, self.folded = "", text.lower() == "<details>"
        elif not self.label and _ONLY_LINKS.fullmatch(text):
            self.urls.extend(_URL.findall(text))
        else:
            self._go_on(text)

    def _labelled(self, label: re.Match[str] | None) -> None:
        if label:
            self._begin(_LABELS.get(label[1].strip().lower(), ""), label[2])

    def _begin(self, label: str, text: str) -> None:
        self.label = label
        self._go_on(text.strip())

    def _go_on(self, text: str) -> None:
        if text and self.size <= _hf.LONGEST:
            self.said.setdefault(self.label, []).append(text[: _hf.LONGEST])
            self.size += len(text)
        elif self.label:
            self.said.setdefault(self.label, [])

    def text(self, label: str) -> str:
        return " ".join(" ".join(self.said.get(label, ())).split())

    def end(self, dump: str, listed: date | None, *, last: bool = False) -> Iterator[ListedPaper | Problem]:
        """The paper, where the section is one; `last` where the file ends with it."""
        labelled = any(label in self.said for label in ("authors", "summary", "abstract"))
        keys = ids(*self.urls)
        if not keys and not labelled:
            return
        if self.title:
            yield self._listed(keys, listed)
        else:
            yield Problem(
                dump=dump, line=self.line, what=f"a heading without a title: {', '.join(keys) or '###'}"
            )
        if last and self._cut():
            what = f"a paper that stops in the middle: {_hf.quoted(self.title)}"
            yield Problem(dump=dump, line=self.line, what=what, hint=_hf.PUT_BACK, cut=True)

    def _abstract(self) -> str:
        return self.text("abstract") or self.text("summary") or self.text("")

    def _cut(self) -> bool:
        return self.folded or not self._abstract() or (bool(self.label) and _hf.cut_off(self._abstract()))

    def _listed(self, keys: tuple[str, ...], listed: date | None) -> ListedPaper:
        categories, keywords = _tags(self.text("keywords"))
        return ListedPaper(
            title=self.title,
            abstract=self._abstract(),
            line=self.line,
            authors=_authors(self.text("authors")),
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
    """Categories of arXiv, and other keywords in "`cs.CR` `cs.LG`" or "Machine Learning, Robotics"."""
    words = text.replace("`", " ").split() if "`" in text else text.split(",")
    tags = tuple(dict.fromkeys(tag for word in words if (tag := word.strip())))
    if tags and all(tag in _ARCHIVES or _CATEGORY.fullmatch(tag) for tag in tags):
        return tags, ()
    return (), tags


def _authors(text: str) -> tuple[str, ...]:
    return authors(text.removesuffix("et al.").rstrip(" ,"))


def _version(urls: Iterable[str]) -> int | None:
    return next((version for url in urls if (version := arxiv_version(url))), None)
