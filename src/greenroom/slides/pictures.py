"""Pages as picture files of a bounded size, and pages laid onto a canvas of another shape."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from greenroom.slides.errors import DeckError

LONG_SIDE, SHORT_SIDE = 1920, 1080
"""Pixels; what may be inserted into a video (service overview, table 4-7)."""
_MOST_ASPECT = 10.0
_QUALITY = 93
_PALE = 16


def pixel_size(width: float, height: float) -> tuple[int, int]:
    """The size in pixels of a page of this shape: as large as 1080p takes it, both sides even.

    Raises:
        DeckError: a page without area, or far longer than broad.
    """
    if not (width > 0 and height > 0) or max(width / height, height / width) > _MOST_ASPECT:
        raise DeckError(
            f"a page is {width:.0f} by {height:.0f} points, which is no page to look at: "
            f"choose a page at most {_MOST_ASPECT:.0f} times as long as broad"
        )
    across, down = (LONG_SIDE, SHORT_SIDE) if width >= height else (SHORT_SIDE, LONG_SIDE)
    scale = min(across / width, down / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def write_picture(picture: Any, folder: Path, stem: str) -> str:
    """Write a Pillow picture as PNG or as JPEG, whichever is smaller; returns the file's name.

    Text and drawings are smaller and sharp as PNG, photographs as JPEG without loss of colour resolution.
    """
    rgb = picture.convert("RGB")
    png, jpeg = BytesIO(), BytesIO()
    rgb.save(png, "PNG", compress_level=6)
    rgb.save(jpeg, "JPEG", quality=_QUALITY, subsampling=0)
    is_png = png.tell() <= jpeg.tell() * 2
    name = f"{stem}.{'png' if is_png else 'jpg'}"
    (folder / name).write_bytes((png if is_png else jpeg).getvalue())
    return name


def lay_out(
    source: Path, out: Path, canvas: tuple[int, int], box: tuple[int, int, int, int] | None = None
) -> None:
    """Write the page whole onto a canvas: inside `box` (x, y, width, height), else as large as it goes.

    Round it lies the colour of the page's own border, a little darker or lighter, so that the page stands out
    from it where it does not reach the canvas's edge.
    """
    from PIL import Image

    with Image.open(source) as opened:
        page = opened.convert("RGB")
    x, y, width, height = box or (0, 0, *canvas)
    scale = min(width / page.width, height / page.height)
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    whole = Image.new("RGB", canvas, _surround(page))
    page = page.resize(size, Image.Resampling.LANCZOS) if size != page.size else page
    whole.paste(page, (x + (width - size[0]) // 2, y + (height - size[1]) // 2))
    whole.save(out, "PNG", compress_level=1)


def _surround(page: Any) -> tuple[int, int, int]:
    """The mean of the page's corners, shifted away from white or black."""
    width, height = page.size
    corners = [page.getpixel((x, y)) for x in (0, width - 1) for y in (0, height - 1)]
    means = [sum(corner[channel] for corner in corners) // 4 for channel in range(3)]
    step = -_PALE if sum(means) > 3 * 64 else _PALE
    red, green, blue = (max(0, min(255, value + step)) for value in means)
    return red, green, blue
