"""Compressed files and archives: what they hold is read, what they hide is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile

import pytest
import zstandard
from fakes import at, dump

from newsletter.containers import unpacked
from newsletter.model import Dump, Problem
from newsletter.record import record_dump
from newsletter.settings import Limits
from newsletter.store import open_store

TEXT = b"".join(b"%d A line of some list of papers\n" % number for number in range(5000))
PACKED = {
    "gz": gzip.compress(TEXT, mtime=0),
    "bz2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "zst": zstandard.compress(TEXT),
}


def held(content, name="list.txt", **limits):
    return list(unpacked(dump(content, name), Limits(**limits)))


def content(one):
    with one.open() as file:
        return file.read()


def archive(*members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data, **options)
    return file.getvalue()


def test_a_plain_file_is_itself():
    one = dump(TEXT)

    assert [one] == list(unpacked(one, Limits()))


@pytest.mark.parametrize("kind", PACKED)
def test_a_compressed_file_is_the_dump_it_holds_whatever_its_name(kind):
    (one,) = held(PACKED[kind])

    assert TEXT == content(one)
    assert ("list.txt", len(TEXT), TEXT[: 64 * 1024]) == (one.name, one.size, one.head)
    assert "" == one.damage


@pytest.mark.parametrize("kind", PACKED)
def test_it_is_known_by_what_it_holds(kind):
    """The list beside its own .gz is one content, not two."""
    (one,) = held(PACKED[kind])

    assert dump(TEXT).sha256 == one.sha256


@pytest.mark.parametrize("kind", PACKED)
def test_of_a_cut_file_the_beginning_is_kept_and_the_cut_is_told(kind):
    (one,) = held(PACKED[kind][: len(PACKED[kind]) * 2 // 3])

    if isinstance(one, Dump):  # bz2 and zstd give whole blocks only: this text is one
        assert TEXT.startswith(content(one))
        assert "cut off" in one.damage
    else:
        assert "cut off" in one.what


def test_several_streams_in_one_file_follow_each_other():
    (one,) = held(PACKED["gz"] + PACKED["gz"] + b"\0" * 5000)

    assert TEXT + TEXT == content(one)
    assert "" == one.damage


def test_garbage_after_the_end_is_told():
    (one,) = held(PACKED["gz"] + b"and now for something else")

    assert TEXT == content(one)
    assert "the compressed data is damaged" == one.damage


def test_a_damage_stands_among_the_problems_of_the_dump():
    page = b"byAK and the research community\n\nA title\n\n" + b"An abstract that is long enough. " * 9
    (one,) = held(gzip.compress(page, mtime=0) + b"garbage")
    recorded = record_dump(open_store(None), one, at("2026-08-07 12:00"))

    assert ("partly", 1) == (recorded.state, recorded.listed)
    assert [True] == [problem.cut for problem in recorded.problems]


def test_what_swells_beyond_all_measure_is_refused_before_anybody_reads_it():
    (bomb,) = held(gzip.compress(b"0" * (40 << 20), mtime=0))
    (large,) = held(PACKED["gz"], unpacked_bytes=1000)

    assert "unpacked it has over 33,554,432 bytes" in bomb.what
    assert "unpacked it has over 1,000 bytes" in large.what
    assert "limits.ratio" in bomb.hint


def test_twice_packed_is_read_and_thrice_is_not():
    twice, thrice = gzip.compress(PACKED["xz"]), gzip.compress(gzip.compress(PACKED["gz"]))

    assert [TEXT] == [content(one) for one in held(twice)]
    assert ["it is packed more than once"] == [problem.what for problem in held(thrice)]


def test_an_archive_is_several_dumps_named_after_it():
    packed = archive(
        ("a.txt", TEXT), ("sub/b.txt.gz", PACKED["gz"]), ("README.md", b"x"), ("__MACOSX/a", b"x")
    )
    found = held(packed, "lists.zip")

    assert ["lists.zip/a.txt", "lists.zip/sub/b.txt.gz"] == [one.name for one in found]
    assert [TEXT, TEXT] == [content(one) for one in found]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..\\b"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name):
    (one,) = held(archive((name, TEXT)), "lists.zip")

    assert isinstance(one, Problem)
    assert "leads out of the archive" in one.what


def test_an_encrypted_member_is_refused_and_the_others_are_read():
    packed = bytearray(archive(("a.txt", TEXT), ("b.txt", TEXT)))
    directory = packed.index(b"PK\x01\x02")
    packed[directory + 8 : directory + 10] = struct.pack("<H", 1)
    encrypted, other = held(bytes(packed), "lists.zip")

    assert "it is encrypted" == encrypted.what
    assert TEXT == content(other)


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (archive(), "the archive is empty"),
        (archive(*((f"{number}.txt", b"x") for number in range(1001))), "1,001 files"),
        (archive(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")), "an office document"),
        (archive(("a.txt", TEXT))[:-30], "the archive is damaged"),
    ],
)
def test_what_is_no_archive_of_lists_is_refused_in_words(packed, said):
    (one,) = held(packed, "lists.zip")

    assert said in one.what


def test_all_members_together_keep_to_the_limit():
    found = held(archive(("a.txt", TEXT), ("b.txt", TEXT)), "lists.zip", unpacked_bytes=len(TEXT) + 10)

    assert [Dump, Problem] == [type(one) for one in found]


def test_a_text_that_only_begins_like_a_compressed_file_is_a_text():
    assert [b"BZh is no paper"] == [content(one) for one in held(b"BZh is no paper")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_of_wide_characters_comes_out_as_utf_8(encoding):
    """PowerShell and Notepad save it so; formats look for their marks among the bytes."""
    text = "arXiv:2608.00001 é\n" * 20_000
    (one,) = held(text.encode(encoding))

    assert text.encode() == content(one)
    assert one.head.startswith("arXiv:2608.00001 é\n".encode())


def test_wide_characters_may_be_packed():
    (one,) = held(gzip.compress("Titles\n".encode("utf-16")))

    assert b"Titles\n" == content(one)
