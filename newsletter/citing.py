"""A paper as reference managers and programs take it: RIS, CSL-JSON, BibTeX, and a JSON record of our own.

A paper and the address of its page in, text or plain values out; what is not known is left out, and no author
is invented. What files these stand in is outputs/exports.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import orjson

from newsletter.model import Paper
from newsletter.text import shorten, xml_safe
from newsletter.view import Source, bibtex, known, own_address, sources

__all__ = ["Form", "bibtex", "csl", "family_and_given", "forms", "record", "ris"]

_BODY = re.compile(r"\b(?:collaboration|consortium|team|group|committee|initiative|project)\b", re.IGNORECASE)

_LONGEST_TITLE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A paper in a form to cite it by: what the form is called, a name for its file, the text."""

    name: str
    file: str
    text: str


def forms(paper: Paper, url: str) -> tuple[Form, ...]:
    """A paper's record for its page, in each form; without the abstract, which stands on that page already
    and would be there twice more.
    """
    short = replace(paper, abstract="", title=shorten(paper.title, _LONGEST_TITLE))
    url = own_address(paper) or url
    return (
        Form(name="BibTeX", file=f"{paper.slug}.bib", text=bibtex(short, url)),
        Form(name="RIS", file=f"{paper.slug}.ris", text=ris(short, url).rstrip("\n")),
        Form(name="CSL-JSON", file=f"{paper.slug}.csl.json", text=_by_field(csl(short, url))),
    )


def _by_field(record: Mapping[str, object]) -> str:
    """A list of one record as JSON, a line for each field."""
    fields = (f'  "{name}": {_json(of)}' for name, of in record.items())
    return "[\n {\n" + ",\n".join(fields) + "\n }\n]"


@lru_cache(8192)  # each name stands in several forms, and on the pages of many papers
def family_and_given(name: str) -> tuple[str, str]:
    """A name in its two parts, or all of it and nothing: of one word, and of a body of people.

    The family name is the last word with the small ones before it, as BibTeX takes "First von Last" apart
    (O. Patashnik, BibTeXing, 1988, section 4).

    >>> family_and_given("Ludwig van Beethoven")
    ('van Beethoven', 'Ludwig')
    """
    before, comma, after = (part.strip() for part in name.partition(","))
    if comma:
        return (before, after) if before and after and "," not in after else (name.strip(), "")
    words = name.split()
    if len(words) < 2 or _BODY.search(name):  # noqa: PLR2004 - a first name and a last one
        return " ".join(words), ""
    start = next((at for at, word in enumerate(words[1:-1], 1) if word[0].islower()), len(words) - 1)
    return " ".join(words[start:]), " ".join(words[:start])


def ris(paper: Paper, url: str) -> str:
    """A record of RIS, with the lines that end it; a preprint is an unpublished work there, as in Zotero."""
    arxiv = known(paper, "arxiv")
    tags = [
        ("TY", "UNPB" if arxiv and not paper.venue else "GEN"),
        ("ID", paper.slug),
        ("TI", paper.title),
        *(("AU", ", ".join(filter(None, family_and_given(author)))) for author in paper.authors),
        ("PY", f"{paper.published:%Y}" if paper.published else ""),
        ("DA", f"{paper.published:%Y/%m/%d}" if paper.published else ""),
        ("AB", paper.abstract),
        ("T2", paper.venue),
        ("DO", known(paper, "doi")),
        ("AN", f"arXiv:{arxiv}" if arxiv else ""),
        *(("KW", keyword) for keyword in paper.keywords),
        ("UR", own_address(paper) or url),
    ]
    lines = [f"{tag}  - {text}" for tag, value in tags if (text := _line(value))]
    return "\n".join([*lines, "ER  - ", ""])


def csl(paper: Paper, url: str) -> dict[str, object]:
    """An object of CSL-JSON (citation style language 1.0.2); preprints are of its type “article”."""
    arxiv = known(paper, "arxiv")
    return _told(
        {
            "id": paper.slug,
            "type": "article",
            "title": _line(paper.title),
            "author": [_person(author) for author in paper.authors],
            "issued": {"date-parts": [_parts(paper.published)]} if paper.published else "",
            "abstract": _line(paper.abstract),
            "container-title": _line(paper.venue),
            "DOI": known(paper, "doi"),
            "number": f"arXiv:{arxiv}" if arxiv else "",
            "publisher": "arXiv" if arxiv and not paper.venue else "",
            "keyword": ", ".join(map(_line, paper.keywords)),
            "URL": own_address(paper) or url,
        }
    )


def record(paper: Paper, url: str) -> dict[str, object]:
    """All that is known of a paper, under the names that lists of papers mostly use; `page` is ours."""
    links = {f"{source.rel}_url": source.url for source in reversed(sources(paper))}
    return _told(
        {
            "title": _line(paper.title),
            "authors": [_line(author) for author in paper.authors],
            "abstract": xml_safe(paper.abstract),
            "arxiv": known(paper, "arxiv"),
            "doi": known(paper, "doi"),
            "url": own_address(paper) or url,
            "pdf_url": links.get("pdf_url", ""),
            "code_url": links.get("code_url", ""),
            "project": links.get("project_url", ""),
            "categories": list(paper.categories),
            "keywords": [_line(keyword) for keyword in paper.keywords],
            "venue": _line(paper.venue),
            "published": paper.published.isoformat() if paper.published else "",
            "page": url,
        }
    )


def _person(author: str) -> dict[str, str]:
    family, given = family_and_given(_line(author))
    return {"family": family, "given": given} if given else {"literal": family}


def _parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]


def _line(text: str) -> str:
    """In one line, for a line is a tag in RIS; str.split knows every character that some reader breaks at."""
    if text.isprintable() and "  " not in text and text.strip() == text:
        return text  # most are in order, and that is soon seen
    return " ".join(xml_safe(text).split())


def _told(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value}


def json_ld(paper: Paper, url: str, links: Iterable[Source]) -> str:
    """schema.org's ScholarlyArticle with what is known; safe inside a script element."""
    facts: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": shorten(paper.title, _LONGEST_TITLE),
        "abstract": shorten(paper.abstract, 5_000),
        "author": [{"@type": "Person", "name": author} for author in paper.authors],
        "datePublished": paper.published.isoformat() if paper.published else "",
        "url": url,
        "sameAs": [link.url for link in links if link.rel == "abstract"],
        "identifier": list(paper.ids),
    }
    text = _json(_told(facts))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
