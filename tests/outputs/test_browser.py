"""The site in a real browser: searching, reading, with storage blocked, without JavaScript.

Needs Node, Chromium and playwright-core, which the validators bring (VALIDATE_HOME); is skipped without them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from newsletter import outputs, press, publish
from newsletter.settings import Site

SCRIPT = Path(__file__).parent.parent / "scripts" / "browser.mjs"
HOME = Path(os.environ.get("VALIDATE_HOME") or Path.home() / ".cache" / "newsletter-validate")
TOOLS = shutil.which("node"), shutil.which("chromium")

pytestmark = pytest.mark.skipif(
    None in TOOLS or not (HOME / "node" / "node_modules" / "playwright-core").is_dir(),
    reason="no node, chromium or playwright-core at hand",
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What a reader saw, by tour; the site is made once and looked at once."""
    seen: dict[str, dict] = {}

    def look(archive) -> dict[str, dict]:
        if not seen:
            folder = tmp_path_factory.mktemp("site")
            ours = press.load(Site(title="Reading list"), None)
            names = ("site", "search", "rss", "atom", "json_feed")
            made = [output for name in names for output in outputs.load(name).artifacts(archive, ours)]
            publish.publish(made, folder)
            command = [str(TOOLS[0]), str(SCRIPT), str(HOME / "node"), str(TOOLS[1]), str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
            assert done.returncode == 0, done.stderr
            seen.update(json.loads(done.stdout))
        return seen

    return look


def test_no_page_complains_or_asks_anybody_else(seen, archive):
    assert {} == {tour: saw["trouble"] for tour, saw in seen(archive).items() if saw["trouble"]}


@pytest.mark.parametrize("there", ["http", "file"])
def test_a_slip_of_the_keyboard_in_the_search_box_still_finds(seen, archive, there):
    saw = seen(archive)[f"search {there}"]

    assert "2 papers" == saw["found"]
    assert {"diffusion"} == {mark.lower() for mark in saw["marks"]}
    assert saw["nothing"].startswith("No paper has these words")


@pytest.mark.parametrize("there", ["http", "file"])
def test_a_profile_alone_lists_its_papers_and_hostile_titles_are_words(seen, archive, there):
    saw = seen(archive)[f"search {there}"]

    assert 2 == len(saw["planning"])
    assert any("<script>alert(1)</script>" in title for title in saw["planning"])
    assert 0 == saw["scripts"]


@pytest.mark.parametrize("there", ["http", "file"])
def test_keys_mark_save_hide_and_lead_on(seen, archive, there):
    saw = seen(archive)[f"read {there}"]

    assert ["Saved", "Read"] * 2 == saw["on"]  # it stands in two editions of the day
    assert "Score matching" == saw["focus"]
    assert 1 == saw["left"]
    assert "1 read and hidden" == saw["hidden"]
    assert saw["help"]
    assert ["Score matching"] == saw["saved"]
    assert "title = {{Score matching}}" in saw["bibtex"]
    assert "Copied" == saw["copied"]
    assert "one.ris" == saw["ris"][0]
    assert saw["ris"][1].endswith("\nER  - \n")
    assert ["Read"] == saw["opened"]
    assert ['"Jo Ho"', ["Denoising <HYBNEXT> & more"]] == saw[
        "by"
    ]  # read, and yet found where unread ones only are shown


@pytest.mark.parametrize("there", ["http", "file"])
def test_a_theme_once_chosen_stays(seen, archive, there):
    saw = seen(archive)[f"read {there}"]

    assert "rgb(21, 23, 26)" == saw["dark"] == saw["still"]


def test_with_storage_blocked_marks_last_as_long_as_the_page_and_it_is_said(seen, archive):
    saw = seen(archive)["blocked"]

    assert ["Saved", "Read"] * 2 == saw["on"]  # it stands in two editions of the day
    assert [] == saw["saved"]
    assert saw["blocked"]


def test_without_javascript_the_search_page_shows_another_way(seen, archive):
    saw = seen(archive)["without"]

    assert not saw["form"]
    assert 0 == saw["buttons"]
    assert "archive" in saw["told"]
