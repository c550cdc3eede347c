"""Delivering: what is queued goes out, each state change recorded. A delivery is rendered once, before its
first try, and is the same bytes on every further one. Network and files; decides nothing about papers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from newsletter.envelope import addressed, file_name, reader_token, ways_out
from newsletter.errors import NewsletterError, NotFound, PublishError, TemplateError
from newsletter.model import Digest, Letter, Subscriber
from newsletter.ports import Mailer, Press
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.ledger import Delivery

SECRET = "secret"  # noqa: S105 - the name of the mark, not its value
"""Mark: what this installation's tokens and Message-IDs hang on."""


class FolderMailer:
    """Writes each message to a folder only its owner can read: out/mail/NAME.eml."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, recipient: str, name: str, message: bytes) -> None:  # noqa: ARG002 - a file has no recipient
        """Write one message, whole or not at all. Raises PublishError."""
        path = self._folder / f"{name}.eml"
        beside = path.with_name(f".{path.name}.unfinished")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "wb") as open_file:
                open_file.write(message)
            beside.replace(path)
        except OSError as error:
            raise PublishError(
                f"{path}: {error.strerror}",
                hint="make room or make it writable, and run again; nothing is lost",
            ) from error


@dataclass(slots=True, kw_only=True)
class Sent:
    """What delivering did; `problem` is what stopped it, if anything did."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    problem: NewsletterError | None = None


@dataclass(frozen=True, kw_only=True)
class PostRoom:
    """Where digests become messages. The press is only fetched when something has to be rendered."""

    store: Store
    config: Config
    press: Callable[[], Press]

    def deliver(self, mailer: Mailer, now: datetime) -> Sent:
        """Send every queued delivery. What cannot go out now stays queued and goes with the next run."""
        queued = self.store.readers.deliveries(states=("queued",))[::-1]
        done = Sent(waiting=len(queued))
        for delivery in queued:
            try:
                self._send(mailer, delivery)
            except (PublishError, TemplateError) as error:
                done.problem = error
                break
            except NewsletterError as error:
                self.store.readers.fail(delivery.id, error.what, now)
                done.failed += 1
            else:
                self.store.readers.sent(delivery.id, now)
                done.sent += 1
            done.waiting -= 1
        return done

    def _send(self, mailer: Mailer, delivery: Delivery) -> None:
        subscriber = self.subscriber(delivery.folded)
        letter = self.store.readers.letter(delivery.id)
        if letter is None:
            letter = self.letter(self.digest(delivery), subscriber)
            self.store.readers.put_letter(delivery.id, letter)
        content = self.message(letter, subscriber, delivery.slot, delivery.headed or delivery.moment)
        mailer.send(subscriber.address, file_name(subscriber, delivery.slot), content)

    def digest(self, delivery: Delivery) -> Digest:
        """What a delivery holds. Raises NotFound once a later one has arrived."""
        digest = self.store.readers.digest(delivery.id)
        if digest is None:
            raise NotFound(f"the content of slot {delivery.slot} is no longer kept")
        return digest

    def subscriber(self, folded: str) -> Subscriber:
        """The subscriber with a folded address. Raises NotFound."""
        found = self._by_reader.get(folded)
        if found is None:
            raise NotFound("a delivery's reader is not in config.yaml any more")
        return found

    @cached_property
    def _by_reader(self) -> dict[str, Subscriber]:
        return {subscriber.reader: subscriber for subscriber in self.config.subscribers}

    def letter(self, digest: Digest, subscriber: Subscriber) -> Letter:
        """A digest as a subscriber reads it."""
        from newsletter.outputs import email  # noqa: PLC0415 - only when there is something to render

        return email.letter(
            digest,
            self.press(),
            reader_name=subscriber.name,
            unsubscribe=next(iter(self._ways_out(subscriber)), ""),
            web_url=self._page_of(digest),
        )

    def _page_of(self, digest: Digest) -> str:
        """Where the web has what a digest holds: the page of its date where there is one, else home."""
        dated = self._web_url and self.store.editions.on(digest.date)
        return f"{self._web_url}editions/{digest.date}.html" if dated else self._web_url

    def message(self, letter: Letter, subscriber: Subscriber, slot: str, headed: datetime) -> bytes:
        """A letter as the message of a slot: the same bytes whenever it is asked for."""
        return addressed(
            letter,
            subscriber,
            slot=slot,
            headed=headed,
            email=self.config.email,
            secret=self._secret,
            web_url=self._web_url,
        )

    @property
    def _web_url(self) -> str:
        return f"{self.config.site.url}/" if self.config.site.url else ""

    @property
    def _secret(self) -> str:
        return self.store.runs.mark(SECRET) or ""

    def _ways_out(self, subscriber: Subscriber) -> tuple[str, ...]:
        """The configured ways to leave, each naming the reader by a token, never by the address."""
        return ways_out(self.config.email.unsubscribe, reader_token(self._secret, subscriber.reader))
