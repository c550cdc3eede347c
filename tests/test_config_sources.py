"""What config.yaml may say of sources: values out of it, or every mistake with its place."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from newsletter import config
from newsletter.errors import ConfigError
from newsletter.settings import Secret

PROFILE = "profiles:\n- name: diffusion\n  rules:\n  - keywords: [diffusion]\n"


def loaded(folder: Path, sources: str, before: str = "") -> config.Config:
    path = folder / "config.yaml"
    path.write_text(f"{PROFILE}{before}sources:\n{sources}")
    return config.load(path)


def mistakes(folder: Path, sources: str, before: str = "") -> list[str]:
    with pytest.raises(ConfigError) as error:
        loaded(folder, sources, before)
    return [str(mistake).removeprefix(f"{folder}/") for mistake in error.value.mistakes]


def test_the_short_and_the_long_form_mean_the_same(tmp_path):
    short = loaded(
        tmp_path,
        "- arxiv: [cs.LG, stat.ML]\n- feed: https://a.org/f\n- oai_pmh: cs\n- biorxiv: medrxiv\n- huggingface\n",
    )
    long = loaded(
        tmp_path,
        "- arxiv: {categories: [cs.LG, stat.ML]}\n  name: arxiv\n  every: 6h\n  into: dumps\n"
        "- feed: {url: https://a.org/f}\n- oai_pmh: {set: cs}\n- biorxiv: {server: medrxiv}\n- huggingface: {catch_up: 14}\n",
    )  # fmt: skip

    assert short.sources == long.sources
    assert ["arxiv", "feed", "oai-pmh", "biorxiv", "huggingface"] == [each.name for each in short.sources]
    assert tmp_path / "dumps" == short.sources[0].into


def test_what_stands_beside_a_source_holds_for_it(tmp_path):
    (source,) = loaded(
        tmp_path,
        "- feed: https://a.org/f\n  name: journal\n  every: day\n  into: in/feeds\n"
        "  headers: {Authorization: {env: TOKEN}, X-Key: {file: key.txt}}\n",
        "inbox: [in/*.json, in]\n",
    ).sources

    assert ("journal", 24 * 60, tmp_path / "in/feeds") == (source.name, source.every, source.into)
    assert (
        ("Authorization", Secret(env="TOKEN")),
        ("X-Key", Secret(file=tmp_path / "key.txt")),
    ) == source.headers


def test_a_source_behind_which_nothing_stands_is_one(tmp_path):
    found = loaded(tmp_path, "- huggingface:\n- biorxiv:\n  every: day\n").sources

    assert [("huggingface", 360), ("biorxiv", 1440)] == [(source.name, source.every) for source in found]


def test_no_sources_are_fine(tmp_path):
    assert () == loaded(tmp_path, "").sources


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ("- huggingfce\n", "config.yaml:6:3: there is no source `huggingfce` (did you mean `huggingface`?)"),
        ("- arxiv: [cs.LG]\n  evry: day\n", "config.yaml:7:3: unknown key `evry` (did you mean `every`?)"),
        ("- {name: x}\n", "config.yaml:6:3: no kind of source stands here (one of arxiv, biorxiv, feed, huggingface, oai_pmh)"),
        ("- feed\n", "config.yaml:6:3: the key `url` is missing"),
        ("- feed: {url: https://a.org, uri: x}\n", "config.yaml:6:30: unknown key `uri` (did you mean `url`?)"),
        ("- [a]\n", "config.yaml:6:3: sources: expected a source with its settings, got a list (such as - arxiv: [cs.LG])"),
        ("  huggingface\n", "config.yaml:6:3: sources: expected a list of sources, got a word (a dash before each source: - huggingface)"),
        ("- huggingface\n- huggingface\n", "config.yaml:7:3: the source `huggingface` stands twice (give one of them a `name` of its own)"),
        ("- huggingface: {}\n  oai_pmh: cs\n", "config.yaml:7:3: a second source in one entry (a dash before each source)"),
        ("- huggingface: {since: soon}\n", "config.yaml:6:24: huggingface: 'soon' is no date (such as 2026-11-01)"),
        ("- huggingface: {catch_up: many}\n", "config.yaml:6:27: catch_up: expected a whole number, got `many`"),
        ("- huggingface:\n  every: 1m\n", "config.yaml:7:10: every: a source is asked every 5 minutes at most (such as 6h or day)"),
        ("- huggingface:\n  every: fortnight\n", "config.yaml:7:10: every: `fortnight` is no length of time (a number and a letter: 90m, 6h, 2d)"),
        ("- huggingface:\n  into: elsewhere\n", "config.yaml:7:9: into: this folder is not in the inbox (add it to `inbox`)"),
        ("- huggingface:\n  name: H F\n", "config.yaml:7:9: name: `H F` cannot be a name: it takes small letters, digits and hyphens, at most 60 (such as `h-f`; what people read goes into `title`)"),
        ("- feed: https://a:b@c.org\n", "config.yaml:6:9: feed: there is a name or password in this address (take it out, and give headers: {Authorization: {env: NAME}})"),
        ("- feed: file:///etc/passwd\n", "config.yaml:6:9: feed: this is no address of the web (it begins with https://)"),
        ("- feed: https://c.org\n  headers: {Authorization: abc}\n", "config.yaml:7:12: headers: what a header says does not belong into this file ({env: NAME} or {file: PATH})"),
        ("- feed: https://c.org\n  headers: {Host: {env: A}}\n", "config.yaml:7:12: headers: `Host` is no header that one can set (such as Authorization)"),
        ("- feed: https://c.org\n  headers: abc\n", "config.yaml:7:12: headers: expected a mapping of headers, got `abc`"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(tmp_path, sources, told):
    assert [told] == mistakes(tmp_path, sources)


def test_dumps_need_a_folder_to_go_into(tmp_path):
    (told,) = mistakes(tmp_path, "- huggingface\n", "inbox: in/*.json\n")

    assert told.endswith("there is no folder in `inbox` to put dumps into (name one: into: dumps)")


def test_all_mistakes_come_at_once(tmp_path):
    found = mistakes(tmp_path, "- huggingface: {since: soon}\n  every: 1m\n- arxif: [x]\n", "fresh: ever\n")

    assert 4 == len(found)


def test_a_machine_without_the_extra_is_warned_and_may_still_read_what_is_there(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "newsletter.config_sources.find_spec", lambda name: None if name == "httpx2" else find(name)
    )
    warnings = loaded(tmp_path, "- huggingface\n").warnings

    assert "pip install 'paper-newsletter[fetch]'" in warnings[-1]
