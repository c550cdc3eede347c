"""The pages of what trends: archive in, pages out; each paper with a small picture of when lists had it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from newsletter.listing import Block, numbered, paged, spread
from newsletter.outputs._frame import Shown
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact
from newsletter.timeline import HEIGHT, WIDTH, listings, span, spark
from newsletter.trending import WINDOW

Page = Callable[..., Artifact]
"""Fills in a template: its name, what is shown, values."""


def trending(archive: Archive, press: Press, page: Page) -> Iterator[Artifact]:
    """All that trends, on as many pages as it takes."""
    parts = list(spread([Block(id="", title="", papers=tuple(_rows(archive, press)))]))
    paths = [paged("trending.html", n) for n in range(1, len(parts) + 1)]
    first = 1
    for n, (path, blocks) in enumerate(zip(paths, parts, strict=True), 1):
        rows = [row for block in blocks for row in block.papers]
        title = numbered(press.words, press.words.say("Trending"), n)
        text = press.words.say("Papers that keep coming back, or that many people like.")
        shown = Shown(path, title, text)
        yield page("trending.html", shown, rows=rows, first=first, pages=paths, current=n)
        first += len(rows)


def _rows(archive: Archive, press: Press) -> Iterator[str]:
    """Each paper that trends, the strongest first; their pictures share the days."""
    papers = [trend.paper for trend in archive.trending]
    newest = max((day for paper in papers for day in paper.lists), default=None)
    if newest is None:
        return
    first, last = span(papers, newest - WINDOW)
    for trend in archive.trending:
        yield press.render(
            "partials/trend.html",
            trend=trend,
            spark=spark(trend.paper, first, last),
            votes=[event.votes for event in listings(trend.paper) if event.votes is not None],
            first=first,
            last=last,
            width=WIDTH,
            height=HEIGHT,
        )
