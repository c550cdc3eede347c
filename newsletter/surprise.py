"""Outside the usual: one paper for a reader that fits none of their profiles. The round's desk and a reader's
place among the news in, a section with one pick out, or none.

Most votes win, then most lists, else the best score that another public profile gave. What a reader mutes
or was shown is never it. Whether they want one at all is due.py's to ask.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from newsletter.languages import words
from newsletter.model import Match, Paper, Pick, Reason, Section
from newsletter.rounds import Desk
from newsletter.words import Words

RULE = "surprise"
"""Stands as the rule of its first reason: no rule of a profile let it in."""
_MOST_TRIED = 50


def surprise(desk: Desk, reader: int, profiles: Collection[str], above: int) -> Section | None:
    """The section with the one paper for a reader who follows these profiles, of the news above a number."""
    tried = dict(islice(_proposals(desk, profiles, above), _MOST_TRIED))
    said = words(desk.config.site.language)
    hidden = desk.store.readers.shown(reader, tried)
    papers = desk.papers(tried)
    for number, match in tried.items():
        paper = papers[number]
        if number not in hidden and not desk.kept_out(paper).intersection(profiles):
            reasons = _fits_another(desk, match, said) if match else (_acclaimed(paper, said),)
            found = Match(paper=number, profile="", score=0.0, reasons=reasons)
            return _section(Pick(paper=paper, match=found), said)
    return None


def _section(pick: Pick, said: Words) -> Section:
    """In the words of today: a digest stays as it was composed, whatever becomes of the language."""
    title, reason = said.say("Outside your usual"), said.say("One paper that fits none of your profiles")
    return Section(profile="", title=title, picks=(pick,), reason=reason)


def _proposals(desk: Desk, profiles: Collection[str], above: int) -> Iterator[tuple[int, Match | None]]:
    """Papers that fit none of the profiles, best first, each once; with the match of another profile where
    that is what speaks for them.
    """
    told: set[int] = set()
    acclaimed = ((number, None) for number in desk.acclaimed_above(above))
    fitting = ((match.paper, match) for match in desk.best_above(above))
    for number, match in (*acclaimed, *fitting):
        usual = any(number in desk.fits[profile] for profile in profiles)
        if number not in told and number not in desk.silent and not usual:
            told.add(number)
            yield number, match


def _acclaimed(paper: Paper, said: Words) -> Reason:
    """“12 votes on the list of 7 August 2026”, or “on 2 lists: 5 August and 7 August 2026”."""
    if paper.votes:
        sighting = next(each for each in reversed(paper.sightings) if each.votes == paper.votes)
        votes = said.counted(
            "%(n)s vote on the list of %(day)s",
            "%(n)s votes on the list of %(day)s",
            paper.votes,
            day=said.day(sighting.date),
        )
        return Reason(rule=RULE, detail=votes)
    detail = said.say("on %(n)s lists: %(days)s", n=len(paper.lists), days=said.days(paper.lists))
    return Reason(rule=RULE, detail=detail)


def _fits_another(desk: Desk, match: Match, said: Words) -> tuple[Reason, ...]:
    title = next(profile.title for profile in desk.profiles if profile.name == match.profile)
    return Reason(rule=RULE, detail=said.say("fits %(title)s", title=title)), *match.reasons
