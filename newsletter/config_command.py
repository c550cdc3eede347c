"""Configuration: what a command may be. A value of config.yaml goes in, its words come out; nothing is run.

No shell reads a command, so a text that only a shell would understand is a mistake and not an argument.
"""

from __future__ import annotations

import shlex

from newsletter.config_words import Expected, Wrong, shown, some_line

_OF_A_SHELL = frozenset(("|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1"))
_HINT = "name it: sh -c 'one && two'"


def command(value: object) -> tuple[str, ...]:
    """The words of a command: a list of them, or a text that is cut at blanks outside of quotes."""
    if isinstance(value, list):
        if not value:
            raise Wrong("there is no command in this list", "such as [rsync, -a, ./, HOST:DIR/]")
        return tuple(some_line(word) for word in value)
    if not isinstance(value, str):
        raise Expected("a command: a text, or a list of words")
    return _cut(some_line(value))


def _cut(line: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(line))
    except ValueError:
        raise Wrong("a quotation mark is not closed", "close it, or write a list of words") from None
    for word in words:
        # Quoted they are arguments, and shlex tells no more that they were.
        if word in _OF_A_SHELL and f"'{word}'" not in line and f'"{word}"' not in line:
            raise Wrong(f"{shown(word)} is for a shell, and none reads this", _HINT)
    if not words[0]:
        raise Wrong("the command has no name", "such as rsync -a ./ HOST:DIR/")
    return words
