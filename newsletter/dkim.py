"""DKIM (RFC 6376): the bytes of a message in, the same with a signature in front out. The same signature
every time: what it says of the time is the message's own Date, and neither of the two kinds of key has any
chance in it. Whom to sign for and where the key lies is the configuration's; reading it is secret.py's work.

dkimpy signs by the clock, so that no two tries are the same bytes, leaves List-Unsubscribe-Post out, and does
RSA in Python: twenty times slower. It verifies what is written here, in the tests.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache

from newsletter.errors import SigningKey

SIGNED = (
    "from:from:to:subject:date:message-id:",
    "mime-version:content-type:list-id:",
    "list-unsubscribe:list-unsubscribe-post:",
    "list-archive:auto-submitted:feedback-id",
)
"""What a signature covers, in lines: From twice, so that nobody adds a second one, and both ways to leave
(RFC 8058 §4). A name of which the message has none is covered too: then none can be added.
"""
SMALLEST_RSA = 1024
COLUMNS = 72

Sign = Callable[[bytes], bytes]


def signed(message: bytes, *, domain: str, selector: str, key: str) -> bytes:
    """The message with a DKIM-Signature in front. `key` is a private key in PEM: RSA or Ed25519.

    Its lines end with CRLF and none ends with a blank, so its body is its canonical form but for empty lines
    at the end. Raises SigningKey.
    """
    algorithm, sign = _signer(key)
    head, _, body = message.partition(b"\r\n\r\n")
    headers = _headers(head)
    hashed = hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()
    tags = (
        f"v=1; a={algorithm}; c=relaxed/simple; d={domain}; s={selector};",
        f"t={_seconds(headers['date'])}; h={SIGNED[0]}",
        *SIGNED[1:-1],
        f"{SIGNED[-1]};",
        f"bh={_base64(hashed)};",
        "b=",
    )
    unsigned = f"dkim-signature:{' '.join(tags)}"
    covered = _covered(headers)
    written = _folded(_base64(sign((covered + unsigned).encode("ascii"))))
    return ("DKIM-Signature: " + "\r\n ".join(tags) + written + "\r\n").encode("ascii") + message


def checked(key: str) -> None:
    """Raises SigningKey where a key cannot be used."""
    _signer(key)


def published(key: str) -> str:
    """What the DNS has to say of a key (§3.6.1): the TXT record of its selector. Raises SigningKey."""
    algorithm, _ = _signer(key)
    from cryptography.hazmat.primitives import serialization as forms  # noqa: PLC0415 - as in _signer
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - as in _signer

    public = forms.load_pem_private_key(key.encode(), password=None).public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):  # RFC 8463 §4: the bare key
        content = public.public_bytes_raw()
    else:
        kind = forms.PublicFormat.SubjectPublicKeyInfo
        content = public.public_bytes(forms.Encoding.DER, kind)
    return f"v=DKIM1; k={algorithm.partition('-')[0]}; p={_base64(content)}"


def _headers(head: bytes) -> dict[str, str]:
    """The headers by their names in small letters, each on one line with single blanks (§3.4.2)."""
    lines = re.sub(r"\r\n[ \t]+", " ", head.decode("ascii")).split("\r\n")
    pairs = (line.partition(":")[::2] for line in lines)
    return {name.strip().lower(): " ".join(value.split()) for name, value in pairs}


def _covered(headers: Mapping[str, str]) -> str:
    """What is signed of the headers. The second From, and whatever else is not there, adds nothing."""
    names = dict.fromkeys("".join(SIGNED).split(":"))
    return "".join(f"{name}:{headers[name]}\r\n" for name in names if name in headers)


def _seconds(date: str) -> int:
    return int(parsedate_to_datetime(date).timestamp())


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _folded(text: str) -> str:
    return "\r\n ".join(text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS))


@lru_cache(4)
def _signer(key: str) -> tuple[str, Sign]:
    """The algorithm's name and the function that signs. Raises SigningKey."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - 30 ms, and an extra
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa  # noqa: PLC0415 - as above
    except ImportError as error:
        raise SigningKey(
            "cryptography is not installed", hint="pip install 'paper-newsletter[dkim]'"
        ) from error
    try:
        found = serialization.load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKey(
            "this is no private key in PEM, or it has a password",
            hint="openssl genrsa 2048 makes one",
        ) from error
    if isinstance(found, rsa.RSAPrivateKey) and found.key_size >= SMALLEST_RSA:
        scheme, sha256 = padding.PKCS1v15(), hashes.SHA256()
        return "rsa-sha256", lambda content: found.sign(content, scheme, sha256)
    if isinstance(found, ed25519.Ed25519PrivateKey):
        # RFC 8463 §3: it signs the hash of what is covered.
        return "ed25519-sha256", lambda content: found.sign(hashlib.sha256(content).digest())
    raise SigningKey("DKIM knows RSA from 1024 bits on, and Ed25519", hint="openssl genrsa 2048 makes one")
