"""A web server on this machine that answers as it was told, and remembers what it was asked.

with sink() as web:
    web.answers("/feed", page("<rss/>"), refused(503))
    …
    web.asked  # → [Asked(path="/feed", …)]
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Said:
    """One answer: `cut` sends only so many bytes of it, `holds` waits in the middle until it is let go."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None
    holds: bool = False


def page(body: str | bytes, **headers: str) -> Said:
    """A good answer: page("<rss/>", etag='"1"')."""
    content = body.encode() if isinstance(body, str) else body
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Said(body=content, headers=named)


def status(number: int, **headers: str) -> Said:
    """An answer that is none: status(429, retry_after="7")."""
    return Said(
        status=number, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


@dataclass(frozen=True)
class Asked:
    """One question."""

    path: str
    headers: dict[str, str]


@dataclass
class Sink:
    """What is answered at which path, one after the other; the last one for ever."""

    url: str = ""
    script: dict[str, list[Said]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    """Set when an answer stops in the middle."""
    go_on: threading.Event = field(default_factory=threading.Event)

    def answers(self, path: str, *said: Said) -> None:
        """Path with or without its query: the whole one counts first."""
        self.script[path] = list(said)

    def next_for(self, path: str) -> Said:
        left = self.script.get(path) or self.script.get(path.partition("?")[0]) or [Said(status=404)]
        return left.pop(0) if len(left) > 1 else left[0]

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def sink() -> Iterator[Sink]:
    """A server for as long as the block lasts."""
    found = Sink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.asked.append(Asked(self.path, {name.lower(): said for name, said in self.headers.items()}))
            said = found.next_for(self.path)
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(said.body[: said.cut])
                self.wfile.flush()
            if said.holds:
                found.held.set()
                found.go_on.wait(30)
            if said.cut is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield found
        finally:
            found.go_on.set()
            server.shutdown()
            thread.join()
