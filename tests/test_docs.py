"""Docs can't lie: what they name is there, what is there they name, and what they show works."""

from __future__ import annotations

import ast
import io
import json
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from fnmatch import fnmatchcase
from pathlib import Path

import click
import pytest
import yaml
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from click.testing import CliRunner
from test_architecture import MODULES, PATHS_AS_VALUES, PURE_MODULES, WORLD, imported, tree

from newsletter import config, errors, formats, inbox, languages, outputs, press, rules, sources
from newsletter.cli import program
from newsletter.config_sources import SourceKeys
from newsletter.containers import unpacked
from newsletter.model import DumpDate, ListedPaper, Problem
from newsletter.publication import Archive, ProfileCard, made
from newsletter.settings import Limits, Site
from newsletter.store.schema import MIGRATIONS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"")
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
HEAVIEST_PICTURE = 250_000

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text(*path: str) -> str:
    return ROOT.joinpath(*path).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language, as somebody would copy them."""
    found = [content for lang, content in FENCED.findall(page) if lang == language]
    return ["".join(line[_indent(block) :] for line in block.splitlines(keepends=True)) for block in found]


def _indent(block: str) -> int:
    return min(len(line) - len(line.lstrip()) for line in block.splitlines() if line.strip())


def code(page: str) -> list[str]:
    """Every line of a fenced block and every span of code between backticks."""
    lines = [line for _, block in FENCED.findall(page) for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", FENCED.sub("", page))


def section(page: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    return page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def rows(table: str) -> list[list[str]]:
    """The cells of a page's table rows, without heads."""
    found = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines() if line.startswith("|")]
    rules_at = [n for n, row in enumerate(found) if set("".join(row).strip()) <= set("-: ")]
    return [
        [cell.strip() for cell in row]
        for n, row in enumerate(found)
        if n not in rules_at and n + 1 not in rules_at
    ]


def names(cell: str) -> set[str]:
    """The plain names in a cell: `any`, but not `cs.*`."""
    return set(re.findall(r"`([a-z_]+)`", cell))


# ------------------------------------------------------------------------------------------ every page


@every_page
def test_every_link_of_a_page_leads_somewhere(page):
    targets = [one or other for one, other in LINK.findall(page.read_text(encoding="utf-8"))]
    here = [target for target in targets if "://" not in target]

    assert [] == [target for target in here if not (page.parent / target).exists()]


@every_page
def test_every_command_that_a_page_shows_exists(page):
    shown = [
        found
        for line in code(page.read_text(encoding="utf-8"))
        for found in re.findall(r"(?:^|[\s/])newsletter ([a-z]+)([^|]*)", line)
    ]
    unknown = [name for name, _ in shown if name not in commands()]
    wrong = [
        (name, option)
        for name, rest in shown
        for option in re.findall(r"--[a-z-]+", rest)
        if name in commands() and option not in options(commands()[name]) | {"--help"}
    ]

    assert [] == unknown
    assert [] == wrong


@every_page
def test_every_make_verb_that_a_page_shows_exists(page):
    verbs = re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE)
    lines = code(page.read_text(encoding="utf-8"))
    shown = [verb for line in lines for verb in re.findall(r"(?:^|\s)make ([a-z]+)", line)]

    assert [] == [verb for verb in shown if verb not in verbs]


def test_every_page_is_found_from_the_readme():
    """A page that no other page links to is read by nobody."""
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        targets = (one or other for one, other in LINK.findall(page.read_text(encoding="utf-8")))
        linked = ((page.parent / target).resolve() for target in targets if "://" not in target)
        linked = (path / "README.md" if path.is_dir() else path for path in linked)
        waiting += [path for path in linked if path.suffix == ".md"]

    assert [] == [str(page.relative_to(ROOT)) for page in PAGES if page not in seen]


def test_pictures_are_light():
    pictures = list((ROOT / "docs" / "pictures").iterdir())

    assert pictures
    assert [] == [picture.name for picture in pictures if picture.stat().st_size > HEAVIEST_PICTURE]


# -------------------------------------------------------------------------------------------- commands


def commands() -> dict[str, click.Command]:
    context = click.Context(program)
    return {name: program.get_command(context, name) for name in program.list_commands(context)}


def options(command: click.Command) -> set[str]:
    """The options of a command, and of those below it."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    found = (param for each in (command, *below) for param in each.params if isinstance(param, click.Option))
    return {name for param in found for name in (*param.opts, *param.secondary_opts)}


def documented(part: str) -> set[str]:
    """The options that stand in the first cells of a section's table."""
    return {name for row in rows(part) for name in re.findall(r"`(--?[a-z-]+)", row[0])}


@pytest.mark.parametrize("name", commands())
def test_every_option_of_a_command_has_a_row_and_every_row_an_option(name):
    part = section(text("docs", "reference", "commands.md"), f"newsletter {name}")

    assert options(commands()[name]) == documented(part)


def test_the_programs_own_options_have_rows():
    part = section(text("docs", "reference", "commands.md"), "newsletter")

    assert options(program) | {"-h", "--help"} == documented(part)


def test_commands_that_are_gone_have_no_page():
    headings = re.findall(r"^## newsletter (\w+)$", text("docs", "reference", "commands.md"), re.MULTILINE)

    assert sorted(commands()) == sorted(headings)


def test_the_readme_names_every_command():
    named = {row[0].split()[1].strip("`") for row in rows(section(text("README.md"), "Commands"))}

    assert set(commands()) == named


def test_every_exit_code_is_told():
    told = {row[0] for row in rows(section(text("docs", "reference", "commands.md"), "Exit codes"))}
    raised = {str(error.exit_code) for error in vars(errors).values() if isinstance(error, type)}

    assert {"0", "1", "2", "3", "4", "130, 143"} == told
    assert raised <= told


# ------------------------------------------------------------------------------------- keys and rules


def keys(name: str) -> set[str]:
    return set(config.schema()["$defs"][name]["properties"])


@pytest.mark.parametrize(
    ("heading", "of"),
    [
        ("site", "SiteKeys"),
        ("email", "EmailKeys"),
        ("profiles", "ProfileKeys"),
        ("subscribers", "SubscriberKeys"),
        ("publish", "PublishKeys"),
        ("limits", "LimitKeys"),
        ("expected", "ExpectedKeys"),
        ("log", "LogKeys"),
        ("keep", "KeepKeys"),
    ],
)
def test_every_key_has_a_row_and_every_row_a_key(heading, of):
    part = section(text("docs", "reference", "config.md"), heading).split("| rule |")[0]
    told = set().union(*(names(row[0]) for row in rows(part)))

    assert keys(of) == told


def test_every_key_at_the_top_has_a_row():
    told = {row[0].strip("`") for row in rows(section(text("docs", "reference", "config.md"), "The top"))}

    assert set(config.schema()["properties"]) == told


def test_every_key_of_the_relay_is_told():
    part = section(text("docs", "reference", "config.md"), "email")
    sentence = re.sub(r"\([^)]*\)", "", part[part.index("`smtp` has") :])

    assert keys("SmtpKeys") | {"smtp"} == names(sentence)


def test_every_setting_of_every_rule_is_told():
    table = section(text("docs", "reference", "config.md"), "profiles").split("| rule |")[1]
    told = {row[0].strip("`"): names(row[1]) for row in rows("| rule |" + table)}
    settings = {name: {field.name for field in fields(rules.load(name).Settings)} for name in rules.names()}

    assert settings == told


def test_every_setting_of_every_source_is_told():
    part = section(text("docs", "reference", "config.md"), "sources")
    of_kinds, of_all = part.split("| key |")
    told = {row[0].strip("`"): names(row[1]) - OTHER_WORDS for row in rows(of_kinds)}
    settings = {
        name: {field.name for field in fields(sources.load(name).Settings)} for name in sources.names()
    }
    asked = {row[0].strip("`"): row[3] for row in rows(of_kinds)}

    assert settings == told
    assert set(SourceKeys.model_fields) == set().union(*(names(row[0]) for row in rows("| key |" + of_all)))
    assert {name: f"{sources.load(name).EVERY // 60}h" for name in sources.names()} == asked


OTHER_WORDS = {"oai_dc"}
"""In the column of settings, and none: a kind of metadata."""


def test_the_sources_of_the_page_on_fetching_are_some(tmp_path):
    (block,) = blocks(text("docs", "howto", "fetch.md"), "yaml")
    (tmp_path / "config.yaml").write_text(f"profiles: [{{name: a, rules: [keywords: [x]]}}]\n{block}")
    settled = config.load(tmp_path / "config.yaml")

    assert set(sources.names()) == {source.kind for source in settled.sources}


def test_the_readmes_smallest_configuration_is_one(tmp_path):
    (block,) = blocks(text("README.md"), "yaml")
    (tmp_path / "config.yaml").write_text(block)
    (tmp_path / "dumps").mkdir()
    settled = config.load(tmp_path / "config.yaml")

    assert ["diffusion"] == [profile.name for profile in settled.profiles]


# ------------------------------------------------------------------------------------ the architecture


def module_lines() -> dict[str, str]:
    """Every module that ARCHITECTURE.md names, or pattern for the rest of a folder, with what it touches."""
    table = section(text("ARCHITECTURE.md"), "The modules")
    return {path: row[2] for row in rows(table) for path in re.findall(r"`([\w/*\[\]-]+\.py)`", row[0])}


def module_rows() -> dict[str, str]:
    """What each module touches: by its own line, else by the first pattern that fits it."""
    lines, paths = module_lines(), (path_of(module) for module in MODULES)
    fitting = {path: [line for line in lines if fnmatchcase(path, line)] for path in paths}
    return {path: lines[path if path in fits else fits[0]] for path, fits in fitting.items() if fits}


def path_of(module: str) -> str:
    return str(MODULES[module].relative_to(ROOT / "newsletter"))


def test_every_module_has_a_line_and_every_line_a_module():
    paths = {path_of(module) for module in MODULES} - {"__init__.py"}

    assert paths == set(module_rows())
    assert [] == [line for line in module_lines() if not any(fnmatchcase(path, line) for path in paths)]


def test_only_the_formats_share_a_line():
    """They have a table of their own; everything else is worth its own words."""
    assert ["formats/[a-z]*.py", "formats/_*.py"] == [line for line in module_lines() if "*" in line]


def test_what_is_called_pure_is_pure():
    touches = module_rows()
    called = {module for module in MODULES if touches.get(path_of(module)) == "pure"} - PATHS_AS_VALUES
    impure = [path_of(module) for module in called if WORLD & set(imported(module))]

    assert [] == impure
    assert [] == [module for module in PURE_MODULES if touches[path_of(module)] != "pure"]


def test_every_state_of_a_delivery_is_told():
    """A migration that adds a state is a change to the drawing."""
    states = re.findall(r"'(\w+)'", "".join(MIGRATIONS).split("CREATE TABLE delivery (")[1].split(")")[0])

    assert 8 == len(states)
    assert [] == [state for state in states if state not in section(text("ARCHITECTURE.md"), "The ledger")]


# ----------------------------------------------------------------------------------------- the formats

SCHEMES = {
    "title": "title",
    "arXiv": "arxiv",
    "DOI": "doi",
    "PubMed": "pmid",
    "ACL": "acl",
    "OpenReview": "openreview",
    "Semantic Scholar": "s2",
    "OpenAlex": "openalex",
    "any": "any",
}
"""What the table calls the kinds of ids, and what they are in keys."""
PLACES = {"line", "index"}
"""Fields of a listing that say where it stands, not what it says."""


def format_rows() -> dict[str, list[str]]:
    return {row[0].strip("`"): row for row in rows(text("docs", "reference", "formats.md"))}


def kept(row: list[str]) -> set[str]:
    """The fields that a format's row says it keeps, besides title and ids."""
    return names(row[3])


def schemes(row: list[str]) -> set[str]:
    """What the papers of a format are known by: the ids' kinds, without “in collections”."""
    return {SCHEMES[re.split(" in ", word)[0]] for word in re.split("[,;] ", row[2])}


def test_every_format_has_a_row_and_every_row_a_format():
    assert sorted(formats.names()) == sorted(format_rows())


@pytest.mark.parametrize("name", formats.names())
def test_a_formats_row_begins_with_its_title(name):
    assert format_rows()[name][1].startswith(formats.load(name).TITLE)


@pytest.mark.parametrize("name", formats.names())
def test_a_format_and_what_it_is_made_of_know_every_field_that_its_row_names(name):
    words = set().union(*(words_of(module) for module in made_of(f"newsletter.formats.{name}")))

    assert kept(format_rows()[name])
    assert set() == kept(format_rows()[name]) - words


def made_of(module: str) -> set[str]:
    """A format's module and the private ones of its folder that it uses, directly or not."""
    found, waiting = set(), [module]
    while waiting:
        found.add(one := waiting.pop())
        private = (name for name in imported(one) if name.startswith("newsletter.formats._"))
        waiting += [name for name in private if name not in found]
    return found


def words_of(module: str) -> set[str]:
    """The names of arguments in a module's calls, and of the fields that a format itself sets; `listed` for
    the date of the whole dump.
    """
    calls = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    dated = any(
        "DumpDate" in ast.unparse(call.func) or "dump_date" in ast.unparse(call.func) for call in calls
    )
    said = {keyword.arg for call in calls for keyword in call.keywords if keyword.arg}
    if not module.rpartition(".")[2].startswith("_"):
        fields = [node for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute)]
        said |= {node.attr for node in fields if isinstance(node.ctx, ast.Store)}
    return said | {"listed"} if dated else said


def test_the_table_names_every_field_and_id_that_real_files_give(shared):
    """What a format takes out of a real file and the table does not tell is told here."""
    table, untold = format_rows(), set()
    for name, found in real_listings(shared):
        known = schemes(table[name])
        fields_set = {"listed"} if isinstance(found, DumpDate) else said_by(found)
        untold |= {(name, field) for field in fields_set - kept(table[name])}
        if isinstance(found, ListedPaper) and "any" not in known:
            untold |= {(name, key) for key in found.ids if key.partition(":")[0] not in known}

    assert set() == untold


def real_listings(shared: Path) -> Iterator[tuple[str, ListedPaper | DumpDate]]:
    """All that the real files hold, with the name of its format."""
    for path in sorted((shared / "dumps").glob("*/*")):
        status = path.stat()
        found = inbox.Found(name=path.name, path=str(path), size=status.st_size, mtime_ns=status.st_mtime_ns)
        for one in unpacked(inbox.take(found, Limits()), Limits()):
            name = formats.recognise(one)
            yield from (
                (name, each) for each in formats.load(name).read(one) if not isinstance(each, Problem)
            )


def said_by(found: ListedPaper) -> set[str]:
    """The fields that a listing fills otherwise than by default, besides title, ids and its place."""
    told = {field.name for field in fields(found) if getattr(found, field.name) != field.default}
    return told - PLACES - {"title", "ids"}


def test_what_the_table_keeps_is_what_parse_prints(tmp_path):
    (tmp_path / "list.csv").write_text("title,year\nOne,2026\n")
    ran = CliRunner().invoke(program, ["parse", str(tmp_path / "list.csv")], standalone_mode=False)
    printed = set(json.loads(ran.stdout))

    assert set() == set().union(*map(kept, format_rows().values())) - printed
    assert printed == {field for field in printed if f"`{field}`" in text("docs", "reference", "commands.md")}


def test_every_name_that_an_inbox_leaves_alone_is_told():
    told = section(text("docs", "reference", "formats.md"), "What is no dump").split("left alone:")[1]
    shown = [name.replace("name", "list") for name in re.findall(r"`([\w.~]+)`", told)]
    shown = [f"list{name}" if name.startswith(".") and name != ".list" else name for name in shown]

    assert 9 == len(shown)
    assert [] == [name for name in shown if not inbox.left_aside(name)]


# ------------------------------------------------------------------------------------ the dependencies


def dependency_rows(heading: str) -> dict[str, list[str]]:
    page = text("docs", "decisions", "dependencies.md")
    return {row[0].strip("`"): row for row in rows(section(page, heading))}


def required(requirements: list[str]) -> set[str]:
    return {re.split(r"[>=<]", requirement)[0] for requirement in requirements}


def test_every_dependency_has_a_reason():
    project = tomllib.loads(text("pyproject.toml"))

    extras = [name for names in project["project"]["optional-dependencies"].values() for name in names]

    assert required(project["project"]["dependencies"]) == set(dependency_rows("To run it"))
    assert required(extras) == set(dependency_rows("Extras"))
    assert required(project["dependency-groups"]["dev"]) == set(dependency_rows("To work on it"))


@pytest.mark.parametrize(("name", "row"), (dependency_rows("To run it") | dependency_rows("Extras")).items())
def test_a_dependency_is_imported_where_the_page_says(name, row):
    """A folder stands for several modules in it."""
    package = {"pyyaml": "yaml"}.get(name, name.replace("-", "_"))
    users = [
        f"newsletter/{path_of(module)}"
        for module in MODULES
        if any(each.split(".")[0] == package for each in imported(module))
    ]
    told = re.findall(r"`(newsletter/[\w/]+(?:\.py|/))`", row[-1])

    assert [] == [user for user in users if not any(user.startswith(place) for place in told)]
    assert [] == [place for place in told if not any(user.startswith(place) for user in users)]
    assert bool(told) != row[-1].startswith("nowhere")


@pytest.mark.parametrize(
    ("name", "row"),
    (dependency_rows("To run it") | dependency_rows("Extras") | dependency_rows("To work on it")).items(),
)
def test_a_dependencys_version_is_the_locked_one(name, row):
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", text("requirements.lock"), re.MULTILINE))

    assert locked[name] == row[1]


# ------------------------------------------------------------------------------------- what pages show


def test_the_readme_shows_what_a_first_run_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(program, ["init", "--example"], standalone_mode=False)
    ran = CliRunner().invoke(program, ["run", "--as-of", "2026-11-22T04:30+00:00"], standalone_mode=False)

    assert ran.stdout.strip() in text("README.md").split("One line says what happened")[1]
    assert 3 == len(list((tmp_path / "out" / "mail").glob("*.eml")))


@pytest.fixture
def plain_list(tmp_path, monkeypatch):
    """The format that the walk-through writes, put where formats are looked for."""
    module, test = blocks(text("docs", "howto", "write-a-format.md"), "python")
    (tmp_path / "plain_list.py").write_text(module, encoding="utf-8")
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    yield formats.load("plain_list"), test
    sys.modules.pop("newsletter.formats.plain_list")
    delattr(formats, "plain_list")


@pytest.mark.usefixtures("plain_list")
def test_the_format_of_the_walk_through_reads_its_sample(tmp_path, monkeypatch):
    page = text("docs", "howto", "write-a-format.md")
    (sample,), (console,) = blocks(page, "text"), blocks(page, "console")
    (tmp_path / "list.txt").write_text(sample, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    command, _, said = console.removeprefix("$ newsletter ").partition("\n")
    ran = CliRunner().invoke(program, command.split(), standalone_mode=False)

    assert said == ran.output


def test_the_tests_of_the_walk_through_pass(plain_list):
    _, source = plain_list
    made: dict[str, object] = {}
    exec(compile(source, "test_plain_list.py", "exec"), made)  # noqa: S102 - our own page
    tests = [made[name] for name in made if name.startswith("test_")]
    for test in tests:
        test()

    assert 2 == len(tests)


def test_the_language_of_the_walk_through_is_spoken(tmp_path):
    """Its commands make the file, its example fills it in, and the site says that."""
    page = text("docs", "howto", "translate.md")
    (init, *_), (example,) = blocks(page, "sh"), blocks(page, "po")
    arguments = shlex.split(init.replace("-d newsletter/locale", f"-d {tmp_path}"))[1:]
    CommandLineInterface().run(
        ["pybabel", "--quiet", *(word.replace("newsletter/", f"{ROOT}/newsletter/") for word in arguments)]
    )
    file = tmp_path / "fr" / "LC_MESSAGES" / "newsletter.po"
    (said,) = (message for message in read_po(io.BytesIO(example.encode())) if message.id)
    with file.open("rb") as made_by_hand:
        catalogue = read_po(made_by_hand, locale="fr", domain="newsletter")
    catalogue.get(said.id).string = said.string
    with file.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalogue)
    words = languages.words("fr-CA", tmp_path)

    assert languages.spoken("fr-CA", tmp_path)
    assert "2 nouveaux articles" == words.counted("%(n)s new paper", "%(n)s new papers", 2)
    assert "Search" == words.say("Search")


def test_the_template_of_the_page_on_templates_takes_the_place_of_ours(tmp_path):
    (block,) = blocks(text("docs", "howto", "templates.md"), "html")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "about.html").write_text(block, encoding="utf-8")
    card = ProfileCard(slug="diffusion", address="diffusion", title="Diffusion")
    site = outputs.load("site").artifacts(
        Archive(editions=(), profiles=(card,), papers=()), press.load(Site(title="Our list"), tmp_path)
    )
    about = next(artifact.content.decode() for artifact in made(site) if artifact.path == "about.html")

    assert "<p>Our list is read by 1 group in our lab.</p>" in about


def test_every_filter_and_template_on_the_page_on_templates_exists():
    page = text("docs", "howto", "templates.md")
    paths = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.*")}
    told = [cell for row in rows(section(page, "Which files there are")) for cell in row[:1]]
    named = {name for cell in told for name in re.findall(r"`([\w./-]+)`", cell)}
    folders = {name if "/" in name else f"site/{name}" for name in named}
    filters = press.load(Site(), None).environment.filters
    sentence = page[page.index("Besides Jinja's own") :].split("\n\n")[0]

    assert folders <= paths
    assert names(sentence) <= set(filters)


def test_the_workflow_runs_the_verbs_that_everybody_runs():
    workflow = yaml.safe_load(text(".github", "workflows", "ci.yml"))
    steps = workflow["jobs"]["check-and-test"]["steps"]

    assert ["make check", "make test"] == [step["run"] for step in steps if "run" in step]
