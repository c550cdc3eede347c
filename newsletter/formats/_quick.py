"""Listed papers and links made quickly, for the formats whose dumps have millions of them.

Stage parse: the fields go in, an immutable value like any other comes out. A frozen dataclass sets each field
through object.__setattr__, which for the 22 fields of a listed paper takes longer than to parse its record.
Here a draft, which is the same but not frozen, is filled and then made a listed paper: that takes an eighth.
What the fields mean is not here; where a dump is small, the dataclass itself is the better choice.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from newsletter.model import Link, ListedPaper


class ListedDraft(ListedPaper):
    """A listed paper to be filled: set every field, then make ListedPaper its `__class__`."""

    __slots__ = ()
    __init__ = object.__init__  # it takes no field
    __setattr__ = object.__setattr__  # it is not frozen
    __delattr__ = object.__delattr__  # together with the above, or it is slow


class _LinkDraft(Link):
    __slots__ = ()
    __init__ = object.__init__  # it takes no field
    __setattr__ = object.__setattr__  # it is not frozen
    __delattr__ = object.__delattr__  # together with the above, or it is slow


def link(rel: str, url: str) -> Link:
    draft: Any = _LinkDraft()
    draft.rel = rel
    draft.url = url
    draft.__class__ = Link
    return draft  # type: ignore[no-any-return] # it has just become one


def listed(
    *,
    title: str,
    abstract: str = "",
    line: int | None = None,
    index: int | None = None,
    authors: tuple[str, ...] = (),
    affiliations: tuple[str, ...] = (),
    ids: tuple[str, ...] = (),
    links: tuple[Link, ...] = (),
    categories: tuple[str, ...] = (),
    keywords: tuple[str, ...] = (),
    venue: str = "",
    comment: str = "",
    licence: str = "",
    kind: str = "new",
    version: int | None = None,
    published: date | None = None,
    updated: date | None = None,
    listed: date | None = None,
    votes: int | None = None,
    stars: int | None = None,
    organisation: str = "",
    submitter: str = "",
) -> ListedPaper:
    """What ListedPaper(…) gives, with the same fields and defaults."""
    draft: Any = ListedDraft()
    draft.title = title
    draft.abstract = abstract
    draft.line = line
    draft.index = index
    draft.authors = authors
    draft.affiliations = affiliations
    draft.ids = ids
    draft.links = links
    draft.categories = categories
    draft.keywords = keywords
    draft.venue = venue
    draft.comment = comment
    draft.licence = licence
    draft.kind = kind
    draft.version = version
    draft.published = published
    draft.updated = updated
    draft.listed = listed
    draft.votes = votes
    draft.stars = stars
    draft.organisation = organisation
    draft.submitter = submitter
    draft.__class__ = ListedPaper
    return draft  # type: ignore[no-any-return] # it has just become one
