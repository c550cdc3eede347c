"""The files to take away: each is read back, and says what the day's page says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import bibtexparser
import pytest
import rispy
from fakes import at, dump, paper, pick, section
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from newsletter import formats
from newsletter.model import Link, ListedPaper
from newsletter.note import note_html
from newsletter.outputs import exports
from newsletter.publication import Draft
from newsletter.publication import made as files_of


def made(archive, press) -> dict[str, str]:
    artifacts = files_of(exports.artifacts(archive, press))
    return {artifact.path: artifact.content.decode() for artifact in artifacts}


def test_every_day_and_every_profile_has_its_files(archive, press):
    days = [f"editions/{day}" for day in ("2026-08-06", "2026-08-07")]
    profiles = [f"profiles/{name}/papers" for name in ("diffusion", "old", "planning")]

    assert {f"{at}.{ending}" for at in (*days, *profiles) for ending in exports.ENDINGS} == made(
        archive, press
    ).keys()


def titles(files: dict[str, str], stem: str) -> list[list[str]]:
    """The titles in each form but Markdown."""
    return [
        [one["title"] for one in json.loads(files[f"{stem}.json"])["papers"]],
        [one["title"] for one in json.loads(files[f"{stem}.csl.json"])],
        [one["title"] for one in rispy.loads(files[f"{stem}.ris"])],
    ]


def test_a_day_has_each_paper_once_in_the_order_of_its_editions(archive, press):
    told = titles(made(archive, press), "editions/2026-08-07")

    assert told[0] == told[1] == told[2]
    assert "Score matching" == told[0][0]
    assert 2 == len(told[0])


def test_bibliographies_hold_every_paper(archive, press):
    library = bibtexparser.parse_string(made(archive, press)["editions/2026-08-07.bib"])

    assert [] == library.failed_blocks
    assert ["two", "three"] == [entry.key for entry in library.entries]


def test_json_says_all_profiles_that_a_paper_fits(archive, press):
    papers = json.loads(made(archive, press)["editions/2026-08-07.json"])["papers"]

    assert ["diffusion", "planning"] == [fit["profile"] for fit in papers[0]["profiles"]]


def test_a_days_json_is_a_dump_that_we_read(archive, press):
    of = dump(made(archive, press)["editions/2026-08-06.json"], "day.json")
    name = formats.load("json_list")
    found = [each for each in name.read(of) if isinstance(each, ListedPaper)]

    assert "" == name.recognise(of)
    assert ["Denoising <HYBNEXT> & more"] == [each.title for each in found]
    assert ("arxiv:2106.01345",) == found[0].ids


def test_nothing_private_is_taken_away(archive, press):
    """Rule 26."""
    assert "Only mine" not in "".join(made(archive, press).values())


def test_markdown_reads_as_the_day_does(archive, press):
    """A heading a paper, under its profile; the note on top."""
    text = made(archive, press)["editions/2026-08-06.md"]

    assert text.startswith(
        "# Papers of 6 August 2026\n\n## Diffusion &amp; denoising\n\n### [Denoising &lt;HYBNEXT"
    )
    assert "](https://arxiv.org/abs/2106.01345)" in text
    assert "\n\nAda Lovelace, Jo Ho\n\n" in text
    assert "A *note*" in made(archive, press)["editions/2026-08-07.md"]


def test_markdown_goes_through_the_library_of_the_editors_notes(archive, press):
    """What somebody copies into a note shows the same titles and links; hostile ones are inert."""
    page = html.fromstring(note_html(made(archive, press)["editions/2026-08-07.md"]))
    links = {link.text_content(): link.get("href") for link in page.iter("a")}

    assert [] == list(page.iter("script"))
    assert "https://example.org/papers/papers/two.html" == links["Score matching"]
    assert any("{{ 7*7 }} {% x %} ]]> &" in title for title in links)


@given(text=st.text(max_size=80))
def test_any_text_reads_in_markdown_as_it_stands(text):
    import markdown  # noqa: PLC0415 - here alone

    line = " ".join(exports.xml_safe(text).split())
    page = html.fromstring(f"<div>{markdown.markdown(exports.escaped(text) or 'x')}</div>")

    assert (line or "x") == page.text_content().strip()
    assert {"div", "p"} == {element.tag for element in page.iter()}


@pytest.mark.parametrize(
    "text", ["1. one", "- one", "# one", "+ one", "1) one", "_a_ *b* `c` [d](e)", "<b>&lt;"]
)
def test_what_looks_like_markdown_is_text(text):
    import markdown  # noqa: PLC0415 - here alone

    page = html.fromstring(f"<div>{markdown.markdown(exports.escaped(text))}</div>")

    assert text == page.text_content()
    assert ["div", "p"] == [element.tag for element in page.iter()]


def test_an_address_cannot_leave_its_link(archive, press, many):
    evil = paper("T", number=1, links=(Link(rel="web", url="https://e.org/a)_[x](javascript:alert(1)"),))
    edition = replace(many(1).editions[0], sections=(section(pick(evil)),))
    text = made(replace(many(1), editions=(edition,)), press)["editions/2026-08-07.md"]

    assert "[T](https://e.org/a%29_%5Bx%5D%28javascript:alert%281%29)" in text


@pytest.mark.parametrize(("count", "kept"), [(70, 70), (130, 130)])
def test_a_profile_keeps_a_hundred_papers_or_its_newest_edition(many, press, count, kept):
    archive = many(count, "")
    older = replace(
        archive.editions[0],
        name="2026-08-01",
        date=date(2026, 8, 1),
        made=at("2026-08-01 12:00"),
        sections=(section(*(pick(paper(number=n)) for n in range(200, 260))),),
    )
    files = made(replace(archive, editions=(*archive.editions, older)), press)

    assert kept == len(json.loads(files["profiles/diffusion/papers.json"])["papers"])


def test_a_day_is_made_again_only_where_its_papers_or_its_note_changed(archive, press):
    def stamps(of):
        return {e.path: e.made_of for e in exports.artifacts(of, press) if isinstance(e, Draft)}

    noted = replace(archive, notes=((date(2026, 8, 6), "Another note"), *archive.notes))
    before, after = stamps(archive), stamps(noted)

    assert ["editions/2026-08-06.md"] == [path for path in before if before[path] != after[path]]
