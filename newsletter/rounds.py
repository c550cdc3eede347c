"""A round: one transaction that turns recorded papers into what is shown. Every paper that no round has
handled yet is matched, the edition is written, and the digests of all readers whose slot is due are fixed.

In: the state, the config, the moment. Out: what the round did. Nothing is rendered or sent here; who is
due and what they get is due.py's part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter import health
from newsletter.digest import Following, edition_section
from newsletter.idle import LIBRARIES
from newsletter.leanings import Leanings
from newsletter.matching import Matcher, compile_profiles
from newsletter.model import Match, Paper, Profile, Section, Trend
from newsletter.ports import SILENT, Progress
from newsletter.ranking.alike import Likeness
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.editions import Judged
from newsletter.trending import current, trends

COMPOSED = "composed"
"""Mark: the highest news number that a round has handled."""
COMPOSED_AT = "composed at"
"""Mark: the moment of the last round."""
_CHUNK = 2000


@dataclass(slots=True, kw_only=True)
class Desk:
    """What a round works with: the profiles under their slugs, what fits them, what is news.

    `fits` maps a profile's slug to its matches among the papers that some reader may still get, `news` the
    numbers of these matching papers to their news numbers: of all others, a snapshot may have millions,
    nothing is held. `before` and `upto` bound the papers of this round.
    """

    store: Store
    config: Config
    now: datetime
    before: int
    upto: int
    profiles: tuple[Profile, ...]
    slugs: Mapping[str, str]
    news: Mapping[int, int] = field(default_factory=dict)
    fits: Mapping[str, Mapping[int, Match]] = field(default_factory=dict)
    silent: frozenset[int] = frozenset()
    trends: tuple[Trend, ...] = ()
    current_trends: tuple[Trend, ...] = ()
    """Those that a list of the last fortnight has."""
    last_round: datetime | None = None
    shown: set[int] = field(default_factory=set)
    """Papers that some reader's digest shows under a public profile."""
    notes: Mapping[date, str] = field(default_factory=dict)
    leanings: Leanings
    """What the learned rules of the profiles name."""
    likeness: Likeness = field(default_factory=Likeness)
    """How alike papers are, for all readers together."""
    _papers: dict[int, Paper] = field(default_factory=dict)
    _matcher: Matcher | None = None
    _above: dict[tuple[str, int], tuple[Match, ...]] = field(default_factory=dict)
    _kept_out: dict[int, frozenset[str]] = field(default_factory=dict)
    _acclaimed: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _best: dict[int, tuple[Match, ...]] = field(default_factory=dict)
    _missing: tuple[str, ...] | None = None

    @property
    def matcher(self) -> Matcher:
        """All profiles, ready to judge."""
        if self._matcher is None:
            self._matcher = compile_profiles(self.profiles, self.leanings.tastes())
        return self._matcher

    def fitting_above(self, profile: str, upto: int) -> tuple[Match, ...]:
        """What fits a profile and became news after a number; most readers of a profile share that number."""
        key = (profile, upto)
        if key not in self._above:
            fits = self.fits.get(profile, {})
            self._above[key] = tuple(match for number, match in fits.items() if self.news[number] > upto)
        return self._above[key]

    def acclaimed_above(self, upto: int) -> tuple[int, ...]:
        """Papers with votes or on several lists that became news after a number, the most voted for first."""
        if upto not in self._acclaimed:
            self._acclaimed[upto] = self.store.papers.acclaimed(upto, self.config.trending_lists)
        return self._acclaimed[upto]

    def best_above(self, upto: int) -> tuple[Match, ...]:
        """What fits public profiles and became news after a number, by score."""
        if upto not in self._best:
            public = [profile.name for profile in self.profiles if not profile.private]
            found = [match for name in public for match in self.fitting_above(name, upto)]
            self._best[upto] = tuple(sorted(found, key=lambda match: (-match.score, match.paper)))
        return self._best[upto]

    @property
    def missing(self) -> tuple[str, ...]:
        """The dumps that should have come, in words, asked for once a round."""
        if self._missing is None:
            self._missing = what_is_missing(self.store, self.config, self.now)
        return self._missing

    def kept_out(self, paper: Paper) -> frozenset[str]:
        """The profiles that mute a paper, asked once a round."""
        if paper.number not in self._kept_out:
            self._kept_out[paper.number] = self.matcher.kept_out(paper)
        return self._kept_out[paper.number]

    def papers(self, numbers: Iterable[int]) -> dict[int, Paper]:
        """Papers by their numbers, each read once a round."""
        wanted = set(numbers)
        if missing := wanted - self._papers.keys():
            self._papers |= self.store.papers.load(missing)
        return {number: self._papers[number] for number in wanted}


def open_desk(store: Store, config: Config, now: datetime, notes: Mapping[date, str]) -> Desk:
    """Take stock before a round: profiles are made known to the state, and new papers are matched."""
    before = int(store.runs.mark(COMPOSED) or 0)
    slugs = store.editions.sync_profiles(config.profiles, before)
    last = store.runs.mark(COMPOSED_AT)
    named = tuple(replace(profile, name=slugs[profile.name]) for profile in config.profiles)
    leanings = Leanings(store, named, config.path.parent, config.ranking.model)
    store.runs.set_mark(LIBRARIES, json.dumps(leanings.libraries()))
    return Desk(
        store=store,
        config=config,
        now=now,
        before=before,
        upto=store.papers.newest(),
        profiles=tuple(map(leanings.hashed, named)),
        leanings=leanings,
        slugs=slugs,
        last_round=datetime.fromisoformat(last) if last else None,
        notes=notes,
    )


def ask_ahead(store: Store, config: Config) -> None:
    """Put before the sentence model what the round will ask it: on a first run that takes minutes, too long
    for a transaction.
    """
    leanings = Leanings(store, config.profiles, config.path.parent, config.ranking.model, keeps=True)
    leanings.read_ahead(())
    newest = store.papers.newest()
    for above in range(int(store.runs.mark(COMPOSED) or 0), newest, _CHUNK):
        leanings.read_ahead(store.papers.news(above, min(above + _CHUNK, newest)))


def match_news(desk: Desk, *, whole_archive: bool = False, progress: Progress = SILENT) -> None:
    """Match what no profile has judged yet, and lay out who fits what."""
    store = desk.store
    awaited = store.readers.lowest_awaited()
    low = 0 if whole_archive else min(desk.before, desk.before if awaited is None else awaited)
    _judge(desk, low, progress)
    store.editions.forget_matches({profile.name: profile.rules_hash for profile in desk.profiles})
    desk.fits = {
        profile.name: store.editions.matches(profile.name, profile.rules_hash, low)
        for profile in desk.profiles
    }
    desk.news = store.papers.news_numbers(low, set().union(*desk.fits.values()))
    desk.silent = store.papers.silent(desk.news)
    desk.trends = what_trends(store, desk.config.trending_lists)
    newest = store.papers.newest_list()
    desk.current_trends = tuple(trend for trend in desk.trends if newest and current(trend, newest))


def _judge(desk: Desk, low: int, progress: Progress) -> None:
    starts = {profile.name: _start(desk.store, profile, low) for profile in desk.profiles}
    first = min(starts.values(), default=desk.upto)
    progress.stage("matching", max(0, desk.upto - first))
    for above in range(first, desk.upto, _CHUNK):
        upto = min(above + _CHUNK, desk.upto)
        papers = desk.store.papers.news(above, upto)
        found: dict[str, list[Match]] = {slug: [] for slug in starts}
        for match in desk.matcher.matches(papers):
            found[match.profile].append(match)
        for profile in desk.profiles:
            if starts[profile.name] < upto:
                _note_judged(desk.store, profile, Judged(low=low, high=upto), papers, found[profile.name])
        progress.step(upto - above)


def _start(store: Store, profile: Profile, low: int) -> int:
    """The news number from which on a profile has to judge."""
    judged = store.editions.judged(profile.name, profile.rules_hash)
    return judged.high if judged and judged.low <= low else low


def _note_judged(
    store: Store, profile: Profile, judged: Judged, papers: Iterable[Paper], matches: Iterable[Match]
) -> None:
    before = store.editions.judged(profile.name, profile.rules_hash)
    low = min(judged.low, before.low) if before else judged.low
    store.editions.put_judged(
        profile.name,
        profile.rules_hash,
        Judged(low=low, high=judged.high),
        (paper.number for paper in papers),
        matches,
    )


def what_trends(store: Store, lists: int) -> tuple[Trend, ...]:
    """What trends, counted back from the newest list."""
    from newsletter.trending import LONGEST_LIST, WINDOW  # noqa: PLC0415 - beside their one use

    newest = store.papers.newest_list()
    if newest is None:
        return ()
    numbers = store.papers.listed_again(newest - WINDOW, lists, LONGEST_LIST)
    papers = {paper.number: paper for paper in store.papers.load(numbers).values()}
    return trends(papers.values(), newest, lists)


# --------------------------------------------------------------------------------------------- editions


def write_edition(desk: Desk) -> tuple[str, ...]:
    """The edition of this round: what fits a public profile and is in no edition yet. Its name, if any."""
    fresh = [number for number, news in desk.news.items() if news > desk.before]
    published = desk.store.editions.published(fresh)
    wanted = set(fresh) - published
    today = desk.now.astimezone(ZoneInfo(desk.config.site.timezone)).date()
    told = health.troubles(desk.store.dumps.troubled(desk.last_round))
    name = _write(desk, dict.fromkeys(_public(desk), wanted), today, desk.now, told)
    return (name,) if name else ()


def write_backfill(desk: Desk) -> tuple[str, ...]:
    """Editions for the dates that papers bear: of this round's papers, and for profiles added since."""
    begins = {row.slug: row.begins for row in desk.store.editions.profiles()}
    by_date: dict[date, dict[str, set[int]]] = {}
    for slug in _public(desk):
        published = desk.store.editions.published(desk.fits[slug], slug)
        papers = desk.papers(desk.fits[slug])
        for number, paper in papers.items():
            news = desk.news[number]
            if number not in published and (news > desk.before or news <= begins[slug]):
                day = paper.first_seen or desk.now.date()
                by_date.setdefault(day, {}).setdefault(slug, set()).add(number)
    zone = ZoneInfo(desk.config.site.timezone)
    names = []
    for day in sorted(by_date):
        made = datetime.combine(day, time(), tzinfo=zone)
        names.append(_write(desk, by_date[day], day, made.astimezone(desk.now.tzinfo), ()))
    desk.store.editions.filled(_public(desk))
    return tuple(name for name in names if name)


def keep_pages(desk: Desk) -> None:
    """Whatever a digest or the trending list shows has a page, and keeps it."""
    trending = [trend.paper.number for trend in desk.trends]
    desk.store.editions.keep_pages(desk.shown.union(trending))
    desk.store.editions.keep_trending(trending, desk.now)


def _public(desk: Desk) -> tuple[str, ...]:
    return tuple(profile.name for profile in desk.profiles if not profile.private)


def _write(desk: Desk, wanted: Mapping[str, set[int]], day: date, made: datetime, told: Sequence[str]) -> str:
    sections = [
        section
        for profile in desk.profiles
        if (section := _section(desk, profile, wanted.get(profile.name, set()))).picks
    ]
    return desk.store.editions.add(day, made, sections, told) if sections else ""


def _section(desk: Desk, profile: Profile, wanted: set[int]) -> Section:
    matches = [match for number, match in desk.fits[profile.name].items() if number in wanted]
    following = Following(profile=profile.name, title=profile.title, limit=profile.limit)
    return edition_section(following, matches, desk.papers(match.paper for match in matches))


def what_is_missing(store: Store, config: Config, now: datetime) -> tuple[str, ...]:
    """The dumps that config.yaml expects and that have not come, in words."""
    today = now.astimezone(ZoneInfo(config.site.timezone)).date()
    told = (health.missing(each, store.dumps.newest(each.files), today) for each in config.expected)
    return tuple(filter(None, told))


def fresh_span(config: Config) -> timedelta:
    """How long a paper stays fresh."""
    return timedelta(days=config.fresh_days)
