"""Full text for a large hosted site: Pagefind reads the published pages and leaves an index beside them.

Runs a program and writes out/site/pagefind. What of a page is indexed, the page says itself; when this is
asked for, config.yaml says (`site.search: pagefind`). Unchanged files are not touched, and only those are
removed that stand on the list of what an earlier run wrote.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from newsletter.errors import PublishError
from newsletter.publication import Artifact
from newsletter.publish import publish

FOLDER = "pagefind"
WRITTEN = f"{FOLDER}/written.txt"
"""The list of our files there, one a line."""
INSTALL = "pip install '.[pagefind]', or take `search: pagefind` out of config.yaml"
LONGEST_SECONDS = 3600


def program() -> Path | None:
    """Pagefind, from the PATH or from its Python package; None where it is not installed."""
    if found := shutil.which("pagefind"):
        return Path(found)
    try:
        from pagefind_bin import get_executable  # noqa: PLC0415  (an extra)

        return Path(get_executable())
    except (ImportError, FileNotFoundError):
        return None


def index_pages(site: Path, pagefind: Path | None) -> None:
    """Bring out/site/pagefind to what the pages say, by that program. Raises PublishError."""
    if pagefind is None:
        raise PublishError(
            "the pages are there, their search is not: pagefind is not installed", hint=INSTALL
        )
    with TemporaryDirectory(prefix=".pagefind-", dir=site.parent) as made:
        _run([str(pagefind), "--site", str(site), "--output-path", made, "--quiet"])
        artifacts = list(_artifacts(Path(made)))
    names = {artifact.path for artifact in artifacts}
    before = _written(site)
    # What is about to be written stands on the list first: a run that is killed leaves nothing unlisted.
    publish([_list(before | names)], site)
    publish(artifacts, site)
    for name in sorted(before - names):
        (site / name).unlink(missing_ok=True)
    publish([_list(names)], site)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603  (the program that the config asks for; no shell)
            command, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PublishError(f"pagefind could not run: {error}", hint=INSTALL) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise PublishError(f"pagefind failed: {said[-1][:300]}", hint="run again; if it stays, " + INSTALL)


def _artifacts(folder: Path) -> Iterator[Artifact]:
    """Pagefind's files without the user interfaces it offers: ours is in templates/assets/pagefind.js."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and "-ui." not in name and "highlight" not in name:
            yield Artifact(path=f"{FOLDER}/{name}", content=path.read_bytes())


def _written(site: Path) -> set[str]:
    """What an earlier run wrote; nothing outside its folder, whatever the list says."""
    try:
        lines = (site / WRITTEN).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return set()
    return {line for line in lines if line.startswith(f"{FOLDER}/") and ".." not in line.split("/")}


def _list(names: Iterable[str]) -> Artifact:
    return Artifact(path=WRITTEN, content="".join(f"{name}\n" for name in sorted(names)).encode())
