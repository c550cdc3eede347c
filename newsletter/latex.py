r"""LaTeX as it stands in titles and abstracts, read into Unicode: one text in, one out, every word kept.

Pure and linear in the length of the text. Our own reader for what a converter of whole documents does to an
abstract: there ``%`` starts a comment, a lone ``$`` swallows all, unknown macros vanish with their words.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import cast

ADDRESS = r"(?:https?://|www\.|(?:github|gitlab)\.com/)[^\s<>\"{}]+"
"""What a web address looks like inside a text; nothing in it is LaTeX."""

_RAISED = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθ−∘′",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿ⁻°′",
        strict=True,
    )
)
_LOWERED = dict(
    zip("0123456789+-=()aehijklmnoprstuvxβγρφχ−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₋", strict=True)
)


def script(sign: str, content: str) -> str:
    """A superscript or subscript in Unicode where each character has one, else legibly: x^(a, b), d_model."""
    table = _RAISED if sign == "^" else _LOWERED
    content = content.strip()
    if all(character in table for character in content):
        return "".join(table[character] for character in content)
    return f"{sign}{content}" if content.isalnum() or len(content) == 1 else f"{sign}({content})"


_DEEPEST = 40
"""Groups inside groups: real ones have three or four. A deeper brace is a letter."""

_PIECE = re.compile(
    r"(?P<address>(?:https?://|www\.)(?:[^\s<>\"{}\\$]|\\[_%&#~])+)|\\(?P<macro>[A-Za-z]+)\*?|\\(?P<sign>.)"
    r"|(?P<special>[{}$^_~\\])|(?P<plain>(?:(?!https?://|www\.)[^\\{}$^_~])+|.)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([_%&#~])")
_FORMULA = re.compile(r"\$?(?=\S)([^$]{1,300}?)(?<=[^\s\\])\$\$?(?!\d)")
_TEXED = re.compile(r"(?=\S)([^$\\]{0,99}\\[A-Za-z][^$]{0,199}?)(?<=[^\s\\])\$")
"""A formula that holds a macro is one though a digit follows: $\\sim$10 is no price."""
_MONEY = re.compile(r"\d[^\\^_=+<>×{}]*[^\W\d_][^\\^_=+<>×{}]*")
"""What may stand between two dollar signs and is no formula: $5 (or 4$)."""
_OPTION = re.compile(r"\s?\[[^\[\]{}]{0,80}\]")
_DECLARATION = re.compile(
    r"\{\s*\\(?:em|it|bf|tt|sc|rm|sf|sl|itshape|bfseries|color|small|large|bm)(?![A-Za-z])"
)
_CAPITALS = re.compile(r"[^\W\d_]{0,40}[A-Z][\w-]{0,40}")
"""What BibTeX protects by braces: {BERT}. A {placeholder} keeps them."""
_TIMES = re.compile(r"\s*×\s*")
_LONGEST_FORMULA = 1000

_CLEAR = frozenset(
    re.findall(
        r"\w+",
        """
        textit textbf texttt textsc textrm textsf textsl textnormal emph em it bf tt sc rm sf sl itshape
        bfseries underline text mathrm mathbf mathcal mathit mathsf mathfrak mathscr mathtt boldsymbol bm
        operatorname mbox hbox ensuremath left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle
        textstyle limits nolimits small large Large footnotesize tiny normalsize centering noindent
        protect xspace mathop mathbin mathrel ref eqref autoref url nolinkurl path
        """,
    )
)
"""Macros of which only the argument is text."""
_WORDS = {
    "eg": "e.g.", "ie": "i.e.", "etal": "et al.", "etc": "etc.", "cf": "cf.", "vs": "vs.", "wrt": "w.r.t.",
    "aka": "a.k.a.", "textless": "<", "textgreater": ">", "textbackslash": "", "textasciitilde": "~",
    "textunderscore": "_", "times": "×", "prime": "′", "dots": "…", "ldots": "…", "cdots": "⋯",
    "copyright": "©", "quad": " ", "qquad": " ", "newline": " ", "par": " ", "item": " • ", "checkmark": "✓",
    "mid": "|", "lbrace": "{", "rbrace": "}", "S": "§", "textendash": "–", "textemdash": "—",
}  # fmt: skip
_MARKS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "H": "\u030b", "u": "\u0306", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
    "bar": "\u0304", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306",
}  # fmt: skip
"""Accents, as the combining characters that follow their letter in Unicode."""
_SIGNS = {
    "\\": " ", " ": " ", ",": " ", ";": " ", ":": " ", "!": "", "-": "", "/": "", "@": "",
    "%": "%", "&": "&", "_": "_", "$": "$", "#": "#", "{": "{", "}": "}", "|": "‖",
}  # fmt: skip
_POSSESSIVE = re.compile(r"[st]\b")
"""The model\\'s, don\\'t: an apostrophe that a program escaped, not an accent."""
_DOUBLE_STRUCK = dict(zip("CENPQRZ", "ℂ𝔼ℕℙℚℝℤ", strict=True))


@lru_cache(maxsize=512)
def _symbol(name: str) -> str:
    r"""What a macro without arguments stands for (``\alpha`` → α), else its name: no word is lost.

    The table is pylatexenc's. It takes 40 ms to load, which most dumps never spend.
    """
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415 slow, and hardly ever needed

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it grumbles about every macro it cannot show
    try:
        shown = str(LatexNodes2Text().latex_to_text(f"\\{name}")).strip()
    except (AttributeError, LookupError):
        return name  # a macro that cannot stand without what belongs to it, such as \\footnote or \\input
    # A longer one is no symbol: \today would bring in the clock.
    return shown if 0 < len(shown) <= 2 else name  # noqa: PLR2004 a symbol has one or two characters


def _accented(letter: str, mark: str) -> str:
    r"""The letter under its accent, or "" where Unicode has no such letter: ``\"q`` is an escaped quote."""
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    composed = unicodedata.normalize("NFC", base + mark)
    return composed if len(composed) == 1 else ""


def _operand(text: str) -> str:
    return text if text.isalnum() else f"({text})"


class Latex:
    """One reading of a text that may hold LaTeX: from left to right, every character once.

    Our own reader for what a converter of whole documents does to an abstract: there ``%`` starts a comment,
    a lone ``$`` swallows the rest, and unknown macros vanish with their words.
    """

    def __init__(self, text: str, *, formula: bool = False) -> None:
        self.text = text
        self.position = 0
        self.formula = formula
        self.depth = 0

    def read(self) -> str:
        parts = []
        while self.position < len(self.text):
            parts.append(self._piece())
        shown = "".join(parts)
        return _TIMES.sub("×", shown).strip() if self.formula else shown

    def shown(self, tex: str) -> str:
        """What stands for a formula."""
        return Latex(tex, formula=True).read()

    def _piece(self) -> str:
        # _PIECE takes any character, so there is always a match.
        found = cast("re.Match[str]", _PIECE.match(self.text, self.position))
        self.position = found.end()
        kind = found.lastgroup
        if kind == "address":
            return self._address(_ESCAPED.sub("\\1", found[0]))
        if kind == "macro":
            return self._macro(found["macro"])
        if kind == "sign":
            return self._sign(found["sign"])
        return self._special(found[0]) if kind == "special" else found[0]

    def _at_group(self) -> bool:
        return self.text.startswith("{", self.position)

    def _inside(self) -> tuple[str, bool]:
        """What the group here holds, and whether it is closed at all."""
        if self.depth >= _DEEPEST:
            self.position += 1
            return "", False
        self.depth += 1
        self.position += 1
        parts = []
        while self.position < len(self.text) and self.text[self.position] != "}":
            parts.append(self._piece())
        self.depth -= 1
        closed = self.position < len(self.text)
        self.position += closed
        return "".join(parts), closed

    def _argument(self) -> str:
        """The group, macro or letter that follows. An unclosed brace stays visible."""
        if self._at_group():
            content, closed = self._inside()
            return content if closed else "{" + content
        if self.text.startswith("\\", self.position) and self.depth < _DEEPEST:
            self.depth += 1
            piece = self._piece()
            self.depth -= 1
            return piece
        letter = self.text[self.position : self.position + 1]
        if letter in "}$":
            return ""
        self.position += len(letter)
        return letter

    def _next_argument(self) -> str:
        while self.text.startswith(" ", self.position):
            self.position += 1
        return self._argument()

    def _address(self, address: str) -> str:
        r"""An address, and what stood in a group behind it: ``\href{address}{text}`` without its macro."""
        if not self._at_group():
            return address
        shown = self._argument().strip()
        return address if shown in ("", address) else f"{address} ({shown})"

    def _special(self, character: str) -> str:
        if character == "{":
            return self._group()
        if character == "$":
            return self._dollar()
        if not self.formula:
            return character
        if character in "^_":
            return script(character, self._argument())
        return {"~": " ", "}": ""}.get(character, character)

    def _group(self) -> str:
        start = self.position - 1
        declares = _DECLARATION.match(self.text, start)
        self.position = start
        content, closed = self._inside()
        if not closed:
            return "{" + content
        only_macro = self.text.startswith("\\", start + 1) and "\\" not in content  # {\textless}, {\"u}
        if self.formula or declares or only_macro or self._protects(content, start):
            return content
        return "{" + content + "}"

    def _protects(self, content: str, start: int) -> bool:
        around = self.text[max(0, start - 1) : start] + self.text[self.position : self.position + 1]
        return _CAPITALS.fullmatch(content) is not None and not set(around) & set("{}^_%")

    def _dollar(self) -> str:
        found = _FORMULA.match(self.text, self.position) or _TEXED.match(self.text, self.position)
        if found is None or _MONEY.fullmatch(found[1]):
            return "$"
        self.position = found.end()
        return self.shown(found[1])

    def _sign(self, character: str) -> str:
        if character in "([":
            return self._formula(character)
        if character in _MARKS:
            return self._marked(character)
        return _SIGNS.get(character, "\\" + character)

    def _formula(self, opening: str) -> str:
        closing = "\\)" if opening == "(" else "\\]"
        end = self.text.find(closing, self.position, self.position + _LONGEST_FORMULA)
        if end < 0:
            return "\\" + opening
        content = self.text[self.position : end]
        self.position = end + len(closing)
        return self.shown(content)

    def _marked(self, name: str) -> str:
        r"""An accent and its letter. ``\d`` without a letter is a pattern's, ``\~{}`` a tilde."""
        if name.isalpha() and len(name) == 1 and not self._at_group():
            return "\\" + name
        if name == "'" and _POSSESSIVE.match(self.text, self.position):
            return name
        letter = self._argument()
        if (
            len(name) > 1 and len(letter) == 1
        ):  # an x under a hat has no character of its own, yet is shown well
            return unicodedata.normalize("NFC", letter + _MARKS[name])
        return _accented(letter, _MARKS[name]) or ("" if name.isalpha() else name) + letter

    def _macro(self, name: str) -> str:
        if name in _SPECIAL:
            return _SPECIAL[name](self)
        if name in _MARKS:
            return self._marked(name)
        if name in _CLEAR:
            self._skip_option()
            return self._argument() if self._at_group() else ""
        word = _WORDS[name] if name in _WORDS else _symbol(name)
        if word.endswith(".") and self.text.startswith(".", self.position):
            self.position += 1
        return word + self._further()

    def _further(self) -> str:
        """The groups behind a macro we do not know: their words stay."""
        parts = []
        while self._at_group():
            content = self._argument()
            parts.append(f" {content}" if content else "")
        return "".join(parts)

    def _skip_option(self) -> None:
        if option := _OPTION.match(self.text, self.position):
            self.position = option.end()

    def tinted(self) -> str:
        self._skip_option()
        if self._at_group():
            self._argument()
        return self._argument() if self._at_group() else ""

    def reference(self) -> str:
        self._skip_option()
        return f"[{self._argument()}]" if self._at_group() else ""

    def linked(self) -> str:
        address = self._argument()
        shown = self._argument() if self._at_group() else ""
        return address if shown in ("", address) else f"{shown} ({address})"

    def footnote(self) -> str:
        return f" ({self._argument()})" if self._at_group() else ""

    def fraction(self) -> str:
        over, under = self._next_argument(), self._next_argument()
        return f"{_operand(over)}/{_operand(under)}" if over and under else over + under

    def root(self) -> str:
        self._skip_option()
        return f"√{_operand(self._argument())}"

    def struck(self) -> str:
        letter = self._argument() if self._at_group() or self.formula else ""
        return _DOUBLE_STRUCK.get(letter, letter)

    def raised(self) -> str:
        return script("^", self._argument()) if self._at_group() else ""

    def lowered(self) -> str:
        return script("_", self._argument()) if self._at_group() else ""


_SPECIAL: dict[str, Callable[[Latex], str]] = {
    "color": Latex.tinted, "textcolor": Latex.tinted, "vspace": Latex.tinted, "hspace": Latex.tinted,
    "label": Latex.tinted, "begin": Latex.tinted, "end": Latex.tinted, "cite": Latex.reference,
    "citep": Latex.reference, "citet": Latex.reference, "citealp": Latex.reference,
    "citeauthor": Latex.reference, "citeyear": Latex.reference, "href": Latex.linked,
    "footnote": Latex.footnote, "frac": Latex.fraction, "dfrac": Latex.fraction, "tfrac": Latex.fraction,
    "nicefrac": Latex.fraction, "sqrt": Latex.root, "mathbb": Latex.struck,
    "textsuperscript": Latex.raised, "textsubscript": Latex.lowered,
}  # fmt: skip
