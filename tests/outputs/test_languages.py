"""The site, its feeds and its mails in another language: nothing is said that the catalogue does not have."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from gettext import GNUTranslations

import lxml.etree
import lxml.html
import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fakes import at, paper, pick, section
from home import Home, page

from newsletter import outputs
from newsletter import press as presses
from newsletter.languages import FOLDER
from newsletter.model import Digest, Link, Match, Reason, Repeat, Revised, Sighting, Trend
from newsletter.outputs import email
from newsletter.ports import Press
from newsletter.publication import Archive, Edition, ProfileCard, made
from newsletter.settings import Site
from newsletter.wording import CLOSE, FOUND, IN_PART, LIKE, SAME, UNREAD, recorded
from newsletter.words import Words

NAMES = {"RSS", "Atom", "JSON", "OPML", "BibTeX", "RIS", "CSL", "Markdown", "arXiv", "DOI", "PDF"}
"""What is called so in every language."""
NO_WORDS = "script", "style", "code", "pre", "kbd"
SPOKEN = "title", "aria-label", "placeholder", "alt", "content"
"""Attributes that are read to somebody; and all that scripts take their words from (data-…)."""
NOT_SPOKEN = {"data-paper", "data-go", "data-does", "data-file", "data-tools", "data-keeps", "data-theme"}
MACHINE = {"viewport", "color-scheme", "theme-color", "referrer", "robots", "twitter:card"}
MACHINE |= {"format-detection", "supported-color-schemes", "og:type", "og:url", "og:locale"}
MACHINE |= {"Content-Security-Policy", "refresh"}
"""Names of meta elements whose content is for programs."""
GREEK = Site(
    title="Λίστα", url="https://example.org/papers", language="el", subscribe="https://example.org/ask"
)


@pytest.fixture(scope="module")
def marked() -> Press:
    """A press that says every sentence of the catalogue in brackets, and dates in Greek."""
    with (FOLDER / "newsletter.pot").open("rb") as file:
        known = read_po(file)
    wrapped = Catalog(locale="el", domain="newsletter")
    for message in known:
        if isinstance(message.id, tuple):
            wrapped.add(message.id, tuple(f"⟦{form}⟧" for form in message.id))
        elif message.id:
            wrapped.add(message.id, f"⟦{message.id}⟧")
    compiled = io.BytesIO()
    write_mo(compiled, wrapped)
    compiled.seek(0)
    return presses.load(GREEK, None, Words("el", GNUTranslations(compiled), "el"))


@pytest.fixture(scope="module")
def german() -> Press:
    site = Site(title="Leseliste", url="https://example.org/liste", language="de")
    return presses.load(site, None)


# ------------------------------------------------------------------------------- what there is to say


def reasons(word: str) -> tuple[Reason, ...]:
    """One of each kind that is recorded, best first."""
    found = [(FOUND[field] % {"found": word}, field) for field in FOUND]
    told = [*found, *((form % {"title": word}, "") for form in (CLOSE, LIKE, SAME))]
    return tuple(
        Reason(rule="keywords", detail=detail, found=word if field else "", field=field, score=9.0 - n)
        for n, (detail, field) in enumerate(told)
    )


def one_of_everything(word: str, other: str, times: int = 40) -> Archive:
    """An archive whose texts are made of two words: with two editions a day, health lines, all kinds of links."""
    days = [date(2026, 8, 6), date(2026, 8, 7)]
    seen = tuple(
        Sighting(dump="a", date=day, votes=votes, stars=4) for day, votes in zip(days, (3, 1204), strict=True)
    )
    rels = ("abstract", "pdf", "code", "project", "web", "else")
    first = replace(
        paper(f"{word} {other}", f"{word}. {other}. " * times, number=1, slug="1"),
        sightings=seen,
        authors=(word,) * 8,
        ids=("arxiv:2106.01345", "doi:10.1000/1"),
        published=date(2026, 8, 1),
        revised=at("2026-08-07 10:00"),
        version=2,
        repeats=(Repeat(slug="2", title=other),),
    )
    links = tuple(Link(rel=rel, url=f"https://example.org/{n}") for n, rel in enumerate(rels))
    second = replace(paper(f"{other} {word}", f"{other} {word}", number=2, slug="2"), links=links)
    third = replace(paper(word, number=3, slug="3"), revised=at("2026-08-07 10:00"), sightings=seen[:1])
    why = reasons(word)
    health = (recorded(IN_PART, 2, name="3"), UNREAD % {"name": "3", "what": other})
    morning, evening = at("2026-08-07 07:00"), at("2026-08-07 19:00")
    editions = (
        edition("2026-08-07-2", days[1], evening, section(pick(second, "2", *why), profile="2")),
        edition("2026-08-07", days[1], morning, section(pick(third, "1", *why), more=(pick(second, "1"),), profile="1")),
        edition("2026-08-06", days[0], morning, section(pick(first, "1", *why, also=(other,)), profile="1"), health),
        edition("2025-12-30", date(2025, 12, 30), morning, section(pick(second, "1", *why), profile="1")),
    )  # fmt: skip
    return Archive(
        editions=editions,
        profiles=(
            ProfileCard(slug="1", address="1", title=word, former=("0",)),
            ProfileCard(slug="2", address="2", title=other, active=False),
        ),
        papers=(first, second, third),
        similar={1: (2,)},
        trending=(Trend(paper=first, lists=2, votes=1204),),
        started=((1, at("2026-08-07 19:00")),),
        redirects=(("0", "1"),),
        authority="example.org,2026",
    )


def edition(name, day, made_at, of, health=()) -> Edition:
    return Edition(name=name, date=day, made=made_at, sections=(of,), health=health)


def digest(word: str, other: str, times: int = 400) -> Digest:
    """One of everything that a mail can say."""
    twice = (Sighting(dump="a", date=date(2026, 3, 13)), Sighting(dump="b", date=date(2026, 6, 3)))
    lead = replace(
        paper(word, f"{word} {other}. " * times, number=1),
        sightings=twice,
        authors=(word,) * 7,
        links=(Link(rel="abstract", url="https://example.org/1"),),
        repeats=(Repeat(slug="2", title=other),),
    )
    often = tuple(Sighting(dump="a", date=date(2026, 7, n), votes=2) for n in range(1, 9))
    back = replace(paper(other, number=2), sightings=often)
    near = tuple(paper(other, number=n) for n in range(20, 28))
    many = tuple(pick(paper(word, f"{other} " * 900, number=n), "1") for n in range(30, 130))
    return Digest(
        slot="2026-08-07",
        date=date(2026, 8, 7),
        sections=(
            section(pick(lead, "1", *reasons(word), also=(other,), alike=near), pick(back, "1"), *many, title=word),
        ),
        trending=(Trend(paper=back, lists=3, votes=12),),
        revised=tuple(
            Revised(paper=paper(word, number=n), version=2, changed=("title", "abstract", "authors"))
            for n in range(200, 230)
        ),
        health=(recorded(IN_PART, 2, name="3"),),
        waiting=7,
        covers=2,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- the law


def untranslated(text: str) -> list[str]:
    """Words in Latin letters outside of brackets, but for addresses and names."""
    text = re.sub(r"(?:https?://|mailto:|tag:)\S+|\{\w+\}", " ", text)
    while (fewer := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = fewer
    return [found for found in re.findall(r"[A-Za-z]+", text) if found not in NAMES]


def untranslated_in(html: str) -> list[str]:
    """The same of a page: all its texts in one, for a sentence may have a link in it; and each attribute."""
    document = lxml.html.document_fromstring(html)
    attributes = [word for text in spoken(document) for word in untranslated(text)]
    return untranslated("".join(texts(document))) + attributes


def texts(document: lxml.html.HtmlElement) -> Iterator[str]:
    for element in document.iter():
        if isinstance(element.tag, str) and element.tag not in NO_WORDS:
            yield element.text or ""
        yield element.tail or ""


def spoken(document: lxml.html.HtmlElement) -> Iterator[str]:
    """What screen readers and scripts are given in attributes."""
    for element in document.iter():
        for name, value in element.items() if isinstance(element.tag, str) else ():
            words = name in SPOKEN or (name.startswith("data-") and name not in NOT_SPOKEN)
            if words and not is_for_programs(element):
                yield value


def is_for_programs(element: lxml.html.HtmlElement) -> bool:
    """A meta element that nobody reads."""
    name = element.get("name") or element.get("property") or element.get("http-equiv") or ""
    told = name in MACHINE or name.startswith(("citation_", "article:"))
    return element.tag == "meta" and told


@pytest.fixture(scope="module")
def everything(marked) -> dict[str, str]:
    """Every file of a site in brackets."""
    archive = one_of_everything("λέξη", "άλλη")
    return {
        artifact.path: artifact.content.decode()
        for name in ("site", "search", "rss", "atom", "json_feed", "exports")
        for artifact in made(outputs.load(name).artifacts(archive, marked))
    }


def test_the_pages_say_nothing_that_is_not_in_the_catalogue(everything):
    pages = {path: html for path, html in everything.items() if path.endswith(".html")}
    found = {path: untranslated_in(html) for path, html in pages.items()}

    assert len(pages) > 20
    assert {} == {path: words for path, words in found.items() if words}


def test_the_feeds_say_nothing_that_is_not_in_the_catalogue(everything):
    texts = {path: list(told_by_feed(path, content)) for path, content in everything.items() if is_feed(path)}
    found = {path: untranslated(" ".join(told)) for path, told in texts.items()}

    assert len(texts) > 10
    assert {} == {path: words for path, words in found.items() if words}


def inside(html: str) -> str:
    """What an entry says."""
    return "".join(texts(lxml.html.document_fromstring(f"<div>{html}</div>")))


def is_feed(path: str) -> bool:
    return (path.endswith((".xml", ".opml")) and "sitemap" not in path) or path.endswith("feed.json")


def told_by_feed(path: str, content: str) -> Iterator[str]:
    """Titles, descriptions and what entries say."""
    if path.endswith(".json"):
        feed = json.loads(content)
        entries = feed["items"]
        yield from (feed["title"], feed.get("description", ""), *(entry["title"] for entry in entries))
        yield from (inside(entry["content_html"]) for entry in entries)
        return
    for element in lxml.etree.fromstring(content.encode()).iter():
        name = lxml.etree.QName(element).localname
        if name in ("title", "description", "subtitle", "summary", "encoded", "content"):
            yield inside(element.text or "")
        yield element.get("text") or ""


def test_a_feed_opened_in_a_browser_explains_itself_in_the_sites_words(everything):
    (words,) = re.findall(r'content: "([^"]+)"', everything["assets/feed.css"])

    assert [] == untranslated(words)


def test_files_to_take_away_say_nothing_that_is_not_in_the_catalogue(everything):
    files = {path: text for path, text in everything.items() if path.endswith(".md")}
    found = {path: untranslated(re.sub(r"\]\([^)]*\)", "] ", text)) for path, text in files.items()}

    assert len(files) > 2
    assert {} == {path: words for path, words in found.items() if words}


@pytest.mark.parametrize("web_url", ["https://example.org/papers/", ""])
@pytest.mark.parametrize("quiet", [False, True])
def test_a_mail_says_nothing_that_is_not_in_the_catalogue(marked, web_url, quiet):
    of = digest("λέξη", "άλλη")
    of = replace(of, sections=()) if quiet else of
    letter = email.letter(
        of, marked, reader_name="Άντα", unsubscribe="mailto:leave@example.org", web_url=web_url
    )

    assert [] == untranslated(letter.subject)
    assert [] == untranslated(letter.text)
    assert [] == untranslated_in(letter.html)


# ------------------------------------------------------------------------------------------- in German


def read_aloud(html: str) -> str:
    """A page as somebody reads it: a line for each block."""
    html = re.sub(r"<(script|style|svg|template|nav|form|pre)\b.*?</\1>", "", html, flags=re.DOTALL)
    html = re.sub(r"</?(?:p|li|h\d|section|header|div|article|tr|summary|dt|dd|pre)\b[^>]*>", "¶", html)
    body = lxml.html.document_fromstring(html).find("body")
    lines = (" ".join(line.split()) for line in body.text_content().split("¶"))
    return "\n".join(line for line in lines if line)


def test_a_german_site_reads_like_this(german, golden):
    archive = one_of_everything("Denoising", "Planning", times=2)
    pages = [
        each for each in made(outputs.load("site").artifacts(archive, german)) if each.path.endswith(".html")
    ]
    told = (
        f"=== {page.path}\n\n{read_aloud(page.content.decode())}\n"
        for page in sorted(pages, key=lambda p: p.path)
    )

    golden("site.de.txt", "\n".join(told))


def test_a_german_mail_reads_like_this(german, golden):
    of = digest("Denoising", "Planning", times=2)
    few = replace(
        of, sections=(replace(of.sections[0], picks=of.sections[0].picks[:2]),), revised=of.revised[:2]
    )
    letter = email.letter(few, german, reader_name="Ada", unsubscribe="mailto:leave@example.org", web_url="")

    golden("digest.de.txt", f"{letter.subject}\n\n{letter.text}")


def test_what_authors_wrote_is_not_claimed_to_be_german(german):
    """No dump says in which language a title is: HTML has an empty `lang` for that."""
    archive = one_of_everything("Denoising", "Planning")
    pages = {
        each.path: each.content.decode() for each in made(outputs.load("site").artifacts(archive, german))
    }
    letter = email.letter(digest("Denoising", "Planning"), german)

    assert '<html lang="de">' in pages["papers/1.html"]
    assert '<h1 dir="auto" lang="">' in pages["papers/1.html"]
    assert '<h3 lang=""' in letter.html
    assert 'lang=""' not in pages["about.html"]


def test_an_english_site_marks_no_language_but_its_own(press, archive):
    pages = [each.content.decode() for each in made(outputs.load("site").artifacts(archive, press))]

    assert pages
    assert [] == [page for page in pages if 'lang=""' in page]


def test_numbers_and_dates_of_a_german_page_are_german(german):
    archive = one_of_everything("Entrauschen", "Planung")
    pages = {
        each.path: each.content.decode() for each in made(outputs.load("site").artifacts(archive, german))
    }

    assert "1.204 Stimmen" in pages["papers/1.html"]
    assert "7. August 2026" in pages["editions/2026-08-07.html"]
    assert '<abbr title="Mo">M</abbr>' in pages["index.html"]


def test_a_match_is_told_in_german_wherever_it_stands(german):
    of = paper("Denoising", number=1)
    found = Match(paper=1, profile="1", score=1.0, reasons=reasons("Denoising"))

    assert of.title
    assert "„Denoising“ im Titel" in german.environment.filters["why"](found)


def test_who_wants_the_mail_is_told_where_to_ask(archive):
    """Only where config.yaml says so: the sender's address is no business of a page."""
    ask = "mailto:list@example.org?subject=subscribe&body=a"
    told, silent = (
        {each.path: each.content.decode() for each in made(outputs.load("site").artifacts(archive, press))}
        for press in (presses.load(Site(subscribe=ask), None), presses.load(Site(), None))
    )
    link = '<a href="mailto:list@example.org?subject=subscribe&amp;body=a">subscribe</a>'

    assert f"<p>What fits you, by mail: {link}</p>" in told["index.html"]
    assert link in told["feeds.html"]
    assert [] == [path for path, page in silent.items() if "mailto:" in page or "by mail" in page.lower()]


def test_no_style_and_no_script_hangs_on_a_word(press):
    """What a label says differs by language: `nav[aria-label="Site"]` left German pages without their style."""
    assets = [press.render(f"assets/{name}") for name in ("style.css", "reader.js", "saved.js", "search.js")]
    by_word = re.compile(r"\[(?:aria-label|title|placeholder|alt)[~|^$*]?=")

    assert [] == [found for asset in assets for found in by_word.findall(asset)]


def test_a_state_outlives_a_change_of_language(tmp_path):
    """What was recorded in English days is told in German; what was sent stays as it was sent."""
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Diffusion one", "Diffusion two"))
    home.run("2026-08-07 06:00")
    english, sent = home.site(), home.mails()
    home.edit(home.config.replace("site:\n", "site:\n  language: de\n", 1))
    told = home.run("2026-08-07 07:00")
    german = home.site()

    assert (0, "") == (told.code, told.err)
    assert sent == home.mails()
    assert english.keys() <= german.keys()
    assert "“Diffusion” in the title" in english["papers/diffusion-one.html"].decode()
    assert "„Diffusion“ im Titel" in german["papers/diffusion-one.html"].decode()
    assert [] == [path for path, content in german.items() if b"in the title" in content]
