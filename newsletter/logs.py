"""Logs: what a run does while it does it, for whoever looks into the past. Settings in; lines go to a file or
to standard error. Off where config.yaml has no `log:`; what is logged is said by the stages themselves.

No reader is named at info and above: deliveries go by their numbers, and should an address come in with
somebody else's words, it is taken out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

from newsletter.discreet import without_addresses
from newsletter.settings import Log

ROOT = "newsletter"
_ABOUT: ContextVar[tuple[tuple[str, object], ...]] = ContextVar("about", default=())


@contextmanager
def about(**what: object) -> Iterator[None]:
    """Whatever is logged inside says what it is about, such as run=3."""
    before = _ABOUT.set((*_ABOUT.get(), *what.items()))
    try:
        yield
    finally:
        _ABOUT.reset(before)


@contextmanager
def logged(settings: Log | None) -> Iterator[str]:
    """Log as config.yaml says, inside. Gives what is wrong with the log, for it holds no run up."""
    logger = logging.getLogger(ROOT)
    handler, trouble = _handler(settings)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(settings.level.upper() if settings else logging.CRITICAL)
    logger.propagate = False
    try:
        yield trouble
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        handler.close()


def _handler(settings: Log | None) -> tuple[logging.Handler, str]:
    if settings is None:
        return logging.NullHandler(), ""
    try:
        handler = _File(settings.file) if settings.file else logging.StreamHandler()
    except OSError as error:
        return logging.NullHandler(), f"{settings.file}: the log cannot be written: {error.strerror}"
    handler.setFormatter(_Json() if settings.format == "json" else _Text())
    handler.addFilter(_with_subject)
    return handler, ""


class _File(WatchedFileHandler):
    """Whoever rotates logs moves the file away: the next line then begins a new one."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(path, encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        """On a full disk a line is lost, and no more than that."""


def _with_subject(record: logging.LogRecord) -> bool:
    record.about = _ABOUT.get()
    return True


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    """What a line says, with its parts by name."""
    told = record.getMessage()
    if record.exc_info:
        told = f"{told}\n{logging.Formatter().formatException(record.exc_info)}"
    yield "time", datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    yield "level", record.levelname.lower()
    yield "of", record.name.removeprefix(f"{ROOT}.")
    yield from getattr(record, "about", ())
    yield "what", told if record.levelno < logging.INFO else without_addresses(told)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(dict(_fields(record)), ensure_ascii=True, default=str)


class _Text(logging.Formatter):
    """A line for people; what came from a dump or a relay cannot begin another one."""

    def format(self, record: logging.LogRecord) -> str:
        time, level, of, *subject, (_, what) = _fields(record)
        named = "".join(f" {key}={value}" for key, value in subject)
        safe = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(what))
        return f"{time[1]} {str(level[1]).upper():<7} {of[1]}{named}: {safe}"
