r"""Texts for people: raw text of a dump in, clean Unicode out; its links, keywords and marked passages.

Pure; used by parse and render. `clean` leaves no control character and no LaTeX that a reader would stumble
over, and every word. No HTML is read or written here: ``<HYBNEXT>`` is a word, and whoever writes markup
escapes it. All work is linear in the length of the text, whatever the text is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import cast
from urllib.parse import urlsplit

from newsletter.model import Link

# -------------------------------------------------------------------------------------------- clean


def clean(raw: str) -> str:
    """The text as a person would have typed it: one line, no control characters, no LaTeX left-overs.

    Cleaning twice is cleaning once, so ``&amp;amp;`` is ``&``. Broken LaTeX stays as it stands.
    """
    text = raw
    for _ in range(_ROUNDS):
        before, text = text, _cleaned(text)
        if text == before:
            return text
    # Only a text made to nest without end (&l&#116;&l&#116;…) comes here; without its triggers it rests.
    return _without_lost_macros(_one_line(_TRIGGERS.sub(" ", text)))


_ROUNDS = 8
_TRIGGERS = re.compile(r"[\\&$^_~`{}-]")

# Forbidden in XML, or seen by nobody: bidi marks and overrides, zero-width and soft-hyphen breaks that split
# words under a search, annotation and tag characters. The joiners U+200C and U+200D stay: scripts need them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_safe(text: str) -> str:
    """The text without what XML 1.0 forbids (its production Char), lone surrogates among it."""
    return _NOT_XML.sub("", text)


def _one_line(text: str) -> str:
    # Most lines of a dump are in order, and to see that is ten times cheaper than to cut and join them.
    if text.isprintable() and "  " not in text and text.strip() == text:
        return text
    return " ".join(text.split())


def _cleaned(text: str) -> str:
    text = _one_line(text)
    if not text.isprintable():
        text = _one_line(_UNSEEN.sub("", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "\\" in text or "$" in text or "{" in text:
        text = _Latex(text).read()
    text = _without_lost_macros(text)
    for trigger, improved in _TYPOGRAPHY:
        if trigger in text:
            text = improved(text)
    return _one_line(text)


# Only with its semicolon: html.unescape alone would turn ?a=1&copy=2 into ?a=1©=2.
_ENTITY = re.compile(
    r"(?P<ampersands>&(?:(?:amp|AMP|#0{0,9}38|#[xX]0{0,9}26);)+)"
    r"|&(?:#\d{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});"
)


def _entity(found: re.Match[str]) -> str:
    return "&" if found["ampersands"] else unescape(found[0])


# --------------------------------------------------------------------- quotes, dashes, ties and scripts

_ADDRESS = r"(?:https?://|www\.|(?:github|gitlab)\.com/)[^\s<>\"{}]+"


def _quotes(text: str) -> str:
    text = _DOUBLE_QUOTED.sub("“\\1”", text).replace("``", "“")
    return _SINGLE_QUOTED.sub("‘\\1’", text)


# TeX closes with '' and people with ": a real dump has ``judgements". Bounded, so that it stays linear.
_DOUBLE_QUOTED = re.compile(r"``([^`]{0,300}?)(?:''|\")")
_SINGLE_QUOTED = re.compile(r"(?<![\w`])`((?:[^`']|'(?=\w)){1,80})'(?![\w'])")


def _outside_addresses(pattern: str, shown: Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    """A substitution that leaves web addresses alone: ``/~ada/a_1--b`` is no typography."""
    compiled = re.compile(rf"(?P<address>{_ADDRESS})|{pattern}")

    def substituted(text: str) -> str:
        return compiled.sub(lambda found: found[0] if found["address"] else shown(found), text)

    return substituted


_dashes = _outside_addresses(
    r"(?P<long>(?<!-)---(?!-))|(?<![-\s(<!])--(?![-\s>])|(?<=\s)--(?=\s)",
    lambda found: "—" if found["long"] else "–",
)

# 204~365% is a range and " ~90%" means "about"; a tie joins a word to what follows it. After one letter it
# may be "is distributed as", before a percentage "about" without its space: those stay.
_ties = _outside_addresses(
    r"(?P<range>(?:(?<=\d)|(?<=\d%))~(?=\d))"
    r"|(?<=[\w.,;:)\]-][\w.,;:)\]-])~(?=[\w(\[“‘])(?!\d[\d.]{0,20}\s?[%x×])",
    lambda found: "–" if found["range"] else " ",
)

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


def _script(sign: str, content: str) -> str:
    """A superscript or subscript in Unicode where each character has one, else legibly: x^(a, b), d_model."""
    table = _RAISED if sign == "^" else _LOWERED
    content = content.strip()
    if all(character in table for character in content):
        return "".join(table[character] for character in content)
    return f"{sign}{content}" if content.isalnum() or len(content) == 1 else f"{sign}({content})"


_raised = _outside_addresses(
    r"(?<=[\w)\]])\^(?:\{(?P<braced>[^{}]{1,60})\}|(?P<bare>-?\d{1,3}|[A-Za-z](?!\w)|[∘′]))",
    lambda found: _script("^", found["braced"] or found["bare"]),
)

# Outside of formulas an underscore is mostly part of a name (max_len, F_0.5): x_1, x_t and CO_2 are scripts.
_lowered = _outside_addresses(
    r"(?:(?<=[\w)\]])_\{(?P<braced>[^{}]{1,60})\}"
    r"|(?P<base>(?<!\w)(?:[^\W\d_]|[A-Z]{2}))_(?P<bare>\d|[a-z])(?!\w|\.\d))",
    lambda found: (found["base"] or "") + _script("_", found["braced"] or found["bare"]),
)

_TYPOGRAPHY: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("`", _quotes),
    ("--", _dashes),
    ("~", _ties),
    ("^", _raised),
    ("_", _lowered),
)

# ----------------------------------------------------------------------- macros that lost their backslash


def _without_lost_macros(text: str) -> str:
    for hint, pattern, shown in _LOST:
        if hint in text:
            text = pattern.sub(shown, text)
    return text


_FONT = r"(?<![A-Za-z\\])(?:text(?:bf|it|rm|sc|tt)?|math(?:bb|bf|cal|rm|it|sf|frak))"

# Lists that pass through a web page lose `\` and `$`: "$k\times k$" arrives as "ktimes k". Only what no
# English sentence holds is repaired: "four times fewer", "timesteps", "3 times a day" stay.
_LOST: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("times", re.compile(r"(?<![A-Za-z\d.])(\d[\d.]{0,20})times ?(?=\d)"), "\\1×"),
    ("times", re.compile(r"(?<![A-Za-z\d.])(\d[\d.]{0,20})times(?![A-Za-z])"), "\\1×"),
    ("times ", re.compile(r"(?<!\w)([A-Za-z])times (?=[A-Za-z\d](?:times |(?!\w)))"), "\\1×"),
    ("-it ", re.compile(r"(?<!\w)it (\d[\d.]{0,20})-it (?=\d)"), "\\1–"),
    ("approx", re.compile(r"(?<![\w\\])approx ?(?=\d)"), "≈ "),
    # Both sides with decimals: "at 11 pm 2 of them" is an hour.
    (" pm ", re.compile(r"(\d\.\d{1,9}%?) pm (?=\d{1,9}\.\d)"), "\\1 ± "),
    ("infty", re.compile(r"(?<![\w\\])infty(?![A-Za-z])"), "∞"),
    ("leq ", re.compile(r"(?<![\w\\])leq (?=\d)"), "≤ "),
    ("geq ", re.compile(r"(?<![\w\\])geq (?=\d)"), "≥ "),
    ("rightarrow", re.compile(r"(?<![\w\\])rightarrow(?!\w)"), "→"),
    ("x2014", re.compile(r"(?<=[a-z])x2014(?=[a-z])"), "—"),
    ("alpha^", re.compile(r"(?<![A-Za-z\\])alpha(?=\^)"), "α"),
    ("sigma^", re.compile(r"(?<![A-Za-z\\])sigma(?=\^)"), "σ"),
    ("chi^", re.compile(r"(?<![A-Za-z\\])chi(?=\^)"), "χ"),
    ("{", re.compile(_FONT + r"\{([^{}]{1,80})\}\{(\w{1,20})\}"), "\\1/\\2"),
    ("{", re.compile(_FONT + r"\{([^{}]{1,80})\}"), "\\1"),
    ("math", re.compile(r"(?<![A-Za-z\\])math(?:bb|bf|cal|rm|it|sf|frak) (?=[A-Za-z](?!\w))"), ""),
)

# -------------------------------------------------------------------------------------------- LaTeX

_DEEPEST = 40
"""Groups inside groups: real ones have three or four. A deeper brace is a letter."""

_PIECE = re.compile(
    r"(?P<address>(?:https?://|www\.)(?:[^\s<>\"{}\\$]|\\[_%&#~])+)|\\(?P<macro>[A-Za-z]+)\*?|\\(?P<sign>.)"
    r"|(?P<special>[{}$^_~\\])|(?P<plain>(?:(?!https?://|www\.)[^\\{}$^_~])+|.)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([_%&#~])")
_FORMULA = re.compile(r"\$?(?=\S)([^$]{1,300}?)(?<=[^\s\\])\$\$?(?!\d)")
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

    The table is pylatexenc's. It takes 60 ms to load, which most dumps never spend.
    """
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415 slow, and hardly ever needed

    shown = str(LatexNodes2Text().latex_to_text(f"\\{name}")).strip()
    # A longer one is no symbol: \today would bring in the clock.
    return shown if 0 < len(shown) <= 2 else name  # noqa: PLR2004 a symbol has one or two characters


def _accented(letter: str, mark: str) -> str:
    r"""The letter under its accent, or "" where Unicode has no such letter: ``\"q`` is an escaped quote."""
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    composed = unicodedata.normalize("NFC", base + mark)
    return composed if len(composed) == 1 else ""


def _operand(text: str) -> str:
    return text if text.isalnum() else f"({text})"


class _Latex:
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
            return _script(character, self._argument())
        return {"~": " ", "}": ""}.get(character, character)

    def _group(self) -> str:
        start = self.position - 1
        declares = _DECLARATION.match(self.text, start)
        self.position = start
        content, closed = self._inside()
        if not closed:
            return "{" + content
        if self.formula or declares or self._protects(content, start):
            return content
        return "{" + content + "}"

    def _protects(self, content: str, start: int) -> bool:
        around = self.text[max(0, start - 1) : start] + self.text[self.position : self.position + 1]
        return _CAPITALS.fullmatch(content) is not None and not set(around) & set("{}^_%")

    def _dollar(self) -> str:
        found = _FORMULA.match(self.text, self.position)
        if found is None or _MONEY.fullmatch(found[1]):
            return "$"
        self.position = found.end()
        return _Latex(found[1], formula=True).read()

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
        return _Latex(content, formula=True).read()

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
        return _script("^", self._argument()) if self._at_group() else ""

    def lowered(self) -> str:
        return _script("_", self._argument()) if self._at_group() else ""


_SPECIAL: dict[str, Callable[[_Latex], str]] = {
    "color": _Latex.tinted, "textcolor": _Latex.tinted, "vspace": _Latex.tinted, "hspace": _Latex.tinted,
    "label": _Latex.tinted, "begin": _Latex.tinted, "end": _Latex.tinted, "cite": _Latex.reference,
    "citep": _Latex.reference, "citet": _Latex.reference, "citealp": _Latex.reference,
    "citeauthor": _Latex.reference, "citeyear": _Latex.reference, "href": _Latex.linked,
    "footnote": _Latex.footnote, "frac": _Latex.fraction, "dfrac": _Latex.fraction, "tfrac": _Latex.fraction,
    "nicefrac": _Latex.fraction, "sqrt": _Latex.root, "mathbb": _Latex.struck,
    "textsuperscript": _Latex.raised, "textsubscript": _Latex.lowered,
}  # fmt: skip

# ------------------------------------------------------------------------------------ keywords and links

_KEYWORDS = re.compile(r"(?:^|[\s.;])(?:Key ?words|Index Terms|KEYWORDS)(?: and phrases)?\s?[:—–]\s?")
_LONGEST_TAIL = 600
_LONGEST_KEYWORD = 80


def split_keywords(abstract: str) -> tuple[str, tuple[str, ...]]:
    """The abstract without a ``Keywords: a, b; c`` at its end, and those keywords.

    >>> split_keywords("We sing. Keywords: song, long-form.")
    ('We sing.', ('song', 'long-form'))
    """
    start = max(0, len(abstract) - _LONGEST_TAIL)
    found = None
    for found in _KEYWORDS.finditer(abstract, start):  # noqa: B007 the last one is wanted
        pass
    if found is None:
        return abstract, ()
    keywords = _keywords(abstract[found.end() :])
    if not keywords:
        return abstract, ()
    mark = "." if found[0].startswith((".", ";")) else ""
    return abstract[: found.start()].rstrip() + mark, keywords


def _keywords(tail: str) -> tuple[str, ...]:
    """Empty where the tail is no list of keywords but goes on in sentences."""
    tail = " ".join(tail.split()).rstrip(". ")
    # "Reinforcement Learning and Efficient Planning and Diffusion Model": a real list without a comma.
    by = r"[,;·•|]" if re.search(r"[,;·•|]", tail) else " and " if tail.count(" and ") > 1 else r"\Z"
    words = tuple(word.strip() for word in re.split(by, tail) if word.strip())
    sentences = ". " in tail or any(len(word) > _LONGEST_KEYWORD for word in words)
    return () if sentences else words


_URL = re.compile(
    r"https?://(?:[^\s<>\"{}\\^`|“”‘’]|\\[_%&#~])+|(?<![\w/.@-])(?:www\.)?(?:github|gitlab)\.com/[\w.~-]+/[\w.~/-]+",
    re.IGNORECASE,
)
_LONGEST_URL = 2000
_CODE_HOSTS = (
    "github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co", "anonymous.4open.science",
    "sourceforge.net", "gitee.com",
)  # fmt: skip
_PROJECT_HOSTS = (
    "github.io", "gitlab.io", "pages.dev", "netlify.app", "vercel.app", "sites.google.com", "hf.space",
    "readthedocs.io",
)  # fmt: skip
_PROJECT_WORDS = re.compile(r"(?:project|web|home) ?(?:page|site)|demo|videos", re.IGNORECASE)
_NEAR = 60


def links(abstract: str) -> tuple[Link, ...]:
    """The web addresses in a raw or clean abstract, each once: code, project or web by where they lead."""
    found = {
        url: _rel(url, abstract[max(0, start - _NEAR) : start]) for start, _, url in _addresses(abstract)
    }
    return tuple(Link(rel=rel, url=url) for url, rel in found.items())


def _addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, URL) of each web address, without the punctuation behind it."""
    if not any(hint in text for hint in ("://", ".com/")):
        return
    for found in _URL.finditer(text):
        shown = _without_punctuation(found[0])
        url = _url(shown)
        if url:
            yield found.start(), found.start() + len(shown), url


def _without_punctuation(shown: str) -> str:
    """The address as meant: in "(see https://a.org/b(c)).", https://a.org/b(c)."""
    unpaired = {bracket: shown.count(bracket) - shown.count(opening) for opening, bracket in ("()", "[]")}
    end = len(shown)
    while end and (shown[end - 1] in ".,;:!?'’”*。，" or unpaired.get(shown[end - 1], 0) > 0):
        if shown[end - 1] in unpaired:
            unpaired[shown[end - 1]] -= 1
        end -= 1
    return shown[:end]


def _url(shown: str) -> str:
    """The URL to link to, or "" where it is none that a reader should follow."""
    url = _ESCAPED.sub("\\1", shown)
    scheme, separator, rest = url.partition("://")
    url = f"{scheme.lower()}://{rest}" if separator else f"https://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    # A name before an @ only dresses up another host: https://github.com@example.org/.
    fine = "." in parts.netloc.strip(".") and "@" not in parts.netloc and len(url) <= _LONGEST_URL
    return url if fine and xml_safe(url) == url else ""


def _rel(url: str, before: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    if host in _CODE_HOSTS and not parts.path.startswith(("/papers", "/blog")):
        return "code"
    at_project = any(host == known or host.endswith("." + known) for known in _PROJECT_HOSTS)
    return "project" if at_project or "/project" in parts.path or _PROJECT_WORDS.search(before) else "web"


# ------------------------------------------------------------------------------------ marks and cuts


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of a text: `kind` is text, mark (a passage a rule found) or link (then `url` is where to)."""

    kind: str
    text: str
    url: str = ""


def segments(text: str, found: Iterable[str] = (), *, link: bool = True) -> tuple[Segment, ...]:
    """The text cut where a found passage or a web address stands; joined again, it is the text.

    A passage is marked wherever it stands as whole words, whatever its case and accents; of two that
    overlap, the longer. Nothing is marked inside an address.
    """
    spans = [(start, end, url) for start, end, url in _addresses(text)]
    taken = bytearray(len(text))
    for start, end, _ in spans:
        taken[start:end] = b"\1" * (end - start)
    for start, end in sorted(_occurrences(text, found), key=lambda span: (span[0] - span[1], span[0])):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            spans.append((start, end, ""))
    return tuple(_cut(text, sorted(span for span in spans if link or not span[2])))


def _cut(text: str, spans: Iterable[tuple[int, int, str]]) -> Iterator[Segment]:
    position = 0
    for start, end, url in spans:
        if position < start:
            yield Segment(kind="text", text=text[position:start])
        yield Segment(kind="link" if url else "mark", text=text[start:end], url=url)
        position = end
    if position < len(text):
        yield Segment(kind="text", text=text[position:])


def _occurrences(text: str, found: Iterable[str]) -> Iterator[tuple[int, int]]:
    folded, places = _folded(text)
    for passage in {_folded(passage)[0].strip() for passage in found} - {""}:
        before = r"(?<!\w)" if re.match(r"\w", passage) else ""
        after = r"(?!\w)" if re.search(r"\w\Z", passage) else ""
        for match in re.finditer(before + re.escape(passage) + after, folded):
            start, end = places[match.start()], places[match.end()]
            if start < end:
                yield start, end


def _folded(text: str) -> tuple[str, range | list[int]]:
    """The text without case and accents, and where each of its characters stood (and the end)."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        plain = _plain(character)
        letters.append(plain)
        places.extend([place] * len(plain))
    return "".join(letters), [*places, len(text)]


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(part for part in decomposed if not unicodedata.combining(part)).casefold()


_SENTENCE_END = re.compile(r"[.!?][)\]”’\"']?(?= )")


def shorten(text: str, limit: int) -> str:
    """The text within `limit` characters: cut at a word, at a sentence where one ends near, and then "…"."""
    if len(text) <= limit:
        return text
    room = text[: max(0, limit - 1)]
    ends = [found.end() for found in _SENTENCE_END.finditer(room, limit * 2 // 3, len(room) - 1)]
    if ends:
        return f"{room[: ends[-1]]} …"
    if not text[len(room)].isspace():
        room = room[: room.rfind(" ")] if " " in room else room
    return room.rstrip(" ,;:–—-(“‘") + "…" if limit > 0 else ""
