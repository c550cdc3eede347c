"""`newsletter why`: the whole way of a paper to a reader, or where it ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from newsletter.cli._shared import counted, existing_state, missing, profile_named, subscriber_named
from newsletter.errors import NotFound
from newsletter.leanings import Leanings
from newsletter.matching import Matcher, compile_profiles
from newsletter.model import Paper, Profile, Subscriber, Verdict
from newsletter.settings import Config
from newsletter.similar import similar_to
from newsletter.store import Store

_DIFFERS = 0.005
"""Scores that differ by less are the same to a reader: the background grew a little."""


@click.command(short_help="Why a paper came to a reader or profile, or why not.")
@click.argument("paper", required=False)
@click.option("--for", "reader", metavar="SUBSCRIBER", help="Only what concerns this subscriber.")
@click.option("--profile", "profile_name", metavar="NAME", help="Only what concerns this profile.")
@click.option("--not", "without", metavar="SUBSCRIBER", help="Why PAPER did not come, or the newest list.")
@click.pass_obj
def command(
    config_path: Path,
    *,
    paper: str | None,
    reader: str | None,
    profile_name: str | None,
    without: str | None,
) -> int:
    """Trace PAPER: seen in which dump, matched by what, with which score, shown to whom and when.

    PAPER is its title or a piece of it, an arXiv id, a DOI, or the name of its page. With --not it may be
    left out: then every paper of the newest list is told that did not come to somebody, and why.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    if paper is None and (without is None or reader or profile_name):
        raise click.UsageError("which PAPER? Only `newsletter why --not SUBSCRIBER` goes without")
    config = configuration.load(config_path)
    with existing_state(config) as store:
        if without is not None:
            for line in absences(store, config, without, paper):
                click.echo(line)
            return 0
        found = find(store, paper or "")
        subscriber = _subscriber(config, reader)
        profiles = _profiles(config, subscriber, profile_name)
        for line in trace(store, config, found, profiles, subscriber):
            click.echo(line)
    return 0


def find(store: Store, text: str) -> Paper:
    """The one paper that a text names. Raises NotFound, with the candidates where there are several."""
    from newsletter.identity import arxiv_key, doi_key  # noqa: PLC0415 - beside their one use

    text = text.encode(errors="replace").decode()  # a stray byte of the command line is in no title
    for name in (text, arxiv_key(text), doi_key(text)):
        papers = store.papers.find(name) if name else ()
        if len(papers) == 1:
            return papers[0]
        if papers:
            titles = "\n".join(f"  {paper.slug}: {paper.title}" for paper in papers)
            raise NotFound(f"{text!r} names {len(papers)} papers:\n{titles}", hint="say which by its name")
    raise NotFound(
        f"no paper is known as {text!r}",
        hint="it was in no dump that was read; `newsletter status` lists those",
    )


def _subscriber(config: Config, text: str | None) -> Subscriber | None:
    if text is None:
        return None
    found = subscriber_named(config, text)
    if found is None:
        raise missing(config, text)
    return found


def _profiles(config: Config, subscriber: Subscriber | None, name: str | None) -> tuple[Profile, ...]:
    if name is not None:
        found = profile_named(config, name)
        if found is None:
            raise missing(config, name)
        return (found,)
    if subscriber is not None:
        return tuple(profile for profile in config.profiles if profile.name in subscriber.profiles)
    return tuple(profile for profile in config.profiles if not profile.private)


def trace(
    store: Store,
    config: Config,
    paper: Paper,
    profiles: tuple[Profile, ...],
    subscriber: Subscriber | None,
) -> Iterator[str]:
    """The way of a paper, line by line."""
    yield paper.title
    yield f"  {', '.join(paper.ids) or 'no id'}; its page is papers/{paper.slug}.html"
    yield ""
    yield f"Seen on {counted(len(paper.lists), 'list')}"
    for sighting in paper.sightings:
        line = f", line {sighting.line}" if sighting.line else ""
        votes = f", {counted(sighting.votes, 'vote')}" if sighting.votes else ""
        yield f"  {sighting.date.isoformat()}  {sighting.dump}{line}{votes}"
    yield from _repeats(store, paper)
    if similar := similar_to(store, paper):
        yield ""
        yield "Similar papers"
        yield from (f"  {other.slug}: {other.title}" for other in similar)
    matcher = _matcher(store, config, profiles)
    for profile in profiles:
        yield ""
        yield from _judgement(profile, matcher, paper)
    yield ""
    yield from _shown(store, config, paper, subscriber)


def _matcher(store: Store, config: Config, profiles: tuple[Profile, ...]) -> Matcher:
    leanings = Leanings(store, profiles, config.path.parent, config.ranking.model)
    matcher = compile_profiles(profiles, leanings.tastes())
    if leanings.without_model:
        click.echo(f"warning: {leanings.without_model.told}", err=True)
    return matcher


def _repeats(store: Store, paper: Paper) -> Iterator[str]:
    for repeat in paper.repeats:
        yield f"  possible repeat of {repeat.slug}: {repeat.title}"
    for repeat in store.repeats.newer(paper.number):
        yield f"  possibly repeated by {repeat.slug}: {repeat.title}"


def _judgement(profile: Profile, matcher: Matcher, paper: Paper) -> Iterator[str]:
    verdict = matcher.verdict(paper, profile.name)
    yield f"{profile.title}: {_outcome(verdict, profile)}"
    for reason in verdict.reasons:
        yield f"  +{reason.score:g}  {reason.detail}"


def _outcome(verdict: Verdict, profile: Profile) -> str:
    if verdict.match is None:
        return f"no match: {verdict.against}"
    threshold = f", threshold {profile.threshold:g}" if profile.threshold else ""
    return f"fits with score {verdict.score:g}{threshold}"


def _as_it_was(store: Store, config: Config, matcher: Matcher, delivery: int, paper: Paper) -> Iterator[str]:
    """The scores of the digest, and which of them would be another today."""
    titles = {profile.name: profile.title for profile in config.profiles}
    names = {row.slug: row.name for row in store.editions.profiles()}
    for slug, score in store.readers.scores(delivery, paper.number).items():
        name = names.get(slug, slug)
        now = matcher.verdict(paper, name) if name in titles else None
        differs = ""
        if now is None:
            differs = "; there is no such profile any more"
        elif now.match is None:
            differs = f"; today it would be no match: {now.against}"
        elif abs(now.score - score) >= _DIFFERS:
            differs = f"; today it would be {now.score:g}"
        yield f"  score {score:g} for {titles.get(name, name)} when the digest was made{differs}"


def _shown(store: Store, config: Config, paper: Paper, subscriber: Subscriber | None) -> Iterator[str]:
    showings = store.readers.showings(paper.number)
    matcher = _matcher(store, config, config.profiles)
    for reader in (subscriber,) if subscriber else config.subscribers:
        its = [(row, role) for row, role in showings if row.folded == reader.reader]
        for row, role in its:
            reason = f" ({row.reason})" if row.reason else ""
            block = "" if role == "body" else f", in the {role} block"
            yield f"{reader.address}: slot {row.slot}, {row.state}{reason}{block}"
            yield from _as_it_was(store, config, matcher, row.id, paper)
        if not its:
            yield f"{reader.address}: not shown{_why_not(store, matcher, paper, reader)}"


def _why_not(store: Store, matcher: Matcher, paper: Paper, subscriber: Subscriber) -> str:
    row = store.readers.get(subscriber.reader)
    if suppressed := store.suppressions.get(subscriber.reader):
        return f"; nothing is sent to them ({suppressed.reason})"
    if row is None:
        return "; the subscription begins with the next run"
    if any(waiting.paper == paper.number for waiting in store.readers.backlog(row.id)):
        return "; it waits in the backlog for room in a digest"
    if store.papers.silent((paper.number,)):
        return "; it came with a backfill, which is never mailed"
    fitting = [name for name in subscriber.profiles if matcher.verdict(paper, name).match is not None]
    if not fitting:
        return "; it fits none of their profiles"
    return _subscribed(store, row.id, paper, fitting)


def _subscribed(store: Store, reader: int, paper: Paper, fitting: list[str]) -> str:
    slugs = {row.name: row.slug for row in store.editions.profiles()}
    news = store.papers.news_numbers(0, (paper.number,)).get(paper.number, 0)
    for subscription in store.readers.subscriptions(reader):
        if subscription.profile in {slugs.get(name) for name in fitting}:
            if news <= subscription.begins:
                return "; it came before their subscription began"
            if news > subscription.covered:
                return "; it comes with their next digest"
    return "; it did not fit when their digest was made, or is no longer fresh"


# --------------------------------------------------------------------------------------- what did not come


def absences(store: Store, config: Config, text: str, paper: str | None) -> Iterator[str]:
    """Why a paper did not come to somebody; without one, why each of the newest list did not."""
    subscriber = subscriber_named(config, text)
    if subscriber is None:
        raise _gone(store, config, text)
    matcher = _matcher(store, config, config.profiles)
    if paper is not None:
        yield from _absent(store, config, matcher, find(store, paper), subscriber)
        return
    day = store.papers.newest_list()
    listed = store.papers.load(store.papers.listed_again(day, 1) if day else ())
    row = store.readers.get(subscriber.reader)
    shown = store.readers.shown(row.id, listed) if row else frozenset()
    missed = [listed[number] for number in sorted(listed.keys() - shown)]
    of = f"{counted(len(listed), 'paper')} on the list of {day}"
    yield f"{subscriber.address} was not shown {len(missed)} of {of}"
    by_reason: dict[str, list[Paper]] = {}
    for each in missed:
        by_reason.setdefault(_why_not(store, matcher, each, subscriber), []).append(each)
    for reason, papers in by_reason.items():
        yield f"{reason.removeprefix('; ')}: {counted(len(papers), 'paper')}"
        yield from (f"  {each.slug}: {each.title}" for each in papers)
    if by_reason:
        yield f"newsletter why PAPER --not {text} tells more of one"


def _absent(
    store: Store, config: Config, matcher: Matcher, paper: Paper, subscriber: Subscriber
) -> Iterator[str]:
    yield paper.title
    yield from _shown(store, config, paper, subscriber)
    for profile in config.profiles:
        if profile.name in subscriber.profiles:
            yield from _judgement(profile, matcher, paper)


def _gone(store: Store, config: Config, text: str) -> NotFound:
    """Somebody who is no subscriber: perhaps they were one."""
    row = store.readers.get(text.casefold())
    if row is None:
        return missing(config, text)
    told = f"{row.folded} is no subscriber any more: config.yaml does not name them"
    return NotFound(told, hint="what they were sent stands in newsletter status --json")
