"""Looking an answer through: what it holds, whether it is whole, and that no content makes it fall over."""

from __future__ import annotations

import gzip
import itertools

import pytest
from fakes import dump
from hypothesis import given
from hypothesis import strategies as st

from newsletter import formats
from newsletter.contents import contents
from newsletter.settings import Limits

BIB = "@article{a, title={Diffusion one}}\n@article{b, title={Robots two}}\n"


def looked(content: str | bytes):
    return contents(dump(content, name="answer"), Limits())


def test_a_list_of_papers_is_counted():
    found = looked(BIB)

    assert ("bibtex", 2, "", False) == (found.format, found.listings, found.flaw, found.cut)


def test_a_packed_list_is_looked_into():
    assert looked(BIB) == looked(gzip.compress(BIB.encode()))


def test_a_packed_list_whose_end_is_missing_is_cut():
    packed = gzip.compress(
        "".join(f"@article{{a{n}, title={{T {n * 7919}}}}}\n" for n in range(3000)).encode()
    )
    found = looked(packed[: len(packed) // 2])

    assert (found.cut, found.format) == (True, "bibtex")


def test_a_bomb_is_no_list():
    found = looked(gzip.compress(bytes(64 * 1024**2)))

    assert ("", 0) == (found.format, found.listings)
    assert found.flaw


def test_files_that_list_the_same_papers_are_the_same_in_any_order():
    records = BIB.splitlines(keepends=True)

    assert len({looked("".join(order)).same for order in itertools.permutations(records)}) == 1
    assert looked(BIB).same != looked(records[0]).same
    assert looked(BIB).same != looked(BIB.replace("two", "three")).same


def test_what_no_format_knows_holds_nothing():
    found = looked("Error 17 in module 4")

    assert ("", 0) == (found.format, found.listings)


def test_a_format_that_fails_costs_one_answer_and_no_fetch(monkeypatch):
    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr(formats.load("bibtex"), "read", fail)
    found = looked(BIB)

    assert ("bibtex", 0) == (found.format, found.listings)
    assert "reading it failed inside the program: ZeroDivisionError" == found.flaw


@given(st.binary(max_size=200))
@pytest.mark.parametrize("start", [b"", b"{", b"<rss>", b"\x1f\x8b\x08", b"PK\x03\x04", b"[{"])
def test_any_bytes_are_looked_through(start, body):
    found = looked(start + body)

    assert found.listings >= 0
