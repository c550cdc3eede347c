"""`newsletter rank`: scores of any papers for any profiles, as a run in TREC's format. For evaluation: the
archive is the papers that are given, never the state. The scores are those that fill digests.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from newsletter.errors import NewsletterError, NoModel, NotFound
from newsletter.store import open_store

if TYPE_CHECKING:
    from newsletter.ranking.interest import Ranker, Taste

Text = tuple[str, str]
_TAG = "newsletter"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A profile of the file: what it likes, and the places of the papers to be ranked for it."""

    name: str
    topic: str
    likes: tuple[int, ...]
    candidates: tuple[int, ...]


@click.command(short_help="Scores of any papers for any profiles, in TREC run format.")
@click.option("--papers", "papers_file", required=True, type=click.Path(path_type=Path), metavar="FILE")
@click.option("--profiles", "profiles_file", required=True, type=click.Path(path_type=Path), metavar="FILE")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Instead of standard output.")
@click.option("--model", metavar="FOLDER|auto", help="A sentence model; else that of config.yaml, if any.")
@click.option(
    "--vectors",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keeps what the model says of papers, for the next time.",
)
@click.pass_obj
def command(
    config_path: Path,
    papers_file: Path,
    profiles_file: Path,
    *,
    out: Path | None,
    model: str | None,
    vectors: Path | None,
) -> int:
    """Rank the papers of one file for each profile of another, both JSON lines.

    A paper has id, title and abstract; a profile has id, topic (may be empty), likes (ids of papers, the
    latest first) and, if not all papers are to be ranked, candidates (ids). A line of the run is
    “profile Q0 paper rank score newsletter”, best first.

    With a sentence model the first ranking of many papers takes long: 30 ms a paper. --vectors keeps that.
    """
    papers = list(_records(papers_file))
    places = {_word(record, "id", papers_file, line): place for place, (line, record) in enumerate(papers)}
    asked = [
        _asked(record, line, profiles_file, places, len(papers)) for line, record in _records(profiles_file)
    ]
    texts = [(str(record.get("title") or ""), str(record.get("abstract") or "")) for _, record in papers]
    try:
        with out.open("w", encoding="utf-8") if out else nullcontext(sys.stdout) as run:
            _write(run, asked, list(places), texts, _ranker(texts, model or _of_config(config_path), vectors))
    except OSError as error:
        raise NewsletterError(f"{out}: {error.strerror}", hint="name another file with --out") from error
    return 0


def _of_config(path: Path) -> str:
    """The model that config.yaml names, where there is one; ranking needs no configuration."""
    if not path.is_file():
        return ""
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    return configuration.load(path).ranking.model


def _ranker(texts: Sequence[Text], model: str, vectors: Path | None) -> Ranker:
    from newsletter.ranking.background import fit, spread_evenly  # noqa: PLC0415 - numpy, for this alone
    from newsletter.ranking.interest import REFERENCE, Ranker  # noqa: PLC0415

    background = fit([texts[place] for place in spread_evenly(len(texts))])
    if not model:
        return Ranker(background)
    from newsletter.leanings import kept_sentences  # noqa: PLC0415 - for those who ask

    try:
        embedder = kept_sentences(open_store(vectors), model, keeps=True)
    except NoModel as error:
        click.echo(f"warning: {error.told}", err=True)
        return Ranker(background)
    return Ranker(background, embedder, [texts[place] for place in spread_evenly(len(texts), REFERENCE)])


def _write(
    run: TextIO, asked: Sequence[_Asked], names: Sequence[str], texts: Sequence[Text], ranker: Ranker
) -> None:
    from newsletter.ranking.tastes import Tastes  # noqa: PLC0415 - as above

    tastes = Tastes(ranker, {str(number): [_taste(each, texts)] for number, each in enumerate(asked)})
    for each, (_, scores) in zip(asked, tastes.scores(texts), strict=True):
        values = scores.tolist()
        best = sorted(each.candidates, key=lambda place: (-values[place], place))
        run.writelines(
            f"{each.name} Q0 {names[place]} {rank} {values[place]:.6f} {_TAG}\n"
            for rank, place in enumerate(best, start=1)
        )


def _taste(asked: _Asked, texts: Sequence[tuple[str, str]]) -> Taste:
    from newsletter.ranking.interest import Taste  # noqa: PLC0415 - as above

    return Taste(topic=asked.topic, likes=tuple(texts[place] for place in asked.likes))


def _records(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a file of JSON lines with their line numbers. Raises NewsletterError."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    record = json.loads(line)
                    if not isinstance(record, dict):
                        raise _wrong(path, number, "expected an object with an id")
                    yield number, record
    except OSError as error:
        raise NewsletterError(f"{path}: {error.strerror}", hint="see that the path is right") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(
            path, number + 1 if isinstance(error, UnicodeDecodeError) else number, str(error)
        ) from error


def _wrong(path: Path, line: int, what: str) -> NewsletterError:
    return NewsletterError(f"{path}:{line}: {what}", hint="the file has one JSON object a line")


def _word(record: Mapping[str, Any], key: str, path: Path, line: int) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value or value.split() != [value]:
        raise _wrong(path, line, f"expected `{key}` to be a word, got {json.dumps(value)[:60]}")
    return value


def _asked(
    record: Mapping[str, Any], line: int, path: Path, places: Mapping[str, int], papers: int
) -> _Asked:
    candidates = record.get("candidates")
    return _Asked(
        name=_word(record, "id", path, line),
        topic=str(record.get("topic") or ""),
        likes=tuple(_places(record.get("likes") or (), places, path, line)),
        candidates=tuple(range(papers))
        if candidates is None
        else tuple(dict.fromkeys(_places(candidates, places, path, line))),
    )


def _places(ids: Iterable[object], places: Mapping[str, int], path: Path, line: int) -> Iterator[int]:
    for each in ids:
        if not isinstance(each, str) or each not in places:
            raise NotFound(f"{path}:{line}: there is no paper {each!r} in the file of papers")
        yield places[each]
