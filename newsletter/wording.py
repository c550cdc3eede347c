"""The sentences that the state records for readers: why a paper fits, what was wrong with a dump. They are
put down in English, and said again in the site's language wherever they are shown: so a state outlives a
change of `site.language`, and one of an older version can be read. No state and no template is known here.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from newsletter.words import Words, phrase, phrases

FOUND = {
    "title": phrase("“%(found)s” in the title"),
    "keywords": phrase("“%(found)s” among its keywords"),
    "abstract": phrase("“%(found)s” in the abstract"),
    "authors": phrase("by %(found)s"),
    "categories": phrase("category %(found)s"),
    "dumps": phrase("seen in %(found)s"),
    "": phrase("every paper"),
}
"""What a rule found, by the field where it stands."""
CLOSE = phrase("close to “%(title)s”")
LIKE = phrase("like “%(title)s”")
LIKE_YOURS = phrase("like your “%(title)s”")
SAME = phrase("means much the same as “%(title)s”")
SAME_AS_YOURS = phrase("means much the same as your “%(title)s”")
SAME_AS_THEIRS = phrase("means much the same as their “%(title)s”")
CHANGED = (phrase("title"), phrase("abstract"), phrase("authors"))
"""What a revision may change."""
UNREAD = phrase("%(name)s could not be read: %(what)s")
IN_PART = phrases(
    "%(name)s was read only in part: %(n)s place could not be used",
    "%(name)s was read only in part: %(n)s places could not be used",
)
STALE = phrases(
    "%(name)s had nothing new: the %(n)s paper on it was known, as on an old page",
    "%(name)s had nothing new: all %(n)s papers on it were known, as on an old page",
)
MISSING = {
    "day": phrases(
        "no list has come since %(since)s: %(n)s day is missing",
        "no list has come since %(since)s: %(n)s days are missing",
    ),
    "weekday": phrases(
        "no list has come since %(since)s: %(n)s weekday is missing",
        "no list has come since %(since)s: %(n)s weekdays are missing",
    ),
    "week": phrases(
        "no list has come since %(since)s: %(n)s week is missing",
        "no list has come since %(since)s: %(n)s weeks are missing",
    ),
}
"""What has not come, by how often it should."""
MISSING_OF = {
    "day": phrases(
        "no list of %(files)s has come since %(since)s: %(n)s day is missing",
        "no list of %(files)s has come since %(since)s: %(n)s days are missing",
    ),
    "weekday": phrases(
        "no list of %(files)s has come since %(since)s: %(n)s weekday is missing",
        "no list of %(files)s has come since %(since)s: %(n)s weekdays are missing",
    ),
    "week": phrases(
        "no list of %(files)s has come since %(since)s: %(n)s week is missing",
        "no list of %(files)s has come since %(since)s: %(n)s weeks are missing",
    ),
}
MORE_TROUBLE = phrases("%(n)s more file had problems", "%(n)s more files had problems")

_SINGLE = (*FOUND.values(), CLOSE, LIKE, LIKE_YOURS, SAME, SAME_AS_YOURS, SAME_AS_THEIRS, *CHANGED, UNREAD)
_COUNTED = (IN_PART, STALE, *MISSING.values(), *MISSING_OF.values(), MORE_TROUBLE)
_VALUE = re.compile(r"%\((\w+)\)s")
_LOOKS = {"n": "[0-9]+", "since": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}
"""What a value looks like that is no text."""


def recorded(forms: tuple[str, str], count: int, **values: object) -> str:
    """A sentence that counts, as it is recorded."""
    return forms[count != 1] % {"n": count, **values}


@lru_cache(4096)
def retold(text: str, words: Words) -> str:
    """A recorded sentence in the words of a site; what is none of ours is said as it stands."""
    if words.english:
        return text
    for form in _SINGLE:
        if found := _pattern(form).fullmatch(text):
            return words.say(form, **found.groupdict())
    for one, many in _COUNTED:
        if found := _pattern(one).fullmatch(text) or _pattern(many).fullmatch(text):
            return _counted_again(one, many, found.groupdict(), words)
    return text


def _counted_again(one: str, many: str, values: dict[str, str], words: Words) -> str:
    count = int(values.pop("n"))
    dates = {name: words.day(date.fromisoformat(text)) for name, text in values.items() if name == "since"}
    return words.counted(one, many, count, **{**values, **dates})


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """What a form has become with its values in it."""
    parts = (
        re.escape(part) if place % 2 == 0 else rf"(?P<{part}>{_LOOKS.get(part, '.*')})"
        for place, part in enumerate(_VALUE.split(form))
    )
    return re.compile("".join(parts), re.DOTALL)
