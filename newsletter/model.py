"""The nouns: small immutable values that the stages hand to each other. No behaviour beyond what follows
from a value itself; nothing here reads, writes or knows the time.

    Dump → ListedPaper, Problem → Paper (with its Sightings) → Match (with its Reasons)
         → Section → Edition (for the site, in publication.py) and Digest (for a reader) → Letter
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO

# ---------------------------------------------------------------------------------------------- dumps

LINE_BYTES = 16 * 1024**2
"""How long a line or record of a dump may be: the longest real ones have 3 MB."""
DEPTH = 200
"""How deep JSON and XML may nest: real documents have at most 12 levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A file somebody put into the inbox. `name` is its path below the inbox; `modified` its file time."""

    name: str
    sha256: str
    size: int
    modified: datetime
    head: bytes
    """The first 64 KiB: all that a format may look at to say whether the dump is its own."""
    open: Callable[[], BinaryIO]
    """Opens the content for one reading, from the start."""
    damage: str = ""
    """What is wrong with the container it came in: then `open` gives only what could be unpacked of it."""
    line_bytes: int = LINE_BYTES
    """What a line or record of it may at most be."""
    depth: int = DEPTH
    """How many levels it may at most nest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a dump that could not be used: where it stands, what it is, what to do now."""

    dump: str
    what: str
    line: int | None = None
    hint: str = ""
    cut: bool = False
    """The file ends in the middle of a record: cut off, or still being written."""

    def __str__(self) -> str:
        place = self.dump if self.line is None else f"{self.dump}:{self.line}"
        return f"{place}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a source is told when it is asked again; it holds as long as the same is `asked_for`.

    `etag` and `modified` are its own words for what it gave last; `cursor` is how far it was asked, in the
    source's terms, mostly a date; `resume` goes on with an answer in several parts; `sizes` are the bytes of
    its last good answers, the latest last.
    """

    asked_for: str = ""
    etag: str = ""
    modified: str = ""
    cursor: str = ""
    resume: str = ""
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Something a configuration file may not say: where it stands (1-based), what was expected."""

    file: str
    line: int
    column: int
    what: str
    hint: str = ""

    def __str__(self) -> str:
        tail = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.what}{tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a paper leads: `rel` is one of abstract, pdf, code, project, web."""

    rel: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPaper:
    """One listing of a paper, as its dump has it. Texts are raw: cleaning them is text.py's work.

    `ids` are keys such as ``arxiv:2106.01345`` or ``doi:10.1000/xyz`` (see identity.py); `version` is the
    arXiv version where the dump has one; `kind` is one of new, cross, replaced, replaced-cross.
    """

    title: str
    abstract: str = ""
    line: int | None = None
    """Where it stands in a text, 1-based."""
    index: int | None = None
    """Where it stands among the records of a file that has no lines to speak of, 1-based."""
    authors: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    venue: str = ""
    comment: str = ""
    licence: str = ""
    kind: str = "new"
    version: int | None = None
    published: date | None = None
    updated: date | None = None
    listed: date | None = None
    """The day the dump says it was listed, where each record says its own."""
    votes: int | None = None
    stars: int | None = None
    organisation: str = ""
    submitter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpDate:
    """The date a dump bears, as it says it: a year is often missing."""

    month: int
    day: int
    year: int | None = None


# --------------------------------------------------------------------------------------------- papers


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A paper stood in a dump: listed on which date, where, with how many votes and stars.

    The date is what the paper's own record says, where a dump has a date for each; else the dump's.
    """

    dump: str
    date: date
    line: int | None = None
    votes: int | None = None
    stars: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """An older paper that another one may repeat, under the name of its page."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as everything we have seen of it says. Texts are clean Unicode for people.

    `number` is its sequence number in the store (papers recorded later have higher ones); `slug` is fixed
    for ever; `ids` are its keys besides the title; `recorded` is the moment (aware) it was first recorded;
    `sightings` stand in the order of their dates.
    """

    number: int
    slug: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    venue: str = ""
    comment: str = ""
    licence: str = ""
    version: int | None = None
    published: date | None = None
    updated: date | None = None
    recorded: datetime | None = None
    revised: datetime | None = None
    sightings: tuple[Sighting, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    """Older papers with nearly the same title: possibly the same paper, which is marked and never merged."""
    raw_title: str = field(default="", metadata={"stored": False})
    raw_abstract: str = field(default="", metadata={"stored": False})
    """As a dump has them, where there is TeX in them; in no digest that the state keeps."""

    @property
    def first_seen(self) -> date | None:
        """The date of the earliest list it stood on."""
        return min((sighting.date for sighting in self.sightings), default=None)

    @property
    def week(self) -> date | None:
        """The Monday of the week in which it was first listed, or else recorded."""
        day = self.first_seen or (self.recorded.date() if self.recorded else None)
        return day - timedelta(days=day.weekday()) if day else None

    @property
    def votes(self) -> int | None:
        """The most votes any dump showed, or None where no dump has votes."""
        return max((s.votes for s in self.sightings if s.votes is not None), default=None)

    @property
    def stars(self) -> int | None:
        """The most stars of its code any dump showed, or None."""
        return max((s.stars for s in self.sightings if s.stars is not None), default=None)

    @property
    def lists(self) -> tuple[date, ...]:
        """The distinct dates of the lists it stood on, oldest first."""
        return tuple(sorted({sighting.date for sighting in self.sightings}))


# -------------------------------------------------------------------------------- profiles and readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a profile's rules: `name` is the module in newsletter/rules/, `settings` its value."""

    name: str
    settings: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named interest. `rules_hash` changes exactly when rules, weights or threshold do.

    `private` marks a subscriber's own inline interest: it is on no page and in no feed.
    """

    name: str
    title: str
    rules: tuple[Rule, ...]
    rules_hash: str
    description: str = ""
    limit: int = 15
    threshold: float = 0.0
    formerly: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Days on which a subscriber wants nothing, both included, in their own zone."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a digest is due: a cadence (day, weekday, week, month or a cron line), local time and zone.

    `on` is a weekday 0–6 (Monday 0) for a week, a day 1–31 for a month, else None; `at` is minutes after
    local midnight.
    """

    every: str = "day"
    on: int | None = None
    at: int = 0
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A reader as config.yaml has it. `address` is what mail is sent to; `reader` is the folded address;
    `at_most` is how many papers a digest holds, of all profiles together; None: as their limits let in.
    With `surprise` it has one more that fits none of them.
    """

    address: str
    reader: str
    name: str = ""
    profiles: tuple[str, ...] = ()
    rhythm: Rhythm = Rhythm()
    away: tuple[Away, ...] = ()
    max_lateness: int | None = None
    """Minutes after its moment at which a slot is given up; None: until the next slot."""
    formerly: str = ""
    """The folded address this reader had before; its ledger goes on under the new one."""
    at_most: int | None = None
    surprise: bool = False


# ---------------------------------------------------------------------------------------------- match


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule let a paper through, in words a subscriber can read.

    `detail` is such words ("“score matching” in the title"); `found` is the passage as it stands in
    `field` (title, abstract, authors, categories, keywords), for highlighting; `score` is what it adds.
    """

    rule: str
    detail: str
    score: float = 1.0
    found: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A paper fits a profile: its score is the sum of what its reasons add, best reason first."""

    paper: int
    profile: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a profile said of a paper, for `why`: the match if it is one, and why not if it is none."""

    match: Match | None
    score: float
    reasons: tuple[Reason, ...]
    against: str = ""


# ------------------------------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A paper in a section, why it is there, titles of other profiles it fits, and its near-repeats."""

    paper: Paper
    match: Match
    also: tuple[str, ...] = ()
    backlog: bool = False
    alike: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one profile has in an edition or digest: `picks` in full, best first; `more` by title only."""

    profile: str
    """The profile's slug, its address for ever; empty for what is outside a reader's profiles."""
    title: str
    picks: tuple[Pick, ...]
    more: tuple[Pick, ...] = ()
    reason: str = ""
    """One line on what brought these papers, such as “diffusion (9) · score matching (3)”."""
    private: bool = False

    @property
    def all(self) -> tuple[Pick, ...]:
        """Every pick, those in full first."""
        return (*self.picks, *self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A paper that is on several lists, or has votes: `lists` counts the distinct dates it was listed."""

    paper: Paper
    lists: int
    votes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A paper that this reader was shown and that has a newer version; `changed` names what changed."""

    paper: Paper
    version: int | None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one reader gets in one slot."""

    slot: str
    date: date
    sections: tuple[Section, ...]
    note: str = ""
    """The editor's note of that date, Markdown."""
    trending: tuple[Trend, ...] = ()
    revised: tuple[Revised, ...] = ()
    health: tuple[str, ...] = ()
    waiting: int = 0
    """How many matching papers had no room and wait in the backlog."""
    covers: int = 1
    """How many slots it covers: more than one is a catch-up."""
    by_week: bool = False
    """After an absence: the papers of a section stand week by week, the newest first."""

    @property
    def papers(self) -> int:
        """How many papers stand in its body."""
        return sum(len(section.picks) for section in self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A digest as an e-mail shows it, before any header that names the reader."""

    subject: str
    text: str
    html: str
