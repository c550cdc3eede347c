"""The doctor's word on the DNS: which records the sender's domain should have, so that mail arrives (SPF,
RFC 7208; DKIM, RFC 6376; DMARC, RFC 7489). They are looked up where dnspython is at hand, else only said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.doctor.remark import NOTE, WARNING, Patient, Remark, wrong
from newsletter.errors import SecretMissing
from newsletter.secret import reveal
from newsletter.settings import Email

Lookup = Callable[[str], tuple[str, ...] | None]
"""The TXT records of a name; None where nobody can be asked."""
_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A TXT record that should be there: its name, what to set, and how one of its kind begins."""

    kind: str
    name: str
    text: str
    begins: str
    where: str = ""
    """Who else may say what it has to be."""


def dns(patient: Patient) -> Iterator[Remark]:
    """The records of the sender's domain."""
    email = patient.config.email
    if email.via != "smtp":
        return
    try:
        wanted = tuple(records(email))
    except SecretMissing as error:
        yield wrong("dns", error)
        return
    yield from compared(wanted, looked_up)


def records(email: Email) -> Iterator[Record]:
    """What should be set for a sender. Raises SecretMissing where the key that signs cannot be used."""
    domain = email.sender_address.rpartition("@")[2]
    bounces = (email.bounces or email.sender_address).rpartition("@")[2]
    hosts = " ".join(dict.fromkeys(f"a:{relay.host}" for relay in email.relays))
    yield Record(
        kind="SPF",
        name=bounces,
        text=f"v=spf1 {hosts} ~all",
        begins="v=spf1",
        where="or with the include: that the relay's owner names",
    )
    if email.dkim:
        from newsletter.dkim import published  # noqa: PLC0415 - cryptography, 30 ms

        name = f"{email.dkim.selector}._domainkey.{email.dkim.domain}"
        text = published(reveal(email.dkim.key, "email.dkim.key"))
        yield Record(kind="DKIM", name=name, text=text, begins="v=DKIM1")
    yield Record(
        kind="DMARC",
        name=f"_dmarc.{domain}",
        text=f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}",
        begins="v=DMARC1",
    )


def compared(wanted: tuple[Record, ...], lookup: Lookup) -> Iterator[Remark]:
    """What is wanted beside what is there."""
    found: tuple[str, ...] | None = ()
    for record in wanted:
        # Where nobody answered once, nobody waits for the same silence again.
        found = None if found is None else lookup(record.name)
        yield _compared(record, found)
    if all(record.kind != "DKIM" for record in wanted):
        what = "DKIM: config.yaml signs nothing, so the relay has to"
        hint = "ask its owner for the record SELECTOR._domainkey, or set email.dkim"
        yield Remark(of="dns", what=what, level=NOTE, hint=hint)


def _compared(record: Record, found: tuple[str, ...] | None) -> Remark:
    named = f"{record.kind}: {record.name} TXT"
    to_set = f'set {record.name} TXT "{record.text}"' + (f", {record.where}" if record.where else "")
    if found is None:
        hint = f"{to_set}; dig +short TXT {record.name} shows what is there"
        return Remark(of="dns", what=f"{named} was not looked up", level=NOTE, hint=hint)
    its = [text for text in found if text.lower().startswith(record.begins.lower())]
    if not its:
        return Remark(of="dns", what=f"{named} is not there", level=WARNING, hint=to_set)
    if len(its) > 1:
        what = f"{named} is there {len(its)} times, and so counts as none"
        return Remark(of="dns", what=what, level=WARNING, hint="leave one of them")
    if record.kind == "DKIM" and _key(its[0]) != _key(record.text):
        what = f"{named} has another key than the one that signs"
        return Remark(of="dns", what=what, level=WARNING, hint=to_set)
    return Remark(of="dns", what=f"{named} is there: {_shown(its[0])}")


def _key(text: str) -> str:
    found = re.search(r"\bp=([^;]*)", text)
    return "".join(found[1].split()) if found else ""


def _shown(text: str) -> str:
    """What came from somebody else's name server, fit for a terminal."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean if len(clean) <= 60 else f"{clean[:59]}…"  # noqa: PLR2004 - the rest of a line


def looked_up(name: str) -> tuple[str, ...] | None:
    """The TXT records of a name, by dnspython: it comes with email-validator."""
    try:
        import dns.exception  # noqa: PLC0415 - 60 ms, for those who ask
        import dns.resolver  # noqa: PLC0415 - as above
    except ImportError:
        return None
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError):
        return None
    return tuple(b"".join(each.strings).decode("utf-8", "replace") for each in answer)
