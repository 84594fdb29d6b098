"""The scene: a canvas, what stands still behind the person, and where the person stands.

Pictures are composited in Y'CbCr 4:2:0 (BT.709, limited range), the encoder's own format. The background is
converted once; a frame costs one copy of it plus the person's own area.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import Image
from greenroom.media.colour import bgr_to_i420, bgr_to_yuv709
from greenroom.media.errors import NotMediaError

U8 = npt.NDArray[np.uint8]
Planes = tuple[U8, U8, U8]

_HEAD_ROOM = 0.14
"""Free share of the canvas above the person."""
_MOST_WIDTH = 1.35
"""Widest a person may get, in canvas widths: shoulders may leave a portrait picture, the face may not."""
_MOST_PIXELS = 64_000_000


class SceneError(ValueError):
    """A scene cannot be built as asked; the text is fit for a user."""


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

    @classmethod
    def of(cls, alphas: Sequence[U8]) -> PersonArea:
        """The union over some mattes [height, width] of one clip."""
        most = np.max(np.stack(alphas), axis=0)
        rows, columns = np.nonzero(most.max(axis=1) > 8)[0], np.nonzero(most.max(axis=0) > 8)[0]
        if not len(rows):
            return cls(0, 0, most.shape[1], most.shape[0], most.shape[1] / 2)
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        head = np.mean([a[top : top + (bottom - top) // 2].astype(np.float64) for a in alphas], axis=0)
        weight = head.sum(axis=0)
        centre = float((weight * np.arange(len(weight))).sum() / max(weight.sum(), 1.0))
        return cls(int(columns[0]), top, int(columns[-1]) + 1, bottom, centre)


def default_placement(
    canvas: tuple[int, int], picture: tuple[int, int], area: PersonArea | None
) -> Placement:
    """A half-body framing for sizes (width, height): standing on the lower edge, head in the middle.

    A person who was not cut out fills the canvas with the whole picture instead, like a background photo.
    """
    (canvas_width, canvas_height), (width, height) = canvas, picture
    if area is None:
        scale = max(canvas_width / width, canvas_height / height)
        size = (round(width * scale), round(height * scale))
        return Placement((canvas_width - size[0]) // 2, (canvas_height - size[1]) // 2, *size)
    tall = (1.0 - _HEAD_ROOM) * canvas_height / (area.bottom - area.top)
    scale = min(tall, _MOST_WIDTH * canvas_width / (area.right - area.left))
    return Placement(
        round(canvas_width / 2 - area.centre * scale),
        round(canvas_height - area.bottom * scale),
        round(width * scale),
        round(height * scale),
    )


def parse_colour(text: str) -> tuple[int, int, int]:
    """`#RRGGBB` as B, G, R. Raises SceneError for anything else."""
    found = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", text.strip())
    if found is None:
        raise SceneError(f"{text!r} is not a colour. Write it as #RRGGBB, for example #1E90FF.")
    red, green, blue = (int(part, 16) for part in found.groups())
    return blue, green, red


def background_picture(background: str, canvas: tuple[int, int]) -> Image:
    """A colour (`#RRGGBB`) or an image file as a BGR picture that covers the canvas (width, height).

    Raises:
        SceneError: neither a colour nor a file that exists.
        NotMediaError: the file is not an image that can be read.
    """
    width, height = canvas
    if background.startswith("#"):
        picture = np.empty((height, width, 3), np.uint8)
        picture[:] = parse_colour(background)
        return picture
    path = Path(background)
    if not path.is_file():
        raise SceneError(f"The background {background!r} is neither a colour like #1E90FF nor an image file.")
    return cover_fit(read_image(path), canvas)


def read_image(path: Path) -> Image:
    """An image file (JPEG, PNG, WebP, BMP, TIFF) as BGR, upright; transparent parts become white.

    Raises:
        NotMediaError: it is none of these, or larger than 64 megapixels.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps, UnidentifiedImageError

    try:
        with Pillow.open(path) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise NotMediaError(
                    f"{path.name} is {opened.width}x{opened.height}: at most 64 megapixels are read."
                )
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, Pillow.DecompressionBombError) as error:
        raise NotMediaError(
            f"{path.name} is not an image that can be read. Use JPEG, PNG or WebP."
        ) from error
    white = Pillow.new("RGBA", upright.size, "white")
    white.alpha_composite(upright)
    return np.ascontiguousarray(np.asarray(white.convert("RGB"), np.uint8)[..., ::-1])


def cover_fit(picture: Image, canvas: tuple[int, int]) -> Image:
    """Scaled to cover the canvas (width, height), the overhang cut evenly."""
    width, height = canvas
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, size, interpolation=way)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(scaled[y : y + height, x : x + width], np.uint8)


class Scene:
    """Composites one person over one still background."""

    def __init__(self, canvas: tuple[int, int], background: Image, person: Person) -> None:
        """`background`: BGR [height, width, 3] of the canvas size; both sides of the canvas are even."""
        if canvas[0] % 2 or canvas[1] % 2:
            raise SceneError(f"A video needs even sides, not {canvas[0]}x{canvas[1]}.")
        self._planes = bgr_to_i420(background)
        self._person = person
        self._window = _Window.of(canvas, person)

    def draw(self, planes: Sequence[U8], colour: Image | None, alpha: U8 | None) -> None:
        """Fill writable I420 `planes` with the background and, unless None, the person in `colour`."""
        for target, source in zip(planes, self._planes, strict=True):
            target[:] = source
        if colour is not None and self._window is not None:
            self._window.draw(planes, self._planes, colour, alpha)


@dataclass(slots=True, frozen=True)
class Person:
    picture: tuple[int, int]
    """Width and height of the base picture."""
    placement: Placement
    area: PersonArea | None


@dataclass(slots=True, frozen=True)
class _Window:
    """The part of the base picture that is seen, and the even canvas rectangle where it goes."""

    source: tuple[int, int, int, int]
    """x0, y0, x1, y1 in the base picture."""
    scaled: tuple[int, int]
    """Size to which that part is scaled, even."""
    offset: tuple[int, int]
    """Of the canvas rectangle inside the scaled part, even."""
    target: tuple[int, int, int, int]
    """x0, y0, x1, y1 on the canvas, even."""

    @classmethod
    def of(cls, canvas: tuple[int, int], person: Person) -> _Window | None:
        place, area = person.placement, person.area
        x_span = _axis(
            (place.x, place.width), person.picture[0], canvas[0], (area.left, area.right) if area else None
        )
        y_span = _axis(
            (place.y, place.height), person.picture[1], canvas[1], (area.top, area.bottom) if area else None
        )
        if x_span is None or y_span is None:
            return None
        return cls(
            (x_span.first, y_span.first, x_span.last, y_span.last),
            (x_span.scaled, y_span.scaled),
            (x_span.skip, y_span.skip),
            (x_span.start, y_span.start, x_span.stop, y_span.stop),
        )

    def draw(self, planes: Sequence[U8], background: Planes, colour: Image, alpha: U8 | None) -> None:
        x0, y0, x1, y1 = self.source
        yuv = bgr_to_yuv709(colour[y0:y1, x0:x1])
        matte = alpha[y0:y1, x0:x1] if alpha is not None else None
        self._blend(planes[0], background[0], cv2.extractChannel(yuv, 0), matte, 1)
        half_matte = self._scaled(matte, 2, True) if matte is not None else None
        for channel in (1, 2):
            self._blend(planes[channel], background[channel], cv2.extractChannel(yuv, channel), half_matte, 2)

    def _blend(self, plane: U8, background: U8, values: U8, matte: U8 | None, divisor: int) -> None:
        x0, y0, x1, y1 = (side // divisor for side in self.target)
        fresh = self._scaled(values, divisor, False)
        if matte is None:
            plane[y0:y1, x0:x1] = fresh
            return
        if divisor == 1:
            matte = self._scaled(matte, 1, True)
        _mix(plane[y0:y1, x0:x1], fresh, background[y0:y1, x0:x1], matte)

    def _scaled(self, values: U8, divisor: int, is_matte: bool) -> U8:
        width, height = self.scaled[0] // divisor, self.scaled[1] // divisor
        grows = width > values.shape[1]
        if (width, height) != (values.shape[1], values.shape[0]):
            way = cv2.INTER_CUBIC if grows else cv2.INTER_AREA
            values = np.asarray(cv2.resize(values, (width, height), interpolation=way), np.uint8)
        if is_matte and width > 2 * (self.source[2] - self.source[0]):
            values = np.asarray(cv2.LUT(values, _EDGE_CURVE), np.uint8)
        x, y = self.offset[0] // divisor, self.offset[1] // divisor
        x1 = x + (self.target[2] - self.target[0]) // divisor
        y1 = y + (self.target[3] - self.target[1]) // divisor
        return values[y:y1, x:x1]


def _edge_curve() -> U8:
    """Narrows the soft edge of a matte that was enlarged more than twice."""
    level = np.arange(256, dtype=np.float32) / 255.0
    steep = np.clip((level - 0.5) * 1.5 + 0.5, 0.0, 1.0)
    return np.asarray(np.round(255.0 * steep), np.uint8)


_EDGE_CURVE = _edge_curve()


def _mix(target: U8, front: U8, back: U8, matte: U8) -> None:
    """target = front * matte + back * (1 - matte), uint8 [h, w], rounded."""
    lit = cv2.multiply(front, matte, scale=1 / 255)
    dim = cv2.multiply(back, cv2.bitwise_not(matte), scale=1 / 255)
    cv2.add(lit, dim, dst=target)


@dataclass(slots=True, frozen=True)
class _Span:
    """One axis of a window: see `_Window`."""

    first: int
    last: int
    scaled: int
    skip: int
    start: int
    stop: int


def _axis(place: tuple[int, int], picture: int, canvas: int, area: tuple[int, int] | None) -> _Span | None:
    """Which pixels of the picture fall on the canvas along one axis; None when none do."""
    position, size = place
    scale = size / picture
    low, high = area if area is not None else (0, picture)
    first = max(low, int(max(0, -position) / scale) - 2, 0)
    last = min(high, int((canvas - position) / scale) + 3, picture)
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
