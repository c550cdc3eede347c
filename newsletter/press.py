"""The press: a template and values in, text out. With trans.py the only module that knows Jinja.

A template is looked for in the user's own folder first, then among the shipped ones; every value is escaped
unless the template's name ends in .txt. What stands in a template is no business of this module.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import languages
from newsletter.errors import TemplateError
from newsletter.formula import mathml, pieces
from newsletter.model import Reason
from newsletter.note import note_html
from newsletter.settings import Site
from newsletter.shipped import template_folders
from newsletter.text import Segment, segments, shorten
from newsletter.view import hard_wrap, source, sources, why
from newsletter.wording import retold
from newsletter.words import Words

if TYPE_CHECKING:
    from jinja2 import Environment, Template

# What a template with a slip in it can raise while it is filled in, besides Jinja's own errors.
SLIPS = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, OSError),
    *(RecursionError, TypeError, ValueError),
)


@dataclass(frozen=True, slots=True)
class JinjaPress:
    """Templates from folders, filled in by Jinja."""

    site: Site
    words: Words
    folders: tuple[Path, ...]
    environment: Environment

    def render(self, template: str, **values: object) -> str:
        """The template, filled in; the site stands in it as `site`."""
        try:
            return self.environment.get_template(template).render(site=self.site, **values)
        except Exception as error:
            self._tell(error, template)
            raise

    def shipped(self, template: str) -> bool:
        """Whether a template is ours, and not the user's own."""
        return not any((folder / template).is_file() for folder in self.folders[:-1])

    def check(self) -> None:
        """Compile every template. Raises TemplateError where one has a slip or leaves its page empty."""
        for name in self.environment.list_templates(filter_func=_is_template):
            self._template(name)
            if (self.folders[-1] / name).is_file():  # what only others extend need not fill it
                self._fills(name)

    def _fills(self, page: str) -> None:
        """Refuse a page that lacks a required block of what it extends."""
        filled: set[str] = set()
        for name, blocks in self._frames(page):
            lacking = sorted(block for block, required in blocks.items() if required and block not in filled)
            if lacking and name != page:
                block = lacking[0]
                raise TemplateError(
                    f"{page}: it has no block `{block}`, so its page would be empty",
                    hint=f"put what it shows into {{% block {block} %}}, or {self._where()}",
                )
            filled.update(blocks)

    def _frames(self, page: str) -> Iterator[tuple[str, dict[str, bool]]]:
        """A page and what it extends, one after the other: each name, its blocks, and which are required."""
        from jinja2 import nodes  # noqa: PLC0415  (as in _tell)

        seen: list[str] = []
        name: object = page
        while isinstance(name, str):
            if name in seen:
                raise TemplateError(
                    f"{page}: it extends itself", hint=f"extend site/base.html, or {self._where()}"
                )
            seen.append(name)
            tree = self.environment.parse(Path(str(self._template(name).filename)).read_text("utf-8"))
            yield name, {block.name: block.required for block in tree.find_all(nodes.Block)}
            frame = tree.find(nodes.Extends)
            name = frame.template.value if frame and isinstance(frame.template, nodes.Const) else None

    def _template(self, name: str) -> Template:
        """A template, compiled."""
        try:
            return self.environment.get_template(name)
        except Exception as error:
            self._tell(error, name)
            raise

    def _tell(self, error: Exception, template: str) -> None:
        """Raise TemplateError where the template has a slip in it."""
        import jinja2  # noqa: PLC0415  (40 ms that a run with nothing to do need not pay)

        if isinstance(error, jinja2.TemplateNotFound):
            missing = f"there is no template {error.name}"
            place, line = self._place(error, "")
            if place:
                raise self._failed(place, line, missing) from error
            raise TemplateError(missing, hint=self._where()) from error
        if isinstance(error, jinja2.TemplateSyntaxError):
            raise self._failed(error.filename or template, error.lineno, error) from error
        if isinstance(error, (jinja2.TemplateError, *SLIPS)):
            raise self._failed(*self._place(error, template), error) from error

    def _place(self, error: BaseException, template: str) -> tuple[str, int | None]:
        """The innermost template line that the error went through."""
        homes = tuple(str(folder) for folder in self.folders)
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(homes)]
        frames = [f for f in frames if not f.filename.endswith(".py")]
        return (frames[-1].filename, frames[-1].lineno) if frames else (template, None)

    def _failed(self, name: str, line: int | None, what: object) -> TemplateError:
        place = name if line is None else f"{name}:{line}"
        return TemplateError(f"{place}: {what}", hint=f"mend that line, or {self._where()}")

    def _where(self) -> str:
        shipped = f"the shipped templates are in {self.folders[-1]}"
        own = self.folders[0]
        return shipped if len(self.folders) == 1 else f"remove the file from {own}: {shipped}"


def load(site: Site, user_templates: Path | None, words: Words | None = None) -> JinjaPress:
    """A press for this site, in its language or in words that are given. Raises TemplateError where the
    user's folder does not exist.
    """
    if user_templates is not None and not user_templates.is_dir():
        raise TemplateError(
            f"{user_templates}: there is no such folder of templates",
            hint="create it, or take `templates:` out of config.yaml",
        )
    folders = template_folders(user_templates)
    words = words or languages.words(site.language)
    return JinjaPress(site=site, words=words, folders=folders, environment=_environment(folders, site, words))


def _is_template(name: str) -> bool:
    return name.endswith((".html", ".txt", ".xml", ".css", ".js", ".opml"))


def _environment(folders: tuple[Path, ...], site: Site, words: Words) -> Environment:
    import jinja2  # noqa: PLC0415  (as above)

    from newsletter.trans import Speaking, Trans  # noqa: PLC0415  (needs jinja2)

    environment = Speaking(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=jinja2.select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        auto_reload=False,
    )
    environment.filters.update(_filters(site, words))
    environment.globals.update(_globals(words))
    environment.extend(words=words)
    environment.add_extension(Trans)
    return environment


def _globals(words: Words) -> dict[str, object]:
    """What every template can use. `foreign` marks what a paper's authors wrote, in a tag, where that is most
    likely not in the site's language: no dump says which it is. `ours` marks our words inside such a tag.
    """
    from markupsafe import Markup  # noqa: PLC0415  (comes with jinja2)

    native = words.english
    return {
        "say": words.say,
        "counted": words.counted,
        "weekdays": words.weekdays,
        "direction": words.direction,
        "foreign": "" if native else Markup(' lang=""'),
        "ours": "" if native else Markup(' lang="{}"').format(words.language),
    }


def _filters(site: Site, words: Words) -> dict[str, Callable[..., object]]:
    return {
        "marked": marked,
        "paragraphs": paragraphs,
        "note": _safe(note_html),
        "day": words.day,
        "month": words.month,
        "days": words.days,
        "week": words.week,
        "iso": iso,
        "rfc822": format_datetime,
        "absolute": lambda path: f"{site.url}/{path.removesuffix('index.html')}" if site.url else path,
        "why": lambda match: why(match, words),
        "told": lambda text: retold(text, words),
        "sources": sources,
        "source": source,
        "shorten": shorten,
        "plural": lambda count, one, many="": plural(count, one, many, words),
        "hard_wrap": hard_wrap,
        "thin": words.number,
        "score": words.number,
    }


def _safe(function: Callable[..., str]) -> Callable[..., str]:
    """The function's result as markup that is not escaped again."""
    from markupsafe import Markup  # noqa: PLC0415  (comes with jinja2)

    return lambda *values: Markup(function(*values))  # noqa: S704  (nh3 has cleaned it)


def iso(when: date | datetime) -> str:
    """2026-08-07, or 2026-08-07T07:30:00Z for a moment in UTC."""
    return when.isoformat().replace("+00:00", "Z")


def plural(count: int, one: str, many: str, words: Words) -> str:
    """“1 paper”, “1,204 papers”: for templates of a user's own, in whichever language those are."""
    return f"{words.number(count)} {one if count == 1 else many or one + 's'}"


def marked(
    text: str, reasons: Iterable[Reason] = (), *, link: bool = True, style: str = "", raw: str = ""
) -> str:
    """The text with its addresses linked and what the rules found in it marked.

    `style` is written into each mark: in mail, where no style sheet can be relied on. With the `raw` text
    the formulas in it are MathML.
    """
    from markupsafe import Markup  # noqa: PLC0415  (comes with jinja2)

    found = tuple(reason.found for reason in reasons if reason.found)
    if not raw:
        return Markup("".join(_pieces(text, found, link=link, style=style)))  # noqa: S704  (each is escaped)
    return Markup("").join(
        Markup(formula)  # noqa: S704  (mathml() writes a few elements and escapes all else)
        if (formula := mathml(tex, words) if tex else "")
        else Markup("".join(_pieces(words, found, link=link, style=style)))  # noqa: S704  (each is escaped)
        for words, tex in pieces(raw, text)
    )


def paragraphs(text: str) -> list[str]:
    """The text's paragraphs: an empty line parts two of them."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


@lru_cache(maxsize=4096)  # an abstract stands on its page, in its day's and its profile's list, and in feeds
def _segments(text: str, found: tuple[str, ...], link: bool) -> tuple[Segment, ...]:  # noqa: FBT001
    return segments(text, found, link=link)


def _pieces(text: str, found: tuple[str, ...], *, link: bool, style: str) -> Iterator[str]:
    from markupsafe import escape  # noqa: PLC0415  (comes with jinja2)

    mark = f'<mark style="{escape(style)}">' if style else "<mark>"
    for segment in _segments(text, found, link):
        escaped = str(escape(segment.text))
        if segment.kind == "mark":
            yield f"{mark}{escaped}</mark>"
        elif segment.kind == "link":
            yield f'<a href="{escape(segment.url)}" rel="noopener">{escaped}</a>'
        else:
            yield escaped
