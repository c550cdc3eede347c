"""After a publication: the command of publish.after, run in out/site, takes the site to where it is hosted.

What it has not seen is noted before the first file is written, so that a run that is killed anywhere leaves
it to the next one: the command runs at least once after the last file that changed. While it fails, a run by
hand tries at once, and the scheduler leaves it more and more time. Runs a program; the state goes in and a
failure comes out. Nothing of the site is taken back.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from newsletter.errors import CommandFailed
from newsletter.idle import OWED, waits
from newsletter.secret import variables
from newsletter.settings import Config
from newsletter.store import Store

DONE = "publish.after done"
"""Mark: the command that last ended well."""
GRACE_SECONDS = 5.0
"""Between being asked to end and being made to."""
_READ_BACK = 16 * 1024
_LINES, _WIDTH, _WHOLE = 5, 200, 6
"""How much is told of what it said; values of fewer characters are no secrets."""
_NAMES = re.compile(r"TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH", re.IGNORECASE)
"""How environment variables are named that hold what nobody else may read."""
_LOGIN = re.compile(r"(?<=://)[^\s/@]+(?=@)")
_HINT = "mend it; each run tries again until it ends well, and the site in out/ is whole meanwhile"
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
"""How long the scheduler waits after a failure: twice as long after each, and at most so long. With a try a
minute, a host that is down for a night would be asked five hundred times, and log each.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What the command has not seen: so many files; how it failed when it last tried, and what it said.

    It has failed so many times in a row, last at the moment `tried`; before `not_before` the scheduler does
    not run it again (both in ISO 8601). `failed` is the command, since another one deserves a try at once.
    """

    files: int = 0
    trouble: str = ""
    said: str = ""
    failures: int = 0
    tried: str = ""
    not_before: str = ""
    failed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.trouble}:\n{self.said}" if self.said else self.trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a command: whether it ran and ended well; `known`: it failed so the last time too, and
    was perhaps not tried again.
    """

    well: bool = False
    failure: CommandFailed | None = None
    known: bool = False


def owed(store: Store) -> Owed:
    """What the command has not seen yet."""
    noted = json.loads(store.runs.mark(OWED) or "{}")
    return Owed(**noted | {"failed": tuple(noted.get("failed", ()))})


def pause(failures: int) -> timedelta:
    """How long the scheduler waits after so many failures in a row: 5 minutes, 10, 20, … 6 hours."""
    return min(_FIRST_PAUSE * int(2 ** min(failures - 1, 10)), _LONGEST_PAUSE)


def owe(store: Store, files: int) -> None:
    """Note that so many files more are about to change."""
    before = owed(store)
    _note(store, replace(before, files=before.files + files))


def run_after(store: Store, config: Config, now: datetime, *, patient: bool = False) -> Ran:
    """Run the command where there is something it has not seen, or where it never ended well; who is patient
    leaves one that has failed the time it needs.
    """
    site, command = config.out / "site", config.publish.after
    if not command:
        _forget(store)
        return Ran()
    before = _due(store, command, site)
    if not before.files or not site.is_dir():
        return Ran()
    again = before.failed == command
    if patient and again and waits(asdict(before), now):
        return Ran(failure=CommandFailed(before.trouble, said=before.said, hint=_HINT), known=True)
    try:
        _run(config, before.files)
    except CommandFailed as failure:
        _note(store, _failed(before, failure, command, now, failures=before.failures * again + 1))
        return Ran(failure=failure, known=failure.kind == before.trouble)
    with store.transaction():
        store.runs.set_mark(DONE, json.dumps(command))
        store.runs.set_mark(OWED, "")
    return Ran(well=True)


def _failed(
    before: Owed, failure: CommandFailed, command: tuple[str, ...], now: datetime, *, failures: int
) -> Owed:
    return replace(
        before,
        trouble=failure.kind,
        said=failure.said,
        failures=failures,
        tried=now.isoformat(),
        not_before=(now + pause(failures)).isoformat(),
        failed=command,
    )


def _due(store: Store, command: tuple[str, ...], site: Path) -> Owed:
    """What is owed; to a command that is new, to another host perhaps, that is every file."""
    before = owed(store)
    if store.runs.mark(DONE) == json.dumps(command):
        return before
    return replace(before, files=sum(len(names) for _, _, names in os.walk(site)))


def _note(store: Store, now: Owed) -> None:
    store.runs.set_mark(OWED, json.dumps(asdict(now)))


def _forget(store: Store) -> None:
    for mark in (OWED, DONE):
        if store.runs.mark(mark):
            store.runs.set_mark(mark, "")


# ---------------------------------------------------------------------------------------- the program


def _run(config: Config, files: int) -> None:
    """Raises CommandFailed with the end of what it said."""
    site, publish = config.out / "site", config.publish
    ours = frozenset(variables(config))
    mine = {"NEWSLETTER_SITE": str(site), "NEWSLETTER_CHANGED": str(files)}
    its = {name: value for name, value in os.environ.items() if name not in ours} | mine
    name = Path(publish.after[0]).name
    with tempfile.TemporaryFile() as output:
        try:
            ended = _ended(publish.after, site, its, output, publish.timeout * 60)
        except OSError as error:
            raise CommandFailed(
                f"publish.after: {name} cannot be run: {error.strerror}", hint=_HINT
            ) from error
        if ended:
            said = _tail(output, _hidden(os.environ))
            raise CommandFailed(f"publish.after: {name} {ended}", said=said, hint=_HINT)


def _ended(
    command: tuple[str, ...], site: Path, its: Mapping[str, str], output: BinaryIO, seconds: float
) -> str:
    """How a command ended, in words; nothing where it ended well. Raises OSError where it cannot begin.

    It has a group of processes to itself: what it starts ends with it, when its time is up or ours is.
    """
    child = subprocess.Popen(  # noqa: S603 - the program that config.yaml names; no shell
        command,
        cwd=site,
        env=its,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        code = child.wait(seconds)
    except subprocess.TimeoutExpired:
        _stop(child)
        return f"did not end within {seconds / 60:g} minutes"
    except BaseException:
        _stop(child)
        raise
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}" if code else ""


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ask it and all that it started to end, and make them where they do not."""
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _hidden(environment: Mapping[str, str]) -> list[str]:
    """What stands in the environment and may not stand in a report, longest first."""
    values = (value for name, value in environment.items() if _NAMES.search(name) and len(value) >= _WHOLE)
    return sorted(values, key=len, reverse=True)


def _tail(output: BinaryIO, hidden: Iterable[str]) -> str:
    """The last lines of what a program said, fit for a terminal, without secrets."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _READ_BACK))
    text = output.read().decode("utf-8", "replace")
    if size > _READ_BACK:
        text = text.partition("\n")[2] or text[-_WIDTH:]
    for value in hidden:
        text = text.replace(value, "…")
    lines = [line.rstrip() for line in _LOGIN.sub("…", text).splitlines() if line.strip()]
    return "\n".join(f"  {_shown(line)}" for line in lines[-_LINES:])


def _shown(line: str) -> str:
    clean = "".join(letter if letter.isprintable() else "?" for letter in line)
    return clean if len(clean) <= _WIDTH else f"{clean[: _WIDTH - 1]}…"
