"""A file has one format: whatever one claims, all others refuse, and say why."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import dump

from newsletter import formats
from newsletter.errors import UnknownFormat, UnreadableDump

SHIPPED = sorted((Path(__file__).parent.parent.parent / "dumps").glob("*.*"))
CUTS = (1, 0.5, 0.1)


def claims(one):
    return [name for name in formats.names() if not formats.load(name).recognise(one)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_exactly_one_format_claims_a_shipped_dump(path):
    if path.name.lower().startswith("readme"):
        pytest.skip("a README is left aside")

    assert 1 == len(claims(dump(path.read_bytes(), path.name)))


def test_exactly_one_format_claims_a_real_file_even_a_shorter_one(shared):
    """The head may end anywhere: no second format may claim what is left, and the name plays no part."""
    wrong = {}
    for path in sorted((shared / "dumps").glob("*/*")):
        content = path.read_bytes()
        if content.startswith((b"\x1f\x8b", b"PAR1")):
            continue
        for cut in CUTS:
            found = claims(dump(content[: int(len(content) * cut)]))
            if len(found) > 1 or (cut == 1 and not found):
                wrong[f"{path.name} to {cut:.0%}"] = found

    assert {} == wrong


@pytest.mark.parametrize(
    ("content", "near"),
    [
        ('{"weather": [1, 2, 3]}', "JSON"),
        ("<weather><rain/></weather>", ""),
        ("Dear all, see you tomorrow.", ""),
    ],
)
def test_an_unknown_file_is_told_the_two_nearest_formats_and_why_not(content, near):
    with pytest.raises(UnknownFormat, match=r"no dump format recognises it \(\w+: .+; \w+: .+\)") as told:
        formats.recognise(dump(content))

    assert near in f"{told.value} JSON"
    assert "--format NAME" in told.value.hint


@pytest.mark.parametrize("content", ["[]", "{}", " [] \n"])
def test_an_empty_list_is_told_as_one(content):
    with pytest.raises(UnreadableDump, match="no paper in it"):
        formats.recognise(dump(content))


def test_the_kind_of_file_decides_which_formats_are_near():
    """JSON formats are named for a JSON file, XML formats for XML, whatever it is called."""
    with pytest.raises(UnknownFormat) as told:
        formats.recognise(dump('[{"rain": 1}]', "bibtex.bib"))

    assert "bibtex:" not in str(told.value)
