"""Sprites: pictures that are laid over the frame, ready in the frame's own format.

Y'CbCr 4:2:0, BT.709, limited range, with the colour multiplied by its opacity beforehand: laying one over a
frame is one multiplication and one addition a pixel, or a plain copy where it is opaque.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.media.colour import bgr_to_yuv709

U8 = npt.NDArray[np.uint8]
Planes = tuple[U8, U8, U8]


@dataclass(slots=True, frozen=True)
class Sprite:
    x: int
    """Left and upper edge on the canvas, even; they may lie beyond it."""
    y: int
    front: Planes
    """Y, U and V, times opacity; even sides."""
    rest: tuple[U8, U8] | None
    """How much of the frame stays, 0..255, for Y and for U and V; None: nothing."""

    @property
    def width(self) -> int:
        return int(self.front[0].shape[1])

    @property
    def height(self) -> int:
        return int(self.front[0].shape[0])

    @property
    def area(self) -> int:
        return self.width * self.height

    def covers(self, canvas: tuple[int, int]) -> bool:
        """Whether nothing of the canvas (width, height) is seen beneath it."""
        return (
            self.rest is None
            and self.x <= 0
            and self.y <= 0
            and self.x + self.width >= canvas[0]
            and self.y + self.height >= canvas[1]
        )

    def draw(self, planes: Sequence[U8]) -> None:
        """Lay it over writable I420 planes, cut at their edges."""
        for channel, target in enumerate(planes):
            step = 1 if channel == 0 else 2
            shared = _shared(self, target, step)
            if shared is None:
                return
            seen, part = shared
            view, front = target[seen], self.front[channel][part]
            if self.rest is None:
                view[:] = front
                continue
            kept = cv2.multiply(view, self.rest[min(channel, 1)][part], scale=1 / 255)
            cv2.add(kept, front, dst=view)

    def moved(self, dx: float, dy: float) -> Sprite:
        """To the nearest even place."""
        return Sprite(self.x + 2 * round(dx / 2), self.y + 2 * round(dy / 2), self.front, self.rest)

    def faded(self, opacity: float) -> Sprite:
        """With its opacity times 0..1."""
        if opacity >= 1.0:
            return self
        front = tuple(_bytes(cv2.convertScaleAbs(plane, alpha=opacity)) for plane in self.front)
        if self.rest is None:
            kept = round(255 * (1 - opacity))
            rest = tuple(np.full(plane.shape, kept, np.uint8) for plane in self.front[:2])
        else:
            rest = tuple(
                _bytes(cv2.bitwise_not(cv2.convertScaleAbs(cv2.bitwise_not(plane), alpha=opacity)))
                for plane in self.rest
            )
        return Sprite(self.x, self.y, _three(front), _two(rest))

    def scaled(self, scale: float) -> Sprite:
        """About its middle; at least two pixels a side are left."""
        width, height = (max(2, 2 * round(side * scale / 2)) for side in (self.width, self.height))
        x = self.x + 2 * round((self.width - width) / 4)
        y = self.y + 2 * round((self.height - height) / 4)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        front = tuple(_resized(plane, width, height, number, way) for number, plane in enumerate(self.front))
        if self.rest is None:
            return Sprite(x, y, _three(front), None)
        rest = tuple(_resized(plane, width, height, number, way) for number, plane in enumerate(self.rest))
        return Sprite(x, y, _three(front), _two(rest))

    def under(self, upper: Sprite) -> Sprite:
        """This one and `upper` over it as one sprite, over the rectangle that holds both."""
        left, top = min(self.x, upper.x), min(self.y, upper.y)
        right = max(self.x + self.width, upper.x + upper.width)
        bottom = max(self.y + self.height, upper.y + upper.height)
        whole = _clear(left, top, right - left, bottom - top)
        assert whole.rest is not None
        for sprite in (self, upper):
            placed = Sprite(sprite.x - left, sprite.y - top, sprite.front, sprite.rest)
            placed.draw(whole.front)
            _cover(placed, whole.rest)
        return whole


def sprite_of(picture: U8, x: int, y: int, opacity: float = 1.0) -> Sprite:
    """A picture, RGBA [height, width, 4], whose upper left corner lies at any place of the canvas."""
    left, top = x - x % 2, y - y % 2
    height, width = picture.shape[:2]
    sides = (y - top, -(height + y - top) % 2, x - left, -(width + x - left) % 2)
    if any(sides):
        picture = np.asarray(cv2.copyMakeBorder(picture, *sides, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)))
    cover = picture[..., 3].astype(np.float32) * (opacity / 255)
    yuv = bgr_to_yuv709(np.ascontiguousarray(picture[..., 2::-1]))
    half = (picture.shape[1] // 2, picture.shape[0] // 2)
    planes = []
    for channel in range(3):
        front = yuv[..., channel] * cover
        planes.append(_rounded(front if channel == 0 else _area(front, half)))
    if float(cover.min(initial=1.0)) >= 1.0:
        return Sprite(left, top, _three(planes), None)
    rest = 255 - cover * 255
    return Sprite(left, top, _three(planes), (_rounded(rest), _rounded(_area(rest, half))))


def sprite_of_yuva(planes: Sequence[U8], alpha: U8, x: int, y: int, size: tuple[int, int]) -> Sprite:
    """Planes Y, U, V and their matte, all of 4:2:0 and even sides, scaled to an even size (width, height)."""
    half_alpha = _bytes(
        cv2.resize(alpha, (planes[1].shape[1], planes[1].shape[0]), interpolation=cv2.INTER_AREA)
    )
    way = cv2.INTER_AREA if size[0] < planes[0].shape[1] else cv2.INTER_LINEAR
    front = []
    for channel, plane in enumerate(planes):
        lit = cv2.multiply(plane, alpha if channel == 0 else half_alpha, scale=1 / 255)
        front.append(_resized(_bytes(lit), *size, channel, way))
    rest = [
        _resized(_bytes(cv2.bitwise_not(matte)), *size, number, way)
        for number, matte in enumerate((alpha, half_alpha))
    ]
    return Sprite(x, y, _three(front), _two(rest))


def merged(sprites: Sequence[Sprite]) -> list[Sprite]:
    """The same picture from fewer sprites: neighbours that overlap become one."""
    result: list[Sprite] = []
    for sprite in sprites:
        if result and _common_area(result[-1], sprite) <= result[-1].area + sprite.area:
            result[-1] = result[-1].under(sprite)
        else:
            result.append(sprite)
    return result


def _common_area(first: Sprite, second: Sprite) -> int:
    width = max(first.x + first.width, second.x + second.width) - min(first.x, second.x)
    height = max(first.y + first.height, second.y + second.height) - min(first.y, second.y)
    return width * height


def _clear(x: int, y: int, width: int, height: int) -> Sprite:
    front = tuple(np.zeros((height // step, width // step), np.uint8) for step in (1, 2, 2))
    rest = tuple(np.full((height // step, width // step), 255, np.uint8) for step in (1, 2))
    return Sprite(x, y, _three(front), _two(rest))


def _cover(sprite: Sprite, rest: tuple[U8, U8]) -> None:
    """Let less of the frame through where `sprite` lies."""
    for number, target in enumerate(rest):
        shared = _shared(sprite, target, number + 1)
        assert shared is not None, "it lies within"
        seen, part = shared
        view = target[seen]
        if sprite.rest is None:
            view[:] = 0
        else:
            cv2.multiply(view, sprite.rest[number][part], dst=view, scale=1 / 255)


Area = tuple[slice, slice]


def _shared(sprite: Sprite, target: U8, step: int) -> tuple[Area, Area] | None:
    """The part of a plane that the sprite covers, and the part of the sprite that lies there."""
    left, top = sprite.x // step, sprite.y // step
    x, y = max(0, left), max(0, top)
    right = min(target.shape[1], left + sprite.width // step)
    bottom = min(target.shape[0], top + sprite.height // step)
    if right <= x or bottom <= y:
        return None
    return (slice(y, bottom), slice(x, right)), (slice(y - top, bottom - top), slice(x - left, right - left))


def _resized(plane: U8, width: int, height: int, number: int, way: int) -> U8:
    """To the size of plane `number` of a picture of this size."""
    size = (width, height) if number == 0 else (width // 2, height // 2)
    if size == (plane.shape[1], plane.shape[0]):
        return plane
    return _bytes(cv2.resize(plane, size, interpolation=way))


def _area(values: npt.NDArray[np.float32], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def _rounded(values: npt.NDArray[Any]) -> U8:
    rounded: U8 = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded


def _bytes(picture: Any) -> U8:
    return np.asarray(picture, np.uint8)


def _three(planes: Sequence[U8]) -> Planes:
    y, u, v = planes
    return y, u, v


def _two(planes: Sequence[U8]) -> tuple[U8, U8]:
    full, half = planes
    return full, half
