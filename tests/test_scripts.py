"""The scripts of the site, run by Node where it is at hand: what they do without a page."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")
TESTS = sorted((Path(__file__).parent / "scripts").glob("*.test.mjs"))


def test_there_are_tests_of_scripts():
    assert TESTS


@pytest.mark.skipif(NODE is None, reason="no node to run them")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_scripts_do_what_their_own_tests_say(path):
    done = subprocess.run([str(NODE), "--test", str(path)], capture_output=True, text=True, check=False)

    assert "" == ("" if done.returncode == 0 else done.stdout + done.stderr)
