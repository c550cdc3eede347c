"""Configuration, what keeps mail from arriving: warnings for a file that is right as far as it goes. Checked
keys and the tree they stood in go in; the disk is looked at only for the key that signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.settings import Email
from newsletter.yaml_nodes import Node, Steps, find

if TYPE_CHECKING:
    from newsletter.config_keys import EmailKeys

# Whoever sends as one of these through another's relay fails their DMARC policy, and is refused or junked.
FREE_MAIL = frozenset(
    (
        *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "ymail.com"),
        *("outlook.com", "hotmail.com", "live.com", "msn.com", "aol.com", "icloud.com", "me.com", "mac.com"),
        *("gmx.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me", "protonmail.com", "pm.me"),
        *("mail.ru", "yandex.com", "yandex.ru", "qq.com", "163.com", "126.com", "zoho.com", "fastmail.com"),
    )
)
USUAL_TLS = {25: "starttls", 465: "implicit", 587: "starttls"}
"""What relays speak on these ports (RFC 8314 §3.3, RFC 6409)."""


def mail_warnings(keys: EmailKeys, root: Node) -> Iterator[str]:
    """What to look at before anybody gets mail, each with its place."""
    yield from _passwords(keys, root)
    if keys.via == "smtp":
        yield from _sender(keys, root)
        yield from _ways_out(keys, root)
        yield from _ports(keys, root)


def _at(root: Node, steps: Steps, what: str, hint: str) -> str:
    return str(find(root, ("email", *steps))[1].mistake(what, hint))


def _passwords(keys: EmailKeys, root: Node) -> Iterator[str]:
    for number, relay in enumerate(keys.smtp):
        if isinstance(relay.password, str) and relay.password:
            hint = "{env: NAME} or {file: PATH} keeps it out of this file"
            yield _at(root, ("smtp", number, "password"), "a password in clear", hint)


def _sender(keys: EmailKeys, root: Node) -> Iterator[str]:
    domain = keys.sender[1].rpartition("@")[2]
    if keys.sender[1] == Email().sender_address:
        hint = "from: Reading list <list@your.domain>"
        yield _at(root, (), "no sender: mails would come from localhost.localdomain", hint)
    elif domain in FREE_MAIL and not any(_of(domain, relay.host) for relay in keys.smtp):
        hint = "an address of a domain of your own, or the provider's own relay"
        yield _at(root, ("from",), f"mail as {domain} that {domain} did not send is refused (DMARC)", hint)
    if keys.dkim and not _within(domain, keys.dkim.domain or domain):
        hint = f"sign for {domain}, or for the domain above it"
        yield _at(
            root, ("dkim", "domain"), f"a signature of {keys.dkim.domain} is no proof for {domain}", hint
        )


def _ports(keys: EmailKeys, root: Node) -> Iterator[str]:
    """A relay that waits for the other kind of encryption says nothing at all."""
    for number, relay in enumerate(keys.smtp):
        usual = USUAL_TLS.get(relay.port, relay.tls)
        if relay.tls not in (usual, "none"):
            what = f"tls: {relay.tls} on port {relay.port}"
            hint = f"tls: {usual} is usual there"
            yield _at(root, ("smtp", number, "port"), what, hint)


def _of(domain: str, host: str) -> bool:
    """Whether a relay is the provider's own: smtp.gmail.com for gmail.com."""
    return domain.partition(".")[0] in host.lower().replace("-", ".").split(".")


def _within(domain: str, signer: str) -> bool:
    """DMARC's relaxed alignment, as far as it goes without a list of public suffixes."""
    return domain == signer or domain.endswith(f".{signer}") or signer.endswith(f".{domain}")


def _ways_out(keys: EmailKeys, root: Node) -> Iterator[str]:
    if not keys.unsubscribe:
        hint = "unsubscribe: mailto:leave@your.domain, read by `newsletter bounces`"
        yield _at(root, (), "no way to leave: Gmail and Yahoo want one in every mail to many", hint)
