"""The data of the search, and that scripts reach the site as they were written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fakes import paper

from newsletter import press as presses
from newsletter.outputs import search, site
from newsletter.publication import Archive
from newsletter.publication import made as files_of
from newsletter.settings import Site
from newsletter.shipped import templates

ROW = ("slug", "title", "authors", "ids", "terms", "profiles", "date", "abstract")
OURS = ("theme", "reader", "saved", "search")


def made(archive, press):
    return {artifact.path: artifact.content for artifact in files_of(search.artifacts(archive, press))}


def told(content: bytes):
    """What a script hands over."""
    return json.loads(content.decode().partition("(")[2].removesuffix(")\n"))


def rows(files):
    shards = [
        content for path, content in files.items() if path.startswith("search/") and "manifest" not in path
    ]
    return [dict(zip(ROW, row, strict=True)) for content in shards for row in told(content)]


def test_an_archive_becomes_a_page_scripts_shards_and_a_manifest(archive, press):
    expected = {
        *("search.html", "search/0.js", "search/manifest.js", "assets/search.js", "assets/minisearch.js"),
    }
    assert expected == set(made(archive, press))


def test_a_row_says_what_a_reader_may_look_for(archive, press):
    (row,) = [row for row in rows(made(archive, press)) if row["slug"] == "one"]

    expected = {
        "slug": "one",
        "title": "Denoising <HYBNEXT> & more",
        "authors": "Ada Lovelace, Jo Ho",
        "ids": "2106.01345",
        "terms": "",
        "profiles": "diffusion",
        "date": "2026-08-06",
        "abstract": "We use diffusion. See https://example.com/x.",
    }
    assert expected == row


def test_words_that_the_shortened_abstract_lost_are_found_all_the_same(many):
    archive = many(1, abstract="About nothing. " * 40 + "diffusion")
    (row,) = rows({a.path: a.content for a in files_of(search.data(archive))})

    assert "diffusion" not in row["abstract"]
    assert "diffusion" == row["terms"]


def test_every_paper_with_a_page_is_in_one_shard(many, press):
    """Rule 23."""
    archive = many(1203)
    files = made(archive, press)

    assert {of.slug for of in archive.papers} == {row["slug"] for row in rows(files)}
    assert 1203 == len(rows(files)) == told(files["search/manifest.js"])["papers"]


def test_new_papers_change_the_last_shard_and_the_manifest_alone(many, press):
    before, after = made(many(1203), press), made(many(1250), press)
    changed = {path for path in after if before.get(path) != after[path]}

    assert {"search/2.js", "search/manifest.js"} == changed
    assert set(before) == set(after)


def test_the_manifest_names_each_shard_by_its_content_newest_first(many, press):
    first, second = (told(made(many(count), press)["search/manifest.js"])["shards"] for count in (600, 601))

    assert ["1.js", "0.js"] == [name.partition("?")[0] for name in second]
    assert first[0] != second[0]
    assert first[1] == second[1]


def test_nothing_private_can_be_searched(archive, press):
    """Rule 26: neither the interest nor what only it found."""
    text = b"\n".join(c for path, c in made(archive, press).items() if path.startswith("search/")).decode()

    assert "mine" not in text


def test_hostile_words_are_data_and_no_longer_than_others(press):
    word = "\u2028</script><script>alert(1)</script>\x00\ud800" + "x" * 100_000
    of = replace(paper(word, word, number=1), authors=(word,) * 9, keywords=(word,), ids=(f"doi:{word}",))
    content = made(Archive(editions=(), profiles=(), papers=(of,)), press)["search/0.js"]

    assert b"<" not in content
    assert len(content) < 2_000
    assert told(content)[0][1].startswith("\u2028</script>")


def test_a_site_that_wants_no_search_has_none(archive):
    press = presses.load(Site(search="none"), None)
    pages = {a.path: a.content for a in files_of(site.artifacts(archive, press))}

    assert {} == made(archive, press)
    assert not any(b"search.html" in content for path, content in pages.items() if path.endswith(".html"))


def test_an_empty_archive_can_be_searched(press):
    manifest = told(made(Archive(editions=(), profiles=(), papers=()), press)["search/manifest.js"])

    assert {"papers": 0, "newest": "", "profiles": {}, "shards": []} == manifest


@pytest.mark.parametrize("name", [*OURS, "minisearch"])
def test_a_script_reaches_the_site_as_it_was_written(press, name):
    """Nothing in it looks like a template."""
    path = f"assets/{name}.js"

    assert (templates() / path).read_text(encoding="utf-8").rstrip("\n") == press.render(path).rstrip("\n")


def test_our_scripts_are_small_and_run_no_text():
    texts = [(templates() / "assets" / f"{name}.js").read_text(encoding="utf-8") for name in OURS]

    assert sum(map(len, texts)) < 24_000
    assert not any(word in text for text in texts for word in ("eval(", "innerHTML", "Function(", "fetch("))
