"""The border of a painted mouth: where painted and filmed skin meet, and how far they differ there."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.mouth.crops import cut_crop
from greenroom.engines.protocols import Image

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_FAINT = (0.02, 0.35)
"""The outer part of the mask: what lies just inside the border."""
_OUTSIDE_PX = 3
"""Width of the ring just outside it, in pixels of the crop."""


def border_ring(mask: Floats) -> Flags:
    """[side, side]: the faint outer part of the mask, and as much again outside of it."""
    faint, full = _FAINT
    inside = mask > faint
    around = np.ones((2 * _OUTSIDE_PX + 1, 2 * _OUTSIDE_PX + 1), np.uint8)
    grown = cv2.dilate(inside.astype(np.uint8), around) > 0
    return np.asarray((grown & ~inside) | (inside & (mask < full)), bool)


def border_error(base: Image, painted: Image, transform: Floats, ring: Flags) -> float:
    """Mean colour difference, 0..255, between a base frame and the same frame painted, in the ring.

    Args:
        transform: [2, 3], from the frame to the crop that `ring` [side, side] belongs to.
    """
    side = ring.shape[0]
    filmed, made = (cut_crop(frame, transform, side)[ring].astype(np.float32) for frame in (base, painted))
    return float(np.abs(made - filmed).mean())
