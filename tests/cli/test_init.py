"""`newsletter init`: five questions on a terminal, or options, and a configuration that works."""

from __future__ import annotations

import os
import pty
import re
import select
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, run

import pytest
from home import COMMAND, Home, Said
from hypothesis import given
from hypothesis import strategies as st

from newsletter import config, starter
from newsletter.cli.init import QUESTIONS, local_zone
from newsletter.config_words import Wrong
from newsletter.settings import Config
from newsletter.starter import Answers, Interests, Origins, Reader


@pytest.fixture
def init(tmp_path, monkeypatch):
    """Runs `newsletter init new …`, without a terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Europe/Paris")
    home = Home(tmp_path / "elsewhere")

    def begin(*options: str) -> Said:
        return home.newsletter("init", "new", *options)

    return begin


def made(folder: Path) -> Config:
    return config.load(folder / "new" / "config.yaml")


# ------------------------------------------------------------------------------------------- the answers


def test_options_answer_every_question(init, tmp_path):
    said = init(
        *("--title", "Our list", "--url", "https://example.org/papers/", "--inbox", "in"),
        *("--interests", "state space, cs.LG, stat.*, agents that use tools and plan"),
        *("--address", "ada@example.org 7:30"),
    )
    settled = made(tmp_path)
    (profile,), (reader,) = settled.profiles, settled.subscribers

    assert (0, "") == (said.code, said.err)
    assert ("Our list", "https://example.org/papers") == (settled.site.title, settled.site.url)
    assert (str(tmp_path / "new" / "in"),) == settled.inbox
    assert ("state-space", ["keywords", "categories", "topic"]) == (
        profile.name,
        [rule.name for rule in profile.rules],
    )
    assert ("ada@example.org", 450, "Europe/Paris") == (
        reader.address,
        reader.rhythm.at,
        reader.rhythm.timezone,
    )


def piped(folder: Path, lines: str, *options: str) -> tuple[int, str]:
    """The command with these lines on its standard input; exit code, and what it complained of."""
    done = run(
        [COMMAND, "init", str(folder / "new"), *options],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_what_is_piped_in_answers_a_line_a_question(tmp_path):
    """What an option says is not asked; an empty line, and one that is not there, is as proposed."""
    code, complained = piped(tmp_path, "\nin\nrobots, cs.RO\n", "--title", "Our list")
    settled = made(tmp_path)

    assert (0, "") == (code, complained)
    assert ("Our list", "", (str(tmp_path / "new" / "in"),)) == (
        settled.site.title,
        settled.site.url,
        settled.inbox,
    )
    assert ["robots"] == [profile.name for profile in settled.profiles]
    assert () == settled.subscribers


def test_a_piped_answer_that_cannot_be_is_told_and_one_that_is_not_wanted_is_not_read(tmp_path):
    refused = piped(tmp_path, "List\nnowhere\n")
    nothing = not (tmp_path / "new").exists()
    unread = piped(tmp_path, "List\nnowhere\n", "--yes")

    assert 2 == refused[0]
    assert "--url" in refused[1]
    assert nothing
    assert (0, "") == unread
    assert "Reading list" == made(tmp_path).site.title


def test_a_pipe_that_stays_open_and_empty_holds_nothing_up(tmp_path):
    with Popen([COMMAND, "init", str(tmp_path / "new")], stdin=PIPE, stdout=DEVNULL) as begun:
        assert 0 == begun.wait(30)


def test_what_is_written_passes_check_and_runs_and_the_next_commands_are_told(init, tmp_path):
    said = init("--yes")
    there = Home(tmp_path / "new", (tmp_path / "new" / "config.yaml").read_text())
    checked, ran = there.newsletter("check"), there.run("2026-08-07 06:00")

    assert said.out.endswith("Next:  cd new && newsletter check\n       newsletter run\n")
    assert [0, 0] == [checked.code, ran.code]
    assert "is right: 1 profile, 0 subscribers" in checked.out
    assert (tmp_path / "new" / "out" / "site" / "index.html").is_file()


def test_sources_are_asked_for_the_categories_of_ones_interests(init, tmp_path):
    init("--inbox", "huggingface, arxiv", "--interests", "robots, cs.RO")
    settled = made(tmp_path)
    first, second = settled.sources

    assert ("huggingface", "arxiv") == (first.kind, second.kind)
    assert "cs.RO" in str(second.settings)
    assert (str(tmp_path / "new" / "dumps"),) == settled.inbox


def test_a_folder_with_a_configuration_is_refused_before_anything_is_asked(init, tmp_path):
    init("--yes")
    before = (tmp_path / "new" / "config.yaml").read_text()
    again = init("--title", "Another")

    assert 2 == again.code
    assert "new/config.yaml is there already and stays: edit it, or choose another folder" in again.err
    assert before == (tmp_path / "new" / "config.yaml").read_text()


def test_templates_come_into_a_folder_in_use(init, tmp_path):
    init("--yes")
    said = init("--templates")

    assert 0 == said.code
    assert (tmp_path / "new" / "templates" / "site" / "home.html").is_file()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--url", "example.org"), "--url: `example.org` is no address of a site (it begins with https://)"),
        (("--address", "ada"), "--address: `ada` is no e-mail address"),
        (("--address", "ada@example.org 25:00"), "--address: `25:00` is no time of day"),
        (("--interests", ","), "--interests: there is no word in this"),
        (
            ("--interests", "the of and to a"),
            "--interests: “the of and to a” says nothing of what a paper is about",
        ),
        (("--title", "a\nb"), "--title: a line break or control character (U+000A) may not stand here"),
        (("--inbox", "https://x.org/rss"), "--inbox: `https://x.org/rss` is an address, and no folder"),
        (("--inbox", "in, there"), "--inbox: `there` is a second folder"),
        (("--inbox", "out/in"), "the inbox would stand inside out/"),
        (("--example", "--title", "x"), "--example has its own answers"),
    ],
)
def test_an_answer_that_cannot_be_is_told_and_nothing_is_written(init, tmp_path, options, told):
    said = init(*options)

    assert 2 == said.code
    assert told in " ".join(said.err.split())
    assert not (tmp_path / "new").exists()


# ------------------------------------------------------------------------------------------ the questions


def on_a_terminal(folder: Path, *typed: str) -> tuple[int, str]:
    """The command on a terminal where somebody types an answer at each question; exit code, and the screen."""
    ours, its = pty.openpty()
    program = Popen(
        [str(COMMAND), "init", "new"],
        cwd=folder,
        stdin=its,
        stdout=its,
        stderr=its,
        env={**os.environ, "TZ": "UTC"},
    )
    os.close(its)
    screen, answers = "", list(typed)
    while select.select([ours], [], [], 60)[0]:
        try:
            screen += os.read(ours, 4096).decode()
        except OSError:  # the other end is closed
            break
        if answers and screen.rstrip(" ").endswith(":") and screen.count(": ") > len(typed) - len(answers):
            os.write(ours, answers.pop(0).encode())
    os.close(ours)
    return program.wait(), screen.replace("\r\n", "\n")


def test_five_questions_are_asked_on_a_terminal_each_with_a_proposal(tmp_path):
    code, screen = on_a_terminal(tmp_path, "Our list\n", "\n", "\n", "robots\n", "ada@example.org\n")
    settled = made(tmp_path)

    assert 0 == code
    assert all(question.asked in screen for question in QUESTIONS.values())
    assert 5 == len(QUESTIONS)
    assert ("Our list", "robots") == (settled.site.title, settled.profiles[0].name)
    assert ("ada@example.org", 420) == (settled.subscribers[0].address, settled.subscribers[0].rhythm.at)


def test_who_answers_wrong_is_asked_again_and_who_leaves_leaves_nothing(tmp_path):
    code, screen = on_a_terminal(tmp_path, "\n", "nowhere\n", "\x04")

    assert 130 == code
    assert "Error: `nowhere` is no address of a site (it begins with https://)" in screen
    assert 2 == screen.count(QUESTIONS["url"].asked)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "answers",
    [Answers(), Answers(reader=Reader(address="ada@example.org"), url="https://example.org/papers")],
)
def test_what_is_only_proposed_works_too_without_its_mark(tmp_path, answers):
    """A line that somebody takes the # from must not be a mistake."""
    text = re.sub(r"^( *)# (?= *(?:- \w+: |\w+:))", r"\1", starter.config_text(answers), flags=re.MULTILINE)
    (tmp_path / "config.yaml").write_text(text)
    settled = config.load(tmp_path / "config.yaml")

    assert "rsync" == settled.publish.after[0]
    assert ["huggingface", "arxiv"] == [source.kind for source in settled.sources]
    assert "smtp.example.org" == settled.email.relays[0].host
    assert 3 == len(settled.profiles[0].rules)
    assert 1 == len(settled.subscribers)
    assert settled.site.url


# ------------------------------------------------------------------------------------------------- the law

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(title=ANY, words=ANY, url=ANY.map("https://example.org/{}".format), inbox=ANY)
def test_any_answers_are_refused_or_mean_in_the_file_what_they_say(
    tmp_path_factory, title, words, url, inbox
):
    """Quotation marks, brackets, `#`, `yes`, emoji: no answer turns into something else."""
    folder = tmp_path_factory.mktemp("answers")
    try:
        answers = Answers(
            title=config.words.some_line(title),
            url=config.words.site_url(url),
            origins=Origins(inbox=config.words.path(inbox)),
            interests=starter.interests(words),
            reader=starter.reader("ada@example.org"),
        )
    except Wrong:
        return
    path = folder / "config.yaml"
    path.write_text(starter.config_text(answers), encoding="utf-8")
    try:
        settled = config.load(path)
    except config.ConfigError as error:
        assert {"inbox", "profile"} & set(str(error).split()), error  # noqa: PT017 - either is right
        return

    assert (answers.title, answers.url) == (settled.site.title, settled.site.url)
    assert (config.where.absolute(folder, answers.origins.inbox),) == settled.inbox
    said = {rule.name: rule.settings for rule in settled.profiles[0].rules}
    assert answers.interests.keywords == getattr(said.get("keywords"), "any", ())
    assert answers.interests.categories == getattr(said.get("categories"), "any", ())
    assert answers.interests.topic == getattr(said.get("topic"), "text", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diffusion", Interests(keywords=("diffusion",))),
        ("cs.LG; hep-th, node.js", Interests(keywords=("node.js",), categories=("cs.LG", "hep-th"))),
        ("models that learn from people", Interests(topic="models that learn from people")),
    ],
)
def test_interests_are_words_categories_or_a_sentence(text, expected):
    assert expected == starter.interests(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in", Origins(inbox="in")),
        ("arxiv, huggingface", Origins(sources=("huggingface", "arxiv"))),
        ("in, arxiv", Origins(inbox="in", sources=("arxiv",))),
        ("./arxiv", Origins(inbox="./arxiv")),
    ],
)
def test_papers_come_from_a_folder_or_from_sources(text, expected):
    assert expected == starter.origins(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Reader()),
        ("ada@example.org", Reader(address="ada@example.org", at="07:00")),
        ("ada@example.org  7:05", Reader(address="ada@example.org", at="07:05")),
    ],
)
def test_a_reader_is_an_address_with_an_hour_or_without(text, expected):
    assert expected == starter.reader(text)


@pytest.mark.parametrize(
    ("zone", "expected"), [("Asia/Tokyo", "Asia/Tokyo"), (":Asia/Tokyo", "Asia/Tokyo"), ("Etc/UTC", "UTC")]
)
def test_the_zone_is_that_of_this_machine(monkeypatch, zone, expected):
    monkeypatch.setenv("TZ", zone)

    assert expected == local_zone()
