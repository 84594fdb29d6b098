"""Blinking: the upper lid comes down over the eye, its skin unrolled from under the brow.

Column by column of the photo: between the brow and the lid's margin the skin is stretched, the lashes move as
they are, and what lies below the lid stays where it is until the lid covers it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.geometry import LEFT_EYE, RIGHT_EYE
from greenroom.engines.photo.portrait import Portrait
from greenroom.engines.protocols import Image

Floats = npt.NDArray[np.float32]

STATES = 8
"""Lids are drawn in so many steps; between two of them nobody sees a difference at 25 frames a second."""
_BROWS = ((46, 53, 52, 65, 55), (285, 295, 282, 283, 276))
"""Lower edges of both brows, from left to right."""
_MARGIN, _CLOSED = 0.14, 0.96
"""Where the open lid's margin is between the upper and the lower row of landmarks, and where the closed one
lies: lashes hide the first part of the opening."""
_LASHES = 0.45
"""Height of what moves with the margin as it is, in openings of the eye."""


@dataclass(slots=True, frozen=True)
class _Lid:
    """One eye's columns, [columns] each, in pixels of the photo."""

    left: int
    top: int
    bottom: int
    fixed: Floats
    """Down to here nothing moves."""
    margin: Floats
    """The open lid's edge."""
    travel: Floats
    """How far that moves to close the eye; 0 beyond the corners."""
    lashes: Floats


class Eyelids:
    """Draws the lids of one portrait."""

    def __init__(self, portrait: Portrait) -> None:
        self._photo = portrait.picture
        rings = (LEFT_EYE, RIGHT_EYE)
        lids = [_lid(portrait, ring, brow) for ring, brow in zip(rings, _BROWS, strict=True)]
        self._states = [
            [self._drawn(lid, state / STATES) for lid in lids] if state else [] for state in range(STATES + 1)
        ]

    def photo(self, blink: float) -> Image:
        """The photo with the lids closed by `blink`, 0 to 1; the caller must not change it."""
        patches = self._states[round(blink * STATES)]
        if not patches:
            return self._photo
        picture = self._photo.copy()
        for top, left, patch in patches:
            picture[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
        return picture

    def _drawn(self, lid: _Lid, share: float) -> tuple[int, int, Image]:
        rows = np.arange(lid.top, lid.bottom, dtype=np.float32)[:, None]
        columns = np.arange(lid.left, lid.left + len(lid.margin), dtype=np.float32)[None]
        moved = share * lid.travel
        edge = lid.margin + moved
        hem = lid.margin - lid.lashes
        stretched = lid.fixed + (rows - lid.fixed) * (hem - lid.fixed) / np.maximum(
            hem + moved - lid.fixed, 1e-3
        )
        source = np.where(rows < lid.fixed, rows, np.where(rows < hem + moved, stretched, rows - moved))
        covered = cv2.remap(
            self._photo,
            np.broadcast_to(columns, source.shape).astype(np.float32),
            source.astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        share_of_lid = np.clip(edge - rows + 0.5, 0.0, 1.0)[..., None]
        under = self._photo[lid.top : lid.bottom, lid.left : lid.left + len(lid.margin)]
        mixed = covered * share_of_lid + under * (1 - share_of_lid)
        return lid.top, lid.left, np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def _lid(portrait: Portrait, ring: tuple[int, ...], brow: tuple[int, ...]) -> _Lid:
    """`ring`: the upper row of landmarks from corner to corner, then the lower one back."""
    points = portrait.points(*ring)
    upper, lower = points[: len(ring) // 2 + 1], np.concatenate([points[len(ring) // 2 :], points[:1]])
    upper, lower = upper[np.argsort(upper[:, 0])], lower[np.argsort(lower[:, 0])]
    brows = portrait.points(*brow)
    brows = brows[np.argsort(brows[:, 0])]
    width = float(np.ptp(points[:, 0]))
    left = max(0, int(points[:, 0].min() - 0.25 * width))
    right = min(portrait.picture.shape[1], int(points[:, 0].max() + 0.25 * width) + 1)
    x = np.arange(left, right, dtype=np.float64)
    above, below = np.interp(x, upper[:, 0], upper[:, 1]), np.interp(x, lower[:, 0], lower[:, 1])
    opening = np.maximum(below - above, 0.0)
    tallest = float(opening.max())
    beneath_brow = np.interp(x, brows[:, 0], brows[:, 1])
    fixed = np.minimum(above - 0.5 * tallest, above - 0.75 * (above - beneath_brow))
    margin = above + _MARGIN * opening
    smooth = cv2.GaussianBlur((_CLOSED - _MARGIN) * opening[None], (0, 0), max(0.5, width / 40))[0]
    top = max(0, int(fixed.min()) - 2)
    bottom = min(portrait.picture.shape[0], int(below.max() + 0.3 * tallest) + 2)
    lashes = np.full_like(x, _LASHES * tallest)
    parts = (np.asarray(part, np.float32) for part in (fixed, margin, smooth, lashes))
    return _Lid(left, top, bottom, *parts)
