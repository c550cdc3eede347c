"""The alarm: a mail to the operators about what went wrong and that they have not heard of. Failures in, a
message out, by the way that digests go: the relay, or a file in out/mail. No reader is named in it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from newsletter.deliver import FolderMailer
from newsletter.discreet import without_addresses
from newsletter.errors import NewsletterError
from newsletter.failures import Failure
from newsletter.mail import message
from newsletter.model import Letter
from newsletter.secret import reveal
from newsletter.settings import Config

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message and where it goes."""

    sender: str
    recipient: str
    content: bytes


def alarm(config: Config, failures: Sequence[Failure], line: str, now: datetime) -> str:
    """Tell every operator of failures, and what the run said of itself. What went wrong, or nothing."""
    letter = letter_of(config, failures, without_addresses(line))
    try:
        hand_over = _by_relay if config.email.via == "smtp" else _to_folder
        hand_over(config, [_addressed(config, letter, each, now) for each in config.telling.on_failure])
    except NewsletterError as error:
        return f"the mail on what went wrong did not leave: {error.what}"
    return ""


def letter_of(config: Config, failures: Sequence[Failure], line: str) -> Letter:
    """What the operators read."""
    count = "something" if len(failures) == 1 else f"{len(failures)} things"
    text = "\n".join(_lines(failures, line, config.path))
    return Letter(
        subject=f"{config.site.title}: {count} went wrong",
        text=text,
        html=f'<!doctype html><html lang="en"><body><pre style="white-space: pre-wrap">{escape(text)}</pre>',
    )


def _lines(failures: Sequence[Failure], line: str, path: Path) -> Iterator[str]:
    for failure in failures:
        yield failure.what
        if failure.hint:
            yield f"  What to do: {failure.hint}"
        yield f"  To look further: newsletter -c {path} {failure.look.removeprefix('newsletter ')}"
        yield ""
    if line:
        yield from (f"The run said: {line}", "")
    yield "You hear of each kind of failure once, and again when it comes back after it was mended."
    yield "All that stands: newsletter status"


def _addressed(config: Config, letter: Letter, operator: str, now: datetime) -> Envelope:
    sender = config.email.sender_address
    domain = sender.rpartition("@")[2]
    told = f"{operator} {now.isoformat()} {letter.text}"
    content = message(
        letter,
        sender=sender,
        sender_name=config.email.sender_name,
        recipient=operator,
        date=now,
        message_id=f"{hashlib.blake2b(told.encode(), digest_size=16).hexdigest()}@{domain}",
        list_id=f"newsletter.{domain}",
    )
    return Envelope(sender=sender, recipient=operator, content=_signed(config, content))


def _signed(config: Config, content: bytes) -> bytes:
    dkim = config.email.dkim
    if dkim is None:
        return content
    from newsletter.dkim import signed  # noqa: PLC0415 - cryptography, 30 ms

    key = reveal(dkim.key, "email.dkim.key")
    return signed(content, domain=dkim.domain, selector=dkim.selector, key=key)


def _to_folder(config: Config, envelopes: Sequence[Envelope]) -> None:
    mailer = FolderMailer(config.out / "mail")
    for each in envelopes:
        mark = hashlib.blake2b(each.content, digest_size=3).hexdigest()
        mailer.send(each.recipient, f"failure_{mark}", each.content)


def _by_relay(config: Config, envelopes: Sequence[Envelope]) -> None:
    """By the first relay that takes any: one operator who hears is enough, and hears it once. Raises
    NewsletterError with what each relay said that took none.
    """
    import asyncio  # noqa: PLC0415 - as below

    from newsletter.smtp import Route, Waits, carried  # noqa: PLC0415 - aiosmtplib, for those who need it

    domain = config.email.sender_address.rpartition("@")[2]
    waits = Waits(connect=15.0, step=30.0, final=60.0, ending=5.0)
    troubles = []
    for relay in config.email.relays:
        route = Route(relay, domain, waits)
        taken, refused = asyncio.run(carried(route, envelopes))
        if refused is None:
            return
        if taken:
            _LOG.warning("an operator was not told, others were: %s: %s", route, refused.reason)
            return
        troubles.append(f"{route}: {refused.reason}")
    raise NewsletterError("; ".join(troubles))
