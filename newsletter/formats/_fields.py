"""Reading the records of databases: values of unknown type in, texts and tuples out, never an exception.

A field may be missing, null, a number where a text is due, or hold markup. What a field means to a paper is
its format's knowledge; which format a dump has is told in `claimed`, for the formats that would take any.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from lxml import etree

from newsletter import formats
from newsletter.formats import _values
from newsletter.formats._xml import line
from newsletter.identity import arxiv_version
from newsletter.model import Dump, ListedPaper

# --------------------------------------------------------------------------------------------- values


def at(value: Any, *path: str | int) -> Any:  # noqa: ANN401 JSON holds anything
    """What stands at a path of keys and positions, or None."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: Any, *path: str | int) -> str:  # noqa: ANN401 JSON holds anything
    """The text at a path, white space collapsed; numbers as they are written; "" for all else."""
    found = at(value, *path)
    if isinstance(found, str):
        return " ".join(found.split())
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def parts(value: Any, *path: str | int) -> tuple[Any, ...]:  # noqa: ANN401 JSON holds anything
    """The elements of the list at a path; a single value counts as a list of one."""
    found = at(value, *path)
    if found is None:
        return ()
    return tuple(found) if isinstance(found, list) else (found,)


def texts(value: Any, *path: str | int) -> tuple[str, ...]:  # noqa: ANN401 JSON holds anything
    """The texts of the list at a path, empty ones left out."""
    return tuple(found for part in parts(value, *path) if (found := text(part)))


def named(value: Any, path: str, *names: str) -> tuple[str, ...]:  # noqa: ANN401 JSON holds anything
    """Of each object in the list at `path` the first of its fields `names` that is not empty."""
    found = (next((told for name in names if (told := text(part, name))), "") for part in parts(value, path))
    return tuple(name for name in found if name)


def once(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each value once, in the order of their first."""
    return tuple(dict.fromkeys(values))


def line_of(element: etree._Element) -> int | None:
    """The line an element begins on, where it is known."""
    return line(element)


# Crossref's and OpenAlex's titles hold these tags and no other; "<HYBNEXT>" is a word of a title.
_FACES = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|scp|sc|tt|ovl|strike|italic|bold|inline-formula|tex-math|"
    r"(?:jats|mml):[a-z-]{1,30})(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)


def without_faces(title: str) -> str:
    """A title without the tags of italics, subscripts and the like."""
    return " ".join(_FACES.sub("", title).split()) if "<" in title else title


# -------------------------------------------------------------------------------------- usual records

_TITLES = ("title", "titles", "paper_title", "papertitle", "title_display", "dc:title", "paper")
_ABSTRACTS = (
    "abstract", "abstracts", "summary", "abstractnote", "abstracttext", "tldr", "tl;dr", "description",
    "dc:description", "notes",
)  # fmt: skip
_IDS = (
    "arxiv_id", "arxivid", "arxiv", "arxiv_eprints", "id", "paper_id", "url", "link", "ee", "paper_url",
    "pdf", "pdf_url", "entry_id", "identifier",
)  # fmt: skip
_AUTHORS = ("authors", "author", "creators", "author_display", "authorlist", "authorstring", "dc:creator")
_DATES = (
    "published", "publication_date", "publicationdate", "date", "published_date", "issued", "pubdate",
    "firstpublicationdate", "earliest_date", "prism:coverdate", "year", "pubyear", "yearpublished",
)  # fmt: skip


_VENUES = (
    "venue", "journal", "conference", "booktitle", "container_title", "journaltitle", "publicationname",
    "publication_title", "prism:publicationname",
)  # fmt: skip


def _value(record: dict[str, Any], *names: str) -> Any:  # noqa: ANN401 JSON holds anything
    """Of the fields with these names, in small letters, the first that says something."""
    known = {key.lower().replace(" ", "_").replace("-", "_"): one for key, one in record.items()}
    return next((known[name] for name in names if known.get(name) not in (None, "", [], {})), None)


def title_in(record: dict[str, Any]) -> str:
    """The title of a record that calls it so, or ""."""
    found = _value(record, *_TITLES)
    while isinstance(found, list) and found:  # Solr's answers hold lists of one
        found = found[0]
    return without_faces(text(found, "title") or (text(found) if isinstance(found, str) else ""))


def listed_from(record: dict[str, Any], *, index: int | None = None, line: int | None = None) -> ListedPaper:
    """The listing of a record whose fields have their usual names."""
    page = _alone(_value(record, "url", "link", "paper_url", "entry_id", "ee"))
    pdf = _alone(_value(record, "pdf", "pdf_url"))
    return ListedPaper(
        title=title_in(record),
        abstract=_values.plain(_alone(_value(record, *_ABSTRACTS))),
        line=line,
        index=index,
        authors=_people(_value(record, *_AUTHORS)),
        ids=_keys(record),
        links=_values.links(
            page,
            pdf=pdf,
            code=text(_value(record, "code", "github", "repo", "code_url")),
            project=text(_value(record, "project", "website", "project_page")),
        ),
        categories=_words(_value(record, "categories", "category", "subjects", "primary_category")),
        keywords=_words(_value(record, "keywords", "tags", "topics")),
        venue=_alone(_value(record, *_VENUES)),
        comment=_alone(_value(record, "comment", "comments")) if page and "arxiv.org/" in page else "",
        version=arxiv_version(page) if "arxiv.org/" in page else None,
        published=_day(_value(record, *_DATES)),
        updated=_values.day(_value(record, "updated", "updated_date", "update_date")),
        votes=_values.number(_value(record, "upvotes", "votes", "likes")),
        stars=_values.number(_value(record, "stars", "github_stars")),
    )


_NEWS = {"source", "publishedAt", "content", "description"}
"""What NewsAPI, GNews and their like say of a piece of news, which has an author and a summary as well."""
_SUMMED = {"abstract", "Abstract", "summary", "Summary"}


def of_paper(record: dict[str, Any]) -> bool:
    """Whether a record has a title and beside it what only a paper's has; what news are made of is none."""
    alone = listed_from(record)
    if not alone.ids and record.keys() >= _NEWS:
        return False
    return bool(alone.title and (alone.authors or alone.ids or alone.venue or _SUMMED & record.keys()))


def _keys(record: dict[str, Any]) -> tuple[str, ...]:
    """The record's ids; of several arXiv ids the first, for a record is one paper."""
    given = (one for name in _IDS for one in _each(_value(record, name)))
    dois = (("doi", one) for name in ("doi", "dois", "prism:doi") for one in _each(_value(record, name)))
    found = _values.ids(*given, *dois, ("pmid", text(_value(record, "pmid"))))
    arxiv = [key for key in found if key.startswith("arxiv:")]
    return tuple(key for key in found if key not in arxiv[1:])


def _people(value: Any) -> tuple[str, ...]:  # noqa: ANN401 JSON holds anything
    """Names in a list, as texts or objects, or in one text."""
    if isinstance(value, str):
        return _values.authors(value)
    if isinstance(value, dict):  # as XML's elements become in JSON: {"author": [{"fullName": …}]}
        value = next((value[name] for name in ("author", "authors") if name in value), value)
    names = (
        text(one)
        or " ".join(filter(None, (text(one, "given"), text(one, "family"))))
        or " ".join(filter(None, (text(one, "firstName"), text(one, "lastName"))))
        or next((told for name in _NAMED if (told := text(one, name))), "")
        for one in parts(value)
    )
    return tuple(_turned(name) for name in names if name)


_NAMED = ("name", "full_name", "fullName", "creator", "text", "literal")
_HOMONYM = re.compile(r" 0\d{3}\Z")


def _turned(name: str) -> str:
    """First name first: “Ada Byron” for "Byron, Ada"; without the number that DBLP gives to homonyms."""
    last, comma, first = _HOMONYM.sub("", name).partition(", ")
    return f"{first} {last}" if comma and "," not in first else last + comma + first


def _alone(value: Any) -> str:  # noqa: ANN401 JSON holds anything
    """A text, or the first of a list of texts or of objects with a value."""
    return next(iter(_each(value)), "")


def _each(value: Any) -> tuple[str, ...]:  # noqa: ANN401 JSON holds anything
    found = (text(one) or text(one, "value") for one in parts(value))
    return tuple(filter(None, found))


def _day(value: Any) -> date | None:  # noqa: ANN401 JSON holds anything
    """A day, also as CSL has it, {"date-parts": [[2024, 1]]}, or with a part unknown: 2024-01-00."""
    if isinstance(value, dict):
        value = value.get("date-parts")
    return _values.day(value.replace("-00", "") if isinstance(value, str) else value)


def _words(value: Any) -> tuple[str, ...]:  # noqa: ANN401 JSON holds anything
    """The terms of a list, or of a text that parts them by commas, semicolons or, as arXiv does, blanks."""
    if not isinstance(value, str):
        return texts(value)
    sign = ";" if ";" in value else "," if "," in value else None if "." in value.split(" ")[0] else ","
    return tuple(term.strip() for term in value.split(sign) if term.strip())


# ---------------------------------------------------------------------------------------------- claims

GENERIC = ("feed", "json_list", "yaml_list", "markdown_list", "csv")
"""Formats that would take many a dump of another: each leaves alone what a special one, or one that stands
before it here, claims."""


def claimed(dump: Dump, but: str) -> str:
    """The name of a format that comes before the generic format `but` and claims the dump, or ""."""
    later = GENERIC[GENERIC.index(but) :]
    others = (name for name in formats.names() if name not in later)
    return next((name for name in others if not formats.load(name).recognise(dump)), "")
