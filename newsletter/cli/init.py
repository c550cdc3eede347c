"""`newsletter init`: a folder to work in. It asks on a terminal, takes options and piped lines elsewhere, and
overwrites nothing. What the configuration says is starter.py's.
"""

from __future__ import annotations

import json
import os
import select
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import available_timezones

import click

from newsletter import config_words as words
from newsletter import starter
from newsletter.cli._shared import short
from newsletter.config_words import Wrong
from newsletter.errors import ConfigError, NewsletterError
from newsletter.shipped import example
from newsletter.shipped import templates as shipped_templates
from newsletter.starter import SCHEMA, Answers

Value = TypeVar("Value")
_MOMENT = 0.5
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and the answer that is proposed."""

    asked: str
    proposed: str


QUESTIONS = {
    "title": Question(asked="A title for your list", proposed="Reading list"),
    "url": Question(asked="Where will its site be hosted, as https://… (empty: not yet)", proposed=""),
    "inbox": Question(
        asked="Where do papers come from: a folder you fill, huggingface, arxiv, with commas between",
        proposed="dumps",
    ),
    "interests": Question(
        asked="What do you work on: words, phrases, categories such as cs.LG",
        proposed="diffusion, score matching",
    ),
    "address": Question(
        asked="Who gets a digest a day, and when, as ada@example.org 07:30 (empty: nobody)", proposed=""
    ),
}
"""By the option that answers each of them too."""


@click.command(short_help="A working folder: asks five questions and writes config.yaml.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="[DIR]")
@click.option("--title", metavar="TEXT", help="The title of the list.")
@click.option("--url", metavar="URL", help="Where the site will be hosted.")
@click.option("--inbox", metavar="PLACES", help="Where papers come from: a folder, huggingface, arxiv.")
@click.option("--interests", metavar="WORDS", help="Words, phrases and categories, with commas between.")
@click.option("--address", metavar="READER", help="Who gets a digest a day, and when: ada@example.org 07:30.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: what no option says is as proposed.")
@click.option("--example", "as_example", is_flag=True, help="The whole example instead, with sample dumps.")
@click.option("--templates", is_flag=True, help="Copy the templates too, to change them.")
def command(folder: Path, *, yes: bool, as_example: bool, templates: bool, **said: str | None) -> int:
    """Make DIR (by default this folder) a working one. Nothing that stands there is overwritten.

    On a terminal it asks at most five questions, each with a proposal. Options answer them beforehand;
    without a terminal so do lines on standard input, an answer a line.
    """
    _refuse(folder, as_example=as_example, only_templates=templates and not any(said.values()), said=said)
    try:
        asks = _asks() and not yes
        made = _made(folder, said, as_example=as_example, piped=None if asks else _piped(ask=not yes))
        if templates:
            made += _copy_tree(shipped_templates(), folder / "templates")
    except OSError as error:
        raise NewsletterError(
            f"{error.filename or folder}: {error.strerror}", hint="choose a folder that is yours to write"
        ) from error
    for path in made:
        click.echo(f"made {short(path.resolve())}")
    if templates:
        click.echo("To use the templates, write into config.yaml:  templates: templates")
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    click.echo(f"Next:  {there}newsletter check\n       newsletter run")
    return 0


def _refuse(folder: Path, *, as_example: bool, only_templates: bool, said: dict[str, str | None]) -> None:
    """Raises UsageError before anything is asked."""
    if as_example and any(said.values()):
        raise click.UsageError("--example has its own answers: leave the others away")
    if (folder / "config.yaml").exists() and not (as_example or only_templates):
        there = short((folder / "config.yaml").resolve())
        raise click.UsageError(f"{there} is there already and stays: edit it, or choose another folder")


def _asks() -> bool:
    """Whether somebody sits there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _piped(*, ask: bool) -> Iterator[str]:
    """What was piped in; nothing where nobody has begun within a moment: a pipe may stay open for ever."""
    if not ask or sys.stdin is None or sys.stdin.isatty():
        return
    with suppress(OSError, ValueError):  # a standard input that is no file, or closed
        if select.select([sys.stdin], [], [], _MOMENT)[0]:
            yield from sys.stdin


def _made(
    folder: Path, said: dict[str, str | None], *, as_example: bool, piped: Iterator[str] | None
) -> list[Path]:
    """Make what is not there yet; what was made."""
    if as_example:
        return _example(folder)
    if (folder / "config.yaml").exists():
        return []
    answers = _answers(said, piped)
    text = starter.config_text(answers)
    _check(text)
    made = _write(text, folder / "config.yaml") + _write(_schema(), folder / SCHEMA)
    inbox = folder / Path(answers.origins.inbox).expanduser()
    if not inbox.exists():
        inbox.mkdir(parents=True)
        made.append(inbox)
    click.echo(
        f"Put lists of papers into {short(inbox.resolve())}, as they are: saved pages, mails, exports."
    )
    return made


# ------------------------------------------------------------------------------------------ the answers


def _answers(said: dict[str, str | None], piped: Iterator[str] | None) -> Answers:
    """What options say, and for the rest what is answered, or was proposed."""

    def answer(name: str, read: Callable[[str], Value]) -> Value:
        given = said[name]
        if given is None and piped is not None:
            given = next(piped, "").strip() or QUESTIONS[name].proposed
        return _answer(name, given, read)

    return Answers(
        title=answer("title", words.some_line),
        url=answer("url", words.site_url),
        origins=answer("inbox", starter.origins),
        interests=answer("interests", starter.interests),
        reader=answer("address", starter.reader),
        timezone=local_zone(),
    )


def _answer(name: str, said: str | None, read: Callable[[str], Value]) -> Value:
    """One answer, understood; whoever sits there is asked again till it can be."""

    def understood(text: str) -> Value:
        try:
            return read(text.encode(errors="replace").decode())
        except Wrong as wrong:
            raise click.BadParameter(
                f"{wrong.what} ({wrong.hint})" if wrong.hint else wrong.what, param_hint=f"--{name}"
            ) from wrong

    question = QUESTIONS[name]
    if said is not None:
        return understood(said)
    value: Value = click.prompt(
        question.asked, default=question.proposed, value_proc=understood, show_default=bool(question.proposed)
    )
    return value


def _check(text: str) -> None:
    """What is written passes `newsletter check`. Raises UsageError where answers get in each other's way."""
    from newsletter import config  # noqa: PLC0415 - pydantic, 100 ms

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            config.load(path)
        except ConfigError as error:
            raise click.UsageError("; ".join(mistake.what for mistake in error.mistakes)) from error


def local_zone() -> str:
    """The time zone of this machine by its name, UTC where it does not say."""
    known = available_timezones()
    link = Path("/etc/localtime")
    linked = str(link.resolve()).partition("zoneinfo/")[2] if link.is_symlink() else ""
    named = next((name for name in (os.environ.get("TZ", "").lstrip(":"), linked) if name in known), "UTC")
    return named.removeprefix("Etc/") if named == "Etc/UTC" else named


# -------------------------------------------------------------------------------------------- the files


def _example(folder: Path) -> list[Path]:
    home = example()
    own = (home / "config.yaml").read_text(encoding="utf-8")
    made = _write(own.replace("$schema=docs/config.schema.json", f"$schema={SCHEMA}"), folder / "config.yaml")
    made += _write(_schema(), folder / SCHEMA)
    return made + _copy(sorted((home / "dumps").glob("*.txt")), home, folder)


def _schema() -> str:
    """What editors need to help with config.yaml."""
    from newsletter.config import schema  # noqa: PLC0415 - pydantic, 100 ms

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _copy_tree(source: Path, target: Path) -> list[Path]:
    return _copy((path for path in sorted(source.rglob("*")) if path.is_file()), source, target)


def _copy(files: Iterable[Path], source: Path, target: Path) -> list[Path]:
    """Copy files, each unless something stands there; what was made."""
    return [
        made
        for path in files
        for made in _write(path.read_text(encoding="utf-8"), target / path.relative_to(source))
    ]


def _write(text: str, target: Path) -> list[Path]:
    """Write one file, unless something stands there; what was made."""
    if target.exists():
        click.echo(f"kept {short(target.resolve())}")
        return []
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="")
    return [target]
