"""What it costs to wait: a look at a large inbox, against a bare scandir and stat of the same files; a tick
with nothing to do; and a pass, against a bare `python -c pass`.

    python benchmarks/bench_schedule.py [--files N]

Processor time, the least of several tries, in one sitting: read the ratios, not the milliseconds.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from newsletter import config as configuration
from newsletter import inbox
from newsletter.idle import inbox_files, nothing_to_do
from newsletter.passes import OwnProcess
from newsletter.store import open_store
from newsletter.watch import Look, settle

TRIES = 11
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONFIG = """\
site: {title: Bench, url: https://example.org/papers}
profiles: [{name: one, rules: [keywords: [diffusion]]}]
subscribers: [{address: ada@example.org, profiles: [one]}]
"""
PAGE = "Get trending papers in your email inbox!\n\nbyAK and the community\n\nNov 20\n\nDiffusion\n\nText."


def least(work: Callable[[], object], tries: int = TRIES) -> float:
    """The least processor time of some work in this process, in milliseconds."""
    times = []
    for _ in range(tries):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


def least_of_children(work: Callable[[], object], tries: int = 5) -> float:
    """The same for the processes that some work starts."""
    times = []
    for _ in range(tries):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        work()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times) * 1000


def bare(folder: Path) -> list[tuple[str, int, int]]:
    """What any look at a folder has to do."""
    with os.scandir(folder) as entries:
        stats = [(entry.path, entry.stat(follow_symlinks=False)) for entry in entries]
    return [(path, status.st_size, status.st_mtime_ns) for path, status in stats]


def say(what: str, cost: float, against: float, name: str) -> None:
    """One figure with its ratio."""
    print(f"{what:<44} {cost:8.1f} ms  {cost / against:5.1f} x {name}")


def looks(folder: Path, files: int) -> None:
    """The figures of a large inbox."""
    for number in range(files):
        (folder / f"2026-{number:06}.txt").touch()
    least_bare = least(lambda: bare(folder))
    print(f"{files:,} files, scandir and stat alone {'':<9} {least_bare:8.1f} ms")
    say("finding them", least(lambda: inbox.find([str(folder)])), least_bare, "that")
    seen = bare(folder)
    before = settle(Look(), seen, 0.0, 2.0)
    say("which of them are at rest", least(lambda: settle(before, seen, 5.0, 2.0)), least_bare, "that")


def ticks(folder: Path) -> None:
    """The figures of a small installation."""
    (folder / "dumps").mkdir()
    (folder / "dumps" / "2026-11-20.txt").write_text(PAGE)
    (folder / "config.yaml").write_text(CONFIG)
    config = configuration.load(folder / "config.yaml")
    passing = OwnProcess()
    passing(config, NOON, ())
    nothing = least_of_children(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    print(f"{'bare interpreter':<44} {nothing:8.1f} ms")

    def tick() -> None:
        store = open_store(Path(config.state))
        if not nothing_to_do(store, config, inbox_files(config), NOON):
            sys.exit("there should be nothing to do")
        store.close()

    say("a tick with nothing to do", least(tick), nothing, "bare")
    say("a pass that finds nothing", least_of_children(lambda: passing(config, NOON, ())), nothing, "bare")


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--files", type=int, default=10_000)
    files = arguments.parse_args().files
    with tempfile.TemporaryDirectory() as name:
        inbox_folder, home = Path(name) / "inbox", Path(name) / "home"
        inbox_folder.mkdir()
        home.mkdir()
        looks(inbox_folder, files)
        ticks(home)


if __name__ == "__main__":
    main()
