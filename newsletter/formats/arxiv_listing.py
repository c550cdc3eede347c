r"""A listing of arXiv as text: the past week or a month, also of 1992; as a file, or in a mail.

Stage parse: records of one block between lines of ``\\``, no abstracts; in a week, a fake record
``/* Fri, 3 Mar 2023 */`` before each day. Mailings, which have abstracts, are arxiv_mail's.
"""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.formats import _arxiv_text, arxiv_mail
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "arXiv listing as text, a week or a month"


def recognise(dump: Dump) -> str:
    if not _arxiv_text.has_records(arxiv_mail.beginning(dump)):
        return "no record “arXiv:…” or “Paper: …” behind a line of two backslashes"
    if not arxiv_mail.recognise(dump):
        return "it has the abstracts or the header of a mailing"
    return ""


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    return arxiv_mail.records(dump, closed=False)
