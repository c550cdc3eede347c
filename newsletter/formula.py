r"""Formulas: a raw text with TeX and the same as people read it in, pieces and MathML out. Pure.

The Unicode that `text.clean` makes of a formula stands in feeds, mails and lists, and in the search. On a
paper's own page the formula itself stands, where the dump has it: ``$`` or ``\(`` in the raw text. Whatever
cannot be shown for certain stays Unicode: no formula is worth a page that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

from newsletter.latex import Latex
from newsletter.text import clean

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# A formula on one line is not broken by browsers: a longer one would stand out of the page of a phone.
WIDEST = 40
MOST = 200
_FIRST = 0xE000
"""Unicode's private use area: a sign of it stands for a formula while the rest of a text is cleaned."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")
# Elements of MathML Core (W3C), with how many parts each must have; None for any number.
_ELEMENTS = dict.fromkeys(("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "msqrt"), None)
_ELEMENTS |= dict.fromkeys(("mtable", "mtr", "mtd", "mpadded", "mphantom"), None)
_ELEMENTS |= dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2)
_ELEMENTS |= dict.fromkeys(("msubsup", "munderover"), 3)
_ATTRIBUTES = frozenset(
    ("accent", "accentunder", "displaystyle", "fence", "form", "largeop", "linethickness")
)
_ATTRIBUTES |= {"mathvariant", "movablelimits", "scriptlevel", "separator", "stretchy", "symmetric"}
_VALUE = re.compile(r"[\w.%+-]{1,20}")


class _Formulas(Latex):
    """Reads a text like Latex, and puts a sign where a formula was."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.found: list[str] = []

    def shown(self, tex: str) -> str:
        self.found.append(tex)
        return chr(_FIRST + len(self.found) - 1)


def has_formula(raw: str) -> bool:
    """Whether there may be TeX in a raw text."""
    return "$" in raw or "\\(" in raw


def pieces(raw: str, shown: str) -> tuple[tuple[str, str], ...]:
    """The shown text, cut at its formulas: words with "", and formulas as they are shown with their TeX.

    Joined, the first parts are `shown`, always; where it is not the cleaned raw text, it is one piece.
    """
    if not has_formula(raw) or _PRIVATE.search(raw):
        return ((shown, ""),)
    reader = _Formulas(" ".join(raw.split()))
    signed = reader.read()
    if not 0 < len(reader.found) <= MOST:
        return ((shown, ""),)
    found = tuple(_cut(clean(signed), reader.found))
    return found if "".join(words for words, _ in found) == shown else ((shown, ""),)


def _cut(signed: str, found: list[str]) -> Iterator[tuple[str, str]]:
    position = 0
    for sign in _PRIVATE.finditer(signed):
        tex = found[ord(sign[0]) - _FIRST] if ord(sign[0]) - _FIRST < len(found) else ""
        if words := signed[position : sign.start()]:
            yield words, ""
        yield Latex(tex, formula=True).read(), tex
        position = sign.end()
    if position < len(signed):
        yield signed[position:], ""


@lru_cache(maxsize=4096)
def mathml(tex: str, shown: str) -> str:
    """The formula as safe MathML; "" where it is better left as it is shown."""
    if len(shown) > WIDEST or shown.isdecimal():
        return ""
    from latex2mathml import converter  # noqa: PLC0415  (a big table, for papers with formulas alone)

    try:
        return "".join(_written(converter.convert_to_element(tex)))
    except _failures():
        return ""


class _Unsafe(ValueError):
    """An element that we do not put on a page, or one with a part too few."""


@lru_cache(maxsize=1)
def _failures() -> tuple[type[Exception], ...]:
    """What latex2mathml raises for TeX that it cannot read: its own errors, and slips of its tables."""
    from latex2mathml import exceptions  # noqa: PLC0415  (as above)

    own = [
        each for each in vars(exceptions).values() if isinstance(each, type) and issubclass(each, Exception)
    ]
    return (*own, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def _written(element: Element) -> Iterator[str]:
    """The element as markup. Not by its own writer: that one leaves `<` in a text as it is."""
    parts = list(element)
    if element.tag not in _ELEMENTS or _ELEMENTS[element.tag] not in (None, len(parts)):
        raise _Unsafe(element.tag)
    text = unescape(element.text or "")
    if "\\" in text:  # a macro that it does not know
        raise _Unsafe(text)
    kept = ((name, value) for name, value in element.attrib.items() if name in _ATTRIBUTES)
    yield f"<{element.tag}"
    yield from (f' {name}="{value}"' for name, value in kept if _VALUE.fullmatch(value))
    yield f">{escape(text)}"
    for part in parts:
        yield from _written(part)
    yield f"</{element.tag}>"
