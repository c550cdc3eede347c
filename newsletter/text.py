r"""Texts for people: raw text of a dump in, clean Unicode out; its links, keywords and marked passages.

Pure; used by parse and render. `clean` leaves no control character and no LaTeX that a reader would stumble
over, and every word. No HTML is read or written here: ``<HYBNEXT>`` is a word, and whoever writes markup
escapes it. All work is linear in the length of the text, whatever the text is.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from newsletter.addresses import addresses
from newsletter.latex import ADDRESS, Latex, script

# -------------------------------------------------------------------------------------------- clean


def clean(raw: str) -> str:
    """The text as a person would have typed it: one line, no control characters, no LaTeX left-overs.

    Cleaning twice is cleaning once, so ``&amp;amp;`` is ``&``. Broken LaTeX stays as it stands.
    """
    # Most texts need no more than this, and are then in order at the first look below.
    text = _one_line(raw) if raw.isascii() else raw
    for _ in range(_ROUNDS):
        before, text = text, _cleaned(text)
        if text == before:
            return text
    # Only a text made to nest without end (&l&#116;&l&#116;…) comes here; without its triggers it rests.
    return _without_lost_macros(_one_line(_TRIGGERS.sub(" ", _MISREAD.sub(" ", text))))


_ROUNDS = 8
_TRIGGERS = re.compile(r"[\\&$^_~`{}-]")

# Forbidden in XML, or seen by nobody: bidi marks and overrides, zero-width and soft-hyphen breaks that split
# words under a search, annotation and tag characters. The joiners U+200C and U+200D stay: scripts need them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
# Marks on one letter beyond the fourth. No writing has so many; three thousand paint over the whole page.
_STACKED = re.compile(
    r"(?<=[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_safe(text: str) -> str:
    """The text without what XML 1.0 forbids (its production Char), lone surrogates among it."""
    return _NOT_XML.sub("", text)


def _one_line(text: str) -> str:
    return text if _in_order(text) else " ".join(text.split())


def _in_order(text: str) -> bool:
    """Whether it is one line of what can be seen, as most are: ten times cheaper than to cut and join it."""
    return text.isprintable() and "  " not in text and text.strip() == text


def _cleaned(text: str) -> str:
    if not text.isascii():
        text = well_read(text)  # first: a blank or control may be part of a character
    if not _in_order(text):
        text = " ".join(text.split())
        if not text.isprintable():
            text = _one_line(_UNSEEN.sub("", text))
    line = text
    if not text.isascii():
        text = _STACKED.sub("", unicodedata.normalize("NFC", text))
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "\\" in text or "$" in text or "{" in text:
        text = Latex(text).read()
    text = _without_lost_macros(text)
    for trigger, improved in _TYPOGRAPHY:
        if trigger in text:
            text = improved(text)
    return text if text is line else _one_line(text)


# Only with its semicolon: html.unescape alone would turn ?a=1&copy=2 into ?a=1©=2.
_ENTITY = re.compile(
    r"(?P<ampersands>&(?:(?:amp|AMP|#0{0,9}38|#[xX]0{0,9}26);)+)"
    r"|&(?:#\d{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});"
)


def _entity(found: re.Match[str]) -> str:
    return "&" if found["ampersands"] else unescape(found[0])


# ------------------------------------------------------------------------------- UTF-8 that was misread

# How UTF-8 looks when it was read as Windows' Western European: its first byte, its second. "Poincaré–Weyl"
# has such a pair too; whether a text was misread only reading it again can tell.
_MISREAD = re.compile("[Â-ô][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def _control_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """The five bytes that have no character in cp1252 come through as controls; so do all 32 as Latin 1."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    if any(not "\x80" <= character <= "\x9f" for character in characters):
        raise error
    return characters.encode("latin-1"), error.end


codecs.register_error("newsletter.control_bytes", _control_bytes)


def well_read(text: str) -> str:
    """SchrÃ¶dinger as Schrödinger; a text of which that is not certain stays as it stands.

    Certain is what, taken back to its bytes, is UTF-8 from end to end, and looks less broken so: by the
    measure of ftfy (badness: pairs of characters that no language writes, but misreading makes).
    """
    if not _MISREAD.search(text):
        return text
    try:
        reread = text.encode("cp1252", "newsletter.control_bytes").decode("utf-8")
    except UnicodeError:
        return text
    from ftfy.badness import badness  # noqa: PLC0415 - slow to import, hardly ever needed

    return reread if badness(reread) < badness(text) else text


# --------------------------------------------------------------------- quotes, dashes, ties and scripts


def _quotes(text: str) -> str:
    text = _DOUBLE_QUOTED.sub("“\\1”", text).replace("``", "“")
    return _SINGLE_QUOTED.sub("‘\\1’", text)


# TeX closes with '' and people with ": a real dump has ``judgements". Bounded, so that it stays linear.
_DOUBLE_QUOTED = re.compile(r"``([^`]{0,300}?)(?:''|\")")
_SINGLE_QUOTED = re.compile(r"(?<![\w`])`((?:[^`']|'(?=\w)){1,80})'(?![\w'])")


def _outsideaddresses(pattern: str, shown: Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    """A substitution that leaves web addresses alone: ``/~ada/a_1--b`` is no typography."""
    alone = re.compile(pattern)
    compiled = re.compile(rf"(?P<address>{ADDRESS})|{pattern}")

    def substituted(text: str) -> str:
        if not alone.search(text):  # a tenth of the time, for the pattern begins with its trigger
            return text
        return compiled.sub(lambda found: found[0] if found["address"] else shown(found), text)

    return substituted


# Each pattern begins with a sign, and looks back across it: so the sign is searched for, and not tried for
# at each character.
_dashes = _outsideaddresses(
    r"--(?:(?P<long>-)(?<!----)(?!-)|(?<![-\s(<!]--)(?![-\s>])|(?<=\s--)(?=\s))",
    lambda found: "—" if found["long"] else "–",
)

# 204~365% is a range and " ~90%" means "about"; a tie joins a word to what follows it. After one letter it
# may be "is distributed as", before a percentage "about" without its space: those stay.
_ties = _outsideaddresses(
    r"~(?:(?P<range>(?:(?<=\d~)|(?<=\d%~))(?=\d))"
    r"|(?<=[\w.,;:)\]-][\w.,;:)\]-]~)(?=[\w(\[“‘])(?!\d[\d.]{0,20}\s?[%x×]))",
    lambda found: " " if found["range"] is None else "–",
)

_raised = _outsideaddresses(
    r"\^(?<=[\w)\]]\^)(?:\{(?P<braced>[^{}]{1,60})\}|(?P<bare>-?\d{1,3}|[A-Za-z](?!\w)|[∘′]))",
    lambda found: script("^", found["braced"] or found["bare"]),
)

# Outside of formulas an underscore is mostly part of a name (max_len, F_0.5): x_1, x_t and CO_2 are scripts.
_lowered = _outsideaddresses(
    r"_(?:(?<=[\w)\]]_)\{(?P<braced>[^{}]{1,60})\}"
    r"|(?:(?<=[^\W\d_]_)(?<!\w._)|(?<=[A-Z]{2}_)(?<!\w.._))(?P<bare>\d|[a-z])(?!\w|\.\d))",
    lambda found: script("_", found["braced"] or found["bare"]),
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
    for hint, repairs in _LOST:
        if hint in text:
            for pattern, shown in repairs:
                text = pattern.sub(shown, text)
    return text


_FONT = r"(?<![A-Za-z\\])(?:text(?:bf|it|rm|sc|tt)?|math(?:bb|bf|cal|rm|it|sf|frak))"

# Lists that pass through a web page lose `\` and `$`: "$k\times k$" arrives as "ktimes k". Only what no
# English sentence holds is repaired: "four times fewer", "timesteps", "3 times a day" stay.
# What a text has to hold for a repair to be tried, and the repairs.
_LOST: tuple[tuple[str, tuple[tuple[re.Pattern[str], str], ...]], ...] = (
    (
        "times",
        (
            (re.compile(r"(\d(?<![A-Za-z\d.]\d)[\d.]{0,20})times ?(?=\d)"), "\\1×"),
            (re.compile(r"(\d(?<![A-Za-z\d.]\d)[\d.]{0,20})times(?![A-Za-z])"), "\\1×"),
            (re.compile(r"times (?<=[A-Za-z]times )(?<!\w.times )(?=[A-Za-z\d](?:times |(?!\w)))"), "×"),
        ),
    ),
    ("-it ", ((re.compile(r"(?<!\w)it (\d[\d.]{0,20})-it (?=\d)"), "\\1–"),)),
    ("approx", ((re.compile(r"approx(?<![\w\\]approx) ?(?=\d)"), "≈ "),)),
    # Both sides with decimals: "at 11 pm 2 of them" is an hour.
    (" pm ", ((re.compile(r"(\d\.\d{1,9}%?) pm (?=\d{1,9}\.\d)"), "\\1 ± "),)),
    ("infty", ((re.compile(r"infty(?<![\w\\]infty)(?![A-Za-z])"), "∞"),)),
    (
        "eq ",
        (
            (re.compile(r"(?<![\w\\])leq (?=\d)"), "≤ "),
            (re.compile(r"(?<![\w\\])geq (?=\d)"), "≥ "),
        ),
    ),
    ("rightarrow", ((re.compile(r"rightarrow(?<![\w\\]rightarrow)(?!\w)"), "→"),)),
    ("x2014", ((re.compile(r"(?<=[a-z])x2014(?=[a-z])"), "—"),)),
    (
        "^",
        (
            (re.compile(r"(?<![A-Za-z\\])alpha(?=\^)"), "α"),
            (re.compile(r"(?<![A-Za-z\\])sigma(?=\^)"), "σ"),
            (re.compile(r"(?<![A-Za-z\\])chi(?=\^)"), "χ"),
        ),
    ),
    (
        "{",
        (
            (re.compile(_FONT + r"\{([^{}]{1,80})\}\{(\w{1,20})\}"), "\\1/\\2"),
            (re.compile(_FONT + r"\{([^{}]{1,80})\}"), "\\1"),
        ),
    ),
    ("math", ((re.compile(r"math(?<![A-Za-z\\]math)(?:bb|bf|cal|rm|it|sf|frak) (?=[A-Za-z](?!\w))"), ""),)),
)

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
    spans = [(start, end, url) for start, end, url in addresses(text)]
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
    passages = {_folded(passage).strip() for passage in found} - {""}
    folded = _folded(text) if passages else ""
    hits = [(at, at + len(passage)) for passage in passages for at in _standing(passage, folded)]
    places = _places(text, max(after for _, after in hits)) if hits else ()
    for at, after in hits:
        start, end = places[at], places[after]
        if start < end:
            yield start, end


def _standing(passage: str, text: str) -> Iterator[int]:
    """Where a passage stands as whole words. By hand: a pattern with a look back takes five times as long."""
    at = text.find(passage)
    while at >= 0:
        end = at + len(passage)
        goes_on = _within_word(text, at) or _within_word(text, end)
        if not goes_on:
            yield at
        at = text.find(passage, at + 1 if goes_on else end)


def _within_word(text: str, place: int) -> bool:
    """Whether a place has letters or digits on both sides."""
    return 0 < place < len(text) and bool(_WORD(text[place - 1]) and _WORD(text[place]))


def _folded(text: str) -> str:
    """The text without case and accents."""
    return text.lower() if text.isascii() else text.translate(_PLAIN)


def _places(text: str, last: int) -> Sequence[int]:
    """Where each character of the folded text stood, as far as the last that is asked for."""
    uneven = () if text.isascii() else _PLAIN.uneven.intersection(text)
    # What was shortened has its only such character, “…”, at the end.
    if not uneven or last <= min(map(text.index, uneven)):
        return range(last + 1)
    places: list[int] = []
    start = 0
    for found in re.finditer(f"[{re.escape(''.join(uneven))}]", text):
        places += [*range(start, found.start()), *[found.start()] * len(_PLAIN[ord(found[0])])]
        start = found.end()
    return [*places, *range(start, len(text) + 1)]


class _Plain(dict[int, str]):
    """For str.translate: each character without case and accents, worked out when it is first met."""

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()
        """Characters met that become none, or several."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code))
        plain = "".join(part for part in decomposed if not unicodedata.combining(part)).casefold()
        if len(plain) != 1:
            self.uneven.add(chr(code))
        self[code] = plain
        return plain


_PLAIN = _Plain()
_WORD = re.compile(r"\w").match


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
