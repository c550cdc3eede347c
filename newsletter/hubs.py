"""Hubs (WebSub): after a publication they are told which feeds have news, and tell those who read them.

The paths that were written in, one request a hub out, and in words what went wrong. A hub that does not
answer harms nothing: what it was not told waits in the state for the next time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from http.client import HTTPException
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from newsletter.settings import Site
from newsletter.store import Store

UNTOLD = "untold hubs"
"""Mark: for each hub the feeds that it has not heard of yet."""
FILES = ("feed.xml", "atom.xml", "feed.json")
SECONDS = 10.0
_MOST = 50
"""Feeds in one request: hub.url may be repeated (PubSubHubbub 0.4, section 7), within what a server takes."""


def tell_hubs(store: Store, site: Site, written: Iterable[str], *, later: bool = False) -> tuple[str, ...]:
    """Tell each hub of the feeds among the paths written, and of those it has missed; what went wrong.

    With `later` nobody is told yet, for the site is not where it is hosted: hubs fetch at once.
    """
    waiting: dict[str, list[str]] = json.loads(store.runs.mark(UNTOLD) or "{}")
    topics = [f"{site.url}/{path}" for path in written if path.rpartition("/")[2] in FILES]
    troubles = {}
    untold = {}
    for hub in site.hubs:
        news = list(dict.fromkeys((*waiting.get(hub, ()), *topics)))
        if later and news:
            untold[hub] = news
        elif trouble := ping(hub, news):
            troubles[hub], untold[hub] = trouble, news
    if untold != waiting:
        store.runs.set_mark(UNTOLD, json.dumps(untold))
    return tuple(
        f"the hub {hub} was not told of news ({trouble}); the next run that publishes tries again"
        for hub, trouble in troubles.items()
    )


def ping(hub: str, topics: Sequence[str]) -> str:
    """Tell a hub that feeds have news; what went wrong, or nothing."""
    for start in range(0, len(topics), _MOST):
        fields = [("hub.mode", "publish"), *(("hub.url", topic) for topic in topics[start : start + _MOST])]
        # Of config.yaml, which lets in https:// and http:// alone.
        request = Request(hub, urlencode(fields).encode(), {"User-Agent": "Newsletter"})  # noqa: S310
        try:
            with urlopen(request, timeout=SECONDS):  # noqa: S310 - as above
                pass
        except (OSError, HTTPException, ValueError) as error:
            return f"{error}" or type(error).__name__
    return ""
