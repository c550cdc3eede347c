"""What came back, into the state: a dead address and a reader who leaves get no more mail, a refusal that may
pass is counted. Each message counts once, however often its mailbox is read. Database; reads no mail itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.bounces import Kind, Returned, returned
from newsletter.envelope import by_token, token
from newsletter.idle import IDLE
from newsletter.replies import dead
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.ledger import Delivery
from newsletter.store.suppressions import STRIKES

LEFT = "unsubscribed"
COMPLAINED = "complained"


@dataclass(slots=True, kw_only=True)
class Taken:
    """What reading mailboxes did: how many messages were read, and how many of each outcome."""

    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


def readers(store: Store, config: Config) -> tuple[str, ...]:
    """Every folded address that a mail of ours can have gone to: those here, those who left, former ones."""
    here = [reader for each in config.subscribers for reader in (each.reader, each.formerly) if reader]
    return tuple(dict.fromkeys((*here, *store.readers.folded())))


def present(config: Config, reader: str) -> str:
    """The address a reader has now: who leaves by a link in an old mail leaves all the same."""
    return next((each.reader for each in config.subscribers if each.formerly == reader), reader)


def take(store: Store, config: Config, messages: Iterable[bytes], *, secret: str, now: datetime) -> Taken:
    """Read messages that came back and note what they say."""
    taken, tokens = Taken(), by_token(secret, readers(store, config))
    for raw in messages:
        taken.read += 1
        found = returned(raw)
        with store.transaction():
            taken.outcomes[_note(store, config, found, tokens, secret=secret, now=now)] += 1
    return taken


def _note(
    store: Store,
    config: Config,
    found: Returned,
    tokens: Mapping[str, str],
    *,
    secret: str,
    now: datetime,
) -> str:
    """Note one message; a word for what became of it."""
    if found.kind is Kind.OTHER:
        return "ignored"
    reader = tokens.get(found.token) or _by_message_id(store, found, secret)
    if reader is None:
        return "unknown"
    if not store.suppressions.first_seen(found.id, now):
        return "again"
    if found.kind is Kind.REFUSED:
        return _refused(store, found, reader, secret, now)
    reason = LEFT if found.kind is Kind.LEAVING else COMPLAINED
    news = store.suppressions.put(present(config, reader), reason, now)
    store.runs.set_mark(IDLE, "")  # a private feed goes with its reader, in the next run
    return reason if news else "again"


def _refused(store: Store, found: Returned, reader: str, secret: str, now: datetime) -> str:
    """A dead address is suppressed at once, any other after so many refusals in a row."""
    reason = f"bounced: {found.status or found.code or 'no code'}"
    if dead(found.code, found.status):
        return "suppressed" if store.suppressions.put(reader, reason, now) else "again"
    delivery = _delivery(store, found, reader, secret)
    moment = delivery.moment if delivery else now
    last = store.suppressions.last_strike(reader)
    if last == moment:
        return "again"
    if last and _arrived_between(store, reader, last, moment):
        store.suppressions.forgive(reader, wholly=True)
    return "suppressed" if store.suppressions.strike(reader, reason, moment) else "counted"


def _by_message_id(store: Store, found: Returned, secret: str) -> str | None:
    """The reader whom a report names, where it also quotes the Message-ID of a mail to them: that, like a
    token, nobody can guess. An address alone proves nothing.
    """
    reader = found.recipient.lower()
    return reader if _quoted(store, found, reader, secret) else None


def _quoted(store: Store, found: Returned, reader: str, secret: str) -> Delivery | None:
    """The delivery whose Message-ID a report quotes."""
    row = store.readers.get(reader)
    name = found.message_id.strip("<>").partition("@")[0]
    rows = store.readers.deliveries(row.id) if row and name else ()
    return next((each for each in rows if token(secret, reader, each.slot) == name), None)


def _delivery(store: Store, found: Returned, reader: str, secret: str) -> Delivery | None:
    """The delivery that was refused: the one it quotes, else the last that went out."""
    row = store.readers.get(reader)
    sent = store.readers.deliveries(row.id, ("sent",), most=1) if row else ()
    return _quoted(store, found, reader, secret) or next(iter(sent), None)


def _arrived_between(store: Store, reader: str, one: datetime, other: datetime) -> bool:
    """Whether a digest between two refused ones was not refused: then they are not in a row."""
    row = store.readers.get(reader)
    sent = store.readers.deliveries(row.id, ("sent",)) if row else ()
    return any(min(one, other) < each.moment < max(one, other) for each in sent)


def summary(taken: Taken) -> str:
    """What reading did, in one line without a name."""
    words = {
        "suppressed": "suppressed",
        COMPLAINED: "complained",
        LEFT: "left",
        "counted": f"counted (of {STRIKES} in a row)",
        "unknown": "of nobody we know",
        "again": "known already",
        "ignored": "ignored",
    }
    told = [f"{taken.outcomes[key]:,} {word}" for key, word in words.items() if taken.outcomes[key]]
    noun = "message" if taken.read == 1 else "messages"
    return f"{taken.read:,} {noun}: {', '.join(told)}" if told else "no messages"
