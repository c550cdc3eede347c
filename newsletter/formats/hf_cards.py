"""A Hugging Face page as a browser copies it: papers by title, without abstracts.

Stage parse: on the page of a day, a week or a month each paper is a card: "Submitted by", a name, votes,
the title, perhaps an organisation, "· 12 authors", more counts. In a collection it is a title and then
"Paper • 2412.12345 • Published Dec 16, 2024 • 41". Lines go in, whatever blank lines stand between them.
Abstracts, where a page has them, belong to hf_page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from newsletter.formats import _hf, head_lines, lines
from newsletter.identity import arxiv_key
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "Hugging Face Daily Papers, copied from a browser"

_PUBLISHED = re.compile(
    r"Paper ?[•·] ?(\d{4}\.\d{4,5})(?: ?[•·] ?Published ([A-Za-z]{3,9} \d{1,2}(?:, \d{4})?))?"
    r"(?: ?[•·] ?(?:Upvote )?(\d[\d.,]{0,8}k?|-))?(?: ?[•·] ?\d{1,6})?"
)
_LONGEST_LINE = 1000


def recognise(dump: Dump) -> str:
    if _hf.starts_html(dump):
        return "it is HTML"
    found = head_lines(dump)
    if any(map(_hf.titles_a_paper, found)):
        return "its titles are Markdown links"
    if any(map(_published, found)):
        return ""
    cards = sum(_hf.submitter(line) is not None for line in found)
    if cards and any(_hf.marks_page(line) or _hf.counts_authors(line) for line in found):
        return ""
    return "no lines “Submitted by …” and “· 12 authors”, none like “Paper • 2412.12345 • Published …”"


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    cards = _Cards(dump.name)
    shown = ((number, " ".join(line[: _hf.LONGEST].split())) for number, line in lines(dump))
    for number, text in _whole_date((number, text) for number, text in shown if text):
        yield from cards.take(number, text)
    yield from cards.end()


def _whole_date(found: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines, and the page's date in one: browsers copy "Aug" and "7", or "Aug 7," and "2026", as two."""
    held: tuple[int, str] | None = None
    for number, text in found:
        said = text.rstrip(",")
        if held and _hf.dump_date(f"{held[1]} {said}"):
            held = (held[0], f"{held[1]} {said}")
            continue
        if held:
            yield held
        held = (number, said) if _begins_date(said) else None
        if not held:
            yield number, text
        if _hf.submitter(text) is not None:
            break  # below the first card, "May" and "12" are a title and its votes
    if held:
        yield held
    yield from found


def _begins_date(text: str) -> bool:
    """Whether a line may be a date that goes on: a month, or a month and a day."""
    return _hf.dump_date(text) is not None or _hf.dump_date(f"{text} 1") is not None


def _published(text: str) -> re.Match[str] | None:
    return _PUBLISHED.fullmatch(text) if text.startswith("Paper") and len(text) <= _LONGEST_LINE else None


@dataclass(frozen=True, slots=True)
class _Card:
    """What is known of a paper so far; `begun` where "Submitted by" began it."""

    line: int
    begun: bool = False
    title: str = ""
    submitter: str = ""
    votes: int | None = None
    organisation: str = ""


class _Cards:
    """What has been read so far: whether the page has said its date, and the card that is open."""

    def __init__(self, dump: str) -> None:
        self.dump = dump
        self.dated = False
        self.named = True
        """Whether the name of "Submitted by" has come; it may stand on the next line."""
        self.card: _Card | None = None

    def take(self, number: int, text: str) -> Iterator[ListedPaper | DumpDate | Problem]:
        if (name := _hf.submitter(text)) is not None:
            yield from self._close()
            self.card = _Card(number, begun=True, submitter=name)
            self.named = bool(name)
        elif not self.named and self.card:
            self.card, self.named = replace(self.card, submitter=text), True
        elif found := _published(text):
            yield from self._entry(number, found)
        elif not self.dated and (date := _hf.dump_date(text)):
            self.dated = True
            yield date
        else:
            self._text(number, text)

    def end(self) -> Iterator[ListedPaper | Problem]:
        yield from self._close(last=True)

    def _close(self, *, last: bool = False) -> Iterator[ListedPaper | Problem]:
        card, self.card = self.card, None
        if card is None or not card.begun:
            return
        if card.title:
            yield _listed(card)
        else:
            yield self._problem(card.line, "a card without a title", cut=last)

    def _entry(self, number: int, found: re.Match[str]) -> Iterator[ListedPaper | Problem]:
        """A collection's line about the paper whose title is the line before."""
        card, self.card = self.card, None
        if card is None or not card.title:
            yield self._problem(number, f"a paper without a title: {found[1]}")
            return
        said = _hf.dump_date(found[2]) if found[2] else None
        key = arxiv_key(found[1])
        yield replace(
            _listed(card),
            ids=(key,) if key else (),
            published=_hf.day_of(said) if said else None,
            votes=_hf.count(found[3]) if found[3] else None,
        )

    def _text(self, number: int, text: str) -> None:
        card = self.card or _Card(number)
        votes = _hf.count(text.lower().removeprefix("upvote").strip() or "?")
        if card.begun and card.title:
            self.card = replace(card, organisation=card.organisation or _organisation(text))
        elif votes is not None:
            self.card = replace(card, votes=votes)
        elif not _hf.is_furniture(text) and not _hf.counts_authors(text) and text not in "·•":
            self.card = replace(card, line=number, title=text)

    def _problem(self, line: int, what: str, *, cut: bool = False) -> Problem:
        return Problem(dump=self.dump, line=line, what=what, hint=_hf.PUT_BACK if cut else "", cut=cut)


def _listed(card: _Card) -> ListedPaper:
    return ListedPaper(
        title=card.title,
        line=card.line,
        votes=card.votes,
        submitter=card.submitter,
        organisation=card.organisation,
    )


_LONGEST_NAME = 100


def _organisation(text: str) -> str:
    """The text behind a title, where it is a name and neither a count nor the site's own."""
    counted = _hf.count(text) is not None or _hf.counts_authors(text) or _hf.dump_date(text) is not None
    own = _hf.is_furniture(text) or text[0] in "·•" or len(text) > _LONGEST_NAME
    return "" if counted or own else text
