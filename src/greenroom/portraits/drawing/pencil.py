"""Coloured pencil: hatching in three directions, as dense as the picture is dark, on rough paper."""

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
    grain,
    lines,
    mixed,
    pigment,
    to_picture,
)

_PAPER = np.array([0.925, 0.960, 0.972], np.float32)
"""BGR"""
_STROKE, _WIDTH = 0.10, 0.0035
"""Length and width of a stroke."""
_ANGLES = (52.0, 128.0, 20.0)
"""Degrees. The second direction begins in the half-tones, the third in the darks."""
_SEED = 31


def pencil(portrait: Portrait) -> Image:
    height = portrait.face_height
    share = features(portrait)
    flat = mixed(portrait.picture, areas(portrait.picture, 0.05 * height, 0.2), share) / 255
    light = np.asarray(cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY), np.float32)
    tone = np.clip(1 - light, 0, 1) ** 0.85
    covered = np.zeros_like(light)
    for number, angle in enumerate(_ANGLES):
        wanted = np.clip(tone * 1.25 - 0.30 * number, 0, 1)
        strokes = _strokes(light.shape, height, angle, _SEED + number)
        covered = np.maximum(covered, np.clip((wanted - strokes) * 2.2 + 0.5, 0, 1) * (0.55 + 0.45 * wanted))
    known = np.clip(tone * 1.1, 0, 1)
    covered = mixed(known, covered, share[..., 0] * 0.7)
    colour = pigment(np.asarray(flat, np.float32), np.full_like(flat, 0.35))
    drawn = mixed(colour, _PAPER, covered[..., None])
    rough = blurred(grain(light.shape, 1, _SEED + 9), 0.7) * 0.035
    contour = lines(light * 100, max(0.8, 0.0035 * height), 1.1)
    drawn = drawn * (0.35 + 0.65 * contour[..., None]) + rough[..., None]
    return to_picture(np.asarray(drawn, np.float32))


def _strokes(shape: tuple[int, ...], height: float, angle: float, seed: int) -> Floats:
    """[height, width], evenly spread over 0..1: noise drawn out in one direction."""
    noise = grain(shape, max(1.0, _WIDTH * height), seed)
    length = max(3, round(_STROKE * height)) | 1
    kernel = np.zeros((length, length), np.float32)
    middle = length / 2
    turn = np.deg2rad(angle)
    reach = np.array([np.cos(turn), -np.sin(turn)]) * middle
    first, last = (middle - reach), (middle + reach)
    cv2.line(kernel, (int(first[0]), int(first[1])), (int(last[0]), int(last[1])), 1.0, 1, cv2.LINE_AA)
    drawn = cv2.filter2D(noise, cv2.CV_32F, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)
    order = np.argsort(np.argsort(drawn, axis=None)) / drawn.size
    return np.asarray(order.reshape(drawn.shape), np.float32)
