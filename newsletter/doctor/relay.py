"""The doctor asks the relays: a connection, EHLO, encryption, a login, goodbye. Nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.doctor.remark import NOTE, WARNING, WRONG, Patient, Remark, wrong
from newsletter.errors import SecretMissing
from newsletter.replies import Outcome, Verdict
from newsletter.settings import Smtp
from newsletter.smtp import Greeting, Line, Route, Waits

WAITS = Waits(connect=15.0, step=15.0, final=15.0, ending=5.0)
"""Seconds: somebody sits before a terminal and waits."""
_SOON = timedelta(days=14)
"""Certificates that renew themselves do so a month before their end: two weeks are late."""
_HERE = ("localhost", "127.0.0.1", "::1")


def relays(patient: Patient) -> Iterator[Remark]:
    """Each relay of the configuration, asked as a run would."""
    email = patient.config.email
    if email.via != "smtp":
        what = f"none is asked: mails are written to {patient.config.out / 'mail'} (email.via: files)"
        yield Remark(of="relay", what=what, level=NOTE)
        return
    domain = email.sender_address.rpartition("@")[2]
    for relay in email.relays:
        yield from _asked(relay, domain, patient.now)


def _asked(relay: Smtp, domain: str, now: datetime) -> Iterator[Remark]:
    try:
        route = Route(relay, domain, WAITS)
    except SecretMissing as error:
        yield wrong("relay", error)
        return
    verdict, greeting = asyncio.run(_greeted(route))
    if verdict:
        yield _refused(route, verdict)
        return
    login = f"logged in as {relay.user}" if relay.user else "no login wanted by config.yaml"
    yield Remark(of="relay", what=f"{route} answers, {greeting.encryption or 'in clear'}, {login}")
    yield from remarks_of(route, greeting, now)


async def _greeted(route: Route) -> tuple[Verdict | None, Greeting]:
    line = Line(route)
    try:
        return await line.open(), line.greeting()
    finally:
        await line.close()


def _refused(route: Route, verdict: Verdict) -> Remark:
    hint = f"look at {verdict.setting} in config.yaml" if verdict.setting else ""
    told = f"{hint}: {verdict.advice}" if hint and verdict.advice else hint or verdict.advice
    if verdict.outcome is Outcome.REFUSED:
        what = f"{route} refuses us: {verdict.reason}"
        return Remark(of="relay", what=what, level=WRONG, hint=told, exit_code=4)
    what = f"{route} takes nothing now: {verdict.reason}"
    return Remark(of="relay", what=what, level=WRONG, hint=told or "mail waits, and the next run tries again")


def remarks_of(route: Route, greeting: Greeting, now: datetime) -> Iterator[Remark]:
    """What its greeting says of a relay besides that it is there."""
    relay = route.relay
    if not greeting.encryption and relay.host not in _HERE:
        what = f"mails go to {route} in clear, and so would a password"
        yield Remark(of="relay", what=what, level=WARNING, hint="tls: starttls, or implicit on port 465")
    if greeting.until:
        yield _certificate(route, greeting.until, now)
    if greeting.logins and not relay.user:
        kinds = ", ".join(greeting.logins)
        hint = "it may refuse mail to others without one: email.smtp.user and password"
        yield Remark(of="relay", what=f"{route} offers a login ({kinds})", level=NOTE, hint=hint)


def _certificate(route: Route, until: datetime, now: datetime) -> Remark:
    what = f"the certificate of {route} holds for {(until - now).days} days, until {until:%Y-%m-%d}"
    if until - now < _SOON:
        return Remark(of="relay", what=what, level=WARNING, hint="tell the relay's owner; then mail waits")
    return Remark(of="relay", what=what)
