"""The state: what was seen, shown and sent. One `Store` over a database, its tables in rooms by noun.

    store.papers     papers, keys, sightings          store.editions   profiles, matches, editions
    store.dumps      dumps and inbox files            store.readers    readers, slots, deliveries, backlog
    store.repeats    near-equal titles, marked pairs   store.learning   what ranking need not work out again
    store.runs       runs and what they said, marks
    store.sending    deliveries on their way           store.pages      the pages of the site as they stand
    store.similar    pairs of similar papers           store.private    digests for private feeds
    store.sources    where dumps are fetched from
    store.suppressions   addresses that nothing is sent to, bounces that were counted

All writes of one step stand in one `store.transaction()`. Nothing here decides who gets what, and nothing
asks a clock: moments come in.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from newsletter.store.database import Database
from newsletter.store.dumps import Dumps
from newsletter.store.editions import Editions
from newsletter.store.failures import Failures
from newsletter.store.learning import Learning
from newsletter.store.pages import Pages
from newsletter.store.papers import Papers
from newsletter.store.private import Private
from newsletter.store.readers import Readers
from newsletter.store.repeats import Repeats
from newsletter.store.retention import Retention
from newsletter.store.runs import Runs
from newsletter.store.sending import Sending
from newsletter.store.similar import Similar
from newsletter.store.sources import Sources
from newsletter.store.suppressions import Suppressions


class Store:
    """The state of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.papers = Papers(database)
        self.dumps = Dumps(database)
        self.editions = Editions(database)
        self.readers = Readers(database)
        self.repeats = Repeats(database)
        self.pages = Pages(database)
        self.runs = Runs(database)
        self.learning = Learning(database)
        self.similar = Similar(database)
        self.sending = Sending(database, self.readers)
        self.suppressions = Suppressions(database)
        self.private = Private(database)
        self.failures = Failures(database)
        self.retention = Retention(database)
        self.sources = Sources(database)

    def transaction(self, *, large: bool = False) -> AbstractContextManager[None]:
        """All writes inside happen, or none. One of gigabytes is `large`: nobody else reads meanwhile."""
        return self._database.transaction(large=large)

    @property
    def writing(self) -> bool:
        """Whether this is inside a transaction: only then may anything be kept."""
        return self._database.writing

    @property
    def logged(self) -> bool:
        """Whether others can read it while one writes: not on a disk that can hold no write-ahead log."""
        return self._database.logged

    def copy(self) -> Store:
        """The same state in memory: what is done to it leaves this one as it is."""
        return Store(self._database.copy())

    def part(self) -> None:
        """What a process calls first that was forked and will read this state."""
        self._database.part()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def open_store(path: str | Path | None) -> Store:
    """The state at a path, made if it is not there; in memory for None. Raises StateError."""
    return Store(Database(Path(path) if path else None))
