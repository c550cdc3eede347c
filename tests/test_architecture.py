"""The house holds what its plan promises: pure modules are pure, imports form no circle, a run with nothing to
do imports nothing heavy. These tests walk the folders, so a new file is tested before anybody thinks of it.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from home import Home, iso, page

ROOT = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "newsletter").rglob("*.py"))
}

PURE = (
    *("model", "settings", "errors", "ports", "identity", "diff", "terms", "matching", "digest", "trending"),
    *(
        "slots",
        "replies",
        "text",
        "feed",
        "publication",
        "almanac",
        "shelf",
        "digest_entry",
        "citing",
        "view",
        "listing",
        "note",
        "mail",
        "envelope",
        "bounces",
        "repeats",
    ),
    "progress",
    "patience",
    "watch",
    "formula",
    "tuning",
    "timeline",
    "topics",
    "words",
    "health",
    "wording",
    "failures",
    "discreet",
)
PURE_FOLDERS = ("formats", "rules", "outputs", "ranking", "sources")
WORLD = frozenset(
    (
        *("os", "socket", "sqlite3", "subprocess", "random", "secrets", "time", "tempfile", "shutil", "glob"),
        *("asyncio", "threading", "urllib.request", "http", "smtplib", "uuid", "pathlib", "sys"),
    )
)
PATHS_AS_VALUES = frozenset(("newsletter.settings",))
"""May name pathlib: its values hold paths; nothing is opened there."""
WORLD_CALLS = frozenset(("open", "print", "input", "now", "utcnow", "today", "read_text", "read_bytes"))
HEAVY = ("jinja2", "pydantic", "feedgen", "lxml", "css_inline", "nh3", "markdown", "pylatexenc", "cronsim")
HEAVY += ("email_validator", "rich", "newsletter.config", "newsletter.mail", "newsletter.outputs")
HEAVY += ("aiolimiter", "aiosmtplib", "asyncio", "newsletter.postman", "newsletter.smtp")
HEAVY += ("bibtexparser", "charset_normalizer", "ftfy", "orjson", "pyarrow", "rispy", "zstandard")
HEAVY += ("rapidfuzz", "numpy", "latex2mathml", "pagefind_bin", "babel", "httpx2")
HEAVY += ("apscheduler", "newsletter.schedule", "newsletter.duty", "newsletter.passes")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def is_pure(module: str) -> bool:
    parts = module.split(".")
    return len(parts) > 1 and (parts[1] in PURE or (parts[1] in PURE_FOLDERS))


def imported(module: str) -> Iterator[str]:
    """Every module that one imports when it runs, wherever in it."""
    for node in running(tree(module)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from newsletter.store import codec` needs codec, not the package that holds it.
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in MODULES else node.module


def running(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, without what only the type checker reads."""
    yield node
    if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from running(child)


def called(module: str) -> Iterator[tuple[int, str]]:
    """The last name of whatever a module calls, with its line: now for datetime.now()."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if not (name == "open" and _opens_a_dump(node.func)):
                yield node.lineno, name


def _opens_a_dump(function: ast.expr) -> bool:
    """dump.open() reads the value that came in: a dump brings its own content."""
    return isinstance(function, ast.Attribute) and ast.unparse(function.value) in ("dump", "self.dump")


PURE_MODULES = [module for module in MODULES if is_pure(module)]


def test_the_pure_modules_are_found():
    assert {f"newsletter.{name}" for name in PURE} <= set(MODULES)
    assert {"newsletter.rules.keywords", "newsletter.formats.hf_page", "newsletter.formats._json"} <= set(
        PURE_MODULES
    )
    assert "newsletter.outputs.site" in PURE_MODULES


@pytest.mark.parametrize("module", PURE_MODULES)
def test_a_pure_module_imports_nothing_of_the_world(module):
    allowed = {"pathlib"} if module in PATHS_AS_VALUES else set()
    found = {name for name in imported(module) if name in WORLD}

    assert set() == found - allowed


@pytest.mark.parametrize("module", PURE_MODULES)
def test_a_pure_module_opens_nothing_and_asks_no_clock(module):
    assert [] == [(line, name) for line, name in called(module) if name in WORLD_CALLS]


def test_only_the_configuration_imports_pydantic():
    """Past config*.py a value cannot be wrong; a rule says what its settings may be in the same words."""
    users = {module for module in MODULES if any(name.startswith("pydantic") for name in imported(module))}

    assert users
    assert {module for module in users if not module.startswith("newsletter.config")} == set()


def test_only_the_commands_print():
    printing = {module for module in MODULES if any(name in ("print", "echo") for _, name in called(module))}

    assert {module for module in printing if not module.startswith("newsletter.cli")} == set()


def test_only_the_command_line_and_the_recording_of_dumps_catch_everything():
    """A fault in one format costs one dump, one in a model the model; every other one is the command line's.

    An answer from the web that makes a format fail is kept aside, and the other sources are asked.
    What runs models raises exceptions without a common base, what reads their tokenizers plain ones.
    """
    catching = {
        module
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in node.body)
    }

    assert {"newsletter.cli", "newsletter.contents", "newsletter.record", "newsletter.sentences"} == catching


def test_imports_form_no_circle():
    """Each module can be read after those it imports, and only after them."""
    needs = {module: {name for name in imported(module) if name in MODULES} - {module} for module in MODULES}
    while ready := [module for module in needs if not needs[module] & needs.keys()]:
        for module in ready:
            del needs[module]

    assert [] == sorted(needs)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module):
    assert ast.get_docstring(tree(module))


@pytest.mark.parametrize("module", MODULES)
def test_no_module_and_no_function_is_too_long_to_read(module):
    functions = [n for n in ast.walk(tree(module)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno + 1 > 60]

    assert [] == long
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST.get(module, 450)


LONGEST = {"newsletter.text": 700, "newsletter.config": 500}
"""Modules that are longer for a reason: one table of LaTeX commands, one schema of all keys."""


def test_every_rule_format_and_output_is_reached_by_its_file_name_alone():
    """No registry: nobody else in the package names a module of an open set."""
    namers = [
        (module, name)
        for module in MODULES
        for name in imported(module)
        if name in MODULES
        and name.count(".") == 2
        and name.split(".")[1] in ("formats", "rules", "sources")
        and module.split(".")[1:2] != [name.split(".")[1]]
    ]

    assert [] == namers


# ------------------------------------------------------------------------------ what a run imports


def test_a_run_with_nothing_to_do_imports_nothing_heavy(tmp_path):
    home = Home(tmp_path)
    home.put("2026-08-07.txt", page("Diffusion one"))
    home.run("2026-08-07 06:00")
    arguments = [*home.command("run", "--as-of", iso("2026-08-07 06:05"))[1:]]
    program = (
        "import atexit, sys\n"
        f"sys.argv = ['newsletter', *{arguments!r}]\n"
        "atexit.register(lambda: print(*sorted(sys.modules), sep='\\n'))\n"
        "from newsletter.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said, *modules = done.stdout.splitlines()

    assert said.startswith("Nothing to do")
    assert "newsletter.cli.run" in modules
    assert [] == [name for name in HEAVY if name in modules]
