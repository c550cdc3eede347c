"""Mail that comes back: the bytes of a message in, what it says of one of our mails out. A refusal, a
complaint, or a reader's wish to leave; anything else is nobody's business here.

Only reports made for machines count (RFC 3464, RFC 5965). Words in a body never do: systems that look for
“does not exist” there have struck people off for a holiday reply. Whose a report is follows from a token that
nobody can guess; what becomes of it is decided in returned.py.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import StrEnum

from newsletter.envelope import TOKEN

LONGEST_HEADER = 4_000
_OURS = re.compile(
    rf"(?:\+|[?&]token=|unsubscribe(?:%20|\s+))({TOKEN.pattern})(?![0-9a-f])",
    re.IGNORECASE,
)
"""A token where we write one: bounce+TOKEN@, ?token=TOKEN, unsubscribe TOKEN."""
_WISH = re.compile(rf"\s*unsubscribe\s+({TOKEN.pattern})\s*", re.IGNORECASE)
_ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([245]\d\d)\b")
_ADDRESS = re.compile(r"[^\s<>;,\"]+@[^\s<>;,\"]+")


class Kind(StrEnum):
    """What a message that came in is."""

    REFUSED = "refused"
    """A relay further on would not have our mail, for good or after days of trying."""
    COMPLAINT = "complaint"
    """A reader pressed “this is spam”, and their provider tells us (RFC 5965)."""
    LEAVING = "leaving"
    """A reader used a mailto: way out."""
    OTHER = "other"
    """Not for us: holiday replies, news that a mail is late, people's words, spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a message says. `id` names the message itself, the same whenever it is read.

    `token` is the reader's, if it has one; `message_id` is that of our mail and `recipient` whom it was for,
    as the report quotes them; `status` is an enhanced code (5.1.1), `code` a plain one (550), or 0.
    """

    id: str
    kind: Kind
    token: str = ""
    message_id: str = ""
    recipient: str = ""
    status: str = ""
    code: int = 0


def returned(raw: bytes) -> Returned:
    """What a message says, however broken it is."""
    name = hashlib.sha256(raw).hexdigest()
    try:
        message = message_from_bytes(raw)
        name = _header(message, "Message-ID").strip() or name
        return _read(message, name)
    # What the standard library's parser lets through of parts within parts and of headers that are none.
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        return Returned(id=name, kind=Kind.OTHER)


def _read(message: Message, name: str) -> Returned:
    parts = {part.get_content_type(): part for part in _walked(message)}
    if "message/delivery-status" in parts:
        return _refusal(message, name, parts)
    if "message/feedback-report" in parts:
        return _complaint(message, name, parts)
    return _wish(message, name)


def _walked(message: Message) -> Iterator[Message]:
    """The parts of a message, but not those of a message that it quotes: a bounce may quote a bounce."""
    yield message
    if message.get_content_maintype() == "multipart":
        for part in _inside(message):
            yield from _walked(part)


def _inside(part: Message) -> list[Message]:
    """The messages that a part is made of: parts, or the blocks of a report."""
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:LONGEST_HEADER]


# -------------------------------------------------------------------------------------------- reports


def _refusal(message: Message, name: str, parts: dict[str, Message]) -> Returned:
    for block in _inside(parts["message/delivery-status"]):
        if _header(block, "Action").strip().lower() == "failed":
            return _told(message, name, Kind.REFUSED, _quoted(parts), block)
    # Delayed, delivered, relayed: nothing is lost yet.
    return Returned(id=name, kind=Kind.OTHER)


def _complaint(message: Message, name: str, parts: dict[str, Message]) -> Returned:
    report = _inner(parts["message/feedback-report"])
    if _header(report, "Feedback-Type").strip().lower() == "not-spam":
        return Returned(id=name, kind=Kind.OTHER)
    return _told(message, name, Kind.COMPLAINT, _quoted(parts), report)


def _told(message: Message, name: str, kind: Kind, quoted: Message, block: Message) -> Returned:
    diagnostic = _header(block, "Diagnostic-Code")
    status = _STATUS.search(_header(block, "Status")) or _STATUS.search(diagnostic)
    code = _CODE.search(diagnostic.partition(";")[2])
    recipients = (
        _header(block, "Original-Recipient"),
        _header(block, "Final-Recipient"),
        _header(block, "Original-Rcpt-To"),
        _header(quoted, "To"),
    )
    return Returned(
        id=name,
        kind=kind,
        token=_token(message, quoted),
        message_id=_header(quoted, "Message-ID").strip(),
        recipient=next((found[0] for one in recipients if (found := _ADDRESS.search(one))), ""),
        status=status[1] if status else "",
        code=int(code[1]) if code else 0,
    )


def _quoted(parts: dict[str, Message]) -> Message:
    """Our mail as a report quotes it, whole or its headers; empty where it does not."""
    for kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
        if kind in parts:
            return _inner(parts[kind])
    return Message()


def _inner(part: Message) -> Message:
    """The message or the headers that a part holds."""
    inside = _inside(part)
    return inside[0] if inside else message_from_string(str(part.get_payload()).lstrip())


def _token(message: Message, quoted: Message) -> str:
    """The reader's token: in the address the report was sent to, else in what it quotes of our headers."""
    places = [_header(message, name) for name in _ADDRESSED]
    places += [_header(quoted, name) for name in ("Return-Path", "List-Unsubscribe")]
    return next((found[1].lower() for place in places if (found := _OURS.search(place))), "")


# --------------------------------------------------------------------------------------------- wishes


def _wish(message: Message, name: str) -> Returned:
    """“unsubscribe TOKEN” as the subject, or as the first line of the body: not anywhere in it, where an
    answer quotes the end of our mail.
    """
    if _header(message, "Auto-Submitted").strip().lower() not in ("", "no"):
        return Returned(id=name, kind=Kind.OTHER)
    lines = (_header(message, "Subject"), _first_line(message))
    token = next((found[1].lower() for line in lines if (found := _WISH.fullmatch(line))), "")
    return Returned(id=name, kind=Kind.LEAVING if token else Kind.OTHER, token=token)


def _first_line(message: Message) -> str:
    for part in _walked(message):
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            payload = part.get_payload(decode=True)
            text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            return next((line for line in text.splitlines() if line.strip()), "")[:LONGEST_HEADER]
    return ""
