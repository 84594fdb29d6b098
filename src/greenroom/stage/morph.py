"""From one picture of a person to a look-alike, along the motion between them: nothing is seen double."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.stage.base_frame import BaseFrame

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

_FLOW_LINES = 360
"""The motion is estimated on pictures of at most this height."""


def morphed(old: BaseFrame, new: BaseFrame, share: float) -> BaseFrame:
    """The picture on the way from `old` to `new` at `share` (0: old, 1: new); both have the same columns."""
    flow = _flow(old.planes[0], new.planes[0])
    height, width = old.planes[1].shape
    small = cv2.resize(flow, (width, height), interpolation=cv2.INTER_AREA) / 2
    way, half = _Morph(flow, share), _Morph(np.asarray(small, np.float32), share)
    y, u, v = (
        (way if channel == 0 else half)(old.planes[channel], new.planes[channel]) for channel in range(3)
    )
    matte = None
    if old.matte is not None and new.matte is not None:
        matte = way(old.matte, new.matte)
    return BaseFrame((y, u, v), matte, old.left, old.width)


def mixed_pictures(old: BaseFrame, new: BaseFrame, share: float) -> BaseFrame:
    """As `morphed` of two pictures of one moment, in which only what an encoder made of it differs: motion
    estimated between them would be noise, another in each frame.

    They differ by a level or two, so each pixel is rounded at a threshold of its own. Else all that differ by
    one level would change at once, halfway.
    """

    def mix(one: U8, other: U8) -> U8:
        between = one + (other.astype(np.float32) - one) * np.float32(share)
        return np.asarray(between + _thresholds(one.shape), np.uint8)

    y, u, v = (mix(one, other) for one, other in zip(old.planes, new.planes, strict=True))
    matte = mix(old.matte, new.matte) if old.matte is not None and new.matte is not None else None
    return BaseFrame((y, u, v), matte, old.left, old.width)


class _Morph:
    """Moves both pictures to where things are in between, then mixes them."""

    def __init__(self, flow: F32, share: float) -> None:
        height, width = flow.shape[:2]
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        self._share = share
        self._old = (x - share * flow[..., 0], y - share * flow[..., 1])
        self._new = (x + (1.0 - share) * flow[..., 0], y + (1.0 - share) * flow[..., 1])

    def __call__(self, old: U8, new: U8) -> U8:
        way = {"interpolation": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
        moved_old = cv2.remap(old, *self._old, **way)
        moved_new = cv2.remap(new, *self._new, **way)
        return np.asarray(cv2.addWeighted(moved_old, 1.0 - self._share, moved_new, self._share, 0), np.uint8)


def _flow(old: U8, new: U8) -> F32:
    """Motion from one luma to another in pixels, [height, width, 2] (x, y): Kroeger et al. 2016, DIS flow."""
    height, width = old.shape
    scale = min(1.0, _FLOW_LINES / height)
    size = (round(width * scale), round(height * scale))
    small = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (old, new)]
    flow = _estimator().calc(small[0], small[1], None)
    flow = cv2.GaussianBlur(flow, (0, 0), 3.0)
    if scale < 1.0:
        flow = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR) / scale
    return np.asarray(flow, np.float32)


@lru_cache(maxsize=8)
def _thresholds(shape: tuple[int, ...]) -> F32:
    """Below 1, so that where both pictures are the same nothing changes."""
    return np.random.default_rng(0).uniform(0.0, 0.996, shape).astype(np.float32)


@cache
def _estimator() -> cv2.DISOpticalFlow:
    return cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
