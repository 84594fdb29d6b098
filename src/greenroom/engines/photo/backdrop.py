"""What stands behind a photographed person: who moves, and the picture that is seen where they were.

The segmentation's edge is coarse. So what moves is the person with a narrow rim of the background around
them, faded out softly: hair keeps every strand, and nothing shines at the edge. Lines of the background bend
within the rim only.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.matting.choose import choose_matter
from greenroom.engines.matting.cutout import extend_colours
from greenroom.engines.photo.portrait import Portrait
from greenroom.engines.protocols import Image

Floats = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

_RIM, _FADE = 0.040, 0.035
"""Widths of the rim that moves with the person and of its fading, in face heights: wider than the outline
ever moves, so that next to nothing of the guessed background is seen."""
_HAIR = 0.015
"""Beyond the segmentation's edge single hairs may go so far, in face heights."""
_FILL_SIDE = 360
"""The unseen background is filled in at this size: it is guessed, and mostly hidden."""
_SIDE_FADE = 0.05
"""Share of the picture's width in which a person fades out whom the photo cuts off at its side."""


@dataclass(slots=True, frozen=True)
class Backdrop:
    person: Floats
    """[height, width] in 0..1: what moves."""
    alpha: U8
    """[height, width]: the person's opacity, for other backgrounds."""
    plate: Image
    """The background without the person."""
    extended: Image
    """The photo with the person's colours carried on beyond their edge, to go with `alpha`."""


def separate(portrait: Portrait, drawing: Image | None = None) -> Backdrop | None:
    """The person apart from the background; None where no person is found around the face.

    Args:
        drawing: the photo drawn anew, whose colours are taken; where the person is the photo tells.
    """
    photo, height = portrait.picture, portrait.face_height
    picture = photo if drawing is None else drawing
    matter = choose_matter([photo])
    alpha = matter.cut(photo).alpha
    if not _holds_face(portrait, alpha):
        return None
    solid = np.asarray(alpha > 60, np.uint8)
    rim = cv2.dilate(solid, _disc(_RIM * height))
    fade = max(1.0, _FADE * height / 2)
    person = cv2.GaussianBlur(
        cv2.dilate(rim, _disc(fade)).astype(np.float32), (0, 0), fade / 2, borderType=cv2.BORDER_REPLICATE
    )
    plate = _filled(picture, np.asarray(cv2.dilate(solid, _disc(_HAIR * height)), np.uint8))
    extended = extend_colours(picture, alpha, reach=max(2.0, picture.shape[0] / 100))
    return Backdrop(np.asarray(person, np.float32), _side_faded(alpha), plate, extended)


def _holds_face(portrait: Portrait, alpha: U8) -> bool:
    """The matte covers the face and leaves some of the picture free."""
    hull = cv2.convexHull(np.round(portrait.landmarks[:468, :2]).astype(np.int32))
    face = np.zeros(alpha.shape, np.uint8)
    cv2.fillConvexPoly(face, hull, 1)
    inside = face.astype(bool)
    return bool(inside.any() and alpha[inside].mean() > 240 and (alpha < 20).mean() > 0.01)


def _filled(picture: Image, hidden: U8) -> Image:
    """The picture with what is `hidden` guessed from around it."""
    height, width = hidden.shape
    scale = min(1.0, _FILL_SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small_hidden = cv2.dilate(
        cv2.resize(hidden, size, interpolation=cv2.INTER_NEAREST), np.ones((3, 3), np.uint8)
    )
    rough = cv2.inpaint(small, np.asarray(small_hidden, np.uint8), 5, cv2.INPAINT_TELEA)
    large = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.where(hidden[..., None] > 0, large, picture).astype(np.uint8)


def _side_faded(alpha: U8) -> U8:
    """Where the photo's sides cut the person off, the edge is soft: else they end in a straight line."""
    width = alpha.shape[1]
    reach = max(2, round(_SIDE_FADE * width))
    faded = alpha.astype(np.float32)
    ramp = np.linspace(0.0, 1.0, reach, dtype=np.float32)
    ramp = ramp * ramp * (3 - 2 * ramp)
    for cut, columns, shape in (
        (alpha[:, :2], slice(0, reach), ramp),
        (alpha[:, -2:], slice(width - reach, width), ramp[::-1]),
    ):
        if (cut > 128).mean() > 0.02:
            faded[:, columns] *= shape
    return np.asarray(faded + 0.5, np.uint8)


def _disc(radius: float) -> U8:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
