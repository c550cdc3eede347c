"""Reading XML for the formats: a dump goes in, its record elements come out one by one, in flat memory.

The text is cut at the record elements' tags, and lxml parses many records together, or, where one of them is
broken, each by itself: so a broken record costs that record, a file cut off in the middle still gives all
before it, and no document type, with the entities it may declare, ever reaches a parser. Names are local
names; what an element means is not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from html import unescape
from typing import cast

from lxml import etree

from newsletter.formats import encoding, utf8
from newsletter.model import Dump, Problem

_LAST_LINE = 65535
"""lxml keeps the line in 16 bits; beyond, `sourceline` is None."""
_PUT_BACK = "the file seems cut off; put the whole file back and run again"
_RAISE = "is this really a list of papers? else raise limits.{} in config.yaml"


def elements(dump: Dump, *names: str) -> Iterator[etree._Element | Problem]:
    """The outermost elements of these local names, in their order, whole, each with its `sourceline`.

    ``elements(dump, "totalResults", "entry")`` also gives what stands around the records; an element of
    these names inside another is not given by itself. A broken element is a Problem; a file that ends
    inside one ends with a Problem that is `cut`. Of a document that declares entities nothing is read but
    a Problem.
    """
    scan = _Scan(dump, names)
    for piece in utf8(dump):
        yield from scan.take(piece)
        if scan.over:
            return
    yield from scan.end()


def _token(names: tuple[str, ...]) -> re.Pattern[bytes]:
    wanted = b"|".join(re.escape(name.encode()) for name in names)
    return re.compile(
        rb"<(?P<open>(?:[\w.-]{1,64}+:)?(?:" + wanted + rb"))"
        rb"(?:\s(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)?(?P<empty>/)?>"
        rb"|</(?P<close>(?:[\w.-]{1,64}+:)?(?:" + wanted + rb"))\s{0,20}>"
        rb"|<!(?:--.*?--|\[CDATA\[.*?\]\])>"
        rb"|(?P<unfinished><!--|<!\[CDATA\[)",
        re.DOTALL,
    )


def _last_tag(text: bytes) -> int:
    """Where a tag begins that has no end yet, else -1."""
    start = text.rfind(b"<")
    return start if start >= 0 and b">" not in text[start:] else -1


class _Scan:
    """Where the text is cut: the element that has begun, and the namespaces that stand around it."""

    def __init__(self, dump: Dump, names: tuple[str, ...]) -> None:
        self.dump = dump.name
        self.line_bytes = dump.line_bytes
        self.depth = dump.depth
        self.over = False
        self._token = _token(names)
        self._rest = b""
        self._line = 1  # of the rest's first character
        self._before = b""  # the tag that stands for all that is around a record
        self._index = 0

    def take(self, piece: bytes) -> Iterator[etree._Element | Problem]:
        """What is complete with this piece."""
        text, position, begin = self._rest + piece, 0, -1
        spans: list[tuple[int, int]] = []
        while begin < 0 and (token := self._token.search(text, position)):
            position = token.end()
            if token["unfinished"] is not None:
                begin = token.start()
            elif token["open"] is not None:
                if self._surround(text[: token.start()]):
                    yield self._entities()
                    return
                position = self._end(text, token)
                if position < 0:
                    begin = token.start()
                else:
                    spans.append((token.start(), position))
        yield from self._complete(text, spans)
        yield from self._keep(text, spans, begin if begin >= 0 else _last_tag(text))

    def end(self) -> Iterator[Problem]:
        """What there is to say when nothing more comes."""
        if not self._before:
            if self._surround(self._rest):
                yield self._entities()
        elif self._rest.strip():
            what = "the file ends in the middle of a record"
            yield Problem(dump=self.dump, what=what, line=self._line, hint=_PUT_BACK, cut=True)

    def _entities(self) -> Problem:
        what = "it declares entities, which may pull in other files or grow without end: nothing was read"
        return Problem(dump=self.dump, what=what, hint="save the list without its document type (DOCTYPE)")

    def _surround(self, before: bytes) -> bool:
        """Learn, from what stands before the first record, the namespaces that hold in it; whether there are
        entities in it, so that nothing may be read.
        """
        if not self._before:
            self.over = b"<!ENTITY" in before
            spaces: dict[bytes, bytes] = {}
            for space in _SPACE.finditer(before):
                spaces.setdefault(space["prefix"] or b"", space["name"])
            shown = (b' xmlns%s="%s"' % (b":" + name if name else b"", spaces[name]) for name in spaces)
            self._before = b"<dump%s>" % b"".join(shown)
        return self.over

    def _end(self, text: bytes, begin: re.Match[bytes]) -> int:
        """Where the element ends that begins so; -1 where its end has not come yet."""
        if begin["empty"]:
            return begin.end()
        name: bytes = begin["open"]
        tag = text.find(b"</" + name, begin.end())
        after = tag + len(name) + 2
        # Nearly every record ends at the next such tag, for it has no comment, no CDATA and no record in it.
        if tag >= 0 and (
            text.find(b"<!", begin.end(), tag) >= 0
            or text.find(b"<" + name, begin.end(), tag) >= 0
            or not text.startswith(b">", after)
        ):
            return self._counted_end(text, begin)
        return after + 1 if tag >= 0 else -1

    def _counted_end(self, text: bytes, begin: re.Match[bytes]) -> int:
        """The same, by counting the tags of this name outside of comments and CDATA."""
        depth = 1
        for token in self._token.finditer(text, begin.end()):
            if token["unfinished"] is not None:
                break
            depth += token["open"] == begin["open"] and not token["empty"]
            depth -= token["close"] == begin["open"]
            if depth == 0:
                return token.end()
        return -1

    def _complete(self, text: bytes, spans: list[tuple[int, int]]) -> Iterator[etree._Element | Problem]:
        done = 0
        records = [text[begin:end] for begin, end in spans]
        for (begin, _), record, found in zip(spans, records, _parsed(self._before, records), strict=True):
            self._line += text.count(b"\n", done, begin)
            done = begin
            self._index += 1
            yield self._record(record, found)

    def _record(self, text: bytes, found: etree._Element | str) -> etree._Element | Problem:
        if isinstance(found, str):
            return self._problem(f"is broken: {found}")
        if len(text) > self.line_bytes:
            return self._problem(f"has more than {self.line_bytes:,} bytes", _RAISE.format("line_bytes"))
        if text.count(b"<") > self.depth and _deeper(found, self.depth):
            return self._problem(f"nests deeper than {self.depth} levels", _RAISE.format("depth"))
        found.sourceline = self._line if self._line <= _LAST_LINE else 0  # type: ignore[assignment] # the stubs err
        return found

    def _problem(self, what: str, hint: str = "") -> Problem:
        return Problem(dump=self.dump, what=f"record {self._index} {what}", line=self._line, hint=hint)

    def _keep(self, text: bytes, spans: list[tuple[int, int]], begin: int) -> Iterator[Problem]:
        """Keep what is not complete: the element or comment that has begun, and the head before the first."""
        if not self._before:
            begin = 0
        elif begin < 0:
            begin = len(text)
        self._line += text.count(b"\n", spans[-1][0] if spans else 0, begin)
        self._rest = text[begin:]
        if len(self._rest) > self.line_bytes:
            self.over = True
            what = f"more than {self.line_bytes:,} bytes without the end of a record: nothing after was read"
            yield Problem(dump=self.dump, what=what, line=self._line, hint=_RAISE.format("line_bytes"))


_SPACE = re.compile(
    rb"""\sxmlns(?::(?P<prefix>[\w.-]{1,64}))?\s{0,9}=\s{0,9}["'](?P<name>[^"'<>&]{0,400})["']"""
)

# ----------------------------------------------------------------------------------------- parsing

_UNFIT = bytes(number for number in range(32) if number not in b"\t\n\r")
_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?\]\]>|&(?!(?:amp|lt|gt|quot|apos);)(#?\w{1,32};)?", re.DOTALL)


def _parsed(around: bytes, records: list[bytes]) -> Iterator[etree._Element | str]:
    """Each record as an element, or why there is none. All in one <dump> element is three times as fast as
    each in its own, so that is tried first.
    """
    try:
        together = etree.fromstring(b"".join((around, *records, b"</dump>")), _parser())
    except etree.XMLSyntaxError:
        together = None
    # What one record leaves open another may close (<?…?>): then they are fewer than they should be.
    if together is not None and len(together) == len(records):
        yield from together
    else:
        yield from (_parsed_alone(b"".join((around, record, b"</dump>"))) for record in records)


def _parsed_alone(text: bytes) -> etree._Element | str:
    """The record in its <dump> element, or why there is none."""
    try:
        return _first(etree.fromstring(text, _parser()))
    except etree.XMLSyntaxError as error:
        reason = error.msg.partition(", line 1")[0] if error.msg else "no XML"
    mended = _AMPERSAND.sub(_reference, text.translate(None, _UNFIT))
    try:
        return _first(etree.fromstring(mended, _parser()))
    except etree.XMLSyntaxError:
        pass
    return _undeclared(mended, reason)


def _undeclared(text: bytes, reason: str) -> etree._Element | str:
    """A record whose only fault is that it uses prefixes nobody declared; else why it cannot be read."""
    parser = _parser(recover=True)
    try:
        found = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        return reason
    faults = {error.type_name for error in parser.error_log}
    return _first(found) if found is not None and faults == {"NS_ERR_UNDEFINED_NAMESPACE"} else reason


def _deeper(element: etree._Element, depth: int) -> bool:
    """Whether an element nests more than so many levels, itself among them."""
    level = [element]
    for _ in range(depth):
        level = [child for each in level for child in each]
        if not level:
            return False
    return True


@cache
def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _first(around: etree._Element) -> etree._Element:
    return around[0]


def _reference(found: re.Match[bytes]) -> bytes:
    """A reference as XML can have it: &nbsp; as its character, a bare & as &amp;."""
    if found[0].startswith(b"<!"):
        return found[0]
    if not found[1]:
        return b"&amp;"
    shown = unescape(found[0].decode("ascii", "replace"))
    if shown.startswith("&"):
        return b"&amp;" + found[1]
    safe = "".join(character for character in shown if character.isprintable() or character.isspace())
    return safe.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "replace")


# ------------------------------------------------------------------------------------- for the formats


def text(element: etree._Element, *path: str) -> str:
    """The text of the first element that a path of local names leads to, else "": white space collapsed,
    markup inside dropped. Without a path: of the element itself.
    """
    found = first(element, *path) if path else element
    if found is None:
        return ""
    inside = "".join(map(str, found.itertext())) if len(found) else found.text or ""
    # Many a long abstract is in order, and to see that is faster than to cut it into words and join them.
    if inside.isprintable() and "  " not in inside and inside.strip() == inside:
        return inside
    return " ".join(inside.split())


class Fields:
    """The child elements of a record by their local names, found in one pass: for formats that ask for many.

    `text`, `first` and `all` give what the functions text, first and children give for one name.
    """

    def __init__(self, record: etree._Element) -> None:
        self._found: dict[str, list[etree._Element]] = {}
        for child in record.iterchildren("*"):
            self._found.setdefault(child.tag.rpartition("}")[2], []).append(child)

    def all(self, name: str) -> Sequence[etree._Element]:
        return self._found.get(name, ())

    def first(self, name: str) -> etree._Element | None:
        found = self._found.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        found = self._found.get(name)
        return text(found[0]) if found else ""


def first(element: etree._Element, *path: str) -> etree._Element | None:
    """The first element that a path of local names leads to."""
    found: etree._Element | None = element
    for name in path:
        if found is not None:
            found = next(children(found, name), None)
    return found


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The child elements of that local name."""
    return element.iterchildren(f"{{*}}{name}")


_PROLOGUE = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:(?P<prefix>[\w.-]{1,64}):)?(?P<name>[\w.-]{1,64})(?P<rest>[^>]{0,20000})")


def root_name(dump: Dump) -> tuple[str, str]:
    """The namespace and local name of the outermost element, ("", "") for what is no XML; never raises."""
    return _root(dump.head)


@lru_cache(maxsize=8)
def _root(head: bytes) -> tuple[str, str]:
    begin = head.decode(encoding(head), "newsletter.western").lstrip("\ufeff\0")
    position = 0
    while skipped := _PROLOGUE.match(begin, position):
        position = skipped.end()
    root = _ROOT.match(begin, position)
    if root is None:
        return "", ""
    wanted = f"xmlns:{root['prefix']}" if root["prefix"] else "xmlns"
    space = re.search(rf"""\s{re.escape(wanted)}\s*=\s*["']([^"']*)""", root["rest"])
    return space[1] if space else "", root["name"]


def line(element: etree._Element) -> int | None:
    """The line an element begins on; None beyond the 65,535th."""
    found = cast("int | None", element.sourceline)
    return found or None
