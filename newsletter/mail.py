"""A letter and the names on its envelope in, the bytes of an e-mail out: the same bytes for the same values.

No clock, no randomness, no network: date and Message-ID are given, the boundary follows from the latter.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.utils import format_datetime
from functools import cache, lru_cache
from itertools import chain

from newsletter.errors import NewsletterError
from newsletter.model import Letter

COLUMNS = 76
# C0 and C1 controls, the separators that some programs take for line ends, and lone surrogates.
UNSENDABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]{1,60}")
UTF8 = Charset("utf-8")
UTF8.header_encoding = QP
LANGUAGE = re.compile(r'<html\b[^>]*\blang="([A-Za-z0-9-]{1,40})"')
HEAD = 1_000
"""Characters of a letter in which its first tag stands."""
PIECES_KEPT = 8192
"""Quoted paragraphs that are remembered: a paper's stand in the mails of all its readers."""


def message(
    letter: Letter,
    *,
    sender: str,
    recipient: str,
    date: datetime,
    message_id: str,
    list_id: str,
    sender_name: str = "",
    recipient_name: str = "",
    unsubscribe: tuple[str, ...] = (),
    archive_url: str = "",
    feedback_id: str = "",
    bulk: bool = False,
) -> bytes:
    """The letter as multipart/alternative: lines end with CRLF, every byte is below 128.

    `message_id` is with or without its angle brackets, `list_id` the bare id (papers.example.org);
    `unsubscribe` are mailto: and https: URIs, the one that mail programs should prefer first;
    `feedback_id` is what Gmail's reports to senders call this mailing, the same for all its readers;
    `bulk` adds the Precedence: bulk that some old mail systems go by.
    Raises NewsletterError for an address that mail cannot be sent to.
    """
    message_id = f"<{message_id.strip('<>')}>"
    headers = {
        "From": _mailbox(sender_name, sender),
        "To": _mailbox(recipient_name, recipient),
        "Subject": encoded(letter.subject, len("Subject: ")),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "List-Id": f"{_phrase(sender_name)} <{list_id}>".strip(),
        **_list_headers(unsubscribe, archive_url),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        **({"Feedback-ID": sendable(feedback_id)} if feedback_id else {}),
        **({"Precedence": "bulk"} if bulk else {}),
        **_language(letter),
    }
    return _assembled(headers, letter, message_id)


def quoted(text: str) -> bytes:
    """The text as quoted-printable UTF-8, as it travels: for one who has to know its size, too.

    Quoted-printable knows no more than a line, so paragraphs are quoted alone and each but once.
    """
    return b"\r\n\r\n".join(map(_quoted_paragraph, _lines(text).split("\n\n")))


@lru_cache(PIECES_KEPT)
def _quoted_paragraph(text: str) -> bytes:
    return binascii.b2a_qp(text.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


def sendable(text: str) -> str:
    """The text as a header may hold it: one line, no control characters."""
    return " ".join(UNSENDABLE.sub(" ", text).split())


def encoded(text: str, used: int = 0) -> str:
    """A header's text: plain if short ASCII, else RFC 2047 words; `used` columns are taken already."""
    text = sendable(text)
    if text.isascii() and "=?" not in text and len(text) + used <= COLUMNS:
        return text
    return _words(text, used)


@lru_cache(PIECES_KEPT)
def _words(text: str, used: int) -> str:
    """RFC 2047 words, parted by blanks at which the header may be folded: half a millisecond a subject."""
    return Header(text, UTF8, maxlinelen=COLUMNS, header_name="x" * max(used - 2, 1)).encode(linesep="")


def _language(letter: Letter) -> dict[str, str]:
    """As the letter says itself: it may be older than the language that config.yaml names today."""
    told = LANGUAGE.search(letter.html[:HEAD])
    return {"Content-Language": told[1]} if told else {}


def _assembled(headers: Mapping[str, str], letter: Letter, message_id: str) -> bytes:
    """Headers, then both parts. Put together by hand: the standard library's generator goes through the
    bodies once more, line by line, which took two thirds of a message's time.
    """
    # "=_" cannot stand in quoted-printable text, so the boundary is in neither part.
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:40]}"
    whole = {"MIME-Version": "1.0", "Content-Type": f'multipart/alternative; boundary="{boundary}"'}
    halves = (("plain", letter.text), ("html", letter.html))
    mark = f"--{boundary}".encode("ascii")
    parts = ((mark, b"\r\n", _part_head(kind), quoted(text), b"\r\n") for kind, text in halves)
    return b"".join((_head({**headers, **whole}), *chain.from_iterable(parts), mark, b"--\r\n"))


@cache
def _part_head(kind: str) -> bytes:
    return _head(
        {
            "Content-Type": f'text/{kind}; charset="utf-8"',
            "Content-Transfer-Encoding": "quoted-printable",
        }
    )


def _head(headers: Mapping[str, str]) -> bytes:
    """The headers and the empty line after them, each written as it stands: the standard library would
    encode every word of more than 78 columns (RFC 2047), and a List-Unsubscribe so encoded is ignored.
    """
    lines = (f"{name}: {_folded(sendable(value))}\r\n" for name, value in headers.items())
    return ("".join(lines) + "\r\n").encode("ascii")


def _folded(value: str) -> str:
    """The value in lines of up to 78 columns, as far as its words allow."""
    for joint in ("?= =?", "?= <", ">, <", "; boundary="):
        value = value.replace(joint, joint.replace(" ", "\r\n "))
    return value


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _list_headers(unsubscribe: Iterable[str], archive_url: str) -> dict[str, str]:
    """One-click (RFC 8058) is promised only where there is an https address that can keep the promise."""
    uris = [_uri(uri) for uri in unsubscribe]
    headers = {"List-Unsubscribe": ", ".join(f"<{uri}>" for uri in uris)} if uris else {}
    if any(uri.startswith("https:") for uri in uris):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if archive_url:
        headers["List-Archive"] = f"<{_uri(archive_url)}>"
    return {**headers, "List-Post": "NO"}


def _uri(uri: str) -> str:
    """The address with whatever would break out of its header percent-encoded."""
    return "".join(c if "!" <= c <= "~" and c not in '<>",' else _percent(c) for c in uri.strip())


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


def _mailbox(name: str, address: str) -> str:
    phrase = _phrase(name)
    return f"{phrase} <{_ascii_address(address)}>" if phrase else _ascii_address(address)


def _phrase(name: str) -> str:
    """A display name: bare, quoted or encoded, whichever it needs."""
    name = sendable(name)
    if not name or (PLAIN_PHRASE.fullmatch(name) and "=?" not in name):
        return name
    if name.isascii() and len(name) <= 60 and "=?" not in name:  # noqa: PLR2004  (a line's worth)
        return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return _words(name, len("From: "))


def _ascii_address(address: str) -> str:
    """The address with its domain in A-labels: nothing else is an address on the wire."""
    if address.isascii() and not re.search(r"[\s<>,;\x00-\x1f]", address):
        return address
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  (hardly ever needed)

    try:
        ascii_only = validate_email(address, check_deliverability=False, test_environment=True).ascii_email
    except EmailNotValidError as error:
        raise NewsletterError(f"{address!r} is no address: {error}", hint="mend it in config.yaml") from error
    if ascii_only is None:
        raise NewsletterError(
            f"{address!r}: what stands before the @ must be ASCII",
            hint="ask this reader for another address",
        )
    return ascii_only
