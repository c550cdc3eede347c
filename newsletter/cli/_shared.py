"""What several commands need: the moment, paths as people write them, the state opened for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from newsletter.errors import NotFound
from newsletter.model import Profile, Subscriber
from newsletter.settings import Config
from newsletter.store import Store, open_store


def utc_now() -> datetime:
    """The present moment, in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


_EARLIEST, _LATEST = 1970, 9000
"""Years a run may act as of: slots are looked for some years around it, and datetime ends with 9999."""


class Moment(click.ParamType[datetime]):
    """An ISO time with its offset: 2026-11-22T07:30+01:00."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no ISO time, such as 2026-11-22T07:30+01:00", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no offset: add one, such as {value}+00:00", param, ctx)
        if not _EARLIEST < moment.year < _LATEST:
            self.fail(f"{value!r} is outside of any calendar of slots", param, ctx)
        return moment.astimezone(UTC)


def short(path: Path) -> str:
    """A path as seen from here, where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@contextmanager
def existing_state(config: Config) -> Iterator[Store]:
    """The state, for commands that only look at it. Raises NotFound before the first run."""
    path = Path(config.state)
    if not path.is_file():
        raise NotFound(f"there is no state yet at {short(path)}", hint="newsletter run makes it")
    store = open_store(path)
    try:
        yield store
    finally:
        store.close()


def secret_of(store: Store) -> str:
    """What the tokens of this state hang on."""
    from newsletter.post_room import SECRET  # noqa: PLC0415 - the e-mail package, 30 ms

    return store.runs.mark(SECRET) or ""


def address_of(text: str) -> str:
    """The folded address that somebody typed."""
    from newsletter import config_words  # noqa: PLC0415 - beside its use

    try:
        return config_words.folded(config_words.mail_address(text))
    except config_words.Wrong as error:
        raise click.BadParameter(f"{error.what}; {error.hint}" if error.hint else error.what) from error


def subscriber_named(config: Config, text: str) -> Subscriber | None:
    """The subscriber whose address or name somebody typed."""
    folded = text.casefold()
    return next((s for s in config.subscribers if folded in (s.reader, s.name.casefold())), None)


def profile_named(config: Config, text: str) -> Profile | None:
    """The profile of that name or title."""
    folded = text.casefold()
    return next((p for p in config.profiles if folded in (p.name, p.title.casefold())), None)


def missing(config: Config, text: str) -> NotFound:
    """Neither a subscriber nor a profile is called so."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    names = [p.name for p in config.profiles if not p.private] + [s.reader for s in config.subscribers]
    near = get_close_matches(text, names, n=1)
    hint = f"did you mean {near[0]}?" if near else "newsletter check lists both"
    return NotFound(f"no subscriber or profile is called {text!r}", hint=hint)


def local(moment: datetime, zone: str, now: datetime | None = None) -> str:
    """A moment for people: Mon 23 Nov 07:30; with its year where that is not the one of `now`."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - beside its use

    there = moment.astimezone(ZoneInfo(zone))
    other_year = now is not None and now.astimezone(ZoneInfo(zone)).year != there.year
    return f"{there:%a %-d %b %Y %H:%M}" if other_year else f"{there:%a %-d %b %H:%M}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 paper, 2 papers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sized(size: int) -> str:
    """A number of bytes for people: 812 B, 4.1 MB."""
    amount, units = float(size), ["kB", "MB", "GB", "TB"]
    if amount < _KILO:
        return f"{size} B"
    while (amount := amount / _KILO) >= _KILO and len(units) > 1:
        del units[0]
    return f"{amount:.1f} {units[0]}"


_KILO = 1000
