"""Papers as labelled lines, the way readers of Hugging Face Daily Papers keep them: ``Title: …``, ``PDF: …``,
``Summary: …`` and a ruler ``---`` behind each paper.

Stage parse: lines go in; a title or summary may go on over several of them. More labels (authors, votes,
dates) are read where they stand. A record without a title is reported with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.addresses import links as links_in
from newsletter.formats import _hf, head_lines, lines
from newsletter.formats._values import authors, day, ids, links
from newsletter.model import Dump, ListedPaper, Problem
from newsletter.text import split_keywords

TITLE = "Papers as “Title: … PDF: … Summary: …” (Hugging Face Daily Papers)"

_LABEL = re.compile(
    r"(Title|PDF|Summary|Abstract|Authors?|URL|Link|Code|Published|Date|Upvotes|Votes) ?: ?(.*)"
)
_SAME = {"Abstract": "Summary", "Author": "Authors", "Upvotes": "Votes", "Date": "Published", "Link": "URL"}
_RULER = re.compile(r"-{3,100}")
_LOOKED_AT = 60
"""Lines of the head in which the first record has to show its labels."""


def recognise(dump: Dump) -> str:
    found = [line for line in head_lines(dump) if line]
    if not found or not found[0].startswith("Title:"):
        return "it does not begin with “Title:”"
    labels = [
        label for line in islice(found, _LOOKED_AT) if (label := line.partition(":")[0]) in ("PDF", "Summary")
    ]
    if "PDF" not in labels or "Summary" not in labels:
        return "no lines “PDF: …” and “Summary: …” after its title"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | Problem]:
    record = _Record(0)
    for number, line in lines(dump):
        text = line.strip()
        label = _LABEL.match(text)
        if _RULER.fullmatch(text) or (label and label[1] == "Title" and record.said):
            yield from record.end(dump.name)
            record = _Record(number)
        if label:
            record.begin(number, _SAME.get(label[1], label[1]), label[2])
        elif text and not _RULER.fullmatch(text):
            record.go_on(text)
    yield from record.end(dump.name, last=True)


class _Record:
    """The labels of one paper and what stands behind them."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.said: dict[str, list[str]] = {}
        self._label = ""
        self._size = 0

    def begin(self, number: int, label: str, text: str) -> None:
        self.line = self.line if self.said else number
        self._label = label
        self.said.setdefault(label, [])
        self.go_on(text)

    def go_on(self, text: str) -> None:
        if self._label and self._size <= _hf.LONGEST:
            self.said[self._label].append(text[: _hf.LONGEST])
            self._size += len(text)

    def text(self, label: str) -> str:
        return " ".join(" ".join(self.said.get(label, ())).split())

    def end(self, dump: str, *, last: bool = False) -> Iterator[ListedPaper | Problem]:
        """The paper; `last` where no ruler stands behind it."""
        if not self.said:
            return
        if title := self.text("Title"):
            yield self._listed(title)
        else:
            yield Problem(
                dump=dump, line=self.line, what=f"a record without a title: {_hf.quoted(self._shown())}"
            )
        if last and (not self.text("Summary") or _hf.cut_off(self.text("Summary"))):
            yield Problem(
                dump=dump,
                line=self.line,
                what=f"a record that stops in the middle: {_hf.quoted(title or self._shown())}",
                hint=_hf.PUT_BACK,
                cut=True,
            )

    def _shown(self) -> str:
        return self.text("PDF") or self.text("Summary")

    def _listed(self, title: str) -> ListedPaper:
        abstract, keywords = split_keywords(self.text("Summary"))
        addresses = tuple(self.text(label) for label in ("PDF", "URL", "Code"))
        return ListedPaper(
            title=title,
            abstract=abstract,
            line=self.line,
            authors=authors(self.text("Authors")),
            ids=ids(*addresses),
            links=(*links(*addresses), *links_in(abstract)),
            keywords=keywords,
            published=day(self.text("Published")),
            votes=_hf.count(self.text("Votes")),
        )
