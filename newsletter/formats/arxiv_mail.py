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
from html import unescape
from itertools import chain

from newsletter.formats import _arxiv_text, _mail, head_lines, lines
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "arXiv mailing, new papers by e-mail"

_RECEIVED = re.compile(r"received from\s.{10,60}\sto\s")


def recognise(dump: Dump) -> str:
    text = beginning(dump)
    if not _arxiv_text.has_records(text):
        return "no record “arXiv:…” behind a line of two backslashes"
    if not any(_is_of_mailing(line) for line in text):
        return "no “received from … to …” and no abstract closed by “\\\\ ( https://…”"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    return records(dump, closed=True)


def beginning(dump: Dump) -> list[str]:
    """The first lines of a mail's text, or of a text as it stands, without the signs of a quotation."""
    text = _mail_text(dump.head).splitlines() if _mail.is_envelope(dump.head) else head_lines(dump)
    return [_unquoted(line).strip() for line in text]


def records(dump: Dump, *, closed: bool) -> Iterator[ListedPaper | DumpDate | Problem]:
    """What arXiv's records in a mail, or in a text as it stands, say; `closed` as _arxiv_text.read has it."""
    if not _mail.is_envelope(dump.head):
        plain = ((number, _unquoted(line)) for number, line in lines(dump))
        yield from _arxiv_text.read(dump.name, plain, closed=closed)
        return
    index = 0
    for found in _arxiv_text.read(dump.name, _mail_lines(_mail.content(dump)), closed=closed):
        index += isinstance(found, ListedPaper)
        yield _unlined(found, index)


_QUOTE = re.compile(r"(?:> ?){1,9}")


def _unquoted(line: str) -> str:
    """The line without the signs before it that an answer or a forwarded mail has."""
    return _QUOTE.sub("", line, count=1) if line.startswith(">") else line


def _is_of_mailing(line: str) -> bool:
    return line.startswith((_arxiv_text.CLOSING, _arxiv_text.REPLACED)) or _RECEIVED.match(line) is not None


# ---------------------------------------------------------------------------------------- envelope


def _mail_lines(content: bytes) -> Iterable[tuple[int, str]]:
    """Of each mail its date and subject, then the lines of its text."""
    return chain.from_iterable(map(_lines_of_one, _mail.mails(content)))


def _lines_of_one(content: bytes) -> Iterable[tuple[int, str]]:
    mail = email.message_from_bytes(content)
    header = [(0, f"{name}: {_mail.header(mail, name)}") for name in ("Date", "Subject")]
    return chain(header, enumerate(map(_unquoted, _mail_text(content).splitlines()), 1))


def _mail_text(content: bytes) -> str:
    """Its parts of plain text, one after the other; where it has none, what those of HTML show."""
    shown = _mail.texts(content, "text/plain")
    return shown if shown.strip() else _shown(_mail.texts(content, "text/html"))


_TAG = re.compile(r"<(?:(?:(/?p|/?div|/?tr|br|hr)\b)|/?[a-zA-Z!])[^<>]*+>", re.IGNORECASE)


def _shown(markup: str) -> str:
    """The text of some HTML, line by line."""
    return unescape(_TAG.sub(lambda tag: "\n" if tag[1] else "", markup)).replace("\xa0", " ")


def _unlined(found: ListedPaper | DumpDate | Problem, index: int) -> ListedPaper | DumpDate | Problem:
    """Lines of a coded text are not those of the file: its papers are counted instead."""
    if isinstance(found, ListedPaper):
        return replace(found, line=None, index=index)
    return replace(found, line=None) if isinstance(found, Problem) else found
