"""The index of Pagefind, made by a stand-in for it: a script that copies what it was told to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter import press
from newsletter.errors import PublishError
from newsletter.fulltext import index_pages
from newsletter.outputs import search, site
from newsletter.publication import made as files_of
from newsletter.settings import Site


@pytest.fixture
def house(tmp_path):
    """A published site, what the stand-in will find there, and the stand-in."""
    pages, finds, stand_in = tmp_path / "out" / "site", tmp_path / "finds", tmp_path / "pagefind"
    pages.mkdir(parents=True)
    finds.mkdir()
    # pagefind --site SITE --output-path FOLDER --quiet
    stand_in.write_text(f'#!/bin/sh\ncp -r {finds}/. "$4"\n')
    stand_in.chmod(0o755)
    return pages, finds, stand_in


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_index_stands_beside_the_pages_with_a_list_of_it(house):
    pages, finds, stand_in = house
    (finds / "pagefind.js").write_text("the program")
    (finds / "pagefind-ui.js").write_text("a user interface that we do not use")
    index_pages(pages, stand_in)

    assert {"pagefind/pagefind.js", "pagefind/written.txt"} == names(pages)
    assert "pagefind/pagefind.js\n" == (pages / "pagefind" / "written.txt").read_text()
    assert [pages] == list(pages.parent.iterdir())


def test_only_what_an_earlier_index_wrote_is_removed(house):
    pages, finds, stand_in = house
    (finds / "old").write_text("1")
    index_pages(pages, stand_in)
    (pages / "pagefind" / "CNAME").write_text("somebody else's")
    (finds / "old").rename(finds / "new")
    index_pages(pages, stand_in)

    assert {"pagefind/new", "pagefind/written.txt", "pagefind/CNAME"} == names(pages)


def test_a_list_that_leads_out_of_the_folder_is_not_believed(house):
    pages, _, stand_in = house
    (pages / "index.html").write_text("home")
    (pages / "pagefind").mkdir()
    (pages / "pagefind" / "written.txt").write_text("index.html\npagefind/../index.html\n/etc/passwd\n")
    index_pages(pages, stand_in)

    assert {"index.html", "pagefind/written.txt"} == names(pages)


def test_where_it_is_not_installed_the_way_to_install_it_is_told(house):
    with pytest.raises(PublishError, match="pagefind is not installed") as told:
        index_pages(house[0], None)

    assert "pip install '.[pagefind]'" in told.value.hint


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("echo out of memory >&2; exit 3", "pagefind failed: out of memory"),
        ("exit 4", "pagefind failed: exit code 4"),
    ],
)
def test_a_failure_is_told_in_its_own_words_and_leaves_the_old_index(house, program, said):
    pages, finds, stand_in = house
    (finds / "old").write_text("1")
    index_pages(pages, stand_in)
    stand_in.write_text(f"#!/bin/sh\n{program}\n")
    with pytest.raises(PublishError, match=said):
        index_pages(pages, stand_in)

    assert {"pagefind/old", "pagefind/written.txt"} == names(pages)


def test_a_program_that_cannot_run_is_told(house):
    house[2].chmod(0o644)
    with pytest.raises(PublishError, match="could not run"):
        index_pages(house[0], house[2])


def test_webassembly_is_allowed_on_the_search_page_alone(archive):
    ours = press.load(Site(search="pagefind"), None)
    made = {a.path: a.content for name in (site, search) for a in files_of(name.artifacts(archive, ours))}
    allowed = {path for path, content in made.items() if b"wasm-unsafe-eval" in content}

    assert {"search.html"} == allowed
    assert "assets/pagefind.js" in made
    assert not any(path.startswith(("search/", "assets/minisearch")) for path in made)
    assert b"data-pagefind-body" in made["papers/one.html"]
    assert b"data-pagefind" not in made["index.html"]
