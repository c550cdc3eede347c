"""A relay that does as it is told: answers, hangs or drops the line at any step, and keeps what it took.

with Sink() as sink:
    sink.on("RCPT", "450 4.2.0 later", to="grace@example.org", times=1)
    …
sink.copies("ada@example.org")  # → 1

As a program, `sink.py DELAY`, it prints its port, takes everything until its input ends, and then says how many
messages it took and when the first and the last came.

Steps: CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA BODY (before the dot) DOT RSET QUIT. It runs in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

DROP = "drop the line"
KEEP_AND_DROP = "take the message, then drop the line"
HANG = "never answer"


@dataclass(frozen=True)
class Taken:
    """A message that the relay accepted."""

    sender: str
    recipient: str
    content: bytes
    connection: int
    when: float


@dataclass
class Rule:
    step: str
    action: str
    to: str | None
    times: int
    after: int
    wait: float
    then: Callable[[], None] | None


@dataclass
class Sink:
    """`delay` is what each reply takes; `extensions` are lines of its EHLO; `context` lets it speak TLS."""

    delay: float = 0.0
    extensions: tuple[str, ...] = ()
    context: ssl.SSLContext | None = None
    implicit: bool = False
    most_messages: int = 10**9
    """So many on one connection, and it closes it."""
    lingers: float = 0.0
    """Seconds between its goodbye and the end of the line."""
    taken: list[Taken] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Every command, in the order they came."""
    rules: list[Rule] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    most_open: int = 0
    port: int = 0

    def on(
        self,
        step: str,
        action: str,
        *,
        to: str | None = None,
        times: int = 10**9,
        after: int = 0,
        wait: float = 0.0,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Do this at a step, so many `times`, only for a recipient, not before it was reached `after` times;
        `wait` seconds first, and call `then` before answering.
        """
        self.rules.append(Rule(step, action, to, times, after, wait, then))

    def copies(self, recipient: str) -> int:
        return Counter(taken.recipient for taken in self.taken)[recipient]

    def commands(self, verb: str) -> list[str]:
        return [line for line in self.said if line.upper().startswith(verb)]

    # ------------------------------------------------------------------------------------- the thread

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        tls = self.context if self.implicit else None
        start = asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=tls, limit=2**20)
        self._server = self._loop.run_until_complete(start)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A connection that hung up in the middle of a TLS handshake has no task: the loop alone knows it.
        for transport in list(self._loop._transports.values()):
            transport.abort()
        for _ in range(10):
            await asyncio.sleep(0.002)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(task := asyncio.current_task())
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await _Talk(self, reader, writer, self.connections).go()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            with contextlib.suppress(Exception):
                writer.transport.abort()


class _Talk:
    """One connection."""

    def __init__(self, sink: Sink, reader, writer, number: int) -> None:
        self.sink, self.reader, self.writer, self.number = sink, reader, writer, number
        self.sender = self.recipient = ""
        self.messages = 0

    async def go(self) -> None:
        if not await self.answer("CONNECT", "220 sink ESMTP"):
            return
        while line := await self.reader.readline():
            self.sink.said.append(line.decode(errors="replace").strip())
            verb = line.split()[0].upper().decode() if line.split() else ""
            if not await getattr(self, f"on_{verb.lower()}", self.on_unknown)(line):
                return

    async def answer(self, step: str, reply: str) -> bool:
        """Say what the rules want, else the reply; whether the line is still there."""
        action = await self._action(step) or reply
        if action in (DROP, KEEP_AND_DROP):
            return False
        if action == HANG:
            await asyncio.sleep(3600)
        if self.sink.delay:
            await asyncio.sleep(self.sink.delay)
        self.writer.write(action.encode(errors="surrogateescape") + b"\r\n")
        await self.writer.drain()
        self.yes = action[:1] in "23"
        return True

    async def _action(self, step: str) -> str:
        for rule in self.sink.rules:
            if rule.step != step or rule.to not in (None, self.recipient) or not rule.times:
                continue
            if rule.after:
                rule.after -= 1
                continue
            rule.times -= 1
            if rule.then:
                rule.then()
            await asyncio.sleep(rule.wait)
            if rule.action == KEEP_AND_DROP:
                self._keep()
            return rule.action
        return ""

    async def on_ehlo(self, _: bytes) -> bool:
        tls = self.sink.context and not self.writer.get_extra_info("sslcontext")
        lines = ["sink", *self.sink.extensions, *(["STARTTLS"] if tls else [])]
        marks = ["-"] * (len(lines) - 1) + [" "]
        return await self.answer(
            "EHLO", "\r\n".join(f"250{m}{line}" for m, line in zip(marks, lines, strict=True))
        )

    on_helo = on_ehlo

    async def on_starttls(self, _: bytes) -> bool:
        if await self.answer("STARTTLS", "220 go ahead"):
            await self.writer.start_tls(self.sink.context)
            return True
        return False

    async def on_auth(self, _: bytes) -> bool:
        return await self.answer("AUTH", "235 welcome")

    async def on_mail(self, line: bytes) -> bool:
        if self.sender:
            return await self.answer("MAIL", "503 5.5.1 nested MAIL command")
        sender = line.split(b"<", 1)[1].split(b">")[0].decode()
        if not await self.answer("MAIL", "250 ok"):
            return False
        self.sender = sender if self.yes else ""
        return True

    async def on_rcpt(self, line: bytes) -> bool:
        self.recipient = line.split(b"<", 1)[1].split(b">")[0].decode()
        return await self.answer("RCPT", "250 ok")

    async def on_data(self, _: bytes) -> bool:
        if not await self.answer("DATA", "354 go ahead"):
            return False
        if not self.yes:
            return True
        action = await self._action("BODY")
        if action == HANG:
            await asyncio.sleep(3600)
        if action == DROP:
            return False
        self.content = b""
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                return False
            self.content += line[1:] if line.startswith(b".") else line
        if not await self.answer("DOT", "250 2.0.0 queued"):
            return False
        if self.yes:
            self._keep()
        self.sender = ""
        self.messages += 1
        return self.messages < self.sink.most_messages

    def _keep(self) -> None:
        self.sink.taken.append(
            Taken(self.sender, self.recipient, self.content, self.number, time.monotonic())
        )

    async def on_rset(self, _: bytes) -> bool:
        self.sender = ""
        return await self.answer("RSET", "250 ok")

    async def on_quit(self, _: bytes) -> bool:
        await self.answer("QUIT", "221 bye")
        await asyncio.sleep(self.sink.lingers)
        return False

    async def on_unknown(self, _: bytes) -> bool:
        return await self.answer("UNKNOWN", "500 5.5.1 what?")


def main(delay: str) -> None:
    with Sink(delay=float(delay)) as sink:
        print(sink.port, flush=True)  # noqa: T201 - for who started it
        sys.stdin.read()
        moments = [taken.when for taken in sink.taken]
        print(len(moments), min(moments, default=0), max(moments, default=0), sink.most_open)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
