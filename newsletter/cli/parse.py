"""`newsletter parse`: what dumps hold, one JSON object per listed paper. Needs no config and no state."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from newsletter import formats, inbox
from newsletter.cli._progress import shown
from newsletter.cli._shared import counted
from newsletter.containers import unpacked
from newsletter.errors import DumpError
from newsletter.identity import settle_date
from newsletter.model import Dump, DumpDate, ListedPaper, Problem
from newsletter.progress import watched
from newsletter.settings import Limits


@click.command(short_help="What dumps hold: one JSON object per listed paper.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--format", "forced", metavar="NAME", help="Read as this dump format, whatever it looks like.")
@click.option("--summary", is_flag=True, help="One line a file instead: format, listings, problems.")
def command(files: tuple[Path, ...], *, forced: str | None, summary: bool) -> int:
    """Print what dump files hold: papers on standard output, problems on standard error.

    Exit code 1 says that a file could not be read.
    """
    failed = 0
    for path in files:
        try:
            for dump in unpacked(_dump(path), Limits()):
                failed |= _tell_of(dump, forced, path, summary=summary)
        except DumpError as error:
            failed |= _not_read(path, path.name, error.what, error.hint, summary=summary)
    return failed


def _tell_of(dump: Dump | Problem, forced: str | None, path: Path, *, summary: bool) -> int:
    if isinstance(dump, Problem):
        return _not_read(path, dump.dump, dump.what, dump.hint, summary=summary)
    try:
        name = forced or formats.recognise(dump)
        _summarise(dump, name) if summary else _print(dump, formats.load(name).read(dump))
    except DumpError as error:
        return _not_read(path, dump.name, error.what, error.hint, summary=summary)
    if dump.damage:
        _tell(Problem(dump=dump.name, what=dump.damage))
    return 0


def _not_read(path: Path, name: str, what: str, hint: str, *, summary: bool) -> int:
    """Of several files of one name in different folders, the path as it was given tells which."""
    given = inbox.shown(str(path)) + name.removeprefix(path.name)
    _tell(Problem(dump=given, what=what, hint=hint))
    if summary:
        click.echo(f"{given}: not read")
    return 1


def _dump(path: Path) -> Dump:
    """The file as a dump. Raises DumpError."""
    try:
        status = path.stat()
    except OSError as error:
        raise DumpError(f"cannot be opened: {error.strerror}", hint="see that the path is right") from error
    if not path.is_file():
        raise DumpError("is no file", hint="name the files in it: newsletter parse FOLDER/*")
    found = inbox.Found(
        name=path.name, path=os.fspath(path), size=status.st_size, mtime_ns=status.st_mtime_ns
    )
    dump = inbox.take(found, Limits())
    if isinstance(dump, Dump):
        return dump
    if dump is None:
        raise DumpError("changes while it is read", hint="try again when it is complete")
    raise DumpError(dump.what, hint=dump.hint)


def _print(dump: Dump, found: Iterator[ListedPaper | DumpDate | Problem]) -> None:
    says: DumpDate | None = None
    for each in found:
        if isinstance(each, Problem):
            _tell(each)
        elif isinstance(each, DumpDate):
            says = each
        else:
            day = each.listed or settle_date(dump.name, says, dump.modified.date())
            listing = _listing(each, dump.name) | {"listed": day.isoformat()}
            sys.stdout.write(json.dumps(listing, ensure_ascii=False) + "\n")


def _listing(listed: ListedPaper, dump: str) -> dict[str, object]:
    links = [{"rel": link.rel, "url": link.url} for link in listed.links]
    own = next((link.url for link in listed.links if link.rel == "abstract"), None)
    plain = {
        "title": " ".join(listed.title.split()),
        "abstract": " ".join(listed.abstract.split()),
        "authors": list(listed.authors),
        "ids": list(listed.ids),
        "url": own,
        "links": links,
        "affiliations": list(listed.affiliations),
        "categories": list(listed.categories),
        "keywords": list(listed.keywords),
        "organisation": listed.organisation,
        "submitter": listed.submitter,
        "venue": listed.venue,
        "comment": listed.comment,
        "licence": listed.licence,
        "kind": listed.kind,
        "version": listed.version,
        "published": listed.published and listed.published.isoformat(),
        "updated": listed.updated and listed.updated.isoformat(),
        "votes": listed.votes,
        "stars": listed.stars,
        "dump": dump,
        "line": listed.line,
        "index": listed.index,
    }
    return {name: value if value != "" else None for name, value in plain.items()}


def _summarise(dump: Dump, name: str) -> None:
    listed = problems = 0
    with shown() as progress, watched(dump, progress) as seen:
        progress.expect(dump.size)
        for each in formats.load(name).read(seen):
            if isinstance(each, ListedPaper):
                listed += 1
                progress.papers(1)
            elif isinstance(each, Problem):
                problems += 1
                _tell(each)
    click.echo(f"{dump.name}: {name}, {counted(listed, 'listing')}, {counted(problems, 'problem')}")


def _tell(problem: Problem) -> None:
    click.echo(f"{problem}{f' (hint: {problem.hint})' if problem.hint else ''}", err=True)
