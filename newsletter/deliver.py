"""Delivering: what is queued goes out, each state change recorded. A delivery is rendered once, before its
first try, and is the same bytes on every further one. Network and files; decides nothing about papers.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.errors import NewsletterError, PublishError, SecretMissing
from newsletter.outbox import Outbox, Sent
from newsletter.ports import SILENT, Mailer, Progress
from newsletter.post_room import PostRoom
from newsletter.replies import Outcome, Verdict
from newsletter.settings import Config
from newsletter.store import Store

NO_RELAY = "relay silent since"
"""Mark: since when no relay has taken anything, and whether that was told."""
A_DAY = timedelta(days=1)
VIA = "via"
"""Mark: how mail left the last time."""


def this_boot() -> str:
    """What the machine's present boot is called; empty where it cannot be known."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def settle_last_run(store: Store) -> int:
    """Put the ledger in order after a run that died; how many deliveries are in doubt since then. Only under
    the lock: claims of a run that lives are its own.
    """
    return store.sending.reclaim(this_boot())


def deliver(room: PostRoom, mailer: Mailer, now: datetime, progress: Progress = SILENT) -> Sent:
    """Hand everything that is due to a mailer, one by one. What cannot go out now stays queued."""
    outbox = Outbox(room, now, progress=progress)
    for parcel in outbox.parcels():
        try:
            mailer.send(parcel.recipient, parcel.name, parcel.content)
        except PublishError as error:
            outbox.done.problem = error
            break
        except NewsletterError as error:
            outbox.settle(parcel, Verdict(outcome=Outcome.FAILED, reason=error.what))
        else:
            outbox.settle(parcel, Verdict(outcome=Outcome.SENT))
    return outbox.close()


def deliver_by_relay(room: PostRoom, now: datetime, progress: Progress = SILENT) -> Sent:
    """Send everything that is due by the relays of config.yaml. Raises StateError."""
    outbox = Outbox(room, now, boot=this_boot(), progress=progress)
    if not outbox.done.taken:
        return outbox.done
    from newsletter.postman import post  # noqa: PLC0415 - asyncio and aiosmtplib, 60 ms, are for runs that send

    email = room.config.email
    try:
        done = post(outbox, email.relays, domain=email.sender_address.rpartition("@")[2])
    except SecretMissing as error:
        outbox.done.problem = error
        return outbox.done
    _tell_of_long_silence(room.store, done, now)
    return done


def _tell_of_long_silence(store: Store, done: Sent, now: datetime) -> None:
    """A relay that takes nothing for an hour is nobody's business; after a day somebody has to know, once."""
    since, _, told = (store.runs.mark(NO_RELAY) or "").partition(" ")
    if not done.unreachable or done.sent:
        store.runs.set_mark(NO_RELAY, "")
    elif not since:
        store.runs.set_mark(NO_RELAY, now.isoformat())
    elif not told and now - datetime.fromisoformat(since) >= A_DAY:
        store.runs.set_mark(NO_RELAY, f"{since} told")
        done.problem = done.problem or NewsletterError(
            f"no mail has left for a day: {done.unreachable}",
            hint="nothing is lost; see that the relay runs and that email.smtp.host and port are right",
        )


def deliver_all(room: PostRoom, now: datetime, progress: Progress = SILENT) -> Sent:
    """Send everything that is due the way config.yaml says."""
    if room.config.email.via == "smtp":
        return deliver_by_relay(room, now, progress)
    return deliver(room, FolderMailer(room.config.out / "mail"), now, progress)


def written_not_sent(store: Store, config: Config) -> str:
    """What to tell when `via` has changed from files to smtp: what went into files counts as sent."""
    if config.email.via != "smtp" or store.runs.mark(VIA) == "smtp":
        return ""
    papers, readers = store.readers.reached()
    if not readers:
        return ""
    return (
        f"{papers} papers already written to out/mail for {readers} readers are not sent again;"
        " for a fresh start use another state"
    )


class FolderMailer:
    """Writes each message to a folder only its owner can read: out/mail/NAME.eml."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, recipient: str, name: str, message: bytes) -> None:  # noqa: ARG002 - a file has no recipient
        """Write one message, whole or not at all. Raises PublishError."""
        path = self._folder / f"{name}.eml"
        beside = path.with_name(f".{path.name}.unfinished")
        try:
            self._write(beside, message)
            beside.replace(path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise PublishError(
                f"{path}: {error.strerror}",
                hint="make room or make it writable, and run again; nothing is lost",
            ) from error

    def _write(self, path: Path, message: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as open_file:
            open_file.write(message)
