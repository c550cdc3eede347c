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
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.store.database import Database

if TYPE_CHECKING:
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
    """The state of one installation. A room is opened when it is entered: an idle run needs two."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def papers(self) -> Papers:
        from newsletter.store.papers import Papers

        return Papers(self._database)

    @cached_property
    def dumps(self) -> Dumps:
        from newsletter.store.dumps import Dumps

        return Dumps(self._database)

    @cached_property
    def editions(self) -> Editions:
        from newsletter.store.editions import Editions

        return Editions(self._database)

    @cached_property
    def readers(self) -> Readers:
        from newsletter.store.readers import Readers

        return Readers(self._database)

    @cached_property
    def repeats(self) -> Repeats:
        from newsletter.store.repeats import Repeats

        return Repeats(self._database)

    @cached_property
    def pages(self) -> Pages:
        from newsletter.store.pages import Pages

        return Pages(self._database)

    @cached_property
    def runs(self) -> Runs:
        from newsletter.store.runs import Runs

        return Runs(self._database)

    @cached_property
    def learning(self) -> Learning:
        from newsletter.store.learning import Learning

        return Learning(self._database)

    @cached_property
    def similar(self) -> Similar:
        from newsletter.store.similar import Similar

        return Similar(self._database)

    @cached_property
    def sending(self) -> Sending:
        from newsletter.store.sending import Sending

        return Sending(self._database, self.readers)

    @cached_property
    def suppressions(self) -> Suppressions:
        from newsletter.store.suppressions import Suppressions

        return Suppressions(self._database)

    @cached_property
    def private(self) -> Private:
        from newsletter.store.private import Private

        return Private(self._database)

    @cached_property
    def failures(self) -> Failures:
        from newsletter.store.failures import Failures

        return Failures(self._database)

    @cached_property
    def retention(self) -> Retention:
        from newsletter.store.retention import Retention

        return Retention(self._database)

    @cached_property
    def sources(self) -> Sources:
        from newsletter.store.sources import Sources

        return Sources(self._database)

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
