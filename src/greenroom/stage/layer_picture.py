"""Still layers: pictures and texts, scaled, turned and cut to what can be seen of them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.stage.layer_plan import Fit, Layer, LayerKind, box_of, fitted
from greenroom.stage.layer_text import draw_text
from greenroom.stage.scene import read_rgba
from greenroom.stage.sprite import Sprite, sprite_of
from greenroom.stage.subtitle_plan import Box

U8 = npt.NDArray[np.uint8]


def still_sprite(layer: Layer, canvas: tuple[int, int]) -> Sprite | None:
    """An image or a text where it rests; None where nothing of it can ever be seen.

    Raises:
        SceneError: a font or a character is not on this machine.
        NotMediaError: the file is not a picture that can be read.
    """
    if layer.kind is LayerKind.TEXT:
        picture, box = _text(layer, canvas)
    else:
        picture, box = _image(layer, canvas)
    # One that slides or zooms shows what lies beyond the canvas when it rests.
    margin = canvas if layer.moves else (0, 0)
    window = Box(-margin[0], -margin[1], canvas[0] + 2 * margin[0], canvas[1] + 2 * margin[1])
    if layer.angle % 360:
        placed = _turned(picture, box, layer.angle, window)
    else:
        placed = _scaled(picture, box, window)
    if placed is None or not placed[0][..., 3].any():
        return None
    return sprite_of(*placed, layer.opacity)


def _image(layer: Layer, canvas: tuple[int, int]) -> tuple[U8, Box]:
    """The picture, and the box that all of it goes into."""
    assert layer.source is not None
    picture = read_rgba(Path(layer.source))
    natural = (picture.shape[1], picture.shape[0])
    box = box_of(layer, natural, canvas)
    whole = fitted(natural, box, layer.fit)
    if layer.fit is Fit.COVER:
        return _cut(picture, whole, box), box
    return picture, whole


def _cut(picture: U8, whole: Box, box: Box) -> U8:
    """The part of a picture that fills the box when all of it fills `whole`."""
    across, down = picture.shape[1] / whole.width, picture.shape[0] / whole.height
    left, top = round((box.x - whole.x) * across), round((box.y - whole.y) * down)
    width, height = max(1, round(box.width * across)), max(1, round(box.height * down))
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


def _text(layer: Layer, canvas: tuple[int, int]) -> tuple[U8, Box]:
    """The letters with all that surrounds them, and where they go; they are never scaled."""
    assert layer.text is not None
    drawn = draw_text(layer.text, layer.width)
    height, width = drawn.picture.shape[:2]
    box_width, box_height = layer.width or drawn.width, layer.height or drawn.height
    x = layer.x if layer.x is not None else (canvas[0] - box_width) // 2
    y = layer.y if layer.y is not None else (canvas[1] - box_height) // 2
    return drawn.picture, Box(x - drawn.margin, y - drawn.margin, width, height)


def _scaled(picture: U8, box: Box, window: Box) -> tuple[U8, int, int] | None:
    """The seen part at its size, and its upper left corner."""
    x, y = max(box.x, window.x), max(box.y, window.y)
    right = min(box.x + box.width, window.x + window.width)
    bottom = min(box.y + box.height, window.y + window.height)
    if right <= x or bottom <= y:
        return None
    across, down = box.width / picture.shape[1], box.height / picture.shape[0]
    if across == down == 1.0:
        return picture[y - box.y : bottom - box.y, x - box.x : right - box.x], x, y
    smaller = _shrunk(picture, box)
    # Pixel centres: target x + 0.5 lies at (x + 0.5 - box.x) / across of the picture.
    across, down = box.width / smaller.shape[1], box.height / smaller.shape[0]
    matrix = np.array(
        [[across, 0, box.x - x + across / 2 - 0.5], [0, down, box.y - y + down / 2 - 0.5]], np.float32
    )
    return _warped(smaller, matrix, (right - x, bottom - y), cv2.BORDER_REPLICATE), x, y


def _turned(picture: U8, box: Box, angle: int, window: Box) -> tuple[U8, int, int] | None:
    smaller = _shrunk(picture, box)
    across, down = box.width / smaller.shape[1], box.height / smaller.shape[0]
    turn = np.deg2rad(angle)
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    reach_x = (abs(box.width * cos) + abs(box.height * sin)) / 2 + 1
    reach_y = (abs(box.width * sin) + abs(box.height * cos)) / 2 + 1
    middle = box.x + box.width / 2, box.y + box.height / 2
    x, y = max(window.x, int(middle[0] - reach_x)), max(window.y, int(middle[1] - reach_y))
    right = min(window.x + window.width, int(middle[0] + reach_x) + 1)
    bottom = min(window.y + window.height, int(middle[1] + reach_y) + 1)
    if right <= x or bottom <= y:
        return None
    scale = np.array([[across, 0, -box.width / 2], [0, down, -box.height / 2], [0, 0, 1]])
    centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    rotate = np.array([[cos, -sin, middle[0] - x], [sin, cos, middle[1] - y], [0, 0, 1]])
    matrix = (np.linalg.inv(centres) @ rotate @ scale @ centres)[:2].astype(np.float32)
    return _warped(smaller, matrix, (right - x, bottom - y), cv2.BORDER_CONSTANT), x, y


def _shrunk(picture: U8, box: Box) -> U8:
    """Averaged down to the box where it is larger: interpolation alone would skip pixels."""
    width, height = min(picture.shape[1], box.width), min(picture.shape[0], box.height)
    if (width, height) == (picture.shape[1], picture.shape[0]):
        return picture
    premultiplied = _premultiplied(picture)
    return _straight(cv2.resize(premultiplied, (width, height), interpolation=cv2.INTER_AREA))


def _warped(picture: U8, matrix: npt.NDArray[np.float32], size: tuple[int, int], border: int) -> U8:
    grows = abs(float(np.linalg.det(matrix[:, :2]))) > 1
    way = cv2.INTER_CUBIC if grows else cv2.INTER_LINEAR
    warped = cv2.warpAffine(
        _premultiplied(picture), matrix, size, flags=way, borderMode=border, borderValue=(0,) * 4
    )
    return _straight(warped)


def _premultiplied(picture: U8) -> npt.NDArray[np.float32]:
    """The colour of clear pixels must not bleed into their neighbours."""
    values = picture.astype(np.float32)
    values[..., :3] *= values[..., 3:] / 255
    return values


def _straight(values: cv2.typing.MatLike) -> U8:
    picture = np.array(values, np.float32)
    picture[..., :3] *= 255 / np.maximum(picture[..., 3:], 1)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
