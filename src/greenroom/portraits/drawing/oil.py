"""The oil painting: each point takes the calmest colour around it, and the brush leaves ridges in the paint.

Kuwahara's filter with eight sectors, made smooth as by Papari, Petkov and Campisi 2007.
"""

from __future__ import annotations

import cv2
import numpy as np

from greenroom.engines.photo.portrait import Portrait
from greenroom.engines.protocols import Image
from greenroom.portraits.drawing.strokes import (
    Floats,
    blurred,
    features,
    grain,
    lab_of,
    mixed,
    picture_of_lab,
)

_BROAD, _FINE = 0.046, 0.012
"""Radius of the brush, and of the one for eyes and lips."""
_SECTORS, _SHARPNESS = 8, 8
_COLOUR, _RIDGES = 1.3, 1.3
_SEED = 21


def oil(portrait: Portrait) -> Image:
    height = portrait.face_height
    source = portrait.picture.astype(np.float32)
    broad, fine = (_painted(source, max(1.5, reach * height)) for reach in (_BROAD, _FINE))
    painted = np.clip(mixed(fine, broad, features(portrait)), 0, 255).astype(np.uint8)
    lab = lab_of(painted)
    lab[..., 1:] *= _COLOUR
    lab[..., 0] += _RIDGES * _ridges(blurred(lab[..., 0], 0.008 * height), height)
    return picture_of_lab(lab)


def _painted(source: Floats, radius: float) -> Floats:
    """The mean of sectors around each point, weighted by how even they are."""
    total = np.zeros_like(source)
    weights = np.zeros((*source.shape[:2], 1), np.float32)
    squares = source**2
    for number in range(_SECTORS):
        kernel = _sector(radius, 2 * np.pi * number / _SECTORS)
        mean = cv2.filter2D(source, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT)
        square = cv2.filter2D(squares, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT)
        spread = np.maximum(square - mean**2, 0).sum(axis=2, keepdims=True)
        weight = 1 / (1 + (spread / 24) ** (_SHARPNESS / 2))
        total += mean * weight
        weights += weight
    return np.asarray(total / np.maximum(weights, 1e-12), np.float32)


def _sector(radius: float, towards: float) -> Floats:
    """A soft wedge of a disc."""
    side = int(np.ceil(radius))
    rows, columns = np.mgrid[-side : side + 1, -side : side + 1].astype(np.float32)
    along = columns * np.cos(towards) + rows * np.sin(towards)
    across = -columns * np.sin(towards) + rows * np.cos(towards)
    inside = np.exp(-((columns**2 + rows**2) / (2 * (radius / 2) ** 2)))
    angle = np.abs(np.arctan2(across, along))
    wedge = np.clip((np.pi / _SECTORS * 1.6 - angle) / 0.4, 0, 1)
    kernel = inside * np.where((rows == 0) & (columns == 0), 1.0, wedge)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _ridges(light: Floats, height: float) -> Floats:
    """Light on the paint: noise drawn out along the forms, lit from the upper left."""
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    reach = 0.03 * height
    xx, xy, yy = (blurred(one, reach) for one in (across**2, across * down, down**2))
    angle = np.asarray(0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2, np.float32)
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]].astype(np.float32)
    noise = grain(light.shape, max(1.2, 0.006 * height), _SEED)
    steps, total = 9, np.zeros_like(light)
    for step in np.linspace(-1, 1, steps):
        shift = np.float32(step * reach)
        maps = (columns + shift * np.cos(angle), rows + shift * np.sin(angle))
        total += cv2.remap(noise, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    relief = total - np.roll(np.roll(total, 1, axis=0), 1, axis=1)
    return np.asarray(relief / max(float(relief.std()), 1e-6), np.float32)
