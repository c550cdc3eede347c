"""EndNote's tagged lines (.enw, the refer format): Google Scholar, the ACL Anthology, journals' export.

Stage parse: a record is what stands between blank lines; each line begins with a percent sign and a letter
(``%T`` the title, ``%A`` an author), others go on with the line before. EndNote's RIS is ris.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.formats import head_lines, lines
from newsletter.formats._library import Found, one_line, people, titled, without_markup
from newsletter.formats._values import day, ids, links
from newsletter.model import Dump, ListedPaper

TITLE = "EndNote, the tagged format (.enw)"

_TAG = re.compile(r"%([0-9A-Z@!#$&()*+?<>^~\[\]|=-]) (\S.*)")
_LONGEST = 1_000_000
"""Characters of a record that are read."""
Tags = dict[str, list[str]]


def recognise(dump: Dump) -> str:
    """The first lines are tags, a title among them."""
    first = [line.lstrip("\ufeff") for line in head_lines(dump) if line][:_FIRST]
    if len(first) < _FEWEST or not all(_TAG.fullmatch(line) for line in first[:_FEWEST]):
        return "it does not begin with lines such as “%0 Journal Article”, “%T A title”"
    return "" if any(line.startswith("%T ") for line in first) else "no title, “%T …”, in its first lines"


_FIRST, _FEWEST = 60, 2


def read(dump: Dump) -> Iterator[Found]:
    yield from titled(dump, (_listed(number, tags) for number, tags in _records(dump)))


def _records(dump: Dump) -> Iterator[tuple[int, Tags]]:
    """The tags of each record with the number of its first line. A type, ``%0``, begins one as well."""
    first, size, tags, last = 0, 0, Tags(), list[str]()
    for number, line in lines(dump):
        text = line.strip().lstrip("\ufeff")
        found = _TAG.fullmatch(text)
        if tags and (not text or (found and found[1] in tags and found[1] == "0")):
            yield first, tags
            tags, last, size = {}, [], 0
        first, size = (first if tags else number), size + len(text)
        if size > _LONGEST:
            continue
        if found:
            last = tags.setdefault(found[1], [])
            last.append(found[2])
        elif text and last and not _TAG_ALONE.fullmatch(text):
            last[-1] += f" {text}"
    if tags:
        yield first, tags


_TAG_ALONE = re.compile(r"%.")


def _listed(line: int, tags: Tags) -> ListedPaper:
    addresses, year = tags.get("U", []), _first(tags, "D")
    return ListedPaper(
        line=line,
        title=without_markup(_first(tags, "T")),
        abstract=without_markup(_first(tags, "X")),
        authors=people(tags.get("A", ())),
        ids=ids(*(("doi", doi) for doi in tags.get("R", ()) if "10." in doi), *addresses),
        links=links(*addresses),
        keywords=tuple(dict.fromkeys(word for one in tags.get("K", ()) for word in _words(one))),
        venue=one_line(_first(tags, "J", "B", "S", "I")),
        published=day(_first(tags, "8")) or day(f"{_first(tags, '8')} {year}".strip()) or day(year),
    )


def _first(tags: Tags, *names: str) -> str:
    return next((tags[name][0] for name in names if tags.get(name)), "")


def _words(text: str) -> Iterator[str]:
    return (word.strip() for word in re.split(r"[;,]", text) if word.strip())
