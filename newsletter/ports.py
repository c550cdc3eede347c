"""The doors to the world, as small Protocols: what the stages may ask of a press and a mailer, and whom they
tell how far they are.

Time is no door but a value: the moment comes in as `now`. The store stands in store/__init__.py.
"""

from __future__ import annotations

from typing import Protocol

from newsletter.settings import Site
from newsletter.words import Words


class Press(Protocol):
    """Turns a template and values into text."""

    @property
    def site(self) -> Site:
        """The site's title, address, language."""

    @property
    def words(self) -> Words:
        """What it says, in the site's language."""

    def __hash__(self) -> int:
        """What was rendered by the same press need not be rendered again."""

    def render(self, template: str, **values: object) -> str:
        """The template, filled in. Raises TemplateError with the template's name and line."""

    def shipped(self, template: str) -> bool:
        """Whether a template is ours, and not the user's own."""


class Mailer(Protocol):
    """Takes a finished message to where it goes."""

    def send(self, recipient: str, name: str, message: bytes) -> None:
        """Hand over one message; `name` is a file-safe name for it. Raises NewsletterError."""


class Progress(Protocol):
    """Is told how far a run is."""

    def expect(self, size: int) -> None:
        """So many bytes of dumps are about to be read."""

    def read(self, size: int) -> None:
        """So many of them more have been read."""

    def papers(self, count: int) -> None:
        """So many listed papers more have been found."""

    def stage(self, name: str, total: int = 0) -> None:
        """Dumps are done; a stage begins (matching, comparing, publishing, sending) of so many steps, if that
        is known.
        """

    def step(self, count: int = 1) -> None:
        """So many steps more of the stage are done: papers, pages, mails."""


class Silent:
    """A progress that nobody watches."""

    def expect(self, size: int) -> None: ...
    def read(self, size: int) -> None: ...
    def papers(self, count: int) -> None: ...
    def stage(self, name: str, total: int = 0) -> None: ...
    def step(self, count: int = 1) -> None: ...


SILENT = Silent()
