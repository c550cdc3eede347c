"""Configuration, the files: config.yaml and the files it names for profiles and subscribers go in, one tree
of nodes comes out, each node knowing its file. Reads files; what the keys mean is config.py's.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter import where
from newsletter.config_words import did_you_mean, shown
from newsletter.errors import ConfigError
from newsletter.model import Mistake
from newsletter.yaml_nodes import Node, compose, sequence

COLUMNS = ("address", "name", "profiles", "every", "on", "at", "timezone")
"""What a table of subscribers may have, with `profiles` separated by spaces or semicolons."""

INIT = "newsletter init makes a config.yaml that works"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The whole configuration as nodes, with what is wrong about them as YAML and as tables."""

    root: Node
    sources: tuple[where.Source, ...]
    mistakes: list[Mistake]


def read_tree(path: Path) -> Tree:
    """Everything a configuration is made of.

    Raises ConfigError where a file is missing, holds nothing or is no YAML: nothing else can be told then.
    """
    mistakes: list[Mistake] = []
    main = where.read(where.folder(path) / path.name, str(path))
    root = compose(main.text, main.name, mistakes)
    if root is None or root.is_nothing:
        raise ConfigError(
            [Mistake(file=main.name, line=1, column=1, what="the file holds nothing")], hint=INIT
        )
    if root.kind != "mapping":
        what = f"expected keys such as `profiles:`, got {root.named_kind}"
        raise ConfigError([root.mistake(what)], hint=INIT)
    files = _Files(path, mistakes)
    for key in where.SPLIT:
        if key in root.entries:
            named, value = root.entries[key]
            root.entries[key] = named, files.gathered(value)
    if files.unreadable:
        raise ConfigError(files.unreadable)
    return Tree(root=root, sources=(main, *files.sources), mistakes=mistakes)


class _Files:
    """Puts what stands in files of their own where their names stand."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.path = path
        self.mistakes = mistakes
        self.unreadable: list[Mistake] = []
        self.sources: list[where.Source] = []

    def gathered(self, value: Node) -> Node:
        named = tuple(where.patterns(value))
        if not named:
            return value
        parts: list[Node] = []
        for part in value.parts if value.kind == "sequence" else [value]:
            parts += self._found(part) if part in named else [part]
        return sequence(parts, value)

    def _found(self, pattern: Node) -> Iterator[Node]:
        try:
            for source in where.matching(pattern, self.path):
                self.sources.append(source)
                yield from self._parts(source)
        except ConfigError as error:
            self.unreadable += error.mistakes

    def _parts(self, source: where.Source) -> list[Node]:
        if source.path.suffix.lower() == ".csv":
            return list(_Table(source, self.mistakes.append).subscribers())
        node = compose(source.text, source.name, self.mistakes)
        if node is None or node.kind == "scalar":
            what = "expected a list or a mapping, got " + (node.named_kind if node else "nothing")
            raise ConfigError([Mistake(file=source.name, line=1, column=1, what=what)])
        return node.parts if node.kind == "sequence" else [node]


class _Table:
    """A table of subscribers: its first row names the columns."""

    def __init__(self, source: where.Source, report: Callable[[Mistake], None]) -> None:
        self.name = source.name
        self.lines = source.text.splitlines(keepends=True)
        self.report = report

    def subscribers(self) -> Iterator[Node]:
        rows = self._rows()
        columns = [self._column(cell) for cell in next(rows, [])]
        if not columns:
            raise ConfigError([Mistake(file=self.name, line=1, column=1, what="the table holds nothing")])
        for row in rows:
            for cell in row[len(columns) :]:
                self.report(
                    cell.mistake("a cell without a column", "a comma inside a cell needs quotes around it")
                )
            node = Node(kind="mapping", file=self.name, line=row[0].line, column=1)
            for column, cell in zip(columns, row, strict=False):
                if cell.text:
                    node.entries[column] = cell, self._value(column, cell)
            yield node

    def _rows(self) -> Iterator[list[Node]]:
        """The rows that are not blank, as nodes."""
        reader = csv.reader(iter(self.lines), strict=True)
        line = 1
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield list(self._cells(row, line))
                line = reader.line_num + 1
        except csv.Error as error:
            mistake = Mistake(file=self.name, line=line, column=1, what=f"this is no table: {error}")
            raise ConfigError([mistake]) from error

    def _cells(self, row: list[str], line: int) -> Iterator[Node]:
        """A cell's column is where its text is found behind the cell before."""
        written, column = self.lines[line - 1], 0
        for text in row:
            column = max(written.find(text, column), column)
            yield Node(
                kind="scalar",
                file=self.name,
                line=line,
                column=column + 1,
                text=text.strip(),
                shape='"',
                exact=False,
            )
            column += len(text) + 1

    def _column(self, cell: Node) -> str:
        name = cell.text.lower()
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS) or f"columns are {', '.join(COLUMNS)}"
            self.report(cell.mistake(f"unknown column {shown(cell.text)}", hint))
        return name

    def _value(self, column: str, cell: Node) -> Node:
        if column != "profiles":
            return cell
        names = cell.text.replace(";", " ").split()
        scalars = (
            Node(kind="scalar", file=cell.file, line=cell.line, column=cell.column, text=name)
            for name in names
        )
        return sequence(scalars, cell)
