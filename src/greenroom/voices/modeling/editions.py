"""The editions of voice modeling: how much material each takes, and how many sentences are read for it.

The service overview names Basic, Advanced and Premium; the wire calls them BASIC, MIDDLE and ADVANCE. The
durations are Greenroom's own; `GREENROOM_VOICE_DURATIONS` changes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from greenroom.billing.products import Item


class JobType(StrEnum):
    BASIC = "BASIC"
    MIDDLE = "MIDDLE"
    ADVANCE = "ADVANCE"
    THIRD_PARTY = "THIRD_PARTY"
    THIRD_PARTY_LJZN = "THIRD_PARTY_LJZN"
    FLEXUS = "FLEXUS"


@dataclass(slots=True, frozen=True)
class Edition:
    wire_name: str
    """In `show_tenant_duration_cfg`."""
    least_s: int
    most_s: int
    advised_s: int
    segments: int
    """Sentences of an online recording."""
    item: Item
    """What is charged."""


EDITIONS: Mapping[JobType, Edition] = {
    JobType.BASIC: Edition("basic", 45, 1_800, 90, 20, Item.VOICE_BASIC),
    JobType.MIDDLE: Edition("middle", 150, 3_600, 300, 50, Item.VOICE_MIDDLE),
    JobType.ADVANCE: Edition("advance", 300, 7_200, 600, 100, Item.VOICE_ADVANCE),
    JobType.THIRD_PARTY: Edition("cmww", 300, 7_200, 600, 100, Item.VOICE_ADVANCE),
    JobType.THIRD_PARTY_LJZN: Edition("ljzn", 300, 7_200, 600, 100, Item.VOICE_ADVANCE),
    JobType.FLEXUS: Edition("flexus", 10, 600, 30, 10, Item.VOICE_FLEXUS),
}
ASSESSMENT_S = (3, 60)
"""Least and most of a recording that is only assessed: `short_assess_min` and `_max`."""


def durations(changes: Mapping[str, int]) -> dict[str, int]:
    """The members of `show_tenant_duration_cfg`, in seconds, with the operator's changes."""
    found = {"short_assess_min": ASSESSMENT_S[0], "short_assess_max": ASSESSMENT_S[1]}
    for edition in EDITIONS.values():
        found |= {
            f"{edition.wire_name}_min": edition.least_s,
            f"{edition.wire_name}_max": edition.most_s,
            f"{edition.wire_name}_advice_value": edition.advised_s,
        }
    return {**found, **changes}


DURATION_NAMES = frozenset(durations({}))


def least_and_most_s(job_type: JobType, changes: Mapping[str, int]) -> tuple[int, int]:
    """How much material a job of this edition takes."""
    name, found = EDITIONS[job_type].wire_name, durations(changes)
    return found[f"{name}_min"], found[f"{name}_max"]
