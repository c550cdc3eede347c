"""BibTeX and biblatex: what JabRef, Zotero, Mendeley, the ACL Anthology and every paper's authors export.

Stage parse: the file is cut at the lines that begin an entry, and bibtexparser reads each piece by itself: a
broken entry costs one entry, and memory stays flat. Macros of ``@string`` are kept; ``@comment`` and
``@preamble`` hold no papers. Titles lose the braces that only protect capitals; LaTeX stays for text.py.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from newsletter.formats import head_lines, lines
from newsletter.formats._library import Found, one_line, people, titled
from newsletter.formats._values import day, ids, links, unlatex
from newsletter.identity import arxiv_version
from newsletter.model import Dump, ListedPaper, Problem
from newsletter.text import clean

if TYPE_CHECKING:
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry

TITLE = "BibTeX"

# -------------------------------------------------------------------------------------------- recognise

_BEGIN = re.compile(r"\s*@\s*([A-Za-z][\w-]{0,40})\s*[{(]")
_INSIDE = re.compile(r"\s*@\s*[A-Za-z][\w-]{0,40}\s*[{(]\s*[^\s{}()=,\"]{0,300}\s*(?:,|=|[)}]|$)")
_COMMENTED = re.compile(r"\s*%[%\s]*@")
"""BibTeX knows no such comments; people who put a % before an entry mean it to be one."""
_ASIDE = frozenset(("comment", "preamble", "string"))
_FIELD = re.compile(r"[A-Za-z][\w+:./-]{0,60}\s*=\s*(?:[{\"\w]|$)")


def recognise(dump: Dump) -> str:
    """An entry ``@article{key,`` with a field ``name = …`` in it, before anything of another format."""
    for number, line in enumerate(head := head_lines(dump)):
        if line.startswith(("<", "[", "{")):  # markup, JSON: BibTeX may be quoted further down
            break
        begun = _BEGIN.match(line)
        if begun and (begun[1].lower() in _ASIDE or _fields_follow(head[number : number + 8])):
            return ""
    return "no entry such as “@article{key, title = …”"


def _fields_follow(head: tuple[str, ...]) -> bool:
    first, *rest = head
    inside = _INSIDE.match(first)
    if not inside:
        return False
    tail = first[inside.end() :].strip()
    cut = not tail and not any(rest)  # the head may end here
    return cut or inside[0][-1] in ")}" or any(_FIELD.match(line) for line in (tail, *rest))


# -------------------------------------------------------------------------------------------- pieces

LONGEST = 1_000_000
"""Characters of one entry that are read; a longer @comment, such as JabRef's groups, is no loss."""


@dataclass(slots=True)
class _Piece:
    """What stands from one line that begins an entry to the next."""

    line: int
    kind: str
    text: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, line: str) -> None:
        self.size += len(line) + 1
        if self.size <= LONGEST:
            self.text.append(line)


def _pieces(numbered: Iterable[tuple[int, str]]) -> Iterator[_Piece]:
    piece: _Piece | None = None
    for number, line in numbered:
        if "@" in line and _COMMENTED.match(line):
            continue
        if "@" in line and (begun := _BEGIN.match(line)):
            if piece:
                yield piece
            piece = _Piece(number, begun[1].lower())
        if piece:
            piece.add(line)
    if piece:
        yield piece


# ------------------------------------------------------------------------------------------- entries


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, _Entries(dump).listings())


class _Entries:
    """One reading of a dump: the macros that have been defined so far."""

    def __init__(self, dump: Dump) -> None:
        self.dump = dump
        self.macros = dict(_MONTHS)

    def listings(self) -> Iterator[Found]:
        piece: _Piece | None = None
        for following in _pieces(lines(self.dump)):
            if piece:
                yield from self._read(piece, last=False)
            piece = following
        if piece:
            yield from self._read(piece, last=True)

    def _read(self, piece: _Piece, *, last: bool) -> Iterator[Found]:
        if piece.size > LONGEST:
            if piece.kind not in _ASIDE:
                yield self._problem(piece.line, f"an entry of more than {LONGEST:,} characters is left out")
            return
        library = _split("\n".join(piece.text))
        for macro in library.strings:
            self.macros[macro.key.lower()] = _value(macro.value, self.macros)
        for block in library.blocks:
            yield from self._block(piece, block, last=last)
        if last and _BEGUN.fullmatch(piece.text[-1].strip()):
            yield self._cut(piece.line + len(piece.text) - 1)

    def _block(self, piece: _Piece, block: Block, *, last: bool) -> Iterator[Found]:
        from bibtexparser.model import Entry, ParsingFailedBlock  # noqa: PLC0415 slow, and only BibTeX needs it

        line = piece.line + (block.start_line or 0)
        # A field or key that stands twice is no fault of a list: the first counts.
        entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if isinstance(entry, Entry):
            yield _listed(line, self._fields(entry))
        elif isinstance(block, ParsingFailedBlock) and piece.kind not in _ASIDE:
            yield self._broken(line, block, last=last)

    def _fields(self, entry: Entry) -> dict[str, str]:
        fields: dict[str, str] = {}
        for one in entry.fields:
            fields.setdefault(one.key.lower(), _value(one.value, self.macros))
        return fields

    def _broken(self, line: int, block: Block, *, last: bool) -> Problem:
        why = getattr(getattr(block, "error", None), "abort_reason", "")
        if last and "end of file" in why:
            return self._cut(line)
        return self._problem(line, f"an entry that cannot be read: {one_line(why)[:_SHOWN]}")

    def _cut(self, line: int) -> Problem:
        what = "the file ends in the middle of an entry"
        return Problem(dump=self.dump.name, line=line, what=what, hint=_PUT_BACK, cut=True)

    def _problem(self, line: int, what: str) -> Problem:
        return Problem(dump=self.dump.name, line=line, what=what)


_PUT_BACK = "the file seems cut off; put the whole file back and run again"
_SHOWN = 200
_BEGUN = re.compile(r"@\w{0,40}")


def _split(text: str) -> Library:
    from bibtexparser.splitter import Splitter  # noqa: PLC0415 slow, and only BibTeX needs it

    # What it would print about a broken entry stands in our problems.
    logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)
    return Splitter(text).split()


# -------------------------------------------------------------------------------------------- values

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {month: f"{number:02}" for number, month in enumerate(_NAMES, 1)}
_MARK = re.compile(r"\\.|[{}\"#]", re.DOTALL)


def _value(raw: str, macros: dict[str, str]) -> str:
    """What a field says: its parts joined at ``#``, without their braces or quotes, macros resolved."""
    if raw.startswith("{") and raw.find("{", 1) < 0 and raw.find("}") == len(raw) - 1:  # as most are
        return raw[1:-1]
    return "".join(_part(part.strip(), macros) for part in _parts(raw))


def _parts(raw: str) -> Iterator[str]:
    """What stands between the ``#``; behind a closed group nothing counts: a comma is missing there."""
    depth, quoted, begin = 0, False, 0
    for mark in _MARK.finditer(raw):
        sign = mark[0]
        if sign == '"' and not depth:
            quoted = not quoted
        elif sign in "{}":
            depth = max(0, depth + (1 if sign == "{" else -1))
        if depth or quoted:
            continue
        if sign == "#":
            if begin >= 0:
                yield raw[begin : mark.start()]
            begin = mark.end()
        elif sign in '}"' and begin >= 0:
            yield raw[begin : mark.end()]
            begin = -1
    if begin >= 0:
        yield raw[begin:]


def _part(part: str, macros: dict[str, str]) -> str:
    if part[:1] in ("{", '"'):
        return part[1:].removesuffix("}" if part[0] == "{" else '"')
    # An undefined macro is shown by its name, as it stands.
    return macros.get(part.lower(), part)


_BRACE = re.compile(r"\\[A-Za-z]+\s*|\\.|[{}$^_]|[^\\{}$^_]+", re.DOTALL)


def _unbraced(text: str) -> str:
    r"""The text without the braces that only protect; those of ``\emph{…}``, ``{\o}`` and math stay."""
    return _Unbraced(text).read()


class _Unbraced:
    """One reading of a title, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.kept: list[bool] = []
        self.math = False
        self.argument = False

    def read(self) -> str:
        if "{" not in self.text and "}" not in self.text:
            return one_line(self.text)
        return one_line("".join(self._shown(token) for token in _BRACE.finditer(self.text)))

    def _shown(self, token: re.Match[str]) -> str:
        sign = token[0]
        argument, self.argument = self.argument, sign in ("^", "_") or sign[0] == "\\"
        if sign == "$":
            self.math = not self.math
        elif sign == "{":
            self.kept.append(argument or self.math or _LETTER.match(self.text, token.end()) is not None)
            return sign if self.kept[-1] else ""
        elif sign == "}":
            self.argument = bool(self.kept) and self.kept.pop()
            return sign if self.argument else ""
        return sign


_LETTER = re.compile(r"\\[A-Za-z]")


# ------------------------------------------------------------------------------------------- listings


def _listed(line: int, fields: dict[str, str]) -> ListedPaper:
    eprint = _eprint(fields)
    return ListedPaper(
        line=line,
        title=_unbraced(fields.get("title", "")),
        abstract=_unbraced(fields.get("abstract", "")),
        authors=_authors(_first(fields, "author")),
        ids=_ids(fields, eprint),
        version=arxiv_version(eprint) if eprint else None,
        links=links(*(_address(fields[name]) for name in ("url", "link", "pdf") if name in fields)),
        categories=tuple(fields.get("primaryclass", "").split()),
        keywords=_keywords(fields.get("keywords", "")),
        venue=_venue(fields),
        published=_published(fields),
    )


def _first(fields: dict[str, str], *names: str) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


_JOURNALS = {
    "aap": "Astronomy & Astrophysics", "aj": "Astronomical Journal", "apj": "Astrophysical Journal",
    "apjl": "Astrophysical Journal Letters", "apjs": "Astrophysical Journal Supplement",
    "araa": "Annual Review of Astronomy and Astrophysics", "icarus": "Icarus",
    "jcap": "Journal of Cosmology and Astroparticle Physics", "mnras": "MNRAS", "nat": "Nature",
    "pasa": "PASA", "pasj": "PASJ", "pasp": "PASP", "physrep": "Physics Reports", "planss": "PSS",
    "pra": "Physical Review A", "prb": "Physical Review B", "prc": "Physical Review C",
    "prd": "Physical Review D", "pre": "Physical Review E", "prl": "Physical Review Letters",
    "rmxaa": "RMxAA", "ssr": "Space Science Reviews", "solphys": "Solar Physics",
}  # fmt: skip
"""What the macros mean that the Astrophysics Data System writes for journals: those of AASTeX."""
_MACRO = re.compile(r"\{?\\([a-z]{2,10})\}?")


def _venue(fields: dict[str, str]) -> str:
    named = _first(fields, "journaltitle", "journal", "booktitle", "school", "institution")
    macro = _MACRO.fullmatch(named.strip())
    return _JOURNALS.get(macro[1], macro[1]) if macro else clean(named)


def _eprint(fields: dict[str, str]) -> str:
    """The arXiv id an entry names as its eprint, in one of the three customs."""
    kind = _first(fields, "archiveprefix", "eprinttype").lower()
    eprint = _first(fields, "eprint", "arxiv", "arxivid").strip()
    return eprint if kind in ("", "arxiv") else ""


def _ids(fields: dict[str, str], eprint: str) -> tuple[str, ...]:
    """From the fields that name the paper itself, and an arXiv number that stands where a journal would."""
    addresses = (_address(fields[name]) for name in ("doi", "url", "link", "ee") if name in fields)
    stands = _ARXIV.search(_first(fields, "journal", "journaltitle", "note", "howpublished")[:_SHOWN])
    return ids(
        *addresses,
        ("arxiv", eprint),
        ("arxiv", stands[1] if stands else ""),
        ("pmid", _first(fields, "pmid")),
    )


_ARXIV = re.compile(r"arxiv\s?(?:preprint\s)?(?:arxiv)?\s?[:/]\s?([\w./-]{6,30})", re.IGNORECASE)
_URL = re.compile(r"\\(?:url|href)\s*\{([^{}]*)\}")
_ESCAPED = re.compile(r"\\([_%&#~])")


def _address(text: str) -> str:
    found = _URL.search(text)
    return _ESCAPED.sub("\\1", found[1] if found else text).strip()


_AND = re.compile(r"[{}]| and ", re.IGNORECASE)


def _authors(text: str) -> tuple[str, ...]:
    """The names between the "and" that stand in no braces: {Marks and Spencer} is one."""
    names = (unlatex(_extended(name)).translate(_BRACES).strip() for name in _names(one_line(text)))
    return people(_HOMONYM.sub("", name) for name in names if name.lower() != "others")


_HOMONYM = re.compile(r" 0\d{3}\Z")
"""DBLP numbers people of one name: Wei Wang 0001."""
_PART = re.compile(r"\b(given|family|prefix|suffix)\s?=\s?(?:\{([^{}]*)\}|\"([^\"]*)\"|([^,]*))")


def _extended(name: str) -> str:
    """The extended form of biblatex, "family=Doe, given=Jane, prefix=von", as "von Doe, Jane"."""
    parts = {found[1]: (found[2] or found[3] or found[4] or "").strip() for found in _PART.finditer(name)}
    if "family" not in parts:
        return name
    last = " ".join(filter(None, (parts.get("prefix"), parts["family"])))
    return ", ".join(filter(None, (last, parts.get("suffix"), parts.get("given"))))


_BRACES = str.maketrans("", "", "{}")


def _names(text: str) -> Iterator[str]:
    depth = begin = 0
    for mark in _AND.finditer(text):
        depth = max(0, depth + {"{": 1, "}": -1}.get(mark[0], 0))
        if not depth and len(mark[0]) > 1:
            yield text[begin : mark.start()]
            begin = mark.end()
    yield text[begin:]


def _keywords(text: str) -> tuple[str, ...]:
    return tuple(word for part in re.split("[;,]", clean(text)) if (word := part.strip()))


def _published(fields: dict[str, str]) -> date | None:
    if found := day(_first(fields, "date").partition("/")[0].strip("~? ")):
        return found
    month = _first(fields, "month").strip().lower()[:3]
    number = _MONTHS.get(month, month.zfill(2))
    return day(f"{fields.get('year', '')}-{number}") or day(fields.get("year", ""))
