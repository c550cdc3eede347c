"""Looking an answer through, before it becomes a dump of the inbox: which format recognises it, how many
listings it holds, whether it is whole; by the readers that take it for a dump later. Nothing is recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter import formats
from newsletter.containers import unpacked
from newsletter.errors import DumpError
from newsletter.identity import aliases
from newsletter.model import Dump, ListedPaper, Problem
from newsletter.settings import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds. `same` is equal for files that list the same papers, in whatever order; `flaw` says
    what keeps it from being read, `cut` that it is its end that is missing.
    """

    format: str = ""
    listings: int = 0
    same: str = ""
    flaw: str = ""
    cut: bool = False


def contents(file: Dump, limits: Limits) -> Contents:
    """What a file holds, packed or not."""
    counted = _Count()
    for dump in unpacked(file, limits) if file.size else ():
        counted.add(dump)
    return counted.contents


class _Count:
    """What was found so far, over the parts of a file."""

    def __init__(self) -> None:
        self._format = ""
        self._listings = self._sum = 0
        self._problems: list[Problem] = []

    def add(self, part: Dump | Problem) -> None:
        """Count what one part holds; one that no format knows counts nothing."""
        if isinstance(part, Problem):
            self._problems.append(part)
            return
        for found in _read(part):
            if isinstance(found, str):
                self._format = self._format or found
            elif isinstance(found, Problem):
                self._problems.append(found)
            else:
                self._listings += 1
                # A sum does not know an order, and keeps no list of three million papers.
                self._sum += _number("\n".join(aliases(found)))
        if part.damage:
            self._problems.append(Problem(dump=part.name, what=part.damage, cut=True))

    @property
    def contents(self) -> Contents:
        cut = next((problem for problem in self._problems if problem.cut), None)
        worst = cut or (self._problems[0] if self._problems and not self._listings else None)
        return Contents(
            format=self._format,
            listings=self._listings,
            same=f"{self._listings}-{self._sum % 2**128:x}",
            flaw=worst.what if worst else "",
            cut=cut is not None,
        )


def _read(dump: Dump) -> Iterator[str | ListedPaper | Problem]:
    """The name of the format, then what it reads."""
    try:
        name = formats.recognise(dump)
        yield name
        for found in formats.load(name).read(dump):
            if isinstance(found, ListedPaper | Problem):
                yield found
    except DumpError as error:
        yield Problem(dump=dump.name, what=error.what)
    except Exception as error:  # noqa: BLE001 - a fault in one format costs one answer, not the other sources
        yield Problem(dump=dump.name, what=f"reading it failed inside the program: {type(error).__name__}")


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest())
