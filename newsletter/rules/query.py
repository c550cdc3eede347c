"""query: one boolean expression over a paper's texts, authors, categories and dumps.

    query    = and { "OR" and }
    and      = unary { ["AND"] unary }              two terms side by side must both be there
    unary    = { "NOT" } [ field ":" ] ( word | '"' phrase '"' | "(" query ")" )
    field    = title | abstract | keyword | author | cat | dump

AND, OR and NOT count in capitals only: “not” is a word. A word or phrase is a term as in keywords (plurals,
prefix*, hyphen ≡ space); without a field it is looked for in title, abstract and keywords. A lone ``*`` fits
every paper. author: takes a surname, or a whole name in quotes; cat: a category or cs.*; dump: a part of a
dump's name, or its beginning with a star. A query must ask for something: NOT alone would let in the world.

In goes the text; out comes a reason for each positive leaf that was found and carries the truth of the whole:
those under a NOT, and those of an OR's branch that is false, give none. The query's score is that of its best
leaf (2.0 × weight for a title, 1.0 for an abstract, …, see WORTH); each reason has its share of it, in
proportion to what it would add alone, so that the reasons add up to the score.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from newsletter.model import Reason
from newsletter.rules import (
    FIELDS,
    WORTH,
    Clue,
    Compiled,
    Finding,
    Flaw,
    Hit,
    View,
    author_clue,
    reason,
    weight_flaws,
)
from newsletter.rules.authors import People, readings
from newsletter.rules.categories import Classes, category_flaws
from newsletter.terms import EVERY, BadTerm, Term, fold, shown, term, words

SHORT = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    query: str = ""
    weight: float = 1.0


def check(settings: Settings) -> tuple[Flaw, ...]:
    return (*_query_flaws(settings.query), *weight_flaws(settings.weight))


def _query_flaws(text: str) -> tuple[Flaw, ...]:
    try:
        _whole(text)
    except BadQuery as bad:
        return (Flaw(path=("query",), what=bad.what, hint=bad.hint, offset=bad.offset),)
    return ()


def compile(settings: Settings) -> Compiled:  # noqa: A001 - the name that every rule gives it
    """Raises BadQuery, a ValueError."""
    root, clues = _whole(settings.query)
    return _Query(root=root, terms=root.terms, clues=clues, weight=settings.weight)


class BadQuery(ValueError):
    """A query that cannot be read: what was expected, from which character (0-based) on."""

    def __init__(self, what: str, offset: int, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.offset = offset
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    root: Node
    terms: frozenset[Term]
    clues: frozenset[Clue]
    weight: float

    def judge(self, view: View, woken_by: Collection[Clue]) -> Finding | None:  # noqa: ARG002 - the rule looks for itself
        hits = self.root.hits(view)
        return None if hits is None else Finding(_shares(tuple(dict.fromkeys(hits)), self.weight))


def _shares(hits: Sequence[Hit], weight: float) -> tuple[Reason, ...]:
    """Reasons that share the best hit's score; what rounding leaves over goes to the best."""
    best_first = sorted(hits, key=lambda hit: -WORTH[hit.field])
    score = round(WORTH[best_first[0].field] * weight, 4)
    worths = [WORTH[hit.field] for hit in best_first]
    rest = [round(score * worth / sum(worths), 4) for worth in worths[1:]]
    shares = (score - sum(rest), *rest)
    return tuple(reason("query", hit, share) for hit, share in zip(best_first, shares, strict=True))


# ------------------------------------------------------------------------------------------------ nodes
#
# A node says with hits() whether a paper fits (None: it does not) and by what; with `terms` what must be
# looked for; with `clues` how the papers that may fit are known, None where any may.


@dataclass(frozen=True, slots=True)
class _Leaf:
    terms: frozenset[Term]
    clues: frozenset[Clue] | None
    find: Callable[[View], tuple[Hit, ...]]

    def hits(self, view: View) -> tuple[Hit, ...] | None:
        return self.find(view) or None


@dataclass(frozen=True, slots=True)
class _And:
    parts: tuple[Node, ...]

    @property
    def terms(self) -> frozenset[Term]:
        return _terms(self.parts)

    @property
    def clues(self) -> frozenset[Clue] | None:
        """Those of the one part that seems the rarest: without it the whole is false."""
        known = [clues for part in self.parts if (clues := part.clues) is not None]
        return min(known, key=_commonness, default=None)

    def hits(self, view: View) -> tuple[Hit, ...] | None:
        found: list[Hit] = []
        for part in self.parts:
            hits = part.hits(view)
            if hits is None:
                return None
            found += hits
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Or:
    parts: tuple[Node, ...]

    @property
    def terms(self) -> frozenset[Term]:
        return _terms(self.parts)

    @property
    def clues(self) -> frozenset[Clue] | None:
        known = [part.clues for part in self.parts]
        sure = [clues for clues in known if clues is not None]
        return frozenset().union(*sure) if len(sure) == len(known) else None

    def hits(self, view: View) -> tuple[Hit, ...] | None:
        found = [hits for part in self.parts if (hits := part.hits(view)) is not None]
        return tuple(hit for hits in found for hit in hits) if found else None


@dataclass(frozen=True, slots=True)
class _Not:
    part: Node
    clues: None = None

    @property
    def terms(self) -> frozenset[Term]:
        return self.part.terms

    def hits(self, view: View) -> tuple[Hit, ...] | None:
        return () if self.part.hits(view) is None else None


Node = _Leaf | _And | _Or | _Not


def _terms(parts: Sequence[Node]) -> frozenset[Term]:
    return frozenset().union(*(part.terms for part in parts))


def _commonness(clues: frozenset[Clue]) -> tuple[bool, bool, int, int]:
    """A guess at how many papers have one of the clues: all, a category's, then by number and length."""
    categories = any(clue.startswith("category:") for clue in clues)
    return EVERY in clues, categories, len(clues), -min(map(len, clues))


# ----------------------------------------------------------------------------------------------- leaves


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of the query: kind is word, phrase, field, open, close or end."""

    kind: str
    text: str
    offset: int

    @property
    def is_operator(self) -> bool:
        return self.kind == "word" and self.text in {"AND", "OR", "NOT"}


def _text_leaf(fields: tuple[str, ...], token: _Token) -> _Leaf:
    wanted = _term_of(token)
    if wanted == EVERY and fields != FIELDS:
        raise BadQuery("a lone star takes no field", token.offset, "write * for every paper")
    terms = frozenset((wanted,))
    return _Leaf(terms, terms, partial(_find_term, wanted, fields))


def _term_of(token: _Token) -> Term:
    try:
        return term(token.text)
    except BadTerm as bad:
        raise BadQuery(bad.what, token.offset, bad.hint) from bad


def _find_term(wanted: Term, fields: tuple[str, ...], view: View) -> tuple[Hit, ...]:
    hit = view.hit(wanted, fields) if wanted in view.found else None
    return () if hit is None else (hit,)


def _author_leaf(token: _Token) -> _Leaf:
    name = words(token.text)
    if not name:
        raise BadQuery("an author must have a name", token.offset, 'write author:Ho or author:"Jonathan Ho"')
    if token.kind == "phrase" and len(name) > 1:
        people = People((token.text,))
        return _Leaf(frozenset(), people.clues, lambda view: people.among(view.authors))
    if token.text.endswith("*"):
        return _Leaf(frozenset(), frozenset((EVERY,)), partial(_find_surname_from, name[-1]))
    return _Leaf(frozenset(), frozenset((author_clue(name[-1]),)), partial(_find_surname, name))


def _find_surname(surname: tuple[str, ...], view: View) -> tuple[Hit, ...]:
    """Several words are one surname: author:O'Brien."""
    return tuple(
        Hit("authors", author)
        for author in dict.fromkeys(view.authors)
        if any(reading[-len(surname) :] == surname for reading in readings(author))
    )


def _find_surname_from(beginning: str, view: View) -> tuple[Hit, ...]:
    return tuple(
        Hit("authors", author)
        for author in dict.fromkeys(view.authors)
        if any(reading[-1].startswith(beginning) for reading in readings(author))
    )


def _category_leaf(token: _Token) -> _Leaf:
    for flaw in category_flaws("query", (token.text,)):
        raise BadQuery(flaw.what, token.offset, flaw.hint)
    classes = Classes((token.text,))
    return _Leaf(frozenset(), classes.clues, lambda view: classes.among(view.categories)[:1])


def _dump_leaf(token: _Token) -> _Leaf:
    part = fold(token.text)
    if not words(part) or "*" in part[:-1]:
        raise BadQuery(f"no part of a dump's name: “{shown(token.text)}”", token.offset, "write dump:arxiv*")
    return _Leaf(frozenset(), frozenset((EVERY,)), partial(_find_dump, part))


def _find_dump(part: str, view: View) -> tuple[Hit, ...]:
    """The first dump whose name fits. With a star the part begins its path or its file's name."""
    return tuple(Hit("dumps", dump) for dump in view.dumps if _names_dump(part, fold(dump)))[:1]


def _names_dump(part: str, dump: str) -> bool:
    if not part.endswith("*"):
        return part in dump
    return any(name.startswith(part[:-1]) for name in (dump, dump.rpartition("/")[2]))


_LEAVES: dict[str, Callable[[_Token], _Leaf]] = {
    "": partial(_text_leaf, FIELDS),
    "title": partial(_text_leaf, ("title",)),
    "abstract": partial(_text_leaf, ("abstract",)),
    "keyword": partial(_text_leaf, ("keywords",)),
    "author": _author_leaf,
    "cat": _category_leaf,
    "dump": _dump_leaf,
}


# ----------------------------------------------------------------------------------------------- parser

_QUOTES = str.maketrans(dict.fromkeys("“”„‟＂", '"'))
_TOKEN = re.compile(
    r"""\s+ | (?P<open>\() | (?P<close>\)) | "(?P<phrase>[^"]*)"
    | (?P<field>[A-Za-z_]+): | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
_FOREIGN = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", "!": "NOT", "-": "NOT"}
_DEEPEST = 50


def _tokens(query: str) -> Iterator[_Token]:
    text = query.translate(_QUOTES)
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:  # only a quote without its partner is no token
            raise BadQuery(
                "a double quote is not closed", position, "expected another one at the phrase's end"
            )
        if found.lastgroup:
            yield _checked(_Token(found.lastgroup, found[found.lastgroup], position))
        position = found.end()
    yield _Token("end", "", len(text))


def _checked(token: _Token) -> _Token:
    if token.kind == "field":
        return _known_field(token)
    if token.kind == "word" and (ours := _FOREIGN.get(token.text) or _FOREIGN.get(token.text[0])):
        raise BadQuery(
            f"“{shown(token.text)}” cannot begin so", token.offset, f"expected {ours} in its place"
        )
    return token


def _known_field(token: _Token) -> _Token:
    name = token.text.lower()
    if name in _LEAVES:
        return _Token("field", name, token.offset)
    fields = [known for known in _LEAVES if known]
    # ti:, abs: and au: are what arXiv's search has.
    close = [known for known in fields if known.startswith(name)] or difflib.get_close_matches(name, fields)
    hint = f"did you mean {close[0]}:?" if close else "put a word with a colon in double quotes"
    raise BadQuery(f"unknown field “{shown(token.text)}”", token.offset, hint)


class _Parser:
    """Reads the tokens of one query from left to right, one function for each line of the grammar."""

    def __init__(self, query: str) -> None:
        self._tokens = tuple(_tokens(query))
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._peek().kind == "end":
            raise BadQuery("an empty query", 0, "write * for every paper")
        root = self._query("")
        if self._peek().kind == "close":
            raise BadQuery("a parenthesis closes that was never opened", self._peek().offset)
        return root

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _took(self, operator: str) -> bool:
        took = self._peek().is_operator and self._peek().text == operator
        self._next += took
        return took

    def _query(self, field: str) -> Node:
        parts = [self._and(field)]
        while self._took("OR"):
            parts.append(self._and(field))
        return parts[0] if len(parts) == 1 else _Or(tuple(parts))

    def _and(self, field: str) -> Node:
        parts = [self._unary(field)]
        while self._took("AND") or self._begins_unary():
            parts.append(self._unary(field))
        return parts[0] if len(parts) == 1 else _And(tuple(parts))

    def _begins_unary(self) -> bool:
        token = self._peek()
        return token.kind not in {"close", "end"} and (not token.is_operator or token.text == "NOT")

    def _unary(self, field: str) -> Node:
        negated = False
        while self._took("NOT"):
            negated = not negated
        node = self._primary(field)
        return _Not(node) if negated else node

    def _primary(self, field: str) -> Node:
        token = self._peek()
        if token.kind == "field":
            self._take()
            return self._value(token)
        if not self._begins_primary():
            self._refuse(token)
        return self._group(field) if token.kind == "open" else _LEAVES[field](self._take())

    def _begins_primary(self) -> bool:
        token = self._peek()
        return token.kind in {"open", "phrase", "word"} and not token.is_operator

    def _value(self, field: _Token) -> Node:
        if not self._begins_primary():
            raise BadQuery(f"{field.text}: has no value", field.offset, f"expected {field.text}:word")
        return self._primary(field.text)

    def _group(self, field: str) -> Node:
        opening = self._take()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadQuery(f"more than {_DEEPEST} parentheses within each other", opening.offset)
        node = self._query(field)
        if self._take().kind != "close":
            raise BadQuery("a parenthesis is not closed", opening.offset, "expected ) after the group")
        self._depth -= 1
        return node

    def _refuse(self, token: _Token) -> NoReturn:
        """Say what is missing: something after an operator, in a group, or before an operator."""
        before = self._tokens[self._next - 1] if self._next else None
        if before is not None and before.is_operator:
            raise BadQuery(
                f"nothing stands after {before.text}", before.offset, "expected a word, phrase or group"
            )
        if before is not None and before.kind == "open" and token.kind == "close":
            raise BadQuery(
                "nothing stands between the parentheses", token.offset, "expected a word or phrase"
            )
        if before is not None and token.kind == "end":
            raise BadQuery("a parenthesis is not closed", before.offset, "expected ) after the group")
        if token.kind == "close":
            raise BadQuery("a parenthesis closes that was never opened", token.offset)
        raise BadQuery(
            f"nothing stands before {token.text}", token.offset, "expected a word, phrase or group"
        )


def _whole(query: str) -> tuple[Node, frozenset[Clue]]:
    """The query as a tree, and the clues to the papers it may fit. Raises BadQuery."""
    root = _Parser(query).whole()
    clues = root.clues
    if clues is None:
        offset = next(token.offset for token in _tokens(query) if token.is_operator and token.text == "NOT")
        hint = "expected * AND NOT …, or NOT beside something that must be there"
        raise BadQuery("NOT alone would let in nearly every paper", offset, hint)
    return root, clues
