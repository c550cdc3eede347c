"""`newsletter check` and `newsletter init`: a newcomer's first two commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from home import CONFIG, Home, page

FIVE_MISTAKES = """\
site:
  tilte: Reading list
  timezone: Europe/Pari
profiles:
  - name: diffusion
    rules:
      - keyword: [diffusion]
subscribers:
  - address: ada@example
    profiles: [difusion]
    every: fortnight
"""


def test_a_right_config_is_told_what_it_means(tmp_path):
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Diffusion one"))
    before = home.everything()
    said = home.newsletter("check")

    assert (0, "") == (said.code, said.err)
    assert "config.yaml is right: 2 profiles, 2 subscribers" in said.out
    assert "diffusion            Diffusion models (keywords; at most 15)" in said.out
    assert "grace@example.org            week, next Mon " in said.out
    assert "(1 file)" in said.out
    assert home.everything() == before


@pytest.mark.parametrize(
    ("formerly", "told"),
    [
        ("difusion", "warning: profile noise: the state never saw a profile difusion (`formerly`)\n"),
        ("diffusion", ""),
    ],
)
def test_a_former_name_that_never_was_is_told_where_a_state_can_tell(tmp_path, formerly, told):
    """Before the first run nobody can; after a renaming was read the old name is still known."""
    renamed = CONFIG.replace("name: diffusion\n", f"name: noise\n    formerly: {formerly}\n")
    home = Home(
        tmp_path, renamed.replace("[diffusion]\n  -", "[noise]\n  -").replace("[diffusion, r", "[noise, r")
    )
    first = home.newsletter("check").err
    renamed = (tmp_path / "config.yaml").read_text()
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.edit(CONFIG)
    home.run("2026-08-07 06:00")
    home.edit(renamed)
    before = home.newsletter("check").err
    home.run("2026-08-08 06:00")

    assert "" == first
    assert [told, told] == [before, home.newsletter("check").err]


def test_every_mistake_is_told_at_once_with_line_and_column(tmp_path):
    home = Home(tmp_path, FIVE_MISTAKES)
    said = home.newsletter("check")
    told = [line.split("config.yaml:")[1] for line in said.err.splitlines() if "config.yaml:" in line]

    assert (4, "") == (said.code, said.out)
    assert [2, 3, 7, 9, 10, 11] == [int(line.split(":")[0]) for line in told]
    assert all(line.split(":")[1].isdigit() for line in told)
    assert "title" in told[0]
    assert "Europe/Paris" in told[1]
    assert "keywords" in told[2]
    assert "diffusion" in told[4]


def test_what_is_wrong_with_own_interests_is_told_with_their_reader(tmp_path):
    """They bear a name that the program has made up: own-56d1fe04ab."""
    own = "  - address: emmy@example.org\n    rules: [{like: [A paper that nobody had]}]\n"
    said = Home(tmp_path, CONFIG + own).newsletter("check")

    assert 0 == said.code
    assert said.err.startswith(
        "warning: emmy@example.org, own interests: no dump had “A paper that nobody had” yet"
    )


def test_no_config_at_all_is_told_with_the_way_to_one(tmp_path):
    home = Home(tmp_path)
    (tmp_path / "config.yaml").unlink()
    said = home.newsletter("check")

    assert 4 == said.code
    assert "there is no such file" in said.err
    assert "hint: newsletter init makes a config.yaml that works" in said.err


def test_a_broken_template_is_found_before_the_run(tmp_path):
    home = Home(tmp_path, f"{CONFIG}templates: mine\n")
    (tmp_path / "mine" / "site").mkdir(parents=True)
    (tmp_path / "mine" / "site" / "home.html").write_text("line one\n{% if %}\n")
    said = home.newsletter("check")

    assert 4 == said.code
    assert "mine/site/home.html:2: " in said.err


def test_the_schema_is_for_editors(tmp_path):
    said = Home(tmp_path).newsletter("check", "--schema")

    assert {"site", "inbox", "profiles", "subscribers"} <= set(json.loads(said.out)["properties"])


# -------------------------------------------------------------------------------------------- init


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """A folder that `newsletter init --example` has just made."""
    monkeypatch.chdir(tmp_path)
    home = Home(tmp_path / "elsewhere")
    said = home.newsletter("init", "--example", "new")
    return home, tmp_path / "new", said


def test_a_working_folder_works_as_it_stands(begun):
    _, folder, made = begun
    home = in_place(folder)
    checked, ran = home.newsletter("check"), home.run("2026-08-07 06:00")

    assert [0, 0, 0] == [made.code, checked.code, ran.code]
    assert "made new/config.yaml" in made.out
    assert "cd new && newsletter check" in made.out
    assert "3 dumps: 55 new papers, 14 seen before. Edition 2026-08-07. 3 mails in new/out/mail" in ran.out
    assert (folder / "out" / "site" / "index.html").is_file()


def in_place(folder: Path) -> Home:
    """The installation in a folder, its config.yaml left as it is."""
    return Home(folder, (folder / "config.yaml").read_text())


def test_nothing_that_stands_there_is_overwritten(begun):
    home, folder, _ = begun
    (folder / "config.yaml").write_text("mine")
    dump = next((folder / "dumps").iterdir())
    dump.unlink()
    said = home.newsletter("init", "--example", "new")

    assert "mine" == (folder / "config.yaml").read_text()
    assert "kept new/config.yaml" in said.out
    assert f"made new/dumps/{dump.name}" in said.out


def test_the_templates_come_on_request_and_change_nothing_as_they_are(begun):
    home, folder, _ = begun
    said = home.newsletter("init", "new", "--templates")
    there = in_place(folder)
    there.run("2026-08-07 06:00")
    before = there.site()
    there.edit(there.config + "\ntemplates: templates\n")
    ran = there.run("2026-08-07 06:05")

    assert "templates: templates" in said.out
    assert (folder / "templates" / "site" / "home.html").is_file()
    assert 0 == ran.code
    assert before == there.site()


def test_a_folder_that_cannot_be_made_is_told(begun):
    home, _, _ = begun
    said = home.newsletter("init", "new/config.yaml/deeper")

    assert 1 == said.code
    assert "new/config.yaml/deeper: Not a directory" in said.err
    assert "hint: choose a folder that is yours to write" in said.err
