"""A mouth painted into planes is the one that is painted into BGR, and nothing beside it changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from greenroom.engines.mouth.crops import cut_crop, paste_crop
from greenroom.engines.mouth.planes import crop_of_planes, paste_into_planes
from greenroom.media.colour import bgr_to_i420
from greenroom.media.planes import Planes, i420_to_bgr

SIDE = 128


def _picture() -> np.ndarray:
    """Soft colours, as skin has."""
    rough = np.random.default_rng(3).integers(40, 220, (40, 50, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(rough, (500, 400), interpolation=cv2.INTER_CUBIC), np.uint8)


def _planes(picture: np.ndarray) -> Planes:
    return bgr_to_i420(picture)


def _transform(scale: float, degrees: float, x: float, y: float) -> np.ndarray:
    """From the frame to a crop whose upper left corner lies at x, y."""
    turn = cv2.getRotationMatrix2D((0, 0), degrees, scale)
    turn[:, 2] = -turn[:, :2] @ (x, y)
    return turn.astype(np.float32)


def _mask() -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.ellipse(mask, (64, 80), (40, 30), 0, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(mask, (0, 0), 4.0)


@pytest.mark.parametrize(
    "transform",
    [_transform(0.7, 4, 151.3, 120.7), _transform(1.3, -9, 200, 160), _transform(0.9, 0, 395, 301.5)],
)
def test_it_is_the_mouth_that_is_painted_into_bgr(transform: np.ndarray) -> None:
    planes = _planes(_picture())
    frame = i420_to_bgr(planes)
    crop = np.full((SIDE, SIDE, 3), (60, 70, 190), np.uint8)
    paste_crop(frame, crop, _mask(), transform)
    before = [plane.copy() for plane in planes]
    paste_into_planes(planes, crop, _mask(), transform)
    for made, expected, old in zip(planes, bgr_to_i420(frame), before, strict=True):
        changed = made != old
        assert 0.005 < changed.mean() < 0.3
        assert np.abs(made.astype(int) - expected)[changed].max() <= 3


def test_the_crop_is_that_of_the_whole_picture() -> None:
    transform = _transform(0.7, 4, 151.3, 120.7)
    planes = _planes(_picture())
    crop = crop_of_planes(planes, transform, SIDE)
    assert np.abs(crop.astype(int) - cut_crop(i420_to_bgr(planes), transform, SIDE)).max() <= 2


def test_a_mouth_beyond_the_picture_is_left_out() -> None:
    planes = _planes(_picture())
    before = [plane.copy() for plane in planes]
    away = _transform(1.0, 0, 2000, 2000)
    assert crop_of_planes(planes, away, SIDE).shape == (SIDE, SIDE, 3)
    paste_into_planes(planes, np.zeros((SIDE, SIDE, 3), np.uint8), _mask(), away)
    assert all(np.array_equal(plane, old) for plane, old in zip(planes, before, strict=True))
