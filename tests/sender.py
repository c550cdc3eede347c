"""A process that sends what a state holds to a relay, for tests that kill it: sender.py STATE PORT [FSIZE].

It says `go` when it begins and, at its end, its exit code; with FSIZE no file may grow beyond so many bytes.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from fakes import at
from house import House, follows, reader

from newsletter.deliver import this_boot
from newsletter.errors import StateError
from newsletter.model import Digest, Letter, Subscriber
from newsletter.outbox import Outbox
from newsletter.post_room import PostRoom
from newsletter.postman import post
from newsletter.settings import Email, Smtp
from newsletter.store import Store, open_store

NOW = at("2026-08-01 06:30")
TEXT = "One paper about diffusion, and why it was chosen.\n" * 40
CONNECTIONS = 4


class QuickRoom(PostRoom):
    """Renders in no time: what is tried here is the ledger."""

    def letter(self, digest: Digest, subscriber: Subscriber) -> Letter:
        return Letter(subject=digest.slot, text=f"{subscriber.name}\n{TEXT}", html=f"<p>{TEXT}</p>")


def many(store: Store, count: int) -> House:
    """So many readers; their digests are queued if they are not yet."""
    house = House(
        profiles=[follows("diffusion", "diffusion")],
        readers=[reader(f"reader{number}", "diffusion") for number in range(count)],
        options={"email": Email(sender_address="list@example.org", via="smtp")},
        store=store,
    )
    if not store.readers.counts():
        house.now = at("2026-08-01 06:00")
        house.dump("Diffusion A")
        house.round("2026-08-01 06:00")
    return house


def quick_room(house: House) -> QuickRoom:
    return QuickRoom(store=house.store, config=house.config(), press=lambda: None)


def main(state: str, port: str, limit: str = "0") -> int:
    store = open_store(Path(state))
    house = many(store, sum(store.readers.counts().values()))
    store.sending.reclaim(this_boot())
    print("go", flush=True)  # noqa: T201 - the parent waits for it
    if int(limit):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    relay = Smtp(host="127.0.0.1", port=int(port), tls="none", connections=CONNECTIONS)
    try:
        outbox = Outbox(quick_room(house), NOW, boot=this_boot())
        return post(outbox, [relay], domain="example.org").exit_code
    except StateError as error:
        print(error.what, error.hint)  # noqa: T201 - as above
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
