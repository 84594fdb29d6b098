"""What the styles draw with: smooth areas, lines, paper, and where the features of the face are."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.geometry import LEFT_EYE, LIPS_OUTER, RIGHT_EYE
from greenroom.engines.photo.portrait import Portrait
from greenroom.engines.protocols import Image

Floats = npt.NDArray[np.float32]

_BROWS = ((46, 53, 52, 65, 55, 107, 66, 105, 63, 70), (276, 283, 282, 295, 285, 336, 296, 334, 293, 300))
_FEATURE_RIM = 0.012
"""Around eyes, brows and lips, in face heights."""
_EDGE_LOSS = 0.98
"""Of the difference of Gaussians: how much of the wider one is taken away (Winnemoeller et al. 2006)."""


def features(portrait: Portrait) -> Floats:
    """[height, width, 1] in 0..1: eyes, brows and lips, which a face is known by and speaks with."""
    mask = np.zeros(portrait.picture.shape[:2], np.uint8)
    for ring in (LEFT_EYE, RIGHT_EYE, LIPS_OUTER, *_BROWS):
        hull = cv2.convexHull(np.round(portrait.landmarks[list(ring), :2]).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 255)
    rim = max(1, round(_FEATURE_RIM * portrait.face_height))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    wide = cv2.dilate(mask, disc).astype(np.float32) / 255
    return np.asarray(blurred(wide, rim)[..., None], np.float32)


def mixed(front: npt.NDArray[Any], back: npt.NDArray[Any], share: Floats | float) -> Floats:
    """front * share + back * (1 - share)"""
    return np.asarray(front * share + back * (1 - np.asarray(share, np.float32)), np.float32)


def blurred(values: npt.NDArray[Any], sigma: float) -> Floats:
    soft = cv2.GaussianBlur(values.astype(np.float32), (0, 0), max(sigma, 0.3), borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, np.float32)


def areas(picture: Image, reach_px: float, contrast: float) -> Image:
    """Without texture, the edges kept. `contrast`, 0..1: what differs by less flows together."""
    made = cv2.edgePreservingFilter(
        picture, flags=cv2.RECURS_FILTER, sigma_s=float(np.clip(reach_px, 1, 200)), sigma_r=contrast
    )
    return np.asarray(made, np.uint8)


def lines(light: Floats, width_px: float, strength: float) -> Floats:
    """[height, width] in 0..1: 0 on the dark side of an edge, where a pen would draw; 1 elsewhere.

    The difference of two Gaussians, cut softly: Winnemoeller, Olsen and Gooch 2006. `light` is 0..100.
    """
    difference = blurred(light, width_px) - _EDGE_LOSS * blurred(light, 1.6 * width_px)
    return np.asarray(np.where(difference > 0, 1.0, 1.0 + np.tanh(strength * difference)), np.float32)


def grain(shape: tuple[int, ...], size_px: float, seed: int) -> Floats:
    """[height, width] of noise around 0 with a deviation of 1, as coarse as `size_px`."""
    height, width = shape[:2]
    chance = np.random.default_rng(seed)
    if size_px <= 1:
        return chance.standard_normal((height, width), np.float32)
    small = chance.standard_normal((int(height / size_px) + 3, int(width / size_px) + 3), np.float32)
    large = cv2.resize(small, None, fx=size_px, fy=size_px, interpolation=cv2.INTER_CUBIC)[:height, :width]
    return np.asarray((large - large.mean()) / max(float(large.std()), 1e-6), np.float32)


def pigment(colour: Floats, density: Floats) -> Floats:
    """The colour, 0..1, as 1 + density layers of its paint look (Bousseau et al. 2006)."""
    return np.asarray(np.clip(colour - (colour - colour**2) * density, 0, 1), np.float32)


def lab_of(picture: Image) -> Floats:
    """L 0..100, a and b around 0."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), np.float32)


def picture_of_lab(lab: Floats) -> Image:
    return to_picture(np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.float32))


def to_picture(colour: Floats) -> Image:
    """From 0..1 to bytes."""
    return np.asarray(np.clip(colour * 255 + 0.5, 0, 255), np.uint8)
