"""One frame of a base clip, as coded: of a person who was cut out, the columns that they are in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import Image
from greenroom.media.colour import bgr_to_i420
from greenroom.media.planes import BLACK_LEVELS, Planes, i420_to_bgr, part_of

Alpha = npt.NDArray[np.uint8]

_BEFORE, _AFTER = 48, 16
"""Columns that are kept left and right of the person, at least: `window` begins to scale at one of the
former, and the latter are what it may leave out at the end."""
_GRID = 32
"""The first column is a multiple of it, so that it seldom changes while the person sways."""
_ROW_STEP = 4


@dataclass(slots=True, frozen=True)
class BaseFrame:
    planes: Planes
    """Y'CbCr 4:2:0, BT.709, limited range: all rows, and columns from `left` on. Do not write there."""
    matte: Alpha | None
    """[height, columns] of the same part; beyond it the picture is clear."""
    left: int
    """Even."""
    width: int
    """Of the whole picture."""

    @classmethod
    def of(cls, colour: Image, alpha: Alpha | None = None) -> BaseFrame:
        """From a whole picture, BGR [height, width, 3] with even sides."""
        return cls(bgr_to_i420(colour), alpha, 0, colour.shape[1])

    @property
    def height(self) -> int:
        return int(self.planes[0].shape[0])

    @property
    def right(self) -> int:
        """One past the last column that there is."""
        return self.left + int(self.planes[0].shape[1])

    @property
    def colour(self) -> Image:
        """The whole picture as BGR, black where nothing was kept; the caller's own."""
        return i420_to_bgr(self.between(0, self.width).planes)

    @property
    def alpha(self) -> Alpha | None:
        """The whole matte [height, width]."""
        return self.between(0, self.width).matte

    def between(self, left: int, right: int) -> BaseFrame:
        """The same from an even column to another, at least as many as there are; new ones are black."""
        if (left, right) == (self.left, self.right):
            return self
        before, after = self.left - left, right - self.right
        y, u, v = (
            _widened(plane, before // step, after // step, level)
            for plane, step, level in zip(self.planes, (1, 2, 2), BLACK_LEVELS, strict=True)
        )
        matte = _widened(self.matte, before, after, 0) if self.matte is not None else None
        return BaseFrame((y, u, v), matte, left, self.width)


def person_columns(alpha: Alpha, noise: int = 0) -> tuple[int, int]:
    """The even columns of a whole matte that are kept: those with anything above `noise`, and some beside."""
    width = alpha.shape[1]
    # What is seen in none of these rows is no person, and within what is kept beside one.
    seen = np.flatnonzero(cv2.reduce(alpha[::_ROW_STEP], 0, cv2.REDUCE_MAX)[0] > noise)
    if not len(seen):
        return 0, min(width, _GRID)
    left = max(0, int(seen[0]) - _BEFORE) // _GRID * _GRID
    right = min(width, -(-(int(seen[-1]) + 1 + _AFTER) // _GRID) * _GRID)
    return left, right


def kept_planes(planes: Planes, columns: tuple[int, int]) -> Planes:
    """A copy of some columns of all planes."""
    y, u, v = (plane.copy() for plane in part_of(planes, columns[0], 0, columns[1], planes[0].shape[0]))
    return y, u, v


def _widened(plane: npt.NDArray[np.uint8], before: int, after: int, level: int) -> npt.NDArray[np.uint8]:
    wide = cv2.copyMakeBorder(plane, 0, 0, before, after, cv2.BORDER_CONSTANT, value=(level,))
    return np.asarray(wide, np.uint8)
