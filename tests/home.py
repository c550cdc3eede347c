"""A whole installation in a folder: dumps in, commands run, pages and mails out.

home = Home(tmp_path)
home.put("2026-08-07.txt", page("Diffusion one", "Diffusion two"))
home.run("2026-08-07 06:00").code  # → 0
home.mails()  # → {"2026-08-07_ada-example-org_22ed29.eml": b"…"}
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from newsletter import cli
from newsletter import config as configuration
from newsletter.post_room import SECRET
from newsletter.settings import Config
from newsletter.store import Store, open_store

COMMAND = Path(sys.executable).with_name("newsletter")
"""The program as it is installed."""

CONFIG = """\
site:
  title: Reading list
  url: https://example.org/papers
profiles:
  - name: diffusion
    title: Diffusion models
    rules:
      - keywords: [diffusion, denois*]
  - name: robots
    title: Robots
    rules:
      - keywords: [robot*]
subscribers:
  - address: ada@example.org
    name: Ada
    profiles: [diffusion]
  - address: grace@example.org
    name: Grace
    profiles: [diffusion, robots]
    every: week
"""

LONG_AGO = 1_780_000_000
"""A file time in June 2026: long enough ago that no file is taken for one still being written."""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class Home:
    """One installation below a folder."""

    folder: Path
    config: str = field(default=CONFIG)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.edit(self.config)
        (self.folder / "dumps").mkdir(exist_ok=True)

    def edit(self, config: str) -> None:
        """Write config.yaml anew."""
        self.config = config
        (self.folder / "config.yaml").write_text(config)

    def put(self, name: str, content: str | bytes, *, when: float = LONG_AGO) -> Path:
        """A dump for the inbox."""
        path = self.folder / "dumps" / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (when, when))
        return path

    # ------------------------------------------------------------------------------------- commands

    def newsletter(self, *arguments: str) -> Said:
        """A command, in this process: fast."""
        argv = ["newsletter", "-c", str(self.folder / "config.yaml"), *arguments]
        out, err = io.StringIO(), io.StringIO()
        before = sys.argv, signal.getsignal(signal.SIGTERM)
        code = 0
        sys.argv = argv
        with redirect_stdout(out), redirect_stderr(err):
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                sys.argv = before[0]
                signal.signal(signal.SIGTERM, before[1])
        assert "Traceback" not in err.getvalue()
        return Said(code=code, out=out.getvalue(), err=err.getvalue())

    def run(self, moment: str, *options: str) -> Said:
        """`newsletter run` as of a moment, in UTC."""
        return self.newsletter("run", "--as-of", iso(moment), *options)

    def process(self, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
        """A command as a process of its own."""
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, check=False, **options
        )

    def command(self, *arguments: str) -> list[str]:
        return [str(COMMAND), "-c", str(self.folder / "config.yaml"), *arguments]

    # ------------------------------------------------------------------------------------ what came

    @property
    def state(self) -> Path:
        return self.folder / "state" / "newsletter.db"

    def store(self) -> Store:
        return open_store(self.state)

    def loaded(self) -> Config:
        return configuration.load(self.folder / "config.yaml")

    def same_secret(self) -> None:
        """Give the state a secret that is no secret, so that two homes write the same messages."""
        store = self.store()
        store.runs.settled_mark(SECRET, "0" * 64)
        store.close()

    def site(self) -> dict[str, bytes]:
        """Every file of out/site with its content."""
        return contents(self.folder / "out" / "site")

    def mails(self) -> dict[str, bytes]:
        """Every message with its content."""
        return contents(self.folder / "out" / "mail")

    def everything(self) -> dict[str, tuple[int, bytes]]:
        """Every file there is, with its time and content."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(p.relative_to(self.folder)): (p.stat().st_mtime_ns, p.read_bytes()) for p in files}

    def shown(self) -> list[tuple[str, str, str, str, str]]:
        """The ledger: reader, slot, state, title, role."""
        return self.query(
            "SELECT r.folded, d.slot, d.state, p.title, e.role FROM delivery_paper e"
            " JOIN delivery d ON d.id = e.delivery JOIN reader r ON r.id = d.reader"
            " JOIN paper p ON p.id = e.paper ORDER BY 1, 2, 4, 5"
        )

    def query(self, statement: str) -> list[tuple]:
        """Rows of the state, looked at from outside."""
        store = self.store()
        rows = [tuple(row) for row in store._database.all(statement)]
        store.close()
        return rows


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def iso(moment: str) -> str:
    """2026-08-07 06:00 as the command line takes it."""
    return f"{moment.replace(' ', 'T')}+00:00"


def page(*titles: str, date: str = "Aug 7") -> str:
    """A saved page that lists these titles, each with an abstract of its own."""
    blocks = ["Get trending papers in your email inbox!", "byAK and the research community", date]
    for title in titles:
        blocks += [title, f"We look closely at what is behind “{title}” and report all we found, at length."]
    return "\n\n".join(blocks) + "\n"
