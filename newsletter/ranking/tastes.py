"""Tastes: every profile's learned rules against papers. Papers in; out come scores, and reasons that add up.

A score of 1 is three standard deviations nearer than the archive usually is: from there on a paper is let in,
and less than that only adds to what another rule has found. This is what matching.py asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from newsletter.model import Paper, Reason
from newsletter.ranking.background import Floats, Rows, Text
from newsletter.ranking.explain import as_reasons, pieces
from newsletter.ranking.grams import phrase
from newsletter.ranking.interest import Interest, Ranker, Shelf, Taste
from newsletter.terms import fold

UNIT = 3.0
"""Standard deviations that are a score of 1: 22 in 1,000 papers of a mixed stream get that far."""
LEAST = 1 / 3
"""What a leaning must at least have to add to a score that another rule has begun."""
_NOT_QUITE = 0.99
_IN_TITLE, _IN_ABSTRACT = 2.0, 1.0
"""What a topic that is a keyword is worth where it stands in a paper: as the rule keywords has it."""


class Tastes:
    """The interests of all profiles that have learned rules, ready to score."""

    def __init__(self, ranker: Ranker, tastes: Mapping[str, Sequence[Taste]]) -> None:
        self._ranker = ranker
        self._named = [(profile, taste) for profile, several in tastes.items() for taste in several]
        self._interests = [ranker.interest(taste) for _, taste in self._named]
        self._likes: dict[int, Rows] = {}
        self.profiles = frozenset(profile for profile, _ in self._named)

    def scores(self, texts: Sequence[Text]) -> Iterator[tuple[str, Floats]]:
        """The scores of any texts: for each interest its profile and one score a text."""
        yield from self._scores_on(Shelf(self._ranker.background.rows(texts)), texts)

    def _scores_on(self, shelf: Shelf, texts: Sequence[Text]) -> Iterator[tuple[str, Floats]]:
        for number, near in enumerate(self._ranker.nearness(self._interests, shelf)):
            profile = self._named[number][0]
            yield profile, _scores(near, self._interests[number], texts)

    def over(self, papers: Sequence[Paper]) -> Scored:
        """The papers' scores for every profile."""
        texts = [text_of(paper) for paper in papers]
        shelf = Shelf(self._ranker.background.rows(texts))
        best: dict[str, Best] = {}
        for number, (profile, scores) in enumerate(self._scores_on(shelf, texts)):
            liked = {fold(title).strip() for title, _ in self._named[number][1].likes}
            # A paper that is itself liked is no news.
            scores[[fold(title).strip() in liked for title, _ in texts]] = 0
            if not liked:
                far = ~self._ranker.met(self._named[number][1].topic, shelf)
                scores[far] = np.minimum(scores[far], _NOT_QUITE)
            if profile in best:
                best[profile].improve(scores, number)
            else:
                best[profile] = Best(scores, np.full(len(scores), number))
        return Scored(self, papers, shelf, best)

    def reasons(
        self, number: int, shelf: Shelf, place: int, score: float, paper: Paper
    ) -> tuple[Reason, ...]:
        """What a score of one interest is made of."""
        taste, interest = self._named[number][1], self._interests[number]
        if number not in self._likes:
            self._likes[number] = self._ranker.background.rows(taste.likes)
        worth = score * taste.weight
        likes = self._likes[number]
        return as_reasons(
            pieces(taste, interest, shelf.rows, place, score=worth, paper=paper, likes=likes), taste
        )


@dataclass(slots=True)
class Best:
    """The best score of each paper over a profile's interests, and the interest that gave it."""

    scores: Floats
    by: np.ndarray[tuple[int], np.dtype[np.int64]]

    def improve(self, scores: Floats, number: int) -> None:
        """Take what is better."""
        better = scores > self.scores
        self.scores = np.where(better, scores, self.scores)
        self.by = np.where(better, number, self.by)


@dataclass(frozen=True, slots=True)
class Scored:
    """Papers with their scores for every profile that has a taste."""

    tastes: Tastes
    papers: Sequence[Paper]
    shelf: Shelf
    best: Mapping[str, Best]
    _let_in: dict[int, list[str]] = field(default_factory=dict)

    def let_in(self) -> Mapping[int, Sequence[str]]:
        """The profiles that let a paper in by taste alone, by the paper's place."""
        if not self._let_in:
            for profile, best in self.best.items():
                for row in np.flatnonzero(np.round(best.scores, 4) >= 1.0):
                    self._let_in.setdefault(int(row), []).append(profile)
        return self._let_in

    def near(self, place: int, profile: str) -> Near | None:
        """How near a paper is to a profile's taste; None for a profile without one."""
        if profile not in self.best:
            return None
        return Near(self, place, profile, round(float(self.best[profile].scores[place]), 4))


@dataclass(frozen=True, slots=True)
class Near:
    """One paper beside one profile's taste; `score` is without the rules' weight."""

    scored: Scored
    place: int
    profile: str
    score: float

    def reasons(self) -> tuple[Reason, ...]:
        """Why, in parts that add up to the score times the weight; none where it is not worth a word."""
        if self.score < LEAST:
            return ()
        number = int(self.scored.best[self.profile].by[self.place])
        return self.scored.tastes.reasons(
            number, self.scored.shelf, self.place, self.score, self.scored.papers[self.place]
        )


def _scores(near: Floats, interest: Interest, texts: Sequence[Text]) -> Floats:
    """Nearness as a score; where a topic that is a keyword stands, at least as much as a keyword is worth."""
    scores = near / UNIT
    if interest.literal:
        words = f" {' '.join(interest.phrase)} "
        for row in np.flatnonzero(near > 0):
            title, abstract = (f" {' '.join(phrase(text))} " for text in texts[int(row)])
            worth = _IN_TITLE if words in title else _IN_ABSTRACT if words in abstract else 0.0
            # A tenth of the nearness keeps the order among papers that hold the keyword alike.
            if worth and scores[row] < worth + scores[row] / 10:
                scores[row] = worth + scores[row] / 10
    return scores.astype(np.float32)


def text_of(paper: Paper) -> Text:
    """What a paper is read by: its title, and its abstract with its own keywords."""
    return paper.title, "\n".join((paper.abstract, *(f"({keyword})" for keyword in paper.keywords)))


def near_each_other(rows: Rows, one: int, others: Sequence[int]) -> Iterator[float]:
    """How near one paper is to others: the mean of both spaces' cosines, -1 to 1."""
    grams, weights = rows.sparse(one)
    for other in others:
        theirs, values = rows.sparse(other)
        common, here, there = np.intersect1d(grams, theirs, assume_unique=True, return_indices=True)
        lexical = float(weights[here] @ values[there]) if len(common) else 0.0
        latent = float(rows.dense[one] @ rows.dense[other]) if rows.dense.size else lexical
        yield (lexical + latent) / 2
