"""Bundles: what need not be made again is not."""

from __future__ import annotations

from newsletter.bundles import Bundle, fingerprint, read_stamps, unbundled, written_stamps
from newsletter.model import Artifact


def bundle(stamp: str, path: str = "old.xml") -> Bundle:
    return Bundle(
        name=path, stamp=stamp, paths=(path,), make=lambda: iter([Artifact(path=path, content=b"old")])
    )


def paths(*made, **how) -> list[str]:
    return [artifact.path for artifact in unbundled(made, {}, **how)]


def test_a_bundle_is_made_where_its_stamp_is_another():
    new = Artifact(path="new.xml", content=b"new")

    assert ["new.xml", "old.xml"] == paths(new, bundle("1"))
    assert ["new.xml", "old.xml"] == paths(new, bundle("1"), known={"old.xml": "0"})
    assert ["new.xml"] == paths(new, bundle("1"), known={"old.xml": "1"})


def test_a_bundle_whose_file_is_gone_is_made_again():
    assert ["old.xml"] == paths(bundle("1"), known={"old.xml": "1"}, there=lambda _: False)


def test_every_stamp_is_noted_for_the_next_time():
    stamps: dict[str, str] = {}
    list(unbundled([bundle("1"), bundle("2", "b.xml")], stamps, known={"old.xml": "1"}))

    assert {"old.xml": "1", "b.xml": "2"} == stamps


def test_stamps_are_read_as_they_were_written_and_only_for_what_they_were_made_of():
    mark = written_stamps({"a": "1"}, "config")

    assert {"a": "1"} == read_stamps(mark, "config")
    assert {} == read_stamps(mark, "another config")
    assert {} == read_stamps(None, "config")


def test_a_fingerprint_knows_where_a_text_ends():
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])
    assert fingerprint(["\ud800"]) == fingerprint(["\ud800"])
