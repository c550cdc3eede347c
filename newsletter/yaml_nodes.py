"""Configuration, first half: YAML text goes in, nodes come out that know where they stand, and plain values.

Scalars are the text that stands in the file: `on`, `no`, `17:30`, `1e3` and `2026-12-20` stay words, whoever
needs a number reads it from there. No meaning of any key here, no file is opened, nothing is validated
beyond what makes a tree a tree.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from newsletter.errors import ConfigError
from newsletter.model import Mistake

Steps = tuple[str | int, ...]
"""Where a value hangs in the tree: keys and positions from the root."""

DEPTH = 50
"""So deep may lists and mappings nest: ours need eight. libyaml's own composer recurses in C and takes the
whole process down at 100,000 open brackets, so nodes are made here, from its events."""

SPARE_NODES = 1_000_000
"""So many values may aliases add to those that are written out: a bomb of nine lines makes a billion."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD_TAG = re.compile(r"!|tag:yaml\.org,2002:(?:str|int|float|bool|null|timestamp|seq|map)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_NOTHING = ("", "~")
_NULL = ("", "~", "null", "Null", "NULL")


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """A value in a file: `kind` is scalar, sequence or mapping; line and column count from 1.

    `shape` is the letter YAML has for a scalar's quotes (', ", | or >), empty for a plain one. `exact` holds
    where the text stands in the file letter by letter, so that a position in it is a column. For a text of
    several lines `written` is how it stands there: the same letters, with other blanks between them.
    """

    kind: str
    file: str
    line: int
    column: int
    text: str = ""
    shape: str = ""
    exact: bool = False
    written: str = ""
    parts: list[Node] = field(default_factory=list)
    entries: dict[str, tuple[Node, Node]] = field(default_factory=dict)

    def mistake(self, what: str, hint: str = "", *, offset: int | None = None) -> Mistake:
        """A mistake that stands at this node, or `offset` characters into its text."""
        line, column = (self.line, self.column) if offset is None else self._place(offset)
        return Mistake(file=self.file, line=line, column=column, what=what, hint=hint)

    def _place(self, offset: int) -> tuple[int, int]:
        """The line and column of a position in the text; those of the node where nobody knows."""
        if self.exact:
            return self.line, self.column + offset + len(self.shape)
        letters = [place for place, letter in enumerate(self.written) if not letter.isspace()]
        before = len("".join(self.text[:offset].split()))
        if before >= len(letters):
            return self.line, self.column
        *above, last = _BREAK.split(self.written[: letters[before]])
        return self.line + len(above), len(last) + (1 if above else self.column)

    @property
    def is_nothing(self) -> bool:
        return not self.shape and self.kind == "scalar" and self.text in _NULL

    @property
    def named_kind(self) -> str:
        """What a person would call it, with its article: a number, a word, a list."""
        if self.kind != "scalar":
            return {"sequence": "a list", "mapping": "a mapping of keys"}[self.kind]
        if self.is_nothing:
            return "nothing"
        if not self.shape and _NUMBER.fullmatch(self.text):
            return "a number"
        return "a text" if " " in self.text.strip() else "a word"


def compose(text: str, file: str, mistakes: list[Mistake]) -> Node | None:
    """The one document of a YAML text; None where it holds nothing.

    What leaves the tree readable (a key that stands twice) is added to `mistakes`.
    Raises ConfigError, with this one mistake, where the text is no YAML or nests too deep.
    """
    _refuse_control_characters(text, file)
    composer = _Composer(text, file, mistakes)
    stream = io.StringIO(text)
    try:
        for event in yaml.parse(stream, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_syntax_mistake(error, text, file)]) from error
    return composer.root


def plain(root: Node | None, written: int) -> Any:  # noqa: ANN401 - any tree of dicts, lists, words and None
    """The tree as plain values; a key without a value counts as absent.

    `written` is the length of the texts it was made from. Raises ConfigError where aliases blow it up.
    """
    return None if root is None else _Plain(SPARE_NODES + written).value(root, 0)


def find(root: Node, steps: Steps) -> tuple[Node, Node]:
    """The key and the value that these steps lead to, or the nearest of them that is there.

    A step that the file leaves out (`authors: [..]` for `authors: {any: [..]}`) is passed over.
    """
    key = value = root
    for step in steps:
        if isinstance(step, int) and value.kind == "sequence":
            key = value = value.parts[step]
        elif isinstance(step, str) and value.kind == "mapping":
            if step not in value.entries:
                break
            key, value = value.entries[step]
    return key, value


def last_key(root: Node, steps: Steps) -> str:
    """The last of these steps that is a key in the file itself; empty where none is."""
    for end in range(len(steps), 0, -1):
        step = steps[end - 1]
        if isinstance(step, str) and step in find(root, steps[: end - 1])[1].entries:
            return step
    return ""


def sequence(parts: Iterable[Node], beside: Node) -> Node:
    """A list made of nodes from elsewhere, standing where `beside` stands."""
    return Node(kind="sequence", file=beside.file, line=beside.line, column=beside.column, parts=list(parts))


class _Composer:
    """Builds the tree from events, without recursion."""

    def __init__(self, text: str, file: str, mistakes: list[Mistake]) -> None:
        self.text = text
        self.file = file
        self.mistakes = mistakes
        self.root: Node | None = None
        self.documents = 0
        self.open: list[Node] = []
        self.anchors: dict[str, Node] = {}
        self.spare = SPARE_NODES

        self.takers: dict[type, Callable[[Any], object]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's events have no common stub for their fields
        taker = self.takers.get(type(event))
        if taker:
            taker(event)

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 - as above
        self._place(event, _scalar(event, self.file, self.text))

    def _close(self, event: Any) -> None:  # noqa: ANN401 - as above
        closed = self.open.pop()
        if isinstance(event, yaml.MappingEndEvent):
            self._enter(closed)

    def _document(self, event: Any) -> None:  # noqa: ANN401 - as above
        self.documents += 1
        if self.documents > 1:
            here = _node(event, "scalar", self.file)
            raise ConfigError([here.mistake("a second document begins", "take the line `---` away")])

    def _open(self, event: Any) -> None:  # noqa: ANN401 - as above
        kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
        node = _node(event, kind, self.file)
        if len(self.open) >= DEPTH:
            raise ConfigError([node.mistake(f"lists and mappings nest deeper than {DEPTH}")])
        self._place(event, node)
        self.open.append(node)

    def _alias(self, event: Any) -> None:  # noqa: ANN401 - as above
        here = _node(event, "scalar", self.file)
        meant = self.anchors.get(event.anchor)
        if meant is None:
            raise ConfigError([here.mistake(f"nothing above is marked &{event.anchor}")])
        if meant in self.open:
            raise ConfigError([here.mistake(f"*{event.anchor} stands inside itself")])
        self._hang(meant)

    def _place(self, event: Any, node: Node) -> None:  # noqa: ANN401 - as above
        if event.tag and not _STANDARD_TAG.fullmatch(event.tag):
            hint = "a secret is written {env: NAME} or {file: PATH}" if event.tag in ("!env", "!file") else ""
            self.mistakes.append(node.mistake(f"the tag {event.tag} has no meaning here", hint))
        if event.anchor:
            self.anchors[event.anchor] = node
        self._hang(node)

    def _hang(self, node: Node) -> None:
        if self.open:
            self.open[-1].parts.append(node)
        else:
            self.root = node

    def _enter(self, mapping: Node) -> None:
        """Fill a closed mapping's entries: its own first, then what `<<` brings."""
        merged: list[Node] = []
        for key, value in zip(mapping.parts[::2], mapping.parts[1::2], strict=True):
            if key.kind != "scalar":
                self.mistakes.append(key.mistake("a key must be a word", "a text in {…} or […] needs quotes"))
            elif key.text == "<<" and not key.shape:
                merged += value.parts if value.kind == "sequence" else [value]
            elif key.text in mapping.entries:
                first = mapping.entries[key.text][0].line
                self.mistakes.append(
                    key.mistake(f"the key `{key.text}` stands twice", f"first on line {first}")
                )
            else:
                mapping.entries[key.text] = key, value
        for source in merged:
            self._merge(source, mapping)

    def _merge(self, source: Node, mapping: Node) -> None:
        if source.kind != "mapping":
            self.mistakes.append(source.mistake(f"`<<` takes a mapping, got {source.named_kind}"))
        self.spare -= len(source.entries)
        if self.spare < 0:
            raise ConfigError([mapping.mistake("the aliases here make more than a million values")])
        mapping.entries = {**source.entries, **mapping.entries}


class _Plain:
    """Turns nodes into plain values, no more of them than `budget`."""

    def __init__(self, budget: int) -> None:
        self.budget = budget

    def value(self, node: Node, depth: int) -> Any:  # noqa: ANN401 - any tree of dicts, lists, words and None
        self.budget -= 1
        if self.budget < 0 or depth > DEPTH:
            raise ConfigError([node.mistake("the aliases here make too many values")])
        if node.kind == "scalar":
            return None if not node.shape and node.text in _NOTHING else node.text
        if node.kind == "sequence":
            return [self.value(part, depth + 1) for part in node.parts]
        return dict(self._pairs(node, depth + 1))

    def _pairs(self, node: Node, depth: int) -> Iterator[tuple[str, Any]]:
        for name, (_, value) in node.entries.items():
            if not value.is_nothing:
                yield name, self.value(value, depth)


def _node(event: Any, kind: str, file: str) -> Node:  # noqa: ANN401 - PyYAML's events have no common stub
    mark = event.start_mark
    return Node(kind=kind, file=file, line=mark.line + 1, column=mark.column + 1)


def _scalar(event: Any, file: str, text: str) -> Node:  # noqa: ANN401 - as above
    start, end, shape = event.start_mark, event.end_mark, event.style or ""
    length = len(event.value) + 2 * len(shape)
    return Node(
        kind="scalar",
        file=file,
        line=start.line + 1,
        column=start.column + 1,
        text=event.value,
        shape=shape,
        exact=start.line == end.line and end.column - start.column == length,
        written=_written(text[start.index : end.index], event.value, shape) if start.line < end.line else "",
    )


def _written(source: str, value: str, shape: str) -> str:
    """How a text of several lines stands in the file, what is before it blanked out; empty where its letters
    do not stand there as they are (an anchor before them, a quote that is written twice).
    """
    head = len(source.split("\n", 1)[0]) if shape in ("|", ">") else len(shape)
    written = " " * head + source[head:]
    return written if "".join(written.split()).startswith("".join(value.split())) else ""


def _refuse_control_characters(text: str, file: str) -> None:
    found = _FORBIDDEN.search(text)
    if found:
        before = text[: found.start()]
        what = f"the character U+{ord(found[0]):04X} may not stand in YAML"
        column = len(before) - before.rfind("\n")
        mistake = Mistake(
            file=file, line=before.count("\n") + 1, column=column, what=what, hint="take it out"
        )
        raise ConfigError([mistake])


_SYNTAX_HINTS = (
    ("tab", "indent with spaces, not tabs"),
    (
        "mapping values are not allowed",
        "a text with a colon in it needs quotes; else look at the indentation",
    ),
    ("did not find expected key", "look at the indentation, and for a quote that is not closed"),
    ("did not find expected '-'", "look at the indentation: every line of a list begins in the same column"),
    ("did not find expected ','", "a bracket, a brace or a comma is missing"),
    ("expected ',' or", "a bracket, a brace or a comma is missing"),
    ("end of stream", "a quote is not closed"),
    ("cannot start any token", "a text that begins with this character needs quotes"),
    ("alias", "a text that begins with * needs quotes"),
    ("anchor", "a text that begins with & needs quotes"),
)


def _syntax_mistake(error: yaml.MarkedYAMLError, text: str, file: str) -> Mistake:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "it cannot be read"
    if mark and _standing_at(text, mark.line, mark.column) == "\t":
        problem = "a tab stands where spaces belong"
    hint = next((hint for sign, hint in _SYNTAX_HINTS if sign in problem), "")
    began = error.context_mark
    if began and mark and began.line != mark.line:
        problem += f", {error.context} that begins on line {began.line + 1}"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Mistake(file=file, line=line, column=column, what=f"this is not YAML: {problem}", hint=hint)


def _standing_at(text: str, line: int, column: int) -> str:
    """The character at a place counted from 0, or nothing behind the end."""
    lines = text.split("\n", line + 1)
    return lines[line][column : column + 1] if line < len(lines) else ""
