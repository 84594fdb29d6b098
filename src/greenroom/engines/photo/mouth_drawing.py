"""Draws a shape of the mouth into a frame: its surroundings moved, its inside painted."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.photo.mouth_inside import mouth_inside
from greenroom.engines.photo.mouth_shape import MouthPose, MouthShape
from greenroom.engines.protocols import Image

Floats = npt.NDArray[np.float32]

_REACH = 2.7
"""Sideways from the middle of the mouth, in its measure, nothing moves beyond."""
_BELOW_CHIN = 2.2
_NO_CHANGE = 0.004


def draw_mouth(
    frame: Image, shape: MouthShape, transform: Floats, pose: MouthPose
) -> tuple[int, int, int, int]:
    """Change `frame` in place; `transform` [2, 3] leads from it into the mouth's measure.

    Returns:
        x0, y0, x1, y1 of the changed region; empty where the pose is the photo's own.
    """
    if max(pose.opening, abs(pose.width), pose.press / 20) < _NO_CHANGE:
        return 0, 0, 0, 0
    back = np.asarray(cv2.invertAffineTransform(transform), np.float32)
    box = _box(frame, back, reach(shape))
    x0, y0, x1, y1 = box
    if x1 <= x0 or y1 <= y0:
        return 0, 0, 0, 0
    x, y = _measured(transform, box)
    source_x, source_y = shape.sources(pose, x, y)
    maps = [
        np.asarray(row[0] * source_x + row[1] * source_y + row[2] - offset, np.float32)
        for row, offset in zip(back, (x0, y0), strict=True)
    ]
    region = frame[y0:y1, x0:x1]
    moved = cv2.remap(region.copy(), maps[0], maps[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    region[:] = moved
    if pose.opening > _NO_CHANGE:
        _paint_inside(frame, shape, transform, back, pose)
    return box


def reach(shape: MouthShape) -> tuple[float, float, float, float]:
    """left, top, right, bottom of all that ever moves, in the mouth's measure."""
    return -_REACH, shape.nose, _REACH, shape.chin + _BELOW_CHIN


def _paint_inside(frame: Image, shape: MouthShape, transform: Floats, back: Floats, pose: MouthPose) -> None:
    half = 1.02 * (1.0 + pose.width)
    lips = shape.lips(pose, np.linspace(-half, half, 21, dtype=np.float32))
    box = _box(frame, back, (-half, float(lips[0].min()) - 0.05, half, float(lips[1].max()) + 0.05))
    x0, y0, x1, y1 = box
    if x1 <= x0 or y1 <= y0:
        return
    x, y = _measured(transform, box)
    upper, lower = shape.lips(pose, x)
    pixel = float(np.hypot(*transform[0, :2]))
    soft = max(0.8 * pixel, 0.016)
    share = np.clip((y - upper) / soft + 0.35, 0, 1) * np.clip((lower - y) / soft + 0.35, 0, 1)
    share *= np.clip((lower - upper) / (2 * soft), 0, 1)
    inside = mouth_inside(shape, pose, x, y)
    region = frame[y0:y1, x0:x1]
    mixed = region * (1 - share[..., None]) + inside * share[..., None]
    region[:] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _measured(transform: Floats, box: tuple[int, int, int, int]) -> tuple[Floats, Floats]:
    """x and y of the box's pixels in the mouth's measure."""
    x0, y0, x1, y1 = box
    columns = np.arange(x0, x1, dtype=np.float32)[None]
    rows = np.arange(y0, y1, dtype=np.float32)[:, None]
    across, down = (row[0] * columns + row[1] * rows + row[2] for row in transform)
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def _box(
    frame: Image, back: Floats, measured: tuple[float, float, float, float]
) -> tuple[int, int, int, int]:
    """The pixels of the frame that hold a rectangle of the mouth's measure."""
    left, top, right, bottom = measured
    corners = np.array([(left, top), (right, top), (left, bottom), (right, bottom)], np.float32)
    places = corners @ back[:, :2].T + back[:, 2]
    low, high = np.floor(places.min(axis=0)).astype(int), np.ceil(places.max(axis=0)).astype(int) + 1
    height, width = frame.shape[:2]
    x0, y0 = (int(value) for value in np.clip(low, 0, (width, height)))
    x1, y1 = (int(value) for value in np.clip(high, 0, (width, height)))
    return x0, y0, x1, y1
