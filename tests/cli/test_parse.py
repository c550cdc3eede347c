"""`newsletter parse`: what dumps hold, for people and programs."""

from __future__ import annotations

import json
import subprocess
import zipfile

import pytest
from home import COMMAND, Home, page


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


@pytest.mark.seeds
def test_the_real_dumps_give_one_object_a_listing(home, seeds):
    said = home.newsletter("parse", *map(str, seeds))
    listings = [json.loads(line) for line in said.out.splitlines()]

    assert (0, "") == (said.code, said.err)
    assert 204 == len(listings)
    assert all(listing["title"] and listing["abstract"] and listing["line"] for listing in listings)
    assert {path.name for path in seeds} == {listing["dump"] for listing in listings}


@pytest.mark.seeds
def test_a_summary_is_one_line_a_file(home, seeds):
    said = home.newsletter("parse", "--summary", *map(str, seeds))

    assert [f"{n} listings, 0 problems" for n in (52, 82, 70)] == [
        line.split("hf_page, ")[1] for line in said.out.splitlines()
    ]


def test_what_a_dump_does_not_say_is_null(home):
    path = home.put("2026-08-07.txt", page("Diffusion one"))
    listing = json.loads(home.newsletter("parse", str(path)).out)

    assert ("Diffusion one", 7, "2026-08-07") == (listing["title"], listing["line"], listing["listed"])
    assert (None, None, None, [], []) == tuple(
        listing[name] for name in ("url", "version", "votes", "authors", "ids")
    )


def test_neither_a_config_nor_a_state_is_needed(tmp_path):
    path = tmp_path / "aug7.txt"
    path.write_text(page("Diffusion one"))
    done = subprocess.run([COMMAND, "parse", path], capture_output=True, cwd=tmp_path, check=True)

    assert b"" == done.stderr
    assert ["aug7.txt"] == [file.name for file in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be opened: No such file or directory"),
        (b"", "the file is empty"),
        (bytes(range(256)) * 8, "no text"),
        (b"Dear all,\n\nsee you tomorrow.\n", "no dump format recognises it (bibtex: no entry such as"),
    ],
)
def test_a_file_that_cannot_be_read_is_exit_code_1_and_the_others_are_read(home, content, told):
    good = home.put("good.txt", page("Diffusion one"))
    bad = good.with_name("bad.txt")
    if content is not None:
        bad.write_bytes(content)
    said = home.newsletter("parse", str(bad), str(good))

    assert said.code == 1
    assert said.err.startswith(f"{bad}: ")
    assert told in said.err
    assert "hint: " in said.err
    assert "Diffusion one" == json.loads(said.out)["title"]


def test_a_part_of_an_archive_that_cannot_be_read_is_named_below_its_path(home):
    path = home.put("all.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.txt", "Dear all,\n\nsee you tomorrow.\n")
    said = home.newsletter("parse", "--summary", str(path))

    assert (1, f"{path}/bad.txt: not read\n") == (said.code, said.out)
    assert said.err.startswith(f"{path}/bad.txt: no dump format")


def test_who_listed_a_paper_and_where_it_stood_are_printed(home):
    inner = {"id": "2106.01345", "title": "A", "summary": "B", "organization": {"name": "Lab"}}
    record = {"paper": inner | {"submittedOnDailyBy": {"name": "ada"}}}
    path = home.put("2026-08-07.json", json.dumps([record]))
    (listing,) = map(json.loads, home.newsletter("parse", str(path)).out.splitlines())

    assert ("Lab", "ada", 1, None) == tuple(
        listing[name] for name in ("organisation", "submitter", "index", "line")
    )


def test_a_folder_and_a_pipe_are_no_dumps(home):
    said = home.newsletter("parse", str(home.folder))

    assert (1, "") == (said.code, said.out)
    assert "is no file" in said.err


def test_the_format_may_be_forced(home):
    path = home.put("plain.txt", "A title without a page\n\n" + "An abstract that says a lot. " * 20)
    refused = home.newsletter("parse", str(path))
    said = home.newsletter("parse", "--format", "hf_page", str(path))
    unknown = home.newsletter("parse", "--format", "hf_pag", str(path))

    assert 1 == refused.code
    assert "A title without a page" == json.loads(said.out)["title"]
    assert 2 == unknown.code
    assert "did you mean hf_page?" in unknown.err


def test_a_cut_page_is_told_with_its_line(home):
    path = home.put("cut.txt", page("Diffusion one") + "\nA title at the very end\n")
    said = home.newsletter("parse", "--summary", str(path))

    assert said.out == "cut.txt: hf_page, 1 listing, 1 problem\n"
    assert said.err.startswith("cut.txt:11: a title without an abstract: 'A title at the very end'")


@pytest.mark.parametrize("count", [2, 4000])
def test_who_reads_only_the_beginning_makes_no_error(home, count):
    """`newsletter parse FILE | head -1`, whether the rest fits into the pipe or not."""
    path = home.put("long.txt", page(*(f"Diffusion {n}" for n in range(count))))
    running = subprocess.Popen(
        home.command("parse", str(path)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None
    assert running.stderr is not None
    if count > 2:
        running.stdout.readline()
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()

    assert (0, b"") == (running.wait(), err)
