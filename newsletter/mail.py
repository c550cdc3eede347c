"""A letter and the names on its envelope in, the bytes of an e-mail out: the same bytes for the same values.

No clock, no randomness, no network: date and Message-ID are given, the boundary follows from the latter.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from email._header_value_parser import UnstructuredTokenList
from email._policybase import Policy
from email.charset import QP, Charset
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any

from newsletter.errors import NewsletterError
from newsletter.model import Letter

COLUMNS = 76
# C0 and C1 controls, the separators that some programs take for line ends, and lone surrogates.
UNSENDABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]{1,60}")
UTF8 = Charset("utf-8")
UTF8.header_encoding = QP


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A header that is written as it stands, folded only where its value holds a line end or after a comma.

    The stdlib encodes every word of more than 78 columns (RFC 2047): a List-Unsubscribe so encoded is
    ignored by Gmail, an address so encoded is no address.
    """

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the value for what it is: nothing is decoded, so nothing has to be encoded again."""
        kwds["decoded"] = value
        kwds["parse_tree"] = UnstructuredTokenList()

    def fold(self, *, policy: Policy) -> str:
        """The header as it goes out, its line end included."""
        return f"{self.name}: {_folded(str(self), policy.linesep)}{policy.linesep}"


def _folded(value: str, line_end: str) -> str:
    """The value in lines of up to 78 columns, as far as commas, angle brackets and encoded words allow."""
    value = value.replace("?= =?", f"?={line_end} =?").replace("?= <", f"?={line_end} <")
    return value.replace(">, <", f">,{line_end} <")


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry(default_class=_Verbatim, use_default_map=False)
    return SMTP.clone(header_factory=registry, max_line_length=998, cte_type="7bit")


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
) -> bytes:
    """The letter as multipart/alternative: lines end with CRLF, every byte is below 128.

    `message_id` is with or without its angle brackets, `list_id` the bare id (papers.example.org);
    `unsubscribe` are mailto: and https: URIs, the one that mail programs should prefer first.
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
    }
    return _assembled(headers, letter, message_id)


def quoted(text: str) -> bytes:
    """The text as quoted-printable UTF-8, as it travels: for one who has to know its size."""
    return binascii.b2a_qp(_lines(text).encode("utf-8", "replace"), istext=True)


def sendable(text: str) -> str:
    """The text as a header may hold it: one line, no control characters."""
    return " ".join(UNSENDABLE.sub(" ", text).split())


def encoded(text: str, used: int = 0) -> str:
    """A header's text: plain if short ASCII, else RFC 2047 words; `used` columns are taken already."""
    text = sendable(text)
    if text.isascii() and "=?" not in text and len(text) + used <= COLUMNS:
        return text
    return _words(text, used)


def _words(text: str, used: int) -> str:
    """RFC 2047 words, parted by blanks at which the header may be folded."""
    return Header(text, UTF8, maxlinelen=COLUMNS, header_name="x" * max(used - 2, 1)).encode(linesep="")


def _assembled(headers: dict[str, str], letter: Letter, message_id: str) -> bytes:
    # "=_" cannot stand in quoted-printable text, so the boundary is in neither part.
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:40]}"
    policy = _policy()
    whole = EmailMessage(policy)
    for name, value in headers.items():
        whole[name] = value
    whole["MIME-Version"] = "1.0"
    whole["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    whole.set_payload([_part("plain", letter.text, policy), _part("html", letter.html, policy)])
    return whole.as_bytes()


def _part(kind: str, text: str, policy: EmailPolicy[EmailMessage]) -> EmailMessage:
    part = EmailMessage(policy)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quoted(text).decode("ascii"))
    return part


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
    return headers


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
