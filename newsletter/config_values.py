"""Configuration, last step: the keys that config.py has checked go in, the stages' values come out.

No mistake is left to find here, and nothing is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import config_words as words
from newsletter import where
from newsletter.config_files import Tree
from newsletter.config_mail import mail_warnings
from newsletter.model import Profile, Rhythm, Rule, Subscriber
from newsletter.settings import (
    AUTO,
    Config,
    Dkim,
    Email,
    Expected,
    Keep,
    Limits,
    Log,
    PrivateFeed,
    Publish,
    Ranking,
    Schedule,
    Secret,
    Site,
    Smtp,
    Telling,
)
from newsletter.yaml_nodes import Node, Steps

if TYPE_CHECKING:
    from newsletter.config_keys import (
        DkimKeys,
        EmailKeys,
        ProfileKeys,
        PublishKeys,
        RootKeys,
        SmtpKeys,
        SubscriberKeys,
    )

OWN_TITLE = "Your own interests"


def config_values(
    keys: RootKeys, path: Path, tree: Tree, rules_of: Mapping[Steps, tuple[Rule, ...]]
) -> Config:
    """The keys as the values that the stages know; nothing can be wrong any more."""
    base = where.folder(path)
    subscribers = [_subscriber(each, keys) for each in keys.subscribers]
    own = (
        _own_profile(each, subscriber, rules_of["subscribers", place])
        for place, (each, subscriber) in enumerate(zip(keys.subscribers, subscribers, strict=True))
        if each.rules is not None
    )
    listed = (_profile(each, rules_of["profiles", place]) for place, each in enumerate(keys.profiles))
    return Config(
        path=base / path.name,
        digest=where.digest(tree.sources, base),
        state=where.absolute(base, keys.state),
        out=Path(where.absolute(base, keys.out)),
        inbox=tuple(where.absolute(base, place) for place in keys.inbox),
        profiles=(*listed, *own),
        subscribers=tuple(subscribers),
        private_feeds=tuple(_private_feeds(keys.subscribers, base)),
        site=_site(keys),
        email=_email(keys.email, base),
        publish=_publish(keys.publish, base),
        limits=Limits(**keys.limits.model_dump()),
        expected=tuple(Expected(**each.model_dump()) for each in keys.expected),
        telling=_telling(keys, base),
        keep=Keep(**keys.keep.model_dump()),
        ranking=Ranking(model=_model(keys.ranking.model, base)),
        schedule=Schedule(**keys.schedule.model_dump()),
        notes=_path(base, keys.notes),
        templates=_path(base, keys.templates),
        outputs=tuple(dict.fromkeys(keys.outputs)),
        fresh_days=keys.fresh,
        trending_lists=keys.trending_lists,
        diversity=keys.diversity,
        warnings=tuple(_warnings(keys, tree.root)),
    )


def _telling(keys: RootKeys, base: Path) -> Telling:
    log = keys.log
    return Telling(
        log=Log(level=log.level, format=log.format, file=_path(base, log.file)) if log else None,
        metrics=_path(base, keys.metrics_file),
        ping=_secret(keys.ping, base),
        on_failure=keys.on_failure,
    )


def _site(keys: RootKeys) -> Site:
    """The site; without the output that makes the search no page has a box for it."""
    site = Site(**keys.site.model_dump())
    return site if "search" in keys.outputs else replace(site, search="none")


def _publish(keys: PublishKeys, base: Path) -> Publish:
    """A program that is named by a path stands where config.yaml says; its other words are its own."""
    program = [where.absolute(base, word) if "/" in word else word for word in keys.after[:1]]
    return Publish(after=(*program, *keys.after[1:]), timeout=keys.timeout)


def _path(base: Path, text: str | None) -> Path | None:
    return None if text is None else Path(where.absolute(base, text))


def _model(word: str | None, base: Path) -> str:
    return word if word == AUTO else "" if word is None else where.absolute(base, word)


def _profile(keys: ProfileKeys, listed: tuple[Rule, ...]) -> Profile:
    return Profile(
        name=keys.name,
        title=keys.title or keys.name.replace("-", " ").capitalize(),
        rules=listed,
        rules_hash=rules_hash(listed, keys.threshold),
        description=keys.description,
        limit=keys.limit,
        threshold=keys.threshold,
        formerly=keys.formerly,
    )


def _own_profile(keys: SubscriberKeys, subscriber: Subscriber, listed: tuple[Rule, ...]) -> Profile:
    return Profile(
        name=own_name(subscriber.reader),
        title=OWN_TITLE,
        rules=listed,
        rules_hash=rules_hash(listed, keys.threshold),
        limit=keys.limit,
        threshold=keys.threshold,
        formerly=own_name(subscriber.formerly) if subscriber.formerly else "",
        private=True,
    )


def own_name(reader: str) -> str:
    """The name of the profile that a reader's own rules make; it does not tell the address."""
    return f"own-{hashlib.blake2b(reader.encode(), digest_size=5).hexdigest()}"


def rules_hash(listed: Iterable[Rule], threshold: float) -> str:
    """A short name for what rules mean, whichever way they are written."""
    meaning = [[(rule.name, asdict(rule.settings)) for rule in listed], float(threshold)]
    return hashlib.blake2b(json.dumps(meaning, sort_keys=True).encode(), digest_size=8).hexdigest()


def _subscriber(keys: SubscriberKeys, root: RootKeys) -> Subscriber:
    reader = words.folded(keys.address)
    own = () if keys.rules is None else (own_name(reader),)
    first = {"week": 0, "month": 1}.get(keys.every)
    return Subscriber(
        address=keys.address,
        reader=reader,
        name=keys.name,
        profiles=(*dict.fromkeys(keys.profiles), *own),
        rhythm=Rhythm(
            every=keys.every,
            on=first if keys.on is None else keys.on,
            at=keys.at,
            timezone=keys.timezone or root.site.timezone,
        ),
        away=keys.away,
        max_lateness=keys.max_lateness,
        formerly=words.folded(keys.formerly),
        at_most=keys.at_most,
        surprise=root.surprise if keys.surprise is None else keys.surprise,
    )


def _private_feeds(subscribers: Iterable[SubscriberKeys], base: Path) -> Iterator[PrivateFeed]:
    for keys in subscribers:
        named = keys.private_feed
        if named:
            secret = None if named is True else _named_secret(named, base)
            yield PrivateFeed(reader=words.folded(keys.address), secret=secret)


def _email(keys: EmailKeys, base: Path) -> Email:
    name, address = keys.sender
    return Email(
        sender_name=name,
        sender_address=address,
        via=keys.via,
        unsubscribe=keys.unsubscribe,
        bounces=keys.bounces,
        verp=keys.verp,
        bulk=keys.bulk,
        dkim=_dkim(keys.dkim, address.rpartition("@")[2], base) if keys.dkim else None,
        relays=tuple(_relay(relay, base) for relay in keys.smtp),
    )


def _dkim(keys: DkimKeys, domain: str, base: Path) -> Dkim:
    return Dkim(selector=keys.selector, domain=keys.domain or domain, key=_named_secret(keys.key, base))


def _relay(keys: SmtpKeys, base: Path) -> Smtp:
    plain = {key: value for key, value in keys if key != "password"}
    return Smtp(**plain, password=_secret(keys.password, base))


def _secret(named: str | dict[str, str], base: Path) -> Secret | str:
    return named if isinstance(named, str) else _named_secret(named, base)


def _named_secret(named: Mapping[str, str], base: Path) -> Secret:
    return Secret(env=named.get("env", ""), file=_path(base, named.get("file")))


def _warnings(keys: RootKeys, root: Node) -> Iterator[str]:
    yield from mail_warnings(keys.email, root)
    if not keys.site.url:
        yield "site.url is empty: feeds and mails cannot link to the site"
