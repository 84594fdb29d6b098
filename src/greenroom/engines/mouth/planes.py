"""Mouths painted straight into the planes of a coded picture: what lies beside the mouth is not touched."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.mouth.crops import cut_crop, placed_crop, reach_of
from greenroom.engines.protocols import Image
from greenroom.media.colour import bgr_to_yuv709
from greenroom.media.planes import Planes, i420_to_bgr, part_of

Floats = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]

_BESIDE_PX = 4
"""What interpolation reads beyond the corners of a crop."""


def crop_of_planes(planes: Planes, transform: Floats, side: int) -> Image:
    """The crop of a picture, BGR [side, side, 3]; `transform` leads from the planes' Y to the crop."""
    height, width = planes[0].shape
    x0, y0, x1, y1 = _even(reach_of(transform, (0, 0, side, side), _BESIDE_PX), width, height)
    if x1 <= x0 or y1 <= y0:
        return np.zeros((side, side, 3), np.uint8)
    return cut_crop(i420_to_bgr(part_of(planes, x0, y0, x1, y1)), _moved(transform, x0, y0), side)


def paste_into_planes(planes: Planes, crop: Image, mask: Floats, transform: Floats) -> None:
    """Blend `crop`, BGR, into writable planes where `mask` says so, as `paste_crop` does in BGR."""
    height, width = planes[0].shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    painted_area = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    x0, y0, x1, y1 = _even(reach_of(transform, painted_area, 2), width, height)
    if x1 <= x0 or y1 <= y0:
        return
    painted, amount = placed_crop(bgr_to_yuv709(crop), mask, _moved(transform, x0, y0), (x1 - x0, y1 - y0))
    y, u, v = part_of(planes, x0, y0, x1, y1)
    _blend(y, painted[..., 0] * amount, amount)
    half = (u.shape[1], u.shape[0])
    lit = cv2.resize(painted[..., 1:] * amount[..., None], half, interpolation=cv2.INTER_AREA)
    amount = np.asarray(cv2.resize(amount, half, interpolation=cv2.INTER_AREA), np.float32)
    for number, plane in enumerate((u, v)):
        _blend(plane, np.asarray(lit[..., number], np.float32), amount)


def _blend(plane: npt.NDArray[np.uint8], lit: Floats, amount: Floats) -> None:
    """`lit` is what comes in, times its amount."""
    mixed = plane + lit - plane * amount
    plane[:] = np.clip(mixed + 0.5, 0, 255)


def _moved(transform: Floats, x: int, y: int) -> Floats:
    """The same for a picture that begins at x, y."""
    moved = transform.astype(np.float64)
    moved[:, 2] += moved[:, :2] @ (x, y)
    return moved.astype(np.float32)


def _even(box: Box, width: int, height: int) -> Box:
    x0, y0, x1, y1 = box
    return (
        max(0, x0) // 2 * 2,
        max(0, y0) // 2 * 2,
        min(width, -(-x1 // 2) * 2),
        min(height, -(-y1 // 2) * 2),
    )
