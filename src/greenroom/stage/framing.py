"""Where the person goes on the canvas: half body, or head and shoulders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from greenroom.stage.errors import SceneError

U8 = npt.NDArray[np.uint8]

_HEAD_ROOM = 0.14
"""Free share of the canvas above the person."""
_FACE_SHARE = 0.40
"""Height of the face, forehead to chin, in canvas heights, when head and shoulders fill the picture."""
_FACE_WIDTH = 0.55
"""And at most so many canvas widths: in a portrait picture the shoulders may leave it."""
_CHIN_LINE = 0.68
"""Where the chin lies then, in canvas heights from above."""
_MOST_WIDTH = 1.35
"""Widest a person may get, in canvas widths: shoulders may leave a portrait picture, the face may not."""


@dataclass(slots=True, frozen=True)
class Placement:
    """Where the avatar's whole base picture lies on the canvas, in canvas pixels; it may reach beyond."""

    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True, frozen=True)
class PersonArea:
    """The part of the base picture in which the person ever is, in its pixels."""

    left: int
    top: int
    right: int
    """One past the last column."""
    bottom: int
    centre: float
    """Column of the head's middle."""

    @property
    def is_cut_above(self) -> bool:
        """Whether the picture's upper edge cuts the head or the hair off."""
        return self.top <= 1

    @classmethod
    def of(cls, alphas: Iterable[U8]) -> PersonArea:
        """The union over the mattes [height, width] of a clip, all of one size; at least one."""
        most: U8 | None = None
        total = np.zeros(0)
        for number, alpha in enumerate(alphas):
            if most is None:
                most, total = alpha.copy(), np.zeros(alpha.shape, np.float64)
            np.maximum(most, alpha, out=most)
            if number % 10 == 0:
                total += alpha
        if most is None:
            raise SceneError("The avatar's alpha clip holds no frame. Train the avatar again.")
        rows, columns = np.nonzero(most.max(axis=1) > 8)[0], np.nonzero(most.max(axis=0) > 8)[0]
        if not len(rows):
            return cls(0, 0, most.shape[1], most.shape[0], most.shape[1] / 2)
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        weight = total[top : top + (bottom - top) // 2].sum(axis=0)
        centre = float((weight * np.arange(len(weight))).sum() / max(weight.sum(), 1.0))
        return cls(int(columns[0]), top, int(columns[-1]) + 1, bottom, centre)


class Framing(StrEnum):
    """How much of the person is seen."""

    HALF = "half"
    HEAD = "head"
    """Head and shoulders."""


@dataclass(slots=True, frozen=True)
class FacePlace:
    """Where the face usually is, in pixels of the base picture."""

    centre: float
    forehead: float
    """The row of its uppermost point, under the hair."""
    chin: float


def head_placement(
    canvas: tuple[int, int], picture: tuple[int, int], area: PersonArea | None, face: FacePlace
) -> Placement:
    """Head and shoulders: the face large and in the middle, the person on the lower edge of the canvas.

    In a portrait canvas the width limits the face. Footage of head and shoulders alone shows them as large in
    the default framing, which then stays. Hair that the footage cuts off ends at the canvas's edge, too.
    """
    (canvas_width, canvas_height), (width, height) = canvas, picture
    scale = min(_FACE_SHARE * canvas_height, _FACE_WIDTH * canvas_width) / (face.chin - face.forehead)
    half = default_placement(canvas, picture, area)
    if half.height >= height * scale:
        return half
    bottom = area.bottom if area is not None else height
    top_free = (_CHIN_LINE - _FACE_SHARE) * canvas_height
    x, y = canvas_width / 2 - face.centre * scale, top_free - face.forehead * scale
    if area is not None and area.is_cut_above:
        y = min(y, -area.top * scale)
    # Feet of the picture above the canvas's edge would leave the person floating.
    y = max(y, canvas_height - bottom * scale)
    if area is None:
        x = min(0.0, max(x, canvas_width - width * scale))
        y = min(0.0, y)
    return Placement(round(x), round(y), round(width * scale), round(height * scale))


def default_placement(
    canvas: tuple[int, int], picture: tuple[int, int], area: PersonArea | None
) -> Placement:
    """A half-body framing for sizes (width, height): standing on the lower edge, head in the middle.

    A person who was not cut out fills the canvas with the whole picture instead, like a background photo. One
    whose head the footage cuts off reaches the upper edge: hair that ends in the air looks like a mistake.
    """
    (canvas_width, canvas_height), (width, height) = canvas, picture
    if area is None:
        scale = max(canvas_width / width, canvas_height / height)
        size = (round(width * scale), round(height * scale))
        return Placement((canvas_width - size[0]) // 2, (canvas_height - size[1]) // 2, *size)
    room = 0.0 if area.is_cut_above else _HEAD_ROOM
    tall = (1.0 - room) * canvas_height / (area.bottom - area.top)
    scale = min(tall, _MOST_WIDTH * canvas_width / (area.right - area.left))
    return Placement(
        round(canvas_width / 2 - area.centre * scale),
        round(canvas_height - area.bottom * scale),
        round(width * scale),
        round(height * scale),
    )
