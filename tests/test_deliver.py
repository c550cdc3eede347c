"""Delivering: once, the same bytes on every try, and nobody's trouble holds up the others."""

from __future__ import annotations

import email
import email.policy
import stat
from dataclasses import dataclass, field, replace

import pytest
from fakes import at
from house import House, follows, reader

from newsletter import press as presses
from newsletter.deliver import FolderMailer, deliver
from newsletter.envelope import file_name
from newsletter.errors import NewsletterError, NotFound, PublishError, TemplateError
from newsletter.post_room import SECRET, PostRoom
from newsletter.settings import Email, Site

NOW = at("2026-08-01 06:30")
SITE = Site(title="Reading list", url="https://example.org/papers")
EMAIL = Email(
    sender_name="Reading list",
    sender_address="list@example.org",
    unsubscribe=("https://example.org/leave", "mailto:leave@example.org"),
)


@dataclass
class FakeMailer:
    """Keeps what it is given; refuses whom it was told to, with what it was told."""

    refuses: dict[str, NewsletterError] = field(default_factory=dict)
    sent: dict[str, bytes] = field(default_factory=dict)
    tries: list[str] = field(default_factory=list)

    def send(self, recipient: str, name: str, message: bytes) -> None:
        self.tries.append(recipient)
        if recipient in self.refuses:
            raise self.refuses[recipient]
        assert name not in self.sent
        self.sent[name] = message


@pytest.fixture
def house() -> House:
    """Two readers whose digests are queued."""
    house = House(
        profiles=[follows("diffusion", "diffusion")],
        readers=[reader("ada", "diffusion"), reader("grace", "diffusion")],
        options={"site": SITE, "email": EMAIL},
    )
    house.store.runs.set_mark(SECRET, "s" * 64)
    house.now = at("2026-08-01 06:00")
    house.dump("Diffusion A", "Diffusion B")
    house.round("2026-08-01 06:00")
    return house


def room(house: House, press=None) -> PostRoom:
    press = press or (lambda: presses.load(SITE, None))
    return PostRoom(store=house.store, config=house.config(), press=press)


def parsed(message: bytes):
    return email.message_from_bytes(message, policy=email.policy.default)


def test_everybody_whose_digest_is_queued_gets_it_once(house):
    mailer = FakeMailer()
    first, second = deliver(room(house), mailer, NOW), deliver(room(house), mailer, NOW)

    assert (2, 0, 0) == (first.sent, first.failed, first.waiting)
    assert (0, 0, 0) == (second.sent, second.failed, second.waiting)
    assert ["ada@example.org", "grace@example.org"] == sorted(mailer.tries)
    assert [("2026-08-01", "sent")] == house.slots("ada")


def test_a_message_names_its_reader_and_slot_only_by_tokens(house):
    mailer = FakeMailer()
    deliver(room(house), mailer, NOW)
    to_ada = parsed(mailer.sent[file_name(house.readers[0], "2026-08-01")])
    to_grace = parsed(mailer.sent[file_name(house.readers[1], "2026-08-01")])

    assert "ada <ada@example.org>" == to_ada["To"]
    assert to_ada["Message-ID"].endswith("@example.org>")
    assert to_ada["Message-ID"] != to_grace["Message-ID"]
    assert "<newsletter.example.org>" in to_ada["List-Id"]
    assert to_ada["List-Id"] == to_grace["List-Id"]
    assert to_ada["List-Unsubscribe"] != to_grace["List-Unsubscribe"]
    assert "ada" not in to_ada["List-Unsubscribe"] + to_ada["Message-ID"]
    assert "List-Unsubscribe=One-Click" == to_ada["List-Unsubscribe-Post"]
    assert "<https://example.org/papers/>" == to_ada["List-Archive"]


def test_the_date_is_the_slots_not_the_clocks(house):
    """Rule 19: whenever it goes, it is the same message."""
    mailer = FakeMailer()
    deliver(room(house), mailer, at("2026-08-03 23:00"))

    assert {"Sat, 01 Aug 2026 06:00:00 +0000"} == {parsed(mail)["Date"] for mail in mailer.sent.values()}


def test_what_no_folder_takes_waits_and_goes_as_the_same_bytes(house):
    """The letter was fixed before the first try: an edited template changes it no more."""
    full = PublishError("out/mail: no space left", hint="make room")
    held = deliver(room(house), FakeMailer({f"{name}@example.org": full for name in ("ada", "grace")}), NOW)
    queued = house.store.readers.deliveries(states=("queued",))
    letters = {row.folded: house.store.readers.letter(row.id) for row in queued}
    before = {
        row.folded: room(house).message(
            letters[row.folded], room(house).subscriber(row.folded), row.slot, row.headed
        )
        for row in queued
        if letters[row.folded]
    }

    def changed():
        return presses.load(replace(SITE, title="Another title"), None)

    mailer = FakeMailer()
    deliver(room(house, changed), mailer, NOW)

    assert (0, 2, full) == (held.sent, held.waiting, held.problem)
    assert 2 == len(queued)
    assert len(before) == 2
    assert set(before.values()) == set(mailer.sent.values())


def test_one_address_that_is_refused_holds_up_nobody(house):
    """Rule 7: its papers are free for the reader's next digest."""
    refused = NewsletterError("550 no such mailbox")
    done = deliver(room(house), FakeMailer({"ada@example.org": refused}), NOW)
    house.day("2026-08-02 06:00", "Diffusion C")

    assert (1, 1, 0, None) == (done.sent, done.failed, done.waiting, done.problem)
    assert [("2026-08-01", "failed (550 no such mailbox)"), ("2026-08-02", "sent")] == house.slots("ada")
    assert ["Diffusion A", "Diffusion B", "Diffusion C"] == sorted(house.titles("ada"))
    assert ["Diffusion C"] == house.titles("grace")


def test_a_template_that_fails_stops_the_mail_and_loses_none(house):
    def failing():
        raise TemplateError("digest.html:3: 'x' is undefined")

    stopped = deliver(room(house, failing), FakeMailer(), NOW)
    done = deliver(room(house), FakeMailer(), NOW)

    assert (0, 0, 2) == (stopped.sent, stopped.failed, stopped.waiting)
    assert isinstance(stopped.problem, TemplateError)
    assert (2, 0, None) == (done.sent, done.waiting, done.problem)


def test_nothing_is_rendered_where_nothing_is_queued(house):
    deliver(room(house), FakeMailer(), NOW)

    def never():
        raise AssertionError

    assert 0 == deliver(room(house, never), FakeMailer(), NOW).sent


def test_every_digest_is_accounted_for(house):
    """Sent, failed and waiting add up to what was queued."""
    queued = len(house.store.readers.deliveries(states=("queued",)))
    done = deliver(room(house), FakeMailer({"grace@example.org": NewsletterError("550")}), NOW)

    assert queued == done.sent + done.failed + done.waiting


def test_somebody_who_is_no_subscriber_has_no_message(house):
    with pytest.raises(NotFound):
        room(house).subscriber("nobody@example.org")


# ------------------------------------------------------------------------------------------- folder


def test_messages_in_a_folder_are_their_owners_alone(tmp_path):
    folder = tmp_path / "out" / "mail"
    FolderMailer(folder).send("ada@example.org", "2026-08-01_ada", b"From: x\r\n")

    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert [("2026-08-01_ada.eml", 0o600)] == [
        (path.name, stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()
    ]


def test_a_message_is_written_whole_over_what_a_killed_run_left(tmp_path):
    (tmp_path / ".a.eml.unfinished").write_bytes(b"half of a much longer message")
    (tmp_path / "a.eml").write_bytes(b"old")
    FolderMailer(tmp_path).send("ada@example.org", "a", b"new")

    assert {"a.eml": b"new"} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "mail").write_text("in the way")

    with pytest.raises(PublishError, match="mail") as told:
        FolderMailer(tmp_path / "mail").send("ada@example.org", "a", b"new")
    assert "nothing is lost" in told.value.hint


@pytest.mark.parametrize(
    ("one", "other"), [("a.b@example.org", "a-b@example.org"), ("é@example.org", "è@example.org")]
)
def test_two_readers_never_share_a_file(one, other):
    names = {
        file_name(replace(reader("x"), reader=address, address=address), "2026-08-01T07:30")
        for address in (one, other, "../../etc/passwd@example.org", "x" * 300 + "@example.org")
    }

    assert 4 == len(names)
    assert all(name.isascii() and not set(name) & set("/\\: .") and len(name) < 120 for name in names)
