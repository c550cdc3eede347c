"""Mails for the formats: a saved mail (.eml) or many in an mbox go in, the texts of their parts come out.

Whatever its text is coded in (quoted-printable, base64, a charset) and however its parts lie in each other.
What a mail is about is its format's work.
"""

from __future__ import annotations

import email
import re
from base64 import b64decode
from email.message import Message

from newsletter.errors import DumpTooLarge
from newsletter.formats import opened
from newsletter.model import Dump

_ENVELOPE = re.compile(
    rb"^(?:mime-version|content-type|content-transfer-encoding):", re.IGNORECASE | re.MULTILINE
)
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(?:From |[A-Za-z][A-Za-z0-9-]{0,60}:)")
_LONGEST_ENVELOPE = 16 * 1024
_MOST_PARTS = 20
"""Parts inside parts that we open: a mailing has one, forwarded three. Python's reader goes down each."""
_LARGEST = 64 * 1024 * 1024


def is_envelope(head: bytes) -> bool:
    """Whether it is a mail with its header, and one whose text is coded; else it is read as it stands."""
    header = head[:_LONGEST_ENVELOPE].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return (
        _HEADER.match(head) is not None
        and _ENVELOPE.search(header) is not None
        and head.lower().count(b"multipart/") + head.lower().count(b"message/rfc822") <= _MOST_PARTS
    )


def content(dump: Dump) -> bytes:
    """All of a dump of mails. Raises DumpTooLarge."""
    with opened(dump) as file:
        found = file.read(_LARGEST + 1)
    if len(found) > _LARGEST:
        raise DumpTooLarge(
            f"a mail of more than {_LARGEST:,} bytes", hint="save the text of the mail instead"
        )
    return found


_FROM = re.compile(rb"^(?=From \S{1,300} [^\r\n]{0,100}\d{4}\r?$)", re.MULTILINE)


def mails(content: bytes) -> list[bytes]:
    """The mails of an mbox, each of which begins with a line "From SENDER DATE"; else the mail itself."""
    return [mail for mail in _FROM.split(content) if mail] if content.startswith(b"From ") else [content]


def header(mail: Message, name: str) -> str:
    """A field of a mail's header on one line, "" where it has none."""
    return " ".join(str(mail.get(name, "")).split())


def texts(content: bytes, kind: str) -> str:
    """The texts of all parts of a kind (text/plain, text/html), one after the other."""
    parts = email.message_from_bytes(content).walk()
    return "\n".join(_decoded(part) for part in parts if part.get_content_type() == kind)


def _decoded(part: Message) -> str:
    text = _bytes(part)
    charset = part.get_content_charset() or ""
    try:
        return text.decode(charset if charset.startswith(_CHARSETS) else "utf-8", "newsletter.western")
    except (LookupError, ValueError):
        return text.decode("utf-8", "newsletter.western")


def _bytes(part: Message) -> bytes:
    """What a part holds. Base64 that is cut, as in the head of a dump, loses what makes no whole byte: Python
    would give all of it back as it is coded.
    """
    if header(part, "Content-Transfer-Encoding").lower() == "base64":
        coded = _NO_BASE64.sub("", str(part.get_payload())).rstrip("=")
        return b64decode(coded[: len(coded) - (len(coded) % 4 == 1)] + "==")
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


_NO_BASE64 = re.compile("[^A-Za-z0-9+/=]+")
_CHARSETS = ("utf-8", "utf-16", "iso-", "windows-", "koi8-", "gb", "big5", "euc-", "shift")
"""What mails are written in; Python knows more that no mail means (unicode_escape, undefined)."""
