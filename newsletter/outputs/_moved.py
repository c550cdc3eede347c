"""Old addresses of papers and profiles: archive in, pages out that lead on to the present ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from functools import partial

from newsletter.almanac import Almanac, of_profile
from newsletter.listing import paged
from newsletter.outputs._frame import Frame
from newsletter.publication import Archive, Artifact, Draft, Edition, ProfileCard, stamp

Parts = Callable[[ProfileCard, Sequence[Edition]], Sized]
"""The pages that a profile's month takes."""


def redirects(archive: Archive, frame: Frame, almanac: Almanac, parts: Parts) -> Iterator[Artifact | Draft]:
    """Each old address of a paper, of a profile and of a profile's month."""
    for old, new in archive.redirects:
        yield frame.redirect(f"papers/{old}.html", f"{new}.html", f"papers/{new}.html")
    for card in archive.profiles:
        for former in card.former:
            yield _moved(frame, card, former, "index.html")
            yield from _months(frame, almanac, card, former, parts)


def _months(frame: Frame, almanac: Almanac, card: ProfileCard, former: str, parts: Parts) -> Iterator[Draft]:
    for span in almanac.months:
        if editions := of_profile(span.editions, card):
            made_of = stamp(("moved", card.address, almanac.stamp(editions, profile=card.slug)))
            make = partial(_month, frame, card, former, span.name, partial(parts, card, editions))
            yield Draft(path=f"profiles/{former}/{span.name}.html", made_of=made_of, make=make)


def _month(
    frame: Frame, card: ProfileCard, former: str, name: str, parts: Callable[[], Sized]
) -> Iterator[Artifact]:
    """All the pages that the month goes on in."""
    for number in range(1, len(parts()) + 1):
        yield _moved(frame, card, former, paged(f"{name}.html", number))


def _moved(frame: Frame, card: ProfileCard, former: str, name: str) -> Artifact:
    there = f"{card.address}/{name}"
    return frame.redirect(f"profiles/{former}/{name}", f"../{there}", f"profiles/{there}")
