"""The frame of the site's pages: what all of them share, from the head to the foot. A template's name, a page
and its values in, bytes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from newsletter.feed import address
from newsletter.ports import Press
from newsletter.publication import Artifact, ProfileCard, Summary
from newsletter.words import phrase

SITEMAP_URLS = 40_000
NAVIGATION = (
    ("index.html", phrase("Latest"), "h"),
    ("profiles/index.html", phrase("Profiles"), "p"),
    ("trending.html", phrase("Trending"), "t"),
    ("archive.html", phrase("Archive"), "a"),
    ("feeds.html", phrase("Feeds"), "f"),
    ("about.html", phrase("About"), ""),
)
"""Path, name and the key that leads there after g."""
SEARCH = "search.html"
ASSETS = ("style.css", "theme.js", "reader.js", "saved.js")


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as search engines and feed readers meet it."""

    path: str
    title: str
    description: str
    profile: ProfileCard | None = None
    kind: str = "website"
    hidden: bool = False

    @property
    def up(self) -> str:
        """The way from it to the site's root."""
        return "../" * self.path.count("/")


class Frame:
    """Fills in the templates of one site."""

    def __init__(self, press: Press) -> None:
        self.press = press
        self.site = press.site
        self._navigation = cache(self._rendered_navigation)
        self._feeds = cache(self._rendered_feeds)
        self._find = cache(self._rendered_find)
        self._tools = cache(self._rendered_tools)

    def page(self, template: str, page: Shown, **values: object) -> bytes:
        """The page by its template, in the frame."""
        values = {"up": page.up, **values}
        text = self.press.render(
            f"site/{template}",
            page=page,
            canonical="" if page.hidden else address(self.site, page.path),
            navigation=self._navigation(values["up"], page.path if _in_navigation(page.path) else ""),
            feeds_here=self._feeds(values["up"], page.profile),
            find="" if page.hidden else self._find(values["up"], page.path == SEARCH),
            tools="" if page.hidden else self._tools(),
            **values,
        )
        return text.encode("utf-8", "replace")

    def _rendered_navigation(self, up: object, current: str) -> str:
        return self.press.render("partials/nav.html", up=up, current=current, places=NAVIGATION)

    def _rendered_feeds(self, up: object, profile: ProfileCard | None) -> str:
        """The page's own feed first, then the one of everything."""
        own = [(f"profiles/{profile.address}", profile.title)] if profile else []
        return self.press.render("partials/feeds.html", up=up, feeds=[*own, ("feeds", self.site.title)])

    def _rendered_find(self, up: object, there: bool) -> str:  # noqa: FBT001 - by its place, for the cache
        return self.press.render("partials/find.html", up=up, there=there)

    def _rendered_tools(self) -> str:
        return self.press.render("partials/tools.html")

    def redirect(self, path: str, target: str, there: str) -> Artifact:
        """A page that leads on: `target` as seen from it, `there` as seen from the root."""
        canonical = address(self.site, there)
        text = self.press.render("site/redirect.html", path=path, target=target, canonical=canonical)
        return Artifact(path=path, content=text.encode())

    def furniture(self) -> Iterator[Artifact | Summary]:
        """The style, the icon, 404.html, robots.txt and, where the site has an address, sitemap.xml."""
        for name in ASSETS:
            yield self.asset(f"assets/{name}")
        yield self.asset("assets/favicon.svg", "favicon.svg")
        url = self.site.url
        # It is shown at any depth, where relative links lead nowhere.
        say = self.press.words.say
        page = Shown("404.html", say("Page not found"), say("There is no such page here."), hidden=True)
        yield Artifact(path=page.path, content=self.page("404.html", page, up=f"{url}/" if url else ""))
        robots = self.press.render("site/robots.txt", sitemap=bool(url))
        yield Artifact(path="robots.txt", content=robots.encode())
        if url:
            yield Summary(make=self._sitemaps)

    def asset(self, name: str, path: str = "") -> Artifact:
        """A style, script or icon: at its own name, or at another path."""
        return Artifact(path=path or name, content=self.press.render(name).encode())

    def _sitemaps(self, changed: Mapping[str, date | None]) -> Iterator[Artifact]:
        """sitemap.xml; with more pages than one may hold, an index of several."""
        urls = [(address(self.site, path), when) for path, when in sorted(changed.items())]
        parts = [urls[start : start + SITEMAP_URLS] for start in range(0, len(urls), SITEMAP_URLS)]
        names = [f"sitemap-{n}.xml" for n in range(1, len(parts) + 1)] if len(parts) > 1 else ["sitemap.xml"]
        for name, part in zip(names, parts, strict=True):
            yield Artifact(path=name, content=self.press.render("site/sitemap.xml", urls=part).encode())
        if len(parts) > 1:
            index = self.press.render("site/sitemap-index.xml", names=names)
            yield Artifact(path="sitemap.xml", content=index.encode())


def _in_navigation(path: str) -> bool:
    return any(path == place for place, *_ in NAVIGATION)
