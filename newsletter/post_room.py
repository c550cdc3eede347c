"""Rendering for the post: a delivery's digest becomes a letter, a letter the bytes of a message. Reads the
state for what was recorded; nothing is written and nothing sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from newsletter.envelope import addressed, reader_token, return_address, ways_out
from newsletter.errors import NotFound
from newsletter.model import Digest, Letter, Subscriber
from newsletter.ports import Press
from newsletter.secret import reveal
from newsletter.settings import Config
from newsletter.store import Store
from newsletter.store.ledger import Delivery

SECRET = "secret"  # noqa: S105 - the name of the mark, not its value
"""Mark: what this installation's tokens and Message-IDs hang on."""


@dataclass(frozen=True, kw_only=True)
class PostRoom:
    """Where digests become messages. The press is only fetched when something has to be rendered."""

    store: Store
    config: Config
    press: Callable[[], Press]

    def digest(self, delivery: Delivery) -> Digest:
        """What a delivery holds. Raises NotFound once a later one has arrived."""
        digest = self.store.readers.digest(delivery.id)
        if digest is None:
            raise NotFound(f"the content of slot {delivery.slot} is no longer kept")
        return digest

    def knows(self, folded: str) -> bool:
        """Whether a folded address is a subscriber's."""
        return folded in self._by_reader

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
        return self._signed(
            addressed(
                letter,
                subscriber,
                slot=slot,
                headed=headed,
                email=self.config.email,
                secret=self._secret,
                web_url=self._web_url,
            )
        )

    def _signed(self, message: bytes) -> bytes:
        dkim = self.config.email.dkim
        if dkim is None:
            return message
        from newsletter.dkim import signed  # noqa: PLC0415 - cryptography, 30 ms

        return signed(message, domain=dkim.domain, selector=dkim.selector, key=self._key)

    @cached_property
    def _key(self) -> str:
        dkim = self.config.email.dkim
        return reveal(dkim.key, "email.dkim.key") if dkim else ""

    def envelope_sender(self, subscriber: Subscriber) -> str:
        """Where a bounce goes: the configured address, with the reader's token in it where that is wanted."""
        email = self.config.email
        address = email.bounces or email.sender_address
        return (
            return_address(address, reader_token(self._secret, subscriber.reader)) if email.verp else address
        )

    @property
    def _web_url(self) -> str:
        return f"{self.config.site.url}/" if self.config.site.url else ""

    @cached_property
    def _secret(self) -> str:
        return self.store.runs.mark(SECRET) or ""

    def _ways_out(self, subscriber: Subscriber) -> tuple[str, ...]:
        """The configured ways to leave, each naming the reader by a token, never by the address."""
        return ways_out(self.config.email.unsubscribe, reader_token(self._secret, subscriber.reader))
