"""Real delivery, one fault each: what the ledger says afterwards, how many copies the relay has, the exit code.
The numbers are those of the checklist of correct mail.
"""

from __future__ import annotations

import pytest
from fakes import at
from house import House, follows, reader
from sink import DROP, KEEP_AND_DROP, Sink

from newsletter import press as presses
from newsletter.outbox import Outbox, Sent
from newsletter.post_room import SECRET, PostRoom
from newsletter.postman import post
from newsletter.settings import Email, Site, Smtp
from newsletter.smtp import Waits

NOW = at("2026-08-01 06:30")
SITE = Site(title="Reading list", url="https://example.org/papers")
NAMES = ("ada", "grace", "hedy", "mary", "rosa", "lise", "emmy", "vera", "jane", "dian")
FAST = Waits(connect=5.0, step=5.0, final=5.0, ending=5.0)


def house_of(*names: str, store=None) -> House:
    """Readers whose digests are queued."""
    fields = {"store": store} if store else {}
    house = House(
        profiles=[follows("diffusion", "diffusion")],
        readers=[reader(name, "diffusion") for name in names],
        options={"site": SITE, "email": Email(sender_address="list@example.org", via="smtp")},
        **fields,
    )
    house.store.runs.set_mark(SECRET, "s" * 64)
    house.now = at("2026-08-01 06:00")
    house.dump("Diffusion A", "Diffusion B")
    house.round("2026-08-01 06:00")
    return house


def room(house: House) -> PostRoom:
    return PostRoom(store=house.store, config=house.config(), press=lambda: presses.load(SITE, None))


def send(house: House, *sinks: Sink, now=NOW, waits: Waits = FAST, **relay) -> Sent:
    """One run's delivering, by these relays."""
    house.store.sending.reclaim("this boot")
    relay.setdefault("tls", "none")
    relays = [Smtp(host="127.0.0.1", port=sink.port, **relay) for sink in sinks]
    return post(Outbox(room(house), now, boot="this boot"), relays, domain="example.org", waits=waits)


def states(house: House) -> dict[str, str]:
    return {row.folded.split("@")[0]: row.state for row in house.store.readers.deliveries()}


def reason(house: House, name: str) -> str:
    return house.store.readers.deliveries(house.reader_id(name))[0].reason


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


def test_everybody_gets_one_message_and_the_connections_are_used_again(sink):
    house = house_of(*NAMES)
    done = send(house, sink, connections=2)
    again = send(house, sink)

    assert (10, 10, 0, 0) == (done.taken, done.sent, done.waiting, done.exit_code)
    assert (0, 0) == (again.taken, again.exit_code)
    assert {1} == {sink.copies(f"{name}@example.org") for name in NAMES}
    assert 2 == sink.connections
    assert 2 == len(sink.commands("QUIT"))


def test_a_recipient_that_is_put_off_is_tried_again_later(sink):
    """Mail 25."""
    sink.on("RCPT", "450 4.2.0 greylisted", to="grace@example.org", times=1)
    house = house_of(*NAMES)
    first = send(house, sink)
    before = states(house)
    too_early = send(house, sink, now=at("2026-08-01 06:34"))
    later = send(house, sink, now=at("2026-08-01 06:35"))

    assert (9, 1, 0) == (first.sent, first.deferred, first.exit_code)
    assert "deferred" == before["grace"]
    assert (0, 1) == (too_early.taken, later.sent)
    assert {1} == {sink.copies(f"{name}@example.org") for name in NAMES}


def test_a_dead_address_is_suppressed_and_holds_up_nobody(sink):
    """Mail 26."""
    sink.on("RCPT", "550 5.1.1 no such user", to="grace@example.org")
    house = house_of(*NAMES)
    done = send(house, sink, connections=1)
    connections = sink.connections
    house.dump("Diffusion C")
    quiet = house.round("2026-08-02 06:00")
    send(house, sink, now=house.now)

    assert (9, 1, 1) == (done.sent, done.failed, done.exit_code)
    assert 1 == connections
    assert 1 == len([line for line in sink.commands("RCPT") if "grace" in line])
    assert 1 == quiet.skipped["suppressed"]
    assert "550 5.1.1 no such user" == house.store.suppressions.get("grace@example.org").reason


@pytest.mark.parametrize(
    ("reply", "state"), [("552 5.3.4 too much", "failed"), ("452 4.3.1 disk full", "deferred")]
)
def test_what_is_said_at_the_end_of_a_message_is_about_the_message(sink, reply, state):
    """Mail 27."""
    sink.on("DOT", reply, to="grace@example.org")
    house = house_of("ada", "grace", "hedy")
    done = send(house, sink, connections=1)

    assert (2, 0) == (done.sent, done.waiting)
    assert {"ada": "sent", "grace": state, "hedy": "sent"} == states(house)
    assert reply == reason(house, "grace")
    assert () == house.store.suppressions.all()


@pytest.mark.parametrize(("action", "copies"), [(KEEP_AND_DROP, 1), (DROP, 0)])
def test_silence_after_the_message_is_doubt_and_doubt_is_held(sink, action, copies):
    """Mail 28: whether the relay has it or not, we see the same; it goes again when somebody says so."""
    sink.on("DOT", action, to="grace@example.org", times=1)
    house = house_of("ada", "grace", "hedy")
    done = send(house, sink)
    held = send(house, sink)
    kept = sink.copies("grace@example.org")
    house.store.sending.resend()
    again = send(house, sink)
    contents = {taken.content for taken in sink.taken if taken.recipient == "grace@example.org"}

    assert (2, 1, 1) == (done.sent, done.uncertain, done.exit_code)
    assert (0, 0) == (held.taken, held.exit_code)
    assert (copies, 1) == (kept, again.sent)
    assert 1 == len(contents)
