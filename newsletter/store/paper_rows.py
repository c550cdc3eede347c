"""Rows of papers as values, and back: what a column holds. No statement, no table."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter

from newsletter.diff import Origin, Record, said
from newsletter.formula import has_formula
from newsletter.identity import ARXIV
from newsletter.model import Link, ListedPaper, Paper, Repeat, Sighting
from newsletter.store import codec


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """The texts of a record as people read them."""

    title: str
    abstract: str


def columns(record: Record, clean: Clean) -> dict[str, object]:
    """The row of a record. A raw text that is as people read it stands in its own column alone."""
    shown = {"title": clean.title, "abstract": clean.abstract}
    same = [name for name, text in shown.items() if text == getattr(record.merged, name)]
    return {
        **shown,
        "merged": codec.dumps(record.merged, without=same),
        "origins": json.dumps(_origins(record)),
        "version": record.merged.version,
    }


def _origins(record: Record) -> dict[str, tuple[str, int]]:
    """Where each field came from; under "" where all came from one dump, as they mostly do."""
    found = {name: (origin.dump, origin.version) for name, origin in record.origins}
    if len(set(found.values())) == 1 and list(found) == said(record.merged):
        return {"": next(iter(found.values()))}
    return found


def record_of_row(row: sqlite3.Row) -> Record:
    merged = codec.loads(ListedPaper, row["merged"], missing={n: row[n] for n in ("title", "abstract")})
    origins = {name: Origin(dump=o[0], version=o[1]) for name, o in json.loads(row["origins"]).items()}
    if "" in origins:
        origins = dict.fromkeys(said(merged), origins[""])
    return Record(
        number=row["id"],
        merged=merged,
        keys=frozenset(json.loads(row["keys"])),
        origins=tuple(sorted(origins.items(), key=itemgetter(0))),
    )


def sighting_of_row(row: sqlite3.Row) -> Sighting:
    return Sighting(
        dump=row["name"],
        date=date.fromisoformat(row["date"]),
        line=row["line"],
        votes=row["votes"],
        stars=row["stars"],
    )


def paper_of_row(row: sqlite3.Row, sightings: tuple[Sighting, ...], repeats: tuple[Repeat, ...]) -> Paper:
    merged = codec.loads(ListedPaper, row["merged"], missing={"title": row["title"]})
    return Paper(
        number=row["id"],
        slug=row["slug"],
        title=row["title"],
        abstract=row["abstract"],
        authors=_legible(merged.authors),
        affiliations=merged.affiliations,
        ids=merged.ids,
        links=(*_links_of_ids(merged), *merged.links),
        categories=merged.categories,
        keywords=_legible(merged.keywords),
        venue="".join(_legible((merged.venue,))),
        comment=merged.comment,
        licence=merged.licence,
        version=row["version"],
        published=merged.published,
        updated=merged.updated,
        recorded=datetime.fromisoformat(row["recorded"]),
        revised=datetime.fromisoformat(row["revised"]) if row["revised"] else None,
        sightings=sightings,
        repeats=repeats,
        raw_title=merged.title if has_formula(merged.title) else "",
        raw_abstract=merged.abstract if has_formula(merged.abstract) else "",
    )


def _legible(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as people read them, cleaned as titles are; what has no letter is none."""
    told = "".join(names)
    if told.isascii() and told.isprintable() and len(told) <= _LONGEST and not _ODD.search(told):
        return tuple(filter(_LETTER.search, names))  # as most are
    return tuple(name for raw in names if _LETTER.search(name := _read(raw)))


_LONGEST = 300
"""Of a name; what is longer is none, and would stand eight times on its paper's page."""
_ODD = re.compile(r"[\\&$^_~`{}]|--|  ")
_LETTER = re.compile(r"\w")


@lru_cache(8192)
def _read(name: str) -> str:
    from newsletter.text import clean, shorten  # noqa: PLC0415 - a run with nothing to do needs no tables

    return shorten(clean(name), _LONGEST)


def _links_of_ids(merged: ListedPaper) -> tuple[Link, ...]:
    """Where a paper's ids lead, unless a dump said so itself."""
    told = {link.rel for link in merged.links}
    links = []
    for key in merged.ids:
        scheme, _, value = key.partition(":")
        if key.startswith(ARXIV):
            links += [Link(rel="abstract", url=f"https://arxiv.org/abs/{value}")]
            links += [Link(rel="pdf", url=f"https://arxiv.org/pdf/{value}")]
        elif scheme == "doi":
            links.append(Link(rel="abstract", url=f"https://doi.org/{value}"))
    return tuple(link for link in links if link.rel not in told)
