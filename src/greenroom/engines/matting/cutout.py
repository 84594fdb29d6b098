"""What every matting engine hands on: the person's own colours and opacity, apart from the old background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import Image, Matter

Alpha = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]


@dataclass(slots=True, frozen=True)
class Cutout:
    """A picture to be laid over any background as `colour * a + background * (1 - a)`, a = alpha / 255."""

    colour: Image
    """BGR [height, width, 3], not multiplied by alpha; beyond the edge the person's colours go on."""
    alpha: Alpha
    """[height, width]"""


class Cutter(Matter, Protocol):
    """A Matter that also gives the person's colours without those of the old background."""

    def cut(self, frame: Image) -> Cutout: ...


def extend_colours(colour: Image, alpha: Alpha, reach: float) -> Image:
    """Replace the colours of half-transparent pixels by those of the solid person nearby.

    Pixels with alpha 255 stay as they are; the others take the spread colours as alpha falls.
    """
    solid = cv2.erode((alpha >= 245).astype(np.uint8), np.ones((5, 5), np.uint8))
    fill = spread_colours(colour, np.asarray(solid, np.uint8), reach)
    keep = np.clip((alpha.astype(np.float32) - 40.0) / 205.0, 0.0, 1.0)[..., None]
    return np.asarray(colour * keep + fill * (1.0 - keep) + 0.5, np.uint8)


def spread_colours(colour: Image, solid: npt.NDArray[np.uint8], reach: float) -> Image:
    """A picture filled with the colours of the nearest `solid` (1, else 0) pixels.

    A normalised convolution at three growing scales, `reach` pixels being the smallest; where even the
    largest finds nothing, the mean of all. Computed on a picture of at most 360 lines: the result is
    smooth.
    """
    height, width = solid.shape
    step = max(1, height // 144)
    size = (width // step, height // step)
    weight = cv2.resize(solid * np.uint8(255), size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    total = np.asarray(cv2.resize(cv2.copyTo(colour, solid), size, interpolation=cv2.INTER_AREA), np.float32)
    mean = np.array(cv2.mean(total)[:3]) / max(cv2.mean(weight)[0], 1e-6)
    filled: F32 = np.tile(mean.astype(np.float32), (*weight.shape, 1))
    for scale, least in ((16.0, 1e-3), (4.0, 5e-3), (1.0, 0.03)):
        sigma = reach / step * scale
        near, colours = _blurred(weight, sigma), _blurred(total, sigma)
        trust = np.clip(near / least, 0.0, 1.0)[..., None]
        filled += (colours / np.maximum(near, 1e-6)[..., None] - filled) * trust
    picture = np.asarray(np.clip(filled + 0.5, 0, 255), np.uint8)
    if step > 1:
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return picture


def _blurred(picture: F32, sigma: float) -> F32:
    """A Gaussian blur; wide ones are computed on a smaller picture."""
    height, width = picture.shape[:2]
    factor = int(min(sigma / 2.0, height / 8, width / 8))
    if factor < 2:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    small = cv2.resize(picture, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
