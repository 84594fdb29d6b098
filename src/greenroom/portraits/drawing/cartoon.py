"""The cartoon: areas of few tones, colours that are stronger than in life, and inked lines."""

from __future__ import annotations

import cv2
import numpy as np

from greenroom.engines.photo.portrait import Portrait
from greenroom.engines.protocols import Image
from greenroom.portraits.drawing.strokes import (
    Floats,
    areas,
    blurred,
    features,
    lab_of,
    lines,
    mixed,
    picture_of_lab,
)

_REACH, _CONTRAST = 0.10, 0.2
_TONES, _SOFTNESS = 8, 4.5
"""Steps from black to white, and how sharply one goes over into the next."""
_COLOUR = 1.28
_LINE_WIDTH, _LINE_STRENGTH = 0.0042, 1.5
_INK = np.array([16.0, 4.0, 6.0], np.float32)
"""Lab: black with a little warmth."""


def cartoon(portrait: Portrait) -> Image:
    height = portrait.face_height
    flat = areas(portrait.picture, _REACH * height, _CONTRAST)
    known = cv2.bilateralFilter(portrait.picture, 7, 24, max(1.5, 0.01 * height))
    lab = lab_of(np.asarray(np.rint(mixed(known, flat, features(portrait))), np.uint8))
    drawn = lab.copy()
    drawn[..., 0] = _stepped(lab[..., 0])
    drawn[..., 1:] = blurred(lab[..., 1:], 0.006 * height) * _COLOUR
    pen = lines(lab[..., 0], max(0.8, _LINE_WIDTH * height), _LINE_STRENGTH)
    return picture_of_lab(mixed(drawn, _INK, pen[..., None]))


def _stepped(light: Floats) -> Floats:
    step = 100.0 / _TONES
    middle = np.round(light / step) * step
    edge = np.tanh(_SOFTNESS * (light - middle) / step) / np.tanh(_SOFTNESS / 2)
    return np.asarray(np.clip(middle + edge * step / 2, 0, 100), np.float32)
