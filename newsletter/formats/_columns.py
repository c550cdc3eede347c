"""Tables of papers, whatever their columns are called: a header and rows go in, listed papers come out.

What the columns of Zotero's, Scopus', IEEE's, PubMed's and OpenReview's tables are called, and of those that
people make, stands in one list here. How the rows were stored is csv.py's and parquet.py's work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from newsletter.formats._library import noted_ids, one_line, people, without_markup
from newsletter.formats._values import authors, day, ids, links, number, plain
from newsletter.identity import arxiv_version
from newsletter.model import ListedPaper

Roles = Mapping[str, tuple[int, ...]]
"""Of each role a column may have, the numbers of the columns that have it, the best first."""

_NAMES = {
    "title": "title papertitle documenttitle articletitle titleofpaper itemtitle titles titel titre titulo "
    "titolo ti 标题 题目 论文标题 タイトル",
    "abstract": "abstract abstractnote summary paperabstract abstracttext abstracts summaries "
    "zusammenfassung resume resumen ab 摘要 要旨",
    "described": "description tldr",
    "authors": "authors author authorfullnames authornames firstauthors creators authorlist byline autoren "
    "auteurs autores af au 作者 著者",
    "arxiv": "arxivid arxiv arxivnumber eprint",
    "doi": "doi paperdoi articledoi itemdoi doilink doiurl di",
    "pmid": "pmid pubmedid pm",
    "openreview": "openreviewid forum forumid",
    "id": "id paperid entryid identifier externalid",
    "url": "url link links paperurl paperlink absurl abstracturl arxivurl entryurl href sourceurl articleurl "
    "externalurl lien 链接",
    "pdf": "pdf pdfurl pdflink urlpdf",
    "code": "code codeurl github githuburl githubrepo repo repository codelink",
    "project": "project projectpage projecturl website homepage",
    "published": "published publisheddate publicationdate publishdate pubdate datepublished date submitted "
    "submitteddate created issued publicationyear pubyear year datum jahr annee ano fecha py 日期 年份",
    "updated": "updated updateddate lastupdated revised",
    "keywords": "keywords keyword authorkeywords manualtags tags keyphrases stichworte motscles de 关键词",
    "categories": "categories category primarycategory subjects subject arxivcategories terms wc",
    "venue": "publicationtitle journal venue sourcetitle journalbook booktitle conference journalname "
    "secondarytitle containertitle publication zeitschrift revue so 期刊",
    "votes": "upvotes votes likes",
    "stars": "stars githubstars",
    "noted": "extra",
    "kind": "itemtype",
    "named": "name paper papers 论文",
}
_ROLE = {name: (role, rank) for role, names in _NAMES.items() for rank, name in enumerate(names.split())}
_MARKS_OF_REVIEWS = frozenset(("ratings", "confidences", "withdraw", "decision", "reviews"))
_BESIDE = frozenset(("attachment", "note", "annotation"))
_NOT_WORD = re.compile(r"[\W_]")


def folded(name: str) -> str:
    """A name without what people vary: "Publication Title" is publicationtitle, "Année" annee."""
    plain = unicodedata.normalize("NFKD", name[:100].lower())
    return _NOT_WORD.sub("", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def roles(header: Sequence[str]) -> Roles:
    """What its columns are, by their names; empty where none is a title or nothing else is known."""
    names = [folded(name) for name in header]
    ranked = sorted(
        (_ROLE[name][1], column, _ROLE[name][0]) for column, name in enumerate(names) if name in _ROLE
    )
    found: dict[str, tuple[int, ...]] = {}
    for _, column, role in ranked:
        found[role] = (*found.get(role, ()), column)
    if "id" in found and _MARKS_OF_REVIEWS & set(names):
        found["openreview"] = (*found.get("openreview", ()), *found.pop("id"))
    if "named" in found:  # a page of Notion is called so; only its links show whether it is a paper
        found.setdefault("title", found["named"])
    return found if "title" in found and len(found.keys() - {"named"}) > 1 else {}


class Table:
    """A header that has been understood, and what to make of a row under it."""

    def __init__(self, columns: Roles) -> None:
        self.columns = columns

    def listed(
        self, cells: Sequence[object], *, line: int | None = None, index: int | None = None
    ) -> ListedPaper | None:
        """The paper a row tells of, its title perhaps empty; None for a blank row or a mere attachment."""
        row = _Row(self.columns, cells)
        if row.blank() or row.text("kind") in _BESIDE:
            return None
        named = (*row.texts("id"), *row.texts("url"))
        return ListedPaper(
            line=line,
            index=index,
            title=without_markup(row.text("title")),
            abstract=plain(row.text("abstract") or row.text("described")),
            authors=row.people("authors"),
            ids=row.ids(named),
            version=next((v for one in (*row.texts("arxiv"), *named) if (v := arxiv_version(one))), None),
            links=links(
                *row.texts("url"),
                pdf=row.text("pdf"),
                code=row.text("code"),
                project=row.text("project"),
            ),
            keywords=row.words("keywords", ";,"),
            categories=row.words("categories", ";, "),
            venue=row.text("venue"),
            published=row.day("published"),
            updated=row.day("updated"),
            votes=number(row.text("votes")),
            stars=number(row.text("stars")),
        )


class _Row:
    """The cells of a row by the role of their columns."""

    def __init__(self, columns: Roles, cells: Sequence[object]) -> None:
        self.columns = columns
        self.cells = cells

    def blank(self) -> bool:
        return not any(_text(cell) for cell in self.cells)

    def texts(self, role: str) -> tuple[str, ...]:
        columns = self.columns.get(role)
        if not columns:  # of some twenty roles most tables have six
            return ()
        cells = (self.cells[column] for column in columns if column < len(self.cells))
        return tuple(filter(None, map(_text, cells)))

    def text(self, role: str) -> str:
        return next(iter(self.texts(role)), "")

    def people(self, role: str) -> tuple[str, ...]:
        """Its names: a list, or a text that divides them by semicolons, commas or "and"."""
        columns = (column for column in self.columns.get(role, ()) if column < len(self.cells))
        for column in columns:
            if listed := _list(self.cells[column]):
                return people(listed)
            told = _SCOPUS_ID.sub("", _text(self.cells[column]))
            # Zotero, the one with item types, divides by semicolons: a sole comma stands inside a name.
            turned = True if "kind" in self.columns or _LAST_FIRST.fullmatch(told) else None
            if names := authors(told, reversed_names=turned):
                return tuple(dict.fromkeys(names))
        return ()

    def words(self, role: str, dividers: str) -> tuple[str, ...]:
        found: list[str] = []
        for column in self.columns.get(role, ()):
            cell = self.cells[column] if column < len(self.cells) else ""
            found += _list(cell) or _divided(_text(cell), dividers)
        return tuple(dict.fromkeys(found))

    def day(self, role: str) -> date | None:
        """The first of its dates that is one: "2014//" is the year 2014."""
        told = (day(one.strip("/")) for one in self.texts(role))
        return next((found for found in told if found), None)

    def ids(self, named: tuple[str, ...]) -> tuple[str, ...]:
        pairs = [(role, one) for role in ("arxiv", "doi", "pmid", "openreview") for one in self.texts(role)]
        noted = [pair for one in self.texts("noted") for pair in noted_ids(_LINES.sub("\n", one))]
        return ids(*pairs, *named, *noted)


_LINES = re.compile(r"\s(?=(?:DOI|arXiv|PMID)\s?:)", re.IGNORECASE)
_LAST_FIRST = re.compile(r"[^\s,;]{1,60}, ?[^,;]{1,60}")
_SCOPUS_ID = re.compile(r"\s?\(\d{6,15}\)")
"""Behind each name in Scopus' column "Author full names"."""
_NOTHING = frozenset(("nan", "null", "none", "n/a", "nat"))
"""How programs write an empty cell."""
_LONGEST_NOTHING = max(map(len, _NOTHING))
# One that is never closed takes the rest: to look for its end from each mark anew would take for ever.
_LISTED = re.compile(r"'((?:[^'\\]|\\.)*+)(?:'|\Z)|\"((?:[^\"\\]|\\.)*+)(?:\"|\Z)")
_ESCAPE = re.compile(r"\\(['\"\\])")


def _text(cell: object) -> str:
    if isinstance(cell, str):
        shown = one_line(cell)
        return "" if len(shown) <= _LONGEST_NOTHING and shown.lower() in _NOTHING else shown
    if isinstance(cell, list | tuple):
        return ", ".join(filter(None, map(_text, cell)))
    if isinstance(cell, dict):  # in Parquet an author may be a record with a name
        return _text(cell.get("name", ""))
    return "" if cell is None else _text(str(cell))


def _list(cell: object) -> tuple[str, ...]:
    """The elements of a list, also of one that Python or JSON wrote as text: "['Marx, Karl', …]"."""
    if isinstance(cell, list | tuple):
        return tuple(filter(None, map(_text, cell)))
    shown = _text(cell)
    if not (shown.startswith("[") and shown.endswith("]")):
        return ()
    return tuple(
        filter(None, (_ESCAPE.sub(r"\1", one[1] or one[2] or "").strip() for one in _LISTED.finditer(shown)))
    )


def _divided(text: str, dividers: str) -> Iterator[str]:
    """Its words, divided by the first of the signs that it holds."""
    if text in ("", "[]"):
        return
    divider = next((sign for sign in dividers if sign in text), None)
    for word in text.split(divider) if divider else [text]:
        if word.strip():
            yield word.strip()
