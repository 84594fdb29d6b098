"""Where the person goes on the canvas: scaled from the base picture, and laid over what is there.

All is done in Y'CbCr 4:2:0, in which the base clip is coded and the video is encoded. Only the columns that
the person is in are scaled, from a column that the scaling takes to a whole one: so it does not matter to
what is seen how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.enlarging import enlarged
from greenroom.stage.framing import PersonArea, Placement

U8 = npt.NDArray[np.uint8]

_EDGE_GAIN = 1.5
"""A matte enlarged more than twice gets its soft edge narrowed by this, about its middle."""
_EDGE_FOOT = 127.5 * (1.0 - 1.0 / _EDGE_GAIN)
_LEAST_LINEAR = 0.75
"""From here on averaging over areas and linear interpolation are the same to within a few hundredths, and the
latter takes a seventh of the time."""
_LEAST_HALVED = 0.5
"""From here on the same is said of linear interpolation to twice the size, of which four pixels make one."""
_TRIED_PX = 40
"""Columns among which the first one is sought: `base_frame` keeps more than that beside the person."""


class Window:
    """The part of the base picture that is seen, and the even canvas rectangle where it goes.

    Keeps its scratch pictures between frames, so it serves one thread at a time.
    """

    def __init__(self, x: _Span, y: _Span, is_fine: bool = False) -> None:
        self._x, self._y = x, y
        self._is_fine = is_fine and x.scale > 1 and y.scale > 1
        self._grows = x.scale > 2
        self._way = _way(x.scale, y.scale)
        self._is_halved = self._way == cv2.INTER_LINEAR_EXACT and min(x.scale, y.scale) < _LEAST_LINEAR
        self._cuts: dict[tuple[int, int], _Cut | None] = {}
        self._scratch: dict[str, U8] = {}

    @classmethod
    def of(
        cls,
        canvas: tuple[int, int],
        picture: tuple[int, int],
        place: Placement,
        area: PersonArea | None,
        is_fine: bool = False,
    ) -> Window | None:
        """For a base picture of a size (width, height) of which the person fills `area`; None: unseen."""
        columns = (area.left, area.right) if area else None
        rows = (area.top, area.bottom) if area else None
        x = _axis((place.x, place.width), picture[0], canvas[0], columns)
        y = _axis((place.y, place.height), picture[1], canvas[1], rows)
        return cls(x, y, is_fine) if x is not None and y is not None else None

    def draw(self, planes: Sequence[U8], person: BaseFrame) -> None:
        """Lay the person over what `planes` hold."""
        if self._is_fine:
            person = person.between(0, person.width)
        kept = (person.left, person.right)
        if kept not in self._cuts:
            self._cuts[kept] = _cut(self._x, *kept)
        cut = self._cuts[kept]
        if cut is None:
            return
        mattes = self._mattes(person.matte, cut) if person.matte is not None else None
        for channel in range(3):
            step = 1 if channel == 0 else 2
            front = self._scaled("front", person.planes[channel], cut, step)
            area = (
                slice(self._y.start // step, self._y.stop // step),
                slice(cut.start // step, cut.stop // step),
            )
            if mattes is None:
                planes[channel][area] = front
            else:
                self._mix(planes[channel][area], front, mattes[step - 1])

    def _mattes(self, alpha: U8, cut: _Cut) -> list[tuple[U8, U8]]:
        """The scaled matte and its complement, for Y and at half the size for U and V."""
        full = self._scaled("matte", alpha, cut, 1)
        if self._grows:
            low = cv2.subtract(full, _EDGE_FOOT, dst=self._old("steep", full.shape))
            steep = cv2.convertScaleAbs(low, dst=low, alpha=_EDGE_GAIN)  # both saturate
            full = self._kept("steep", steep)
        size = (full.shape[1] // 2, full.shape[0] // 2)
        old = self._old("small", size[::-1])
        half = self._kept("small", cv2.resize(full, size, dst=old, interpolation=cv2.INTER_AREA))
        return [
            (matte, self._kept("rest", cv2.bitwise_not(matte, dst=self._old("rest", matte.shape))))
            for matte in (full, half)
        ]

    def _mix(self, target: U8, front: U8, matte: tuple[U8, U8]) -> None:
        """target = front * matte + target * (1 - matte), uint8 [h, w], rounded."""
        lit = cv2.multiply(front, matte[0], dst=self._old("lit", front.shape), scale=1 / 255)
        dim = cv2.multiply(target, matte[1], dst=self._old("dim", front.shape), scale=1 / 255)
        cv2.add(self._kept("lit", lit), self._kept("dim", dim), dst=target)

    def _scaled(self, name: str, plane: U8, cut: _Cut, step: int) -> U8:
        """The seen part of a plane at the size it has on the canvas, cut to the target rectangle."""
        x, y = self._x, self._y
        values = plane[y.first // step : y.last // step, cut.first[step - 1] : cut.last // step]
        if self._is_fine and name == "front" and step == 1:
            values = enlarged(values, (x.scaled, y.scaled))
        elif x.scale != 1 or y.scale != 1:
            shape = (round(values.shape[0] * y.scale), round(values.shape[1] * x.scale))
            old = self._old(name, shape)
            # Of the factors, not of the sizes, which are rounded.
            if self._is_halved:
                values = self._kept(name, self._halved(values, shape, old))
            else:
                large = cv2.resize(values, None, dst=old, fx=x.scale, fy=y.scale, interpolation=self._way)
                values = self._kept(name, large)
        left, top = cut.skip // step, y.skip // step
        return values[top : top + (y.stop - y.start) // step, left : left + (cut.stop - cut.start) // step]

    def _halved(self, values: U8, shape: tuple[int, int], old: U8 | None) -> cv2.typing.MatLike:
        """Scaled to twice a shape (height, width), and that to the shape itself."""
        twice = (2 * shape[0], 2 * shape[1])
        double = cv2.resize(
            values, None, dst=self._old("double", twice), fx=2 * self._x.scale, fy=2 * self._y.scale,
            interpolation=self._way,
        )  # fmt: skip
        missing = [max(0, wanted - there) for wanted, there in zip(twice, double.shape, strict=True)]
        if any(missing):
            # The shape is rounded; nobody is in its last row and column.
            double = cv2.copyMakeBorder(double, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE)
        even = self._kept("double", double)[: twice[0], : twice[1]]
        return cv2.resize(even, shape[::-1], dst=old, interpolation=cv2.INTER_AREA)

    def _old(self, name: str, shape: tuple[int, ...]) -> U8 | None:
        """Scratch memory from the frame before: fresh pages for each frame cost more than the work."""
        return self._scratch.get(f"{name}{shape[0]}x{shape[1]}")

    def _kept(self, name: str, picture: cv2.typing.MatLike) -> U8:
        kept = np.asarray(picture, np.uint8)
        self._scratch[f"{name}{kept.shape[0]}x{kept.shape[1]}"] = kept
        return kept


@dataclass(slots=True, frozen=True)
class _Span:
    """One axis of a window; all numbers are even."""

    first: int
    """Of the base picture, the first pixel seen and one past the last."""
    last: int
    scaled: int
    """Canvas pixels to which that part is scaled."""
    skip: int
    """How many of those lie before the canvas."""
    start: int
    """The first canvas pixel covered and one past the last."""
    stop: int

    @property
    def scale(self) -> float:
        return self.scaled / (self.last - self.first)


@dataclass(slots=True, frozen=True)
class _Cut:
    """Which columns of the planes of a base frame go to which columns of the canvas."""

    first: tuple[int, int]
    """The first column of Y, and of U and V."""
    last: int
    """One past the last, in columns of Y; even."""
    skip: int
    """How many of the scaled columns lie before the first that is drawn; even."""
    start: int
    """The first canvas column covered and one past the last; even."""
    stop: int


def _cut(x: _Span, left: int, right: int) -> _Cut | None:
    """For planes that hold the columns from `left` up to `right` of the base picture; None when unseen."""
    begin, end = max(left, x.first) - x.first, min(right, x.last) - x.first
    if end - begin < 2:
        return None
    target, luma, chroma = _whole_column(begin, x.scale)
    count = min(
        2 * round((end // 2 - chroma) * x.scale),
        round((end - luma) * x.scale) // 2 * 2,
        x.scaled - target,
    )
    place = x.start - x.skip + target
    start, stop = max(place, x.start), min(place + count, x.stop)
    if stop <= start:
        return None
    away = x.first - left
    return _Cut((luma + away, chroma + away // 2), end + away, start - place, start, stop)


def _whole_column(begin: int, scale: float) -> tuple[int, int, int]:
    """An even column of the scaled picture that comes from a whole one, at or soon after `begin`, in Y as in
    U and V to within hundredths: that column, and where it comes from in Y and in U and V."""
    if begin == 0:
        return 0, 0, 0
    first = int(np.ceil(begin / 2 * scale))
    tried = np.arange(first, first + max(1, int(_TRIED_PX / 2 * scale)))
    luma, chroma = 2 * tried / scale, tried / scale
    away = np.abs(luma - np.rint(luma)) + np.abs(chroma - np.rint(chroma))
    best = int(np.argmin(away))
    return 2 * int(tried[best]), round(float(luma[best])), round(float(chroma[best]))


def _way(across: float, down: float) -> int:
    if across > 1:
        return cv2.INTER_CUBIC
    return cv2.INTER_LINEAR_EXACT if min(across, down) >= _LEAST_HALVED else cv2.INTER_AREA


def _axis(place: tuple[int, int], picture: int, canvas: int, area: tuple[int, int] | None) -> _Span | None:
    """Which pixels of the picture fall on the canvas along one axis; None when none do."""
    position, size = place
    scale = size / picture
    low, high = area if area is not None else (0, picture)
    first = max(low, int(max(0, -position) / scale) - 2, 0) // 2 * 2
    last = min(-(-min(high, int((canvas - position) / scale) + 3) // 2) * 2, picture)
    if last - first < 2:
        return None
    begin = position + first * scale
    scaled = max(2, 2 * round((last - first) * scale / 2))
    start = 2 * round(begin / 2)
    stop = min(start + scaled, canvas // 2 * 2)
    skip = max(0, -start)
    start = max(0, start)
    if stop <= start:
        return None
    return _Span(first, last, scaled, skip, start, stop)
