"""What a relay said, and at which step, in; what becomes of the delivery out. Nothing is sent or recorded.

The table is the one every mail system has to have: 4xx is later, 5xx is never, silence after the
message is doubt. What RFC 5321 leaves open is settled by what went wrong elsewhere; the reason stands
beside each case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

LOST = "the connection was lost"


class Step(StrEnum):
    """Where a conversation with a relay stands."""

    CONNECT = "the greeting"
    EHLO = "EHLO"
    TLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    END = "the end of the message"


class Outcome(StrEnum):
    """What a step comes to."""

    SENT = "sent"
    DEFERRED = "deferred"
    """Not now: this delivery is tried again later."""
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    """The relay may have it, and nobody will ever know: held, never resent by itself."""
    AGAIN = "again"
    """The relay does not have it: at once, on a new connection."""
    UNREACHABLE = "unreachable"
    """The relay takes nothing now: the delivery waits, and so do all others."""
    REFUSED = "refused"
    """The relay will not have us: the configuration is at fault, no subscriber."""
    BARRED = "barred"
    """It will not have this address, or it will not have us: what it says to the next ones tells which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a relay answered. A code below 200 is no code at all."""

    code: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.code} {_line(self.text)}".strip() if self.code > 0 else _line(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a delivery, and why.

    `suppress`: the address is dead, nothing is sent there again. `strike`: its third refusal in a row will
    suppress it. `content`: what was refused is the message. `setting`: the key of config.yaml to look at;
    what is barred has one where the relay's words are about us. `advice`: what to know of that key.
    """

    outcome: Outcome
    reason: str = ""
    suppress: bool = False
    strike: bool = False
    content: bool = False
    setting: str = ""
    advice: str = ""


_DEAD = frozenset((521, 550, 551, 553, 556))
_DEAD_ENHANCED = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.2.1", "5.7.1"))
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
# By default Postfix says at RCPT what it holds against us: "Relay access denied", "Sender address rejected",
# "Helo command rejected", "Client host rejected", "blocked using zen.spamhaus.org". Exim: "relay not
# permitted", Sendmail: "Relaying denied", Exchange: "Unable to relay". All of them say 5.7.1, 550 or 553:
# without these lines one forgotten password suppresses every subscriber.
_LOGIN = re.compile(r"\brelay(ing)?\b|authenticat|\bclient\b|\bbl(ock|ack)|\breputation\b", re.IGNORECASE)
_SENDER = re.compile(r"\bsender\b", re.IGNORECASE)
_HELO = re.compile(r"\b(helo|ehlo)\b", re.IGNORECASE)
_POLICY = "5.7."
_ADDRESS = ("5.1.", "5.2.")
_OUR_ADDRESS = ("5.1.7", "5.1.8")
"""Of the codes about addresses those about the sender's (RFC 3463 §3.2)."""
_LONGEST = 300
CLOSING = 421
_TLS_OR_LOGIN_FIRST = 530
_TOO_LARGE = 552


def dead(code: int, text: str) -> bool:
    """Whether a refusal says that an address is dead for good: the list of mox (queue/suppression.go).

    The enhanced code decides where it says anything: 550 can be a full mailbox (5.2.2), or us (5.7.26).
    """
    enhanced = _enhanced(text)
    return enhanced in _DEAD_ENHANCED if enhanced else code in _DEAD


def _enhanced(text: str) -> str:
    """The enhanced code that a text begins with, if it says more than the plain one."""
    found = _ENHANCED.match(text)
    return found[1] if found and not found[1].endswith(".0.0") else ""


def judged(step: Step, reply: Reply | None) -> Verdict:
    """What a reply means that is not the one hoped for; None where the connection broke or time ran out."""
    if reply is None or not 2 <= reply.code // 100 <= 5:  # noqa: PLR2004 - the classes that SMTP has
        return _broken(step, str(reply) if reply else LOST)
    if step in (Step.CONNECT, Step.EHLO, Step.TLS, Step.AUTH):
        return _opening(step, reply)
    if reply.code == CLOSING:
        return Verdict(outcome=Outcome.AGAIN, reason=str(reply))
    return {Step.MAIL: _sender, Step.RCPT: _recipient, Step.DATA: _begin, Step.END: _content}[step](reply)


def _broken(step: Step, reason: str) -> Verdict:
    """Silence, or a reply that is none. Only a relay that had the whole message may have kept it."""
    told = f"{reason} at {step}"
    if step is Step.END:
        return Verdict(outcome=Outcome.UNCERTAIN, reason=told)
    lost = step in (Step.MAIL, Step.RCPT, Step.DATA)
    return Verdict(outcome=Outcome.AGAIN if lost else Outcome.UNREACHABLE, reason=told)


SENDER = "email.from and email.bounces"
_OPENING_SETTINGS = {
    Step.EHLO: "email.smtp.ehlo",
    Step.TLS: "email.smtp.tls",
    Step.AUTH: "email.smtp.user and email.smtp.password",
}


def _opening(step: Step, reply: Reply) -> Verdict:
    """A relay that greets with 421 or 554 is busy or wants nobody today; 454 at AUTH is too many tries."""
    told = f"{reply} at {step}"
    if step is Step.CONNECT or _later(reply):
        return Verdict(outcome=Outcome.UNREACHABLE, reason=told)
    return Verdict(outcome=Outcome.REFUSED, reason=told, setting=_OPENING_SETTINGS[step])


def _sender(reply: Reply) -> Verdict:
    if reply.code == _TOO_LARGE:
        return Verdict(outcome=Outcome.FAILED, reason=f"too large for the relay: {reply}")
    if _later(reply):
        return Verdict(outcome=Outcome.UNREACHABLE, reason=f"{reply} at {Step.MAIL}")
    return refused_sender(reply)


def refused_sender(reply: Reply) -> Verdict:
    """The relay wants encryption or a login first, or does not like our address."""
    setting = SENDER
    if reply.code == _TLS_OR_LOGIN_FIRST:
        login = _LOGIN.search(reply.text)
        setting = _OPENING_SETTINGS[Step.AUTH if login else Step.TLS]
    return Verdict(outcome=Outcome.REFUSED, reason=f"{reply} at {Step.MAIL}", setting=setting)


def _recipient(reply: Reply) -> Verdict:
    if _later(reply):
        return Verdict(outcome=Outcome.DEFERRED, reason=str(reply))
    if reply.code == _TLS_OR_LOGIN_FIRST:
        told = f"{reply} at {Step.RCPT}"
        return Verdict(outcome=Outcome.REFUSED, reason=told, setting=_OPENING_SETTINGS[Step.AUTH])
    suppress, enhanced = dead(reply.code, reply.text), _enhanced(reply.text)
    # Postfix of a dead address: "5.1.1 … User unknown in relay recipient table". The code is about the
    # address, so the words are not about us.
    surely_theirs = enhanced[:4] in _ADDRESS and enhanced not in _OUR_ADDRESS
    setting = "" if surely_theirs else _about_us(reply.text)
    unclear = setting or enhanced.startswith(_POLICY) or (suppress and not enhanced)
    return Verdict(
        outcome=Outcome.BARRED if unclear else Outcome.FAILED,
        reason=str(reply),
        suppress=suppress and not setting,
        strike=not suppress or bool(setting),
        setting=setting,
    )


def _about_us(text: str) -> str:
    """What to look at in config.yaml, where the words are about us and not about an address."""
    if _HELO.search(text):
        return _OPENING_SETTINGS[Step.EHLO]
    if _LOGIN.search(text):
        return _OPENING_SETTINGS[Step.AUTH]
    return SENDER if _SENDER.search(text) else ""


def about_address(verdict: Verdict) -> Verdict:
    """What is barred, once others were taken: it was about this address."""
    return replace(verdict, outcome=Outcome.FAILED, setting="")


def about_us(verdict: Verdict) -> Verdict:
    """What is barred, where nobody was taken: it is about us, and about no subscriber."""
    return Verdict(
        outcome=Outcome.REFUSED,
        reason=f"{verdict.reason} at {Step.RCPT}",
        setting=verdict.setting or f"{_OPENING_SETTINGS[Step.AUTH]}, {SENDER}",
    )


def _begin(reply: Reply) -> Verdict:
    """Before the first byte of the message: a yes that is no 354 is no yes, and the relay has nothing."""
    if _later(reply) or _never(reply):
        return _content(reply)
    return Verdict(outcome=Outcome.AGAIN, reason=f"an answer out of place: {reply}")


def _content(reply: Reply) -> Verdict:
    """What is refused now is the message, so the address is left in peace."""
    if _later(reply):
        return Verdict(outcome=Outcome.DEFERRED, reason=str(reply))
    if _never(reply):
        return Verdict(outcome=Outcome.FAILED, reason=str(reply), content=True)
    # 354 after the dot: the relay and we are not at the same place.
    return Verdict(outcome=Outcome.UNCERTAIN, reason=f"an answer out of place: {reply}")


def _later(reply: Reply) -> bool:
    return reply.code // 100 == 4  # noqa: PLR2004 - RFC 5321 §4.2.1


def _never(reply: Reply) -> bool:
    return reply.code // 100 == 5  # noqa: PLR2004 - as above


def _line(text: str) -> str:
    """A relay's words as one line that a terminal can show: it may say anything."""
    clear = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _LONGEST])
    clear = " ".join(clear.split())
    return f"{clear[:_LONGEST]}…" if len(clear) > _LONGEST else clear


# ------------------------------------------------------------------------------------------- patience

_FIRST = timedelta(minutes=5)
_SECOND = timedelta(minutes=7, seconds=30)
LONGEST_PAUSE = timedelta(hours=16)
PATIENCE = timedelta(days=5)
"""How long a delivery is tried: RFC 5321 §4.5.4.1 says at least 4 to 5 days."""
LEAST_TRIES = 4
"""How often at least: a clock that once jumped a month ahead must not end all patience at one go."""


def next_try(tries: int, first: datetime, now: datetime) -> datetime | None:
    """When a delivery is due again after so many tries; None where it has been tried long enough.

    Five minutes, as grey lists ask for at least so many; then 7.5 and doubling up to 16 hours, as mox does.
    """
    if now - first >= PATIENCE and tries >= LEAST_TRIES:
        return None
    doubled = _SECOND * 2 ** min(tries - 2, 10) if tries > 1 else _FIRST
    return now + min(doubled, LONGEST_PAUSE)
