"""How long a run takes: with nothing to do, against a bare `python -c pass`; and from dumps to all outputs.

    python benchmarks/bench_run.py [--papers N]

Whole processes, the least of several tries, in one sitting: read the ratios, not the seconds. The dumps are
made up of the example's, so that the figures need nothing but this repository.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).parent.parent
NEWSLETTER = str(Path(sys.executable).with_name("newsletter"))
LONGEST_TITLE = 150
SHORTEST_TITLE = 12
"""Characters: what lies between is a title of the example's dumps, not a line of the page or an abstract."""
CONFIG = """\
site: {title: Bench, url: https://example.org/papers}
email: {from: list@example.org, unsubscribe: "mailto:leave@example.org"}
profiles:
  - {name: one, title: One, limit: 50, rules: [keywords: [diffusion, "language model", denois*]]}
  - {name: two, title: Two, limit: 50, rules: [query: 'title:learning OR retrieval OR robot*']}
subscribers:
  - {address: ada@example.org, profiles: [one, two]}
"""


def least(command: list[str], folder: Path, tries: int) -> float:
    """The least wall time of a command, in seconds."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def installation(folder: Path, papers: int) -> Path:
    """A folder with a config and dumps that hold at least so many papers."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "dumps").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG)
    sources = [path.read_text() for path in sorted((HOME / "dumps").glob("*.txt"))]
    made = copy = 0
    while made < papers:
        text = sources[copy % len(sources)]
        head, *blocks = text.strip().split("\n\n")
        titles = {
            block for block in blocks if len(block) < LONGEST_TITLE and not block.startswith(("Get ", "by"))
        }
        lines = [
            f"{block} {copy}" if block in titles and len(block) > SHORTEST_TITLE else block
            for block in blocks
        ]
        (folder / "dumps" / f"2026-03-13-{copy:05}.txt").write_text("\n\n".join([head, *lines]))
        made += len(titles)
        copy += 1
    return folder


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--papers", type=int, default=3000)
    papers = arguments.parse_args().papers
    with tempfile.TemporaryDirectory() as name:
        bare = least([sys.executable, "-c", "pass"], Path(name), 9)
        print(f"bare interpreter                         {bare * 1000:7.0f} ms")
        example = Path(name) / "example"
        example.mkdir()
        shutil.copytree(HOME / "dumps", example / "dumps")
        (example / "config.yaml").write_text(CONFIG)
        first = least([NEWSLETTER, "run"], example, 1)
        print(f"three dumps to all outputs, two profiles {first * 1000:7.0f} ms  {first / bare:5.1f} x bare")
        small = least([NEWSLETTER, "run"], example, 7)
        print(f"nothing to do, example                   {small * 1000:7.0f} ms  {small / bare:5.1f} x bare")
        large = installation(Path(name) / "large", papers)
        once = least([NEWSLETTER, "run"], large, 1)
        print(f"{papers} papers to all outputs             {once * 1000:7.0f} ms  {once / bare:5.1f} x bare")
        idle = least([NEWSLETTER, "run"], large, 7)
        print(f"nothing to do, {papers} papers known       {idle * 1000:7.0f} ms  {idle / bare:5.1f} x bare")
        print(f"the same with {papers} papers as with the example: {idle / small:.2f}")


if __name__ == "__main__":
    main()
