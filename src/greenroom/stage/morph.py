"""From one picture of a person to a look-alike, along the motion between them: nothing is seen double."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import Image
from greenroom.stage.base_clip import Alpha

F32 = npt.NDArray[np.float32]

_FLOW_LINES = 360
"""The motion is estimated on pictures of at most this height."""


def morph(old: Image, new: Image, share: float) -> _Morph:
    """The way from `old` to `new` at `share` (0: old, 1: new); apply it to pictures and mattes alike."""
    return _Morph(_flow(old, new), share)


class _Morph:
    """Moves both pictures to where things are in between, then mixes them."""

    def __init__(self, flow: F32, share: float) -> None:
        height, width = flow.shape[:2]
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        self._share = share
        self._old = (x - share * flow[..., 0], y - share * flow[..., 1])
        self._new = (x + (1.0 - share) * flow[..., 0], y + (1.0 - share) * flow[..., 1])

    def __call__(self, old: Image | Alpha, new: Image | Alpha) -> npt.NDArray[np.uint8]:
        way = {"interpolation": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
        moved_old = cv2.remap(old, *self._old, **way)
        moved_new = cv2.remap(new, *self._new, **way)
        return np.asarray(cv2.addWeighted(moved_old, 1.0 - self._share, moved_new, self._share, 0), np.uint8)


def _flow(old: Image, new: Image) -> F32:
    """Motion from `old` to `new` in pixels, [height, width, 2] (x, y): Kroeger et al. 2016, DIS flow."""
    height, width = old.shape[:2]
    scale = min(1.0, _FLOW_LINES / height)
    size = (round(width * scale), round(height * scale))
    small = [
        cv2.cvtColor(cv2.resize(p, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        for p in (old, new)
    ]
    flow = _estimator().calc(small[0], small[1], None)
    flow = cv2.GaussianBlur(flow, (0, 0), 3.0)
    if scale < 1.0:
        flow = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR) / scale
    return np.asarray(flow, np.float32)


@cache
def _estimator() -> cv2.DISOpticalFlow:
    return cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
