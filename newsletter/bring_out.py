"""Publish, as a stage: what is recorded to out/site and the private feeds, from there to where they are
hosted, and the news of it to hubs. How files are made and replaced stands in publish.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from newsletter import idle
from newsletter.after import Ran, run_after
from newsletter.archive import AUTHORITY, read_archive
from newsletter.errors import NewsletterError
from newsletter.ports import Press, Progress
from newsletter.post_room import SECRET
from newsletter.publication import Archive, Output
from newsletter.publish import Owing, publish
from newsletter.record import REVISION
from newsletter.report import Report
from newsletter.settings import Config
from newsletter.store import Store

_LOG = logging.getLogger(__name__)
PUBLISHED = "published"
"""Mark: of what the site was last made."""
LOOK = "look"
"""Mark: of what the site was last made besides papers, editions and notes."""


def press_of(config: Config) -> Callable[[], Press]:
    """The press of a configuration, loaded when it is first asked for."""

    @cache
    def press() -> Press:
        from newsletter.press import load  # noqa: PLC0415 - Jinja costs 40 ms that an idle run saves

        return load(config.site, config.templates)

    return press


def publish_site(
    store: Store,
    config: Config,
    report: Report,
    press: Callable[[], Press],
    *,
    notes: Mapping[date, str],
    owing: Owing | None,
    progress: Progress,
) -> None:
    """Bring out/site to what is recorded, unless it is."""
    made_of = idle.made_of(config, store.runs.mark(REVISION) or "0", notes)
    site = config.out / "site"
    if store.runs.mark(PUBLISHED) == made_of and (site / "index.html").is_file():
        return
    archive = read_archive(store, trending_lists=config.trending_lists, notes=notes)
    look = idle.look(config, archive.profiles, site)
    drafts = store.pages.drafts()
    before = drafts if store.runs.mark(LOOK) == look else {}
    try:
        made = outputs_of(archive, config, press())
        report.published = publish(made, site, before, begin=store.part, owing=owing, progress=progress)
        if config.site.search == "pagefind":
            _index(site)
    except NewsletterError as error:
        report.failures.append(error)
        report.outdated = True
        return
    _LOG.info("%d files of the site written", len(report.published.written))
    with store.transaction():
        store.pages.put_drafts(report.published.drafts, drafts)
        store.runs.set_mark(LOOK, look)
        store.runs.set_mark(PUBLISHED, made_of)


def publish_private_feeds(
    store: Store, config: Config, report: Report, press: Callable[[], Press], owing: Owing | None
) -> None:
    """Bring the feeds of single readers to what they were sent."""
    if not config.private_feeds and not (config.out / "site" / "private").is_dir():
        return
    from newsletter.private_feeds import publish_private  # noqa: PLC0415 - feedgen, for who has such feeds

    try:
        publish_private(
            store,
            config,
            press,
            secret=store.runs.mark(SECRET) or "",
            authority=store.runs.mark(AUTHORITY) or "",
            besides=idle.made_of(config, "", {}),
            owing=owing,
        )
    except NewsletterError as error:
        report.failures.append(error)


def take_on(store: Store, config: Config, report: Report, now: datetime, *, patient: bool) -> None:
    """To where the site is hosted, and only then is anybody told that there is news."""
    ran = Ran() if report.outdated else run_after(store, config, now, patient=patient)
    report.held_up = ran.failure if ran.known else None
    if ran.failure and not ran.known:
        report.failures.append(ran.failure)
    if config.site.hubs and (report.published or ran.well):
        from newsletter.hubs import tell_hubs  # noqa: PLC0415 - urllib.request, 60 ms, for who has hubs

        written = report.published.written if report.published else ()
        report.hints += tell_hubs(store, config.site, written, later=ran.failure is not None)


def _index(site: Path) -> None:
    from newsletter.fulltext import index_pages, program  # noqa: PLC0415 - few sites are so large

    index_pages(site, program())


def outputs_of(archive: Archive, config: Config, press: Press) -> Iterator[Output]:
    """All that the outputs of config.yaml make of an archive."""
    from newsletter import outputs  # noqa: PLC0415 - feedgen and lxml are for runs that publish

    for name in config.outputs:
        module = outputs.load(name)
        if hasattr(module, "artifacts"):
            yield from module.artifacts(archive, press)
