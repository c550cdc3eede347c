"""What went wrong in a run, by kinds: which of it an operator has not heard of, and what is mended.

A kind is the words of a failure without what changes from night to night, such as dates and counts. Of each
the operator hears once, and again when it comes back after it was mended. Values in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from newsletter.discreet import without_addresses
from newsletter.errors import (
    ConfigError,
    NewsletterError,
    PublishError,
    RelayRefused,
    SecretMissing,
    StateError,
    TemplateError,
)
from newsletter.model import Problem

DUMP, INBOX, SOURCE, OUTPUT, MAIL, RUN = "dump", "inbox", "source", "output", "mail", "run"
"""What failures are about. Each is mended by something else: see `mended`."""
_CHANGING = re.compile(r"\d[\d,.]*")
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Something that somebody should look at: what and where, what to do now, the command that tells more.

    `about` is what it concerns; of a dump `family` is its name without what changes, of a source its name and
    the kind of trouble.
    """

    about: str
    what: str
    hint: str = ""
    look: str = "newsletter status"
    family: str = ""

    @property
    def kind(self) -> str:
        """The same for the same trouble of another night. The first line decides: what a program said in
        the others is hardly ever the same twice. Of a source the kind of trouble does.
        """
        if self.about == SOURCE:
            return f"{self.about} {self.family}"
        return f"{self.about} {self.family}: {alike(self.what.partition(chr(10))[0])}"


def alike(text: str) -> str:
    """A text without what changes from night to night."""
    return _CHANGING.sub("#", text)[:_LONGEST]


def of_dump(problem: Problem) -> Failure:
    """A dump that was set aside."""
    return _of_problem(problem, DUMP)


def of_inbox(problem: Problem) -> Failure:
    """A file that is no dump as it is, or a folder that is not there."""
    return _of_problem(problem, INBOX)


def _of_problem(problem: Problem, about: str) -> Failure:
    family = without_addresses(alike(problem.dump))
    return Failure(about=about, what=without_addresses(str(problem)), hint=problem.hint, family=family)


def of_source(name: str, kind: str, what: str, hint: str) -> Failure:
    """A trouble with a source that does not pass by itself."""
    told = without_addresses(f"{name}: {what}")
    return Failure(about=SOURCE, what=told, hint=without_addresses(hint), family=f"{name} {kind}")


def of_output(error: NewsletterError) -> Failure:
    """The site, or a private feed, could not be brought up to date."""
    return _of_error(error, OUTPUT)


def of_mail(error: NewsletterError) -> Failure:
    """What keeps mail from leaving."""
    return _of_error(error, MAIL)


def of_deliveries(failed: int, uncertain: int) -> Iterator[Failure]:
    """Mails that did not arrive, or may not have."""
    if failed:
        hint = "their papers come with the next digest; newsletter subscribers names who gets no more mail"
        yield Failure(about=MAIL, what=f"{failed} mails could not be delivered", hint=hint)
    if uncertain:
        hint = "newsletter deliver --resend-uncertain sends them again, byte for byte"
        yield Failure(about=MAIL, what=f"of {uncertain} mails nobody knows whether they arrived", hint=hint)


def of_break(error: BaseException) -> Failure:
    """What ended a run before its end."""
    if isinstance(error, NewsletterError):
        return _of_error(error, RUN)
    what = without_addresses(f"a fault in newsletter itself: {type(error).__name__}: {error}")
    hint = "what is recorded is safe; run it with NEWSLETTER_DEBUG=1 for the details to report"
    return Failure(about=RUN, what=what, hint=hint)


def _of_error(error: NewsletterError, about: str) -> Failure:
    check = isinstance(error, ConfigError | TemplateError)
    doctor = isinstance(error, StateError | PublishError | RelayRefused | SecretMissing)
    look = "newsletter check" if check else "newsletter doctor" if doctor else "newsletter status"
    return Failure(
        about=about, what=without_addresses(error.what), hint=without_addresses(error.hint), look=look
    )


def mended(
    known: Iterable[Failure],
    found: Collection[str],
    *,
    read: Collection[str],
    standing: Collection[str],
    sent: bool,
    published: bool,
    troubled: Collection[str],
) -> Iterator[Failure]:
    """The known failures that a run shows to be mended; `found` are the kinds that it met itself.

    A dump: one with such a name was `read` whole. A file that is none: it is not among the kinds of what is
    `standing`. Mail: some was `sent`. The site: it was `published`, or was up to date, in a run that would
    have met that again. A source: it is not among those that are `troubled`, by name.
    """
    for failure in known:
        still = {
            DUMP: failure.family not in read,
            INBOX: failure.kind in standing,
            MAIL: not sent,
            OUTPUT: not published,
            SOURCE: failure.family.partition(" ")[0] in troubled,
        }
        if failure.kind not in found and not still.get(failure.about, False):
            yield failure
