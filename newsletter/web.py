"""The web: one question, and its answer into a file. Keeps the pace that a site wants, follows few redirects,
and stops what has no end.

In: an address, headers, an open file. Out: status and headers, or what the network said, as Unreachable. What
an answer means is not here. The only module that imports httpx2.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

from newsletter import __version__
from newsletter.errors import ExtraMissing

if TYPE_CHECKING:
    import httpx2

REDIRECTS = 5
_CONNECT_SECONDS, _READ_SECONDS = 15.0, 60.0
LONGEST_SECONDS = 900.0
"""A whole answer takes no longer: a byte a minute would keep every single wait short."""
_PIECE = 64 * 1024
_REDIRECTING = frozenset((301, 302, 303, 307, 308))
INSTALL = "pip install 'paper-newsletter[fetch]'"


class Unreachable(Exception):
    """No answer, or not a whole one: in words, without the address. `passing`: it may be otherwise soon."""

    def __init__(self, what: str, *, passing: bool = True) -> None:
        super().__init__(what)
        self.what = what
        self.passing = passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: its status, and its headers by names in small letters."""

    status: int
    headers: Mapping[str, str]


@dataclass
class Web:
    """The web as one asks it politely; `clock` counts seconds, `sleep` waits for some."""

    agent: str = f"newsletter/{__version__}"
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _asked: dict[str, float] = field(default_factory=dict)
    _client: httpx2.Client | None = None

    def get(
        self,
        url: str,
        file: BinaryIO,
        *,
        headers: Mapping[str, str],
        secrets: Mapping[str, str],
        **limits: float,
    ) -> Reply:
        """Ask for an address; the content of a good answer goes into the file. Raises Unreachable.

        `pause` is how many seconds lie between two questions to a site, `most` how many bytes an answer may
        have. The secrets, headers too, go to the site that was named and to no other.
        """
        first = urlsplit(url)
        for _ in range(REDIRECTS + 1):
            own = secrets if _same_place(urlsplit(url), first) else {}
            reply = self._once(url, file, {**headers, **own}, **limits)
            if reply.status not in _REDIRECTING:
                return reply
            url = _target(url, reply.headers.get("location", ""))
        raise Unreachable(f"it redirects more than {REDIRECTS} times", passing=False)

    def _once(
        self, url: str, file: BinaryIO, headers: Mapping[str, str], *, pause: float, most: float
    ) -> Reply:
        import httpx2  # noqa: PLC0415 - 100 ms, for those who have sources

        self._keep_pace(urlsplit(url).hostname or "", pause)
        file.seek(0)
        file.truncate()
        begun = self.clock()
        try:
            with self._ready().stream("GET", url, headers=dict(headers)) as answer:
                if answer.status_code == 200:  # noqa: PLR2004 - OK
                    for piece in answer.iter_bytes(_PIECE):
                        file.write(piece)
                        self._check(file.tell(), begun, most)
                return Reply(status=answer.status_code, headers=dict(answer.headers))
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise Unreachable(in_words(error)) from None

    def _check(self, size: int, begun: float, most: float) -> None:
        if size > most:
            raise Unreachable(f"its answer has more than {most:,.0f} bytes", passing=False)
        if self.clock() - begun > LONGEST_SECONDS:
            raise Unreachable(f"its answer took longer than {LONGEST_SECONDS:.0f} seconds")

    def _keep_pace(self, host: str, pause: float) -> None:
        """Wait until so many seconds have gone since the last question to the same site."""
        site = _site(host)
        if site in self._asked and (left := self._asked[site] + pause - self.clock()) > 0:
            self.sleep(left)
        self._asked[site] = self.clock()

    def _ready(self) -> httpx2.Client:
        import httpx2  # noqa: PLC0415 - as above

        if self._client is None:
            limits = httpx2.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
            self._client = httpx2.Client(headers={"User-Agent": self.agent}, timeout=limits)
        return self._client

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None


def open_web(agent: str = "") -> Web:
    """The web as `agent`, whose address it is told beside our name. Raises ExtraMissing."""
    try:
        import httpx2  # noqa: F401, PLC0415 - as above
    except ImportError as error:
        raise ExtraMissing("to fetch from sources, httpx2 has to be installed", hint=INSTALL) from error
    return Web(agent=f"newsletter/{__version__}{f' (+{agent})' if agent else ''}")


def _site(host: str) -> str:
    """What one pace is kept for: arXiv counts its interfaces, which are hosts of their own, together."""
    return host if _local(host) else ".".join(host.split(".")[-2:])


# ------------------------------------------------------------------------------------- where it leads


def _target(url: str, location: str) -> str:
    """Where a redirect leads. Raises Unreachable where nobody should follow."""
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        there.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise Unreachable("it redirects to what is no address", passing=False) from None
    if not location or there.scheme not in ("http", "https") or not there.hostname:
        raise Unreachable("it redirects to what is no address of the web", passing=False)
    if here.scheme == "https" and there.scheme == "http":
        raise Unreachable("it redirects from https to http", passing=False)
    if _local(there.hostname) and not _local(here.hostname or ""):
        raise Unreachable("it redirects into the own network", passing=False)
    return target


def _same_place(one: SplitResult, other: SplitResult) -> bool:
    return (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)


def _local(host: str) -> bool:
    """Whether a name is that of this machine, or an address that is not of the public net."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


# ------------------------------------------------------------------------------------- what went wrong


_SAID = {
    "ConnectTimeout": f"it cannot be reached within {_CONNECT_SECONDS:.0f} seconds",
    "TimeoutException": f"it fell silent for {_READ_SECONDS:.0f} seconds",
    "ConnectError": "it cannot be reached",
    "NetworkError": "the connection broke",
    "RemoteProtocolError": "its answer ended too early, or is none",
    "ProxyError": "the proxy does not let us through",
    "DecodingError": "its answer cannot be unpacked",
    "HTTPError": "it cannot be asked",
    "InvalidURL": "its address cannot be used",
    "StreamError": "its answer could not be read",
}
"""What the library says, by the names of its errors: the nearest of an error's kinds counts."""
_WITH_REASON = ("ConnectError", "ProxyError")


def in_words(error: Exception) -> str:
    """What the network said, for people and without the address: that may hold what is nobody's business."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    said = next((_SAID[kind] for kind in kinds if kind in _SAID), "the connection failed")
    reason = "".join(letter for letter in str(error) if letter.isprintable())[:120]
    return f"{said}: {reason}" if reason and kinds[0] in _WITH_REASON else said
