r"""The daily mailing of arXiv: new submissions, cross-lists and replacements, as text or as a saved mail.

Stage parse: a mail goes in, as the text that its reader copied, quoted perhaps, or as an .eml file
(quoted-printable, base64, one part of several, HTML alone), or many in an mbox; what its records hold comes
out. The records themselves are _arxiv_text's.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from email.message import Message
from html import unescape
from itertools import chain

from newsletter.errors import DumpTooLarge
from newsletter.formats import _arxiv_text, head_lines, lines, opened
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "arXiv mailing, new papers by e-mail"

_ENVELOPE = re.compile(
    rb"^(?:mime-version|content-type|content-transfer-encoding):", re.IGNORECASE | re.MULTILINE
)
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(?:From |[A-Za-z][A-Za-z0-9-]{0,60}:)")
_LONGEST_ENVELOPE = 16 * 1024
_MOST_PARTS = 20
"""Parts inside parts that we open: a mailing has one, forwarded three. Python's reader goes down each."""
_LARGEST = 64 * 1024 * 1024
_RECEIVED = re.compile(r"received from\s.{10,60}\sto\s")


def recognise(dump: Dump) -> str:
    text = _mail_text(dump.head).splitlines() if is_envelope(dump.head) else head_lines(dump)
    text = [_unquoted(line).strip() for line in text]
    if not _arxiv_text.has_records(text):
        return "no record “arXiv:…” behind a line of two backslashes"
    if not any(_is_of_mailing(line) for line in text):
        return "no “received from … to …” and no abstract closed by “\\\\ ( https://…”"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    if not is_envelope(dump.head):
        plain = ((number, _unquoted(line)) for number, line in lines(dump))
        yield from _arxiv_text.read(dump.name, plain, closed=True)
        return
    index = 0
    for found in _arxiv_text.read(dump.name, _mail_lines(_content(dump)), closed=True):
        index += isinstance(found, ListedPaper)
        yield _unlined(found, index)


_QUOTE = re.compile(r"(?:> ?){1,9}")


def _unquoted(line: str) -> str:
    """The line without the signs before it that an answer or a forwarded mail has."""
    return _QUOTE.sub("", line, count=1) if line.startswith(">") else line


def _is_of_mailing(line: str) -> bool:
    return line.startswith((_arxiv_text.CLOSING, _arxiv_text.REPLACED)) or _RECEIVED.match(line) is not None


# ---------------------------------------------------------------------------------------- envelope


def is_envelope(head: bytes) -> bool:
    """Whether it is a mail with its header, and one whose text is coded; else it is read as it stands."""
    header = head[:_LONGEST_ENVELOPE].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return (
        _HEADER.match(head) is not None
        and _ENVELOPE.search(header) is not None
        and head.lower().count(b"multipart/") + head.lower().count(b"message/rfc822") <= _MOST_PARTS
    )


def _content(dump: Dump) -> bytes:
    with opened(dump) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise DumpTooLarge(
            f"a mail of more than {_LARGEST:,} bytes", hint="save the text of the mail instead"
        )
    return content


def _mail_lines(content: bytes) -> Iterable[tuple[int, str]]:
    """Of each mail its date and subject, then the lines of its text."""
    return chain.from_iterable(map(_lines_of_one, _mails(content)))


def _lines_of_one(content: bytes) -> Iterable[tuple[int, str]]:
    mail = email.message_from_bytes(content)
    header = [(0, f"{name}: {_header(mail, name)}") for name in ("Date", "Subject")]
    return chain(header, enumerate(map(_unquoted, _mail_text(content).splitlines()), 1))


_FROM = re.compile(rb"^(?=From \S{1,300} [^\r\n]{0,100}\d{4}\r?$)", re.MULTILINE)


def _mails(content: bytes) -> list[bytes]:
    """The mails of an mbox, each of which begins with a line "From SENDER DATE"; else the mail itself."""
    return [mail for mail in _FROM.split(content) if mail] if content.startswith(b"From ") else [content]


def _header(mail: Message, name: str) -> str:
    return " ".join(str(mail.get(name, "")).split())


def _mail_text(content: bytes) -> str:
    """Its parts of plain text, one after the other; where it has none, what those of HTML show."""
    parts = tuple(email.message_from_bytes(content).walk())
    shown = "\n".join(_decoded(part) for part in parts if part.get_content_type() == "text/plain")
    if shown.strip():
        return shown
    return "\n".join(_shown(_decoded(part)) for part in parts if part.get_content_type() == "text/html")


_TAG = re.compile(r"<(?:(?:(/?p|/?div|/?tr|br|hr)\b)|/?[a-zA-Z!])[^<>]*+>", re.IGNORECASE)


def _shown(markup: str) -> str:
    """The text of some HTML, line by line."""
    return unescape(_TAG.sub(lambda tag: "\n" if tag[1] else "", markup)).replace("\xa0", " ")


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    text = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or ""
    try:
        return text.decode(charset if charset.startswith(_CHARSETS) else "utf-8", "newsletter.western")
    except (LookupError, ValueError):
        return text.decode("utf-8", "newsletter.western")


_CHARSETS = ("utf-8", "utf-16", "iso-", "windows-", "koi8-", "gb", "big5", "euc-", "shift")
"""What mails are written in; Python knows more that no mail means (unicode_escape, undefined)."""


def _unlined(found: ListedPaper | DumpDate | Problem, index: int) -> ListedPaper | DumpDate | Problem:
    """Lines of a coded text are not those of the file: its papers are counted instead."""
    if isinstance(found, ListedPaper):
        return replace(found, line=None, index=index)
    return replace(found, line=None) if isinstance(found, Problem) else found
