"""Pings: whoever watches over timers hears of each run, so that one that never comes is noticed. An address
and a summary in, a request out; what goes wrong comes back in words, and harms no run.

The paths are those of Healthchecks (healthchecks.io/docs/signaling_failures): the address itself for a
success, /start, /fail, and the exit status for a run that went wrong.
"""

from __future__ import annotations

from http.client import HTTPException
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

from newsletter.discreet import without_addresses
from newsletter.errors import SecretMissing
from newsletter.secret import reveal
from newsletter.settings import Secret

SECONDS = 5.0
_MOST = 10_000
"""Bytes of a body: Healthchecks keeps so many."""


def ping(named: Secret | str, what: int | str, body: str = "") -> str:
    """Tell of a run: an exit code, or `start` or `fail`. What went wrong, or nothing."""
    try:
        request = Request(  # noqa: S310 - of config.yaml, and `_address` lets in https:// and http:// alone
            _address(reveal(named, "ping"), "" if what == 0 else str(what)),
            without_addresses(body).encode("utf-8", "replace")[:_MOST],
            {"User-Agent": "Newsletter", "Content-Type": "text/plain; charset=utf-8"},
        )
        with urlopen(request, timeout=SECONDS):  # noqa: S310 - as above
            return ""
    except SecretMissing as error:
        return error.what
    except (OSError, HTTPException, ValueError) as error:
        # Never the address: whoever knows it may say that all is well.
        return f"the ping was not heard: {getattr(error, 'reason', None) or type(error).__name__}"


def _address(url: str, what: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("https", "http"):
        raise ValueError(parts.scheme)
    path = f"{parts.path.rstrip('/')}/{what}" if what else parts.path
    return urlunsplit(parts._replace(path=path))
