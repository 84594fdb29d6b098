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
from greenroom.media.colour import bgr_to_i420
from greenroom.media.errors import NotMediaError
from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.errors import SceneError
from greenroom.stage.framing import PersonArea, Placement
from greenroom.stage.window import Window

U8 = npt.NDArray[np.uint8]
Planes = tuple[U8, U8, U8]

_MOST_PIXELS = 64_000_000


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
        self._window = Window.of(canvas, person.picture, person.placement, person.area, person.is_fine)

    @property
    def background(self) -> Planes:
        """What stands still behind the person; what is drawn into it stays."""
        return self._planes

    def draw(self, planes: Sequence[U8], person: BaseFrame | None) -> None:
        """Fill writable I420 `planes` with the background and, unless None, the person."""
        self.draw_background(planes)
        if person is not None:
            self.draw_person(planes, person)

    def draw_background(self, planes: Sequence[U8]) -> None:
        for target, source in zip(planes, self._planes, strict=True):
            target[:] = source

    def draw_person(self, planes: Sequence[U8], person: BaseFrame) -> None:
        """Lay the person over what `planes` hold already."""
        if self._window is not None:
            self._window.draw(planes, person)


@dataclass(slots=True, frozen=True)
class Person:
    picture: tuple[int, int]
    """Width and height of the base picture."""
    placement: Placement
    area: PersonArea | None
    is_fine: bool = False
    """Enlarged with `stage.enlarging`, which costs more than plain interpolation."""
