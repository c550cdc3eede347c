"""Files of the site that rarely change: what an output yields beside plain artifacts, so that last year's
feeds and exports are not made anew in each run. Stamps in, the artifacts that are wanted out; no file is
looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from newsletter.model import Artifact, Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Artifacts that are made of the same things, of which `stamp` is a fingerprint: where that is as it was
    at the last publication, the files at `paths` are right and nobody calls `make`.

    The fingerprint is of what the state holds; templates, config and program are stamped once for all.
    """

    name: str
    stamp: str
    paths: tuple[str, ...]
    make: Callable[[], Iterator[Artifact]]


def fingerprint(texts: Iterable[str]) -> str:
    """A short name for texts in their order, the same in every run."""
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()


def paper_stamp(paper: Paper) -> str:
    """A fingerprint of what feeds and exports say of a paper itself."""
    links = (f"{link.rel} {link.url}" for link in paper.links)
    texts = (paper.slug, paper.title, paper.abstract, paper.venue, str(paper.published), str(paper.revised))
    several = (paper.authors, paper.ids, links, paper.categories, paper.keywords)
    return fingerprint((*texts, *(text for each in several for text in ("", *each))))


def unbundled(
    made: Iterable[Artifact | Bundle],
    stamps: dict[str, str],
    *,
    known: Mapping[str, str] | None = None,
    there: Callable[[str], bool] = lambda _: True,
) -> Iterator[Artifact]:
    """All artifacts but those of bundles whose stamp is the known one and whose files are there.

    Every bundle's stamp is noted in `stamps`, to be the known ones next time.
    """
    known = known or {}
    for each in made:
        if isinstance(each, Artifact):
            yield each
            continue
        stamps[each.name] = each.stamp
        if known.get(each.name) != each.stamp or not all(map(there, each.paths)):
            yield from each.make()


def written_stamps(stamps: Mapping[str, str], besides: str) -> str:
    """The stamps as a mark for the state; `besides` is a stamp of whatever else all bundles are made of."""
    return json.dumps([besides, stamps], separators=(",", ":"))


def read_stamps(mark: str | None, besides: str) -> Mapping[str, str]:
    """The stamps of a mark, or none where what they hold for has changed besides."""
    of, stamps = json.loads(mark) if mark else ("", {})
    return stamps if of == besides else {}
