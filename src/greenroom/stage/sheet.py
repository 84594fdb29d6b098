"""What a finished frame is drawn on: the canvas or a part of it, over a background or over nothing.

Over nothing a frame is drawn twice, over black and over white: where both agree it is opaque, where they
differ most it is empty. So everything that can be laid over a background, with any soft edge, works without a
change, and the result has the very colours that the frame has before a background (Smith and Blinn, "Blue
Screen Matting", 1996, triangulation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.media.colour import bgr_colour_to_yuv709

U8 = npt.NDArray[np.uint8]
Planes = Sequence[U8]
Painter = Callable[[Planes], None]

TRANSPARENT = "transparent"
"""A scene's background that is none."""
BLACK, WHITE = "#000000", "#FFFFFF"

_DARK, _LIGHT = bgr_colour_to_yuv709((0, 0, 0))[0], bgr_colour_to_yuv709((255, 255, 255))[0]
_GREY = 128
_LEAST_SPREAD = 9
"""Encoders work in blocks of 8 pixels whatever the size of the picture."""
_SPREAD = 15
"""Pixels over which colours go on beyond the edge, at 1080p: what an encoder smears into the edge is then the
person's own colour."""


@dataclass(slots=True, frozen=True)
class Crop:
    """The part of a larger canvas that is kept; all numbers even."""

    canvas_width: int
    canvas_height: int
    x: int
    y: int


class Sheet:
    """Takes what draws a frame and fills the planes of an output frame. Serves one thread at a time."""

    def __init__(self, size: tuple[int, int], crop: Crop | None = None) -> None:
        self._size = size
        self._crop = crop
        self._canvas: list[U8] = []
        self._pair: tuple[list[U8], list[U8]] | None = None

    def draw(self, planes: Planes, paint: Painter, overlay: Painter) -> None:
        """An opaque frame. `paint` fills the planes of the canvas, `overlay` draws on the part that is kept.

        A fourth plane of `planes` is made opaque.
        """
        self._paint(planes[:3], paint)
        overlay(planes[:3])
        if len(planes) > 3:
            planes[3][:] = 255

    def draw_clear(
        self,
        planes: Planes,
        over_black: Painter,
        over_white: Painter,
        overlay: Painter,
    ) -> None:
        """A frame with opacity in its fourth plane, from what paints it over black and over white."""
        if self._pair is None:
            self._pair = _fresh(self._size), _fresh(self._size)
        for target, paint in zip(self._pair, (over_black, over_white), strict=True):
            self._paint(target, paint)
            overlay(target)
        lift(planes, *self._pair)

    def _paint(self, planes: Planes, paint: Painter) -> None:
        if self._crop is None:
            paint(planes)
            return
        if not self._canvas:
            self._canvas = _fresh((self._crop.canvas_width, self._crop.canvas_height))
        paint(self._canvas)
        for channel, (target, whole) in enumerate(zip(planes, self._canvas, strict=True)):
            step = 1 if channel == 0 else 2
            top, left = self._crop.y // step, self._crop.x // step
            target[:] = whole[top : top + target.shape[0], left : left + target.shape[1]]


def lift(planes: Planes, black: Planes, white: Planes) -> None:
    """Fill Y, U, V and opacity from the same frame over black and over white.

    Colours are straight (not multiplied with the opacity) and go on beyond the edge.
    """
    differs = cv2.subtract(white[0], black[0])
    opacity = cv2.bitwise_not(cv2.convertScaleAbs(differs, alpha=255 / (_LIGHT - _DARK)))
    planes[3][:] = opacity
    height, width = opacity.shape
    reach = max(_LEAST_SPREAD, _SPREAD * max(width, height) // 1920) | 1
    area = _seen(np.asarray(opacity, np.uint8), 2 * reach)
    for channel in range(3):
        planes[channel][:] = _DARK if channel == 0 else _GREY
    if area is None:
        return
    rows, columns = area
    matte = np.asarray(opacity[rows, columns] / np.float32(255), np.float32)
    planes[0][rows, columns] = _straight(black[0][rows, columns], matte, float(_DARK), reach)
    half = (slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2))
    small = np.asarray(
        cv2.resize(matte, (matte.shape[1] // 2, matte.shape[0] // 2), interpolation=cv2.INTER_AREA),
        np.float32,
    )
    for channel in (1, 2):
        planes[channel][half] = _straight(black[channel][half], small, float(_GREY), (reach // 2) | 1)


def _straight(over_black: U8, matte: npt.NDArray[np.float32], foot: float, reach: int) -> U8:
    """One plane divided by its opacity; where there is none, the colours of the neighbourhood."""
    lit = over_black.astype(np.float32) - foot
    wide = cv2.blur(lit, (2 * reach + 1, 2 * reach + 1))
    cover = cv2.blur(matte, (2 * reach + 1, 2 * reach + 1))
    around = wide / np.maximum(cover, 1e-3)
    own = lit / np.maximum(matte, 1e-3)
    # Of a thin veil eight bits leave no colour: below a quarter the neighbourhood takes over.
    trust = np.clip(matte * 4, 0, 1)
    mixed = foot + own * trust + around * (1 - trust)
    return np.asarray(np.clip(np.round(mixed), 0, 255), np.uint8)


def _seen(opacity: U8, margin: int) -> tuple[slice, slice] | None:
    """The even rectangle in which anything is, and the margin around it."""
    rows = np.flatnonzero(opacity.any(axis=1))
    columns = np.flatnonzero(opacity.any(axis=0))
    if not len(rows):
        return None
    found = []
    for places, size in ((rows, opacity.shape[0]), (columns, opacity.shape[1])):
        start = max(0, int(places[0]) - margin) // 2 * 2
        found.append(slice(start, min(size, -(-(int(places[-1]) + 1 + margin) // 2) * 2)))
    return found[0], found[1]


def _fresh(size: tuple[int, int]) -> list[U8]:
    width, height = size
    return [np.empty((height // step, width // step), np.uint8) for step in (1, 2, 2)]
