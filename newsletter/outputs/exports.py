"""Files to take away: each day's papers and each profile's newest ones as Markdown, JSON, BibTeX, RIS and
CSL-JSON. Archive in, artifacts out; how a paper is told in each is citing.py's.

A day that is past is made again only where its papers were revised. There is no file for a single paper: ten
thousand papers would be thirty thousand files, so its page has them in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, groupby

from newsletter.citing import bibtex, csl, record, ris
from newsletter.digest import once
from newsletter.feed import address
from newsletter.model import Paper, Pick, Section
from newsletter.ports import Press
from newsletter.publication import Archive, Artifact, Draft, Edition, ProfileCard, leaves_of, stamp
from newsletter.settings import Site
from newsletter.text import xml_safe
from newsletter.view import source, why
from newsletter.words import Words

KEPT = 100
"""So many papers the files of a profile hold, or the newest edition whole."""
ENDINGS = ("md", "json", "bib", "ris", "csl.json")
_MARKS = re.compile(r"([\\`*_{}\[\]])")
_AT_START = re.compile(r"\A(\d{1,9})?([.)#+-])")
_IN_ADDRESS = {ord(sign): f"%{ord(sign):02X}" for sign in "()<>\\ \"'[]{}|^`"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What one set of files holds: sections of picks, under a title, with the page that shows them. A paper
    stands in one of `sections`; `fits` are all that have it.
    """

    title: str
    page: str
    sections: tuple[Section, ...]
    fits: tuple[Section, ...]
    note: str = ""

    @property
    def papers(self) -> dict[int, Paper]:
        """Its papers, each once."""
        return {p.paper.number: p.paper for section in self.sections for p in section.all}


def artifacts(archive: Archive, press: Press) -> Iterator[Artifact | Draft]:
    """editions/DATE.md and its like for each day; profiles/NAME/papers.md and its like for each profile."""
    cards = {card.slug: card for card in archive.profiles}
    notes = dict(archive.notes)
    stamps = {leaf.number: leaf.said for leaf in leaves_of(archive)}
    for date, editions in groupby(archive.editions, key=lambda edition: edition.date):
        of = tuple(editions)
        listed = [number for e in of for slug, its in e.listed if slug in cards for number in its]
        paths = tuple(f"editions/{date.isoformat()}.{ending}" for ending in ENDINGS)
        names = (edition.name for edition in of)
        yield Draft(
            path=paths[0],
            made_of=stamp((notes.get(date, ""), *names, *(stamps.get(number, "") for number in listed))),
            make=partial(_files, (paths,), partial(_day, of, cards, notes.get(date, "")), press),
        )
    for card in archive.profiles:
        yield _profile_draft(archive, card, stamps, press)


def _profile_draft(archive: Archive, card: ProfileCard, stamps: Mapping[int, str], press: Press) -> Draft:
    folders = dict.fromkeys((card.address, *card.former))
    places = [tuple(f"profiles/{folder}/papers.{ending}" for ending in ENDINGS) for folder in folders]
    newest = _newest(archive, card)
    papers = (stamps.get(number, "") for edition in newest for number in _listed(edition, card))
    return Draft(
        path=places[0][0],
        made_of=stamp((*(edition.name for edition in newest), *papers)),
        make=partial(_files, places, partial(_profile, newest, card), press),
    )


def _newest(archive: Archive, card: ProfileCard) -> tuple[Edition, ...]:
    """The editions that have a profile's newest papers: a hundred of them, or those of one edition."""
    having = [edition for edition in archive.editions if _listed(edition, card)]
    counts = accumulate(len(_listed(edition, card)) for edition in having)
    counted = zip(having, counts, strict=True)
    return tuple(edition for at, (edition, count) in enumerate(counted) if not at or count <= KEPT)


def _listed(edition: Edition, card: ProfileCard) -> tuple[int, ...]:
    return tuple(number for slug, its in edition.listed if slug == card.slug for number in its)


def _files(
    places: Iterable[Sequence[str]], listed: Callable[[Press], Listed], press: Press
) -> Iterator[Artifact]:
    """The forms of a list, each at its path in every place."""
    of, site, words = listed(press), press.site, press.words
    texts = (
        markdown(of, site, words),
        as_json(of, site, words),
        bibliography(of, site),
        references(of, site),
        csl_list(of, site),
    )
    contents = [text.encode("utf-8", "replace") for text in texts]
    for paths in places:
        for path, content in zip(paths, contents, strict=True):
            yield Artifact(path=path, content=content)


def _day(editions: Iterable[Edition], cards: dict[str, ProfileCard], note: str, press: Press) -> Listed:
    """A day's editions as one list, in the order in which they were made."""
    of = tuple(editions)[::-1]
    date = of[0].date
    every = [tuple(_public(edition, cards)) for edition in of]
    return Listed(
        title=press.words.say("Papers of %(day)s", day=press.words.day(date)),
        page=address(press.site, f"editions/{date.isoformat()}.html"),
        sections=tuple(section for sections in every for section in once(sections)),
        fits=tuple(section for sections in every for section in sections),
        note=note,
    )


def _profile(editions: Iterable[Edition], card: ProfileCard, press: Press) -> Listed:
    """The newest papers of a profile, an edition a section."""
    sections = tuple(
        _titled(section, press.words.day(edition.date))
        for edition in editions
        for section in _public(edition, {card.slug: card})
    )
    page = address(press.site, f"profiles/{card.address}/index.html")
    return Listed(title=card.title, page=page, sections=sections, fits=sections)


def _public(edition: Edition, cards: dict[str, ProfileCard]) -> Iterator[Section]:
    for section in edition.public(cards):
        yield _titled(section, cards[section.profile].title)


def _titled(section: Section, title: str) -> Section:
    return Section(profile=section.profile, title=title, picks=section.picks, more=section.more)


def _page(paper: Paper, site: Site) -> str:
    return address(site, f"papers/{paper.slug}.html")


# ----------------------------------------------------------------------------------------- the forms


def bibliography(of: Listed, site: Site) -> str:
    """All papers as BibTeX."""
    return "\n\n".join(bibtex(paper, _page(paper, site)) for paper in of.papers.values()) + "\n"


def references(of: Listed, site: Site) -> str:
    """All papers as RIS."""
    return "\n".join(ris(paper, _page(paper, site)) for paper in of.papers.values())


def csl_list(of: Listed, site: Site) -> str:
    """All papers as CSL-JSON, a paper a line."""
    return _lines([csl(paper, _page(paper, site)) for paper in of.papers.values()])


def as_json(of: Listed, site: Site, words: Words) -> str:
    """All papers with the profiles that they fit, and why; a paper a line."""
    fits: dict[int, list[dict[str, object]]] = {}
    for section in of.fits:
        for pick in section.all:
            score = round(pick.match.score, 4)
            told = {"profile": pick.match.profile, "score": score, "why": xml_safe(why(pick.match, words))}
            fits.setdefault(pick.paper.number, []).append(told)
    papers = [record(paper, _page(paper, site)) | {"profiles": fits[n]} for n, paper in of.papers.items()]
    head = json.dumps({"title": xml_safe(of.title), "page": of.page, "note": of.note}, ensure_ascii=False)
    return f'{head[:-1]}, "papers": {_lines(papers).rstrip()}}}\n'


def _lines(values: Iterable[object]) -> str:
    return "[" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "]\n"


def markdown(of: Listed, site: Site, words: Words) -> str:
    """The list as a person would write it down: a heading a paper, its authors, abstract and reasons."""
    blocks = [f"# {escaped(of.title)}", of.note]
    for section in of.sections:
        blocks.append(f"## {escaped(section.title)}")
        for pick in section.picks:
            blocks += _told(pick, site, words)
        blocks.append("\n".join(f"- {_linked(pick.paper, site)}" for pick in section.more))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _told(pick: Pick, site: Site, words: Words) -> Iterator[str]:
    yield f"### {_linked(pick.paper, site)}"
    yield escaped(", ".join(pick.paper.authors))
    yield escaped(pick.paper.abstract)
    yield f"*{escaped(why(pick.match, words))}*"


def _linked(paper: Paper, site: Site) -> str:
    url = source(paper) or _page(paper, site)
    title = escaped(paper.title)
    return f"[{title}]({url.translate(_IN_ADDRESS)})" if url else title


def escaped(text: str) -> str:
    """A text as one line of Markdown that reads as it stands: no mark, no markup, no heading, no list."""
    line = " ".join(xml_safe(text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _AT_START.sub(r"\1\\\2", _MARKS.sub(r"\\\1", line))
