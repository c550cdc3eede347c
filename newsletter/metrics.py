"""Metrics: how an installation stands, in numbers, as a file for the textfile collector of Prometheus.

The state in, the file out, whole or not at all. The library is an extra; `metrics_file:` asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import PublishError
from newsletter.store import Store

if TYPE_CHECKING:
    from prometheus_client import Metric

FINAL = ("sent", "failed", "skipped")
OPEN = ("queued", "claimed", "sending", "deferred", "uncertain")


def write_metrics(store: Store, path: Path, now: datetime, *, idle: bool = False) -> None:
    """Write the file anew; `idle` is a run that found nothing to do, which is a success and not on record.

    Raises PublishError.
    """
    from prometheus_client import CollectorRegistry, write_to_textfile  # noqa: PLC0415 - an extra, 60 ms

    registry = CollectorRegistry()
    registry.register(_Figures(store, now, idle=idle))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise PublishError(
            f"{path}: the metrics cannot be written: {error.strerror}",
            hint="look at `metrics_file` in config.yaml; nothing else was held up",
        ) from error


class _Figures:
    """What the registry asks for its numbers."""

    def __init__(self, store: Store, now: datetime, *, idle: bool) -> None:
        self._store = store
        self._now = now
        self._idle = idle

    def collect(self) -> Iterable[Metric]:
        yield from self._mail()
        yield from self._papers()
        yield from self._runs()

    def _mail(self) -> Iterable[Metric]:
        counts = self._store.readers.counts()
        oldest = self._store.sending.oldest()
        waits = (self._now - oldest).total_seconds() if oldest else 0
        yield _counters("newsletter_deliveries", "Deliveries that are over.", "state", _of(counts, FINAL))
        yield _gauges("newsletter_outbox", "Deliveries that are not over.", "state", _of(counts, OPEN))
        yield _gauge("newsletter_oldest_queued_seconds", "How long a delivery has waited, at most.", waits)

    def _papers(self) -> Iterable[Metric]:
        store = self._store
        editions = {slug: made.timestamp() for slug, made in store.editions.latest().items()}
        brought = {each.name: each.brought.timestamp() for each in store.sources.states() if each.brought}
        yield _counters("newsletter_papers_new", "Papers recorded.", "", {"": store.papers.count()})
        yield _gauges("newsletter_dumps", "Dumps by what came of them.", "state", store.dumps.counts())
        yield _gauges(
            "newsletter_last_edition_timestamp_seconds", "When a profile last had news.", "profile", editions
        )
        yield _gauges(
            "newsletter_source_last_dump_timestamp_seconds", "When it brought a dump.", "source", brought
        )

    def _runs(self) -> Iterable[Metric]:
        success = self._now if self._idle else self._store.runs.last_success()
        last = next(iter(self._store.runs.latest(1)), None)
        code = 0 if self._idle or last is None or last.exit is None else last.exit
        yield _gauge("newsletter_last_run_timestamp_seconds", "When a run last ended.", self._now.timestamp())
        yield _gauge("newsletter_last_run_exit_code", "How it ended.", code)
        yield _gauge(
            "newsletter_last_success_timestamp_seconds",
            "When a run last ended well.",
            success.timestamp() if success else 0,
        )
        yield _gauge("newsletter_failures", "What went wrong and stands.", len(self._store.failures.all()))


def _of(counts: Mapping[str, int], states: Iterable[str]) -> dict[str, float]:
    return {state: counts.get(state, 0) for state in states}


def _gauge(name: str, told: str, value: float) -> Metric:
    return _gauges(name, told, "", {"": value})


def _gauges(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - as above

    family = GaugeMetricFamily(name, told, labels=[label] if label else [])
    for of, value in values.items():
        family.add_metric([of] if label else [], value)
    return family


def _counters(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415 - as above

    family = CounterMetricFamily(name, told, labels=[label] if label else [])
    for of, value in values.items():
        family.add_metric([of] if label else [], value)
    return family
