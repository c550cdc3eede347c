"""Markdown made of Hugging Face Daily Papers or arXiv: the page itself, and the digests that people make.

Stage parse: three layouts. The *page*: headings that link to ``huggingface.co/papers/…``, the abstract itself
a link. *Sections*: a heading for each paper, then labelled lines (``**Authors:** …``). A *table* of title,
authors and summary. Which it is, its beginning tells; each is read by a module beside this one. Lists of
links and tables of other kinds are no digests: see markdown_list.
"""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.formats import _hf, _hf_linked, _hf_sections, _hf_table, head_lines
from newsletter.model import Dump, DumpDate, ListedPaper, Problem

TITLE = "Markdown digest of Hugging Face Daily Papers"

_LAYOUTS = (_hf_table, _hf_sections, _hf_linked)


def recognise(dump: Dump) -> str:
    if _hf.starts_html(dump):
        return "it is HTML"
    found = head_lines(dump)
    if any(layout.has(found) for layout in _LAYOUTS):
        return ""
    return (
        "no headings that link to papers and go on with **Authors:**, no table of title, authors and summary"
    )


def read(dump: Dump) -> Iterator[ListedPaper | DumpDate | Problem]:
    found = head_lines(dump)
    layout = next((layout for layout in _LAYOUTS if layout.has(found)), _hf_sections)
    yield from layout.read(dump)
