"""The doctor looks at what pages and feeds are made with: templates, the address they name, the program that
takes them to their host, extras.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import metadata, util
from shutil import which

from newsletter.doctor.remark import WARNING, WRONG, Patient, Remark

_DISTRIBUTION = "paper-newsletter"
_MODULES = {"pagefind-bin": "pagefind_bin"}
"""Packages that are imported by another name than their own."""
_HERE = ("http://localhost", "https://localhost", "http://127.", "https://127.")
_EXAMPLES = tuple(f"{way}://example.{end}" for way in ("http", "https") for end in ("org", "com", "net"))
"""Names that nobody can have (RFC 2606)."""


def templates(patient: Patient) -> Iterator[Remark]:
    """All of them compile. Raises TemplateError."""
    from newsletter.press import load  # noqa: PLC0415 - Jinja is for those who ask

    config = patient.config
    load(config.site, config.templates).check()
    own = f", those of {config.templates} first" if config.templates else ""
    yield Remark(of="templates", what=f"all compile{own}")


def base_url(patient: Patient) -> Iterator[Remark]:
    """Feeds and mails name pages by a whole address."""
    url = patient.config.site.url
    hint = "site.url: where out/site is hosted, such as https://example.org/papers"
    if not url:
        what = "links in feeds and mails lead nowhere: site.url is empty"
        yield Remark(of="feeds", what=what, level=WARNING, hint=hint)
    elif url.startswith(_HERE):
        what = f"links in feeds and mails lead to {url}, which is another machine for everybody else"
        yield Remark(of="feeds", what=what, level=WARNING, hint=hint)
    elif url.startswith(_EXAMPLES):
        what = f"links in feeds and mails lead to {url}, the address of the example"
        yield Remark(of="feeds", what=what, level=WARNING, hint=hint)
    elif url.startswith("http://"):
        what = f"links in feeds and mails lead to {url}, in clear"
        yield Remark(of="feeds", what=what, level=WARNING, hint="https, where the host has it")
    else:
        yield Remark(of="feeds", what=f"links lead to {url}")


def publishing(patient: Patient) -> Iterator[Remark]:
    """The program of publish.after is there; what it says to its host, the next run tells."""
    command = patient.config.publish.after
    if not command:
        return
    if found := which(command[0]):
        yield Remark(of="publish", what=f"publish.after runs {found}")
        return
    yield Remark(
        of="publish",
        what=f"publish.after: there is no program {command[0]}, or none that this user may run",
        level=WRONG,
        hint="install it, or name its whole path; cron and systemd look in fewer places than a shell",
    )


def extras(patient: Patient) -> Iterator[Remark]:  # noqa: ARG001 - what every check is given
    """Which extras are installed; what config.yaml wants of them, newsletter check tells."""
    needs = needed(metadata.requires(_DISTRIBUTION) or ())
    here = sorted(extra for extra, packages in needs.items() if all(map(_is_here, packages)))
    absent = sorted(needs.keys() - set(here))
    what = f"installed: {', '.join(here) or 'none'}"
    yield Remark(of="extras", what=f"{what}; not: {', '.join(absent)}" if absent else what)


def needed(requirements: Iterable[str]) -> dict[str, list[str]]:
    """The packages of each extra, from lines such as “pyarrow>=17; extra == 'parquet'”."""
    found: dict[str, list[str]] = {}
    for requirement in requirements:
        package, _, condition = requirement.partition(";")
        if "extra ==" in condition:
            extra = condition.partition("extra ==")[2].strip(" '\")")
            found.setdefault(extra, []).append(_name(package))
    return found


def _name(requirement: str) -> str:
    """The bare name: pyarrow of pyarrow>=17."""
    return "".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()[0]


def _is_here(package: str) -> bool:
    module = _MODULES.get(package, package.replace("-", "_"))
    return util.find_spec(module) is not None
