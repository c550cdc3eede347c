"""What can go wrong, as a tree. No printing: cli.py turns these into messages and exit codes.

    NewsletterError            the root; carries a hint: what to do now          exit 1
    ├── ConfigError            config.yaml says something it may not              exit 4
    ├── StateError             the state cannot be read or written                exit 3
    │   └── StateTooNew        a newer version of this program made the state     exit 3
    ├── TemplateError          a template is missing or fails: name and line      exit 4 (in a run 1)
    ├── PublishError           out/ cannot be written                             exit 1
    ├── CommandFailed          the command of publish.after failed or hung        exit 1 (once)
    ├── RelayRefused           the relay wants encryption, a login, another name  exit 4
    ├── SecretMissing          a secret is not where config.yaml says             exit 4
    │   └── SigningKey         the key for DKIM cannot be used                    exit 4
    ├── NoModel                the sentence model cannot be used; ranking goes on  (a hint in the report)
    ├── AnotherRun             another run holds the lock; nothing is wrong       exit 0
    ├── AnotherScheduler       another scheduler looks after the same state       exit 1
    ├── NotFound               no such paper, profile, subscriber or file         exit 2
    └── DumpError              one dump cannot be used: a fact about that file    (a value in the report)
        ├── UnknownFormat      no dump format recognises it
        ├── UnreadableDump     it cannot be opened, decoded, or is empty
        └── DumpTooLarge       it is over a limit of config.yaml

A DumpError never leaves the stage that met it: it becomes a Problem of that dump and the rest goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.model import Mistake


class NewsletterError(Exception):
    """Something the person who runs this has to know; `hint` says what to do now."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class ConfigError(NewsletterError):
    """Every mistake of a configuration at once, in the order of the file."""

    exit_code = 4

    def __init__(self, mistakes: Sequence[Mistake], *, hint: str = "") -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes), hint=hint)
        self.mistakes = tuple(mistakes)


class StateError(NewsletterError):
    """The database cannot be opened, read or written."""

    exit_code = 3


class StateTooNew(StateError):
    """A newer version of this program has written the state."""


class TemplateError(NewsletterError):
    """A template is missing or fails; the message names it and the line."""

    exit_code = 4


class PublishError(NewsletterError):
    """A file of out/ cannot be written."""


class CommandFailed(NewsletterError):
    """The command that publishes out/site failed; `kind` is how, in words that stay the same each time."""

    def __init__(self, kind: str, *, said: str = "", hint: str = "") -> None:
        super().__init__(f"{kind}:\n{said}" if said else kind, hint=hint)
        self.kind = kind
        self.said = said


class RelayRefused(NewsletterError):
    """The relay will not have us: TLS, AUTH or the sender. No subscriber's fault."""

    exit_code = 4


class SecretMissing(NewsletterError):
    """The environment variable or file that config.yaml names is not there."""

    exit_code = 4


class SigningKey(SecretMissing):
    """The key that config.yaml names for DKIM is there and cannot be used."""


class NoModel(NewsletterError):
    """The sentence model that was asked for is missing or cannot be used."""

    @property
    def told(self) -> str:
        """What is wrong and what to do, in a line."""
        return f"{self.what}; {self.hint}" if self.hint else self.what


class AnotherRun(NewsletterError):
    """Another run is active on the same state."""

    exit_code = 0


class AnotherScheduler(NewsletterError):
    """Another scheduler is active on the same state: one of the two is there by mistake."""


class NotFound(NewsletterError):
    """A paper, profile, subscriber or file that was asked for does not exist."""

    exit_code = 2


class DumpError(NewsletterError):
    """One dump cannot be used."""


class UnknownFormat(DumpError):
    """No dump format recognises the file."""


class UnreadableDump(DumpError):
    """The file cannot be opened or decoded, or holds nothing."""


class DumpTooLarge(DumpError):
    """The file is over a limit."""
