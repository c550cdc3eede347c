"""Similar papers: every paper with a page is laid beside the others that have one, once, in the round that
gives it its page. The state in, pairs into the state; how near is near is ranking's to say.

What a page lists follows from the pairs, and these stay: so a page changes only when a newer paper is nearer
than one that it lists. Each new paper is compared with the latest 4,000, whose words are kept counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsletter.leanings import background
from newsletter.model import Paper
from newsletter.ports import SILENT, Progress
from newsletter.store import Store

if TYPE_CHECKING:
    from newsletter.ranking.background import Background, Rows

BESIDE = 4_000
"""So many papers, the latest, a new one is compared with: a second's work, and nothing grows."""
_AT_ONCE = 2_000
MOST = 5
"""Similar papers that are shown, at most."""


def find_similar(store: Store, progress: Progress = SILENT) -> int:
    """Compare what has a page and was not compared yet; how many papers that were."""
    new = store.similar.not_compared()
    if not new:
        return 0
    from newsletter.ranking.background import bytes_of, count  # noqa: PLC0415 - numpy, for those who need it

    usual = background(store)[0]
    progress.stage("comparing", len(new))
    for first in range(0, len(new), _AT_ONCE):
        some = new[first : first + _AT_ONCE]
        papers = store.papers.load(some)
        grams = {number: bytes_of(count([_text(papers[number])])) for number in some}
        known = store.similar.compared(BESIDE)
        store.similar.put(grams, _pairs(usual, known | grams, some))
        progress.step(len(some))
    return len(new)


def similar_to(store: Store, paper: Paper) -> tuple[Paper, ...]:
    """What is similar to a paper, the nearest first: as its page lists it, or as it would if it had one."""
    kept = store.similar.compared(BESIDE)
    numbers = store.similar.lists(MOST, paper.number).get(paper.number, ())
    if paper.number not in kept and not numbers and kept:
        from newsletter.ranking.background import bytes_of, count  # noqa: PLC0415 - as above

        asked = kept | {paper.number: bytes_of(count([_text(paper)]))}
        numbers = tuple(other for _, other, _ in _pairs(background(store)[0], asked, (paper.number,)))
    found = store.papers.load(numbers)
    return tuple(found[number] for number in numbers)


def _pairs(usual: Background, grams: dict[int, bytes], new: Sequence[int]) -> list[tuple[int, int, float]]:
    from newsletter.ranking.neighbours import neighbours  # noqa: PLC0415 - as above

    numbers = sorted(grams)
    rows = _rows(usual, [grams[number] for number in numbers])
    place = {number: row for row, number in enumerate(numbers)}
    found = neighbours(rows, [place[number] for number in new])
    return [(numbers[row], numbers[other], near) for row, other, near in found]


def _rows(usual: Background, counted: Sequence[bytes]) -> Rows:
    from newsletter.ranking.background import from_counts  # noqa: PLC0415 - as above

    return usual.of(from_counts(counted))


def _text(paper: Paper) -> tuple[str, str]:
    return paper.title, paper.abstract
