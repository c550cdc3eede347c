"""Deliver, many at once: parcels from an outbox over several connections to a relay, and to the next relay
where one takes nothing. Signals end it in good order: what is in flight finishes, the rest stays queued.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from newsletter.errors import NewsletterError
from newsletter.outbox import CHUNK, FIRST, Outbox, Parcel, Sent
from newsletter.replies import Outcome, Verdict, about_address, about_us
from newsletter.settings import Smtp
from newsletter.smtp import Line, Route, Waits

TRIES = 3
"""So often is a delivery tried in a run when its connection breaks before DATA; then it is deferred."""
MOST_LOST = 10
"""So many connections broken in a row, with no reply between them, and the relay counts as gone."""
MOST_BARRED = 10
"""So many addresses refused and none taken, and it is us that the relay refuses."""
TURNS = 3
"""So many turns of the event loop it takes a reply to get from its socket to whoever awaits it."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def post(outbox: Outbox, relays: Sequence[Smtp], *, domain: str, waits: Waits | None = None) -> Sent:
    """Send what the outbox holds, by the first relay that takes it; the account of it.

    `domain` is how we introduce ourselves where neither a relay's settings nor this machine have a name.
    Raises SecretMissing before anything is sent, StateError when a mark cannot be written.
    """
    waits = waits or Waits()
    postman = _Postman(outbox, [Route(relay, domain, waits) for relay in relays], waits)
    try:
        asyncio.run(postman.go())
    except BaseException:
        # What is open stays as it is marked, and the next run finds it so; this must not hide what happened.
        with suppress(NewsletterError):
            outbox.close()
        raise
    return outbox.close()


class _Postman:
    """All that is under way in one event loop."""

    def __init__(self, outbox: Outbox, routes: Sequence[Route], waits: Waits) -> None:
        self._outbox = outbox
        self._routes = routes
        self._waits = waits
        self._ready: asyncio.Queue[Parcel | None] = asyncio.Queue(CHUNK)
        self._back: deque[Parcel] = deque()
        """Parcels whose connection broke: they go first."""
        self._filler: asyncio.Task[None] | None = None
        self._workers: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None] | None] = set()
        """Workers in the middle of a transaction."""
        self._ending = False
        self._drained = False

    async def go(self) -> None:
        """Send by the first route, and by the next what is left."""
        with self._signals():
            self._filler = asyncio.create_task(self._fill())
            try:
                for route in self._routes:
                    await self._by(route)
                    if self._ending or (self._drained and not self._back):
                        break
                    self._explain(route)
            finally:
                self._filler.cancel()
                await asyncio.gather(self._filler, return_exceptions=True)
        if not self._filler.cancelled() and (error := self._filler.exception()):
            raise error

    def _explain(self, route: Route) -> None:
        """A route is closed, and what is left goes by the next or waits."""
        done, verdict = self._outbox.done, route.closed or route.last
        if verdict and verdict.outcome is Outcome.REFUSED:
            done.problem = done.problem or route.refused(verdict)
        elif verdict:
            done.unreachable = f"the relay {route} takes nothing now: {verdict.reason}"

    # ------------------------------------------------------------------------------------------- in

    async def _fill(self) -> None:
        """Render and claim ahead of the workers, so that who has brought one parcel finds the next."""
        size = FIRST
        try:
            while chunk := await self._prepared(size):
                self._outbox.claim(chunk)
                await asyncio.to_thread(self._outbox.keep)
                for parcel in chunk:
                    await self._ready.put(parcel)
                size = min(2 * size, CHUNK)
            await self._ready.put(None)
        except BaseException:
            self._end()
            raise

    async def _prepared(self, most: int) -> list[Parcel]:
        """The next parcels; between two of them every reply that is there reaches who waits for it."""
        chunk: list[Parcel] = []
        while len(chunk) < most and (parcel := self._outbox.prepare()):
            chunk.append(parcel)
            for _ in range(TURNS):
                await asyncio.sleep(0)
        return chunk

    async def _next(self) -> Parcel | None:
        """The parcel to go next; None once there is none."""
        if self._back:
            return self._back.popleft()
        parcel = await self._ready.get()
        if parcel is None:
            self._drained = True
            self._ready.put_nowait(None)  # for the other workers
        return parcel

    # ------------------------------------------------------------------------------------------ out

    async def _by(self, route: Route) -> None:
        """Send by one route, until all is sent or it takes nothing more. Raises what a worker raised."""
        count = min(route.relay.connections, self._outbox.done.taken)
        self._workers = {asyncio.create_task(self._work(route, first=not place)) for place in range(count)}
        ended = await asyncio.gather(*self._workers, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error
        self._clear_up(route)

    async def _work(self, route: Route, *, first: bool) -> None:
        """One line's work. The first finds out whether the relay will have us; the others wait for that."""
        line = Line(route)
        try:
            if not first:
                await route.opened.wait()
            while not (self._ending or route.closed) and (parcel := await self._next()):
                if not await self._carry(parcel, line, route):
                    break
            await line.close()
        except NewsletterError:
            self._end()
            raise
        finally:
            line.drop()
            route.opened.set()

    async def _carry(self, parcel: Parcel, line: Line, route: Route) -> bool:
        """Bring one parcel to its end; whether this line may go on."""
        verdict = await self._brought(parcel, line, route)
        if verdict.outcome in (Outcome.UNREACHABLE, Outcome.REFUSED):
            self._back.appendleft(parcel)
            route.last = verdict
            return False
        if verdict.outcome is Outcome.BARRED and not route.took:
            return self._set_aside(parcel, verdict, route)
        self._settle(parcel, about_address(verdict) if verdict.outcome is Outcome.BARRED else verdict)
        if verdict.outcome is Outcome.SENT:
            route.took = True
            self._settle_barred(route)
        return True

    def _settle(self, parcel: Parcel, verdict: Verdict) -> None:
        self._outbox.settle(parcel, verdict)
        if self._outbox.halted:
            self._end()

    def _set_aside(self, parcel: Parcel, verdict: Verdict, route: Route) -> bool:
        """Wait for what the relay says to others; whether it may be asked on."""
        route.barred.append((parcel, verdict))
        if len(route.barred) >= MOST_BARRED:
            route.closed = about_us(verdict)
        return not route.closed

    def _settle_barred(self, route: Route) -> None:
        """The refusals that were set aside were about those addresses."""
        while route.barred:
            parcel, verdict = route.barred.pop()
            self._settle(parcel, about_address(verdict))

    def _clear_up(self, route: Route) -> None:
        """All were asked and none was taken: it is us where the relay says so, or where there were many."""
        told = next((verdict for _, verdict in route.barred if verdict.setting), None)
        if route.barred and told and not route.closed:
            route.closed = about_us(told)
        if route.closed:
            self._back.extend(parcel for parcel, _ in route.barred)
        elif not self._ending:
            self._settle_barred(route)

    async def _brought(self, parcel: Parcel, line: Line, route: Route) -> Verdict:
        broken = ""
        for _ in range(TRIES):
            if closed := await line.open():
                # A relay may want fewer connections than we do: where one works, the others go on.
                if closed.outcome is Outcome.REFUSED or not route.opened.is_set():
                    route.closed = closed
                return closed
            route.opened.set()
            if route.limiter:
                await route.limiter.acquire()
            verdict = await self._said(parcel, line)
            self._judge(route, verdict)
            if verdict.outcome is not Outcome.AGAIN:
                return verdict
            self._outbox.spared(parcel)
            if route.closed:
                return route.closed
            broken = verdict.reason
        return Verdict(outcome=Outcome.DEFERRED, reason=f"{broken}, {TRIES} times")

    async def _said(self, parcel: Parcel, line: Line) -> Verdict:
        worker = asyncio.current_task()
        self._busy.add(worker)
        try:
            return await line.say(parcel, partial(self._outbox.sending, parcel))
        finally:
            self._busy.discard(worker)

    def _judge(self, route: Route, verdict: Verdict) -> None:
        """What one conversation tells of the relay as a whole."""
        broken = verdict.outcome in (Outcome.AGAIN, Outcome.UNCERTAIN)
        route.lost = route.lost + 1 if broken else 0
        if verdict.outcome in (Outcome.UNREACHABLE, Outcome.REFUSED):
            route.closed = verdict
        elif route.lost >= MOST_LOST:
            told = f"{MOST_LOST} connections broke in a row, the last one: {verdict.reason}"
            route.closed = Verdict(outcome=Outcome.UNREACHABLE, reason=told)

    # ---------------------------------------------------------------------------------------- ending

    def _end(self) -> None:
        """Take nothing up any more; what is in flight may finish."""
        if self._ending:
            return
        self._ending = True
        for task in (self._filler, *self._workers):
            if task and task not in self._busy and task is not asyncio.current_task():
                task.cancel()
        asyncio.get_running_loop().call_later(self._waits.ending, self._hang_up)

    def _hang_up(self) -> None:
        for worker in self._workers:
            worker.cancel()

    def _signalled(self, number: int) -> None:
        """The first signal ends the round in good order, a second one at once."""
        if self._outbox.done.stopped:
            self._hang_up()
        self._outbox.done.stopped = number
        self._end()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """While we send, SIGINT and SIGTERM are ours; Python lets only the main thread have them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop, before = asyncio.get_running_loop(), [(n, signal.getsignal(n)) for n in _SIGNALS]
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)
        try:
            yield
        finally:
            for number, handler in before:
                loop.remove_signal_handler(number)
                signal.signal(number, handler)
