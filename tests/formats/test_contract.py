"""What every dump format owes: these tests walk newsletter/formats, so a new file is tested at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter import formats
from newsletter.errors import DumpTooLarge, NotFound, UnknownFormat, UnreadableDump
from newsletter.model import DumpDate, ListedPaper, Problem
from newsletter.text import clean

SAMPLES = sorted((Path(__file__).parent.parent.parent / "dumps").glob("*.txt"))


def contents(found, text, **limits):
    return [line for _, line in formats.lines(replace(dump(text, found), **limits))]


@pytest.mark.parametrize("name", formats.names())
def test_every_format_has_a_title_and_says_why_not(name):
    one = formats.load(name)

    assert one.TITLE
    assert one.recognise(dump("Dear all,\n\nsee you tomorrow.\n"))


@pytest.mark.parametrize("name", formats.names())
@given(content=st.binary(max_size=300))
def test_no_format_stumbles_over_anything(name, content):
    one = formats.load(name)
    one.recognise(dump(content))

    assert all(isinstance(found, ListedPaper | DumpDate | Problem) for found in one.read(dump(content)))


def test_the_samples_hold_papers_for_a_newcomer_to_see():
    found = [one for path in SAMPLES for one in read(path)]
    titles = [one.title for one in found if isinstance(one, ListedPaper)]
    recurring = {title for title in titles if titles.count(title) > 1}

    assert len(SAMPLES) == 3
    assert len(titles) >= 66
    assert 9 <= len(recurring) <= 12
    assert len([title for title in recurring if titles.count(title) == 3]) == 2
    assert [one for one in found if isinstance(one, Problem)] == []


def test_a_sample_paper_says_the_same_on_every_page():
    papers = {
        (one.title, one.abstract) for path in SAMPLES for one in read(path) if isinstance(one, ListedPaper)
    }

    assert len(papers) == len({title for title, _ in papers})
    assert all(90 <= len(clean(abstract).split()) <= 180 for _, abstract in papers)


def read(path):
    one = dump(path.read_bytes(), path.name)
    return formats.load(formats.recognise(one)).read(one)


# ------------------------------------------------------------------------------- load and recognise


def test_an_unknown_format_name_is_answered_with_the_nearest():
    with pytest.raises(NotFound) as caught:
        formats.load("hf_pages")

    assert "did you mean hf_page?" in caught.value.hint


def test_a_format_of_third_parties_is_found_by_its_entry_point(monkeypatch, tmp_path):
    (tmp_path / "theirs-1.dist-info").mkdir()
    (tmp_path / "theirs-1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: theirs\nVersion: 1\n"
    )
    entries = "[newsletter.formats]\ntheirs = newsletter.formats.hf_page\n"
    (tmp_path / "theirs-1.dist-info" / "entry_points.txt").write_text(entries)
    monkeypatch.syspath_prepend(tmp_path)

    assert formats.load("hf_page") is formats.load("theirs")


@pytest.mark.parametrize("content", [b"", b"\n\n  \t\n", b"\xef\xbb\xbf\n", b"\0\0\0\0"])
def test_a_file_without_content_is_said_to_be_empty(content):
    with pytest.raises(UnreadableDump, match="empty"):
        formats.recognise(dump(content))


def test_a_binary_file_is_said_to_be_no_text():
    with pytest.raises(UnreadableDump, match="no text"):
        formats.recognise(dump(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4))


def test_an_unknown_text_names_the_formats_and_why_they_said_no():
    with pytest.raises(UnknownFormat, match=r"\(\w+: .+; \w+: .+\)") as caught:
        formats.recognise(dump("Dear all,\n\nsee you tomorrow.\n"))

    assert "--format" in caught.value.hint


# ------------------------------------------------------------------------------------------- lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lines_are_numbered_whatever_their_ends_and_encoding(end, encoding):
    content = end.join(["é – ü", "", "three"]).encode(encoding)

    assert list(formats.lines(dump(content))) == [(1, "é – ü"), (2, ""), (3, "three")]


def test_a_stray_western_byte_costs_no_other_character():
    """Pages pasted together: UTF-8 with a line of Windows' in between."""
    assert contents("x", "naïve\n".encode() + b"na\xefve \x92") == ["naïve", "naïve ’"]


def test_broken_utf_16_is_read_as_far_as_it_goes():
    assert contents("x", b"\xff\xfea\0b\0\x00\xd8") == ["ab\ufffd"]


def test_zeros_behind_a_text_are_no_part_of_it():
    """A file whose room was set aside before it was filled ends in them."""
    assert contents("x", "one\ntwo\0\0\0") == ["one", "two"]


def test_a_line_over_the_limit_is_named():
    with pytest.raises(DumpTooLarge, match="line 2 is longer than 10 bytes"):
        contents("x", "short\n" + "long " * 9, line_bytes=10)


def test_a_line_at_the_limit_is_read():
    assert contents("x", "0123456789\nx", line_bytes=10) == ["0123456789", "x"]


def test_a_dump_that_cannot_be_opened_is_unreadable():
    def refuse():
        raise PermissionError(13, "Permission denied")

    one = dump("x")
    closed = type(one)(
        name=one.name, sha256=one.sha256, size=1, modified=one.modified, head=one.head, open=refuse
    )

    with pytest.raises(UnreadableDump, match="Permission denied"):
        list(formats.lines(closed))
