"""What `run` and `deliver` say of mail in their one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.cli._shared import counted, short

if TYPE_CHECKING:
    from newsletter.outbox import Sent
    from newsletter.settings import Config


def went(sent: Sent, config: Config) -> str:
    """Where the mails went; empty where none did."""
    if not sent.sent:
        return ""
    mails = counted(sent.sent, "mail")
    return f"{mails} sent" if config.email.via == "smtp" else f"{mails} in {short(config.out / 'mail')}"


def waits(sent: Sent) -> str:
    """What was not sent for a reason that passes: the relay takes nothing, the run was stopped."""
    if not sent.waiting:
        return ""
    reason = f": {sent.unreachable}" if sent.unreachable else ""
    return f"{counted(sent.waiting, 'digest')} queued{reason}"


def fared(sent: Sent) -> Iterator[str]:
    """What became of the others."""
    uncertain = sent.uncertain + sent.doubted
    if sent.deferred:
        yield f"{sent.deferred} deferred"
    told = [f"{n} {state}" for n, state in ((sent.failed, "failed"), (uncertain, "uncertain")) if n]
    if told:
        yield f"{', '.join(told)} (newsletter status names them)"
