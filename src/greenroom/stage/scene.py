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
from greenroom.stage.enlarging import enlarged
from greenroom.stage.errors import SceneError
from greenroom.stage.framing import PersonArea, Placement

U8 = npt.NDArray[np.uint8]
Planes = tuple[U8, U8, U8]

_MOST_PIXELS = 64_000_000
_EDGE_GAIN = 1.5
"""A matte enlarged more than twice gets its soft edge narrowed by this, about its middle."""
_EDGE_FOOT = 127.5 * (1.0 - 1.0 / _EDGE_GAIN)


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

    upright = Pillow.fromarray(read_rgba(path))
    white = Pillow.new("RGBA", upright.size, "white")
    white.alpha_composite(upright)
    return np.ascontiguousarray(np.asarray(white.convert("RGB"), np.uint8)[..., ::-1])


def read_rgba(path: Path) -> U8:
    """An image file as `read_image` takes it, as RGBA [height, width, 4], upright. Raises NotMediaError."""
    from PIL import Image as Pillow
    from PIL import ImageOps, UnidentifiedImageError

    try:
        with Pillow.open(path) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise NotMediaError(
                    f"{path.name} is {opened.width}x{opened.height}: at most 64 megapixels are read."
                )
            return np.array(ImageOps.exif_transpose(opened).convert("RGBA"), np.uint8)
    except (UnidentifiedImageError, OSError, SyntaxError, Pillow.DecompressionBombError) as error:
        raise NotMediaError(
            f"{path.name} is not an image that can be read. Use JPEG, PNG or WebP."
        ) from error


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

    @property
    def background(self) -> Planes:
        """What stands still behind the person; what is drawn into it stays."""
        return self._planes

    def draw(self, planes: Sequence[U8], colour: Image | None, alpha: U8 | None) -> None:
        """Fill writable I420 `planes` with the background and, unless None, the person in `colour`."""
        self.draw_background(planes)
        if colour is not None:
            self.draw_person(planes, colour, alpha)

    def draw_background(self, planes: Sequence[U8]) -> None:
        for target, source in zip(planes, self._planes, strict=True):
            target[:] = source

    def draw_person(self, planes: Sequence[U8], colour: Image, alpha: U8 | None) -> None:
        """Lay the person over what `planes` hold already."""
        if self._window is not None:
            self._window.draw(planes, colour, alpha)


@dataclass(slots=True, frozen=True)
class Person:
    picture: tuple[int, int]
    """Width and height of the base picture."""
    placement: Placement
    area: PersonArea | None
    is_fine: bool = False
    """Enlarged with `stage.enlarging`, which costs more than plain interpolation."""


class _Window:
    """The part of the base picture that is seen, and the even canvas rectangle where it goes.

    Keeps its scratch pictures between frames, so it serves one thread at a time.
    """

    def __init__(self, x: _Span, y: _Span, is_fine: bool = False) -> None:
        self._x, self._y = x, y
        self._is_fine = is_fine and x.scaled > x.last - x.first and y.scaled > y.last - y.first
        self._grows = x.scaled > 2 * (x.last - x.first)
        self._scratch: dict[str, U8] = {}

    @classmethod
    def of(cls, canvas: tuple[int, int], person: Person) -> _Window | None:
        place, area = person.placement, person.area
        columns = (area.left, area.right) if area else None
        rows = (area.top, area.bottom) if area else None
        x = _axis((place.x, place.width), person.picture[0], canvas[0], columns)
        y = _axis((place.y, place.height), person.picture[1], canvas[1], rows)
        return cls(x, y, person.is_fine) if x is not None and y is not None else None

    def draw(self, planes: Sequence[U8], colour: Image, alpha: U8 | None) -> None:
        """Lay the person over what `planes` hold."""
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
            self._mix(planes[channel][area], front, matte)

    def _matte(self, alpha: U8, divisor: int) -> tuple[U8, U8]:
        """The scaled matte and its complement."""
        scaled = self._scaled("matte", alpha, divisor)
        if self._grows:
            low = cv2.subtract(scaled, _EDGE_FOOT, dst=self._old("steep", scaled.shape))
            steep = cv2.convertScaleAbs(low, dst=low, alpha=_EDGE_GAIN)  # both saturate
            scaled = self._kept("steep", steep)
        return scaled, self._kept("rest", cv2.bitwise_not(scaled, dst=self._old("rest", scaled.shape)))

    def _mix(self, target: U8, front: U8, matte: tuple[U8, U8]) -> None:
        """target = front * matte + target * (1 - matte), uint8 [h, w], rounded."""
        lit = cv2.multiply(front, matte[0], dst=self._old("lit", front.shape), scale=1 / 255)
        dim = cv2.multiply(target, matte[1], dst=self._old("dim", front.shape), scale=1 / 255)
        cv2.add(self._kept("lit", lit), self._kept("dim", dim), dst=target)

    def _scaled(self, name: str, values: U8, divisor: int) -> U8:
        """One channel of the seen part at the size it has on the canvas, cut to the target rectangle."""
        width, height = self._x.scaled // divisor, self._y.scaled // divisor
        if self._is_fine and name == "front" and divisor == 1:
            values = enlarged(values, (width, height))
        elif (width, height) != (values.shape[1], values.shape[0]):
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
