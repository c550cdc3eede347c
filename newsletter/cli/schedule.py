"""`newsletter schedule`: passes of `newsletter run` by themselves, until somebody ends it."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli._shared import counted, local, short, utc_now
from newsletter.lock import only_scheduler

if TYPE_CHECKING:
    from newsletter.duty import Clock
    from newsletter.passes import Outcome
    from newsletter.settings import Config


@click.command(short_help="Goes on running: dumps as they come, digests at their time.")
@click.pass_obj
def command(config_path: Path) -> int:
    """Stay, and do what `newsletter run` does whenever there is something to do.

    A dump is read when it has come to rest in the inbox; a digest leaves at its reader's hour. config.yaml is
    read anew when it changes; while it has mistakes, what stood there before holds. SIGTERM and Ctrl-C end it
    in good order with exit code 0, SIGHUP has the configuration read at once.
    """
    from newsletter import config as configuration  # noqa: PLC0415 - pydantic, 100 ms

    config = configuration.load(config_path)
    with only_scheduler(Path(config.state), utc_now()):
        _keep(config)
    return 0


def _keep(config: Config) -> None:
    from newsletter import config as configuration  # noqa: PLC0415 - as above
    from newsletter.duty import Clock, Duty, Voice, behind  # noqa: PLC0415 - here alone
    from newsletter.passes import OwnProcess  # noqa: PLC0415
    from newsletter.schedule import keep  # noqa: PLC0415 - APScheduler, 90 ms
    from newsletter.systemd import Systemd  # noqa: PLC0415
    from newsletter.telling import Heartbeat  # noqa: PLC0415

    teller = Teller(config.site.timezone)
    for warning in config.warnings:
        teller.trouble(f"warning: {warning}")
    if told := behind(config, utc_now()):
        teller.trouble(told)
    duty = Duty(
        config,
        load=configuration.load,
        passing=OwnProcess(),
        voice=Voice(of_pass=teller.of_pass, news=teller.news, trouble=teller.trouble),
        chores=[Heartbeat()],
    )

    def clock() -> Clock:
        return Clock(wall=utc_now(), monotonic=time.monotonic())

    keep(duty, clock, Systemd(os.environ, os.getpid()), ready=lambda: teller.news(_began(config)))
    teller.news("the scheduler has ended; what is recorded is safe")


def _began(config: Config) -> str:
    places = ", ".join(short(Path(place)) for place in config.inbox)
    return (
        f"the scheduler has begun: {counted(len(config.subscribers), 'subscriber')}; {places} is looked at"
        f" every {counted(config.schedule.poll, 'second')}"
    )


class Teller:
    """Says what happens, a line a pass, each with its time. What a pass says again and again is said once."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._last: tuple[str, str, str] | None = None

    def news(self, text: str) -> None:
        """What nobody has to do anything about."""
        self._say(utc_now(), text, error=False)

    def trouble(self, text: str) -> None:
        """What somebody should look at: one line, or several that belong together."""
        self._say(utc_now(), text, error=True)

    def of_pass(self, outcome: Outcome) -> None:
        """What a pass did; problems and hints go to standard error."""
        said = (outcome.line, outcome.told, outcome.ended)
        if said == self._last or not any(said):
            return
        self._last = said
        for text in (outcome.told, outcome.ended):
            if text:
                self._say(outcome.began, text, error=True)
        if outcome.line:
            self._say(outcome.began, outcome.line, error=False)

    def _say(self, moment: datetime, text: str, *, error: bool) -> None:
        click.echo(f"{local(moment, self._zone)}  {text}", err=error)
        (sys.stderr if error else sys.stdout).flush()
