"""What lies behind the person, made to fit the canvas, in the child process that plans a video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from greenroom.video.errors import VideoContentError


def background_of(background: dict[str, Any], canvas: tuple[int, int], is_transparent: bool = False) -> str:
    """What the stage takes: a colour, the path of a picture of the canvas size, or nothing at all."""
    from greenroom.stage.sheet import TRANSPARENT

    if background["image"] is None:
        return background["colour"] or (TRANSPARENT if is_transparent else "#FFFFFF")
    if background.get("box") is not None:
        return _page(Path(background["image"]), background["box"], canvas)
    if background["placement"] is None:
        return str(background["image"])
    return _cropped(Path(background["image"]), background["placement"], canvas)


def _cropped(path: Path, placement: list[int], canvas: tuple[int, int]) -> str:
    """The picture scaled to the placement's size, moved by its offset, and cut to the canvas."""
    import cv2
    import numpy as np

    from greenroom.stage.scene import read_image

    dx, dy, width, height = placement
    scaled = cv2.resize(read_image(path), (width, height), interpolation=cv2.INTER_AREA)
    if width <= -dx or height <= -dy:
        raise VideoContentError(
            "background_image_config moves the picture out of the canvas: bring dx and dy nearer to 0"
        )
    visible = scaled[-dy : -dy + canvas[1], -dx : -dx + canvas[0]]
    whole = np.full((canvas[1], canvas[0], 3), 255, np.uint8)
    whole[: visible.shape[0], : visible.shape[1]] = visible
    out = path.with_name(f"{path.name}-cropped.png")
    cv2.imwrite(str(out), whole)
    return str(out)


def _page(picture: Path, box: list[int], canvas: tuple[int, int]) -> str:
    """The path of a picture of the canvas's size that shows the page in the box; without area: everywhere."""
    from greenroom.slides.pictures import lay_out

    x, y, width, height = box
    out = picture.with_name(f"{picture.name}-laid-out.png")
    lay_out(picture, out, canvas, (x, y, width, height) if width and height else None)
    return str(out)
