"""Deliver, one conversation: a connection to a relay, and one parcel after the other over it.

One recipient a transaction: MAIL, RCPT, the mark `sending`, DATA, the message. A connection that did not end
a step with a reply is closed: whoever came next on it would pay for what happened before. What a reply means
stands in replies.py; who goes when over how many connections, in postman.py.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol, cast

import aiosmtplib
from aiolimiter import AsyncLimiter
from aiosmtplib.typing import SMTPStatus

from newsletter.errors import RelayRefused
from newsletter.outbox import Parcel
from newsletter.replies import CLOSING, LOST, Outcome, Reply, Step, Verdict, judged
from newsletter.secret import reveal
from newsletter.settings import Smtp

TLS_PORTS = "starttls is usual on port 587, implicit on 465, none on this machine alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds. The last reply may take ten minutes (RFC 5321 §4.5.3.2.6): giving up earlier sends twice."""

    connect: float = 30.0
    step: float = 120.0
    final: float = 600.0
    ending: float = 10.0
    """What is in flight may take so long to finish after a signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a relay shows of itself before any mail: TLS version or nothing, certificate, kinds of login."""

    encryption: str = ""
    until: datetime | None = None
    """When its certificate ends."""
    logins: tuple[str, ...] = ()


class Post(Protocol):
    """A message in its envelope."""

    @property
    def sender(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def content(self) -> bytes: ...


# ---------------------------------------------------------------------------------------------- routes


class Route:
    """A relay, with what is known of it in this run."""

    def __init__(self, relay: Smtp, domain: str, waits: Waits) -> None:
        self.relay = relay
        self.waits = waits
        self.password = reveal(relay.password, "email.smtp.password") if relay.user else ""
        self._domain = domain
        self.most = relay.messages_per_connection
        self.lost = 0
        """Connections that broke in a row."""
        self.opened = asyncio.Event()
        """Set once it is known whether the relay will have us: the first line finds out, the others wait."""
        self.took = False
        """Whether anybody's mail was taken: then it is not us that it refuses."""
        self.barred: list[tuple[Parcel, Verdict]] = []
        """Refusals that may be about us, as long as nobody's mail was taken."""
        self.closed: Verdict | None = None
        """Why it takes nothing any more."""
        self.last: Verdict | None = None
        """Why a line had to give up; others may go on."""

    def __str__(self) -> str:
        return f"{self.relay.host}:{self.relay.port}"

    @cached_property
    def hello(self) -> str:
        """How we introduce ourselves: `localhost` would be true of everybody."""
        own = socket.getfqdn()
        return self.relay.ehlo or (own if "." in own and not own.startswith("localhost") else self._domain)

    @cached_property
    def context(self) -> ssl.SSLContext:
        """One for all connections: reading the certificates of the system takes 20 ms."""
        return ssl.create_default_context()

    @cached_property
    def limiter(self) -> AsyncLimiter | None:
        rate = self.relay.rate
        if rate is None:
            return None
        return AsyncLimiter(rate, 1) if rate >= 1 else AsyncLimiter(1, 1 / rate)

    def refused(self, verdict: Verdict) -> RelayRefused:
        """What to tell whoever wrote config.yaml."""
        advice = f": {verdict.advice}" if verdict.advice else ""
        return RelayRefused(
            f"the relay {self} refuses us: {verdict.reason}",
            hint=f"look at {verdict.setting} in config.yaml{advice}; every digest waits for the next run",
        )


# --------------------------------------------------------------------------------------------- one line


class Line:
    """One connection to a relay, made when it is needed."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._client: _Client | None = None
        self._carried = 0

    async def open(self) -> Verdict | None:
        """Be ready for a message; None, or why that cannot be."""
        if self._client and self._client.is_connected and self._carried < self._route.most:
            return None
        await self.close()
        step = Step.CONNECT
        try:
            self._client = client = self._fresh()
            await client.connect()
            step = Step.EHLO
            await self._introduce(client)
            if self._route.relay.tls == "starttls":
                step = Step.TLS
                await self._encrypt(client)
            if self._route.relay.user:
                step = Step.AUTH
                await self._log_in(client)
        except _NotOffered as missing:
            self.drop()
            return missing.verdict
        except (aiosmtplib.SMTPException, OSError) as error:
            self.drop()
            return _why_closed(step, error)
        except BaseException:
            self.drop()
            raise
        self._carried = 0
        return None

    def _fresh(self) -> _Client:
        relay = self._route.relay
        return _Client(
            hostname=relay.host,
            port=relay.port,
            local_hostname=self._route.hello,
            timeout=self._route.waits.connect,
            use_tls=relay.tls == "implicit",
            # By itself the library goes on in clear, without a word, where STARTTLS is not offered.
            start_tls=False,
            tls_context=None if relay.tls == "none" else self._route.context,
        )

    async def _introduce(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError as error:
            if error.code == CLOSING:
                raise
            await client.helo()

    async def _encrypt(self, client: aiosmtplib.SMTP) -> None:
        if not client.supports_extension("starttls"):
            raise _NotOffered(
                "it does not offer STARTTLS, and nothing is sent in clear", "email.smtp.tls", TLS_PORTS
            )
        await client.starttls()
        await client.ehlo()

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        """Log in by one method, once: trying the others after a 535 is how accounts get locked."""
        known = {
            "plain": client.auth_plain,
            "login": client.auth_login,
            "cram-md5": client.auth_crammd5,
        }
        offered = [name for name in known if name in client.server_auth_methods]
        if not offered:
            raise _NotOffered(
                f"it offers no login by {', '.join(known)}",
                "email.smtp.user and email.smtp.tls",
                "some relays offer a login only once encrypted, and some want none",
            )
        # Where nothing is encrypted, the one that does not show the password.
        chosen = offered[-1] if self._route.relay.tls == "none" else offered[0]
        await known[chosen](self._route.relay.user, self._route.password)

    def greeting(self) -> Greeting:
        """What an open connection shows of its relay."""
        client = self._client
        if client is None:
            return Greeting()
        # After STARTTLS the library's transport is the encrypted one.
        tls = client.transport.get_extra_info("ssl_object") if client.transport else None
        certificate = tls.getpeercert() if tls else None
        return Greeting(
            encryption=(tls.version() or "") if tls else "",
            until=_moment(certificate["notAfter"]) if certificate else None,
            logins=tuple(client.server_auth_methods),
        )

    async def say(self, parcel: Post, mark: Callable[[], None]) -> Verdict:
        """One transaction. Cancelled or failing in between, it leaves no connection behind.

        `mark` is called once the relay has taken the address: from then on, silence is doubt.
        """
        client = self._client
        if client is None:
            return Verdict(outcome=Outcome.AGAIN, reason=LOST)
        if self._too_large(client, parcel):
            return Verdict(outcome=Outcome.FAILED, reason=f"too large for relay {self._route}")
        step = Step.MAIL
        try:
            await client.mail(parcel.sender, timeout=self._route.waits.step)
            step = Step.RCPT
            await client.rcpt(parcel.recipient, timeout=self._route.waits.step)
            mark()
            step = Step.DATA
            await self._begin(client)
            step = Step.END
            await self._pour(client, parcel.content)
        except aiosmtplib.SMTPResponseException as error:
            return await self._answered(step, Reply(code=error.code, text=error.message))
        except (aiosmtplib.SMTPException, OSError):
            self.drop()
            return judged(step, None)
        except (UnicodeError, ValueError) as error:
            # An address that the library cannot put on the wire, after MAIL: the next one would get a 503.
            self.drop()
            return Verdict(outcome=Outcome.FAILED, reason=f"it cannot be sent there: {error}")
        except BaseException:
            self.drop()
            raise
        self._carried += 1
        return Verdict(outcome=Outcome.SENT)

    async def _begin(self, client: aiosmtplib.SMTP) -> None:
        """DATA by hand. The library's own says the same of a line that broke before the message, when the
        relay has nothing, and of one that broke after it; and it looks for bare line ends in each message
        twice, of which ours has none.
        """
        reply = await client.execute_command(b"DATA", timeout=self._route.waits.step)
        if reply.code != SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)

    async def _pour(self, client: aiosmtplib.SMTP, content: bytes) -> None:
        """The message, its dots stuffed (RFC 5321 §4.5.2), and the relay's last word on it."""
        if client.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected(LOST)
        client.protocol.write(_stuffed(content))
        reply = await client.protocol.read_response(timeout=self._route.waits.final)
        if reply.code != SMTPStatus.completed:
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)

    def _too_large(self, client: aiosmtplib.SMTP, parcel: Post) -> bool:
        most = client.esmtp_extensions.get("size", "")
        return most.isdecimal() and 0 < int(most) < len(parcel.content)

    async def _answered(self, step: Step, reply: Reply) -> Verdict:
        """Weigh a reply that was not the one hoped for; the connection is used on only if it is at peace."""
        verdict = judged(step, reply)
        if reply.code == CLOSING:
            # It has had enough of this connection: the next ones end before that.
            self._route.most = max(1, min(self._route.most, self._carried))
        if verdict.outcome in (Outcome.DEFERRED, Outcome.FAILED, Outcome.BARRED):
            await self._reset()
        else:
            self.drop()
        return verdict

    async def _reset(self) -> None:
        """End the transaction that was refused: without this the next MAIL is answered with 503."""
        try:
            if self._client:
                await self._client.rset(timeout=self._route.waits.step)
        except (aiosmtplib.SMTPException, OSError):
            self.drop()

    async def close(self) -> None:
        """Say goodbye, if somebody is there."""
        if self._client and self._client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._client.quit(timeout=self._route.waits.ending)
        self.drop()

    def drop(self) -> None:
        """Hang up without a word."""
        if self._client:
            self._client.close()
        self._client = None


async def carried(route: Route, posts: Iterable[Post]) -> tuple[int, Verdict | None]:
    """Say some messages over one line, with no ledger behind them; how many were taken, and why the first
    that was not.

    What may have arrived counts as taken: these are worth no second mail.
    """
    line, taken, refused = Line(route), 0, None
    try:
        for post in posts:
            verdict = await line.open() or await line.say(post, lambda: None)
            if verdict.outcome in (Outcome.SENT, Outcome.UNCERTAIN):
                taken += 1
                continue
            refused = refused or verdict
            if verdict.outcome in (Outcome.UNREACHABLE, Outcome.REFUSED):
                break
        await line.close()
    finally:
        line.drop()
    return taken, refused


class _Client(aiosmtplib.SMTP):
    """The library's, but for how it hangs up: after QUIT, a time-out or 421 it ends TLS politely, which waits
    for the other side's end up to half a minute. A run that was over by then left the socket open.
    """

    def close(self) -> None:
        if self.transport:
            cast("asyncio.Transport", self.transport).abort()
        super().close()


def _stuffed(content: bytes) -> bytes:
    """A message as it travels: a dot before each line that begins with one, and a dot at its end."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n"


class _NotOffered(Exception):
    """The relay does not know what the configuration demands."""

    def __init__(self, what: str, setting: str, advice: str) -> None:
        super().__init__(what)
        self.verdict = Verdict(outcome=Outcome.REFUSED, reason=what, setting=setting, advice=advice)


def _moment(text: object) -> datetime:
    """A moment as certificates have it: Jun  1 12:00:00 2027 GMT."""
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)


def _why_closed(step: Step, error: aiosmtplib.SMTPException | OSError) -> Verdict:
    """Why no connection came about. A certificate that does not hold is the configuration's fault."""
    broken = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(broken, ssl.SSLError):
        return _not_encrypted(broken)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return judged(step, Reply(code=error.code, text=error.message))
    if step is Step.CONNECT:
        return Verdict(outcome=Outcome.UNREACHABLE, reason=_silence(error))
    return judged(step, None)


def _not_encrypted(broken: ssl.SSLError) -> Verdict:
    if isinstance(broken, ssl.SSLCertVerificationError):
        return Verdict(
            outcome=Outcome.REFUSED,
            reason=f"its certificate does not hold ({broken.verify_message})",
            setting="email.smtp.host",
            advice="it has to be the name in the certificate; SSL_CERT_FILE names a certificate of your own",
        )
    # OpenSSL says WRONG_VERSION_NUMBER of a relay that answers in clear.
    told = (broken.reason or "no answer").replace("_", " ").lower()
    return Verdict(
        outcome=Outcome.REFUSED,
        reason=f"no encryption comes about ({told})",
        setting="email.smtp.tls",
        advice=TLS_PORTS,
    )


def _silence(error: Exception) -> str:
    """Why nobody greeted us, and which keys may be wrong; asyncio's own words hold addresses."""
    cause = error.__cause__
    if isinstance(cause, socket.gaierror):
        return "no machine of that name is known (email.smtp.host)"
    if isinstance(cause, OSError) and cause.errno and not isinstance(error, TimeoutError):
        return f"{os.strerror(cause.errno).lower()} (email.smtp.host and port)"
    return "it does not answer (email.smtp.host, port and tls)"
