"""The figures of one part of a video, and of several parts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from greenroom.stage.quality.lips import LEAST_CONFIDENCE, Lips, lips_of


@dataclass(slots=True, frozen=True)
class Mean:
    """A mean that knows of how many pictures it is."""

    value: float
    count: int


@dataclass(slots=True, frozen=True)
class PartFigures:
    """What was measured. None: it does not apply, or too little was seen of it."""

    frame_count: int
    """Pictures of the part."""
    looked_at: int = 0
    """Pictures that were measured."""
    faces: int = 0
    """Those with a face in them."""
    agreement: tuple[float, ...] | None = None
    """`lips.agreement`"""
    spoken: int = 0
    """Pictures with a face in which something is said."""
    closed: Mean | None = None
    """Share of the pictures within pauses in which the lips are closed."""
    border: Mean | None = None
    """Colour error where painted skin meets filmed skin, 0..255."""
    shape: Mean | None = None
    """How far the face above the mouth differs from the base picture, percent of the face's height."""
    colour: Mean | None = None
    """And in colour, 0..255."""

    def lips(self, sound_starts_ms: int = 0) -> Lips | None:
        """None also where lips and sound agree nowhere."""
        found = lips_of(self.agreement, sound_starts_ms) if self.agreement is not None else None
        return found if found is not None and found.confidence >= LEAST_CONFIDENCE else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PartFigures:
        """From what `to_json` gave."""
        means = {name: Mean(**data[name]) if data.get(name) else None for name in _MEANS}
        curve = data.get("agreement")
        return cls(**{**data, **means, "agreement": tuple(curve) if curve is not None else None})


_MEANS = ("closed", "border", "shape", "colour")


def mean_of(values: Sequence[float]) -> Mean | None:
    """None of nothing."""
    return Mean(round(float(np.mean(values)), 4), len(values)) if values else None


def together(parts: Sequence[PartFigures]) -> PartFigures:
    """The figures of all parts as if they were one: means by the number of pictures behind each."""
    return PartFigures(
        frame_count=sum(part.frame_count for part in parts),
        looked_at=sum(part.looked_at for part in parts),
        faces=sum(part.faces for part in parts),
        agreement=_joined_agreement([part for part in parts if part.agreement is not None]),
        spoken=sum(part.spoken for part in parts),
        closed=_joined([part.closed for part in parts]),
        border=_joined([part.border for part in parts]),
        shape=_joined([part.shape for part in parts]),
        colour=_joined([part.colour for part in parts]),
    )


def _joined(means: Sequence[Mean | None]) -> Mean | None:
    known = [mean for mean in means if mean is not None]
    count = sum(mean.count for mean in known)
    if not count:
        return None
    return Mean(round(sum(mean.value * mean.count for mean in known) / count, 4), count)


def _joined_agreement(parts: Sequence[PartFigures]) -> tuple[float, ...] | None:
    if not parts:
        return None
    curves = np.array([part.agreement for part in parts])
    mean = np.average(curves, axis=0, weights=[part.spoken for part in parts])
    return tuple(round(float(value), 4) for value in mean)
