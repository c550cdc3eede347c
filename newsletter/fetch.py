"""Fetching: the sources of config.yaml are asked, and what they give becomes dumps in the inbox.

In: sources, what the state knows of each, a moment. Out: a Turn for each source that was asked. What is asked
and what an answer means stands in sources/, how long is waited in patience.py, how files get their names in
landing.py. Nothing is read of the papers but whether they can be read; `newsletter run` takes the dumps.

    requests → web → looked_through → hear → land or set aside → what is known now
"""

from __future__ import annotations

import hashlib
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from io import BufferedRandom
from itertools import count
from pathlib import Path

from newsletter import patience, sources
from newsletter.contents import contents
from newsletter.errors import InboxUnwritable, NotFound, SecretMissing
from newsletter.inbox import HEAD_BYTES
from newsletter.landing import ASIDE, ending, land, part_file, set_aside, sha256, stem, sweep, told
from newsletter.lock import only_run
from newsletter.model import Dump, Known
from newsletter.open_set import did_you_mean
from newsletter.secret import reveal
from newsletter.settings import Config, Limits, Source
from newsletter.sources import Answer, Heard, Request, Trouble
from newsletter.store import Store
from newsletter.store.sources import SourceState
from newsletter.web import Reply, Unreachable, Web, open_web

LOCK = ".fetch"
"""What stands behind the state's name in that of the lock: fetches exclude each other, and no run."""
LARGEST = 1024**3
"""Bytes of an answer: arXiv's whole daily feed has ten million."""
MOST_REQUESTS = 1000
"""Questions in one turn; an archive that never ends is asked on in the next."""
LONGEST_HEADER = 1000
_TAIL_BYTES = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What came of asking one source: names of dumps, how many listings they hold, what went wrong.

    `first`: nobody was told of this kind of trouble before. `aside` is where an odd answer is kept, `again`
    the moment from which on the source is asked again.
    """

    name: str
    dumps: tuple[str, ...] = ()
    listings: int = 0
    trouble: Trouble | None = None
    first: bool = False
    aside: Path | None = None
    again: datetime | None = None

    @property
    def exit_code(self) -> int:
        """4 where a secret is missing, 1 for what somebody must look at, the first time; else 0."""
        if self.trouble is None or self.trouble.kind in patience.PASSING:
            return 0
        return SecretMissing.exit_code if self.trouble.kind == "secret" else int(self.first)


# ------------------------------------------------------------------------------------- who is asked


def due_sources(states: Iterable[SourceState], listed: Iterable[Source], now: datetime) -> tuple[Source, ...]:
    """The sources that may be asked at that moment, in their order."""
    known = {state.name: state for state in states}
    found = ((source, known.get(source.name, SourceState(name=source.name))) for source in listed)
    return tuple(
        source for source, state in found if patience.is_due(now, source.every, state.tried, state.not_before)
    )


def any_due(store: Store, config: Config, now: datetime) -> bool:
    """Whether a fetch would ask anybody: on a machine without the extra nobody is ever due."""
    due = due_sources(store.sources.states(), config.sources, now)
    return bool(due) and find_spec("httpx2") is not None


def wanted_sources(
    states: Iterable[SourceState], listed: Iterable[Source], now: datetime, *, named: Iterable[str] = ()
) -> tuple[Source, ...]:
    """The sources of these names, else all, whether they are due or not; but for those that asked us to wait.

    Raises NotFound for a name that no source has.
    """
    listed, named = tuple(listed), frozenset(named)
    names = tuple(source.name for source in listed)
    for name in sorted(named - set(names)):
        hint = did_you_mean(name, names) if names else "there is none: `sources:` in config.yaml"
        raise NotFound(f"there is no source {name!r}", hint=hint)
    waiting = {
        state.name
        for state in states
        if state.trouble == patience.BUSY and state.not_before is not None and now < state.not_before
    }
    return tuple(
        source for source in listed if (not named or source.name in named) and source.name not in waiting
    )


def next_due(states: Iterable[SourceState], listed: Iterable[Source]) -> tuple[Source, datetime] | None:
    """The source that may be asked next, and when; None where each was never asked, or there is none."""
    known = {state.name: state for state in states}
    moments = (
        (patience.due_at(source.every, known[source.name].tried, known[source.name].not_before), source)
        for source in listed
        if source.name in known
    )
    found = [(moment, source) for moment, source in moments if moment is not None]
    return min(((source, moment) for moment, source in found), key=lambda each: each[1], default=None)


def questions(store: Store, source: Source, now: datetime) -> tuple[str, ...]:
    """The addresses that a turn would begin with."""
    known = _known(source, store.sources.get(source.name))
    asked: Iterable[Request] = sources.load(source.kind).requests(source.settings, known, now)
    return tuple(request.url for request in asked)


def _known(source: Source, state: SourceState) -> Known:
    """What is known of a source; nothing, where something else was asked for until now."""
    asked_for = f"{source.kind} {sources.load(source.kind).asked_for(source.settings)}"
    digest = hashlib.blake2b(asked_for.encode(), digest_size=16).hexdigest()
    return state.known if state.known.asked_for == digest else Known(asked_for=digest)


# --------------------------------------------------------------------------------------- all in turn


def fetch_due(store: Store, config: Config, now: datetime, *, web: Web | None = None) -> tuple[Turn, ...]:
    """Ask every source that is due. Raises AnotherRun where another fetch is at it, and ExtraMissing."""
    due = due_sources(store.sources.states(), config.sources, now)
    return fetch(store, config, now, due, web=web) if due else ()


def fetch(
    store: Store,
    config: Config,
    now: datetime,
    asked: Iterable[Source],
    *,
    web: Web | None = None,
    heard: Callable[[Turn], None] = lambda _: None,
) -> tuple[Turn, ...]:
    """Ask these sources one after the other; `heard` is told of each after its turn. Raises as above."""
    asked = tuple(asked)
    with only_run(lock_of(config), now):
        open_one = web or open_web(config.site.url)
        for folder in {source.into for source in asked}:
            sweep(folder)
        try:
            turns, begun = [], open_one.clock()
            for source in asked:
                moment = now + timedelta(seconds=int(open_one.clock() - begun))
                turns.append(_Conversation(store, config, source, open_one, moment).turn())
                heard(turns[-1])
            return tuple(turns)
        finally:
            open_one.close()


def lock_of(config: Config) -> Path:
    """What fetches of one state exclude each other by."""
    return Path(config.state + LOCK)


# ---------------------------------------------------------------------------------------- one source


@dataclass
class _Conversation:
    """A turn of one source: what was asked and given so far."""

    store: Store
    config: Config
    source: Source
    web: Web
    now: datetime
    dumps: list[str] = field(default_factory=list)
    listings: int = 0
    aside: Path | None = None
    told: float | None = None
    """The seconds that the source asked us to wait, at last."""

    def __post_init__(self) -> None:
        self.module = sources.load(self.source.kind)
        self.before = self.store.sources.get(self.source.name)
        self.state = replace(self.before, known=_known(self.source, self.before))

    def turn(self) -> Turn:
        """Ask all there is to ask, until something goes wrong."""
        try:
            secrets = dict(_headers(self.source))
            trouble = self._talk(secrets)
        except SecretMissing as error:
            trouble = Trouble(kind="secret", what=error.what, hint=error.hint)
        except InboxUnwritable as error:
            trouble = Trouble(kind="inbox", what=error.what, hint=error.hint)
        return self._ended(trouble)

    def _talk(self, secrets: dict[str, str]) -> Trouble | None:
        waiting = deque(self.module.requests(self.source.settings, self.state.known, self.now))
        for _ in range(MOST_REQUESTS):
            if not waiting:
                break
            heard = self._heard(waiting.popleft(), secrets)
            self._remember(replace(self.state, known=heard.known))
            if heard.trouble:
                return heard.trouble
            waiting.extendleft(reversed(heard.more))
        return None

    def _heard(self, request: Request, secrets: dict[str, str]) -> Heard:
        """What the answer to a question means, after as many tries as it takes and is worth."""
        for tried in count(1):
            heard = self._try(request, secrets)
            if heard.trouble is None or heard.trouble.kind not in patience.PASSING:
                return heard
            seconds = patience.wait(tried, self.told, random.random())  # noqa: S311 - to spread tries
            if seconds is None:
                return heard
            self.web.sleep(seconds)
        raise AssertionError  # count has no end

    def _try(self, request: Request, secrets: dict[str, str]) -> Heard:
        name = stem(request.day, self.source.name, request.part)
        with part_file(self.source.into, name) as (file, part):
            try:
                reply = self._asked(request, file, secrets)
            except Unreachable as error:
                kind = "unreachable" if error.passing else "odd"
                return Heard(known=self.state.known, trouble=Trouble(kind=kind, what=error.what))
            if trouble := self._status(reply):
                return Heard(known=self.state.known, trouble=trouble)
            if reply.status == patience.UNCHANGED:
                return Heard(known=self.state.known)
            return self._taken(request, reply, file, part, name)

    def _asked(self, request: Request, file: BufferedRandom, secrets: dict[str, str]) -> Reply:
        known, asked = self.state.known, {"Accept": "*/*"}
        if request.conditional:
            asked |= {"If-None-Match": known.etag} if known.etag else {}
            asked |= {"If-Modified-Since": known.modified} if known.modified else {}
        most = min(self.config.limits.dump_bytes, LARGEST)
        with told(self.source.into):
            return self.web.get(
                request.url, file, headers=asked, secrets=secrets, pause=request.pause, most=most
            )

    def _status(self, reply: Reply) -> Trouble | None:
        """What a status means; and how long the source wants to be left alone."""
        trouble = patience.trouble_of(reply.status)
        said = reply.headers.get("retry-after", "") if trouble else ""
        self.told = patience.retry_after(said, self.now) if said else None
        if trouble and trouble.kind in patience.PASSING and self.told is not None:
            return replace(trouble, kind=patience.BUSY)
        return trouble

    def _taken(self, request: Request, reply: Reply, file: BufferedRandom, part: Path, name: str) -> Heard:
        """An answer that came whole: a dump, nothing new, or something odd."""
        answer = _looked_at(file, part, reply, self.config.limits)
        heard: Heard = self.module.hear(self.source.settings, request, answer, self.state.known, self.now)
        if heard.trouble and heard.trouble.kind == sources.ASIDE:
            folder = Path(self.config.state).parent / ASIDE
            self.aside = set_aside(part, folder, name, ending(answer.head))
        elif heard.keep and not heard.trouble:
            self._landed(answer, file, part, name)
        return heard

    def _landed(self, answer: Answer, file: BufferedRandom, part: Path, name: str) -> None:
        if self.store.dumps.get(sha256(file)):
            return
        if landed := land(file, part, name, ending(answer.head)):
            self.dumps.append(landed)
            self.listings += answer.listings
            self.state = replace(self.state, dump=landed, brought=self.now)

    def _remember(self, state: SourceState) -> None:
        self.state = state
        with self.store.transaction():
            self.store.sources.put(state)

    def _ended(self, trouble: Trouble | None) -> Turn:
        if trouble:
            failures = self.before.failures + 1
            trouble = patience.settled(trouble, self.before.succeeded, failures, self.now)
            self._remember(
                replace(
                    self.state,
                    tried=self.now,
                    failures=failures,
                    not_before=patience.not_before(self.now, failures, self.told),
                    trouble=trouble.kind,
                    told=trouble.what,
                )
            )
        else:
            well = replace(self.state, tried=self.now, succeeded=self.now, failures=0, not_before=None)
            self._remember(replace(well, trouble="", told=""))
        return Turn(
            name=self.source.name,
            dumps=tuple(self.dumps),
            listings=self.listings,
            trouble=trouble,
            first=trouble is not None and trouble.kind != self.before.trouble,
            aside=self.aside,
            again=self.state.not_before,
        )


def _headers(source: Source) -> Iterator[tuple[str, str]]:
    """The headers with their secrets. Raises SecretMissing."""
    for name, secret in source.headers:
        value = reveal(secret, f"sources: {source.name}: headers: {name}")
        if not (value.isascii() and value.isprintable()):
            what = f"sources: {source.name}: headers: {name}: its secret cannot stand in a header"
            raise SecretMissing(what, hint="one line of ASCII letters, digits and signs")
        yield name, value


# ------------------------------------------------------------------------------- what an answer holds


def _looked_at(file: BufferedRandom, part: Path, reply: Reply, limits: Limits) -> Answer:
    """An answer as it was looked through, by the same readers that take it for a dump later."""
    file.flush()
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(max(size - _TAIL_BYTES, 0))
    tail = file.read()
    dump = Dump(
        name=f"answer{ending(head)}",
        sha256="",
        size=size,
        modified=datetime(1970, 1, 1, tzinfo=UTC),
        head=head,
        open=lambda: part.open("rb"),
        line_bytes=limits.line_bytes,
        depth=limits.depth,
    )
    found = contents(dump, limits)
    return Answer(
        size=size,
        head=head,
        tail=tail,
        format=found.format,
        listings=found.listings,
        same=found.same,
        flaw=found.flaw,
        cut=found.cut,
        etag=_plain(reply.headers.get("etag", "")),
        modified=_plain(reply.headers.get("last-modified", "")),
    )


def _plain(header: str) -> str:
    """A header that is sent back as it came, unless it is no plain line."""
    return header if header.isascii() and header.isprintable() and len(header) <= LONGEST_HEADER else ""
