"""The recipes work as far as a machine can tell: parsed by what will read them, scripts run for real."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from cronsim import CronSim
from fakes import at
from home import COMMAND, CONFIG, Home, page
from test_docs import blocks, code, commands, options

from newsletter import config

ROOT = Path(__file__).parent.parent
RECIPES = ROOT / "docs" / "howto" / "recipes"
FILES = sorted(path for path in RECIPES.rglob("*") if path.is_file() and path.name != "README.md")
KEY = "a key of more than twenty characters"
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def recipe(*path: str) -> str:
    return RECIPES.joinpath(*path).read_text(encoding="utf-8")


def needs(program: str):
    """Skips a test where a program is missing: what it tries belongs to systems that have it."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def stub(folder: Path, name: str, script: str) -> Path:
    """A program of that name that does what the script says."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


# -------------------------------------------------------------------------------------------- all of them


def test_every_recipe_is_on_the_page():
    named = re.findall(r"\]\(([\w./-]+)\)", recipe("README.md"))

    assert [] == [
        str(path.relative_to(RECIPES)) for path in FILES if str(path.relative_to(RECIPES)) not in named
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_command_of_a_recipe_exists_with_its_options(path):
    shown = re.findall(r"(?<![\w/.-])(?:/\S+/)?newsletter ([a-z]+)([^|\n>]*)", uncommented(path.read_text()))
    called = [(name, rest) for name, rest in shown if name in commands()]
    wrong = [
        (name, option)
        for name, rest in called
        for option in re.findall(r"--[a-z-]+", rest)
        if option not in options(commands()[name])
    ]

    assert [name for name, _ in shown] == [name for name, _ in called]
    assert [] == wrong


def uncommented(text: str) -> str:
    return "\n".join(line.partition("#")[0] for line in text.splitlines())


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".sh"], ids=lambda path: path.name)
def test_every_script_is_one_that_bash_reads_and_that_stops_at_the_first_failure(path):
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    assert path.stat().st_mode & stat.S_IXUSR
    assert "set -euo pipefail" in path.read_text()


# ----------------------------------------------------------------------------------------- cron, systemd


def test_the_page_on_cron_shows_the_crontab():
    (block, *_) = blocks((ROOT / "docs" / "howto" / "cron.md").read_text(encoding="utf-8"), "")

    assert recipe("crontab") == block


def test_every_line_of_the_crontab_comes_true():
    lines = [line for line in recipe("crontab").splitlines() if line[0] in "*0123456789"]
    moments = [next(CronSim(" ".join(line.split()[:5]), at("2026-11-22 12:00"))) for line in lines]

    assert [at("2026-11-22 12:15"), at("2026-11-29 03:30")] == moments


@needs("systemd-analyze")
def test_systemd_takes_every_unit(tmp_path):
    units = [path for path in FILES if path.suffix in {".service", ".timer"}]
    here = {
        "/srv/newsletter/.venv/bin/newsletter": str(COMMAND),
        "/srv/papers": str(tmp_path),
        "papers\n": "root\n",
    }
    for path in units:
        text = path.read_text()
        for there, ours in here.items():
            text = text.replace(there, ours)
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / path.name) for path in units)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert [] == [
        line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith("newsletter")
    ]


# ----------------------------------------------------------------------------------------------- Docker


def test_what_the_image_is_made_of_is_there():
    """And it has a Python that the program runs on, and all that the wheel is built from."""
    lines = uncommented(recipe("Dockerfile")).splitlines()
    copies = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    named = {name for names in copies for name in names}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    pythons = {
        tuple(map(int, found))
        for found in re.findall(r"^FROM python:(\d+)\.(\d+)", recipe("Dockerfile"), re.MULTILINE)
    }

    assert [] == [name for name in named if not (ROOT / name).exists()]
    assert {
        *wheel["only-include"],
        *wheel["force-include"],
        project["project"]["readme"],
        "pyproject.toml",
    } <= named
    assert min(pythons) >= (3, 11)


def test_compose_shows_the_site_alone_and_calls_a_command_that_exists():
    services = yaml.safe_load(recipe("compose.yaml"))["services"]
    (entry,) = re.findall(r'^CMD \["(\w+)"\]$', recipe("Dockerfile"), re.MULTILINE)

    assert ["./out/site:/usr/share/nginx/html:ro"] == services["site"]["volumes"]
    assert {services["newsletter"]["command"], entry} <= set(commands())


# --------------------------------------------------------------------------------------------- the state


@pytest.fixture
def runner(tmp_path, monkeypatch):
    """A runner's checkout of a repository that lies beside it; `gh` says that it is private."""
    for name, value in GIT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NEWSLETTER_STATE_KEY", raising=False)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "gnupg"))
    (tmp_path / "gnupg").mkdir(mode=0o700)
    monkeypatch.setenv("GITHUB_REPOSITORY", "me/papers")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{COMMAND.parent}:{os.environ['PATH']}")
    stub(tmp_path / "bin", "gh", "echo private")
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    return checkout(tmp_path, "runner")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def checkout(folder: Path, name: str) -> Home:
    git(folder, "clone", "--quiet", "origin.git", name)
    home = Home(folder / name)
    home.put("2026-08-07.txt", page("Diffusion one"))
    return home


def state(home: Home, verb: str) -> subprocess.CompletedProcess[str]:
    script = str(RECIPES / "github" / "state.sh")
    return subprocess.run(
        ["bash", script, verb], cwd=home.folder, capture_output=True, text=True, check=False
    )


def public(tmp_path: Path) -> None:
    stub(tmp_path / "bin", "gh", "echo public")


def kept(tmp_path: Path) -> str:
    """The names in the branch that keeps the state."""
    return git(tmp_path / "origin.git", "ls-tree", "--name-only", "newsletter-state")


@needs("gpg")
@pytest.mark.parametrize(("key", "name"), [("", "newsletter.db"), (KEY, "newsletter.db.gpg")])
def test_a_state_goes_round_and_the_next_runner_sends_nothing_twice(runner, tmp_path, monkeypatch, key, name):
    monkeypatch.setenv("NEWSLETTER_STATE_KEY", key)
    first = state(runner, "restore")
    runner.run("2026-08-07 06:00")
    saved = state(runner, "keep")
    after = checkout(tmp_path, "another")
    taken = state(after, "restore")
    said = after.run("2026-08-07 06:05")

    assert [0, 0, 0] == [done.returncode for done in (first, saved, taken)], saved.stderr
    assert "this is the first run" in first.stdout
    assert name == kept(tmp_path)
    assert 2 == len(runner.mails())
    assert {} == after.mails()
    assert "No mail: nothing new" in said.out
    assert "1" == git(tmp_path / "origin.git", "rev-list", "--count", "newsletter-state")


@needs("gpg")
def test_an_encrypted_state_shows_no_address(runner, tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSLETTER_STATE_KEY", KEY)
    public(tmp_path)
    state(runner, "restore")
    runner.run("2026-08-07 06:00")
    done = state(runner, "keep")
    shown = subprocess.run(
        ["git", "cat-file", "blob", "newsletter-state:newsletter.db.gpg"],
        cwd=tmp_path / "origin.git", capture_output=True, check=True,
    ).stdout  # fmt: skip

    assert 0 == done.returncode
    assert b"ada@example.org" in runner.state.read_bytes()
    assert b"ada" not in shown
    assert b"SQLite" not in shown


@pytest.mark.parametrize("answer", ["echo public", "echo internal", "exit 1", "echo"])
def test_where_everybody_could_read_a_plain_state_nothing_is_run(runner, tmp_path, answer):
    """Rule 26: what nobody can say is no either."""
    stub(tmp_path / "bin", "gh", answer)
    done = state(runner, "restore")
    runner.run("2026-08-07 06:00")
    saved = state(runner, "keep")

    assert (1, 1) == (done.returncode, saved.returncode)
    assert "everybody could read the state here" in done.stderr
    assert "openssl rand -hex 32" in done.stderr
    assert "" == git(tmp_path / "origin.git", "branch", "--list")


def test_a_plain_state_in_a_repository_that_was_made_public_is_told(runner, tmp_path, monkeypatch):
    state(runner, "restore")
    runner.run("2026-08-07 06:00")
    state(runner, "keep")
    public(tmp_path)
    monkeypatch.setenv("NEWSLETTER_STATE_KEY", KEY)
    done = state(checkout(tmp_path, "another"), "restore")

    assert 1 == done.returncode
    assert "for everybody to read: delete that branch" in done.stderr


@needs("gpg")
@pytest.mark.parametrize("key", ["", "another key of more than twenty"])
def test_a_wrong_key_opens_nothing_and_no_empty_state_takes_its_place(runner, tmp_path, monkeypatch, key):
    """Else the next run would send everything again."""
    monkeypatch.setenv("NEWSLETTER_STATE_KEY", KEY)
    state(runner, "restore")
    runner.run("2026-08-07 06:00")
    state(runner, "keep")
    monkeypatch.setenv("NEWSLETTER_STATE_KEY", key)
    after = checkout(tmp_path, "another")
    done = state(after, "restore")

    assert 1 == done.returncode
    assert "NEWSLETTER_STATE_KEY" in done.stderr
    assert not after.state.exists()


@needs("gpg")
def test_an_encrypted_state_that_somebody_changed_is_not_taken(runner, tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSLETTER_STATE_KEY", KEY)
    state(runner, "restore")
    runner.run("2026-08-07 06:00")
    state(runner, "keep")
    origin = tmp_path / "origin.git"
    sealed = tmp_path / "sealed"
    with sealed.open("wb") as file:
        subprocess.run(
            ["git", "cat-file", "blob", "newsletter-state:newsletter.db.gpg"],
            cwd=origin,
            stdout=file,
            check=True,
        )
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.write_bytes(content)
    blob = git(origin, "hash-object", "-w", str(sealed))
    (tmp_path / "tree").write_text(f"100644 blob {blob}\tnewsletter.db.gpg\n")
    with (tmp_path / "tree").open() as listing:
        tree = subprocess.run(
            ["git", "mktree"], cwd=origin, stdin=listing, capture_output=True, text=True, check=True
        )
    git(
        origin,
        "update-ref",
        "refs/heads/newsletter-state",
        git(origin, "commit-tree", "-m", "x", tree.stdout.strip()),
    )
    done = state(checkout(tmp_path, "another"), "restore")

    assert 1 == done.returncode
    assert "does not open the state" in done.stderr


def test_a_run_whose_state_is_older_than_what_was_kept_meanwhile_does_not_write_over_it(runner, tmp_path):
    late = checkout(tmp_path, "late")
    for home in (runner, late):
        state(home, "restore")
        home.run("2026-08-07 06:00")
    first, second = state(runner, "keep"), state(late, "keep")
    again = state(runner, "keep")

    assert (0, 1, 0) == (first.returncode, second.returncode, again.returncode)
    assert "another run did so meanwhile" in second.stderr


def test_a_key_that_could_be_guessed_is_refused(runner, monkeypatch):
    monkeypatch.setenv("NEWSLETTER_STATE_KEY", "papers")

    assert "fewer than 20 characters" in state(runner, "restore").stderr


# ------------------------------------------------------------------------------------------ the workflow


def steps() -> list[dict]:
    (job,) = yaml.safe_load(recipe("github", "newsletter.yml"))["jobs"].values()
    return job["steps"]


def test_the_workflow_keeps_the_state_before_it_sends_and_after():
    ran = [step["run"] for step in steps() if "run" in step]
    order = [line for line in ran if "state.sh" in line or line.startswith("newsletter")]

    assert [
        "bash .github/state.sh restore",
        "newsletter run --fetch --no-send",
        "bash .github/state.sh keep",
        "newsletter deliver",
        "bash .github/state.sh keep",
    ] == order


def test_the_workflow_publishes_the_site_without_private_feeds_and_nothing_else():
    laid = next(step["run"] for step in steps() if "cp -R" in step.get("run", ""))
    (upload,) = (step["with"] for step in steps() if "upload" in step.get("uses", ""))

    assert "cp -R out/site _site && rm -rf _site/private" == laid
    assert {"path": "_site"} == upload


def test_each_secret_of_the_workflow_is_for_the_steps_that_need_it():
    """And nobody else's pull request can run it."""
    workflow = yaml.safe_load(recipe("github", "newsletter.yml"))
    given = {step["run"]: set(step.get("env", ())) for step in steps() if "run" in step}
    stray = {line: names for line, names in given.items() if "state.sh" not in line and names}

    assert {"newsletter deliver": {"SMTP_PASSWORD"}} == stray
    assert {"schedule", "push", "workflow_dispatch"} == set(workflow[True])  # `on`, to this reader of YAML
    assert 4 == recipe("github", "newsletter.yml").count("secrets.")
    assert at("2026-11-23 05:17") == next(
        CronSim(workflow[True]["schedule"][0]["cron"], at("2026-11-22 12:00"))
    )


# ---------------------------------------------------------------------------------------------- gh-pages


@pytest.fixture
def hosted(tmp_path, monkeypatch):
    """An installation whose site goes to a branch of a repository beside it."""
    for name, value in GIT.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "--quiet", "--bare", "pages.git")
    home = Home(tmp_path / "home")
    shutil.copy(RECIPES / "gh-pages.sh", home.folder)
    home.edit(
        f"{CONFIG}publish:\n  after: [./gh-pages.sh, {tmp_path / 'pages.git'}]\n".replace(
            "name: Ada", "private_feed: true"
        )
    )
    home.put("2026-08-07.txt", page("Diffusion one"))
    return home


def branch(tmp_path: Path) -> set[str]:
    return set(git(tmp_path / "pages.git", "ls-tree", "-r", "--name-only", "gh-pages").splitlines())


def test_the_branch_has_the_site_and_nothing_else(hosted, tmp_path):
    first = hosted.run("2026-08-07 06:00")
    hosted.put("2026-08-08.txt", page("Diffusion two", date="Aug 8"))
    second = hosted.run("2026-08-08 06:00")
    public = {path for path in hosted.site() if not path.startswith("private/")}

    assert [(0, ""), (0, "")] == [(first.code, first.err), (second.code, second.err)]
    assert public | {".nojekyll"} == branch(tmp_path)
    assert public < set(hosted.site())
    assert "1" == git(tmp_path / "pages.git", "rev-list", "--count", "gh-pages")
    assert hosted.site()["index.html"].decode().strip() == git(
        tmp_path / "pages.git", "show", "gh-pages:index.html"
    )
    assert not list((hosted.folder / "out").rglob(".git"))


def test_a_site_as_it_was_is_not_pushed(hosted, tmp_path):
    hosted.run("2026-08-07 06:00")
    before = git(tmp_path / "pages.git", "rev-parse", "gh-pages")
    done = subprocess.run(
        ["bash", str(RECIPES / "gh-pages.sh"), str(tmp_path / "pages.git")],
        cwd=hosted.folder / "out" / "site", capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert "gh-pages is as the site is\n" == done.stdout
    assert before == git(tmp_path / "pages.git", "rev-parse", "gh-pages")


def test_a_folder_that_is_no_site_or_holds_a_state_is_not_pushed(tmp_path):
    (tmp_path / "site").mkdir()
    said = []
    for name in ("readme.txt", "index.html", "newsletter.db"):
        (tmp_path / "site" / name).touch()
        done = subprocess.run(
            ["bash", str(RECIPES / "gh-pages.sh"), str(tmp_path / "nowhere.git")],
            cwd=tmp_path / "site", capture_output=True, text=True, check=False, env={**os.environ, **GIT},
        )  # fmt: skip
        said.append(done.stderr)

    assert "has no index.html" in said[0]
    assert "does not appear to be a git repository" in said[1]
    assert "holds a database" in said[2]


def test_a_host_that_cannot_be_reached_is_told_by_the_run(hosted, tmp_path):
    shutil.rmtree(tmp_path / "pages.git")
    said = hosted.run("2026-08-07 06:00")

    assert 1 == said.code
    assert "publish.after: gh-pages.sh ended with exit code 128:\n" in said.err


# ----------------------------------------------------------------------------------- rsync, S3 and rclone

HOSTS = [
    yaml.safe_load(block)["publish"]["after"]
    for block in blocks(recipe("README.md"), "yaml")
    if "gh-pages" not in block
]


@pytest.mark.parametrize("after", HOSTS, ids=lambda after: after.split()[0])
def test_each_command_of_the_page_is_called_in_the_site_with_its_words(tmp_path, monkeypatch, after):
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    stub(tmp_path / "bin", after.split()[0], f'{{ pwd; printf "%s\\n" "$@"; }} > {tmp_path / "called"}')
    home = Home(tmp_path / "home", f"{CONFIG}publish:\n  after: {after}\n")
    home.put("2026-08-07.txt", page("Diffusion one"))
    said = home.run("2026-08-07 06:00")
    folder, *words = (tmp_path / "called").read_text().splitlines()

    assert (0, "") == (said.code, said.err)
    assert str(home.folder / "out" / "site") == folder
    assert list(config.load(home.folder / "config.yaml").publish.after[1:]) == words
    assert "./" in words or "." in words


def test_there_are_three_of_them_and_those_to_the_public_leave_private_feeds_out():
    assert ["rsync", "aws", "rclone"] == [after.split()[0] for after in HOSTS]
    assert all("private/*" in after for after in HOSTS[1:])
    assert any("private_feed" in line or "private" in line for line in code(recipe("README.md")))
