"""Tastes: every profile's learned rules against papers. Papers in; out come scores, and reasons that add up.

A score of 1 is three standard deviations nearer than the archive usually is: from there on a paper is let in,
and less than that only adds to what another rule has found. This is what matching.py asks.

Who lets a paper in is found for all of them at once; what it scores then, of each pair by itself: so a score
is the same whatever stands beside the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from newsletter.model import Paper, Reason
from newsletter.ranking.background import Rows, Text, hashed
from newsletter.ranking.crowd import BLOCK, Crowd
from newsletter.ranking.demand import met
from newsletter.ranking.explain import Reading, as_reasons, nearest, pieces
from newsletter.ranking.grams import spoken
from newsletter.ranking.interest import (
    LIKES,
    Interest,
    Overlap,
    Ranker,
    Taste,
    nearness,
    overlap,
    steepness,
)
from newsletter.ranking.latent import Floats
from newsletter.ranking.vectors import Grams
from newsletter.terms import fold

UNIT = 3.0
"""Standard deviations that are a score of 1: 22 in 1,000 papers of a mixed stream get that far."""
LEAST = 1 / 3
"""What a leaning must at least have to add to a score that another rule has begun."""
_NOT_QUITE = 0.99
_IN_TITLE, _IN_ABSTRACT = 2.0, 1.0
"""What a topic that is a keyword is worth where it stands in a paper: as the rule keywords has it."""
_CLOSE = 1e-3
"""Scores so close to 1 are looked at one by one: of a crowd they are summed in another order."""

Places = NDArray[np.int64]


class Tastes:
    """The interests of all profiles that have learned rules, ready to score.

    `interests` are those of the tastes, in their order, where they are known already.
    """

    def __init__(
        self,
        ranker: Ranker,
        tastes: Mapping[str, Sequence[Taste]],
        interests: Sequence[Interest] | None = None,
    ) -> None:
        self.ranker = ranker
        self.named = [(profile, taste) for profile, several in tastes.items() for taste in several]
        if interests is None:
            interests = ranker.interests([taste for _, taste in self.named])
        self.interests = interests
        self.steep = steepness(interests)
        self.of: dict[str, list[int]] = {}
        for number, (profile, _) in enumerate(self.named):
            self.of.setdefault(profile, []).append(number)
        self._liked: dict[int, frozenset[str]] = {}
        self._likes: dict[int, Rows] = {}

    def scores(self, texts: Sequence[Text]) -> Iterator[tuple[str, Floats]]:
        """The scores of any texts: for each interest its profile and one score a text."""
        sheets = [_Sheet(text) for text in texts]
        for first, block, literal in self.blocks(Crowd(self.ranker.rows(texts), self.interests)):
            for number, row in enumerate(block, first):
                scores = row / np.float32(UNIT)
                for place in literal.get(number, ()):
                    scores[place] = _worth(float(row[place]), self.interests[number], sheets[place])
                yield self.named[number][0], scores

    def blocks(self, crowd: Crowd) -> Iterator[tuple[int, Floats, dict[int, list[int]]]]:
        """Papers beside some interests after the others: the first one's number, a row of nearness for each,
        and for topics that are keywords where these may stand.
        """
        for first, block in zip(range(0, len(self.interests), BLOCK), crowd.nearness(), strict=True):
            numbers = [n for n in range(first, first + len(block)) if self.interests[n].literal]
            sought = [_grams_of(self.interests[number].phrase) for number in numbers]
            literal: dict[int, list[int]] = {}
            for number, grams, held in zip(numbers, sought, crowd.holding(sought), strict=True):
                stands = (held >= len(grams)) & (block[number - first] > 0)
                literal[number] = np.flatnonzero(stands).tolist()
            yield first, block, literal

    def over(self, papers: Sequence[Paper]) -> Scored:
        """The papers beside every profile."""
        texts = [text_of(paper) for paper in papers]
        return Scored(self, papers, self.ranker.rows(texts), [_Sheet(text) for text in texts])

    def liked(self, number: int) -> frozenset[str]:
        """The titles of what a taste likes, folded."""
        if number not in self._liked:
            self._liked[number] = frozenset(fold(title).strip() for title, _ in self.named[number][1].likes)
        return self._liked[number]

    def nearest(self, number: int, rows: Rows, row: int) -> int:
        """The place of the liked paper that a paper is nearest to; a taste without any has none."""
        liked = self.interests[number].liked
        if liked.size:
            return int(np.argmax(liked.astype(np.float32) @ rows.dense[row]))
        if number not in self._likes:
            self._likes[number] = self.ranker.background.rows(self.named[number][1].likes[:LIKES])
        return nearest(rows, row, self._likes[number])

    def meaning_most_alike(self, number: int, rows: Rows, row: int) -> int | None:
        """The place of the liked paper that means most nearly the same; None where no model was asked."""
        liked = self.interests[number].liked_meaning
        return int(np.argmax(liked.astype(np.float32) @ rows.meaning[row])) if liked.size else None


class _Sheet:
    """A text as it is asked about again and again."""

    def __init__(self, text: Text) -> None:
        self.text = text

    @cached_property
    def title(self) -> str:
        return spoken(self.text[0])

    @cached_property
    def abstract(self) -> str:
        return spoken(self.text[1])

    @cached_property
    def name(self) -> str:
        return fold(self.text[0]).strip()


class Scored:
    """Papers beside all profiles that have a taste."""

    def __init__(self, tastes: Tastes, papers: Sequence[Paper], rows: Rows, sheets: Sequence[_Sheet]) -> None:
        self.tastes = tastes
        self.papers = papers
        self.rows = rows
        self._sheets = sheets
        self._readings: dict[int, Reading] = {}

    def let_in(self) -> Mapping[int, Sequence[str]]:
        """The profiles that let a paper in by taste alone, by the paper's place."""
        found: dict[int, list[str]] = {}
        for places, numbers in self._let_in():
            for place, number in zip(places.tolist(), numbers.tolist(), strict=True):
                found.setdefault(place, []).append(self.tastes.named[number][0])
        return {place: tuple(dict.fromkeys(profiles)) for place, profiles in found.items()}

    def pairs(self) -> int:
        """How many pairs of a paper and an interest let in."""
        return sum(len(places) for places, _ in self._let_in())

    def _let_in(self) -> Iterator[tuple[Places, Places]]:
        """The papers' places with the interests' numbers that let them in."""
        crowd = Crowd(self.rows, self.tastes.interests)
        by_name: dict[str, list[int]] = {}
        for place, sheet in enumerate(self._sheets):
            by_name.setdefault(sheet.name, []).append(place)
        for first, block, literal in self.tastes.blocks(crowd):
            rows, places = self._enough(crowd, first, block, literal)
            for row in range(len(block)):
                for name in self.tastes.liked(first + row) & by_name.keys():
                    news = ~((rows == row) & np.isin(places, by_name[name]))
                    rows, places = rows[news], places[news]
            close = np.flatnonzero(block[rows, places] < UNIT * (1 + _CLOSE))
            alone = [self.score(first + int(rows[each]), int(places[each]))[0] for each in close]
            short = close[np.array(alone, np.float64) < 1]
            yield np.delete(places, short), np.delete(rows, short) + first

    def _enough(
        self, crowd: Crowd, first: int, block: Floats, literal: Mapping[int, Sequence[int]]
    ) -> tuple[Places, Places]:
        """The rows and columns of a block that may score 1, of what has enough of a topic."""
        wide = block.shape[1]
        may = np.flatnonzero(block >= UNIT * (1 - _CLOSE))
        stand = [(number - first) * wide + place for number, places in literal.items() for place in places]
        if stand:
            may = np.unique(np.concatenate((may, stand)))
        rows, places = np.divmod(may, max(wide, 1))
        demands = {row: each.demand for row, each in enumerate(self.tastes.interests[first:][: len(block)])}
        demanding = [row for row, demand in demands.items() if demand]
        if not demanding:
            return rows, places
        met = crowd.met([demand for demand in demands.values() if demand])
        asked = np.full(len(block), -1)
        asked[demanding] = np.arange(len(demanding))
        enough = (asked[rows] < 0) | met[asked[rows], places]
        return rows[enough], places[enough]

    def score(self, number: int, place: int) -> tuple[float, Overlap | None]:
        """What one interest gives one paper, and what they have in common."""
        interest, sheet = self.tastes.interests[number], self._sheets[place]
        # A paper that is itself liked is no news.
        if sheet.name in self.tastes.liked(number):
            return 0.0, None
        common = overlap(interest, self.rows, place)
        score = _worth(nearness(self.tastes.steep[number], common), interest, sheet)
        if interest.demand and score > _NOT_QUITE and not met(interest.demand, self.rows, place):
            score = _NOT_QUITE
        return round(score, 4), common

    def near(self, place: int, profile: str) -> Near | None:
        """How near a paper is to a profile's taste; None for a profile without one."""
        best: Near | None = None
        for number in self.tastes.of.get(profile, ()):
            score, common = self.score(number, place)
            if best is None or score > best.score:
                best = Near(self, place, number, score, common)
        return best

    def reading(self, place: int) -> Reading:
        """A paper, read for words that reasons may name."""
        if place not in self._readings:
            self._readings[place] = Reading(self.papers[place])
        return self._readings[place]


@dataclass(frozen=True, slots=True)
class Near:
    """One paper beside one profile's best taste; `score` is without the rules' weight."""

    scored: Scored
    place: int
    number: int
    score: float
    common: Overlap | None

    @property
    def lacks(self) -> bool:
        """Whether it is near enough, but has too little of what is demanded."""
        demand = self.scored.tastes.interests[self.number].demand
        return (
            demand is not None and self.score == _NOT_QUITE and not met(demand, self.scored.rows, self.place)
        )

    def reasons(self) -> tuple[Reason, ...]:
        """Why, in parts that add up to the score times the weight; none where it is not worth a word."""
        if self.score < LEAST or self.common is None:
            return ()
        tastes = self.scored.tastes
        taste = tastes.named[self.number][1]
        told = pieces(
            taste,
            tastes.interests[self.number],
            self.common,
            score=self.score * taste.weight,
            reading=self.scored.reading(self.place),
            like=self._like(taste),
            alike=self._alike(taste),
        )
        return as_reasons(told, taste)

    def _like(self, taste: Taste) -> str:
        if not taste.likes:
            return ""
        return taste.likes[self.scored.tastes.nearest(self.number, self.scored.rows, self.place)][0]

    def _alike(self, taste: Taste) -> str:
        scored = self.scored
        place = scored.tastes.meaning_most_alike(self.number, scored.rows, self.place)
        return "" if place is None else taste.likes[place][0]


def _worth(nearness: float, interest: Interest, sheet: _Sheet) -> float:
    """Nearness as a score; where a topic that is a keyword stands, at least as much as a keyword is worth."""
    score = nearness / UNIT
    if interest.literal and nearness > 0:
        words = f" {' '.join(interest.phrase)} "
        worth = _IN_TITLE if words in sheet.title else _IN_ABSTRACT if words in sheet.abstract else 0.0
        # A tenth of the nearness keeps the order among papers that hold the keyword alike.
        if worth:
            return max(score, worth + score / 10)
    return score


def _grams_of(words: Sequence[str]) -> Grams:
    """The pairs of a phrase, or its one word."""
    pairs = [f"{one} {two}" for one, two in pairwise(words)] or words
    return np.unique(np.array([hashed(pair) for pair in pairs], np.int32))


def text_of(paper: Paper) -> Text:
    """What a paper is read by: its title, and its abstract with its own keywords."""
    return paper.title, "\n".join((paper.abstract, *(f"({keyword})" for keyword in paper.keywords)))
