"""Publishing: whole or not at all, and nothing touched that need not be."""

from __future__ import annotations

import errno
import os
from datetime import date
from functools import partial
from pathlib import Path

import pytest

import newsletter.publish
from newsletter.errors import PublishError, TemplateError
from newsletter.hands import shared
from newsletter.publication import Artifact, Draft, Summary
from newsletter.publish import HINTS, UNFINISHED, publish


def artifact(path: str, content: str = "words") -> Artifact:
    return Artifact(path=path, content=content.encode())


def test_a_site_is_written(tmp_path):
    done = publish([artifact("index.html", "home"), artifact("papers/a.html", "a")], tmp_path / "site")

    assert {"index.html", "papers/a.html"} == set(done.written)
    assert "home" == (tmp_path / "site" / "index.html").read_text()


def test_a_second_time_nothing_is_touched(tmp_path):
    publish([artifact("a.html"), artifact("b.html")], tmp_path)
    before = (tmp_path / "a.html").stat()
    done = publish([artifact("a.html"), artifact("b.html", "other")], tmp_path)

    assert (("b.html",), 1) == (done.written, done.unchanged)
    assert before.st_mtime_ns == (tmp_path / "a.html").stat().st_mtime_ns
    assert before.st_ino == (tmp_path / "a.html").stat().st_ino


def test_a_template_that_fails_leaves_the_last_good_site(tmp_path):
    publish([artifact("index.html", "good")], tmp_path)

    def failing():
        yield artifact("index.html", "half")
        raise TemplateError("day.html:3: no such thing")

    with pytest.raises(TemplateError):
        publish(failing(), tmp_path)
    assert "good" == (tmp_path / "index.html").read_text()


def test_the_front_page_comes_last_and_what_pages_need_comes_first(tmp_path, monkeypatch):
    order = []
    replace = os.replace

    def noted(unfinished, to):
        order.append(Path(to).relative_to(tmp_path).as_posix())
        replace(unfinished, to)

    monkeypatch.setattr(os, "replace", noted)
    names = ["index.html", "feeds/feed.xml", "about.html", "papers/a.html", "assets/style.css"]
    publish(map(artifact, names), tmp_path)

    assert list(reversed(names)) == order


@pytest.mark.parametrize(
    "path", ["../a", "/a", "a/../b", "a\\b", "", "a//b", "./a", "a/", "c:/a", "a\x00b", "a\nb"]
)
def test_no_path_leads_out_of_the_folder(tmp_path, path):
    with pytest.raises(PublishError):
        publish([artifact("fine.html"), artifact(path)], tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_two_pages_at_one_address_are_refused(tmp_path):
    """Some disks hold A.html and a.html for one file."""
    with pytest.raises(PublishError, match="two pages"):
        publish([artifact("A.html", "1"), artifact("a.html", "2")], tmp_path)


def test_files_of_others_stay(tmp_path):
    (tmp_path / "CNAME").write_text("example.org")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / ".nojekyll").write_text("")
    publish([artifact("papers/a.html")], tmp_path)

    assert "example.org" == (tmp_path / "CNAME").read_text()
    assert (tmp_path / "papers" / ".nojekyll").exists()


def test_what_a_killed_run_left_is_swept(tmp_path):
    left = tmp_path / f".index.html{UNFINISHED}"
    left.write_text("ha")
    publish([artifact("index.html")], tmp_path)

    assert ["index.html"] == [path.name for path in tmp_path.iterdir()]


def test_a_folder_in_the_way_is_named_and_nothing_is_left_behind(tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(PublishError, match=r"index\.html") as told:
        publish([artifact("index.html")], tmp_path)

    assert "a folder stands where a file has to go: move it away" == told.value.hint
    assert ["index.html"] == [path.name for path in tmp_path.iterdir()]


def test_a_file_where_a_folder_has_to_go_is_named(tmp_path):
    (tmp_path / "papers").write_text("")
    with pytest.raises(PublishError) as told:
        publish([artifact("papers/a.html")], tmp_path)

    assert told.value.hint.startswith("a file stands where a folder has to go")


@pytest.mark.parametrize("code", sorted(HINTS))
def test_every_failing_disk_has_its_hint(tmp_path, monkeypatch, code):
    def fail(*_):
        raise OSError(code, "as the system says")

    monkeypatch.setattr(newsletter.publish, "open", fail, raising=False)
    with pytest.raises(PublishError, match="as the system says") as told:
        publish([artifact("a.html")], tmp_path)

    assert HINTS[code] == told.value.hint
    assert [] == list(tmp_path.iterdir())


def test_a_failure_we_never_met_is_told_too(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(newsletter.publish, "open", fail, raising=False)
    with pytest.raises(PublishError, match="input/output error"):
        publish([artifact("a.html")], tmp_path)


def drafts(*made_of: str, log: list[str], pages: int = 1):
    """A draft for each stamp, at 0.html, 1.html, …; what is made is noted in the log."""

    def make(name: str, stamp: str):
        log.append(name)
        yield artifact(f"{name}.html", stamp)
        for page in range(2, pages + 1):
            yield artifact(f"{name}-{page}.html", stamp)

    for number, stamp in enumerate(made_of):
        yield Draft(
            path=f"{number}.html",
            made_of=stamp,
            make=partial(make, str(number), stamp),
            mapped=True,
            changed=date(2026, 8, 7),
        )


def test_a_draft_is_made_where_what_it_is_made_of_has_changed(tmp_path):
    log = []
    first = publish(drafts("a", "b", "c", log=log), tmp_path)
    log.clear()
    done = publish(drafts("a", "B", "c", log=log), tmp_path, first.drafts)

    assert ["1"] == log
    assert (("1.html",), 2) == (done.written, done.unchanged)
    assert "B" == (tmp_path / "1.html").read_text()


def test_a_draft_that_somebody_removed_is_made_again(tmp_path):
    """Any of the files that it goes on in."""
    log = []
    first = publish(drafts("a", "b", log=log, pages=3), tmp_path)
    (tmp_path / "1-3.html").unlink()
    log.clear()
    publish(drafts("a", "b", log=log, pages=3), tmp_path, first.drafts)

    assert ["1"] == log
    assert (tmp_path / "1-3.html").is_file()


def test_what_sums_up_all_pages_knows_those_that_were_not_made(tmp_path):
    summary = Summary(make=lambda mapped: [artifact("sitemap.xml", " ".join(sorted(mapped)))])
    first = publish([*drafts("a", "b", log=[], pages=2), artifact("other.xml"), summary], tmp_path)
    publish([*drafts("a", "B", log=[], pages=2), summary], tmp_path, first.drafts)

    assert "0-2.html 0.html 1-2.html 1.html" == (tmp_path / "sitemap.xml").read_text()


def test_a_draft_has_an_address_of_its_own_even_where_it_is_not_made(tmp_path):
    first = publish(drafts("a", log=[]), tmp_path)

    with pytest.raises(PublishError, match="two pages"):
        publish([*drafts("a", log=[]), artifact("0.html")], tmp_path, first.drafts)


def pages(count: int):
    for number in range(count):
        yield Draft(
            path=f"papers/{number}.html",
            made_of="",
            make=partial(lambda number: [artifact(f"papers/{number}.html", f"page {number}")], number),
            mapped=True,
        )


def test_several_processes_publish_what_one_does(tmp_path, monkeypatch):
    listed = Summary(make=lambda mapped: [artifact("map.txt", "\n".join(sorted(mapped)))])
    outputs = [artifact("index.html"), *pages(120), listed]
    alone = publish(outputs, tmp_path / "alone")
    monkeypatch.setattr("newsletter.hands._processors", lambda: 3)
    monkeypatch.setattr("newsletter.publish.shared", partial(shared, least=10))
    several = publish(outputs, tmp_path / "several")

    assert (alone.drafts, sorted(alone.written)) == (several.drafts, sorted(several.written))
    assert files(tmp_path / "alone") == files(tmp_path / "several")
    assert 122 == len(files(tmp_path / "several"))


def test_where_one_of_several_processes_fails_the_last_good_site_stays(tmp_path, monkeypatch):
    publish([artifact("index.html", "good"), artifact("papers/7.html", "old")], tmp_path)
    before = files(tmp_path)

    def failing():
        raise TemplateError("paper.html:3: no such thing")
        yield

    monkeypatch.setattr("newsletter.hands._processors", lambda: 3)
    monkeypatch.setattr("newsletter.publish.shared", partial(shared, least=10))
    with pytest.raises(TemplateError):
        publish(
            [artifact("index.html", "new"), *pages(120), Draft(path="z", made_of="", make=failing)], tmp_path
        )

    assert before == files(tmp_path)


def files(folder: Path) -> dict[str, str]:
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return {path: found[path].read_text() for path in sorted(found)}
