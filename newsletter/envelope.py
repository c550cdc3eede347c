"""What a message says of its reader without naming them: its Message-ID, the ways to leave, the address that
bounces come back to, the name of its file. Values in, values out; the message itself is mail.py's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from newsletter.mail import message
from newsletter.model import Letter, Subscriber
from newsletter.settings import Email

TOKEN = re.compile(r"[0-9a-f]{32}")
"""What a token looks like."""


def token(secret: str, *of: str) -> str:
    """A name nobody can guess or turn back into what it stands for."""
    text = "\0".join(of).encode()
    return hashlib.blake2b(text, key=secret.encode()[:64], digest_size=16).hexdigest()


def reader_token(secret: str, reader: str) -> str:
    """The token by which a reader's mails name them: the same in all of them, for links and bounces."""
    return token(secret, reader, "unsubscribe")


def by_token(secret: str, readers: Iterable[str]) -> dict[str, str]:
    """These folded addresses by their tokens: ten thousand take some twenty milliseconds, so none is kept."""
    return {reader_token(secret, reader): reader for reader in readers}


def return_address(bounces: str, reader: str) -> str:
    """Where a bounce goes that tells by itself whose it is (VERP): bounce+TOKEN@example.org.

    `reader` is the reader's token: an address in another address would be read by every relay on the way.
    """
    local, _, domain = bounces.rpartition("@")
    return f"{local}+{reader}@{domain}"


def ways_out(uris: Iterable[str], reader: str) -> tuple[str, ...]:
    """The configured ways to leave, each with the reader's token in it."""
    return tuple(_named(uri, reader) for uri in uris)


def _named(uri: str, reader: str) -> str:
    joint = "&" if "?" in uri else "?"
    if not uri.startswith("mailto:"):
        return f"{uri}{joint}token={reader}"
    place = "body" if "subject=" in uri else "subject"
    return f"{uri}{joint}{place}={quote(f'unsubscribe {reader}')}"


def addressed(
    letter: Letter,
    subscriber: Subscriber,
    *,
    slot: str,
    headed: datetime,
    email: Email,
    secret: str,
    web_url: str = "",
) -> bytes:
    """A letter as the message of a subscriber's slot: the same bytes whenever it is asked for."""
    domain = email.sender_address.rpartition("@")[2]
    return message(
        letter,
        sender=email.sender_address,
        sender_name=email.sender_name,
        recipient=subscriber.address,
        recipient_name=subscriber.name,
        date=headed,
        message_id=f"{token(secret, subscriber.reader, slot)}@{domain}",
        list_id=f"newsletter.{domain}",
        unsubscribe=ways_out(email.unsubscribe, reader_token(secret, subscriber.reader)),
        archive_url=web_url,
        feedback_id=f"{slot.replace(':', '')}:digest:list:{_sender_id(domain)}",
        bulk=email.bulk,
    )


def _sender_id(domain: str) -> str:
    """What Gmail's Postmaster Tools call this sender: 5 to 15 letters, the same for years."""
    return hashlib.blake2b(domain.encode(), digest_size=5).hexdigest()


def file_name(subscriber: Subscriber, slot: str) -> str:
    """A file-safe name for a message: the slot and the reader, told apart by a hash."""
    safe = re.sub(r"[^a-z0-9]+", "-", subscriber.reader).strip("-")[:60]
    mark = hashlib.blake2b(subscriber.reader.encode(), digest_size=3).hexdigest()
    return f"{slot.replace(':', '')}_{safe}_{mark}"
