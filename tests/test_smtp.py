"""Real delivery, one fault each: what the ledger says afterwards, how many copies the relay has, the exit code.
The numbers are those of the checklist of correct mail.
"""

from __future__ import annotations

import gc
import re
import socket
import ssl
import warnings
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import dkim as dkimpy
import pytest
from aiosmtpd.controller import Controller
from fakes import at
from house import House, follows, reader
from sink import DROP, HANG, KEEP_AND_DROP, Sink
from test_dkim import RSA, pem, record

from newsletter import press as presses
from newsletter.outbox import Outbox, Sent
from newsletter.ports import Press
from newsletter.post_room import SECRET, PostRoom
from newsletter.postman import post
from newsletter.settings import Dkim, Email, Secret, Site, Smtp
from newsletter.smtp import Route, Waits

NOW = at("2026-08-01 06:30")
SITE = Site(title="Reading list", url="https://example.org/papers")
NAMES = ("ada", "grace", "hedy", "mary", "rosa", "lise", "emmy", "vera", "jane", "dian")
TLS = Path(__file__).parent / "tls"
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


@cache
def press() -> Press:
    return presses.load(SITE, None)


def room(house: House) -> PostRoom:
    return PostRoom(store=house.store, config=house.config(), press=press)


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


def test_a_relay_whose_disk_is_full_at_data_gets_it_later(sink):
    """Mail 27."""
    sink.on("DATA", "452 4.3.1 disk full", to="grace@example.org", times=1)
    house = house_of("ada", "grace", "hedy")
    first = send(house, sink, connections=1)
    again = send(house, sink, now=NOW + timedelta(minutes=5))

    assert (2, 1, 0, 0) == (first.sent, first.deferred, first.waiting, first.exit_code)
    assert (1, 1) == (again.sent, sink.copies("grace@example.org"))


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


# ------------------------------------------------------------------------- a relay that takes nothing


def test_a_relay_that_greets_with_421_gets_nothing_and_the_next_run_sends_all(sink):
    """Mail 23."""
    sink.on("CONNECT", "421 4.3.2 too busy", times=1)
    house = house_of("ada", "grace")
    done = send(house, sink)
    after = states(house)
    again = send(house, sink)

    assert (0, 2, 0) == (done.sent, done.waiting, done.exit_code)
    assert (
        f"the relay 127.0.0.1:{sink.port} takes nothing now: 421 4.3.2 too busy at the greeting"
        == done.unreachable
    )
    assert {"queued"} == set(after.values())
    assert (2, 1, 1) == (again.sent, sink.copies("ada@example.org"), sink.copies("grace@example.org"))


def test_a_relay_that_does_not_greet_is_not_waited_for_for_ever(sink):
    """Mail 24: and only one line finds it out, the others do not try."""
    sink.on("CONNECT", HANG)
    house = house_of(*NAMES)
    done = send(house, sink, waits=replace(FAST, connect=0.2))

    assert (0, 10, 0) == (done.sent, done.waiting, done.exit_code)
    assert done.unreachable.endswith("takes nothing now: it does not answer (email.smtp.host, port and tls)")
    assert 1 == sink.connections


@pytest.mark.parametrize(
    ("host", "port", "told"),
    [
        ("127.0.0.1", 1, "connection refused (email.smtp.host and port)"),
        ("relay.invalid", 25, "no machine of that name is known (email.smtp.host)"),
    ],
)
def test_a_relay_that_is_not_there_is_told_in_plain_words(host, port, told):
    """Mail 24."""
    house = house_of("ada")
    outbox = Outbox(room(house), NOW, boot="this boot")
    done = post(outbox, [Smtp(host=host, port=port, tls="none")], domain="example.org", waits=FAST)

    assert (0, 1, 0) == (done.sent, done.waiting, done.exit_code)
    assert f"the relay {host}:{port} takes nothing now: {told}" == done.unreachable


def test_where_one_relay_takes_nothing_the_next_takes_all(sink):
    sink.on("MAIL", "451 4.3.0 later", after=3)
    house = house_of(*NAMES)
    with Sink() as second:
        done = send(house, sink, second)

        assert (10, 0, 0) == (done.sent, done.waiting, done.exit_code)
        assert 10 == len(sink.taken) + len(second.taken)
        assert second.taken


def test_a_relay_that_refuses_us_is_told_although_the_next_took_all(sink):
    sink.on("EHLO", "550 5.7.1 go away")
    house = house_of("ada")
    with Sink() as second:
        done = send(house, sink, second)

    assert (1, 0, 4) == (done.sent, done.waiting, done.exit_code)


def test_a_relay_that_wants_fewer_connections_gets_fewer(sink):
    """As long as one works, the others' refusals are no reason to stop."""
    sink.on("CONNECT", "421 4.7.0 too many connections", after=1)
    house = house_of(*NAMES)
    done = send(house, sink)

    assert (10, 0, "") == (done.sent, done.waiting, done.unreachable)


# ------------------------------------------------------------------------------- lines that break


def test_a_line_that_breaks_in_the_middle_of_a_message_is_doubt(sink):
    """Mail 29: it cannot be told from one that breaks after it."""
    sink.on("BODY", DROP, to="grace@example.org", times=1)
    house = house_of("ada", "grace", "hedy")
    done = send(house, sink)

    assert (2, 1, 1) == (done.sent, done.uncertain, done.exit_code)
    assert "the connection was lost at the end of the message" == reason(house, "grace")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_line_that_breaks_before_the_message_is_made_anew_at_once(sink, step):
    """Mail 29."""
    sink.on(step, DROP, times=1)
    house = house_of(*NAMES)
    done = send(house, sink, connections=1)

    assert (10, 0, 0) == (done.sent, done.uncertain, done.exit_code)
    assert {1} == {sink.copies(f"{name}@example.org") for name in NAMES}
    assert 2 == sink.connections


def test_an_address_at_which_the_line_always_breaks_is_put_off_and_holds_up_nobody(sink):
    sink.on("RCPT", DROP, to="grace@example.org")
    house = house_of(*NAMES)
    done = send(house, sink)

    assert (9, 1, 0) == (done.sent, done.deferred, done.exit_code)
    assert "the connection was lost at RCPT TO, 3 times" == reason(house, "grace")


def test_a_relay_that_breaks_every_line_is_left_alone(sink):
    """Ten in a row: not three for each of a thousand readers."""
    sink.on("RCPT", DROP)
    house = house_of(*NAMES)
    done = send(house, sink)

    assert 0 == done.sent
    assert done.deferred + done.waiting == 10
    assert "10 connections broke in a row" in done.unreachable
    assert 10 <= sink.connections <= 14


def test_a_relay_that_goes_silent_after_each_message_does_not_get_them_all(sink):
    """What is in doubt stays small, whatever a relay does."""
    sink.on("DOT", DROP)
    house = house_of(*(f"reader{number}" for number in range(40)))
    done = send(house, sink)

    assert 10 <= done.uncertain <= 14
    assert 40 == done.uncertain + done.waiting


def test_the_last_reply_is_waited_for_longer_than_any_other(sink):
    """Mail 30: ten minutes; who gives up earlier sends copies."""
    sink.on("DOT", "250 2.0.0 at last", wait=0.5)
    house = house_of("ada")
    done = send(house, sink, waits=replace(FAST, connect=0.3, step=0.3))

    assert (1, 1) == (done.sent, sink.copies("ada@example.org"))
    assert 600 <= Waits().final


@pytest.mark.parametrize("step", ["BODY", "DOT"])
def test_a_relay_that_does_not_read_or_answer_is_given_up_in_the_end(sink, step):
    """Mail 30."""
    sink.on(step, HANG)
    house = house_of("ada")
    done = send(house, sink, waits=replace(FAST, final=0.3))

    assert (1, 1) == (done.uncertain, done.exit_code)


def test_a_relay_that_stops_reading_in_the_middle_of_a_message_is_given_up_in_the_end(sink):
    """Mail 30: the message is larger than what the network holds on the way."""
    sink.on("BODY", HANG)
    house = house_of("ada")
    large = Large(store=house.store, config=house.config(), press=press)
    relay = Smtp(host="127.0.0.1", port=sink.port, tls="none")
    waits = replace(FAST, final=0.3)
    done = post(Outbox(large, NOW, boot="this boot"), [relay], domain="example.org", waits=waits)

    assert (1, 1) == (done.uncertain, done.exit_code)


@pytest.mark.parametrize("most", [1, 20])
def test_a_relay_that_closes_after_some_messages_is_called_again(most):
    """Mail 31."""
    names = [f"reader{number}" for number in range(100)]
    house = house_of(*names)
    with Sink(most_messages=most) as sink:
        done = send(house, sink, connections=2)

        assert (100, 0) == (done.sent, done.exit_code)
        assert {1} == {sink.copies(f"{name}@example.org") for name in names}
        assert 100 // most <= sink.connections <= 100 // most + 2


def test_421_in_the_middle_is_a_goodbye_and_later_lines_end_before_it(sink):
    """Mail 32."""
    sink.on("MAIL", "421 4.7.0 that is enough", after=2, times=1)
    house = house_of(*NAMES)
    done = send(house, sink, connections=1)
    messages = Counter(taken.connection for taken in sink.taken)

    assert (10, 0) == (done.sent, done.exit_code)
    assert {1} == {sink.copies(f"{name}@example.org") for name in NAMES}
    assert [2, 2, 2, 2, 2] == [messages[number] for number in sorted(messages)]


def test_a_connection_ends_after_as_many_messages_as_the_config_says(sink):
    house = house_of(*NAMES)
    send(house, sink, connections=1, messages_per_connection=4)

    assert [4, 4, 2] == list(Counter(taken.connection for taken in sink.taken).values())
    assert 3 == len(sink.commands("QUIT"))


# ---------------------------------------------------------------------- encryption, login, sender


@pytest.fixture
def tls(monkeypatch) -> ssl.SSLContext:
    """What a relay called localhost speaks TLS with; the system trusts it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "localhost.crt"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / "localhost.crt", TLS / "localhost.key")
    return context


@pytest.mark.parametrize("kind", ["starttls", "implicit"])
def test_mail_goes_encrypted(tls, kind):
    house = house_of("ada", "grace")
    with Sink(context=tls, implicit=kind == "implicit", extensions=("AUTH PLAIN",)) as sink:
        done = send(house, sink, tls=kind, user="list", password="secret", connections=1)  # noqa: S106

        assert (2, 0) == (done.sent, done.exit_code)
        assert (1, 1) == (len(sink.commands("AUTH")), sink.connections)


@pytest.mark.parametrize("kind", ["starttls", "implicit"])
@pytest.mark.parametrize(("step", "sent"), [("QUIT", 1), ("EHLO", 0), ("DOT", 0)])
def test_no_socket_is_left_open_where_a_relay_lingers(tls, kind, step, sent):
    """TLS has a goodbye of its own: to wait for that is to leave the socket to the garbage collector."""
    house = house_of("ada")
    gc.collect()
    with Sink(context=tls, implicit=kind == "implicit", lingers=60.0) as sink:
        if not sent:
            sink.on(step, HANG, after=int(step == "EHLO" and kind == "starttls"))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            done = send(house, sink, tls=kind, waits=Waits(connect=0.5, step=0.5, final=0.5))
            gc.collect()

        assert sent == done.sent
        assert [] == [str(each.message) for each in told if each.category is ResourceWarning]


def test_a_relay_that_demands_encryption_names_the_setting(sink):
    """Mail 33."""
    sink.on("MAIL", "530 5.7.0 Must issue a STARTTLS command first")
    house = house_of(*NAMES)
    done = send(house, sink)

    assert (0, 10, 4) == (done.sent, done.waiting, done.exit_code)
    assert "email.smtp.tls" in done.problem.hint
    assert {"queued"} == set(states(house).values())


def test_where_encryption_is_not_offered_nothing_is_said_in_clear(sink):
    """Mail 33: neither a mail nor the password."""
    sink.extensions = ("AUTH PLAIN LOGIN",)
    house = house_of("ada")
    done = send(house, sink, tls="starttls", user="list", password="secret")  # noqa: S106

    assert (0, 4) == (done.sent, done.exit_code)
    assert "it does not offer STARTTLS" in done.problem.what
    assert [] == sink.commands("AUTH") + sink.commands("MAIL")


@pytest.mark.parametrize("kind", ["starttls", "implicit"])
def test_a_certificate_that_does_not_hold_is_refused(tls, monkeypatch, kind):
    """Mail 33."""
    monkeypatch.delenv("SSL_CERT_FILE")
    house = house_of("ada")
    with Sink(context=tls, implicit=kind == "implicit") as sink:
        done = send(house, sink, tls=kind)

        assert (0, 4) == (done.sent, done.exit_code)
        assert "its certificate does not hold (self" in done.problem.what
        assert "email.smtp.host" in done.problem.hint
        assert [] == sink.commands("MAIL")


def test_a_certificate_that_has_expired_is_refused(tls, monkeypatch):
    """Mail 33."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "expired.crt"))
    tls.load_cert_chain(TLS / "expired.crt", TLS / "localhost.key")
    house = house_of("ada")
    with Sink(context=tls) as sink:
        done = send(house, sink, tls="starttls")

        assert (0, 4) == (done.sent, done.exit_code)
        assert "its certificate does not hold (certificate has expired)" in done.problem.what
        assert [] == sink.commands("MAIL")


def test_a_relay_that_answers_in_clear_where_encryption_is_awaited_is_told(sink):
    house = house_of("ada")
    done = send(house, sink, tls="implicit")

    assert (0, 4) == (done.sent, done.exit_code)
    assert "no encryption comes about (wrong version number)" in done.problem.what
    assert "starttls is usual on port 587, implicit on 465" in done.problem.hint


@pytest.mark.parametrize(
    ("reply", "code"), [("535 5.7.8 bad credentials", 4), ("454 4.7.0 too many tries", 0)]
)
def test_a_login_is_tried_once_and_the_password_is_nowhere_told(sink, reply, code, caplog):
    """Mail 34: trying again and again is how accounts get locked; nor in base64."""
    caplog.set_level(0)
    sink.extensions = ("AUTH PLAIN LOGIN CRAM-MD5",)
    sink.on("AUTH", reply)
    house = house_of(*NAMES)
    done = send(house, sink, user="list", password="s3cret-p4ss")  # noqa: S106

    assert (0, 10, code) == (done.sent, done.waiting, done.exit_code)
    assert 1 == len(sink.commands("AUTH"))
    assert reply in (done.problem.what if code else done.unreachable)
    told = repr(done) + str(done.problem) + caplog.text
    assert not [secret for secret in ("s3cret", "czNjcmV0") if secret in told]


def test_in_clear_a_login_is_taken_that_does_not_show_the_password(sink):
    sink.extensions = ("AUTH PLAIN LOGIN CRAM-MD5",)
    sink.on("AUTH", "334 PDEyMzRAc2luaz4=")
    send(house_of("ada"), sink, user="list", password="x", waits=replace(FAST, connect=0.5))  # noqa: S106

    assert ["AUTH CRAM-MD5"] == sink.commands("AUTH")


def test_a_relay_without_a_login_for_us_is_the_configs_fault(sink):
    house = house_of("ada")
    done = send(house, sink, user="list", password="x")  # noqa: S106

    assert (0, 4) == (done.sent, done.exit_code)
    assert "it offers no login by plain, login, cram-md5" in done.problem.what
    assert [] == sink.commands("MAIL")


def test_a_relay_that_does_not_know_us_suppresses_nobody(sink):
    """One forgotten password must not cost every reader."""
    sink.on("RCPT", "554 5.7.1 Relay access denied")
    house = house_of(*NAMES)
    done = send(house, sink)

    assert (0, 0, 10, 4) == (done.sent, done.failed, done.waiting, done.exit_code)
    assert () == house.store.suppressions.all()


def test_one_address_that_is_refused_as_if_it_were_us_holds_up_nobody(sink):
    """Exchange says so of a group that takes mail from its own people only; it is the first in the list."""
    sink.on(
        "RCPT", "550 5.7.133 SenderNotAuthenticatedForGroup; authentication required", to="ada@example.org"
    )
    house = house_of(*NAMES)
    done = send(house, sink, connections=1)

    assert (9, 1, 0, 1) == (done.sent, done.failed, done.waiting, done.exit_code)
    assert "failed" == states(house)["ada"]
    assert () == house.store.suppressions.all()


def test_a_refusal_that_does_not_say_of_whom_is_the_addresss_once_others_were_taken(sink):
    sink.on("RCPT", "550 no", to="ada@example.org")
    house = house_of("ada", "grace")
    done = send(house, sink, connections=1)

    assert (1, 1) == (done.sent, done.failed)
    assert ["ada@example.org"] == [each.folded for each in house.store.suppressions.all()]


def test_a_relay_that_refuses_ten_addresses_and_takes_none_suppresses_nobody(sink):
    """A list that is all dead is rare; a relay that does not like us and says only 550 is not."""
    sink.on("RCPT", "550 no")
    house = house_of(*(f"reader{number}" for number in range(30)))
    done = send(house, sink)

    assert (0, 0, 30, 4) == (done.sent, done.failed, done.waiting, done.exit_code)
    assert 10 <= len(sink.commands("RCPT")) <= 14
    assert () == house.store.suppressions.all()


def test_a_few_addresses_that_are_all_dead_are_dead(sink):
    sink.on("RCPT", "550 no such user")
    house = house_of("ada", "grace")
    done = send(house, sink)

    assert (2, 0, 1) == (done.failed, done.waiting, done.exit_code)
    assert 2 == len(house.store.suppressions.all())


# -------------------------------------------------------------------------- addresses and messages


def test_an_address_that_cannot_be_put_on_the_wire_costs_the_next_reader_nothing(sink):
    """Mail 35: without care the next one is answered with 503, for the relay still waits for RCPT."""
    house = house_of("ada", "jörg", "zoe")
    done = send(house, sink, connections=1)

    assert (2, 1) == (done.sent, done.failed)
    assert {"ada": "sent", "jörg": "failed", "zoe": "sent"} == states(house)
    assert () == house.store.suppressions.all()


def test_a_message_larger_than_the_relay_takes_is_not_even_begun(sink):
    """Mail 36."""
    sink.extensions = ("SIZE 500",)
    house = house_of("ada")
    done = send(house, sink)

    assert (1, 1) == (done.failed, done.exit_code)
    assert "too large for relay" in reason(house, "ada")
    assert [] == sink.commands("MAIL")


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE x", "SIZE 99999999"])
def test_other_sizes_are_no_limit(sink, size):
    """Mail 36: RFC 1870 says that 0 is none."""
    sink.extensions = (size,)
    house = house_of("ada")

    assert 1 == send(house, sink).sent


@pytest.mark.parametrize(
    ("step", "reply", "sent"),
    [
        ("MAIL", "250", 3),
        ("MAIL", "250-one\r\n250-two\r\n250 three", 3),
        ("DOT", "250", 3),
        ("CONNECT", "220-" + "x" * 100_000, 0),
        ("CONNECT", "hello there", 0),
        ("EHLO", "250 \udcff\udcfe", 3),
        ("MAIL", "999 what", 0),
        ("MAIL", "what?", 0),
        ("RCPT", "2", 0),
        ("DATA", "250 I take it you mean 354", 0),
        ("DATA", "what?", 0),
    ],
)
def test_strange_replies_end_in_a_state_and_never_in_a_hang(sink, step, reply, sent):
    """Mail 37."""
    sink.on(step, reply)
    house = house_of("ada", "grace", "hedy")
    done = send(house, sink, waits=replace(FAST, connect=1.0, step=1.0))

    assert sent == done.sent
    assert 0 == done.uncertain
    assert 3 == done.sent + done.waiting + done.deferred


@pytest.mark.parametrize("reply", ["999 what", "what?", "354 more", "x" * 40_000])
def test_a_strange_reply_after_the_message_is_doubt(sink, reply):
    """Mail 37."""
    sink.on("DOT", reply, times=1)
    house = house_of("ada")

    assert 1 == send(house, sink).uncertain


def test_three_messages_refused_for_what_is_in_them_end_the_run(sink):
    sink.on("DOT", "554 5.7.1 looks like spam")
    house = house_of(*NAMES)
    done = send(house, sink, connections=1)

    assert (0, 3, 7, 1) == (done.sent, done.failed, done.waiting, done.exit_code)
    assert "refused 3 messages in a row for what is in them" in done.problem.what
    assert () == house.store.suppressions.all()


def test_an_address_that_refuses_three_mails_in_a_row_is_suppressed(sink):
    sink.on("RCPT", "552 5.2.2 mailbox full", to="ada@example.org")
    house = house_of("ada")
    failed = send(house, sink).failed
    for day in (2, 3, 4):
        house.dump(f"Diffusion {day}")
        house.round(f"2026-08-0{day} 06:00")
        failed += send(house, sink, now=house.now).failed

    assert 3 == failed
    assert ("2026-08-04", "skipped (suppressed)") == house.slots("ada")[-1]


def test_what_is_put_off_for_five_days_fails(sink):
    sink.on("RCPT", "450 4.2.0 later")
    house = house_of("ada")
    moments = [NOW + timedelta(hours=17 * number) for number in range(9)]
    done = [send(house, sink, now=moment) for moment in moments]

    assert [1] * 8 + [0] == [each.deferred for each in done]
    assert [0] * 8 + [1] == [each.exit_code for each in done]
    assert "given up after 5 days: 450 4.2.0 later" == reason(house, "ada")


def test_the_envelope_is_what_the_config_says(sink):
    """Mail 20."""
    house = house_of("ada", "grace")
    house.options["email"] = replace(house.options["email"], bounces="bounce@example.org", verp=True)
    send(house, sink, ehlo="news.example.org", connections=1)
    senders = {taken.recipient: taken.sender for taken in sink.taken}

    assert ["EHLO news.example.org"] == sink.commands("EHLO")
    assert 2 == len(set(senders.values()))
    assert all(re.fullmatch(r"bounce\+[0-9a-f]{32}@example\.org", sender) for sender in senders.values())
    assert 2 == len(sink.commands("RCPT")) == len(sink.commands("MAIL"))


def test_we_never_call_ourselves_localhost(sink):
    """Mail 20."""
    house = house_of("ada")
    send(house, sink)

    (hello,) = sink.commands("EHLO")
    assert "." in hello
    assert "localhost" not in hello


@pytest.mark.parametrize(("rate", "most", "seconds"), [(10.0, 10, 1), (0.5, 1, 2), (1.0, 1, 1)])
def test_a_rate_is_so_many_in_so_many_seconds(rate, most, seconds):
    """Mail 51: how exactly is measured by the benchmark."""
    limiter = Route(Smtp(rate=rate), "example.org", FAST).limiter

    assert (most, seconds) == (limiter.max_rate, limiter.time_period)


def test_there_are_never_more_connections_than_the_config_says(sink):
    """Mail 51."""
    sink.delay = 0.002
    house = house_of(*(f"reader{number}" for number in range(60)))
    done = send(house, sink, connections=3, messages_per_connection=5)

    assert 60 == done.sent
    assert 3 == sink.most_open


class Large(PostRoom):
    """Its messages have twenty megabytes."""

    def message(self, *_: object) -> bytes:
        return b"From: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 10_000_000


class Dotted(PostRoom):
    """Its letters are full of dots."""

    def message(self, *_: object) -> bytes:
        return b".From: x\r\n\r\n.\r\n..\r\nend.\r\n.\r\n"


def test_a_line_that_is_a_dot_does_not_end_a_message(sink):
    """Mail 10."""
    house = house_of("ada")
    dotted = Dotted(store=house.store, config=house.config(), press=press)
    relay = Smtp(host="127.0.0.1", port=sink.port, tls="none")
    post(Outbox(dotted, NOW, boot="this boot"), [relay], domain="example.org", waits=FAST)

    assert [b".From: x\r\n\r\n.\r\n..\r\nend.\r\n.\r\n"] == [taken.content for taken in sink.taken]


def test_a_signature_holds_for_what_the_relay_was_given(sink, monkeypatch):
    """Mail 19."""
    monkeypatch.setenv("DKIM_KEY", pem(RSA))
    house = house_of("ada", "grace")
    signing = Dkim(domain="example.org", selector="news", key=Secret(env="DKIM_KEY"))
    house.options["email"] = replace(house.options["email"], dkim=signing)
    done = send(house, sink)

    assert (2, 2) == (done.sent, len(sink.taken))
    assert all(dkimpy.verify(taken.content, dnsfunc=record) for taken in sink.taken)


# -------------------------------------------------------------------------------- a strict server


class Kept:
    """A handler of aiosmtpd that keeps the raw bytes."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, *request) -> str:  # noqa: N802 - aiosmtpd's name
        envelope = request[2]
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 kept"


def test_a_server_that_is_strict_about_the_protocol_takes_the_very_bytes():
    """It refuses lines over 1,001 octets, nested MAIL and bare line ends."""
    house = house_of(*NAMES)
    kept = Kept()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        rows = house.store.readers.deliveries(states=("queued",))
        digests = {row.folded: (row, house.store.readers.digest(row.id)) for row in rows}
        expected = {}
        for folded, (row, digest) in digests.items():
            subscriber = room(house).subscriber(folded)
            letter = room(house).letter(digest, subscriber)
            expected[folded] = room(house).message(letter, subscriber, row.slot, row.headed)
        outbox = Outbox(room(house), NOW, boot="")
        done = post(outbox, [Smtp(host="127.0.0.1", port=port, tls="none")], domain="example.org", waits=FAST)
    finally:
        controller.stop()

    assert (10, 0) == (done.sent, done.exit_code)
    assert expected == {recipients[0]: content for _, recipients, content in kept.taken}
    assert {("list@example.org", 1)} == {(sender, len(recipients)) for sender, recipients, _ in kept.taken}
