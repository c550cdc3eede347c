"""The doctor: an installation in, a remark on each thing that can keep it from running out. A new check is a
function that takes a Patient and gives Remarks, and a line in CHECKS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from newsletter.doctor.fetching import sources
from newsletter.doctor.machine import clock, database, disk, folders, journal, zones
from newsletter.doctor.records import dns
from newsletter.doctor.relay import relays
from newsletter.doctor.remark import Check, Patient, Remark, told
from newsletter.doctor.site import base_url, extras, publishing, templates

CHECKS: tuple[tuple[str, Check], ...] = (
    ("database", database),
    ("journal", journal),
    ("folders", folders),
    ("disk", disk),
    ("clock", clock),
    ("zones", zones),
    ("sources", sources),
    ("templates", templates),
    ("feeds", base_url),
    ("publish", publishing),
    ("relay", relays),
    ("dns", dns),
    ("extras", extras),
)
"""In the order in which they are told: what nothing works without comes first."""


def examine(patient: Patient, checks: Iterable[tuple[str, Check]] = CHECKS) -> Iterator[Remark]:
    """Every remark, as soon as it is known. A check that fails does not keep the others from looking."""
    for name, check in checks:
        yield from told(name, check)(patient)
