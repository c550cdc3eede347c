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
    for number, state in ((sent.deferred, "deferred"), (sent.failed, "failed")):
        if number:
            yield f"{number} {state}"
    uncertain = sent.uncertain + sent.doubted
    if uncertain:
        yield f"{uncertain} uncertain (newsletter status names them)"
