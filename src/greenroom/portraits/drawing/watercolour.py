"""The watercolour: washes that are darker at their edges, uneven pigment, and the paper that shows through.

The effects are those of Bousseau, Kaplan, Thollot and Sillion 2006.
"""

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
    mixed,
    pigment,
    to_picture,
)

_REACH, _CONTRAST = 0.16, 0.42
_WOBBLE, _WAVES = 0.0045, 0.05
"""How far the edge of a wash leaves the line, and how long its waves are."""
_THIN, _COLOUR = 0.2, 1.35
"""Share of the paper's white in every wash, and how much stronger the paints are than in life."""
_EDGES, _CLOUDS, _PAPER = 3.2, 0.16, 0.055
_SEEDS = (11, 12, 13, 14)


def watercolour(portrait: Portrait) -> Image:
    height, shape = portrait.face_height, portrait.picture.shape
    share = features(portrait)
    flat = areas(portrait.picture, _REACH * height, _CONTRAST)
    flat = _wobbled(flat, share, height)
    known = cv2.bilateralFilter(portrait.picture, 7, 24, max(1.5, 0.01 * height))
    washes = mixed(known, flat, share * 0.85) / 255
    light = np.asarray(cv2.cvtColor(washes, cv2.COLOR_BGR2GRAY), np.float32)
    strong = np.clip(mixed(washes, light[..., None], _COLOUR), 0, 1)
    colour = np.asarray(1 - (1 - strong) * (1 - _THIN), np.float32)
    soft = blurred(light, 0.006 * height)
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    edges = np.clip(slope * height / 300 * _EDGES, 0, 0.9)
    clouds = grain(shape, 0.25 * height, _SEEDS[0]) * 0.8 + grain(shape, 0.07 * height, _SEEDS[1]) * 0.4
    paper = blurred(grain(shape, 1, _SEEDS[2]), 0.9) * 3
    density = edges + (_CLOUDS * clouds) * (1 - 0.6 * share[..., 0]) + _PAPER * paper
    return to_picture(pigment(colour, np.asarray(density[..., None], np.float32)))


def _wobbled(picture: Image, share: Floats, height: float) -> Image:
    """The edges of the washes as a wet brush leaves them; those of eyes and lips stay."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    reach = _WOBBLE * height * (1 - share[..., 0])
    across, down = (grain(picture.shape, _WAVES * height, seed) for seed in _SEEDS[2:])
    maps = (columns + across * reach, rows + down * reach)
    moved = cv2.remap(picture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)
