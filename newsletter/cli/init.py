"""`newsletter init`: a folder to work in, that runs as it stands."""

from __future__ import annotations

import json
from pathlib import Path

import click

from newsletter.cli._shared import short
from newsletter.errors import NewsletterError
from newsletter.shipped import example
from newsletter.shipped import templates as shipped_templates


@click.command(short_help="A working folder: config.yaml, example dumps.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="[DIR]")
@click.option("--templates", is_flag=True, help="Copy the templates too, to change them.")
def command(folder: Path, *, templates: bool) -> int:
    """Make DIR (by default this folder) a working one. Nothing that stands there is overwritten."""
    home = example()
    copied = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        example_config = (home / "config.yaml").read_text(encoding="utf-8")
        own = example_config.replace("$schema=docs/config.schema.json", "$schema=config.schema.json")
        copied += _write(own, folder / "config.yaml")
        copied += _write(_schema(), folder / "config.schema.json")
        for dump in sorted((home / "dumps").glob("*.txt")):
            copied += _copy(dump, folder / "dumps" / dump.name)
        if templates:
            copied += _copy_tree(shipped_templates(), folder / "templates")
    except OSError as error:
        raise NewsletterError(
            f"{error.filename or folder}: {error.strerror}", hint="choose a folder that is yours to write"
        ) from error
    for path in copied:
        click.echo(f"made {short(path.resolve())}")
    if templates:
        click.echo("To use the templates, write into config.yaml:  templates: templates")
    there = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    click.echo(f"Next:  {there}newsletter check\n       newsletter run")
    return 0


def _schema() -> str:
    """What editors need to help with config.yaml."""
    from newsletter.config import schema  # noqa: PLC0415 - pydantic, 100 ms

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _copy(source: Path, target: Path) -> list[Path]:
    """Copy one file, unless something stands there; what was made."""
    return _write(source.read_text(encoding="utf-8"), target)


def _write(text: str, target: Path) -> list[Path]:
    """Write one file, unless something stands there; what was made."""
    if target.exists():
        click.echo(f"kept {short(target.resolve())}")
        return []
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="")
    return [target]


def _copy_tree(source: Path, target: Path) -> list[Path]:
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    return [made for path in files for made in _copy(path, target / path.relative_to(source))]
