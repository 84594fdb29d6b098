"""The scene: a canvas, what stands still behind the person, and where the person stands.

Pictures are composited in Y'CbCr 4:2:0 (BT.709, limited range), the encoder's own format. The background is
converted once; a frame costs one copy of it plus the person's own area.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
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
_FACE_SHARE = 0.40
"""Height of the face, forehead to chin, in canvas heights, when head and shoulders fill the picture."""
_FACE_WIDTH = 0.55
"""And at most so many canvas widths: in a portrait picture the shoulders may leave it."""
_CHIN_LINE = 0.68
"""Where the chin lies then, in canvas heights from above."""
_MOST_WIDTH = 1.35
"""Widest a person may get, in canvas widths: shoulders may leave a portrait picture, the face may not."""
_MOST_PIXELS = 64_000_000
_EDGE_GAIN = 1.5
"""A matte enlarged more than twice gets its soft edge narrowed by this, about its middle."""
_EDGE_FOOT = 127.5 * (1.0 - 1.0 / _EDGE_GAIN)


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

    In a portrait canvas the width limits the face, and its eyes come to about a third of the height.
    """
    (canvas_width, canvas_height), (width, height) = canvas, picture
    scale = min(_FACE_SHARE * canvas_height, _FACE_WIDTH * canvas_width) / (face.chin - face.forehead)
    bottom = area.bottom if area is not None else height
    if area is None:
        scale = max(scale, canvas_width / width, canvas_height / height)
    top_free = (_CHIN_LINE - _FACE_SHARE) * canvas_height
    x, y = canvas_width / 2 - face.centre * scale, top_free - face.forehead * scale
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


class _Window:
    """The part of the base picture that is seen, and the even canvas rectangle where it goes.

    Keeps its scratch pictures between frames, so it serves one thread at a time.
    """

    def __init__(self, x: _Span, y: _Span) -> None:
        self._x, self._y = x, y
        self._grows = x.scaled > 2 * (x.last - x.first)
        self._scratch: dict[str, U8] = {}

    @classmethod
    def of(cls, canvas: tuple[int, int], person: Person) -> _Window | None:
        place, area = person.placement, person.area
        columns = (area.left, area.right) if area else None
        rows = (area.top, area.bottom) if area else None
        x = _axis((place.x, place.width), person.picture[0], canvas[0], columns)
        y = _axis((place.y, place.height), person.picture[1], canvas[1], rows)
        return cls(x, y) if x is not None and y is not None else None

    def draw(self, planes: Sequence[U8], background: Planes, colour: Image, alpha: U8 | None) -> None:
        """Lay the person over `planes`, which hold `background`."""
        seen = (slice(self._y.first, self._y.last), slice(self._x.first, self._x.last))
        yuv = bgr_to_yuv709(colour[seen])
        for channel in range(3):
            divisor = 1 if channel == 0 else 2
            front = self._scaled("front", np.asarray(cv2.extractChannel(yuv, channel), np.uint8), divisor)
            x, y = self._x, self._y
            area = (
                slice(y.start // divisor, y.stop // divisor),
                slice(x.start // divisor, x.stop // divisor),
            )
            if alpha is None:
                planes[channel][area] = front
                continue
            if channel < 2:  # U and V share theirs
                matte = self._matte(alpha[seen], divisor)
            self._mix(planes[channel][area], front, background[channel][area], matte)

    def _matte(self, alpha: U8, divisor: int) -> tuple[U8, U8]:
        """The scaled matte and its complement."""
        scaled = self._scaled("matte", alpha, divisor)
        if self._grows:
            low = cv2.subtract(scaled, _EDGE_FOOT, dst=self._old("steep", scaled.shape))
            steep = cv2.convertScaleAbs(low, dst=low, alpha=_EDGE_GAIN)  # both saturate
            scaled = self._kept("steep", steep)
        return scaled, self._kept("rest", cv2.bitwise_not(scaled, dst=self._old("rest", scaled.shape)))

    def _mix(self, target: U8, front: U8, back: U8, matte: tuple[U8, U8]) -> None:
        """target = front * matte + back * (1 - matte), uint8 [h, w], rounded."""
        lit = cv2.multiply(front, matte[0], dst=self._old("lit", front.shape), scale=1 / 255)
        dim = cv2.multiply(back, matte[1], dst=self._old("dim", front.shape), scale=1 / 255)
        cv2.add(self._kept("lit", lit), self._kept("dim", dim), dst=target)

    def _scaled(self, name: str, values: U8, divisor: int) -> U8:
        """One channel of the seen part at the size it has on the canvas, cut to the target rectangle."""
        width, height = self._x.scaled // divisor, self._y.scaled // divisor
        if (width, height) != (values.shape[1], values.shape[0]):
            way = cv2.INTER_CUBIC if width > values.shape[1] else cv2.INTER_AREA
            old = self._old(name, (height, width))
            values = self._kept(name, cv2.resize(values, (width, height), dst=old, interpolation=way))
        x, y = self._x, self._y
        left, top = x.skip // divisor, y.skip // divisor
        right, bottom = left + (x.stop - x.start) // divisor, top + (y.stop - y.start) // divisor
        return values[top:bottom, left:right]

    def _old(self, name: str, shape: tuple[int, ...]) -> U8 | None:
        """Scratch memory from the frame before: fresh pages for each frame cost more than the work."""
        return self._scratch.get(f"{name}{shape[0]}x{shape[1]}")

    def _kept(self, name: str, picture: cv2.typing.MatLike) -> U8:
        kept = np.asarray(picture, np.uint8)
        self._scratch[f"{name}{kept.shape[0]}x{kept.shape[1]}"] = kept
        return kept


@dataclass(slots=True, frozen=True)
class _Span:
    """One axis of a window."""

    first: int
    """Of the base picture, the first pixel seen and one past the last."""
    last: int
    scaled: int
    """Canvas pixels to which that part is scaled; even."""
    skip: int
    """How many of those lie before the canvas; even."""
    start: int
    """The first canvas pixel covered and one past the last; even."""
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
